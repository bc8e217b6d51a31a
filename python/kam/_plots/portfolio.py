"""Plots of the whole portfolio: the map, the whale curve, the concentration curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kam._concentration.concentration import Concentration, concentration
from kam._concentration.whale import WhaleCurve, whale_curve
from kam._errors import InsufficientDataError
from kam._plots.style import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    PALE,
    PURPLE,
    VERMILION,
    Words,
    account_name,
    axes,
    font,
    literal,
    sentence,
    tidy,
    write,
)
from kam._report._places import Box, Line, Point, place
from kam._scoring.schema import COLUMNS

if TYPE_CHECKING:
    from kam._scoring.score import ScoreResult

NAMED = 12
_EM = 12.0  # font size that kam._report._places reckons with
_LOWEST = 0.001  # probabilities nearer to 0 or 1 are drawn at the edge
_TICKS = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)
_BANDS = (("o", BLUE), ("D", ORANGE), ("^", VERMILION))  # of p_churn, lowest first
_INTERVALS = {"value_index": "value"}  # column: stem of its _lo and _hi, where that is another


# ---- the map ------------------------------------------------------------------------------------


def matrix(
    result: ScoreResult, *, x: str, y: str, size: str | None, language: str, ax: Any = None
) -> Any:
    t = Words(language)
    columns = {name: _numbers(result, name, role) for role, name in (("x", x), ("y", y))}
    weight = np.ones(len(result)) if size is None else _numbers(result, size, "size")
    on_map = ~np.isnan(columns[x] + columns[y])
    ax = axes(ax, size=(7.5, 5.5))
    if not on_map.any():
        return sentence(ax, t("nothing", x=x, y=y))
    rows = np.flatnonzero(on_map)
    order = weight if size is not None else result["net_revenue_12m"]
    rows = rows[np.argsort(-np.nan_to_num(order[rows]), kind="stable")]
    points = {name: _within(name, values[rows]) for name, values in columns.items()}
    _scale(ax.xaxis, x, points[x])
    _scale(ax.yaxis, y, points[y])
    radius = _radii(weight[rows])
    _draw_points(ax, result, rows, points[x], points[y], radius, t)
    _whiskers(ax, result, rows[:NAMED], x, y)
    _foot(ax, result, on_map, size, t)
    tidy(ax)
    _write_names(ax, result, rows, points[x], points[y], radius)
    return ax


def _numbers(result: ScoreResult, name: str, role: str) -> Any:
    values = result[name] if name in result.columns else None
    if values is None or getattr(values, "dtype", None) is None or values.dtype.kind not in "fiu":
        raise ValueError(f"`{role}`: '{name}' is no column of numbers; kam.columns() lists them")
    return np.asarray(values, dtype=np.float64)


def _is_probability(name: str) -> bool:
    return next((c.unit for c in COLUMNS if c.name == name), "").startswith("probability")


def _within(name: str, values: Any) -> Any:
    return np.clip(values, _LOWEST, 1 - _LOWEST) if _is_probability(name) else values


def _scale(axis: Any, name: str, values: Any) -> None:
    """Probabilities on a logit scale, since most are near 0 or 1; scores 0 to 100; others free."""
    from matplotlib.ticker import NullFormatter, NullLocator

    unit = next((c.unit for c in COLUMNS if c.name == name), "")
    x = axis.axis_name == "x"
    limits = axis.axes.set_xlim if x else axis.axes.set_ylim
    label = name.replace("_", " ") + (f" [{unit}]" if unit else "")
    axis.set_label_text(label)
    if _is_probability(name):
        (axis.axes.set_xscale if x else axis.axes.set_yscale)("logit")
        axis.set_ticks(_TICKS, [f"{100 * p:g} %" for p in _TICKS])
        axis.set_minor_locator(NullLocator())
        axis.set_minor_formatter(NullFormatter())
        limits(
            0.4 * min(max(float(values.min()), _LOWEST), 0.05),
            1 - 0.4 * min(max(1 - float(values.max()), _LOWEST), 0.05),
        )
    elif unit.startswith("points"):
        limits(-4, 106)
    else:
        if unit.startswith("money"):
            _money_scale(axis, values)
        transform = axis.get_transform()
        ends = transform.transform(np.array([values.min(), values.max()]))
        reach = 0.07 * (float(ends[1] - ends[0]) or 1.0)
        limits(*transform.inverted().transform(ends + np.array([-reach, reach])).tolist())


def _money_scale(axis: Any, values: Any) -> None:
    """Linear up to the usual account and logarithmic beyond, where one is far above the others."""
    from matplotlib.ticker import EngFormatter

    usual, most = float(np.median(np.abs(values))), float(np.abs(values).max())
    if most > 15 * usual > 0:
        name = "set_xscale" if axis.axis_name == "x" else "set_yscale"
        getattr(axis.axes, name)("symlog", linthresh=10 ** np.floor(np.log10(usual)), linscale=0.5)
    axis.set_major_formatter(EngFormatter(sep=""))


def _radii(weight: Any) -> Any:
    """In points; area in proportion, with a smallest size that can be seen."""
    if np.all(weight == weight[0]):
        return np.full(len(weight), 5.0 if len(weight) <= 200 else 2.0)
    share = np.nan_to_num(np.maximum(weight, 0))
    share = share / share.max() if share.max() > 0 else share
    return np.maximum(22 * np.sqrt(share), 3.2 if len(share) <= 200 else 1.6)


def _draw_points(
    ax: Any, result: ScoreResult, rows: Any, x: Any, y: Any, radius: Any, t: Words
) -> None:
    """Shape and colour say the churn band."""
    from matplotlib.colors import to_rgba

    bands = [name for name, _ in result.profile["churn_bands"]][::-1]
    of_row = np.array(result["churn_band"], dtype=object)[rows]
    for k, band in enumerate([*bands, None]):
        chosen = of_row == band
        if not chosen.any():
            continue
        place_of = min(k * len(_BANDS) // max(len(bands), 1), len(_BANDS) - 1)
        shape, colour = ("s", MUTED) if band is None else _BANDS[place_of]
        label = t("no_band") if band is None else t("band", band=band)
        ax.scatter(
            x[chosen], y[chosen], (2 * radius[chosen]) ** 2, marker=shape, lw=0.8, zorder=2,
            facecolor=to_rgba(colour, 0.5), edgecolor=colour, clip_on=False, label=literal(label),
        )  # fmt: skip
    legend = ax.legend(frameon=False, fontsize="small", ncols=4, loc="lower left",
                       bbox_to_anchor=(0, 1), borderaxespad=0.3)  # fmt: skip
    for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
        handle.set_sizes([50])
        text.set(**font(text.get_text()))


def _whiskers(ax: Any, result: ScoreResult, rows: Any, x: str, y: str) -> None:
    """The intervals of the named accounts, where the table has them."""
    style = {"color": INK, "lw": 0.9, "alpha": 0.6, "zorder": 3, "solid_capstyle": "butt"}
    for row in rows.tolist():
        at_x, at_y = (float(_within(name, result[name][row])) for name in (x, y))
        across, up = (_interval(result, name, row) for name in (x, y))
        if across is not None:
            ax.plot(across, [at_y] * 2, **style)
        if up is not None:
            ax.plot([at_x] * 2, up, **style)


def _interval(result: ScoreResult, name: str, row: int) -> Any:
    stem = _INTERVALS.get(name, name)
    if f"{stem}_lo" not in result.columns or f"{stem}_hi" not in result.columns:
        return None
    found = np.array([result.columns[f"{stem}_{side}"][row] for side in ("lo", "hi")], dtype=float)
    return None if np.isnan(found).any() else _within(name, found)


def _foot(ax: Any, result: ScoreResult, on_map: Any, size: str | None, t: Words) -> None:
    """What the area means, and how many accounts are not here."""
    words = [] if size is None else [t("area", size=size.replace("_", " "))]
    if not on_map.all():
        words.append(t("left_out", n=int((~on_map).sum()), all=len(result)))
    text = " · ".join(words)
    ax.annotate(
        literal(text), (1, 0), (0, -38), xycoords="axes fraction", textcoords="offset points",
        ha="right", va="top", fontsize="small", color=MUTED, **font(text),
    )  # fmt: skip


def _write_names(ax: Any, result: ScoreResult, rows: Any, x: Any, y: Any, radius: Any) -> None:
    """The largest dozen by name, clear of one another in the size the figure has now."""
    figure = getattr(ax.figure, "figure", ax.figure)
    figure.draw_without_rendering()  # only then the axes have their place
    size = 8.5
    scale = _EM / (size * figure.dpi / 72)
    pixels = scale * ax.transData.transform(np.column_stack([x, y]))
    reach = scale * radius * figure.dpi / 72
    points = [
        Point(px, py, r) for (px, py), r in zip(pixels.tolist(), reach.tolist(), strict=True)
    ][:100]
    obstacles = [Box(p.x, p.y, p.x, p.y).grown(0.85 * p.radius, 0.85 * p.radius) for p in points]
    (left, bottom), (right, top) = (scale * ax.bbox.get_points()).tolist()
    names = [account_name(result, row, 22) for row in rows[:NAMED].tolist()]
    frame = Box(left + 2, bottom + 2, right - 2, top - 2)
    found = place(points[: len(names)], names, obstacles, frame)
    for k, (name, (box, line)) in enumerate(zip(names, found, strict=True)):
        _write_name(ax, name, (x[k], y[k]), points[k], box, line, 72 / figure.dpi / scale, size)


def _write_name(
    ax: Any,
    name: str,
    at: tuple[float, float],
    point: Point,
    box: Box,
    line: Line,
    unit: float,
    size: float,
) -> None:
    """`unit`: of the boxes, in points of print."""
    dx, dy = (box.left + box.right) / 2 - point.x, (box.bottom + box.top) / 2 - point.y
    from matplotlib.patheffects import withStroke

    far = np.hypot(line.x1 - line.x0, line.y1 - line.y0) > 4
    stroke = {"arrowstyle": "-", "color": MUTED, "lw": 0.7, "shrinkA": 0}
    ax.annotate(
        literal(name), at, (dx * unit, dy * unit), textcoords="offset points", ha="center",
        va="center", fontsize=size, color=INK, zorder=5, annotation_clip=False,
        arrowprops={**stroke, "shrinkB": point.radius * unit} if far else None,
        path_effects=[withStroke(linewidth=2.5, foreground="white")], **font(name),
    )  # fmt: skip


# ---- the whale curve ----------------------------------------------------------------------------


def whale(profit: Any, *, language: str, ax: Any = None) -> Any:
    t = Words(language)
    try:
        found = profit if isinstance(profit, WhaleCurve) else whale_curve(profit)
    except InsufficientDataError:
        return sentence(axes(ax), t("no_profit"))
    ax = axes(ax, size=(6, 4))
    in_shares = found.total > 0
    share, profits, profit_share = found.curve
    height = profit_share if in_shares else profits
    peak = found.peak_ratio if in_shares else found.peak
    first = found.accounts_at_peak / found.accounts
    ax.fill_between(share, height, height[-1], where=share >= first, color=VERMILION, alpha=0.15,
                    hatch="////", edgecolor="white", lw=0)  # fmt: skip
    ax.plot(share, height, color=BLUE, lw=2.2, zorder=3, clip_on=False)
    ax.axhline(height[-1], color=MUTED, lw=1, ls=(0, (4, 3)))
    ax.plot([first], [peak], "D", color=VERMILION, ms=8, mec="white", zorder=4, clip_on=False)
    text = t(
        "peak",
        peak=f"{100 * peak:.1f} %" if in_shares else f"{peak:,.0f}",
        n=found.accounts_at_peak,
        all=found.accounts,
    )
    right = first > 0.6
    ax.annotate(literal(text), (first, peak), (-8 if right else 8, 8), ha="right" if right else
                "left", textcoords="offset points", color=INK, **font(text))  # fmt: skip
    bottom, top = min(0.0, float(height.min())), max(float(height.max()), 0.0)
    reach = (top - bottom) or 1.0
    ax.set(xlim=(0, 1), ylim=(bottom - (0.05 * reach if bottom < 0 else 0), top + 0.14 * reach))
    _percent(ax.xaxis)
    if in_shares:
        _percent(ax.yaxis)
    else:
        ax.yaxis.set_major_formatter("{x:,.0f}")
        ax.set_title(t("total_not_positive"), loc="left", fontsize="small", color=MUTED,
                     **font(t("total_not_positive")))  # fmt: skip
    _axis_words(ax, t("accounts_profit"), t("profit_share" if in_shares else "profit"))
    return ax


# ---- the concentration curve --------------------------------------------------------------------


def concentration_plot(values: Any, *, language: str, ax: Any = None) -> Any:
    t = Words(language)
    found = values if isinstance(values, Concentration) else _concentration(values)
    ax = axes(ax, size=(6, 4.5))
    if found is None:
        return sentence(ax, t("no_total"))
    shares, amounts = found.lorenz(1001)
    few = {"marker": "o", "ms": 3.5} if found.accounts <= 30 else {}
    ax.plot([0, 1], [0, 1], color=MUTED, lw=1, label=t("equal"))
    write(ax, 0.72, 0.68, t("equal"), color=MUTED, fontsize="small", ha="left", va="top")
    ax.plot(1 - shares[::-1], 1 - amounts[::-1], color=BLUE, lw=2.2, clip_on=False, zorder=3, **few)
    p = found.balance_point()
    marks = ((0.2, 0.8, "80/20", "s", "none", PURPLE), (p, 1 - p, _balance(p), "o", BLUE, "white"))
    for x, y, text, shape, face, edge in marks:
        ax.plot([x], [y], shape, ms=9, mfc=face, mec=edge, mew=1.8, zorder=5)
        actual = shape == "o"
        ax.annotate(text, (x, y), (10 if actual else -8, -12 if actual else 8),
                    textcoords="offset points", ha="left" if actual else "right",
                    color=INK, fontweight="bold" if actual else "normal")  # fmt: skip
    ax.set(xlim=(0, 1), ylim=(0, 1.02))
    _percent(ax.xaxis)
    _percent(ax.yaxis)
    _axis_words(ax, t("accounts_value"), t("value_share"))
    return ax


def _concentration(values: Any) -> Concentration | None:
    """None where the total is not positive: nothing to share."""
    try:
        return concentration(values)
    except InsufficientDataError:
        return None


def _balance(p: float) -> str:
    return f"{100 - round(100 * p)}/{round(100 * p)}"


def _percent(axis: Any) -> None:
    from matplotlib.ticker import PercentFormatter

    axis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))


def _axis_words(ax: Any, x: str, y: str) -> None:
    ax.set_xlabel(x, **font(x))
    ax.set_ylabel(y, **font(y))
    ax.grid(color=PALE, lw=0.8)
    tidy(ax)
