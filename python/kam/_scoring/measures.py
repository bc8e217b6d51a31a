"""What every row rests on, measure by measure: enough to compare it with a later run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kam._data.frames import Array

if TYPE_CHECKING:
    from kam._scoring.score import ScoreResult

FIELDS = ("value", "score", "observed", "weight", "points")
RULE = "rule:"  # what a rule is called among the indicators


class Measures(Sequence[list[dict[str, Any]]]):
    """One list per account: {indicator, value, score, observed, weight, points}.

    `value` is what was read, `score` its 0-100 points, `observed` how fresh it was (0 = missing),
    `weight` how much it counted, `points` its reason. Rules come last, as ``rule:<id>``.
    """

    def __init__(self, names: list[str], columns: dict[str, Array]) -> None:
        self.names = names
        self.columns = columns  # by field: rows x names

    def __len__(self) -> int:
        return len(self.columns["value"])

    def __getitem__(self, row: Any) -> Any:
        if isinstance(row, slice):
            return [self[i] for i in range(*row.indices(len(self)))]
        cells = [self.columns[f][row].tolist() for f in FIELDS]
        return [
            {"indicator": name, **{f: _known(v) for f, v in zip(FIELDS, values, strict=True)}}
            for name, *values in zip(self.names, *cells, strict=True)
        ]

    def __iter__(self) -> Iterator[list[dict[str, Any]]]:
        return (self[i] for i in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Measures)
            and self.names == other.names
            and all(
                np.array_equal(self.columns[f], other.columns[f], equal_nan=True) for f in FIELDS
            )
        )

    __hash__ = None  # type: ignore[assignment]

    def to_arrow(self) -> Any:
        """A list<struct> array, built from whole columns."""
        import pyarrow as pa

        rows, m = len(self), len(self.names)
        names = pa.DictionaryArray.from_arrays(
            pa.array(np.tile(np.arange(m, dtype=np.int32), rows)), pa.array(self.names, pa.string())
        )
        values = [pa.array(self.columns[f].ravel(), from_pandas=True) for f in FIELDS]
        structs = pa.StructArray.from_arrays([names, *values], names=["indicator", *FIELDS])
        offsets = pa.array(np.arange(rows + 1, dtype=np.int64) * m)
        return pa.LargeListArray.from_arrays(offsets, structs)


def _known(value: float) -> float | None:
    return None if value != value else value


def measures_of(result: ScoreResult) -> Measures:
    core = result._core
    rules = result.profile["rules"]
    n = len(result)
    missing = np.full((n, len(rules)), np.nan)

    def both(indicators: Array, of_rules: Array = missing) -> Array:
        return np.column_stack([indicators, of_rules]) if rules else indicators

    columns = {
        "value": both(core.indicator_values(), core.rule_values() if rules else missing),
        "score": both(core.indicator_scores()),
        "observed": both(core.observed()),
        "weight": both(core.effective_weights()),
        "points": both(core.reason_points(), core.rule_points() if rules else missing),
    }
    names = [i["id"] for i in result.profile["indicators"]] + [RULE + r["id"] for r in rules]
    return Measures(names, columns)
