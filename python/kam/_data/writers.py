"""Tables to files: CSV and Parquet, whole or not at all, with a schema file beside them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from kam._data import atomic as _atomic

if TYPE_CHECKING:
    from kam._scoring.score import ScoreResult

# A spreadsheet runs a cell that starts like this.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Schema = Sequence[Mapping[str, str]]  # column, type, unit, meaning, null


@dataclass(frozen=True)
class Table:
    """Columns with their schema; `arrow` builds the table that Parquet is written from."""

    columns: Mapping[str, Any]
    schema: Schema
    arrow: Callable[[], Any]


def score_table(result: ScoreResult) -> Table:
    return Table(result.columns, result.schema(), result.to_arrow)


def schema_path(path: Path) -> Path:
    """Where the schema of a table lies: beside it."""
    return path.with_name(path.name + ".schema.json")


def write_table(path: Path, table: Table, *, raw: bool = False) -> None:
    """`path` by its suffix, and `path`.schema.json. `raw`: CSV without the formula guard."""
    with _atomic.replacing_all(schema_path(path), path) as (schema, out):
        text = json.dumps(list(table.schema), ensure_ascii=False, indent=1)
        schema.write_text(text + "\n", encoding="utf-8")
        if path.suffix.lower() == ".parquet":
            import pyarrow.parquet as pq

            pq.write_table(table.arrow(), out, compression="zstd")
        else:
            with out.open("w", encoding="utf-8", newline="") as handle:
                write_csv(handle, table, raw=raw)


def write_csv(handle: IO[str], table: Table, *, raw: bool = False) -> None:
    """Missing is empty, lists are JSON, numbers read back to the same bits."""
    types = {entry["column"]: entry["type"] for entry in table.schema}
    cells = [_cells(values, types[name], raw) for name, values in table.columns.items()]
    writer = csv.writer(handle, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(zip(*cells, strict=True))


def _cells(values: Any, kind: str, raw: bool) -> Iterable[Any]:
    if kind in ("number", "integer"):
        return _number_cells(np.asarray(values, dtype=np.float64), whole=kind == "integer")
    if kind == "date":
        texts = np.datetime_as_string(np.asarray(values, dtype="datetime64[D]")).tolist()
        return [None if text == "NaT" else text for text in texts]
    if kind == "measures":  # long: without blanks, and without what is missing
        return (_compact(v) for v in values)
    if kind in ("reasons", "texts"):
        return [None if v is None else json.dumps(v, ensure_ascii=False) for v in values]
    return list(values) if raw else [guarded(v) for v in values]


def _compact(measures: list[dict[str, Any]]) -> str:
    known = [{k: v for k, v in m.items() if v is not None} for m in measures]
    return json.dumps(known, ensure_ascii=False, separators=(",", ":"))


def _number_cells(values: Any, *, whole: bool) -> list[Any]:
    known = ~np.isnan(values)
    if not known.any():
        return [None] * len(values)
    cells = np.full(len(values), None, dtype=object)
    cells[known] = values[known].astype(np.int64).tolist() if whole else values[known].tolist()
    result: list[Any] = cells.tolist()
    return result


def guarded(text: Any) -> Any:
    """Text that a spreadsheet would take for a formula, with an apostrophe before it."""
    return f"'{text}" if isinstance(text, str) and text.startswith(_FORMULA) else text
