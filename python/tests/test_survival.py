"""Kaplan-Meier, Nelson-Aalen, log-rank, and evaluation of survival.

Numbers marked R: survival 3.5.3 (tests/churn/kaplan_meier_published_test.cpp).
"""

from __future__ import annotations

import math
import pickle
import warnings
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose

DATA = Path(__file__).resolve().parents[2] / "tests" / "data"
WALTONS = pd.read_csv(DATA / "waltons.csv")
TELCO = pd.read_csv(DATA / "telco.csv").assign(lost=lambda t: (t["Churn"] == "Yes").astype(int))


@pytest.fixture(scope="module")
def curve() -> kam.KaplanMeier:
    return kam.KaplanMeier(level=0.95).fit(WALTONS, duration="T", event="E")


def test_waltons(curve: kam.KaplanMeier) -> None:  # R
    assert_allclose(
        curve.survival([33, 56, 69]), [0.8025306748, 0.4299026500, 0.0143405091], rtol=1e-8
    )
    assert curve.quantile(0.5, interval=True) == {"estimate": 56.0, "lo": 53.0, "hi": 58.0}
    assert curve.median_ == 56
    assert_allclose(curve.restricted_mean(50), 43.1560458561, rtol=1e-10)
    assert "163 accounts, 156 events" in curve.summary()
    assert "median 56  (95% interval 53 to 58)" in curve.summary()
    hazard = kam.NelsonAalen().fit(WALTONS, duration="T", event="E")
    assert_allclose(
        hazard.cumulative_hazard([33, 56, 69]),
        [0.2192276955, 0.8400936785, 4.0213370295],
        rtol=1e-8,
    )
    together = kam.NelsonAalen(ties="together").fit(WALTONS, duration="T", event="E")
    assert together.cumulative_hazard(69) < hazard.cumulative_hazard(69)


def test_log_rank() -> None:  # R
    test = kam.log_rank(WALTONS, duration="T", event="E", group="group")
    assert_allclose(test.chi_squared, 122.249125573, rtol=1e-10)
    assert_allclose(test.p_value, 2.036e-28, rtol=1e-3)
    assert test.degrees_of_freedom == 1
    assert sorted(test.groups) == ["control", "miR-137"]
    assert "122.249 on 1 df" in str(test)
    peto = kam.log_rank(WALTONS, duration="T", event="E", group="group", rho=1)
    assert_allclose(peto.chi_squared, 139.843934199, rtol=1e-10)
    contract = kam.log_rank(TELCO, duration="tenure", event="lost", group="Contract")
    assert_allclose(contract.chi_squared, 2352.87253826, rtol=1e-10)
    one = kam.log_rank(TELCO, duration="tenure", event="lost", group="gender", strata="Contract")
    assert one.p_value > 0.01


def test_conditional_answers(curve: kam.KaplanMeier) -> None:
    assert_allclose(
        curve.churn(10, tenure=40), 1 - curve.survival(50) / curve.survival(40), rtol=1e-12
    )
    assert_allclose(curve.survival(50, tenure=40), 1 - curve.churn(10, tenure=40), rtol=1e-12)
    answer = curve.churn([0.0, 10.0], tenure=40, interval=True)
    assert answer["estimate"][0] == 0
    assert answer["lo"][1] < answer["estimate"][1] < answer["hi"][1]


def test_predictions_by_frame(curve: kam.KaplanMeier) -> None:
    survival = curve.predict_survival(WALTONS.head(3), [10, 56])
    assert survival.shape == (3, 2)
    assert_allclose(survival[2], curve.survival([10, 56]))
    frame = pd.DataFrame({"tenure": [0.0, 40.0]})
    assert_allclose(
        curve.predict_churn(frame, 10, tenure="tenure"),
        [1 - curve.survival(10), curve.churn(10, tenure=40)],
    )
    assert_allclose(curve.predict_churn(frame, 10), 1 - curve.survival(10))
    assert_allclose(curve.predict_churn(frame, 10, tenure=40), curve.churn(10, tenure=40))
    table = curve.predict_churn(pl.from_pandas(frame), 10, tenure="tenure", interval=True)
    assert isinstance(table, pl.DataFrame)
    assert table.columns == ["churn_probability", "churn_probability_lo", "churn_probability_hi"]
    with pytest.raises(ValueError, match="`tenure` has 3 rows, expected 2"):
        curve.predict_churn(frame, 10, tenure=[1, 2, 3])


def test_beyond_the_longest_duration_is_said() -> None:
    curve = kam.KaplanMeier().fit(TELCO, duration="tenure", event="lost")
    assert curve.longest_ == 72
    assert math.isnan(curve.median_)
    assert "median beyond 72" in curve.summary()
    with pytest.warns(
        kam.RowWarning, match="1 answers are NaN, beyond the longest observed duration 72"
    ):
        values = curve.survival([72, 73])
    assert not math.isnan(values[0])
    assert math.isnan(values[1])
    with pytest.warns(kam.RowWarning):
        assert np.isnan(curve.predict_churn({"t": [70.0]}, 12, tenure="t"))


def test_weights_and_entry() -> None:
    frame = {"d": [2.0, 4, 6, 8], "e": [1, 1, 0, 1], "w": [2.0, 1, 3, 1], "since": [0.0, 0, 3, 0]}
    rows = {name: np.repeat(values, [2, 1, 3, 1]) for name, values in frame.items()}
    a = kam.KaplanMeier().fit(frame, duration="d", event="e", entry="since", sample_weight="w")
    b = kam.KaplanMeier().fit(rows, duration="d", event="e", entry="since")
    assert_allclose(a.table_["survival"], b.table_["survival"], rtol=1e-15)
    assert_allclose(a.table_["at_risk"], [4, 5, 1])
    c = kam.KaplanMeier().fit(
        frame, duration="d", event="e", entry="since", sample_weight=[2, 1, 3, 1]
    )
    assert_allclose(c.table_["survival"], a.table_["survival"])


