"""Portfolio sums: interval of the estimate, range of the outcome, bootstrap."""

from __future__ import annotations

import tracemalloc
from types import SimpleNamespace
from typing import Any

import kam
import numpy as np
import pytest
from conftest import KINDS, kind_name, to_columns, to_frame
from kam._churn.future import History, draw_orders
from kam._churn.totals import moved

HISTORY = {"frequency": [0.0, 2, 26, 5], "recency": [0.0, 30.43, 30.86, 8],
           "age": [38.0, 38.86, 31, 39]}  # fmt: skip
ESTIMATORS = (kam.BGNBD, kam.MBGNBD)


def total(model: Any, summary: Any, horizon: float = 39, **options: Any) -> dict[str, Any]:
    return to_columns(model.expected_orders_total(summary, horizon, **options))


def repeated(n: int) -> History:
    return History(*(np.repeat(np.array(HISTORY[k]), n) for k in ("frequency", "recency", "age")))


# ---- published numbers --------------------------------------------------------------------------


def test_sum_over_cdnow(bgnbd: Any, mbgnbd: Any, summary: Any) -> None:
    """Converged optimum, 50-digit computation: 1653.408698 and 1576.728302 orders in 39 weeks."""
    for model, value in ((bgnbd, 1653.408698), (mbgnbd, 1576.728302)):
        found = total(model, summary, draws=0)
        assert found["accounts"] == [2357]
        assert found["expected_orders"][0] == pytest.approx(value, rel=1e-6)
        assert found["expected_orders_pred_lo"] == [None]


# ---- an independent path ------------------------------------------------------------------------


@pytest.mark.parametrize("horizon", [4.0, 39.0])
def test_delta_interval_is_that_of_drawn_parameters(
    mbgnbd: Any, summary: Any, horizon: float
) -> None:
    """Brute force: draw the log-parameters from their normal distribution, sum again each time."""
    found = total(mbgnbd, summary, horizon, level=0.8, draws=0)
    rng = np.random.default_rng(11)
    covariance = np.reshape(mbgnbd._fitted.log_covariance, (4, 4))
    drawn = rng.multivariate_normal(np.zeros(4), covariance, size=1500)
    sums = [moved(mbgnbd, d).expected_orders(summary, horizon).sum() for d in drawn]
    se = np.log(found["expected_orders_hi"][0] / found["expected_orders"][0]) / 1.2815515655446004
    # sd of a sample of 1500 has a relative standard error of 1.8 %; curvature adds a little
    assert np.std(np.log(sums)) == pytest.approx(se, rel=0.08)
    np.testing.assert_allclose(
        np.quantile(sums, [0.1, 0.9]),
        [found["expected_orders_lo"][0], found["expected_orders_hi"][0]],
        rtol=0.01,
    )


def test_one_account_alone_has_its_own_interval(mbgnbd: Any) -> None:
    """The delta method of the C++ core, per account: another implementation."""
    frame = mbgnbd.expected_orders(HISTORY, 39, interval=True)
    found = total(mbgnbd, HISTORY, groups=np.arange(4), draws=0)
    for end in ("", "_lo", "_hi"):
        np.testing.assert_allclose(
            found[f"expected_orders{end}"], frame[f"expected_orders{end}"], rtol=1e-6
        )


@pytest.mark.parametrize("horizon", [3.0, 60.0])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_draws_have_the_moments_of_the_formulas(estimator: Any, horizon: float) -> None:
    """Mean and share without an order of 40,000 draws per account: two other formulas."""
    model = estimator.from_params(r=0.5248, alpha=6.183, a=0.8914, b=1.614)
    n = 40_000
    h = repeated(n)
    alive = np.repeat(model.probability_alive(HISTORY), n)
    drawn = draw_orders(model, h, alive, horizon, np.random.default_rng(2)).reshape(4, n)
    error = drawn.std(axis=1) / np.sqrt(n)
    expected, none = (
        model.expected_orders(HISTORY, horizon),
        model.probability_no_order(HISTORY, horizon),
    )
    assert (np.abs(drawn.mean(axis=1) - expected) < 4.5 * error + 1e-12).all()
    p_error = np.sqrt(none * (1 - none) / n)
    assert (np.abs((drawn == 0).mean(axis=1) - none) < 4.5 * p_error + 1e-12).all()


