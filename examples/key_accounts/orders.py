"""Transactions, and what distributors report of their stock."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

from company_names import CATEGORIES
from draws import Draws
from latent import AS_OF, DISTRIBUTORS, SLOW_PAYER, START, Account

Row = dict[str, Any]  # dates, whole numbers, text; a float is written with two decimals

BARTER, PREPAYMENT, LEASE = (13, 31), (9, 18, 41), (22, 50)


def working_day(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def transactions(seed: int, accounts: list[Account]) -> list[Row]:
    rows: list[Row] = []
    for account in accounts:
        if account.role != "orderless":
            rows += _Ledger(seed, account).write()
    return sorted(rows, key=lambda r: (r["date"], r["account_id"], r["ref"], r["category"]))


class _Ledger:
    """All documents of one account, in order of time."""

    def __init__(self, seed: int, account: Account) -> None:
        self.account = account
        self.d = Draws(seed, 10, account.number)
        self.terms = self.d.choice((14, 30, 30, 45, 60))
        self.rows: list[Row] = []
        self.documents = 0

    def write(self) -> list[Row]:
        for day in self._order_days():
            self._order(day)
        for year in range(START.year, AS_OF.year + 1):
            self._yearly(year)
        return self.rows

    def _order_days(self) -> list[date]:
        """Log-normal gaps around the account's rhythm, moved to working days."""
        a = self.account
        if a.role == "new":
            return [date(2024, 12, 12)]
        at = self.d.uniform(0, a.gap_days)
        days: list[date] = []
        while (day := working_day(START + timedelta(days=int(at)))) <= a.last_day:
            if not days or day > days[-1]:
                days.append(day)
            at += max(self.d.lognormal(a.gap_days, a.gap_sigma) / a.fading(day), 1.0)
        return days

    def _order(self, day: date) -> None:
        a, d = self.account, self.d
        mean_gap = a.gap_days * math.exp(a.gap_sigma**2 / 2)
        value = a.level(day) / 365.25 * mean_gap * a.season(day) * a.fading(day)
        value *= d.lognormal(math.exp(-(0.3**2) / 2), 0.3)
        lines = min(d.integer(1, 3), len(a.categories))
        ref = self._ref("INV")
        for category in d.shuffled(a.categories)[:lines]:
            row = self._line(day, "invoice", ref, category, value / lines)
            self._after(row, day)

    def _after(self, row: Row, day: date) -> None:
        """Goods come back and prices are corrected, more often where the relationship is poor."""
        a, d = self.account, self.d
        poor = math.exp(-0.5 * a.quality_on(day))
        later = working_day(day + timedelta(days=d.integer(5, 30)))
        returned, corrected = d.chance(0.015 * poor), d.chance(0.02 * poor)
        share, discount = d.uniform(0.1, 0.6), d.uniform(0.03, 0.10)
        if later > min(AS_OF, a.last_day):
            return
        quantity, amount = row["quantity"], row["amount"]
        if returned:
            back = max(1, round(share * quantity))
            cost = row["cogs"] * back / quantity
            self._credit(later, "return", row["category"], -back, -amount * back / quantity, -cost)
        elif corrected:
            self._credit(later, "credit_note", row["category"], "", -amount * discount, 0.0)

    def _yearly(self, year: int) -> None:
        a = self.account
        start = date(year, 1, 2) + timedelta(days=a.number % 9)
        size = a.level(date(year, 7, 1))
        if self._active(start) and a.number in PREPAYMENT:
            self._line(working_day(start), "prepayment", self._ref("PRE"), "service", 0.04 * size)
        for quarter in range(4):
            day = working_day(date(year, 3 * quarter + 2, 5))
            if a.number in LEASE and self._active(day):
                self._line(day, "lease", self._ref("LEA"), "controls", 0.01 * size)
            if a.number in BARTER and quarter % 2 and self._active(day):
                self._line(day, "barter", self._ref("BAR"), a.categories[0], 0.03 * size)
        self._rebate(year)

    def _rebate(self, year: int) -> None:
        """Two per cent of the year's invoices, in the January after, for key accounts."""
        day = working_day(date(year + 1, 1, 20))
        if self.account.segment != "key" or not self._active(day):
            return
        bought = sum(
            r["amount"] for r in self.rows if r["kind"] == "invoice" and r["date"].year == year
        )
        self._credit(day, "rebate", "", "", -0.02 * bought, 0.0)

    def _active(self, day: date) -> bool:
        a = self.account
        return a.role not in ("dormant", "new") and day <= min(a.last_day, AS_OF)

    # ---- rows -----------------------------------------------------------------------------------

    def _ref(self, prefix: str) -> str:
        self.documents += 1
        return f"{prefix}-{self.account.number:03d}-{self.documents:05d}"

    def _line(self, day: date, kind: str, ref: str, category: str, value: float) -> Row:
        a, d = self.account, self.d
        price = round(CATEGORIES[category] * (0.86 if a.role == "giant" else 1.0), 2)
        quantity = max(1, round(value / price))
        amount = quantity * price
        due = day + timedelta(days=self.terms)
        paid = due + timedelta(days=self._days_late(day))
        row = self._row(day, kind, ref, category, quantity, amount)
        row["cogs"] = round(amount * (1 - a.margin + d.normal(0, 0.015)), 2)
        row["due_date"] = due
        row["paid_date"] = max(paid, day) if paid <= AS_OF else ""
        self.rows.append(row)
        return row

    def _days_late(self, day: date) -> int:
        a, d = self.account, self.d
        late = 4 - 8 * a.discipline + d.normal(0, 6)
        if a.number == SLOW_PAYER:
            late += 0.06 * max((day - date(2023, 1, 1)).days, 0)
        if d.chance(0.01 * math.exp(-0.7 * a.discipline)):
            late += d.uniform(40, 120)  # disputed
        return max(round(late), -10)

    def _credit(
        self, day: date, kind: str, category: str, quantity: Any, amount: float, cogs: float
    ) -> None:
        row = self._row(day, kind, self._ref("CRE"), category, quantity, amount)
        row["cogs"] = round(cogs, 2)
        self.rows.append(row)

    def _row(
        self, day: date, kind: str, ref: str, category: str, quantity: Any, amount: float
    ) -> Row:
        return {
            "account_id": self.account.id,
            "date": day,
            "amount": round(amount, 2),
            "kind": kind,
            "quantity": quantity,
            "category": category,
            "cogs": "",
            "currency": "EUR",
            "ref": ref,
            "due_date": "",
            "paid_date": "",
        }


