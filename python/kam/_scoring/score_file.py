"""One row of a score file written by kam."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kam._data.read_database import connection
from kam._data.readers import kind_of
from kam._data.text_file import TextFile
from kam._errors import DataError
from kam._scoring.schema import COLUMNS

Reason = tuple[str, str, float]  # indicator, label, points

_TYPES = {column.name: column.type for column in COLUMNS}
_NEEDED = ("account_id", "as_of", "model_version", "config_hash", "value_index", "reasons_up")
_CSV = """
    select * from read_csv(?, columns={columns}, header=true, delim=',', quote='"', escape='"',
        auto_detect=false, max_line_size=33554432)"""


@dataclass(frozen=True)
class ScoreRow:
    """Every column of the schema; None where missing."""

    texts: dict[str, str | None]
    numbers: dict[str, float | None]
    lists: dict[str, list[str]]
    reasons: list[Reason] | None  # largest first; None without a value index
    measures: list[dict[str, Any]]  # empty in files of a version that did not write them


@contextmanager
def open_scores(path: Path) -> Iterator[Any]:
    """The file as a DuckDB relation; every column of a CSV is text. DataError if it is none."""
    import duckdb

    kind = kind_of(path)
    with connection(None) as db:
        try:
            if kind == "parquet":
                rows = db.sql("select * from read_parquet(?)", params=[str(path)])
            else:
                names = next(csv.reader([TextFile(path).header]))
                columns = ", ".join(f"{_literal(name)}: 'VARCHAR'" for name in names)
                rows = db.sql(_CSV.format(columns="{" + columns + "}"), params=[str(path)])
            missing = [name for name in _NEEDED if name not in rows.columns]
            if missing:
                raise DataError(f"{path.name} is no score file of kam: no column '{missing[0]}'")
            yield rows
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise DataError(f"{path.name} is no readable score file: {reason}") from None


def read_row(path: Path, account: str) -> ScoreRow:
    """DataError if the file is none of kam's, or the account is not in it exactly once."""
    with open_scores(path) as rows:
        return _typed(_find(rows, path, account))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _find(rows: Any, path: Path, account: str) -> dict[str, Any]:
    """In CSV an id such as -12 is written with an apostrophe before it."""
    for text in (account, "'" + account):
        matching = rows.filter(f"account_id = {_literal(text)}")
        found = matching.limit(2).fetchall()
        if len(found) > 1:
            raise DataError(f"{path.name} has account '{account}' more than once")
        if found:
            return dict(zip(rows.columns, found[0], strict=True))
    alike = f"ltrim(lower(account_id), '0 ') = ltrim({_literal(account.lower().strip())}, '0')"
    near = rows.filter(alike).project("account_id").limit(3).fetchall()
    hint = f"; did you mean {', '.join(str(row[0]) for row in near)}?" if near else ""
    raise DataError(f"{path.name} has no account '{account}'{hint}")


def _typed(found: dict[str, Any]) -> ScoreRow:
    texts: dict[str, str | None] = {}
    numbers: dict[str, float | None] = {}
    lists: dict[str, list[str]] = {}
    measures: list[Any] | None = None
    for name, kind in _TYPES.items():
        value = found.get(name)
        if kind in ("number", "integer"):
            numbers[name] = None if value in (None, "") else float(value)
        elif kind == "texts":
            lists[name] = _list(value) or []
        elif kind == "measures":
            measures = _list(value)
        elif kind != "reasons":
            texts[name] = None if value in (None, "") else str(value)
    up, down = _list(found.get("reasons_up")), _list(found.get("reasons_down"))
    reasons = None
    if numbers["value_index"] is not None:
        both = [(r["indicator"], r["label"], float(r["points"])) for r in (up or []) + (down or [])]
        reasons = sorted(both, key=lambda reason: -abs(reason[2]))
    return ScoreRow(texts, numbers, lists, reasons, measures or [])


def _list(value: Any) -> list[Any] | None:
    """A list of Parquet as it is, one of CSV from its JSON."""
    if isinstance(value, str):
        return list(json.loads(value)) if value else None
    return None if value is None else list(value)
