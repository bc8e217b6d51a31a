"""Files to tables: a folder of them, one file of transactions, or a DuckDB or SQLite database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from kam._data.source import EmptyTableError, FileOptions, Files, Source
from kam._data.text_file import BLANKS, TextFile, delimiter_of, readable
from kam._errors import DataError

USED = (
    "transactions",
    "accounts",
    "ratings",
    "activities",
    "contracts",
    "opportunities",
    "stakeholders",
    "financials",
    "switching_costs",
)
UNUSED = ("channel_stock",)
TRANSACTION_COLUMNS = (
    *("account_id", "date", "amount", "quantity", "cogs", "kind", "currency", "ref", "category"),
    *("due_date", "paid_date"),
)
_OTHER_COLUMNS = (
    *("name", "parent_id", "since", "sector", "wallet", "supplier_rank", "suppliers"),
    *("supplier_too", "group_purchase", "annual_revenue_them"),
    *("item", "value", "scale_min", "scale_max"),
    *("type", "our_person", "their_person", "minutes", "cost"),
    *("start", "end", "value_per_year", "notice_days"),
    *("stage", "stage_entered", "created", "outcome"),
    *("person_key", "department", "level", "roles", "weight", "stance", "rated_on", "left_on"),
    *("working_capital", "total_assets", "retained_earnings", "ebit", "equity", "liabilities"),
    *("credit_limit", "exposure", "probability_of_default"),
    *("component", "borne_by", "rival_share", "rating", "source", "amount_lo", "amount_hi"),
    *("hours", "hours_lo", "hours_hi", "rate", "rate_lo", "rate_hi"),
    *("effort", "effort_lo", "effort_hi"),
)
COLUMN_NAMES = (*TRANSACTION_COLUMNS, *_OTHER_COLUMNS)
_TEXT = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz")
_SUFFIXES = (".parquet", *_TEXT)


def read_path(path: Path, options: FileOptions | None = None) -> Files:
    """Tables by name. DataError if there is nothing usable, naming what is there."""
    options = options or FileOptions()
    files = Files()
    if path.is_dir():
        _read_folder(path, options, files)
        return files
    kind = kind_of(path)
    if kind in ("duckdb", "sqlite"):
        _read_database(path, kind, options, files)
    else:
        files.add("transactions", *read_file(path, options))
    return files


def read_file(path: Path, options: FileOptions | None = None) -> tuple[Any, Source]:
    """One text or Parquet file as an Arrow table, and what became of its lines."""
    options = options or FileOptions()
    kind = kind_of(path)
    if kind == "parquet":
        return _read_parquet(path, options), Source(path.name)
    if kind != "text":
        raise DataError(f"{path.name} is a database: a .csv or .parquet file is needed here")
    file = TextFile(path, options.encoding)
    delimiter = delimiter_of(file, options.delimiter)
    if delimiter == BLANKS:
        from kam._data.read_blanks import read_blanks

        return read_blanks(file, options)
    from kam._data.read_delimited import read_delimited

    return read_delimited(file, delimiter, options)


def kind_of(path: Path) -> str:
    """By content, since names lie: parquet, duckdb, sqlite or text."""
    if not path.exists():
        raise DataError(f"{path} does not exist")
    if path.is_dir():
        raise DataError(f"{path} is a folder: a file is needed here")
    with readable(path), path.open("rb") as raw:
        start = raw.read(16)
    if not start:
        raise DataError(f"{path.name} is empty")
    if start.startswith(b"PAR1") or path.suffix.lower() == ".parquet":
        return "parquet"
    if start.startswith(b"SQLite format 3\x00"):
        return "sqlite"
    if start[8:12] == b"DUCK":
        return "duckdb"
    if start.startswith(b"PK\x03\x04"):
        raise DataError(f"{path.name} is a workbook or an archive: save the table as CSV")
    return "text"


def _read_parquet(path: Path, options: FileOptions) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            table = file.read(columns=options.kept(names))
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"{path.name} is no readable Parquet file: {str(error).splitlines()[0]}"
        ) from None
    if table.num_rows == 0:
        raise EmptyTableError(f"{path.name} has no rows")
    return table


def _read_folder(path: Path, options: FileOptions, files: Files) -> None:
    found = _tables_in(path)
    if "transactions" not in found:
        there = ", ".join(sorted(p.name for p in path.iterdir())[:20]) or "nothing"
        raise DataError(
            f"{path} has no transactions.csv or transactions.parquet; there is: {there}"
        )
    files.add("transactions", *read_file(found["transactions"], options))
    whole = replace(options, wanted=())
    for table in USED[1:]:
        if table in found:
            try:
                files.add(table, *read_file(found[table], whole))
            except EmptyTableError:
                continue
    files.unused = [found[table].name for table in UNUSED if table in found]


def table_places(folder: Path) -> list[Path]:
    """Every name under which a file would be read as a table of the folder."""
    return [folder / f"{table}{suffix}" for table in USED + UNUSED for suffix in _SUFFIXES]


def _tables_in(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        table, dot, suffix = path.name.lower().partition(".")
        if dot + suffix not in _SUFFIXES or table not in USED + UNUSED:
            continue
        if table in found:
            raise DataError(f"{folder} has {found[table].name} and {path.name}: keep one of them")
        found[table] = path
    return found


def _read_database(path: Path, kind: str, options: FileOptions, files: Files) -> None:
    from kam._data.read_database import read_duckdb, read_sqlite

    if kind == "duckdb":
        tables, names = read_duckdb(path, USED, options.memory)
    else:
        tables, names = read_sqlite(path, USED)
    for table, frame in tables.items():
        files.add(table, frame, Source(f"{path.name}:{table}"))
    files.unused = [name for name in names if name in UNUSED]
