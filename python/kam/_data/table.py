"""One table of the user under standard column names, and its columns as the core wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kam import _core
from kam._data import frames as _frames
from kam._data.columns import codes_of, days, encode_ids, parse_numbers
from kam._data.data_report import EdgeFindings
from kam._data.frames import Array
from kam._errors import DataError

MOST_EXAMPLES = 5


@dataclass(frozen=True)
class ReadOptions:
    """How columns are named and texts are read."""

    columns: Mapping[str, str] = field(default_factory=dict)  # standard name -> name in the table
    date_format: str | None = None
    decimal: str = "."
    currency: str | None = None  # base currency where several occur


class Table:
    """Columns as they are. Of the transactions (`name` empty) every renamed column must exist;
    another table may keep the standard name."""

    def __init__(self, frame: Any, options: ReadOptions, name: str = "") -> None:
        self.frame = _frames.normalise(frame)
        self.names = set(_frames.names(self.frame))
        self.options = options
        self.name = name
        self.rows: int | None = None  # of the column read first

    def actual(self, name: str) -> str:
        renamed = self.options.columns.get(name, name)
        return name if self.name and renamed not in self.names else renamed

    def has(self, name: str) -> bool:
        return self.actual(name) in self.names

    def column(self, name: str) -> Array:
        actual = self.actual(name)
        with self.named():
            if actual not in self.names:
                hint = f" (mapped from '{name}')" if actual != name else ""
                raise DataError(
                    f"column '{actual}'{hint} is missing; there are: "
                    f"{', '.join(sorted(self.names))}. Name it with columns={{...}} or --columns."
                )
            values = _frames.column(self.frame, actual)
            if self.rows is None:
                self.rows = len(values)
            if len(values) != self.rows:
                raise DataError(f"`{actual}` has {len(values)} rows, expected {self.rows}")
            return values

    @contextmanager
    def named(self) -> Iterator[None]:
        """Errors within name the table."""
        try:
            yield
        except DataError as error:
            if not self.name:
                raise
            raise DataError(f"table '{self.name}': {error}") from None


class SideTable(Table):
    """A table beside the transactions. What cannot be read is missing, counted and told of."""

    def __init__(self, frame: Any, name: str, options: ReadOptions, edge: EdgeFindings) -> None:
        super().__init__(frame, options, name)
        self.edge = edge
        self.keep: Array = np.ones(0, dtype=bool)

    def accounts(self, ids: Array) -> Any:
        """Codes of the accounts; rows of unknown ones are not kept."""
        codes = codes_of(self.column("account_id"), ids)
        self.keep = codes != _core.NO_ACCOUNT
        self.tell("unknown_account", ~self.keep)
        return codes

    def drop(self, what: str, rows: Array) -> None:
        self.tell(what, rows)
        self.keep = self.keep & ~rows

    def tell(self, what: str, rows: Array, explanation: str = "") -> None:
        """Rows that cannot count: said, never dropped in silence."""
        self.edge.add(
            f"{self.name}_{what}",
            explanation
            or f"Rows of table {self.name} that do not count: {what.replace('_', ' ')}.",
            np.flatnonzero(rows).tolist(),
            severity="note",
            counts_as_rejected=False,
        )

    def numbers(self, name: str, values: Array | None = None) -> Any:
        """Of the column, or of `values` where some of it has been read already."""
        values = self.column(name) if values is None else values
        with self.named_column(name):
            numbers = parse_numbers(values, self.options.decimal)
        self._missing(name, "not_a_number", values, numbers.wrong)
        return numbers.values

    def dates(self, name: str) -> Any:
        values = self.column(name)
        with self.named_column(name):
            result = optional_days(values, self.actual(name), self.options.date_format)
        wrong = np.flatnonzero(given(values) & (result == _core.NO_DAY)).tolist()
        self._missing(name, "not_a_date", values, wrong)
        return result

    def words(self, name: str, known: Mapping[str, int], blank: int, unknown: int) -> Any:
        """Small codes of words (any case), or of the codes themselves as numbers."""
        values = self.column(name)
        codes = {str(code): code for code in known.values()} | dict(known)
        return self._each(name, values, blank, lambda text: codes.get(text, unknown), unknown)

    def flags(self, name: str) -> Any:
        """1 for true, yes, y and 1; blank is 0."""
        words = {"true": 1, "yes": 1, "y": 1, "1": 1, "false": 0, "no": 0, "n": 0, "0": 0}
        values = self.column(name)
        found = self._each(name, values, 0, lambda text: words.get(text, 2), 2)
        found[found == 2] = 0
        return found

    def texts(self, name: str) -> tuple[Any, list[str]]:
        """Codes from 1, 0 = blank, and the texts by code - 1."""
        return codes_and_names(self.column(name))

    def kept(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        return {k: np.ascontiguousarray(v[self.keep]) for k, v in columns.items()}

    def kept_rows(self) -> list[int]:
        """Row in the user's table of each row that the core sees."""
        return [int(i) for i in np.flatnonzero(self.keep)]

    @contextmanager
    def named_column(self, name: str) -> Iterator[None]:
        with self.named():
            try:
                yield
            except DataError as error:
                actual = self.actual(name)
                if f"'{actual}'" in str(error):
                    raise
                raise DataError(f"column '{actual}': {error}") from None

    def _each(
        self, name: str, values: Array, blank: int, code: Callable[[str], int], unknown: int
    ) -> Any:
        texts = [word(v) for v in values.tolist()]
        codes = np.array([code(t) if t else blank for t in texts], dtype=np.uint8)
        wrong = [i for i, t in enumerate(texts) if t and codes[i] == unknown]
        self._missing(name, "not_known", values, wrong)
        return codes

    def _missing(self, name: str, what: str, values: Array, rows: list[int]) -> None:
        self.edge.add(
            f"{self.name}_{name}_{what}",
            f"The {name} of table {self.name} is {what.replace('_', ' ')}: taken as missing.",
            rows,
            [values[i] for i in rows[:MOST_EXAMPLES]],
            severity="note",
            counts_as_rejected=False,
        )


def word(value: Any) -> str:
    """A cell as a lower-case word; whole numbers and truth values too. Empty: missing."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().lower()


def given(values: Array) -> Any:
    """Which cells are not blank."""
    if values.dtype.kind == "M":
        return ~np.isnat(values)
    if values.dtype.kind == "f":
        return ~np.isnan(values)
    return np.array([word(v) != "" for v in values.tolist()], dtype=bool)


def optional_days(values: Array, name: str, date_format: str | None) -> Any:
    """Days, where a column may be wholly blank (which frames often type as numbers)."""
    if values.dtype.kind == "f" and not np.any(given(values)):
        return np.full(len(values), _core.NO_DAY, dtype=np.int32)
    return days(values, name, date_format)


def codes_and_names(values: Array) -> tuple[Any, list[str]]:
    """Codes from 1 in order of first appearance; 0 = blank."""
    ids = encode_ids(values)
    codes = np.where(ids.codes == _core.NO_ACCOUNT, 0, ids.codes + np.uint32(1)).astype(np.uint32)
    return codes, [str(name) for name in ids.unique.tolist()]
