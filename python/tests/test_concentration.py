"""Gini, HHI, top shares and the rest, of one value per account."""

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
from numpy.testing import assert_allclose

TEN = [120, 80, 40, 20, 10, 10, 8, 6, 4, 2]


@pytest.fixture(scope="module")
def master_revenue(master: Any) -> Any:
    return pd.DataFrame(master).groupby("account_id")["amount"].sum().round(2).to_numpy()


@pytest.fixture(scope="module")
def sample_revenue(sample: Any) -> Any:
    return pd.DataFrame(sample).groupby("account_id")["amount"].sum().round(2).to_numpy()


# ---- published numbers --------------------------------------------------------------------------


def test_ten_accounts() -> None:
    found = kam.concentration(TEN)
    assert found.accounts == 10
    assert found.total == 300
    assert found.gini == pytest.approx(0.6, abs=1e-15)
    assert found.gini_corrected == pytest.approx(2 / 3, abs=1e-15)
    assert found.hhi == pytest.approx(0.25688889, abs=5e-9)
    assert found.hhi_normalised == pytest.approx(0.17432099, abs=5e-9)
    assert found.effective_accounts == pytest.approx(3.8927336, abs=5e-8)
    assert found.entropy_effective_accounts == pytest.approx(5.2634238, abs=5e-8)
    assert found.theil == pytest.approx(0.64180337, abs=5e-9)
    assert [found.top_count_share(k) for k in (0, 1, 2, 4, 10)] == pytest.approx(
        [0, 0.4, 2 / 3, 0.8666667, 1], abs=5e-8
    )
    assert [found.top_share(p) for p in (0, 0.05, 0.1, 0.15, 1)] == pytest.approx(
        [0, 0.2, 0.4, 8 / 15, 1]
    )
    assert [found.accounts_for(s) for s in (0, 0.4, 0.5, 0.8, 0.9, 1)] == [0, 1, 2, 3, 5, 10]
    assert found.abc() == (3, 4, 3)
    assert found.accounts_at_least() == 3
    p = found.balance_point()
    assert found.top_share(p) == pytest.approx(1 - p, abs=1e-12)


def test_cdnow_master(master_revenue: Any) -> None:
    """23,570 customers, 18 months, $2,500,315.63; 68 of them never paid anything."""
    found = kam.concentration(master_revenue)
    assert found.accounts == 23_570
    assert found.total == pytest.approx(2_500_315.63, abs=0.005)
    assert found.gini == pytest.approx(0.634571, abs=5e-7)
    assert found.top_share(0.2) == pytest.approx(0.677774, abs=5e-7)
    assert found.top_count_share(4714) == pytest.approx(0.677774, abs=5e-7)
    assert found.accounts_for(0.8) == 7695
    assert found.abc() == (7695, 8044, 7831)
    assert (master_revenue == 0).sum() == 68


def test_cdnow_sample(sample_revenue: Any) -> None:
    found = kam.concentration(sample_revenue)
    assert found.total == pytest.approx(244_091.94, abs=0.005)
    assert found.gini == pytest.approx(0.630917, abs=5e-7)
    assert found.top_count_share(472) == pytest.approx(0.674550, abs=5e-7)
    assert found.abc() == (777, 801, 779)


def test_an_exact_80_20_pareto_tail() -> None:
    """alpha = ln 5/ln 4: the top 20 % have 80 %, Gini 1/(2 alpha - 1) = .7564708."""
    alpha = math.log(5) / math.log(4)
    n = 200_000
    edges = np.linspace(0, 1, n + 1)
    lorenz = 1 - (1 - edges) ** (1 - 1 / alpha)
    found = kam.concentration(np.diff(lorenz))
    assert found.top_share(0.2) == pytest.approx(0.8, abs=1e-5)
    assert found.gini == pytest.approx(0.7564708, abs=1e-4)
    assert found.balance_point() == pytest.approx(0.2, abs=1e-5)


def test_theil_of_sleepers_is_ln_2_as_in_pysal() -> None:
    """ineq and dineq print 0: they drop the zeros and take the mean again."""
    assert kam.concentration([0, 0, 0, 10, 10, 10]).theil == pytest.approx(math.log(2), abs=1e-15)


