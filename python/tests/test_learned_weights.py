"""kam.learn_weights: against SciPy's optimisers, laws, frames, and what cannot be learned from."""

from __future__ import annotations

import warnings
from typing import Any

import kam
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.optimize import minimize

Array = npt.NDArray[np.float64]
STRENGTH_SPREAD = 10.0  # kam::value::kStrengthSpread


def simulate(
    seed: int, rows: int, beta: list[float], intercept: float | None = None, missing: float = 0.0
) -> tuple[Array, Array]:
    random = np.random.default_rng(seed)
    scores = random.uniform(0, 100, (rows, len(beta)))
    a = sum(beta) / 2 if intercept is None else intercept
    p = 1 / (1 + np.exp(-(a - scores @ np.array(beta) / 100)))
    outcome = (random.uniform(size=rows) < p).astype(float)
    scores[random.uniform(size=scores.shape) < missing] = np.nan
    return scores, outcome


def learn(scores: Any, outcome: Any, **options: Any) -> kam.LearnedWeights:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", (kam.ConvergenceWarning, kam.RowWarning))
        return kam.learn_weights(scores, outcome, **options)


def by_scipy(
    scores: Array, outcome: Array, weight: Array, ridge: float, prior: Array | None, method: str
) -> Array:
    """(intercept, beta) of the definition, the strength t a variable of its own."""
    filled = np.where(np.isnan(scores), np.nanmean(scores, axis=0), scores) / 100
    k = scores.shape[1]
    p = np.zeros(k) if prior is None else prior / prior.sum()

    def objective(theta: Array) -> tuple[float, Array]:
        beta, t = theta[1 : k + 1], theta[k + 1]
        eta = theta[0] - filled @ beta
        value = float(weight @ (np.logaddexp(0, eta) - outcome * eta))
        residual = weight * (1 / (1 + np.exp(-eta)) - outcome)
        off = beta - t * p
        value += ridge / 2 * float(off @ off) + t * t / (2 * STRENGTH_SPREAD**2)
        gradient = np.concatenate(
            [
                [residual.sum()],
                -filled.T @ residual + ridge * off,
                [-ridge * off @ p + t / STRENGTH_SPREAD**2],
            ]
        )
        return value, gradient

    options = {"maxiter": 5000, "ftol": 1e-15}
    if method == "L-BFGS-B":
        options["gtol"] = 1e-10
    bounds = [(None, None)] + [(0, None)] * (k + 1)
    found = minimize(
        objective, np.zeros(k + 2), jac=True, method=method, bounds=bounds, options=options
    )
    return np.asarray(found.x[: k + 1])


@pytest.mark.parametrize("method", ["SLSQP", "L-BFGS-B"])
@pytest.mark.parametrize("with_prior", [False, True])
@pytest.mark.parametrize("ridge", [0.01, 1.0, 30.0])
def test_scipy_finds_the_same_optimum(method: str, with_prior: bool, ridge: float) -> None:
    for seed in range(6):
        beta = [3.0, 1.5, 0.5, -1.0, 0.0][: 2 + seed % 4]
        scores, outcome = simulate(seed, 400, beta, missing=0.1 if seed % 2 else 0.0)
        keep = ~np.isnan(scores).all(axis=1)
        scores, outcome = scores[keep], outcome[keep]
        prior = np.arange(1.0, len(beta) + 1) if with_prior else None
        found = learn(scores, outcome, ridge=ridge, prior=prior)
        oracle = by_scipy(scores, outcome, np.ones(len(outcome)), ridge, prior, method)
        assert found.kkt_residual < 1e-9
        assert_allclose(found.beta, oracle[1:], atol=2e-4)
        assert found.intercept == pytest.approx(oracle[0], abs=2e-4)
        assert_allclose(oracle[1:][list(found.at_bound)], 0, atol=2e-4)


def test_without_bounds_in_the_way_the_errors_are_those_of_logistic_regression() -> None:
    scores, outcome = simulate(3, 3000, [3.0, 2.0, 1.0])
    found = learn(scores, outcome, ridge=1e-6)
    x = np.column_stack([np.ones(len(outcome)), -scores / 100])
    p = 1 / (1 + np.exp(-x @ np.concatenate([[found.intercept], found.beta])))
    covariance = np.linalg.inv(x.T @ (x * (p * (1 - p))[:, None]))
    assert_allclose(found.standard_errors, np.sqrt(np.diag(covariance))[1:], rtol=1e-5)
    assert found.intercept_standard_error == pytest.approx(np.sqrt(covariance[0, 0]), rel=1e-5)
    total = found.beta.sum()
    jacobian = (np.eye(3) - np.outer(found.weights, np.ones(3))) / total
    of_weights = np.sqrt(np.diag(jacobian @ covariance[1:, 1:] @ jacobian.T))
    assert_allclose(found.weight_standard_errors, of_weights, rtol=1e-5)


