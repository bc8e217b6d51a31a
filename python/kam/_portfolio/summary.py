"""Transactions to the order summary."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kam import _core
from kam._data import frames as _frames
from kam._data.columns import Days, Doubles, Ids, day, days, doubles, encode_ids
from kam._errors import DataError


def summarize(
    transactions: Any,
    *,
    account: str = "account_id",
    date: str = "date",
    amount: str | None = "amount",
    as_of: Any,
    unit: str = "week",
    occasion: str = "day",
    date_format: str | None = None,
    gaps: bool = False,
) -> Any:
    """Frequency, recency, age and monetary value of every account.

    An order occasion is a period (a day by default) with positive net spend, or with zero net and
    no negative row in it. Returns net against the orders of their period.

    Parameters
    ----------
    transactions : frame
        One row per order line, in any order: pandas, Polars, PyArrow, DuckDB or a dict of arrays.
    account, date, amount : str
        Names of the columns. ``amount=None`` counts every row as an order; monetary_value is NaN.
    as_of : date or ISO text
        Observation end, always explicit. Rows dated on or before it count.
    unit : {"day", "week", "month"}
        Durations are reported in it: week = days/7, month = days/30.436875. A frame does not carry
        it: give a model the same, ``fit(summary, unit=unit)``, or it takes them for weeks.
    occasion : {"day", "week", "month"}
        Purchases within one are one (ISO weeks, calendar months).
    date_format : str, optional
        For text or whole-number dates that are not ISO 8601, e.g. ``"%Y%m%d"``.
    gaps : bool
        Adds the column ``log_gaps``, the sum of ln(gap) between consecutive occasions (0 at
        frequency 0): what BGCNBD and MBGCNBD need to choose the regularity k.

    Returns
    -------
    frame of the same kind
        One row per account, in order of first appearance: ``account_id``, ``frequency`` (repeat
        occasions), ``recency`` (age at the last one), ``age`` (first one to `as_of`),
        ``monetary_value`` (mean net value of repeat occasions; NaN at frequency 0). All NaN for an
        account without an occasion up to `as_of`.

    Raises
    ------
    DataError
        A column is missing, or a date or amount cannot be read (`kam.score` and the command line
        count such rows instead).
    """
    check_units(unit=unit, occasion=occasion)
    end = day(as_of)
    log = read_log(transactions, account, date, amount, date_format)
    return _frames.build(log.kind, log.summary(end, unit, occasion, gaps=gaps))


class Log(NamedTuple):
    """Transactions as the core reads them."""

    kind: _frames.Kind
    ids: Ids
    days: Days
    amounts: Doubles
    has_amounts: bool

    def summary(
        self, end: int, unit: str, occasion: str, rows: Any = slice(None), gaps: bool = False
    ) -> dict[str, Any]:
        """The order summary at `end` of `rows`, every account of the log in it."""
        frequency, recency, age, money, log_gaps, _, _ = _core.summarize(
            np.ascontiguousarray(self.ids.codes[rows]),
            np.ascontiguousarray(self.days[rows]),
            np.ascontiguousarray(self.amounts[rows]),
            len(self.ids.unique),
            end,
            unit,
            occasion,
            gaps,
        )
        if not self.has_amounts:
            money[:] = np.nan
        return {
            "account_id": self.ids.unique,
            "frequency": frequency,
            "recency": recency,
            "age": age,
            "monetary_value": money,
            **({"log_gaps": log_gaps} if gaps else {}),
        }


def check_units(**options: str) -> None:
    for option, value in options.items():
        if value not in ("day", "week", "month"):
            raise ValueError(f"`{option}` must be day, week or month, got {value!r}")


def read_log(
    transactions: Any, account: str, date: str, amount: str | None, date_format: str | None
) -> Log:
    """DataError at the first row that has no account, date or amount."""
    kind = _frames.kind_of(transactions)
    frame = _frames.normalise(transactions)
    raw_ids = _frames.column(frame, account, "account")
    ids = encode_ids(raw_ids)
    raw_dates = _frames.column(frame, date, "date")
    rows = days(raw_dates, date, date_format)
    _refuse_first(rows == _core.NO_DAY, raw_dates, date, "a date (ISO 8601, or give date_format)")
    _refuse_first(ids.codes == _core.NO_ACCOUNT, raw_ids, account, "an account id")
    if amount is None:
        values = np.ones(len(rows))
    else:
        values = doubles(_frames.column(frame, amount, "amount"), amount)
        _refuse_first(~np.isfinite(values), values, amount, "a finite number")
    return Log(kind, ids, rows, values, amount is not None)


def _refuse_first(bad: Any, values: Any, name: str, expected: str) -> None:
    where = np.flatnonzero(bad)
    if len(where):
        first = int(where[0])
        raise DataError(
            f"column '{name}': {len(where)} of {len(bad)} rows are not {expected}, "
            f"first {values[first]!r} in row {first}"
        )
