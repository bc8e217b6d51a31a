"""Plots of revenue at risk and of a retention budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kam._plots.style import BLUE, INK, MUTED, PALE, VERMILION, axes, literal, sentence, tidy

if TYPE_CHECKING:
    from kam._concentration.risk import RevenueAtRisk
    from kam._lifetime.retention_budget import RetentionBudget

_BARS = 60


def draw_losses(r: RevenueAtRisk, *, ax: Any = None) -> Any:
    ax = axes(ax)
    if not r.expected_shortfall > 0:
        return sentence(ax, "Nothing can be lost.")
    last = int(np.searchsorted(np.cumsum(r.probability), 0.9999))
    top = max(r.loss[min(last, len(r.loss) - 1)], r.value_at_risk, r.expected_shortfall)
    edges, body, tail = _bars(r, float(top))
    width = edges[1] - edges[0]
    ax.bar(edges[:-1], body, width, align="edge", color=BLUE, label="loss")
    worst = f"worst {100 * (1 - r.level):g} %"
    ax.bar(edges[:-1], tail, width, bottom=body, align="edge", color=VERMILION, hatch="///",
           edgecolor="white", lw=0, label=worst)  # fmt: skip
    for x, line, name in (
        (r.expected_loss, ":", "expected loss"),
        (r.value_at_risk, "--", "value at risk"),
        (r.expected_shortfall, "-", "expected shortfall"),
    ):
        ax.axvline(x, color=INK, lw=1.2, ls=line, label=f"{name} {x:.6g}")
    ax.set_xlim(0, edges[-1])
    ax.set_ylim(0, 1.05 * float((body + tail).max()))
    ax.set_xlabel("Revenue lost")
    ax.set_ylabel("Probability")
    # Opaque: the lines end behind it.
    ax.legend(title=_owner(r), loc="upper right", framealpha=1, edgecolor="none")
    tidy(ax)
    return ax


def _bars(r: RevenueAtRisk, top: float) -> tuple[Any, Any, Any]:
    """Probability per bar, the worst 1 - level apart; bars are whole cells of the grid wide."""
    width = top / _BARS
    if r.unit > 0:
        width = r.unit * np.ceil(width / r.unit)
    edges = width * np.arange(int(top / width) + 2)
    above = np.minimum(r.probability_above(r.loss), 1 - r.level)
    reached = np.minimum(r.probability_above(r.loss) + r.probability, 1 - r.level)
    tail = reached - above
    kept = [np.histogram(r.loss, edges, weights=w)[0] for w in (r.probability - tail, tail)]
    return edges, kept[0], kept[1]


def _owner(r: RevenueAtRisk) -> str:
    row = int(np.nanargmax(r.tail_share))
    return (
        f"Row {row}: {100 * r.value_share()[row]:.0f} % of the value, "
        f"{100 * r.tail_share[row]:.0f} % of the tail"
    )


def draw_ownership(r: RevenueAtRisk, labels: Any = None, *, top: int = 10, ax: Any = None) -> Any:
    names = [f"row {i}" for i in range(len(r.values))] if labels is None else list(labels)
    if len(names) != len(r.values):
        raise ValueError(f"`labels` must have {len(r.values)} rows, got {len(names)}")
    if top < 1:
        raise ValueError(f"`top` must be at least 1, got {top}")
    ax = axes(ax)
    if not r.expected_shortfall > 0:
        return sentence(ax, "Nothing can be lost.")
    rows = np.argsort(-np.nan_to_num(r.tail_share), kind="stable")[: int(top)]
    rows = rows[~np.isnan(r.tail_share[rows])]
    y = np.arange(len(rows))[::-1]
    ax.barh(y + 0.2, 100 * r.tail_share[rows], 0.38, color=VERMILION, hatch="///",
            edgecolor="white", lw=0, label="of the expected shortfall")  # fmt: skip
    ax.barh(y - 0.2, 100 * r.value_share()[rows], 0.38, color=PALE, edgecolor=MUTED, lw=0.5,
            label="of the value")  # fmt: skip
    ax.set_yticks(y, [literal(str(names[i])) for i in rows])
    ax.set_xlabel("Share, %")
    _legend_above(ax)
    tidy(ax)
    return ax


def _legend_above(ax: Any) -> None:
    """Over the axes: bars may be long in every row."""
    ax.legend(frameon=False, ncols=2, loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.2)


def draw_budget(b: RetentionBudget, labels: Any = None, *, top: int = 15, ax: Any = None) -> Any:
    names = [f"row {i}" for i in range(len(b.spend))] if labels is None else list(labels)
    if len(names) != len(b.spend):
        raise ValueError(f"`labels` must have {len(b.spend)} rows, got {len(names)}")
    ax = axes(ax)
    rows = np.flatnonzero(np.nan_to_num(b.spend) > 0)
    if not len(rows):
        return sentence(ax, "Nothing is spent.")
    rows = rows[np.argsort(-b.spend[rows], kind="stable")][: int(top)]
    y = np.arange(len(rows))[::-1]
    ax.barh(y + 0.2, b.spend[rows], 0.38, color=BLUE, label="spend")
    ax.barh(y - 0.2, b.gain[rows], 0.38, color=PALE, edgecolor=MUTED, lw=0.5, label="net gain")
    ax.set_yticks(y, [literal(str(names[i])) for i in rows])
    ax.set_xlabel("Money")
    _legend_above(ax)
    tidy(ax)
    return ax
