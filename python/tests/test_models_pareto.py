"""ParetoNBD and NBD as estimators.

Reference numbers without a source are converged optima, 40 to 50 digits, of the papers' formulas.
"""

from __future__ import annotations

import json
import pickle
from itertools import pairwise
from pathlib import Path
from typing import Any

import kam
import mpmath
import numpy as np
import pytest
from commands import Kam
from numpy.testing import assert_allclose

OPTIMUM = {"r": 0.5532770469, "alpha": 10.57768346, "s": 0.6062399891, "beta": 11.66873529}
ERRORS = [0.04762793, 0.8427225, 0.1872813, 6.211114]
BUSIEST = {"frequency": [26], "recency": [216 / 7], "age": [31]}


# Small portfolios and samples identify beta badly, and the fit says so.
pytestmark = pytest.mark.filterwarnings("ignore::kam.ConvergenceWarning")


@pytest.fixture(scope="module")
def pareto(summary: Any) -> kam.ParetoNBD:
    with pytest.warns(kam.ConvergenceWarning, match="^weakly identified: `beta`, known"):
        return kam.ParetoNBD().fit(summary)


@pytest.fixture(scope="module")
def nbd(summary: Any) -> kam.NBD:
    return kam.NBD().fit(summary)


def accounts(x: Any, t_x: Any, age: Any) -> dict[str, list[float]]:
    columns = np.broadcast_arrays(*map(np.atleast_1d, (x, t_x, age)))
    return dict(zip(("frequency", "recency", "age"), (c.tolist() for c in columns), strict=True))


# ---- published numbers --------------------------------------------------------------------------


def test_cdnow_optimum(pareto: kam.ParetoNBD, nbd: kam.NBD) -> None:
    assert pareto.params_ == pytest.approx(OPTIMUM, rel=1e-9)
    assert list(pareto.standard_errors_.values()) == pytest.approx(ERRORS, rel=1e-6)
    assert pareto.log_likelihood_ == pytest.approx(-9594.976178940, rel=1e-12)
    assert pareto.converged_
    assert pareto.n_iter_ < 50
    # BTYDplus 1.2.0 prints .3847658753 and 12.0720137321.
    assert nbd.params_ == pytest.approx({"r": 0.3847658753, "alpha": 12.0720137321}, rel=1e-6)
    assert nbd.log_likelihood_ == pytest.approx(-9763.657615, rel=1e-10)


def test_what_lifetimes_prints(pareto: kam.ParetoNBD) -> None:
    """lifetimes 0.11.3, tests/test_estimation.py: parameters to 2 digits of its Nelder-Mead, the
    BTYD manual's expected purchases, and the customers that once underflowed."""
    assert list(pareto.params_.values()) == pytest.approx([0.553, 10.578, 0.606, 11.669], abs=5e-4)
    manual = [0, 0.05077821, 0.09916088, 0.14542507, 0.1897993, 0.23247466, 0.27361274]
    new = [pareto.expected_orders_new(t) for t in range(7)]
    assert_allclose(new, manual, atol=0.01)
    rounded = kam.ParetoNBD.from_params(r=0.55, alpha=10.58, s=0.61, beta=11.67)
    orders = rounded.expected_orders(accounts([132, 133], 200, 200), 10)
    assert_allclose(orders, [6.2060517889629, 6.2528722475745], rtol=1e-13)
    busy = kam.ParetoNBD.from_params(r=0.5143, alpha=2.8845, s=0.2856, beta=14.1087)
    alive = busy.probability_alive(
        accounts([221, 254], [103.42857, 97.14286], [103.57143, 97.28571])
    )
    assert_allclose(alive, [0.99959605231794, 0.99955822612301], rtol=1e-12)


def test_the_busiest_customer(pareto: kam.ParetoNBD) -> None:
    assert pareto.probability_alive(BUSIEST)[0] == pytest.approx(0.9978734047, rel=1e-9)
    assert pareto.expected_orders(BUSIEST, 52)[0] == pytest.approx(25.45518350, rel=1e-9)
    dert = pareto.discounted_expected_orders(BUSIEST, delta_continuous=0.0025)
    assert dert[0] == pytest.approx(90.03348529, rel=1e-9)
    assert pareto.expected_orders_new(52) == pytest.approx(1.473434288, rel=1e-9)


