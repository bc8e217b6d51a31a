"""Calibration and evaluation against scikit-learn, SciPy and the definitions."""

import json
import pickle
import warnings
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, logit

DATA = Path(__file__).parent.parent.parent / "tests/data"
metrics = pytest.importorskip("sklearn.metrics")


@pytest.fixture(scope="module")
def telco():
    p, y = np.loadtxt(DATA / "telco_logistic_scores.csv", delimiter=",", skiprows=1).T
    return y, p


def simulated(seed=1, n=600, steps=0):
    random = np.random.default_rng(seed)
    x = random.normal(-1, 1.5, n)
    p = expit(x)
    if steps:
        p = np.clip(np.round(p * steps), 1, steps - 1) / steps
        x = logit(p)
    y = (random.uniform(size=n) < expit(0.7 * x + 0.3)).astype(float)
    return y, p, np.round(np.exp(random.normal(5, 1.2, n)))


METHODS = ("platt", "temperature", "beta", "isotonic", "venn_abers")


# --- calibration ---------------------------------------------------------------------------------


def test_telco_by_scikit_learn(telco):
    """Printed by scikit-learn 1.2.1; its Platt parameters have the opposite sign."""
    y, p = telco
    platt = kam.calibrate(y, p)
    assert platt.params["slope"] == pytest.approx(0.99847448, abs=5e-9)
    assert platt.params["intercept"] == pytest.approx(-0.00090854, abs=5e-9)
    assert np.mean((platt.predict(p) - y) ** 2) == pytest.approx(0.137951657, abs=5e-10)
    beta = kam.calibrate(y, p, "beta")
    assert list(beta.params.values()) == pytest.approx(
        [0.92662473, 1.16235265, -0.17808938], abs=5.1e-9
    )
    isotonic = kam.calibrate(y, p, method="isotonic")
    assert len(np.unique(isotonic.params["value"])) == 37
    assert np.mean((isotonic.predict(p) - y) ** 2) == pytest.approx(0.136497427964, abs=1e-12)


def test_platt_on_probabilities_is_worse(telco):
    """What scikit-learn 1.2.1 does: Platt's line through the probabilities, not their log-odds.

    His smoothed targets are weights of an ordinary logistic regression.
    """
    y, p = telco
    lost, kept = y.sum(), (1 - y).sum()
    target = np.where(y == 1, (lost + 1) / (lost + 2), 1 / (kept + 2))
    rows = {
        "p": np.r_[p, p],
        "lost": np.r_[np.ones_like(p), np.zeros_like(p)],
        "weight": np.r_[target, 1 - target],
    }
    line = kam.Logistic().fit(rows, event="lost", sample_weight="weight", covariates=["p"])
    assert np.mean((line.predict_proba({"p": p}) - y) ** 2) == pytest.approx(0.139182, abs=5e-7)
    assert np.mean((kam.calibrate(y, p).predict(p) - y) ** 2) < 0.138


@pytest.mark.parametrize("steps", [0, 25])
def test_isotonic_is_scikit_learns(steps):
    from sklearn.isotonic import IsotonicRegression

    y, p, weight = simulated(2, steps=steps)
    peer = IsotonicRegression(out_of_bounds="clip").fit(p, y, sample_weight=weight)
    ours = kam.calibrate(y, p, "isotonic", sample_weight=weight)
    grid = np.linspace(0, 1, 501)
    np.testing.assert_allclose(ours.predict(grid), peer.predict(grid), atol=1e-12)


@pytest.mark.parametrize("smoothed", [True, False])
def test_platt_and_beta_are_logistic_regressions(smoothed):
    """An unpenalised logistic regression of scikit-learn on rows with the targets as weights."""
    from sklearn.linear_model import LogisticRegression

    y, p, _ = simulated(3)
    events, others = y.sum(), len(y) - y.sum()
    high, low = ((events + 1) / (events + 2), 1 / (others + 2)) if smoothed else (1, 0)
    target = np.where(y == 1, high, low)
    both = np.repeat([1, 0], len(y))
    weight = np.concatenate([target, 1 - target])
    peer = LogisticRegression(C=np.inf, tol=1e-12, solver="newton-cholesky", max_iter=200)
    peer.fit(np.tile(logit(p), 2)[:, None], both, sample_weight=weight)
    ours = kam.calibrate(y, p, smoothed_targets=smoothed)
    assert ours.params["slope"] == pytest.approx(peer.coef_[0, 0], abs=1e-8)
    assert ours.params["intercept"] == pytest.approx(peer.intercept_[0], abs=1e-8)
    x = np.column_stack([np.log(p), -np.log1p(-p)])
    peer.fit(x, y)
    beta = kam.calibrate(y, p, "beta").params
    assert [beta["a"], beta["b"], beta["c"]] == pytest.approx(
        [*peer.coef_[0], peer.intercept_[0]], abs=1e-7
    )


