"""Retention economics: multiples, lifts, the claim, equity, price."""

from __future__ import annotations

import math
from typing import Any

import kam
import kam.plots
import matplotlib as mpl
import numpy as np
import pytest
from numpy.testing import assert_allclose

mpl.use("Agg")

# ---- published numbers --------------------------------------------------------------------------


def test_gupta_and_lehmanns_table() -> None:
    """Gupta & Lehmann (2005), to three decimals."""
    table = {
        0.10: [1.200, 1.750, 2.667, 4.500],
        0.12: [1.154, 1.667, 2.500, 4.091],
        0.14: [1.111, 1.591, 2.353, 3.750],
        0.16: [1.071, 1.522, 2.222, 3.462],
    }
    for discount, expected in table.items():
        found = kam.margin_multiple([0.6, 0.7, 0.8, 0.9], discount)
        assert_allclose(found, expected, atol=5e-4)


CHURN = [0.05, 0.10, 0.15, 0.20, 0.30, 0.40]


def test_points_and_percent() -> None:
    """The table of the domain specification: infinite horizon, 10 %."""
    points = kam.retention_lift(CHURN, 0.05, mode="points", discount=0.1)
    assert_allclose(points, [0.579, 0.407, 0.324, 0.275, 0.224, 0.204], atol=5e-4)
    percent = kam.retention_lift(CHURN, 0.05, mode="percent", discount=0.1)
    assert_allclose(percent, [0.0196, 0.0313, 0.0400, 0.0474, 0.0612, 0.0764], atol=5e-5)
    elasticity = kam.retention_elasticity(1 - np.array(CHURN), 0.1)
    assert_allclose(elasticity, [7.33, 5.50, 4.40, 3.67, 2.75, 2.20], atol=5e-3)


def test_five_years_and_mbna() -> None:
    found = kam.retention_lift([0.1, 0.2, 0.3], 0.05, discount=0.1, horizon=5)
    assert_allclose(found, [0.155, 0.160, 0.166], atol=5e-4)
    assert kam.retention_lift(0.10, 0.05, discount=0) == pytest.approx(1.111, abs=5e-4)


def test_blattberg_deighton_uplift_and_revenue_retention() -> None:
    best = kam.best_retention_spend(10_000, base=0.7, ceiling=0.95, rate=0.002)
    assert best.spend == pytest.approx(804.72, abs=5e-3)
    assert best.retention == pytest.approx(0.9)
    assert best.gain == pytest.approx(1195.3, abs=0.05)
    assert kam.break_even_uplift(0.05, 0.30) == pytest.approx(0.20)
    found = kam.revenue_retention([40, 8, 30, 22], [55, 0, 26, 22])
    assert (found.gross, found.net) == pytest.approx((0.88, 1.03))


# ---- another way --------------------------------------------------------------------------------


@pytest.mark.parametrize("timing", ["end", "start"])
@pytest.mark.parametrize("horizon", [1, 7, 40])
def test_multiple_is_the_sum_of_discounted_margins(timing: Any, horizon: int) -> None:
    r, i, g = 0.83, 0.09, 0.03
    t = np.arange(horizon)
    late = 1 if timing == "end" else 0
    total = (r ** (t + late) * (1 + g) ** t * (1 + i) ** -(t + late * 1.0)).sum()
    assert kam.margin_multiple(r, i, g, horizon=horizon, timing=timing) == pytest.approx(total)


def test_claim_in_a_sentence() -> None:
    claim = kam.check_retention_claim(0.2, discount=0.1)
    assert str(claim) == (
        "At 20 % churn and 10 % discount without a horizon, 5 points less churn (15 %) makes a "
        "customer worth 27.5 % more, within the claimed 25 % to 85 %; 5 percent less churn (19 %) "
        "makes a customer worth 4.7 % more, below the claimed 25 % to 85 %."
    )
    assert repr(claim) == "RetentionClaim(points=+27.5%, percent=+4.7%, elasticity=3.67)"
    needed = kam.retention_lift(0.2, claim.points_for_lo, discount=0.1)
    assert needed == pytest.approx(0.25)