def test_sums_over_cdnow(pareto: kam.ParetoNBD, summary: Any) -> None:
    assert pareto.probability_alive(summary).sum() == pytest.approx(1051.875247, abs=2e-6)
    assert pareto.expected_orders(summary, 39).sum() == pytest.approx(1665.513107, abs=2e-6)
    dert = pareto.discounted_expected_orders(summary, delta_continuous=0.0025)
    assert dert.sum() == pytest.approx(7522.461373, abs=2e-5)


# ---- another path -------------------------------------------------------------------------------


def test_the_textbook_formula(pareto: kam.ParetoNBD) -> None:
    """Likelihood and P(alive) as the difference of two 2F1, with 60 digits to lose."""
    r, alpha, s, beta = (mpmath.mpf(v) for v in pareto.params_.values())
    with mpmath.workdps(60):
        for x, t_x, age in [(0, 0, 38.0), (3, 20.0, 30.0), (40, 12.0, 31.0)]:
            big, b = (alpha, s + 1) if alpha >= beta else (beta, r + x)

            def part(y: Any, big: Any = big, b: Any = b, x: int = x) -> Any:
                z = abs(alpha - beta) / (big + y)
                return mpmath.hyp2f1(r + s + x, b, r + s + x + 1, z) / (big + y) ** (r + s + x)

            gone = s / (r + s + x) * (part(mpmath.mpf(t_x)) - part(mpmath.mpf(age)))
            stays = (alpha + age) ** -(r + x) * (beta + age) ** -s
            log_likelihood = mpmath.log(
                mpmath.gamma(r + x) / mpmath.gamma(r) * alpha**r * beta**s * (stays + gone)
            )
            row = accounts(x, t_x, age)
            assert pareto.log_likelihood(row)[0] == pytest.approx(float(log_likelihood), rel=1e-12)
            alive = float(stays / (stays + gone))
            assert pareto.probability_alive(row)[0] == pytest.approx(alive, rel=1e-12)


def test_simulation_agrees_with_the_formulas() -> None:
    model = kam.ParetoNBD.from_params(r=0.6, alpha=6, s=0.8, beta=12)
    drawn = model.simulate(100_000, 30.0, seed=5)
    orders = drawn["frequency"]
    assert orders.mean() == pytest.approx(
        model.expected_orders_new(30), abs=4 * orders.std() / 100_000**0.5
    )
    for n in (0, 1, 5):
        share = model.probability_of_orders(n, 30)
        assert (orders == n).mean() == pytest.approx(share, abs=4 * (share / 100_000) ** 0.5)
    fitted = kam.ParetoNBD().fit(drawn)
    for name, value in model.params_.items():
        assert abs(fitted.params_[name] - value) < 4 * fitted.standard_errors_[name]


# ---- laws ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pareto", "nbd"])
def test_laws_of_the_verbs(request: pytest.FixtureRequest, name: str, summary: Any) -> None:
    model = request.getfixturevalue(name)
    alive = model.probability_alive(summary)
    assert ((alive >= 0) & (alive <= 1)).all()
    silent = [model.probability_no_order(summary, h) for h in (0, 1, 13, 1e6)]
    assert_allclose(silent[0], 1, rtol=1e-14)
    assert all((a >= b).all() for a, b in pairwise(silent))
    near, far = (model.expected_orders(summary, h) for h in (13, 26))
    assert (far > near).all()
    endless = model.discounted_expected_orders(summary, delta_continuous=0.01)
    within = model.discounted_expected_orders(summary, horizon=500, delta_continuous=0.01)
    assert (endless > within).all()
    at_zero = model.discounted_expected_orders(summary, horizon=26, delta_continuous=0.0)
    assert_allclose(at_zero, far, rtol=1e-14)
    assert model.log_likelihood(summary).sum() == pytest.approx(model.log_likelihood_, rel=1e-12)
    counts = sum(model.probability_of_orders(n, 13, summary) for n in range(150))
    assert_allclose(counts, 1, rtol=1e-9)
    assert_allclose(model.probability_of_orders(0, 13, summary), silent[2], rtol=1e-13)


def test_intervals(pareto: kam.ParetoNBD, summary: Any) -> None:
    for frame, name in [
        (pareto.expected_orders(summary, 39, interval=True), "expected_orders"),
        (pareto.probability_alive(summary, interval=True), "probability_alive"),
        (pareto.probability_no_order(summary, 39, interval=True), "probability_no_order"),
    ]:
        low, middle, high = (np.asarray(frame[name + end]) for end in ("_lo", "", "_hi"))
        assert ((low <= middle) & (middle <= high)).all()
        assert (high > low).mean() > 0.9


