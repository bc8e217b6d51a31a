"""Revenue at risk from Python."""

from __future__ import annotations

import json
import math
from typing import Any

import kam
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import stats

EQUAL = [10.0] * 100
GIANT = [400.0] + [100.0] * 2 + [50.0] * 2 + [20.0] * 5 + [10.0] * 10 + [5.0] * 20


def risk(values: Any, rho: float = 0.0, **settings: Any) -> kam.RevenueAtRisk:
    return kam.revenue_at_risk(values, [0.1] * len(values), correlation=rho, **settings)


# ---- published numbers: the two portfolios, recomputed in R ------------------------------------


def test_two_portfolios_of_the_same_expected_loss() -> None:
    equal, giant = risk(EQUAL), risk(GIANT)
    assert equal.expected_loss == pytest.approx(100, rel=1e-14)
    assert giant.expected_loss == pytest.approx(100, rel=1e-14)
    assert (equal.sd, equal.value_at_risk) == (pytest.approx(30), 150)
    assert equal.tail_mean == pytest.approx(160.796, abs=5e-4)
    assert equal.expected_shortfall == pytest.approx(165.669618, abs=5e-7)
    assert equal.probability_above(300) == pytest.approx(stats.binom.sf(30, 100, 0.1), rel=1e-11)
    assert (giant.sd, giant.value_at_risk) == (pytest.approx(130.25, abs=5e-3), 440)
    assert giant.tail_mean == pytest.approx(492.971, abs=5e-4)
    assert giant.expected_shortfall == pytest.approx(497.743370, abs=5e-7)
    assert giant.probability_above(300) == pytest.approx(0.100275, abs=5e-7)
    assert giant.tail_share[0] == pytest.approx(0.803627, abs=5e-7)
    assert giant.value_share()[0] == pytest.approx(0.4)


def test_with_a_common_factor() -> None:
    equal, giant = risk(EQUAL, 0.15), risk(GIANT, 0.15)
    assert (equal.value_at_risk, giant.value_at_risk) == (250, 470)
    assert equal.expected_shortfall == pytest.approx(316.261, abs=5e-4)
    assert giant.expected_shortfall == pytest.approx(552.873, abs=5e-4)
    assert equal.sd == pytest.approx(77.76, abs=5e-3)
    assert giant.sd == pytest.approx(145.55, abs=5e-3)


# ---- an independent path ------------------------------------------------------------------------


def test_against_a_plain_convolution() -> None:
    random = np.random.default_rng(1)
    values, p = random.integers(1, 60, 50), random.uniform(0, 0.9, 50)
    pmf = np.ones(1)
    for v, chance in zip(values.tolist(), p.tolist(), strict=True):
        pmf = np.convolve(pmf, [1 - chance, *[0.0] * (v - 1), chance])
    r = kam.revenue_at_risk(values, p, level=0.9)
    dense = np.zeros(len(pmf))
    dense[np.rint(r.loss).astype(int)] = r.probability
    np.testing.assert_allclose(dense, pmf, atol=1e-15)
    points = np.array([-1.0, 0.0, 700.5, values.sum() - 1.0, values.sum(), math.nan])
    above = [np.sum(pmf[np.arange(len(pmf)) > x]) for x in points[:-1]]
    np.testing.assert_allclose(r.probability_above(points)[:-1], above, atol=1e-14)
    assert math.isnan(r.probability_above(math.nan))


# ---- laws ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rho", [0.0, 0.3, 1.0])
def test_contributions_add_up(rho: float) -> None:
    random = np.random.default_rng(2)
    values, p = np.round(random.lognormal(3, 1, 30)), random.uniform(0, 0.4, 30)
    for sector in (None, ["a", "b", "c"] * 10):
        r = kam.revenue_at_risk(values, p, correlation=rho, sector=sector)
        assert r.tail_contribution.sum() == pytest.approx(r.expected_shortfall, rel=1e-9)
        assert r.tail_share.sum() == pytest.approx(1, abs=1e-9)
        assert r.value_at_risk <= r.tail_mean <= r.expected_shortfall * (1 + 1e-12)


