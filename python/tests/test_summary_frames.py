"""kam.summarize: every kind of frame, and hostile input."""

from __future__ import annotations

import datetime as dt
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
