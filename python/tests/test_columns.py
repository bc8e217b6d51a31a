"""From what users have in a column to doubles, days and codes. Rows in messages count from 0."""

from __future__ import annotations

import datetime as dt
import warnings
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import kam
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kam import _core
from kam._data import columns as _columns
from kam._data import frames as _frames

NO_DAY = _core.NO_DAY
NO_ACCOUNT = _core.NO_ACCOUNT
EPOCH = dt.date(1970, 1, 1)


def objects(*values: Any) -> Any:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def day_numbers(*dates: dt.date | None) -> list[int]:
    return [NO_DAY if d is None else (d - EPOCH).days for d in dates]


# ---- dates --------------------------------------------------------------------------------------

JANUARY = [dt.date(2024, 1, 1), dt.date(2024, 1, 5), dt.date(2024, 2, 29)]
TEXTS = objects("2024-01-01", "2024-01-05", "2024-02-29")


@pytest.mark.parametrize("unit", ["D", "h", "m", "s", "ms", "us", "ns"])
def test_instants_of_every_unit_are_their_civil_day(unit: str) -> None:
    days = np.array(TEXTS.tolist(), dtype="datetime64[D]").astype(f"datetime64[{unit}]")
    assert _columns.days(days, "date").tolist() == day_numbers(*JANUARY)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_an_instant_before_1970_is_the_day_it_falls_in(unit: str) -> None:
    instants = np.array(
        ["1969-12-31T23:59:59", "1969-12-31T00:00:00", "1969-12-30T23:59:59"],
        dtype=f"datetime64[{unit}]",
    )
    assert _columns.days(instants, "date").tolist() == [-1, -1, -2]


@pytest.mark.parametrize("unit", ["D", "s", "ms", "us", "ns"])
def test_nat_is_no_day(unit: str) -> None:
    instants = np.array(["2024-01-01", "NaT"], dtype=f"datetime64[{unit}]")
    assert _columns.days(instants, "date").tolist() == day_numbers(dt.date(2024, 1, 1), None)


def test_instants_beyond_any_calendar_are_no_day() -> None:
    far = np.array(["20000-01-01", "-20000-01-01", "0001-01-01"], dtype="datetime64[D]")
    assert _columns.days(far, "date").tolist()[:2] == [NO_DAY, NO_DAY]


def test_dates_times_and_stamps_as_objects() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    mixed = objects(
        dt.date(2024, 1, 1),
        dt.datetime(2024, 1, 1, 23, 59),
        dt.datetime(2024, 1, 1, 0, 30, tzinfo=shanghai),  # 2023-12-31 in UTC
        pd.Timestamp("2024-01-01 23:30", tz="America/New_York"),  # 2024-01-02 in UTC
        np.datetime64("2024-01-01T10:00"),
        "2024-01-01",
        "2024-01-01T23:59:59Z",
        None,
        pd.NaT,
        np.datetime64("NaT"),
    )
    first = dt.date(2024, 1, 1)
    assert _columns.days(mixed, "date").tolist() == day_numbers(*[first] * 7, None, None, None)


def test_dates_below_a_thousand_missing_ones_are_read() -> None:
    late = objects(*[None] * 1000, dt.date(2024, 1, 1), dt.date(2024, 1, 5))
    assert _columns.days(late, "date").tolist()[-2:] == day_numbers(*JANUARY[:2])


def test_zoned_columns_are_the_day_of_their_own_zone() -> None:
    local = ["2024-01-01 23:30", "2024-01-05 00:30", "2024-02-29 12:00"]
    for zone in ("Asia/Shanghai", "America/New_York"):
        stamps = pd.to_datetime(local).tz_localize(zone)
        tables = [
            pd.DataFrame({"d": stamps}),
            pa.table({"d": pa.array(stamps, pa.timestamp("us", zone))}),
            pl.DataFrame({"d": pl.Series(local).str.to_datetime().dt.replace_time_zone(zone)}),
        ]
        for table in tables:
            found = _columns.days(_frames.column(table, "d"), "d")
            assert found.tolist() == day_numbers(*JANUARY)


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30",
        "2023-02-29",
        "2024-13-01",
        "2024-1-1",
        "20240101",
        "2024/01/01",
        "01.01.2024",
        "2024-01-01T25:00",
        "2024-01-01T10:00+08:00",
        "2024-01-01 10:00 CET",
        "2024-01-01x",
        "x2024-01-01",
        "0000-00-00",
        "0000-01-01",
        "10000-01-01",
        "",
        " ",
        "２０２４-01-01",
        "today",
        "\ud800",
        "2024-01-01\x00",
    ],
)
def test_text_that_is_not_an_iso_day_is_no_day(text: str) -> None:
    assert _columns.days(objects(text), "date").tolist() == [NO_DAY]


