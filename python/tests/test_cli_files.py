"""What goes in and comes out of `kam score`: bad input, whole files, killed runs, spreadsheets."""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import kam
import pyarrow.parquet as pq
import pytest
from commands import Kam
from kam._scoring.measures import FIELDS

HEADER = "account_id,date,amount\n"
AS_OF = ("--as-of", "2024-06-30")


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / "orders.csv"
    path.write_text(HEADER + "00001,2024-01-05,100.10\n=1+1,2024-02-05,50\n-7,2024-03-05,25\n")
    return path


# ---- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (b"", (), "is empty"),
        (b"account_id,date,amount\n", (), "a header and no rows"),
        (b"account_id,date,total\n1,2024-01-01,5\n", (), "'amount' is missing; there are: account"),
        (b"account_id,date,total\n1,2024-01-01,5\n", ("--columns", "amount=sum"), "--columns"),
        (b"account_id,date,amount\n1,2024-01-01,\xff\n", (), "line 2 .* --encoding latin-1"),
        (b"account_id,date,amount\n1,01.02.2024,5\n", (), "no value is a date"),
        (b"account_id,date,amount\n1,2024-01-01,5 EUR\n", (), "no value is a number"),
        (b"account_id,date,amount\n1,2030-01-01,5\n", (), "no usable row: 1 rejected"),
        (b"account_id,date,amount\n1,2024-07-01,5\n", (), "0 rejected, 1 after 2024-06-30"),
        (b"account_id;date;amount\n1;2024-01-01;5\n", ("--delimiter", ","), "a semicolon"),
        (
            b"account_id,date,amount,currency\n1,2024-01-01,5,EUR\n1,2024-01-02,5,USD\n",
            (),
            "2 currencies, which cannot be added: give --currency",
        ),
        (
            b"account_id,date,amount,currency\n1,2024-01-01,5,EUR\n",
            ("--currency", "CNY"),
            "no row is in CNY",
        ),
    ],
)
def test_nothing_usable_is_exit_3_and_nothing_written(
    run: Kam, tmp_path: Path, content: bytes, options: tuple[str, ...], message: str
) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out" / "scores.csv"
    source.write_bytes(content)
    out.parent.mkdir()
    done = run("score", source, *AS_OF, "--out", out, *options)
    assert done.code == 3
    assert done.out == ""
    last = done.err.splitlines()[-1]
    assert last.startswith("kam: error: ")
    assert re.search(message, last)
    assert list(out.parent.iterdir()) == []


