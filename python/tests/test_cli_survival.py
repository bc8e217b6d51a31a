"""`kam fit` on columns of one's own: durations, outcomes, covariates."""

from __future__ import annotations

import json
from pathlib import Path

import kam
import numpy as np
import pytest
from commands import Kam

DATA = Path(__file__).parents[2] / "tests" / "data"
ROSSI = DATA / "rossi.csv"
TELCO = DATA / "telco.csv"


def test_weibull_of_rossi(run: Kam, tmp_path: Path) -> None:
    saved = tmp_path / "weibull.json"
    options = ("--duration", "week", "--event", "arrest")
    done = run("fit", "weibull-aft", ROSSI, *options, "--json", "--save", saved)
    assert done.code == 0
    facts = json.loads(done.out)
    assert facts["model"] == "weibull-aft"
    assert facts["parameters"]["fin"] == pytest.approx(0.2721633597, rel=1e-7)
    assert facts["log_likelihood"] == pytest.approx(-679.916563937, rel=1e-9)
    assert (facts["rows"], facts["accounts"], facts["events"]) == (432, 432, 114)
    assert (facts["converged"], facts["stop_reason"]) == (True, "converged")
    assert facts["warning"] is None
    assert set(facts["standard_errors"]) == set(facts["parameters"])
    assert kam.WeibullAFT.from_json(saved.read_text()).params_ == facts["parameters"]
    text = run("fit", "weibull-aft", ROSSI, *options).out
    assert text.startswith("WeibullAFT  (432 rows, 114 events")


@pytest.mark.parametrize(
    ("model", "intercept"), [("log-normal-aft", 4.2676657038), ("log-logistic-aft", 3.9183041430)]
)
def test_other_lifetimes(run: Kam, model: str, intercept: float) -> None:
    done = run("fit", model, ROSSI, "--duration", "week", "--event", "arrest", "--json")
    assert json.loads(done.out)["parameters"]["Intercept"] == pytest.approx(intercept, rel=1e-7)


def test_text_columns_and_an_event_by_value(run: Kam) -> None:
    done = run(
        *("fit", "weibull-aft", TELCO, "--duration", "tenure", "--event", "Churn=Yes"),
        *("--covariates", "Contract,MonthlyCharges", "--unit", "month", "--json"),
    )
    facts = json.loads(done.out)
    assert list(facts["parameters"]) == [
        *("Intercept", "Contract[One year]", "Contract[Two year]", "MonthlyCharges", "log(scale)")
    ]
    assert facts["events"] == 1869
    assert facts["unit"] == "month"


def test_left_out_rows_and_dropped_columns_are_told(run: Kam, tmp_path: Path) -> None:
    path = tmp_path / "lives.csv"
    lines = ["months,lost,plan,twice"]
    lines += [f"{3 + i % 17},{int(i % 3 == 0)},{i % 5},{2 * (i % 5)}" for i in range(60)]
    path.write_text("\n".join([*lines, "-4,1,0,0", "x,1,0,0"]) + "\n")
    options = ("--duration", "months", "--event", "lost")
    done = run("fit", "weibull-aft", path, *options, "--json")
    assert done.code == 5  # a cell that is no number
    facts = json.loads(done.out)
    assert facts["rows_left_out"] == 2
    assert "`twice`" in facts["warning"]
    assert facts["parameters"]["twice"] is None
    assert "2 rows" in done.err


def test_wrong_columns(run: Kam, tmp_path: Path) -> None:
    done = run("fit", "weibull-aft", ROSSI, "--duration", "weeks", "--event", "arrest")
    assert (done.code, done.out) == (3, "")
    assert "column 'weeks' is missing" in done.err
    done = run("fit", "weibull-aft", TELCO, "--duration", "tenure", "--event", "Churn=Maybe")
    assert done.code == 3
    assert "never is 'Maybe'; it is: No, Yes" in done.err


def test_renewals_under_names_of_ones_own(run: Kam, tmp_path: Path) -> None:
    path = tmp_path / "contracts.csv"
    rows = ([(1, 1)] * 37 + [(2, 1)] * 16 + [(3, 1)] * 9 + [(4, 0)] * 38) * 10
    path.write_text("years,left,since\n" + "".join(f"{t},{e},0\n" for t, e in rows))
    columns = np.array(rows, dtype=float).T
    expected = kam.ShiftedBetaGeometric().fit({"duration": columns[0], "event": columns[1]})
    options = ("--duration", "years", "--event", "left", "--entry", "since", "--json")
    facts = json.loads(run("fit", "sbg", path, *options).out)
    assert facts["parameters"] == expected.params_


# ---- what becomes of rows, cells and columns ----------------------------------------------------

LIVES = ("--duration", "months", "--event", "lost")
REGRESSIONS = ("cox", "weibull-aft", "hazard", "logistic")


@pytest.fixture
def lives(tmp_path: Path) -> Path:
    """Sixty accounts; a blank line puts rows and lines apart; `plan` is empty in lines 12 and 23,
    the months of line 32 cannot be."""
    path = tmp_path / "lives.csv"
    lines = ["account_id,months,lost,plan", ""]
    for i in range(60):
        plan = "" if i in (9, 20) else "abc"[i % 3]
        months = -4 if i == 29 else 3 + i * 7 % 17
        lines.append(f"K{i:03d},{months},{int(i % 4 == 0)},{plan}")
    path.write_text("\n".join(lines) + "\n")
    return path


def options_of(model: str) -> tuple[str, ...]:
    return LIVES[2:] if model == "logistic" else LIVES


