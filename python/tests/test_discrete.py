"""BG/BB, sBG and BdW as estimators.

Sources of the numbers: tests/churn/discrete_published_test.cpp.
"""

from __future__ import annotations

import json
import math
import pickle
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pandas as pd
import polars as pl
import pytest
from commands import Kam
from numpy.testing import assert_allclose
from scipy import special

DONORS = {
    "frequency": [0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6],
    "recency": [0, 1, 2, 3, 4, 5, 6, 2, 3, 4, 5, 6, 3, 4, 5, 6, 4, 5, 6, 5, 6, 6],
    "periods": [6] * 22,
}
DONORS = {name: np.array(values, dtype=float) for name, values in DONORS.items()}
COUNTS = [3464, 1091, 277, 129, 78, 119, 129, 613, 255, 155, 173]
COUNTS += [234, 322, 181, 225, 357, 240, 284, 512, 335, 728, 1203]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]


@pytest.fixture(scope="module")
def donors() -> kam.BGBB:
    return kam.BGBB().fit(DONORS, sample_weight=COUNTS)


@pytest.fixture(scope="module")
def regular() -> kam.ShiftedBetaGeometric:
    return kam.ShiftedBetaGeometric().fit_cohort(REGULAR)


@pytest.fixture(scope="module")
def weibull() -> kam.BetaDiscreteWeibull:
    return kam.BetaDiscreteWeibull().fit_cohort(HIGH_END)


def individuals(active: list[int]) -> dict[str, Any]:
    left = -np.diff(active)
    duration = np.repeat(np.arange(1, len(active)), left)
    stayed = np.full(active[-1], len(active) - 1)
    event = np.concatenate([np.ones(len(duration)), np.zeros(len(stayed))])
    return {"duration": np.concatenate([duration, stayed]).astype(float), "event": event}


# ---- published ----------------------------------------------------------------------------------


def test_donations_fit(donors: kam.BGBB) -> None:
    assert donors.converged_
    assert_allclose(donors.log_likelihood_, -33225.581274347, rtol=1e-12)
    expected = {
        "alpha": (1.203522352, 0.06939136),
        "beta": (0.7497163582, 0.02944772),
        "gamma": (0.6567182084, 0.05100986),
        "delta": (2.783442233, 0.3208190),
    }
    for name, (value, error) in expected.items():
        assert_allclose(donors.params_[name], value, rtol=1e-8)
        assert_allclose(donors.standard_errors_[name], error, rtol=1e-6)
    assert donors.unit_ == "period"
    assert "11104 accounts" in donors.summary()


def test_donations_predictions(donors: kam.BGBB) -> None:
    alive = donors.probability_alive(DONORS)
    assert_allclose(alive[[0, -1]], [0.108135, 0.930431], atol=2e-5)
    assert abs(float(np.dot(donors.expected_orders(DONORS, 5), COUNTS)) - 12884.2) < 0.5
    dert = donors.discounted_expected_orders(DONORS, discount=0.1)
    assert_allclose(dert[[0, -1]], [0.11475272, 5.9098942], rtol=1e-7)
    new = [donors.expected_orders_new(n) for n in (1, 5, 11)]
    assert_allclose(new, [0.4985, 1.9381, 3.3887], atol=5.1e-5)
    assert_allclose(11104 * donors.probability_of_orders_new(0, 6), 3454.9, atol=0.06)


def test_cohort_fits(regular: kam.ShiftedBetaGeometric, weibull: kam.BetaDiscreteWeibull) -> None:
    # .704, not the .688 of another package's test: see docs/models/sbg.md.
    assert_allclose(list(regular.params_.values()), [0.7040772985, 1.182043026], rtol=1e-8)
    assert_allclose(regular.log_likelihood_, -1680.265188463, rtol=1e-12)
    assert_allclose(
        list(weibull.params_.values()), [0.2142533393, 1.426574875, 1.723564849], rtol=1e-8
    )
    assert_allclose(weibull.log_likelihood_, -1605.314213214, rtol=1e-12)


def test_cohort_predictions(regular: kam.ShiftedBetaGeometric) -> None:
    assert_allclose(
        100 * regular.survival(np.arange(8, 13)),
        [22.0085, 20.4411, 19.1190, 17.9865, 17.0037],
        atol=5.1e-5,
    )
    assert_allclose(regular.retention([1, 2, 3]), [0.626706, 0.756047, 0.818823], atol=5.1e-7)
    assert_allclose(regular.discounted_lifetime(discount=0.1), 3.694908428, rtol=1e-9)
    assert_allclose(
        regular.discounted_residual([0, 1, 4], discount=0.1),
        [2.964399270, 4.103139775, 5.894095361],
        rtol=1e-9,
    )


