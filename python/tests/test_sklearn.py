"""`kam.sklearn`: scikit-learn's own checks, its tools, and the same numbers as kam."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal

pytest.importorskip("sklearn", minversion="1.6")

from kam.sklearn import (
    AFTSurvival,
    ChurnLadderClassifier,
    CoxPHSurvival,
    HazardSurvival,
    LogisticClassifier,
    ScoreCalibrator,
)
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

DATA = Path(__file__).parents[2] / "tests" / "data"
PREDICTORS = ["gender", "SeniorCitizen", "Partner", "Dependents", "tenure", "Contract"]
PREDICTORS += ["PaperlessBilling", "PaymentMethod", "MonthlyCharges", "InternetService"]


@pytest.fixture(scope="module")
def telco() -> pd.DataFrame:
    return pd.read_csv(DATA / "telco.csv")


@pytest.fixture(scope="module")
def rossi() -> pd.DataFrame:
    return pd.read_csv(DATA / "rossi.csv")


# ---- scikit-learn's own checks ----------------------------------------------------------------

ESTIMATORS = [
    LogisticClassifier(),
    LogisticClassifier(ridge=1.0, missing="median"),
    ChurnLadderClassifier(),
    ChurnLadderClassifier(minimum_events=5),
    CoxPHSurvival(),
    CoxPHSurvival(ties="breslow", missing="median"),
    AFTSurvival(),
    AFTSurvival(distribution="log_logistic", missing="median"),
    HazardSurvival(),
    HazardSurvival(link="cloglog", age=None, missing="median"),
]
LIFETIMES = (CoxPHSurvival, AFTSurvival, HazardSurvival)


def expected_failures(estimator: Any) -> dict[str, str]:
    if isinstance(estimator, CoxPHSurvival) and estimator.ties == "efron":
        why = (
            "Efron's ties: a row of weight 2 is one event, two equal rows are two tied events "
            "(as in R's coxph); Breslow's ties know no difference, and are checked"
        )
        return {"check_sample_weight_equivalence_on_dense_data": why}
    return {}


@pytest.mark.filterwarnings("ignore::kam.ConvergenceWarning")
@parametrize_with_checks(ESTIMATORS, expected_failed_checks=expected_failures)
def test_what_scikit_learn_asks(estimator: Any, check: Any) -> None:
    check(estimator)


# ---- The same numbers -------------------------------------------------------------------------


def test_logistic_of_telco_as_r_prints_it(telco: pd.DataFrame) -> None:
    """R glm, 7043 rows, 15 coefficients: log-likelihood and coefficients."""
    X, y = telco[PREDICTORS], telco["Churn"]
    model = LogisticClassifier(levels={"InternetService": ["DSL", "Fiber optic", "No"]}).fit(X, y)
    assert model.model_.log_likelihood_ == pytest.approx(-2978.20519536, rel=1e-10)
    of = dict(zip(model.terms_, model.coef_[0], strict=True))
    assert model.intercept_[0] == pytest.approx(-0.8253857134, rel=1e-7)
    assert of["tenure"] == pytest.approx(-0.0324660671, rel=1e-7)
    assert of["Contract[Two year]"] == pytest.approx(-1.4834672148, rel=1e-7)
    assert of["InternetService[Fiber optic]"] == pytest.approx(0.8667817391, rel=1e-7)
    assert model.classes_.tolist() == ["No", "Yes"]
    assert model.feature_names_in_.tolist() == PREDICTORS
    p = model.predict_proba(X)
    frame = X.assign(lost=(y == "Yes").astype(float))
    direct = kam.Logistic(levels=model.levels).fit(frame, event="lost")
    assert_array_equal(p[:, 1], direct.predict_proba(X))
    assert_array_equal(model.predict(X), np.where(p[:, 1] > 0.5, "Yes", "No"))
    assert_allclose(p[:, 1], 1 / (1 + np.exp(-model.decision_function(X))), rtol=1e-12)


def test_logistic_agrees_with_scikit_learn_on_arrays() -> None:
    random = np.random.default_rng(1)
    X = random.normal(size=(400, 3))
    y = random.random(400) < 1 / (1 + np.exp(-X @ [1, -0.5, 0]))
    weight = random.integers(0, 4, 400).astype(float)
    ours = LogisticClassifier().fit(X, y, sample_weight=weight)
    options: dict[str, Any] = {"solver": "newton-cholesky", "tol": 1e-12, "C": np.inf}
    theirs = LogisticRegression(**options).fit(X, y, sample_weight=weight)
    assert_allclose(ours.coef_, theirs.coef_, rtol=1e-7)
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-8)
    assert ours.terms_.tolist() == ["x0", "x1", "x2"]
    assert ours.classes_.dtype == bool


def test_ladder_and_cox_are_those_of_kam(telco: pd.DataFrame, rossi: pd.DataFrame) -> None:
    part = telco.head(300)[["tenure", "Contract"]]
    y = telco["Churn"].head(300)
    model = ChurnLadderClassifier(sign={"tenure": -1}, horizon=30).fit(part, y)
    frame = part.assign(lost=(y == "Yes").astype(float))
    ladder = kam.ChurnLadder(["tenure", "Contract"], horizon=30, sign={"tenure": -1})
    table = ladder.fit(frame, event="lost").predict(part)
    assert_array_equal(model.predict_proba(part)[:, 1], table["churn_probability"])
    assert_array_equal(model.predict_interval(part), table.iloc[:, :3])

    X, lifetimes = rossi.drop(columns=["week", "arrest"]), rossi[["week", "arrest"]]
    cox = CoxPHSurvival().fit(X, lifetimes)
    assert cox.model_.params_["prio"] == pytest.approx(0.0914970794, rel=1e-7)  # R coxph
    assert cox.score(X, lifetimes) == pytest.approx(0.6403292471, rel=1e-9)  # R concordance
    assert_array_equal(cox.predict(X), cox.model_.predict_log_hazard_ratio(X))
    assert_array_equal(cox.predict_churn(X, 4, 10), cox.model_.predict_churn(X, 4, 10))
    assert_allclose(1 - cox.predict_survival(X, 9)[:, 0], cox.predict_churn(X, 9), rtol=1e-12)


def test_lifetimes_and_hazards_are_those_of_kam(rossi: pd.DataFrame) -> None:
    X, lifetimes = rossi.drop(columns=["week", "arrest"]), rossi[["week", "arrest"]]
    roles = {"duration": "week", "event": "arrest"}
    aft = AFTSurvival().fit(X, lifetimes)
    direct = kam.WeibullAFT().fit(rossi, **roles)
    assert aft.model_.params_ == direct.params_
    assert aft.score(X, lifetimes) == pytest.approx(direct.concordance_, rel=1e-12)
    assert_array_equal(aft.predict(X), -direct.predict_location(X))
    assert_array_equal(aft.predict_churn(X, 4, 10), direct.predict_churn(X, 4, 10))
    with pytest.raises(ValueError, match="`distribution` must be one of weibull"):
        AFTSurvival(distribution="gamma").fit(X, lifetimes)  # type: ignore[arg-type]
    hazard = HazardSurvival(link="cloglog").fit(X, lifetimes)
    periods = kam.Hazard("cloglog").fit(rossi, **roles)
    assert hazard.model_.params_ == periods.params_
    assert_array_equal(hazard.predict_survival(X, [4, 9]), periods.predict_survival(X, [4, 9]))
    assert 0.6 < hazard.score(X, lifetimes) < 0.7
    # Grouped time: within the same week, before or at its end, is the same.
    within = lifetimes["week"] - np.where(lifetimes["arrest"] == 1, 0.4, -0.4)
    grouped = HazardSurvival(link="cloglog").fit(X, np.column_stack([within, lifetimes["arrest"]]))
    assert grouped.model_.params_ == periods.params_


def test_lifetimes_come_in_three_shapes(rossi: pd.DataFrame) -> None:
    X, week, arrest = rossi[["fin", "prio"]], rossi["week"], rossi["arrest"]
    expected = CoxPHSurvival().fit(X, np.column_stack([week, arrest])).predict(X)
    records = np.array(list(zip(arrest == 1, week, strict=True)), dtype=[("e", "?"), ("t", "f8")])
    swapped = np.array(list(zip(week, arrest == 1, strict=True)), dtype=[("t", "i4"), ("e", "?")])
    for y in (records, swapped, pl.DataFrame({"t": week.tolist(), "e": arrest.tolist()})):
        assert_array_equal(CoxPHSurvival().fit(X, y).predict(X), expected)
    all_ended = np.column_stack([week, np.ones(len(week))])
    ended = CoxPHSurvival().fit(X, week).predict(X)
    assert_array_equal(ended, CoxPHSurvival().fit(X, all_ended).predict(X))
    for wrong, match in (
        (np.zeros((len(X), 3)), r"got shape \(432, 3\)"),
        (np.column_stack([week, arrest + 1]), "events 0 or 1"),
        (np.column_stack([-week, arrest]), "durations >= 0"),
        (np.zeros(len(X), dtype=[("a", "f8"), ("b", "f8")]), "one of them boolean"),
        (week[:5], "inconsistent numbers of samples"),
    ):
        with pytest.raises(ValueError, match=match):
            CoxPHSurvival().fit(X, wrong)


# ---- Its tools --------------------------------------------------------------------------------


def test_pipelines_and_searches(telco: pd.DataFrame) -> None:
    part = telco.sample(800, random_state=1)
    y = part["Churn"]
    numbers, texts = ["tenure", "MonthlyCharges"], ["Contract", "PaymentMethod"]
    encode = ColumnTransformer(
        [("n", StandardScaler(), numbers), ("t", OneHotEncoder(sparse_output=False), texts)]
    )
    ridge = {"logisticclassifier__ridge": [1.0, 100.0]}
    search = GridSearchCV(
        make_pipeline(encode, LogisticClassifier(ridge=1.0)), ridge, scoring="roc_auc", cv=3
    ).fit(part[numbers + texts], y)
    assert search.best_score_ > 0.8
    # Text needs no encoder; the levels come from all rows, so that no fold lacks one.
    levels = {name: sorted(part[name].unique()) for name in texts}
    plain = LogisticClassifier(ridge=1.0, levels=levels)
    scores = cross_val_score(plain, part[numbers + texts], y, scoring="roc_auc", cv=3)
    assert scores.min() > 0.75
    ladder = cross_val_score(ChurnLadderClassifier(), part[numbers], y, scoring="roc_auc", cv=3)
    assert ladder.min() > 0.7


def test_calibrated_in_folds(telco: pd.DataFrame) -> None:
    part = telco.sample(900, random_state=2)
    X, y = part[["tenure", "MonthlyCharges"]], part["Churn"]
    for method in ("sigmoid", "isotonic"):
        model = CalibratedClassifierCV(LogisticClassifier(), method=method, cv=3).fit(X, y)
        p = model.predict_proba(X)
        assert p[:, 1].mean() == pytest.approx((y == "Yes").mean(), abs=0.02)


def test_survival_in_a_search(rossi: pd.DataFrame) -> None:
    X, y = rossi.drop(columns=["week", "arrest"]), rossi[["week", "arrest"]].to_numpy()
    pipe = make_pipeline(StandardScaler(), CoxPHSurvival())
    search = GridSearchCV(pipe, {"coxphsurvival__ridge": [0.0, 10.0]}, cv=3).fit(X, y)
    assert 0.55 < search.best_score_ < 0.75
    assert cross_val_score(CoxPHSurvival(), X, y, cv=3).mean() > 0.55


@pytest.mark.parametrize("estimator", [*ESTIMATORS, ScoreCalibrator()], ids=repr)
def test_clones_and_pickles(estimator: Any) -> None:
    random = np.random.default_rng(3)
    X = random.random(size=(150, 1 if isinstance(estimator, ScoreCalibrator) else 2))
    y = (random.random(150) < X[:, 0]).astype(int)
    if isinstance(estimator, LIFETIMES):
        y = np.column_stack([1 + random.integers(0, 9, 150), y])
    fitted = clone(estimator).fit(X, y)
    assert not hasattr(clone(fitted), "model_")
    assert clone(fitted).get_params() == estimator.get_params()
    again = pickle.loads(pickle.dumps(fitted))
    answer = "predict" if isinstance(estimator, LIFETIMES) else "predict_proba"
    assert_array_equal(getattr(again, answer)(X), getattr(fitted, answer)(X))
    inner = getattr(fitted, "model_", None) or fitted.calibrator_
    assert type(kam.load_model(inner.to_json())) is type(inner)
    name = next(iter(fitted.get_params()))
    assert clone(fitted).set_params(**{name: "x"}).get_params()[name] == "x"
    with pytest.raises(ValueError, match="Invalid parameter"):
        clone(fitted).set_params(nonsense=1)


# ---- Scores of another model --------------------------------------------------------------------


@pytest.mark.parametrize("method", ["platt", "temperature", "beta", "isotonic", "venn_abers"])
def test_calibrator_of_scores(method: str) -> None:
    random = np.random.default_rng(4)
    raw = random.random(500)
    y = np.where(random.random(500) < raw**2, "stays", "lost")
    p = kam.calibrate((y == "stays").astype(float), raw, method).predict(raw)
    model = ScoreCalibrator(method)
    for X in (raw, raw.reshape(-1, 1), np.column_stack([1 - raw, raw]), pd.DataFrame({"s": raw})):
        assert_array_equal(model.fit(X, y).predict_proba(X)[:, 1], p)
    assert model.classes_.tolist() == ["lost", "stays"]
    assert_array_equal(model.transform(raw)[:, 0], p)
    assert model.get_feature_names_out().tolist() == ["calibrated_probability"]
    logits = np.log(raw / (1 - raw))
    same = ScoreCalibrator(method, scores="log_odds").fit(logits, y)
    assert_allclose(same.predict_proba(logits)[:, 1], p, rtol=1e-9)


def test_calibrator_after_a_model(telco: pd.DataFrame) -> None:
    X, y = telco[["tenure", "MonthlyCharges"]], telco["Churn"]
    fit, X_held, fit_y, y_held = train_test_split(X, y, random_state=0)
    model = LogisticClassifier().fit(fit, fit_y)
    calibrator = ScoreCalibrator(scores="log_odds").fit(model.decision_function(X_held), y_held)
    p = calibrator.predict_proba(model.decision_function(X_held))[:, 1]
    assert p.mean() == pytest.approx((y_held == "Yes").mean(), abs=0.005)
    assert kam.load_model(calibrator.calibrator_.to_json()).method == "platt"


def test_calibrator_refuses() -> None:
    y = np.array([0, 1, 0, 1])
    for X, match in (
        (np.array([0.1, 2, 0.3, 0.4]), r"within 0\.\.1"),
        (np.full((4, 3), 0.1), "one score per row"),
        (np.array([0.1, np.nan, 0.2, 0.3]), "NaN"),
        (np.array([0.1, 0.2]), "inconsistent"),
    ):
        with pytest.raises(ValueError, match=match):
            ScoreCalibrator().fit(X, y)
    with pytest.raises(ValueError, match="`scores` must be"):
        ScoreCalibrator(scores="odds").fit(y / 2, y)  # type: ignore[arg-type]


# ---- Frames and labels ---------------------------------------------------------------------------


def test_any_two_labels() -> None:
    random = np.random.default_rng(6)
    X = random.normal(size=(200, 2))
    lost = random.random(200) < 1 / (1 + np.exp(-2 * X[:, 0]))
    p = LogisticClassifier().fit(X, lost).predict_proba(X)
    for no, yes in ((-1, 1), (0.0, 2.0), ("kept", "left"), (False, True)):
        y = np.where(lost, yes, no)
        model = LogisticClassifier().fit(X, y)
        assert model.classes_.tolist() == [no, yes]
        assert_array_equal(model.predict_proba(X), p)
        assert set(model.predict(X)) == {no, yes}
    with pytest.raises(ValueError, match="Only binary classification"):
        LogisticClassifier().fit(X, np.arange(200) % 3)
    with pytest.raises(ValueError, match="one class only"):
        LogisticClassifier().fit(X, np.zeros(200))


def test_a_frame_is_read_by_name(telco: pd.DataFrame) -> None:
    X, y = telco[["tenure", "Contract"]], telco["Churn"]
    model = LogisticClassifier().fit(X, y)
    p = model.predict_proba(X)
    assert_array_equal(model.predict_proba(pl.from_pandas(X)), p)
    for wrong in (X[["Contract", "tenure"]], X[["tenure"]], X.assign(more=1)):
        with pytest.raises(ValueError, match=r"features?"):
            model.predict_proba(wrong)
    new = X.head(3).copy()
    new.loc[1, "Contract"] = "For ever"
    with pytest.warns(kam.RowWarning, match="a level the fit did not have"):
        assert np.isnan(model.predict_proba(new)).all(axis=1).tolist() == [False, True, False]
    with (
        pytest.warns(kam.RowWarning),
        pytest.raises(kam.DataError, match="1 rows have no probability, first row 1"),
    ):
        model.predict(new)


def test_numbers_as_column_names() -> None:
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(50, 2)))  # named 0 and 1
    y = np.arange(50) % 2
    model = LogisticClassifier().fit(X, y)
    assert_array_equal(model.predict_proba(X), model.predict_proba(X.to_numpy()))
    assert not hasattr(model, "feature_names_in_")


def test_missing_cells() -> None:
    X = np.random.default_rng(8).normal(size=(80, 2))
    y = np.arange(80) % 2
    X[::7, 1] = np.nan
    with pytest.raises(ValueError, match="contains NaN"):
        LogisticClassifier().fit(X, y)
    p = LogisticClassifier(missing="median", ridge=1).fit(X, y).predict_proba(X)
    assert np.isfinite(p).all()
    with pytest.warns(kam.RowWarning, match="12 rows lack a feature"):
        ladder = ChurnLadderClassifier().fit(X, y)  # third rung
    assert np.isfinite(ladder.predict_proba(X)).all()


def test_without_scikit_learn() -> None:
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "import kam\n"
        "try:\n    import kam.sklearn\n"
        "except ImportError as e:\n    print(e)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'kam[sklearn]'" in done.stdout
