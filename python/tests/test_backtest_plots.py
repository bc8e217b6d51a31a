"""Plots of a backtest and of an order grid, without a display; and `kam backtest`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kam
import matplotlib as mpl
import numpy as np
import pytest
from commands import Kam
from kam import plots
from matplotlib.figure import Figure

mpl.use("Agg")
DATES = ("--cut", "1997-09-30", "--as-of", "1998-06-30")


@pytest.fixture(autouse=True)
def _unchanged_settings() -> Iterator[None]:
    import matplotlib.pyplot as plt

    before = dict(mpl.rcParams)
    yield
    plt.close("all")
    assert dict(mpl.rcParams) == before


@pytest.fixture(scope="module")
def result(sample: Any) -> kam.BacktestResult:
    return kam.backtest(sample, cut="1997-09-30", as_of="1998-06-30", draws=40)


@pytest.fixture
def ax() -> Any:
    return Figure(figsize=(7, 5)).subplots()


def _draw(ax: Any) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(ax.figure).draw()


def _line(ax: Any, label: str) -> Any:
    return next(line for line in ax.lines if line.get_label() == label)


# ---- plots --------------------------------------------------------------------------------------


def test_tracking_draws_the_table(result: kam.BacktestResult, ax: Any) -> None:
    assert result.plot.tracking(ax=ax) is ax
    _draw(ax)
    assert _line(ax, "actual").get_ydata()[24] == 1672
    table = result["BGNBD"].tracking
    np.testing.assert_array_equal(_line(ax, "BGNBD").get_ydata(), table["expected_cumulative"])
    steps = result.plot.tracking(cumulative=False)
    assert _line(steps, "actual").get_ydata().sum() == 4339
    assert ax.get_xlabel() == "Weeks since the first order, 2,357 accounts"


def test_calibration_draws_the_bins(result: kam.BacktestResult, ax: Any) -> None:
    result.plot.calibration(ax=ax)
    _draw(ax)
    table = result["MBGNBD"].reliability
    np.testing.assert_array_equal(_line(ax, "MBGNBD").get_xdata(), table["probability"])
    np.testing.assert_array_equal(_line(ax, "MBGNBD").get_ydata(), table["share"])


def test_frequency_draws_bars_and_points(result: kam.BacktestResult, ax: Any) -> None:
    result.plot.frequency(ax=ax)
    _draw(ax)
    heights = [bar.get_height() for bar in ax.patches]
    np.testing.assert_array_equal(heights, result["BGNBD"].frequency["actual"])
    assert [t.get_text() for t in ax.get_xticklabels()][-1] == "7+\nn=64"
    points = _line(ax, "BGNBD").get_ydata()
    np.testing.assert_array_equal(points, result["BGNBD"].frequency["expected"])


def test_models_differ_in_grey_print(result: kam.BacktestResult, ax: Any) -> None:
    result.plot.tracking(ax=ax)
    lines = [_line(ax, name).get_linestyle() for name in ("actual", "BGNBD", "MBGNBD")]
    assert len(set(lines)) == 3


def test_less_than_one_week_is_said(ax: Any) -> None:
    log = {"account_id": list("AABBCC"), "date": ["2024-01-01", "2024-01-02"] * 3,
           "amount": [1.0] * 6}  # fmt: skip
    # Drop-out so rare that its probability underflows in some draws.
    given = kam.MBGNBD.from_params(r=1, alpha=1, a=1e-3, b=5, unit="day")
    short = kam.backtest(log, cut="2024-01-02", as_of="2024-01-03", model=given, unit="day")
    short.plot.tracking(ax=ax)
    assert [t.get_text() for t in ax.texts] == ["Less than one step of time."]


@pytest.mark.parametrize("quantity", ["probability_alive", "expected_orders"])
def test_a_grid_is_drawn_cell_by_cell(mbgnbd: Any, ax: Any, quantity: str) -> None:
    grid = kam.order_grid(mbgnbd, 39, 39, 12)
    assert plots.order_grid(grid, quantity, ax=ax) is ax
    _draw(ax)
    drawn = ax.collections[0].get_array()
    np.testing.assert_array_equal(np.ma.filled(drawn, np.nan), getattr(grid, quantity))
    again = plots.order_grid(mbgnbd, quantity, age=39, horizon=39, max_frequency=12)
    assert again.get_title(loc="left") == ax.get_title(loc="left")


def test_plots_that_make_no_sense(mbgnbd: Any) -> None:
    grid = kam.order_grid(mbgnbd, 39, 39, 2)
    with pytest.raises(ValueError, match="`quantity`"):
        plots.order_grid(grid, "alive")
    with pytest.raises(TypeError, match="age and horizon"):
        plots.order_grid(grid, age=3)


# ---- command line -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def csv(sample: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "orders.csv"
    rows = zip(*(sample[k].tolist() for k in ("account_id", "date", "amount")), strict=True)
    path.write_text("account_id,date,amount\n" + "".join(f"{a},{d},{x}\n" for a, d, x in rows))
    return path


def test_the_command_says_what_the_function_says(
    run: Kam, csv: Path, result: kam.BacktestResult
) -> None:
    done = run("backtest", csv, *DATES, "--draws", 40, "--json")
    assert done.code == 0
    assert json.loads(done.out) == json.loads(json.dumps(result.to_dict()))


def test_the_command_in_words(run: Kam, csv: Path, tmp_path: Path, bgnbd: Any) -> None:
    saved = tmp_path / "yesterday.json"
    saved.write_text(bgnbd.to_json())
    done = run("backtest", csv, *DATES, "--model", f"mbgnbd,{saved}", "--draws", 0)
    assert done.code == 0
    assert "2,357 accounts with an order up to 1997-09-30; 39 weeks to 1998-06-30" in done.out
    assert done.out.index("MBGNBD") < done.out.index("yesterday")
    assert "0.785454" in done.out
    assert "nan" not in done.out


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--cut", "1998-06-30"), 2, "--cut 1998-06-30 is not before"),
        (("--model", "pareto"), 2, "no 'pareto'; there are: bgnbd"),
        (("--level", 1), 2, "--level"),
        (("--draws", 7), 2, "--draws"),
        (("--currency", "EUR"), 2, "--currency"),
        (("--cut", "1996-12-31"), 3, "no account has an order up to the cut"),
        (("--model", "day.json"), 4, "fitted in days"),
        (("--model", "spend.json"), 4, "gamma-gamma is no order model"),
    ],
)
def test_commands_that_make_no_sense(
    run: Kam, csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: Any, code: int,
    message: str, gamma_gamma: Any,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    given = kam.MBGNBD.from_params(r=1, alpha=1, a=1, b=1, unit="day")
    Path("day.json").write_text(given.to_json())
    Path("spend.json").write_text(gamma_gamma.to_json())
    done = run("backtest", csv, *DATES, *options)
    assert (done.code, done.out) == (code, "")
    assert message in done.err


def test_rows_that_cannot_be_read_are_counted(run: Kam, csv: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(csv.read_text() + "X,yesterday,3\n")
    options = ("--draws", 0, "--model", "mbgnbd")
    done = run("backtest", bad, *DATES, *options)
    assert done.code == 5
    assert "unreadable_date" in done.err
    assert "1,882" in done.out
    assert run("backtest", bad, *DATES, *options, "--max-rejects", 1).code == 0