def test_share_of_the_prior_and_condition_number_by_their_definitions() -> None:
    scores, outcome = simulate(23, 500, [3.0, 2.0, 2.0])
    scores[:, 2] = 0.7 * scores[:, 2] + 0.3 * scores[:, 1]
    prior, ridge = np.array([0.5, 0.3, 0.2]), 4.0
    found = learn(scores, outcome, prior=prior, ridge=ridge)
    assert not any(found.at_bound)
    x = np.column_stack([np.ones(len(outcome)), -scores / 100])
    p = 1 / (1 + np.exp(-found.log_odds(scores)))
    h = x.T @ (x * (p * (1 - p))[:, None])
    information = h[1:, 1:] - np.outer(h[1:, 0], h[0, 1:]) / h[0, 0]
    # The marginal prior of beta = t p + e, by its covariance instead of its precision.
    precision = np.linalg.inv(np.eye(3) / ridge + STRENGTH_SPREAD**2 * np.outer(prior, prior))
    d = np.trace(np.linalg.solve(information + precision, information))
    assert found.effective_parameters == pytest.approx(d, rel=1e-9)
    assert found.prior_share == pytest.approx(1 - (d - 1) / 2, rel=1e-9)
    scale = np.sqrt(np.diag(information))
    values = np.linalg.eigvalsh(information / np.outer(scale, scale))
    assert found.condition_number == pytest.approx(values[-1] / values[0], rel=1e-9)
    assert_allclose(
        found.standard_errors,
        np.sqrt(np.diag(np.linalg.inv(information + precision))),
        rtol=1e-9,
    )


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    columns=st.integers(1, 6),
    ridge=st.floats(1e-3, 1e3),
    with_prior=st.booleans(),
)
def test_laws(seed: int, columns: int, ridge: float, with_prior: bool) -> None:
    scores, outcome = simulate(seed, 250, [3.0] * columns, missing=0.05)
    random = np.random.default_rng(seed)
    weight = random.integers(0, 3, len(outcome)).astype(float)
    prior = random.uniform(0.1, 1, columns) if with_prior else None
    found = learn(scores, outcome, sample_weight=weight, ridge=ridge, prior=prior)
    assert (found.beta >= 0).all()
    assert found.weights.sum() == pytest.approx(1)
    assert not found.prior_share < 0  # NaN where one coefficient is all there is
    twice = np.repeat(np.arange(len(outcome)), weight.astype(int))
    random.shuffle(twice)
    repeated = learn(scores[twice], outcome[twice], ridge=ridge, prior=prior)
    assert found.beta.tolist() == repeated.beta.tolist()
    assert found.log_likelihood == repeated.log_likelihood
    better = np.clip(scores + random.uniform(0, 50, scores.shape), 0, 100)
    better = np.where(np.isnan(scores), np.nan, better)
    assert (found.log_odds(better) <= found.log_odds(scores)).all()


def test_frames_bring_names_and_a_prior_by_name() -> None:
    scores, outcome = simulate(5, 600, [3.0, 1.0])
    array = learn(scores, outcome, prior=[1.0, 3.0])
    frame = {"loyalty": scores[:, 0], "growth": scores[:, 1]}
    named = learn(frame, outcome == 1, prior={"growth": 3, "loyalty": 1})
    assert named.names == ("loyalty", "growth")
    assert array.names == ("0", "1")
    assert_allclose(named.beta, array.beta, rtol=0)
    assert_allclose(named.log_odds(frame), array.log_odds(scores), rtol=0)
    pandas = pytest.importorskip("pandas")
    assert (
        learn(pandas.DataFrame(frame), outcome, prior=[1, 3]).beta.tolist() == array.beta.tolist()
    )
    assert "loyalty" in named.summary()
    assert "events" in named.summary()
    with pytest.raises(kam.DataError, match="churn, growth"):
        learn(frame, outcome, prior={"loyalty": 1, "churn": 1})


