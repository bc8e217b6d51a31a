"""Contracts, balance sheets, what switching would cost."""

from __future__ import annotations

import math
from datetime import date, timedelta

from draws import Draws
from latent import AS_OF, SLOW_PAYER, START, Account
from orders import Row, open_receivable

COMPONENTS = (  # component, kind, share of a year's orders or None, hours
    ("termination_fee", "financial", 0.01, None),
    ("requalification", "procedural", 0.03, None),
    ("special_tooling", "financial", 0.05, None),
    ("migration", "procedural", None, 120),
    ("training", "procedural", None, 80),
    ("evaluation", "procedural", None, 40),
    ("trusted_contacts", "relational", None, 60),
)
HOURLY_RATE = 65.0  # theirs [money]


def contracts(seed: int, accounts: list[Account]) -> list[Row]:
    rows: list[Row] = []
    for account in accounts:
        if "contracts" not in account.lacks:
            rows += _frame_contracts(account, Draws(seed, 40, account.number))
    return rows


def _frame_contracts(account: Account, d: Draws) -> list[Row]:
    """One after the other without a gap; the last one runs beyond AS_OF or ends the account."""
    rows: list[Row] = []
    start = START - timedelta(days=d.integer(0, 500))
    notice, renews = d.choice((30, 60, 90, 180)), int(d.chance(0.5))
    discount, years = d.choice((0.0, 0.01, 0.02, 0.03)), d.choice((1, 2, 2, 3))
    while start <= account.last_day:
        end = date(start.year + years, start.month, min(start.day, 28)) - timedelta(days=1)
        if account.leaves_with_contract and end >= account.last_day:
            end = account.last_day
        value = round(0.8 * account.level(max(start, START)) / 1000) * 1000.0
        row: Row = {
            "account_id": account.id,
            "contract_id": f"C{account.number:03d}-{len(rows) + 1}",
            "start": start,
            "end": end,
            "value_per_year": value,
            "notice_days": notice,
            "auto_renew": renews,
            "termination_fee": round(0.05 * value, 2),
            "loyalty_discount": discount,
        }
        rows.append(row)
        start = end + timedelta(days=1)
    return rows


def financials(seed: int, accounts: list[Account], orders: list[Row]) -> list[Row]:
    """One row a year, dated the day the balance sheet of the year before was in hand."""
    rows: list[Row] = []
    for account in accounts:
        if "financials" in account.lacks:
            continue
        d = Draws(seed, 41, account.number)
        scale = d.lognormal(0.7, 0.3) * account.their_revenue
        for year in range(START.year, AS_OF.year + 1):
            day = date(year, 6, 30)
            if day <= account.last_day:
                rows.append(_balance(account, d, day, scale, orders))
    return rows


def _balance(account: Account, d: Draws, day: date, scale: float, orders: list[Row]) -> Row:
    health = 0.5 * account.discipline + 0.3 * d.normal()
    if account.number == SLOW_PAYER:
        health -= 0.4 * (day.year - START.year)
    assets = scale * math.exp(account.growth * (day.year - START.year))
    equity = assets * min(max(0.38 + 0.10 * health, 0.03), 0.85)
    exposure = open_receivable(orders, account, day)
    probability = 0.02 * math.exp(-0.9 * health)
    return {
        "account_id": account.id,
        "date": day,
        "working_capital": _thousands(assets * (0.16 + 0.10 * health)),
        "total_assets": _thousands(assets),
        "retained_earnings": _thousands(assets * (0.15 + 0.10 * health)),
        "ebit": _thousands(assets * (0.06 + 0.04 * health)),
        "equity": _thousands(equity),
        "liabilities": _thousands(assets) - _thousands(equity),
        "credit_limit": _thousands(0.2 * account.size * d.choice((0.8, 1.0, 1.25))),
        "exposure": round(exposure, 2),
        "probability_of_default": f"{min(probability, 0.5):.4f}" if d.chance(0.6) else "",
    }


def _thousands(value: float) -> float:
    return round(value / 1000) * 1000.0


def switching_costs(seed: int, accounts: list[Account]) -> list[Row]:
    """Of the key accounts and a third of the others: money, or hours at a rate."""
    rows: list[Row] = []
    for account in accounts:
        d = Draws(seed, 42, account.number)
        if account.role in ("new", "orderless") or not (d.chance(0.33) or account.segment == "key"):
            continue
        for component, kind, share, usual_hours in COMPONENTS:
            if d.chance(0.25):
                continue
            hours: float | str = ""
            if share is None:
                hours = round(
                    (usual_hours or 0) * (account.size / 150_000) ** 0.4 * d.lognormal(1, 0.4)
                )
                amount = float(hours) * HOURLY_RATE
            else:
                amount = round(share * account.level(AS_OF) * d.lognormal(1, 0.4), 2)
            rows.append(
                {
                    "account_id": account.id,
                    "component": component,
                    "kind": kind,
                    "amount": amount,
                    "hours": hours,
                    "rate": HOURLY_RATE if hours != "" else "",
                    "borne_by": "rival_pays" if component == "training" else "them",
                    "source": "estimate of the account manager",
                }
            )
    return rows