# ---- an independent path ------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_it_is_what_numpy_makes_of_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    v = np.sort(np.where(rng.random(500) < 0.1, 0, rng.lognormal(3, 1.5, 500)))
    n, total, q = len(v), v.sum(), v / v.sum()
    found = kam.concentration(rng.permutation(v))
    pairs = np.abs(v[:, None] - v[None, :]).sum() / (2 * n * n * v.mean())
    assert found.gini == pytest.approx(pairs, rel=1e-12)
    assert found.gini_corrected == pytest.approx(pairs * n / (n - 1), rel=1e-12)
    assert found.hhi == pytest.approx((q**2).sum(), rel=1e-12)
    assert found.hhi_normalised == pytest.approx(((q**2).sum() - 1 / n) / (1 - 1 / n), rel=1e-11)
    positive = q[q > 0]
    assert found.theil == pytest.approx((positive * np.log(n * positive)).sum(), rel=1e-11)
    assert found.entropy_effective_accounts == pytest.approx(
        math.exp(-(positive * np.log(positive)).sum()), rel=1e-11
    )
    top = np.r_[0, np.cumsum(v[::-1])] / total
    for p in (0.003, 0.01, 0.2, 0.333, 0.9):
        assert found.top_share(p) == pytest.approx(
            np.interp(p * n, np.arange(n + 1), top), rel=1e-12
        )
    for share in (0.1, 0.5, 0.8, 0.95):
        assert found.accounts_for(share) == np.searchsorted(top, share)
    x, y = found.lorenz()
    assert_allclose(x, np.arange(n + 1) / n, atol=1e-15)
    assert_allclose(y, np.r_[0, np.cumsum(v)] / total, atol=1e-14)
    assert found.gini == pytest.approx(1 - np.trapezoid(y, x) * 2, abs=1e-12)


# ---- laws ---------------------------------------------------------------------------------------


def measures(found: Any) -> list[float]:
    return [
        found.gini,
        found.hhi,
        found.theil,
        found.top_share(0.2),
        found.balance_point(),
        found.accounts_for(0.8),
    ]


def test_units_order_and_kind_of_numbers_do_not_matter(sample_revenue: Any) -> None:
    want = measures(kam.concentration(sample_revenue))
    assert measures(kam.concentration(sample_revenue * 1024)) == want
    assert measures(kam.concentration(sample_revenue[::-1])) == want
    assert measures(kam.concentration(np.random.default_rng(0).permutation(sample_revenue))) == want
    assert measures(kam.concentration(sample_revenue * 7.3)) == pytest.approx(want, rel=1e-12)


def test_a_portfolio_twice_is_as_concentrated(sample_revenue: Any) -> None:
    once, twice = kam.concentration(sample_revenue), kam.concentration(np.tile(sample_revenue, 2))
    assert twice.gini == pytest.approx(once.gini, rel=1e-12)
    assert twice.theil == pytest.approx(once.theil, rel=1e-12)
    assert twice.effective_accounts == pytest.approx(2 * once.effective_accounts, rel=1e-12)
    assert twice.top_share(0.2) == pytest.approx(once.top_share(0.2), rel=1e-12)


def test_giving_from_rich_to_poor_lowers_every_measure() -> None:
    before = kam.concentration(TEN)
    after = kam.concentration([110, *TEN[1:-1], 12])
    assert after.gini < before.gini
    assert after.hhi < before.hhi
    assert after.theil < before.theil


def test_equal_accounts_and_one_account_with_everything() -> None:
    equal = kam.concentration([0.1] * 7)
    assert (equal.gini, equal.theil) == (0, 0)
    assert equal.effective_accounts == pytest.approx(7)
    assert equal.balance_point() == pytest.approx(0.5)
    monopoly = kam.concentration([5, 0, 0, 0])
    assert monopoly.gini == pytest.approx(0.75)
    assert monopoly.gini_corrected == pytest.approx(1)
    assert monopoly.hhi == 1
    alone = kam.concentration([5])
    assert alone.gini == 0
    assert math.isnan(alone.gini_corrected)
    assert math.isnan(alone.hhi_normalised)


@pytest.mark.parametrize("scale", [1e-300, 5e-324, 1e306])
def test_extreme_money_keeps_its_shares(scale: float) -> None:
    assert kam.concentration(np.array(TEN) * scale).gini == pytest.approx(0.6, rel=1e-9)


def test_the_lorenz_curve_has_at_most_so_many_points(master_revenue: Any) -> None:
    found = kam.concentration(master_revenue)
    for most in (2, 10, 1001, 100_000):
        x, y = found.lorenz(most)
        assert 2 <= len(x) <= most
        assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
        assert (np.diff(x) > 0).all()
        assert (np.diff(y) >= 0).all()
        assert (y <= x + 1e-15).all()


