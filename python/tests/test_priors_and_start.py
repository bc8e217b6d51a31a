"""Priors and warm starts of the order models."""

from __future__ import annotations

from typing import Any

import kam
import numpy as np
import pytest
from scipy import optimize

# Small samples: a weak fit is said, and not what these tests are about.
pytestmark = pytest.mark.filterwarnings("ignore:.*weakly identified:kam.ConvergenceWarning")

MODELS = [kam.BGNBD, kam.MBGNBD]
PRIOR = {"order_rate": (0.1, 0.7), "dropout": (0.25, 0.8)}


@pytest.mark.parametrize("model", MODELS)
def test_a_warm_start_finds_the_same_optimum_sooner(model: Any, summary: Any, sample: Any) -> None:
    last_month = model().fit(kam.summarize(sample, as_of="1997-08-31"))
    cold, warm = model().fit(summary), model().fit(summary, start=last_month)
    assert warm.params_ == pytest.approx(cold.params_, rel=1e-7)
    assert warm.n_iter_ <= cold.n_iter_
    assert model().fit(summary, start=cold).n_iter_ < cold.n_iter_


def test_a_start_of_another_model_or_unit_is_refused(summary: Any, bgnbd: kam.BGNBD) -> None:
    with pytest.raises(TypeError, match="`start` must be a MBGNBD"):
        kam.MBGNBD().fit(summary, start=bgnbd)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="unit week, the fit day"):
        kam.BGNBD().fit(summary, unit="day", start=bgnbd)
    with pytest.raises(ValueError, match="not fitted"):
        kam.BGNBD().fit(summary, start=kam.BGNBD())


@pytest.mark.parametrize("model", MODELS)
def test_the_mode_agrees_with_a_general_optimiser(model: Any) -> None:
    truth = model.from_params(r=1.2, alpha=12, a=0.5, b=1.5)
    accounts = truth.simulate(60, 30.0, seed=4)
    fit = model().fit(accounts, prior=PRIOR)

    def log_posterior(log_params: Any) -> float:
        r, alpha, a, b = np.exp(log_params)
        plain = model.from_params(r=r, alpha=alpha, a=a, b=b)
        value = plain.log_likelihood(accounts).sum()
        value -= 0.5 * (np.log(r / alpha / 0.1) / 0.7) ** 2
        value -= 0.5 * ((np.log(a / b) - np.log(0.25 / 0.75)) / 0.8) ** 2
        value -= 0.5 * (np.log(1 / r) / 1.5) ** 2
        value -= 0.5 * (np.log(1 / (a + b) / 0.5) / 1.5) ** 2
        return float(value)

    found = optimize.minimize(
        lambda p: -log_posterior(p), np.log([1, 10, 0.5, 1.5]), method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 20000, "maxfev": 20000},
    )  # fmt: skip
    assert fit.log_likelihood_ + fit.log_prior_ == pytest.approx(-found.fun, abs=1e-8)
    assert list(fit.params_.values()) == pytest.approx(np.exp(found.x), rel=1e-4)
    assert 0.1 < fit.prior_weight_ < 1
    assert "weight of the prior" in fit.summary()
    again = model.from_json(fit.to_json())
    assert (again.log_prior_, again.prior_weight_) == (fit.log_prior_, fit.prior_weight_)


def test_without_a_prior_nothing_is_said_of_one(bgnbd: kam.BGNBD) -> None:
    assert bgnbd.log_prior_ == bgnbd.prior_weight_ == 0
    assert "prior" not in bgnbd.summary() + bgnbd.to_json()


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        ({"order_rte": (1, 1)}, "knows order_rate"),
        ({"order_rate": 3}, r"must be \(median, sigma\)"),
        ({"order_rate": (-1, 1)}, "order_rate.median"),
        ({"dropout": (1.5, 1)}, "dropout.median"),
        ({"dropout": (0.5, float("nan"))}, "dropout.sigma"),
    ],
)
def test_wrong_priors_are_refused_by_name(summary: Any, prior: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kam.BGNBD().fit(summary, prior=prior)


def test_beliefs_can_be_switched_off(summary: Any, bgnbd: kam.BGNBD) -> None:
    off = {"rate_heterogeneity": None, "dropout_heterogeneity": None}
    fit = kam.BGNBD().fit(summary, prior=off)
    assert fit.params_ == pytest.approx(bgnbd.params_, rel=1e-9)
    assert fit.log_prior_ == 0
