"""Section 4: the largest accounts one by one: pillars against the median, reasons in points."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from kam._report._bars import pillars, waterfall
from kam._report._facts import Doubles, Facts
from kam._report._html import Child, Html, join, name_of, tag
from kam._report._language import Language
from kam._report._marks import churn_band, missing_reason
from kam._report._which import SECTIONS
from kam._score_columns import reasons_of


class _Context(NamedTuple):
    facts: Facts
    t: Language
    scores: Doubles  # rows x dimensions
    coverages: Doubles
    medians: Doubles  # of every dimension in this table
    unseen: set[str]  # indicators that no account has


def why(facts: Facts, t: Language) -> Html:
    rows = facts.by_revenue[:SECTIONS].tolist()
    core = facts.result._core
    scores, coverages = core.dimension_scores(), core.dimension_coverages()
    blind = np.asarray(np.isnan(core.indicator_scores()).all(axis=0))
    ids = [i["id"] for i in facts.profile["indicators"]]
    unseen = {name for k, name in enumerate(ids) if blind[k]}
    context = _Context(facts, t, scores, coverages, _medians(scores), unseen)
    return tag(
        "section",
        tag("h2", t("why"), id="why"),
        tag("p", t("why_note", n=t.counted("accounts", len(rows)))),
        _to_collect(context),
        *(_account(context, row, place) for place, row in enumerate(rows)),
        class_="accounts",
    )


def _medians(scores: Doubles) -> Doubles:
    columns = [column[~np.isnan(column)] for column in scores.T]
    return np.array([np.median(c) if len(c) else np.nan for c in columns])


# ---- what is not seen ---------------------------------------------------------------------------


def _to_collect(c: _Context) -> Html | None:
    """What no account has data for: once, with what would give it."""
    missing = [i for i in c.facts.profile["indicators"] if i["id"] in c.unseen]
    if not missing:
        return None
    items = (tag("li", c.t.label(i), ": ", _source(c, i)) for i in missing)
    return tag("div", tag("p", tag("b", c.t("collect"))), tag("ul", *items), class_="collect")


def _source(c: _Context, indicator: dict[str, Any]) -> str:
    feature = indicator["feature"]
    if feature.startswith("rating:"):
        return c.t("collect_rating", item=feature.removeprefix("rating:"))
    note = c.facts.result.column_notes.get(feature)
    return c.t.of_core(note) if note else c.t("collect_history")


def _blind(c: _Context, reasons: list[dict[str, Any]]) -> Html | None:
    """What this account alone has no data for."""
    of_id = {i["id"]: i for i in c.facts.profile["indicators"]}
    parts = [
        f"{c.t.label(of_id[r['indicator']])} ({_source(c, of_id[r['indicator']])})"
        for r in reasons
        if r["score"] is None and r["indicator"] in of_id and r["indicator"] not in c.unseen
    ]
    if not parts:
        return None
    return tag("p", c.t("account_blind", parts=c.t("semicolon").join(parts)), class_="blind")


# ---- one account --------------------------------------------------------------------------------


def _account(c: _Context, row: int, place: int) -> Html:
    facts, t = c.facts, c.t
    name, account = facts.name(row), str(facts["account_id"][row])
    rank = t("account_rank", rank=t.whole(place + 1))
    identity = None if name == account else tag("small", name_of(account))
    reasons = reasons_of(facts.result, row, t.code)
    bars = pillars(facts, t, c.scores[row], c.medians, c.coverages[row])
    steps = waterfall(facts, t, row, reasons)
    return tag(
        "article",
        tag("h3", tag("span", rank, class_="rank"), " ", name_of(name), " ", identity),
        tag("dl", *_facts_of(c, row), class_="facts"),
        tag("div", tag("h4", t("pillars")), *bars, class_="pillars"),
        tag("div", tag("h4", t("reasons")), *steps, class_="waterfall"),
        _blind(c, reasons),
        id=f"account-{place + 1}",
    )


def _facts_of(c: _Context, row: int) -> list[Html]:
    """The numbers of the table once more; what is missing for one reason stands together."""
    facts, t = c.facts, c.t
    money = facts.money_decimals
    share = facts["revenue_share"][row]
    part = "" if np.isnan(share) else t.percent(share, 2)
    entries: list[tuple[str, str, Child]] = [
        ("revenue", "col_revenue", _with_small(t.number(facts.revenue[row], money), part)),
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
    return _with_small(c.t.date(day.isoformat()), before)
