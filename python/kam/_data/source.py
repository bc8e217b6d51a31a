"""What files say beside their values: lines that never became rows, and where each row stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from kam._data.data_report import DataReport, Finding
from kam._errors import DataError

MOST_EXAMPLES = 5

_EXPLANATIONS = {
    "wrong_field_count": "The line has another number of fields than the header.",
    "unclosed_quote": "A quoted field does not end as it should; every line it swallowed counts.",
    "line_too_long": "The line is longer than 32 MB.",
    "nul_byte": "The line holds a NUL byte: the file is damaged there.",
}
# Codes of findings about other tables start with the table.
_TABLES = (
    ("accounts_", "accounts"),
    ("rating_", "ratings"),
    ("ratings_", "ratings"),
    ("activity_", "activities"),
    ("activities_", "activities"),
    ("contract_", "contracts"),
    ("contracts_", "contracts"),
    ("opportunity_", "opportunities"),
    ("opportunities_", "opportunities"),
    ("stakeholder_", "stakeholders"),
    ("stakeholders_", "stakeholders"),
    ("financial_", "financials"),
    ("financials_", "financials"),
)


def table_of(code: str) -> str:
    """The table that a finding is about."""
    return next((table for start, table in _TABLES if code.startswith(start)), "transactions")


_ROW = re.compile(r"^row (\d+)")


class EmptyTableError(DataError):
    """A table with column names and no rows."""


@dataclass(frozen=True)
class FileOptions:
    """How files are read. `wanted`: the columns to keep where all of `needed` are there."""

    delimiter: str | None = None  # one character, or "whitespace"; found in the header otherwise
    encoding: str | None = None  # UTF-8 otherwise, or UTF-16 where the file says so
    memory: str | None = None  # limit of the reading engine, e.g. "1GB"
    wanted: Sequence[str] = ()
    needed: Sequence[str] = ()

    def kept(self, names: Sequence[str]) -> list[str]:
        """All columns where one is missing: the message about it names those there are."""
        if not self.wanted or not set(self.needed) <= set(names):
            return list(names)
        return [name for name in names if name in self.wanted]


class RejectedLine(NamedTuple):
    line: int  # 1-based
    lines: int  # how many it takes up
    code: str
    what: str = ""


@dataclass
class Source:
    """One file of a table. `line_numbers` is asked only when a message needs it."""

    name: str
    rejected: list[RejectedLine] = field(default_factory=list)
    line_numbers: Callable[[], Any] | None = None  # line of every row; None: rows have no lines

    def named(self, example: str) -> str:
        """'row 17: …' as 'line 18: …' where the table comes from a text file."""
        match = _ROW.match(example)
        return example if match is None else self.place(int(match[1]) - 1) + example[match.end() :]

    def place(self, row: int) -> str:
        """Where a row (from 0) stands: 'line 18' of a text file, else 'row 17', counted from 1."""
        lines = None if self.line_numbers is None else self.line_numbers()
        if lines is None or row >= len(lines):
            return f"row {row + 1}"
        return f"line {int(lines[row])}"


class Files(dict[str, Any]):
    """Tables by name as read from files, and what to tell about the files."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: dict[str, Source] = {}
        self.unused: list[str] = []

    def add(self, table: str, frame: Any, source: Source) -> None:
        self[table] = frame
        self.sources[table] = source

    def tell(self, report: DataReport) -> DataReport:
        """The report in lines of the files, with the lines that never became rows counted."""
        lost = self.lost_lines()
        report.rows_read += lost
        report.rows_rejected += lost
        report.findings = self.rejections() + self.in_lines(report.findings) + self._unused()
        return report

    def lost_lines(self) -> int:
        return sum(r.lines for source in self.sources.values() for r in source.rejected)

    def in_lines(self, findings: list[Finding]) -> list[Finding]:
        """Findings about rows by line of the file they are in."""
        return [self._in_lines(f) if f.subject == "row" else f for f in findings]

    def _in_lines(self, finding: Finding) -> Finding:
        table = table_of(finding.code)
        source = self.sources.get(table)
        if source is None:
            return finding
        file = "" if table == "transactions" else f"{source.name} "
        return replace(finding, examples=[file + source.named(e) for e in finding.examples])

    def rejections(self) -> list[Finding]:
        found = []
        for code, explanation in _EXPLANATIONS.items():
            examples: list[str] = []
            count = 0
            for table, source in self.sources.items():
                file = "" if table == "transactions" else f"{source.name} "
                mine = [r for r in source.rejected if r.code == code]
                count += sum(r.lines for r in mine)
                examples += [
                    f"{file}line {r.line}" + (f": {r.what}" if r.what else "") for r in mine
                ]
            if count:
                shown = examples[:MOST_EXAMPLES]
                found.append(Finding(code, "rejected", "row", count, shown, explanation))
        return found

    def _unused(self) -> list[Finding]:
        if not self.unused:
            return []
        text = "This version does not use these tables yet."
        return [Finding("table_not_used", "note", "table", len(self.unused), self.unused, text)]
