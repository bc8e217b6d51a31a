"""`kam.in_force`: one table of answers for accounts that are still there, from any model."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pandas as pd
import pytest
from conftest import KINDS, to_frame
from kam._churn import in_force as _in_force
from numpy.testing import assert_allclose, assert_array_equal

DATA = Path(__file__).parents[2] / "tests" / "data"
ROLES = {"duration": "tenure", "event": "lost"}
COLUMNS = ("Contract", "MonthlyCharges")


@pytest.fixture(scope="module")
def telco() -> pd.DataFrame:
    frame = pd.read_csv(DATA / "telco.csv").query("tenure > 0").reset_index(drop=True)
    frame["lost"] = (frame["Churn"] == "Yes").astype(float)
    return frame[["tenure", "lost", *COLUMNS]]


@pytest.fixture(scope="module")
def models(telco: pd.DataFrame) -> dict[str, Any]:
    with_columns: list[Any] = [
        *(kam.CoxPH(), kam.Hazard(), kam.WeibullAFT(), kam.LogNormalAFT()),
        *(kam.LogLogisticAFT(), kam.ExponentialAFT()),
    ]
    fitted = {type(m).__name__: m.fit(telco, **ROLES) for m in with_columns}
    strata = kam.CoxPH(strata="Contract").fit(telco, **ROLES)
    curve = kam.KaplanMeier().fit(telco, **ROLES)
    renewing = telco.rename(columns={"tenure": "duration", "lost": "event"})
    sbg = kam.ShiftedBetaGeometric().fit(renewing)
    bdw = kam.BetaDiscreteWeibull.from_params(alpha=0.26, beta=1.72, c=1.58)
    return {**fitted, "strata": strata, "KaplanMeier": curve, "sBG": sbg, "BdW": bdw}


NAMES = [
    *("CoxPH", "Hazard", "WeibullAFT", "LogNormalAFT", "LogLogisticAFT", "ExponentialAFT"),
    *("strata", "KaplanMeier", "sBG", "BdW"),
]


@pytest.fixture(params=NAMES)
def model(request: pytest.FixtureRequest, models: dict[str, Any]) -> Any:
    return models[request.param]


def ask(model: Any, frame: Any, **options: Any) -> Any:
    """Warnings of rows aside: some tests are about other things."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kam.RowWarning)
        return kam.in_force(model, frame, **options)


# ---- Published numbers ----------------------------------------------------------------------


def test_kaplan_meier_of_telco_as_r_prints_it() -> None:
    """R survival 3.5.3, survfit on all 7043 rows: S(12), S(24), S(48), S(72)."""
    frame = pd.read_csv(DATA / "telco.csv")
    frame["lost"] = (frame["Churn"] == "Yes").astype(float)
    curve = kam.KaplanMeier().fit(frame, duration="tenure", event="lost")
    s = {12: 0.8431995538, 24: 0.7887363984, 48: 0.7088401843, 72: 0.5927901521}
    table = kam.in_force(curve, {"t": np.array([0.0, 12, 60])}, tenure="t", horizon=12)
    assert_allclose(table["churn_probability"][0], 1 - s[12], rtol=1e-9)
    assert_allclose(table["churn_probability"][1], 1 - s[24] / s[12], rtol=1e-9)
    later = kam.in_force(curve, {"t": np.array([48.0])}, tenure="t", horizon=24)
    assert_allclose(later["churn_probability"], 1 - s[72] / s[48], rtol=1e-9)


def test_shifted_beta_geometric_of_the_paper() -> None:
    """Fader & Hardie (2007), High End: alpha 0.668, beta 3.806; retention (b+n)/(a+b+n)."""
    a, b = 0.668, 3.806
    model = kam.ShiftedBetaGeometric.from_params(alpha=a, beta=b)
    n = np.arange(8.0)
    table = kam.in_force(model, {"n": n}, tenure="n", horizon=1, renewal=2)
    assert_allclose(table["churn_probability"], a / (a + b + n), rtol=1e-12)
    assert_allclose(table["remaining_life"], 1.0)
    twice = (b + n) / (a + b + n) * (b + n + 1) / (a + b + n + 1)
    assert_allclose(table["renewal_probability"], twice, rtol=1e-12)


# ---- Laws -------------------------------------------------------------------------------------


