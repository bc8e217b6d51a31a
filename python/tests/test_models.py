"""BGNBD, MBGNBD and GammaGamma as estimators.

Reference numbers without a source are converged optima, 40 to 50 digits, of the papers' formulas.
"""

from __future__ import annotations

import copy
import json
import math
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kam
import mpmath
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import integrate, special

ORDER_MODELS = (kam.BGNBD, kam.MBGNBD)

# CDNOW 1/10 sample to 1997-09-30, weeks as days/7.
OPTIMA = {
    "bgnbd": ({"r": 0.2425945224, "alpha": 4.413602019, "a": 0.7929220172, "b": 2.425906777},
              [0.01255738, 0.3782241, 0.1857338, 0.7054143], -9582.429206674),
    "mbgnbd": ({"r": 0.5248431591, "alpha": 6.183085280, "a": 0.8913593907, "b": 1.614002240},
               [0.08326821, 0.6956206, 0.1547899, 0.5374948], -9582.135715554),
    "gamma_gamma": ({"p": 6.249572271, "q": 3.744224667, "gamma": 15.44352096},
                    [1.190055, 0.2901331, 4.159423], -4055.917694802),
}  # fmt: skip
# The same with weeks rounded to two decimals: what lifetimes ships as a CSV.
ROUNDED = {
    "bgnbd": ({"r": 0.2425929072, "alpha": 4.413531561, "a": 0.7928861481, "b": 2.425753436},
              [0.0125573, 0.3782214, 0.1857191, 0.7053458], -9582.425560567),
    "mbgnbd": ({"r": 0.5248379837, "alpha": 6.182992020, "a": 0.8913561553, "b": 1.613999335},
               None, -9582.132684900),
}  # fmt: skip
# Customers 0001 and 1516 of the sample, in weeks.
FIRST = {"frequency": [2], "recency": [213 / 7], "age": [272 / 7]}
BUSIEST = {"frequency": [26], "recency": [216 / 7], "age": [31]}


def cut(summary: Any, rows: Any) -> dict[str, Any]:
    return {name: values[rows] for name, values in summary.items()}


def accounts(x: Any, t_x: Any, age: Any) -> dict[str, list[float]]:
    columns = np.broadcast_arrays(*map(np.atleast_1d, (x, t_x, age)))
    return dict(zip(("frequency", "recency", "age"), (c.tolist() for c in columns), strict=True))


# ---- published numbers --------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMA)
def test_cdnow_optimum(request: pytest.FixtureRequest, name: str) -> None:
    model = request.getfixturevalue(name)
    parameters, errors, log_likelihood = OPTIMA[name]
    assert model.params_ == pytest.approx(parameters, rel=1e-6)
    assert list(model.standard_errors_.values()) == pytest.approx(errors, rel=1e-5)
    assert model.log_likelihood_ == pytest.approx(log_likelihood, rel=1e-10)
    assert model.converged_
    assert model.stop_reason_ == "converged"
    assert 0 < model.n_iter_ < 50
    assert model.warning_ == ""
    assert model.unit_ == "week"


@pytest.mark.parametrize("name", ROUNDED)
def test_cdnow_optimum_of_the_rounded_summary(summary: Any, name: str) -> None:
    rounded = {k: np.round(v, 2) for k, v in summary.items() if k != "account_id"}
    fits = {"bgnbd": kam.BGNBD, "mbgnbd": kam.MBGNBD}
    model = fits[name]().fit(rounded)
    parameters, errors, log_likelihood = ROUNDED[name]
    assert model.params_ == pytest.approx(parameters, rel=1e-6)
    assert model.log_likelihood_ == pytest.approx(log_likelihood, rel=1e-10)
    if errors is not None:
        assert list(model.standard_errors_.values()) == pytest.approx(errors, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "source", "parameters", "decimals"),
    [
        ("bgnbd", "Fader, Hardie & Lee 2005", [0.243, 4.414, 0.793, 2.426], 3),
        ("mbgnbd", "BTYDplus by way of lifetimes' tests", [0.525, 6.183, 0.891, 1.614], 3),
        ("gamma_gamma", "lifetimes and CLVTools, tests", [6.25, 3.74, 15.44], 2),
    ],
)
def test_what_the_papers_print(
    request: pytest.FixtureRequest, name: str, source: str, parameters: list[float], decimals: int
) -> None:
    found = request.getfixturevalue(name).params_.values()
    assert [round(v, decimals) for v in found] == parameters, source


def test_bgnbd_on_cdnow(bgnbd: kam.BGNBD, summary: Any) -> None:
    assert bgnbd.probability_alive(summary).sum() == pytest.approx(1917.277671, abs=1e-5)
    assert bgnbd.expected_orders(summary, 39).sum() == pytest.approx(1653.408698, abs=1e-5)
    assert bgnbd.expected_orders(FIRST, 39)[0] == pytest.approx(1.2259944553, abs=1e-8)
    assert bgnbd.expected_orders(BUSIEST, 52)[0] == pytest.approx(25.75733697, abs=1e-6)
    assert bgnbd.probability_alive(BUSIEST)[0] == pytest.approx(0.9688544414, abs=1e-9)
    assert bgnbd.expected_orders_new(52) == pytest.approx(1.444012397, abs=1e-8)
    assert bgnbd.log_likelihood(summary).sum() == pytest.approx(bgnbd.log_likelihood_, rel=1e-13)