def test_bdw_of_four_renewals_as_retenmod() -> None:
    """retenmod (apwheele/retenmod): two versions of its README print two fits of one cohort.

    The first years of the high-end cohort of Fader & Hardie (2007), table 1, as a cohort of 100.
    Both stop early; the optimum is that of Newton's method with 40 digits (mpmath).
    """
    active = np.array([100, 86.9, 74.3, 65.3, 59.3])
    with pytest.warns(kam.ConvergenceWarning, match="weakly identified"):
        fit = kam.BetaDiscreteWeibull().fit_cohort(active)
    assert fit.converged_
    optimum = [0.25933573151117, 1.7225514880867, 1.5843615150229]
    assert_allclose(list(fit.params_.values()), optimum, rtol=1e-9)
    assert_allclose(fit.log_likelihood_, -122.274931824082178, rtol=1e-13)
    assert_allclose(
        100 * fit.survival(np.arange(5, 11)), [54.66, 51.04, 48.10, 45.67, 43.60, 41.82], atol=5e-3
    )
    printed = {
        (0.25936956, 1.72276277, 1.58428486): (
            [86.91461917, 74.19279214, 65.4782142, 59.29285689, 54.66042806]
            + [51.03612954, 48.10353484, 45.66783454, 43.60259479, 41.82202357]
        ),
        (0.25933745, 1.72255566, 1.58435482): (
            [86.91465993, 74.19282362, 65.47843633, 59.29329063, 54.66104739]
            + [51.03690317, 48.10443553, 45.66884023, 43.60368795, 41.82319022]
        ),
    }
    for (a, b, c), curve in printed.items():
        theirs = kam.BetaDiscreteWeibull.from_params(alpha=a, beta=b, c=c)
        assert_allclose(100 * theirs.survival(np.arange(1, 11)), curve, rtol=2e-8)
        assert_allclose([a, b, c], optimum, rtol=1.5e-4)
        survival = theirs.survival(np.arange(5))
        left, stayed = -np.diff(survival), survival[-1]
        likelihood = -np.diff(active) @ np.log(left) + active[-1] * np.log(stayed)
        assert 0 < fit.log_likelihood_ - likelihood < 1e-8


# ---- laws and independent paths -----------------------------------------------------------------


def test_residual_is_the_hypergeometric_function() -> None:
    model = kam.ShiftedBetaGeometric.from_params(alpha=2.3, beta=4.1)
    n, v = np.arange(6.0), 1 / 1.08
    closed = (4.1 + n) / (6.4 + n) * special.hyp2f1(1, 5.1 + n, 7.4 + n, v)
    assert_allclose(model.discounted_residual(n, discount=0.08), closed, rtol=1e-12)


def test_individuals_and_cohort_agree(regular: kam.ShiftedBetaGeometric) -> None:
    rows = individuals(REGULAR)
    for frame in (rows, pd.DataFrame(rows), pl.DataFrame(rows)):
        model = kam.ShiftedBetaGeometric().fit(frame)
        assert_allclose(list(model.params_.values()), list(regular.params_.values()), rtol=1e-9)
    assert_allclose(model.log_likelihood(rows).sum(), model.log_likelihood_, rtol=1e-12)


def test_weights_are_repetition(donors: kam.BGBB) -> None:
    rows = {name: np.repeat(values, COUNTS) for name, values in DONORS.items()}
    assert kam.BGBB().fit(rows).params_ == donors.params_


def test_churn_and_survival_are_complements(weibull: kam.BetaDiscreteWeibull) -> None:
    n = np.arange(10)
    total = weibull.predict_churn(n, 3) + weibull.predict_survival(n, 3)
    assert_allclose(total, 1, rtol=1e-14)
    assert_allclose(weibull.survival(4), np.prod(weibull.retention([1, 2, 3, 4])), rtol=1e-13)
    assert weibull.hazard(2) == pytest.approx(1 - weibull.retention(2), abs=1e-15)
    assert_allclose(weibull.predict_churn({"duration": n}, 3), weibull.predict_churn(n, 3))


def test_simulated_accounts_give_the_parameters_back() -> None:
    truth = {"alpha": 1.5, "beta": 2.5, "gamma": 1.2, "delta": 6.0}
    rows = kam.BGBB.from_params(**truth).simulate(40000, 12, seed=5)
    model = kam.BGBB().fit(rows)
    for name, value in truth.items():
        assert abs(model.params_[name] - value) < 4 * model.standard_errors_[name]
    renewals = kam.BetaDiscreteWeibull.from_params(alpha=0.8, beta=4, c=1.4)
    fitted = kam.BetaDiscreteWeibull().fit(renewals.simulate(40000, 10, seed=2))
    assert abs(fitted.params_["c"] - 1.4) < 4 * fitted.standard_errors_["c"]


