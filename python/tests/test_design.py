"""The schema of a regression: columns found by name, levels kept, bad cells named."""

from __future__ import annotations

import json
from typing import Any

import kam
import numpy as np
import pytest
from conftest import KINDS, to_frame
from kam._churn.design import MOST_LEVELS, Design

CONTRACTS = ["Month-to-month", "One year", "Two year", "Month-to-month"]
FRAME: dict[str, Any] = {
    "tenure": np.array([1.0, 12.0, 30.0, 4.0]),
    "contract": np.array(CONTRACTS, dtype=object),
    "partner": np.array([True, False, True, True]),
}


def with_cell(name: str, row: int, value: Any) -> dict[str, Any]:
    frame = {key: values.copy() for key, values in FRAME.items()}
    frame[name] = frame[name].astype(object)
    frame[name][row] = value
    return frame


@pytest.mark.parametrize("kind", KINDS)
def test_treatment_coding_of_every_kind_of_frame(kind: str) -> None:
    frame = to_frame(kind, FRAME)
    design = Design.fit(frame)
    assert design.names == ["tenure", "contract[One year]", "contract[Two year]", "partner"]
    rows = design.matrix(frame)
    assert np.array_equal(rows.columns, [[1, 12, 30, 4], [0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 1, 1]])
    assert all(column.dtype == np.float64 for column in rows.columns)
    assert rows.report == (4, 0, 0, "none")


def test_columns_are_found_by_name_and_never_shifted() -> None:
    design = Design.fit(FRAME)
    turned: dict[str, Any] = {"new": np.array(["x"] * 4, dtype=object)}
    turned |= {name: FRAME[name] for name in reversed(FRAME)}
    assert np.array_equal(design.matrix(turned).columns, design.matrix(FRAME).columns)


def test_a_batch_that_lacks_a_level_is_coded_as_in_the_fit() -> None:
    design = Design.fit(FRAME)
    whole = np.array(design.matrix(FRAME).columns)
    for row in range(4):
        one = {name: values[row : row + 1] for name, values in FRAME.items()}
        assert np.array_equal(np.array(design.matrix(one).columns)[:, 0], whole[:, row])


def test_a_column_that_is_missing_is_named() -> None:
    design = Design.fit(FRAME)
    with pytest.raises(kam.DataError, match=r"column 'contract' .*missing; there are: tenure"):
        design.matrix({"tenure": np.ones(2), "partner": np.ones(2)})


def test_which_columns_are_covariates() -> None:
    assert Design.fit(FRAME, exclude=["contract"]).names == ["tenure", "partner"]
    assert Design.fit(FRAME, ["partner", "tenure"]).names == ["partner", "tenure"]
    with pytest.raises(kam.DataError, match=r"'other' .*is missing"):
        Design.fit(FRAME, ["other"])


def test_levels_in_a_given_order_and_numbers_as_levels() -> None:
    order = ["Two year", "One year", "Month-to-month"]
    design = Design.fit(FRAME, ["contract"], levels={"contract": order})
    assert design.names == ["contract[One year]", "contract[Month-to-month]"]
    numbers = {"size": np.array([2, 1, 3, 1])}
    design = Design.fit(numbers, levels={"size": [1, 2, 3]})
    assert design.names == ["size[2]", "size[3]"]
    assert np.array_equal(design.matrix(numbers).columns, [[1, 0, 0, 0], [0, 0, 1, 0]])
    as_floats = {"size": np.array([2.0, 1.0, 3.0, 1.0])}
    assert np.array_equal(design.matrix(as_floats).columns, design.matrix(numbers).columns)
    with pytest.raises(kam.DataError, match="row 2: column 'size' holds 3, a level"):
        Design.fit(numbers, levels={"size": [1, 2]})
    with pytest.raises(kam.DataError, match="`levels` names 'age'"):
        Design.fit(numbers, levels={"age": [1, 2]})


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("tenure", float("nan"), "column 'tenure' has no value"),
        ("tenure", float("inf"), "column 'tenure' is infinite"),
        ("contract", None, "column 'contract' has no value"),
        ("contract", "  ", "column 'contract' has no value"),
    ],
)
def test_a_bad_cell_is_left_out_of_the_fit_and_counted(name: str, value: Any, reason: str) -> None:
    frame = with_cell(name, 2, value)
    learned = Design.fit(frame)
    assert "contract[Two year]" not in learned.names  # only that row had it
    assert learned.matrix(frame).report == (3, 1, 2, reason)
    rows = Design.fit(FRAME).matrix(frame)
    assert rows.report == (3, 1, 2, reason)
    assert np.isnan(rows.columns).sum(axis=0).tolist() == [0, 0, 4, 0]