def _alive_mean(kind: str, params: dict[str, float], horizon: float, **columns: Any) -> Any:
    """(mean, standard error) of draws of accounts that are alive."""
    n = 60_000
    h = History(*(np.full(n, float(columns[k])) for k in ("x", "t_x", "T")))
    model = SimpleNamespace(params_=params, _kind=kind)
    drawn = draw_orders(model, h, np.ones(n), horizon, np.random.default_rng(4))
    return drawn.mean(), drawn.std() / np.sqrt(n)


def test_draws_of_the_pareto_nbd() -> None:
    """Given alive: (r+x)(b+T)/((a+T)(s-1)) (1 - ((b+T)/(b+T+t))^(s-1)), Schmittlein et al. 1987."""
    q = {"r": 0.553, "alpha": 10.58, "s": 0.606, "beta": 11.67}
    x, age, t = 6, 39, 52
    scale = (q["r"] + x) * (q["beta"] + age) / ((q["alpha"] + age) * (q["s"] - 1))
    exact = scale * (1 - ((q["beta"] + age) / (q["beta"] + age + t)) ** (q["s"] - 1))
    mean, error = _alive_mean("pareto_nbd", q, t, x=x, t_x=30, T=age)
    assert abs(mean - exact) < 4.5 * error


def test_draws_of_the_nbd() -> None:
    mean, error = _alive_mean("nbd", {"r": 0.385, "alpha": 12.07}, 39, x=3, t_x=20, T=30)
    assert abs(mean - 39 * 3.385 / 42.07) < 4.5 * error


def test_draws_of_the_bgbb() -> None:
    """Sum over periods of E[p] E[(1-theta)^k], both Beta posteriors."""
    q = {"alpha": 1.204, "beta": 0.75, "gamma": 0.657, "delta": 2.783}
    x, n, t = 4, 6, 5
    survive, exact = 1.0, 0.0
    for k in range(t):
        survive *= (q["delta"] + n + k) / (q["gamma"] + q["delta"] + n + k)
        exact += survive * (q["alpha"] + x) / (q["alpha"] + q["beta"] + n)
    mean, error = _alive_mean("bgbb", q, t, x=x, t_x=5, T=n)
    assert abs(mean - exact) < 4.5 * error


@pytest.mark.parametrize("kind", ["bgcnbd", "mbgcnbd"])
def test_draws_with_regular_orders(kind: str) -> None:
    """Erlang-3 gaps, brute force: rates by weights, the first gap by rejection."""
    q = {"k": 3.0, "r": 2.0, "alpha": 1.5, "a": 1.0, "b": 6.0}
    x, t_x, age, t = 4, 20.0, 24.0, 15.0
    rng = np.random.default_rng(9)
    rate = rng.gamma(q["r"] + 3 * x, 1 / (q["alpha"] + t_x), 400_000)
    gap = rng.gamma(3.0, 1 / rate)
    kept = gap > age - t_x  # weights the rates by the survival of the open gap
    rate, clock = rate[kept], gap[kept] - (age - t_x)
    leaves = rng.beta(q["a"], q["b"] + x + (kind == "mbgcnbd"), kept.sum())
    orders = np.zeros(len(rate))
    here = clock <= t
    while here.any():
        orders += here
        here &= rng.random(len(rate)) >= leaves
        clock += rng.gamma(3.0, 1 / rate)
        here &= clock <= t
    mean, error = _alive_mean(kind, q, t, x=x, t_x=t_x, T=age)
    both = np.hypot(error, orders.std() / np.sqrt(len(orders)))
    assert abs(mean - orders.mean()) < 4.5 * both


