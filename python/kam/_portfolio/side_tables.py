"""The tables beside the transactions: what else is known of the accounts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from kam import _core
from kam._data.columns import codes_of, encode_ids
from kam._data.data_report import EdgeFindings
from kam._data.frames import Array
from kam._data.table import ReadOptions, SideTable, given, word

ACTIVITY_TYPES = ("visit", "call", "meeting", "ticket", "complaint",
                  "report_due", "report_received", "survey")  # fmt: skip
LEVELS = ("operational", "middle", "executive")
ROLES = ("economic", "technical", "user", "gatekeeper", "coach")
OUTCOMES = ("open", "won", "lost")
STANCES = {"insider": 1.0, "ally": 0.75, "supporter": 0.5, "neutral": 0.0, "doubter": -0.25,
           "misinformed": -0.4, "regressor": -0.6, "hostile": -1.0}  # fmt: skip
FINANCIALS = ("working_capital", "total_assets", "retained_earnings", "ebit", "equity",
              "liabilities", "credit_limit", "exposure", "probability_of_default")  # fmt: skip
UNKNOWN = int(_core.UNKNOWN_CODE)


def read_side_tables(
    tables: Mapping[str, Any],
    ids: Array,
    core: _core.Tables,
    options: ReadOptions,
    edge: EdgeFindings,
) -> dict[str, list[int]]:
    """Every side table that is given. Returns the user's row of each row the core sees."""
    read = {
        name: SideTable(tables[name], name, options, edge) for name in _READERS if name in tables
    }
    people = _People(read)
    for name, table in read.items():
        _READERS[name](table, ids, core, people)
    return {name: table.kept_rows() for name, table in read.items()}


class _People:
    """Codes of their people, the same in stakeholders and activities; 0 = blank."""

    COLUMNS = (("stakeholders", "person_key"), ("activities", "their_person"))

    def __init__(self, read: Mapping[str, SideTable]) -> None:
        columns = {t: read[t].column(c) for t, c in self.COLUMNS if t in read and read[t].has(c)}
        parts = [values.astype(object) for values in columns.values()]
        codes = encode_ids(np.concatenate(parts)).codes if parts else np.zeros(0, np.uint32)
        coded = np.where(codes == _core.NO_ACCOUNT, 0, codes + np.uint32(1)).astype(np.uint32)
        ends = np.cumsum([len(p) for p in parts])[:-1]
        self.codes = dict(zip(columns, np.split(coded, ends), strict=True)) if parts else {}


def _optional(
    columns: dict[str, Any],
    table: SideTable,
    names: tuple[str, ...],
    read: Callable[[str], Any],
) -> None:
    columns |= {name: read(name) for name in names if table.has(name)}


def _accounts(table: SideTable, ids: Array, core: _core.Tables, _: _People) -> None:
    rows = len(table.column("account_id"))
    table.keep = np.ones(rows, dtype=bool)

    def padded(values: Array, missing: Any) -> Any:
        """The accounts that only transactions know come after those of the table."""
        whole = np.full(len(ids), missing, dtype=values.dtype)
        whole[:rows] = values
        return whole

    columns: dict[str, Any] = {}
    if table.has("parent_id"):
        texts = table.column("parent_id")
        parents = codes_of(texts, ids)
        blank = encode_ids(texts).codes == _core.NO_ACCOUNT
        table.tell("unknown_parent_id", ~blank & (parents == _core.NO_ACCOUNT))
        columns["parent"] = padded(parents, _core.NO_ACCOUNT)
    if table.has("since"):
        since, texts = _since(table), table.column("since")
        table.tell("unreadable_since", given(texts) & (since == _core.NO_DAY))
        columns["since"] = padded(since, _core.NO_DAY)
    sectors: list[str] = []
    if table.has("sector"):
        codes, sectors = table.texts("sector")
        columns["sector"] = padded(codes, 0)
    for name in ("supplier_too", "group_purchase"):
        if table.has(name):
            columns[name] = padded(table.flags(name), 0)
    numbers = {"annual_revenue": "annual_revenue_them", "wallet": "wallet",
               "supplier_rank": "supplier_rank", "suppliers": "suppliers"}  # fmt: skip
    for name, theirs in numbers.items():
        if table.has(theirs):
            columns[name] = padded(table.numbers(theirs), np.nan)
    core.accounts(columns, sectors)


def _since(table: SideTable) -> Any:
    from kam._data.table import optional_days

    with table.named_column("since"):
        return optional_days(table.column("since"), "since", table.options.date_format)


def _ratings(table: SideTable, ids: Array, core: _core.Tables, _: _People) -> None:
    columns: dict[str, Any] = {"account": table.accounts(ids)}
    items = encode_ids(table.column("item"))
    table.drop("missing_item", items.codes == _core.NO_ACCOUNT)
    columns |= {"item": items.codes, "value": table.numbers("value")}
    _optional(columns, table, ("scale_min", "scale_max"), table.numbers)
    _optional(columns, table, ("date",), table.dates)
    core.ratings(table.kept(columns), [str(name) for name in items.unique.tolist()])


