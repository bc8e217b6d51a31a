"""Writes a SIMULATED portfolio of sixty key accounts as a folder of CSV tables.

    python examples/key_accounts/make_portfolio.py [--out FOLDER] [--seed N]

Same seed, same bytes. Every company, person and number is invented; README.md beside this file has
the process behind the numbers. Needs NumPy.
"""

from __future__ import annotations

import argparse
import csv
import math
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from draws import Draws
from judgements import opportunities, ratings
from latent import AS_OF, Account, simulate_accounts
from orders import BARTER, Row, channel_stock, transactions
from papers import contracts, financials, switching_costs
from relations import activities, stakeholders

SEED = 14
GROUP_BUYERS = (7, 25, 52)
LABEL = """SIMULATED DATA. Every company, person and number in this folder is invented.
Written by examples/key_accounts/make_portfolio.py with --seed {seed}; its README.md explains how.
simulated_truth.csv holds the hidden state behind the tables; kam does not read it.
"""


def make_portfolio(seed: int) -> dict[str, list[Row]]:
    """All tables by name."""
    accounts = simulate_accounts(seed)
    orders = transactions(seed, accounts)
    tables = {
        "accounts": _accounts(seed, accounts),
        "activities": activities(seed, accounts, orders),
        "channel_stock": channel_stock(seed, accounts, orders),
        "contracts": contracts(seed, accounts),
        "financials": financials(seed, accounts, orders),
        "opportunities": opportunities(seed, accounts),
        "ratings": ratings(seed, accounts),
        "simulated_truth": [_truth(a) for a in accounts],
        "stakeholders": stakeholders(seed, accounts),
        "switching_costs": switching_costs(seed, accounts),
    }
    tables["transactions"] = _with_dirt(orders)
    return tables


def _accounts(seed: int, accounts: list[Account]) -> list[Row]:
    rows = []
    for a in accounts:
        d = Draws(seed, 5, a.number)
        before = timedelta(days=d.integer(30, 3000))
        share = 1 / (1 + math.exp(0.4 - 0.8 * a.quality[-1] + d.normal(0, 0.3)))
        suppliers = d.integer(2, 5)
        wallet = "" if "wallet" in a.lacks else _thousands(a.level(AS_OF) / share)
        ranked = d.chance(0.7)
        rank = min(max(round((1 - share) * suppliers), 1), suppliers)
        rows.append(
            {
                "account_id": a.id,
                "name": a.name,
                "parent_id": a.parent,
                "sector": a.sector,
                "country": a.country,
                "since": a.first_day if a.role in ("new", "orderless") else a.first_day - before,
                "owner": a.owner,
                "segment": a.segment,
                "annual_revenue_them": _thousands(a.their_revenue),
                "employees": max(12, round(a.their_revenue / 180_000 * d.lognormal(1, 0.4))),
                "supplier_too": int(a.number in BARTER or d.chance(0.06)),
                "group_purchase": int(a.number in GROUP_BUYERS),
                "wallet": wallet,
                "supplier_rank": rank if ranked else "",
                "suppliers": suppliers if ranked else "",
            }
        )
    return rows


def _thousands(value: float) -> float:
    return round(value / 1000) * 1000.0


def _truth(a: Account) -> Row:
    return {
        "account_id": a.id,
        "role": a.role,
        "orders_per_year": a.size,
        "growth": f"{a.growth:.4f}",
        "quality_first": a.quality[0],
        "quality_last": a.quality_on(a.last_day),
        "discipline": a.discipline,
        "gap_days": a.gap_days,
        "gap_sigma": a.gap_sigma,
        "margin": f"{a.margin:.4f}",
        "hazard": f"{a.hazard:.4f}",
        "left_on": a.left_on or "",
        "left_with_contract": int(a.leaves_with_contract),
    }


def _with_dirt(orders: list[Row]) -> list[Row]:
    """Three rows of the kinds a real export has: see README.md."""
    rows = [dict(row) for row in orders]
    small = next(k for k, r in enumerate(rows) if r["kind"] == "invoice" and r["amount"] >= 1000)
    unreadable = dict(rows[small], ref="INV-DIRT-1", amount="1,250.00", cogs=800.0, quantity=5)
    middle = len(rows) // 2
    while rows[middle]["kind"] != "invoice":
        middle += 1
    last = next(r for r in reversed(rows) if r["kind"] == "invoice")
    future = dict(last, ref="INV-DIRT-2", date=AS_OF + timedelta(days=45))
    future |= {"due_date": "", "paid_date": ""}
    rows.insert(middle + 1, dict(rows[middle]))  # the same document row, exported twice
    rows.insert(small + 1, unreadable)
    rows.append(future)
    return rows


# ---- files --------------------------------------------------------------------------------------


def write(tables: dict[str, list[Row]], folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.txt").write_text(LABEL.format(seed=seed), encoding="utf-8", newline="\n")
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(rows[0])
            writer.writerows([_text(v) for v in row.values()] for row in rows)


def _text(value: Any) -> str:
    """Two decimals for every float, ISO dates; nothing depends on the locale."""
    if isinstance(value, float):
        return f"{value + 0.0:.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/demo/key_accounts"))
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    tables = make_portfolio(given.seed)
    write(tables, given.out, given.seed)
    size = sum(path.stat().st_size for path in given.out.glob("*.csv"))
    for name, rows in tables.items():
        print(f"{name:16} {len(rows):6} rows")
    print(f"SIMULATED data, seed {given.seed}: {size / 1e6:.2f} MB in {given.out}")


if __name__ == "__main__":
    main()