# ---- forms of input -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        TEN,
        tuple(TEN),
        np.array(TEN),
        np.array(TEN, dtype=np.int8),
        np.array(TEN, dtype=np.float32),
        np.array(TEN, dtype=object),
        [str(v) for v in TEN],
        pd.Series(TEN),
        pd.Series(TEN, dtype="Int64"),
        pd.Series(TEN, dtype=pd.ArrowDtype(pa.float64())),
        pl.Series(TEN),
        pa.chunked_array([TEN[:4], TEN[4:]]),
        pa.array(TEN),
        np.repeat(TEN, 2)[::2],
    ],
    ids=lambda v: f"{type(v).__module__}.{type(v).__name__}",
)
def test_lists_arrays_and_series(values: Any) -> None:
    assert kam.concentration(values).gini == pytest.approx(0.6, abs=1e-15)


@pytest.mark.parametrize(
    "values",
    [
        [1.0, None, 3.0],
        [1.0, math.nan, 3.0],
        np.array([1.0, np.nan, 3.0]),
        pd.Series([1, None, 3]),
        pd.Series([1, None, 3], dtype="Int64"),
        pl.Series([1, None, 3]),
        pa.chunked_array([[1, None, 3]]),
        pa.array([1, None, 3]),
    ],
    ids=lambda v: f"{type(v).__module__}.{type(v).__name__}",
)
def test_missing_values_are_left_out_and_counted(values: Any) -> None:
    found = kam.concentration(values)
    assert (found.accounts, found.total, found.rows_rejected) == (2, 4, 1)


def test_negative_and_infinite_values_are_left_out_and_counted() -> None:
    found = kam.concentration([-5, 0, 10, np.nan, np.inf, -2])
    assert (found.accounts, found.total, found.gini) == (2, 10, 0.5)
    assert (found.negative_values, found.negative_total, found.rows_rejected) == (2, -7, 4)


def test_the_numbers_as_plain_data(sample_revenue: Any) -> None:
    found = kam.concentration(sample_revenue)
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["gini"] == found.gini
    assert plain["top_share"]["0.2"] == found.top_share(0.2)
    assert plain["accounts_for"] == {s: found.accounts_for(float(s)) for s in ("0.5", "0.8", "0.9")}
    assert sum(plain["abc"].values()) == found.accounts == 2357
    assert {
        "accounts",
        "total",
        "gini",
        "hhi",
        "effective_accounts",
        "top_share",
        "accounts_for",
    } <= set(plain)
    assert "gini=0.630917" in repr(found)


# ---- hostile input ------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [[], [0, 0], [-1], [np.nan], [np.inf], [-1, 0]])
def test_nothing_to_share_is_insufficient_data(values: Any) -> None:
    with pytest.raises(kam.InsufficientDataError, match="`values`"):
        kam.concentration(values)


def test_text_is_quoted() -> None:
    with pytest.raises(kam.DataError, match=r"'values' holds .*'1,200'.* in row 1: not a number"):
        kam.concentration(["1", "1,200"])
    with pytest.raises(kam.DataError, match="expected numbers, got dates"):
        kam.concentration(np.array(["2024-01-01"], dtype="datetime64[D]"))


@pytest.mark.parametrize(
    "values",
    ["abc", {"a": 1}, {1, 2}, (v for v in [1, 2])],
    ids=["text", "dict", "set", "generator"],
)
def test_what_is_no_column_is_refused_in_words(values: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        kam.concentration(values)


def test_a_table_is_not_a_column() -> None:
    with pytest.raises((TypeError, ValueError)):
        kam.concentration(np.ones((3, 2)))


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_shares_lie_between_0_and_1(share: float) -> None:
    found = kam.concentration(TEN)
    with pytest.raises(ValueError, match="`share` must be between 0 and 1"):
        found.accounts_for(share)
    with pytest.raises(ValueError, match="must be between 0 and 1"):
        found.abc(share, 0.95)
    assert math.isnan(found.top_share(share))


def test_classes_come_in_order() -> None:
    with pytest.raises(ValueError, match="b_share"):
        kam.concentration(TEN).abc(0.95, 0.8)


def test_more_than_all_accounts_hold_everything() -> None:
    assert kam.concentration(TEN).top_count_share(1000) == 1
