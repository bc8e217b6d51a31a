"""CSV and its kin through DuckDB. Every column stays text: kam's own parsers judge and count."""

from __future__ import annotations

import functools
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from kam._data.read_database import connection, fetched
from kam._data.row_lines import line_numbers, lines_at
from kam._data.source import EmptyTableError, FileOptions, RejectedLine, Source
from kam._data.text_file import TextFile, describe, header_names, open_bytes, readable
from kam._errors import DataError

_FOUND = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_QUERY = """
    select {kept} from read_csv(?, delim=?, skip=?, compression=?, columns={columns}, header=true,
        quote='"', escape='"', auto_detect=false, store_rejects=true, rejects_limit=0,
        max_line_size=33554432, rejects_line_size_limit=1073741824)"""
_REJECTS = """
    select line_byte_position, any_value(error_type), any_value(csv_line), any_value(error_message)
    from reject_errors group by line_byte_position order by line_byte_position"""


def read_delimited(file: TextFile, delimiter: str, options: FileOptions) -> tuple[Any, Source]:
    """An Arrow table of texts, and what became of the lines."""
    import duckdb

    reader = _Reader(file, delimiter, options)
    with tempfile.TemporaryDirectory(prefix="kam-") as folder:
        if not file.copy_needed:
            try:
                return reader.read(_plain_name(file.path, Path(folder)), is_copy=False)
            except duckdb.InvalidInputException:
                pass  # mixed line ends, or a carriage return within a line
        return reader.read(file.copy_to(Path(folder) / "copy.csv"), is_copy=True)


def _plain_name(path: Path, folder: Path) -> Path:
    """The file under a name in which DuckDB sees no pattern."""
    if not set("*?[{") & set(str(path)):
        return path
    link = folder / f"link{path.suffix}"
    link.symlink_to(path.resolve())
    return link


class _Reader:
    def __init__(self, file: TextFile, delimiter: str, options: FileOptions) -> None:
        self.file = file
        self.delimiter = delimiter
        self.names = header_names(file, delimiter)
        self.kept = options.kept(self.names)
        self.memory = options.memory

    def read(self, path: Path, is_copy: bool) -> tuple[Any, Source]:
        with connection(self.memory) as db, readable(self.file.path):
            table = self._rows(db, path)
            rejected = self._rejected(db.execute(_REJECTS).fetchall(), path)
        numbers = functools.partial(
            line_numbers, self.file, is_copy, self.delimiter, rejected.copy(), table.num_rows
        )
        source = Source(self.file.path.name, rejected, functools.cache(numbers))
        table = without_nul(table, source)
        if table.num_rows == 0:
            raise self._no_rows(rejected)
        return table, source

    def _rows(self, db: Any, path: Path) -> Any:
        # Columns are called c0, c1, … while SQL sees them: names may repeat but for their case.
        columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(self.names)))
        kept = ", ".join(f"c{self.names.index(name)}" for name in self.kept)
        query = _QUERY.format(kept=kept, columns="{" + columns + "}")
        zipped = "gzip" if path.suffix.lower() == ".gz" else "none"
        arguments = [str(path), self.delimiter, self.file.blank_lines_first, zipped]
        return fetched(db, db.sql(query, params=arguments)).rename_columns(self.kept)

    def _rejected(self, errors: list[tuple[Any, ...]], path: Path) -> list[RejectedLine]:
        errors = [e for e in errors if (e[2] or "").strip()]  # a line of blanks is no row
        if any(kind == "INVALID ENCODING" for _, kind, _, _ in errors):
            raise self.file.wrong_encoding(self.file.first_bad_line())
        if not errors:
            return []
        with open_bytes(path) as raw:
            lines = lines_at(raw, [int(e[0]) - 1 for e in errors])
        return [
            RejectedLine(line, text.strip("\r\n").count("\n") + 1, *_verdict(kind, message))
            for line, (_, kind, text, message) in zip(lines, errors, strict=True)
        ]

    def _no_rows(self, rejected: list[RejectedLine]) -> DataError:
        name = self.file.path.name
        if not rejected:
            return EmptyTableError(f"{name} has a header and no rows")
        first = rejected[0]
        return DataError(
            f"{name}: no line fits the {len(self.names)} columns of the header, split at "
            f"{describe(self.delimiter)}; line {first.line}: {first.what or first.code}"
        )


def _verdict(kind: str, message: str) -> tuple[str, str]:
    if kind == "UNQUOTED VALUE":
        return "unclosed_quote", ""
    if kind == "LINE SIZE OVER MAXIMUM":
        return "line_too_long", ""
    found = _FOUND.search(message or "")
    return "wrong_field_count", f"{found[2]} fields instead of {found[1]}" if found else ""


def without_nul(table: Any, source: Source) -> Any:
    """Rows with a NUL byte are taken out and counted: what follows it cannot be trusted."""
    import pyarrow.compute as pc

    torn = np.zeros(table.num_rows, dtype=bool)
    for column in table.columns:
        found = pc.fill_null(pc.match_substring(column, "\x00"), False)
        if pc.any(found).as_py():
            torn |= found.to_numpy()
    if not torn.any():
        return table
    assert source.line_numbers is not None
    lines = source.line_numbers()
    where = np.flatnonzero(torn)
    at = where + 2 if lines is None else lines[where]
    source.rejected += [RejectedLine(int(line), 1, "nul_byte") for line in at]
    kept = None if lines is None else lines[~torn]
    source.line_numbers = lambda: kept
    return table.filter(~torn)
