"""From the columns of a frame to the columns of a regression, and the schema that is kept of it.

Numbers stay as they are, booleans become 0 and 1, text becomes one column per level but the first
(treatment coding). What a model was fitted on is looked up by name: the order of the columns of a
later frame, extra columns and absent levels change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from kam import _core
from kam._data import frames as _frames
from kam._data.columns import Codes, Doubles, codes_of, doubles, encode_ids
from kam._errors import DataError, FormatError

Unseen = Literal["error", "reference", "missing"]
Missing = Literal["error", "level", "median"]
Mask = npt.NDArray[np.bool_]

MISSING_LEVEL = "missing"
# A text of more levels than this is an identifier or a number that could not be read.
MOST_LEVELS = 100
_FEW_CELLS = 10_000

_UNSEEN = ("error", "reference", "missing")
_MISSING = ("error", "level", "median")


class BadCells(NamedTuple):
    """Why rows of one column cannot be used."""

    column: str
    rows: Mask
    first: int
    reason: str  # of the first
    unseen: bool = False  # a level that the schema does not have


@dataclass
class DesignRows:
    """The regression columns of one frame. Rows that cannot be used are NaN in all of them."""

    columns: list[Doubles]
    bad: Mask
    cells: list[BadCells]

    @property
    def report(self) -> tuple[int, int, int, str]:
        """(rows usable, rows not, first of these, why): what `warn_rows` takes."""
        rejected = int(self.bad.sum())
        if not rejected:
            return len(self.bad), 0, 0, "none"
        worst = min(self.cells, key=lambda cells: cells.first)
        return len(self.bad) - rejected, rejected, worst.first, worst.reason

    def in_words(self, report: tuple[int, int, int, str]) -> tuple[int, int, int, str]:
        """A report of the core, which saw only NaN: its first row with the schema's reason."""
        _, rejected, first, reason = self.report
        return (*report[:3], reason) if rejected and report[1] and first == report[2] else report


@dataclass
class Column:
    """One column of the frame: what it was in the fit, and what becomes of it."""

    name: str
    kind: Literal["number", "boolean", "text"]
    missing: Missing = "error"
    levels: list[str] = field(default_factory=list)  # text; the first is the reference
    median: float = float("nan")  # number with missing="median"
    indicator: bool = False  # whether the fit saw missing numbers, so that they have a column

    @property
    def names(self) -> list[str]:
        if self.kind == "text":
            return [f"{self.name}[{level}]" for level in self.levels[1:]]
        return [self.name, f"{self.name}[{MISSING_LEVEL}]"] if self.indicator else [self.name]

    def to_dict(self) -> dict[str, Any]:
        record: dict[str, Any] = {"name": self.name, "kind": self.kind, "missing": self.missing}
        if self.kind == "text":
            record["levels"] = list(self.levels)
        elif self.missing == "median":
            record |= {"median": self.median, "indicator": self.indicator}
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        kind, missing = record["kind"], record["missing"]
        if kind not in ("number", "boolean", "text") or missing not in _MISSING:
            raise FormatError(f"column '{record['name']}': unknown kind or policy of missing cells")
        levels = [str(level) for level in record.get("levels", [])]
        if kind == "text" and (not levels or len(set(levels)) != len(levels)):
            raise FormatError(f"column '{record['name']}': its levels are none or repeated")
        column = cls(str(record["name"]), kind, missing, levels)
        if kind != "text" and missing == "median":
            column.median, column.indicator = float(record["median"]), bool(record["indicator"])
        return column


