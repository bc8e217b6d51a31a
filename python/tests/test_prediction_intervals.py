"""Intervals and calibrators of churn predictions, as Python and model files have them."""

from __future__ import annotations

import json
import pickle
import warnings
from typing import Any

import kam
import numpy as np
import pandas as pd
import pytest
from conftest import KINDS, ROOT, to_frame

ROLES: dict[str, Any] = {"duration": "tenure", "event": "lost"}
COLUMNS = ["Contract", "PaymentMethod", "MonthlyCharges"]
ENDS = ("", "_lo", "_hi")


@pytest.fixture(scope="module")
def telco() -> pd.DataFrame:
    frame = pd.read_csv(ROOT / "tests" / "data" / "telco.csv").query("tenure > 0")
    frame = frame.reset_index(drop=True)
    frame["lost"] = (frame["Churn"] == "Yes").astype(float)
    return frame[["tenure", "lost", *COLUMNS]]


@pytest.fixture(scope="module")
def models(telco: pd.DataFrame) -> dict[str, Any]:
    made = (kam.CoxPH(), kam.Hazard(), kam.Hazard("cloglog"), kam.WeibullAFT(), kam.LogNormalAFT())
    fitted: dict[str, Any] = {
        f"{type(m).__name__}{getattr(m, 'link', '')}": m.fit(telco, **ROLES) for m in made
    }
    fitted["KaplanMeier"] = kam.KaplanMeier().fit(telco, **ROLES)
    renewing = telco.rename(columns={"tenure": "duration", "lost": "event"})
    fitted["sBG"] = kam.ShiftedBetaGeometric().fit(renewing)
    return fitted


NAMES = [
    *("CoxPH", "Hazardlogit", "Hazardcloglog", "WeibullAFT", "LogNormalAFT", "KaplanMeier", "sBG")
]


def quiet(call: Any, *arguments: Any, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*arguments, **options)


def in_order(table: Any, name: str) -> None:
    """lo <= estimate <= hi, missing together, and not all of them points."""
    value, lo, hi = (np.asarray(table[f"{name}{end}"], dtype=float) for end in ENDS)
    known = ~np.isnan(value)
    assert known.any()
    assert np.array_equal(np.isnan(lo), ~known)
    assert np.array_equal(np.isnan(hi), ~known)
    assert (lo[known] <= value[known]).all()
    assert (value[known] <= hi[known]).all()
    assert (lo[known] < hi[known]).any()


# ---- Predictions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["CoxPH", "Hazardlogit", "Hazardcloglog", "WeibullAFT"])
def test_churn_with_interval_and_basis(
    name: str, models: dict[str, Any], telco: pd.DataFrame
) -> None:
    model, batch = models[name], telco.head(200)
    plain = quiet(model.predict_churn, batch, 6, "tenure")
    table = quiet(model.predict_churn, batch, 6, "tenure", interval=True)
    assert list(table.columns[:3]) == [f"churn_probability{end}" for end in ENDS]
    assert np.array_equal(table["churn_probability"], plain, equal_nan=True)
    in_order(table, "churn_probability")
    wide = quiet(model.predict_churn, batch, 6, "tenure", interval=True, level=0.99)
    known = ~np.isnan(plain)
    assert (wide["churn_probability_hi"] > table["churn_probability_hi"])[known].all()
    assert set(table["basis"]) == {model.basis_}
    assert "1869" in model.basis_
    for level in (0, 1, np.nan):
        with pytest.raises(ValueError, match="level"):
            quiet(model.predict_churn, batch, 6, "tenure", interval=True, level=level)