def test_mbgnbd_on_cdnow(mbgnbd: kam.MBGNBD, summary: Any) -> None:
    assert mbgnbd.probability_alive(summary).sum() == pytest.approx(1057.636371, abs=1e-5)
    assert mbgnbd.expected_orders(summary, 39).sum() == pytest.approx(1576.728302, abs=1e-5)
    assert mbgnbd.expected_orders(BUSIEST, 52)[0] == pytest.approx(23.99819089, abs=1e-6)
    assert mbgnbd.probability_alive(BUSIEST)[0] == pytest.approx(0.9654846492, abs=1e-9)
    assert mbgnbd.expected_orders_new(52) == pytest.approx(1.418884877, abs=1e-8)


def test_bgnbd_in_the_walkthrough_of_btyd() -> None:
    """BTYD 2.4.3, at the parameters it prints: E[X(52)], customer 1516, and silent heavy buyers."""
    model = kam.BGNBD.from_params(r=0.2425982, alpha=4.413684, a=0.7929899, b=2.426167)
    assert model.expected_orders_new(52) == pytest.approx(1.444004, abs=2e-6)
    assert model.expected_orders(BUSIEST, 52)[0] == pytest.approx(25.75659, abs=1e-4)
    assert model.probability_alive(BUSIEST)[0] == pytest.approx(0.9688523, abs=2e-7)
    silent = accounts([10, 15, 20, 25], 20, 39)
    printed = [0.3474606, 0.04283391, 0.004158973, 0.0003583685]
    assert_allclose(model.expected_orders(silent, 52), printed, rtol=1e-5)


def test_bgnbd_in_hardies_spreadsheet(bgnbd: kam.BGNBD) -> None:
    """E[X(t)] in four decimals; the sheet's last, 1.8576, stopped before the optimum (1.8580)."""
    horizons = [0.1429, 1, 3, 31.8571, 32]
    found = [round(bgnbd.expected_orders_new(t), 4) for t in horizons]
    assert_allclose(found, [0.0078, 0.0532, 0.1506, 1.0405, 1.0437], atol=1.01e-4)
    assert bgnbd.expected_orders_new(78) == pytest.approx(1.8580, abs=5e-5)


def test_single_likelihoods_in_the_tests_of_pymc_marketing() -> None:
    model = kam.BGNBD.from_params(r=0.25, alpha=4, a=0.8, b=2.5)
    found = model.log_likelihood(accounts([0, 200], [0, 38], 40))
    assert_allclose(found, [-0.5994738182, 100.7956931], rtol=1e-9)


def test_probability_of_no_order_of_a_new_account_in_btyd() -> None:
    """BTYD's pmf(t = 39, x = 0) at (.243, 4.414, .793, 2.426)."""
    model = kam.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426)
    assert model.probability_no_order(accounts(0, 0, 0), 39)[0] == pytest.approx(
        0.573786352, abs=1e-9
    )


def test_expected_spend_in_note_025(gamma_gamma: kam.GammaGamma, summary: Any) -> None:
    """Hardie's note 025, customers 1 to 10, in cents; CLVTools' population mean."""
    printed = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    spend = gamma_gamma.expected_spend(summary)
    assert_allclose(spend[:10], printed, atol=0.006)
    assert gamma_gamma.expected_spend({"frequency": [0], "monetary_value": [np.nan]})[
        0
    ] == pytest.approx(35.17049924, abs=2e-4)


# Where lifetimes 0.11.3, CLVTools 0.12.1, BTYD 2.4.3 or BTYDplus 1.2.0 print NaN or infinity.
HARD = [
    (kam.BGNBD, (0.11, 2.24, 0.31, 0.50), 30, (0, 0, 1), 0.56458861553278),
    (kam.BGNBD, (0.11, 2.24, 0.31, 0.50), 30, (500, 30, 31), 0.15130946669804),
    (kam.BGNBD, (0.11, 2.24, 0.31, 0.50), 30, (1000, 30, 31), 1.410192059508e-7),
    (kam.BGNBD, (0.11, 2.24, 0.31, 0.50), 30, (5000, 30, 31), 3.0439319818699e-59),
    (kam.BGNBD, (0.2426, 4.4136, 1, 2.4), 30, (0, 0, 1), 0.79702595407948),
    (kam.MBGNBD, (0.525, 6.183, 0.891, 1.614), 39, (100, 30, 31), 66.356857773135),
    (kam.MBGNBD, (0.525, 6.183, 0.891, 1.614), 39, (200, 30, 31), 73.30473358753),
    (kam.MBGNBD, (0.525, 6.183, 0.891, 1.614), 39, (500, 30, 31), 0.24929127717379),
    (kam.MBGNBD, (0.525, 6.183, 0.891, 1.614), 39, (1000, 30, 31), 1.1966920943176e-6),
    (kam.MBGNBD, (0.525, 6.183, 0.891, 1.614), 39, (5000, 30, 31), 1.3049240058154e-52),
    (kam.MBGNBD, (0.525, 6.183, 0.891, 1.614), 1e7, (500, 30, 31), 8.9320694246848),
]