def test_the_range_of_the_outcome_covers_at_its_level() -> None:
    """The future of a portfolio drawn from the model lies in the 80 % range 80 % of the time."""
    model = kam.MBGNBD.from_params(r=0.8, alpha=8, a=0.8, b=2.5)
    age, later = 52.0, 26.0
    covered, n = 0, 120
    for i in range(n):
        long = _history(model, 150, age, later, np.random.default_rng([7, i]))
        found = total(model, long, later, draws=100, seed=i)
        covered += (
            found["expected_orders_pred_lo"][0] <= long["came"].sum()
            <= found["expected_orders_pred_hi"][0]
        )  # fmt: skip
    assert abs(covered - 0.8 * n) < 4 * np.sqrt(n * 0.16)


def _history(model: Any, n: int, age: float, later: float, rng: Any) -> dict[str, Any]:
    """One order at a time, cut at `age`: the story itself, not its posterior."""
    q = model.params_
    x, t_x, came = np.zeros(n), np.zeros(n), np.zeros(n)
    for i in range(n):
        rate, leaves, clock = rng.gamma(q["r"], 1 / q["alpha"]), rng.beta(q["a"], q["b"]), 0.0
        while rng.random() >= leaves:
            clock += rng.exponential(1 / rate)
            if clock > age + later:
                break
            if clock <= age:
                x[i], t_x[i] = x[i] + 1, clock
            else:
                came[i] += 1
    return {"frequency": x, "recency": t_x, "age": np.full(n, age), "came": came}


# ---- laws ---------------------------------------------------------------------------------------


def test_groups_add_up_and_share_the_uncertainty(mbgnbd: Any, summary: Any) -> None:
    group = np.where(summary["frequency"] > 0, "repeat", "once")
    apart, whole = total(mbgnbd, summary, groups=group), total(mbgnbd, summary)
    assert apart["group"] == ["repeat", "once"]
    assert apart["accounts"] == [946, 1411]
    assert sum(apart["expected_orders"]) == pytest.approx(whole["expected_orders"][0], rel=1e-12)
    by_column = total(mbgnbd, {**summary, "cohort": group}, groups="cohort")
    assert by_column == apart


def test_weights_scale_and_zero_leaves_out(mbgnbd: Any, summary: Any) -> None:
    one = total(mbgnbd, summary, seed=3)
    two = total(mbgnbd, summary, weights=np.full(2357, 2.0), seed=3)
    for name in ("", "_lo", "_hi", "_pred_lo", "_pred_hi"):
        assert two[f"expected_orders{name}"][0] == pytest.approx(
            2 * one[f"expected_orders{name}"][0], rel=1e-9
        )
    none = total(mbgnbd, summary, weights=np.zeros(2357))
    assert (none["expected_orders"], none["expected_orders_hi"]) == ([0], [0])


def test_a_wider_level_is_wider_and_a_seed_repeats(mbgnbd: Any, summary: Any) -> None:
    narrow, wide = (total(mbgnbd, summary, level=v, seed=5) for v in (0.5, 0.95))
    for name in ("", "_pred"):
        assert wide[f"expected_orders{name}_lo"] < narrow[f"expected_orders{name}_lo"]
        assert wide[f"expected_orders{name}_hi"] > narrow[f"expected_orders{name}_hi"]
    assert total(mbgnbd, summary, level=0.5, seed=5) == narrow
    assert total(mbgnbd, summary, 0.0)["expected_orders_pred_hi"] == [0]


def test_memory_does_not_grow_with_the_draws(mbgnbd: Any, summary: Any) -> None:
    peaks = []
    for draws in (20, 200):
        tracemalloc.start()
        total(mbgnbd, summary, draws=draws)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 200_000  # 180 more arrays of 2,357 doubles would be 3.4 MB


@pytest.mark.parametrize("kind", KINDS)
def test_frames_of_any_kind(kind: str, mbgnbd: Any) -> None:
    found = mbgnbd.expected_orders_total(to_frame(kind, HISTORY), 39)
    assert kind_name(found) == kind
    assert to_columns(found)["accounts"] == [4]


