"""Mutual dependence with each account, and concentration period by period."""

from __future__ import annotations

from typing import Any

import numpy as np

from kam import _core
from kam._concentration.concentration import concentration, one_column
from kam._data import frames as _frames
from kam._data.columns import days, doubles, encode_ids, warn_rows
from kam._errors import InsufficientDataError

QUADRANTS = ("unknown", "independent", "they_depend", "we_depend", "mutual")
PERIODS = {"year": 12, "quarter": 3, "month": 1}
_MEASURES = ("accounts", "total", "gini", "hhi", "effective_accounts", "theil")


def mutual_dependence(
    our_sales: Any,
    their_purchases: Any,
    *,
    their_share_of_us: float = 0.10,
    our_share_of_them: float = 0.30,
) -> dict[str, Any]:
    """Who depends on whom, account by account.

    `our_sales` to each account and all that it buys of such goods (`their_purchases`), same window
    and currency. Arrays: `their_share_of_us` (our sales to it / to all), `our_share_of_them` (our
    sales / its purchases) and `quadrant`: independent, they_depend, we_depend or mutual, by the two
    thresholds; unknown where a share is. Purchases that are missing, not positive or below our
    sales are counted in a RowWarning.
    """
    us, them, codes, report = _core.mutual_dependence(
        one_column(our_sales),
        one_column(their_purchases),
        float(their_share_of_us),
        float(our_share_of_them),
    )
    warn_rows(report, "mutual dependence")
    names = np.array(QUADRANTS, dtype=object)
    return {"their_share_of_us": us, "our_share_of_them": them, "quadrant": names[codes]}


def concentration_over_time(
    frame: Any,
    *,
    date: str = "date",
    amount: str = "amount",
    account: str = "account_id",
    period: str = "year",
    date_format: str | None = None,
) -> Any:
    """Concentration of net amounts per account, period by period: a frame of the same kind.

    `period` is "year", "quarter" or "month" of the calendar. Every period from the first to the
    last is a row, named 2024, 2024-Q1 or 2024-01. Amounts of an account within a period are added
    up first, rows without account, date or amount
    left out; an account below zero then is left out and counted (`negative_values`). Accounts
    without a row in a period do not count in it. Measures are NaN where the total is not positive.
    """
    if period not in PERIODS:
        raise ValueError(f"`period` must be year, quarter or month, got {period!r}")
    frame = _frames.normalise(frame)
    when = np.asarray(days(_frames.column(frame, date, "date"), date, date_format))
    money = doubles(_frames.column(frame, amount, "amount"), amount)
    codes = np.asarray(encode_ids(_frames.column(frame, account, "account")).codes)
    good = (when != _core.NO_DAY) & (codes != _core.NO_ACCOUNT) & np.isfinite(money)
    if not good.any():
        raise InsufficientDataError("no row has an account, a date and an amount")
    day = when[good].astype(np.int64).astype("datetime64[D]")
    months = day.astype("datetime64[M]").astype(np.int64)
    number = months // PERIODS[period]
    first = int(number.min())
    rows = [
        _measures(money[good][here], codes[good][here])
        for here in (number == p for p in range(first, int(number.max()) + 1))
    ]
    labels = [_label(first + i, period) for i in range(len(rows))]
    columns: dict[str, Any] = {"period": np.array(labels, dtype=object)}
    for i, name in enumerate((*_MEASURES, "top_share_0.2", "accounts_for_0.8", "negative_values")):
        columns[name] = np.array([row[i] for row in rows], dtype=np.float64)
    return _frames.build(_frames.kind_of(frame), columns)


def _measures(money: Any, codes: Any) -> list[float]:
    accounts, row = np.unique(codes, return_inverse=True)
    sums = np.bincount(row, money, len(accounts))
    try:
        c = concentration(sums)
    except InsufficientDataError:
        missing = [float("nan")] * (len(_MEASURES) + 2)
        missing[0], missing[1] = float((sums >= 0).sum()), float(sums[sums >= 0].sum())
        return [*missing, float((sums < 0).sum())]
    values = [float(getattr(c, name)) for name in _MEASURES]
    return [*values, c.top_share(0.2), float(c.accounts_for(0.8)), float(c.negative_values)]


def _label(number: int, period: str) -> str:
    months = number * PERIODS[period]
    year, month = 1970 + months // 12, months % 12
    if period == "year":
        return f"{year}"
    return f"{year}-Q{month // 3 + 1}" if period == "quarter" else f"{year}-{month + 1:02d}"


__all__ = ["concentration_over_time", "mutual_dependence"]
