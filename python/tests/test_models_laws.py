"""BGNBD, MBGNBD and GammaGamma: the laws they obey.

Reference numbers without a source are converged optima, 40 to 50 digits, of the papers' formulas.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import kam
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

ORDER_MODELS = (kam.BGNBD, kam.MBGNBD)

# CDNOW 1/10 sample to 1997-09-30, weeks as days/7.
# The same with weeks rounded to two decimals: what lifetimes ships as a CSV.
# Customers 0001 and 1516 of the sample, in weeks.


def cut(summary: Any, rows: Any) -> dict[str, Any]:
    return {name: values[rows] for name, values in summary.items()}


def accounts(x: Any, t_x: Any, age: Any) -> dict[str, list[float]]:
    columns = np.broadcast_arrays(*map(np.atleast_1d, (x, t_x, age)))
    return dict(zip(("frequency", "recency", "age"), (c.tolist() for c in columns), strict=True))


# ---- laws ---------------------------------------------------------------------------------------


def test_t_is_accepted_for_age(bgnbd: kam.BGNBD, summary: Any) -> None:
    renamed = {"T": summary["age"]} | {k: v for k, v in summary.items() if k != "age"}
    assert kam.BGNBD().fit(renamed).to_json() == bgnbd.to_json()
    assert_array_equal(bgnbd.expected_orders(renamed, 39), bgnbd.expected_orders(summary, 39))
    both = renamed | {"age": summary["age"] + 1}
    assert_array_equal(
        bgnbd.expected_orders(both, 39), bgnbd.expected_orders({**both, "T": None}, 39)
    )


@pytest.mark.filterwarnings("ignore:weakly identified:kam.ConvergenceWarning")
@pytest.mark.parametrize("model", [kam.BGNBD, kam.MBGNBD, kam.GammaGamma])
def test_a_weight_is_a_repetition(summary: Any, model: Any) -> None:
    some = cut(summary, slice(0, 600))
    weights = np.arange(600) % 3
    repeated = {k: np.repeat(v, weights) for k, v in some.items()}
    weighted, plain = model().fit(some, sample_weight=weights), model().fit(repeated)
    assert weighted.params_ == pytest.approx(plain.params_, rel=1e-7)
    assert weighted.log_likelihood_ == pytest.approx(plain.log_likelihood_, rel=1e-12)
    assert list(weighted.standard_errors_.values()) == pytest.approx(
        list(plain.standard_errors_.values()), rel=1e-6
    )


@pytest.mark.parametrize("model", ORDER_MODELS)
def test_another_unit_of_time_scales_alpha_alone(summary: Any, model: Any) -> None:
    days = summary | {"recency": summary["recency"] * 7, "age": summary["age"] * 7}
    weekly, daily = model().fit(summary), model().fit(days, unit="day")
    want = weekly.params_ | {"alpha": weekly.params_["alpha"] * 7}
    assert daily.params_ == pytest.approx(want, rel=1e-6)
    assert daily.log_likelihood_ == pytest.approx(
        weekly.log_likelihood_ - summary["frequency"].sum() * math.log(7), rel=1e-11
    )
    assert_allclose(
        daily.expected_orders(days, 39 * 7), weekly.expected_orders(summary, 39), rtol=1e-6
    )
    assert daily.unit_ == "day"


@pytest.mark.parametrize("model", [kam.BGNBD, kam.MBGNBD, kam.GammaGamma])
def test_the_order_of_rows_does_not_matter(summary: Any, model: Any) -> None:
    shuffled = cut(summary, np.random.default_rng(5).permutation(2357))
    found, want = model().fit(shuffled), model().fit(summary)
    assert found.params_ == pytest.approx(want.params_, rel=1e-9)


def test_one_account_alone_is_its_row_of_the_batch(
    bgnbd: kam.BGNBD, mbgnbd: kam.MBGNBD, gamma_gamma: kam.GammaGamma, summary: Any
) -> None:
    for i in (0, 2, 1515, 2356):
        alone = cut(summary, slice(i, i + 1))
        for model in (bgnbd, mbgnbd):
            for verb, arguments in (
                ("probability_alive", ()),
                ("log_likelihood", ()),
                ("probability_no_order", (39,)),
                ("expected_orders", (39,)),
            ):
                batch = getattr(model, verb)(summary, *arguments)
                assert getattr(model, verb)(alone, *arguments)[0] == batch[i]
        assert gamma_gamma.expected_spend(alone)[0] == gamma_gamma.expected_spend(summary)[i]


def test_scoring_does_not_change_the_model(mbgnbd: kam.MBGNBD, summary: Any) -> None:
    before = mbgnbd.to_json()
    mbgnbd.expected_orders(summary, 39, interval=True)
    mbgnbd.simulate(10, 39, 1)
    assert mbgnbd.to_json() == before


@pytest.mark.parametrize("name", ["bgnbd", "mbgnbd"])
def test_nothing_happens_in_no_time(
    request: pytest.FixtureRequest, summary: Any, name: str
) -> None:
    model = request.getfixturevalue(name)
    assert_array_equal(model.expected_orders(summary, 0), np.zeros(2357))
    assert_allclose(model.probability_no_order(summary, 0), np.ones(2357), rtol=3e-16)
    assert model.expected_orders_new(0) == 0


@pytest.mark.parametrize("name", ["bgnbd", "mbgnbd"])
def test_no_order_in_no_time_is_certain_and_not_more(
    request: pytest.FixtureRequest, summary: Any, name: str
) -> None:
    found = request.getfixturevalue(name).probability_no_order(summary, 0, interval=True)
    for values in found.values():  # to one rounding, and never above 1
        assert_allclose(values, np.ones(2357), rtol=1e-15)
        assert values.max() <= 1


def test_bgnbd_believes_in_everybody_without_a_repeat_order(
    bgnbd: kam.BGNBD, mbgnbd: kam.MBGNBD
) -> None:
    ones = accounts(0, 0, [0, 1, 10, 1000])
    assert_array_equal(bgnbd.probability_alive(ones), np.ones(4))
    assert (np.diff(mbgnbd.probability_alive(ones)) < 0).all()
    stays = mbgnbd.params_["b"] / (mbgnbd.params_["a"] + mbgnbd.params_["b"])
    assert mbgnbd.probability_alive(ones)[0] == pytest.approx(stays, rel=1e-14)


def test_discounted_orders_lie_below_expected_ones_and_meet_them_at_rate_zero(
    mbgnbd: kam.MBGNBD, summary: Any
) -> None:
    plain = mbgnbd.expected_orders(summary, 52)
    none = mbgnbd.discounted_expected_orders(summary, horizon=52, delta_continuous=0)
    some = mbgnbd.discounted_expected_orders(summary, horizon=52, delta_continuous=0.002)
    assert_allclose(none, plain, rtol=1e-12)
    assert (some < plain).all()
    assert (some > plain * math.exp(-0.002 * 52)).all()


@pytest.mark.parametrize("level", [0.5, 0.8, 0.99])
def test_intervals_hold_the_estimate_and_widen_with_the_level(
    mbgnbd: kam.MBGNBD, gamma_gamma: kam.GammaGamma, summary: Any, level: float
) -> None:
    for model, verb, arguments, most in (
        (mbgnbd, "probability_alive", (), 1), (mbgnbd, "probability_no_order", (39,), 1),
        (mbgnbd, "expected_orders", (39,), np.inf), (gamma_gamma, "expected_spend", (), np.inf),
    ):  # fmt: skip
        found = getattr(model, verb)(summary, *arguments, interval=True, level=level)
        wider = getattr(model, verb)(summary, *arguments, interval=True, level=(1 + level) / 2)
        assert list(found) == [verb, f"{verb}_lo", f"{verb}_hi"]
        mid, lo, hi = found.values()
        assert_array_equal(mid, getattr(model, verb)(summary, *arguments))
        assert (lo >= 0).all()
        assert (lo <= mid).all()
        assert (mid <= hi).all()
        assert (hi <= most).all()
        assert (wider[f"{verb}_lo"] <= lo).all()
        assert (hi <= wider[f"{verb}_hi"]).all()


def test_an_interval_is_a_frame_of_the_kind_that_came_in(
    kind: str, frame: Callable[..., Any], kind_of: Callable[..., str], columns: Callable[..., Any],
    mbgnbd: kam.MBGNBD, gamma_gamma: kam.GammaGamma, summary: Any,
) -> None:  # fmt: skip
    some = {k: v for k, v in cut(summary, slice(0, 50)).items() if k != "account_id"}
    made = frame(kind, some)
    for model, verb, arguments in (
        (mbgnbd, "probability_alive", ()),
        (mbgnbd, "expected_orders", (39,)),
        (gamma_gamma, "expected_spend", ()),
    ):
        found = getattr(model, verb)(made, *arguments, interval=True)
        assert kind_of(found) == kind
        assert columns(found) == columns(getattr(model, verb)(some, *arguments, interval=True))
        point = getattr(model, verb)(made, *arguments)
        assert isinstance(point, np.ndarray)
        assert point.dtype == np.float64
        assert point.shape == (50,)
    assert type(model).__name__ in repr(model)


def test_fits_are_the_same_in_every_kind(
    kind: str,
    frame: Callable[..., Any],
    summary: Any,
    mbgnbd: kam.MBGNBD,
    gamma_gamma: kam.GammaGamma,
) -> None:
    made = frame(kind, {k: v for k, v in summary.items() if k != "account_id"})
    assert kam.MBGNBD().fit(made).to_json() == mbgnbd.to_json()
    assert kam.GammaGamma().fit(made).to_json() == gamma_gamma.to_json()


def test_simulation_is_repeatable(mbgnbd: kam.MBGNBD) -> None:
    ages = np.linspace(0, 60, 500)
    first, again = mbgnbd.simulate(500, ages, seed=42), mbgnbd.simulate(500, ages, seed=42)
    other = mbgnbd.simulate(500, ages, seed=43)
    for name in ("frequency", "recency", "age"):
        assert_array_equal(first[name], again[name])
    assert (first["frequency"] != other["frequency"]).any()
    assert_array_equal(first["age"], ages)
    assert (first["recency"] <= ages).all()
    assert (first["recency"][first["frequency"] == 0] == 0).all()
    assert np.isfinite(mbgnbd.log_likelihood(first)).all()
    reloaded = kam.MBGNBD.from_json(mbgnbd.to_json())
    assert_array_equal(reloaded.simulate(500, ages, seed=42)["recency"], first["recency"])


def test_given_parameters_have_no_errors_and_no_intervals(summary: Any) -> None:
    model = kam.MBGNBD.from_params(r=0.5, alpha=6, a=0.9, b=1.6, unit="month")
    assert model.unit_ == "month"
    assert model.stop_reason_ == "given"
    assert math.isnan(model.log_likelihood_)
    assert all(math.isnan(v) for v in model.standard_errors_.values())
    found = model.expected_orders(summary, 3, interval=True)
    assert np.isfinite(found["expected_orders"]).all()
    assert np.isnan(found["expected_orders_lo"]).all()


def test_the_summary_says_it_in_words(mbgnbd: kam.MBGNBD) -> None:
    text = mbgnbd.summary()
    assert text.startswith("MBGNBD  (2357 accounts, 2457 events, unit week)")
    assert "log-likelihood -9582.135716, converged after" in text
    assert repr(mbgnbd) == "MBGNBD(r=0.524843, alpha=6.18309, a=0.891359, b=1.614, unit='week')"
    assert repr(kam.MBGNBD()) == "MBGNBD()"