# ---- hostile input ------------------------------------------------------------------------------


def test_rows_that_cannot_be_read_are_left_out_and_told(mbgnbd: Any) -> None:
    bad = {k: [*v, np.nan] for k, v in HISTORY.items()}
    with pytest.warns(kam.RowWarning, match="1 of 5 rows are left out"):
        found = mbgnbd.expected_orders_total(bad, 39, seed=1)
    assert to_columns(found) == total(mbgnbd, HISTORY, seed=1)


@pytest.mark.parametrize(
    ("horizon", "options", "message"),
    [
        (-1, {}, "`horizon`"),
        (np.nan, {}, "`horizon`"),
        (39, {"level": 0}, "`level`"),
        (39, {"draws": -1}, "`draws`"),
        (39, {"weights": [1.0]}, "`weights` has 1 rows, expected 4"),
        (39, {"weights": [1.0, 1, 1, -1]}, "`weights` must be"),
        (39, {"weights": [1.0, 1, 1, np.inf]}, "`weights` must be"),
        (39, {"groups": ["a"]}, "`groups` has 1 rows, expected 4"),
        (39, {"groups": "cohort"}, "'cohort' is missing"),
    ],
)
def test_calls_that_make_no_sense(
    mbgnbd: Any, horizon: float, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        mbgnbd.expected_orders_total(HISTORY, horizon, **options)


# ---- bootstrap ----------------------------------------------------------------------------------


def test_bootstrap_agrees_with_the_hessian(bgnbd: Any, summary: Any) -> None:
    found = bgnbd.bootstrap(summary, 60, seed=1)
    assert (len(found), found.failed, found.names) == (60, 0, ["r", "alpha", "a", "b"])
    for name in ("r", "alpha"):  # a and b have long tails
        ratio = found.standard_error()[name] / bgnbd.standard_errors_[name]
        assert 0.65 < ratio < 1.4  # 60 refits: 9 % standard error of an sd
    lo, hi = found.interval(0.9)["r"]
    assert lo < bgnbd.params_["r"] < hi
    assert set(found.bias()) == {"r", "alpha", "a", "b"}
    assert "60 refits, 0 failed" in repr(found)


def test_bootstrap_of_a_statistic_repeats_and_continues(mbgnbd: Any, summary: Any) -> None:
    part = {k: v[:400] for k, v in summary.items()}

    def statistic(m: Any) -> float:
        return float(m.expected_orders_new(52))

    short = mbgnbd.bootstrap(part, 3, seed=8, statistic=statistic)
    long = mbgnbd.bootstrap(part, 5, seed=8, statistic=statistic)
    np.testing.assert_array_equal(short.values, long.values[:3])
    assert short.observed.tolist() == [mbgnbd.expected_orders_new(52)]
    named = mbgnbd.bootstrap(part, 2, seed=8, statistic=lambda m: {"year": statistic(m)})
    assert named.names == ["year"]
    np.testing.assert_array_equal(named.values, long.values[:2])


def test_bootstrap_counts_what_cannot_be_fitted() -> None:
    lazy = kam.MBGNBD.from_params(r=0.1, alpha=500, a=1, b=1)
    with pytest.raises(kam.InsufficientDataError, match="could not be fitted"):
        lazy.bootstrap({"frequency": [0, 0], "recency": [0, 0], "age": [1, 1]}, 5, seed=1)
    with pytest.raises(kam.InsufficientDataError, match="no row"):
        lazy.bootstrap({"frequency": [np.nan], "recency": [0], "age": [1]}, 5, seed=1)
    with pytest.raises(ValueError, match="`n`"):
        lazy.bootstrap(HISTORY, 1)
    with pytest.raises(ValueError, match="in a row"):
        lazy.bootstrap(HISTORY, 2, statistic=lambda _: np.ones((2, 2)))
