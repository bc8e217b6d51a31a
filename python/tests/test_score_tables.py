"""kam.score: tables besides transactions."""

from __future__ import annotations

import math
from typing import Any

import kam
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_array_equal

NAMES = [entry["column"] for entry in kam.columns()]
AS_OF = "2024-06-30"

ORDERS = {
    "account_id": ["A", "A", "B", "B"],
    "date": ["2024-01-01", "2024-02-01", "2024-01-05", "2024-06-01"],
    "amount": [10.0, 20.0, 30.0, 40.0],
}


def assert_same_cells(found: Any, want: Any, name: str) -> None:
    """Bit for bit, a missing value being equal to a missing value."""
    if isinstance(want, np.ndarray):
        assert_array_equal(found, want, err_msg=name)
    else:
        assert list(found) == list(want), name


def assert_same(found: Any, want: Any, *, but: Any = ()) -> None:
    assert list(found.columns) == NAMES
    for name in NAMES:
        if name not in but:
            assert_same_cells(found[name], want[name], name)


def row_of(result: Any, i: int) -> dict[str, Any]:
    return {name: values[i] for name, values in result.columns.items()}


# ---- other tables -------------------------------------------------------------------------------


def test_accounts_give_order_names_and_those_without_history() -> None:
    accounts = {"account_id": ["Z", "B"], "name": ["Zed & Sons", None]}
    result = kam.score({"transactions": ORDERS, "accounts": accounts}, as_of=AS_OF)
    assert result["account_id"] == ["Z", "B", "A"]
    assert result["name"] == ["Zed & Sons", None, None]
    zed = row_of(result, 0)
    assert zed["status"] == "insufficient"
    assert "no_orders" in zed["notes"]
    assert zed["order_count"] == 0
    assert zed["coverage"] == 0
    for name in (
        "value_index",
        "p_churn",
        "p_alive",
        "eav",
        "net_revenue",
        "orders_12m",
        "days_since_last",
        "rank_revenue",
    ):
        assert math.isnan(zed[name]), name
    assert zed["churn_definition"] is None
    assert result.data_report.accounts_without_orders == 1
    assert result.data_report.find("account_without_orders").examples == ["account Z"]


def test_an_account_without_history_has_no_churn_probability_even_with_a_model(small: Any) -> None:
    tables = {"transactions": small, "accounts": {"account_id": ["ZZ"]}}
    result = kam.score(tables, as_of=AS_OF)
    zed = row_of(result, 0)
    assert (zed["account_id"], zed["status"], zed["notes"]) == (
        "ZZ",
        "insufficient",
        ["no_orders", "value_not_covered"],
    )
    for name in ("p_churn", "p_churn_lo", "p_alive", "eav", "expected_loss", "basis_events"):
        assert math.isnan(zed[name]), name
    assert (zed["basis"], zed["churn_band"], zed["value_band"]) == (None, None, None)
    assert not np.isnan(result["p_churn"][1:]).any()


def test_whole_number_ids_meet_text_ids_across_tables() -> None:
    numbers = ORDERS | {"account_id": np.array([7, 7, 8, 8])}
    result = kam.score(
        {
            "transactions": numbers,
            "accounts": {"account_id": ["8", "7"], "name": ["Acht", "Sieben"]},
        },
        as_of=AS_OF,
    )
    assert result["account_id"] == ["8", "7"]
    assert result["name"] == ["Acht", "Sieben"]
    assert result["net_revenue"].tolist() == [70, 30]