@pytest.mark.parametrize("convert", [pl.from_pandas, lambda f: {c: f[c].to_numpy() for c in f}])
def test_any_frame(convert: Any, curve: kam.KaplanMeier) -> None:
    other = kam.KaplanMeier(level=0.95).fit(convert(WALTONS), duration="T", event="E")
    assert_allclose(other.table_["survival_lo"], curve.table_["survival_lo"])


def test_files(curve: kam.KaplanMeier) -> None:
    again = kam.KaplanMeier.from_json(curve.to_json())
    assert_allclose(again.survival([10, 33, 69]), curve.survival([10, 33, 69]), rtol=0)
    copied = pickle.loads(pickle.dumps(curve))
    assert copied.level == 0.95
    assert copied.quantile(0.5, interval=True) == curve.quantile(0.5, interval=True)
    rng = np.random.default_rng(1)
    many = {"d": rng.exponential(size=50_000), "e": np.ones(50_000)}
    fitted = kam.KaplanMeier().fit(many, duration="d", event="e")
    text = fitted.to_json()
    assert len(text) < 50_000
    thinned = kam.KaplanMeier.from_json(text)
    assert_allclose(thinned.survival([0.1, 1, 3]), fitted.survival([0.1, 1, 3]), atol=0.005)
    assert thinned.survival(1e9) == 0
    with pytest.raises(kam.FormatError, match="checksum"):
        kam.KaplanMeier.from_json(curve.to_json().replace("163", "164"))
    with pytest.raises(kam.VersionError, match="holds: kaplan_meier, expected nelson_aalen"):
        kam.NelsonAalen.from_json(curve.to_json())
    hazard = kam.NelsonAalen().fit(WALTONS, duration="T", event="E")
    again_hazard = kam.NelsonAalen.from_json(hazard.to_json())
    assert again_hazard.cumulative_hazard(50) == hazard.cumulative_hazard(50)


def test_bad_rows_are_counted() -> None:
    frame = {"d": [1.0, -2, np.nan, 3, 4], "e": [1, 1, 1, 2, 0]}
    with pytest.warns(kam.RowWarning, match=r"3 rows are left out, first row 1 \(out_of_domain\)"):
        curve = kam.KaplanMeier().fit(frame, duration="d", event="e")
    assert curve.accounts_ == 2


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"duration": "x", "event": "e"}, r"column 'x' \(for duration\) is missing"),
        ({"duration": "d", "event": "t"}, "holds 'Yes' in row 0: not a number"),
        ({"duration": "d", "event": "e", "sample_weight": [1]}, "`sample_weight` has 1 rows"),
    ],
)
def test_wrong_calls(arguments: dict[str, Any], match: str) -> None:
    frame = pd.DataFrame({"d": [1.0, 2], "e": [1, 0], "t": ["Yes", "No"]})
    with pytest.raises(ValueError, match=match):
        kam.KaplanMeier().fit(frame, **arguments)


def test_wrong_settings() -> None:
    with pytest.raises(ValueError, match="`scale` must be log-log or plain"):
        kam.KaplanMeier(scale="logit")
    with pytest.raises(ValueError, match="`level`"):
        kam.KaplanMeier(level=1)
    with pytest.raises(ValueError, match="`ties`"):
        kam.NelsonAalen(ties="efron")
    with pytest.raises(ValueError, match="not fitted"):
        kam.KaplanMeier().survival(1)
    with pytest.raises(kam.InsufficientDataError):
        kam.KaplanMeier().fit({"d": np.empty(0), "e": np.empty(0)}, duration="d", event="e")
    with pytest.raises(kam.DataError, match="fewer than two groups"):
        kam.log_rank({"d": [1.0], "e": [1], "g": ["a"]}, duration="d", event="e", group="g")


def test_concordance_and_brier() -> None:
    rossi = pd.read_csv(DATA / "rossi.csv")
    roles = {"duration": "week", "event": "arrest"}
    model = kam.CoxPH().fit(rossi, **roles)
    risk = model.predict_log_hazard_ratio(rossi)
    assert_allclose(kam.concordance(rossi, risk, **roles), model.concordance_, rtol=1e-12)
    assert_allclose(kam.concordance(rossi, -risk, **roles), 1 - model.concordance_, rtol=1e-12)
    assert kam.concordance(rossi, "prio", **roles) > 0.5
    times = [10, 20, 40]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        good = kam.brier_score(rossi, model.predict_survival(rossi, times), times, **roles)
    curve = kam.KaplanMeier().fit(rossi, **roles)
    plain = kam.brier_score(rossi, curve.predict_survival(rossi, times), times, **roles)
    assert good.integrated < plain.integrated
    # Nobody is censored before week 52: plain squared errors.
    error = (model.predict_survival(rossi, times) - (rossi.week.to_numpy()[:, None] > times)) ** 2
    assert_allclose(good.score, error.mean(axis=0), rtol=1e-12)
    with pytest.warns(kam.RowWarning, match="1 times beyond the longest duration 52"):
        beyond = kam.brier_score(rossi, np.full((432, 2), 0.5), [10, 60], **roles)
    assert math.isnan(beyond.score[1])
    with pytest.raises(ValueError, match="shape"):
        kam.brier_score(rossi, np.zeros((3, 1)), [10], **roles)
