"""The map: churn probability to the right, value index upwards, area is revenue."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kam._report._facts import FIELDS, Doubles, Facts
from kam._report._html import Html
from kam._report._language import Language
from kam._report._places import Box, Line, Point, place
from kam._report._svg import Chart, colour

LEFT, RIGHT, TOP, BOTTOM = 40, 14, 34, 52
SINGLE = 2000  # accounts drawn one by one
NAMED = 12
TIPS = 100
_SPAN = (-9, 112)  # of the y axis: room for the names of the fields
_STEPS = 40  # sizes of points
_MARKERS = {"high": "^", "medium": "D", "low": "o"}
_GROW = {"high": 1.12, "medium": 0.9, "low": 1.0}  # to equal area by eye


class Format(NamedTuple):
    """A size in which texts of 12 pixels can be read, and what it has room for."""

    name: str
    width: int
    height: int
    scale: float  # of the points
    named: int
    title: int  # size of the names of the fields
    hexagons: int  # across
    ticks: tuple[float, ...]


WIDE = Format(
    *("map", 860, 600, 1.0, NAMED, 17, 60),
    ticks=(0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999),
)
PHONE = Format(
    *("map-phone", 360, 400, 0.6, 4, 14, 30), ticks=(0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)
)


class MapData(NamedTuple):
    rows: Any  # of the result, largest revenue first
    x: Doubles  # logit of p_churn, within the limits
    y: Doubles
    radius: Doubles
    limits: tuple[float, float]
    beyond: int  # accounts past the limits, drawn at the edge


def map_data(facts: Facts) -> MapData:
    rows = np.array([i for i in facts.by_revenue if facts.on_map[i]], dtype=np.intp)
    p = facts["p_churn"][rows]
    lowest = float(np.clip(p.min(), 0.001, 0.05))
    highest = float(np.clip(p.max(), 0.95, 0.999))
    revenue = np.nan_to_num(np.maximum(facts.revenue[rows], 0))
    share = revenue / revenue.max() if revenue.max() > 0 else np.zeros(len(rows))
    largest = 26 if len(rows) <= 200 else 19
    return MapData(
        rows,
        _logit(np.clip(p, lowest, highest)),
        facts["value_index"][rows],
        np.maximum(largest * np.sqrt(share), 1.7 if len(rows) > 200 else 4.0),
        (lowest, highest),
        int(np.sum((p < lowest) | (p > highest))),
    )


def draw_map(facts: Facts, t: Language, data: MapData, form: Format = WIDE) -> Html:
    chart = Chart(form.name, form.width, form.height)
    data = data._replace(radius=np.maximum(form.scale * data.radius, 1.2))
    with chart.settings():
        axes = chart.axes(LEFT, RIGHT, TOP, BOTTOM)
        _frame(chart, axes, facts, t, data, form)
        _hexagons(axes, data, form)
        _points(chart, axes, facts, t, data)
        _names(chart, axes, facts, data, form)
    counts = [f"{t(f'field_{f}')}: {t.whole(int(facts.in_field(f).sum()))}" for f in FIELDS]
    label = t(
        "map_label", n=t.counted("accounts", len(data.rows)), fields=t("semicolon").join(counts)
    )
    return chart.render(label)


def _logit(p: Any) -> Any:
    return np.log(p / (1 - p))


def _frame(chart: Chart, axes: Any, facts: Facts, t: Language, data: MapData, form: Format) -> None:
    """Scales, the two cuts and the names of the four fields."""
    low, high = _logit(data.limits[0]), _logit(data.limits[1])
    axes.set_xlim(low - 0.35, high + 0.35)
    axes.set_ylim(*_SPAN)
    ticks = [p for p in form.ticks if data.limits[0] <= p <= data.limits[1]]
    axes.set_xticks([_logit(p) for p in ticks], [chart.words(t.percent(p)) for p in ticks])
    levels = (0, 20, 40, 60, 80, 100)
    axes.set_yticks(levels, [chart.words(str(level)) for level in levels])
    cut = _logit(facts.churn_cut)
    dashes: dict[str, Any] = {"color": colour("axis"), "lw": 1, "ls": (0, (4, 3)), "zorder": 1}
    axes.axhline(facts.value_cut, **dashes)
    axes.axvline(cut, **dashes)
    horizon = t.counted("days", facts.request["churn_horizon_days"])
    muted = {"color": colour("muted")}
    (left, right), (bottom, top) = axes.get_xlim(), _SPAN
    chart.write(axes, right, bottom, t("map_x", horizon=horizon), dy=-44, ha="right", **muted)
    chart.write(axes, left, top, t("map_y"), dx=-LEFT + 4, dy=14, **muted)
    for name in FIELDS:
        x = left if name in ("keep", "grow") else right
        y = top if name in ("keep", "defend") else bottom
        chart.write(
            axes, x, y, t(f"field_{name}"),
            dx=10 if x == left else -6, dy=-20 if y == top else 9,
            ha="left" if x == left else "right", fontsize=form.title, fontweight="bold",
            color=colour("muted"),
        )  # fmt: skip


def _hexagons(axes: Any, data: MapData, form: Format) -> None:
    """Accounts that are too many to draw, as counts: the darker, the more, in steps of ten."""
    if len(data.rows) <= SINGLE:
        return
    inner = (form.width - LEFT - RIGHT, form.height - TOP - BOTTOM)
    across = form.hexagons
    down = round(across * inner[1] / inner[0] / 3**0.5)
    extent = (*axes.get_xlim(), *axes.get_ylim())
    bins = axes.hexbin(
        data.x[SINGLE:], data.y[SINGLE:], gridsize=(across, down), extent=extent, mincnt=1, lw=0,
        zorder=0,
    )  # fmt: skip
    level = np.minimum(np.log10(bins.get_array()).astype(int), 4)
    from matplotlib.colors import to_rgba

    bins.set_array(None)
    bins.set_facecolor([to_rgba(colour("dense"), 0.16 + 0.17 * k) for k in level.tolist()])
    bins.set_edgecolor("none")


def _points(chart: Chart, axes: Any, facts: Facts, t: Language, data: MapData) -> None:
    """Largest first, so that small points lie on large ones; one path per size and shape."""
    shapes = np.array([facts.shape_of_band(b) for b in facts.churn_bands[data.rows]], dtype=object)
    step = np.round(_STEPS * np.log(data.radius) / np.log(30)).astype(int)
    for i in range(min(TIPS, len(data.rows))):
        _mark(axes, str(shapes[i]), data.radius[i], data.x[i], data.y[i], i,
              gid=chart.tip(_tip(facts, t, int(data.rows[i]))))  # fmt: skip
    rest = slice(TIPS, SINGLE)
    for kind in _MARKERS:
        for size in np.unique(step[rest])[::-1]:
            chosen = np.flatnonzero((shapes[rest] == kind) & (step[rest] == size)) + TIPS
            if len(chosen):
                radius = float(np.exp(size * np.log(30) / _STEPS))
                _mark(axes, kind, radius, data.x[chosen], data.y[chosen], TIPS + int(_STEPS - size))


def _mark(axes: Any, kind: str, radius: float, x: Any, y: Any, order: int, gid: Any = None) -> None:
    from matplotlib.colors import to_rgba

    edge = colour({"high": "high", "medium": "medium-edge", "low": "low"}.get(kind, "axis"))
    face = to_rgba(colour(kind) if kind in _MARKERS else colour("axis"), 0.45)
    axes.plot(
        x, y, _MARKERS.get(kind, "s"), ms=2 * radius * _GROW.get(kind, 1), mfc=face, mec=edge,
        mew=0.7, clip_on=False, zorder=2 + order / 10000, gid=gid,
    )  # fmt: skip


def _tip(facts: Facts, t: Language, row: int) -> str:
    return t(
        "tip",
        name=facts.short_name(row, 60),
        value=t.number(facts["value_index"][row]),
        churn=t.probability(facts["p_churn"][row]),
        measure=t(f"short_{facts.measure}"),
        revenue=t.number(facts.revenue[row], facts.money_decimals),
    )


def _names(chart: Chart, axes: Any, facts: Facts, data: MapData, form: Format) -> None:
    """The largest: whiskers over their intervals, names without overlap."""
    k = min(form.named, len(data.rows))
    pixel = axes.transData.transform(np.column_stack([data.x, data.y])[:TIPS])
    points = [
        Point(x, y, r) for (x, y), r in zip(pixel.tolist(), data.radius.tolist(), strict=False)
    ]
    obstacles = [Box(p.x, p.y, p.x, p.y).grown(0.85 * p.radius, 0.85 * p.radius) for p in points]
    for i, row in enumerate(data.rows[:k].tolist()):
        for line in _whiskers(axes, facts, row, data.x[i], data.y[i], data.limits):
            (left, right), (bottom, top) = np.sort(axes.transData.transform(line).T).tolist()
            obstacles.append(Box(left, bottom, right, top).grown(1, 3))
    names = [facts.short_name(int(row)) for row in data.rows[:k]]
    frame = Box(LEFT + 4, BOTTOM + 28, form.width - 4, form.height - TOP - 28)
    for name, (box, line) in zip(names, place(points[:k], names, obstacles, frame), strict=True):
        _name(chart, axes, name, box, line)


def _name(chart: Chart, axes: Any, name: str, box: Box, line: Line) -> None:
    pixels: dict[str, Any] = {"xycoords": "figure pixels", "annotation_clip": False}
    if np.hypot(line.x1 - line.x0, line.y1 - line.y0) > 7:
        axes.annotate(
            "", line[2:], xytext=line[:2], textcoords="figure pixels", zorder=4, **pixels,
            arrowprops={"arrowstyle": "-", "color": colour("axis"), "lw": 0.8,
                        "shrinkA": 0, "shrinkB": 1},
        )  # fmt: skip
    axes.annotate(
        chart.words(name), ((box.left + box.right) / 2, box.bottom + 3), ha="center", fontsize=12,
        color=colour("ink"), zorder=5, **pixels,
    )  # fmt: skip


def _whiskers(
    axes: Any, facts: Facts, row: int, x: float, y: float, limits: tuple[float, float]
) -> list[Any]:
    """Draws the intervals there are; their end points in data coordinates."""
    lines = []
    p = np.array([facts["p_churn_lo"][row], facts["p_churn_hi"][row]])
    if not np.isnan(p).any():
        lines.append(np.column_stack([_logit(np.clip(p, *limits)), [y, y]]))
    v = np.array([facts["value_lo"][row], facts["value_hi"][row]])
    if not np.isnan(v).any():
        lines.append(np.column_stack([[x, x], v]))
    for line in lines:
        axes.plot(*line.T, color=colour("ink"), lw=1.2, zorder=3)
    return lines
