"""The power-law tail on logarithmic axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from kam._concentration.pareto import ParetoTail
from kam._errors import InsufficientDataError
from kam._plots.style import BLUE, MUTED, VERMILION, Words, axes, family, font, sentence, tidy

_POINTS = 2000


def tail_plot(values: Any, *, language: str, ax: Any = None) -> Any:
    t = Words(language)
    ax = axes(ax, size=(6, 4.5))
    try:
        tail = values if isinstance(values, ParetoTail) else ParetoTail(values)
    except InsufficientDataError:
        return sentence(ax, t("no_tail"))
    finite = tail._values[np.isfinite(tail._values) & (tail._values >= 0)]
    value, count = np.unique(finite[finite > 0], return_counts=True)
    share = np.cumsum(count[::-1])[::-1] / tail.accounts  # P(X >= value)
    shown = np.unique(np.geomspace(1, len(value), min(_POINTS, len(value))).astype(int))
    shown = len(value) - shown[::-1]  # dense at the large end
    ax.plot(value[shown], share[shown], ".", ms=4, color=BLUE, label=t("tail_accounts"))
    line = np.geomspace(tail.xmin, value[-1], 50)
    start = tail.tail_accounts / tail.accounts
    ax.plot(
        line,
        start * (line / tail.xmin) ** (1 - tail.alpha),
        color=VERMILION,
        lw=2,
        label=t("tail_law", alpha=f"{tail.alpha:.2f}", error=f"{tail.alpha_se:.2f}"),
    )
    ax.axvline(
        tail.xmin, color=MUTED, lw=1, ls="--", label=t("tail_cut", value=f"{tail.xmin:,.6g}")
    )
    ax.set(xscale="log", yscale="log")
    ax.set_xlabel(t("tail_value"), **font(t("tail_value")))
    ax.set_ylabel(t("tail_share"), **font(t("tail_share")))
    ax.legend(frameon=False, prop={"size": "small", **family(t("tail_accounts"))})
    tidy(ax)
    return ax
