"""Cox regression as an estimator.

Numbers marked R: survival 3.5.3 (tests/churn/cox_published_test.cpp).
"""

from __future__ import annotations

import math
import pickle
from pathlib import Path
from typing import Any

import kam
import kam.plots
import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose

DATA = Path(__file__).resolve().parents[2] / "tests" / "data"
ROSSI = pd.read_csv(DATA / "rossi.csv")
ROLES = {"duration": "week", "event": "arrest"}
SERVICES = ["InternetService", "StreamingMovies", "StreamingTV", "PhoneService"]


@pytest.fixture(scope="module")
def model() -> kam.CoxPH:
    return kam.CoxPH().fit(ROSSI, **ROLES)


@pytest.fixture(scope="module")
def telco() -> pd.DataFrame:
    table = pd.read_csv(DATA / "telco.csv").drop(columns=["customerID", "TotalCharges"])
    for column in table.columns:
        if table[column].map(lambda v: isinstance(v, str)).all():
            table[column] = table[column].str.replace(r"^No .*", "No", regex=True)
    return table.assign(Churn=(table["Churn"] == "Yes").astype(int))


def test_rossi(model: kam.CoxPH) -> None:  # R
    assert list(model.params_) == ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
    assert_allclose(model.params_["fin"], -0.3794221669, rtol=1e-8)
    assert_allclose(model.standard_errors_["prio"], 0.0286485501, rtol=1e-8)
    assert_allclose(model.log_likelihood_, -658.747659446, rtol=1e-11)
    assert_allclose(model.concordance_, 0.6403292471, rtol=1e-9)
    assert_allclose(model.tests_["score"][0], 33.5286888997, rtol=1e-9)
    assert_allclose(
        model.predict_survival(ROSSI.head(3), 52)[:, 0],
        [0.71489440, 0.41095379, 0.43411850],
        rtol=2e-8,
    )
    assert model.converged_
    assert model.n_iter_ < 10
    assert_allclose(np.sqrt(np.diag(model.covariance_)), list(model.standard_errors_.values()))
    text = model.summary()
    assert "432 accounts, 114 events, efron ties" in text
    assert "concordance 0.6403" in text


