"""The commands: what they print, where, and how they end."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pyarrow.parquet as pq
import pytest
from commands import Kam, Ran
from kam.cli._arguments import parser

ROOT = Path(__file__).resolve().parents[2]
CDNOW = ROOT / "examples" / "cdnow" / "CDNOW_master.txt"
CDNOW_OPTIONS = (
    *("--columns", "account_id=customer_id,amount=dollar_value"),
    *("--date-format", "%Y%m%d"),
)


def process(*argv: object, **environment: str) -> Ran:
    done = subprocess.run(
        [sys.executable, "-m", "kam", *map(str, argv)],
        capture_output=True,
        env=os.environ | environment,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def orders(tmp_path: Path, small: dict[str, Any]) -> Path:
    """Forty accounts with enough repeat orders for an order model."""
    path = tmp_path / "orders.csv"
    rows = zip(small["account_id"], small["date"], small["amount"], strict=True)
    lines = [f"{i},{d},{a}" for i, d, a in rows]
    path.write_text("account_id,date,amount\n" + "\n".join(lines) + "\n")
    return path


# ---- usage --------------------------------------------------------------------------------------


def test_version_and_help(run: Kam) -> None:
    assert run("--version") == Ran(0, f"kam {kam.__version__}\n", "")
    for argv in ([], ["score"], ["fit"], ["profile"], ["profile", "show"]):
        shown = run(*argv, "--help")
        assert shown.code == 0
        assert max(map(len, shown.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "COMMAND"),
        (["backtest"], "--cut"),
        (["forecast"], "invalid choice"),
        (["score"], "--as-of"),
        (["score", "x.csv"], "--as-of"),
        (["score", "x.csv", "--as-of", "31/12/2024"], "must be a date"),
        (["score", "x.csv", "--as-of", "2024-02-30"], "must be a date"),
        (["score", "x.csv", "--as-of", "1850-01-01"], "from 1900-01-02"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--horizon", "-5"], "must be > 0"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--horizon", "nan"], "must be > 0"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--horizon", "soon"], "must be a number"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--years", "0"], "must be > 0"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--discount", "-0.1"], "must be >= 0"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--discount", "8"], r"8 % is 0\.08.*got 8"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--max-rejects", "-1"], "whole number"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--out", "x.xlsx"], r"\.csv or \.parquet"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--report", "x.pdf"], r"\.html"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--columns", "amount"], "like amount="),
        (["score", "x.csv", "--as-of", "2024-12-31", "--columns", "eur=amount"], "mean amount=eur"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--date-format", "%d.%m.%y"], "%Y"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--delimiter", ",,"], "one character"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--decimal", "x"], "must be"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--encoding", "klingon"], "unknown encoding"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--memory", "much"], "512MB"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--occasion", "year"], "invalid choice"),
        (["score", "x.csv", "--as-of", "2024-12-31", "--resume"], "unrecognized"),
        (["summarize", "x.csv", "--as-of", "2024-12-31", "--unit", "year"], "invalid choice"),
        (["fit", "bgnbd", "x.csv", "--event", "lost"], "--event: bgnbd has no such column"),
        (["fit", "sbg", "x.csv", "--covariates", "a"], "--covariates: sbg takes none"),
        (["fit", "weibull-aft", "x.csv", "--k", "2"], "--k: weibull-aft has no regularity"),
        (["fit", "arima", "x.csv"], "no model 'arima'"),
        (["concentration", "x.csv"], "--value"),
        (["profile", "validate", "no.toml"], "No such file"),
    ],
)
def test_usage_errors(run: Kam, argv: list[str], message: str) -> None:
    done = run(*argv)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("kam: error: ")
    assert done.err.count("\n") == 1
    assert re.search(message, done.err)


def test_the_page_of_the_command_line_has_every_command_and_option() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    commands = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    for name, command in commands.choices.items():
        assert f"[`kam {name}`](#{name})" in page
        section = page.split(f"\n## {name.capitalize()}\n")[1].split("\n## ")[0]
        shared = "INPUT" in section or name == "score"
        for option in (o for a in command._actions for o in a.option_strings if o != "-h"):
            told = option in section or (shared and option in page) or option in _READING
            assert told, f"kam {name} {option}"
    assert "not in this version" not in page.replace("`--resume` is not in this version", "")
    assert "not used\n  yet" not in page


# Told once for all commands, and by --help.
_READING = {"--help", "--delimiter", "--decimal", "--encoding", "--csv-raw", "--max-rejects"}


def test_a_traceback_only_when_asked_for(tmp_path: Path) -> None:
    argv = ("score", tmp_path / "no.csv", "--as-of", "2024-12-31")
    quiet = process(*argv)
    assert (quiet.code, quiet.out) == (3, "")
    assert quiet.err == f"kam: error: {tmp_path}/no.csv does not exist\n"
    assert "Traceback" in process(*argv, KAM_DEBUG="1").err


def test_a_closed_pipe_is_no_traceback(orders: Path) -> None:
    command = f"{sys.executable} -m kam score {orders} --as-of 2024-06-30 | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=True)
    assert done.stdout.startswith(b"account_id,")
    assert done.stderr == b""


# ---- score --------------------------------------------------------------------------------------


def test_cdnow_as_the_readme_scores_it(run: Kam, tmp_path: Path) -> None:
    out = tmp_path / "scores.parquet"
    done = run("score", CDNOW, "--as-of", "1998-06-30", *CDNOW_OPTIONS, "--out", out, "--top", 20)
    assert done.code == 0
    assert done.err == ""
    lines = done.out.splitlines()
    assert len(lines) == 28
    assert max(map(len, lines)) <= 80
    assert "20 of 23,570 accounts" in done.out
    table = pq.read_table(out)
    assert table.num_rows == 23_570
    assert table["account_id"][0].as_py() == "00001"
    assert abs(sum(table["net_revenue"].to_pylist()) - 2_500_315.63) < 1e-3


def test_csv_goes_to_stdout_where_nothing_else_is_asked_for(run: Kam, orders: Path) -> None:
    done = run("score", orders, "--as-of", "2024-06-30")
    assert done.code == 0
    assert done.err == ""
    assert done.out.splitlines()[0] == ",".join(c["column"] for c in kam.columns())
    assert len(done.out.splitlines()) == 41


def test_the_summary_as_json(run: Kam, orders: Path) -> None:
    done = run("score", orders, "--as-of", "2024-06-30", "--json", "--horizon", "90")
    summary = json.loads(done.out)
    assert summary["accounts"] == 40
    assert summary["churn_horizon_days"] == 90
    assert summary["data_report"]["rows_rejected"] == 0


def test_yesterdays_ruler_gives_the_same_bytes(run: Kam, orders: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.json"
    base = ("score", orders, "--as-of", "2024-06-30")
    assert run(*base, "--save-model", model, "--out", tmp_path / "a.parquet").code == 0
    assert run(*base, "--model", model, "--out", tmp_path / "b.parquet").code == 0
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    first = run(*base, "--model", model)
    assert first.out == run(*base).out


def test_model_and_profile_errors(run: Kam, orders: Path, tmp_path: Path) -> None:
    base = ("score", orders, "--as-of", "2024-06-30")
    model, other = tmp_path / "model.json", tmp_path / "other.json"
    assert run(*base, "--save-model", model, "--max-rejects", 0).code == 0
    assert run(*base, "--model", tmp_path / "no.json").code == 4
    other.write_text(model.read_text()[:-200])
    assert run(*base, "--model", other).code == 4
    other.write_text(kam.BGNBD.from_params(r=1, alpha=1, a=1, b=1).to_json())
    assert run(*base, "--model", other).code == 4
    assert run(*base, "--model", model, "--profile", "x.toml").code == 2
    assert run(*base, "--model", model, "--occasion", "week").code == 2
    assert run(*base, "--model", model, "--occasion", "day").code == 0
    other.write_text("name = 5")
    wrong = run(*base, "--profile", other)
    assert wrong.code == 2
    assert "other.json:1: " in wrong.err
    assert run(*base, "--profile", tmp_path / "no.toml").code == 2


@pytest.mark.parametrize("spelling", ["", "[orders]\n", '[orders]\noccasion = "day" # note\n'])
def test_occasion_overrides_the_profile(
    run: Kam, orders: Path, tmp_path: Path, spelling: str
) -> None:
    lines = kam._core.default_profile_text().splitlines()
    start, end = lines.index("[orders]"), lines.index("[concentration]")
    text = "\n".join([*lines[:start], *lines[end:]]).replace(
        "[concentration]", spelling + "[concentration]", 1
    )
    profile = tmp_path / "p.toml"
    profile.write_text(text)
    base = ("score", orders, "--as-of", "2024-06-30", "--save-model", tmp_path / "m.json", "--json")
    day = json.loads(run(*base, "--profile", profile).out)
    assert kam.Model.load(tmp_path / "m.json").profile["occasion"] == "day"
    week = json.loads(run(*base, "--profile", profile, "--occasion", "week").out)
    assert kam.Model.load(tmp_path / "m.json").profile["occasion"] == "week"
    assert day["config_hash"] != week["config_hash"]
    assert day["basis_events"] > week["basis_events"]


# ---- the other commands -------------------------------------------------------------------------


def test_check(run: Kam, orders: Path) -> None:
    with orders.open("a") as file:
        file.write("A00,2024-06-31,5\n")
    done = run("check", orders, "--as-of", "2024-06-30")
    assert done.code == 0
    assert "unreadable_date" in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    assert run("check", orders, "--as-of", "2024-06-30", "--max-rejects", 0).code == 5
    report = json.loads(run("check", orders, "--as-of", "2024-06-30", "--json").out)
    assert report["rows_rejected"] == 1
    assert run("check", orders, "--as-of", "2020-01-01").code == 3


def test_a_date_of_another_century_is_noted_with_its_line(run: Kam, orders: Path) -> None:
    with orders.open("a") as file:
        file.write("A00,1924-06-30,5\n")
    last = len(orders.read_text().splitlines())
    done = run("check", orders, "--as-of", "2024-06-30", "--json", "--max-rejects", 0)
    assert done.code == 0  # used: nothing shows that it is wrong
    found = {f["code"]: f for f in json.loads(done.out)["findings"]}["distant_past_date"]
    assert (found["severity"], found["count"]) == ("note", 1)
    assert found["examples"] == [f"line {last}: '1924-06-30'"]


def test_a_repeated_account_is_named_with_its_lines(run: Kam, orders: Path, tmp_path: Path) -> None:
    folder = tmp_path / "crm"
    folder.mkdir()
    orders.rename(folder / "transactions.csv")
    (folder / "accounts.csv").write_text("account_id,name\nA01,x\n\nA02,y\nA01,z\n")
    done = run("score", folder, "--as-of", "2024-06-30")
    assert (done.code, done.out) == (3, "")
    assert "table 'accounts': account 'A01' is in line 2 and again in line 5" in done.err


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_summarize_then_fit(run: Kam, orders: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"summary.{suffix}"
    assert run("summarize", orders, "--as-of", "2024-06-30", "--out", out).code == 0
    schema = json.loads(Path(f"{out}.schema.json").read_text())
    assert [c["column"] for c in schema][:2] == ["account_id", "frequency"]
    done = run("fit", "mbgnbd", out, "--json", "--save", tmp_path / "m.json")
    assert done.code == 0
    fitted = json.loads(done.out)
    frame = kam.summarize(_frame(orders), as_of="2024-06-30")
    with pytest.warns(kam.ConvergenceWarning) as warned:
        expected = kam.MBGNBD().fit(frame)
    assert f"kam: warning: {warned[0].message}\n" == done.err
    assert fitted["parameters"] == expected.params_
    assert fitted["accounts"] == 40
    assert fitted["converged"] is True
    assert kam.MBGNBD.from_json((tmp_path / "m.json").read_text()).params_ == expected.params_


@pytest.mark.parametrize("unit", ["day", "month"])
def test_fit_reads_the_unit_that_summarize_wrote(
    run: Kam, orders: Path, tmp_path: Path, unit: str
) -> None:
    out = tmp_path / "summary.csv"
    assert run("summarize", orders, "--as-of", "2024-06-30", "--unit", unit, "--out", out).code == 0
    for given in ((), ("--unit", unit)):
        done = run("fit", "mbgnbd", out, "--json", *given)
        assert (done.code, json.loads(done.out)["unit"]) == (0, unit)
        assert "taken to be" not in done.err
    wrong = run("fit", "mbgnbd", out, "--unit", "week")
    assert (wrong.code, wrong.out) == (2, "")
    said = f"--unit week: summary.csv.schema.json says that summary.csv is in {unit}s"
    assert said in wrong.err
    schema = tmp_path / "summary.csv.schema.json"
    entries = json.loads(schema.read_text())
    entries[2]["unit"] = "week"
    schema.write_text(json.dumps(entries))
    assert run("fit", "mbgnbd", out).code == 3
    for text in ("{}", "no JSON"):  # of somebody else
        schema.write_text(text)
        done = run("fit", "mbgnbd", out, "--json")
        assert json.loads(done.out)["unit"] == "week"
        assert "summary.csv is taken to be in weeks: no --unit" in done.err
    schema.unlink()
    assert "is taken to be in weeks" in run("fit", "gamma-gamma", out).err
    assert "is taken to be" not in run("fit", "mbgnbd", out, "--unit", unit).err


def _frame(orders: Path) -> dict[str, Any]:
    rows = [line.split(",") for line in orders.read_text().splitlines()[1:]]
    ids, dates, amounts = zip(*rows, strict=True)
    return {
        "account_id": np.array(ids, dtype=object),
        "date": np.array(dates, dtype=object),
        "amount": np.array([float(a) for a in amounts]),
    }


def test_summarize_counts_what_it_cannot_read(run: Kam, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "account_id,date,amount\nA,2024-01-01,5\nA,soon,5\n,2024-01-01,5\nB,2024-01-02,x\n"
    )
    done = run("summarize", path, "--as-of", "2024-06-30")
    assert done.code == 5
    assert done.out.splitlines()[0] == "account_id,frequency,recency,age,monetary_value"
    assert "unreadable_date: line 3: 'soon'" in done.err
    assert "missing_account_id: line 4" in done.err
    assert "amount_not_a_number: line 5: 'x'" in done.err
    assert run("summarize", path, "--as-of", "2024-06-30", "--max-rejects", 3).code == 0
    path.write_text("account_id,date,amount\nA,soon,5\n")
    assert run("summarize", path, "--as-of", "2024-06-30").code == 3


def test_the_papers_parameters_from_a_file(run: Kam, tmp_path: Path, summary: Any) -> None:
    """Fader, Hardie & Lee (2005): r 0.243, alpha 4.414, a 0.793, b 2.426; `T` for age."""
    path = tmp_path / "cdnow.csv"
    columns = (summary["frequency"], summary["recency"], summary["age"])
    lines = [",".join(map(repr, row)) for row in zip(*(c.tolist() for c in columns), strict=True)]
    path.write_text("frequency,recency,T\n" + "\n".join(lines))
    fitted = json.loads(run("fit", "bgnbd", path, "--json").out)
    rounded = {k: round(v, 3) for k, v in fitted["parameters"].items()}
    assert rounded == {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}


def test_fit_on_unfit_data(run: Kam, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("frequency,recency\n1,2\n")
    assert "column 'age' is missing" in run("fit", "bgnbd", path).err
    path.write_text("frequency,recency,age\n0,0,5\n0,0,6\n")
    assert run("fit", "bgnbd", path).code == 3


def test_concentration(run: Kam, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text("id;worth\na;10,5\nb;20\nc;x\nd;\ne;-4\n")
    done = run("concentration", path, "--value", "worth", "--decimal", ",", "--json")
    assert done.code == 5
    told = json.loads(done.out)
    assert told["total"] == 30.5
    assert told["left_out"] == {"missing": 1, "not_a_number": 1, "negative": 1}
    assert told["rows_rejected"] == 3
    low, high = told["interval"]["gini"]
    assert low - 1e-12 <= told["gini"] <= high + 1e-12
    assert told["pareto_tail"]["xmin"] == 10.5
    assert "line 4: 'x'" in done.err
    allowed = run("concentration", path, "--value", "worth", "--decimal", ",", "--max-rejects", 1)
    assert allowed.code == 0
    assert "Gini, 80 %" in allowed.out
    assert "power-law tail" in allowed.out
    shown = dict(re.findall(r"^(.*), left out +(\d+)$", allowed.out, re.MULTILINE))
    assert shown == {"missing": "1", "not a number": "1", "negative": "1"}
    assert run("concentration", path, "--value", "nothing").code == 3
    assert run("concentration", path, "--value", "id").code == 3


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_explain(run: Kam, orders: Path, tmp_path: Path, suffix: str) -> None:
    new, old = tmp_path / f"new.{suffix}", tmp_path / f"old.{suffix}"
    assert run("score", orders, "--as-of", "2024-06-30", "--out", new).code == 0
    assert run("score", orders, "--as-of", "2024-03-31", "--out", old).code in (0, 5)
    result = kam.score(orders, as_of="2024-06-30")
    done = run("explain", "A07", "--scores", new)
    assert done.code == 0
    assert max(map(len, done.out.splitlines())) <= 80
    for reason in result.explain("A07"):
        if abs(reason["points"]) > 0.1:
            assert f"{abs(reason['points']):.1f}  {reason['label']}" in done.out
    changed = run("explain", "A07", "--scores", new, "--previous", old).out
    assert "since 2024-03-31" in changed
    assert "another model: the ruler changed" in changed
    assert (
        "the change is the account's own"
        in run("explain", "A07", "--scores", new, "--previous", new).out
    )
    unknown = run("explain", "a7", "--scores", new)
    assert unknown.code == 3
    assert "no account 'a7'" in unknown.err
    assert "did you mean A07?" in run("explain", "a07", "--scores", new).err
    assert run("explain", "A07", "--scores", orders).code == 3
    assert run("explain", "A07", "--scores", tmp_path / "no.csv").code == 3


def test_profile(run: Kam, tmp_path: Path) -> None:
    shown = run("profile", "show")
    assert shown.code == 0
    assert shown.out == (ROOT / "profiles" / "default.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(shown.out, encoding="utf-8")
    assert run("profile", "show", path).out == shown.out
    valid = run("profile", "validate", path)
    assert valid.code == 0
    assert "4 dimensions, 19 indicators" in valid.out
    path.write_text(shown.out.replace("weight = 0.42", "weight = -1"), encoding="utf-8")
    wrong = run("profile", "validate", path)
    assert wrong.code == 2
    assert "mine.toml:" in wrong.err


def test_shipped_profiles(
    run: Kam, orders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = run("profile", "list")
    assert listed.code == 0
    names = [line.split()[0] for line in listed.out.splitlines()]
    assert names == [profile["name"] for profile in kam.profiles()]
    for name in names:
        shown = run("profile", "show", name).out
        assert shown == (ROOT / "profiles" / f"{name}.toml").read_text(encoding="utf-8")
    schema = run("profile", "schema")
    assert json.loads(schema.out)["title"] == "kam profile"
    base = ("score", orders, "--as-of", "2024-06-30", "--save-model", tmp_path / "m.json", "--json")
    for more in ((), ("--occasion", "week")):
        assert run(*base, "--profile", "satisfaction_index", *more).code == 0
        fitted = kam.Model.load(tmp_path / "m.json").profile
        assert fitted["name"] == "satisfaction_index"
        assert fitted["occasion"] == (more[-1] if more else "day")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "default").write_text('name = "mine"', encoding="utf-8")
    assert run("profile", "show").out == run("profile", "show", ROOT / "profiles/default.toml").out
    assert run("profile", "show", "default").out == 'name = "mine"'  # a file wins
    for argv in (("show", "no"), ("validate", "no"), ("show", tmp_path)):
        wrong = run("profile", *argv)
        assert wrong.code == 2
        assert "No such file" in wrong.err or "Is a directory" in wrong.err
    (tmp_path / "latin").write_bytes("name = 'Maße'".encode("latin-1"))
    wrong = run("profile", "validate", "latin")
    assert (wrong.code, "latin:1: not UTF-8" in wrong.err) == (2, True)


# ---- terminals ----------------------------------------------------------------------------------


class Terminal:
    """Makes a captured stream say that it is a terminal."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def isatty(self) -> bool:
        return True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@pytest.mark.parametrize("with_rich", [True, False])
def test_on_a_terminal(
    run: Kam, orders: Path, monkeypatch: pytest.MonkeyPatch, with_rich: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    if not with_rich:
        for name in ("rich", "rich.table", "rich.console"):
            monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(sys, "stdout", Terminal(sys.stdout))
    monkeypatch.setattr(sys, "stderr", Terminal(sys.stderr))
    hostile = "\x1b[31m[red]客户[/red]"
    with orders.open("a") as file:
        file.write(f"{hostile},2024-06-01,99999\n")
    done = run("score", orders, "--as-of", "2024-06-30", "--top", 50)
    assert done.code == 0
    assert "churn [80 %]" in done.out
    assert "41 of 41 accounts" in done.out
    assert "\x1b[31m" not in done.out
    assert "[red]客户" in done.out
    assert "reading" in done.err
    assert "41 accounts" in done.err
