"""Revenue at risk and what keeps it, both of the last twelve months.

A year's revenue is what a year can take away, and what a rival's yearly price stands against; the
whole history of an account is neither.
"""

from __future__ import annotations

import numpy as np

from kam._concentration.risk import RevenueAtRisk, revenue_at_risk
from kam._report._facts import Facts
from kam._report._html import Child, Html, name_of, tag
from kam._report._language import Language
from kam._report._marks import numbers_table
from kam._switching.switching import indifference_discount

LEVEL = 0.95
# Losses that come together: a downturn, a rival, a product that fails. .15 is a usual value of
# portfolio risk; shown beside independence, because nobody knows it of a list of customers.
TOGETHER = 0.15
OWNERS = 5
WALLS = 10


def at_risk(facts: Facts, t: Language) -> Html | None:
    """None where no account has both revenue of the last twelve months and a churn probability.

    Who bought nothing for a year is gone already: nothing of it is left to lose.
    """
    rows = np.flatnonzero(~np.isnan(facts.numbers("p_churn")) & (facts.annual > 0))
    if not len(rows):
        return None
    values, p = facts.annual[rows], facts.numbers("p_churn")[rows]
    cases = [revenue_at_risk(values, p, correlation=rho, level=LEVEL) for rho in (0.0, TOGETHER)]
    note = t(
        "at_risk_note",
        level=t.percent(1 - LEVEL),
        rho=t.number(TOGETHER, 2),
    )
    return tag(
        "figure",
        tag("h3", t("at_risk")),
        tag("p", *_base(facts, t, values), class_="base"),
        _losses(facts, t, cases),
        _owners(facts, t, rows, cases[0]),
        tag("figcaption", note),
        class_="at-risk",
    )


def _base(facts: Facts, t: Language, values: np.ndarray) -> list[Child]:
    """Whose revenue of which time this is, and whether churn looks as far as that."""
    days = float(facts.request["churn_horizon_days"])
    base = t(
        "at_risk_base",
        total=t.number(values.sum(), facts.money_decimals),
        accounts=t.counted("accounts", len(values)),
        share=t.percent(values.sum() / np.nansum(np.maximum(facts.annual, 0))),
    )
    horizon = t(
        "at_risk_year" if days in (365, 366) else "at_risk_other_horizon",
        days=t.counted("days", days),
    )
    return [base, t("sentence_gap"), horizon]


def _losses(facts: Facts, t: Language, cases: list[RevenueAtRisk]) -> Html:
    measures = ("expected_loss", "value_at_risk", "expected_shortfall")
    rows: list[list[Child]] = [
        [
            t(f"at_risk_{name}", level=t.percent(1 - LEVEL)),
            *(t.number(getattr(case, name), facts.money_decimals) for case in cases),
        ]
        for name in measures
    ]
    heads = ["", t("at_risk_alone"), t("at_risk_together", rho=t.number(TOGETHER, 2))]
    return numbers_table(heads, rows)


def _owners(facts: Facts, t: Language, rows: np.ndarray, case: RevenueAtRisk) -> Html:
    """The accounts that make most of the worst cases: share of them beside share of revenue."""
    largest = np.argsort(-case.tail_share, kind="stable")[:OWNERS]
    share = case.value_share()
    lines: list[list[Child]] = [
        [
            name_of(facts.short_name(int(rows[i]), 40)),
            t.share(share[i]),
            t.share(case.tail_share[i]),
            t.probability(facts.numbers("p_churn")[rows[i]]),
        ]
        for i in largest
        if case.tail_share[i] > 0
    ]
    worst = {"level": t.percent(1 - case.level)}
    heads = [
        t("at_risk_owner", **worst),
        t("at_risk_of_revenue"),
        t("at_risk_of_tail", **worst),
        t("col_churn"),
    ]
    return numbers_table(heads, lines)


def walls(facts: Facts, t: Language) -> Html | None:
    """What keeps the largest accounts, and how far a rival would have to go below our price."""
    found = facts.result.switching_cost
    if found is None:
        return None
    cost = np.asarray(found["switching_cost"], dtype=np.float64)
    known = np.flatnonzero((cost >= 0) & (facts.annual > 0))
    if not len(known):
        return None
    rows = known[np.argsort(-facts.annual[known], kind="stable")][:WALLS].tolist()
    request = facts.request
    share = indifference_discount(
        cost[rows],
        facts.annual[rows],
        years=request["value_years"],
        discount=request["discount"],
    )
    lines: list[list[Child]] = [
        [
            name_of(facts.short_name(row, 40)),
            t.number(facts.annual[row], facts.money_decimals),
            t.number(cost[row], facts.money_decimals),
            t.share(float(part)),
        ]
        for row, part in zip(rows, np.atleast_1d(share), strict=True)
    ]
    heads = [t("wall_account"), t("col_net_revenue_12m"), t("wall_cost"), t("wall_discount")]
    note = t(
        "walls_note",
        years=t.counted("years", request["value_years"]),
        rate=t.percent(request["discount"]),
    )
    return tag(
        "figure",
        tag("h3", t("walls")),
        numbers_table(heads, lines),
        tag("figcaption", note),
        class_="walls",
    )