@pytest.mark.parametrize(("model", "parameters", "horizon", "account", "value"), HARD)
def test_hard_points(
    model: Any, parameters: tuple[float, ...], horizon: float, account: Any, value: float
) -> None:
    given = model.from_params(**dict(zip(("r", "alpha", "a", "b"), parameters, strict=True)))
    assert given.expected_orders(accounts(*account), horizon)[0] == pytest.approx(value, rel=1e-9)


def test_hard_point_of_a_new_account() -> None:
    model = kam.BGNBD.from_params(r=0.2426, alpha=4.4136, a=1, b=2.4)
    assert model.expected_orders_new(30) == pytest.approx(0.91313541400623, rel=1e-9)


# ---- an independent path ------------------------------------------------------------------------


def log_likelihood_of(kind: str, v: dict[str, float], x: Any, t_x: Any, age: Any) -> Any:
    """Per account, as the papers write it, in NumPy and scipy."""
    r, alpha, a, b = v["r"], v["alpha"], v["a"], v["b"]
    gammas = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
    if kind == "bgnbd":
        betas = special.betaln(a, b + x) - special.betaln(a, b)
        left = np.where(x > 0, a / np.maximum(b + x - 1, 1e-300), 0.0)
    else:
        betas = special.betaln(a, b + x + 1) - special.betaln(a, b)
        left = a / (b + x)
    return gammas + betas + np.log((alpha + age) ** -(r + x) + left * (alpha + t_x) ** -(r + x))


def alive_of(kind: str, v: dict[str, float], x: int, t_x: float, age: float) -> Any:
    r, alpha, a, b = (mpmath.mpf(v[k]) for k in ("r", "alpha", "a", "b"))
    odds = {"bgnbd": a / (b + x - 1) if x else mpmath.mpf(0), "mbgnbd": a / (b + x)}
    left = odds[kind]
    return 1 / (1 + left * ((alpha + age) / (alpha + t_x)) ** (r + x))


def orders_of(kind: str, v: dict[str, float], x: int, t_x: float, age: float, t: float) -> Any:
    """The closed form with 2F1 (Fader, Hardie & Lee 2005; Batislam et al. 2007), 40 digits."""
    r, alpha, a, b = (mpmath.mpf(v[k]) for k in ("r", "alpha", "a", "b"))
    stays = b + x + (kind == "mbgnbd")
    z = t / (alpha + age + t)
    ratio = ((alpha + age) / (alpha + age + t)) ** (r + x)
    sum_2f1 = mpmath.hyp2f1(r + x, stays, a + stays - 1, z)
    return alive_of(kind, v, x, t_x, age) * (a + stays - 1) / (a - 1) * (1 - ratio * sum_2f1)


@pytest.mark.parametrize("name", ["bgnbd", "mbgnbd"])
def test_likelihood_is_that_of_scipy(
    request: pytest.FixtureRequest, summary: Any, name: str
) -> None:
    model = request.getfixturevalue(name)
    want = log_likelihood_of(
        name, model.params_, *(summary[k] for k in ("frequency", "recency", "age"))
    )
    assert_allclose(model.log_likelihood(summary), want, rtol=1e-11, atol=1e-11)
    assert model.log_likelihood_ == pytest.approx(math.fsum(want), rel=1e-12)


@pytest.mark.parametrize("name", ["bgnbd", "mbgnbd"])
@pytest.mark.parametrize(
    "parameters",
    [
        (0.2426, 4.4136, 0.7929, 2.4259),
        (2.0, 30.0, 1.5, 4.0),
        (0.05, 0.5, 0.3, 0.2),
        (8.0, 100.0, 20.0, 3.0),
    ],
)
def test_probabilities_and_orders_are_those_of_mpmath(name: str, parameters: Any) -> None:
    v = dict(zip(("r", "alpha", "a", "b"), parameters, strict=True))
    model = {"bgnbd": kam.BGNBD, "mbgnbd": kam.MBGNBD}[name].from_params(**v)
    with mpmath.workdps(40):
        for x, t_x, age in [
            (0, 0, 0),
            (0, 0, 52),
            (1, 3, 40),
            (7, 30.5, 31),
            (40, 100, 100),
            (12, 5, 90),
        ]:
            row = accounts(x, t_x, age)
            alive = alive_of(name, v, x, t_x, age)
            assert model.probability_alive(row)[0] == pytest.approx(float(alive), rel=1e-12)
            for t in (0.5, 39, 400):
                orders = orders_of(name, v, x, t_x, age, t)
                assert model.expected_orders(row, t)[0] == pytest.approx(float(orders), rel=1e-11)
                stays = (1 + mpmath.mpf(t) / (v["alpha"] + age)) ** -(mpmath.mpf(v["r"]) + x)
                none = alive * stays + 1 - alive
                assert model.probability_no_order(row, t)[0] == pytest.approx(
                    float(none), rel=1e-12
                )


