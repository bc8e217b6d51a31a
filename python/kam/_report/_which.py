"""Section 3: the accounts as a table, complete without the page's script."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kam._report._bars import reason_labels
from kam._report._facts import Facts
from kam._report._html import Child, Html, clean, join, name_of, tag
from kam._report._language import Language
from kam._report._marks import Footnotes, churn_band, interval_bar, missing_reason
from kam._report._tiers import tier_label, tier_mark, tier_order, trend_words

SECTIONS = 20  # accounts with a section of their own
_HEADS = (
    *("rank", "account", "tier", "value", "churn", "revenue", "annual", "eav", "loss", "open"),
    *("days", "trend"),
)
_TRENDS = {"up": 1.0, "flat": 0.0, "down": -1.0}


class _Context(NamedTuple):
    facts: Facts
    t: Language
    notes: Footnotes
    labels: list[str]
    median: float
    tiers: list[str]  # highest first
    heads: list[str]  # columns of this table: tier and trend only where they are known of anybody


def which(facts: Facts, t: Language, most_rows: int) -> Html:
    rows = facts.by_revenue[:most_rows].tolist()
    heads = heads_of(facts)
    context = _Context(
        facts, t, Footnotes(t), reason_labels(facts, t), _median(facts), tier_order(facts), heads
    )
    body = join((_row(context, row, place) for place, row in enumerate(rows)), "\n")
    return tag(
        "section",
        tag("h2", t("which"), id="which"),
        tag("p", *_note(facts, t, rows)),
        _controls(facts, t, rows),
        tag(
            "div",
            tag(
                "table",
                tag("caption", t("table_caption")),
                _head(facts, t, heads),
                tag("tbody", body),
                id="t",
            ),
            class_="table-box",
            tabindex=0,
            role="region",
            aria_label=t("table_caption"),
        ),
        context.notes.list(),
        class_="wide table-section",
    )


def _shown(facts: Facts, head: str) -> bool:
    """Tier and trend where they are known of anybody; the twelve months once."""
    if head == "annual":
        return facts.measure != "net_revenue_12m"
    return head not in ("tier", "trend") or facts.says(head)


def heads_of(facts: Facts) -> list[str]:
    """Columns of the table, the reasons aside."""
    return [k for k in _HEADS if _shown(facts, k)]


def _words_of(facts: Facts, t: Language, head: str) -> str:
    labels = {"revenue": facts.revenue_label, "annual": "col_net_revenue_12m"}
    return t(labels.get(head, f"col_{head}"))


def card_labels(facts: Facts, t: Language) -> str:
    """Style that names the cells where a narrow page shows each row as a card, without the head of
    the table: once per column instead of once per cell."""
    heads = [*(_words_of(facts, t, k) for k in heads_of(facts)), t("col_reasons")]
    rules = (
        f'#t tbody>tr>td:nth-child({k}):before{{content:"{words}"}}'
        for k, words in enumerate(heads, 1)
    )
    return f"@media (max-width:600px){{{''.join(rules)}}}"


def _median(facts: Facts) -> float:
    return float(np.nanmedian(facts["value_index"])) if facts.has("value_index") else float("nan")


def _note(facts: Facts, t: Language, rows: list[int]) -> list[Child]:
    n = t.counted("accounts", len(facts))
    measure = t(facts.measure)
    if len(rows) == len(facts):
        return [t("table_all", n=n, measure=measure)]
    part = float(np.nansum(facts["revenue_share"][rows]))
    shown = t("table_note", shown=t.whole(len(rows)), n=n, measure=measure)
    return [shown, t("sentence_gap"), t("table_sum", part=t.percent(part))]


# ---- controls: the page's script shows them -----------------------------------------------------


def _controls(facts: Facts, t: Language, rows: list[int]) -> Html:
    bands = [name for name, _ in facts.profile["value_bands"]]
    churn = [name for name, _ in facts.profile["churn_bands"]]
    states = ["ok", "insufficient", "invalid"]
    return tag(
        "form",
        tag(
            "label",
            t("search"),
            " ",
            tag("input", type="search", id="q", placeholder=t("search_hint"), autocomplete="off"),
        ),
        _tier_choice(facts, t),
        _choice(t, "value_band", [(b, b) for b in bands], "v"),
        _choice(t, "churn_band", [(b, t.maybe(f"band:{b}", b)) for b in churn], "c"),
        _choice(t, "status", [(s, t(f"status_{s}")) for s in states], "s"),
        tag("button", t("reset"), type="reset"),
        tag(
            "output",
            id="shown",
            aria_live="polite",
            data_text=t("showing", shown="{shown}", all="{all}"),
        ),
        class_="controls",
        hidden=True,
    )


def _tier_choice(facts: Facts, t: Language) -> Html | None:
    if not facts.says("tier"):
        return None
    return _choice(t, "tier", [(k, tier_label(facts, t, k)) for k in tier_order(facts)], "t")


def _choice(t: Language, key: str, options: list[tuple[str, str]], name: str) -> Html:
    every = tag("option", t("all"), value="")
    rest = (tag("option", words, value=value) for value, words in options)
    return tag("label", t(key), " ", tag("select", every, *rest, data_key=name))


# ---- head and rows ------------------------------------------------------------------------------


def _head(facts: Facts, t: Language, heads: list[str]) -> Html:
    words = ("account", "tier", "trend")
    numbers = (
        tag(
            "th",
            _words_of(facts, t, k),
            scope="col",
            class_=None if k in words else "n",
            data_sort=True,
        )
        for k in heads
    )
    return tag("thead", tag("tr", *numbers, tag("th", t("col_reasons"), scope="col")))


def _row(c: _Context, row: int, place: int) -> Html:
    facts = c.facts
    return tag(
        "tr",
        *(_column(c, name, row, place) for name in c.heads),
        tag("td", *_reasons(c, row), class_="reasons"),
        data_v=facts["value_band"][row] or "",
        data_c=facts["churn_band"][row] or "",
        data_s=facts["status"][row],
        data_t=facts.words("tier")[row],
    )


def _column(c: _Context, name: str, row: int, place: int) -> Html:
    facts = c.facts
    if name == "account":
        return _account(c, row, place)
    told = {"value": _value, "churn": _churn, "revenue": _revenue, "eav": _worth}
    told |= {"tier": _tier, "trend": _trend, "days": _silence}
    if name in told:
        return told[name](c, row)
    column, decimals = {
        "rank": ("rank_revenue", 0),
        "annual": ("net_revenue_12m", facts.money_decimals),
        "loss": ("expected_loss", facts.loss_decimals),
        "open": ("expected_loss_open", facts.open_decimals),
    }[name]
    return _number(c, column, row, decimals)


def _tier(c: _Context, row: int) -> Html:
    """Sorted by height: the highest tier is the largest number."""
    name = c.facts.words("tier")[row]
    if name is None:
        return tag("td", c.notes.missing(missing_reason(c.facts, c.t, "tier", row)))
    height = len(c.tiers) - c.tiers.index(name)
    return tag("td", tier_mark(c.facts, c.t, row), data_n=height, class_="tier-cell")


def _trend(c: _Context, row: int) -> Html:
    words = trend_words(c.facts, c.t, row, "trend_short")
    if words is None:
        return tag("td", c.notes.missing(missing_reason(c.facts, c.t, "trend", row)))
    number = _TRENDS[str(c.facts.trend[row])]
    return tag("td", words, data_n=f"{number:.0f}", class_="trend-cell")


def _cell(c: _Context, column: str, row: int, value: float, *content: Child) -> Html:
    if np.isnan(value):
        reason = missing_reason(c.facts, c.t, column, row)
        return tag("td", c.notes.missing(reason), class_="n")
    return tag("td", *content, class_="n", data_n=f"{value:.10g}")


def _number(c: _Context, column: str, row: int, decimals: int) -> Html:
    value = float(c.facts[column][row])
    return _cell(c, column, row, value, c.t.number(value, decimals))


def _account(c: _Context, row: int, place: int) -> Html:
    """Name, linked to its section if it has one; below it the id where that differs, and notes."""
    facts = c.facts
    name, account = facts.name(row), str(facts["account_id"][row])
    words: Child = name_of(name)
    if place < SECTIONS:
        words = tag("a", words, href=f"#account-{place + 1}")
    identity = None if name == account else tag("small", name_of(account))
    notes = tag("small", *_notes(c, row), class_="notes") if facts["notes"][row] else None
    return tag("th", words, identity, notes, scope="row", data_n=clean(name).casefold())


def _value(c: _Context, row: int) -> Html:
    facts, t = c.facts, c.t
    value = float(facts["value_index"][row])
    lo, hi = (float(facts[k][row]) for k in ("value_lo", "value_hi"))
    band = facts["value_band"][row]
    known = not (np.isnan(lo) or np.isnan(hi))
    label = t("bar_value", v=t.number(value), m=t.number(c.median))
    content = (
        tag("span", t.number(value), " ", tag("b", band, class_="grade"), class_="figure"),
        interval_bar("value", value / 100, lo / 100, hi / 100, label),
        tag("small", t("interval", lo=t.number(lo), hi=t.number(hi))) if known else None,
    )
    return _cell(c, "value_index", row, value, *content)


def _churn(c: _Context, row: int) -> Html:
    facts, t = c.facts, c.t
    p, lo, hi = (float(facts[k][row]) for k in ("p_churn", "p_churn_lo", "p_churn_hi"))
    if np.isnan(p):
        return _cell(c, "p_churn", row, p)
    known = not (np.isnan(lo) or np.isnan(hi))
    words = {"p": t.probability(p), "lo": t.probability(lo), "hi": t.probability(hi)}
    kind = facts.shape_of_band(facts["churn_band"][row])
    content = (
        tag(
            "span",
            t.probability(p),
            " ",
            churn_band(facts, t, facts["churn_band"][row]),
            class_="figure",
        ),
        interval_bar(kind, p, lo, hi, t("bar_churn", **words)),
        tag("small", t("interval", lo=words["lo"], hi=words["hi"])) if known else None,
    )
    return _cell(c, "p_churn", row, p, *content)


def _revenue(c: _Context, row: int) -> Html:
    """With its share of the whole below it."""
    revenue, share = float(c.facts.revenue[row]), float(c.facts["revenue_share"][row])
    reason = missing_reason(c.facts, c.t, "revenue_share", row)
    part = c.notes.missing(reason) if np.isnan(share) else c.t.share(share, 2)
    words = c.t.number(revenue, c.facts.money_decimals)
    return _cell(c, "revenue", row, revenue, words, tag("small", part))


def _silence(c: _Context, row: int) -> Html:
    """Days since the last order, with the number of orders below."""
    days, orders = float(c.facts["days_since_last"][row]), float(c.facts["order_count"][row])
    small = tag("small", c.t.counted("orders", orders))
    return _cell(c, "days_since_last", row, days, c.t.number(days, 0), small)


def _worth(c: _Context, row: int) -> Html:
    eav, lo, hi = (float(c.facts[k][row]) for k in ("eav", "eav_lo", "eav_hi"))
    words = [c.t.number(v, c.facts.money_decimals) for v in (eav, lo, hi)]
    known = not (np.isnan(lo) or np.isnan(hi))
    interval = c.t("interval", lo=words[1], hi=words[2])
    small = tag("small", interval, class_="wraps") if known else None
    return _cell(c, "eav", row, eav, words[0], small)


def _reasons(c: _Context, row: int) -> list[Child]:
    """The three strongest, signed; none is left out for looking odd."""
    points = c.facts.points[row]
    if np.isnan(points[-1]):
        return [c.notes.missing(missing_reason(c.facts, c.t, "reasons_up", row))]
    order: Any = np.argsort(-np.abs(points), kind="stable")[:3]
    strongest = [k for k in order.tolist() if abs(points[k]) >= 0.05]
    return [
        tag(
            "span",
            tag("b", c.t.signed(points[k]), class_="up" if points[k] > 0 else "down"),
            " ",
            c.labels[k],
        )
        for k in strongest
    ] or [c.t("nothing_else")]


def _notes(c: _Context, row: int) -> list[Child]:
    status = c.facts["status"][row]
    words = [c.t.maybe(f"note_{note}", note) for note in c.facts["notes"][row]]
    state = None if status == "ok" else tag("b", c.t(f"status_{status}"))
    return [state, ": " if state and words else None, c.t("comma").join(words)]