def test_ratings_fill_loyalty_growth_and_risk() -> None:
    items = [
        "recommendation",
        "upgrade",
        "volume_expansion",
        "industry_trend",
        "credit",
        "cooperation",
    ]
    ratings = {
        "account_id": ["A"] * 6,
        "item": items,
        "value": [9, 4, 90, 60, 80, 70],
        "scale_min": [0, 0, 0, 0, 0, 0],
        "scale_max": [10, 5, 100, 100, 100, 100],
    }
    rated = "customer_value_assessment"
    result = kam.score({"transactions": ORDERS, "ratings": ratings}, as_of=AS_OF, profile=rated)
    plain = kam.score(ORDERS, as_of=AS_OF, profile=rated)
    assert result["growth"][0] == pytest.approx((80 + 90 + 60) / 3)
    assert result["risk_index"][0] == pytest.approx(100 - 75)
    assert (result["coverage_growth"][0], result["coverage_risk"][0]) == (1, 0.5)
    assert np.isnan([result["growth"][1], result["risk_index"][1]]).all()
    assert result["coverage_loyalty"][0] == pytest.approx(plain["coverage_loyalty"][0] + 0.5)
    assert result["coverage"][0] > result["coverage"][1]
    assert not math.isnan(result["loyalty"][0])
    scores = {r["indicator"]: r["score"] for r in result.explain("A")}
    assert scores["recommendation"] == pytest.approx(90)
    assert scores["upgrade"] == pytest.approx(80)


def test_the_latest_rating_up_to_as_of_counts_and_those_of_its_day_are_averaged() -> None:
    def growth(*rows: tuple[str, float]) -> float:
        ratings = {"account_id": ["A"] * len(rows), "item": ["upgrade"] * len(rows),
                   "date": [d for d, _ in rows], "value": [v for _, v in rows]}  # fmt: skip
        tables = {"transactions": ORDERS, "ratings": ratings}
        result = kam.score(tables, as_of=AS_OF, profile="customer_value_assessment")
        return float(result["growth"][0])

    assert growth(("2024-01-01", 10), ("2024-05-01", 60), ("2024-05-01", 80)) == pytest.approx(70)
    assert growth(("2024-05-01", 60), ("2024-07-01", 99)) == 60
    assert math.isnan(growth(("2021-05-01", 60)))
    assert math.isnan(growth(("2024-05-01", 160)))


def test_activities_and_cogs_give_costs_and_margin() -> None:
    rows = ORDERS | {"cogs": [4.0, 8.0, 12.0, 16.0]}
    activities = {
        "account_id": ["A", "A", "B"],
        "date": ["2024-03-01", "2021-01-01", "2024-05-01"],
        "cost": [3.0, 99.0, np.nan],
    }
    result = kam.score({"transactions": rows, "activities": activities}, as_of=AS_OF)
    assert result["cts_12m"][0] == 3
    assert result["cm3_12m"][0] == 30 - 12 - 3
    assert np.isnan([result["cts_12m"][1], result["cm3_12m"][1]]).all()
    assert result["coverage_contribution"][0] == pytest.approx(1)


def test_rows_of_side_tables_that_count_nowhere_are_told() -> None:
    ratings = {"account_id": ["A", "nobody", "A"], "item": ["nps", "nps", None], "value": [5, 5, 5]}
    activities = {"account_id": ["nobody"], "date": ["2024-03-01"], "cost": [1.0]}
    report = kam.score(
        {"transactions": ORDERS, "ratings": ratings, "activities": activities}, as_of=AS_OF
    ).data_report
    assert report.find("ratings_unknown_account").examples == ["row 2"]
    assert report.find("ratings_missing_item").examples == ["row 3"]
    assert report.find("activities_unknown_account").count == 1
    assert report.rows_rejected == 0


def test_since_and_parents() -> None:
    accounts = {"account_id": ["A", "B"], "since": ["2024-01-15", None], "parent_id": ["B", None]}
    result = kam.score({"transactions": ORDERS, "accounts": accounts}, as_of=AS_OF)
    assert result["net_revenue"].tolist() == [20, 70]
    assert result.data_report.find("before_since").count == 1
    assert result.data_report.find("parent_and_subsidiary") is not None
    with pytest.raises(ValueError, match="cycle"):
        kam.score(
            {"transactions": ORDERS, "accounts": accounts | {"parent_id": ["B", "A"]}}, as_of=AS_OF
        )


