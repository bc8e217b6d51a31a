"""`kam.load_model`: every estimate comes back as its own class; anything else is refused."""

from __future__ import annotations

import copy
import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pytest
from commands import Kam
from kam._scoring import load as _load
from numpy.testing import assert_array_equal

DATA = Path(__file__).parents[2] / "tests" / "data"


def _columns(rows: int = 240) -> dict[str, Any]:
    random = np.random.default_rng(5)
    x = random.normal(size=rows)
    return {
        "t": random.integers(1, 20, rows).astype(float),
        "e": (random.random(rows) < 1 / (1 + np.exp(0.4 - x))).astype(float),
        "x": x,
        "plan": np.array(["basic", "gold", "free"], dtype=object)[random.integers(0, 3, rows)],
    }


FRAME = _columns()
ROLES = {"duration": "t", "event": "e"}
NEW = {"x": np.array([0.5, -1, 2]), "plan": np.array(["gold", "free", "basic"], dtype=object)}
SUMMARY = {
    "frequency": np.array([0.0, 3, 7]),
    "recency": np.array([0.0, 20, 35]),
    "age": np.array([10.0, 30, 39]),
    "x": np.array([0.0, 1, -1]),
}
ORDERS = {"r": 0.6, "alpha": 5.0}
DROPOUT = {"a": 0.8, "b": 2.4}


def _scores() -> Any:
    return 1 / (1 + np.exp(-FRAME["x"]))


def _with_covariates(cls: Any) -> Any:
    """The parameters are those of a file; the fit itself is tested elsewhere."""
    model = cls(order_covariates=["x"])
    base = [0.6, 5.0, 0.7, 8.0] if cls is kam.ParetoNBDCovariates else [0.6, 5.0, 0.8, 2.4]
    model._fit = kam._churn.covariates._Fit(
        unit="week",
        base=base,
        order=[0.2],
        dropout=[],
        standard_errors=5 * [0.1],
        covariance=(0.01 * np.eye(5)).ravel().tolist(),
        log_likelihood=-100.5,
        penalty=0.0,
        stop_reason="converged",
        iterations=9,
        accounts=240.0,
        events=100.0,
        rows_rejected=0,
        warning="",
    )
    return model


def _score_model() -> Any:
    rows = {"account_id": ["a", "a", "b", "c", "c", "d"], "amount": [1.0, 2, 3, 4, 5, 6]}
    dates = [f"2024-0{month}-01" for month in (1, 3, 2, 4, 6, 5)]
    return kam.score({**rows, "date": dates}, as_of="2024-07-01").model


MODELS: dict[str, Any] = {
    "BGNBD": lambda: kam.BGNBD.from_params(**ORDERS, **DROPOUT),
    "MBGNBD": lambda: kam.MBGNBD.from_params(**ORDERS, **DROPOUT),
    "ParetoNBD": lambda: kam.ParetoNBD.from_params(**ORDERS, s=0.7, beta=8),
    "NBD": lambda: kam.NBD.from_params(**ORDERS),
    "BGCNBD": lambda: kam.BGCNBD.from_params(**ORDERS, **DROPOUT, k=2),
    "MBGCNBD": lambda: kam.MBGCNBD.from_params(**ORDERS, **DROPOUT, k=3),
    "GammaGamma": lambda: kam.GammaGamma.from_params(p=6.2, q=3.7, gamma=15),
    "BGBB": lambda: kam.BGBB.from_params(alpha=1.2, beta=0.7, gamma=0.6, delta=2.8),
    "ShiftedBetaGeometric": lambda: kam.ShiftedBetaGeometric.from_params(alpha=0.7, beta=3.8),
    "BetaDiscreteWeibull": lambda: kam.BetaDiscreteWeibull.from_params(alpha=0.3, beta=2, c=1.5),
    "Logistic": lambda: kam.Logistic().fit(FRAME, event="e", covariates=["x", "plan"]),
    "Hazard": lambda: kam.Hazard().fit(FRAME, **ROLES),
    "CoxPH": lambda: kam.CoxPH(strata="plan").fit(FRAME, **ROLES),
    "WeibullAFT": lambda: kam.WeibullAFT().fit(FRAME, **ROLES),
    "LogNormalAFT": lambda: kam.LogNormalAFT().fit(FRAME, **ROLES),
    "LogLogisticAFT": lambda: kam.LogLogisticAFT().fit(FRAME, **ROLES),
    "ExponentialAFT": lambda: kam.ExponentialAFT().fit(FRAME, **ROLES),
    "KaplanMeier": lambda: kam.KaplanMeier().fit(FRAME, **ROLES),
    "NelsonAalen": lambda: kam.NelsonAalen().fit(FRAME, **ROLES),
    "ChurnLadder": lambda: kam.ChurnLadder(["x", "plan"]).fit(FRAME, event="e"),
    "Calibrator": lambda: kam.calibrate(FRAME["e"], _scores()),
    "Model": _score_model,
    "BGNBDCovariates": lambda: _with_covariates(kam.BGNBDCovariates),
    "MBGNBDCovariates": lambda: _with_covariates(kam.MBGNBDCovariates),
    "ParetoNBDCovariates": lambda: _with_covariates(kam.ParetoNBDCovariates),
}
ANSWERS: dict[str, Any] = {
    "Logistic": lambda m: m.predict_proba(NEW),
    "Hazard": lambda m: m.predict_churn(NEW, 3, 2),
    "CoxPH": lambda m: m.predict_churn(NEW, 3, 2),
    **dict.fromkeys(
        ("WeibullAFT", "LogNormalAFT", "LogLogisticAFT", "ExponentialAFT"),
        lambda m: m.predict_churn(NEW, 3, 2),
    ),
    "KaplanMeier": lambda m: m.churn([1, 2, 5], tenure=3),
    "NelsonAalen": lambda m: m.cumulative_hazard([1, 2, 5]),
    "ChurnLadder": lambda m: m.predict(NEW)["churn_probability"],
    "Calibrator": lambda m: m.predict([0.1, 0.5, 0.9]),
    "Model": lambda m: np.array([int(m.version, 16)]),
    "GammaGamma": lambda m: np.array(list(m.params_.values())),
    "BGBB": lambda m: np.array(list(m.params_.values())),
    **dict.fromkeys(
        ("ShiftedBetaGeometric", "BetaDiscreteWeibull"),
        lambda m: m.predict_churn(np.array([0.0, 1, 4]), 2),
    ),
}