def open_receivable(rows: list[Row], account: Account, day: date) -> float:
    """What it owes on that day: invoiced, and not yet paid."""
    return sum(
        r["amount"]
        for r in rows
        if r["account_id"] == account.id
        and r["due_date"] != ""
        and r["date"] <= day
        and (r["paid_date"] == "" or r["paid_date"] > day)
    )


def channel_stock(seed: int, accounts: list[Account], rows: list[Row]) -> list[Row]:
    """Two years by month. What a distributor takes in is what it was invoiced in that month."""
    table: list[Row] = []
    for number in DISTRIBUTORS:
        account, d = accounts[number - 1], Draws(seed, 11, number)
        taken = _units_by_month(rows, account.id)
        usual = sum(taken.values()) / max(len(taken), 1)
        stock = round(2.5 * usual)
        for month in range(24):
            period = date(2023 + month // 12, month % 12 + 1, 1)
            if period > account.last_day:
                break
            slump = 0.97**month if number == DISTRIBUTORS[-1] else 1.0
            wanted = round(usual * slump * account.season(period) * d.lognormal(1.0, 0.08))
            sold = min(wanted, stock + taken.get(period, 0))
            table.append(
                {
                    "account_id": account.id,
                    "period": period,
                    "opening": stock,
                    "sell_in": taken.get(period, 0),
                    "sell_out": sold,
                }
            )
            stock += taken.get(period, 0) - sold
    return table


def _units_by_month(rows: list[Row], account_id: str) -> dict[date, int]:
    units: dict[date, int] = {}
    for r in rows:
        if r["account_id"] == account_id and r["kind"] == "invoice":
            month = r["date"].replace(day=1)
            units[month] = units.get(month, 0) + r["quantity"]
    return {month: count for month, count in units.items() if month.year >= 2023}
