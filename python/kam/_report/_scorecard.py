"""Section 5: the profile's rules, tiers, classes and matrices in plain words."""

from __future__ import annotations

from typing import Any

import numpy as np

from kam._report._facts import Facts
from kam._report._html import Child, Html, join, tag
from kam._report._language import Language
from kam._report._matrix import axis_label


def scorecard(facts: Facts, t: Language) -> list[Child]:
    parts = [*_rules(facts, t), *_tiers(facts, t), *_classes(facts, t), *_matrices(facts, t)]
    return [tag("h3", t("scorecard")), *_weights(facts, t), *parts]


def feature_words(facts: Facts, t: Language, feature: str) -> str:
    """What a feature is called here: a name of its own, an indicator's label, or itself."""
    for indicator in facts.profile["indicators"]:
        if indicator["feature"] == feature:
            return t.label(indicator)
    return t.maybe(f"feature:{feature}", feature)


def _weights(facts: Facts, t: Language) -> list[Child]:
    """What the value index is made of: every pillar with its share, and what is in it."""
    items = []
    for dimension in facts.profile["dimensions"]:
        own = [i for i in facts.profile["indicators"] if i["dimension"] == dimension["id"]]
        names = [
            t("weighted", name=t.label(i), weight=t.percent(i["weight"], 0))
            for i in sorted(own, key=lambda i: -i["weight"])
        ]
        words = t("weighted", name=t.label(dimension), weight=t.percent(dimension["weight"], 0))
        items.append(tag("li", tag("b", words), t("colon"), t("semicolon").join(names)))
    return [tag("p", t("weights_note")), tag("ul", *items)]


def _list(t: Language, title: str, note: str | None, items: list[Html]) -> list[Child]:
    if not items:
        return []
    return [tag("h4", t(title)), tag("p", t(note)) if note else None, tag("ul", *items)]


def _source(t: Language, part: dict[str, Any]) -> Html | None:
    source = part.get("source")
    return tag("small", " ", t("source_is", source=str(source))) if source else None


# ---- rules --------------------------------------------------------------------------------------


def _rules(facts: Facts, t: Language) -> list[Child]:
    rules = facts.listed("rules")
    if not rules:
        return [tag("p", t("no_rules"))]
    points = facts.points[:, len(facts.profile["indicators"]) :]
    items = []
    for k, rule in enumerate(rules):
        bites = int(np.sum(np.abs(points[:, k]) > 0))
        words = t(
            f"rule_{rule['side']}_{rule['effect']}",
            feature=feature_words(facts, t, rule["feature"]),
            threshold=t.significant(float(rule["threshold"])),
            to=t.significant(float(rule["to"])),
        )
        count = t.counted("rule_bites", bites)
        gap = t("sentence_gap")
        items.append(
            tag("li", tag("b", t.label(rule)), t("colon"), words, gap, count, _source(t, rule))
        )
    return _list(t, "rules", "rules_note", items)


# ---- tiers --------------------------------------------------------------------------------------


def _tiers(facts: Facts, t: Language) -> list[Child]:
    tiers = facts.listed("tiers")
    if not tiers:
        return []
    items = []
    for tier in tiers:
        key = "tier_potential" if tier.get("potential") else "tier_from"
        words = t(key, name=t.label(tier), start=t.significant(float(tier["from"])))
        items.append(tag("li", words))
    rule, after = facts.tier_rule, []
    if rule.get("hysteresis"):
        after.append(t("tier_hysteresis", points=t.significant(float(rule["hysteresis"]))))
    after.append(t("tier_stable_what"))
    return [*_list(t, "tiers", None, items), tag("p", t("sentence_gap").join(after))]


# ---- classes and matrices -----------------------------------------------------------------------


def _classes(facts: Facts, t: Language) -> list[Child]:
    tags = [set(found or ()) for found in facts.words("class_tags")]
    items = []
    for rule in facts.classes:
        words = [
            t(
                f"class_{kind}",
                list=t("semicolon").join(_condition(facts, t, c) for c in rule[kind]),
            )
            for kind in ("all", "any")
            if rule.get(kind)
        ]
        members = sum(rule["id"] in found for found in tags)
        count = t.counted("class_members", members) if facts.says("class_tags") else None
        gap = t("sentence_gap")
        items.append(
            tag(
                "li",
                *(tag("b", t.label(rule)), t("colon"), join(words, gap)),
                *(gap, count) if count else (),
                _source(t, rule),
            )
        )
    return _list(t, "classes", "classes_note", items)


def _condition(facts: Facts, t: Language, condition: dict[str, Any]) -> str:
    if condition.get("sector"):
        sectors = condition["sector"]
        names = [sectors] if isinstance(sectors, str) else [str(s) for s in sectors]
        return t("condition_sector", list=t("comma").join(names))
    if condition.get("flag"):
        return t("condition_flag", flag=t.maybe(f"flag:{condition['flag']}", condition["flag"]))
    side = "at_most" if _given(condition.get("at_most")) else "at_least"
    side = str(condition.get("side", side))
    value = condition.get(side) if _given(condition.get(side)) else condition.get("threshold")
    parts = {"feature": feature_words(facts, t, str(condition.get("feature", "")))}
    if _given(condition.get("quantile")):
        share = t.percent(float(condition["quantile"]))
        if _given(value):
            number = t.significant(float(str(value)))
            return t(f"condition_quantile_{side}", share=share, value=number, **parts)
        return t(f"condition_share_{side}", share=share, **parts)
    return t(f"condition_{side}", value=t.significant(float(str(value))), **parts)


def _given(value: Any) -> bool:
    return value is not None and value == value


def _matrices(facts: Facts, t: Language) -> list[Child]:
    items = [
        tag(
            "li",
            *(tag("b", t.label(m)), t("colon")),
            t(
                "matrix_words",
                x=axis_label(facts, t, m["x"]),
                y=axis_label(facts, t, m["y"]),
                x_cuts=t.listed([t.significant(float(c)) for c in m["x_cuts"]]),
                y_cuts=t.listed([t.significant(float(c)) for c in m["y_cuts"]]),
            ),
            _source(t, m),
        )
        for m in facts.listed("matrices")
        if m.get("x") and m.get("y") and m.get("x_cuts") is not None
    ]
    return _list(t, "matrices", None, items)
