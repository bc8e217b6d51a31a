"""BGNBD, MBGNBD and GammaGamma as estimators.

Reference numbers without a source are converged optima, 40 to 50 digits, of the papers' formulas.
"""

from __future__ import annotations

import math
from typing import Any

import kam
import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, special

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


def test_covariance_is_symmetric_and_has_the_standard_errors(bgnbd: Any) -> None:
    """cov(a, b) is 0.1232 at the CDNOW optimum; lifetimes prints 0.3769 and 0.0403 for the two."""
    covariance = bgnbd.covariance_
    assert_allclose(covariance, covariance.T)
    assert_allclose(np.sqrt(np.diag(covariance)), list(bgnbd.standard_errors_.values()))
    assert covariance[2, 3] == pytest.approx(0.1232, abs=5e-5)
