"""Section 5: what was read, what the models are, what is exact, what every number means."""

from __future__ import annotations

from typing import Any

from kam._report._facts import Facts
from kam._report._html import Child, Html, clean, join, name_of, tag
from kam._report._language import Language, code
from kam._report._marks import numbers_table
from kam._report._scorecard import scorecard

_SHOWN = (
    *("value_index", "value_band", "coverage", "net_revenue", "net_revenue_12m", "revenue_share"),
    *("rank_revenue", "p_churn", "churn_band", "p_alive", "eav", "expected_loss"),
    *("expected_loss_open", "order_count", "days_since_last", "interval_level", "reasons_up"),
    "status",
)


def trust(facts: Facts, t: Language) -> Html:
    return tag(
        "section",
        tag("h2", t("trust"), id="trust"),
        *_data(facts, t),
        *_models(facts, t),
        *scorecard(facts, t),
        *_exactness(facts, t),
        *_definitions(facts, t),
        *_missing(facts, t),
        class_="trust",
    )


# ---- the data -----------------------------------------------------------------------------------


def _data(facts: Facts, t: Language) -> list[Child]:
    report = facts.result.data_report
    names = ("rows_read", "rows_used", "rows_rejected", "rows_set_aside")
    counts = [f"{t.whole(getattr(report, name))} {t(name)}" for name in names]
    rows: list[tuple[str, str]] = [(t("rows"), t("comma").join(counts))]
    if report.first_date and report.last_date:
        first, last = t.date(report.first_date), t.date(report.last_date)
        rows.append((t("period"), t("period_value", first=first, last=last)))
    rows.append((t("without_orders"), t.whole(report.accounts_without_orders)))
    return [
        tag("h3", t("data")),
        tag("dl", *(tag("div", tag("dt", k), tag("dd", v)) for k, v in rows), class_="facts"),
        _findings(report.findings, t),
    ]


def _findings(findings: list[Any], t: Language) -> Html:
    if not findings:
        return tag("p", t("no_findings"))
    rows = (
        tag(
            "tr",
            tag(
                "th",
                tag("b", t(f"severity_{f.severity}"), class_=f"severity {f.severity}"),
                " ",
                t.maybe(f"finding:{f.code}", f.explanation),
                " ",
                tag("small", code(f.code)),
                scope="row",
            ),
            tag("td", t.counted(f"finding_{f.subject}", f.count), class_="n"),
            tag("td", join((name_of(_example(e, t)) for e in f.examples), t("comma"))),
        )
        for f in findings
    )
    heads = (tag("th", t(k), scope="col") for k in ("finding", "finding_count", "examples"))
    table = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows), class_="words")
    return tag("div", table, class_="table-box", tabindex=0)


def _example(text: str, t: Language) -> str:
    """`row 17: 'x'` and `account A` with their first word in the reader's language."""
    for kind in ("row", "account"):
        if text.startswith(f"{kind} "):
            return t(f"example_{kind}", n=text.removeprefix(f"{kind} "))
    return clean(text)


# ---- the models ---------------------------------------------------------------------------------


def _models(facts: Facts, t: Language) -> list[Child]:
    model = facts.result.model
    orders, spend = model._core.orders, model._core.spend
    parts: list[Child] = [tag("h3", t("models"))]
    reason = t.of_core(model._core.orders_note) or t("no_order_model")
    if orders is None:
        return [*parts, tag("p", t("no_model", reason=reason))]
    accounts = t.counted("accounts", orders.accounts)
    fitted = t(
        "fitted",
        date=t.date(model.fitted_on),
        accounts=accounts,
        events=t.whole(orders.events),
        unit=t.maybe(f"unit:{orders.unit}", orders.unit),
    )
    parts += _estimate(orders, fitted, t)
    if spend is None:
        parts.append(tag("p", t("no_spend", reason=reason)))
    else:
        about = t("fitted_spend", accounts=t.counted("accounts", spend.accounts))
        parts += _estimate(spend, about, t)
    return [*parts, tag("p", t("no_calibration"))]


def _estimate(estimate: Any, about: str, t: Language) -> list[Child]:
    state = (
        t("converged", n=t.whole(estimate.iterations))
        if estimate.converged
        else t("not_converged", reason=estimate.stop_reason)
    )
    rows: list[list[Child]] = [
        [tag("i", name), t.significant(value, 5), t.significant(error, 3)]
        for name, value, error in zip(
            estimate.names, estimate.values, estimate.standard_errors, strict=True
        )
    ]
    likelihood = f"{t('likelihood')} {t.number(estimate.log_likelihood, 2)}"
    heads = [t("parameter"), t("estimate"), t("error")]
    return [
        tag("h4", t.maybe(f"model_{estimate.kind}", estimate.kind)),
        tag("p", t("semicolon").join([about, state, likelihood]), t("full_stop")),
        tag("p", tag("b", estimate.warning)) if estimate.warning else None,
        numbers_table(heads, rows),
    ]


# ---- exact, estimated, defined ------------------------------------------------------------------


def _exactness(facts: Facts, t: Language) -> list[Child]:
    level = t.percent(facts.result._core.interval_level)
    horizon = t.counted("days", facts.request["churn_horizon_days"])
    return [
        tag("h3", t("exactness")),
        tag("p", t("exact")),
        tag("p", t("estimated", level=level)),
        tag("p", t("configured", name=facts.profile["name"], horizon=horizon)),
    ]


def _definitions(facts: Facts, t: Language) -> list[Child]:
    by_name = {c["column"]: c for c in facts.result.schema()}
    rows = (
        tag(
            "tr",
            tag("th", code(name), scope="row"),
            tag("td", t.maybe(f"unit:{by_name[name]['unit']}", by_name[name]["unit"])),
            tag("td", t.maybe(f"def:{name}", by_name[name]["meaning"])),
        )
        for name in _SHOWN
        if name in by_name
    )
    heads = (tag("th", t(k), scope="col") for k in ("column", "unit", "meaning"))
    table = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows), class_="words")
    return [tag("h3", t("definitions")), tag("div", table, class_="table-box", tabindex=0)]


def _missing(facts: Facts, t: Language) -> list[Child]:
    """Columns of the score table without a single value, by reason."""
    by_reason: dict[str, list[str]] = {}
    for column in facts.result.schema():
        values = facts[column["column"]]
        if all(v is None or v != v for v in list(values)):
            by_reason.setdefault(column["null"], []).append(column["column"])
    items = (
        tag("li", t.of_core(reason), ": ", join((code(n) for n in names), t("comma")))
        for reason, names in by_reason.items()
    )
    return [tag("h3", t("missing")), tag("ul", *items)] if by_reason else []
