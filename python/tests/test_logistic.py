"""kam.Logistic and kam.Hazard: published numbers, laws, scikit-learn, hostile frames."""

from __future__ import annotations

import json
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import kam
import numpy as np
import pandas as pd
import pytest
from conftest import KINDS, ROOT, kind_name, to_frame
from kam import _core
from sklearn.linear_model import LogisticRegression

PREDICTORS = [
    "gender",
    "SeniorCitizen",
    "Partner",
    "Dependents",
    "tenure",
    "Contract",
    "PaperlessBilling",
    "PaymentMethod",
    "MonthlyCharges",
    "InternetService",
]
IN_FORCE = ["Contract", "PaymentMethod", "SeniorCitizen", "Partner", "MonthlyCharges"]


@pytest.fixture(scope="module")
def telco() -> pd.DataFrame:
    frame = pd.read_csv(ROOT / "tests" / "data" / "telco.csv")
    frame["Churn"] = (frame["Churn"] == "Yes").astype(float)
    return frame


@pytest.fixture(scope="module")
def logistic(telco: pd.DataFrame) -> kam.Logistic:
    return kam.Logistic().fit(telco, event="Churn", covariates=PREDICTORS)


@pytest.fixture(scope="module")
def hazard(telco: pd.DataFrame) -> kam.Hazard:
    model = kam.Hazard(age="log+linear")
    return model.fit(telco, duration="tenure", event="Churn", covariates=IN_FORCE)


def drawn(rows: int = 400, seed: int = 1) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(2, rows))
    size = np.array(["large", "middle", "small"], dtype=object)[rng.integers(0, 3, rows)]
    eta = -1 + 0.8 * x - 0.5 * z + 0.7 * (size == "small")
    lost = (rng.random(rows) < 1 / (1 + np.exp(-eta))).astype(float)
    return {"x": x, "z": z, "size": size, "lost": lost}


def young(telco: pd.DataFrame, rows: int) -> pd.DataFrame:
    """Customers whose next year lies within the periods of the fit."""
    return telco[telco["tenure"] <= 60].head(rows)


# ---- Published numbers (R 4.2.2) -----------------------------------------------------------------


def test_telco_logistic_as_r(logistic: kam.Logistic) -> None:
    expected = {
        "Intercept": -0.8253857134,
        "tenure": -0.0324660671,
        "Contract[One year]": -0.7215764520,
        "Contract[Two year]": -1.4834672148,
        "InternetService[Fiber optic]": 0.8667817391,
    }
    for name, value in expected.items():
        assert logistic.params_[name] == pytest.approx(value, rel=1e-7)
    assert len(logistic.params_) == 15
    assert logistic.log_likelihood_ == pytest.approx(-2978.20519536, rel=1e-11)
    assert logistic.aic_ == pytest.approx(5986.41039072, rel=1e-11)
    assert logistic.converged_
    assert logistic.aliased_ == []


@pytest.mark.parametrize(
    ("link", "log_likelihood", "two_year"),
    [("logit", -8818.15718969, -3.6783569854), ("cloglog", -8816.99559274, -3.6593982405)],
)
def test_telco_hazard_as_r(
    telco: pd.DataFrame, link: Any, log_likelihood: float, two_year: float
) -> None:
    model = kam.Hazard(link, age="log+linear")
    model.fit(telco, duration="tenure", event="Churn", covariates=IN_FORCE)
    assert model.log_likelihood_ == pytest.approx(log_likelihood, rel=1e-11)
    assert model.params_["Contract[Two year]"] == pytest.approx(two_year, rel=1e-9)
    assert model.last_period_ == 72


# ---- scikit-learn, an independent path -----------------------------------------------------------


@pytest.mark.parametrize("ridge", [0.0, 5.0])
def test_as_scikit_learn(ridge: float) -> None:
    data = drawn(600)
    x = np.column_stack([data["x"], data["z"], data["size"] == "middle", data["size"] == "small"])
    standard = (x - x.mean(axis=0)) / x.std(axis=0)
    penalty = {"C": 1 / ridge} if ridge else {"C": np.inf}
    peer = LogisticRegression(solver="newton-cholesky", tol=1e-10, **penalty)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer.fit(standard, data["lost"])
    model = kam.Logistic(ridge=ridge).fit(data, event="lost")
    slopes = [model.params_[n] for n in ("x", "z", "size[middle]", "size[small]")]
    assert np.allclose(slopes, peer.coef_[0] / x.std(axis=0), atol=1e-7)
    assert np.allclose(model.predict_proba(data), peer.predict_proba(standard)[:, 1], atol=1e-8)


