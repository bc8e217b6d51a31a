"""Order models with static covariates, from Python."""

from __future__ import annotations

import json
import pickle
import warnings
from typing import Any

import kam
import numpy as np
import pytest
from scipy import optimize

# Small samples: a weak fit is said, and not what these tests are about.
pytestmark = pytest.mark.filterwarnings("ignore:.*weakly identified:kam.ConvergenceWarning")

MODELS = [
    (kam.BGNBDCovariates, kam.BGNBD),
    (kam.MBGNBDCovariates, kam.MBGNBD),
    (kam.ParetoNBDCovariates, kam.ParetoNBD),
]


# Base parameters of the simulated accounts.
TRUTH = {
    kam.BGNBD: (0.9, 8, 0.6, 2),
    kam.MBGNBD: (0.9, 8, 0.6, 2),
    kam.ParetoNBD: (0.9, 8, 0.8, 12),
}


def account(plain: Any, log_base: Any, order: float, dropout: float) -> Any:
    """The plain model of an account whose covariates add up to these, by the docs' formulas."""
    first, alpha, third, fourth = np.exp(log_base)
    alpha *= np.exp(-order)
    if plain is kam.ParetoNBD:
        return plain.from_params(r=first, alpha=alpha, s=third, beta=fourth * np.exp(-dropout))
    half = np.exp(dropout / 2)
    return plain.from_params(r=first, alpha=alpha, a=third * half, b=fourth / half)


def portfolio(plain: Any, n: int, seed: int) -> dict[str, Any]:
    """Half the accounts order twice as often (segment 1); a score moves the odds of leaving."""
    random = np.random.default_rng(seed)
    segment = random.integers(0, 2, n).astype(float)
    score = random.integers(-1, 2, n).astype(float)
    result: dict[str, Any] = {k: np.empty(n) for k in ("frequency", "recency", "age")}
    for s in (0.0, 1.0):
        for v in (-1.0, 0.0, 1.0):
            rows = (segment == s) & (score == v)
            part = account(plain, np.log(TRUTH[plain]), 0.7 * s, 0.8 * v).simulate(
                int(rows.sum()), 50.0, seed=seed + int(10 * s + v + 1)
            )
            for name in result:
                result[name][rows] = part[name]
    return {**result, "segment": segment, "score": score}


@pytest.fixture(params=MODELS, ids=["bgnbd", "mbgnbd", "pareto_nbd"])
def pair(request: pytest.FixtureRequest) -> Any:
    return request.param


def fitted(covariate: Any, accounts: Any, **options: Any) -> Any:
    model = covariate(
        order_covariates=["segment"], dropout_covariates=["score"], dropout_effect="odds", **options
    )
    return model.fit(accounts)


def test_recovers_the_simulated_effects(pair: Any) -> None:
    covariate, plain = pair
    fit = fitted(covariate, portfolio(plain, 6000, 1))
    assert fit.converged_
    assert not fit.warning_
    for name, value in zip(fit.names_, [*TRUTH[plain], 0.7, 0.8], strict=True):
        assert abs(fit.params_[name] - value) < 3 * fit.standard_errors_[name], name


def test_agrees_with_a_general_optimiser(pair: Any) -> None:
    covariate, plain = pair
    accounts = portfolio(plain, 400, 2)
    fit = fitted(covariate, accounts, ridge=2)
    segment, score = accounts["segment"], accounts["score"]
    columns = {k: accounts[k] for k in ("frequency", "recency", "age")}

    def objective(theta: Any) -> float:
        total = 0.0
        for s in (0.0, 1.0):
            for v in (-1.0, 0.0, 1.0):
                rows = (segment == s) & (score == v)
                model = account(plain, theta[:4], theta[4] * s, theta[5] * v)
                total += model.log_likelihood({k: c[rows] for k, c in columns.items()}).sum()
        return -float(total - theta[4] ** 2 * segment.var() - theta[5] ** 2 * score.var())

    start = np.log([*TRUTH[plain], 1, 1])
    found = optimize.minimize(objective, start, method="BFGS", options={"gtol": 1e-5})
    assert fit.log_likelihood_ - fit.penalty_ == pytest.approx(-found.fun, abs=1e-6)
    coefficients = [fit.params_["order:segment"], fit.params_["dropout:score"]]
    assert coefficients == pytest.approx(found.x[4:], abs=2e-3)


def test_verbs_are_those_of_the_plain_model_with_the_parameters_of_the_account(pair: Any) -> None:
    covariate, plain = pair
    accounts = portfolio(plain, 300, 3)
    fit = fitted(covariate, accounts)
    own = fit.individual(accounts)
    for row in (0, 17, 299):
        model = plain.from_params(**{k: v[row] for k, v in own.items()})
        one = {k: v[row : row + 1] for k, v in accounts.items()}
        for verb, arguments in (
            ("log_likelihood", ()),
            ("probability_alive", ()),
            ("probability_no_order", (13,)),
            ("probability_alive_at", (13,)),
            ("expected_orders", (13,)),
        ):
            expected = getattr(model, verb)(one, *arguments)
            assert getattr(fit, verb)(one, *arguments) == pytest.approx(expected, rel=1e-12)
            assert getattr(fit, verb)(accounts, *arguments)[row] == pytest.approx(expected)


