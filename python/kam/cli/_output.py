"""What commands have in common when they are done: files, JSON, the verdict on rejected rows."""

from __future__ import annotations

import contextlib
import json
import math
import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kam._data.data_report import DataReport
from kam._data.readers import table_places
from kam._data.source import Source
from kam._data.writers import schema_path
from kam._errors import DataError
from kam.cli import _exit
from kam.cli._input import Complaint
from kam.cli._terminal import say


def check_outputs(arguments: Namespace, outputs: Sequence[str], inputs: Sequence[str]) -> None:
    """Found before minutes of work rather than after: a file that cannot be written, and one that
    would take the place of an input or of another output. Names are those of the options."""
    taken = [one for name in inputs for one in _read_of(arguments, name)]
    for name in outputs:
        path = getattr(arguments, name)
        if path is None:
            continue
        _check_place(path)
        mine = _written_of(f"--{name.replace('_', '-')}", path)
        for own, place in mine:
            for other, file in taken:
                if _same(place, file):
                    raise _exit.UsageError(f"{own} and {other} are one file: {place}")
        taken += mine


def _spelled(arguments: Namespace, name: str) -> str:
    """An option as it is typed; an argument without a name as the help calls it."""
    positional = {"input": "INPUT", "file": "FILE"}
    if name == "model" and arguments.command == "predict":
        return "MODEL.json"
    return positional.get(name, f"--{name}")


def _read_of(arguments: Namespace, name: str) -> list[tuple[str, Path]]:
    """The file of an option, or the tables of a folder: those it has and could have."""
    path, spelled = getattr(arguments, name), _spelled(arguments, name)
    if path is None:
        return []
    if not path.is_dir():
        return [(spelled, path)]
    places = table_places(path)
    known = {place.name for place in places}
    there = [file for file in path.iterdir() if file.name.lower() in known]
    return [(f"a table of {spelled}", place) for place in there + places]


def _written_of(name: str, path: Path) -> list[tuple[str, Path]]:
    if name != "--out":
        return [(name, path)]
    return [(name, path), (f"the schema file of {name}", schema_path(path))]


def _same(a: Path, b: Path) -> bool:
    """One file: by name, through links, or by hard links."""
    if a.exists() and b.exists():
        return a.samefile(b)
    return a.resolve() == b.resolve()


def _check_place(path: Path) -> None:
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


def tell_column(
    source: Source, complaints: Sequence[Complaint], allowed: int | None, left_out: int = 0
) -> int:
    """The verdict on a file of which columns were read as numbers, and of whose rows a fit left
    some out. A row with a cell that is no number is one of those, and counts once."""
    if complaints:
        first = "; ".join(complaint.text for complaint in complaints[:3])
        say(f"kam: {len(complaints):,} not a number: {first}")
    lost = sum(r.lines for r in source.rejected)
    if lost:
        say(f"kam: {lost:,} lines do not fit the header, first line {source.rejected[0].line}")
    unread = len({complaint.row for complaint in complaints})
    return verdict(max(unread, left_out) + lost, allowed)


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