@pytest.mark.parametrize("name", ["bgnbd", "mbgnbd", "gamma_gamma"])
def test_standard_errors_are_those_of_finite_differences(
    request: pytest.FixtureRequest, summary: Any, name: str
) -> None:
    """Gradient zero, and the inverse of minus the Hessian, in the natural parameters."""
    model = request.getfixturevalue(name)
    names, best = list(model.params_), np.array(list(model.params_.values()))
    rows = cut(summary, summary["frequency"] > 0) if name == "gamma_gamma" else summary

    def total(logs: Any) -> float:
        values = dict(zip(names, np.exp(logs), strict=True))
        return math.fsum(type(model).from_params(**values).log_likelihood(rows))

    at, h, n = np.log(best), 2e-3, len(names)
    unit = np.eye(n) * h
    gradient = np.array([(total(at + e) - total(at - e)) / (2 * h) for e in unit])
    hessian = np.empty((n, n))
    for i in range(n):
        for j in range(i + 1):
            hessian[i, j] = hessian[j, i] = (
                total(at + unit[i] + unit[j]) - total(at + unit[i] - unit[j])
                - total(at - unit[i] + unit[j]) + total(at - unit[i] - unit[j])
            ) / (4 * h * h)  # fmt: skip
    errors = np.sqrt(np.diag(np.linalg.inv(-hessian)))
    assert np.abs(gradient * errors).max() < 1e-2
    assert_allclose(best * errors, list(model.standard_errors_.values()), rtol=1e-3)
    assert total(at) >= max(total(at + e) for e in np.vstack([unit, -unit]))


def test_gamma_gamma_is_what_scipy_makes_of_it(gamma_gamma: kam.GammaGamma, summary: Any) -> None:
    p, q, g = gamma_gamma.params_.values()
    x, m = summary["frequency"], summary["monetary_value"]
    want = (
        -special.betaln(p * x, q) + q * np.log(g) + p * x * np.log(x * m) - np.log(m)
        - (p * x + q) * np.log(g + x * m)
    )[x > 0]  # fmt: skip
    assert_allclose(gamma_gamma.log_likelihood(summary)[x > 0], want, rtol=1e-11, atol=1e-11)
    assert np.isnan(gamma_gamma.log_likelihood(summary)[x == 0]).all()
    spend = np.where(x > 0, p * (g + x * np.nan_to_num(m)) / (p * x + q - 1), p * g / (q - 1))
    assert_allclose(gamma_gamma.expected_spend(summary), spend, rtol=1e-13)


def test_gamma_gamma_density_integrates_to_one_and_its_mean_is_the_population_mean() -> None:
    model = kam.GammaGamma.from_params(p=6.25, q=3.74, gamma=15.44)

    def density(m: float) -> float:
        return math.exp(model.log_likelihood({"frequency": [3], "monetary_value": [m]})[0])

    assert integrate.quad(density, 0, np.inf)[0] == pytest.approx(1, abs=1e-7)
    mean = integrate.quad(lambda m: m * density(m), 0, np.inf)[0]
    population = model.expected_spend({"frequency": [0], "monetary_value": [np.nan]})[0]
    assert mean == pytest.approx(population, rel=1e-6)


SIMULATED = 200_000


@pytest.mark.parametrize("name", ["bgnbd", "mbgnbd"])
def test_new_accounts_order_as_often_as_simulated_ones(
    request: pytest.FixtureRequest, name: str
) -> None:
    model = request.getfixturevalue(name)
    for age in (10.0, 69.0):
        x = model.simulate(SIMULATED, age, seed=int(age))["frequency"]
        error = x.std() / math.sqrt(SIMULATED)
        assert abs(x.mean() - model.expected_orders_new(age)) < 4 * error
        none = model.probability_no_order(accounts(0, 0, 0), age)[0]
        assert abs((x == 0).mean() - none) < 4 * math.sqrt(none * (1 - none) / SIMULATED)


@pytest.mark.parametrize("name", ["bgnbd", "mbgnbd"])
def test_predictions_hold_on_average_over_simulated_histories(
    request: pytest.FixtureRequest, name: str
) -> None:
    """Means over histories of 30 weeks are those of what happens in weeks 30 to 69."""
    model = request.getfixturevalue(name)
    past = model.simulate(SIMULATED, 30, seed=1)
    silent = model.probability_no_order(past, 39)
    whole = model.simulate(SIMULATED, 69, seed=2)
    truly_silent = whole["recency"] <= 30
    error = math.hypot(silent.std(), truly_silent.std()) / math.sqrt(SIMULATED)
    assert abs(silent.mean() - truly_silent.mean()) < 4 * error
    expected = model.expected_orders(past, 39)
    want = model.expected_orders_new(69) - model.expected_orders_new(30)
    assert abs(expected.mean() - want) < 4 * expected.std() / math.sqrt(SIMULATED)


def test_simulated_parameters_are_found_again() -> None:
    truth = {"r": 0.5, "alpha": 6.0, "a": 0.9, "b": 1.6}
    data = kam.MBGNBD.from_params(**truth).simulate(60_000, 52, seed=3)
    model = kam.MBGNBD().fit(data)
    for name, error in model.standard_errors_.items():
        assert abs(model.params_[name] - truth[name]) < 4 * error


# ---- laws ---------------------------------------------------------------------------------------


def test_t_is_accepted_for_age(bgnbd: kam.BGNBD, summary: Any) -> None:
    renamed = {"T": summary["age"]} | {k: v for k, v in summary.items() if k != "age"}
    assert kam.BGNBD().fit(renamed).to_json() == bgnbd.to_json()
    assert_array_equal(bgnbd.expected_orders(renamed, 39), bgnbd.expected_orders(summary, 39))
    both = renamed | {"age": summary["age"] + 1}
    assert_array_equal(
        bgnbd.expected_orders(both, 39), bgnbd.expected_orders({**both, "T": None}, 39)
    )


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


