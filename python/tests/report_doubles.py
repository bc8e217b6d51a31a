"""A real result with columns beside it that no table at hand brings: tiers, classes, people.

A double of those columns only: everything else of the result, reports and all, is the real thing.
"""

from __future__ import annotations

from typing import Any

import kam
import numpy as np

TIERS = [
    {"name": "A", "label_en": "Strategic", "label_zh": "战略客户", "from": 70.0},
    {"name": "B", "label_en": "Key", "label_zh": "重点客户", "from": 55.0},
    {"name": "C", "label_en": "Standard", "label_zh": "标准客户", "from": 0.0},
    {
        "name": "potential",
        "label_en": "Potential",
        "label_zh": "潜力客户",
        "from": 70.0,
        "potential": True,
    },
]
CLASSES = [
    {
        "id": "economic",
        "label_en": "Economic",
        "label_zh": "经济型",
        "source": "a textbook",
        "all": [
            {"feature": "orders_12m", "at_least": 12.0},
            {"feature": "cm3_12m", "quantile": 0.8},
        ],
        "any": [{"sector": ["public", "health"]}, {"flag": "supplier_too"}],
    },
    {"id": "group", "label_en": "Group", "label_zh": "集团", "all": [{"flag": "group_purchase"}]},
]
MATRIX = {
    "id": "attraction",
    "label_en": "Attraction and relationship",
    "label_zh": "吸引力与关系",
    "x": "loyalty",
    "y": "value_index",
    "x_cuts": [40.0, 60.0],
    "y_cuts": [50.0],
    "cells": [["Leave", "Watch", "Harvest"], ["Win", "Invest", "Defend"]],
    "source": "a proposal",
}


class _Core:
    """The core's score with more features."""

    def __init__(self, core: Any, features: dict[str, Any]) -> None:
        self._core, self._features = core, features

    def __getattr__(self, name: str) -> Any:
        return getattr(self._core, name)

    def features(self) -> dict[str, Any]:
        return dict(self._core.features()) | self._features


def with_pillars(result: Any) -> Any:
    """The same result, seen with tiers, classes, trend, a matrix, people, deals and credit."""
    n, random = len(result), np.random.default_rng(5)
    if result.earlier is not None:
        assert result.changes  # of the real core, before it is wrapped
        result.earlier.tier = [_tier(v) for v in result.earlier.value_index]
    value = result["value_index"]
    columns = dict(result.columns)
    columns["tier"] = [_tier(v) for v in value]
    columns["tier_stability"] = np.where(np.isnan(value), np.nan, random.uniform(0.5, 1, n))
    columns["tier_rule"] = [None if np.isnan(v) else f"value index {v:.1f}" for v in value]
    columns["tier_rule_zh"] = [None if np.isnan(v) else f"价值指数 {v:.1f}" for v in value]
    result.classification = lambda language: _classification(columns, language)
    columns["class_tags"] = [["economic"] if i % 3 == 0 else [] for i in range(n)]
    columns["class_rules"] = [["orders 24 >= 12 & <more>"] if i % 3 == 0 else [] for i in range(n)]
    columns["relation_type"] = [("ordinary", "partner", "strategic")[i % 3] for i in range(n)]
    columns["relation_rule"] = ["their share of us 3 %"] * n
    columns["trend"] = [("up", "flat", "down", None)[i % 4] for i in range(n)]
    columns["trend_p"] = np.where(np.arange(n) % 4 == 3, np.nan, random.uniform(0, 0.1, n))
    columns["headroom"] = random.lognormal(10, 1, n)
    columns["our_share_of_them"] = random.uniform(0.1, 0.9, n)
    columns["support"] = random.uniform(-0.2, 0.8, n)
    columns["support_lo"] = columns["support"] - 0.2
    columns["support_hi"] = columns["support"] + 0.15
    columns["dependency_person"] = random.uniform(0.3, 0.9, n)
    result._columns = columns
    result.profile |= {"tiers": TIERS, "classes": CLASSES, "matrices": [MATRIX]}
    result.profile["tier_rule"] = {"hysteresis": 3.0}
    result._core = _Core(result._core, _features(n, random))
    result.matrix = lambda name: _matrix(result, name)
    return result


def _classification(columns: dict[str, Any], language: str) -> dict[str, Any]:
    tiers = columns["tier_rule_zh" if language == "zh" else "tier_rule"]
    return {k: columns[k] for k in ("class_rules", "relation_rule")} | {"tier_rule": tiers}


def _tier(value: float) -> str | None:
    return next((str(t["name"]) for t in TIERS[:3] if value >= float(str(t["from"]))), None)


def _features(n: int, random: Any) -> dict[str, Any]:
    some = np.arange(n) % 5 > 0  # the first account of five lacks a balance sheet
    return {
        "trend_rate": np.array([0.12, 0.0, -0.08, np.nan])[np.arange(n) % 4],
        "nps": random.uniform(-40, 80, n),
        "nps_answers": random.integers(1, 9, n).astype(float),
        "days_late": random.uniform(0, 40, n),
        "overdue_share": random.uniform(0, 0.4, n),
        "altman_z2": np.where(some, random.uniform(0.5, 6, n), np.nan),
        "limit_use": np.where(some, random.uniform(0.1, 1.2, n), np.nan),
        "pipeline_p50": random.lognormal(9, 1, n),
        "contract_value": random.lognormal(11, 1, n),
        "renewal_days": random.integers(10, 400, n).astype(float),
        "contacts_12m": random.integers(0, 60, n).astype(float),
        "days_since_contact": random.integers(0, 200, n).astype(float),
        "their_people": random.integers(1, 9, n).astype(float),
        "people_known": random.uniform(0.3, 1, n),
        "departments": random.integers(1, 5, n).astype(float),
        "champion_left": (np.arange(n) % 6 == 0).astype(float),
        "joint_team": (np.arange(n) % 4 == 0).astype(float),
        "report_on_time": np.full(n, np.nan),
    }


def _matrix(result: Any, name: str) -> dict[str, Any]:
    assert name == MATRIX["id"]
    x = np.searchsorted(MATRIX["x_cuts"], result["loyalty"], side="right")
    y = np.searchsorted(MATRIX["y_cuts"], result["value_index"], side="right")
    known = ~np.isnan(result["loyalty"]) & ~np.isnan(result["value_index"])
    cell = np.where(known, 3 * y + x, -1)
    probability = np.full((len(result), 6), 0.04)
    probability[np.flatnonzero(known), cell[known]] = 0.8
    return MATRIX | {"cell": cell, "probability": probability}


RULES = """
[[rule]]
id = "silent"
label_en = "Silent for 60 days <again>"
label_zh = "沉默六十天"
feature = "days_since_last"
above = 60
cap = 30
source = "a test"
"""


def scored_again(tables: Any, before: str, now: str, profile: Any) -> Any:
    """Two runs of the same tables, the later one with a rule, compared."""
    earlier = kam.score(tables, as_of=before)
    return kam.score(tables, as_of=now, previous=earlier, profile=profile)
