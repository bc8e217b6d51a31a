"""What was found in the data: the findings of the edge (text) and of the core (rows), together."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

_MOST_EXAMPLES = 5
# Findings of the core about rows of other tables start with what one row is.
_SIDE_TABLES = {
    "rating": "ratings",
    "activity": "activities",
    "contract": "contracts",
    "opportunity": "opportunities",
    "stakeholder": "stakeholders",
    "financial": "financials",
}


@dataclass(frozen=True)
class Finding:
    code: str
    severity: str  # note, repaired, rejected
    subject: str  # row or account
    count: int
    examples: list[str]  # "row 17: '05/01/2024'", "account ACME"
    explanation: str


class DataReport:
    """Counts and explains every repair and rejection. Rows are 1-based data rows of the table."""

    def __init__(self, core: dict[str, Any], findings: list[Finding]) -> None:
        self.rows_read: int = core["rows_read"]
        self.rows_used: int = core["rows_used"]
        self.rows_rejected: int = core["rows_rejected"]
        self.rows_set_aside: int = core["rows_set_aside"]
        self.accounts: int = core["accounts"]
        self.accounts_without_orders: int = core["accounts_without_orders"]
        self.first_date: str | None = core["first_date"]
        self.last_date: str | None = core["last_date"]
        self.total_net_revenue: float = core["total_net_revenue"]
        self.findings = findings

    def find(self, code: str) -> Finding | None:
        return next((f for f in self.findings if f.code == code), None)

    def to_dict(self) -> dict[str, Any]:
        plain = {k: v for k, v in vars(self).items() if k != "findings"}
        return plain | {"findings": [asdict(f) for f in self.findings]}

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def __str__(self) -> str:
        lines = [
            f"{self.rows_read:,} rows read: {self.rows_used:,} used, "
            f"{self.rows_rejected:,} rejected, {self.rows_set_aside:,} set aside",
            f"{self.accounts:,} accounts, {self.accounts_without_orders:,} without a usable row; "
            f"{self.first_date} to {self.last_date}; net revenue {self.total_net_revenue:,.2f}",
        ]
        for f in self.findings:
            lines.append(f"  {f.severity:<8} {f.code}: {f.count:,} {f.subject}s. {f.explanation}")
            if f.examples:
                lines.append(f"           e.g. {'; '.join(f.examples)}")
        return "\n".join(lines)

    __repr__ = __str__


class EdgeFindings:
    """Rows that never reach the core, and texts that could not be read."""

    def __init__(self) -> None:
        self.findings: dict[str, Finding] = {}
        self.rejected_rows = 0

    def add(
        self,
        code: str,
        explanation: str,
        rows: list[int],
        texts: list[Any] | None = None,
        *,
        severity: str = "rejected",
        counts_as_rejected: bool = True,
    ) -> None:
        """`rows` are 0-based; `counts_as_rejected` if the core never sees them."""
        if not rows:
            return
        shown = rows[:_MOST_EXAMPLES]
        examples = [
            f"row {r + 1}" + (f": {texts[i]!r}" if texts is not None else "")
            for i, r in enumerate(shown)
        ]
        self.findings[code] = Finding(code, severity, "row", len(rows), examples, explanation)
        if counts_as_rejected:
            self.rejected_rows += len(rows)


def _examples(
    finding: dict[str, Any],
    original_rows: list[int] | None,
    ids: list[Any],
    quoted: Any,
    told: set[int],
    side_rows: dict[str, list[int]],
) -> list[str]:
    """The first rows or accounts of a core finding, as the user knows them."""
    if finding["subject"] != "row":
        return [f"account {ids[i]}" for i in finding["examples"]]
    singular = finding["code"].split("_")[0]
    if singular in _SIDE_TABLES:  # rows of that table, not of the transactions
        mine = side_rows.get(_SIDE_TABLES[singular])
        return [f"{singular} {(i if mine is None else mine[i]) + 1}" for i in finding["examples"]]
    rows = finding["examples"]
    if original_rows is not None:
        rows = [original_rows[i] for i in rows]
    return [
        f"row {r + 1}" + (f": {quoted[r]!r}" if quoted is not None else "")
        for r in rows
        if r not in told
    ]


def join(
    core: dict[str, Any],
    edge: EdgeFindings,
    original_rows: list[int] | None,
    ids: list[Any],
    texts_by_code: dict[str, Any],
    replaced: dict[str, set[int]],
    side_rows: dict[str, list[int]],
) -> DataReport:
    """One report in the rows and names the user knows.

    original_rows: index in the user's table of each row the core saw (None: the same).
    texts_by_code: original column to quote for a core finding, e.g. unreadable_date.
    replaced: rows of a core finding that the edge has already told of under another code.
    side_rows: as original_rows, of the other tables by name.
    """
    findings = list(edge.findings.values())
    for f in core["findings"]:
        told = replaced.get(f["code"], set())
        count = f["count"] - len(told)
        if count <= 0:
            continue
        texts = texts_by_code.get(f["code"])
        examples = _examples(f, original_rows, ids, texts, told, side_rows)
        findings.append(
            Finding(f["code"], f["severity"], f["subject"], count, examples, f["explanation"])
        )
    core["rows_read"] += edge.rejected_rows
    core["rows_rejected"] += edge.rejected_rows
    order = {"rejected": 0, "repaired": 1, "note": 2}
    findings.sort(key=lambda f: order[f.severity])
    return DataReport(core, findings)
