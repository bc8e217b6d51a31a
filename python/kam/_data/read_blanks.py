"""Tables whose fields are separated by runs of blanks, such as the CDNOW purchase log."""

from __future__ import annotations

from typing import Any

import numpy as np

from kam._data.read_delimited import without_nul
from kam._data.source import EmptyTableError, FileOptions, RejectedLine, Source
from kam._data.text_file import BLANKS, TextFile, header_names


def read_blanks(file: TextFile, options: FileOptions) -> tuple[Any, Source]:
    """An Arrow table of texts, and what became of the lines."""
    import pyarrow as pa

    names = header_names(file, BLANKS)
    rejected: list[RejectedLine] = []
    rows: list[list[str]] = []
    numbers: list[int] = []
    header_seen = False
    for number, line in enumerate(file.lines(), 1):
        fields = line.split()
        if not fields:
            continue
        if not header_seen:
            header_seen = True
        elif len(fields) == len(names):
            rows.append(fields)
            numbers.append(number)
        else:
            what = f"{len(fields)} fields instead of {len(names)}"
            rejected.append(RejectedLine(number, 1, "wrong_field_count", what))
    if not rows:
        found = f": {rejected[0].what} in line {rejected[0].line}" if rejected else ""
        raise EmptyTableError(f"{file.path.name} has a header and no rows that fit it{found}")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    table = pa.table({name: pa.array(columns[name], pa.string()) for name in options.kept(names)})
    lines = np.array(numbers)
    source = Source(file.path.name, rejected, lambda: lines)
    return without_nul(table, source), source
