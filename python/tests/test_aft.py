"""Accelerated-failure-time regression from Python: published numbers, files, frames, messages."""

from __future__ import annotations

import copy
import csv
import json
import math
import pickle
import warnings
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pytest

DATA = Path(__file__).parents[2] / "tests" / "data"
ROSSI = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]


def table(name: str) -> dict[str, Any]:
    """Columns of a data set: numbers where every cell is one, text otherwise."""
    with (DATA / name).open() as file:
        rows = list(csv.DictReader(file))
    columns: dict[str, Any] = {}
    for key in rows[0]:
        cells = [row[key] for row in rows]
        try:
            columns[key] = np.array([float(cell) for cell in cells])
        except ValueError:
            columns[key] = np.array(cells, dtype=object)
    return columns


@pytest.fixture(scope="module")
def rossi() -> dict[str, Any]:
    return table("rossi.csv")


@pytest.fixture(scope="module")
def weibull(rossi: dict[str, Any]) -> kam.WeibullAFT:
    return kam.WeibullAFT().fit(rossi, duration="week", event="arrest")


def quiet(call: Any, *arguments: Any, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*arguments, **options)


# ---- Published numbers: R 4.2.2, survival 3.5.3 -------------------------------------------------


def test_weibull_of_rossi(weibull: kam.WeibullAFT) -> None:
    expected = {
        "Intercept": 3.9901347972,
        "fin": 0.2721633597,
        "age": 0.0407137983,
        "race": -0.2248024432,
        "wexp": 0.1065565869,
        "mar": 0.3112732650,
        "paro": 0.0588272526,
        "prio": -0.0658169048,
        "log(scale)": -0.339108240428,
    }
    assert list(weibull.params_) == list(expected)
    assert weibull.params_ == pytest.approx(expected, rel=1e-7)
    assert weibull.log_likelihood_ == pytest.approx(-679.916563937, rel=1e-9)
    assert weibull.aic_ == pytest.approx(1377.83312787, rel=1e-9)
    assert weibull.converged_
    assert weibull.longest_ == 52


@pytest.mark.parametrize(
    ("model", "expected", "log_likelihood"),
    [
        (kam.LogNormalAFT, {"Intercept": 4.2676657038, "fin": 0.3428476792}, -683.234625278),
        (kam.LogLogisticAFT, {"Intercept": 3.9183041430, "paro": 0.0507981699}, -679.938411053),
        (kam.ExponentialAFT, {"Intercept": 4.0506915379, "log(scale)": 0.0}, -686.365940854),
    ],
)
def test_other_distributions_of_rossi(
    rossi: dict[str, Any], model: Any, expected: dict[str, float], log_likelihood: float
) -> None:
    fit = model().fit(rossi, duration="week", event="arrest", covariates=ROSSI)
    got = {name: fit.params_[name] for name in expected}
    assert got == pytest.approx(expected, rel=1e-7)
    assert fit.log_likelihood_ == pytest.approx(log_likelihood, rel=1e-9)


def test_robust_errors_of_rossi(rossi: dict[str, Any]) -> None:
    fit = kam.WeibullAFT(robust=True).fit(rossi, duration="week", event="arrest")
    errors = fit.standard_errors_
    got = [round(errors[name], 4) for name in ("fin", "Intercept", "log(scale)")]
    assert got == [0.1423, 0.4631, 0.0870]
    by_row = {**rossi, "row": np.arange(len(rossi["week"]))}
    clustered = kam.WeibullAFT(cluster="row").fit(by_row, duration="week", event="arrest")
    assert clustered.standard_errors_ == pytest.approx(errors, rel=1e-10)


def test_life_at_the_means(rossi: dict[str, Any], weibull: kam.WeibullAFT) -> None:
    """lifelines 0.30.1 prints 87.741 and 103.787 here: it rounds the means of 0/1 columns to 0."""
    means = {name: [float(rossi[name].mean())] for name in ROSSI}
    assert quiet(weibull.predict_median, means)[0] == pytest.approx(100.325726283, rel=1e-9)
    assert quiet(weibull.predict_mean, means)[0] == pytest.approx(118.672567665, rel=1e-9)