class Design:
    """What a regression was fitted on: columns, their order, levels, and what to do otherwise."""

    def __init__(self, columns: list[Column], unseen: Unseen = "error") -> None:
        if unseen not in _UNSEEN:
            raise ValueError(f"`unseen` must be one of {', '.join(_UNSEEN)}, got {unseen!r}")
        self.columns, self.unseen = columns, unseen
        self._plain = bool(columns) and all(c.kind != "text" and not c.indicator for c in columns)
        names = self.names
        for name in names:
            if names.count(name) > 1:
                raise DataError(f"two covariates would be called '{name}': rename a column")

    @classmethod
    def fit(
        cls,
        frame: Any,
        covariates: Iterable[str] | None = None,
        exclude: Iterable[str] = (),
        levels: Mapping[str, Iterable[Any]] | None = None,
        unseen: Unseen = "error",
        missing: Missing | Mapping[str, Missing] = "error",
    ) -> Self:
        """Learns the schema from a frame: see `learn`."""
        return cls.learn(frame, covariates, exclude, levels, unseen, missing)[0]

    @classmethod
    def learn(
        cls,
        frame: Any,
        covariates: Iterable[str] | None = None,
        exclude: Iterable[str] = (),
        levels: Mapping[str, Iterable[Any]] | None = None,
        unseen: Unseen = "error",
        missing: Missing | Mapping[str, Missing] = "error",
    ) -> tuple[Self, DesignRows]:
        """Learns the schema from a frame, and reads its regression columns.

        Parameters
        ----------
        covariates : names, optional
            All columns that are not in `exclude`, in the order of the frame, if not given.
        levels : dict, optional
            Levels of a column in the order wanted, the reference first; others are sorted. A column
            of numbers that is named here is read as text.
        unseen : what a level that the fit did not have becomes when scoring
            "error": the row is NaN and counted; "reference": the reference level; "missing": the
            level of missing cells, if the fit had them (otherwise as "error").
        missing : what a missing cell (None, NaN, blank text) becomes, for all columns or per column
            "error": the row is NaN and counted, in the fit as when scoring; the schema is learned
            from the others. "level": a level of its own; numbers have none, so for them it is
            "error". "median": for numbers the median of the rows here, and a 0/1 column beside it
            if some are missing here; text has no median, so it gets a level.

        Raises DataError naming column and row for a level that `levels` does not have, and if no
        row is left.
        """
        frame = _frames.normalise(frame)
        left_out = set(exclude)
        names = [n for n in _frames.names(frame) if n not in left_out]
        names = names if covariates is None else list(covariates)
        given = {} if levels is None else {k: list(v) for k, v in levels.items()}
        for name in given:
            if name not in names:
                raise DataError(f"`levels` names '{name}', which is no covariate of the fit")
        if not isinstance(missing, str) and not set(missing) <= set(names):
            other = sorted(set(missing) - set(names))
            raise DataError(f"`missing` names '{other[0]}', which is no covariate of the fit")
        policies: dict[str, Missing] = {}
        for name in names:
            policy = missing if isinstance(missing, str) else missing.get(name, "error")
            if policy not in _MISSING:
                raise ValueError(f"`missing` must be one of {', '.join(_MISSING)}, got {policy!r}")
            policies[name] = policy
        columns = [_learn(frame, name, given.get(name), policies[name]) for name in names]
        rows = cls(columns, "error").matrix(frame)
        for cells in rows.cells:
            if cells.unseen or rows.bad.all():
                raise DataError(f"row {cells.first}: {cells.reason}")
        if not rows.bad.any():
            return cls(columns, unseen), rows  # no cell is unseen: the same by either policy
        # What only rows without a use hold is no level, and no part of a median.
        usable = {name: _frames.column(frame, name, "a covariate")[~rows.bad] for name in names}
        columns = [_learn(usable, name, given.get(name), policies[name]) for name in names]
        design = cls(columns, unseen)
        return design, design.matrix(frame)

    @property
    def names(self) -> list[str]:
        """Names of the regression columns, such as `tenure` and `Contract[One year]`."""
        return [name for column in self.columns for name in column.names]

    @property
    def inputs(self) -> list[str]:
        """The columns that a frame must have."""
        return [column.name for column in self.columns]

    def matrix(self, frame: Any) -> DesignRows:
        """The regression columns of a frame, in the order of `names`, with the rows not usable.

        Raises DataError naming a column that the frame lacks.
        """
        frame = _frames.normalise(frame)
        if (plain := self._plain_rows(frame)) is not None:
            return plain
        columns: list[Doubles] = []
        cells: list[BadCells] = []
        read_columns = _frames.columns(frame, self.inputs, "a covariate of the fit")
        for column, values in zip(self.columns, read_columns, strict=True):
            read = _read_text if column.kind == "text" else _read_number
            made, bad = read(column, values, self.unseen)
            columns += made
            cells += bad
        rows = len(columns[0]) if columns else _rows(frame)
        return _without_bad_rows(columns, cells, rows)

    def _plain_rows(self, frame: Any) -> DesignRows | None:
        """A few rows of a dict that are numbers and nothing else, read at once; None for others.

        One customer at a time is scored in a form, where the time of a call counts.
        """
        if not self._plain or not isinstance(frame, dict):
            return None
        try:
            if np.size(frame[self.columns[0].name]) * len(self.columns) > _FEW_CELLS:
                return None
            table = np.array([frame[column.name] for column in self.columns])
        except (KeyError, ValueError):  # named by who reads column by column
            return None
        if table.dtype.kind not in "biuf" or table.ndim > 2:
            return None
        table = table.reshape(len(table), -1).astype(np.float64, copy=False)
        if not np.isfinite(table).all():
            return None
        return DesignRows(list(table), np.zeros(table.shape[1], dtype=bool), [])

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"unseen": self.unseen, "columns": [column.to_dict() for column in self.columns]}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`; FormatError for anything else."""
        try:
            columns = [Column.from_dict(column) for column in record["columns"]]
            return cls(columns, record["unseen"])
        except (KeyError, TypeError, AttributeError) as error:
            raise FormatError(f"the schema of the model cannot be read: {error!r}") from None
        except (DataError, ValueError) as error:
            raise FormatError(f"the schema of the model cannot be read: {error}") from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Design) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Design({', '.join(self.names)})"


def _rows(frame: Any) -> int:
    names = _frames.names(frame)
    return len(_frames.column(frame, names[0])) if names else 0


def _without_bad_rows(columns: list[Doubles], cells: list[BadCells], rows: int) -> DesignRows:
    bad = np.zeros(rows, dtype=bool)
    for column in columns:
        if len(column) != rows:
            raise ValueError(f"covariates differ in length: {len(column)} rows, expected {rows}")
    for one in cells:
        bad |= one.rows
    if cells:
        columns = [np.where(bad, np.nan, column) for column in columns]
    return DesignRows(columns, bad, cells)


def _kind(name: str, values: _frames.Array) -> Literal["number", "boolean", "text"]:
    """What a column holds; a column of objects is what its cells are."""
    kind = values.dtype.kind
    if kind == "b":
        return "boolean"
    if kind in "iuf":
        return "number"
    if kind != "O":
        what = "dates" if kind in "mM" else str(values.dtype)
        raise DataError(f"column '{name}' holds {what}: a covariate is a number, a boolean or text")
    types = {type(value) for value in values.tolist() if value is not None and value == value}
    if any(issubclass(t, str) for t in types):
        return "text"
    if types and all(issubclass(t, (bool, np.bool_)) for t in types):
        return "boolean"
    return "number"  # `doubles` names what is none


def _learn(frame: Any, name: str, levels: list[Any] | None, missing: Missing) -> Column:
    values = _frames.column(frame, name, "a covariate")
    kind = "text" if levels is not None else _kind(name, values)
    if kind == "text":
        return _learn_text(name, values, levels, missing)
    policy: Missing = "median" if missing == "median" else "error"
    column = Column(name, kind, policy)
    if policy == "median":
        numbers = _numbers(name, values)
        present = numbers[~np.isnan(numbers)]
        if not len(present):
            raise DataError(f"column '{name}' has no value in any row: no median")
        column.median = float(np.median(present))
        column.indicator = len(present) < len(numbers)
    return column


def _learn_text(
    name: str, values: _frames.Array, levels: list[Any] | None, missing: Missing
) -> Column:
    codes, unique = encode_ids(_trimmed(values))
    policy: Missing = "error" if missing == "error" else "level"
    if levels is None:
        if len(unique) > MOST_LEVELS:
            raise DataError(_too_many(name, unique))
        found = sorted(str(level) for level in unique.tolist())
    else:
        found = [str(level) for level in encode_ids(np.array(levels, dtype=object)).unique]
        if len(found) != len(levels):
            raise ValueError(f"`levels` of '{name}' must be different texts, got {levels}")
    if not found:
        raise DataError(f"column '{name}' has no value in any row: no level")
    if policy == "level" and bool((codes == _core.NO_ACCOUNT).any()):
        if MISSING_LEVEL in found:
            raise DataError(
                f"column '{name}' has missing cells and a level called '{MISSING_LEVEL}'"
            )
        found.append(MISSING_LEVEL)
    return Column(name, "text", policy, found)


def _too_many(name: str, unique: _frames.Array) -> str:
    text = f"column '{name}' has {len(unique)} different texts, more than {MOST_LEVELS}"
    _, wrong = _core.parse_numbers(np.ascontiguousarray(unique, dtype=object), ".")
    if len(wrong) * 2 < len(unique):
        held = f", only {unique[wrong[0]]!r} is none" if len(wrong) else ""
        return f"{text}; most are numbers{held}: convert the column"
    return f"{text}: name it in `exclude`, or give its `levels`"


def _trimmed(values: _frames.Array) -> _frames.Array:
    """Text of blanks only is missing, like empty text."""
    if values.dtype.kind != "O":
        return values
    blank = [isinstance(v, str) and not v.strip() for v in values.tolist()]
    if any(blank):
        values = values.copy()
        values[np.array(blank)] = None
    return values


def _read_text(
    column: Column, values: _frames.Array, unseen: Unseen
) -> tuple[list[Doubles], list[BadCells]]:
    values = _trimmed(values)
    index = np.array(column.levels, dtype=object)
    if values.dtype.kind == "O":
        seen, unique = encode_ids(values)
        of_unique = np.append(codes_of(unique, index), _core.NO_ACCOUNT).astype(np.uint32)
        codes: Codes = of_unique[np.minimum(seen, len(unique))]
        absent = seen == _core.NO_ACCOUNT
    else:
        codes = codes_of(values, index)
        absent = np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), dtype=bool)
    unknown = (codes == _core.NO_ACCOUNT) & ~absent
    own = column.missing == "level" and column.levels[-1] == MISSING_LEVEL
    bad = []
    if own:
        codes = np.where(absent, len(column.levels) - 1, codes).astype(np.uint32)
    elif absent.any():
        bad.append(_bad(column.name, absent, "has no value"))
    if unseen == "reference" or (unseen == "missing" and own):
        to = 0 if unseen == "reference" else len(column.levels) - 1
        codes = np.where(unknown, to, codes).astype(np.uint32)
    elif unknown.any():
        first = values[unknown].tolist()[0]
        reason = f"holds {first!r}, a level the fit did not have"
        bad.append(_bad(column.name, unknown, reason)._replace(unseen=True))
    made = [np.where(codes == i, 1.0, 0.0) for i in range(1, len(column.levels))]
    return made or [], bad


def _read_number(
    column: Column, values: _frames.Array, _: Unseen
) -> tuple[list[Doubles], list[BadCells]]:
    numbers = _numbers(column.name, values)
    if np.isfinite(numbers).all():  # one pass over a million rows instead of four
        return [numbers, np.zeros(len(numbers))] if column.indicator else [numbers], []
    absent = np.isnan(numbers)
    bad = []
    infinite = np.isinf(numbers)
    if infinite.any():
        bad.append(_bad(column.name, infinite, "is infinite"))
    if not absent.any():
        return [numbers, np.zeros(len(numbers))] if column.indicator else [numbers], bad
    if column.missing == "median":
        filled = np.where(absent, column.median, numbers)
        return [filled, absent.astype(np.float64)] if column.indicator else [filled], bad
    return [numbers], [*bad, _bad(column.name, absent, "has no value")]


def _numbers(name: str, values: _frames.Array) -> Doubles:
    """Numbers and booleans as doubles, text and dates refused by name."""
    if values.dtype.kind in "mM":
        raise DataError(f"column '{name}' holds dates, expected numbers")
    if values.dtype.kind == "O":
        for row, value in enumerate(values.tolist()):
            if isinstance(value, str) and value.strip():
                raise DataError(f"column '{name}' holds text ({value!r} in row {row}), not numbers")
        kinds = [np.nan if v is None or isinstance(v, str) else v for v in values.tolist()]
        try:
            return np.array(kinds, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise DataError(f"column '{name}' holds what is no number: {error}") from None
    return doubles(values, name)


def _bad(name: str, rows: Mask, reason: str) -> BadCells:
    return BadCells(name, rows, int(rows.argmax()), f"column '{name}' {reason}")
