"""The numbers of one account by subject, beside the portfolio's median."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kam._report._facts import Facts
from kam._report._html import Child, Html, tag
from kam._report._language import Language
from kam._report._tiers import trend_words


class Entry(NamedTuple):
    name: str  # of a column, else of a feature
    kind: str  # money, share, days, points, index, number or count


SUBJECTS: dict[str, tuple[Entry, ...]] = {
    "contribution": (
        Entry("net_revenue_12m", "money"),
        Entry("cm3_12m", "money"),
        Entry("cm3_rate", "share"),
        Entry("cts_12m", "money"),
        Entry("cts_share", "share"),
        Entry("return_rate", "share"),
    ),
    "loyalty": (
        Entry("our_share_of_them", "share"),
        Entry("nps", "points"),
        Entry("report_on_time", "share"),
        Entry("dispute_rate", "share"),
        Entry("contract_value", "money"),
        Entry("renewal_days", "days"),
    ),
    "growth": (
        Entry("trend", "trend"),
        Entry("headroom", "money"),
        Entry("pipeline_p50", "money"),
        Entry("breadth", "share"),
        Entry("volatility", "share"),
    ),
    "risk": (
        Entry("days_late", "days"),
        Entry("overdue_share", "share"),
        Entry("dso_days", "days"),
        Entry("limit_use", "share"),
        Entry("altman_z2", "number"),
        Entry("probability_of_default", "share"),
        Entry("expected_credit_loss", "money"),
        Entry("risk_credit", "index"),
        Entry("risk_cooperation", "index"),
    ),
}
_OTHER_NAME = {"our_share_of_them": "share_of_wallet"}


def dossier(facts: Facts, t: Language, row: int) -> Html | None:
    """A list per subject with what there is; None where there is nothing."""
    lists = []
    for subject, entries in SUBJECTS.items():
        rows = [r for r in (_entry(facts, t, row, entry) for entry in entries) if r is not None]
        if rows:
            title = tag("h4", t(f"subject_{subject}"))
            lists.append(tag("div", title, tag("dl", *rows), class_="subject"))
    return tag("div", *lists, class_="dossier") if lists else None


def _entry(facts: Facts, t: Language, row: int, entry: Entry) -> Html | None:
    label = tag("dt", t(f"feature:{entry.name}"))
    if entry.kind == "trend":
        words = trend_words(facts, t, row)
        return None if words is None else tag("div", label, tag("dd", words))
    if entry.name == facts.measure:
        return None  # above, with its share
    values = values_of(facts, entry.name)
    value = float(values[row])
    if np.isnan(value):
        return None
    known = values[~np.isnan(values)]
    middle = None
    if len(known) > 1:
        typical = told(facts, t, float(np.median(known)), entry.kind)
        middle = tag("small", t("median_is", value=typical))
    text = told(facts, t, value, entry.kind)
    return tag("div", label, tag("dd", text, _beside(facts, t, entry.name, row), " ", middle))


def values_of(facts: Facts, name: str) -> np.ndarray:
    """A column, else the feature of that name or of its other name; NaN throughout if none."""
    values = facts.numbers(name)
    if not np.isnan(values).all():
        return values
    other = facts.features.get(name, facts.features.get(_OTHER_NAME.get(name, name)))
    return values if other is None else np.asarray(other, dtype=np.float64)


def told(facts: Facts, t: Language, value: float, kind: str) -> str:
    """A number of this kind in the reader's words."""
    if kind == "money":
        return t.number(value, facts.money_decimals)
    if kind == "share":
        return t.percent(value)
    if kind == "days":
        return t.counted("days", round(value, 1 if abs(value) < 10 else 0))
    if kind in ("points", "count"):
        return t.number(value, 0)
    return t.number(value, 2 if kind == "number" else 1)


def _beside(facts: Facts, t: Language, name: str, row: int) -> Child:
    """How many answers a recommendation score rests on; that a champion went."""
    answers = facts.feature("nps_answers", row)
    if name != "nps" or np.isnan(answers):
        return None
    return tag("small", " ", t.counted("answers", answers))
