"""What CRM extracts hold: the same bad rows for every model of churn, and what becomes of them."""

from __future__ import annotations

import math
import warnings
from typing import Any

import kam
import numpy as np
import pytest

ROLES: dict[str, Any] = {"duration": "months", "event": "lost", "entry": "since"}
MAKERS: dict[str, Any] = {
    "KaplanMeier": kam.KaplanMeier,
    "CoxPH": kam.CoxPH,
    "WeibullAFT": kam.WeibullAFT,
    "LogNormalAFT": kam.LogNormalAFT,
    "LogLogisticAFT": kam.LogLogisticAFT,
    "Hazard": kam.Hazard,
    "Logistic": kam.Logistic,
}
TIMED = [name for name in MAKERS if name != "Logistic"]
WITH_COLUMNS = [name for name in MAKERS if name != "KaplanMeier"]
Frame = dict[str, Any]


def customers(rows: int = 200, seed: int = 1) -> Frame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rows)
    life = np.ceil(rng.exponential(12 * np.exp(-0.4 * x)))
    seen = rng.integers(3, 30, rows)
    since = np.where(np.arange(rows) % 4 == 0, 1.0, 0.0)
    months = np.maximum(np.minimum(life, seen), since + 1)
    return {"x": x, "months": months, "lost": (life <= seen).astype(float), "since": since}


def with_row(frame: Frame, **cells: Any) -> Frame:
    """One more row, a usual one but for `cells`."""
    row = {"x": 0.3, "months": 7.0, "lost": 1.0, "since": 0.0} | cells
    return {name: np.append(values, row[name]) for name, values in frame.items()}


def fit(name: str, frame: Frame) -> Any:
    if name == "KaplanMeier":
        return kam.KaplanMeier().fit(frame, **ROLES)
    if name == "Logistic":
        return kam.Logistic().fit(frame, event="lost", covariates=["x", "months"])
    return MAKERS[name]().fit(frame, **ROLES, covariates=["x"])


def numbers(model: Any) -> list[float]:
    if isinstance(model, kam.KaplanMeier):
        return list(model.survival([1, 5, 12, 20]))
    return [*model.params_.values(), *model.standard_errors_.values()]


def left_out(name: str, frame: Frame, bad: Frame, why: str = "") -> None:
    """The row is told, by number where there is a reason, and the fit is that of the others."""
    with pytest.warns(kam.RowWarning, match=rf"1 rows .*left out.*{why}"):
        model = fit(name, bad)
    assert np.allclose(numbers(model), numbers(fit(name, frame)), rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize(
    "cells",
    [
        {"months": -1.0},
        {"months": -1e300},
        {"months": math.nan},  # an event without a duration
        {"months": math.inf},
        {"lost": math.nan},
        {"lost": 2.0},
        {"since": 8.0},  # seen only after it had left
        {"since": 7.0},
        {"since": math.nan},
        {"since": -1.0},
    ],
    ids=str,
)
def test_impossible_times_are_left_out_and_counted(name: str, cells: Frame) -> None:
    frame = customers()
    left_out(name, frame, with_row(frame, **cells))


@pytest.mark.parametrize("name", WITH_COLUMNS)
@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
def test_a_covariate_that_is_no_number_names_its_row(name: str, x: float) -> None:
    frame = customers()
    why = "has no value" if math.isnan(x) else "is infinite"
    left_out(name, frame, with_row(frame, x=x), rf"row 200 \(column 'x' {why}\)")


@pytest.mark.parametrize("lost", [math.nan, 0.5, -1.0])
def test_an_outcome_that_is_none(lost: float) -> None:
    frame = customers()
    left_out("Logistic", frame, with_row(frame, lost=lost))


@pytest.mark.parametrize("name", TIMED)
def test_tenure_nought(name: str) -> None:
    """Lost on the first day: an early loss. Won today: no information, and no harm."""
    frame = customers()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kam.RowWarning)
        won = fit(name, with_row(frame, months=0.0, lost=0.0))
        lost = fit(name, with_row(frame, months=0.0, lost=1.0))
    assert np.allclose(numbers(won), numbers(fit(name, frame)), rtol=1e-9, atol=1e-12)
    assert np.isfinite(numbers(lost)).all()
    if name == "KaplanMeier":
        assert lost.survival(1) < won.survival(1)
    ask = {"x": [0.0]}
    if name != "KaplanMeier":
        assert lost.predict_churn(ask, 1)[0] > 0


