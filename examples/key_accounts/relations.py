"""Who decides at the account, who met whom, what was said and what is on offer."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

from draws import Draws
from latent import AS_OF, CHAMPION_LEFT, COSTLY, DISTRIBUTORS, START, Account
from orders import Row, working_day

STANCES = (  # from for us to against us
    "insider",
    "ally",
    "supporter",
    "neutral",
    "doubter",
    "misinformed",
    "regressor",
    "hostile",
)
DEPARTMENTS = ("purchasing", "use", "technology", "finance", "logistics", "management")
ROLES = {
    "purchasing": "gatekeeper",
    "use": "user",
    "technology": "technical",
    "finance": "economic",
    "logistics": "user",
    "management": "economic",
}
RATE_PER_HOUR, TRIP = 95.0, 240.0  # [money]
COLLEAGUES = {
    "technology": "ENG-1",
    "use": "SRV-1",
    "finance": "FIN-1",
    "logistics": "LOG-1",
    "management": "EXEC-1",
}


def stakeholders(seed: int, accounts: list[Account]) -> list[Row]:
    return [row for a in accounts if "stakeholders" not in a.lacks for row in people_of(seed, a)]


def people_of(seed: int, account: Account) -> list[Row]:
    """Two to nine people; a stance is the account's quality and something of one's own."""
    d = Draws(seed, 20, account.number)
    rated_on = min(account.last_day, AS_OF) - timedelta(days=d.integer(10, 200))
    rated_on = max(rated_on, account.first_day)
    quality = account.quality_on(rated_on)
    relative = math.log(account.size / 60_000)
    count = min(2 + round(1.1 * max(relative, 0) + d.uniform(0, 1.2)), 9)
    rows = []
    for k in range(count):
        department = DEPARTMENTS[k % len(DEPARTMENTS)]
        feeling = 0.7 * quality + d.normal(0, 0.8)
        known = d.chance(0.85)
        marks = [min(max(round(5.5 + 1.6 * feeling + d.normal()), 0), 10) for _ in range(3)]
        executive = department == "management" or (department == "finance" and k > 5)
        coach = k == 1 and (quality > -0.5 or account.number == CHAMPION_LEFT)
        stance = STANCES[min(max(round(3 - 1.7 * feeling), 0), 7)]
        if coach:
            stance = "ally" if quality > 0.7 else "supporter"
        rows.append(
            {
                "account_id": account.id,
                "person_key": f"{account.id}-P{k + 1}",
                "department": department,
                "level": "executive" if executive else "middle" if k % 2 == 0 else "operational",
                "roles": ROLES[department] + (";coach" if coach else ""),
                "weight": d.integer(1, 4) + (4 if executive else 2 if k == 0 else 0),
                "stance": stance if known or coach else "",
                "trust": marks[0] if known else "",
                "benefit": marks[1] if known else "",
                "emotion": marks[2] if known else "",
                "veto": int(executive and d.chance(0.5)),
                "rater": account.owner,
                "rated_on": rated_on,
                "left_on": _left_on(account, d, coach),
            }
        )
    return rows


def _left_on(account: Account, d: Draws, coach: bool) -> date | str:
    days = d.integer(60, 240)
    if account.number == CHAMPION_LEFT and coach:
        return date(2024, 9, 13)
    if account.left_on is not None and coach:  # they often go first
        return max(account.left_on - timedelta(days=days), START)
    return ""


def activities(seed: int, accounts: list[Account], orders: list[Row]) -> list[Row]:
    rows: list[Row] = []
    for account in accounts:
        people = [] if "stakeholders" in account.lacks else people_of(seed, account)
        mine = [r for r in orders if r["account_id"] == account.id and r["kind"] == "invoice"]
        d = Draws(seed, 21, account.number)
        rows += _contacts(account, people, d)
        rows += _service(account, mine, d)
        rows += _reports(account, Draws(seed, 22, account.number))
        if "cost" in account.lacks:
            for row in [r for r in rows if r["account_id"] == account.id]:
                row["cost"] = ""
    return sorted(rows, key=lambda r: (r["date"], r["account_id"], r["type"], r["our_person"]))


def _activity(account: Account, day: date, kind: str, **more: Any) -> Row:
    row: Row = {"account_id": account.id, "date": day, "type": kind, "our_person": ""}
    row |= {"their_person": "", "minutes": "", "cost": "", "sentiment": ""}
    return row | more


def _contacts(account: Account, people: list[Row], d: Draws) -> list[Row]:
    """Visits, calls, meetings: more for larger accounts, not in proportion; fewer before a loss."""
    usual = 28 * (account.size / 150_000) ** 0.5 * d.lognormal(1.0, 0.6)  # per year
    usual *= 4 if account.number in COSTLY else 1
    rows = []
    day = account.first_day
    while True:
        rate = usual * math.exp(0.15 * account.quality_on(day)) * account.fading(day)
        day = working_day(day + timedelta(days=1 + int(-math.log(d.uniform()) * 365 / rate)))
        if day > account.last_day:
            return rows
        kind = d.choice(("call", "visit", "meeting", "survey"), (0.60, 0.25, 0.12, 0.03))
        there = [p for p in people if p["left_on"] == "" or p["left_on"] > day]
        person = d.choice(there, [p["weight"] for p in there]) if there else None
        ours = account.owner
        if person is not None and d.chance(0.55):
            ours = COLLEAGUES.get(person["department"], account.owner)
        minutes = {"call": 20, "visit": 150, "meeting": 90, "survey": 10}[kind]
        minutes = max(5, round(minutes * d.lognormal(1.0, 0.4)))
        cost = minutes / 60 * RATE_PER_HOUR + (TRIP if kind == "visit" else 0.0)
        mood = min(max(0.3 * account.quality_on(day) + d.normal(0, 0.3), -1.0), 1.0)
        rows.append(
            _activity(
                account,
                day,
                kind,
                our_person=ours,
                their_person="" if person is None else person["person_key"],
                minutes=minutes,
                cost=round(cost, 2),
                sentiment=round(mood, 2),
            )
        )


def _service(account: Account, orders: list[Row], d: Draws) -> list[Row]:
    """Tickets and complaints follow orders."""
    rows = []
    for order in orders:
        day = order["date"] + timedelta(days=d.integer(3, 20))
        ticket = d.chance(0.10)
        complaint = d.chance(0.03 * math.exp(-0.8 * account.quality_on(day)))
        minutes = max(10, round(d.lognormal(80.0 if complaint else 35.0, 0.5)))
        if not (ticket or complaint) or day > AS_OF:
            continue
        kind = "complaint" if complaint else "ticket"
        cost = round(minutes / 60 * RATE_PER_HOUR, 2)
        mood = -0.6 if complaint else ""
        rows.append(
            _activity(
                account, day, kind, our_person="SRV-1", minutes=minutes, cost=cost, sentiment=mood
            )
        )
    return rows


def _reports(account: Account, d: Draws) -> list[Row]:
    """Distributors and key accounts owe a report each quarter: on time, late, or never."""
    if account.number not in DISTRIBUTORS and account.segment != "key":
        return []
    rows = []
    for quarter in range(4 * (AS_OF.year - START.year + 1)):
        due = date(START.year + quarter // 4, quarter % 4 * 3 + 2, 15)
        if not account.first_day <= due <= account.last_day:
            continue
        rows.append(_activity(account, due, "report_due", cost=0.0))
        on_time = d.chance(1 / (1 + math.exp(-1.2 - account.quality_on(due))))
        days, never = d.integer(1, 25), d.chance(0.15)
        received = due - timedelta(days=days % 7) if on_time else due + timedelta(days=days)
        if (on_time or not never) and received <= AS_OF:
            rows.append(_activity(account, received, "report_received", cost=0.0))
    return rows
