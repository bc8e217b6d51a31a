"""Transactions to frequency, recency, age and monetary value."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import duckdb
import kam
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

MEASURES = ("frequency", "recency", "age", "monetary_value")
DAYS = {"day": 1, "week": 7, "month": 30.436875}

ORDERS = {
    "account_id": np.array(["007", "8", "007", "007", "8"], dtype=object),
    "date": np.array(
        ["2024-01-01", "2024-01-05", "2024-02-01", "2024-02-01", "2024-03-02"], dtype=object
    ),
    "amount": np.array([10.0, 20.0, 30.0, 5.0, 40.0]),
}
# as_of 2024-03-01, days: 007 has 2 occasions, of 8 one (the second is after as_of).
WANT = {
    "account_id": ["007", "8"],
    "frequency": [1.0, 0.0],
    "recency": [31.0, 0.0],
    "age": [60.0, 56.0],
    "monetary_value": [35.0, None],
}


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


# ---- frames -------------------------------------------------------------------------------------


def test_the_same_kind_comes_out(
    kind: str, frame: Callable[..., Any], kind_of: Callable[..., str], columns: Callable[..., Any]
) -> None:
    found = kam.summarize(frame(kind, ORDERS), as_of="2024-03-01", unit="day")
    assert kind_of(found) == kind
    assert columns(found) == WANT


def test_the_sample_is_the_same_in_every_kind(
    kind: str, frame: Callable[..., Any], columns: Callable[..., Any], sample: Any
) -> None:
    found = columns(kam.summarize(frame(kind, sample), as_of="1997-09-30"))
    assert found == columns(kam.summarize(sample, as_of="1997-09-30"))


def test_a_lazy_frame_comes_out_collected(columns: Callable[..., Any]) -> None:
    lazy = pl.LazyFrame({k: v.tolist() for k, v in ORDERS.items()})
    found = kam.summarize(lazy.filter(pl.col("amount") > 0), as_of="2024-03-01", unit="day")
    assert isinstance(found, pl.DataFrame)
    assert columns(found) == WANT


STAMPS = [
    "2024-01-01 23:30",
    "2024-01-05 00:30",
    "2024-02-01 12:00",
    "2024-02-01 18:00",
    "2024-03-02 00:00",
]


@pytest.mark.parametrize(
    "date",
    [
        np.array(STAMPS, dtype="datetime64[s]"),
        np.array(STAMPS, dtype="datetime64[us]"),
        np.array(STAMPS, dtype="datetime64[ns]"),
        np.array([dt.date.fromisoformat(t[:10]) for t in STAMPS], dtype=object),
        np.array([dt.datetime.fromisoformat(t) for t in STAMPS], dtype=object),
        np.array([t.replace(" ", "T") + ":00" for t in STAMPS], dtype=object),
    ],
    ids=["s", "us", "ns", "date", "datetime", "text"],
)
def test_dates_of_every_form_in_every_kind(
    date: Any, kind: str, frame: Callable[..., Any], columns: Callable[..., Any]
) -> None:
    made = frame(kind, ORDERS | {"date": date})
    assert columns(kam.summarize(made, as_of="2024-03-01", unit="day")) == WANT


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "UTC"])
def test_zoned_dates_are_the_day_of_their_zone(zone: str, columns: Callable[..., Any]) -> None:
    stamps = pd.to_datetime(STAMPS).tz_localize(zone)
    ids, amounts = ORDERS["account_id"].tolist(), ORDERS["amount"]
    for made in (
        pd.DataFrame({"account_id": ids, "date": stamps, "amount": amounts}),
        pa.table({"account_id": ids, "date": pa.array(stamps), "amount": amounts}),
        pl.DataFrame(
            {
                "account_id": ids,
                "date": pl.Series(STAMPS).str.to_datetime().dt.replace_time_zone(zone),
                "amount": amounts,
            }
        ),
    ):
        assert columns(kam.summarize(made, as_of="2024-03-01", unit="day")) == WANT


@pytest.mark.parametrize(
    "type_name", ["date32", "date64", "timestamp[s]", "timestamp[ms]", "timestamp[ns]"]
)
def test_arrow_dates(type_name: str, columns: Callable[..., Any]) -> None:
    types = {"date32": pa.date32(), "date64": pa.date64(), "timestamp[s]": pa.timestamp("s"),
             "timestamp[ms]": pa.timestamp("ms"), "timestamp[ns]": pa.timestamp("ns")}  # fmt: skip
    days = pa.array([dt.date.fromisoformat(t[:10]) for t in STAMPS]).cast(types[type_name])
    made = pa.table(
        {"account_id": ORDERS["account_id"].tolist(), "date": days, "amount": ORDERS["amount"]}
    )
    assert columns(kam.summarize(made, as_of="2024-03-01", unit="day")) == WANT


@pytest.mark.parametrize("sql_type", ["DATE", "TIMESTAMP", "TIMESTAMP_NS", "VARCHAR"])
def test_duckdb_dates(sql_type: str, columns: Callable[..., Any]) -> None:
    made = duckdb.sql(
        f"SELECT * FROM (VALUES ('007', '2024-01-01'::{sql_type}, 10.0), ('8', '2024-01-05', 20), "
        "('007', '2024-02-01', 30), ('007', '2024-02-01', 5), ('8', '2024-03-02', 40)) "
        "AS t(account_id, date, amount)"
    )
    found = kam.summarize(made, as_of="2024-03-01", unit="day")
    assert isinstance(found, duckdb.DuckDBPyRelation)
    assert columns(found) == WANT


def test_dates_by_format_and_whole_numbers_only_by_format(
    kind: str, frame: Callable[..., Any], columns: Callable[..., Any]
) -> None:
    text = np.array(["/".join(reversed(d.split("-"))) for d in ORDERS["date"]], dtype=object)
    made = frame(kind, ORDERS | {"date": text})
    found = kam.summarize(made, as_of="2024-03-01", unit="day", date_format="%d/%m/%Y")
    assert columns(found) == WANT
    numbers = frame(
        kind, ORDERS | {"date": np.array([int(d.replace("-", "")) for d in ORDERS["date"]])}
    )
    found = kam.summarize(numbers, as_of="2024-03-01", unit="day", date_format="%Y%m%d")
    assert columns(found) == WANT
    with pytest.raises(kam.DataError, match=r"'date' holds numbers \(20240101\), not dates"):
        kam.summarize(numbers, as_of="2024-03-01")


IDS: dict[str, Callable[[], Any]] = {
    "pandas categorical": lambda: pd.DataFrame(ORDERS).astype({"account_id": "category"}),
    "pandas string": lambda: pd.DataFrame(ORDERS).astype({"account_id": "string"}),
    "pandas object": lambda: pd.DataFrame(ORDERS).astype({"account_id": object}),
    "pandas arrow": lambda: pd.DataFrame(ORDERS).astype({"account_id": pd.ArrowDtype(pa.string())}),
    "arrow string": lambda: arrow_ids(pa.string()),
    "arrow large_string": lambda: arrow_ids(pa.large_string()),
    "arrow string_view": lambda: arrow_ids(pa.string_view()),
    "arrow dictionary": lambda: arrow_ids(pa.dictionary(pa.int8(), pa.string())),
    "polars categorical": lambda: pl.from_arrow(arrow_ids(pa.string())).cast(
        {"account_id": pl.Categorical}
    ),
    "polars enum": lambda: pl.from_arrow(arrow_ids(pa.string())).cast(
        {"account_id": pl.Enum(["8", "007"])}
    ),
    "numpy str": lambda: ORDERS | {"account_id": ORDERS["account_id"].astype(str)},
    "lists": lambda: {k: v.tolist() for k, v in ORDERS.items()},
    "duckdb enum": lambda: duckdb.from_arrow(arrow_ids(pa.string())).project(
        "account_id::ENUM('8', '007') AS account_id, date, amount"
    ),
}


def arrow_ids(id_type: Any) -> Any:
    table = pa.table({k: pa.array(v) for k, v in ORDERS.items()})
    ids = table["account_id"]
    return table.set_column(0, "account_id", ids.cast(id_type) if id_type != ids.type else ids)


@pytest.mark.parametrize("name", IDS)
def test_text_ids_of_every_layout_keep_their_zeros(name: str, columns: Callable[..., Any]) -> None:
    assert columns(kam.summarize(IDS[name](), as_of="2024-03-01", unit="day")) == WANT


def test_whole_number_ids_stay_numbers(
    kind: str, frame: Callable[..., Any], columns: Callable[..., Any]
) -> None:
    made = frame(kind, ORDERS | {"account_id": np.array([7, 8, 7, 7, 8])})
    found = columns(kam.summarize(made, as_of="2024-03-01", unit="day"))
    assert found == WANT | {"account_id": [7, 8]}


def test_other_column_names(
    kind: str, frame: Callable[..., Any], columns: Callable[..., Any]
) -> None:
    made = frame(
        kind, {"kunde": ORDERS["account_id"], "tag": ORDERS["date"], "euro": ORDERS["amount"]}
    )
    found = kam.summarize(
        made, account="kunde", date="tag", amount="euro", as_of="2024-03-01", unit="day"
    )
    assert columns(found) == WANT


@pytest.mark.parametrize(
    "as_of",
    [
        "2024-03-01",
        "2024-03-01T12:00:00",
        dt.date(2024, 3, 1),
        dt.datetime(2024, 3, 1, 9),
        np.datetime64("2024-03-01"),
        pd.Timestamp("2024-03-01 09:00"),
        pd.Timestamp("2024-03-01", tz="Asia/Tokyo"),
    ],
    ids=repr,
)
def test_as_of_in_every_form(as_of: Any, columns: Callable[..., Any]) -> None:
    assert columns(kam.summarize(ORDERS, as_of=as_of, unit="day")) == WANT


def test_text_amounts_are_read(columns: Callable[..., Any]) -> None:
    texts = ORDERS | {"amount": np.array(["10", "20.0", " 30", "5", "4e1"], dtype=object)}
    assert columns(kam.summarize(texts, as_of="2024-03-01", unit="day")) == WANT


def test_an_empty_frame_gives_an_empty_frame(
    kind: str, frame: Callable[..., Any], columns: Callable[..., Any]
) -> None:
    empty = {
        "account_id": np.array([], dtype=object),
        "date": np.array([], dtype=object),
        "amount": np.array([]),
    }
    found = columns(kam.summarize(frame(kind, empty), as_of="2024-03-01"))
    assert found == {name: [] for name in ("account_id", *MEASURES)}


# ---- hostile input ------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["account_id", "date", "amount"])
def test_a_missing_column_is_named_with_those_there_are(
    missing: str, kind: str, frame: Callable[..., Any]
) -> None:
    rest = {k: v for k, v in ORDERS.items() if k != missing}
    with pytest.raises(
        kam.DataError, match=f"column '{missing}'.* is missing; there are: {', '.join(rest)}"
    ):
        kam.summarize(frame(kind, rest), as_of="2024-03-01")


def broken(name: str, row: int, value: Any) -> dict[str, Any]:
    column = ORDERS[name].copy()
    column[row] = value
    return ORDERS | {name: column}


def test_an_unreadable_date_is_named_with_row_and_value(
    kind: str, frame: Callable[..., Any]
) -> None:
    with pytest.raises(
        kam.DataError, match=r"column 'date': 1 of 5 rows are not a date.*'2024-02-30' in row 2"
    ):
        kam.summarize(frame(kind, broken("date", 2, "2024-02-30")), as_of="2024-03-01")


def test_a_missing_date_is_named_with_its_row(kind: str, frame: Callable[..., Any]) -> None:
    with pytest.raises(kam.DataError, match=r"column 'date': 1 of 5 rows .*None in row 2"):
        kam.summarize(frame(kind, broken("date", 2, None)), as_of="2024-03-01")


@pytest.mark.parametrize("amount", [np.nan, np.inf, -np.inf])
def test_an_amount_that_is_not_finite_is_named_with_its_row(amount: float) -> None:
    with pytest.raises(kam.DataError, match=f"column 'amount': 1 of 5 rows .*{amount}.* in row 3"):
        kam.summarize(broken("amount", 3, amount), as_of="2024-03-01")


def test_a_missing_amount_is_refused_in_every_kind(kind: str, frame: Callable[..., Any]) -> None:
    with pytest.raises(kam.DataError, match=r"column 'amount': 1 of 5 rows .* in row 3"):
        kam.summarize(frame(kind, broken("amount", 3, np.nan)), as_of="2024-03-01")


def test_an_amount_that_is_text_is_quoted_with_its_row() -> None:
    texts = ORDERS["amount"].astype(object)
    texts[1] = "1,200"
    with pytest.raises(kam.DataError, match="column 'amount' holds '1,200' in row 1: not a number"):
        kam.summarize(ORDERS | {"amount": texts}, as_of="2024-03-01")


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_a_missing_id_is_refused(blank: Any) -> None:
    with pytest.raises(
        kam.DataError, match=r"column 'account_id': 1 of 5 rows are not an account id.* in row 1"
    ):
        kam.summarize(broken("account_id", 1, blank), as_of="2024-03-01")


def test_a_missing_id_is_quoted_as_it_stands() -> None:
    with pytest.raises(kam.DataError, match="first '  ' in row 1"):
        kam.summarize(broken("account_id", 1, "  "), as_of="2024-03-01")


def test_float_ids_with_nan_are_refused_by_row() -> None:
    with pytest.raises(kam.DataError, match=r"'account_id': 1 of 5 rows .* in row 4"):
        kam.summarize(ORDERS | {"account_id": np.array([7, 8, 7, 7, np.nan])}, as_of="2024-03-01")


def test_nat_in_nanoseconds_is_refused() -> None:
    with pytest.raises(kam.DataError, match="column 'date': 1 of 5 rows"):
        kam.summarize(broken_stamps("ns"), as_of="2024-03-01")


@pytest.mark.parametrize("unit", ["D", "s", "ms", "us"])
def test_nat_is_refused(unit: str) -> None:
    with pytest.raises(kam.DataError, match=r"column 'date': 1 of 5 rows .* in row 2"):
        kam.summarize(broken_stamps(unit), as_of="2024-03-01")


def broken_stamps(unit: str) -> dict[str, Any]:
    stamps = np.array(ORDERS["date"].tolist(), dtype=f"datetime64[{unit}]")
    stamps[2] = "NaT"
    return ORDERS | {"date": stamps}


def test_columns_of_different_length_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="`amount` has 4 rows, expected 5"):
        kam.summarize(ORDERS | {"amount": ORDERS["amount"][:4]}, as_of="2024-03-01")
    with pytest.raises(ValueError, match="`date` has 4 rows, expected 5"):
        kam.summarize(ORDERS | {"date": ORDERS["date"][:4]}, as_of="2024-03-01")


def test_units_and_occasions_are_checked() -> None:
    with pytest.raises(ValueError, match="`unit` must be day, week or month, got 'year'"):
        kam.summarize(ORDERS, as_of="2024-03-01", unit="year")
    with pytest.raises(ValueError, match="must be day, week or month, got 'quarter'"):
        kam.summarize(ORDERS, as_of="2024-03-01", occasion="quarter")


def test_a_wrong_occasion_is_named() -> None:
    with pytest.raises(ValueError, match="`occasion` must be"):
        kam.summarize(ORDERS, as_of="2024-03-01", occasion="quarter")


def test_as_of_is_never_guessed() -> None:
    with pytest.raises(TypeError, match="as_of"):
        kam.summarize(ORDERS)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="`as_of` must be a date"):
        kam.summarize(ORDERS, as_of=None)
