"""Which argument, row and value kept rows out of a call: the words for what the core counts."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from kam._data.columns import Doubles
from kam._errors import InsufficientDataError, RowWarning

_MOST_MONEY = 1e100


class Domain(NamedTuple):
    """What one argument may hold; one number for all rows, or one each."""

    name: str
    values: Doubles
    rule: str
    low: float
    high: float
    may_be_missing: bool = False
    whole: bool = False
    above: bool = False  # `low` itself is outside

    def says(self, row: int) -> str:
        """What is wrong with the cell of this row; empty if it is fine."""
        value = float(self.values[row if len(self.values) > 1 else 0])
        if value != value:
            return "" if self.may_be_missing else f"`{self.name}` is missing"
        inside = self.low <= value <= self.high and not (self.above and value == self.low)
        if inside and (not self.whole or value.is_integer()):
            return ""
        text = f"`{self.name}` must be {self.rule}, got {value:.6g}"
        percent = self.low == 0 and self.high == 1 and not self.whole and 1 < value <= 100
        return text + (" (in percent? divide by 100)" if percent else "")


def share(name: str, values: Doubles) -> Domain:
    """A probability."""
    return Domain(name, values, "within 0..1", 0.0, 1.0)


def outcome(name: str, values: Doubles) -> Domain:
    """1 lost, 0 kept, NaN not known."""
    return Domain(name, values, "0, 1 or missing", 0.0, 1.0, may_be_missing=True, whole=True)


def at_least_0(name: str, values: Doubles) -> Domain:
    return Domain(name, values, "finite and >= 0", 0.0, _MOST_MONEY)


def above_0(name: str, values: Doubles) -> Domain:
    return Domain(name, values, "finite and > 0", 0.0, np.finfo(np.float64).max, above=True)


def amount(name: str, values: Doubles) -> Domain:
    """Money of either sign."""
    return Domain(name, values, "a finite amount", -_MOST_MONEY, _MOST_MONEY)


def in_words(domains: Sequence[Domain], row: int, reason: str) -> str:
    """The first argument that is wrong in the row; the core's reason where none is."""
    return next((text for domain in domains if (text := domain.says(row))), reason)


def warn_left_out(found: dict[str, Any], domains: Sequence[Domain], depth: int = 3) -> None:
    """One RowWarning for the rows that were left out: how many, which first, what it holds."""
    if rejected := found["rows_rejected"]:
        row = found["first_rejected"]
        what = in_words(domains, row, found["first_reason"])
        text = f"{rejected} rows were left out, first row {row}: {what}"
        warnings.warn(text, RowWarning, stacklevel=depth)


def refuse_unless_used(found: dict[str, Any], domains: Sequence[Domain]) -> None:
    """InsufficientDataError if every row was left out: that is a wrong call, not a bad row."""
    if found["rows_rejected"] and not found["rows_used"]:
        row = found["first_rejected"]
        what = in_words(domains, row, found["first_reason"])
        raise InsufficientDataError(f"no row can be used, first row {row}: {what}")


@contextmanager
def named(**names: str) -> Iterator[None]:
    """The core's names of arguments as those of the Python call, in what it refuses."""
    try:
        yield
    except ValueError as error:
        if type(error) not in (ValueError, InsufficientDataError):
            raise
        text = str(error)
        for core, python in names.items():
            text = text.replace(f"`{core}`", f"`{python}`")
        raise type(error)(text) from None


__all__ = [
    "Domain",
    "above_0",
    "amount",
    "at_least_0",
    "in_words",
    "named",
    "outcome",
    "refuse_unless_used",
    "share",
    "warn_left_out",
]