@pytest.mark.parametrize("name", ["CoxPH", "Hazardlogit", "Hazardcloglog"])
def test_survival_with_interval_is_one_less_churn(
    name: str, models: dict[str, Any], telco: pd.DataFrame
) -> None:
    model, batch = models[name], telco.head(50)
    stays = model.predict_survival(batch, [3, 24], interval=True)
    assert np.array_equal(stays["estimate"], model.predict_survival(batch, [3, 24]))
    for k, time in enumerate((3, 24)):
        churn = model.predict_churn(batch, time, interval=True)
        assert np.allclose(stays["lo"][:, k], 1 - churn["churn_probability_hi"], atol=1e-14)
        assert np.allclose(stays["hi"][:, k], 1 - churn["churn_probability_lo"], atol=1e-14)


def test_logistic_intervals_are_those_of_its_coefficients(telco: pd.DataFrame) -> None:
    model = kam.Logistic().fit(telco, event="lost", covariates=["MonthlyCharges"])
    table = model.predict_churn(telco.head(100), interval=True, level=0.95)
    x = np.column_stack([np.ones(100), telco["MonthlyCharges"].head(100)])
    se = np.sqrt(np.einsum("ij,jk,ik->i", x, model.covariance_, x))
    eta = model.decision_function(telco.head(100))
    for end, sign in (("_lo", -1), ("_hi", 1)):
        expected = 1 / (1 + np.exp(-(eta + sign * 1.959963984540054 * se)))
        assert np.allclose(table[f"churn_probability{end}"], expected, rtol=1e-12)
    assert table["basis"][0] == "Logistic, 1869 lost in 7032 rows"