def _expected_orders(model: Any) -> Any:
    return model.expected_orders(SUMMARY, 10)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {name: make().to_json() for name, make in MODELS.items()}


@pytest.mark.parametrize("name", MODELS)
def test_every_estimate_comes_back(name: str, tmp_path: Path) -> None:
    model = MODELS[name]()
    text = model.to_json()
    path = tmp_path / "model.json"
    path.write_text(text, encoding="utf-8")
    answer = ANSWERS.get(name, _expected_orders)
    for source in (text, path, str(path), "\n" + text):
        again = kam.load_model(source)
        assert type(again) is type(model)
        assert type(again).__name__ == name
        assert_array_equal(answer(again), answer(model))
        assert again.to_json() == text
    assert_array_equal(answer(pickle.loads(pickle.dumps(model))), answer(model))


def test_no_class_with_a_file_is_left_out() -> None:
    """Whoever adds an estimator with from_json must add it here, too."""
    public = [getattr(kam, name) for name in kam.__all__]
    readable = {c for c in public if isinstance(c, type) and hasattr(c, "from_json")}
    known = {cls for _, classes in _load._READERS.values() for cls in classes.values()}
    assert readable == known
    assert {cls.__name__ for cls in known} == set(MODELS)


# ---- What the batch user does -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "cls"),
    [
        *[("cox", "CoxPH"), ("hazard", "Hazard"), ("kaplan-meier", "KaplanMeier")],
        *[("weibull-aft", "WeibullAFT"), ("log-normal-aft", "LogNormalAFT")],
        ("log-logistic-aft", "LogLogisticAFT"),
    ],
)
def test_fitted_in_the_shell_scored_in_python(
    run: Kam, tmp_path: Path, model: str, cls: str
) -> None:
    saved = tmp_path / "model.json"
    options = ("--duration", "week", "--event", "arrest", "--save", saved)
    assert run("fit", model, DATA / "rossi.csv", *options).code == 0
    loaded = kam.load_model(saved)
    assert type(loaded).__name__ == cls
    table = np.genfromtxt(DATA / "rossi.csv", delimiter=",", names=True)
    frame = {name: table[name] for name in table.dtype.names}
    scores = kam.in_force(loaded, frame, tenure=10, horizon=12)
    fitted = getattr(kam, cls)().fit(frame, duration="week", event="arrest")
    direct = kam.in_force(fitted, frame, tenure=10, horizon=12)
    assert_array_equal(scores["churn_probability"], direct["churn_probability"])
    assert set(scores["status"]) == {"ok"}