def test_venn_abers_by_fitting_again():
    from sklearn.isotonic import IsotonicRegression

    y, p, _ = simulated(4, n=60, steps=15)
    lo, hi = kam.calibrate(y, p, "venn_abers").interval([0.1, 0.2, 0.4, 0.61, 0.9])
    for i, score in enumerate([0.1, 0.2, 0.4, 0.61, 0.9]):
        for label, found in ((0, lo[i]), (1, hi[i])):
            peer = IsotonicRegression(out_of_bounds="clip")
            peer.fit(np.append(p, score), np.append(y, label))
            assert found == pytest.approx(peer.predict([score])[0], abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_kept_and_read_back_to_the_same_bits(method):
    y, p, _ = simulated(5, steps=40)
    fitted = kam.calibrate(y, p, method)
    again = kam.Calibrator.from_json(fitted.to_json())
    pickled = pickle.loads(pickle.dumps(fitted))
    grid = np.linspace(0, 1, 97)
    for other in (again, pickled):
        np.testing.assert_array_equal(other.predict(grid), fitted.predict(grid))
        assert other.report["events"] == y.sum()
        assert repr(other) == repr(fitted)
    assert json.loads(fitted.to_json())["kind"] == "calibrator"
    order = np.random.default_rng(1).permutation(len(y))
    shuffled = kam.calibrate(y[order], p[order], method)
    assert shuffled.to_json() == fitted.to_json()


def test_prior_shift_by_bayes():
    """A model trained on half losses, used where one in twenty is lost."""
    p = np.array([0.0, 0.2, 0.5, 0.9, 1.0])
    shifted = kam.shift_prior(p, base_rate=0.5, new_rate=0.05)
    np.testing.assert_allclose(shifted[1:4], expit(logit(p[1:4]) + logit(0.05)), rtol=1e-14)
    assert shifted[0] == 0
    assert shifted[4] == 1
    with pytest.raises(ValueError, match="`base_rate` must be strictly between 0 and 1, got 0"):
        kam.shift_prior(p, base_rate=0, new_rate=0.1)


def test_what_calibrate_refuses():
    with pytest.raises(ValueError, match="`method` must be platt"):
        kam.calibrate([0, 1], [0.1, 0.2], "magic")
    with pytest.raises(kam.InsufficientDataError, match="needs rows with 1 and rows with 0"):
        kam.calibrate([1, 1], [0.1, 0.2])
    with pytest.raises(kam.InsufficientDataError):
        kam.calibrate([], [])
    with pytest.raises(ValueError, match="`p` has 1 rows, expected 2"):
        kam.calibrate([0, 1], [0.5])
    with pytest.raises(ValueError, match="`sample_weight`"):
        kam.calibrate([0, 1], [0.1, 0.2], sample_weight=[])
    with pytest.raises(ValueError, match="one number per row"):
        kam.calibrate([[0, 1]], [0.1, 0.2])
    with pytest.raises(kam.FormatError):
        kam.Calibrator.from_json("{}")
    with pytest.raises(TypeError, match="only a Venn-Abers"):
        kam.calibrate([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4]).interval([0.5])
    with pytest.warns(kam.ConvergenceWarning, match="separate"):
        kam.calibrate([0, 0, 1, 1], [0.1, 0.2, 0.6, 0.7], smoothed_targets=False)
    y, p, _ = simulated(6)
    with pytest.warns(kam.RowWarning, match="1 rows were left out, first row 600"):
        kam.calibrate(np.append(y, 1), np.append(p, 1.5))
    with pytest.warns(kam.RowWarning, match="2 rows are NaN, first row 0"):
        out = kam.calibrate(y, p).predict([np.nan, 0.5, -1])
    assert np.isnan(out).tolist() == [True, False, True]


# --- evaluation ----------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [0, 12])
@pytest.mark.parametrize("weighted", [False, True])
def test_losses_are_scikit_learns(steps, weighted):
    y, p, value = simulated(7, steps=steps)
    weight = np.random.default_rng(1).integers(1, 4, len(y)).astype(float) if weighted else None
    e = kam.evaluate(y, p, value, weight)
    for found, w in (
        (e.by_account, weight),
        (e.by_value, value * (1 if weight is None else weight)),
    ):
        assert found["log_loss"] == pytest.approx(
            metrics.log_loss(y, p, sample_weight=w), rel=1e-13
        )
        assert found["brier"] == pytest.approx(np.average((p - y) ** 2, weights=w), rel=1e-13)
        assert found["auc"] == pytest.approx(
            metrics.roc_auc_score(y, p, sample_weight=w), rel=1e-12
        )
        peer = metrics.average_precision_score(y, p, sample_weight=w)
        assert found["average_precision"] == pytest.approx(peer, rel=1e-12)


def test_intervals_are_scipys(telco):
    y, p = telco
    e = kam.evaluate(y, p, level=0.95)
    events = y.sum()
    lo, hi = stats.chi2.ppf(0.025, 2 * events) / 2, stats.chi2.ppf(0.975, 2 * events + 2) / 2
    assert e.observed_to_expected_interval == pytest.approx((lo / p.sum(), hi / p.sum()), rel=1e-10)
    t = e.reliability
    for k, n, a, b in zip(t["events"], t["weight"], t["share_lo"], t["share_hi"], strict=True):
        exact = stats.binomtest(int(k), int(n)).proportion_ci(0.95, method="exact")
        assert (a, b) == pytest.approx((exact.low, exact.high), abs=1e-9)
    statistic, p_value = e.hosmer_lemeshow
    assert p_value == pytest.approx(stats.chi2.sf(statistic, 8), rel=1e-10)
    events_p, others_p = p[y == 1], p[y == 0]
    u = stats.mannwhitneyu(events_p, others_p).statistic
    assert e.auc == pytest.approx(u / len(events_p) / len(others_p), rel=1e-12)
    assert e.top["lift"] == pytest.approx([2.9143139, 2.7741288, 2.4578360, 2.2096332], abs=5e-8)


def test_row_order_and_clusters():
    y, p, value = simulated(8, n=200, steps=15)
    ids = np.array([f"account {i // 2}" for i in range(200)])
    order = np.random.default_rng(2).permutation(200)
    a = kam.evaluate(y, p, value, cluster=ids, draws=40)
    b = kam.evaluate(y[order], p[order], value[order], cluster=ids[order], draws=40)
    assert repr(a) == repr(b)
    assert a.bootstrap == b.bootstrap
    assert a.bootstrap["auc"].lo < a.auc < a.bootstrap["auc"].hi
    assert a.bootstrap["auc"].draws == 40
    assert kam.evaluate(y, p, cluster=list(range(200)), draws=5).bootstrap["brier"].draws == 5


def test_profit_and_lift_of_an_evaluation(telco):
    e = kam.evaluate(*telco, fractions=[0.3])
    assert e.top_decile_lift == pytest.approx(2.7741288, abs=5e-8)
    assert e.maximum_profit().expected_profit == pytest.approx(10.174366568056, abs=1e-12)
    assert e.maximum_profit(contact=150.0).profit == 0


def test_table_and_repr():
    y, p, value = simulated(9)
    e = kam.evaluate(y, p, value)
    table = e.table()
    assert list(table) == ["measure", "by_account", "by_value"]
    assert table["by_account"][table["measure"].index("auc")] == e.auc
    assert list(kam.evaluate(y, p).table()) == ["measure", "by_account"]
    text = repr(e)
    assert text.startswith(f"Evaluation: 600 rows, {y.sum():g} lost")
    assert "of value" in text
    assert "of value" not in repr(kam.evaluate(y, p))
    wrong = kam.evaluate([1, 0, 0], [0, 0.5, 1])
    assert "2 rows were certain (0 or 1) and wrong" in repr(wrong)
    assert "1 events: a bin needs 10" in repr(wrong)


def test_hostile_evaluation():
    with pytest.raises(kam.InsufficientDataError):
        kam.evaluate([], [])
    with pytest.raises(ValueError, match="`value` has 1 rows, expected 2"):
        kam.evaluate([0, 1], [0.1, 0.2], [5])
    with pytest.raises(ValueError, match="`cluster` must have 2 ids"):
        kam.evaluate([0, 1], [0.1, 0.2], cluster=[1])
    with pytest.raises(kam.DataError, match="missing id"):
        kam.evaluate([0, 1], [0.1, 0.2], cluster=["a", None])
    with pytest.raises(ValueError, match="`fractions`"):
        kam.evaluate([0, 1], [0.1, 0.2], fractions=[0])
    with pytest.raises(ValueError, match="`bins` must be a whole number"):
        kam.evaluate([0, 1], [0.1, 0.2], bins=1.5)
    with pytest.warns(kam.RowWarning, match="first row 2: `p` must be within 0..1, got 3"):
        e = kam.evaluate([0, 1, 1, np.nan], [0.1, 0.2, 3, 0.4], [1e300, 5, 1, 1])
    assert (e.rows_used, e.rows_rejected, e.unknown_outcomes) == (2, 1, 1)
    assert e.rows_without_value == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one = kam.evaluate([1, 1], [0.3, 0.4])
    assert np.isnan(one.auc)
    assert np.isnan(one.slope)
    assert one.brier == pytest.approx(0.425)


def test_plots():
    plt = pytest.importorskip("matplotlib.pyplot")
    y, p, value = simulated(10)
    e = kam.evaluate(y, p, value)
    campaign = kam.expected_profit(p, value, offer=10, contact=5, budget=500)
    for draw in (e.plot_calibration, e.plot_lift, campaign.plot_profit):
        _, ax = plt.subplots()
        assert draw(ax=ax) is ax
        assert ax.get_xlabel()
        assert ax.get_ylabel()
        assert ax.get_legend() is not None
        ax.figure.canvas.draw()
        plt.close(ax.figure)
    labels = [line.get_label() for line in e.plot_lift().get_lines()]
    assert labels == ["at random", "losses", "lost value", "lost value, by p x value"]
    ax = e.plot_profit(offer=10, contact=5)
    shares, earned = ax.get_lines()[1].get_data()
    order = np.argsort(-p)
    per_row = np.where(y == 1, 0.3 * (value - 10), -10) - 5
    np.testing.assert_allclose(earned[[10, 50, 100]], np.cumsum(per_row[order])[[59, 299, 599]])
    assert shares[10] == pytest.approx(0.1)
    with pytest.raises(ValueError, match="`acceptance`"):
        e.plot_profit(acceptance=2, offer=1, contact=1)
    no_value = kam.evaluate(y, p).plot_profit(offer=1, contact=1)
    assert "No lost value" in no_value.texts[0].get_text()
    few = kam.evaluate([0, 0, 1], [0.1, 0.2, 0.3]).plot_calibration()
    assert "1 events: a bin needs 10" in few.texts[0].get_text()
    none = kam.expected_profit([0.1], [1], offer=10, contact=5).plot_profit()
    assert "No account" in none.texts[0].get_text()
    nothing = kam.evaluate([0, 0], [0.1, 0.2]).plot_lift()
    assert "No loss" in nothing.texts[0].get_text()
    plt.close("all")


PERCENT = [5.0, 60.0, 10.0, 80.0]


@pytest.mark.parametrize("verb", [kam.evaluate, kam.maximum_profit, kam.calibrate])
def test_probabilities_in_percent_are_named_as_such(verb: Any) -> None:
    """Not the outcomes, which are right, are to be looked at."""
    told = r"`p` must be within 0\.\.1, got 5 in row 0 \(in percent\? divide by 100\)"
    with pytest.raises(kam.InsufficientDataError, match=told):
        verb([0, 1, 0, 1], PERCENT)
    with pytest.warns(kam.RowWarning, match=r"1 rows .* row 4: `p` .* got 80 \(in percent"):
        verb([0, 1, 0, 1, 1], [0.05, 0.6, 0.1, 0.3, 80])
    with pytest.warns(kam.RowWarning, match=r"first row 2: `y` must be 0, 1 or missing, got 2"):
        verb([0, 1, 2, 1, 0], [0.05, 0.6, 0.1, 0.3, 0.2])
    with pytest.raises(ValueError, match="`p` has 1 rows, expected 2"):
        verb([0, 1], [0.5])


def test_the_level_is_named_as_it_is_given() -> None:
    with pytest.raises(ValueError, match="`level` must be between 0 and 1, got 80"):
        kam.evaluate([0, 1], [0.1, 0.2], level=80)
