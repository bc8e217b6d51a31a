"""From what users have in a column to what the core takes: doubles, days, codes."""

from __future__ import annotations

import datetime as dt
import math
import warnings
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kam import _core
from kam._data.frames import Array
from kam._errors import DataError, RowWarning

Doubles = npt.NDArray[np.float64]
Days = npt.NDArray[np.int32]
Codes = npt.NDArray[np.uint32]


class Numbers(NamedTuple):
    values: Doubles
    wrong: list[int]  # rows whose text is not a number


class Ids(NamedTuple):
    codes: Codes  # NO_ACCOUNT where missing
    unique: Array  # the ids themselves, in order of first appearance


def doubles(values: Array, name: str) -> Doubles:
    """Numbers of any kind as contiguous float64; text is refused, missing is NaN."""
    numbers = parse_numbers(values)
    if numbers.wrong:
        first = numbers.wrong[0]
        raise DataError(f"column '{name}' holds {values[first]!r} in row {first}: not a number")
    return numbers.values


def parse_numbers(values: Array, decimal: str = ".") -> Numbers:
    """Like doubles, but text is read, and what cannot be read is NaN and listed."""
    if values.dtype.kind in "biuf":
        return Numbers(np.ascontiguousarray(values, dtype=np.float64), [])
    if values.dtype.kind in "mM":
        raise DataError("expected numbers, got dates")
    if len(decimal) != 1:
        raise ValueError(f"`decimal` must be one character, got {decimal!r}")
    parsed, wrong = _core.parse_numbers(np.ascontiguousarray(values, dtype=object), decimal)
    return Numbers(parsed, list(wrong))


def days(values: Array, name: str, date_format: str | None = None) -> Days:
    """Civil dates as days since 1970-01-01; NO_DAY where missing or unreadable.

    Text is ISO 8601 unless a format is given. Whole numbers (20240131) need a format: 20240131 days
    since 1970 is not what anybody means.
    """
    kind = values.dtype.kind
    if kind == "M":
        return _days_of_instants(values)
    if kind in "iu" or (kind == "f" and date_format):
        if not date_format:
            example = values[0] if len(values) else 0
            raise DataError(
                f"column '{name}' holds numbers ({example}), not dates: give a date format, "
                "for instance %Y%m%d"
            )
        texts = [None if v != v else str(int(v)) for v in values.tolist()]
        return np.asarray(_core.parse_dates(np.array(texts, dtype=object), date_format))
    if kind != "O":
        raise DataError(f"column '{name}' holds {values.dtype} values, not dates")
    objects = np.ascontiguousarray(values)
    result = np.asarray(_core.parse_dates(objects, date_format or ""))
    _read_other_dates(objects, result, date_format)
    return result


def _read_other_dates(objects: Array, result: Days, date_format: str | None) -> None:
    """Fills in what an object column holds besides text: date objects, whole numbers."""
    for row in np.flatnonzero(result == _core.NO_DAY).tolist():
        value = objects[row]
        if isinstance(value, (dt.date, np.datetime64)):
            text = _iso(value)
            result[row] = _core.NO_DAY if text is None else _core.parse_date(text, "")
        elif date_format and isinstance(value, (int, float)) and value == value:
            result[row] = _core.parse_date(str(int(value)), date_format)


_TICKS_PER_DAY = {"D": 1, "s": 86_400, "ms": 86_400_000, "us": 86_400_000_000}
_TICKS_PER_DAY["ns"] = 1000 * _TICKS_PER_DAY["us"]


def _days_of_instants(values: Array) -> Days:
    """The civil date of every instant, by its own clock."""
    unit, step = np.datetime_data(values.dtype)
    if unit not in _TICKS_PER_DAY or step != 1:
        values, unit = values.astype("datetime64[D]"), "D"
    ticks = np.ascontiguousarray(values).view(np.int64)
    return np.asarray(_core.days_of_ticks(ticks, _TICKS_PER_DAY[unit]))


def _iso(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return None if value != value else value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value.astype("datetime64[D]"))
    return value


def day(value: Any, name: str = "as_of") -> int:
    """One date: text, date, datetime, datetime64 or Timestamp."""
    text = value if isinstance(value, str) else _iso(value)
    result = _core.parse_date(text, "") if isinstance(text, str) else _core.NO_DAY
    if result == _core.NO_DAY:
        raise ValueError(f"`{name}` must be a date such as 2024-12-31, got {value!r}")
    return int(result)


def encode_ids(values: Array) -> Ids:
    """Identifiers as dense codes in order of first appearance; blank, None and NaN are missing."""
    if values.dtype.kind in "iu":
        codes, first = _core.factorize_integers(np.ascontiguousarray(values, dtype=np.int64))
        return Ids(np.asarray(codes), values[first])
    objects = values if values.dtype.kind == "O" else values.astype(object)
    texts = np.array([_id_text(v) for v in objects], dtype=object) if _mixed(objects) else objects
    codes, first = _core.factorize_texts(np.ascontiguousarray(texts))
    return Ids(np.asarray(codes), texts[first] if len(first) else np.array([], dtype=object))


def _mixed(objects: Array) -> bool:
    return not all(isinstance(v, str) or v is None for v in objects)


def _id_text(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def codes_of(values: Array, index: Array) -> Codes:
    """Codes of `values` in an existing index of ids; NO_ACCOUNT for ids that are not in it."""
    known = {_id_text(v): i for i, v in enumerate(index.tolist())}
    objects = values if values.dtype.kind == "O" else values.astype(object)
    missing = int(_core.NO_ACCOUNT)
    return np.array([known.get(_id_text(v), missing) for v in objects.tolist()], dtype=np.uint32)


def warn_rows(report: tuple[int, int, int, str], what: str, depth: int = 3) -> None:
    """One warning for all rejected rows of a call."""
    _, rejected, first, reason = report
    if rejected:
        warnings.warn(
            f"{what}: {rejected} rows are NaN, first row {first} ({reason})",
            RowWarning,
            stacklevel=depth,
        )
