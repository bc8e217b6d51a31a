"""Retention budget and actions from Python."""

from __future__ import annotations

import itertools
import math
from typing import Any

import kam
import numpy as np
import pytest
from scipy import optimize


def test_one_account_of_blattberg_and_deighton() -> None:
    """x* 804.72, r* .90, net gain 1195.3."""
    plan = kam.allocate_retention_budget(
        [10_000], [0.7], ceiling=0.95, rate=0.002, evidence="experiment"
    )
    assert plan.spend[0] == pytest.approx(804.72, abs=5e-3)
    assert plan.retention[0] == pytest.approx(0.9, abs=1e-12)
    assert plan.total_gain == pytest.approx(1195.3, abs=0.05)
    assert plan.shadow_price == 0
    assert plan.converged


@pytest.mark.parametrize("shape", ["exponential", "michaelis"])
def test_water_filling_is_what_scipy_finds(shape: str) -> None:
    random = np.random.default_rng(1)
    value, start = random.uniform(1, 20, 6), random.uniform(0.3, 0.8, 6)
    ceiling, rate = start + 0.2, random.uniform(0.5, 3, 6)

    def lost(x: Any) -> Any:
        left = np.exp(-rate * x) if shape == "exponential" else 1 / (1 + rate * x)
        return -np.sum(value * (ceiling - (ceiling - start) * left - start) - x)

    plan = kam.allocate_retention_budget(
        value, start, ceiling=ceiling, rate=rate, evidence="judgment", budget=1.0, shape=shape
    )
    limit = {"type": "ineq", "fun": lambda x: 1.0 - x.sum()}
    peer = optimize.minimize(
        lost,
        np.full(6, 0.1),
        bounds=[(0, None)] * 6,
        constraints=[limit],
        method="SLSQP",
        tol=1e-14,
    )
    assert plan.total_gain == pytest.approx(-peer.fun, abs=1e-7)
    assert plan.total_gain >= -peer.fun - 1e-10
    assert plan.kkt_residual < 1e-8


def test_the_giant_is_worth_more_than_its_expected_loss() -> None:
    values = [400_000] + [50_000] * 12
    settings: dict[str, Any] = {"ceiling": 0.98, "rate": 0.0005, "evidence": "judgment"}
    neutral = kam.allocate_retention_budget(values, [0.9] * 13, budget=12_000, **settings)
    averse = kam.allocate_retention_budget(
        values, [0.9] * 13, budget=12_000, risk_aversion=0.5, **settings
    )
    assert averse.spend[0] > neutral.spend[0]
    assert averse.protection_value[0] > 400_000
    assert averse.expected_shortfall < neutral.expected_shortfall
    assert averse.expected_shortfall == pytest.approx(
        kam.revenue_at_risk(values, 1 - averse.retention).expected_shortfall, rel=1e-12
    )


def test_without_evidence_there_is_no_money() -> None:
    plan = kam.allocate_retention_budget(
        [10_000, 10_000],
        [0.7, 0.7],
        ceiling=[0.95, math.nan],
        rate=0.002,
        evidence=["experiment", "none"],
    )
    assert plan.without_evidence.tolist() == [1]
    assert plan.spend[1] == 0
    assert math.isnan(plan.gain[1])
    assert plan.rows_rejected == 0
    assert "1 without evidence" in repr(plan)


def test_an_account_above_its_ceiling_stays_in_the_losses() -> None:
    settings: dict[str, Any] = {"rate": 0.0005, "evidence": "judgment"}
    values, kept = [400_000.0] + [50_000.0] * 6, [0.9] * 7
    without = kam.allocate_retention_budget(values, kept, ceiling=0.98, **settings)
    plan = kam.allocate_retention_budget(
        [*values, 300_000], [*kept, 0.95], ceiling=[0.98] * 7 + [0.9], **settings
    )
    assert plan.above_ceiling.tolist() == [7]
    assert (plan.spend[7], plan.gain[7], plan.rows_rejected) == (0, 0, 0)
    assert plan.expected_shortfall > without.expected_shortfall + 50_000
    alone = kam.revenue_at_risk([*values, 300_000], 1 - plan.retention)
    assert plan.expected_shortfall == pytest.approx(alone.expected_shortfall, rel=1e-9)
    assert "1 above the ceiling" in repr(plan)
    with pytest.warns(kam.RowWarning, match=r"`ceiling` must be within 0..1, got 95 .in pe"):
        broken = kam.allocate_retention_budget(
            [*values, 300_000], [*kept, 0.95], ceiling=[0.98] * 7 + [95], **settings
        )
    assert broken.expected_shortfall == plan.expected_shortfall


def test_actions_against_every_choice() -> None:
    random = np.random.default_rng(2)
    values, start = random.integers(50, 400, 12).astype(float), random.uniform(0.5, 0.9, 12)
    cost, after = random.uniform(1, 9, 12), start + random.uniform(0, 0.1, 12)
    choice = kam.choose_retention_actions(
        values, start, account=np.arange(12), cost=cost, retention_after=after,
        evidence="experiment", budget=20,
    )  # fmt: skip
    gain = values * (after - start) - cost
    best = max(
        sum(gain[list(s)])
        for k in range(13)
        for s in itertools.combinations(range(12), k)
        if sum(cost[list(s)]) <= 20
    )
    assert choice.exact
    assert choice.total_gain == pytest.approx(best, rel=1e-12)
    assert choice.gain[choice.chosen].sum() == pytest.approx(best, rel=1e-12)
    assert "exact" in repr(choice)


def test_bad_calls_are_refused_in_words() -> None:
    settings: dict[str, Any] = {"ceiling": 0.9, "rate": 0.1, "evidence": "judgment"}
    with pytest.raises(ValueError, match="`evidence` must be one of"):
        kam.allocate_retention_budget([1], [0.5], **{**settings, "evidence": "hunch"})
    with pytest.raises(ValueError, match="`shape` must be"):
        kam.allocate_retention_budget([1], [0.5], shape="linear", **settings)
    with pytest.raises(ValueError, match="budget"):
        kam.allocate_retention_budget([1], [0.5], budget=-1, **settings)
    with pytest.raises(ValueError, match="`retention` has 1 rows, expected 2"):
        kam.allocate_retention_budget([1, 2], [0.5], **settings)
    with pytest.warns(kam.RowWarning, match="1 rows were left out"):
        kam.allocate_retention_budget([1, -2], [0.5, 0.5], **settings)
    with pytest.raises(ValueError, match="`account` must be a row, got -1"):
        kam.choose_retention_actions(
            [1], [0.5], account=[-1], cost=[1], retention_after=[0.9], evidence="judgment"
        )


def test_plot_of_a_budget() -> None:
    plt = pytest.importorskip("matplotlib.pyplot")
    plan = kam.allocate_retention_budget(
        [10_000, 20_000, 5], [0.7] * 3, ceiling=0.95, rate=0.002, evidence="experiment"
    )
    ax = plan.plot(["a", "b", "c"])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["b", "a"]
    plt.close("all")
