"""Plots of revenue at risk and of a retention budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kam._plots.style import (
    BLUE,
    INK,
    MUTED,
    PALE,
    VERMILION,
    Words,
    amount,
    axes,
    chinese_font,
    drawable,
    family,
    font,
    literal,
    money_axis,
    sentence,
    tidy,
)

if TYPE_CHECKING:
    from kam._concentration.risk import RevenueAtRisk
    from kam._lifetime.retention_budget import RetentionBudget

_BARS = 60
_LONGEST = 28


def draw_losses(r: RevenueAtRisk, labels: Any = None, *, language: str, ax: Any = None) -> Any:
    t = Words(language)
    names = _names(labels, len(r.values), t)
    ax = axes(ax, size=(7, 4.6))
    if not r.expected_shortfall > 0:
        return sentence(ax, t("no_loss"))
    last = int(np.searchsorted(np.cumsum(r.probability), 0.9999))
    top = max(r.loss[min(last, len(r.loss) - 1)], r.value_at_risk, r.expected_shortfall)
    edges, body, tail = _bars(r, float(top))
    width = edges[1] - edges[0]
    ax.bar(edges[:-1], body, width, align="edge", color=BLUE, label=t("loss"))
    ax.bar(edges[:-1], tail, width, bottom=body, align="edge", color=VERMILION, hatch="///",
           edgecolor="white", lw=0,
           label=t("worst", level=f"{100 * (1 - r.level):g}"))  # fmt: skip
    for name, line in (
        ("expected_loss", ":"),
        ("value_at_risk", "--"),
        ("expected_shortfall", "-"),
    ):
        x = getattr(r, name)
        ax.axvline(x, color=INK, lw=1.2, ls=line, label=f"{t(name)} {amount(x)}")
    ax.set_xlim(0, edges[-1])
    ax.set_ylim(0, 1.05 * float((body + tail).max()))
    money_axis(ax, t, "revenue_lost")
    ax.set_ylabel(t("probability"), **font(t("probability")))
    _legend_above(ax, title=_owner(r, names, t))
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


def _owner(r: RevenueAtRisk, names: list[str], t: Words) -> str:
    row = int(np.nanargmax(r.tail_share))
    return t(
        "tail_owner",
        name=names[row],
        value=f"{100 * r.value_share()[row]:.0f}",
        tail=f"{100 * r.tail_share[row]:.0f}",
    )


def draw_ownership(
    r: RevenueAtRisk, labels: Any = None, *, top: int, language: str, ax: Any = None
) -> Any:
    t = Words(language)
    names = _names(labels, len(r.values), t)
    if top < 1:
        raise ValueError(f"`top` must be at least 1, got {top}")
    ax = axes(ax)
    if not r.expected_shortfall > 0:
        return sentence(ax, t("no_loss"))
    rows = np.argsort(-np.nan_to_num(r.tail_share), kind="stable")[: int(top)]
    rows = rows[~np.isnan(r.tail_share[rows])]
    y = np.arange(len(rows))[::-1]
    ax.barh(y + 0.2, 100 * r.tail_share[rows], 0.38, color=VERMILION, hatch="///",
            edgecolor="white", lw=0, label=t("of_shortfall"))  # fmt: skip
    ax.barh(y - 0.2, 100 * r.value_share()[rows], 0.38, color=PALE, edgecolor=MUTED, lw=0.5,
            label=t("of_value"))  # fmt: skip
    _name_rows(ax, y, [names[i] for i in rows])
    ax.set_xlabel(t("share_percent"), **font(t("share_percent")))
    _legend_above(ax)
    tidy(ax)
    return ax


def draw_budget(
    b: RetentionBudget, labels: Any = None, *, top: int, language: str, ax: Any = None
) -> Any:
    t = Words(language)
    names = _names(labels, len(b.spend), t)
    ax = axes(ax)
    rows = np.flatnonzero(np.nan_to_num(b.spend) > 0)
    if not len(rows):
        return sentence(ax, t("no_spending"))
    rows = rows[np.argsort(-b.spend[rows], kind="stable")][: int(top)]
    y = np.arange(len(rows))[::-1]
    ax.barh(y + 0.2, b.spend[rows], 0.38, color=BLUE, label=t("spending"))
    ax.barh(y - 0.2, b.gain[rows], 0.38, color=PALE, edgecolor=MUTED, lw=0.5,
            label=t("net_gain"))  # fmt: skip
    _name_rows(ax, y, [names[i] for i in rows])
    money_axis(ax, t, "money")
    _legend_above(ax)
    tidy(ax)
    return ax


# ---- what they share ----------------------------------------------------------------------------


def _names(labels: Any, rows: int, t: Words) -> list[str]:
    """A name for every row; where it has none, its place, counted from 0 as everywhere."""
    given = [None] * rows if labels is None else list(labels)
    if len(given) != rows:
        raise ValueError(f"`labels` must have {rows} rows, got {len(given)}")
    texts = ["" if g is None or g != g else " ".join(str(g).split()) for g in given]
    shown = [text if drawable(text) or chinese_font() is not None else "" for text in texts]
    named = [text or t("account_number", n=i) for i, text in enumerate(shown)]
    return [n if len(n) <= _LONGEST else n[: _LONGEST - 1].rstrip() + "…" for n in named]


def _name_rows(ax: Any, places: Any, names: list[str]) -> None:
    ax.set_yticks(places, [literal(name) for name in names])
    for text, name in zip(ax.get_yticklabels(), names, strict=True):
        text.set(**font(name))


def _legend_above(ax: Any, title: str = "") -> None:
    """Over the axes, so that it hides neither bars nor lines, whatever they reach."""
    words = "".join(ax.get_legend_handles_labels()[1])
    legend = ax.legend(
        title=literal(title) or None,
        title_fontproperties={"size": "medium", **family(title)},
        frameon=False,
        ncols=2,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.2,
        prop={"size": "small", **family(words)},
        alignment="left",
    )
    legend.set_in_layout(True)
