"""A few rows of a dict, read at once, and single values: the same answers as any other frame."""

from __future__ import annotations

from typing import Any

import kam
import numpy as np
import pytest
from kam._churn import design as _design
from kam._churn.design import Design

RNG = np.random.default_rng(5)
NAMES = ["a", "b", "c"]
NUMBERS = {name: RNG.normal(size=200) for name in NAMES}
LOST = (RNG.uniform(size=200) < 0.3).astype(float)


@pytest.fixture
def model() -> kam.Logistic:
    return kam.Logistic().fit({**NUMBERS, "lost": LOST}, event="lost")


def read_column_by_column(design: Design, frame: dict[str, Any]) -> _design.DesignRows:
    """As frames of any other kind are read."""
    pd = pytest.importorskip("pandas")
    return design.matrix(pd.DataFrame(frame))


@pytest.mark.parametrize(
    "frame",
    [
        NUMBERS,
        {name: values[:1] for name, values in NUMBERS.items()},
        {name: values[:3].tolist() for name, values in NUMBERS.items()},
        {"a": [1, 2], "b": np.array([True, False]), "c": [0.5, 0.25]},
        {"a": [1.0], "b": [np.nan], "c": [2.0]},
        {"a": [1.0, 2.0], "b": [np.inf, 1.0], "c": [2.0, 3.0]},
        {"a": [1.0, 2.0], "b": [None, 1.0], "c": [2.0, 3.0]},
    ],
)
def test_a_dict_is_read_as_any_other_frame(frame: dict[str, Any]) -> None:
    design = Design.fit(NUMBERS)
    mine, theirs = design.matrix(frame), read_column_by_column(design, frame)
    np.testing.assert_array_equal(mine.columns, theirs.columns)
    np.testing.assert_array_equal(mine.bad, theirs.bad)
    assert mine.report == theirs.report
    assert all(c.dtype == np.float64 and c.flags.c_contiguous for c in mine.columns)


def test_many_rows_are_not_copied() -> None:
    design = Design.fit(NUMBERS)
    frame = {name: np.zeros(_design._FEW_CELLS) for name in NAMES}
    assert all(
        np.shares_memory(column, frame[name])
        for column, name in zip(design.matrix(frame).columns, NAMES, strict=True)
    )


def test_single_values_are_one_row(model: kam.Logistic) -> None:
    single = {name: float(values[7]) for name, values in NUMBERS.items()}
    assert model.predict_proba(single) == model.predict_proba(NUMBERS)[7]
    mixed = {**single, "a": np.array([single["a"]])}
    assert model.predict_proba(mixed) == model.predict_proba(NUMBERS)[7]


def test_single_texts_are_one_row() -> None:
    plan = np.array(["basic", "gold", "gold", "basic"] * 50, dtype=object)
    model = kam.Logistic().fit({"a": NUMBERS["a"], "plan": plan, "lost": LOST}, event="lost")
    row = {"a": NUMBERS["a"][1], "plan": "gold"}
    frame = {"a": NUMBERS["a"][1:2], "plan": np.array(["gold"], dtype=object)}
    assert model.predict_proba(row) == model.predict_proba(frame)


@pytest.mark.parametrize("text", ["3", "", "high"])
def test_text_is_never_read_as_a_number(model: kam.Logistic, text: str) -> None:
    frame: dict[str, Any] = {"a": [1.0], "b": [text], "c": [2.0]}
    if text:
        with pytest.raises(kam.DataError, match="column 'b' holds text"):
            model.predict_proba(frame)
    else:
        with pytest.warns(kam.RowWarning, match="column 'b' has no value"):
            assert np.isnan(model.predict_proba(frame)).all()


def test_a_column_that_lacks_is_named(model: kam.Logistic) -> None:
    with pytest.raises(kam.DataError, match=r"column 'b'.*is missing; there are: a, c"):
        model.predict_proba({"a": 1.0, "c": 2.0})


def test_columns_of_different_length_are_refused(model: kam.Logistic) -> None:
    with pytest.raises(ValueError, match="differ in length"):
        model.predict_proba({"a": [1.0, 2.0], "b": [1.0], "c": 2.0})


def test_dates_are_refused(model: kam.Logistic) -> None:
    when = np.array(["2024-01-31"], dtype="datetime64[D]")
    with pytest.raises(kam.DataError, match="column 'a' holds dates"):
        model.predict_proba({name: when for name in NAMES})


def test_one_customer_of_every_survival_model() -> None:
    time = 1 + np.floor(20 * RNG.uniform(size=200))
    frame = {**NUMBERS, "time": time, "lost": LOST}
    row = {name: values[0] for name, values in NUMBERS.items()}
    for make in (kam.CoxPH, kam.WeibullAFT, kam.LogLogisticAFT):
        fitted = make().fit(frame, duration="time", event="lost")
        expected = fitted.predict_survival(NUMBERS, [5.0, 9.0])[0]
        np.testing.assert_array_equal(fitted.predict_survival(row, [5.0, 9.0])[0], expected)
        churn = fitted.predict_churn({**row, "since": 3.0}, 4, tenure="since")
        assert churn == fitted.predict_churn(NUMBERS, 4, tenure=3.0)[0]
