"""What a result says of itself in a notebook: short, in numbers, without the names of NumPy."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import kam
import numpy as np
import pandas as pd
import pytest

RANDOM = np.random.default_rng(1)
ROWS = pd.DataFrame(
    {
        "months": [2.0, 4, 4, 6, 9, 12, 12, 15],
        "lost": [1.0, 1, 0, 1, 1, 0, 1, 0],
        "plan": list("abababab"),
        "size": RANDOM.normal(size=8),
    }
)
ROLES = {"duration": "months", "event": "lost"}
Y, P = np.array([0, 1, 0, 1]), np.array([0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: kam.KaplanMeier(), "KaplanMeier(not fitted)"),
        (lambda: kam.NelsonAalen(), "NelsonAalen(not fitted)"),
        (
            lambda: kam.KaplanMeier().fit(ROWS, **ROLES),
            "KaplanMeier(8 accounts, 5 events, median 9, observed up to 15)",
        ),
        (
            lambda: kam.KaplanMeier().fit(ROWS.assign(lost=[1.0] + [0] * 7), **ROLES),
            "KaplanMeier(8 accounts, 1 events, median beyond 15, observed up to 15)",
        ),
        (
            lambda: kam.NelsonAalen().fit(ROWS, **ROLES),
            "NelsonAalen(8 accounts, 5 events, observed up to 15)",
        ),
        (
            lambda: kam.whale_curve([5.0, 1, -2]),
            "WhaleCurve(3 accounts, total 4, peak 6 (150.0%) with 2, 1 below zero lose 2)",
        ),
        (
            lambda: kam.whale_curve([5.0, np.nan]),
            "WhaleCurve(1 accounts, total 5, peak 5 (100.0%) with 1, 0 below zero lose 0; "
            "1 left out)",
        ),
        (
            lambda: kam.maximum_profit(Y, P),
            "MaximumProfit(25.25 per customer by contacting 75.0%, score >= 0.2; expected 25.2504 "
            "by 75.0%; 4 rows)",
        ),
        (
            lambda: kam.maximum_profit(Y, P, contact=1000),
            "MaximumProfit(0 per customer by contacting nobody; expected 0 by 0.0%; 4 rows)",
        ),
        (
            lambda: kam.ahp([[1, 3], [1 / 3, 1]]),
            "AhpResult(weights 0.75, 0.25; consistency ratio 0.0000)",
        ),
    ],
)
def test_a_result_says_what_it_is(make: Callable[[], Any], told: str) -> None:
    assert repr(make()) == told


def _learned() -> Any:
    scores = {"a": RANDOM.uniform(0, 100, 300), "b": RANDOM.uniform(0, 100, 300)}
    bad = (RANDOM.random(300) < 1 / (1 + np.exp(scores["a"] / 50))).astype(float)
    return kam.learn_weights(scores, bad)


def _brier() -> Any:
    curve = kam.KaplanMeier().fit(ROWS, **ROLES)
    return kam.brier_score(ROWS, curve.predict_survival(ROWS, [3, 6]), [3, 6], **ROLES)


def _hazards() -> Any:
    return kam.CoxPH().fit(ROWS, **ROLES, covariates=["size"]).check_proportional_hazards(ROWS)


@pytest.mark.parametrize(
    "make",
    [
        lambda: kam.log_rank(ROWS, **ROLES, group="plan"),
        _learned,
        _brier,
        _hazards,
        lambda: kam.evaluate(Y, P),
        lambda: kam.calibrate([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4]),
        lambda: kam.expected_profit(P, 1000 * P, offer=1, contact=1),
        lambda: kam.concentration([1.0, 2, 3]),
        lambda: kam.revenue_at_risk([100, 200], [0.1, 0.2]),
        lambda: kam.switching_cost({"fee": 5.0}),
        lambda: kam.switching_cost({"fee": 5.0}).indifference_discount(100, years=3, discount=0.1),
        lambda: kam.market_switching_cost([10, 11, 12], [3, 2, 1]),
        lambda: kam.transition_switching_cost([[9, 1], [1, 9]]),
        lambda: kam.loyalty_offset([1.0, 2.0], beta=1, rate=0.1),
        lambda: kam.why_it_stays(0.1, 50, as_of="2024-01-01", contract_end="2024-06-01"),
        lambda: kam.customer_equity([1e5, 4e4], [0.8, 0.9], discount=0.1),
        lambda: kam.best_retention_spend(1e4, base=0.7, ceiling=0.95, rate=0.002),
        lambda: kam.revenue_retention([40, 8], [55, 0]),
        lambda: kam.allocate_retention_budget(
            [100, 200], [0.8, 0.9], ceiling=0.95, rate=0.1, evidence="judgment"
        ),
    ],
)
def test_no_result_speaks_numpy(make: Callable[[], Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = repr(make())
    assert not re.search(r"np\.|array\(| at 0x|dtype", told)
    assert max(map(len, told.splitlines())) <= 240


def test_the_reprs_name_their_facts() -> None:
    test = kam.log_rank(ROWS, **ROLES, group="plan")
    assert re.fullmatch(
        r"LogRankResult\(chi-squared [\d.]+ on 1 df, p = [\d.]+; a 3 of \S+ expected, b 2 of .*\)",
        repr(test),
    )
    assert re.fullmatch(
        r"BrierResult\(0\.\d{4} over 2 of 2 times, observed up to 15\)", repr(_brier())
    )
    assert re.fullmatch(
        r"ProportionalHazards\(chi-squared \S+ on 1 df, p \S+; lowest p \S+ of size\)",
        repr(_hazards()),
    )
    assert re.match(r"LearnedWeights\(a \d\.\d{3}, b \d\.\d{3}; \d+ of 300 bad, ", repr(_learned()))
