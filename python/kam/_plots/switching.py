"""Plots of switching cost and of what retention is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kam._lifetime.retention import margin_multiple
from kam._plots.style import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILION,
    Words,
    axes,
    family,
    font,
    literal,
    tidy,
    write,
)

if TYPE_CHECKING:
    from kam._switching.switching import SwitchingCost

_COLOURS = {"procedural": SKY, "financial": BLUE, "relational": PURPLE}
_HATCHES = {"procedural": "", "financial": "///", "relational": "..."}


def draw_switching_cost(cost: SwitchingCost, *, language: str, ax: Any = None) -> Any:
    """Components stacked to the total from the top down, each with its bounds."""
    t = Words(language)
    rows = [row for row in cost.components if row[2].hi > 0]
    ax = axes(ax, size=(7, 1.6 + 0.45 * (len(rows) + 1)))
    done = 0.0
    for place, (_, kind, step) in enumerate(rows):
        ax.barh(-place, step.estimate, 0.6, left=done, color=_COLOURS[kind], hatch=_HATCHES[kind],
                edgecolor="white", lw=0, zorder=2)  # fmt: skip
        _bounds(ax, -place, done + step.lo, done + step.hi)
        done += step.estimate
        ax.plot([done, done], [-place - 1.3, -place + 0.3], color=MUTED, lw=0.8, zorder=1)
    ax.barh(-len(rows), cost.total, 0.6, color=INK, alpha=0.75, zorder=2)
    _bounds(ax, -len(rows), cost.lo, cost.hi)
    _amounts(ax, rows, cost)
    labels = [row[0] for row in rows] + [t("total")]
    ax.set_yticks([-i for i in range(len(labels))], [literal(label) for label in labels])
    for text, label in zip(ax.get_yticklabels(), labels, strict=True):
        text.set(**font(label))
    ax.set(ylim=(-len(rows) - 0.6, 0.6), xlim=(0, 1.28 * max(cost.hi, 1e-300)))
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.locator_params(axis="x", nbins=5)
    ax.set_xlabel(t("switching_cost"), **font(t("switching_cost")))
    ax.grid(axis="x", color=PALE, lw=0.8)
    _kinds(ax, {row[1] for row in rows}, t)
    tidy(ax)
    return ax


def _bounds(ax: Any, place: float, lo: float, hi: float) -> None:
    if hi > lo:
        ax.plot([lo, hi], [place, place], color=VERMILION, lw=2, marker="|", ms=9, zorder=4)


def _amounts(ax: Any, rows: list[Any], cost: SwitchingCost) -> None:
    done = 0.0
    for place, (_, _, step) in enumerate(rows):
        done += step.estimate
        right = max(done, done - step.estimate + step.hi)
        write(ax, right + 0.015 * cost.hi, -place, f"{step.estimate:,.0f}", va="center", color=INK)
    text = f"{cost.total:,.0f}"
    write(ax, cost.hi * 1.015, -len(rows), text, va="center", color=INK, fontweight="bold")


def _kinds(ax: Any, kinds: set[str], t: Words) -> None:
    for kind in ("procedural", "financial", "relational"):
        if kind in kinds:
            ax.barh(0, 0, color=_COLOURS[kind], hatch=_HATCHES[kind], edgecolor="white",
                    label=t(kind))  # fmt: skip
    if kinds:
        words = "".join(t(kind) for kind in kinds)
        ax.legend(loc="upper right", frameon=False, prop={"size": "small", **family(words)})


def draw_retention_curve(
    retention: float | None,
    discount: float,
    *,
    horizons: Any,
    growth: float,
    timing: Any,
    points: float,
    language: str,
    ax: Any = None,
) -> Any:
    """The margin multiple over retention, one line per horizon, with today and some points more.

    Near the retention from which on the sum has no end a line leaves the axes: it would flatten all
    others.
    """
    t = Words(language)
    ax = axes(ax, size=(6.5, 4.2))
    top = 1.0 if (1 + growth) < (1 + discount) else 0.995 * (1 + discount) / (1 + growth)
    shares = np.linspace(0.3, min(top, 0.98), 300)
    highest, usual = 0.0, 0.0
    colours, styles = (BLUE, ORANGE, PURPLE, SKY), ("-", (0, (5, 2)), (0, (1, 1.5)), "-.")
    for i, horizon in enumerate(horizons):
        values = margin_multiple(shares, discount, growth, horizon=horizon, timing=timing)
        highest = max(highest, float(values[-1]))
        usual = max(usual, float(np.interp(0.9 * shares[-1], shares, values)))
        name = t("endless") if horizon is None else t("periods", n=f"{horizon:g}")
        ax.plot(shares, values, color=colours[i % 4], ls=styles[i % 4], lw=2, label=name)
    then = 0.0
    if retention is not None:
        then = _today(ax, retention, points, discount, growth, horizons[0], timing)
    ax.set(xlim=(shares[0], shares[-1]), ylim=(0, min(1.05 * highest, max(4 * usual, 1.3 * then))))
    for name, place in ((t("retention"), ax.set_xlabel), (t("multiple"), ax.set_ylabel)):
        place(name, **font(name))
    from matplotlib.ticker import PercentFormatter

    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    ax.legend(loc="upper left", frameon=False, prop={"size": "small", **family(t("endless"))})
    ax.grid(color=PALE, lw=0.8)
    tidy(ax)
    return ax


def _today(
    ax: Any, retention: float, points: float, discount: float, growth: float, horizon: Any,
    timing: Any,
) -> float:  # fmt: skip
    """The higher of the two multiples marked."""

    def multiple(share: float) -> float:
        return float(margin_multiple(share, discount, growth, horizon=horizon, timing=timing))

    now = multiple(retention)
    ax.plot([retention], [now], "o", color=INK, ms=8, mec="white", zorder=5)
    if retention + points > 1:
        return now
    then = multiple(retention + points)
    ax.annotate("", (retention + points, then), (retention, now), zorder=4,
                arrowprops={"arrowstyle": "->", "color": VERMILION, "lw": 2})  # fmt: skip
    ax.annotate(f"{then / now - 1:+.1%}", (retention + points, then), (-10, 4), ha="right",
                textcoords="offset points", color=VERMILION, fontweight="bold")  # fmt: skip
    return max(now, then)