@pytest.mark.parametrize("name", list(MAKERS))
def test_a_column_of_text_is_refused_by_name(name: str) -> None:
    frame = customers()
    words = np.array([f"word {i}" for i in range(200)], dtype=object)
    column = "lost" if name == "Logistic" else "months"
    with pytest.raises(ValueError, match=f"'?{column}'?.*(text|number)"):
        fit(name, frame | {column: words})
    if name in WITH_COLUMNS:
        with pytest.raises(kam.DataError, match="column 'x' has 200 different texts"):
            fit(name, frame | {"x": words})


@pytest.mark.parametrize("name", list(MAKERS))
def test_ten_thousand_losses_at_one_time(name: str) -> None:
    rng = np.random.default_rng(2)
    rows = 12_000
    x = rng.normal(size=rows)
    lost = (np.arange(rows) < 10_000).astype(float)
    frame = {"x": x - 0.1 * lost, "months": np.where(lost == 1, 6.0, 9.0), "lost": lost,
             "since": np.zeros(rows)}  # fmt: skip
    if name == "Logistic":
        frame["months"] = np.full(rows, 6.0)  # the same for all: dropped by name
    if "AFT" in name:  # some spread, or there is no scale to estimate
        frame["months"][:5] = 3.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kam.ConvergenceWarning)
        model = fit(name, frame)
    if name == "KaplanMeier":
        assert model.survival(6) == pytest.approx(1 / 6, rel=1e-12)
        return
    if name == "Logistic":
        assert model.aliased_ == ["months"]
        p = model.predict_churn(frame)
        assert p.mean() == pytest.approx(5 / 6, rel=1e-9)
        return
    p = model.predict_churn(frame, 6)
    assert ((p > 0) & (p < 1)).all()
    if name == "CoxPH":  # the others spread such a day over time, as their shape tells them to
        assert p.mean() == pytest.approx(5 / 6, abs=0.01)


@pytest.mark.parametrize("name", WITH_COLUMNS)
@pytest.mark.parametrize("size", [1e300, 1e-150])
def test_huge_and_tiny_covariates_cost_no_digits(name: str, size: float) -> None:
    frame = customers()
    frame["x"] = frame["x"] / np.abs(frame["x"]).max()  # up to 1e300 itself
    usual = fit(name, frame)
    scaled = fit(name, frame | {"x": frame["x"] * size})
    assert scaled.params_["x"] * size == pytest.approx(usual.params_["x"], rel=1e-6)
    ask = {"x": np.array([0.5]), "months": np.array([4.0])}
    far = {"x": ask["x"] * size, "months": ask["months"]}
    arguments = () if name == "Logistic" else (6,)
    assert scaled.predict_churn(far, *arguments) == pytest.approx(
        usual.predict_churn(ask, *arguments), rel=1e-6
    )


@pytest.mark.parametrize("name", TIMED)
def test_a_duration_of_1e300_is_told_or_taken(name: str) -> None:
    """Periods end at a million; where time is continuous it is a long one, told if it harms."""
    frame = customers()
    bad = with_row(frame, months=1e300, lost=0.0)
    if name == "Hazard":
        left_out(name, frame, bad)
        return
    if "AFT" in name:  # ln T = 691 among ln T = 2: no scale holds both
        with pytest.warns(kam.ConvergenceWarning):
            fit(name, bad)
        return
    model = fit(name, bad)
    assert np.isfinite(numbers(model)).all()
    if name in ("KaplanMeier", "CoxPH"):  # censored after all events: ranks alone count
        plain = with_row(frame, months=1e6, lost=0.0)
        assert np.allclose(numbers(model), numbers(fit(name, plain)), rtol=1e-9)


@pytest.mark.parametrize("name", WITH_COLUMNS)
def test_no_usable_row_is_an_error_not_a_number(name: str) -> None:
    frame = customers()
    with pytest.raises(ValueError, match=r"row 0: column 'x' has no value|every row"):
        fit(name, frame | {"x": np.full(200, np.nan)})
    nothing = {key: values[:0] for key, values in frame.items()}
    with pytest.raises(ValueError):  # noqa: PT011 - each in its own words
        fit(name, nothing)
