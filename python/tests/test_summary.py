"""Transactions to frequency, recency, age and monetary value."""

from __future__ import annotations

import math
from typing import Any

import kam
import numpy as np
import pandas as pd
import pytest

MEASURES = ("frequency", "recency", "age", "monetary_value")
DAYS = {"day": 1, "week": 7, "month": 30.436875}

# as_of 2024-03-01, days: 007 has 2 occasions, of 8 one (the second is after as_of).


def one(*rows: tuple[str, float], as_of: str = "2024-12-31", **options: Any) -> dict[str, float]:
    """The summary of one account with these dates and amounts, in days."""
    table = {
        "account_id": ["a"] * len(rows),
        "date": [day for day, _ in rows],
        "amount": [amount for _, amount in rows],
    }
    found = kam.summarize(table, as_of=as_of, **({"unit": "day"} | options))
    return {name: float(found[name][0]) for name in MEASURES}


# ---- published numbers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("which", "as_of", "customers", "repeats", "none", "recency", "age"),
    [
        ("sample", "1997-09-30", 2357, 2457, 1411, 112_949, 539_779),
        ("sample", "1998-06-30", 2357, 4339, 1218, 307_464, 1_183_240),
        ("master", "1997-09-30", 23_570, 24_337, 14_119, 1_129_644, 5_399_736),
        ("master", "1998-06-30", 23_570, 44_021, 12_054, 3_178_932, 11_834_346),
    ],
)
def test_cdnow_counts(
    request: pytest.FixtureRequest, which: str, as_of: str, customers: int, repeats: int, none: int,
    recency: int, age: int,
) -> None:  # fmt: skip
    """Sums over customers, exact; the sample to 1997-09-30 is that of BTYD's walkthrough."""
    found = kam.summarize(request.getfixturevalue(which), as_of=as_of, unit="day")
    assert len(found["account_id"]) == customers
    assert found["frequency"].sum() == repeats
    assert (found["frequency"] == 0).sum() == none
    assert found["recency"].sum() == recency
    assert found["age"].sum() == age


def test_cdnow_spend(sample: Any) -> None:
    """lifetimes' tests print mean 35, median 27, max 300 of 946 repeat buyers."""
    found = kam.summarize(sample, as_of="1997-09-30")
    spend = found["monetary_value"][found["frequency"] > 0]
    assert len(spend) == 946
    assert found["frequency"].max() == 29
    assert spend.mean() == pytest.approx(35.077848, abs=5e-7)
    assert (round(spend.min()), round(np.median(spend)), round(spend.max())) == (3, 27, 300)
    assert np.isnan(found["monetary_value"][found["frequency"] == 0]).all()


# ---- an independent path ------------------------------------------------------------------------


def naive(transactions: Any, as_of: str, unit: str, occasion: str) -> pd.DataFrame:
    """The rules of the documentation in pandas, by periods."""
    rows = pd.DataFrame(transactions)
    rows["date"] = pd.to_datetime(rows["date"])
    order = rows["account_id"].drop_duplicates()
    rows = rows[rows["date"] <= pd.Timestamp(as_of)]
    rows["period"] = rows["date"].dt.to_period(
        {"day": "D", "week": "W-SUN", "month": "M"}[occasion]
    )
    periods = (
        rows.groupby(["account_id", "period"])
        .agg(net=("amount", math.fsum), least=("amount", "min"), first=("date", "min"))
        .reset_index()
    )
    is_order = (periods["net"] > 1e-9) | ((periods["net"].abs() <= 1e-9) & (periods["least"] >= 0))
    orders = periods[is_order].sort_values(["account_id", "first"])
    groups = orders.groupby("account_id")
    first, last, count = groups["first"].min(), groups["first"].max(), groups.size() - 1
    repeats = orders[groups.cumcount() > 0].groupby("account_id")["net"].agg(math.fsum)
    found = pd.DataFrame(
        {
            "frequency": count.astype(float),
            "recency": (last - first).dt.days / DAYS[unit],
            "age": (pd.Timestamp(as_of) - first).dt.days / DAYS[unit],
        }
    )
    found["monetary_value"] = repeats / found["frequency"]
    return found.reindex(order).rename_axis("account_id").reset_index()