def test_telco_with_text_columns() -> None:
    telco = table("telco.csv")
    telco["lost"] = telco["Churn"] == "Yes"
    fit = kam.WeibullAFT(levels={"InternetService": ["DSL", "Fiber optic", "No"]}).fit(
        telco,
        duration="tenure",
        event="lost",
        covariates=["Contract", "MonthlyCharges", "PaymentMethod", "SeniorCitizen", "Partner",
                    "InternetService", "Dependents", "PaperlessBilling", "gender"],
        unit="month",
    )  # fmt: skip
    assert fit.params_["Contract[One year]"] == pytest.approx(1.7878821220, rel=1e-7)
    assert fit.params_["Contract[Two year]"] == pytest.approx(3.2186624178, rel=1e-7)
    assert fit.params_["Intercept"] == pytest.approx(2.6444154397, rel=1e-7)
    assert fit.scale_ == pytest.approx(1.13490591555, rel=1e-7)
    assert fit.log_likelihood_ == pytest.approx(-9048.19684298, rel=1e-10)
    # A batch that lacks a level, and one with a level the fit did not have.
    one = {name: telco[name][:3].copy() for name in fit.design_.inputs}
    assert np.isfinite(fit.predict_churn(one, 12, tenure=telco["tenure"][:3])).all()
    one["Contract"][1] = "Ten years"
    with pytest.warns(kam.RowWarning, match="Ten years"):
        churn = fit.predict_churn(one, 12)
    assert np.isnan(churn[1])
    assert np.isfinite(churn[[0, 2]]).all()


def test_waltons_without_covariates() -> None:
    waltons = table("waltons.csv")
    fit = kam.WeibullAFT().fit(waltons, duration="T", event="E", covariates=[])
    assert fit.scale_ == pytest.approx(0.28981220143, rel=1e-9)
    assert fit.log_likelihood_ == pytest.approx(-672.0621872717, rel=1e-10)
    survival = fit.predict_survival({"T": waltons["T"][:2]}, [0, 33, 56])
    assert survival.shape == (2, 3)
    lam, rho = math.exp(fit.params_["Intercept"]), 1 / fit.scale_
    assert survival[1] == pytest.approx(np.exp(-((np.array([0, 33, 56]) / lam) ** rho)), rel=1e-10)


# ---- Laws -------------------------------------------------------------------------------------


def test_churn_is_conditional_survival(rossi: dict[str, Any], weibull: kam.WeibullAFT) -> None:
    curves = quiet(weibull.predict_survival, rossi, [20, 45])
    churn = quiet(weibull.predict_churn, rossi, 25, tenure=20)
    assert churn == pytest.approx(1 - curves[:, 1] / curves[:, 0], rel=1e-10)
    by_column = quiet(weibull.predict_churn, {**rossi, "since": np.full(432, 20)}, 25, "since")
    assert (by_column == churn).all()


def test_mean_adds_up_over_horizons(rossi: dict[str, Any], weibull: kam.WeibullAFT) -> None:
    whole = quiet(weibull.predict_mean, rossi)
    within = quiet(weibull.predict_mean, rossi, horizon=30)
    stay = quiet(weibull.predict_survival, rossi, 30)[:, 0]
    after = quiet(weibull.predict_mean, rossi, tenure=30)
    assert whole == pytest.approx(within + stay * after, rel=1e-10)


def test_sample_weight_is_repetition(rossi: dict[str, Any]) -> None:
    counts = np.arange(432) % 3
    repeated = {name: np.repeat(column, counts) for name, column in rossi.items()}
    a = kam.LogNormalAFT().fit(rossi, duration="week", event="arrest", sample_weight=counts)
    b = kam.LogNormalAFT().fit(repeated, duration="week", event="arrest")
    c = kam.LogNormalAFT().fit(
        {**rossi, "n": counts}, duration="week", event="arrest", sample_weight="n"
    )
    assert a.params_ == pytest.approx(b.params_, rel=1e-8)
    assert a.params_ == c.params_


