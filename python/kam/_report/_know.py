"""Section 1: three statements made from the numbers, and what they are as of."""

from __future__ import annotations

import numpy as np

from kam._report._changes import sentences
from kam._report._facts import Facts
from kam._report._html import Child, Html, join, name_of, tag
from kam._report._language import Language, code


def know(facts: Facts, t: Language) -> Html:
    found = (_concentration(facts, t), _stake(facts, t), _changed(facts, t), _basis(facts, t))
    statements = [parts for parts in found if parts]
    return tag(
        "section",
        tag("h2", t("know"), id="know"),
        tag(
            "div",
            tag("ol", *(tag("li", *parts) for parts in statements), class_="statements"),
            _setting(facts, t),
            class_="know",
        ),
    )


def _statement(main: Child, *more: Child) -> tuple[Html, ...]:
    rest = join((m for m in more if m), " ")
    lead = tag("p", main, class_="lead")
    return (lead, tag("p", rest, class_="more")) if rest else (lead,)


# ---- concentration ------------------------------------------------------------------------------


def _concentration(facts: Facts, t: Language) -> tuple[Html, ...]:
    whole = facts.result.concentration
    if whole is None:
        note = facts.result.summary()["concentration_note"] or ""
        return _statement(t.html("no_concentration", reason=t.of_core(note)))
    n = whole.accounts
    if n == 1:
        return _statement(t.html("top_only"))
    k = max(1, round(n / 5))
    main = t.html(
        "top_one" if k == 1 else "top_many",
        k=t.whole(k),
        n=t.whole(n),
        share=t.percent(k / n, 0),
        part=t.percent(whole.top_count_share(k)),
    )
    k80 = whole.accounts_for(0.8)
    more = t.html(
        "top_more",
        total=t.number(whole.total, facts.money_decimals),
        measure=t(facts.measure),
        k80=t.counted("accounts", k80),
        share80=t.percent(k80 / n),
    )
    left_out = whole.negative_values
    unknown = len(facts) - n - left_out
    return _statement(
        main,
        more,
        _large_accounts(facts, t, whole.accounts_at_least(0.1)),
        t.counted("left_out", left_out) if left_out else None,
        t.counted("no_revenue", unknown) if unknown else None,
    )


def _large_accounts(facts: Facts, t: Language, count: int) -> Html | None:
    """The accounts with a tenth or more, where accounting rules ask for disclosure."""
    if count == 0:
        return None
    largest = int(facts.by_revenue[0])
    if count == 1:
        part = t.percent(facts["revenue_share"][largest])
        return t.html("largest_one", name=name_of(facts.short_name(largest, 40)), part=part)
    names = [facts.short_name(int(i), 40) for i in facts.by_revenue[: min(count, 4)]]
    if count > 4:
        count_text = t.counted("accounts", count)
        return t.html("largest_ten_many", count=count_text, name=name_of(names[0]))
    return t.html("largest_ten", names=join((name_of(name) for name in names), t("comma")))


# ---- money at stake -----------------------------------------------------------------------------


def no_loss_reason(facts: Facts, t: Language) -> str:
    note = facts.result.column_notes.get("expected_loss")
    return t.of_core(note) if note else t("no_order_model")


def _stake(facts: Facts, t: Language) -> tuple[Html, ...]:
    if not facts.has("expected_loss"):
        return _statement(t.html("no_stake", reason=no_loss_reason(facts, t)), t("no_stake_more"))
    request = facts.request
    loss, to_come = np.nansum(facts["expected_loss"]), np.nansum(facts["expected_loss_open"])
    times = {
        "span": t.counted("next", request["value_years"]),
        "horizon": t.counted("days", request["churn_horizon_days"]),
    }
    main = t.html(
        "stake",
        loss=_money(facts, t, loss),
        open=_money(facts, t, to_come),
        **times,
        basis=t(facts.result.summary()["value_basis"]),
    )
    parts = t.html(
        "stake_parts",
        gone=_money(facts, t, loss - to_come),
        left=t.counted("accounts", round(float(np.nansum(facts.left)))),
        **times,
        eav=_money(facts, t, np.nansum(facts["eav"])),
    )
    return _statement(main, parts, _in_worst_band(facts, t))


def _in_worst_band(facts: Facts, t: Language) -> Html | None:
    bands = facts.profile["churn_bands"]
    if len(bands) < 2:
        return None
    band, start = bands[0]
    inside = facts["p_churn"] >= start
    k = max(1, round(len(facts) / 5))
    count = int(inside.sum())
    words = t.maybe(f"band:{band}", band)
    if count == 0:
        return t.html("stake_band_none", band=words, from_=t.percent(start))
    return t.html(
        "stake_band_one" if count == 1 else "stake_band_many",
        n=t.whole(count),
        band=words,
        from_=t.percent(start),
        top=t.whole(int(inside[facts.by_revenue[:k]].sum())),
        k=t.whole(k),
    )


def _money(facts: Facts, t: Language, value: float) -> str:
    return t.number(value, facts.money_decimals)


# ---- what changed -------------------------------------------------------------------------------


def _changed(facts: Facts, t: Language) -> tuple[Html, ...]:
    told = sentences(facts, t)
    return _statement(*told) if told else ()


# ---- what it rests on ---------------------------------------------------------------------------


def _basis(facts: Facts, t: Language) -> tuple[Html, ...]:
    model = facts.result.model._core
    coverage = _coverage(facts, t)
    if model.orders is None:
        rows = t.whole(facts.result.data_report.rows_used)
        accounts = t.counted("accounts", len(facts))
        return _statement(t.html("rests_nothing", rows=rows, accounts=accounts), coverage)
    events = t.whole(model.orders.events)
    if model.fitted_on == facts.request["as_of"]:
        main = t.html("rests", events=events, accounts=t.counted("accounts", model.orders.accounts))
    else:
        main = t.html("rests_given", events=events, date=t.date(model.fitted_on))
    one = int(np.sum(facts["order_count"] == 1))
    return _statement(main, t.html("rests_one_order", n=t.whole(one)) if one else None, coverage)


def _coverage(facts: Facts, t: Language) -> Html:
    """How much of the scorecard's weight was seen, and which dimensions not at all."""
    scores = facts.result._core.dimension_scores()
    blind = [
        t.label(d)
        for k, d in enumerate(facts.profile["dimensions"])
        if len(scores) and np.all(np.isnan(scores[:, k]))
    ]
    coverage = t.percent(float(np.median(facts["coverage"])), 0)
    if blind:
        return t.html("rests_blind", coverage=coverage, blind=t.listed(blind))
    return t.html("rests_coverage", coverage=coverage)


# ---- beside them --------------------------------------------------------------------------------


def _setting(facts: Facts, t: Language) -> Html:
    request, core = facts.request, facts.result._core
    currency = request.get("currency")
    rows: list[tuple[str, str | None]] = [
        (t("as_of"), t.date(request["as_of"])),
        (t("accounts"), t.whole(len(facts))),
        (t("horizon"), t.counted("days", request["churn_horizon_days"])),
        (t("span"), t.counted("years", request["value_years"])),
        (t("discount"), t("discount_value", rate=t.percent(request["discount"], 2))),
        (t("counted_in"), t(facts.result.summary()["value_basis"])),
        (t("currency"), str(currency) if currency else None),
        (t("level"), t.percent(core.interval_level)),
        (t("model_version"), code(core.model_version)),
        (t("config_hash"), code(core.config_hash)),
    ]
    return tag(
        "dl",
        *(tag("div", tag("dt", name), tag("dd", value)) for name, value in rows if value),
        class_="setting",
    )