def assert_same(found: Any, want: pd.DataFrame) -> None:
    assert list(found["account_id"]) == want["account_id"].tolist()
    for name in MEASURES:
        np.testing.assert_allclose(found[name], want[name], rtol=1e-13, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("occasion", ["day", "week", "month"])
@pytest.mark.parametrize("unit", ["day", "week", "month"])
def test_the_sample_is_what_pandas_makes_of_it(sample: Any, unit: str, occasion: str) -> None:
    found = kam.summarize(sample, as_of="1997-12-31", unit=unit, occasion=occasion)
    assert_same(found, naive(sample, "1997-12-31", unit, occasion))


@pytest.mark.parametrize("occasion", ["day", "week", "month"])
def test_returns_and_free_orders_are_what_pandas_makes_of_them(occasion: str) -> None:
    rng = np.random.default_rng(7)
    n = 4000
    table = {
        "account_id": rng.choice([f"A{i}" for i in range(60)], n).astype(object),
        "date": (np.datetime64("2023-01-01") + rng.integers(0, 200, n)).astype(str).astype(object),
        "amount": rng.choice([-20.0, -10.0, -5.0, 0.0, 5.0, 10.0, 12.5], n),
    }
    found = kam.summarize(table, as_of="2023-06-30", unit="day", occasion=occasion)
    assert_same(found, naive(table, "2023-06-30", "day", occasion))


# ---- the rules ----------------------------------------------------------------------------------


def test_a_return_on_another_day_is_not_a_purchase() -> None:
    """lifetimes counts it: frequency 2, recency 14, mean spend 0."""
    found = one(("2024-01-01", 100), ("2024-01-11", 60), ("2024-01-15", -60), as_of="2024-01-21")
    assert found == {"frequency": 1, "recency": 10, "age": 20, "monetary_value": 60}


def test_a_return_nets_within_its_day() -> None:
    found = one(("2024-01-01", 100), ("2024-01-11", 60), ("2024-01-11", -20), ("2024-01-12", 8))
    assert found["frequency"] == 2
    assert found["monetary_value"] == 24


def test_a_day_that_is_cancelled_is_no_order_and_a_free_day_is_one() -> None:
    cancelled = one(("2024-01-01", 100), ("2024-01-11", 60), ("2024-01-11", -60))
    assert cancelled["frequency"] == 0
    assert math.isnan(cancelled["monetary_value"])
    free = one(("2024-01-01", 100), ("2024-01-11", 0))
    assert (free["frequency"], free["recency"], free["monetary_value"]) == (1, 10, 0)


def test_a_first_day_that_is_cancelled_does_not_begin_the_account() -> None:
    found = one(("2024-01-01", 5), ("2024-01-01", -5), ("2024-01-11", 60), ("2024-01-21", 60))
    assert (found["frequency"], found["recency"], found["age"]) == (1, 10, 355)


def test_a_net_of_zero_in_decimals_is_zero() -> None:
    """10.10 + 20.20 - 30.30 is 3.6e-15 in binary."""
    found = one(
        ("2024-01-01", 1), ("2024-01-02", 10.10), ("2024-01-02", 20.20), ("2024-01-02", -30.30)
    )
    assert found["frequency"] == 0


def test_orders_of_one_day_are_one() -> None:
    found = one(("2024-01-01", 1), ("2024-01-08", 10), ("2024-01-08", 30), ("2024-01-01", 2))
    assert (found["frequency"], found["monetary_value"]) == (1, 40)


def test_weeks_begin_on_monday_and_months_are_of_the_calendar() -> None:
    sunday_monday = (("2024-01-07", 1.0), ("2024-01-08", 1.0))
    assert one(*sunday_monday, occasion="week")["frequency"] == 1
    assert one(("2024-01-08", 1), ("2024-01-14", 1), occasion="week")["frequency"] == 0
    turn_of_year = (("2024-12-30", 1.0), ("2025-01-01", 1.0))  # ISO week 2025-W01
    assert one(*turn_of_year, occasion="week", as_of="2025-02-01")["frequency"] == 0
    assert one(*turn_of_year, occasion="month", as_of="2025-02-01")["frequency"] == 1
    assert one(("2024-02-01", 1), ("2024-02-29", 1), occasion="month")["frequency"] == 0


def test_an_occasion_is_dated_by_its_first_row() -> None:
    found = one(
        ("2024-01-15", 1), ("2024-01-03", 1), ("2024-02-20", 1), ("2024-02-10", 1), occasion="month"
    )
    assert (found["recency"], found["age"]) == (38, 363)


def test_durations_are_days_by_the_unit() -> None:
    rows = (("2024-01-01", 1.0), ("2024-01-31", 2.0))
    for unit, days in DAYS.items():
        found = one(*rows, unit=unit, as_of="2024-03-01")
        assert (found["recency"], found["age"]) == (30 / days, 60 / days)


def test_rows_after_as_of_change_nothing_and_rows_on_it_count() -> None:
    before = (("2024-01-01", 10.0), ("2024-02-01", 20.0))
    assert one(*before, ("2024-03-02", 99), as_of="2024-03-01") == one(*before, as_of="2024-03-01")
    assert one(*before, ("2024-03-01", 99), as_of="2024-03-01")["frequency"] == 2


def test_an_account_without_an_order_up_to_as_of_is_nan_not_zero() -> None:
    for row in (("2024-05-01", 10.0), ("2024-01-01", -10.0)):
        assert all(math.isnan(v) for v in one(row, as_of="2024-03-01").values())


def test_without_amounts_every_row_is_an_order() -> None:
    found = kam.summarize(
        {"account_id": ["a", "a"], "date": ["2024-01-01", "2024-01-11"]},
        amount=None, as_of="2024-01-21", unit="day",
    )  # fmt: skip
    assert (found["frequency"][0], found["recency"][0]) == (1, 10)
    assert np.isnan(found["monetary_value"][0])


def test_sums_do_not_depend_on_the_order_of_rows() -> None:
    amounts = [1e12, 0.01, -1e12, 0.02, 3.0]
    first = [one(("2023-12-01", 1), *(("2024-01-01", a) for a in order), as_of="2024-02-01")
             for order in (amounts, amounts[::-1], sorted(amounts))]  # fmt: skip
    assert first[0] == first[1] == first[2]
    assert first[0]["monetary_value"] == 3.03


def test_leap_days_and_centuries_count() -> None:
    assert one(("2024-02-28", 1), ("2024-03-01", 1))["recency"] == 2
    assert one(("1900-02-28", 1), ("1900-03-01", 1), as_of="1900-03-01")["recency"] == 1
    assert one(("2000-02-28", 1), ("2000-03-01", 1), as_of="2000-03-01")["recency"] == 2