def test_intervals_hold_their_estimate(rossi: dict[str, Any], weibull: kam.WeibullAFT) -> None:
    for call, name in (
        (lambda **o: weibull.predict_churn(rossi, 12, 20, **o), "churn_probability"),
        (lambda **o: weibull.predict_median(rossi, 20, **o), "remaining_life"),
        (lambda **o: weibull.predict_mean(rossi, 20, horizon=12, **o), "expected_life"),
    ):
        frame = quiet(call, interval=True, level=0.8)
        wide = quiet(call, interval=True, level=0.99)
        plain = quiet(call)
        basis = ["basis"] if name == "churn_probability" else []
        assert list(frame) == [name, f"{name}_lo", f"{name}_hi", "extrapolated", *basis]
        assert (frame[name] == plain).all()
        assert (frame[f"{name}_lo"] < plain).all()
        assert (frame[f"{name}_hi"] > plain).all()
        assert (wide[f"{name}_lo"] < frame[f"{name}_lo"]).all()


# ---- Beyond the data ---------------------------------------------------------------------------


def test_beyond_the_data_is_said(rossi: dict[str, Any], weibull: kam.WeibullAFT) -> None:
    with pytest.warns(kam.AssumptionWarning, match="largest observed duration .52."):
        frame = weibull.predict_median(rossi, interval=True)
    assert (frame["extrapolated"] == (frame["remaining_life"] > 52)).all()
    assert frame["extrapolated"].mean() > 0.9
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        weibull.predict_churn(rossi, 12, tenure=40)
    with pytest.warns(kam.AssumptionWarning, match="432 rows"):
        weibull.predict_churn(rossi, 12.5, tenure=40)
    with pytest.warns(kam.AssumptionWarning):
        weibull.predict_survival(rossi, [10, 60])


# ---- Files --------------------------------------------------------------------------------------


def test_json_and_pickle_keep_every_bit(rossi: dict[str, Any], weibull: kam.WeibullAFT) -> None:
    text = weibull.to_json()
    assert len(text) < 5000
    for other in (
        kam.WeibullAFT.from_json(text),
        pickle.loads(pickle.dumps(weibull)),
        copy.deepcopy(weibull),
    ):
        assert other.params_ == weibull.params_
        assert other.standard_errors_ == weibull.standard_errors_
        assert other.to_json() == text
        churn = other.predict_churn(rossi, 5, 10)
        assert (churn == weibull.predict_churn(rossi, 5, 10)).all()
    unfitted = pickle.loads(pickle.dumps(kam.WeibullAFT(ridge=2.5)))
    assert unfitted.ridge == 2.5


def test_wrong_files_are_refused(weibull: kam.WeibullAFT) -> None:
    text = weibull.to_json()
    with pytest.raises(kam.VersionError, match="weibull"):
        kam.LogNormalAFT.from_json(text)
    with pytest.raises(kam.FormatError):
        kam.WeibullAFT.from_json(text[:200])
    with pytest.raises(kam.FormatError, match="checksum"):
        kam.WeibullAFT.from_json(text.replace('"events":114', '"events":115'))
    with pytest.raises(kam.VersionError):
        kam.BGNBD.from_json(text)
    assert "1,20," not in json.loads(text)  # no row of the data


# ---- Hostile input -------------------------------------------------------------------------------


def test_frames_of_any_kind(rossi: dict[str, Any], weibull: kam.WeibullAFT) -> None:
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    for frame in (pandas.DataFrame(rossi), polars.DataFrame(rossi)):
        fit = kam.WeibullAFT().fit(frame, duration="week", event="arrest")
        assert fit.params_ == weibull.params_
        assert isinstance(quiet(fit.predict_churn, frame, 5, interval=True), type(frame))


