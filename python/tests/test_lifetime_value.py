"""Money per account: orders, discounted from the moment they are placed, times spend."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

COLUMNS = ["lifetime_value", "lifetime_value_lo", "lifetime_value_hi"]
DAYS_PER_YEAR = 365.2425
UNITS = {"day": 1.0, "week": 7.0, "month": 30.436875}


@pytest.fixture(scope="module")
def some(summary: Any) -> dict[str, Any]:
    """Forty customers with and without repeat orders, among them the busiest."""
    rows = np.r_[np.arange(38), 1515, 157]
    return {name: values[rows] for name, values in summary.items()}


def values(*models: Any, summary: Any, **options: Any) -> Any:
    return kam.lifetime_value(*models, summary, **options)["lifetime_value"]


def summed(
    order_model: Any, spend: Any, summary: Any, years: float, discount: float, slices: int = 4000
) -> Any:
    """Expected orders of every slice of time, discounted from its middle."""
    weeks = np.linspace(0, years * DAYS_PER_YEAR / UNITS[order_model.unit_], slices + 1)
    total = np.zeros(len(summary["frequency"]))
    before = np.zeros_like(total)
    for start, end in pairwise(weeks):
        after = order_model.expected_orders(summary, end)
        middle = (start + end) / 2 * UNITS[order_model.unit_] / DAYS_PER_YEAR
        total += (after - before) * (1 + discount) ** -middle
        before = after
    return total * spend


# ---- published numbers --------------------------------------------------------------------------


def test_cdnow_by_the_convention_of_lifetimes(bgnbd: Any, gamma_gamma: Any, summary: Any) -> None:
    """Its Quickstart: 140.096, 18.943, 38.181, 38.181, 38.181, 1003.868 for customers 1 to 6.

    Its "12 months" of a weekly model are 12 times 30 weeks, each discounted from its end by 1 %;
    its summary has weeks and spend of two decimals.
    """
    printed = [140.096211, 18.943467, 38.180574, 38.180574, 38.180574, 1003.868107]
    first = {name: column[:6] for name, column in summary.items()}
    orders = np.zeros(6)
    for month in range(1, 13):
        gain = bgnbd.expected_orders(first, 30 * month) - bgnbd.expected_orders(
            first, 30 * (month - 1)
        )
        orders += gain / 1.01**month
    assert_allclose(orders * gamma_gamma.expected_spend(first), printed, rtol=1e-3)
    delta = math.log(1.01) / 30
    smooth = bgnbd.discounted_expected_orders(first, horizon=360, delta_continuous=delta)
    assert_allclose(smooth * gamma_gamma.expected_spend(first), printed, rtol=0.01)


# ---- an independent path ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bgnbd", "mbgnbd"])
@pytest.mark.parametrize(("years", "discount"), [(1, 0.1), (5, 0.1), (5, 0.0), (10, 0.25)])
def test_value_is_the_sum_over_slices_of_time(
    request: pytest.FixtureRequest,
    gamma_gamma: Any,
    some: Any,
    name: str,
    years: float,
    discount: float,
) -> None:
    model = request.getfixturevalue(name)
    found = values(model, gamma_gamma, summary=some, years=years, discount=discount)
    want = summed(model, gamma_gamma.expected_spend(some), some, years, discount)
    assert_allclose(found, want, rtol=1e-6)


def test_without_discount_it_is_orders_times_spend(
    mbgnbd: Any, gamma_gamma: Any, summary: Any
) -> None:
    found = values(mbgnbd, gamma_gamma, summary=summary, years=3, discount=0)
    orders = mbgnbd.expected_orders(summary, 3 * DAYS_PER_YEAR / 7)
    assert_allclose(found, orders * gamma_gamma.expected_spend(summary), rtol=1e-12)


def test_discounted_orders_are_those_of_value(mbgnbd: Any, gamma_gamma: Any, summary: Any) -> None:
    weeks = DAYS_PER_YEAR / 7
    orders = mbgnbd.discounted_expected_orders(
        summary, horizon=5 * weeks, delta_continuous=math.log(1.1) / weeks
    )
    found = values(mbgnbd, gamma_gamma, summary=summary, years=5, discount=0.1)
    assert_allclose(found, orders * gamma_gamma.expected_spend(summary), rtol=1e-12)


def test_the_interval_is_that_of_simulated_parameters(
    mbgnbd: Any, gamma_gamma: Any, some: Any
) -> None:
    """Parameters drawn from the covariance of their logarithms, two models independent."""
    rng = np.random.default_rng(9)
    draws = []
    models = (mbgnbd, gamma_gamma)
    covariances = [np.array(m._fitted.log_covariance).reshape(len(m.params_), -1) for m in models]
    for _ in range(300):
        drawn = []
        for model, covariance in zip(models, covariances, strict=True):
            logs = rng.multivariate_normal(np.log(list(model.params_.values())), covariance)
            drawn.append(
                type(model).from_params(**dict(zip(model.params_, np.exp(logs), strict=True)))
            )
        draws.append(np.log(values(*drawn, summary=some, years=5, discount=0.1)))
    found = kam.lifetime_value(*models, some, years=5, discount=0.1, level=0.8)
    width = np.log(found["lifetime_value_hi"] / found["lifetime_value_lo"])
    simulated = np.diff(np.quantile(draws, [0.1, 0.9], axis=0), axis=0)[0]
    assert_allclose(width, simulated, rtol=0.2)


# ---- laws ---------------------------------------------------------------------------------------


def test_margin_scales_value_and_interval(mbgnbd: Any, gamma_gamma: Any, some: Any) -> None:
    revenue = kam.lifetime_value(mbgnbd, gamma_gamma, some, years=5, discount=0.1)
    margin = kam.lifetime_value(mbgnbd, gamma_gamma, some, years=5, discount=0.1, margin=0.25)
    for name in COLUMNS:
        assert_allclose(margin[name], 0.25 * revenue[name], rtol=1e-13)
    whole = kam.lifetime_value(mbgnbd, gamma_gamma, some, years=5, discount=0.1, margin=1)
    assert_array_equal(whole["lifetime_value"], revenue["lifetime_value"])


def test_value_falls_with_the_discount_and_grows_with_the_years(
    mbgnbd: Any, gamma_gamma: Any, some: Any
) -> None:
    by_discount = [
        values(mbgnbd, gamma_gamma, summary=some, years=5, discount=d) for d in (0, 0.05, 0.5, 1)
    ]
    by_years = [
        values(mbgnbd, gamma_gamma, summary=some, years=y, discount=0.1) for y in (0, 0.5, 1, 5, 50)
    ]
    assert (np.diff(by_discount, axis=0) < 0).all()
    assert (np.diff(by_years, axis=0) > 0).all()
    assert_array_equal(by_years[0], np.zeros(40))


@pytest.mark.parametrize(("unit", "days"), UNITS.items())
def test_years_and_rate_do_not_depend_on_the_unit(
    summary: Any, gamma_gamma: Any, unit: str, days: float
) -> None:
    factor = 7 / days
    other = summary | {"recency": summary["recency"] * factor, "age": summary["age"] * factor}
    weekly = values(kam.MBGNBD().fit(summary), gamma_gamma, summary=summary, years=5, discount=0.1)
    found = values(
        kam.MBGNBD().fit(other, unit=unit), gamma_gamma, summary=other, years=5, discount=0.1
    )
    assert_allclose(found, weekly, rtol=1e-6)


def test_doubled_money_doubles_value(mbgnbd: Any, summary: Any) -> None:
    doubled = summary | {"monetary_value": summary["monetary_value"] * 2}
    plain = values(mbgnbd, kam.GammaGamma().fit(summary), summary=summary, years=5, discount=0.1)
    found = values(mbgnbd, kam.GammaGamma().fit(doubled), summary=doubled, years=5, discount=0.1)
    assert_allclose(found, 2 * plain, rtol=1e-7)


def test_the_interval_holds_the_estimate_and_widens_with_the_level(
    mbgnbd: Any, gamma_gamma: Any, summary: Any
) -> None:
    inner = kam.lifetime_value(mbgnbd, gamma_gamma, summary, years=5, discount=0.1, level=0.5)
    outer = kam.lifetime_value(mbgnbd, gamma_gamma, summary, years=5, discount=0.1, level=0.95)
    mid, lo, hi = (inner[name] for name in COLUMNS)
    assert_array_equal(mid, outer["lifetime_value"])
    assert (lo > 0).all()
    assert (lo < mid).all()
    assert (mid < hi).all()
    assert (outer["lifetime_value_lo"] < lo).all()
    assert (hi < outer["lifetime_value_hi"]).all()


def test_one_account_alone_is_its_row_of_the_batch(
    mbgnbd: Any, gamma_gamma: Any, summary: Any
) -> None:
    batch = kam.lifetime_value(mbgnbd, gamma_gamma, summary, years=5, discount=0.1)
    for i in (0, 2, 1515):
        alone = kam.lifetime_value(
            mbgnbd,
            gamma_gamma,
            {k: v[i : i + 1] for k, v in summary.items()},
            years=5,
            discount=0.1,
        )
        assert [alone[name][0] for name in COLUMNS] == [batch[name][i] for name in COLUMNS]


# ---- frames -------------------------------------------------------------------------------------


def test_a_frame_of_the_kind_that_came_in(
    kind: str, frame: Callable[..., Any], kind_of: Callable[..., str], columns: Callable[..., Any],
    mbgnbd: Any, gamma_gamma: Any, some: Any,
) -> None:  # fmt: skip
    found = kam.lifetime_value(mbgnbd, gamma_gamma, frame(kind, some), years=5, discount=0.1)
    assert kind_of(found) == kind
    want = kam.lifetime_value(mbgnbd, gamma_gamma, some, years=5, discount=0.1)
    assert list(columns(found)) == COLUMNS
    assert columns(found) == columns(want)


# ---- hostile input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"years": -1}, "`years` must be finite and >= 0, got -1"),
        ({"years": math.nan}, "`years` must be finite"),
        ({"years": math.inf}, "`years` must be finite"),
        ({"discount": -0.1}, "`discount` must be finite and >= 0, got -0.1"),
        ({"discount": math.nan}, "`discount` must be finite"),
        ({"margin": -1}, "`margin` must be finite and >= 0, got -1"),
        ({"margin": math.nan}, "`margin` must be finite"),
        ({"margin": math.inf}, "`margin` must be finite"),
        ({"level": 0}, "`level` must be between 0 and 1"),
        ({"level": 1}, "`level` must be between 0 and 1"),
    ],
)
def test_a_wrong_option_is_named(
    mbgnbd: Any, gamma_gamma: Any, some: Any, option: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        kam.lifetime_value(mbgnbd, gamma_gamma, some, **({"years": 5, "discount": 0.1} | option))


@pytest.mark.parametrize("missing", ["years", "discount"])
def test_span_and_rate_are_never_guessed(
    mbgnbd: Any, gamma_gamma: Any, some: Any, missing: str
) -> None:
    options = {"years": 5, "discount": 0.1}
    del options[missing]
    with pytest.raises((TypeError, ValueError), match=missing):
        kam.lifetime_value(mbgnbd, gamma_gamma, some, **options)


def test_models_in_the_wrong_place_are_named(mbgnbd: Any, gamma_gamma: Any, some: Any) -> None:
    with pytest.raises(TypeError, match="`order_model` must be an order model, got GammaGamma"):
        kam.lifetime_value(gamma_gamma, mbgnbd, some, years=5, discount=0.1)
    with pytest.raises(TypeError, match="`spend_model` must be a GammaGamma, got MBGNBD"):
        kam.lifetime_value(mbgnbd, mbgnbd, some, years=5, discount=0.1)
    for models in ((kam.MBGNBD(), gamma_gamma), (mbgnbd, kam.GammaGamma())):
        with pytest.raises(ValueError, match="fitted"):
            kam.lifetime_value(*models, some, years=5, discount=0.1)


def test_rows_without_a_value_are_nan_counted_and_explained(mbgnbd: Any, gamma_gamma: Any) -> None:
    rows = {"frequency": [2, 2, 0, 1.5, 2], "recency": [5, 5, 0, 1, 9], "age": [8, 8, 8, 8, 8],
            "monetary_value": [10, 0, np.nan, 5, 5]}  # fmt: skip
    with pytest.warns(kam.RowWarning, match="lifetime_value: 3 rows .*NaN, first row 1 ") as caught:
        found = kam.lifetime_value(mbgnbd, gamma_gamma, rows, years=5, discount=0.1)
    for name in COLUMNS:
        assert np.isnan(found[name]).tolist() == [False, True, False, True, True]
    assert len(caught) == 1


def test_the_warning_points_at_the_line_of_the_caller(mbgnbd: Any, gamma_gamma: Any) -> None:
    rows = {"frequency": [2], "recency": [9], "age": [8], "monetary_value": [10]}
    with pytest.warns(kam.RowWarning) as caught:
        kam.lifetime_value(mbgnbd, gamma_gamma, rows, years=5, discount=0.1)
    assert Path(caught[0].filename).name == Path(__file__).name


def test_a_population_mean_that_does_not_exist_is_no_value(mbgnbd: Any) -> None:
    heavy = kam.GammaGamma.from_params(p=2, q=0.588, gamma=10)
    rows = {"frequency": [0, 2], "recency": [0, 5], "age": [8, 8], "monetary_value": [np.nan, 10]}
    with pytest.warns(kam.RowWarning, match="undefined_value"):
        found = kam.lifetime_value(mbgnbd, heavy, rows, years=5, discount=0.1)
    assert np.isnan(found["lifetime_value"]).tolist() == [True, False]


def test_given_parameters_have_no_interval(gamma_gamma: Any, some: Any) -> None:
    given = kam.MBGNBD.from_params(r=0.5, alpha=6, a=0.9, b=1.6)
    found = kam.lifetime_value(given, gamma_gamma, some, years=5, discount=0.1)
    assert np.isfinite(found["lifetime_value"]).all()
    assert np.isnan(found["lifetime_value_lo"]).all()


def test_spend_is_needed(mbgnbd: Any, gamma_gamma: Any, some: Any) -> None:
    without = {k: v for k, v in some.items() if k != "monetary_value"}
    with pytest.raises(kam.DataError, match="column 'monetary_value' is missing"):
        kam.lifetime_value(mbgnbd, gamma_gamma, without, years=5, discount=0.1)


# ---- spans and rates ----------------------------------------------------------------------------


def test_calendar_months_and_other_compoundings(
    mbgnbd: Any, gamma_gamma: Any, summary: Any
) -> None:
    """Twelve months from 1 March 2023 are 366 days; 1 % a month is 12.68 % a year."""
    by_months = kam.lifetime_value(
        *(mbgnbd, gamma_gamma, summary),
        months=12,
        as_of="2023-03-01",
        discount=0.01,
        compounding="per_month",
    )
    by_years = kam.lifetime_value(
        *(mbgnbd, gamma_gamma, summary),
        years=366 / 365.2425,
        discount=kam.effective_annual_rate(0.12, "monthly"),
    )
    np.testing.assert_allclose(by_months["lifetime_value"], by_years["lifetime_value"], rtol=1e-12)
    assert kam.effective_annual_rate(0.12, "monthly") == pytest.approx(0.12682503013196977)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "either `years` or `months`"),
        ({"years": 1, "months": 12}, "either `years` or `months`"),
        ({"months": 12}, "need `as_of`"),
        ({"months": -1, "as_of": "2024-01-01"}, "whole number from 0 to 1200, got -1"),
        ({"months": 1.5, "as_of": "2024-01-01"}, "whole number from 0 to 1200, got 1.5"),
        ({"years": 1, "compounding": "weekly"}, "`compounding` must be one of annual"),
        ({"years": 1, "discount": -1}, "above -1"),
    ],
)
def test_wrong_spans_and_rates_are_named(
    mbgnbd: Any, gamma_gamma: Any, summary: Any, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        kam.lifetime_value(mbgnbd, gamma_gamma, summary, **({"discount": 0.1} | wrong))