def _activities(table: SideTable, ids: Array, core: _core.Tables, people: _People) -> None:
    columns: dict[str, Any] = {"account": table.accounts(ids), "date": table.dates("date")}
    if table.has("type"):
        known = {name: code for code, name in enumerate(ACTIVITY_TYPES)}
        columns["type"] = table.words("type", known, UNKNOWN, UNKNOWN)
    _optional(columns, table, ("our_person",), lambda name: table.texts(name)[0])
    if "activities" in people.codes:
        columns["their_person"] = people.codes["activities"]
    _optional(columns, table, ("minutes", "cost"), table.numbers)
    core.activities(table.kept(columns))


def _contracts(table: SideTable, ids: Array, core: _core.Tables, _: _People) -> None:
    columns: dict[str, Any] = {"account": table.accounts(ids), "start": table.dates("start")}
    _optional(columns, table, ("value_per_year", "notice_days"), table.numbers)
    if table.has("end"):
        columns["end"] = table.dates("end")
        # An end that cannot be read is not an open end.
        table.drop("unreadable_end", given(table.column("end")) & (columns["end"] == _core.NO_DAY))
    core.contracts(table.kept(columns))


def _opportunities(table: SideTable, ids: Array, core: _core.Tables, _: _People) -> None:
    columns: dict[str, Any] = {"account": table.accounts(ids), "value": table.numbers("value")}
    stages, names = table.texts("stage")
    columns["stage"] = stages  # 0, a blank, has no name and so no probability
    _optional(columns, table, ("stage_entered", "created"), table.dates)
    if table.has("outcome"):
        known = {name: code for code, name in enumerate(OUTCOMES)}
        columns["outcome"] = table.words("outcome", known, 0, UNKNOWN)
        table.drop("unknown_outcome", columns["outcome"] == UNKNOWN)
    core.opportunities(table.kept(columns), ["", *names])


def _stakeholders(table: SideTable, ids: Array, core: _core.Tables, people: _People) -> None:
    columns: dict[str, Any] = {"account": table.accounts(ids)}
    table.column("person_key")  # needed: says so if it is missing
    columns["person"] = people.codes["stakeholders"]
    table.drop("missing_person_key", columns["person"] == 0)
    _optional(columns, table, ("department",), lambda name: table.texts(name)[0])
    if table.has("level"):
        known = {name: code for code, name in enumerate(LEVELS)}
        columns["level"] = table.words("level", known, UNKNOWN, UNKNOWN)
    _optional(columns, table, ("roles",), lambda name: _roles(table, name))
    _optional(columns, table, ("weight",), table.numbers)
    _optional(columns, table, ("stance",), lambda name: _stances(table, name))
    _optional(columns, table, ("rated_on", "left_on"), table.dates)
    core.stakeholders(table.kept(columns))


def _roles(table: SideTable, name: str) -> Any:
    """Bits of the roles in a cell: a list, or text with ; or , between them."""
    bits = {role: 1 << i for i, role in enumerate(ROLES)}
    found = np.zeros(table.rows or 0, dtype=np.uint8)
    wrong = np.zeros(len(found), dtype=bool)
    for i, cell in enumerate(table.column(name).tolist()):
        parts = cell if isinstance(cell, (list, tuple)) else re.split("[;,]", word(cell))
        for part in filter(None, map(word, parts)):
            found[i] |= bits.get(part, 0)
            wrong[i] |= part not in bits
    known = ", ".join(ROLES)
    table.tell("unknown_role", wrong, f"A role of table stakeholders is none of: {known}.")
    return found


def _stances(table: SideTable, name: str) -> Any:
    """Words of the stance scale or numbers from -1 to 1; blank is not known."""
    values = table.column(name)
    if values.dtype.kind in "biuf":
        return table.numbers(name)
    words = [STANCES.get(word(v)) for v in values.tolist()]
    rest = np.array(
        [None if s is not None else v for s, v in zip(words, values.tolist(), strict=True)],
        dtype=object,
    )
    numbers = table.numbers(name, rest)
    return np.where([s is not None for s in words], [s or 0.0 for s in words], numbers)


def _financials(table: SideTable, ids: Array, core: _core.Tables, _: _People) -> None:
    columns: dict[str, Any] = {"account": table.accounts(ids), "date": table.dates("date")}
    _optional(columns, table, FINANCIALS, table.numbers)
    core.financials(table.kept(columns))


_READERS: dict[str, Callable[[SideTable, Array, _core.Tables, _People], None]] = {
    "accounts": _accounts,
    "ratings": _ratings,
    "activities": _activities,
    "contracts": _contracts,
    "opportunities": _opportunities,
    "stakeholders": _stakeholders,
    "financials": _financials,
}