def test_what_a_fit_still_refuses_by_row_and_name() -> None:
    frame = {name: values[:1] for name, values in with_cell("tenure", 0, None).items()}
    with pytest.raises(kam.DataError, match="row 0: column 'tenure' has no value"):
        Design.fit(frame)
    with pytest.raises(kam.DataError, match="row 2: column 'contract' holds 'Two year', a level"):
        Design.fit(FRAME, levels={"contract": ["Month-to-month", "One year"]})


def test_a_median_is_that_of_the_rows_of_the_fit() -> None:
    frame = {"x": np.array([1.0, np.nan, 3.0, 99.0]), "y": np.array([0.0, 1.0, 1.0, np.nan])}
    design = Design.fit(frame, missing={"x": "median"})
    assert design.columns[0].median == 2
    assert design.matrix(frame).report == (3, 1, 3, "column 'y' has no value")


def test_unseen_levels() -> None:
    frame = with_cell("contract", 1, "Three years")
    rows = Design.fit(FRAME).matrix(frame)
    assert rows.report[1:3] == (1, 1)
    assert "'Three years', a level the fit" in rows.report[3]
    rows = Design.fit(FRAME, unseen="reference").matrix(frame)
    assert np.array(rows.columns)[1:3, 1].tolist() == [0, 0]
    assert rows.report[1] == 0
    # No level of missing cells in the fit: nothing to map to.
    assert Design.fit(FRAME, unseen="missing").matrix(frame).report[1] == 1
    fitted = Design.fit(with_cell("contract", 3, None), unseen="missing", missing="level")
    assert fitted.names[3] == "contract[missing]"
    assert np.array(fitted.matrix(frame).columns)[1:4, 1].tolist() == [0, 0, 1]


def test_missing_numbers_as_the_median_with_a_column_that_says_so() -> None:
    frame = with_cell("tenure", 1, None)
    design = Design.fit(frame, missing={"tenure": "median"})
    assert design.names[:2] == ["tenure", "tenure[missing]"]
    columns = design.matrix(frame).columns
    assert columns[0].tolist() == [1, 4, 30, 4]
    assert columns[1].tolist() == [0, 1, 0, 0]
    # None was missing in the fit: its effect is unknown, the median alone is used.
    later = Design.fit(FRAME, missing="median")
    assert later.names[0] == "tenure"
    assert later.names[1] == "contract[One year]"
    assert later.matrix(frame).columns[0].tolist() == [1, 8, 30, 4]


def test_text_that_is_an_identifier_or_an_unread_number_is_refused() -> None:
    many = MOST_LEVELS + 1
    ids = {"id": np.array([f"C{i}" for i in range(many)], dtype=object)}
    with pytest.raises(kam.DataError, match=r"'id' has 101 different texts.*exclude"):
        Design.fit(ids)
    numbers = {"total": np.array([f"{i}.5" for i in range(many)], dtype=object)}
    with pytest.raises(kam.DataError, match=r"'total'.*most are numbers: convert"):
        Design.fit(numbers)
    with pytest.raises(kam.DataError, match="'day' holds dates"):
        Design.fit({"day": np.array(["2024-01-01"], dtype="datetime64[D]")})


def test_a_name_can_mean_one_column_only() -> None:
    frame = FRAME | {"contract[One year]": np.ones(4)}
    with pytest.raises(kam.DataError, match="two covariates would be called"):
        Design.fit(frame)


def test_the_schema_survives_json() -> None:
    designs = [
        Design.fit(FRAME),
        Design.fit(with_cell("tenure", 1, None), missing="median", unseen="reference"),
        Design.fit(with_cell("contract", 1, None), missing="level", unseen="missing"),
    ]
    for design in designs:
        again = Design.from_dict(json.loads(json.dumps(design.to_dict())))
        assert again == design
        assert again.names == design.names
        assert np.array_equal(again.matrix(FRAME).columns, design.matrix(FRAME).columns)


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"unseen": "error", "columns": 3},
        {"unseen": "perhaps", "columns": []},
        {"unseen": "error", "columns": [{"name": "x", "kind": "number"}]},
        {"unseen": "error", "columns": [{"name": "x", "kind": "date", "missing": "error"}]},
        {"unseen": "error", "columns": [{"name": "x", "kind": "text", "missing": "error"}]},
        {"unseen": "error", "columns": [{"name": "x", "kind": "number", "missing": "median"}]},
    ],
)
def test_a_damaged_schema_is_a_format_error(record: Any) -> None:
    with pytest.raises(kam.FormatError):
        Design.from_dict(record)


def test_no_rows_and_no_columns() -> None:
    design = Design.fit(FRAME)
    empty = {name: values[:0] for name, values in FRAME.items()}
    assert [len(c) for c in design.matrix(empty).columns] == [0, 0, 0, 0]
    assert Design.fit(FRAME, []).matrix(FRAME).columns == []
