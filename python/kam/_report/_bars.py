"""Bars of one account: its pillars against the median, its reasons step by step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kam._report._facts import Doubles, Facts
from kam._report._html import Html, tag
from kam._report._language import Language
from kam._report._marks import missing_reason, style
from kam._scoring.measures import RULE

_SINGLE = 8  # reasons of the scorecard with a bar of their own
_SMALL = 0.05  # points that print as 0.0


class Pillars(NamedTuple):
    """Dimension scores, rows x dimensions, and of every dimension its median in this table."""

    scores: Doubles
    lo: Doubles
    hi: Doubles
    coverages: Doubles
    medians: Doubles


def pillars_of(facts: Facts) -> Pillars:
    core = facts.result._core
    scores, (lo, hi) = core.dimension_scores(), core.dimension_intervals()
    columns = [column[~np.isnan(column)] for column in scores.T]
    medians = np.array([np.median(c) if len(c) else np.nan for c in columns])
    return Pillars(scores, lo, hi, core.dimension_coverages(), medians)


def pillars(facts: Facts, t: Language, p: Pillars, row: int) -> list[Html]:
    """A bullet bar per dimension: the score, its interval, and the median account as a tick."""
    return [
        _pillar(
            t,
            t.label(dimension),
            Interval(float(p.scores[row, k]), float(p.lo[row, k]), float(p.hi[row, k])),
            float(p.medians[k]),
            float(p.coverages[row, k]),
        )
        for k, dimension in enumerate(facts.profile["dimensions"])
    ]


class Interval(NamedTuple):
    score: float
    lo: float
    hi: float


def _pillar(t: Language, name: str, of: Interval, median: float, coverage: float) -> Html:
    score, lo, hi = of
    if np.isnan(score):
        words = tag("small", t("pillar_none", coverage=t.percent(coverage, 0)))
        return tag("p", tag("span", name, class_="name"), words, class_="pillar")
    known = not (np.isnan(lo) or np.isnan(hi))
    interval = t("interval", lo=t.number(lo, 0), hi=t.number(hi, 0)) if known else None
    values = {"median": t.number(median), "coverage": t.percent(coverage, 0)}
    label = t("pillar_label", name=name, score=t.number(score), **values)
    if interval:
        label = t("pillar_label_interval", label=label, interval=interval)
    bar = tag(
        "span",
        tag("i", class_="span", style=style(a=0, b=score / 100)),
        tag("i", class_="whisker", style=style(a=lo / 100, b=(hi - lo) / 100)) if known else None,
        tag("i", class_="tick", style=style(a=median / 100)),
        class_="bar bullet",
        role="img",
        aria_label=label,
    )
    detail = t("pillar_detail", **values)
    return tag(
        "p",
        tag("span", name, class_="name"),
        bar,
        tag("b", t.number(score)),
        tag("small", t("pillar_interval", interval=interval, rest=detail) if interval else detail),
        class_="pillar",
    )


# ---- steps --------------------------------------------------------------------------------------


class Step(NamedTuple):
    name: str
    start: float
    end: float
    text: str
    kind: str  # up, down or total


class Part(NamedTuple):
    name: str
    points: float


def waterfall(facts: Facts, t: Language, row: int) -> list[Html]:
    """From the median account to this one; the steps, and the numbers beside them, add up."""
    points = facts.points[row]
    if np.isnan(points[-1]):
        reason = missing_reason(facts, t, "value_index", row)
        return [tag("p", t("no_index", reason=reason))]
    start, end = float(facts.result._core.reference_index), float(facts["value_index"][row])
    steps = [
        Step(t("start"), 0, start, t.number(start), "total"),
        *_running(t, _reasons(facts, t, points), start, end),
        Step(t("end"), 0, end, t.number(end), "total"),
    ]
    ends = [edge for step in steps for edge in (step.start, step.end)]
    low, high = min(0.0, *ends), max(100.0, *ends)
    return [draw(step, low, high) for step in steps]


class _Reasons(NamedTuple):
    own: list[Part]  # the largest of the scorecard
    gathered: int  # how many of it are left over
    apart: list[Part]  # data coverage and rules, which are never gathered


def _reasons(facts: Facts, t: Language, points: Doubles) -> _Reasons:
    labels = reason_labels(facts, t)
    own: list[Part] = []
    apart: list[Part] = []
    for k, name in enumerate(facts.reason_ids):
        if abs(points[k]) >= _SMALL:
            alone = name == "coverage" or name.startswith(RULE)
            part = Part(labels[k], float(points[k]))
            (apart if alone else own).append(part)
    own.sort(key=lambda part: -abs(part.points))
    apart.reverse()  # data coverage, which is last of the points, before the rules
    return _Reasons(own[:_SINGLE], len(own[_SINGLE:]), apart)


def reason_labels(facts: Facts, t: Language) -> list[str]:
    """Of every indicator and rule, in the order of the points; data coverage last."""
    rules = [t("rule_reason", name=t.label(rule)) for rule in facts.listed("rules")]
    indicators = [t.label(i) for i in facts.profile["indicators"]]
    return [*indicators, *rules, t("coverage_reason")]


def _running(t: Language, reasons: _Reasons, start: float, end: float) -> list[Step]:
    """One after the other. What is left over takes what rounding leaves, so that the numbers as
    printed lead from `start` to `end`."""
    parts, shown = list(reasons.own), [*reasons.own, *reasons.apart]
    rest = end - start - sum(part.points for part in shown)
    printed = _tenths(end) - _tenths(start) - sum(_tenths(part.points) for part in shown)
    if reasons.gathered or printed:
        name = t.counted("gathered", reasons.gathered) if reasons.gathered else t("rounding")
        parts.append(Part(name, rest))
    steps, at = [], start
    for k, part in enumerate([*parts, *reasons.apart]):
        points = printed / 10 if k == len(reasons.own) < len(parts) else part.points
        kind = "up" if points > 0 else "down"
        steps.append(Step(part.name, at, at + part.points, t.signed(points), kind))
        at += part.points
    return steps


def _tenths(points: float) -> int:
    """As printed with one decimal."""
    return round(10 * float(f"{points:.1f}"))


def draw(step: Step, low: float, high: float) -> Html:
    scale = high - low
    start, length = min(step.start, step.end) - low, abs(step.end - step.start)
    bar = tag("i", class_="span", style=style(a=start / scale, b=length / scale))
    zero = tag("i", class_="zero", style=style(a=-low / scale)) if low < 0 < high else None
    return tag(
        "p",
        tag("span", step.name, class_="name"),
        tag("span", zero, bar, class_=f"bar {step.kind}", aria_hidden="true"),
        tag("b", step.text, class_=step.kind),
        class_="step",
    )
