"""Tables of a DuckDB or SQLite file, read only."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from kam._data import frames as _frames
from kam._errors import DataError


@contextmanager
def connection(memory: str | None) -> Iterator[Any]:
    """DuckDB in memory, without network: no extension is looked for. Spills to a private folder."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="kam-") as folder:
        settings = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_directory": folder,
        }
        if memory is not None:
            settings["memory_limit"] = memory
        with duckdb.connect(config=settings) as db:
            db.execute("set enable_progress_bar = false")
            yield db


def fetched(db: Any, relation: Any) -> Any:
    """A relation as an Arrow table. DuckDB does not look at signals while it makes one, so a thread
    does the work and this one waits, to be interrupted."""
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(_frames.to_arrow, relation)
        try:
            return work.result()
        except BaseException:
            while not work.done():
                db.interrupt()
                wait([work], timeout=0.05)
            raise


Tables = tuple[dict[str, Any], list[str]]


def read_duckdb(path: Path, wanted: Collection[str], memory: str | None) -> Tables:
    """Tables and views of its main schema: the wanted ones as Arrow tables, and all names."""
    import duckdb

    with connection(memory) as db:
        try:
            quoted = str(path).replace("'", "''")
            db.execute(f"attach '{quoted}' as source (read_only, type duckdb)")
            names = db.execute(
                "select table_name from information_schema.tables "
                "where table_catalog = 'source' and table_schema = 'main' order by table_name"
            ).fetchall()
            found = _checked(path, names)
            return {
                name: fetched(db, db.sql(f'select * from source.main."{name}"'))
                for name in found
                if name in wanted
            }, found
        except duckdb.Error as error:
            raise _unreadable(path, error) from None


def read_sqlite(path: Path, wanted: Collection[str]) -> Tables:
    """The wanted tables and views as dicts of arrays, and all names."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            query = "select name from sqlite_master where type in ('table', 'view') order by name"
            found = _checked(path, db.execute(query).fetchall())
            return {name: _sqlite_table(db, name) for name in found if name in wanted}, found
    except sqlite3.Error as error:
        raise _unreadable(path, error) from None


def _sqlite_table(db: sqlite3.Connection, name: str) -> dict[str, Any]:
    cursor = db.execute(f'select * from "{name}"')
    rows = cursor.fetchall()
    columns: dict[str, Any] = {}
    for i, (column, *_) in enumerate(cursor.description):
        values = np.empty(len(rows), dtype=object)
        values[:] = [row[i] for row in rows]
        columns[column] = values
    return columns


def _checked(path: Path, rows: list[tuple[str]]) -> list[str]:
    names = [name for (name,) in rows]
    if "transactions" not in names:
        there = ", ".join(names) or "none"
        raise DataError(f"{path.name} has no table 'transactions'; there are: {there}")
    return names


def _unreadable(path: Path, error: Exception) -> DataError:
    return DataError(f"{path.name} cannot be read: {str(error).splitlines()[0]}")