@pytest.mark.xfail(
    reason="alive + (1 - alive) rounds to 1 + 2.2e-16, whose limits are NaN", strict=True
)
@pytest.mark.parametrize("name", ["bgnbd", "mbgnbd"])
def test_no_order_in_no_time_is_certain_and_not_more(
    request: pytest.FixtureRequest, summary: Any, name: str
) -> None:
    found = request.getfixturevalue(name).probability_no_order(summary, 0, interval=True)
    for values in found.values():
        assert_array_equal(values, np.ones(2357))


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


def refusal(call: Callable[[], Any]) -> str | None:
    """The text of the FormatError, None if there is none."""
    try:
        call()
    except kam.FormatError as error:
        return str(error)
    return None


# ---- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bgnbd", "mbgnbd", "gamma_gamma"])
@pytest.mark.parametrize(
    "again",
    [
        lambda m: type(m).from_json(m.to_json()),
        copy.copy,
        copy.deepcopy,
        lambda m: pickle.loads(pickle.dumps(m)),
    ],
    ids=["json", "copy", "deepcopy", "pickle"],
)
def test_a_model_comes_back_with_the_same_bits(
    request: pytest.FixtureRequest, summary: Any, name: str, again: Callable[[Any], Any]
) -> None:
    model = request.getfixturevalue(name)
    back = again(model)
    assert type(back) is type(model)
    assert back.to_json() == model.to_json()
    assert back.params_ == model.params_
    assert back.standard_errors_ == model.standard_errors_
    assert (back.log_likelihood_, back.unit_, back.n_iter_) == (
        model.log_likelihood_,
        model.unit_,
        model.n_iter_,
    )
    verb = "expected_spend" if name == "gamma_gamma" else "probability_alive"
    before, after = (getattr(m, verb)(summary, interval=True) for m in (model, back))
    for column in before:
        assert before[column].tobytes() == after[column].tobytes()


def test_an_unfitted_estimator_can_be_copied() -> None:
    assert repr(pickle.loads(pickle.dumps(kam.BGNBD()))) == "BGNBD()"


@pytest.mark.parametrize("unit", ["day", "week", "month"])
def test_the_unit_is_kept_in_the_json(summary: Any, unit: str) -> None:
    model = kam.MBGNBD().fit(summary, unit=unit)
    assert json.loads(model.to_json())["unit"] == unit
    assert kam.MBGNBD.from_json(model.to_json()).unit_ == unit


def test_the_json_is_small_and_holds_no_data(mbgnbd: kam.MBGNBD) -> None:
    text = mbgnbd.to_json()
    assert len(text) < 1500
    content = json.loads(text)
    assert (content["format"], content["format_version"], content["kind"]) == (
        "kam-model",
        1,
        "estimate",
    )
    assert content["parameters"] == mbgnbd.params_


def test_reformatted_json_is_the_same_model(mbgnbd: kam.MBGNBD) -> None:
    pretty = json.dumps(json.loads(mbgnbd.to_json()), indent=2, sort_keys=False)
    assert kam.MBGNBD.from_json(pretty).to_json() == mbgnbd.to_json()


@pytest.mark.parametrize("name", ["bgnbd", "mbgnbd", "gamma_gamma"])
@pytest.mark.parametrize("bit", [1, 16, 64])
def test_a_flipped_bit_is_an_error_or_the_same_model(
    request: pytest.FixtureRequest, name: str, bit: int
) -> None:
    """The last digit of a number may read back to the same bits; then it is the same model."""
    model = request.getfixturevalue(name)
    text = model.to_json()
    refused = 0
    for at in np.linspace(0, len(text) - 1, 50).astype(int):
        damaged = text[:at] + chr(ord(text[at]) ^ bit) + text[at + 1 :]
        message = refusal(lambda text=damaged: type(model).from_json(text))
        if message is None:
            assert type(model).from_json(damaged).to_json() == text
        else:
            refused += 1
            assert message.startswith("model file: ")
    assert refused >= 45


def test_every_beginning_of_a_file_is_refused(mbgnbd: kam.MBGNBD) -> None:
    text = mbgnbd.to_json()
    for end in range(0, len(text), 7):
        with pytest.raises(kam.FormatError):
            kam.MBGNBD.from_json(text[:end])


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "null",
        "[]",
        "{}",
        "3",
        '"kam-model"',
        "{",
        "[" * 100_000,
        '{"format":"kam-model"}',
        "\0",
        "x" * 20_000_000,
    ],
    ids=lambda t: t[:12],
)
def test_what_is_no_model_file_is_refused(text: str) -> None:
    for model in (kam.MBGNBD, kam.GammaGamma, kam.Model):
        with pytest.raises(kam.FormatError, match="model file"):
            model.from_json(text)


@pytest.mark.parametrize(
    ("before", "after"),
    [('"format_version":1', '"format_version":2'), ('"format_version":1', '"format_version":1.5'),
     ('"format_version":1,', ""), ('"kind":"estimate"', '"kind":"score_model"')],
)  # fmt: skip
def test_a_newer_or_foreign_file_is_a_version_error(
    mbgnbd: kam.MBGNBD, before: str, after: str
) -> None:
    assert before in mbgnbd.to_json()
    with pytest.raises(kam.VersionError):
        kam.MBGNBD.from_json(mbgnbd.to_json().replace(before, after))
    with pytest.raises(kam.VersionError, match="expected score_model"):
        kam.Model.from_json(mbgnbd.to_json())


