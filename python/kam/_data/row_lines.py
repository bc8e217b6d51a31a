"""Where rows stand in a text file: quoted line ends and blank lines make rows and lines differ."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import IO, Any

import numpy as np

from kam._data.source import RejectedLine
from kam._data.text_file import TextFile

_BLOCK = 1 << 20


def lines_at(raw: IO[bytes], offsets: Sequence[int]) -> list[int]:
    """The 1-based line of each byte offset (ascending), which may point at a line end before it."""
    lines: list[int] = []
    line, start = 1, 0
    waiting = list(offsets)
    while waiting and (block := raw.read(_BLOCK)):
        while waiting and waiting[0] < start + len(block):
            at = waiting.pop(0) - start
            on_line_end = block[at : at + 1] == b"\n"
            lines.append(line + block.count(b"\n", 0, at) + on_line_end)
        line += block.count(b"\n")
        start += len(block)
    return lines + [line] * len(waiting)


def line_numbers(
    file: TextFile, universal: bool, delimiter: str, rejected: Sequence[RejectedLine], rows: int
) -> Any:
    """The line of every row; None if this reader and the one that made the rows disagree."""
    gone = [line for r in rejected for line in range(r.line, r.line + r.lines)]
    if not universal:
        count = _count_lines(file)
        if count == 1 + rows + len(gone):  # neither blank lines nor line ends within quotes
            return np.delete(np.arange(1, count + 1), np.array([1, *gone]) - 1)
    starts = np.fromiter(_record_starts(file, universal, delimiter, set(gone)), dtype=np.int64)
    return starts[1:] if len(starts) == rows + 1 else None


def _count_lines(file: TextFile) -> int:
    count, last = 0, b"\n"
    with file.open_bytes() as raw:
        while block := raw.read(_BLOCK):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last != b"\n")


def _record_starts(
    file: TextFile, universal: bool, delimiter: str, gone: set[int]
) -> Iterator[int]:
    """Lines on which records start, the header first."""
    reached = 0

    def remaining() -> Iterator[str]:
        nonlocal reached
        for reached, line in enumerate(file.lines(universal), 1):
            if reached not in gone and line.strip():
                yield line + "\n"

    limit = csv.field_size_limit(1 << 30)
    try:
        taken = 0
        reader = csv.reader(remaining(), delimiter=delimiter)
        for _ in reader:
            yield reached - (reader.line_num - taken) + 1
            taken = reader.line_num
    except csv.Error:
        return
    finally:
        csv.field_size_limit(limit)