def test_equity_adds_up() -> None:
    margin, retention = [100.0, 40.0], [0.8, 0.9]
    values = kam.customer_value(margin, retention, discount=0.1)
    equity = kam.customer_equity(margin, retention, discount=0.1)
    assert equity.total == pytest.approx(values.sum())
    up = kam.customer_equity(margin, np.array(retention) * 1.0001, discount=0.1).total
    assert equity.retention_elasticity == pytest.approx((up / equity.total - 1) / 1e-4, rel=1e-3)


def test_price_cut_that_loyalty_pays_for() -> None:
    cut = kam.retention_neutral_price_cut(0.8, 0.85, 0.3, discount=0.1)
    better = kam.margin_multiple(0.85, 0.1) * (0.3 - cut)
    assert better == pytest.approx(kam.margin_multiple(0.8, 0.1) * 0.3)


def test_two_prices_from_one_table() -> None:
    table = kam.PriceSchedule([(100, 0.05), (500, 0.10), (1000, 0.15)])
    assert table.all_units_cost(600) == pytest.approx(540)
    assert table.incremental_cost(600) == pytest.approx(100 + 400 * 0.95 + 100 * 0.9)
    assert table.cheapest_order([470, 480]).tolist() == [470, 500]
    assert repr(table) == "PriceSchedule(from 100: 0.05, from 500: 0.1, from 1000: 0.15)"
    years = kam.PriceSchedule([(2, 0.02), (3, 0.05)])
    assert years.all_years_value(1e6, 3, 0) == pytest.approx(150_000)
    assert years.incremental_years_value(1e6, 3, 0) == pytest.approx(70_000)
    assert years.forfeited_by_leaving(1e6, 1, 3, 0) == pytest.approx(50_000)


# ---- hostile input ------------------------------------------------------------------------------


def test_bad_calls_name_the_argument() -> None:
    with pytest.raises(ValueError, match="retention"):
        kam.margin_multiple(1.1, 0.1)
    with pytest.raises(ValueError, match="growth"):
        kam.margin_multiple(0.9, 0.1, 0.3)  # the sum has no end
    with pytest.raises(ValueError, match="timing"):
        kam.margin_multiple(0.9, 0.1, timing="middle")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="mode"):
        kam.retention_lift(0.2, 0.05, mode="both", discount=0.1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="churn"):
        kam.retention_lift(0.03, 0.05, discount=0.1)
    with pytest.raises(ValueError, match="horizon"):
        kam.margin_multiple(0.9, 0.1, horizon=2.5)
    with pytest.raises(ValueError, match="churn"):
        kam.check_retention_claim(1.2, discount=0.1)
    with pytest.raises(ValueError, match="margin"):
        kam.break_even_uplift(0.3, 0.3)
    with pytest.raises(ValueError, match="base"):
        kam.best_retention_spend(1, base=0.9, ceiling=0.8, rate=1)
    with pytest.raises(ValueError, match="from"):
        kam.PriceSchedule([(5, 0.1), (4, 0.2)])
    with pytest.raises(ValueError, match="second_period"):
        kam.revenue_retention([1, 2], [1])


def test_bad_rows_are_nan_and_said() -> None:
    with pytest.warns(kam.RowWarning, match="2 rows"):
        found = kam.customer_value([1.0, math.nan, 1.0], [0.5, 0.5, 1.5], discount=0.1)
    assert np.isnan(found).tolist() == [False, True, True]


# ---- plots --------------------------------------------------------------------------------------


def test_retention_curve() -> None:
    ax = kam.plots.retention_curve(0.8, discount=0.1)
    endless, five = ax.lines[0], ax.lines[1]
    assert_allclose(
        endless.get_ydata(), kam.margin_multiple(np.array(endless.get_xdata()), 0.1), rtol=1e-12
    )
    assert (np.array(five.get_ydata()) < np.array(endless.get_ydata())).all()
    assert "+32.4%" not in [text.get_text() for text in ax.texts]
    assert "+27.5%" in [text.get_text() for text in ax.texts]
    ax.figure.canvas.draw()
    kam.plots.retention_curve(0.99, discount=0.1, growth=0.2, horizons=(5, 10)).figure.canvas.draw()