# ---- Frames --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_frame(kind: str) -> None:
    data = drawn()
    model = kam.Logistic().fit(to_frame(kind, data), event="lost")
    assert model.params_ == kam.Logistic().fit(data, event="lost").params_
    frame = to_frame(kind, {n: v[:5] for n, v in data.items() if n != "lost"})
    assert np.array_equal(model.predict_proba(frame), model.predict_proba(data)[:5])
    assert kind_name(model.reasons(frame)) == kind


def test_order_of_columns_and_absent_levels_change_nothing(
    logistic: kam.Logistic, telco: pd.DataFrame
) -> None:
    whole = logistic.predict_proba(telco)
    turned = telco[telco.columns[::-1]].assign(extra="x")
    assert np.array_equal(logistic.predict_proba(turned), whole)
    two_years = telco["Contract"] == "Two year"
    assert np.array_equal(logistic.predict_proba(telco[two_years]), whole[two_years])
    with pytest.raises(kam.DataError, match=r"column 'tenure'.*is missing"):
        logistic.predict_proba(telco.drop(columns="tenure"))


def test_bad_cells_when_scoring_are_counted_by_row_and_name(
    logistic: kam.Logistic, telco: pd.DataFrame
) -> None:
    batch = telco.head(6).copy()
    batch.loc[2, "Contract"] = "Five years"
    batch.loc[4, "MonthlyCharges"] = np.nan
    with pytest.warns(kam.RowWarning, match=r"2 rows are NaN, first row 2 .*'Five years'"):
        p = logistic.predict_proba(batch)
    assert np.isnan(p).tolist() == [False, False, True, False, True, False]
    with pytest.warns(kam.RowWarning):
        reasons = logistic.reasons(batch)
    assert reasons["Contract"].isna().sum() == 2


def test_bad_cells_in_a_fit_are_left_out_and_told_by_row_and_name() -> None:
    data = drawn()
    data["x"][17:40] = np.nan
    complete = {name: np.delete(values, slice(17, 40)) for name, values in data.items()}
    with pytest.warns(
        kam.RowWarning, match=r"23 rows .*left out, such as row 17 \(column 'x' has no value\)"
    ):
        partly = kam.Logistic().fit(data, event="lost")
    assert partly.params_ == pytest.approx(kam.Logistic().fit(complete, event="lost").params_)
    model = kam.Logistic(missing={"x": "median"}).fit(data, event="lost")
    assert "x[missing]" in model.params_
    with pytest.raises(kam.DataError, match=r"'size' holds text .*not numbers"):
        kam.Logistic().fit(data, event="size", covariates=["z"])
    data["lost"][3] = np.nan
    with pytest.warns(kam.RowWarning, match="fit: 1 rows"):
        kam.Logistic().fit(data, event="lost", covariates=["z"])


# ---- Small and hostile samples -------------------------------------------------------------------


def test_no_and_all_events() -> None:
    data = drawn(20)
    for value in (0.0, 1.0):
        data["lost"] = np.full(20, value)
        with pytest.raises(kam.InsufficientDataError, match="give the intercept a prior"):
            kam.Logistic().fit(data, event="lost")
    model = kam.Logistic(ridge=1, prior={"Intercept": (-2, 1)}).fit(data, event="lost")
    assert np.isfinite(list(model.params_.values())).all()


def test_aliased_and_separating_columns_are_named() -> None:
    data = drawn()
    data["twin"] = 3 - 2 * data["x"]
    data["gone"] = np.where(np.cumsum(data["lost"]) <= 4, data["lost"], 0.0)
    with pytest.warns(kam.ConvergenceWarning, match=r"`twin` is a combination of .*`gone` sep"):
        model = kam.Logistic().fit(data, event="lost")
    assert model.aliased_ == ["twin"]
    assert model.separating_ == ["gone"]
    assert np.isnan(model.params_["twin"])
    assert np.isfinite(model.predict_proba(data)).all()


