"""kam.compare, the independence of spend and frequency, and one-time buyers."""

from __future__ import annotations

import math
import warnings
from typing import Any

import kam
import numpy as np
import pytest
from conftest import KINDS, kind_name, to_columns
from kam._lifetime.independence import independence
from scipy import stats

# ---- compare ------------------------------------------------------------------------------------


def table(models: Any) -> dict[str, Any]:
    return to_columns(kam.compare(models, kind="dict"))


def test_cdnow_on_one_scale(bgnbd: Any, mbgnbd: Any) -> None:
    """Converged optima: -9582.429206674 and -9582.135715554, four parameters, 2,357 accounts."""
    found = table([bgnbd, mbgnbd])
    assert found["model"] == ["MBGNBD", "BGNBD"]
    assert found["log_likelihood"] == pytest.approx([-9582.135715554, -9582.429206674], rel=1e-10)
    assert found["parameters"] == [4, 4]
    assert found["aic"] == pytest.approx([19172.271431108, 19172.858413348], rel=1e-10)
    assert found["bic"] == pytest.approx(
        [8 * math.log(math.sqrt(2357)) + 2 * v for v in (9582.135715554, 9582.429206674)], rel=1e-10
    )
    assert found["delta_aic"] == pytest.approx([0, 0.58698224], abs=1e-6)
    ratio = math.exp(-0.58698224 / 2)
    assert found["weight"] == pytest.approx([1 / (1 + ratio), ratio / (1 + ratio)], rel=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_of_the_kind_asked_for(kind: Any, bgnbd: Any) -> None:
    assert kind_name(kam.compare([bgnbd], kind=kind)) == kind
    assert kind_name(kam.compare([bgnbd])) == "pandas"


def test_names_are_those_given_or_numbered(bgnbd: Any, mbgnbd: Any) -> None:
    assert set(table({"old": bgnbd, "new": mbgnbd})["model"]) == {"old", "new"}
    assert set(table([bgnbd, bgnbd])["model"]) == {"BGNBD", "BGNBD 2"}
    assert table(bgnbd)["weight"] == [1]


def test_the_same_data_in_another_order_or_as_weights(mbgnbd: Any, summary: Any) -> None:
    back = {k: v[::-1] for k, v in summary.items()}
    columns = np.array([summary[n] for n in ("frequency", "recency", "age")])
    distinct, count = np.unique(columns, axis=1, return_counts=True)
    rows = dict(zip(("frequency", "recency", "age"), distinct, strict=True))
    again = [kam.BGNBD().fit(back), kam.BGNBD().fit(rows, sample_weight=count)]
    assert len(table([mbgnbd, *again])["model"]) == 3
    stored = kam.MBGNBD.from_json(mbgnbd.to_json())
    assert len(table([stored, *again])["model"]) == 3


def test_different_data_are_refused(mbgnbd: Any, gamma_gamma: Any, summary: Any) -> None:
    def fit(rows: Any = slice(None), unit: str = "week", weight: Any = None) -> kam.BGNBD:
        part = {k: v[rows] for k, v in summary.items()}
        return kam.BGNBD().fit(part, unit=unit, sample_weight=weight)

    later = {**summary, "age": summary["age"] + 1}
    swapped = summary["frequency"] == 0
    for other, message in (
        (fit(slice(0, 2000)), "different data: 2357 and 2000 accounts"),
        (fit(weight=1 + swapped), "accounts"),
        (fit(unit="day"), "MBGNBD is in weeks, BGNBD in days"),
        (kam.BGNBD().fit(later), "the columns differ"),
        (gamma_gamma, "different things"),
        (kam.BGNBD(), "BGNBD is not fitted"),
        (kam.BGNBD.from_params(r=1, alpha=1, a=1, b=1), "given parameters"),
    ):
        with pytest.raises(ValueError, match=message):
            kam.compare([mbgnbd, other])
    with pytest.raises(ValueError, match="empty"):
        kam.compare([])
    with pytest.raises(TypeError, match="must be an estimator"):
        kam.compare([mbgnbd, "bgnbd"])  # type: ignore[list-item]


# ---- independence of spend and frequency --------------------------------------------------------


def test_cdnow_correlations_are_those_of_scipy(gamma_gamma: Any, summary: Any) -> None:
    used = (summary["frequency"] > 0) & (summary["monetary_value"] > 0)
    x, value = summary["frequency"][used], summary["monetary_value"][used]
    found = gamma_gamma.independence_
    assert found.accounts == 946
    pearson = stats.pearsonr(np.log(x), np.log(value))
    assert found.pearson_log.estimate == pytest.approx(pearson.statistic, rel=1e-10)
    assert math.log(found.pearson_log.p_value) == pytest.approx(math.log(pearson.pvalue), rel=0.01)
    limits = pearson.confidence_interval(0.95)
    assert (found.pearson_log.lo, found.pearson_log.hi) == pytest.approx(tuple(limits), rel=1e-9)
    rank = stats.spearmanr(x, value)
    assert found.spearman.estimate == pytest.approx(rank.statistic, rel=1e-10)
    assert found.adjusted.estimate < found.pearson_log.estimate
    assert not found.doubtful
    assert "946 accounts" in str(found)
    assert found.to_dict()["doubtful"] is False


def spend(n: int, link: float, seed: int) -> dict[str, Any]:
    """Gamma-Gamma spend (p 6.25, q 3.74, gamma 15.44), its scale times frequency**link."""
    rng = np.random.default_rng(seed)
    x = rng.geometric(0.35, n).astype(float)
    scale = rng.gamma(3.74, 1 / 15.44, n)
    return {"frequency": x, "monetary_value": rng.gamma(6.25 * x) / (scale * x) * x**link}


def test_independent_spend_is_not_doubted() -> None:
    """The adjusted correlation of true Gamma-Gamma data is 0; its p value is uniform."""
    p_values = []
    for seed in range(60):
        data = spend(500, 0.0, seed)
        found = independence(data["frequency"], data["monetary_value"], None, 6.25)
        p_values.append(found.adjusted.p_value)
        assert not found.doubtful
    assert stats.kstest(p_values, "uniform").pvalue > 0.001
    raw = [independence(*spend(20_000, 0.0, s).values(), None, 1.0) for s in range(3)]
    assert all(r.pearson_log.estimate > 0.015 for r in raw)  # averaging alone does that


@pytest.mark.filterwarnings("ignore::kam.ConvergenceWarning")  # a wrong model may run away
@pytest.mark.parametrize("link", [0.6, -0.6])
def test_spend_that_goes_with_frequency_is_told(link: float) -> None:
    with pytest.warns(kam.AssumptionWarning, match="independent, but the corr"):
        model = kam.GammaGamma().fit(spend(3000, link, 1))
    assert model.independence_.doubtful
    assert np.sign(model.independence_.adjusted.estimate) == np.sign(link)


def test_weights_are_repetition_and_order_does_not_matter() -> None:
    data = spend(200, 0.2, 3)
    weight = np.tile([1.0, 2, 3, 4], 50)
    one = independence(data["frequency"], data["monetary_value"], weight, 6.25)
    rows = np.repeat(np.arange(200), weight.astype(int))[::-1]
    many = independence(data["frequency"][rows], data["monetary_value"][rows], None, 6.25)
    for name in ("pearson_log", "spearman", "adjusted"):
        a, b = getattr(one, name), getattr(many, name)
        assert (a.estimate, a.lo, a.p_value) == pytest.approx((b.estimate, b.lo, b.p_value))


def test_too_little_to_correlate() -> None:
    nothing = independence(np.array([0.0, np.nan]), np.array([1.0, np.inf]), None, 1.0)
    assert math.isnan(nothing.pearson_log.estimate)
    assert not nothing.doubtful
    constant = independence(np.full(9, 2.0), np.arange(1.0, 10), None, 1.0)
    assert math.isnan(constant.spearman.estimate)
    perfect = independence(np.arange(1.0, 9), np.exp(np.arange(8.0)), None, 5.0)
    assert perfect.spearman.estimate == pytest.approx(1)
    with pytest.raises(ValueError, match="only `fit`"):
        _ = kam.GammaGamma.from_params(p=6, q=4, gamma=15).independence_


# ---- one-time buyers ----------------------------------------------------------------------------

GIVEN = {"r": 0.25, "alpha": 4.0, "a": 0.8, "b": 2.5}
TWO = {
    "frequency": [0, 0, 3],
    "recency": [0, 0, 9],
    "age": [5, 40, 40],
    "monetary_value": [9.0] * 3,
}


def test_bgnbd_says_why_one_time_buyers_are_alive() -> None:
    model = kam.BGNBD.from_params(**GIVEN)
    with pytest.warns(kam.RowWarning, match=r"2 of 3 rows \(67 %\) have frequency 0") as told:
        alive = model.probability_alive(TWO)
    assert alive[:2].tolist() == [1, 1]
    assert len(told) == 1
    assert "MBGNBD" in str(told[0].message)
    assert told[0].filename == __file__
    spend_model = kam.GammaGamma.from_params(p=6.25, q=3.74, gamma=15.44)
    with pytest.warns(kam.RowWarning, match="^lifetime_value: 2 of 3 rows"):
        kam.lifetime_value(model, spend_model, TWO, years=1, discount=0.1)


def test_it_is_told_once_and_only_where_it_is_so() -> None:
    told = kam.BGNBD.from_params(**GIVEN)
    with pytest.warns(kam.RowWarning):
        told.probability_alive(TWO)
    repeaters = {k: v[2:] for k, v in TWO.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        told.probability_alive(TWO)
        told.probability_alive(TWO, interval=True)
        kam.BGNBD.from_params(**GIVEN).probability_alive(repeaters)
        kam.MBGNBD.from_params(**GIVEN).probability_alive(TWO)
        kam.BGNBD.from_params(**GIVEN).expected_orders(TWO, 39)
