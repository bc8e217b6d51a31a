"""Tiers and trend of an account in words and marks, and the portfolio by tier."""

from __future__ import annotations

from typing import Any

import numpy as np

from kam._report._facts import Facts
from kam._report._html import Child, Html, tag
from kam._report._language import Language
from kam._report._marks import numbers_table

_ARROWS = {"up": "↗", "flat": "→", "down": "↘"}


def tier_order(facts: Facts) -> list[str]:
    """Names of tiers, highest first, then those that only the column knows.

    Potential key accounts come from the lower tiers, so they stand before the lowest.
    """
    tiers = facts.listed("tiers")
    names = [str(tier["name"]) for tier in tiers if not tier.get("potential")]
    for tier in tiers:
        if tier.get("potential"):
            names.insert(max(len(names) - 1, 0), str(tier["name"]))
    seen = {tier for tier in facts.words("tier") if tier is not None}
    return names + sorted(seen - set(names))


def tier_label(facts: Facts, t: Language, name: str) -> str:
    for tier in facts.listed("tiers"):
        if tier["name"] == name:
            return t.label(tier) or name
    return name


def tier_mark(facts: Facts, t: Language, row: int) -> Html | None:
    """The tier, and how often it survives other weights and what is not known."""
    name = facts.words("tier")[row]
    if name is None:
        return None
    stability = facts.numbers("tier_stability")[row]
    small = None
    if not np.isnan(stability):
        words = t("tier_stable", p=_sure(t, float(stability)))
        small = tag("small", words, title=t("tier_stable_what"))
    return tag("span", tag("b", tier_label(facts, t, name), class_="tier"), " ", small)


def _sure(t: Language, p: float) -> str:
    """In whole percent, and never certain."""
    return t.probability(p) if p > 0.995 or p < 0.005 else t.percent(p, 0)


def tier_table(facts: Facts, t: Language) -> Html | None:
    """Accounts, revenue and mean stability of every tier."""
    if not facts.says("tier"):
        return None
    tiers = np.array(facts.words("tier"), dtype=object)
    whole = float(np.nansum(np.maximum(facts.revenue, 0)))
    stability = facts.numbers("tier_stability")
    rows = [
        _tier_row(facts, t, tier_label(facts, t, name), tiers == name, whole, stability)
        for name in tier_order(facts)
    ]
    unknown = np.array([tier is None for tier in tiers.tolist()], dtype=bool)
    if unknown.any():
        rows.append(_tier_row(facts, t, t("none_band"), unknown, whole, stability))
    heads = [t(k) for k in ("tier", "accounts", facts.revenue_label, "share", "tier_mean")]
    return tag(
        "figure",
        tag("h3", t("tiers")),
        numbers_table(heads, rows),
        tag("figcaption", t("tiers_note")),
        class_="tiers",
    )


def _tier_row(
    facts: Facts, t: Language, label: str, inside: Any, whole: float, stability: Any
) -> list[Child]:
    revenue = float(np.nansum(facts.revenue[inside]))
    known = stability[inside][~np.isnan(stability[inside])]
    return [
        label,
        t.whole(int(inside.sum())),
        t.number(revenue, facts.money_decimals),
        t.share(revenue / whole) if whole > 0 else "–",
        _sure(t, float(known.mean())) if len(known) else "–",
    ]


def trend_words(facts: Facts, t: Language, row: int, key: str = "trend_rate") -> Html | None:
    """Arrow and word of the test's answer; None where nothing was tested."""
    trend = facts.trend[row]
    if trend not in _ARROWS:
        return None
    rate, p = facts.feature("trend_rate", row), float(facts.numbers("trend_p")[row])
    p = facts.feature("trend_p", row) if np.isnan(p) else p
    per_year = None
    if trend != "flat" and not np.isnan(rate) and rate != 0:
        per_year = tag("small", t(key, rate=t.signed_percent(rate)))
    words = None if np.isnan(p) else t("trend_tested", p=t.number(p, 3))
    arrow = tag("span", _ARROWS[trend], aria_hidden="true")
    word = tag("b", arrow, " ", t(f"trend_{trend}"), class_=f"trend {trend}")
    return tag("span", word, " " if per_year else None, per_year, title=words)
