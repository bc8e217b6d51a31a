"""Section 4: the largest accounts one by one: pillars against the median, reasons in points."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from kam._report._bars import Pillars, pillars, pillars_of, waterfall
from kam._report._changes import account_changes
from kam._report._dossier import dossier
from kam._report._facts import Facts
from kam._report._gaps import Gaps
from kam._report._html import Child, Html, join, name_of, tag
from kam._report._language import Language
from kam._report._marks import churn_band, missing_reason
from kam._report._people import people
from kam._report._tiers import tier_mark
from kam._report._which import SECTIONS

_DAYS_OF = {"day": 1.0, "week": 7.0, "month": 30.436875}


class _Context(NamedTuple):
    facts: Facts
    t: Language
    pillars: Pillars
    gaps: Gaps
    fired: list[list[str]]  # rules of tier, classes and type, of every account


def why(facts: Facts, t: Language) -> Html:
    rows = facts.by_revenue[:SECTIONS].tolist()
    context = _Context(facts, t, pillars_of(facts), Gaps(facts, t), facts.fired(t.code))
    return tag(
        "section",
        tag("h2", t("why"), id="why"),
        tag("p", t("why_note", n=t.counted("accounts", len(rows)), measure=t(facts.measure))),
        context.gaps.of_portfolio(),
        *(_account(context, row, place) for place, row in enumerate(rows)),
        class_="accounts",
    )


# ---- one account --------------------------------------------------------------------------------


def _account(c: _Context, row: int, place: int) -> Html:
    facts, t = c.facts, c.t
    name, account = facts.name(row), str(facts["account_id"][row])
    rank = t("account_rank", rank=t.whole(place + 1))
    identity = None if name == account else tag("small", name_of(account))
    bars = pillars(facts, t, c.pillars, row)
    return tag(
        "article",
        tag("h3", tag("span", rank, class_="rank"), " ", name_of(name), " ", identity),
        _labels(c, row),
        tag("dl", *_facts_of(c, row), class_="facts"),
        tag(
            "div",
            tag("div", tag("h4", t("pillars")), *bars, class_="pillars"),
            account_changes(facts, t, row),
            people(facts, t, row),
        ),
        tag("div", tag("h4", t("reasons")), *waterfall(facts, t, row), class_="waterfall"),
        dossier(facts, t, row),
        c.gaps.of_account(row),
        id=f"account-{place + 1}",
    )


def _labels(c: _Context, row: int) -> Html | None:
    """Tier, type and class tags, each with the rule that fired below it."""
    facts, t = c.facts, c.t
    tier, kind = tier_mark(facts, t, row), facts.words("relation_type")[row]
    classes = {rule.get("id"): t.label(rule) for rule in facts.listed("classes")}
    tags = [classes.get(name, name) for name in facts.words("class_tags")[row] or ()]
    marks = [tag("span", t("tier"), t("colon"), tier)] if tier else []
    if kind:
        told = t.maybe(f"relation:{kind}", str(kind))
        marks.append(tag("span", t("relation"), t("colon"), tag("b", told)))
    if tags:
        marks.append(tag("span", t("classes"), t("colon"), tag("b", t("comma").join(tags))))
    if not marks:
        return None
    fired = [tag("li", text) for text in c.fired[row]]
    return tag(
        "div",
        tag("p", join(marks, " ")),
        tag("ul", *fired) if fired else None,
        class_="labels",
    )


def _facts_of(c: _Context, row: int) -> list[Html]:
    """The numbers of the table once more; what is missing for one reason stands together."""
    facts, t = c.facts, c.t
    money = facts.money_decimals
    share = facts["revenue_share"][row]
    part = "" if np.isnan(share) else t.percent(share, 2)
    entries: list[tuple[str, str, Child]] = [
        ("revenue", facts.revenue_label, _with_small(t.number(facts.revenue[row], money), part)),
        ("p_churn", "col_churn", _churn(c, row)),
        ("eav", "col_eav", _worth(c, row)),
        ("expected_loss", "col_loss", _loss(c, row)),
        ("order_count", "col_orders", t.whole(facts["order_count"][row])),
        ("days_since_last", "last_order", _last_order(c, row)),
    ]
    shown: list[Html] = []
    missing: dict[str, list[str]] = {}
    for column, label, value in entries:
        number = facts.revenue[row] if column == "revenue" else facts[column][row]
        if np.isnan(number):
            missing.setdefault(missing_reason(facts, t, column, row), []).append(t(label))
        else:
            shown.append(tag("div", tag("dt", t(label)), tag("dd", value)))
    for reason, labels in missing.items():
        words = tag("dd", "– ", tag("small", reason), class_="na")
        shown.append(tag("div", tag("dt", t("comma").join(labels)), words))
    return shown


def _with_small(text: str, small: str, *more: Child) -> Html:
    return join([text, tag("small", " ", small) if small else None, *more])


def _churn(c: _Context, row: int) -> Html:
    facts, t = c.facts, c.t
    lo, hi = facts["p_churn_lo"][row], facts["p_churn_hi"][row]
    known = not (np.isnan(lo) or np.isnan(hi))
    words = t("interval", lo=t.probability(lo), hi=t.probability(hi)) if known else ""
    return _with_small(t.probability(facts["p_churn"][row]), words, " ", _band(c, row))


def _worth(c: _Context, row: int) -> Html:
    eav, lo, hi = (c.facts[k][row] for k in ("eav", "eav_lo", "eav_hi"))
    known = not (np.isnan(lo) or np.isnan(hi))
    lo, hi = (c.t.number(v, c.facts.money_decimals) for v in (lo, hi))
    words = c.t("interval", lo=lo, hi=hi) if known else ""
    return _with_small(c.t.number(eav, c.facts.money_decimals), words)


def _loss(c: _Context, row: int) -> Html:
    """The whole, and the part of it that can still be kept."""
    loss = c.t.number(c.facts["expected_loss"][row], c.facts.loss_decimals)
    to_come = c.t.number(c.facts["expected_loss_open"][row], c.facts.open_decimals)
    return _with_small(loss, c.t("of_it_open", open=to_come))


def _band(c: _Context, row: int) -> Html | None:
    band = c.facts["churn_band"][row]
    return None if band is None else churn_band(c.facts, c.t, band)


def _last_order(c: _Context, row: int) -> Html:
    days = c.facts["days_since_last"][row]
    if np.isnan(days):
        return Html("")
    day = date.fromisoformat(c.facts.request["as_of"]) - timedelta(days=int(days))
    before = c.t("days_before", days=c.t.counted("days", days)) if days else c.t("today")
    usual = _usual_gap(c, row)
    return _with_small(c.t.date(day.isoformat()), before, tag("small", usual) if usual else None)


def _usual_gap(c: _Context, row: int) -> str | None:
    """The mean gap between its orders, which the days of silence stand against."""
    repeats, recency, *_ = c.facts.summary
    if not repeats[row] > 0:
        return None
    gap = recency[row] * _DAYS_OF[c.facts.profile["unit"]] / repeats[row]
    return c.t("usual_gap", days=c.t.counted("days", round(gap, 1 if gap < 10 else 0)))