def test_priors_and_signs_by_column_and_by_term() -> None:
    data = drawn()
    model = kam.Logistic(prior={"x": (0.1, 1e-5), "size": (0.0, 1e-5)}).fit(data, event="lost")
    assert model.params_["x"] == pytest.approx(0.1, abs=1e-4)
    assert abs(model.params_["size[small]"]) < 1e-4
    model = kam.Logistic(sign={"x": -1, "z": -1}).fit(data, event="lost")
    assert model.at_bound_ == ["x"]
    assert model.params_["x"] == 0
    assert model.params_["z"] < 0
    assert np.isnan(model.standard_errors_["x"])
    with pytest.raises(kam.DataError, match="`prior` names 'age'"):
        kam.Logistic(prior={"age": (0, 1)}).fit(data, event="lost")
    with pytest.raises(ValueError, match="must be \\(mean, sd\\)"):
        kam.Logistic(prior={"x": 3}).fit(data, event="lost")  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="`sign` must hold"):
        kam.Logistic(sign={"x": 2}).fit(data, event="lost")


def test_weights_and_clusters_by_name() -> None:
    data = drawn()
    data["w"] = np.arange(400) % 3 * 1.0
    repeated = {n: np.repeat(v, (data["w"]).astype(int)) for n, v in data.items() if n != "w"}
    a = kam.Logistic().fit(data, event="lost", sample_weight="w")
    b = kam.Logistic().fit(repeated, event="lost")
    assert "w" not in a.params_
    assert a.params_ == pytest.approx(b.params_, abs=1e-9)
    data["owner"] = np.array([f"o{i % 40}" for i in range(400)], dtype=object)
    robust = kam.Logistic(robust=True).fit(data, event="lost", sample_weight="w", cluster="owner")
    assert robust.params_ == a.params_
    assert robust.standard_errors_ != a.standard_errors_


# ---- Prediction over time ------------------------------------------------------------------------


def test_churn_is_conditional_on_tenure(hazard: kam.Hazard, telco: pd.DataFrame) -> None:
    batch = young(telco, 50)
    s = hazard.predict_survival(batch, [12, 24])
    later = hazard.predict_churn(batch, 12, tenure=12)
    assert np.allclose(1 - later, s[:, 1] / s[:, 0], atol=1e-12)
    assert np.allclose(hazard.predict_churn(batch, 12), 1 - s[:, 0], atol=1e-12)
    own = hazard.predict_churn(batch, 6, tenure="tenure")
    assert np.array_equal(own, hazard.predict_churn(batch, 6, tenure=batch["tenure"].to_numpy()))
    lived = hazard.restricted_mean(batch, 3, tenure=5)
    steps = hazard.predict_survival(batch, [0, 1, 2], tenure=5)
    assert np.allclose(lived, steps.sum(axis=1), atol=1e-12)


def test_beyond_the_data_is_said(hazard: kam.Hazard, telco: pd.DataFrame) -> None:
    with pytest.warns(kam.AssumptionWarning, match="horizon 73 reaches beyond period 72"):
        hazard.predict_churn(telco.head(2), 73)
    with pytest.warns(kam.AssumptionWarning, match="1 rows reach beyond"):
        hazard.predict_churn(telco.head(2), 12, tenure=np.array([61.0, 60.0]))


def test_wrong_tenures_are_bad_rows_and_wrong_horizons_bad_calls(
    hazard: kam.Hazard, telco: pd.DataFrame
) -> None:
    with pytest.warns(kam.RowWarning, match=r"2 rows are NaN, first row 0 \(out_of_domain\)"):
        p = hazard.predict_churn(telco.head(3), 2, tenure=np.array([-1, 1.5, 2.0]))
    assert np.isnan(p).tolist() == [True, True, False]
    for horizon in (-3, 1.5, float("nan")):
        with pytest.raises(ValueError, match="`horizon` must be a whole number"):
            hazard.predict_churn(telco.head(3), horizon)


@pytest.mark.parametrize("age", [None, "log", "linear", "period", [2, 13, 25]])
def test_age_terms(telco: pd.DataFrame, age: Any) -> None:
    short = telco.assign(
        Churn=telco["Churn"].where(telco["tenure"] <= 30, 0.0),
        tenure=telco["tenure"].clip(upper=30),
    )
    model = kam.Hazard(age=age).fit(short, duration="tenure", event="Churn", covariates=["Partner"])
    count = {"None": 0, "log": 1, "linear": 1, "period": 29, "[2, 13, 25]": 3}[str(age)]
    assert len(model.params_) == 2 + count
    assert model.converged_


