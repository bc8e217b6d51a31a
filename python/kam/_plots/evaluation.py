"""Plots of an evaluation and of a campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kam._plots.style import BLUE, INK, MUTED, VERMILION, axes, sentence, tidy

if TYPE_CHECKING:
    from kam._churn.evaluation import Evaluation
    from kam._churn.profit import Campaign
    from kam._data.columns import Doubles


def draw_calibration(e: Evaluation, *, ax: Any = None) -> Any:
    ax = axes(ax, size=(5, 4.5))
    if e.reliability_note:
        return sentence(ax, f"No calibration table:\n{e.reliability_note}.")
    t = e.reliability
    top = min(1.0, 1.08 * float(max(t["share_hi"].max(), t["probability"].max())))
    ax.plot([0, top], [0, top], color=MUTED, lw=1, label="perfect")
    ax.vlines(t["probability"], t["share_lo"], t["share_hi"], color=BLUE, lw=1.2)
    label = f"bins, {100 * e.interval_level:g} % interval"
    ax.plot(t["probability"], t["share"], color=BLUE, ls="--", marker="o", label=label)
    ax.set_xlim(0, top)
    ax.set_ylim(0, top)
    ax.set_ylabel("Share that was lost")
    return _finish(ax, "Probability of loss, mean of the bin")


def draw_lift(e: Evaluation, *, ax: Any = None) -> Any:
    ax = axes(ax, size=(6, 4.5))
    rows, gains = _gains(e)
    if not gains:
        return sentence(ax, "No loss among the rows:\nnothing to find.")
    ax.plot([0, 1], [0, 1], color=MUTED, lw=1, label="at random")
    styles = ((BLUE, "-"), (VERMILION, "--"), (INK, ":"))
    for (name, gain), (colour, line) in zip(gains.items(), styles, strict=False):
        ax.plot(rows, gain, color=colour, ls=line, lw=1.8, label=name)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.set_ylabel("Share found")
    return _finish(ax, "Share of the accounts contacted, highest first")


def draw_profit(c: Campaign, *, ax: Any = None) -> Any:
    ax = axes(ax, size=(6, 4.5))
    order = np.flatnonzero(c.rank > 0)
    if not len(order):
        return sentence(ax, "No account has an expected profit.")
    order = order[np.argsort(c.rank[order])]
    spend = np.concatenate([[0.0], np.cumsum(c.spend[order])])
    profit = np.concatenate([[0.0], np.cumsum(c.profit[order])])
    label = "every account with a profit, best first"
    ax.plot(spend, profit, color=BLUE, lw=1.8, label=label)
    chosen = f"chosen: {c.accounts} accounts"
    ax.plot([c.total_spend], [c.total_profit], ls="none", marker="D", color=VERMILION, label=chosen)
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("Expected profit")
    return _finish(ax, "Expected spending")


def draw_earned(
    e: Evaluation, acceptance: float, offer: float, contact: float, *, ax: Any = None
) -> Any:
    """Of the account-level identity: acceptance x (value found - offer x losses found) - offer x
    others - contact x rows, at every hundredth of the rows."""
    if not 0 <= acceptance <= 1:
        raise ValueError(f"`acceptance` must be between 0 and 1, got {acceptance}")
    ax = axes(ax, size=(6, 4.5))
    if not e.has_value or not e.by_value["events"] > 0:
        return sentence(ax, "No lost value among the rows:\nnothing to earn.")
    shares, top = _top(e)
    found = top["value_recall"] * e.by_value["events"]
    saved = acceptance * (found - offer * top["events"])
    earned = saved - offer * (top["rows"] - top["events"]) - contact * top["rows"]
    earned = np.concatenate([[0.0], earned])
    best = int(np.argmax(earned))
    ax.axhline(0, color=MUTED, lw=1)
    ax.plot(shares, earned, color=BLUE, lw=1.8, label="earned")
    text = f"best at {100 * shares[best]:.0f} %"
    ax.plot([shares[best]], [earned[best]], ls="none", marker="D", color=VERMILION, label=text)
    ax.set_xlim(0, 1)
    ax.set_ylabel("Profit")
    return _finish(ax, "Share of the accounts contacted, highest first")


def _top(e: Evaluation, points: int = 101) -> tuple[Doubles, dict[str, Doubles]]:
    """The tops of every hundredth of the rows, from 0 on in the shares, from 1 % in the table."""
    from kam import _core

    shares = np.linspace(0, 1, points)
    found = _core.evaluate(*e._columns, 10, 10.0, e.interval_level, shares[1:].tolist())
    return shares, found["top"]


def _gains(e: Evaluation) -> tuple[Doubles, dict[str, Doubles]]:
    """Share found at every hundredth of the rows."""
    shares, found = _top(e)
    names = {"losses": "recall", "lost value": "value_recall"}
    names["lost value, by p x value"] = "value_recall_by_loss"
    gains = {
        name: np.concatenate([[0.0], found[key]])
        for name, key in names.items()
        if np.isfinite(found[key]).all()
    }
    return shares, gains


def _finish(ax: Any, label: str) -> Any:
    ax.set_xlabel(label)
    ax.legend(frameon=False)
    tidy(ax)
    return ax
