"""From the user's tables to the core's: names, texts, dates and ids become columns of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from kam import _core
from kam._data.columns import Ids, encode_ids
from kam._data.data_report import DataReport, EdgeFindings, join
from kam._data.frames import Array
from kam._data.source import Files, Source
from kam._data.table import ReadOptions, Table
from kam._errors import DataError
from kam._portfolio.side_tables import read_side_tables
from kam._portfolio.transactions import TransactionReader
from kam._switching.walls import Walls, read_walls

__all__ = ["PortfolioTables", "ReadOptions", "read_tables"]


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
    side_rows: dict[str, list[int]]  # by table: the user's row of each row the core saw
    files: Files | None = None  # where the tables were read from
    walls: Walls | None = None  # switching cost per account

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
            self.side_rows,
        )
        return report if self.files is None else self.files.tell(report)


def read_tables(tables: Mapping[str, Any], options: ReadOptions) -> PortfolioTables:
    """All tables of a portfolio. Needs `transactions`; others may be absent."""
    if "transactions" not in tables:
        raise DataError(
            f"table 'transactions' is missing; there are: {', '.join(tables) or 'none'}"
        )
    rows = Table(tables["transactions"], options)
    edge = EdgeFindings()
    ids, names = _account_ids(rows, tables, options)
    core = _core.Tables(len(ids.unique))
    reader = TransactionReader(rows, ids, edge)
    base_currency = reader.read_into(core)
    side_rows = read_side_tables(tables, ids.unique, core, options, edge)
    return PortfolioTables(
        core,
        ids.unique,
        names,
        base_currency,
        edge,
        reader.original_rows,
        reader.texts_by_code,
        reader.replaced,
        side_rows,
        tables if isinstance(tables, Files) else None,
        read_walls(tables, ids.unique, options),
    )


def _refuse_blank_or_repeated(listed: Ids, tables: Mapping[str, Any]) -> None:
    """The first row of the accounts that is not one account's own, with its line in a file."""
    source = tables.sources["accounts"] if isinstance(tables, Files) else Source("accounts")
    blank = np.flatnonzero(listed.codes == _core.NO_ACCOUNT)
    if len(blank):
        raise DataError(f"table 'accounts': no account_id in {source.place(int(blank[0]))}")
    _, first = np.unique(listed.codes, return_index=True)
    if len(first) == len(listed.codes):
        return
    again = int(np.setdiff1d(np.arange(len(listed.codes)), first)[0])
    code = listed.codes[again]
    once = int(np.flatnonzero(listed.codes == code)[0])
    raise DataError(
        f"table 'accounts': account {str(listed.unique[code])!r} is in {source.place(once)} and "
        f"again in {source.place(again)}"
    )


def _account_ids(
    rows: Table, tables: Mapping[str, Any], options: ReadOptions
) -> tuple[Ids, list[str | None] | None]:
    """Accounts in the order of the accounts table, then those that only transactions know."""
    of_rows = rows.column("account_id")
    if "accounts" not in tables:
        ids = encode_ids(of_rows)
        if len(of_rows) and not len(ids.unique):
            raise DataError(f"column '{rows.actual('account_id')}': every value is blank")
        return ids, None
    accounts = Table(tables["accounts"], options, "accounts")
    listed = accounts.column("account_id")
    both = encode_ids(np.concatenate([listed.astype(object), of_rows.astype(object)]))
    _refuse_blank_or_repeated(encode_ids(listed), tables)
    names = None
    if accounts.has("name"):
        known = [None if v is None or v != v else str(v) for v in accounts.column("name").tolist()]
        names = known + [None] * (len(both.unique) - len(known))
    return Ids(np.ascontiguousarray(both.codes[len(listed) :]), both.unique), names