@pytest.mark.parametrize("value", [3, 3.5, True, b"2024-01-01", (2024, 1, 1), dt.time(1)])
def test_objects_that_are_not_dates_are_no_day(value: Any) -> None:
    assert _columns.days(objects(value), "date").tolist() == [NO_DAY]


@pytest.mark.parametrize(
    ("text", "date_format", "day"),
    [
        ("20240105", "%Y%m%d", dt.date(2024, 1, 5)),
        ("05/01/2024", "%d/%m/%Y", dt.date(2024, 1, 5)),
        ("01/05/2024", "%m/%d/%Y", dt.date(2024, 1, 5)),
        ("5.1.2024", "%d.%m.%Y", dt.date(2024, 1, 5)),
        ("2024年01月05日", "%Y年%m月%d日", dt.date(2024, 1, 5)),
        ("2024-01-05 13:14:15", "%Y-%m-%d %H:%M:%S", dt.date(2024, 1, 5)),
        ("31/02/2024", "%d/%m/%Y", None),
        ("05/01/2024", "%m-%d-%Y", None),
        ("2024-01-05", "%d/%m/%Y", None),
    ],
)
def test_text_by_format(text: str, date_format: str, day: dt.date | None) -> None:
    assert _columns.days(objects(text), "date", date_format).tolist() == day_numbers(day)


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(st.dates(min_value=dt.date(1, 1, 1), max_value=dt.date(9999, 12, 31)))
def test_days_are_those_of_the_standard_library(day: dt.date) -> None:
    want = (day - EPOCH).days
    assert _columns.day(day) == want
    assert _columns.day(day.isoformat()) == want
    assert _columns.days(
        objects(day.strftime("%d/%m/") + f"{day.year:04}"), "d", "%d/%m/%Y"
    ).tolist() == [want]
    assert _columns.days(np.array([day], dtype="datetime64[s]"), "d").tolist() == [want]
    assert _core.format_date(want) == day.isoformat()


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint32, np.float64])
def test_whole_numbers_are_dates_only_by_format(dtype: Any) -> None:
    numbers = np.array([20240101, 20240105, 20240229], dtype=dtype)
    assert _columns.days(numbers, "day", "%Y%m%d").tolist() == day_numbers(*JANUARY)
    with pytest.raises(kam.DataError, match="column 'day' holds"):
        _columns.days(numbers, "day")


def test_the_refusal_of_numbers_shows_one_and_the_way_out() -> None:
    with pytest.raises(kam.DataError, match=r"column 'day' holds numbers \(20240101\).*%Y%m%d"):
        _columns.days(np.array([20240101]), "day")
    with pytest.raises(kam.DataError, match="column 'day' holds bool values, not dates"):
        _columns.days(np.array([True]), "day")


def test_a_missing_number_is_no_day() -> None:
    assert _columns.days(np.array([20240101, np.nan]), "d", "%Y%m%d").tolist()[1] == NO_DAY


def test_whole_numbers_in_an_object_column_are_dates_by_format() -> None:
    numbers = objects(20240101, 20240105, None)
    found = _columns.days(numbers, "day", "%Y%m%d").tolist()
    assert found == day_numbers(JANUARY[0], JANUARY[1], None)


@pytest.mark.parametrize(
    "as_of",
    [
        "2024-02-29",
        " 2024-02-29",
        "2024-02-29T10:00:00",
        "2024-02-29 23:59:59.999Z",
        dt.date(2024, 2, 29),
        dt.datetime(2024, 2, 29, 23, 59),
        np.datetime64("2024-02-29"),
        np.datetime64("2024-02-29T23:59:59.999999999"),
        pd.Timestamp("2024-02-29 23:00"),
        pd.Timestamp("2024-02-29 23:00", tz="America/New_York"),
    ],
    ids=repr,
)
def test_one_date_in_every_form(as_of: Any) -> None:
    assert _columns.day(as_of) == day_numbers(dt.date(2024, 2, 29))[0]


@pytest.mark.parametrize(
    "as_of",
    [
        None,
        "",
        "x",
        "2024-02-30",
        "29.02.2024",
        20240229,
        2024.0,
        pd.NaT,
        np.datetime64("NaT"),
        b"2024-02-29",
        ["2024-02-29"],
    ],
    ids=repr,
)
def test_what_is_no_date_names_the_argument_and_the_value(as_of: Any) -> None:
    with pytest.raises(ValueError, match="`as_of` must be a date such as 2024-12-31, got "):
        _columns.day(as_of)
    with pytest.raises(ValueError, match="`cut` must be a date"):
        _columns.day(as_of, "cut")


