"""Power-law tail, intervals of concentration, mutual dependence, concentration over time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pandas as pd
import pytest

DATA = Path(__file__).parents[2] / "tests" / "data"
TEN = [120, 80, 40, 20, 10, 10, 8, 6, 4, 2]


def reference(name: str) -> Any:
    return np.loadtxt(DATA / f"powerlaw_{name}.csv")


def test_cities_as_clauset_shalizi_newman() -> None:
    # powerlaw, testing/test_reference_data.py: 2.37 and 52.46; digits from a run of it
    tail = kam.pareto_tail(reference("cities") / 1000)
    assert (tail.xmin, tail.tail_accounts, tail.discrete) == (52.457, 580, False)
    assert tail.alpha == pytest.approx(2.36995212, abs=5e-9)
    assert tail.ks == pytest.approx(0.01884802, abs=5e-9)
    assert "xmin=52.457" in repr(tail)
    json.dumps(tail.to_dict())


def test_words_as_powerlaw_of_r() -> None:
    tail = kam.pareto_tail(reference("words"))
    assert tail.discrete
    assert tail.log_likelihood == pytest.approx(-11753.8175758, abs=5e-8)


def test_intervals_hold_their_estimate_and_do_not_know_threads() -> None:
    values = reference("blackouts") / 1000
    tail, found = kam.pareto_tail(values), kam.concentration(values)
    ends = tail.interval(draws=50)
    assert ends == tail.interval(draws=50, threads=3)
    assert ends["alpha"][0] < tail.alpha < ends["alpha"][1]
    spread = found.interval(level=0.8, draws=500, seed=1)
    assert spread == found.interval(threads=2)
    assert spread["gini"][0] < found.gini < spread["gini"][1]
    with pytest.raises(ValueError, match="draws"):
        found.interval(draws=1)


def test_no_tail() -> None:
    with pytest.raises(kam.InsufficientDataError, match="distinct"):
        kam.pareto_tail([3, 3, 3])
    with pytest.raises(ValueError, match="whole"):
        kam.pareto_tail([1, 2.5], discrete=True)


def test_mutual_dependence() -> None:
    found = kam.mutual_dependence(
        [500, 300, 100, 100],
        [1000, 3000, 200, 1000],
        their_share_of_us=0.2,
        our_share_of_them=0.4,
    )
    assert found["quadrant"].tolist() == ["mutual", "we_depend", "they_depend", "independent"]
    assert found["their_share_of_us"].tolist() == [0.5, 0.3, 0.1, 0.1]
    with pytest.warns(kam.RowWarning):
        kam.mutual_dependence([1, 2], [np.nan, 4])


def test_concentration_over_time() -> None:
    frame = pd.DataFrame(
        {
            "account_id": ["a", "b", "a", "b", "c", "c"],
            "date": ["2023-01-05", "2023-02-01", "2024-01-01", "2024-12-31", "2024-12-31", None],
            "amount": [30.0, 10.0, 5.0, 5.0, -2.0, 9.0],
        }
    )
    found = kam.concentration_over_time(frame)
    assert found["period"].tolist() == ["2023", "2024"]
    assert found["gini"].tolist() == [kam.concentration([30, 10]).gini, 0]
    assert found["negative_values"].tolist() == [0, 1]
    quarters = kam.concentration_over_time(frame, period="quarter")
    assert quarters["period"].tolist()[:2] == ["2023-Q1", "2023-Q2"]
    assert len(quarters) == 8
    assert np.isnan(quarters["gini"][1])
    assert kam.concentration_over_time(frame, period="month")["period"].iloc[-1] == "2024-12"
    with pytest.raises(ValueError, match="period"):
        kam.concentration_over_time(frame, period="week")


def test_tail_plot() -> None:
    figure = pytest.importorskip("matplotlib.figure")
    import kam.plots

    ax = figure.Figure().subplots()
    assert kam.plots.pareto_tail(reference("blackouts"), ax=ax) is ax
    assert ax.get_xscale() == "log"
    assert len(ax.get_lines()) == 3
    empty = figure.Figure().subplots()
    assert "no tail" in kam.plots.pareto_tail([1, 1], ax=empty).texts[0].get_text()
