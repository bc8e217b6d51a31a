"""Switching cost from the bottom up, from a market, from moves, and inside a churn probability."""

from __future__ import annotations

import math
from typing import Any

import kam
import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose

mpl.use("Agg")

MOVE = [
    {"component": "termination fee", "kind": "financial", "amount": 40_000.0, "rival_share": 0.5},
    {
        "component": "training",
        "hours": 600.0,
        "hours_lo": 400.0,
        "hours_hi": 1000.0,
        "rate": 65.0,
        "effort": 1.5,
    },
    {
        "component": "requalification",
        "kind": "procedural",
        "amount": 30_000.0,
        "amount_lo": 20_000.0,
        "amount_hi": 60_000.0,
    },
    {"component": "buyer knows us", "kind": "relational", "rating": 80.0},
]


# ---- published numbers --------------------------------------------------------------------------


def test_a_rival_must_be_four_percent_cheaper_for_three_years() -> None:
    """The worked example of the domain specification."""
    found = kam.indifference_discount(120_000, 1.2e6, years=3, discount=0.10)
    assert found == pytest.approx(0.0402, abs=5e-5)


def test_shy_four_suppliers_and_a_fringe() -> None:
    """Shy (2002) as recomputed in the domain specification."""
    found = kam.market_switching_cost([20, 18, 22, 15], [400, 300, 200, 100])
    assert_allclose(found.switching_cost, [17.00, 14.25, 17.00, -1.00], atol=1e-12)
    assert found.valid.tolist() == [True, True, True, False]
    assert not found.all_valid
    fringe = kam.market_switching_cost([20, 18, 22, 15, 14], [400, 300, 200, 100, 2])
    assert_allclose(fringe.switching_cost, [19.93, 17.91, 21.86, 14.73, -5.90], atol=5e-3)
    assert fringe.lo[0] == pytest.approx(17)
    assert "invalid" in repr(fringe)


def test_shy_forward_and_back() -> None:
    prices = kam.undercut_proof_prices([10, 10], [60, 40])
    assert_allclose(prices, [18.421053, 21.052632], atol=5e-7)
    assert_allclose(kam.market_switching_cost(prices, [0.6, 0.4]).switching_cost, [10, 10])


def test_two_suppliers_from_moves() -> None:
    found = kam.transition_switching_cost([[900, 100], [60, 440]])
    assert found.switching_cost == pytest.approx(2.0948274, abs=5e-8)
    assert found.standard_error == pytest.approx(0.0866754, abs=5e-8)
    assert repr(found) == "TransitionSwitchingCost(2.09483 ± 0.08668, 1500 customers)"
    money, error = found.in_money(-0.4)
    assert (money, error) == pytest.approx((2.0948274 / 0.4, 0.0866754 / 0.4), rel=1e-6)


# ---- one account --------------------------------------------------------------------------------


def test_bottom_up() -> None:
    found = kam.switching_cost(MOVE)
    assert float(found) == found.total == pytest.approx(20_000 + 600 * 65 * 1.5 + 30_000)
    assert found.lo == pytest.approx(20_000 + 400 * 65 * 1.5 + 20_000)
    assert found.hi == pytest.approx(20_000 + 1000 * 65 * 1.5 + 60_000)
    assert found.lo < found.likely.lo < found.mean < found.likely.hi < found.hi
    assert found.by_kind["financial"].estimate == 20_000
    assert found.rival_pays.estimate == 20_000
    assert found.relational_rating == 80
    assert found.unpriced == 1
    assert repr(found) == (
        "SwitchingCost(108,500 [79,000 ... 177,500]: procedural=88,500, financial=20,000, "
        "relational=0; rival pays 20,000; 1 unpriced, rating 80)"
    )


def test_every_way_to_write_it_down_is_the_same() -> None:
    plain = {row["component"]: {k: v for k, v in row.items() if k != "component"} for row in MOVE}
    frame = pd.DataFrame(MOVE)
    for components in (
        plain,
        frame,
        pl.from_pandas(frame),
        pa.Table.from_pandas(frame),
        {name: frame[name].to_numpy() for name in frame},
    ):
        assert repr(kam.switching_cost(components)) == repr(kam.switching_cost(MOVE))
    short = kam.switching_cost({"fee": 10.0, "tooling": (5.0, 8.0, 20.0)})
    assert (short.total, short.lo, short.hi) == (18, 15, 30)
    assert short.components[1][0] == "tooling"


