"""How much profit the losses eat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kam import _core
from kam._base.money import money
from kam._data.columns import Doubles, doubles


@dataclass(frozen=True, repr=False)
class WhaleCurve:
    """Profit accumulated from the most to the least profitable account.

    `peak_ratio` is what the profitable accounts earn over the total, `erosion` what the others
    take away of it; NaN with a `note` where the total is not positive. `curve` is (account share,
    profit, profit share).
    """

    accounts: int
    accounts_at_peak: int
    accounts_below_zero: int
    total: float
    peak: float
    losses: float
    peak_ratio: float
    erosion: float
    note: str
    rows_rejected: int
    curve: tuple[Doubles, Doubles, Doubles]

    def __repr__(self) -> str:
        peak = money(self.peak)
        if self.peak_ratio == self.peak_ratio:
            peak += f" ({self.peak_ratio:.1%})"
        text = (
            f"WhaleCurve({self.accounts} accounts, total {money(self.total)}, peak {peak} with "
            f"{self.accounts_at_peak}, {self.accounts_below_zero} below zero lose "
            f"{money(abs(self.losses))}"
        )
        text += f"; {self.rows_rejected} left out" if self.rows_rejected else ""
        return text + (f"; {self.note})" if self.note else ")")


def whale_curve(profit: Any, *, points: int = 1001) -> WhaleCurve:
    """The whale curve of one profit per account (losses are negative; NaN is left out, counted)."""
    column = doubles(np.asarray(profit), "profit")
    return WhaleCurve(**_core.whale_curve(column, int(points)))