def test_bounds(model: Any, telco: pd.DataFrame) -> None:
    table = ask(model, telco, tenure="tenure", horizon=12, margin="MonthlyCharges", renewal=3)
    known = table["churn_probability"].notna()
    assert known.any()
    assert not np.isinf(table.select_dtypes("number")).any().any()
    some = table[known]
    assert some["churn_probability"].between(0, 1).all()
    assert some["remaining_life"].between(0, 12).all()
    # Who leaves halfway has paid half: the loss expected is not more than what is at risk.
    assert (some["expected_lost_margin"] <= some["value_at_risk"] * (1 + 1e-12)).all()
    assert (some["expected_lost_margin"] >= -1e-9).all()
    # Leaving within 3 is leaving within 12, too.
    assert (1 - some["renewal_probability"] <= some["churn_probability"] + 1e-12).all()
    money = some["churn_probability"] * telco["MonthlyCharges"][known] * 12
    assert_allclose(some["value_at_risk"], money, rtol=1e-12)


def test_the_renewal_date_is_a_horizon_of_its_own(model: Any, telco: pd.DataFrame) -> None:
    part = telco.head(40).assign(due=np.arange(40.0) % 5 + 1)
    table = ask(model, part, tenure=10, horizon=12, renewal="due")
    for due in range(1, 6):
        rows = np.flatnonzero(part["due"] == due)
        alone = ask(model, part.iloc[rows].reset_index(drop=True), tenure=10, horizon=due)
        expected = 1 - alone["churn_probability"].to_numpy()
        assert_allclose(table["renewal_probability"].to_numpy()[rows], expected, rtol=1e-12)


def test_remaining_life_is_the_sum_of_staying(model: Any, telco: pd.DataFrame) -> None:
    """E[min(T, h)] is the integral of S; on whole periods the sum of S(0), …, S(h - 1)."""
    part, tenure, horizon = telco.head(20), 7.0, 6
    table = ask(model, part, tenure=tenure, horizon=horizon)
    discrete = not isinstance(model, kam._churn.aft.AFT)
    step = 1.0 if discrete else 1 / 4
    at = np.arange(step, horizon + step / 2, step)
    stays = [np.ones(len(part))]
    for h in at:
        stays.append(1 - ask(model, part, tenure=tenure, horizon=h)["churn_probability"].to_numpy())
    s = np.array(stays)
    area = s[:-1].sum(axis=0) if discrete else _simpson(s, step)
    assert_allclose(table["remaining_life"], area, rtol=1e-12 if discrete else 1e-6)


def _simpson(s: Any, step: float) -> Any:
    return (s[0] + 4 * s[1:-1:2].sum(axis=0) + 2 * s[2:-1:2].sum(axis=0) + s[-1]) * step / 3