def test_discount_of_a_switching_cost_keeps_its_bounds() -> None:
    cost = kam.switching_cost(MOVE)
    found = kam.indifference_discount(cost, 1e6, years=3, discount=0.1)
    ends = [kam.indifference_discount(c, 1e6, years=3, discount=0.1) for c in (cost.lo, cost.hi)]
    assert [found.lo, found.hi] == pytest.approx(ends)
    stays = kam.why_it_stays(found, 30, as_of="2024-12-31", contract_end="2025-03-31", dear=0.03)
    assert stays.quadrant == "hostage"
    assert stays.days_to_contract_end == 90
    assert stays.certain
    unknown = kam.why_it_stays(0.1, math.nan, as_of="2024-12-31")
    assert unknown.quadrant == "unknown"
    assert math.isnan(unknown.days_to_contract_end)


def test_defence_scores() -> None:
    found = kam.defence_scores(1e5, 1e6, [80, 60, math.nan, 70])
    assert found.barrier == pytest.approx(20)
    assert found.strategic == pytest.approx(70)
    assert math.isnan(found.depth)


# ---- many accounts ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table, dict])
def test_per_account(kind: Any) -> None:
    columns = {"account_id": ["B", "A", "B"], "amount": [1.0, 5.0, 2.0], "amount_hi": [4.0, 5, 2]}
    found = kam.switching_cost(kind(columns))
    assert type(found) is type(kind(columns))
    assert list(found["account_id"]) == ["B", "A"] or found["account_id"].to_pylist() == ["B", "A"]
    assert np.asarray(found["switching_cost"]).tolist() == [3, 5]
    assert np.asarray(found["switching_cost_hi"]).tolist() == [6, 5]


def test_columns_of_discounts() -> None:
    with pytest.warns(kam.RowWarning, match="2 rows are NaN, first row 1"):
        found = kam.indifference_discount(
            [120_000, math.nan, 1.0], [1.2e6, 1e6, 0.0], years=3, discount=0.1, annual_advantage=12
        )
    assert found[0] == pytest.approx(120_000 / 2.4868520 / 1.2e6 + 1e-5, rel=1e-7)
    assert np.isnan(found[1:]).all()
    same = kam.indifference_discount(120_000, [1.2e6, 2.4e6], years=3, discount=0.1)
    assert same[0] == pytest.approx(2 * same[1])


def test_loyalty_offset_is_calibrated_and_monotone() -> None:
    rng = np.random.default_rng(1)
    cost = rng.exponential(0.2, 500)
    other = rng.normal(-2, 1, 500)
    model = kam.loyalty_offset(cost, beta=4.0, rate=0.08, log_odds=other)
    assert model.predict(cost, other).mean() == pytest.approx(0.08, abs=1e-15)
    assert (np.diff(model.predict(np.linspace(0, 3, 50))) < 0).all()
    with pytest.warns(kam.RowWarning):
        assert math.isnan(model.predict([math.nan])[0])


# ---- hostile input ------------------------------------------------------------------------------


def test_a_missing_amount_is_no_amount_of_zero() -> None:
    with pytest.warns(kam.RowWarning, match="1 rows are NaN, first row 1"):
        found = kam.switching_cost([{"amount": 5.0}, {"amount": None, "kind": "financial"}])
    assert found.total == 5
    assert len(found.components) == 1
    with pytest.warns(kam.RowWarning):  # hours without a rate
        assert kam.switching_cost([{"amount": 5.0}, {"hours": 10.0}]).total == 5


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            {"amount_lo": 20.0, "amount_hi": 30.0},
            r"`amount` has bounds \(20 to 30\) and no estimate",
        ),
        ({"amount_hi": 30.0}, r"`amount` has bounds \(\? to 30\) and no estimate"),
        (
            {"amount": 10.0, "amount_lo": 20.0, "amount_hi": 30.0},
            "`amount` 10 is below its bound `amount_lo` 20",
        ),
        ({"amount": 40.0, "amount_hi": 30.0}, "`amount` 40 is above its bound `amount_hi` 30"),
        ({"amount": -5.0}, "`amount` must be finite and >= 0, got -5"),
        ({"amount": 5.0, "amount_lo": -1.0}, "`amount_lo` must be finite and >= 0, got -1"),
        ({"hours": 5.0, "rate_lo": 10.0, "rate_hi": 20.0}, "`rate` has bounds .* no estimate"),
        (
            {"hours": 5.0, "hours_lo": 6.0, "hours_hi": 7.0, "rate": 10.0},
            "`hours` 5 is below its bound `hours_lo` 6",
        ),
        ({"amount": 1.0, "effort_lo": 2.0, "effort_hi": 3.0}, "`effort` has bounds"),
        ({"hours": 5.0}, "`hours` without a `rate`"),
        ({"amount": 1.0, "rival_share": 2.0}, "`rival_share` must be within 0..1, got 2"),
        ({"amount": 1.0, "rating": 50.0}, "`rating` 50 is for relational ones"),
        ({"kind": "relational", "rating": 101.0}, "`rating` must be within 0..100, got 101"),
        ({}, "no amount and no hours"),
    ],
)
def test_a_component_that_cannot_be_used_is_named(cells: dict[str, Any], message: str) -> None:
    good = {"component": "fee", "amount": 5.0}
    bad = {"component": "training", **cells}
    with pytest.warns(kam.RowWarning, match=f"first row 1 .component 'training': {message}"):
        assert kam.switching_cost([good, bad]).total == 5
    with pytest.warns(kam.RowWarning, match=f"component 'training': {message}"):
        found = kam.switching_cost([good | {"account_id": "A"}, bad | {"account_id": "B"}])
    assert np.isnan(found["switching_cost"][1])
    if set(cells) & {"amount", "hours", "rating"}:
        with pytest.raises(kam.InsufficientDataError, match=f"no row.*'training': {message}"):
            kam.switching_cost([bad])