def test_log_odds_fill_what_is_missing_and_refuse_what_is_no_score() -> None:
    scores, outcome = simulate(7, 600, [3.0, 1.0], missing=0.1)
    found = learn(scores, outcome)
    rows = np.array([[np.nan, 40.0], [found.fill_scores[0], 40.0], [50.0, 101.0]])
    odds = found.log_odds(rows)
    assert odds[0] == odds[1]
    assert np.isnan(odds[2])
    assert found.log_odds([[0.0, 0.0]])[0] == found.intercept
    drop = found.log_odds([[50.0, 0.0]]) - found.log_odds([[60.0, 0.0]])
    assert drop[0] == pytest.approx(found.log_odds_per_10[0])
    with pytest.raises(ValueError, match="2 columns"):
        found.log_odds([[1.0]])


def test_few_events_lean_on_the_prior_and_many_do_not() -> None:
    prior = [0.1, 0.9]
    few = learn(*simulate(1, 80, [4.0, 1.0]), prior=prior, ridge=10, minimum_events=10)
    many = learn(*simulate(1, 20_000, [4.0, 1.0]), prior=prior, ridge=10)
    assert few.prior_share > 0.6
    assert many.prior_share < 0.05
    assert abs(few.weights[1] - 0.9) < abs(many.weights[1] - 0.9)
    assert many.weights[0] == pytest.approx(0.8, abs=0.05)


def test_what_cannot_be_learned_from_is_said() -> None:
    scores, outcome = simulate(11, 200, [3.0, 1.0])
    outcome[:] = 0
    outcome[:12] = 1
    with pytest.raises(kam.InsufficientDataError, match="12 events and 188"):
        kam.learn_weights(scores, outcome)
    upside_down = np.linspace(0, 100, 200)[:, None]
    with pytest.raises(kam.InsufficientDataError, match="all coefficients are 0"):
        kam.learn_weights(upside_down, np.arange(200) >= 100)
    with pytest.raises(kam.InsufficientDataError, match=r"scores\[0\]"):
        kam.learn_weights(np.where([True, False], np.nan, scores), np.arange(200) % 2)


def test_rows_left_out_are_counted_and_warned_of() -> None:
    scores, outcome = simulate(13, 300, [3.0, 1.0])
    clean = learn(scores, outcome)
    outcome_more = np.append(outcome, [np.nan, 0.5, 1.0])
    scores_more = np.vstack([scores, [[50, 50], [50, 50], [50, 101]]])
    with pytest.warns(kam.RowWarning, match="2 rows were left out, first row 301"):
        found = kam.learn_weights(scores_more, outcome_more)
    assert (found.rows_used, found.rows_rejected, found.unknown_outcomes) == (300, 2, 1)
    assert found.beta.tolist() == clean.beta.tolist()


def test_separation_and_collinearity_are_warned_of() -> None:
    lost = np.arange(100) < 40
    scores = np.where(lost, 10.0, 90.0)[:, None]
    with pytest.warns(kam.ConvergenceWarning, match="separate"):
        found = kam.learn_weights(scores, lost)
    assert found.converged
    assert np.isfinite(found.beta).all()
    scores, outcome = simulate(17, 500, [3.0])
    with pytest.warns(kam.ConvergenceWarning, match="nearly the same"):
        twin = kam.learn_weights(np.hstack([scores, scores]), outcome)
    assert_allclose(twin.weights, 0.5, atol=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ridge": 0}, "`ridge`"),
        ({"ridge": np.nan}, "`ridge`"),
        ({"prior": [1, -2]}, r"prior\[1\]"),
        ({"prior": [1]}, "`prior`"),
        ({"prior": []}, "`prior`"),
        ({"minimum_events": -1}, "`minimum_events`"),
        ({"sample_weight": [1.0]}, "`weight`"),
        ({"sample_weight": []}, "`sample_weight`"),
        ({"outcome": [1.0]}, r"`scores\[0\]`"),
        ({"scores": [1.0, 2.0]}, "accounts x indicators"),
        ({"scores": np.empty((300, 0))}, "at least one column"),
        ({"scores": {"a": [1.0], "b": [1.0, 2.0]}}, "one length"),
        ({"scores": [["x", "y"]] * 300}, "not a number"),
    ],
)
def test_refusals_name_the_argument(change: dict[str, Any], message: str) -> None:
    scores, outcome = simulate(19, 300, [3.0, 1.0])
    with pytest.raises(ValueError, match=message):
        kam.learn_weights(**({"scores": scores, "outcome": outcome} | change))
