"""What commands have in common when they are done: files, JSON, the verdict on rejected rows."""

from __future__ import annotations

import contextlib
import json
import math
import os
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kam._data.data_report import DataReport
from kam._data.source import Source
from kam._errors import DataError
from kam.cli import _exit
from kam.cli._terminal import say


def check_output(path: Path | None, source: Path) -> None:
    """Found before minutes of work rather than after."""
    if path is None:
        return
    if path.exists() and source.exists() and path.samefile(source):
        raise _exit.UsageError(f"{path} is the input")
    if path.is_dir():
        raise _exit.OutputError(f"{path} is a folder")
    if not path.parent.is_dir():
        raise _exit.OutputError(f"the folder {path.parent} does not exist")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise _exit.OutputError(f"the folder {path.parent} is not writable")


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Names the file in what goes wrong."""
    try:
        yield
    except OSError as error:
        raise _exit.OutputError(f"{path}: {error.strerror or error}") from None


def print_json(value: Any) -> None:
    print(json.dumps(plain(value), ensure_ascii=False, indent=1))


def plain(value: Any) -> Any:
    """What JSON can hold: a number that is missing is null."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def refuse_nothing_usable(arguments: Namespace, report: DataReport) -> None:
    if report.rows_used:
        return
    later = report.find("future_dated")
    after = f", {later.count:,} after {arguments.as_of}" if later else ""
    raise DataError(
        f"{arguments.input.name} has no usable row: {report.rows_rejected:,} rejected{after}"
    )


def tell_column(source: Source, complaints: list[str], allowed: int | None) -> int:
    """The verdict on a file of which columns were read as numbers."""
    if complaints:
        say(f"kam: {len(complaints):,} not a number: {'; '.join(complaints[:3])}")
    lost = sum(r.lines for r in source.rejected)
    if lost:
        say(f"kam: {lost:,} lines do not fit the header, first line {source.rejected[0].line}")
    return verdict(len(complaints) + lost, allowed)


def verdict(rejected: int, allowed: int | None) -> int:
    """Exit code of a job that did what could be done."""
    if allowed is None or rejected <= allowed:
        return _exit.OK
    rows = "row" if rejected == 1 else "rows"
    say(
        f"kam: error: {rejected:,} {rows} rejected, more than --max-rejects {allowed:,}; "
        "the rest is done"
    )
    return _exit.PARTIAL
