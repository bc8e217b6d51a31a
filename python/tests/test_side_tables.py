"""kam.score: contracts, deals, people, balance sheets, and what their readers refuse."""

from __future__ import annotations

from typing import Any

import kam
import numpy as np
import pytest

AS_OF = "2024-06-30"
ORDERS = {
    "account_id": ["A", "A", "B"],
    "date": ["2024-01-01", "2024-02-01", "2024-06-01"],
    "amount": [100.0, 100.0, 40.0],
    "category": ["bolts", None, "nuts"],
    "due_date": ["2024-02-01", "2024-03-01", None],
    "paid_date": ["2024-02-11", None, None],
}
TABLES: dict[str, dict[str, list[Any]]] = {
    "accounts": {
        "account_id": ["A"],
        "sector": ["rail"],
        "wallet": [1000],
        "supplier_too": ["yes"],
    },
    "activities": {
        "account_id": ["A", "A"],
        "date": ["2024-05-01", "2024-06-01"],
        "type": ["visit", "Call"],
        "our_person": ["eva", "eva"],
        "their_person": ["p1", "p2"],
    },
    "contracts": {
        "account_id": ["A"],
        "start": ["2024-01-01"],
        "end": ["2024-12-31"],
        "value_per_year": [500],
        "notice_days": [90],
    },
    "opportunities": {"account_id": ["A"], "value": [50], "stage": ["Negotiation"]},
    "stakeholders": {
        "account_id": ["A", "A"],
        "person_key": ["p2", "p1"],
        "stance": ["Ally", -0.5],
        "weight": [3, 1],
        "roles": ["economic; coach", "user,technical"],
        "level": ["executive", None],
        "department": ["purchasing", "works"],
    },
    "financials": {
        "account_id": ["A"],
        "date": ["2023-12-31"],
        "exposure": [20],
        "credit_limit": [80],
        "probability_of_default": [0.1],
    },
}


def scored(**tables: Any) -> Any:
    return kam.score({"transactions": ORDERS, **tables}, as_of=AS_OF)


def features(**tables: Any) -> dict[str, Any]:
    return {k: v[0] for k, v in scored(**tables)._core.features().items()}


def test_every_table_reaches_its_features() -> None:
    found = features(**TABLES)
    assert found["renewal_days"] == 184 - 90
    assert found["contract_value"] == 500
    assert found["pipeline_p50"] == 50
    assert found["support"] == pytest.approx((3 * 0.75 - 0.5) / 4)
    assert found["limit_use"] == 0.25
    assert found["expected_credit_loss"] == pytest.approx(0.1 * 0.45 * 20)
    assert found["share_of_wallet"] == 0.2
    assert found["dependency_person"] == 1
    assert (found["departments"], found["levels"], found["executive_pair"]) == (2, 1, 1)
    assert found["overdue_share"] == 1
    assert found["days_late"] == (10 + 121) / 2


def test_without_the_tables_they_are_missing() -> None:
    found = features()
    for name in ("renewal_days", "pipeline_p50", "support", "limit_use", "share_of_wallet"):
        assert np.isnan(found[name]), name


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("contracts", "start"),
        ("opportunities", "value"),
        ("opportunities", "stage"),
        ("stakeholders", "person_key"),
        ("financials", "date"),
        *[(name, "account_id") for name in TABLES],
    ],
)
def test_a_missing_column_names_table_and_column(table: str, column: str) -> None:
    wrong = {("x" if k == column else k): v for k, v in TABLES[table].items()}
    with pytest.raises(kam.DataError, match=f"table '{table}': column '{column}' is missing"):
        scored(**{table: wrong})


@pytest.mark.parametrize("table", ["contracts", "opportunities", "stakeholders", "financials"])
def test_an_unknown_account_and_an_empty_table(table: str) -> None:
    rows = {k: ["nobody" if k == "account_id" else v[0]] for k, v in TABLES[table].items()}
    report = scored(**{table: rows}).data_report
    assert report.find(f"{table}_unknown_account").examples == ["row 1"]
    assert report.rows_rejected == 0
    empty = {k: np.array([], dtype=object) for k in TABLES[table]}
    assert len(scored(**{table: empty})) == 2


def test_what_cannot_be_read_is_missing_and_told() -> None:
    people = TABLES["stakeholders"] | {"stance": ["ally", "moody"], "roles": ["boss", "user"],
                                       "level": ["chief", None]}  # fmt: skip
    report = scored(
        stakeholders=people,
        contracts=TABLES["contracts"] | {"value_per_year": ["1,000"], "end": ["31.12."]},
        opportunities=TABLES["opportunities"] | {"outcome": ["maybe"]},
        activities=TABLES["activities"] | {"type": ["visit", "mail"]},
    ).data_report
    assert report.find("stakeholders_stance_not_a_number").examples == ["row 2: 'moody'"]
    assert report.find("stakeholders_unknown_role").count == 1
    assert report.find("stakeholders_level_not_known").examples == ["row 1: 'chief'"]
    assert report.find("contracts_value_per_year_not_a_number").examples == ["row 1: '1,000'"]
    assert report.find("contracts_unreadable_end").count == 1
    assert report.find("opportunities_unknown_outcome").count == 1
    assert report.find("activities_type_not_known").examples == ["row 2: 'mail'"]


def test_rows_of_the_core_are_rows_of_the_user() -> None:
    deals = {
        "account_id": ["nobody", "A", "A"],
        "value": [1, 2, 3],
        "stage": ["signed", "signed", "own word"],
    }
    found = scored(opportunities=deals).data_report.find("opportunity_unknown_stage")
    assert found.examples == ["opportunity 3"]