def test_values_without_a_unit_say_how_far_they_may_be_off() -> None:
    values = np.random.default_rng(3).lognormal(3, 1, 200)
    fine, coarse = risk(values), risk(values, cells=2000)
    assert 0 < fine.grid_error < coarse.grid_error
    assert fine.expected_shortfall == pytest.approx(coarse.expected_shortfall, rel=1e-3)
    assert coarse.expected_shortfall + coarse.grid_error >= fine.expected_shortfall
    assert risk([0.1, 0.2, 0.3]).grid_error == 0


# ---- forms of input -----------------------------------------------------------------------------


@pytest.mark.parametrize("make", [list, np.array, pd.Series, pl.Series, pa.array])
def test_any_kind_of_column(make: Any) -> None:
    r = kam.revenue_at_risk(make(GIANT), make([0.1] * 40), sector=make(["x"] * 40))
    assert r.value_at_risk == 440


def test_text_and_plain_data() -> None:
    r = risk(GIANT)
    assert "row 0 is 40.0% of the value and 80.4% of the tail" in repr(r)
    assert json.loads(json.dumps(r.to_dict()))["value_at_risk"] == 440
    assert "of the tail" not in repr(kam.revenue_at_risk([1, 2], [0, 0]))


# ---- hostile input ------------------------------------------------------------------------------


def test_bad_rows_are_left_out_with_a_warning() -> None:
    with pytest.warns(kam.RowWarning, match="3 rows were left out, first row 1"):
        r = kam.revenue_at_risk([10, math.nan, -5, 10], [0.1, 0.1, 0.1, 1.5])
    assert (r.accounts, r.rows_rejected) == (1, 3)
    assert np.isnan(r.tail_contribution).tolist() == [False, True, True, True]
    assert np.isnan(r.value_share()).tolist() == [False, True, True, True]


def test_bad_calls_are_refused_in_words() -> None:
    for settings in ({"correlation": 1.1}, {"level": 1.0}, {"level": math.nan}, {"cells": 0}):
        with pytest.raises(ValueError, match=f"`{next(iter(settings))}`"):
            kam.revenue_at_risk([1, 2], [0.1, 0.1], **settings)
    with pytest.raises(ValueError, match="p_loss"):
        kam.revenue_at_risk([1, 2], [0.1])
    with pytest.raises(ValueError, match="`sector` must have 2 rows"):
        kam.revenue_at_risk([1, 2], [0.1, 0.1], sector=["a"])
    with pytest.raises(ValueError, match="`sector` is missing in row 1"):
        kam.revenue_at_risk([1, 2], [0.1, 0.1], sector=["a", None])
    with pytest.raises(kam.InsufficientDataError):
        kam.revenue_at_risk([], [])


# ---- plots --------------------------------------------------------------------------------------


def test_the_bars_hold_the_probability_and_the_tail_is_the_worst_part() -> None:
    plt = pytest.importorskip("matplotlib.pyplot")
    r = risk(GIANT, 0.15)
    ax = r.plot()
    bars = ax.containers
    assert sum(b.get_height() for c in bars for b in c) == pytest.approx(1, abs=2e-4)
    assert sum(b.get_height() for b in bars[1]) == pytest.approx(0.05, abs=2e-4)
    assert "40 % of the value" in ax.get_legend().get_title().get_text()
    owners = r.plot_ownership([f"account {i}" for i in range(40)], top=5)
    assert owners.get_yticklabels()[0].get_text() == "account 0"
    assert len(owners.get_yticks()) == 5
    assert kam.revenue_at_risk([1], [0.0]).plot().texts
    with pytest.raises(ValueError, match="labels"):
        r.plot_ownership(["one"])
    plt.close("all")
