"""The unit of the durations of a file: from its schema file or --unit; what is assumed is told."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Collection

from kam._data.writers import schema_path
from kam._errors import DataError
from kam.cli._exit import UsageError
from kam.cli._terminal import say

UNITS = ("day", "week", "month")
DEFAULT = "week"


def unit_of(arguments: Namespace, columns: Collection[str]) -> str | None:
    """The unit of these columns of FILE; None if neither the schema file nor --unit says."""
    asked: str | None = arguments.unit
    told = _told(arguments, columns)
    if told is None or asked in (None, told):
        return asked or told
    raise UsageError(
        f"--unit {asked}: {schema_path(arguments.file).name} says that {arguments.file.name} is in "
        f"{told}s"
    )


def unit_or_default(arguments: Namespace, columns: Collection[str]) -> str:
    unit = unit_of(arguments, columns)
    if unit is None:
        say(
            f"kam: {arguments.file.name} is taken to be in {DEFAULT}s: no --unit, and no "
            f"{schema_path(arguments.file).name} that says it"
        )
    return unit or DEFAULT


def _told(arguments: Namespace, columns: Collection[str]) -> str | None:
    path = schema_path(arguments.file)
    if not path.is_file():
        return None
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        units = {e["unit"] for e in entries if e["column"] in columns and e["unit"] in UNITS}
    except (OSError, ValueError, KeyError, TypeError):  # of somebody else: it says nothing
        return None
    if len(units) > 1:
        raise DataError(f"{path.name} names {' and '.join(sorted(units))} for columns of one model")
    return units.pop() if units else None