def test_the_model_of_another_class_is_refused(
    mbgnbd: kam.MBGNBD, gamma_gamma: kam.GammaGamma
) -> None:
    with pytest.raises(ValueError, match="the file holds a mbgnbd model, not bgnbd"):
        kam.BGNBD.from_json(mbgnbd.to_json())
    with pytest.raises(ValueError, match="the file holds a gamma_gamma model, not mbgnbd"):
        kam.MBGNBD.from_json(gamma_gamma.to_json())


@pytest.mark.xfail(
    reason="from_json promises FormatError or VersionError; it is a bare ValueError", strict=True
)
def test_the_model_of_another_class_is_a_version_error(mbgnbd: kam.MBGNBD) -> None:
    with pytest.raises(kam.VersionError):
        kam.BGNBD.from_json(mbgnbd.to_json())


@pytest.mark.parametrize("text", [None, 3, ["{}"]])
def test_json_is_text(text: Any) -> None:
    with pytest.raises(TypeError):
        kam.BGNBD.from_json(text)


# ---- hostile input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"r": 1, "alpha": 1, "a": 1}, "parameters must be r, alpha, a, b, got r, alpha, a"),
        ({"r": 1, "alpha": 1, "a": 1, "b": 1, "c": 1}, "parameters must be r, alpha, a, b"),
        ({}, "parameters must be"),
        ({"r": 1, "alpha": 1, "a": 1, "b": -1}, "`b` must be finite and > 0, got -1"),
        ({"r": 1, "alpha": 0, "a": 1, "b": 1}, "`alpha` must be finite and > 0, got 0"),
        ({"r": math.nan, "alpha": 1, "a": 1, "b": 1}, "`r` must be finite and > 0, got nan"),
        ({"r": 1, "alpha": 1, "a": math.inf, "b": 1}, "`a` must be finite and > 0, got inf"),
        (
            {"r": 1, "alpha": 1, "a": 1, "b": 1, "unit": "year"},
            "`unit` must be day, week or month, got 'year'",
        ),
    ],
)
def test_wrong_parameters_are_named(given: Any, message: str) -> None:
    for model in ORDER_MODELS:
        with pytest.raises(ValueError, match=message):
            model.from_params(**given)


def test_wrong_spend_parameters_are_named() -> None:
    with pytest.raises(ValueError, match="`gamma` must be finite and > 0"):
        kam.GammaGamma.from_params(p=1, q=1, gamma=-1)
    with pytest.raises(ValueError, match="parameters must be p, q, gamma"):
        kam.GammaGamma.from_params(p=1, q=1, v=1)


@pytest.mark.parametrize("model", [kam.BGNBD, kam.MBGNBD, kam.GammaGamma])
def test_an_unfitted_model_says_so(model: Any, summary: Any) -> None:
    uses = [
        lambda m: m.params_,
        lambda m: m.standard_errors_,
        lambda m: m.log_likelihood_,
        lambda m: m.converged_,
        lambda m: m.n_iter_,
        lambda m: m.unit_,
        lambda m: m.summary(),
        lambda m: m.to_json(),
        lambda m: m.log_likelihood(summary),
    ]
    if model is not kam.GammaGamma:
        uses += [lambda m: m.probability_alive(summary), lambda m: m.expected_orders(summary, 1),
                 lambda m: m.expected_orders_new(1), lambda m: m.simulate(1, 1, 1)]  # fmt: skip
    for use in uses:
        with pytest.raises(
            ValueError, match=rf"this {model.__name__} is not fitted: call fit or from_params"
        ):
            use(model())


BAD = accounts(
    [1, 2, np.nan, 1.5, -1, 0, 1, 1], [5, 1, 1, 1, 0, 1, -1, 1], [2, 3, 4, 5, 2, 2, 2, np.inf]
)
# recency > age; ok; NaN; fractional; negative; recency without a repeat; negative recency; infinite


@pytest.mark.parametrize("model", ORDER_MODELS)
@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("probability_alive", ()),
        ("log_likelihood", ()),
        ("expected_orders", (39,)),
        ("probability_no_order", (39,)),
    ],
)
def test_rows_that_cannot_be_read_are_nan_counted_and_explained(
    model: Any, verb: str, arguments: Any
) -> None:
    given = model.from_params(r=0.25, alpha=4, a=0.8, b=2.5)
    with pytest.warns(
        kam.RowWarning, match=rf"^{verb}: 7 rows .*NaN, first row 0 \(out_of_domain\)$"
    ) as caught:
        found = getattr(given, verb)(BAD, *arguments)
    assert np.isnan(np.delete(found, 1)).all()
    assert (
        found[1]
        == getattr(given, verb)(
            cut({k: np.array(v) for k, v in BAD.items()}, slice(1, 2)), *arguments
        )[0]
    )
    assert [Path(w.filename).name for w in caught] == ["test_models.py"]


def test_the_reason_is_that_of_the_first_row() -> None:
    model = kam.BGNBD.from_params(r=0.25, alpha=4, a=0.8, b=2.5)
    with pytest.warns(kam.RowWarning, match=r": 1 row.* NaN, first row 1 \(not_finite\)"):
        model.probability_alive(accounts([1, np.nan], 1, 2), interval=True)