def test_a_cycle_of_parents_names_an_account() -> None:
    rows = ORDERS | {"account_id": ["ACME", "ACME", "BOLT", "BOLT"]}
    accounts = {"account_id": ["ACME", "BOLT"], "parent_id": ["BOLT", "ACME"]}
    with pytest.raises(ValueError, match=r"ACME|BOLT"):
        kam.score({"transactions": rows, "accounts": accounts}, as_of=AS_OF)


def test_a_repeated_or_blank_account_is_refused() -> None:
    said = "account 'B' is in row 2 and again in row 4"
    for ids, message in (
        (["A", "B", "C", "B", "A"], said),
        (["A", None], "no account_id in row 2"),
        (["A", " ", "A"], "no account_id in row 2"),
    ):
        with pytest.raises(kam.DataError, match=f"^table 'accounts': {message}$"):
            kam.score({"transactions": ORDERS, "accounts": {"account_id": ids}}, as_of=AS_OF)


def test_a_missing_name_is_no_name() -> None:
    names = np.array(["Acme", math.nan], dtype=object)
    accounts = {"account_id": ["A", "B"], "name": names}
    result = kam.score({"transactions": ORDERS, "accounts": accounts}, as_of=AS_OF)
    assert result["name"] == ["Acme", None]


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("accounts", "name", ["Acme", "another"]),
        ("accounts", "since", ["2020-01-01", "2020-01-01"]),
        ("accounts", "parent_id", ["B", "B"]),
        ("ratings", "item", ["nps", "nps"]),
        ("ratings", "value", [1.0, 2.0]),
        ("activities", "date", ["2024-05-05", "2024-05-05"]),
    ],
)
def test_columns_of_side_tables_have_one_length(table: str, column: str, values: Any) -> None:
    whole = {
        "accounts": {"account_id": ["A"], "name": ["Acme"]},
        "ratings": {"account_id": ["A"], "item": ["nps"], "value": [50.0]},
        "activities": {"account_id": ["A"], "date": ["2024-05-05"], "cost": [1.0]},
    }
    tables = {"transactions": ORDERS, table: whole[table] | {column: values}}
    with pytest.raises(ValueError, match=f"{column}.*2 rows, expected 1"):
        kam.score(tables, as_of=AS_OF)


def test_a_negative_cost_is_told() -> None:
    activities = {"account_id": ["A"], "date": ["2024-05-05"], "cost": [-1.0]}
    tables = {"transactions": ORDERS, "activities": activities}
    found = {f.code for f in kam.score(tables, as_of=AS_OF).data_report.findings}
    assert any(code.startswith("activit") for code in found)


def test_tables_of_different_kinds_go_together() -> None:
    tables = {
        "transactions": pl.DataFrame(ORDERS),
        "accounts": pd.DataFrame({"account_id": ["B", "A"], "name": ["b", "a"]}),
        "ratings": pa.table({"account_id": ["A"], "item": ["upgrade"], "value": [50]}),
    }
    result = kam.score(tables, as_of=AS_OF, profile="customer_value_assessment")
    assert isinstance(result.frame, pl.DataFrame)
    assert result["name"] == ["b", "a"]
    assert result["growth"][1] == pytest.approx(50)


def test_other_column_names_and_formats() -> None:
    theirs = {
        "kunde": ORDERS["account_id"],
        "tag": ["01.01.2024", "01.02.2024", "05.01.2024", "01.06.2024"],
        "euro": ["10,0", "20", "30", "40"],
    }
    result = kam.score(
        theirs,
        as_of=AS_OF,
        columns={"account_id": "kunde", "date": "tag", "amount": "euro"},
        date_format="%d.%m.%Y",
        decimal=",",
    )
    assert_same(result, kam.score(ORDERS, as_of=AS_OF))
    with pytest.raises(
        kam.DataError,
        match=r"column 'dollar' \(mapped from 'amount'\) is missing; there are: account_id, amount",
    ):
        kam.score(ORDERS, as_of=AS_OF, columns={"amount": "dollar"})
