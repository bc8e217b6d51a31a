"""Plots of one account: its pillars, and why its value index is what it is."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kam._plots.style import (
    BLUE,
    INK,
    MUTED,
    PALE,
    SKY,
    VERMILION,
    Words,
    account_name,
    axes,
    font,
    literal,
    row_of,
    sentence,
    tidy,
    write,
)

if TYPE_CHECKING:
    from kam._scoring.score import ScoreResult

KINDS = ("bar", "radar")


class _Pillars(NamedTuple):
    labels: list[str]
    scores: Any
    medians: Any
    low: Any  # NaN where there is no interval
    high: Any


def pillars(
    result: ScoreResult, account_id: Any, *, kind: str, language: str, ax: Any = None
) -> Any:
    if kind not in KINDS:
        raise ValueError(f"`kind` must be bar or radar, got {kind!r}")
    t, row = Words(language), row_of(result, account_id)
    data = _pillars(result, row, t)
    name = account_name(result, row)
    if np.isnan(data.scores).all():
        return sentence(axes(ax, polar=kind == "radar"), t("no_pillars", name=name))
    radar = kind == "radar"
    ax = axes(ax, polar=radar, size=(7, 5.5) if radar else (7, 4))
    (_radar if radar else _bars)(ax, data, t)
    title = t("pillars_of", name=name)
    ax.set_title(literal(title), pad=28 if radar else None, loc="center" if radar else "left",
                 color=INK, **font(title))  # fmt: skip
    return ax


def _pillars(result: ScoreResult, row: int, t: Words) -> _Pillars:
    """Every dimension as scored (risk as safety: high is good), and what is known of its bounds."""
    dimensions = result.profile["dimensions"]
    scores = result._core.dimension_scores()
    known = [column[~np.isnan(column)] for column in scores.T]
    low, high = np.array([_bounds(result, d["id"], row) for d in dimensions], dtype=float).T
    return _Pillars(
        [t.label(d) for d in dimensions],
        scores[row],
        np.array([np.median(column) if len(column) else np.nan for column in known]),
        low,
        high,
    )


def _bounds(result: ScoreResult, dimension: str, row: int) -> tuple[float, float]:
    """The limits of a dimension; risk turned to safety. A profile may name others than ours."""
    name = "risk_index" if dimension == "risk" else dimension
    if f"{name}_lo" not in result.columns:
        return math.nan, math.nan
    low, high = float(result.columns[f"{name}_lo"][row]), float(result.columns[f"{name}_hi"][row])
    return (100 - high, 100 - low) if dimension == "risk" else (low, high)


def _bars(ax: Any, data: _Pillars, t: Words) -> None:
    places = np.arange(len(data.labels))[::-1]
    ax.barh(places, 100, 0.62, color=PALE, alpha=0.45, zorder=0)
    ax.barh(places, np.nan_to_num(data.scores), 0.62, color=SKY, zorder=2)
    for place, median in zip(places, data.medians, strict=True):
        ax.plot([median] * 2, [place - 0.42, place + 0.42], color=INK, lw=2.5, zorder=4)
    ax.plot([], [], color=INK, lw=2.5, label=t("portfolio_median"))
    _whiskers(ax, data, places)
    for place, score in zip(places, data.scores, strict=True):
        text = t("not_known") if np.isnan(score) else f"{score:.0f}"
        write(ax, 102, place, text, va="center", color=MUTED if np.isnan(score) else INK)
    ax.set(xlim=(0, 115), ylim=(-0.7, len(places) - 0.3), xticks=range(0, 101, 20))
    ax.set_yticks(places, [literal(label) for label in data.labels])
    _fonts(ax.get_yticklabels(), data.labels)
    ax.set_xlabel(t("score"), **font(t("score")))
    _legend(ax, loc="upper center", bbox_to_anchor=(0.5, -0.16))
    tidy(ax)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)


def _whiskers(ax: Any, data: _Pillars, places: Any) -> None:
    known = ~np.isnan(data.scores + data.low + data.high)
    if known.any():
        low, high, score = data.low[known], data.high[known], data.scores[known]
        reach = np.maximum([score - low, high - score], 0)
        style = {"fmt": "none", "ecolor": INK, "elinewidth": 1.4, "capsize": 4, "zorder": 3}
        ax.errorbar(score, places[known], xerr=reach, **style)


def _radar(ax: Any, data: _Pillars, t: Words) -> None:
    angles = np.linspace(0, 2 * np.pi, len(data.labels), endpoint=False)
    around = np.append(angles, angles[0])
    ax.set_theta_offset(np.pi / 2)
    ax.set_theta_direction(-1)
    median = np.append(data.medians, data.medians[0])
    ax.plot(around, median, "s--", color=MUTED, lw=1.4, ms=5, label=t("portfolio_median"))
    scores = np.append(data.scores, data.scores[0])
    ax.plot(around, scores, "o-", color=BLUE, lw=2, ms=7, label=t("this_account"))
    if not np.isnan(data.scores).any():
        ax.fill(around, scores, color=BLUE, alpha=0.15)
    for angle, low, high in zip(angles, data.low, data.high, strict=True):
        if not math.isnan(low + high):
            ax.plot([angle] * 2, [low, high], color=VERMILION, lw=3, zorder=1.5)
    labels = [
        f"{textwrap.fill(label, 15)}\n{t('not_known') if math.isnan(score) else f'{score:.0f}'}"
        for label, score in zip(data.labels, data.scores, strict=True)
    ]
    ax.set_xticks(angles, [literal(label) for label in labels])
    _fonts(ax.get_xticklabels(), labels)
    for text, angle in zip(ax.get_xticklabels(), angles, strict=True):
        side = np.sin(angle)
        text.set_ha("center" if abs(side) < 0.1 else "left" if side > 0 else "right")
    ax.tick_params(axis="x", pad=8)
    ax.set_rlim(0, 100)
    ax.set_rgrids([20, 40, 60, 80], color=MUTED, fontsize="x-small")
    ax.set_rlabel_position(180 / len(labels))
    _legend(ax, loc="upper center", bbox_to_anchor=(0.5, -0.17))


def _legend(ax: Any, **place: Any) -> None:
    legend = ax.legend(frameon=False, ncols=3, fontsize="small", borderaxespad=0, **place)
    for text in legend.get_texts():
        text.set(**font(text.get_text()))


def _fonts(texts: Any, labels: list[str]) -> None:
    for text, label in zip(texts, labels, strict=True):
        text.set(**font(label))


# ---- the waterfall ------------------------------------------------------------------------------


class Step(NamedTuple):
    label: str
    points: float  # height of the step; of a total its level
    start: float  # where its bar begins
    total: bool = False


def waterfall(
    result: ScoreResult, account_id: Any, *, language: str, smallest: float, ax: Any = None
) -> Any:
    if not smallest >= 0:
        raise ValueError(f"`smallest` must be a number of points >= 0, got {smallest}")
    t, row = Words(language), row_of(result, account_id)
    name = account_name(result, row)
    steps = steps_of(result, row, t, smallest)
    if not steps:
        return sentence(axes(ax), t("no_index", name=name))
    ax = axes(ax, size=(7.5, 1.2 + 0.33 * len(steps)))
    _draw_steps(ax, steps, t)
    title = t("reasons_of", name=name, value=f"{steps[-1].points:.1f}")
    ax.set_title(literal(title), loc="left", color=INK, **font(title))
    return ax


def steps_of(result: ScoreResult, row: int, t: Words, smallest: float) -> list[Step]:
    """From the median account's index to this one; what is small is gathered, nothing is lost.

    Empty for an account without a value index. The points of all steps but the totals add up to
    the difference of the totals, to the rounding of a sum.
    """
    reasons = result.explain(str(result.ids[row]), t.language)
    final = float(result["value_index"][row])
    if not reasons or math.isnan(final):
        return []
    points = [float(r["points"]) for r in reasons]
    shown = [k for k, p in enumerate(points) if abs(p) >= smallest and p != 0]
    small = [p for p in points if p != 0 and abs(p) < smallest]
    if len(small) == 1:  # an "other" of one hides a name for nothing
        shown, small = [k for k, p in enumerate(points) if p != 0], []
    begin = final - math.fsum(points)
    steps = [Step(t("median_account"), begin, 0.0, total=True)]
    done: list[float] = []
    for k in shown:
        start = math.fsum([begin, *done])
        steps.append(Step(str(reasons[k]["label"]), points[k], start))
        done.append(points[k])
    if small:
        rest, start = math.fsum(small), math.fsum([begin, *done])
        steps.append(Step(t("others", n=len(small)), rest, start))
    return [*steps, Step(t("this_account"), final, 0.0, total=True)]


def _draw_steps(ax: Any, steps: list[Step], t: Words) -> None:
    ends = [edge for s in steps for edge in (s.start, s.start + s.points)]
    low, high = min(0.0, *ends), max(100.0, *ends)
    for place, s in zip(range(len(steps))[::-1], steps, strict=True):
        up = s.points >= 0
        colour, hatch = (MUTED, "") if s.total else (BLUE, "") if up else (VERMILION, "////")
        ax.barh(
            place, s.points, 0.68, s.start, color=colour, hatch=hatch, edgecolor="white", lw=0,
            zorder=2,
        )  # fmt: skip
        end = s.start + s.points
        if place > 0:
            ax.plot([end, end], [place - 1.34, place + 0.34], color=MUTED, lw=0.8, zorder=3)
        text = f"{s.points:.1f}" if s.total else f"{s.points:+.1f}".replace("-", "−")
        weight = "bold" if s.total else "normal"
        write(
            ax, max(s.start, end) + 0.01 * (high - low), place, text, va="center", color=INK,
            fontweight=weight, fontsize="small",
        )  # fmt: skip
    ax.set(xlim=(low, high + 0.07 * (high - low)), ylim=(-0.7, len(steps) - 0.3))
    ax.set_yticks(range(len(steps))[::-1], [literal(s.label) for s in steps])
    _fonts(ax.get_yticklabels(), [s.label for s in steps])
    ax.set_xlabel(t("value_index"), **font(t("value_index")))
    ax.grid(axis="x", color=PALE, lw=0.8)
    tidy(ax)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