def test_missing_values_of_nullable_columns_are_nan_rows() -> None:
    model = kam.BGNBD.from_params(r=0.25, alpha=4, a=0.8, b=2.5)
    made = pd.DataFrame(
        {"frequency": pd.array([1, None], dtype="Int64"), "recency": [1.0, 1.0], "age": [2, 2]}
    )
    with pytest.warns(kam.RowWarning, match=": 1 row.* NaN, first row 1 "):
        assert np.isnan(model.probability_alive(made)).tolist() == [False, True]


@pytest.mark.parametrize("model", ORDER_MODELS)
def test_bad_rows_are_left_out_of_a_fit_and_counted(summary: Any, model: Any) -> None:
    rows = {k: np.concatenate([np.asarray(BAD[k])[[0, 2, 3]], summary[k]]) for k in BAD}
    with pytest.warns(kam.RowWarning, match="fit: 3 rows"):
        found = model().fit(rows)
    assert found.params_ == pytest.approx(model().fit(summary).params_, rel=1e-12)


def test_the_warning_of_a_fit_names_no_row_that_does_not_exist(summary: Any) -> None:
    rows = {k: np.concatenate([np.asarray(BAD[k])[[0, 2, 3]], summary[k]]) for k in BAD}
    with pytest.warns(kam.RowWarning) as caught:
        kam.BGNBD().fit(rows)
    assert "-1" not in str(caught[0].message)


@pytest.mark.parametrize(
    "verb",
    [
        "fit",
        pytest.param(
            "expected_spend",
            marks=pytest.mark.xfail(
                reason="stacklevel is one too high outside order models", strict=True
            ),
        ),
    ],
)
def test_warnings_point_at_the_line_of_the_caller(
    summary: Any, gamma_gamma: kam.GammaGamma, verb: str
) -> None:
    rows = {
        "frequency": np.r_[1.5, summary["frequency"]],
        "monetary_value": np.r_[1, summary["monetary_value"]],
    }
    with pytest.warns(kam.RowWarning) as caught:
        getattr(kam.GammaGamma() if verb == "fit" else gamma_gamma, verb)(rows)
    assert Path(caught[0].filename).name == "test_models.py"


def test_spend_rows_that_cannot_be_read() -> None:
    model = kam.GammaGamma.from_params(p=6.25, q=3.74, gamma=15.44)
    rows = {"frequency": [1, 1, 1, 0, 1.5, 2], "monetary_value": [0, -1, np.nan, np.nan, 5, 5]}
    with pytest.warns(
        kam.RowWarning, match=r"expected_spend: 4 rows .*NaN, first row 0 \(out_of_domain\)"
    ):
        found = model.expected_spend(rows)
    assert np.isnan(found).tolist() == [True, True, True, False, True, False]


def test_a_mean_that_does_not_exist_is_nan_and_not_negative() -> None:
    """lifetimes predicts -22.23 for the account without a repeat order (q = .588)."""
    model = kam.GammaGamma.from_params(p=2, q=0.588, gamma=10)
    with pytest.warns(kam.RowWarning, match=r": 1 row.* NaN, first row 0 \(undefined_value\)"):
        found = model.expected_spend({"frequency": [0, 1, 2], "monetary_value": [np.nan, 5, 6]})
    assert np.isnan(found[0])
    assert_allclose(found[1:], [2 * 15 / (2 + 0.588 - 1), 2 * 22 / (4 + 0.588 - 1)], rtol=1e-13)
    thin = kam.GammaGamma.from_params(p=0.2, q=0.5, gamma=10)
    with pytest.warns(kam.RowWarning, match="undefined_value"):
        found = thin.expected_spend({"frequency": [1, 2, 3], "monetary_value": [5, 5, 5]})
    assert np.isnan(found).tolist() == [True, True, False]


def test_a_heavy_tail_is_fitted_with_a_warning_and_never_predicts_below_zero() -> None:
    rng = np.random.default_rng(11)
    spend = 5 / rng.gamma(0.6, 1, 400)  # infinite mean
    rows = {"frequency": np.r_[np.full(400, 2.0), 0], "monetary_value": np.r_[spend, np.nan]}
    with pytest.warns(kam.ConvergenceWarning):
        model = kam.GammaGamma().fit(rows)
    assert model.params_["q"] < 1
    with pytest.warns(kam.RowWarning, match="undefined_value"):
        found = model.expected_spend(rows)
    assert np.isnan(found[-1])
    assert (found[:-1][~np.isnan(found[:-1])] > 0).all()


@pytest.mark.parametrize("model", ORDER_MODELS)
def test_a_boundary_is_a_convergence_warning(model: Any) -> None:
    """Every account orders each week and none leaves: all four parameters run away."""
    ages = np.arange(20.0, 60.0)
    with pytest.warns(kam.ConvergenceWarning) as caught:
        found = model().fit(accounts(ages, ages, ages))
    assert "infinity" in str(caught[0].message)
    assert Path(caught[0].filename).name == "test_models.py"
    assert found.warning_ == str(caught[0].message)
    assert all(v > 0 and math.isfinite(v) for v in found.params_.values())
    assert model.from_json(found.to_json()).warning_ == found.warning_


@pytest.mark.parametrize("model", ORDER_MODELS)
def test_nothing_to_learn_from_is_insufficient_data(model: Any) -> None:
    for rows in (accounts([0, 0], 0, [2, 3]), {"frequency": [], "recency": [], "age": []}):
        with pytest.raises(kam.InsufficientDataError, match="no usable account has a repeat order"):
            model().fit(rows)


