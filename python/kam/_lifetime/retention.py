"""Retention economics: what a loyal customer is worth, and what more loyalty would be worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from kam import _core
from kam._base.arguments import column
from kam._base.discount import discount_rate
from kam._data.columns import Doubles, warn_rows
from kam._lifetime.retention_chinese import chinese_claim

Timing = Literal["end", "start"]
LiftMode = Literal["points", "percent"]


def _terms(
    discount: float, growth: float, horizon: float | None, timing: str
) -> tuple[float, float, float, bool]:
    if timing not in get_args(Timing):
        raise ValueError(f"`timing` must be end or start, got {timing!r}")
    periods = math.inf if horizon is None else float(horizon)
    return discount_rate(discount), float(growth), periods, timing == "start"


def _known(found: float, rule: str, **arguments: Any) -> float:
    if found != found:
        given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        raise ValueError(f"{rule}; got {given}")
    return found


def _rule(share: str) -> str:
    return (
        f"`{share}` must be in 0 ... 1, `discount` and `growth` above -1, `horizon` a whole number "
        ">= 0, and without a horizon retention * (1 + growth) < 1 + discount"
    )


def _each(value: Any, scalar: Any) -> Any:
    """`scalar` of a number, or of every number of an array."""
    if np.ndim(value) == 0:
        return scalar(float(value))
    values = np.asarray(value, dtype=np.float64)
    return np.array([scalar(v) for v in values.ravel().tolist()]).reshape(values.shape)


def margin_multiple(
    retention: Any,
    discount: float,
    growth: float = 0.0,
    *,
    horizon: float | None = None,
    timing: Timing = "end",
) -> Any:
    """Present value of a customer over its margin per period: r / (1 + i - r (1 + g)).

    `timing` "end": the first margin comes after one period; "start": now. `horizon` counts margins.
    """
    return _of_retention(_core.margin_multiple, retention, discount, growth, horizon, timing)


def retention_elasticity(
    retention: Any,
    discount: float,
    growth: float = 0.0,
    *,
    horizon: float | None = None,
    timing: Timing = "end",
) -> Any:
    """Percent more value per percent more retention: (1 + i) / (1 + i - r (1 + g))."""
    return _of_retention(_core.retention_elasticity, retention, discount, growth, horizon, timing)


def _of_retention(
    verb: Any, retention: Any, discount: float, growth: float, horizon: float | None, timing: Timing
) -> Any:
    """A verb of the core of one rate after the other, whatever does not exist named."""
    terms = _terms(discount, growth, horizon, timing)

    def one(r: float) -> float:
        return _known(verb(r, *terms), _rule("retention"), retention=r, discount=discount,
                      growth=growth, horizon=horizon)  # fmt: skip

    return _each(retention, one)


def retention_lift(
    churn: Any,
    delta: float,
    *,
    mode: LiftMode = "points",
    discount: float,
    horizon: float | None = None,
    timing: Timing = "end",
    growth: float = 0.0,
) -> Any:
    """How much more a customer is worth when churn falls by `delta` (0.05 = five).

    `mode` "points": 20 % becomes 15 %; "percent": 20 % becomes 19 %. The two differ by a factor of
    3 to 30.
    """
    if mode not in get_args(LiftMode):
        raise ValueError(f"`mode` must be points or percent, got {mode!r}")
    terms = _terms(discount, growth, horizon, timing)

    def one(c: float) -> float:
        found = _core.retention_lift(c, float(delta), mode == "percent", *terms)
        rule = _rule("churn") + ", before and after the change, with a value above 0 before"
        return _known(found, rule, churn=c, delta=delta, mode=mode, discount=discount,
                      horizon=horizon)  # fmt: skip

    return _each(churn, one)


@dataclass(frozen=True, repr=False)
class RetentionClaim:
    """ "5 % less churn makes 25-85 % more profit", for your numbers.

    `lift_points` and `lift_percent` are the two readings (NaN where there is no such churn).
    `points_for_lo` and `points_for_hi` are the points of churn that would give the claimed ends.
    """

    lift_points: float
    lift_percent: float
    elasticity: float
    points_for_lo: float
    points_for_hi: float
    sentence: str

    def __str__(self) -> str:
        return self.sentence

    def __repr__(self) -> str:
        return (
            f"RetentionClaim(points={self.lift_points:+.1%}, percent={self.lift_percent:+.1%}, "
            f"elasticity={self.elasticity:.2f})"
        )


def check_retention_claim(
    churn: float,
    *,
    discount: float,
    horizon: float | None = None,
    delta: float = 0.05,
    claim: tuple[float, float] = (0.25, 0.85),
    growth: float = 0.0,
    timing: Timing = "end",
    language: str = "en",
) -> RetentionClaim:
    """Both readings of the claim for your churn, discount, horizon and growth; `str()` of the
    result is one honest sentence, in English or ("zh") Chinese."""
    if language not in ("en", "zh"):
        raise ValueError(f"`language` must be en or zh, got {language!r}")
    terms = _terms(discount, growth, horizon, timing)
    found = _core.check_retention_claim(
        float(churn), float(delta), float(claim[0]), float(claim[1]), *terms
    )
    if language == "zh":
        found["sentence"] = chinese_claim(
            found, float(churn), float(delta), claim, float(discount), horizon, float(growth)
        )
    return RetentionClaim(**found)


@dataclass(frozen=True)
class CustomerEquity:
    """Sum of the values of the accounts, and percent of it per percent of retention, margin and
    discount rate."""

    total: float
    retention_elasticity: float
    margin_elasticity: float
    discount_elasticity: float


def customer_value(
    margin: Any,
    retention: Any,
    *,
    discount: float,
    growth: float = 0.0,
    horizon: float | None = None,
    timing: Timing = "end",
) -> Doubles:
    """margin x margin multiple, account by account; NaN rows with a RowWarning."""
    values, report = _core.customer_value(
        column(margin, "margin"),
        column(retention, "retention"),
        *_terms(discount, growth, horizon, timing),
    )
    warn_rows(report, "customer value")
    return np.asarray(values)


def customer_equity(
    margin: Any,
    retention: Any,
    *,
    discount: float,
    growth: float = 0.0,
    horizon: float | None = None,
    timing: Timing = "end",
) -> CustomerEquity:
    """What the customers of today are worth together, and what moves that most."""
    *found, report = _core.customer_equity(
        column(margin, "margin"),
        column(retention, "retention"),
        *_terms(discount, growth, horizon, timing),
    )
    warn_rows(report, "customer equity")
    return CustomerEquity(*found)


@dataclass(frozen=True)
class RetentionSpend:
    """What to spend on keeping one customer: spend and gain in money, the retention it buys."""

    spend: float
    retention: float
    gain: float


def best_retention_spend(
    value: float, *, base: float, ceiling: float, rate: float
) -> RetentionSpend:
    """Largest r(x) value - x for r(x) = ceiling - (ceiling - base) exp(-rate x) (Blattberg &
    Deighton 1996). The response must come from experiments or judgment, never from a risk score.
    """
    found = _core.best_retention_spend(float(base), float(ceiling), float(rate), float(value))
    rule = "`base` <= `ceiling` must be in 0 ... 1, `rate` above 0, `value` finite"
    _known(found[0], rule, base=base, ceiling=ceiling, rate=rate, value=value)
    return RetentionSpend(*found)


def break_even_uplift(price_cut: float, margin: float) -> float:
    """How much more must be sold for a price cut to pay: d / (m - d), shares of the price."""
    found = _core.break_even_uplift(float(price_cut), float(margin))
    rule = "`price_cut` must be >= 0 and below `margin`, which is at most 1"
    return _known(found, rule, price_cut=price_cut, margin=margin)


def retention_neutral_price_cut(
    retention: float,
    better_retention: float,
    margin: float,
    *,
    discount: float,
    growth: float = 0.0,
    horizon: float | None = None,
    timing: Timing = "end",
) -> float:
    """The largest price cut (share of price) that the better retention pays for."""
    terms = _terms(discount, growth, horizon, timing)
    found = _core.retention_neutral_price_cut(
        float(retention), float(better_retention), float(margin), *terms
    )
    return _known(found, _rule("retention") + "; `margin` in 0 ... 1", retention=retention,
                  better_retention=better_retention, margin=margin)  # fmt: skip


@dataclass(frozen=True)
class RevenueRetention:
    """Gross and net revenue retention of the accounts of the first period, and their parts."""

    start: float
    churned: float
    contraction: float
    expansion: float
    gross: float
    net: float
    new_revenue: float


def revenue_retention(first_period: Any, second_period: Any) -> RevenueRetention:
    """From the revenue of each account in two periods of one length. Accounts that are new in the
    second count in neither rate."""
    *found, report = _core.revenue_retention(
        column(first_period, "first_period"), column(second_period, "second_period")
    )
    warn_rows(report, "revenue retention")
    return RevenueRetention(*found)


class PriceSchedule:
    """A table of discounts: (from quantity, discount), rising. All-units and incremental prices of
    one table are two prices; costs are in list prices."""

    def __init__(self, breaks: Sequence[tuple[float, float]]) -> None:
        self.breaks = tuple((float(start), float(discount)) for start, discount in breaks)
        pairs = np.array(self.breaks, dtype=np.float64).reshape(-1, 2)
        self._core = _core.PriceSchedule(
            np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])
        )

    def all_units_cost(self, quantity: Any) -> Any:
        """Every unit at the discount of the band reached; falls at each break."""
        return _each(quantity, self._core.all_units_cost)

    def incremental_cost(self, quantity: Any) -> Any:
        """Every unit at the discount of its own band."""
        return _each(quantity, self._core.incremental_cost)

    def all_units_discount(self, quantity: Any) -> Any:
        """1 - cost / list price under the all-units schedule."""
        return _each(quantity, self._core.all_units_discount)

    def incremental_discount(self, quantity: Any) -> Any:
        """1 - cost / list price under the incremental schedule."""
        return _each(quantity, self._core.incremental_discount)

    def cheapest_order(self, quantity: Any) -> Any:
        """What one who needs `quantity` should order under the all-units schedule."""
        return _each(quantity, self._core.cheapest_order)

    def all_years_value(self, annual_spend: float, years: float, discount: float) -> float:
        """Breaks in contract years: present value if every year has the discount of the whole
        contract."""
        return self._core.all_years_value(
            float(annual_spend), float(years), discount_rate(discount)
        )

    def incremental_years_value(self, annual_spend: float, years: float, discount: float) -> float:
        """Present value if each year has its own discount."""
        found = self._core.incremental_years_value(
            float(annual_spend), float(years), discount_rate(discount)
        )
        return found

    def forfeited_by_leaving(
        self, annual_spend: float, served: float, years: float, discount: float
    ) -> float:
        """What leaving after `served` of `years` forfeits beyond a new contract on the same table:
        a financial switching cost."""
        return self._core.forfeited_by_leaving(
            float(annual_spend), float(served), float(years), discount_rate(discount)
        )

    def __repr__(self) -> str:
        rows = ", ".join(f"from {start:g}: {discount:.4g}" for start, discount in self.breaks)
        return f"PriceSchedule({rows})"


__all__ = [
    "CustomerEquity",
    "PriceSchedule",
    "RetentionClaim",
    "RetentionSpend",
    "RevenueRetention",
    "best_retention_spend",
    "break_even_uplift",
    "check_retention_claim",
    "customer_equity",
    "customer_value",
    "margin_multiple",
    "retention_elasticity",
    "retention_lift",
    "retention_neutral_price_cut",
    "revenue_retention",
]
