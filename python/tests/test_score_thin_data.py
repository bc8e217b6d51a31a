"""kam.score: thin data, and what the data report says."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pytest

AS_OF = "2024-06-30"

ORDERS = {
    "account_id": ["A", "A", "B", "B"],
    "date": ["2024-01-01", "2024-02-01", "2024-01-05", "2024-06-01"],
    "amount": [10.0, 20.0, 30.0, 40.0],
}

EAGER = """
name = "speaks early"
[orders]
minimum_repeat_orders = 1
[[dimension]]
id = "contribution"
[[indicator]]
id = "revenue"
dimension = "contribution"
feature = "net_revenue_12m"
scale = "rank"
"""


def with_rows(table: Any, *rows: tuple[Any, ...]) -> dict[str, list[Any]]:
    """The table with rows (in the order of its columns) at the end."""
    return {
        name: [*values, *(row[i] for row in rows)] for i, (name, values) in enumerate(table.items())
    }


# ---- thin data ----------------------------------------------------------------------------------


def test_few_orders_leave_the_order_columns_missing_with_a_note() -> None:
    result = kam.score(ORDERS, as_of=AS_OF)
    for name in (
        "p_churn",
        "p_churn_lo",
        "p_churn_hi",
        "p_alive",
        "eav",
        "eav_lo",
        "eav_hi",
        "expected_loss",
        "expected_loss_open",
        "basis_events",
    ):
        assert np.isnan(result[name]).all(), name
        if name != "basis_events":
            assert "repeat orders" in result.column_notes.get(name, "repeat orders")
    assert result["status"] == ["insufficient"] * 2
    assert all("no_order_model" in notes for notes in result["notes"])
    assert result["basis"] == [None, None]
    assert result.model.params_ == {}
    assert result.summary()["order_model_note"]
    assert result.summary()["expected_loss"] is None
    assert not np.isnan(result["value_index"]).any()


def test_the_profile_says_how_few_is_too_few(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(EAGER)
    result = kam.score(ORDERS, as_of=AS_OF, profile=tmp_path / "p.toml")
    assert result.profile["minimum_repeat_orders"] == 1
    assert result["account_id"] == ["A", "B"]


def test_one_order_is_noted() -> None:
    result = kam.score(with_rows(ORDERS, ("C", "2024-05-05", 5.0)), as_of=AS_OF)
    assert "one_order" in result["notes"][2]
    assert result["order_count"][2] == 1


def test_negative_revenue_has_money_and_no_share() -> None:
    result = kam.score(
        with_rows(ORDERS, ("C", "2024-05-05", 5.0), ("C", "2024-05-06", -25.0)), as_of=AS_OF
    )
    assert result["net_revenue"][2] == -20
    assert math.isnan(result["revenue_share"][2])
    assert "negative_revenue" in result["notes"][2]
    assert result["revenue_share"][:2].sum() == pytest.approx(1)
    assert result.concentration.negative_values == 1


def test_a_total_that_is_not_positive_has_no_concentration() -> None:
    result = kam.score(ORDERS | {"amount": [-10.0, -20.0, 5.0, 1.0]}, as_of=AS_OF)
    assert result.concentration is None
    assert np.isnan(result["revenue_share"]).all()
    assert result["net_revenue"].tolist() == [-30, 6]
    assert result.data_report.find("non_positive_total") is not None
    assert result.summary()["concentration"] is None


def test_a_total_that_is_not_positive_still_has_ranks() -> None:
    result = kam.score(ORDERS | {"amount": [-10.0, -20.0, 5.0, 1.0]}, as_of=AS_OF)
    assert result["rank_revenue"].tolist() == [2, 1]
    assert np.isnan(result["revenue_share"]).all()


# ---- the data report ----------------------------------------------------------------------------


def test_bad_rows_are_counted_explained_and_quoted() -> None:
    rows = with_rows(
        {k: list(v) for k, v in ORDERS.items()},
        ("C", "2024-02-30", 5.0),
        ("C", "2024-03-01", None),
        ("C", "2024-03-02", "1,200"),
        ("C", "2024-03-03", float("inf")),
        (None, "2024-03-04", 5.0),
        (" ", "2024-03-05", 5.0),
        ("C", "1900-01-01", 5.0),
        ("C", "2024-07-01", 5.0),
        ("C", "2031-07-01", 5.0),
        ("C", None, 5.0),
    )
    rows["amount"] = np.array(rows["amount"], dtype=object)
    for report in (kam.check(rows, as_of=AS_OF), kam.score(rows, as_of=AS_OF).data_report):
        assert (
            report.rows_read,
            report.rows_used,
            report.rows_rejected,
            report.rows_set_aside,
        ) == (14, 4, 9, 1)
        assert report.rows_read == report.rows_used + report.rows_rejected + report.rows_set_aside
        assert (report.accounts, report.accounts_without_orders) == (3, 1)
        assert (report.first_date, report.last_date, report.total_net_revenue) == (
            "2024-01-01",
            "2024-06-01",
            100,
        )
        counts = {f.code: (f.severity, f.count) for f in report.findings}
        assert counts["unreadable_date"] == ("rejected", 2)
        assert counts["missing_amount"] == ("rejected", 1)
        assert counts["amount_not_a_number"] == ("rejected", 1)
        assert counts["amount_out_of_range"] == ("rejected", 1)
        assert counts["missing_account_id"] == ("rejected", 2)
        assert counts["placeholder_date"] == ("rejected", 1)
        assert counts["distant_future_date"] == ("rejected", 1)
        assert counts["future_dated"] == ("note", 1)
        assert report.find("unreadable_date").examples == ["row 5: '2024-02-30'", "row 14: None"]
        assert report.find("amount_not_a_number").examples == ["row 7: '1,200'"]
        assert report.find("missing_account_id").examples == ["row 9", "row 10"]
        assert report.find("account_without_orders").examples == ["account C"]
        severities = [f.severity for f in report.findings]
        assert severities == sorted(severities, key=["rejected", "repaired", "note"].index)
        text = str(report)
        assert text.startswith("14 rows read: 4 used, 9 rejected, 1 set aside\n")
        for finding in report.findings:
            assert finding.code in text
            assert finding.explanation in text
        assert "row 7: '1,200'" in text
        plain = json.loads(report.to_json())
        assert plain["rows_rejected"] == 9
        assert {f["code"] for f in plain["findings"]} == set(counts)


def test_a_row_is_an_example_of_one_finding_alone() -> None:
    amounts = np.array([10.0, "x", None, 40.0], dtype=object)
    report = kam.check(ORDERS | {"amount": amounts}, as_of=AS_OF)
    assert report.find("missing_amount").count == 1
    assert report.find("missing_amount").examples == ["row 3"]


@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_nat_is_an_unreadable_date(unit: str) -> None:
    stamps = np.array(
        ["2024-01-01", "NaT", "2024-01-05", "2024-06-01"], dtype=f"datetime64[{unit}]"
    )
    report = kam.check(ORDERS | {"date": stamps}, as_of=AS_OF)
    assert report.find("unreadable_date").count == 1
    assert report.find("unreadable_date").examples == ["row 2"]


def test_duplicates_with_a_document_number_are_set_aside() -> None:
    rows = {
        "account_id": ["A"] * 4,
        "date": ["2024-01-05"] * 4,
        "amount": [100.0] * 4,
        "ref": ["7", "7", None, None],
    }
    result = kam.score(rows, as_of=AS_OF)
    assert result["net_revenue"][0] == 300
    assert result.data_report.find("exact_duplicate").examples == ["row 2"]
    assert result.data_report.find("possible_duplicate").count == 1
    assert result.data_report.rows_set_aside == 1


def test_kinds() -> None:
    rows = ORDERS | {"kind": ["invoice", "gift", None, "RETURN"]}
    report = kam.check(rows, as_of=AS_OF)
    assert report.find("unknown_kind").examples == ["row 2: 'gift'"]
    assert report.find("positive_credit").examples == ["row 4"]
    assert report.rows_rejected == 1


@pytest.mark.parametrize("blank", ["", " ", math.nan], ids=repr)
def test_a_missing_kind_is_an_invoice(blank: Any) -> None:
    kinds = np.array(["invoice", blank, None, "invoice"], dtype=object)
    report = kam.check(ORDERS | {"kind": kinds}, as_of=AS_OF)
    assert report.rows_used == 4


def test_a_prepayment_is_earned_over_a_year() -> None:
    rows = {"account_id": ["A"], "date": ["2023-12-31"], "amount": [1200.0], "kind": ["prepayment"]}
    result = kam.score(rows, as_of="2024-06-30")
    assert result["net_revenue"][0] == 1200
    assert result["net_revenue_12m"][0] == pytest.approx(600, rel=0.02)


def test_mixed_currencies_are_an_error_and_one_can_be_chosen() -> None:
    rows = ORDERS | {"currency": ["EUR", "USD", "EUR", "EUR"]}
    with pytest.raises(ValueError, match="2 currencies, which cannot be added"):
        kam.score(rows, as_of=AS_OF)
    with pytest.raises(ValueError, match="2 currencies"):
        kam.check(rows, as_of=AS_OF)
    result = kam.score(rows, as_of=AS_OF, currency="EUR")
    assert result["net_revenue"].tolist() == [10, 70]
    assert result.data_report.find("other_currency").examples == ["row 2"]
    with pytest.raises(kam.DataError, match="no row is in CHF; there are: EUR, USD"):
        kam.score(rows, as_of=AS_OF, currency="CHF")
    one = kam.score(ORDERS | {"currency": ["EUR"] * 4}, as_of=AS_OF)
    assert one["net_revenue"].tolist() == [30, 70]


def test_the_error_of_mixed_currencies_names_the_option_there_is() -> None:
    with pytest.raises(ValueError, match=r"currency=") as caught:
        kam.score(ORDERS | {"currency": ["EUR", "USD", "EUR", "EUR"]}, as_of=AS_OF)
    assert "base_currency" not in str(caught.value)


def test_check_takes_the_occasion() -> None:
    rows = {"account_id": ["A", "A"], "date": ["2024-01-08", "2024-01-09"], "amount": [5.0, 5.0]}
    assert kam.check(rows, as_of=AS_OF).find("one_purchase_account") is None
    assert kam.check(rows, as_of=AS_OF, occasion="week").find("one_purchase_account").count == 1
    with pytest.raises(ValueError, match="must be day, week or month"):
        kam.check(rows, as_of=AS_OF, occasion="year")


def test_check_does_not_change_with_the_kind(
    kind: str, frame: Callable[..., Any], small: Any
) -> None:
    assert (
        kam.check(frame(kind, small), as_of=AS_OF).to_json()
        == kam.check(small, as_of=AS_OF).to_json()
    )


def test_empty_and_absent_tables() -> None:
    empty = {"account_id": [], "date": [], "amount": []}
    with pytest.raises(kam.DataError, match="'transactions' has no rows"):
        kam.score(empty, as_of=AS_OF)
    with pytest.raises(kam.DataError, match="'transactions' has no rows"):
        kam.check(empty, as_of=AS_OF)


@pytest.mark.parametrize("missing", ["account_id", "date", "amount"])
def test_a_missing_column_is_named(
    missing: str, kind: str, frame: Callable[..., Any], small: Any
) -> None:
    made = frame(kind, {k: v for k, v in small.items() if k != missing})
    with pytest.raises(kam.DataError, match=f"column '{missing}' is missing; there are: "):
        kam.score(made, as_of=AS_OF)


def test_a_column_without_one_usable_value_is_an_error() -> None:
    with pytest.raises(kam.DataError, match=r"column 'amount': no value is a number.*'x'"):
        kam.score(ORDERS | {"amount": ["x"] * 4}, as_of=AS_OF)
    with pytest.raises(kam.DataError, match=r"column 'date': no value is a date.*'x'"):
        kam.score(ORDERS | {"date": ["x"] * 4}, as_of=AS_OF)
    with pytest.raises(kam.DataError, match=r"holds numbers \(20240101\).*%Y%m%d"):
        kam.score(
            ORDERS | {"date": np.array([20240101, 20240201, 20240105, 20240601])}, as_of=AS_OF
        )


def test_ids_that_are_all_missing_are_an_error() -> None:
    with pytest.raises(kam.DataError, match="account_id"):
        kam.score(ORDERS | {"account_id": [None, "", " ", None]}, as_of=AS_OF)


def test_columns_of_different_length_are_named() -> None:
    with pytest.raises(ValueError, match="`amount` has 3 rows, expected 4"):
        kam.score(ORDERS | {"amount": [1.0, 2.0, 3.0]}, as_of=AS_OF)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"churn_horizon_days": -1}, "`churn_horizon_days` must be finite and > 0, got -1"),
        ({"churn_horizon_days": 0}, "`churn_horizon_days`"),
        ({"churn_horizon_days": math.nan}, "`churn_horizon_days`"),
        ({"value_years": -1}, "`value_years` must be finite and > 0"),
        ({"value_years": math.inf}, "`value_years`"),
        ({"discount": -0.1}, "`discount` must be finite and >= 0"),
        ({"as_of": "31.12.2024"}, "`as_of` must be a date"),
        ({"as_of": None}, "`as_of` must be a date"),
        ({"as_of": "1899-12-31"}, "`as_of` must be a date from 1900-01-02"),
        ({"decimal": ",,"}, "`decimal` must be one character"),
    ],
)
def test_a_wrong_option_is_named(option: Any, message: str) -> None:
    rows = ORDERS | ({"amount": ["1", "2", "3", "4"]} if "decimal" in option else {})
    with pytest.raises(ValueError, match=message):
        kam.score(rows, **({"as_of": AS_OF} | option))


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        kam.score(ORDERS, as_of=AS_OF, profile=tmp_path / "none.toml")
    with pytest.raises(FileNotFoundError):
        kam.score(ORDERS, as_of=AS_OF, model=tmp_path / "none.json")


@pytest.mark.parametrize("model", [3, {}, object()], ids=["int", "dict", "object"])
def test_what_is_no_model_is_a_type_error(model: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        kam.score(ORDERS, as_of=AS_OF, model=model)


def test_an_estimator_is_not_a_score_model(tmp_path: Path, mbgnbd: Any) -> None:
    (tmp_path / "orders.json").write_text(mbgnbd.to_json())
    with pytest.raises(kam.VersionError, match="expected score_model"):
        kam.score(ORDERS, as_of=AS_OF, model=tmp_path / "orders.json")
