"""The table of transactions: the one every portfolio has."""

from __future__ import annotations

from typing import Any

import numpy as np

from kam import _core
from kam._data.columns import Ids, days, parse_numbers
from kam._data.data_report import EdgeFindings
from kam._data.table import Table, codes_and_names, given, optional_days
from kam._errors import DataError

KINDS = ("invoice", "credit_note", "return", "rebate", "barter", "lease", "prepayment")

# Findings that a look at the date itself explains.
_DATE_CODES = (
    *("unreadable_date", "placeholder_date", "distant_future_date", "distant_past_date"),
    "before_since",
)


class TransactionReader:
    """Rows into the core; those without an account or of an unknown kind never get there."""

    def __init__(self, rows: Table, ids: Ids, edge: EdgeFindings) -> None:
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
        if self.rows.has("ref"):
            columns["ref"] = codes_and_names(self.rows.column("ref"))[0]
        categories: list[str] = []
        if self.rows.has("category"):
            columns["category"], categories = codes_and_names(self.rows.column("category"))
        for name in ("due_date", "paid_date"):
            if self.rows.has(name):
                columns[name] = self._optional_dates(name)
        self._drop_rows_without_account()
        if not self.keep.all():
            self.original_rows = np.flatnonzero(self.keep).tolist()
            columns = {k: np.ascontiguousarray(v[self.keep]) for k, v in columns.items()}
        core.transactions(columns, categories)
        return base

    def _dates(self) -> Any:
        texts = self.rows.column("date")
        result = days(texts, self.rows.actual("date"), self.rows.options.date_format)
        if texts.dtype.kind != "M":
            self.texts_by_code |= dict.fromkeys(_DATE_CODES, texts)
        if np.all(result == _core.NO_DAY):
            raise DataError(
                f"column '{self.rows.actual('date')}': no value is a date "
                f"(first: {texts[0]!r}). ISO 8601 is read as it is; for others give a date "
                "format such as %d/%m/%Y."
            )
        return result

    def _optional_dates(self, name: str) -> Any:
        values = self.rows.column(name)
        result = optional_days(values, self.rows.actual(name), self.rows.options.date_format)
        wrong = np.flatnonzero(given(values) & (result == _core.NO_DAY)).tolist()
        self.edge.add(
            f"{name}_not_a_date",
            f"The {name} could not be read: taken as missing.",
            wrong,
            [values[i] for i in wrong[:5]],
            severity="note",
            counts_as_rejected=False,
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
        codes, names = codes_and_names(values)
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