def test_intervals_hold_the_estimate(pair: Any) -> None:
    covariate, plain = pair
    accounts = portfolio(plain, 300, 6)
    fit = fitted(covariate, accounts)
    for verb, arguments in (
        ("probability_alive", ()),
        ("probability_no_order", (13,)),
        ("expected_orders", (13,)),
    ):
        frame = getattr(fit, verb)(accounts, *arguments, interval=True, level=0.9)
        assert (frame[f"{verb}_lo"] <= frame[verb]).all()
        assert (frame[verb] <= frame[f"{verb}_hi"]).all()
        assert (frame[f"{verb}_lo"] < frame[f"{verb}_hi"]).any()
        assert frame[verb] == pytest.approx(getattr(fit, verb)(accounts, *arguments))


def test_discounted_orders_fall_with_the_rate_and_rise_with_the_horizon(pair: Any) -> None:
    covariate, plain = pair
    accounts = portfolio(plain, 300, 7)
    fit = fitted(covariate, accounts)
    year = fit.discounted_expected_orders(accounts, horizon=52, delta_continuous=0.0)
    assert year == pytest.approx(fit.expected_orders(accounts, 52), rel=1e-12)
    for_ever = fit.discounted_expected_orders(accounts, delta_continuous=0.01)
    assert (for_ever > fit.discounted_expected_orders(accounts, delta_continuous=0.02)).all()
    assert (
        for_ever > fit.discounted_expected_orders(accounts, horizon=52, delta_continuous=0.01)
    ).all()
    with pytest.raises(ValueError, match="delta"):
        fit.discounted_expected_orders(accounts, delta_continuous=0.0)


def test_json_and_pickle_keep_the_bits(pair: Any) -> None:
    covariate, plain = pair
    accounts = portfolio(plain, 300, 4)
    fit = fitted(covariate, accounts)
    for again in (covariate.from_json(fit.to_json()), pickle.loads(pickle.dumps(fit))):
        assert again.params_ == fit.params_
        assert again.summary() == fit.summary()
        assert again.expected_orders(accounts, 9).tobytes() == (
            fit.expected_orders(accounts, 9).tobytes()
        )
    text = fit.to_json()
    with pytest.raises(kam.FormatError, match="checksum"):
        covariate.from_json(text.replace("segment", "segmen7", 1))
    with pytest.raises(kam.FormatError):
        covariate.from_json(text[:100])
    newer = json.loads(text) | {"version": 2}
    with pytest.raises(kam.VersionError):
        covariate.from_json(json.dumps(newer))
    other = next(c for c, _ in MODELS if c is not covariate)
    with pytest.raises(kam.VersionError, match="expected"):
        other.from_json(text)


def test_runaway_dropout_is_told(pair: Any) -> None:
    covariate, plain = pair
    same = account(plain, np.log([0.8, 6, 3e5, 9e5]), 0, 0).simulate(1500, 60.0, seed=3)
    accounts = {**same, "score": np.arange(1500.0) % 7}
    told = "`s`, `beta` weakly" if plain is kam.ParetoNBD else "`a`, `b` run to infinity"
    with pytest.warns(kam.ConvergenceWarning, match=told):
        fit = covariate(dropout_covariates=["score"]).fit(accounts)
    assert "warning" in fit.summary()


def test_bad_rows_and_bad_calls(pair: Any) -> None:
    covariate, plain = pair
    accounts = portfolio(plain, 300, 5)
    accounts["score"][4] = np.nan
    with pytest.warns(kam.RowWarning, match="1 rows"):
        fit = fitted(covariate, accounts)
    with pytest.warns(kam.RowWarning, match="first row 4"):
        assert np.isnan(fit.probability_alive(accounts)[4])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kam.RowWarning)
        with pytest.raises(ValueError, match="`order:segment` is constant"):
            fitted(covariate, {**accounts, "segment": np.ones(300)})
        twice = {**accounts, "double": 2 * accounts["segment"]}
        with pytest.raises(ValueError, match="linear combination"):
            covariate(order_covariates=["segment", "double"]).fit(twice)
    with pytest.raises(kam.DataError, match="score"):
        fit.probability_alive({k: v for k, v in accounts.items() if k != "score"})
    with pytest.raises(ValueError, match="distinct names"):
        covariate(order_covariates="segment")
    with pytest.raises(ValueError, match="both or odds"):
        covariate(dropout_effect="all")
    with pytest.raises(ValueError, match="ridge"):
        covariate(order_covariates=["segment"], ridge=-1).fit(accounts)
    with pytest.raises(ValueError, match="not fitted"):
        covariate().summary()
