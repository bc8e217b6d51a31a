"""What people see: lines on stderr, progress where stderr is a terminal."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from kam._data.data_report import DataReport, Finding
from kam._data.source import table_of

_NAME_WIDTH = 9


def clean(text: object) -> str:
    """Without control characters: names in data must not steer the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text))


def say(line: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(clean(line), file=sys.stderr, flush=True)


def tell_rejects(findings: list[Finding]) -> None:
    """One line for every reason why rows were rejected, and one for tables that were not used."""
    for f in findings:
        if f.severity == "rejected":
            rows = "row" if f.count == 1 else "rows"
            examples = "; ".join(f.examples[:3])
            # Rejected are transactions, which --max-rejects counts; other tables only say less.
            table = table_of(f.code)
            what = "rejected" if table == "transactions" else f"of {table} left out"
            say(f"kam: {f.count:,} {rows} {what}, {f.code}: {examples}")
        elif f.code == "table_not_used":
            say(f"kam: not used by this version: {', '.join(f.examples)}")


def tell_report(report: DataReport) -> None:
    tell_rejects(report.findings)


def rich_module(name: str) -> Any:
    """A module of rich, or None where it is not installed."""
    import importlib

    try:
        return importlib.import_module(f"rich.{name}")
    except ImportError:
        return None


class Progress:
    """Stages of a job with what they brought and how long they took; silent elsewhere."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()
        console = rich_module("console") if self.shown else None
        self._console = console.Console(stderr=True) if console else None

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[Callable[[str], None]]:
        """Yields a function that takes what to say when the stage is over."""
        result: list[str] = []
        start = time.monotonic()
        with self._spinner(name):
            yield result.append
        if self.shown:
            took = time.monotonic() - start
            say(f"{name:<{_NAME_WIDTH}} {took:6.1f} s   {' '.join(result)}".rstrip())

    def _spinner(self, name: str) -> contextlib.AbstractContextManager[Any]:
        if self._console is None:
            return contextlib.nullcontext()
        spinner: contextlib.AbstractContextManager[Any] = self._console.status(name)
        return spinner