def test_logistic_fitted_in_the_shell(run: Kam, tmp_path: Path) -> None:
    saved = tmp_path / "model.json"
    options = ("--event", "Churn=Yes", "--covariates", "tenure,Contract", "--save", saved)
    assert run("fit", "logistic", DATA / "telco.csv", *options).code == 0
    loaded = kam.load_model(str(saved))
    batch = {"Contract": np.array(["Two year", "Month-to-month"], object), "tenure": [60, 1]}
    p = loaded.predict_proba(batch)
    assert p[0] < 0.05 < 0.3 < p[1]


# ---- Damaged and foreign ------------------------------------------------------------------------

REFUSED = (kam.FormatError, kam.VersionError)


@pytest.mark.parametrize("name", MODELS)
def test_damage_is_refused(name: str, texts: dict[str, str]) -> None:
    text = texts[name]
    for cut in range(1, 24):
        with pytest.raises(REFUSED):
            kam.load_model("{" + text[1 : len(text) * cut // 24])
    random = np.random.default_rng(2)
    for at in random.integers(1, len(text), 60).tolist():
        other = "7" if text[at] != "7" else "3"
        changed = text[:at] + other + text[at + 1 :]
        if _reads_the_same(changed, text):  # a blank, or beyond the digits of a double
            continue
        with pytest.raises(REFUSED):
            kam.load_model(changed)


def _reads_the_same(text: str, other: str) -> bool:
    try:
        return bool(json.loads(text) == json.loads(other))
    except ValueError:
        return False


def _sealed(document: dict[str, Any]) -> str:
    """With a checksum that fits: what somebody who edits on purpose would make."""
    if "content" in document:
        document["sha256"] = kam._churn.covariates._digest(document["content"])
        return json.dumps(document)
    document.pop("checksum", None)
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return json.dumps({**document, "checksum": f"sha256:{digest}"})


# Not read: for people, or a fact that nothing rests on.
OPTIONAL = {"kam_version", "checksum"}


@pytest.mark.parametrize("name", MODELS)
def test_edited_files_are_refused_or_answer(name: str, texts: dict[str, str]) -> None:
    """A key that is gone or of the wrong type: an error of the house, never one of Python."""
    document = json.loads(texts[name])
    held = document.get("content", document)
    for key in held:
        if key in OPTIONAL:
            continue
        for value in ("gone", None, [], {}, "text", -1, [None], {"a": 1}):
            edited = copy.deepcopy(document)
            inside = edited.get("content", edited)
            if value == "gone":
                del inside[key]
            else:
                inside[key] = value
            try:
                model = kam.load_model(_sealed(edited))
            except REFUSED:
                continue
            assert type(model).__name__ == name, key


@pytest.mark.parametrize(
    ("text", "error", "match"),
    [
        ("{", kam.FormatError, "not valid JSON"),
        ("{}", kam.FormatError, "not a kam model"),
        ('{"format": "pmml"}', kam.FormatError, "not a kam model"),
        ('{"format": ["kam-model"]}', kam.FormatError, "not a kam model"),
        ('{"format": "kam-model", "format_version": 2}', kam.VersionError, "format_version 2"),
        ('{"format": "kam-model", "format_version": 1}', kam.VersionError, "holds: None"),
        (
            '{"format": "kam-model", "format_version": 1, "kind": "forest"}',
            kam.VersionError,
            "holds: forest, which this kam does not know",
        ),
        (
            '{"format": "kam-model", "format_version": 1, "kind": "aft", "distribution": [1]}',
            kam.VersionError,
            "does not know",
        ),
        (
            '{"format": "kam-model", "format_version": 1, "kind": "estimate", "model": "arima"}',
            kam.VersionError,
            "holds: estimate arima",
        ),
        ('{"a":' * 100_000, kam.FormatError, "not valid JSON"),
    ],
)
def test_foreign_texts(text: str, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        kam.load_model(text)


@pytest.mark.parametrize("content", [b"", b"\x80\x04\x95pickle", b"[1, 2]", b"1", b"\xff\xfe{"])
def test_foreign_files(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(content)
    with pytest.raises(kam.FormatError):
        kam.load_model(path)


def test_the_error_of_a_file_names_it(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("account_id,date,amount\n", encoding="utf-8")
    with pytest.raises(kam.FormatError, match=r"orders\.csv: model file: not valid JSON"):
        kam.load_model(path)
    path.write_text('{"format": "kam-model", "format_version": 99}', encoding="utf-8")
    with pytest.raises(kam.VersionError, match=r"orders\.csv: model file: format_version 99"):
        kam.load_model(str(path))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        kam.load_model(tmp_path / "none.json")
