"""`kam predict`: what was fitted yesterday, applied to the file of today."""

from __future__ import annotations

import io
import json
import warnings
from pathlib import Path

import kam
import numpy as np
import pandas as pd
import pytest
from commands import Kam

DATA = Path(__file__).parents[2] / "tests" / "data"
TELCO = DATA / "telco.csv"
FIT = ("--duration", "tenure", "--event", "Churn=Yes", "--covariates", "Contract,MonthlyCharges")
ASK = ("--horizon", "6", "--tenure", "tenure", "--margin", "MonthlyCharges", "--id", "customerID")


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty customers still there, with an id, in another order of columns."""
    path = tmp_path_factory.mktemp("batch") / "today.csv"
    telco = pd.read_csv(TELCO).query("Churn == 'No' and tenure > 0").head(20)
    telco["customerID"] = [f"{7590 + i:05d}-VHVEG" for i in range(20)]
    telco["more"] = "x"
    telco[telco.columns[::-1]].to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    "name", ["cox", "hazard", "weibull-aft", "log-logistic-aft", "kaplan-meier"]
)
def test_in_force_from_a_file(name: str, run: Kam, batch: Path, tmp_path: Path) -> None:
    saved = tmp_path / "model.json"
    options = FIT if name != "kaplan-meier" else FIT[:4]
    assert run("fit", name, TELCO, *options, "--save", saved).code == 0
    done = run("predict", saved, batch, *ASK)
    assert done.code == 0
    table = pd.read_csv(io.StringIO(done.out))
    frame = pd.read_csv(batch)
    model = kam.load_model(saved)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = kam.in_force(
            model,
            frame,
            **{"tenure": "tenure", "horizon": 6, "margin": "MonthlyCharges", "interval": True},
        )
    assert table["customerID"].tolist() == frame["customerID"].tolist()
    for column in expected.columns:
        if column != "status":
            assert np.array_equal(table[column], expected[column], equal_nan=True), column
    assert table["status"].tolist() == expected["status"].tolist()
    assert table["basis"].notna().all()


def test_a_file_and_its_schema(run: Kam, batch: Path, tmp_path: Path) -> None:
    saved, out = tmp_path / "cox.json", tmp_path / "churn.parquet"
    run("fit", "cox", TELCO, *FIT, "--save", saved)
    assert run("predict", saved, batch, *ASK, "--out", out, "--level", "0.9").code == 0
    table = pd.read_parquet(out)
    schema = json.loads((tmp_path / "churn.parquet.schema.json").read_text())
    assert [entry["column"] for entry in schema] == list(table.columns)
    assert "lower limit at 0.9" in schema[2]["meaning"]
    assert all(entry["meaning"] for entry in schema)


def test_a_calibrated_logistic(run: Kam, batch: Path, tmp_path: Path) -> None:
    telco = pd.read_csv(TELCO)
    telco["lost"] = (telco["Churn"] == "Yes").astype(float)
    model = kam.Logistic().fit(telco, event="lost", covariates=["Contract", "MonthlyCharges"])
    model.calibrate_with(kam.calibrate(telco["lost"], model.predict_churn(telco), "isotonic"))
    saved = tmp_path / "logistic.json"
    saved.write_text(model.to_json())
    done = run("predict", saved, batch)
    table = pd.read_csv(io.StringIO(done.out))
    assert np.array_equal(table["churn_probability"], model.predict_churn(pd.read_csv(batch)))
    assert table["basis"].str.endswith("calibrated (isotonic)").all()
    assert run("predict", saved, batch, "--horizon", "6").code == 2


def test_a_ladder(run: Kam, batch: Path, tmp_path: Path) -> None:
    telco = pd.read_csv(TELCO).head(400)
    telco["lost"] = (telco["Churn"] == "Yes").astype(float)
    ladder = kam.ChurnLadder(["tenure", "Contract"], horizon=30).fit(telco, event="lost")
    saved = tmp_path / "ladder.json"
    saved.write_text(ladder.to_json())
    table = pd.read_csv(io.StringIO(run("predict", saved, batch).out))
    expected = ladder.predict(pd.read_csv(batch))
    assert np.array_equal(table["churn_probability_hi"], expected["churn_probability_hi"])
    assert table["basis"].tolist() == expected["basis"].tolist()


def test_rows_that_cannot_be_used(run: Kam, batch: Path, tmp_path: Path) -> None:
    saved, worse = tmp_path / "cox.json", tmp_path / "worse.csv"
    run("fit", "cox", TELCO, *FIT, "--save", saved)
    frame = pd.read_csv(batch, dtype=object)
    frame.loc[3, "Contract"] = "For ever"
    frame.loc[5, "tenure"] = "ten"
    frame.loc[7, "MonthlyCharges"] = ""
    frame.to_csv(worse, index=False)
    done = run("predict", saved, worse, *ASK)
    assert done.code == 5  # three rows, none allowed
    assert "a level the fit did not have" in done.err
    assert "'ten'" in done.err
    table = pd.read_csv(io.StringIO(done.out))
    assert (table["status"] == "not usable").tolist() == [i in (3, 5, 7) for i in range(20)]
    assert run("predict", saved, worse, *ASK, "--max-rejects", "3").code == 0
    frame.drop(columns="Contract").to_csv(worse, index=False)
    done = run("predict", saved, worse, *ASK)
    assert (done.code, "column 'Contract' is missing" in done.err) == (3, True)


def test_wrong_calls(run: Kam, batch: Path, tmp_path: Path) -> None:
    saved = tmp_path / "hazard.json"
    run("fit", "hazard", TELCO, *FIT, "--save", saved)
    for options, code, words in (
        ((), 2, "--horizon: needed"),
        (("--horizon", "6"), 2, "--tenure: needed"),
        (("--horizon", "2.5", "--tenure", "tenure"), 2, "counts whole periods"),
        (("--horizon", "0", "--tenure", "tenure"), 2, "must be > 0"),
        (("--horizon", "6", "--tenure", "nope"), 3, "column 'nope'"),
        (("--horizon", "6", "--tenure", "tenure", "--id", "nope"), 2, "--id: column 'nope'"),
        (("--horizon", "6", "--tenure", "tenure", "--level", "1"), 2, "must be below 1"),
    ):
        done = run("predict", saved, batch, *options)
        assert done.code == code, options
        assert words in done.err, options
    orders = tmp_path / "orders.json"
    orders.write_text(kam.BGNBD.from_params(r=1, alpha=1, a=1, b=1).to_json())
    for path, words in (
        (orders, "no model of churn"),
        (tmp_path / "none.json", "No such file"),
        (batch, "not valid JSON"),
    ):
        done = run("predict", path, batch, *ASK)
        assert done.code == 4
        assert words in done.err