# ---- Reasons -------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["column", "term"])
def test_reasons_add_up(
    logistic: kam.Logistic, hazard: kam.Hazard, telco: pd.DataFrame, by: str
) -> None:
    batch = young(telco, 200)
    for reasons, p in (
        (logistic.reasons(batch, by=by), logistic.predict_proba(batch)),
        (hazard.reasons(batch, 12, "tenure", by=by), hazard.predict_churn(batch, 12, "tenure")),
    ):
        assert np.array_equal(reasons["churn_probability"], p)
        gap = reasons["churn_probability"] - reasons["reference_probability"]
        assert np.abs(reasons.iloc[:, 2:].sum(axis=1) - gap).max() < 1e-15
    log_odds = logistic.reasons(batch, scale="log_odds", by="term")
    tenure = logistic.params_["tenure"] * (batch["tenure"] - telco["tenure"].mean())
    assert np.allclose(log_odds["tenure"], tenure, atol=1e-12)


# ---- Files ---------------------------------------------------------------------------------------


def test_json_and_pickle_give_the_same_bits(
    logistic: kam.Logistic, hazard: kam.Hazard, telco: pd.DataFrame
) -> None:
    batch = young(telco, 500)
    verbs: list[tuple[Any, Callable[[Any], Any]]] = [
        (logistic, lambda m: m.predict_proba(batch)),
        (hazard, lambda m: m.predict_churn(batch, 12, "tenure")),
    ]
    for model, verb in verbs:
        for again in (type(model).from_json(model.to_json()), pickle.loads(pickle.dumps(model))):
            assert again.params_ == model.params_
            assert again.summary() == model.summary()
            assert again.design_ == model.design_
            assert np.array_equal(verb(again), verb(model))
        assert len(model.to_json()) < 12_000
    with pytest.raises(kam.VersionError, match="holds a hazard model"):
        kam.Logistic.from_json(hazard.to_json())


def test_damaged_files_are_refused(logistic: kam.Logistic) -> None:
    text = logistic.to_json()
    with pytest.raises(kam.FormatError, match="checksum"):
        kam.Logistic.from_json(text.replace("Two year", "Six year"))
    with pytest.raises(kam.FormatError):
        kam.Logistic.from_json(text[:-5])
    with pytest.raises(kam.VersionError):
        kam.Logistic.from_json(kam.BGNBD.from_params(r=1, alpha=1, a=1, b=1).to_json())


def test_a_row_of_the_scorer_is_the_batch_to_the_bit(
    hazard: kam.Hazard, logistic: kam.Logistic, telco: pd.DataFrame
) -> None:
    batch = telco.head(300)
    for model in (hazard, logistic):
        scorer = _core.ChurnScorer(model._fitted)
        inputs = model.design_.columns
        for i in range(0, 300, 7):
            row = np.array(
                [
                    scorer.level(c, batch[column.name].iloc[i])
                    if column.kind == "text"
                    else float(batch[column.name].iloc[i])
                    for c, column in enumerate(inputs)
                ]
            )
            if model is hazard:
                expected = hazard.predict_churn(batch.iloc[[i]], 12, tenure=3)[0]
                assert scorer.churn(row, 3, 12) == expected
            else:
                assert scorer.probability(row) == logistic.predict_proba(batch.iloc[[i]])[0]


def test_options_and_unfitted_models() -> None:
    model = kam.Hazard("cloglog", ridge=2.0)
    assert model.get_params()["link"] == "cloglog"
    assert model.set_params(ridge=1.0).ridge == 1.0
    with pytest.raises(ValueError, match="no option 'C'"):
        model.set_params(C=1)
    with pytest.raises(ValueError, match="not fitted"):
        model.predict_churn({"x": np.ones(1)}, 1)
    assert pickle.loads(pickle.dumps(model)).get_params() == model.get_params()
    with pytest.raises(ValueError, match="`age` must be"):
        kam.Hazard(age="cubic").fit(  # type: ignore[arg-type]
            {"t": np.ones(4), "e": np.array([0, 1, 0, 1])}, duration="t", event="e"
        )
    json.loads(json.dumps(kam.Logistic().get_params()))