def test_alive_at_a_later_time(pareto: kam.ParetoNBD, summary: Any) -> None:
    p = pareto.params_
    later = pareto.probability_alive_at(summary, 52)
    age = np.asarray(summary["age"], dtype=float)
    fall = ((p["beta"] + age) / (p["beta"] + age + 52)) ** p["s"]
    assert_allclose(later, pareto.probability_alive(summary) * fall, rtol=1e-13)


def test_weights_are_repetitions(summary: Any) -> None:
    few = {
        k: np.asarray(v)[:200] for k, v in summary.items() if k in ("frequency", "recency", "age")
    }
    twice = {k: np.concatenate([v, v]) for k, v in few.items()}
    for model in (kam.NBD, kam.ParetoNBD):
        assert (
            model().fit(few, sample_weight=np.full(200, 2.0)).params_ == model().fit(twice).params_
        )


# ---- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pareto", "nbd"])
def test_json_and_pickle_keep_every_bit(request: pytest.FixtureRequest, name: str) -> None:
    model = request.getfixturevalue(name)
    text = model.to_json()
    assert type(model).from_json(text).to_json() == text
    assert pickle.loads(pickle.dumps(model)).to_json() == text
    with pytest.raises(kam.VersionError):
        kam.MBGNBD.from_json(text)


def test_the_command_line_fits_both(run: Kam, tmp_path: Path, pareto: kam.ParetoNBD) -> None:
    rows = "frequency,recency,age\n" + "\n".join(
        f"{x},{t_x},{age}" for x, t_x, age in [(0, 0, 30), (2, 10, 30), (5, 28, 30), (1, 3, 20)] * 9
    )
    path = tmp_path / "summary.csv"
    path.write_text(rows + "\n", encoding="utf-8")
    for name, parameters in (("pareto-nbd", "r alpha s beta"), ("nbd", "r alpha")):
        done = run("fit", name, path, "--json")
        assert done.code == 0, done.err
        facts = json.loads(done.out)
        assert facts["model"] == name
        assert list(facts["parameters"]) == parameters.split()


# ---- hostile ------------------------------------------------------------------------------------


def test_bad_arguments(pareto: kam.ParetoNBD) -> None:
    one = accounts(1, 2, 3)
    with pytest.raises(ValueError, match="horizon"):
        pareto.expected_orders(one, -1)
    with pytest.raises(ValueError, match="delta"):
        pareto.discounted_expected_orders(one, delta_continuous=0.0)
    with pytest.raises(ValueError, match="whole number"):
        pareto.probability_of_orders(1.5, 3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="horizon"):
        pareto.probability_of_orders(1, -3)
    with pytest.raises(ValueError, match="parameters must be r, alpha, s, beta"):
        kam.ParetoNBD.from_params(r=1, alpha=1, a=1, b=1)
    with pytest.raises(ValueError, match="`s` must be finite and > 0, got -1"):
        kam.ParetoNBD.from_params(r=1, alpha=1, s=-1, beta=1)
    with pytest.raises(kam.InsufficientDataError):
        kam.ParetoNBD().fit(accounts([0, 0], 0, [3, 4]))


def test_a_bad_row_is_missing_and_named(pareto: kam.ParetoNBD) -> None:
    with pytest.warns(kam.RowWarning):
        values = pareto.expected_orders(accounts([1, 1, 2.5], [2, 9, 2], [3, 3, 3]), 4)
    assert np.isfinite(values[0])
    assert np.isnan(values[1:]).all()


def test_one_drop_out_rate_for_all_is_reported_as_a_limit() -> None:
    rng = np.random.default_rng(3)
    n = 4000
    age = 40.0
    rate = rng.gamma(0.8, 1 / 6, n)
    end = 15 + 10 * rng.random(n)  # lifetimes that differ less than exponential ones
    x = rng.poisson(rate * end).astype(float)
    recency = np.where(x > 0, end * rng.random(n) ** (1 / np.maximum(x, 1)), 0)
    made = {"frequency": x, "recency": recency, "age": np.full(n, age)}
    with pytest.warns(kam.ConvergenceWarning):
        model = kam.ParetoNBD().fit(made)
    assert model.stop_reason_ == "boundary"
    assert model.warning_.startswith("`s`, `beta` run to infinity")
    assert model.params_["s"] / model.params_["beta"] == pytest.approx(0.05, rel=0.3)
    assert np.isnan(model.standard_errors_["beta"])
    assert np.isfinite(model.expected_orders(made, 10)).all()
