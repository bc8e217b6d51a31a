"""Tier, classes, relation type and matrices of the simulated key accounts, end to end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pytest
from kam._scoring.schema import _LATER, COLUMNS

ROOT = Path(__file__).resolve().parents[2]
MAKE = ROOT / "examples" / "key_accounts" / "make_portfolio.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("key_accounts") / "out"
    subprocess.run([sys.executable, MAKE, "--out", out], check=True, capture_output=True)
    return out


@pytest.fixture(scope="module")
def result(folder: Path) -> Any:
    return kam.score(folder, as_of="2024-12-31")


def test_every_field_is_filled_or_says_why(result: Any) -> None:
    for column, entry in zip(COLUMNS, result.schema(), strict=True):
        values = result[column.name]
        if column.missing == _LATER or column.name.startswith(("delta_", "previous_")):
            continue
        if column.type in ("number", "integer"):
            filled = int(np.isfinite(values).sum())
        else:
            filled = sum(v is not None and str(v) != "NaT" for v in values)
        assert filled > len(result) / 2, (column.name, filled)
        if filled < len(result):
            assert entry["null"] not in ("", "never missing"), column.name


def test_three_outputs_each_with_its_rule(result: Any) -> None:
    tiers = {t["name"] for t in result.profile["tiers"]}
    for tier, rule, stability, value in zip(
        result["tier"],
        result["tier_rule"],
        result["tier_stability"],
        result["value_index"],
        strict=True,
    ):
        assert (tier is None) == np.isnan(value) == (rule is None) == np.isnan(stability)
        assert tier is None or (tier in tiers and "value index" in rule)
    for tags, rules in zip(result["class_tags"], result["class_rules"], strict=True):
        assert len(tags) == len(rules)
    assert {"economic", "group", "important"} <= {t for tags in result["class_tags"] for t in tags}
    assert {"ordinary", "partner", "strategic"} <= set(result["relation_type"])
    zh = result.classification("zh")
    assert any("价值指数" in text for text in zh["tier_rule"] if text)
    with pytest.raises(ValueError, match="`language`"):
        result.classification("fr")


def test_group_members_are_those_with_a_parent_or_child(result: Any, folder: Path) -> None:
    import pandas as pd

    accounts = pd.read_csv(folder / "accounts.csv").set_index("account_id")
    parents = set(accounts["parent_id"].dropna())
    for account, tags in zip(result["account_id"], result["class_tags"], strict=True):
        row = accounts.loc[account]
        linked = account in parents or isinstance(row["parent_id"], str)
        bought = bool(row["supplier_too"] == 1 or row["group_purchase"] == 1)
        assert ("group" in tags) == (linked or bought), account


def test_matrix(result: Any) -> None:
    for spec in result.profile["matrices"]:
        found = result.matrix(spec["id"])
        known = found["cell"] >= 0
        np.testing.assert_allclose(found["probability"][known].sum(axis=1), 1, atol=1e-12)
        cells = sum(len(row) for row in found["cells"])
        assert found["cell"].max() < cells
        assert found["probability"].shape == (len(result), cells)
    with pytest.raises(KeyError, match="no matrix 'x' in the profile; there are: "):
        result.matrix("x")


def test_a_tier_is_kept_within_the_hysteresis_of_an_earlier_run(result: Any, folder: Path) -> None:
    """Yesterday's tier is kept where today's value is within the slack of its cuts."""
    again = kam.score(folder, as_of="2024-12-31", model=result.model, previous=result)
    assert again["tier"] == result["tier"]
    earlier = kam._scoring.previous.load_earlier(result)
    earlier.tier = ["A"] * len(result)
    lifted = kam.score(folder, as_of="2024-12-31", model=result.model, previous=earlier)
    cut = next(t["from"] for t in result.profile["tiers"] if t["name"] == "A")
    moved = [
        value
        for value, was, now in zip(
            result["value_index"], result["tier"], lifted["tier"], strict=True
        )
        if was != now and now == "A"
    ]
    assert all(cut - 10 < value < cut for value in moved)
    for value, tier in zip(result["value_index"], lifted["tier"], strict=True):
        assert tier == "A" or not value >= cut - 1


def test_trend_is_told_only_if_tested(result: Any) -> None:
    for trend, p in zip(result["trend"], result["trend_p"], strict=True):
        assert trend in (None, "up", "flat", "down")
        assert (trend in ("up", "down")) == (p < 0.1)
        assert (trend is None) == np.isnan(p)