def test_a_robust_fit_has_robust_intervals(telco: pd.DataFrame) -> None:
    batch = telco.head(20)
    for plain, robust in (
        (kam.CoxPH(), kam.CoxPH(robust=True)),
        (kam.Hazard(), kam.Hazard(robust=True)),
    ):
        frames = [
            quiet(m.fit(telco, **ROLES).predict_churn, batch, 6, interval=True)
            for m in (plain, robust)
        ]
        assert np.array_equal(*(f["churn_probability"] for f in frames))
        assert not np.allclose(*(f["churn_probability_hi"] for f in frames), rtol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_frame(kind: str, models: dict[str, Any], telco: pd.DataFrame) -> None:
    columns = {name: telco[name].to_numpy()[:30] for name in telco.columns}
    for name in ("CoxPH", "Hazardlogit"):
        options: dict[str, Any] = {"horizon": 2, "tenure": 5, "interval": True}
        expected = quiet(models[name].predict_churn, columns, **options)
        made = quiet(models[name].predict_churn, to_frame(kind, columns), **options)
        assert kam._data.frames.kind_of(made) == kind
        normal = kam._data.frames.normalise(made)
        for column, values in expected.items():
            assert kam._data.frames.column(normal, column).tolist() == values.tolist()


@pytest.mark.parametrize("name", ["CoxPH", "Hazardlogit", "WeibullAFT"])
def test_files_keep_the_intervals(name: str, models: dict[str, Any], telco: pd.DataFrame) -> None:
    batch, model = telco.head(100), models[name]
    expected = quiet(model.predict_churn, batch, 6, "tenure", interval=True)
    for again, tolerance in (
        (pickle.loads(pickle.dumps(model)), 0),
        (kam.load_model(model.to_json()), 5e-3 if name == "CoxPH" else 0),  # six digits, 32 points
    ):
        table = quiet(again.predict_churn, batch, 6, "tenure", interval=True)
        pd.testing.assert_frame_equal(table, expected, rtol=tolerance, atol=0)


def test_a_cox_file_without_spreads_answers_without_intervals(
    models: dict[str, Any], telco: pd.DataFrame
) -> None:
    from kam._churn.survival_input import to_json

    content = json.loads(models["CoxPH"].to_json())
    for key in ("spreads", "checksum", "format", "format_version", "kam_version", "kind"):
        del content[key]
    old = kam.CoxPH.from_json(to_json("cox", content))
    batch = telco.head(5)
    assert np.array_equal(
        quiet(old.predict_churn, batch, 2), quiet(models["CoxPH"].predict_churn, batch, 2)
    )
    with pytest.raises(ValueError, match="no variance of its baseline"):
        old.predict_churn(batch, 2, interval=True)


# ---- Accounts in force ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_in_force_with_intervals(name: str, models: dict[str, Any], telco: pd.DataFrame) -> None:
    batch = telco.head(300)
    asked: dict[str, Any] = {
        "tenure": "tenure",
        "horizon": 6,
        "margin": "MonthlyCharges",
        "renewal": 3,
    }
    plain = quiet(kam.in_force, models[name], batch, **asked)
    table = quiet(kam.in_force, models[name], batch, **asked, interval=True)
    assert list(table.columns[-2:]) == ["status", "renewal_status"]
    for column in plain.columns:
        if column.endswith("status"):
            assert (plain[column] == table[column]).all()
            continue
        assert np.array_equal(plain[column], table[column], equal_nan=True), column
        in_order(table, column)
    assert (table["remaining_life_hi"].fillna(0) <= 6).all()
    assert (table["churn_probability_hi"].fillna(0) <= 1).all()
    loss = table["churn_probability_lo"] * batch["MonthlyCharges"] * 6
    assert np.allclose(table["value_at_risk_lo"], loss, equal_nan=True)
    narrow = quiet(kam.in_force, models[name], batch, **asked, interval=True, level=0.5)
    width = [t["churn_probability_hi"] - t["churn_probability_lo"] for t in (narrow, table)]
    assert (width[0].fillna(0) <= width[1].fillna(0)).all()


def test_a_negative_margin_keeps_its_limits_in_order(
    models: dict[str, Any], telco: pd.DataFrame
) -> None:
    table = quiet(
        kam.in_force,
        *(models["CoxPH"], telco.head(50)),
        **{"tenure": 5, "horizon": 6, "margin": -10, "interval": True},
    )
    in_order(table, "value_at_risk")
    in_order(table, "expected_lost_margin")
    with pytest.raises(ValueError, match="`level` must be between 0 and 1"):
        kam.in_force(models["CoxPH"], telco, tenure=5, horizon=6, interval=True, level=1)


def test_a_renewal_model_knows_what_it_has_seen(
    models: dict[str, Any], telco: pd.DataFrame
) -> None:
    model = models["sBG"]
    assert model.longest_ == telco["tenure"].max() == 72
    assert kam.load_model(model.to_json()).longest_ == 72
    assert pickle.loads(pickle.dumps(model)).longest_ == 72
    table = kam.in_force(model, {"tenure": [66.0, 67.0, 80.0]}, tenure="tenure", horizon=6)
    assert list(table["status"]) == ["ok", "beyond observed tenure", "beyond observed tenure"]
    assert np.isfinite(table["churn_probability"]).all()  # the formula answers all the same
    frame = model.predict_churn([66, 67], 6, interval=True)
    assert list(frame["extrapolated"]) == [False, True]
    given = kam.ShiftedBetaGeometric.from_params(alpha=1, beta=2)
    assert np.isnan(given.longest_)
    assert list(kam.in_force(given, {"t": [500]}, tenure="t", horizon=6)["status"]) == ["ok"]
    cohort = quiet(kam.ShiftedBetaGeometric().fit_cohort, [1000, 869, 743, 653, 593])
    assert cohort.longest_ == 4


# ---- Calibrators ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def halves(telco: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    mixed = telco.sample(frac=1, random_state=1).reset_index(drop=True)
    return mixed.head(3500), mixed.tail(3532).reset_index(drop=True)


@pytest.mark.parametrize("method", ["platt", "temperature", "beta", "isotonic", "venn_abers"])
def test_a_logistic_applies_its_calibrator_everywhere(
    method: str, halves: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    train, held = halves
    model = kam.Logistic().fit(train, event="lost")
    raw = model.predict_churn(held)
    calibrator = kam.calibrate(held["lost"], raw, method)
    assert model.calibrate_with(calibrator) is model
    expected = calibrator.predict(raw)
    for same in (model, kam.load_model(model.to_json()), pickle.loads(pickle.dumps(model))):
        assert np.array_equal(same.predict_proba(held), expected)
        table = same.predict_churn(held, interval=True)
        assert np.array_equal(table["churn_probability"], expected)
        in_order(table, "churn_probability")
        assert table["basis"][0].endswith(f", calibrated ({method})")
        reasons = same.reasons(held)
        gap = reasons["churn_probability"] - reasons["reference_probability"]
        assert np.array_equal(reasons["churn_probability"], expected)
        assert np.abs(reasons.iloc[:, 2:].sum(axis=1) - gap).max() < 1e-14
        assert same.calibrator_.method == method
    assert model.calibrate_with(None).calibrator_ is None
    assert np.array_equal(model.predict_churn(held), raw)


def test_calibration_repairs_a_biased_model(halves: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Trained with losses counted three times, as samples are often balanced."""
    train, held = halves
    weights = np.where(train["lost"] == 1, 3.0, 1.0)
    model = kam.Logistic().fit(train, event="lost", sample_weight=weights)
    fit, test = held.head(1700), held.tail(1832)
    assert model.predict_churn(test).mean() > 1.5 * test["lost"].mean()
    model.calibrate_with(kam.calibrate(fit["lost"], model.predict_churn(fit)))
    assert model.predict_churn(test).mean() == pytest.approx(test["lost"].mean(), abs=0.02)


def test_a_hazard_applies_its_calibrator_to_its_horizon_alone(
    halves: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    train, held = halves
    model = kam.Hazard().fit(train, **ROLES)
    raw, other = model.predict_churn(held, 6), model.predict_churn(held, 9)
    lost = ((held["lost"] == 1) & (held["tenure"] <= 6)).astype(float)
    known = (held["lost"] == 1) | (held["tenure"] >= 6)
    calibrator = kam.calibrate(lost[known], raw[known])
    model.calibrate_with(calibrator, horizon=6)
    again = kam.Hazard.from_json(model.to_json())
    assert list(again.calibrators_) == [6]
    for same in (model, again):
        assert np.array_equal(same.predict_churn(held, 6), calibrator.predict(raw))
        with pytest.warns(kam.AssumptionWarning, match=r"horizon of 6 only: .*within 9"):
            assert np.array_equal(same.predict_churn(held, 9), other)
        table = kam.in_force(same, held, tenure=0, horizon=6, interval=True)
        assert np.array_equal(table["churn_probability"], calibrator.predict(raw))
        stays = same.predict_survival(held, [6], interval=True)
        assert np.allclose(stays["lo"][:, 0], 1 - table["churn_probability_hi"], atol=1e-15)
    assert "calibrated within 6 (platt)" in model.basis_
    for horizon in (0, 2.5, -1, np.nan):
        with pytest.raises(ValueError, match="horizon"):
            model.calibrate_with(calibrator, horizon=horizon)
    assert model.calibrate_with(None, horizon=6).calibrators_ == {}


def test_a_file_with_a_damaged_calibrator_is_refused(
    halves: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    train, held = halves
    model = kam.Logistic().fit(train, event="lost")
    model.calibrate_with(kam.calibrate(held["lost"], model.predict_churn(held)))
    text = model.to_json()
    assert '"slope"' in text
    with pytest.raises(kam.FormatError, match="checksum"):
        kam.Logistic.from_json(text.replace('"slope"', '"slape"'))


def test_rows_of_the_scorer_are_calibrated_too(halves: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    train, held = halves
    model = kam.Logistic().fit(train, event="lost", covariates=["MonthlyCharges"])
    model.calibrate_with(kam.calibrate(held["lost"], model.predict_churn(held), "isotonic"))
    batch = model.predict_churn(held.head(20))
    assert model._scorer is not None
    rows = [
        model._scorer.probability(np.array([x])) for x in held["MonthlyCharges"].head(20).to_numpy()
    ]
    assert np.array_equal(rows, batch)
