"""Reading for the commands: options to tables, with the lines of the files in every message."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from kam._data import frames as _frames
from kam._data.columns import parse_numbers
from kam._data.readers import TRANSACTION_COLUMNS, read_file, read_path
from kam._data.source import FileOptions, Files, Source
from kam._errors import DataError
from kam._portfolio.tables import ReadOptions

NEEDED = ("account_id", "date", "amount")


def read_options(arguments: Namespace) -> ReadOptions:
    columns: dict[str, str] = {}
    for mapping in arguments.columns:
        columns |= mapping
    return ReadOptions(columns, arguments.date_format, arguments.decimal, arguments.currency)


def read_input(arguments: Namespace, columns: Any) -> Files:
    """The tables of INPUT; of the transactions only the columns kam uses."""
    return read_path(
        arguments.input,
        FileOptions(
            arguments.delimiter,
            arguments.encoding,
            arguments.memory,
            wanted=[columns.get(name, name) for name in TRANSACTION_COLUMNS],
            needed=[columns.get(name, name) for name in NEEDED],
        ),
    )


def row_count(files: Files) -> int:
    frame = _frames.normalise(files["transactions"])
    names = _frames.names(frame)
    return len(_frames.column(frame, names[0])) if names else 0


def read_columns(arguments: Namespace) -> tuple[dict[str, Any], Source]:
    """One file, every column as it is in it."""
    frame, source = read_file(arguments.file, FileOptions(arguments.delimiter, arguments.encoding))
    return {name: _frames.column(frame, name) for name in _frames.names(frame)}, source


def numbers_of(columns: dict[str, Any], name: str, decimal: str, source: Source) -> Any:
    """(values, complaints): texts that are not numbers are NaN and complained of by line."""
    if name not in columns:
        raise DataError(f"column '{name}' is missing; there are: {', '.join(columns)}")
    values, wrong = parse_numbers(columns[name], decimal)
    return values, [source.named(f"row {i + 1}: {columns[name][i]!r}") for i in wrong]
