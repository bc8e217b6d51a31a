"""What kind of frame it is, and one column of it as an array, whatever the library."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable
from typing import Any

import duckdb
import kam
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from kam._data import frames as _frames

BUILT = {
    "id": np.array(["a", None, "c"], dtype=object),
    "x": np.array([1.5, np.nan, 3.0]),
    "day": np.array(["2024-01-01", "2024-02-29", "NaT"], dtype="datetime64[D]"),
}


def test_kind_of_names_the_library(kind: str, frame: Callable[..., Any]) -> None:
    assert _frames.kind_of(frame(kind, {"x": np.array([1.0])})) == kind


def test_kind_of_a_lazy_frame_does_not_resolve_it() -> None:
    assert _frames.kind_of(pl.LazyFrame({"x": [1.0]})) == "polars"


@pytest.mark.parametrize(
    "not_a_frame",
    [None, 3, [1, 2], "orders.csv", np.zeros(3), pd.Series([1]), pl.Series([1]), iter(())],
)
def test_other_objects_are_refused_by_type(not_a_frame: object) -> None:
    with pytest.raises(TypeError, match=type(not_a_frame).__name__):
        kam.summarize(not_a_frame, as_of="2024-01-01")


def test_an_arrow_array_is_not_a_table() -> None:
    with pytest.raises(TypeError):
        kam.summarize(pa.array([1]), as_of="2024-01-01")


@pytest.mark.parametrize("out", ["dict", "pandas", "polars", "arrow", "duckdb"])
def test_build_gives_the_kind_asked_for_with_the_same_values(
    out: Any, kind_of: Callable[..., str], columns: Callable[..., Any]
) -> None:
    built = _frames.build(out, BUILT)
    assert kind_of(built) == out
    assert _frames.names(built) == ["id", "x", "day"]
    found = columns(built)
    assert found["id"] == ["a", None, "c"]
    assert found["x"] == [1.5, None, 3.0]
    days = [None if v is None else pd.Timestamp(v).date() for v in found["day"]]
    assert days == [dt.date(2024, 1, 1), dt.date(2024, 2, 29), None]


@pytest.mark.parametrize("out", ["dict", "pandas", "polars", "arrow", "duckdb"])
def test_what_is_built_is_read_back(out: Any) -> None:
    built = _frames.normalise(_frames.build(out, BUILT))
    np.testing.assert_array_equal(_frames.column(built, "x"), BUILT["x"])
    assert _frames.column(built, "id").tolist() == ["a", None, "c"]
    days = _frames.column(built, "day").astype("datetime64[D]")
    np.testing.assert_array_equal(days, BUILT["day"])


def test_a_missing_column_names_itself_its_role_and_the_others(
    kind: str, frame: Callable[..., Any]
) -> None:
    made = _frames.normalise(frame(kind, {"aa": np.array([1.0]), "bb": np.array([2.0])}))
    with pytest.raises(kam.DataError, match=r"column 'revenue' \(for amount\) is missing.*aa, bb"):
        _frames.column(made, "revenue", "amount")


def test_a_matrix_is_not_a_column() -> None:
    with pytest.raises(ValueError, match=r"'x' must be one-dimensional, got shape \(2, 2\)"):
        _frames.column({"x": np.zeros((2, 2))}, "x")


@pytest.mark.parametrize(
    "array",
    [
        pa.array([1, 2, None]),
        pa.array([1, 2, None], pa.int8()),
        pa.array([1.0, 2.0, None]),
        pa.array([1.0, 2.0, None], pa.float32()),
        pa.array([decimal.Decimal("1"), decimal.Decimal("2"), None], pa.decimal128(9, 2)),
        pa.array([decimal.Decimal("1"), decimal.Decimal("2"), None], pa.decimal256(40, 2)),
        pa.chunked_array([[1], [2, None]]),
        pa.array([1, 2, None]).dictionary_encode(),
    ],
    ids=lambda a: str(a.type),
)
def test_arrow_numbers_with_nulls_become_nan(array: Any) -> None:
    found = _frames.column(pa.table({"x": array}), "x")
    np.testing.assert_array_equal(found.astype(float), [1.0, 2.0, np.nan])


@pytest.mark.parametrize(
    "array",
    [
        pd.array([1, 2, None], dtype="Int64"),
        pd.array([1, 2, None], dtype="Float64"),
        pd.array([1, 2, None], dtype=pd.ArrowDtype(pa.int64())),
        pd.array([1, 2, None], dtype=pd.ArrowDtype(pa.float64())),
        np.array([1.0, 2.0, np.nan]),
        np.array([1.0, 2.0, np.nan], dtype=np.float32),
    ],
    ids=lambda a: str(a.dtype),
)
def test_pandas_numbers_with_missing_become_nan(array: Any) -> None:
    found = _frames.column(pd.DataFrame({"x": array}), "x")
    # Whole numbers with gaps stay whole: an id must not pass through a double.
    assert found.dtype.kind in "fO"
    np.testing.assert_array_equal(found.astype(float), [1.0, 2.0, np.nan])


@pytest.mark.parametrize(
    "dtype", ["object", "string", "str", "category", pd.ArrowDtype(pa.string())], ids=str
)
def test_pandas_text_with_missing_becomes_objects_and_none(dtype: Any) -> None:
    series = pd.Series(["007", None, "上海"], dtype=dtype)
    assert _frames.column(pd.DataFrame({"x": series}), "x").tolist() == ["007", None, "上海"]


@pytest.mark.parametrize(
    "array",
    [
        pa.array(["007", None, "上海"]),
        pa.array(["007", None, "上海"], pa.large_string()),
        pa.array(["007", None, "上海"], pa.string_view()),
        pa.array(["007", None, "上海"]).dictionary_encode(),
        pa.chunked_array([["007"], [None, "上海"]]),
        pa.chunked_array(
            [pa.array(["007"]).dictionary_encode(), pa.array([None, "上海"]).dictionary_encode()]
        ),
    ],
    ids=lambda a: f"{a.type}",
)
def test_arrow_text_of_every_layout_is_the_same_text(array: Any) -> None:
    assert _frames.column(pa.table({"x": array}), "x").tolist() == ["007", None, "上海"]


def test_columns_with_offset_and_stride_are_read_as_they_are() -> None:
    table = pa.table(
        {"x": pa.array([0, 1, 2, 3, 4]), "s": pa.array(["a", "b", "c", "d", "e"])}
    ).slice(2, 2)
    assert _frames.column(table, "x").tolist() == [2, 3]
    assert _frames.column(table, "s").tolist() == ["c", "d"]
    reversed_columns = {
        "frequency": np.arange(6.0)[::-2],
        "recency": np.zeros(3),
        "age": np.ones(3) * 9,
    }
    model = kam.BGNBD.from_params(r=0.25, alpha=4, a=0.8, b=2.5)
    straight = reversed_columns | {"frequency": np.array([5.0, 3.0, 1.0])}
    np.testing.assert_array_equal(
        model.log_likelihood(reversed_columns), model.log_likelihood(straight)
    )


def test_a_relation_is_read_once_however_many_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    monkeypatch.setattr(_frames, "to_arrow", lambda r: calls.append(1) or r.to_arrow_table())
    relation = duckdb.sql("select 'a' account_id, date '2024-01-01' as date, 1.0 amount")
    kam.summarize(relation, as_of="2024-01-31")
    assert len(calls) == 1


def test_frames_are_left_as_they_were(
    kind: str, frame: Callable[..., Any], columns: Callable[..., Any]
) -> None:
    made = frame(
        kind,
        {
            "account_id": np.array(["b", "a", "b"], dtype=object),
            "date": np.array(["2024-01-01", "2024-01-05", "2024-02-01"], dtype=object),
            "amount": np.array([1.0, 2.0, 3.0]),
        },
    )
    before = columns(made)
    kam.summarize(made, as_of="2024-03-01")
    kam.score(made, as_of="2024-03-01")
    assert columns(made) == before


@pytest.mark.parametrize("dtype", [">f8", "<f4", ">i4", "u2", "?"])
def test_number_layouts_of_numpy_are_all_numbers(dtype: str) -> None:
    model = kam.BGNBD.from_params(r=0.25, alpha=4, a=0.8, b=2.5)
    odd = {"frequency": np.array([1, 0], dtype=dtype), "recency": [1, 0], "age": [2, 2]}
    plain = {"frequency": [1.0, 0.0], "recency": [1.0, 0.0], "age": [2.0, 2.0]}
    np.testing.assert_array_equal(model.probability_alive(odd), model.probability_alive(plain))


def test_a_column_that_occurs_twice_is_refused_in_words() -> None:
    names = ["account_id", "date", "amount", "amount"]
    made = pd.DataFrame([["a", "2024-01-01", 1.0, 2.0]], columns=names)
    with pytest.raises(ValueError, match="'amount'"):
        kam.summarize(made, as_of="2024-03-01")


def test_polars_objects_are_refused_or_read_but_never_pointers() -> None:
    made = pl.DataFrame(
        {
            "account_id": pl.Series([7, "8", 7], dtype=pl.Object),
            "date": ["2024-01-01", "2024-01-05", "2024-02-01"],
            "amount": [1.0, 2.0, 3.0],
        }
    )
    try:
        found = kam.summarize(made, as_of="2024-03-01")["account_id"].to_list()
    except (TypeError, kam.DataError):
        return
    assert found == ["7", "8"]


def test_pandas_arrow_timestamps_with_a_zone_are_their_local_day() -> None:
    late = ["2024-01-01 23:30", "2024-02-01 23:30"]
    zone = pd.ArrowDtype(pa.timestamp("us", "Asia/Shanghai"))
    stamps = pd.array([pd.Timestamp(t, tz="Asia/Shanghai") for t in late], dtype=zone)
    made = pd.DataFrame({"account_id": ["a", "a"], "date": stamps, "amount": [1.0, 2.0]})
    assert kam.summarize(made, as_of="2024-03-01", unit="day")["recency"].tolist() == [31]


@pytest.mark.parametrize("out", ["polars", "arrow", "duckdb"])
def test_an_empty_frame_keeps_the_type_of_its_ids(out: str) -> None:
    schema = {"account_id": pa.string(), "date": pa.string(), "amount": pa.float64()}
    table = pa.table({k: pa.array([], t) for k, t in schema.items()})
    made = {
        "arrow": lambda: table,
        "polars": lambda: pl.from_arrow(table),
        "duckdb": lambda: duckdb.from_arrow(table),
    }
    found = kam.summarize(made[out](), as_of="2024-03-01")
    types = {
        "polars": lambda f: f.schema["account_id"] == pl.String,
        "arrow": lambda f: f.schema.field("account_id").type in (pa.string(), pa.large_string()),
        "duckdb": lambda f: str(f.types[0]) == "VARCHAR",
    }
    assert types[out](found)