@pytest.mark.parametrize("model", REGRESSIONS)
def test_rows_that_a_fit_leaves_out_count_as_rejected(run: Kam, lives: Path, model: str) -> None:
    expected = 2 if model == "logistic" else 3  # it does not read the months
    covariates = ("--covariates", "plan")
    done = run("fit", model, lives, *options_of(model), *covariates, "--json")
    assert done.code == 5
    assert json.loads(done.out)["rows_left_out"] == expected
    assert f"{expected} rows rejected, more than --max-rejects 0" in done.err
    assert "line 12 (column 'plan' has no value)" in done.err
    assert "row 9" not in done.err
    allowed = run("fit", model, lives, *options_of(model), *covariates, "--max-rejects", expected)
    assert allowed.code == 0


def test_bad_durations_of_a_curve_count_as_rejected(run: Kam, lives: Path) -> None:
    done = run("fit", "kaplan-meier", lives, *LIVES)
    assert done.code == 5
    assert "1 rows are left out, first line 32" in done.err
    assert run("fit", "kaplan-meier", lives, *LIVES, "--max-rejects", 1).code == 0


def test_a_row_counts_once(run: Kam, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("frequency,recency,age\n1,2,9\n3,5,9\n0,0,9\n2,6,9\nx,y,9\n2,9,8\n,,\n")
    done = run("fit", "bgnbd", path, "--unit", "week", "--max-rejects", 1)
    assert done.code == 5
    assert "2 rows rejected" in done.err  # not the account without an order
    assert run("fit", "bgnbd", path, "--unit", "week", "--max-rejects", 2).code == 0


@pytest.mark.parametrize("model", REGRESSIONS)
@pytest.mark.parametrize("policy", ["level", "median"])
def test_missing_cells_may_be_a_level(run: Kam, lives: Path, model: str, policy: str) -> None:
    options = (*options_of(model), "--covariates", "plan", "--missing", policy, "--json")
    done = run("fit", model, lives, *options, "--max-rejects", 1)
    assert done.code == 0
    assert "plan[missing]" in json.loads(done.out)["parameters"]


def test_missing_is_for_regressions(run: Kam, lives: Path) -> None:
    for model in ("kaplan-meier", "sbg"):
        done = run("fit", model, lives, *LIVES, "--missing", "level")
        assert (done.code, "--missing: " in done.err) == (2, True)


def test_ids_are_no_covariates(run: Kam, lives: Path) -> None:
    done = run("fit", "cox", lives, *LIVES, "--max-rejects", 3, "--json")
    assert done.code == 0
    assert list(json.loads(done.out)["parameters"]) == ["plan[b]", "plan[c]"]
    assert "kam: not a covariate: account_id\n" in done.err
    named = run("fit", "cox", lives, *LIVES, "--covariates", "account_id,plan")
    assert (named.code, named.out) == (3, "")
    assert "column 'account_id' has another text in every row, such as 'K000'" in named.err
    telco = run("fit", "logistic", TELCO, "--event", "Churn=Yes")
    assert "kam: not a covariate: customerID\n" in telco.err
    assert telco.code == 5  # eleven accounts without TotalCharges
    assert "11 rows rejected" in telco.err


def test_a_column_without_any_value_is_named_as_such(run: Kam, tmp_path: Path) -> None:
    path = tmp_path / "lives.csv"
    path.write_text("months,lost,plan\n\n3,1,\n4,0,\n5,1,\n")
    done = run("fit", "cox", path, *LIVES)
    assert done.code == 3
    assert "lives.csv: line 3: column 'plan' has no value" in done.err


@pytest.mark.parametrize("model", ["cox", "kaplan-meier", "logistic", "sbg"])
def test_an_event_of_words_says_what_to_type(run: Kam, tmp_path: Path, model: str) -> None:
    path = tmp_path / "lives.csv"
    rows = [f"{1 + i % 4},{'Yes' if i % 3 else 'No'},{i % 5}" for i in range(40)]
    path.write_text("months,gone away,size\n" + "\n".join(rows) + "\n")
    duration = () if model == "logistic" else LIVES[:2]
    done = run("fit", model, path, *duration, "--event", "gone away")
    assert (done.code, done.out) == (3, "")
    assert "column 'gone away' is No, Yes, not 1 (lost) and 0" in done.err
    assert done.err.rstrip().endswith("--event 'gone away=Yes'")
    assert run("fit", model, path, *duration, "--event", "gone away=Yes").code == 0


# ---- units --------------------------------------------------------------------------------------


def test_a_survival_model_assumes_no_unit(run: Kam, lives: Path) -> None:
    options = (*LIVES, "--covariates", "plan", "--missing", "level", "--json", "--max-rejects", 1)
    assert json.loads(run("fit", "weibull-aft", lives, *options).out)["unit"] == ""
    given = run("fit", "weibull-aft", lives, *options, "--unit", "month")
    assert json.loads(given.out)["unit"] == "month"
    schema = lives.with_name("lives.csv.schema.json")
    schema.write_text('[{"column": "months", "unit": "month"}]')
    assert json.loads(run("fit", "weibull-aft", lives, *options).out)["unit"] == "month"
    done = run("fit", "weibull-aft", lives, *options, "--unit", "day")
    assert (done.code, "--unit day: lives.csv.schema.json says" in done.err) == (2, True)


def test_a_unit_that_nobody_would_keep_is_refused(run: Kam, lives: Path) -> None:
    for model in ("kaplan-meier", "sbg"):
        done = run("fit", model, lives, *LIVES, "--unit", "month")
        assert (done.code, f"--unit: {model} " in done.err) == (2, True)
