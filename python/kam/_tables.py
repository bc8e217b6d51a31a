"""From the user's tables to the core's: names, texts, dates and ids become columns of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kam import _core, _frames
from kam._columns import Ids, codes_of, days, encode_ids, parse_numbers
from kam._data_report import DataReport, EdgeFindings, join
from kam._errors import DataError
from kam._frames import Array
from kam._source import Files

KINDS = ("invoice", "credit_note", "return", "rebate", "barter", "lease", "prepayment")


@dataclass(frozen=True)
class ReadOptions:
    """How columns are named and texts are read."""

    columns: Mapping[str, str] = field(default_factory=dict)  # standard name -> name in the table
    date_format: str | None = None
    decimal: str = "."
    currency: str | None = None  # base currency where several occur


@dataclass
class PortfolioTables:
    """A portfolio as the core reads it, and the way back to the user's ids and rows."""

    core: _core.Tables
    ids: Array
    names: list[str | None] | None
    base_currency: int
    edge: EdgeFindings
    original_rows: list[int] | None
    texts_by_code: dict[str, Any]
    replaced: dict[str, set[int]]
    files: Files | None = None  # where the tables were read from

    @contextmanager
    def in_user_words(self) -> Iterator[None]:
        """Errors of the core name accounts by number and options of C++; users know others."""
        try:
            yield
        except ValueError as error:
            ids = self.ids.tolist()
            words = re.sub(r"\baccount (\d+)\b", lambda m: f"account {ids[int(m[1])]}", str(error))
            words = re.sub(
                r"set `base_currency` .*", "give currency= to use the rows of one alone", words
            )
            raise type(error)(words) from None

    def report(self, core_report: dict[str, Any]) -> DataReport:
        report = join(
            core_report,
            self.edge,
            self.original_rows,
            self.ids.tolist(),
            self.texts_by_code,
            self.replaced,
        )
        return report if self.files is None else self.files.tell(report)


class _Table:
    """One user table under standard column names."""

    def __init__(self, frame: Any, options: ReadOptions, *, strict: bool = False) -> None:
        self.frame = _frames.normalise(frame)
        self.names = set(_frames.names(self.frame))
        self.options = options
        self.rows: int | None = None  # of the column read first
        self.strict = strict  # else a column renamed in the transactions may have its own name here

    def actual(self, name: str) -> str:
        renamed = self.options.columns.get(name, name)
        return name if renamed not in self.names and not self.strict else renamed

    def has(self, name: str) -> bool:
        return self.actual(name) in self.names

    def column(self, name: str) -> Array:
        actual = self.actual(name)
        if actual not in self.names:
            hint = f" (mapped from '{name}')" if actual != name else ""
            raise DataError(
                f"column '{actual}'{hint} is missing; there are: {', '.join(sorted(self.names))}. "
                "Name it with columns={...} or --columns."
            )
        values = _frames.column(self.frame, actual)
        if self.rows is None:
            self.rows = len(values)
        if len(values) != self.rows:
            raise DataError(f"`{actual}` has {len(values)} rows, expected {self.rows}")
        return values


def read_tables(tables: Mapping[str, Any], options: ReadOptions) -> PortfolioTables:
    """All tables of a portfolio. Needs `transactions`; others may be absent."""
    if "transactions" not in tables:
        raise DataError(
            f"table 'transactions' is missing; there are: {', '.join(tables) or 'none'}"
        )
    rows = _Table(tables["transactions"], options, strict=True)
    edge = EdgeFindings()
    ids, names = _account_ids(rows, tables, options)
    core = _core.Tables(len(ids.unique))
    reader = _TransactionReader(rows, ids, edge)
    base_currency = reader.read_into(core)
    if "accounts" in tables:
        _read_accounts(_Table(tables["accounts"], options), ids.unique, core, edge)
    if "ratings" in tables:
        _read_ratings(_Table(tables["ratings"], options), ids.unique, core, edge)
    if "activities" in tables:
        _read_activities(_Table(tables["activities"], options), ids.unique, core, edge)
    return PortfolioTables(
        core,
        ids.unique,
        names,
        base_currency,
        edge,
        reader.original_rows,
        reader.texts_by_code,
        reader.replaced,
        tables if isinstance(tables, Files) else None,
    )