def test_rows_that_cannot_be_read_are_counted(rossi: dict[str, Any]) -> None:
    bad = {name: column.copy() for name, column in rossi.items()}
    bad["week"][3] = -1
    bad["arrest"][5] = 2
    with pytest.warns(kam.RowWarning, match="2 rows"):
        kam.WeibullAFT().fit(bad, duration="week", event="arrest")


def test_dropped_and_separating_columns_are_named(rossi: dict[str, Any]) -> None:
    twins = {**rossi, "years": rossi["age"] * 2 + 1}
    with pytest.warns(kam.ConvergenceWarning, match="`years`"):
        fit = kam.WeibullAFT().fit(twins, duration="week", event="arrest")
    assert math.isnan(fit.params_["years"])
    assert math.isnan(fit.standard_errors_["years"])
    assert np.isfinite(quiet(fit.predict_churn, twins, 5)).all()
    back = kam.WeibullAFT.from_json(fit.to_json())
    assert math.isnan(back.params_["years"])
    separated = {**rossi, "free": np.where(rossi["arrest"] == 1, 0.0, rossi["fin"])}
    with pytest.warns(kam.ConvergenceWarning, match="`free`"):
        fit = kam.WeibullAFT().fit(separated, duration="week", event="arrest")
    assert not fit.converged_
    kept = kam.WeibullAFT(ridge=1).fit(separated, duration="week", event="arrest")
    assert kept.converged_
    assert math.isfinite(kept.params_["free"])


def test_no_event_is_an_answer(rossi: dict[str, Any]) -> None:
    nobody = {**rossi, "arrest": np.zeros(432)}
    with pytest.warns(kam.ConvergenceWarning, match="no event"):
        fit = kam.WeibullAFT().fit(nobody, duration="week", event="arrest")
    assert not fit.converged_
    assert math.isnan(fit.params_["fin"])
    with pytest.warns(kam.RowWarning):
        assert np.isnan(fit.predict_churn(rossi, 5)).all()
    assert math.isnan(kam.WeibullAFT.from_json(fit.to_json()).params_["Intercept"])


def test_wrong_calls_are_named(rossi: dict[str, Any], weibull: kam.WeibullAFT) -> None:
    with pytest.raises(kam.DataError, match="'weeks'"):
        kam.WeibullAFT().fit(rossi, duration="weeks", event="arrest")
    with pytest.raises(ValueError, match="sample_weight"):
        kam.WeibullAFT().fit(rossi, duration="week", event="arrest", sample_weight=[1, 2])
    with pytest.raises(ValueError, match="ridge"):
        kam.WeibullAFT(ridge=-1).fit(rossi, duration="week", event="arrest")
    with pytest.raises(ValueError, match="not fitted"):
        _ = kam.WeibullAFT().params_
    with pytest.raises(ValueError, match="horizon"):
        weibull.predict_churn(rossi, -3)
    with pytest.raises(ValueError, match="tenure"):
        weibull.predict_churn(rossi, 3, tenure=[1, 2])
    with pytest.raises(kam.DataError, match="'fin'"):
        weibull.predict_churn({"age": [1.0]}, 3)
    with pytest.raises(ValueError, match="level"):
        weibull.predict_churn(rossi, 3, interval=True, level=1.5)
    empty = {name: column[:0] for name, column in rossi.items()}
    with pytest.raises(kam.InsufficientDataError):
        kam.WeibullAFT().fit(empty, duration="week", event="arrest")


def test_summary_and_parameters(weibull: kam.WeibullAFT) -> None:
    text = weibull.summary()
    assert "432 rows, 114 events" in text
    assert "log-likelihood -679.916564" in text
    assert kam.WeibullAFT(ridge=3).get_params()["ridge"] == 3
    assert kam.WeibullAFT().set_params(robust=True).robust
    with pytest.raises(ValueError, match="unknown"):
        kam.WeibullAFT().set_params(penalty=1)
    assert repr(kam.WeibullAFT()) == "WeibullAFT()"