def test_rejects_are_counted_and_the_rest_is_written(run: Kam, tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "scores.parquet"
    source.write_text(
        HEADER
        + "A,2024-01-05,100\nA,05/01/2024,1\nA,2024-01-06,1 000\nB,2024-01-07\nB,2024-01-08,9\n"
    )
    done = run("score", source, *AS_OF, "--out", out)
    assert done.code == 5
    assert "1 row rejected, unreadable_date: line 3: '05/01/2024'" in done.err
    assert "1 row rejected, amount_not_a_number: line 4: '1 000'" in done.err
    assert "1 row rejected, wrong_field_count: line 5: 2 fields instead of 3" in done.err
    assert "3 rows rejected, more than --max-rejects 0" in done.err.splitlines()[-1]
    assert pq.read_table(out)["account_id"].to_pylist() == ["A", "B"]
    assert run("score", source, *AS_OF, "--max-rejects", 2).code == 5
    assert run("score", source, *AS_OF, "--max-rejects", 3).code == 0


def test_rejected_are_transactions_alone(run: Kam, folder: Path) -> None:
    """Rows of other tables are told of in other words: they are not what --max-rejects counts, and
    an activity without a cost is not even left out, since it is a contact."""
    (folder / "activities.csv").write_text(
        "account_id,date,type,cost\nA,2024-01-05,visit,\nA,soon,visit,5\n"
    )
    (folder / "ratings.csv").write_text("account_id,item,value\nA,nps,900\n")
    done = run("score", folder, *AS_OF, "--out", folder / "s.csv")
    assert done.code == 0
    assert " rejected" not in done.err
    assert "1 row of ratings left out, rating_out_of_scale" in done.err
    assert "1 row of activities left out, activity_unreadable_date" in done.err
    assert "activity_missing_cost" not in done.err
    told = json.loads(run("score", folder, *AS_OF, "--json").out)["data_report"]
    found = {f["code"]: f["severity"] for f in told["findings"]}
    assert found["activity_missing_cost"] == "note"


def test_reading_options(run: Kam, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(
        "Kunde;Tag;Betrag;Währung\nMüller;31.01.2024;1,5;EUR\nMüller;1.2.2024;2,5;USD\n".encode(
            "latin-1"
        )
    )
    options = (
        *("--columns", "account_id=Kunde,date=Tag", "--columns", "amount=Betrag,currency=Währung"),
        *("--date-format", "%d.%m.%Y", "--decimal", ",", "--encoding", "latin-1"),
        *("--currency", "EUR", "--delimiter", ";", "--memory", "500MB"),
    )
    done = run("score", source, *AS_OF, *options, "--json")
    assert done.code == 5  # the row in USD
    report = json.loads(done.out)["data_report"]
    assert report["total_net_revenue"] == 1.5
    assert next(f["code"] for f in report["findings"]) == "other_currency"


# ---- what is written ----------------------------------------------------------------------------


def test_csv_parquet_and_schema_agree(run: Kam, orders: Path, tmp_path: Path) -> None:
    a, b = tmp_path / "s.csv", tmp_path / "s.parquet"
    assert run("score", orders, *AS_OF, "--out", a, "--csv-raw").code == 0
    assert run("score", orders, *AS_OF, "--out", b).code == 0
    schema = json.loads((tmp_path / "s.csv.schema.json").read_text())
    assert schema == json.loads((tmp_path / "s.parquet.schema.json").read_text())
    types = {c["column"]: c["type"] for c in schema}
    assert set(schema[0]) == {"column", "type", "unit", "meaning", "null"}
    with a.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for written, row in zip(rows, pq.read_table(b).to_pylist(), strict=True):
        assert {k: _value(v, types[k]) for k, v in written.items()} == {
            k: v.isoformat() if types[k] == "date" and v else v for k, v in row.items()
        }


def _value(text: str, kind: str) -> Any:
    if text == "":
        return None
    if kind in ("number", "integer"):
        return float(text) if kind == "number" else int(text)
    if kind == "measures":  # what is missing is left out
        return [dict.fromkeys(("indicator", *FIELDS)) | m for m in json.loads(text)]
    return json.loads(text) if kind in ("reasons", "texts") else text


def test_formula_guard(run: Kam, orders: Path, tmp_path: Path) -> None:
    out = tmp_path / "s.csv"
    assert run("score", orders, *AS_OF, "--out", out).code == 0
    with out.open(newline="") as file:
        guarded = [row["account_id"] for row in csv.DictReader(file)]
    assert guarded == ["00001", "'=1+1", "'-7"]
    assert run("score", orders, *AS_OF, "--out", out, "--csv-raw").code == 0
    assert "\n=1+1," in out.read_text()
    assert run("score", orders, *AS_OF, "--out", out).code == 0
    assert run("explain", "-7", "--scores", out).code == 0
    assert run("explain", "=1+1", "--scores", out).code == 0


@pytest.mark.parametrize("cell", ["=a", "+a", "-a", "@a", "\ta", "\ra"])
def test_every_formula_start_is_guarded(cell: str) -> None:
    from kam._data.writers import guarded

    assert guarded(cell) == "'" + cell
    assert guarded("a" + cell) == "a" + cell
    assert guarded(None) is None


def test_outputs_that_cannot_be(run: Kam, orders: Path, tmp_path: Path) -> None:
    missing = run("score", orders, *AS_OF, "--out", tmp_path / "no" / "s.csv")
    assert (missing.code, missing.out) == (1, "")
    assert "folder" in missing.err
    (tmp_path / "d.csv").mkdir()
    assert run("score", orders, *AS_OF, "--out", tmp_path / "d.csv").code == 1
    (tmp_path / "file").write_text("")
    assert run("score", orders, *AS_OF, "--out", tmp_path / "file" / "s.csv").code == 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of tables, an earlier run, and other names for one of the tables."""
    folder = tmp_path / "crm"
    folder.mkdir()
    table = folder / "transactions.csv"
    table.write_text(HEADER + "A,2024-01-05,100.10\nB,2024-02-05,50\n")
    (tmp_path / "hard.csv").hardlink_to(table)
    (tmp_path / "soft.csv").symlink_to(table)
    (tmp_path / "old.csv").write_text("yesterday")
    (tmp_path / "ruler.json").write_text("{}")
    return folder


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--out", "crm/transactions.csv"), "--out and a table of INPUT"),
        (("--out", "crm/accounts.csv"), "--out and a table of INPUT"),
        (("--out", "hard.csv"), "--out and a table of INPUT"),
        (("--out", "soft.csv"), "--out and a table of INPUT"),
        (("--out", "./crm/../crm/transactions.csv"), "--out and a table of INPUT"),
        (("--previous", "old.csv", "--out", "old.csv"), "--out and --previous"),
        (("--model", "ruler.json", "--save-model", "ruler.json"), "--save-model and --model"),
        (
            ("--out", "new.csv", "--save-model", "new.csv.schema.json"),
            "--save-model and the schema file of --out",
        ),
        (
            ("--report", "old.html", "--out", "x.csv", "--profile", "old.html"),
            "--report and --profile",
        ),
    ],
)
def test_no_output_takes_the_place_of_an_input_or_of_another(
    run: Kam,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(folder.parent)
    before = {p.name: p.read_bytes() for p in folder.parent.glob("*.*")}
    done = run("score", "crm", *AS_OF, *options)
    assert (done.code, done.out) == (2, "")
    assert f"kam: error: {message} are one file: " in done.err
    assert {p.name: p.read_bytes() for p in folder.parent.glob("*.*")} == before
    assert [p.name for p in folder.iterdir()] == ["transactions.csv"]


def test_outputs_of_other_commands(
    run: Kam, orders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = orders.read_text()
    done = run("summarize", orders, *AS_OF, "--out", orders)
    assert (done.code, "--out and INPUT are one file" in done.err) == (2, True)
    done = run("score", orders, *AS_OF, "--out", orders)
    assert (done.code, "--out and INPUT are one file" in done.err) == (2, True)
    assert orders.read_text() == text
    model = tmp_path / "m.json"
    model.write_text("frequency,recency,age\n1,2,3\n")
    done = run("fit", "bgnbd", model, "--save", model)
    assert (done.code, "--save and FILE are one file" in done.err) == (2, True)
    (tmp_path / "m.csv").hardlink_to(model)
    done = run("predict", model, orders, "--horizon", 1, "--tenure", "t", "--out", "m.csv")
    assert (done.code, "--out and MODEL.json are one file" in done.err) == (2, True)
    done = run("score", orders, *AS_OF, "--save-model", "ruler.csv")
    assert (done.code, "--save-model: must end with .json" in done.err) == (2, True)


def test_a_file_of_yesterday_in_the_input_folder_is_replaced(run: Kam, folder: Path) -> None:
    for _ in range(2):
        assert run("score", folder, *AS_OF, "--out", folder / "scores.csv").code == 0


def test_no_file_is_renamed_before_all_are_complete(
    run: Kam, orders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sees the schema file finds the table within the same instant."""
    out = tmp_path / "s.csv"
    events: list[str] = []
    sync, replace = os.fsync, Path.replace

    def synced(handle: int) -> None:
        events.append("sync")
        sync(handle)

    def renamed(self: Path, target: Path) -> Path:
        events.append(Path(target).name)
        return replace(self, target)

    monkeypatch.setattr("os.fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    assert run("score", orders, *AS_OF, "--out", out).code == 0
    assert events == ["sync", "sync", "s.csv.schema.json", "s.csv"]


def test_a_folder_without_the_right_to_write(
    run: Kam, orders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    if os.geteuid() == 0:  # may write anywhere
        monkeypatch.setattr("kam.cli._output.os.access", lambda *_: False)
    done = run("score", orders, *AS_OF, "--out", locked / "s.csv")
    assert done.code == 1
    assert "not writable" in done.err
    assert list(locked.iterdir()) == []


def test_a_full_disk_leaves_nothing(orders: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands in for the end of the disk."""
    out = tmp_path / "out" / "s.csv"
    out.parent.mkdir()
    out.write_text("yesterday")
    done = subprocess.run(
        [sys.executable, "-m", "kam", "score", orders, *AS_OF, "--out", out],
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400, 400)),
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"kam: error: {out}: File too large".encode()
    assert out.read_text() == "yesterday"
    assert [p.name for p in out.parent.iterdir()] == ["s.csv"]


def test_a_full_stdout(orders: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "kam", "check", orders, *AS_OF],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == b"kam: error: stdout: No space left on device\n"


# ---- stopped runs -------------------------------------------------------------------------------

_SLOW = """
import os, sys, time
sync = os.fsync
def slow(handle):
    print("writing", flush=True)
    time.sleep(60)
    sync(handle)
os.fsync = slow
from kam.cli import main
sys.argv = ["kam", *sys.argv[1:]]
sys.exit(main())
"""


@pytest.mark.parametrize("name", ["s.csv", "s.parquet"])
@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_stopped_run_leaves_yesterdays_file(
    orders: Path, tmp_path: Path, name: str, sent: signal.Signals, code: int
) -> None:
    out = tmp_path / "out" / name
    out.parent.mkdir()
    out.write_text("yesterday")
    with subprocess.Popen(
        [sys.executable, "-c", _SLOW, "score", orders, *AS_OF, "--out", out],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"writing\n"  # complete, not in place yet
        time.sleep(0.05)
        process.send_signal(sent)
        error = process.stderr.read()
        assert process.wait(30) == code
    assert out.read_text() == "yesterday"
    left = sorted(p.name for p in out.parent.iterdir())
    if sent == signal.SIGKILL:  # nothing can tidy up; what is left is hidden
        assert [p for p in left if not p.startswith(".")] == [name]
    else:
        assert left == [name]
        word = b"interrupted" if sent == signal.SIGINT else b"terminated"
        assert error.splitlines()[-1] == b"kam: " + word


_READING = """
import sys
from kam._data import frames
read = frames.to_arrow
def told(relation):
    print("reading", flush=True)
    return read(relation)
frames.to_arrow = told
from kam.cli import main
sys.argv = ["kam", *sys.argv[1:]]
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("sent", "code", "word"),
    [(signal.SIGINT, 130, b"interrupted"), (signal.SIGTERM, 143, b"terminated")],
)
def test_a_run_stopped_while_a_database_is_read(
    tmp_path: Path, sent: signal.Signals, code: int, word: bytes
) -> None:
    """DuckDB turns the exception of a signal into a RuntimeError of its own."""
    path = tmp_path / "endless.duckdb"
    with duckdb.connect(str(path)) as db:
        db.execute(
            "create view transactions as select a.range as account_id, '2024-01-01' as date, "
            "b.range as amount from range(1000000) a, range(1000000) b "
            "where (a.range * b.range) % 7 = 8"
        )
    command = [sys.executable, "-c", _READING, "summarize", path, *AS_OF]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            assert process.stdout.readline() == b"reading\n"
            time.sleep(0.3)
            process.send_signal(sent)
            assert process.wait(30) == code
        finally:
            process.kill()
        assert process.stderr.read() == b"kam: " + word + b"\n"


def test_modes_and_leftovers(run: Kam, orders: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "s.csv"
    out.parent.mkdir()
    assert run("score", orders, *AS_OF, "--out", out).code == 0
    assert sorted(p.name for p in out.parent.iterdir()) == ["s.csv", "s.csv.schema.json"]
    umask = os.umask(0)
    os.umask(umask)
    assert out.stat().st_mode & 0o777 == 0o666 & ~umask


# ---- size ---------------------------------------------------------------------------------------


def test_three_hundred_thousand_rows(run: Kam, tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "s.parquet"
    with source.open("w") as file:
        file.write(HEADER)
        for i in range(300_000):
            file.write(
                f"C{i * 7919 % 20_000:05d},2023-{i % 12 + 1:02d}-{i % 28 + 1:02d},{i % 997}\n"
            )
    done = run("score", source, "--as-of", "2023-12-31", "--out", out)
    assert done.code == 0
    assert pq.read_table(out).num_rows == 20_000


def test_python_and_the_command_agree(run: Kam, orders: Path, tmp_path: Path) -> None:
    out = tmp_path / "s.parquet"
    assert run("score", orders, *AS_OF, "--out", out).code == 0
    assert kam.score(orders, as_of="2024-06-30").to_arrow().equals(pq.read_table(out))


def test_report(run: Kam, orders: Path, tmp_path: Path) -> None:
    pytest.importorskip("kam._report")
    if not hasattr(sys.modules["kam._report"], "write_report"):
        pytest.skip("no report in this version")
    out = tmp_path / "report.html"
    assert run("score", orders, *AS_OF, "--report", out, "--json").code == 0
    assert out.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")
