"""From the ways people write down switching costs to the columns that the core takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kam._data.columns import Doubles, Ids, doubles, encode_ids
from kam._data.frames import Array, column, names, normalise
from kam._errors import DataError

KINDS = ("procedural", "financial", "relational")
_BORNE_BY = {"them": 0.0, "rival_pays": 1.0}
_MEASURES = ("amount", "hours", "rate", "effort")
_NEEDED = ("amount", "hours", "rating")
_KNOWN = {
    "account_id", "component", "kind", "borne_by", "rival_share", "rating", "source",
    *(f"{name}{end}" for name in _MEASURES for end in ("", "_lo", "_hi")),
}  # fmt: skip


class ComponentTable(NamedTuple):
    numbers: Doubles  # rows x 14, as the core reads them
    kinds: npt.NDArray[np.uint8]
    kind_names: list[str]
    names: list[str]
    account: Ids | None
    given: dict[str, Doubles]  # the numbers of the table as they were written down

    def problem(self, row: int) -> str:
        """Why this component cannot be used: its name, the column and what it holds."""
        return f"component '{self.names[row]}': " + (
            next(filter(None, (self._of_measure(name, row) for name in _MEASURES)), "")
            or self._of_the_rest(row)
        )

    def in_words(self, report: tuple[int, int, int, str]) -> tuple[int, int, int, str]:
        """A report of the core with the first component named instead of a code."""
        return (*report[:3], self.problem(report[2])) if report[1] else report

    def _of_measure(self, name: str, row: int) -> str:
        start = 3 * _MEASURES.index(name)
        estimate, lo, hi = (float(x) for x in self.numbers[row, start : start + 3])
        written, *ends = (self._cell(name + end, row) for end in ("", "_lo", "_hi"))
        bounds = " to ".join("?" if x != x else f"{x:.6g}" for x in ends)
        if written != written and bounds != "? to ?":
            return f"`{name}` has bounds ({bounds}) and no estimate: give what is most likely"
        if estimate != estimate:
            return ""  # what is missing altogether is told at the end
        for end, value in (("", estimate), ("_lo", lo), ("_hi", hi)):
            if not 0 <= value < np.inf:
                return f"`{name}{end}` must be finite and >= 0, got {value:.6g}"
        if estimate < lo:
            return f"`{name}` {estimate:.6g} is below its bound `{name}_lo` {lo:.6g}"
        if estimate > hi:
            return f"`{name}` {estimate:.6g} is above its bound `{name}_hi` {hi:.6g}"
        return ""

    def _of_the_rest(self, row: int) -> str:
        share, rating = float(self.numbers[row, 12]), float(self.numbers[row, 13])
        if not 0 <= share <= 1:
            return f"`rival_share` must be within 0..1, got {share:.6g}"
        if rating == rating and not 0 <= rating <= 100:
            return f"`rating` must be within 0..100, got {rating:.6g}"
        if rating == rating and self.kind_names[row] != "relational":
            return (
                f"`rating` {rating:.6g} is for relational ones, this one is {self.kind_names[row]}"
            )
        if self._cell("hours", row) > 0 and np.isnan(self.numbers[row, 6]):
            return "`hours` without a `rate`"
        if np.isnan(self.numbers[row, 0]):
            return "no amount and no hours"
        return "its cost is not a finite number"

    def _cell(self, name: str, row: int) -> float:
        return float(self.given[name][row]) if name in self.given else float("nan")


def read_components(components: Any) -> ComponentTable:
    """The table behind `components`; ValueError or TypeError says what cannot be read."""
    frame = normalise(_as_columns(components))
    there = names(frame)
    unknown = sorted(set(there) - _KNOWN)
    if unknown:
        raise DataError(f"`components`: unknown column '{unknown[0]}'; known: {sorted(_KNOWN)}")
    if not set(there) & set(_NEEDED):
        for name in ("amount", "hours"):
            if bounds := [n for n in there if n in (f"{name}_lo", f"{name}_hi")]:
                raise DataError(
                    f"`components` has `{bounds[0]}` and no `{name}`: bounds need an estimate"
                )
        raise DataError("`components` needs a column `amount`, `hours` or `rating`")
    rows = len(column(frame, there[0]))
    kinds = _kinds(frame, there, rows)
    labels = _texts(frame, there, "component", rows)
    named = [label or f"component {i + 1}" for i, label in enumerate(labels)]
    account = encode_ids(column(frame, "account_id")) if "account_id" in there else None
    if account is not None and rows and account.codes.max() >= len(account.unique):
        raise DataError("column 'account_id' has a row without an id")
    given = {n: doubles(column(frame, n), n) for n in there if n in _KNOWN and _is_number(n)}
    numbers = _numbers(frame, there, given, kinds)
    return ComponentTable(numbers, kinds, [KINDS[k] for k in kinds], named, account, given)


def _as_columns(components: Any) -> Any:
    """Frames and dicts of columns as they are; lists of dicts and named amounts as columns."""
    if isinstance(components, Mapping):
        values = list(components.values())
        named = [v for v in values if np.ndim(v) == 0 or isinstance(v, (tuple, Mapping))]
        if values and len(named) < len(values):
            return components
        rows = [_row(str(name), value) for name, value in components.items()]
    elif isinstance(components, (list, tuple)):
        rows = list(components)
        if not all(isinstance(row, Mapping) for row in rows):
            raise TypeError("a list of `components` must hold dicts, one per component")
    else:
        return components
    if not rows:
        return {"amount": np.empty(0)}
    keys = dict.fromkeys(str(key) for row in rows for key in row)
    return {key: _column([row.get(key) for row in rows]) for key in keys}


def _row(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return {"component": name, **value}
    if isinstance(value, tuple):
        if len(value) != 3:
            raise ValueError(f"component '{name}' must be a number or (lo, estimate, hi)")
        lo, estimate, hi = value
        return {"component": name, "amount": estimate, "amount_lo": lo, "amount_hi": hi}
    return {"component": name, "amount": value}


def _column(values: list[Any]) -> Array:
    if all(v is None or isinstance(v, (int, float, np.number)) for v in values):
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return np.array(values, dtype=object)


def _texts(frame: Any, there: list[str], name: str, rows: int) -> list[str | None]:
    if name not in there:
        return [None] * rows
    values = column(frame, name).tolist()
    return [None if v is None or v != v else str(v) for v in values]


def _kinds(frame: Any, there: list[str], rows: int) -> npt.NDArray[np.uint8]:
    """A row that says nothing is procedural if it is hours and financial if it is money."""
    texts = _texts(frame, there, "kind", rows)
    hours = doubles(column(frame, "hours"), "hours") if "hours" in there else np.zeros(rows)
    kinds = []
    for i, text in enumerate(texts):
        if text is not None and text not in KINDS:
            raise DataError(f"column 'kind' holds {text!r} in row {i}: not one of {KINDS}")
        kinds.append(KINDS.index(text) if text else (0 if hours[i] > 0 else 1))
    return np.array(kinds, dtype=np.uint8)


def _numbers(
    frame: Any, there: list[str], given: dict[str, Doubles], kinds: npt.NDArray[np.uint8]
) -> Doubles:
    rows = len(kinds)
    table = np.empty((rows, 14))
    nothing = np.full(rows, np.nan)
    known = [given.get(name, nothing) for name in _NEEDED]
    priced = ~np.isnan(known[0]) | ~np.isnan(known[1])
    # A bond with a rating needs no price; anything else without money and hours is missing.
    empty = ~priced & ~((kinds == 2) & ~np.isnan(known[2]))
    for i, name in enumerate(_MEASURES):
        estimate = given.get(name, nothing)
        estimate = np.where(np.isnan(estimate), _absent(name, empty, table), estimate)
        table[:, 3 * i] = estimate
        for j, end in ((1, "_lo"), (2, "_hi")):
            bound = given.get(name + end, nothing)
            table[:, 3 * i + j] = np.where(np.isnan(bound), estimate, bound)
    table[:, 12] = _rival_share(frame, there, rows, given)
    table[:, 13] = given.get("rating", nothing)
    return table


def _absent(name: str, empty: npt.NDArray[np.bool_], table: Doubles) -> Doubles:
    """What a measure that is not given means: nothing, except where it is needed."""
    if name == "amount":
        return np.where(empty, np.nan, 0.0)
    if name == "rate":  # of hours that are there
        return np.where(table[:, 3] > 0, np.nan, 0.0)
    return np.full(len(empty), 1.0 if name == "effort" else 0.0)


def _is_number(name: str) -> bool:
    return name.split("_")[0] in _MEASURES or name in ("rating", "rival_share")


def _rival_share(frame: Any, there: list[str], rows: int, given: dict[str, Doubles]) -> Doubles:
    shares = given.get("rival_share", np.zeros(rows))
    texts = _texts(frame, there, "borne_by", rows)
    for i, text in enumerate(texts):
        if text is not None and text not in _BORNE_BY:
            raise DataError(
                f"column 'borne_by' holds {text!r} in row {i}: not one of {tuple(_BORNE_BY)}"
            )
    said = np.array([np.nan if t is None else _BORNE_BY[t] for t in texts])
    return np.where(np.isnan(said), np.nan_to_num(shares, nan=0.0), said)