def _account_ids(
    rows: _Table, tables: Mapping[str, Any], options: ReadOptions
) -> tuple[Ids, list[str | None] | None]:
    """Accounts in the order of the accounts table, then those that only transactions know."""
    of_rows = rows.column("account_id")
    if "accounts" not in tables:
        ids = encode_ids(of_rows)
        if len(of_rows) and not len(ids.unique):
            raise DataError(f"column '{rows.actual('account_id')}': every value is blank")
        return ids, None
    accounts = _Table(tables["accounts"], options)
    listed = accounts.column("account_id")
    both = encode_ids(np.concatenate([listed.astype(object), of_rows.astype(object)]))
    if len(encode_ids(listed).unique) != len(listed):
        raise DataError("table 'accounts': column account_id is blank or repeated in some rows")
    names = None
    if accounts.has("name"):
        known = [None if v is None or v != v else str(v) for v in accounts.column("name").tolist()]
        names = known + [None] * (len(both.unique) - len(known))
    return Ids(np.ascontiguousarray(both.codes[len(listed) :]), both.unique), names


class _TransactionReader:
    def __init__(self, rows: _Table, ids: Ids, edge: EdgeFindings) -> None:
        self.rows = rows
        self.edge = edge
        self.codes = ids.codes
        self.texts_by_code: dict[str, Any] = {}
        self.replaced: dict[str, set[int]] = {}
        self.keep = np.ones(len(ids.codes), dtype=bool)
        self.original_rows: list[int] | None = None

    def read_into(self, core: _core.Tables) -> int:
        """Returns the code of the base currency, 0 if there is none to name."""
        if len(self.codes) == 0:
            raise DataError("table 'transactions' has no rows")
        columns: dict[str, Any] = {"account": self.codes, "date": self._dates()}
        columns["amount"] = self._numbers("amount", "missing_amount")
        for name in ("quantity", "cogs"):
            if self.rows.has(name):
                columns[name] = self._numbers(name, None)
        if self.rows.has("kind"):
            columns["kind"] = self._kinds()
        base = self._currencies(columns)
        for name in ("ref", "category"):
            if self.rows.has(name):
                columns[name] = _codes_from_one(self.rows.column(name))
        self._drop_rows_without_account()
        if not self.keep.all():
            self.original_rows = np.flatnonzero(self.keep).tolist()
            columns = {k: np.ascontiguousarray(v[self.keep]) for k, v in columns.items()}
        core.transactions(columns)
        return base

    def _dates(self) -> Any:
        texts = self.rows.column("date")
        result = days(texts, self.rows.actual("date"), self.rows.options.date_format)
        if texts.dtype.kind != "M":
            self.texts_by_code["unreadable_date"] = texts
        if np.all(result == _core.NO_DAY):
            raise DataError(
                f"column '{self.rows.actual('date')}': no value is a date "
                f"(first: {texts[0]!r}). ISO 8601 is read as it is; for others give a date "
                "format such as %d/%m/%Y."
            )
        return result

    def _numbers(self, name: str, code: str | None) -> Any:
        values = self.rows.column(name)
        numbers = parse_numbers(values, self.rows.options.decimal)
        if numbers.wrong:
            self.edge.add(
                f"{name}_not_a_number",
                "Text that is not a plain number; thousands separators, currency signs and ranges "
                "are not guessed at.",
                numbers.wrong,
                [values[i] for i in numbers.wrong[:5]],
                counts_as_rejected=False,
                severity="rejected" if code else "note",
            )
        if code:
            self.replaced[code] = set(numbers.wrong)
            if np.all(np.isnan(numbers.values)):
                raise DataError(
                    f"column '{self.rows.actual(name)}': no value is a number, first {values[0]!r}"
                )
        return numbers.values

    def _kinds(self) -> Any:
        values = self.rows.column("kind")
        known = {name: code for code, name in enumerate(KINDS)}
        given = ["" if v is None or v != v else str(v).strip().lower() for v in values.tolist()]
        texts = [text or "invoice" for text in given]
        wrong = [i for i, t in enumerate(texts) if t not in known]
        self.edge.add(
            "unknown_kind",
            f"Transaction kinds are: {', '.join(KINDS)}.",
            wrong,
            [values[i] for i in wrong[:5]],
        )
        self.keep[wrong] = False
        return np.array([known.get(t, 0) for t in texts], dtype=np.uint8)

    def _currencies(self, columns: dict[str, Any]) -> int:
        wanted = self.rows.options.currency
        if not self.rows.has("currency"):
            return 0
        values = self.rows.column("currency")
        codes, names = _codes_and_names(values)
        columns["currency"] = codes
        if wanted is None:
            return 0
        if wanted not in names:
            raise DataError(f"no row is in {wanted}; there are: {', '.join(map(str, names))}")
        return names.index(wanted) + 1

    def _drop_rows_without_account(self) -> None:
        blank = np.flatnonzero((self.codes == _core.NO_ACCOUNT) & self.keep).tolist()
        self.edge.add(
            "missing_account_id", "A row without an account cannot count anywhere.", blank
        )
        self.keep[blank] = False


