"""Bars of one account: its pillars against the median, its reasons step by step."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kam._report._facts import Doubles, Facts
from kam._report._html import Html, tag
from kam._report._language import Language
from kam._report._marks import missing_reason, style


def pillars(
    facts: Facts, t: Language, scores: Doubles, medians: Doubles, coverages: Doubles
) -> list[Html]:
    """A bullet bar per dimension: the score, and the median account as a tick."""
    return [
        _pillar(t, t.label(dimension), float(score), float(median), float(coverage))
        for dimension, score, median, coverage in zip(
            facts.profile["dimensions"], scores, medians, coverages, strict=True
        )
    ]


def _pillar(t: Language, name: str, score: float, median: float, coverage: float) -> Html:
    if np.isnan(score):
        words = tag("small", t("pillar_none"))
        return tag("p", tag("span", name, class_="name"), words, class_="pillar")
    values = {"median": t.number(median), "coverage": t.percent(coverage, 0)}
    bar = tag(
        "span",
        tag("i", class_="span", style=style(a=0, b=score / 100)),
        tag("i", class_="tick", style=style(a=median / 100)),
        class_="bar bullet",
        role="img",
        aria_label=t("pillar_label", name=name, score=t.number(score), **values),
    )
    return tag(
        "p",
        tag("span", name, class_="name"),
        bar,
        tag("b", t.number(score)),
        tag("small", t("pillar_detail", **values)),
        class_="pillar",
    )


class _Step(NamedTuple):
    name: str
    start: float
    end: float
    text: str
    kind: str  # up, down or total


def waterfall(facts: Facts, t: Language, row: int, reasons: list[dict[str, Any]]) -> list[Html]:
    """From the median account to this one; the steps add up exactly."""
    if not reasons:
        reason = missing_reason(facts, t, "value_index", row)
        return [tag("p", t("no_index", reason=reason))]
    words = {i["id"]: t.label(i) for i in facts.profile["indicators"]}
    at = float(facts.result._core.reference_index)
    steps = [_Step(t("start"), 0, at, t.number(at), "total")]
    for why in reasons:
        points = float(why["points"])
        if abs(points) >= 0.05:
            name = words.get(why["indicator"], t("coverage_reason"))
            kind = "up" if points > 0 else "down"
            steps.append(_Step(name, at, at + points, t.signed(points), kind))
            at += points
    final = float(facts["value_index"][row])
    steps.append(_Step(t("end"), 0, final, t.number(final), "total"))
    ends = [edge for step in steps for edge in (step.start, step.end)]
    low, high = min(0.0, *ends), max(100.0, *ends)
    return [_draw(step, low, high) for step in steps]


def _draw(step: _Step, low: float, high: float) -> Html:
    scale = high - low
    start, length = min(step.start, step.end) - low, abs(step.end - step.start)
    bar = tag("i", class_="span", style=style(a=start / scale, b=length / scale))
    return tag(
        "p",
        tag("span", step.name, class_="name"),
        tag("span", bar, class_=f"bar {step.kind}", aria_hidden="true"),
        tag("b", step.text, class_=step.kind),
        class_="step",
    )