def test_robust_strata_entry_and_ridge() -> None:  # R
    robust = kam.CoxPH(robust=True).fit(ROSSI, **ROLES)
    assert_allclose(robust.standard_errors_["fin"], 0.1955417789, rtol=1e-8)
    assert "robust se" in robust.summary()
    strata = kam.CoxPH(strata="wexp").fit(ROSSI, **ROLES)
    assert_allclose(strata.params_["fin"], -0.3801540988, rtol=1e-8)
    assert_allclose(strata.concordance_, 0.6124492234, rtol=1e-9)
    breslow = kam.CoxPH(ties="breslow").fit(ROSSI, **ROLES)
    assert_allclose(breslow.params_["fin"], -0.3790218878, rtol=1e-8)
    late = ROSSI.assign(since=np.where(ROSSI.week > 10, ROSSI.week // 2, 0))
    truncated = kam.CoxPH().fit(late, **ROLES, entry="since")
    assert "since" not in truncated.params_
    assert_allclose(
        truncated.predict_survival(late.head(3), 52)[:, 0],
        [0.142800761, 0.042206393, 0.061915614],
        rtol=1e-7,
    )
    ridge = kam.CoxPH(ridge=432 / 431).fit(ROSSI, **ROLES)
    assert_allclose(ridge.params_["fin"], -0.3761, atol=6e-5)
    weighted = kam.CoxPH().fit(ROSSI, **ROLES, sample_weight=ROSSI.age)
    assert_allclose(weighted.params_["prio"], 0.0832968472, rtol=1e-7)


def test_start_stop_rows_and_clusters() -> None:  # R
    heart = pd.read_csv(DATA / "stanford_heart.csv")
    roles = {"duration": "stop", "event": "event", "entry": "start"}
    names = ["age", "transplant", "surgery", "year"]
    model = kam.CoxPH(cluster="id").fit(heart, **roles, covariates=names)
    assert_allclose(model.params_["age"], 0.0271666410, rtol=1e-7)
    assert_allclose(model.log_likelihood_, -290.565616218, rtol=1e-10)
    plain = kam.CoxPH().fit(heart, **roles, covariates=names)
    assert plain.standard_errors_["age"] != model.standard_errors_["age"]


def test_telco(telco: pd.DataFrame) -> None:  # R
    model = kam.CoxPH(strata=SERVICES).fit(telco, duration="tenure", event="Churn")
    assert_allclose(model.params_["gender[Male]"], -0.0924934457, rtol=1e-7)
    assert_allclose(model.params_["Contract[Two year]"], -3.1070694340, rtol=1e-7)
    assert_allclose(model.log_likelihood_, -10106.0483453, rtol=1e-10)
    assert_allclose(model.concordance_, 0.8319866412, rtol=1e-9)
    young = telco[telco.tenure <= 48]
    churn = model.predict_churn(young, 12, tenure="tenure")
    monthly = (young.Contract == "Month-to-month").to_numpy()
    assert churn[monthly].mean() > 5 * churn[~monthly].mean()
    assert len(model.to_json()) < 110_000  # 35 strata, 13 columns
    again = kam.CoxPH.from_json(model.to_json())
    assert_allclose(again.predict_churn(young, 12, tenure="tenure"), churn, rtol=1e-12)
    with pytest.warns(kam.RowWarning, match="a stratum the fit did not have"):
        odd = model.predict_churn(young.head(2).assign(InternetService="Satellite"), 12)
    assert np.isnan(odd).all()
    with pytest.warns(kam.RowWarning):  # a level the fit did not have
        assert np.isnan(model.predict_churn(young.head(1).assign(Contract="Ten years"), 12)).all()


def test_predictions_agree(model: kam.CoxPH) -> None:
    survival = model.predict_survival(ROSSI, [20, 30])
    churn = model.predict_churn(ROSSI, 10, tenure=20)
    assert_allclose(churn, 1 - survival[:, 1] / survival[:, 0], rtol=1e-10)
    assert_allclose(model.predict_churn(ROSSI, 30), 1 - survival[:, 1], rtol=1e-10)
    mean = model.predict_restricted_mean(ROSSI, 30)
    grid = model.predict_survival(ROSSI, np.arange(30) + 0.5)
    assert_allclose(mean, grid.sum(axis=1), rtol=1e-10)
    baseline = model.baseline_()
    ratio = np.exp(model.predict_log_hazard_ratio(ROSSI))
    at = np.searchsorted(baseline["time"], 20, side="right") - 1
    assert_allclose(survival[:, 0], np.exp(-baseline["cumulative_hazard"][at] * ratio), rtol=1e-12)
    with pytest.warns(kam.RowWarning, match=r"432 rows are NaN, first row 0 \(beyond_observed\)"):
        assert np.isnan(model.predict_survival(ROSSI, [10, 53])[:, 1]).all()
    with pytest.raises(ValueError, match="`horizon` must be finite and >= 0"):
        model.predict_churn(ROSSI, -1)


def test_schema_of_the_covariates(model: kam.CoxPH) -> None:
    shuffled = ROSSI[list(reversed(ROSSI.columns))].assign(extra="x")
    assert_allclose(model.predict_churn(shuffled, 10), model.predict_churn(ROSSI, 10), rtol=0)
    frame = pl.from_pandas(ROSSI)
    assert_allclose(model.predict_churn(frame, 10), model.predict_churn(ROSSI, 10), rtol=0)
    with pytest.raises(kam.DataError, match="column 'prio'"):
        model.predict_churn(ROSSI.drop(columns="prio"), 10)


def test_missing_cells_are_left_out() -> None:  # R: 227 rows
    lung = pd.read_csv(DATA / "lung.csv")
    roles = {"duration": "time", "event": "status", "covariates": ["age", "sex", "ph.ecog"]}
    with pytest.warns(kam.RowWarning, match="1 rows are left out"):
        model = kam.CoxPH().fit(lung, **roles)
    assert_allclose(model.params_["ph.ecog"], 0.4637284754, rtol=1e-7)
    with pytest.warns(kam.RowWarning, match="1 rows are NaN"):
        assert np.isnan(model.predict_churn(lung, 100)).sum() == 1
    filled = kam.CoxPH(missing="median").fit(lung, **roles)
    assert "ph.ecog[missing]" in filled.params_
    assert not np.isnan(filled.predict_churn(lung, 100)).any()


def test_aliased_and_separating_columns_are_named() -> None:
    with pytest.warns(kam.ConvergenceWarning, match="dropped.*`copy`, `one`"):
        model = kam.CoxPH().fit(ROSSI.assign(copy=2 - ROSSI.prio, one=1), **ROLES)
    assert model.dropped_ == ["copy", "one"]
    assert math.isnan(model.params_["copy"])
    assert "dropped" in model.summary()
    assert not np.isnan(model.predict_churn(ROSSI.assign(copy=5, one=7), 10)).any()
    again = kam.CoxPH.from_json(model.to_json())
    assert math.isnan(again.params_["copy"])
    with pytest.warns(kam.ConvergenceWarning, match="`z` runs to infinity"):
        wild = kam.CoxPH().fit(ROSSI.assign(z=ROSSI.arrest), **ROLES)
    assert wild.stop_reason_ == "boundary"
    assert math.isfinite(wild.params_["z"])
    assert kam.CoxPH(ridge=1).fit(ROSSI.assign(z=ROSSI.arrest), **ROLES).converged_


def test_proportional_hazards(model: kam.CoxPH) -> None:  # R: cox.zph
    check = model.check_proportional_hazards(ROSSI)
    assert_allclose(check.chi_squared[3], 4.159683753, rtol=1e-8)
    assert_allclose(check.global_chi_squared, 11.025183435, rtol=1e-8)
    assert "wexp" in str(check)
    with pytest.raises(ValueError, match="`transform`"):
        model.check_proportional_hazards(ROSSI, "sqrt")
    with pytest.raises(ValueError, match="read from JSON"):
        kam.CoxPH.from_json(model.to_json()).check_proportional_hazards(ROSSI)


def test_files(model: kam.CoxPH) -> None:
    text = model.to_json()
    assert len(text) < 12_000
    again = kam.CoxPH.from_json(text)
    assert again.params_ == model.params_
    assert again.summary() == model.summary()
    assert again.to_json() == text
    assert_allclose(
        again.predict_survival(ROSSI, [5, 52]), model.predict_survival(ROSSI, [5, 52]), rtol=0
    )
    copied = pickle.loads(pickle.dumps(model))
    assert_allclose(copied.predict_churn(ROSSI, 9), model.predict_churn(ROSSI, 9), rtol=0)
    assert copied.check_proportional_hazards(ROSSI).p_value[0] > 0
    for damaged in (text[:200], text.replace("0.379", "0.378"), "[]", "{}"):
        with pytest.raises(kam.FormatError):
            kam.CoxPH.from_json(damaged)
    with pytest.raises(kam.VersionError):
        kam.KaplanMeier.from_json(text)


def test_a_file_of_the_wrong_shape_is_refused(model: kam.CoxPH) -> None:
    from kam._churn.survival_input import from_json, to_json

    content = from_json("cox", model.to_json())
    for key in ("design", "names", "baselines", "options"):
        broken = {k: v for k, v in content.items() if k not in (key, "kind")}
        with pytest.raises(kam.FormatError):
            kam.CoxPH.from_json(to_json("cox", broken))


def test_weights_and_text_columns_of_any_frame() -> None:
    frame = ROSSI.assign(work=np.where(ROSSI.wexp == 1, "yes", "no")).drop(columns="wexp")
    numbers = kam.CoxPH().fit(ROSSI, **ROLES, sample_weight="age", covariates=["fin", "wexp"])
    table = pl.from_pandas(frame)
    texts = kam.CoxPH().fit(table, **ROLES, sample_weight="age", covariates=["fin", "work"])
    assert_allclose(texts.params_["work[yes]"], numbers.params_["wexp"], rtol=1e-12)
    every = kam.CoxPH().fit(table, **ROLES, sample_weight="age")
    assert set(every.params_) == {"fin", "race", "mar", "paro", "prio", "work[yes]"}
    turned = kam.CoxPH(levels={"work": ["yes", "no"]}).fit(
        frame, **ROLES, sample_weight=ROSSI.age, covariates=["fin", "work"]
    )
    assert_allclose(turned.params_["work[no]"], -numbers.params_["wexp"], rtol=1e-9)


def test_the_file_does_not_grow_with_the_rows() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=20_000)
    life = rng.exponential(size=20_000) * np.exp(-0.5 * x)
    frame = {"d": np.minimum(life, 2), "e": (life <= 2).astype(float), "x": x}
    model = kam.CoxPH().fit(frame, duration="d", event="e")
    text = model.to_json()
    assert len(text) < 25_000
    again = kam.CoxPH.from_json(text)
    at = {"x": [-1.0, 0, 1]}
    assert_allclose(
        again.predict_survival(at, [0.2, 1.0]), model.predict_survival(at, [0.2, 1.0]), atol=0.01
    )
    assert abs(model.params_["x"] - 0.5) < 0.05


@pytest.mark.parametrize(
    ("settings", "arguments", "match"),
    [
        ({"ties": "exact"}, {}, "`ties` must be efron or breslow"),
        ({"ridge": -1}, {}, "`ridge` must be finite and >= 0, got -1"),
        ({"strata": "none"}, {}, "column 'none'"),
        ({"cluster": "none"}, {}, "column 'none'"),
        ({}, {"covariates": ["week"]}, "column 'week' already has another role"),
        ({}, {"covariates": ["nope"]}, "column 'nope'"),
        ({}, {"duration": "nope"}, "column 'nope'"),
        ({}, {"entry": "nope"}, "column 'nope'"),
    ],
)
def test_wrong_calls(settings: dict[str, Any], arguments: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        kam.CoxPH(**settings).fit(ROSSI, **{**ROLES, **arguments})


def test_too_little_data() -> None:
    with pytest.raises(kam.InsufficientDataError, match="no usable row has an event"):
        kam.CoxPH().fit(ROSSI.assign(arrest=0), **ROLES)
    with pytest.raises(kam.DataError, match="no covariate"):
        kam.CoxPH().fit(ROSSI[["week", "arrest"]], **ROLES)
    with pytest.raises(ValueError, match="not fitted"):
        kam.CoxPH().predict_churn(ROSSI, 1)


def test_plots(model: kam.CoxPH) -> None:
    from matplotlib.figure import Figure

    curve = kam.KaplanMeier().fit(ROSSI, **ROLES)
    groups = {
        str(level): kam.KaplanMeier().fit(part, **ROLES) for level, part in ROSSI.groupby("wexp")
    }
    ax = kam.plots.survival_curves(groups, ax=Figure().subplots())
    assert len(ax.lines) == 2
    assert len(ax.collections) == 2
    assert_allclose(ax.lines[0].get_ydata()[0], 1)
    assert ax.get_xlim() == (0, 52)
    assert curve.plot(ax=Figure().subplots()).get_ylabel() == "Share still there"
    drawn = kam.plots.predicted_survival(model, ROSSI.head(3), ax=Figure().subplots())
    assert len(drawn.lines) == 3
    forest = model.plot(ax=Figure().subplots())
    assert [t.get_text() for t in forest.get_yticklabels()] == list(model.params_)
    assert forest.get_xscale() == "log"
