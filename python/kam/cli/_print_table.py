"""A table on the terminal: rich where it is installed, plain text otherwise."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

from kam.cli._terminal import clean, rich_module


class Heading(NamedTuple):
    text: str
    right: bool  # aligned
    widest: int


class Cell(NamedTuple):
    text: str
    style: str = ""  # of rich


def print_table(headings: Sequence[Heading], rows: Sequence[Sequence[Cell]]) -> None:
    """The last column takes the width that is left; what does not fit is cut."""
    rows = [[cell._replace(text=clean(cell.text)) for cell in row] for row in rows]
    rich = rich_module("table") if sys.stdout.isatty() else None
    if rich is not None:
        _print_rich(rich, headings, rows)
    else:
        _print_plain(headings, rows)


def _widths(
    headings: Sequence[Heading], rows: Sequence[Sequence[Cell]], available: int, gap: int
) -> list[int]:
    widths = [
        min(max([_width(h.text), *(_width(row[k].text) for row in rows)]), h.widest)
        for k, h in enumerate(headings)
    ]
    left = available - sum(widths[:-1]) - gap * (len(widths) - 1)
    return widths[:-1] + [max(12, min(widths[-1], left))]


def _print_plain(headings: Sequence[Heading], rows: Sequence[Sequence[Cell]]) -> None:
    widths = _widths(headings, rows, shutil.get_terminal_size((80, 24)).columns, gap=2)
    _print_line(headings, widths, [h.text for h in headings])
    _print_line(headings, widths, ["─" * width for width in widths])
    for row in rows:
        _print_line(headings, widths, [cell.text for cell in row])


def _print_line(headings: Sequence[Heading], widths: list[int], texts: list[str]) -> None:
    padded = []
    for heading, text, width in zip(headings, texts, widths, strict=True):
        shown = _cut(text, width)
        fill = " " * (width - _width(shown))
        padded.append(fill + shown if heading.right else shown + fill)
    print("  ".join(padded).rstrip())


def _print_rich(table: Any, headings: Sequence[Heading], rows: Sequence[Sequence[Cell]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.text import Text

    console = Console()
    widths = _widths(headings, rows, console.width, gap=3)
    grid = table.Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading, width in zip(headings, widths, strict=True):
        justify = "right" if heading.right else "left"
        grid.add_column(
            heading.text, justify=justify, width=width, no_wrap=True, overflow="ellipsis"
        )
    for row in rows:
        grid.add_row(*(Text(cell.text, style=cell.style) for cell in row))
    console.print(grid)


def _width(text: str) -> int:
    """Columns of the terminal: Chinese characters take two."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    while _width(text) > width - 1:
        text = text[:-1]
    return text.rstrip() + "…"