def test_intervals_are_frames_of_the_same_kind(
    donors: kam.BGBB, weibull: kam.BetaDiscreteWeibull
) -> None:
    frame = donors.expected_orders(pd.DataFrame(DONORS), 5, interval=True)
    assert list(frame.columns) == ["expected_orders", "expected_orders_lo", "expected_orders_hi"]
    assert (frame.expected_orders_lo < frame.expected_orders).all()
    assert (frame.expected_orders < frame.expected_orders_hi).all()
    churn = weibull.predict_churn([0, 3], 1, interval=True)
    assert (churn["churn_probability_lo"] < churn["churn_probability_hi"]).all()
    residual = weibull.discounted_residual([0, 3], discount=0.1, interval=True)
    assert (residual["discounted_residual_lo"] < residual["discounted_residual_hi"]).all()


def test_json_and_pickle_keep_the_bits(
    donors: kam.BGBB, regular: kam.ShiftedBetaGeometric, weibull: kam.BetaDiscreteWeibull
) -> None:
    for model in (donors, regular, weibull):
        text = model.to_json()
        assert '"period"' in text
        for copy in (type(model).from_json(text), pickle.loads(pickle.dumps(model))):
            assert copy.params_ == model.params_
            assert copy.standard_errors_ == model.standard_errors_
            assert copy.unit_ == "period"
    with pytest.raises(kam.VersionError):
        kam.BGBB.from_json(regular.to_json())


# ---- hostile ------------------------------------------------------------------------------------


def test_bad_rows_are_nan_and_counted(donors: kam.BGBB) -> None:
    rows = {"frequency": [1, 3, math.nan], "recency": [2, 2, 1], "periods": [6, 6, 6]}
    with pytest.warns(kam.RowWarning, match="2 rows are NaN"):
        orders = donors.expected_orders(rows, 3)
    assert np.isfinite(orders[0])
    assert np.isnan(orders[1:]).all()
    renewals = individuals(REGULAR)
    renewals["duration"][5] = 0.5
    with pytest.warns(kam.RowWarning, match="1 rows that cannot be read are left out"):
        kam.ShiftedBetaGeometric().fit(renewals)


def test_bad_calls_name_the_argument(donors: kam.BGBB, regular: kam.ShiftedBetaGeometric) -> None:
    with pytest.raises(ValueError, match="periods"):
        donors.expected_orders(DONORS, -1)
    with pytest.raises(ValueError, match="discount"):
        donors.discounted_expected_orders(DONORS, discount=-0.1)
    with pytest.raises(ValueError, match="horizon"):
        donors.expected_orders_new(1.5)
    with pytest.raises(ValueError, match="alpha"):
        kam.BGBB.from_params(alpha=-1, beta=1, gamma=1, delta=1)
    with pytest.raises(ValueError, match="unit"):
        kam.BGBB.from_params(alpha=1, beta=1, gamma=1, delta=1, unit="week")
    with pytest.raises(ValueError, match="not fitted"):
        kam.BetaDiscreteWeibull().survival(2)
    with pytest.raises(ValueError, match="never rise"):
        kam.ShiftedBetaGeometric().fit_cohort([100, 120])
    with pytest.raises(ValueError, match="sample_weight"):
        kam.BGBB().fit(DONORS, sample_weight=[1, 2])
    with pytest.raises(kam.InsufficientDataError):
        kam.ShiftedBetaGeometric().fit_cohort([100, 100, 100])
    with pytest.raises(kam.DataError):
        kam.BGBB().fit({"frequency": [1], "recency": [1]})
    assert np.isnan(regular.survival(-1))
    assert np.isnan(regular.expected_lifetime())  # alpha < 1


def test_constant_churn_is_told() -> None:
    with pytest.warns(kam.ConvergenceWarning, match=r"alike.*0\.2000"):
        model = kam.ShiftedBetaGeometric().fit_cohort([1000, 800, 640, 512])
    assert model.stop_reason_ == "boundary"


# ---- command line -------------------------------------------------------------------------------


def test_fit_on_the_command_line(tmp_path: Path, run: Kam) -> None:
    rows = individuals(REGULAR)
    path = tmp_path / "renewals.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    facts = json.loads(run("fit", "sbg", path, "--json").out)
    assert_allclose(facts["parameters"]["alpha"], 0.7040772985, rtol=1e-8)
    assert facts["unit"] == "period"
    assert facts["converged"] is True
    saved = tmp_path / "bdw.json"
    assert run("fit", "bdw", path, "--save", saved).code == 0
    assert kam.BetaDiscreteWeibull.from_json(saved.read_text()).params_["c"] > 1
    donors = tmp_path / "donors.csv"
    pd.DataFrame({n: np.repeat(v, COUNTS) for n, v in DONORS.items()}).to_csv(donors, index=False)
    facts = json.loads(run("fit", "bgbb", donors, "--json").out)
    assert_allclose(facts["parameters"]["gamma"], 0.6567182084, rtol=1e-8)
    assert facts["accounts"] == 11104
