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
    assert (
        run("fit", "weibull-aft", TELCO, "--duration", "tenure", "--event", "Churn=Yes").code == 3
    )


def test_renewals_under_names_of_ones_own(run: Kam, tmp_path: Path) -> None:
    path = tmp_path / "contracts.csv"
    rows = ([(1, 1)] * 37 + [(2, 1)] * 16 + [(3, 1)] * 9 + [(4, 0)] * 38) * 10
    path.write_text("years,left,since\n" + "".join(f"{t},{e},0\n" for t, e in rows))
    columns = np.array(rows, dtype=float).T
    expected = kam.ShiftedBetaGeometric().fit({"duration": columns[0], "event": columns[1]})
    options = ("--duration", "years", "--event", "left", "--entry", "since", "--json")
    facts = json.loads(run("fit", "sbg", path, *options).out)
    assert facts["parameters"] == expected.params_