@pytest.mark.parametrize(
    ("components", "message"),
    [
        ([], "no row"),
        ({"fee": (1.0, None, 2.0)}, r"component 'fee': `amount` has bounds \(1 to 2\)"),
        ({"fee": (1.0, 5.0, 2.0)}, "component 'fee': `amount` 5 is above its bound `amount_hi` 2"),
        ([{"amount_lo": 1.0, "amount_hi": 2.0}], "`amount_lo` and no `amount`: bounds need"),
        ([{"amount": -1.0}], "no row"),
        ([{"money": 1.0}], "unknown column 'money'"),
        ([{"kind": "financial"}], "needs a column"),
        ([{"amount": 1.0, "kind": "emotional"}], "emotional"),
        ([{"amount": 1.0, "borne_by": "us"}], "borne_by"),
        ([{"amount": 1.0, "account_id": None}], "without an id"),
        ({"fee": (1.0, 2.0)}, "fee"),
    ],
)
def test_tables_that_cannot_be_read(components: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kam.switching_cost(components)


def test_bad_calls() -> None:
    for spend, years, discount in ((0, 3, 0.1), (1e6, 0, 0.1), (1e6, 3, -1), (math.nan, 3, 0.1)):
        with pytest.raises(ValueError, match="annual_spend"):
            kam.indifference_discount(1e5, spend, years=years, discount=discount)
    with pytest.raises(ValueError, match="prices"):
        kam.market_switching_cost([10, 0], [1, 1])
    with pytest.raises(ValueError, match="customers"):
        kam.market_switching_cost([10, 11, 12], [1, 1])
    with pytest.raises(kam.InsufficientDataError):
        kam.market_switching_cost([10], [1])
    with pytest.raises(ValueError, match="k x k"):
        kam.transition_switching_cost([[1, 2, 3], [4, 5, 6]])
    with pytest.raises(ValueError, match="table"):
        kam.transition_switching_cost([[1, -2], [3, 4]])
    with pytest.raises(ValueError, match="price_coefficient"):
        kam.transition_switching_cost([[9, 1], [1, 9]]).in_money(0)
    with pytest.raises(ValueError, match="rate"):
        kam.loyalty_offset([1.0, 2.0], beta=1, rate=0)
    with pytest.raises(TypeError, match="dicts"):
        kam.switching_cost([1.0, 2.0])


def test_an_empty_cell_is_said() -> None:
    found = kam.transition_switching_cost([[10, 0], [3, 12]])
    assert found.continuity_correction
    assert "1/2 added" in repr(found)


# ---- plots --------------------------------------------------------------------------------------


def test_waterfall_ends_at_the_total() -> None:
    cost = kam.switching_cost(MOVE)
    ax = cost.plot()
    widths = [bar.get_width() for bar in ax.patches if bar.get_width() > 0]
    assert sum(widths[:-1]) == pytest.approx(widths[-1]) == pytest.approx(cost.total)
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert labels == ["termination fee", "training", "requalification", "Total"]
    ax.figure.canvas.draw()


def test_waterfall_of_a_bond_alone() -> None:
    only = kam.switching_cost([{"kind": "relational", "rating": 70.0}])
    assert only.total == 0
    only.plot().figure.canvas.draw()
