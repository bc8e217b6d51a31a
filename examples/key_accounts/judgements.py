"""Ratings, and the deals that are open or were decided."""

from __future__ import annotations

import math
from datetime import date, timedelta

from draws import Draws
from latent import AS_OF, STALE, START, Account
from orders import Row

# item: lowest mark, highest mark, step, how much it follows the relationship
ITEMS: dict[str, tuple[float, float, float, float]] = {
    **{f"satisfaction_{x}": (1, 10, 1, 0.7) for x in ("overall", "expectations", "ideal")},
    "competitor_exposure": (0, 10, 1, -0.4),
    "value_alignment": (0, 10, 1, 0.5),
    "resource_integration": (0, 10, 1, 0.5),
    "complementarity": (0, 10, 1, 0.5),
    "management_coordination": (0, 10, 1, 0.5),
    "growth": (0, 10, 1, 0.3),
    "safety": (0, 10, 1, 0.4),
    "otif": (0, 100, 0.1, 0.2),
    "sla": (0, 100, 0.1, 0.2),
}
# one communication, two alignments, four guarantees: kept or not
CHECKLIST = (
    "communication",
    "product_needs",
    "corporate_strategy",
    "product_quality",
    "service_quality",
    "logistics",
    "maximum_benefit",
)
CARD = (
    "records_kept",
    "mutual_recognition",
    "mutual_familiarity",
    "visits_to_plan",
    "support",
    "first_recommendation",
    "display",
    "product_knowledge",
    "feedback",
    "scheduled_communication",
)
STAGES = (  # name, chance that a deal there is won in the end
    ("registered", 0.05),
    ("solution", 0.10),
    ("deep_contact", 0.30),
    ("product_settled", 0.40),
    ("negotiation", 0.70),
    ("signed", 0.75),
)
RIVALS = ("", "", "rival A", "rival B", "rival C")


def ratings(seed: int, accounts: list[Account]) -> list[Row]:
    rows: list[Row] = []
    for account in accounts:
        if "ratings" in account.lacks:
            continue
        for year in range(START.year, AS_OF.year + 1):
            day = date(year, 10, 1) + timedelta(days=account.number % 60)
            if account.first_day <= day <= account.last_day or _first_look(account, year):
                rows += _judged(seed, account, max(day, account.first_day))
    return sorted(rows, key=lambda r: (r["date"], r["account_id"], r["item"], r["rater"]))


def _first_look(account: Account, year: int) -> bool:
    """An account without an order yet is judged once, when it is taken on."""
    return account.role == "orderless" and year == AS_OF.year


def _judged(seed: int, account: Account, day: date) -> list[Row]:
    if account.number in STALE and day.year > 2022:
        return []
    d = Draws(seed, 30, account.number, day.year)
    rows: list[Row] = []

    def add(item: str, value: float, high: float, low: float = 0, rater: str = "") -> None:
        row = {"account_id": account.id, "item": item, "value": value}
        row |= {"scale_min": low, "scale_max": high, "rater": rater or account.owner, "date": day}
        rows.append(row)

    quality = account.quality_on(day)
    for item, (low, high, step, loading) in ITEMS.items():
        add(item, _mark(item, account, quality, loading, low, high, step, d), high, low)
    for k in range(d.integer(1, 4)):
        answer = round(7.2 + 1.6 * quality + d.normal(0, 1.2))
        add("nps", min(max(answer, 0), 10), 10, 0, f"{account.id}-P{k + 1}")
    kept = {item: int(d.chance(1 / (1 + math.exp(-0.8 - 0.9 * quality)))) for item in CHECKLIST}
    for item, value in (*kept.items(), ("checklist", sum(kept.values()))):
        add(item, value, len(CHECKLIST) if item == "checklist" else 1)
    card = {item: min(max(round(6 + 1.3 * quality + d.normal(0, 1.3)), 0), 10) for item in CARD}
    for item, value in (*card.items(), ("relationship_card", sum(card.values()))):
        add(item, value, 100 if item == "relationship_card" else 10)
    team = account.role == "giant" or (account.segment == "key" and quality > 1)
    add("joint_team", int(team), 1)
    return rows


def _mark(
    item: str,
    account: Account,
    quality: float,
    loading: float,
    low: float,
    high: float,
    step: float,
    d: Draws,
) -> float:
    """A mark on its scale: the middle, the quality (or what it judges), and chance."""
    if item in ("otif", "sla"):
        return round(min(96 + 1.2 * quality + d.normal(0, 1.5), 100.0), 1)
    judged = {"growth": 8 * account.growth, "safety": account.discipline}.get(item, quality)
    place = 0.6 + 0.15 * loading / 0.7 * judged + d.normal(0, 0.08)
    steps = round((high - low) / step * min(max(place, 0.0), 1.0))
    return int(low + steps * step)


def opportunities(seed: int, accounts: list[Account]) -> list[Row]:
    rows: list[Row] = []
    for account in accounts:
        d = Draws(seed, 31, account.number)
        for _ in range(d.poisson(2.0 + 0.5 * max(account.quality[0], -1))):
            rows.append(_deal(account, d))
        if account.role in ("giant", "orderless"):
            rows.append(_open_deal(account, d))
    rows.sort(key=lambda r: (r["created"], r["account_id"]))
    return [{"opportunity_id": f"D{k + 1:04d}", **row} for k, row in enumerate(rows)]


def _value(account: Account, d: Draws) -> float:
    return round(0.25 * account.size * d.lognormal(1.0, 0.7) / 100) * 100.0


def _deal(account: Account, d: Draws) -> Row:
    """Walks from stage to stage until it is won, lost, or the observation ends."""
    days = (account.last_day - account.first_day).days
    created = account.first_day + timedelta(days=int(d.uniform(0, days + 1)))
    entered, stage, outcome = created, 0, "open"
    planned = created + timedelta(days=d.integer(120, 400))
    while outcome == "open":
        step = entered + timedelta(days=round(d.lognormal(45, 0.6)))
        if step > account.last_day:
            outcome = "lost" if account.role == "leaver" else "open"
            break
        last = stage == len(STAGES) - 1
        following = 0.95 if last else STAGES[stage][1] / STAGES[stage + 1][1]
        goes_on = d.chance(min(following * math.exp(0.2 * account.quality_on(step)), 0.97))
        outcome = "won" if goes_on and last else "open" if goes_on else "lost"
        entered = step
        stage += int(goes_on and not last)
    return _row(account, d, STAGES[stage][0], entered, created, planned, outcome)


def _open_deal(account: Account, d: Draws) -> Row:
    created = max(account.first_day, AS_OF - timedelta(days=150))
    entered = created + timedelta(days=30)
    planned = AS_OF + timedelta(days=90)
    return _row(account, d, "deep_contact", entered, created, planned, "open")


def _row(
    account: Account,
    d: Draws,
    stage: str,
    entered: date,
    created: date,
    planned: date,
    outcome: str,
) -> Row:
    return {
        "account_id": account.id,
        "value": _value(account, d),
        "stage": stage,
        "stage_entered": entered,
        "created": created,
        "expected_close": planned,
        "outcome": outcome,
        "competitor": d.choice(RIVALS),
    }
