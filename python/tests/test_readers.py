"""Files as they come: every oddity is read, or rejected with its line, or refused with a reason."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import kam
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kam._data.readers import read_file, read_path
from kam._data.source import FileOptions

HEADER = b"account_id,date,amount\n"
GOOD = b"00001,2024-01-01,5\n00002,2024-02-01,7.5\n"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to(content: bytes, name: str = "orders.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return to


def rows_of(path: Path, **options: Any) -> list[tuple[Any, ...]]:
    table, _ = read_file(path, FileOptions(**options))
    return [tuple(row.values()) for row in table.to_pylist()]


EXPECTED = [("00001", "2024-01-01", "5"), ("00002", "2024-02-01", "7.5")]


@pytest.mark.parametrize(
    "content",
    [
        HEADER + GOOD,
        b"\xef\xbb\xbf" + HEADER + GOOD,
        (HEADER + GOOD).replace(b"\n", b"\r\n"),
        (HEADER + GOOD).replace(b"\n", b"\r"),
        HEADER + GOOD.replace(b"5\n0", b"5\r\n0"),
        HEADER.replace(b"\n", b"\r\n") + GOOD,
        (HEADER + GOOD).rstrip(b"\n"),
        b"\n\n" + HEADER + b"\n" + GOOD + b"\n   \n",
        (HEADER + GOOD).replace(b",", b";"),
        (HEADER + GOOD).replace(b",", b"\t"),
        (HEADER + GOOD).replace(b",", b"|"),
        (HEADER + GOOD).replace(b",", b"  "),
        b' "account_id" , date,amount\n' + GOOD,
        b'account_id,"date",amount\n"00001","2024-01-01","5"\n"00002",2024-02-01,"7.5"\n',
        (HEADER + GOOD).decode().encode("utf-16"),
    ],
    ids=[
        *("plain", "bom", "crlf", "cr", "mixed-line-ends", "crlf-header", "no-last-line-end"),
        *("blank-lines", "semicolon", "tab", "bar", "blanks", "spaces-in-header", "quoted"),
        "utf-16",
    ],
)
def test_the_same_table_in_every_guise(write: Write, content: bytes) -> None:
    assert rows_of(write(content)) == EXPECTED


@pytest.mark.parametrize(
    "name", ["a.csv.gz", "a[1]*.csv", "ünï cödé 客户.csv", "orders.txt", "x.tsv"]
)
def test_names_and_compression(write: Write, name: str) -> None:
    content = HEADER + GOOD
    assert (
        rows_of(write(gzip.compress(content) if name.endswith("gz") else content, name)) == EXPECTED
    )


def test_ids_keep_their_zeros_and_texts_their_look(write: Write) -> None:
    path = write(HEADER + b'007,2024-01-01,1\n1e5,2024-01-02,"1,5"\nNULL,2024-01-03,\n')
    assert rows_of(path) == [
        ("007", "2024-01-01", "1"),
        ("1e5", "2024-01-02", "1,5"),
        ("NULL", "2024-01-03", None),
    ]


def test_quotes_line_ends_and_delimiters_within_fields(write: Write) -> None:
    path = write(HEADER + b'"A, ""the"" one\nof two",2024-01-01,5\nB" inch,2024-01-02,6\n')
    assert rows_of(path)[0][0] == 'A, "the" one\nof two'
    assert rows_of(path)[1][0] == 'B" inch'


def test_blank_separated_as_cdnow_comes(cdnow_folder: Path) -> None:
    table, source = read_file(cdnow_folder / "CDNOW_master.txt")
    assert table.num_rows == 69_659
    assert table.column_names == ["customer_id", "date", "number_of_cds", "dollar_value"]
    assert table["customer_id"][0].as_py() == "00001"
    assert source.line_numbers is not None
    assert source.line_numbers()[-1] == 69_660


@pytest.fixture
def cdnow_folder() -> Path:
    return Path(__file__).resolve().parents[2] / "examples" / "cdnow"


# ---- rows that are lost -------------------------------------------------------------------------


def rejected(path: Path, **options: Any) -> list[tuple[int, int, str, str]]:
    return [tuple(r) for r in read_file(path, FileOptions(**options))[1].rejected]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("zipped", [False, True])
def test_ragged_lines_are_named(write: Write, end: bytes, zipped: bool) -> None:
    content = HEADER + b'1,2024-01-01,5\n2,2024-01-02\n"a\nb",2024-01-03,6\n3,2024-01-04,7,8\n'
    content = content.replace(b"\n", end)
    path = write(gzip.compress(content) if zipped else content, "o.csv.gz" if zipped else "o.csv")
    assert rejected(path) == [
        (3, 1, "wrong_field_count", "2 fields instead of 3"),
        (6, 1, "wrong_field_count", "4 fields instead of 3"),
    ]
    _, source = read_file(path)
    assert source.line_numbers is not None
    assert source.line_numbers().tolist() == [2, 4]


def test_ragged_blank_separated_lines(write: Write) -> None:
    path = write(
        b"  account_id date amount\n\n 1 20240101 5\n 2 20240102\n 3 20240103 7\n", "o.txt"
    )
    assert rejected(path) == [(4, 1, "wrong_field_count", "2 fields instead of 3")]
    assert read_file(path)[1].line_numbers().tolist() == [3, 5]  # type: ignore[misc]


def test_an_open_quote_loses_what_it_swallows(write: Write) -> None:
    path = write(HEADER + b'1,2024-01-01,"5\n2,2024-01-02,6\n3,2024-01-03,"7"\n4,2024-01-04,8\n')
    assert rejected(path) == [(2, 3, "unclosed_quote", "")]
    assert rows_of(path) == [("4", "2024-01-04", "8")]
    assert read_file(path)[1].line_numbers().tolist() == [5]  # type: ignore[misc]


def test_nul_bytes(write: Write) -> None:
    path = write(HEADER + b"1,2024-01-01,5\n2\x002,2024-01-02,6\n3,2024-01-03,7\n")
    assert rejected(path) == [(3, 1, "nul_byte", "")]
    assert [row[0] for row in rows_of(path)] == ["1", "3"]
    assert read_file(path)[1].line_numbers().tolist() == [2, 4]  # type: ignore[misc]


def test_huge_fields(write: Write) -> None:
    path = write(HEADER + b"1,2024-01-01,5\n" + b"x" * 5_000_000 + b",2024-01-01,6\n")
    assert len(rows_of(path)[1][0]) == 5_000_000
    path = write(HEADER + b"1,2024-01-01,5\n" + b"x" * 40_000_000 + b",2024-01-01,6\n")
    assert rejected(path) == [(3, 1, "line_too_long", "")]


def test_rows_are_named_by_line_in_the_report(write: Write) -> None:
    path = write(
        HEADER
        + b'A,2024-01-01,5\n\n"B\nB",2024-01-05,x\nC,05/06/2024,3\nD,2024-05-05\nE,2024-05-05,6\n'
        + b"F,2024-02-30,8\n"
    )
    report = kam.check(path, as_of="2024-12-31")
    examples = {f.code: f.examples for f in report.findings if f.severity == "rejected"}
    assert examples == {
        "wrong_field_count": ["line 7: 2 fields instead of 3"],
        "amount_not_a_number": ["line 4: 'x'"],
        "unreadable_date": ["line 6: '05/06/2024'", "line 9: '2024-02-30'"],
    }
    assert (report.rows_read, report.rows_used, report.rows_rejected) == (6, 2, 4)


def test_lines_after_many_rejects_in_a_long_file(write: Write) -> None:
    lines = [b"%d,2024-01-01,5" % i if i % 1000 else b"%d,2024-01-01" % i for i in range(300_000)]
    lines[123_456] = b"123456,2024-01-01,five"
    report = kam.check(write(HEADER + b"\n".join(lines)), as_of="2024-12-31")
    assert report.rows_rejected == 301
    found = report.find("amount_not_a_number")
    assert found is not None
    assert found.examples == ["line 123458: 'five'"]


# ---- files that are refused ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "a.csv is empty"),
        ("a.csv", b" \r\n\n", "a.csv is empty"),
        ("a.parquet", b"", "a.parquet is empty"),
        ("a.csv", HEADER, "a header and no rows"),
        ("a.txt", b"account_id date amount\n", "a header and no rows"),
        ("a.csv", b"account_id\n1\n", "one column"),
        ("a.csv", b"account_id,date,date\n1,2,3\n", "'date' occurs more than once"),
        ("a.csv", b"00001,2024-01-01,5\n00002,2024-01-02,6\n", "holds data, not column names"),
        ("a.csv", HEADER + "Müller,2024-01-01,5\n".encode("latin-1"), "line 2 .*encoding latin-1"),
        ("a.txt", "a b c\nM\xfcller 1 2\n".encode("latin-1"), "line 2 .*encoding latin-1"),
        ("a.csv", "Käufer,date,amount\n1,2,3\n".encode("latin-1"), "line 1 .*encoding latin-1"),
        ("a.csv", (HEADER + GOOD).decode().encode("utf-16-le"), "NUL bytes in its first line"),
        ("a.csv", HEADER + b"1,2024-01-01\n2,2024-01-02\n", "no line fits the 3 columns"),
        ("a.csv.gz", gzip.compress(HEADER + GOOD * 9999)[:-99], "damaged|cannot be read"),
        ("a.csv.gz", HEADER + GOOD, "damaged"),
        ("a.xlsx", b"PK\x03\x04 and so on", "save the table as CSV"),
        ("a.parquet", b"PAR1 and no more", "no readable Parquet file"),
        ("a.parquet", HEADER + GOOD, "no readable Parquet file"),
        ("a.db", b"SQLite format 3\x00" + b"x" * 99, "cannot be read"),
        ("a.db", b"x" * 8 + b"DUCK" + b"x" * 99, "cannot be read"),
    ],
)
def test_files_that_are_refused(write: Write, name: str, content: bytes, message: str) -> None:
    with pytest.raises(kam.DataError, match=message):
        read_path(write(content, name))


def test_delimiters_that_were_asked_for(write: Write) -> None:
    path = write((HEADER + GOOD).replace(b",", b";"))
    assert rows_of(path, delimiter=";") == EXPECTED
    with pytest.raises(kam.DataError, match="split at a comma; its header suggests a semicolon"):
        rows_of(path, delimiter=",")
    with pytest.raises(kam.DataError, match="split at blanks; its header suggests a semicolon"):
        rows_of(path, delimiter="whitespace")


def test_encodings_that_were_asked_for(write: Write) -> None:
    for name in ("latin-1", "cp1252", "gb18030", "utf-16-le"):
        text = HEADER.decode() + ("客户" if name == "gb18030" else "Müller") + ",2024-01-01,5\n"
        path = write(text.encode(name))
        assert rows_of(path, encoding=name)[0][0] in ("客户", "Müller")
    with pytest.raises(kam.DataError, match="line 2 is not ascii"):
        rows_of(write(HEADER + b"M\xc3\xbcller,2024-01-01,5\n"), encoding="ascii")


@pytest.mark.parametrize("cut", range(1, 100, 7))
def test_truncated_parquet(write: Write, tmp_path: Path, cut: int) -> None:
    pq.write_table(
        pa.table({"account_id": [str(i) for i in range(999)]}), tmp_path / "whole.parquet"
    )
    whole = (tmp_path / "whole.parquet").read_bytes()
    with pytest.raises(kam.DataError):
        read_path(write(whole[: len(whole) * cut // 100], "cut.parquet"))


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(kam.DataError, match="does not exist"):
        read_path(tmp_path / "nothing.csv")


# ---- folders and databases ----------------------------------------------------------------------


def test_a_folder_of_tables(tmp_path: Path, write: Write) -> None:
    write(HEADER + GOOD, "transactions.csv")
    write(b"account_id,name\n00001,Acme\n00002,Bolt,ragged\n", "accounts.csv")
    write(b"account_id,item,value\n", "ratings.csv")
    write(b"whatever", "channel_stock.csv")
    write(b"whatever", "notes.txt")
    files = read_path(tmp_path)
    assert list(files) == ["transactions", "accounts"]
    assert files.unused == ["channel_stock.csv"]
    result = kam.score(tmp_path, as_of="2024-12-31")
    assert list(result["name"]) == ["Acme", None]
    found = result.data_report.find("wrong_field_count")
    assert found is not None
    assert found.examples == ["accounts.csv line 3: 3 fields instead of 2"]
    write(b"account_id,item,value\n00001,nps,5\n\n99,nps,7\n", "ratings.csv")
    report = kam.check(tmp_path, as_of="2024-12-31")
    strangers = [f.examples for f in report.findings if f.code == "ratings_unknown_account"]
    assert strangers == [["ratings.csv line 4"]]
    unused = result.data_report.find("table_not_used")
    assert unused is not None
    assert unused.examples == ["channel_stock.csv"]


def test_renamed_columns_of_transactions_keep_their_names_elsewhere(
    tmp_path: Path, write: Write
) -> None:
    write(b"customer,when,amount\n1,2024-01-01,5\n", "transactions.csv")
    write(b"account_id,name\n1,Acme\n", "accounts.csv")
    columns = {"account_id": "customer", "date": "when"}
    assert list(kam.score(tmp_path, as_of="2024-12-31", columns=columns)["name"]) == ["Acme"]


def test_folders_that_are_refused(tmp_path: Path, write: Write) -> None:
    with pytest.raises(kam.DataError, match=r"no transactions\.csv.*there is: nothing"):
        read_path(tmp_path)
    write(HEADER + GOOD, "orders.csv")
    with pytest.raises(kam.DataError, match=r"there is: orders\.csv"):
        read_path(tmp_path)
    write(HEADER + GOOD, "transactions.csv")
    write(HEADER + GOOD, "transactions.tsv")
    with pytest.raises(kam.DataError, match="keep one of them"):
        read_path(tmp_path)


def _portfolio(as_of: str, path: Path) -> Any:
    return kam.score(path, as_of=as_of)


def test_databases_agree_with_csv(tmp_path: Path, write: Write) -> None:
    rows = [("01", "2024-01-01", 5.0), ("02", "2024-02-01", 7.25), ("01", "2024-03-01", None)]
    with duckdb.connect(str(tmp_path / "d.duckdb")) as db:
        db.execute("create table transactions (account_id varchar, date date, amount decimal(9,2))")
        db.executemany("insert into transactions values (?, ?, ?)", rows)
        db.execute(
            "create view accounts as select distinct account_id, 'N' as name from transactions"
        )
        db.execute("create table channel_stock (x int)")
    with closing(sqlite3.connect(tmp_path / "s.sqlite")) as lite:
        lite.execute("create table transactions (account_id, date, amount)")
        lite.executemany("insert into transactions values (?, ?, ?)", rows)
        lite.commit()
    csv = write(HEADER + b"01,2024-01-01,5\n02,2024-02-01,7.25\n01,2024-03-01,\n")
    scores = [
        kam.score(p, as_of="2024-06-30")
        for p in (csv, tmp_path / "d.duckdb", tmp_path / "s.sqlite")
    ]
    for other in scores[1:]:
        assert list(other["account_id"]) == ["01", "02"]
        np.testing.assert_array_equal(other["net_revenue"], scores[0]["net_revenue"])
        assert other.data_report.rows_rejected == 1
    assert read_path(tmp_path / "d.duckdb").unused == ["channel_stock"]


def test_a_database_without_transactions(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "d.db")) as db:
        db.execute("create table orders (x int)")
    with pytest.raises(kam.DataError, match="no table 'transactions'; there are: orders"):
        read_path(tmp_path / "d.db")


def test_a_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "d.db"
    with duckdb.connect(str(path)) as db:
        db.execute("create table transactions as select 'a' as account_id")
    before = path.read_bytes()
    read_path(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["d.db"]


def test_only_wanted_columns_are_kept(write: Write) -> None:
    path = write(b"a,b,c\n1,2,3\n4,5\n")
    table, source = read_file(path, FileOptions(wanted=("c", "a"), needed=("a",)))
    assert table.column_names == ["a", "c"]
    assert len(source.rejected) == 1
    table, _ = read_file(path, FileOptions(wanted=("c", "x"), needed=("x",)))
    assert table.column_names == ["a", "b", "c"]


def test_kinds_of_frames_and_files_agree(tmp_path: Path, write: Write) -> None:
    csv = write(HEADER + GOOD * 3)
    table = pa.table({"account_id": ["00001", "00002"] * 3, "amount": [5, 7.5] * 3})
    days = pa.array(["2024-01-01", "2024-02-01"] * 3).cast(pa.date32())
    pq.write_table(table.append_column("date", days), tmp_path / "orders.parquet")
    a, b = (_portfolio("2024-12-31", p) for p in (csv, tmp_path / "orders.parquet"))
    assert a.to_arrow().equals(b.to_arrow())
