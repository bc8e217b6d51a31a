"""How a score table looks in a notebook."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kam._report._facts import Facts
from kam._report._html import Html, name_of, tag
from kam._report._language import Language

if TYPE_CHECKING:
    from kam._scoring.score import ScoreResult

_ROWS = 20
_RIGHT = "text-align:right"


def table_html(result: ScoreResult) -> str:
    """The largest accounts (at most 20) and the parameters of the table; names are escaped."""
    facts, t = Facts(result), Language("en")
    rows = facts.by_revenue[:_ROWS].tolist()
    heads = ("account", "value", "churn", "revenue", "eav", "loss", "open", "orders", "days")
    labels = {"revenue": facts.revenue_label}
    head = (
        tag(
            "th",
            t(labels.get(k, f"col_{k}")),
            scope="col",
            style=None if k == "account" else _RIGHT,
        )
        for k in heads
    )
    body = (tag("tr", *_cells(facts, t, row)) for row in rows)
    return tag(
        "div",
        tag("p", _about(facts, t)),
        tag("table", tag("thead", tag("tr", *head)), tag("tbody", *body)),
        tag("p", _more(facts, t, len(rows))),
    )


def _about(facts: Facts, t: Language) -> Html:
    request, core = facts.request, facts.result._core
    parts = [
        t.counted("accounts", len(facts)),
        f"as of {request['as_of']}",
        f"churn within {t.counted('days', request['churn_horizon_days'])}",
        f"value over {t.counted('years', request['value_years'])} at "
        f"{t.percent(request['discount'], 2)}",
        "expected loss: of that value, by that churn",
        f"model {core.model_version}",
    ]
    return tag("span", tag("b", "ScoreResult"), ": ", t("comma").join(parts))


def _cells(facts: Facts, t: Language, row: int) -> list[Html]:
    money = facts.money_decimals
    bands = facts["value_band"][row], facts["churn_band"][row]
    numbers = [
        _text(facts["value_index"][row], t.number, bands[0]),
        _text(facts["p_churn"][row], t.probability, bands[1]),
        _text(facts.revenue[row], lambda v: t.number(v, money)),
        _text(facts["eav"][row], lambda v: t.number(v, money)),
        _text(facts["expected_loss"][row], lambda v: t.number(v, facts.loss_decimals)),
        _text(facts["expected_loss_open"][row], lambda v: t.number(v, facts.open_decimals)),
        _text(facts["order_count"][row], t.whole),
        _text(facts["days_since_last"][row], t.whole),
    ]
    name = tag("th", name_of(facts.name(row)), scope="row")
    return [name, *(tag("td", text, style=_RIGHT) for text in numbers)]


def _text(value: float, show: Callable[[float], str], band: str | None = None) -> str:
    if value != value:
        return "–"
    return f"{show(value)} {band}" if band else show(value)


def _more(facts: Facts, t: Language, shown: int) -> str:
    rest = len(facts) - shown
    notes = [f"{t.counted('accounts', rest)} more"] if rest else []
    reasons = {facts.result.column_notes.get(c) for c in ("p_churn", "eav")} - {None}
    notes += sorted(t.of_core(str(reason)) for reason in reasons)
    notes.append(f"{t.whole(facts.result.data_report.rows_rejected)} rows rejected")
    return "; ".join(notes) + ". Whole table: .to_pandas(); report: .report(path)"


__all__ = ["table_html"]
