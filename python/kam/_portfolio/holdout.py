"""A log of orders cut in two: what a model may see, and what came after."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np

from kam import _core
from kam._data import frames as _frames
from kam._data.columns import Doubles, day
from kam._errors import DataError, RowWarning
from kam._portfolio.summary import Log, check_units, read_log

UNIT_DAYS = {"day": 1.0, "week": 7.0, "month": 30.436875}


class Split(NamedTuple):
    """Both periods of the accounts that had an order up to the cut."""

    log: Log
    columns: dict[str, Any]
    kept: Any  # codes of those accounts in the log
    left_out: int  # accounts whose first order came later
    cut: int
    end: int
    unit: str
    occasion: str

    @property
    def spent(self) -> Doubles:
        """Net of every row up to the cut, per kept account; NaN without amounts."""
        if not self.log.has_amounts:
            return np.full(len(self.kept), np.nan)
        rows = self.log.days <= self.cut
        codes = self.log.ids.codes[rows]
        net = np.bincount(codes, self.log.amounts[rows], len(self.log.ids.unique))
        return np.asarray(net[self.kept])

    @property
    def duration(self) -> float:
        return (self.end - self.cut) / UNIT_DAYS[self.unit]


def holdout_split(
    transactions: Any,
    *,
    cut: Any,
    as_of: Any,
    unit: str = "week",
    occasion: str = "day",
    account: str = "account_id",
    date: str = "date",
    amount: str | None = "amount",
    date_format: str | None = None,
) -> Any:
    """The order summary at `cut`, and beside it what each account did in (cut, as_of].

    Only accounts with an order up to `cut` are in it: nobody could have predicted the others. How
    many were left out is told in a RowWarning.

    Parameters
    ----------
    transactions, account, date, amount, date_format, unit, occasion
        As in `kam.summarize`.
    cut, as_of : date or ISO text
        Last day of the calibration period, and of the holdout period.

    Returns
    -------
    frame of the same kind
        The columns of `kam.summarize` as of `cut` (``account_id``, ``frequency``, ``recency``,
        ``age``, ``monetary_value``), and ``holdout_frequency`` (order occasions after the cut),
        ``holdout_value`` (net of every row after the cut, returns included; NaN without amounts),
        ``holdout_duration`` (cut to as_of in `unit`). A week or month that the cut divides counts
        on both sides if there is an order on both: with ``occasion="week"`` cut on a Sunday.

    Raises
    ------
    ValueError
        `cut` is not before `as_of`.
    DataError
        A column is missing or cannot be read, or no account has an order up to `cut`.
    """
    check_units(unit=unit, occasion=occasion)
    log = read_log(transactions, account, date, amount, date_format)
    split = split_log(log, cut, as_of, unit, occasion)
    warn_left_out(split, "holdout_split")
    return _frames.build(log.kind, split.columns)


def split_log(log: Log, cut: Any, as_of: Any, unit: str, occasion: str) -> Split:
    first, last = day(cut, "cut"), day(as_of)
    if first >= last:
        raise ValueError(f"`cut` must be before `as_of`, got {cut} and {as_of}")
    before = log.summary(first, unit, occasion)
    kept = np.flatnonzero(~np.isnan(before["frequency"]))
    if len(kept) == 0:
        raise DataError(f"no account has an order up to the cut, {cut}")
    columns = {name: values[kept] for name, values in before.items()}
    later = (log.days > first) & (log.days <= last)
    columns |= _holdout_columns(log, later, last, occasion, kept)
    known = np.unique(log.ids.codes[log.days <= last])
    split = Split(log, columns, kept, len(known) - len(kept), first, last, unit, occasion)
    columns["holdout_duration"] = np.full(len(kept), split.duration)
    return split


def _holdout_columns(log: Log, later: Any, end: int, occasion: str, kept: Any) -> dict[str, Any]:
    occasions = np.zeros(len(log.ids.unique))
    value = np.zeros(len(log.ids.unique))
    if later.any():
        occasions = np.nan_to_num(log.summary(end, "day", occasion, later)["frequency"] + 1)
        value += np.bincount(log.ids.codes[later], log.amounts[later], len(value))
    if not log.has_amounts:
        value[:] = np.nan
    return {"holdout_frequency": occasions[kept], "holdout_value": value[kept]}


def warn_left_out(split: Split, what: str) -> None:
    if split.left_out:
        text = (
            f"{what}: {split.left_out} accounts without an order up to the cut "
            f"({_core.format_date(split.cut)}) are left out"
        )
        warnings.warn(text, RowWarning, stacklevel=3)
