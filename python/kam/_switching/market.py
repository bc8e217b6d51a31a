"""Switching cost of a market: from prices and sizes, and from moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kam import _core
from kam._base.arguments import column
from kam._data.columns import Doubles
from kam._switching.switching import Range


@dataclass(frozen=True, repr=False)
class MarketSwitchingCost:
    """Shy's estimate, one row per supplier in the order given: a check of a market.

    `valid` is False where the estimate is negative: that price is not undercut-proof and no row
    describes the market (`all_valid`). `lo` and `hi` are the least and greatest estimate when any
    one rival is taken out; NaN for two suppliers.
    """

    switching_cost: Doubles
    share_of_price: Doubles
    valid: npt.NDArray[np.bool_]
    all_valid: bool
    lo: Doubles
    hi: Doubles

    def __repr__(self) -> str:
        rows = ", ".join(
            f"{s:.4g} [{lo:.4g} ... {hi:.4g}]{'' if ok else ' invalid'}"
            for s, lo, hi, ok in zip(self.switching_cost, self.lo, self.hi, self.valid, strict=True)
        )
        return f"MarketSwitchingCost({rows})"


def market_switching_cost(prices: Any, customers: Any) -> MarketSwitchingCost:
    """Switching costs of a market from prices and sizes alone (Shy 2002, "quick and easy").

    Undercut-proof prices: nobody gains by undercutting a supplier by the switching cost. Customers
    may be counts or shares. A sanity check of a market, never a number for one account.
    """
    found = _core.market_switching_cost(column(prices, "prices"), column(customers, "customers"))
    found["valid"] = found["valid"].astype(bool)
    return MarketSwitchingCost(**found)


def undercut_proof_prices(switching_costs: Any, customers: Any) -> Doubles:
    """The way forward: prices at which no supplier can be undercut with gain."""
    costs = column(switching_costs, "switching_costs")
    return np.asarray(_core.undercut_proof_prices(costs, column(customers, "customers")))


@dataclass(frozen=True, repr=False)
class TransitionSwitchingCost:
    """Switching cost from moves, in units of the utility's error; `in_money` divides by the price
    coefficient.

    `value` holds the V of each supplier (the first 0). `p` tests whether one cost for all moves
    suffices (NaN for two suppliers). `continuity_correction`: an empty cell, 1/2 added to all.
    """

    switching_cost: float
    standard_error: float
    interval: Range
    value: Doubles
    customers: float
    continuity_correction: bool
    deviance: float
    degrees_of_freedom: int
    p: float

    def in_money(
        self, price_coefficient: float, standard_error: float = 0.0
    ) -> tuple[float, float]:
        """(switching cost, standard error) in money, by the delta method."""
        money = _core.switching_cost_in_money(
            self.switching_cost,
            self.standard_error,
            float(price_coefficient),
            float(standard_error),
        )
        if money[0] != money[0]:
            raise ValueError(f"`price_coefficient` must not be 0, got {price_coefficient!r}")
        return float(money[0]), float(money[1])

    def __repr__(self) -> str:
        said = ", 1/2 added to every cell" if self.continuity_correction else ""
        return (
            f"TransitionSwitchingCost({self.switching_cost:.6g} "
            f"± {self.standard_error:.4g}, {self.customers:g} customers{said})"
        )


def transition_switching_cost(table: Any, *, level: float = 0.8) -> TransitionSwitchingCost:
    """Mean switching cost from a k x k table of moves: row = supplier before, column = after.

    P(j | i) is proportional to exp(V_j - S [j != i]); S by maximum likelihood, for two suppliers
    half the log odds ratio.
    """
    counts = np.ascontiguousarray(table, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"`table` must be k x k, got shape {counts.shape}")
    found = _core.transition_switching_cost(counts.ravel(), counts.shape[0], float(level))
    found["interval"] = Range(*found["interval"])
    return TransitionSwitchingCost(**found)


__all__ = [
    "MarketSwitchingCost",
    "TransitionSwitchingCost",
    "market_switching_cost",
    "transition_switching_cost",
    "undercut_proof_prices",
]
