"""What the tables do not say but follow from: the hidden state of every account.

The formulas stand in README.md beside this file.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta

from company_names import ASSORTMENT, COMPANIES, SEASONS
from draws import Draws

START = date(2021, 1, 1)
AS_OF = date(2024, 12, 31)
QUARTERS = 16
LOSSES = 5
GIANT_SHARE = 0.38
GIANT, DORMANT, NEW, ORDERLESS = 1, 58, 59, 60  # account numbers
DISTRIBUTORS = (11, 24, 25)  # report their stock; the last buys more than it sells
SLOW_PAYER = 30  # pays later and later, and its balance sheets get worse
CHAMPION_LEFT = 8  # its coach left in the autumn before AS_OF
STALE = (16, 36)  # judged until 2022, never since
STORIED = {SLOW_PAYER: "financials", CHAMPION_LEFT: "stakeholders"} | dict.fromkeys(
    STALE, "ratings"
)
COSTLY = (7, 15, 23, 34, 40, 51, 55)  # sold below cost, many visits: served at a loss
PARENTS = {3: 2, 19: 52, 26: 25}  # subsidiary: parent
OWNERS = ("KAM-1", "KAM-2", "KAM-3", "KAM-4")


@dataclass
class Account:
    number: int
    name: str
    sector: str
    country: str
    size: float  # orders per year at START [money]
    their_revenue: float  # of the account itself [money/year]
    growth: float  # of log size, per year
    quality: list[float]  # of the relationship, by quarter; 0 = usual
    discipline: float  # of payment; 0 = usual
    gap_days: float  # median days between orders
    gap_sigma: float  # of the log of the gaps: small = regular
    margin: float  # gross, of the price
    categories: tuple[str, ...]
    owner: str
    role: str = "ordinary"  # giant, leaver, fading, distributor, dormant, new, orderless
    hazard: float = 0.0  # chance of being drawn as a loss
    left_on: date | None = None
    leaves_with_contract: bool = False
    lacks: set[str] = field(default_factory=set)  # tables and columns with nothing of it

    @property
    def id(self) -> str:
        return f"K{self.number:03d}"

    @property
    def parent(self) -> str:
        return f"K{PARENTS[self.number]:03d}" if self.number in PARENTS else ""

    @property
    def first_day(self) -> date:
        """Of the simulation; the account itself may be older."""
        return {"new": date(2024, 12, 5), "orderless": date(2024, 11, 4)}.get(self.role, START)

    @property
    def last_day(self) -> date:
        if self.role == "dormant":
            return date(2023, 4, 28)
        return min(self.left_on or AS_OF, AS_OF)

    @property
    def segment(self) -> str:
        level = self.level(self.first_day)
        return "key" if level >= 400_000 else "core" if level >= 120_000 else "small"

    def level(self, day: date) -> float:
        """Orders per year on that day [money], without the season."""
        return self.size * math.exp(self.growth * (day - START).days / 365.25)

    def season(self, day: date) -> float:
        peak, amplitude = SEASONS[self.sector]
        return 1 + amplitude * math.cos(2 * math.pi * (day.month - peak) / 12)

    def quality_on(self, day: date) -> float:
        quarter = (day.year - START.year) * 4 + (day.month - 1) // 3
        return self.quality[min(max(quarter, 0), QUARTERS - 1)]

    def fading(self, day: date) -> float:
        """1, falling to 0.35 over the half-year before the account leaves."""
        if self.left_on is None:
            return 1.0
        return min(1.0, 0.35 + 0.65 * max((self.left_on - day).days, 0) / 182)


def simulate_accounts(seed: int) -> list[Account]:
    accounts = [_account(seed, number) for number in range(1, len(COMPANIES) + 1)]
    _special_cases(accounts)
    _draw_losses(seed, accounts)
    _size_of_the_giant(accounts[GIANT - 1], accounts)
    _draw_gaps_in_the_data(seed, accounts)
    return accounts


def _account(seed: int, number: int) -> Account:
    d = Draws(seed, 1, number)
    name, sector, country = COMPANIES[number - 1]
    size = d.pareto(60_000, 1_500_000, 1.1)
    quality = [d.normal()]
    for _ in range(QUARTERS - 1):
        quality.append(0.92 * quality[-1] + math.sqrt(1 - 0.92**2) * d.normal())
    irregular = d.chance(0.15)
    assortment = ASSORTMENT[sector]
    breadth = 1 + sum(d.chance(0.55 + 0.1 * quality[0]) for _ in assortment[1:])
    relative = math.log(size / 150_000)
    return Account(
        number=number,
        name=name,
        sector=sector,
        country=country,
        size=size,
        their_revenue=size * d.lognormal(12.0, 0.8),
        growth=d.normal(0.02 + 0.03 * quality[0], 0.08),
        quality=quality,
        discipline=0.4 * quality[0] + math.sqrt(1 - 0.4**2) * d.normal(),
        gap_days=min(max(d.lognormal(24 * math.exp(-0.35 * relative), 0.25), 4.0), 75.0),
        gap_sigma=0.8 if irregular else d.uniform(0.12, 0.35),
        margin=min(max(0.33 - 0.035 * relative + d.normal(0, 0.07), 0.06), 0.45),
        categories=assortment[:breadth],
        owner=OWNERS[number % len(OWNERS)],
    )


def _special_cases(accounts: list[Account]) -> None:
    for number, role in (
        (GIANT, "giant"),
        (DORMANT, "dormant"),
        (NEW, "new"),
        (ORDERLESS, "orderless"),
    ):
        accounts[number - 1].role = role
    for number in DISTRIBUTORS:
        account = accounts[number - 1]
        account.role = "distributor"
        account.size = 180_000 + 0.5 * account.size
        account.gap_days, account.gap_sigma = min(account.gap_days, 10.0), 0.3
    accounts[DISTRIBUTORS[-1] - 1].growth = 0.06
    for number in COSTLY:
        accounts[number - 1].margin = -0.02
    giant = accounts[GIANT - 1]
    giant.quality = [0.5 * q + 0.6 for q in giant.quality]  # nobody neglects the giant
    giant.growth, giant.discipline = 0.01, 0.3 * giant.discipline
    giant.gap_days, giant.gap_sigma = 4.5, 0.3
    giant.margin = 0.19  # it knows what it is worth
    giant.categories = ASSORTMENT[giant.sector]


def _draw_losses(seed: int, accounts: list[Account]) -> None:
    """Exactly LOSSES leave, each account with a chance in proportion to its hazard.

    Systematic sampling: the hazards, scaled to add up to LOSSES, are laid end to end in random
    order; an account goes whose stretch holds one of the points u, u + 1, u + 2, ...
    """
    d = Draws(seed, 2)
    eligible = [a for a in accounts if a.role == "ordinary" and a.number not in STORIED]
    quarters = range(4, QUARTERS - 2)
    by_quarter = {a.number: [math.exp(-0.9 * a.quality[k]) for k in quarters] for a in eligible}
    total = sum(sum(h) for h in by_quarter.values())
    reached, point = 0.0, d.uniform()
    leavers = []
    for number in d.shuffled([a.number for a in eligible]):
        account = accounts[number - 1]
        account.hazard = min(LOSSES * sum(by_quarter[number]) / total, 1.0)
        reached += account.hazard
        if reached > point and len(leavers) < LOSSES:
            point += 1
            leavers.append(account)
    for account in leavers:
        _leaves(account, d, by_quarter[account.number], quarters)
    for account in leavers[:2]:
        account.leaves_with_contract = True
    staying = [a for a in eligible if a.role == "ordinary" and a.level(AS_OF) > 120_000]
    _fades(min(staying, key=lambda a: a.quality[-1]))


def _fades(account: Account) -> None:
    """The one that can still be kept: it will leave soon after AS_OF, and it shows."""
    account.role = "fading"
    account.left_on = date(2025, 2, 14)
    for k in range(QUARTERS):
        account.quality[k] -= 1.5 * math.exp((k - QUARTERS) / 2)


def _leaves(account: Account, d: Draws, hazards: list[float], quarters: range) -> None:
    quarter = d.choice(quarters, hazards)
    first = date(START.year + quarter // 4, quarter % 4 * 3 + 1, 1)
    account.role = "leaver"
    account.left_on = first + timedelta(days=d.integer(0, 89))
    for k in range(QUARTERS):
        account.quality[k] -= 1.5 * math.exp(-max(quarter - k, 0) / 2)


def _size_of_the_giant(giant: Account, accounts: list[Account]) -> None:
    """Its expected share of the last 12 months is GIANT_SHARE."""
    year = [AS_OF - timedelta(days=k) for k in range(366)]
    others = sum(
        a.level(day) / len(year)
        for a in accounts
        if a.role not in ("giant", "new", "orderless")
        for day in year
        if day <= a.last_day
    )
    middle = giant.level(year[183]) / giant.size
    size = GIANT_SHARE / (1 - GIANT_SHARE) * others / middle
    giant.their_revenue *= size / giant.size
    giant.size = size


def _draw_gaps_in_the_data(seed: int, accounts: list[Account]) -> None:
    """So many accounts lack each thing, but never what their story needs."""
    lacking = {
        "financials": 0.25,
        "ratings": 0.15,
        "wallet": 0.30,
        "stakeholders": 0.10,
        "contracts": 0.35,
        "cost": 0.05,  # activities without a cost
    }
    numbers = [a.number for a in accounts if a.role != "giant"]
    for k, (what, share) in enumerate(lacking.items()):
        chosen = Draws(seed, 3, k).shuffled(numbers)[: round(share * len(numbers))]
        for number in chosen:
            accounts[number - 1].lacks.add(what)
    for account in accounts:
        if account.leaves_with_contract:
            account.lacks.discard("contracts")
        account.lacks.discard(STORIED.get(account.number, ""))
        if account.role == "fading":
            account.lacks.clear()
        if account.role in ("new", "orderless"):
            account.lacks |= {"financials", "contracts"}