# ---- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0.0),
        ("12.50", 12.5),
        ("-12.50", -12.5),
        ("+12.50", 12.5),
        (" 12.5 ", 12.5),
        (".5", 0.5),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("0.1", 0.1),
        ("9007199254740993", 9007199254740992.0),
    ],
)
def test_plain_numbers_as_text(text: str, value: float) -> None:
    assert _columns.doubles(objects(text), "amount").tolist() == [value]


@pytest.mark.parametrize(
    "text",
    [
        "1,200.50",
        "1.200,50",
        "50-100",
        "¥100",
        "100 EUR",
        "$5",
        "1 000",
        "1_000",
        "0x10",
        "--5",
        "(5)",
        "1e400",
        "nan",
        "inf",
        "NaN",
        "n/a",
        "#N/A",
        "٣",
        "１２",
        "5%",
        "\ud800",
        "1\x00",
    ],
)
def test_text_that_is_not_a_plain_number_is_refused_and_quoted(text: str) -> None:
    with pytest.raises(kam.DataError, match=r"column 'amount' holds .* in row 1: not a number"):
        _columns.doubles(objects("1", text), "amount")


def test_two_signs_are_no_number() -> None:
    assert _columns.parse_numbers(objects("+-5")).wrong == [0]


@pytest.mark.parametrize("text", ["-inf", "-nan", "-infinity"])
def test_words_are_no_numbers_with_a_sign_either(text: str) -> None:
    assert _columns.parse_numbers(objects(text)).wrong == [0]


def test_missing_is_nan_and_not_wrong() -> None:
    found = _columns.parse_numbers(
        objects(None, "", "  ", float("nan"), 1, Decimal("2.5"), np.float32(3), True)
    )
    np.testing.assert_array_equal(found.values, [np.nan] * 4 + [1.0, 2.5, 3.0, 1.0])
    assert found.wrong == []


def test_objects_that_are_no_numbers_are_wrong() -> None:
    found = _columns.parse_numbers(objects([1], {}, "x", 2, object(), 10**400))
    assert found.wrong == [0, 1, 2, 4, 5]
    assert np.isnan(found.values[[0, 1, 2, 4, 5]]).all()


def test_decimal_comma() -> None:
    texts = objects("1,5", "-0,25", "1.5", "1,2,3", "7")
    found = _columns.parse_numbers(texts, ",")
    np.testing.assert_array_equal(found.values, [1.5, -0.25, np.nan, np.nan, 7.0])
    assert found.wrong == [2, 3]
    with pytest.raises(ValueError, match="`decimal` must be one character"):
        _columns.parse_numbers(texts, "")


def test_dates_are_not_numbers() -> None:
    with pytest.raises(kam.DataError, match="expected numbers, got dates"):
        _columns.doubles(np.array(["2024-01-01"], dtype="datetime64[D]"), "amount")


@settings(max_examples=300, deadline=None, database=None, derandomize=True)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_written_and_read_has_the_same_bits(value: float) -> None:
    assert _columns.doubles(objects(repr(value)), "x").tobytes() == np.array([value]).tobytes()


@settings(max_examples=300, deadline=None, database=None, derandomize=True)
@given(st.text(max_size=12))
def test_any_text_is_a_number_or_wrong_and_never_a_crash(text: str) -> None:
    found = _columns.parse_numbers(objects(text))
    if found.wrong:
        assert np.isnan(found.values[0])
    elif text.strip(" \t\r\n"):
        want = float(text)
        assert found.values[0] == want or want != want
    _columns.days(objects(text), "d")
    _columns.encode_ids(objects(text))


# ---- ids ----------------------------------------------------------------------------------------


def encoded(values: Any) -> tuple[list[int], list[Any]]:
    ids = _columns.encode_ids(values)
    return ids.codes.tolist(), ids.unique.tolist()


def test_text_ids_are_compared_by_their_bytes() -> None:
    assert encoded(objects("007", "7", "07", "a", "A", "a ", "上海", "é", "e\u0301", "007")) == (
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 0],
        ["007", "7", "07", "a", "A", "a ", "上海", "é", "e\u0301"],
    )


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint64])
def test_whole_numbers_stay_whole_numbers(dtype: Any) -> None:
    codes, unique = encoded(np.array([7, 120, 7], dtype=dtype))
    assert (codes, unique) == ([0, 1, 0], [7, 120])
    assert all(isinstance(v, int) for v in unique)


