"""A discount is a fraction: percent are refused wherever one is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import kam
import pytest
from kam import plots

LADDER = kam.PriceSchedule([(0, 0), (2, 0.1)])
ENTRIES: dict[str, Callable[..., Any]] = {
    "effective_annual_rate": lambda discount: kam.effective_annual_rate(discount),
    "margin_multiple": lambda discount: kam.margin_multiple(0.8, discount),
    "retention_elasticity": lambda discount: kam.retention_elasticity(0.8, discount),
    "retention_lift": lambda discount: kam.retention_lift(0.2, 0.05, discount=discount),
    "check_retention_claim": lambda discount: kam.check_retention_claim(0.2, discount=discount),
    "customer_value": lambda discount: kam.customer_value([1.0], [0.8], discount=discount),
    "customer_equity": lambda discount: kam.customer_equity([1.0], [0.8], discount=discount),
    "retention_neutral_price_cut": lambda discount: kam.retention_neutral_price_cut(
        0.8, 0.9, 0.3, discount=discount
    ),
    "all_years_value": lambda discount: LADDER.all_years_value(100, 3, discount),
    "incremental_years_value": lambda discount: LADDER.incremental_years_value(100, 3, discount),
    "forfeited_by_leaving": lambda discount: LADDER.forfeited_by_leaving(100, 1, 3, discount),
    "indifference_discount": lambda discount: kam.indifference_discount(
        10.0, 100.0, years=3, discount=discount
    ),
    "indifference_discounts": lambda discount: kam.indifference_discount(
        [10.0, 20.0], [100.0, 100.0], years=3, discount=discount
    ),
    "retention_curve": lambda discount: plots.retention_curve(0.8, discount=discount),
}


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.parametrize("discount", [8, 10, 1.01])
def test_percent_are_refused(name: str, discount: float) -> None:
    with pytest.raises(ValueError, match=rf"8 % is 0\.08\), got {discount}$"):
        ENTRIES[name](discount)


@pytest.mark.parametrize("name", ENTRIES)
def test_a_hundred_percent_is_the_most(name: str) -> None:
    assert ENTRIES[name](1) is not None


def test_models_and_scores(
    mbgnbd: kam.MBGNBD, gamma_gamma: kam.GammaGamma, summary: Any, small: Any
) -> None:
    said = r"8 % is 0\.08\), got 8$"
    with pytest.raises(ValueError, match=said):
        kam.lifetime_value(mbgnbd, gamma_gamma, summary, years=5, discount=8)
    with pytest.raises(ValueError, match=said):
        kam.score(small, as_of="2024-06-30", discount=8)
    cost = kam.switching_cost([{"component": "move", "amount": 10.0}])
    with pytest.raises(ValueError, match=said):
        cost.indifference_discount(100.0, years=3, discount=8)
