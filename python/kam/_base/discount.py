"""Spans of time and discount rates, said so that nobody can take one for another."""

from __future__ import annotations

from typing import Any, Literal, get_args

from kam import _core
from kam._data.columns import day

Compounding = Literal["annual", "monthly", "daily", "continuous", "per_month"]


def discount_rate(rate: float) -> float:
    """A rate per period as a fraction; above 1 somebody meant percent."""
    value = float(rate)
    if value > 1:
        raise ValueError(f"`discount` is a fraction, at most 1 (8 % is 0.08), got {rate}")
    return value


def effective_annual_rate(rate: float, compounding: Compounding = "annual") -> float:
    """The effective annual rate of a rate that is compounded otherwise.

    `annual`: it is effective already; `monthly`, `daily`: a nominal annual rate, a twelfth or 1/365
    of it at a time; `continuous`: exp(rate) - 1; `per_month`: the rate itself is per month.
    """
    if compounding not in get_args(Compounding):
        known = ", ".join(get_args(Compounding))
        raise ValueError(f"`compounding` must be one of {known}, got {compounding!r}")
    code = get_args(Compounding).index(compounding)
    effective = _core.effective_annual_rate(discount_rate(rate), code)
    if effective != effective:
        raise ValueError(f"`discount` must be finite and above -1 per period, got {rate}")
    return effective


def span_in_years(years: float | None, months: int | None, as_of: Any) -> float:
    """`years`, or calendar `months` from `as_of` on in years of 365.2425 days."""
    if (years is None) == (months is None):
        raise ValueError("give either `years` or `months`")
    if years is not None:
        return float(years)
    if as_of is None:
        raise ValueError("`months` are calendar months: they need `as_of`, the day they start")
    span = _core.years_of_months(day(as_of), int(months or 0)) if months == int(months or 0) else -1
    if not span >= 0:
        raise ValueError(f"`months` must be a whole number from 0 to 1200, got {months}")
    return span