def test_extreme_whole_numbers_are_told_apart() -> None:
    low, high = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    assert encoded(np.array([low, high, low, 0])) == ([0, 1, 0, 2], [low, high, 0])
    big = np.array([2**64 - 1, 2**63, 2**63 - 1, 2**64 - 1], dtype=np.uint64)
    assert encoded(big) == ([0, 1, 2, 0], [2**64 - 1, 2**63, 2**63 - 1])


def test_numbers_with_a_missing_one_are_written_without_a_point() -> None:
    assert encoded(np.array([7.0, np.nan, 8.0])) == ([0, NO_ACCOUNT, 1], ["7", "8"])


def test_mixed_ids_meet_as_text() -> None:
    assert encoded(objects(7, "7", 7.0, np.int64(7), None, float("nan"), "", " ", "8")) == (
        [0, 0, 0, 0, NO_ACCOUNT, NO_ACCOUNT, NO_ACCOUNT, NO_ACCOUNT, 1],
        ["7", "8"],
    )


def test_no_ids() -> None:
    for empty in (objects(), np.array([], dtype=np.int64), np.array([])):
        assert encoded(empty) == ([], [])
    assert encoded(objects(None, "")) == ([NO_ACCOUNT, NO_ACCOUNT], [])


def test_codes_of_finds_ids_of_another_type() -> None:
    index = np.array([7, 8])
    assert _columns.codes_of(objects("8", 7, "9", None), index).tolist() == [
        1,
        0,
        NO_ACCOUNT,
        NO_ACCOUNT,
    ]


@pytest.mark.parametrize(
    "ids",
    [
        pytest.param(
            lambda: pd.DataFrame({"account_id": pd.array([2**60 + 1, 2**60 + 2], dtype="Int64")}),
            id="pandas Int64",
        ),
        pytest.param(
            lambda: pd.DataFrame(
                {"account_id": pd.array([2**60 + 1, 2**60 + 2], dtype=pd.ArrowDtype(pa.int64()))}
            ),
            id="pandas Arrow int64",
        ),
        pytest.param(
            lambda: pa.table({"account_id": pa.array([2**60 + 1, 2**60 + 2, None])}),
            id="arrow null",
        ),
        pytest.param(
            lambda: pl.DataFrame({"account_id": [2**60 + 1, 2**60 + 2, None]}), id="polars null"
        ),
        pytest.param(
            lambda: pa.table(
                {
                    "account_id": pa.array(
                        [Decimal(2**60 + 1), Decimal(2**60 + 2)], pa.decimal128(38, 0)
                    )
                }
            ),
            id="arrow decimal (HUGEINT)",
        ),
    ],
)
def test_large_ids_stay_apart_in_every_nullable_column(ids: Any) -> None:
    found = _columns.encode_ids(_frames.column(ids(), "account_id"))
    assert [str(v) for v in found.unique] == [str(2**60 + 1), str(2**60 + 2)]


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(st.lists(st.one_of(st.none(), st.text(max_size=4)), max_size=30))
def test_encoding_is_the_dictionary_of_python(values: list[str | None]) -> None:
    seen: dict[str, int] = {}
    want = [
        NO_ACCOUNT if v is None or not v.strip(" \t\r\n") else seen.setdefault(v, len(seen))
        for v in values
        if v is None or not any("\ud800" <= c <= "\udfff" for c in v)
    ]
    kept = [v for v in values if v is None or not any("\ud800" <= c <= "\udfff" for c in v)]
    assert encoded(objects(*kept)) == (want, list(seen))


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-50, 50), max_size=40))
def test_encoding_whole_numbers_is_the_dictionary_of_python(values: list[int]) -> None:
    seen: dict[int, int] = {}
    want = [seen.setdefault(v, len(seen)) for v in values]
    assert encoded(np.array(values, dtype=np.int64)) == (want, list(seen))


# ---- warnings -----------------------------------------------------------------------------------


def test_one_warning_says_how_many_rows_which_first_and_why() -> None:
    with pytest.warns(kam.RowWarning, match=r"^verb: 2 rows .*NaN, first row 3 \(out_of_domain\)$"):
        _columns.warn_rows((5, 2, 3, "out_of_domain"), "verb")
    with pytest.warns(kam.RowWarning, match=r"^verb: 1 row.* NaN, first row 0 \(not_finite\)$"):
        _columns.warn_rows((5, 1, 0, "not_finite"), "verb")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _columns.warn_rows((5, 0, -1, ""), "verb")
