"""The HTML report: one self-contained file, readable without its script, printable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kam._data.atomic import write_text

if TYPE_CHECKING:
    from kam._scoring.score import ScoreResult


def write_report(
    result: ScoreResult,
    path: Path,
    *,
    title: str | None = None,
    language: str = "en",
    rows: int = 500,
) -> Path:
    """Writes the report of `result` to `path`; the same result gives the same bytes.

    Parameters
    ----------
    title : str, optional
        Instead of the heading of the language.
    language : "en" or "zh"
    rows : int
        At most so many accounts in the table, largest revenue first. Each takes about 2 kB.

    Raises
    ------
    ImportError without matplotlib (``pip install kam[report]``), ValueError for an option out of
    its range, OSError where the file cannot be written.
    """
    from kam._report._page import page

    if rows < 1:
        raise ValueError(f"`rows` must be at least 1, got {rows}")
    return write_text(Path(path), page(result, title, language, int(rows)))


__all__ = ["write_report"]