def test_no_spend_to_learn_from_is_insufficient_data() -> None:
    with pytest.raises(kam.InsufficientDataError):
        kam.GammaGamma().fit({"frequency": [0, 1], "monetary_value": [np.nan, 5]})


def test_a_failed_fit_leaves_an_estimator_as_it_was(summary: Any) -> None:
    model = kam.BGNBD().fit(summary)
    before = model.to_json()
    with pytest.raises(kam.InsufficientDataError):
        model.fit(accounts(0, 0, 5))
    assert model.to_json() == before


@pytest.mark.parametrize("missing", ["frequency", "recency", "age"])
def test_a_missing_column_is_named(
    missing: str, kind: str, frame: Callable[..., Any], summary: Any
) -> None:
    made = frame(kind, {k: v[:3] for k, v in summary.items() if k not in (missing, "account_id")})
    with pytest.raises(kam.DataError, match=f"column '{missing}' is missing; there are: "):
        kam.BGNBD().fit(made)


def test_spend_needs_its_column(gamma_gamma: kam.GammaGamma) -> None:
    with pytest.raises(kam.DataError, match="column 'monetary_value' is missing"):
        gamma_gamma.expected_spend({"frequency": [1]})


def test_text_in_a_number_column_is_quoted() -> None:
    model = kam.BGNBD.from_params(r=0.25, alpha=4, a=0.8, b=2.5)
    with pytest.raises(kam.DataError, match="column 'frequency' holds 'x' in row 1: not a number"):
        model.probability_alive({"frequency": ["1", "x"], "recency": [1, 1], "age": [2, 2]})


def test_columns_of_different_length(bgnbd: kam.BGNBD) -> None:
    with pytest.raises(ValueError, match="`recency` has 1 rows, expected 2"):
        bgnbd.probability_alive({"frequency": [1, 2], "recency": [1], "age": [2, 3]})


@pytest.mark.parametrize("horizon", [-1, math.nan, math.inf, -math.inf])
def test_a_wrong_horizon_is_named(bgnbd: kam.BGNBD, summary: Any, horizon: float) -> None:
    for verb in (bgnbd.expected_orders, bgnbd.probability_no_order):
        for interval in (False, True):
            with pytest.raises(ValueError, match="`horizon` must be finite and >= 0"):
                verb(summary, horizon, interval=interval)


@pytest.mark.xfail(
    reason="expected_orders raises, expected_orders_new answers NaN in silence", strict=True
)
@pytest.mark.parametrize("horizon", [-1, math.nan])
def test_a_wrong_horizon_of_a_new_account_is_named(bgnbd: kam.BGNBD, horizon: float) -> None:
    with pytest.raises(ValueError, match="horizon"):
        bgnbd.expected_orders_new(horizon)


@pytest.mark.parametrize("level", [0, 1, -0.1, 1.5, math.nan])
def test_a_wrong_level_is_named(
    bgnbd: kam.BGNBD, gamma_gamma: kam.GammaGamma, summary: Any, level: float
) -> None:
    with pytest.raises(ValueError, match="`level` must be between 0 and 1"):
        bgnbd.probability_alive(summary, interval=True, level=level)
    with pytest.raises(ValueError, match="`level` must be between 0 and 1"):
        gamma_gamma.expected_spend(summary, interval=True, level=level)


def test_wrong_rates_are_named(bgnbd: kam.BGNBD, summary: Any) -> None:
    with pytest.raises(ValueError, match="delta"):
        bgnbd.discounted_expected_orders(summary, horizon=5, delta_continuous=-0.1)


def test_weights_are_checked(summary: Any) -> None:
    with pytest.raises(ValueError, match="`sample_weight` has 2 rows, expected 2357"):
        kam.BGNBD().fit(summary, sample_weight=[1, 2])
    with pytest.raises(kam.InsufficientDataError):
        kam.BGNBD().fit(summary, sample_weight=np.zeros(2357))
    with pytest.warns(kam.RowWarning, match="fit: 2 rows"):
        kam.BGNBD().fit(summary, sample_weight=np.r_[np.nan, -1, np.ones(2355)])


@pytest.mark.parametrize("age", [-1, math.nan, math.inf])
def test_wrong_ages_of_a_simulation_are_named(bgnbd: kam.BGNBD, age: float) -> None:
    with pytest.raises(ValueError, match="`age` must be finite and >= 0"):
        bgnbd.simulate(3, age, 1)


def test_other_wrong_calls_of_simulate(bgnbd: kam.BGNBD) -> None:
    for n, age, seed in ((-1, 5, 1), (3, [1, 2], 1), (3, 5, -1)):
        with pytest.raises((ValueError, TypeError)):
            bgnbd.simulate(n, age, seed)
    assert len(bgnbd.simulate(0, 5, 1)["frequency"]) == 0


def test_no_rows_give_no_numbers(bgnbd: kam.BGNBD, gamma_gamma: kam.GammaGamma) -> None:
    none = {"frequency": [], "recency": [], "age": [], "monetary_value": []}
    assert bgnbd.probability_alive(none).shape == (0,)
    assert bgnbd.expected_orders(none, 5, interval=True)["expected_orders_lo"].shape == (0,)
    assert gamma_gamma.expected_spend(none).shape == (0,)
