"""What a retention campaign earns, over the portfolio and account by account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kam import _core
from kam._base.arguments import column, optional_column, whole
from kam._base.bad_rows import (
    amount,
    at_least_0,
    named,
    outcome,
    refuse_unless_used,
    share,
    warn_left_out,
)
from kam._data.columns import Doubles


@dataclass(frozen=True, repr=False)
class MaximumProfit:
    """MP and EMPC per customer of the base, and the fraction to contact for them.

    `score` is the lowest score to contact at the mean acceptance; NaN if nobody should be.
    """

    profit: float
    fraction: float
    score: float
    expected_profit: float
    expected_fraction: float
    rows_used: int

    def __repr__(self) -> str:
        whom = f"{self.fraction:.1%}, score >= {self.score:.4g}" if self.fraction > 0 else "nobody"
        return (
            f"MaximumProfit({self.profit:.6g} per customer by contacting {whom}; expected "
            f"{self.expected_profit:.6g} by {self.expected_fraction:.1%}; {self.rows_used} rows)"
        )


def maximum_profit(
    y: Any,
    p: Any,
    *,
    value: float = 200.0,
    offer: float = 10.0,
    contact: float = 1.0,
    alpha: float = 6.0,
    beta: float = 14.0,
    weight: Any = None,
) -> MaximumProfit:
    """The best profit a score allows when every customer is worth the same (Verbraken et al. 2013).

    A customer who would leave accepts the offer with probability gamma ~ Beta(alpha, beta).
    `profit` is at the mean gamma (MP), `expected_profit` the mean over gamma with the cut following
    it (EMPC). To choose among accounts of different value use `kam.expected_profit`.
    """
    lost, scores, weights = column(y, "y"), column(p, "p"), optional_column(weight, "weight")
    terms = (float(alpha), float(beta), float(value), float(offer), float(contact))
    with named(outcome="y", probability="p"):
        found = _core.maximum_profit(lost, scores, weights, *terms)
    domains = [share("p", scores), outcome("y", lost)]
    domains += [] if weights is None else [at_least_0("weight", weights)]
    warn_left_out(found, domains)
    names = ("profit", "fraction", "score", "expected_profit", "expected_fraction", "rows_used")
    return MaximumProfit(**{name: found[name] for name in names})


@dataclass(frozen=True)
class Campaign:
    """Whom to contact and what it is expected to bring; arrays follow the rows.

    `profit` and `spend` are expectations per account, `chosen` says who, `rank` who would be first
    if money were short (1 = first, 0 = no profit). `method` is "all" (the budget does not bind),
    "exact" or "greedy", which is at most `gap` below the best choice. `total_pred` is the range of
    the total at the interval level: who is about to leave, who accepts, and the acceptance rate
    itself, not errors of p or value. `most_spend` is what it costs if every offer is accepted.
    """

    profit: Doubles
    spend: Doubles
    chosen: npt.NDArray[np.bool_]
    rank: npt.NDArray[np.int64]
    method: str
    gap: float
    accounts: int
    total_profit: float
    total_pred: tuple[float, float]
    total_spend: float
    most_spend: float
    rows_used: int
    rows_rejected: int

    def plot_profit(self, *, ax: Any = None) -> Any:
        """Expected profit added up by rank, with the accounts chosen; returns the Axes."""
        from kam._plots.evaluation import draw_profit

        return draw_profit(self, ax=ax)

    def __repr__(self) -> str:
        lo, hi = self.total_pred
        how = f", at most {self.gap:.6g} below the best" if self.method == "greedy" else ""
        return (
            f"Campaign: {self.accounts} of {self.rows_used} accounts ({self.method}{how}), "
            f"expected profit {self.total_profit:.6g} ({lo:.6g} to {hi:.6g}), "
            f"expected spending {self.total_spend:.6g}, at most {self.most_spend:.6g}"
        )


def expected_profit(
    p: Any,
    value: Any,
    *,
    acceptance: float | tuple[float, float] = (6.0, 14.0),
    offer: Any,
    contact: Any,
    budget: float | None = None,
    level: float = 0.8,
    seed: int = 1,
) -> Campaign:
    """Expected profit of contacting each account at its own value, and the best choice of them.

    p gamma (value - offer) - (1 - p) offer - contact: whoever would leave accepts with probability
    gamma, whoever would stay always does.

    Parameters
    ----------
    p : array
        Calibrated probability of being lost, 0..1.
    value : array
        What keeping the account is worth, e.g. its lifetime value.
    acceptance : float or (alpha, beta)
        gamma, or its Beta distribution: profits use the mean, the range of the total its spread.
    offer, contact : float or array
        Cost of an accepted offer, and of the contact; >= 0.
    budget : float, optional
        On the expected spending of the chosen.

    A row that cannot be used is NaN and counted in a RowWarning that names argument, row and value;
    InsufficientDataError if none can be used.
    """
    probability, values = column(p, "p"), column(value, "value")
    offers, contacts = _terms(offer, "offer"), _terms(contact, "contact")
    beta = [float(a) for a in np.atleast_1d(np.asarray(acceptance, dtype=np.float64))]
    if len(beta) not in (1, 2):
        raise ValueError(f"`acceptance` must be a number or (alpha, beta), got {acceptance!r}")
    most = float("inf") if budget is None else float(budget)
    with named(probability="p", interval_level="level"):
        found = _core.expected_profit(
            probability, values, offers, contacts, beta, most, float(level), whole(seed, "seed")
        )
    domains = [share("p", probability), amount("value", values)]
    domains += [at_least_0("offer", offers), at_least_0("contact", contacts)]
    refuse_unless_used(found, domains)
    warn_left_out(found, domains)
    drop = ("first_rejected", "first_reason", "unknown_outcomes")
    return Campaign(**{name: v for name, v in found.items() if name not in drop})


def _terms(values: Any, name: str) -> Doubles:
    """One number for all accounts, or one each."""
    return column([values] if np.ndim(values) == 0 else values, name)


__all__ = ["Campaign", "MaximumProfit", "expected_profit", "maximum_profit"]
