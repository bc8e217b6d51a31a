"""Reading for the commands: options to tables, with the lines of the files in every message."""

from __future__ import annotations

import re
from argparse import Namespace
from typing import Any, NamedTuple

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


class Complaint(NamedTuple):
    """A cell that is no number."""

    row: int  # from 0
    text: str  # with its line


def numbers_of(
    columns: dict[str, Any], name: str, decimal: str, source: Source
) -> tuple[Any, list[Complaint]]:
    """Values, and complaints of texts that are not numbers, which are NaN."""
    require(columns, name)
    values, wrong = parse_numbers(columns[name], decimal)
    return values, [Complaint(i, f"{source.place(i)}: {columns[name][i]!r}") for i in wrong]


def require(columns: dict[str, Any], name: str) -> None:
    if name not in columns:
        raise DataError(f"column '{name}' is missing; there are: {', '.join(columns)}")


_ROWS = re.compile(r"\brow (\d+)\b")


def in_lines(text: str, source: Source) -> str:
    """A message of the library, whose rows are counted from 0, in lines of the user's file."""
    return _ROWS.sub(lambda match: source.place(int(match[1])), text)