def test_neither_chunks_nor_order_matter(
    model: Any, telco: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = telco.sample(60, random_state=4).reset_index(drop=True)
    options: dict[str, Any] = {"tenure": "tenure", "horizon": 6, "margin": 2.0}
    options["renewal"] = np.arange(60.0) % 7 + 1
    whole = ask(model, part, **options)
    monkeypatch.setattr(_in_force, "_CHUNK", 7)
    pd.testing.assert_frame_equal(ask(model, part, **options), whole)
    order = np.random.default_rng(3).permutation(60)
    options["renewal"] = options["renewal"][order]
    mixed = ask(model, part.iloc[order].reset_index(drop=True), **options)
    pd.testing.assert_frame_equal(mixed, whole.iloc[order].reset_index(drop=True))


def test_frames_of_every_kind(models: dict[str, Any], telco: pd.DataFrame) -> None:
    columns = {name: telco[name].to_numpy()[:30] for name in telco.columns}
    expected = kam.in_force(models["CoxPH"], columns, tenure="tenure", horizon=2)
    for kind in KINDS:
        frame = to_frame(kind, columns)
        table = kam.in_force(models["CoxPH"], frame, tenure="tenure", horizon=2)
        assert kam._data.frames.kind_of(table) == kind
        normal = kam._data.frames.normalise(table)
        for name, values in expected.items():
            found = kam._data.frames.column(normal, name)
            assert_array_equal(found.astype(values.dtype), values, err_msg=f"{kind} {name}")


# ---- Status -----------------------------------------------------------------------------------


def test_beyond_the_data(models: dict[str, Any], telco: pd.DataFrame) -> None:
    part = telco.head(4).assign(tenure=[10.0, 60, 66, 73])
    ends = ["ok", "ok", *2 * ["beyond observed tenure"]]
    silent = {"CoxPH", "strata", "KaplanMeier"}
    for name in (*silent, "Hazard", "WeibullAFT", "ExponentialAFT"):
        table = ask(models[name], part, tenure="tenure", horizon=12)
        assert table["status"].tolist() == ends, name
        missing = [False, False, *2 * [name in silent]]
        assert table["churn_probability"].isna().tolist() == missing
        assert table["remaining_life"].isna().tolist() == missing
        renewals = ask(models[name], part, tenure="tenure", horizon=1, renewal=[80, 12, 5, 1])
        assert renewals["renewal_status"].tolist() == [ends[2], "ok", "ok", ends[2]]


def test_a_stratum_ends_on_its_own() -> None:
    frame = pd.DataFrame(
        {
            "t": [1.0, 2, 3, 4, 5, 6, 10, 20, 30, 40],
            "e": [1, 1, 0, 1, 1, 0, 1, 1, 1, 0],
            "x": [0.0, 1, 0, 1, 1, 0, 0, 1, 1, 0],
            "s": 6 * ["short"] + 4 * ["long"],
        }
    )
    model = kam.CoxPH(strata="s").fit(frame, duration="t", event="e")
    batch = pd.DataFrame({"x": 3 * [0.0], "s": ["short", "long", "other"]})
    with pytest.warns(kam.RowWarning, match="a stratum the fit did not have"):
        table = kam.in_force(model, batch, tenure=2, horizon=10)
    assert table["status"].tolist() == ["beyond observed tenure", "ok", "not usable"]


def test_rows_that_cannot_be_used(models: dict[str, Any], telco: pd.DataFrame) -> None:
    part = telco.head(5).assign(tenure=[1.0, np.nan, -1, np.inf, 3])
    part.loc[4, "Contract"] = "For ever"
    for name in NAMES:
        has_columns = name not in ("KaplanMeier", "sBG", "BdW")
        count = 4 if has_columns else 3
        with pytest.warns(kam.RowWarning, match=rf"in_force: {count} rows are not usable \(tenure"):
            table = kam.in_force(models[name], part, tenure="tenure", horizon=2, margin=1)
        wanted = ["ok", *3 * ["not usable"], "not usable" if has_columns else "ok"]
        assert table["status"].tolist() == wanted, name
        numbers = table.drop(columns="status")
        assert_array_equal(numbers.isna().all(axis=1), table["status"] != "ok")
    with pytest.warns(kam.RowWarning, match=r"column 'Contract' holds 'For ever', a level"):
        kam.in_force(models["CoxPH"], part.tail(1), tenure=3, horizon=2)


def test_money_that_is_not_known_is_missing_not_zero(models: dict[str, Any]) -> None:
    frame = {"t": np.array([1.0, 1, 1]), "m": np.array([10.0, np.nan, -10.0])}
    with pytest.warns(kam.RowWarning, match="1 rows have no margin, first row 1"):
        table = kam.in_force(models["sBG"], frame, tenure="t", horizon=3, margin="m")
    assert_array_equal(np.isnan(table["value_at_risk"]), [False, True, False])
    assert table["value_at_risk"][2] == -table["value_at_risk"][0]
    assert table["status"].tolist() == 3 * ["ok"]
    with pytest.warns(kam.RowWarning, match="2 rows have no renewal date that can be used"):
        table = kam.in_force(models["sBG"], frame, tenure="t", horizon=3, renewal=[1, 0, 1.5])
    assert table["renewal_status"].tolist() == ["ok", "not usable", "not usable"]


def test_no_row(models: dict[str, Any], telco: pd.DataFrame) -> None:
    for name in NAMES:
        table = kam.in_force(models[name], telco.head(0), tenure="tenure", horizon=2, renewal=1.0)
        assert len(table) == 0
        assert list(table.columns)[-2:] == ["status", "renewal_status"]


def test_wrong_calls(models: dict[str, Any], telco: pd.DataFrame) -> None:
    for horizon in (0, -1, np.inf, np.nan):
        with pytest.raises(ValueError, match="`horizon` must be a finite number > 0"):
            kam.in_force(models["CoxPH"], telco, tenure=1, horizon=horizon)
    for name in ("Hazard", "sBG"):
        with pytest.raises(ValueError, match="`horizon` must be whole periods"):
            kam.in_force(models[name], telco, tenure=1, horizon=1.5)
    with pytest.raises(TypeError, match=r"`model` must be KaplanMeier.*got Logistic"):
        kam.in_force(kam.Logistic(), telco, tenure=1, horizon=1)
    with pytest.raises(ValueError, match="not fitted"):
        kam.in_force(kam.KaplanMeier(), telco, tenure=1, horizon=1)
    with pytest.raises(kam.DataError, match=r"'months' \(for tenure\) is missing"):
        kam.in_force(models["CoxPH"], telco, tenure="months", horizon=1)
    with pytest.raises(kam.DataError, match="'Contract'"):
        kam.in_force(models["CoxPH"], telco[["tenure", "MonthlyCharges"]], tenure=1, horizon=1)
    with pytest.raises(ValueError, match="`margin` has 2 rows, expected"):
        kam.in_force(models["CoxPH"], telco, tenure=1, horizon=1, margin=[1, 2])