def _codes_and_names(values: Array) -> tuple[Any, list[Any]]:
    """Codes from 1 in order of first appearance; 0 = blank."""
    ids = encode_ids(values)
    codes = np.where(ids.codes == _core.NO_ACCOUNT, 0, ids.codes + np.uint32(1)).astype(np.uint32)
    return codes, ids.unique.tolist()


def _codes_from_one(values: Array) -> Any:
    return _codes_and_names(values)[0]


def _tell_unused(edge: EdgeFindings, table: str, what: str, unused: Array) -> None:
    """Rows of a side table that cannot count: said, never dropped in silence."""
    rows = np.flatnonzero(unused).tolist()
    edge.add(
        f"{table}_{what}",
        f"Rows of table {table} that do not count: {what.replace('_', ' ')}.",
        rows,
        severity="note",
        counts_as_rejected=False,
    )


def _read_accounts(table: _Table, ids: Array, core: _core.Tables, edge: EdgeFindings) -> None:
    columns: dict[str, Any] = {}
    rows = len(table.column("account_id"))
    if table.has("parent_id"):
        texts = table.column("parent_id")
        parents = np.full(len(ids), _core.NO_ACCOUNT, dtype=np.uint32)
        parents[:rows] = codes_of(texts, ids)
        given = encode_ids(texts).codes != _core.NO_ACCOUNT
        _tell_unused(
            edge, "accounts", "unknown_parent_id", given & (parents[:rows] == _core.NO_ACCOUNT)
        )
        columns["parent"] = parents
    if table.has("since"):
        texts = table.column("since")
        since = np.full(len(ids), _core.NO_DAY, dtype=np.int32)
        since[:rows] = days(texts, "since", table.options.date_format)
        given = np.array([v is not None and v == v for v in texts.tolist()], dtype=bool)
        _tell_unused(edge, "accounts", "unreadable_since", given & (since[:rows] == _core.NO_DAY))
        columns["since"] = since
    core.accounts(columns)


def _read_ratings(table: _Table, ids: Array, core: _core.Tables, edge: EdgeFindings) -> None:
    codes = codes_of(table.column("account_id"), ids)
    items = encode_ids(table.column("item"))
    _tell_unused(edge, "ratings", "unknown_account", codes == _core.NO_ACCOUNT)
    _tell_unused(edge, "ratings", "missing_item", items.codes == _core.NO_ACCOUNT)
    columns: dict[str, Any] = {
        "account": codes,
        "item": items.codes,
        "value": parse_numbers(table.column("value"), table.options.decimal).values,
    }
    for name in ("scale_min", "scale_max"):
        if table.has(name):
            columns[name] = parse_numbers(table.column(name), table.options.decimal).values
    if table.has("date"):
        columns["date"] = days(table.column("date"), "date", table.options.date_format)
    keep = (codes != _core.NO_ACCOUNT) & (items.codes != _core.NO_ACCOUNT)
    kept = {k: np.ascontiguousarray(v[keep]) for k, v in columns.items()}
    core.ratings(kept, [str(name) for name in items.unique.tolist()])


def _read_activities(table: _Table, ids: Array, core: _core.Tables, edge: EdgeFindings) -> None:
    codes = codes_of(table.column("account_id"), ids)
    keep = codes != _core.NO_ACCOUNT
    _tell_unused(edge, "activities", "unknown_account", ~keep)
    columns: dict[str, Any] = {
        "account": codes,
        "date": days(table.column("date"), "date", table.options.date_format),
    }
    if table.has("cost"):
        columns["cost"] = parse_numbers(table.column("cost"), table.options.decimal).values
    core.activities({k: np.ascontiguousarray(v[keep]) for k, v in columns.items()})
