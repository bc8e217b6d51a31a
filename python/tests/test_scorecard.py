"""kam.Scorecard: rulers from any table, exact reasons, the same numbers alone and in a batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kam
import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal

PROFILE = """
name = "usage"
[[dimension]]
id = "a"
weight = 0.6
[[dimension]]
id = "b"
weight = 0.4
[[indicator]]
id = "a1"
dimension = "a"
feature = "column:usage"
bands = [[0, 0], [100, 100]]
[[indicator]]
id = "a2"
dimension = "a"
feature = "rating:trust"
bands = [[0, 0], [100, 100]]
half_life_days = 100
[[indicator]]
id = "b1"
dimension = "b"
feature = "net_revenue_12m"
scale = "rank"
"""

RULE = """
[[rule]]
id = "unused"
label_en = "Hardly used"
feature = "column:usage"
below = 5
cap = 30
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "usage.toml"
    path.write_text(PROFILE)
    return path


@pytest.fixture
def features() -> dict[str, Any]:
    rng = np.random.default_rng(3)
    n = 200
    trust = np.where(rng.random(n) < 0.3, np.nan, 100 * rng.random(n))
    return {
        "account_id": np.array([f"K{i}" for i in range(n)], dtype=object),
        "usage": 100 * rng.random(n),
        "rating:trust": trust,
        "net_revenue_12m": rng.lognormal(10, 2, n),
    }


def test_the_missing_data_vector(tmp_path: Path) -> None:
    """W = .6 (a1 .5, a2 .5), .4 (b1); scores 40, 90, 80: 71; without a2: 56."""
    path = tmp_path / "na.toml"
    path.write_text(PROFILE.replace('scale = "rank"', "bands = [[0, 0], [100, 100]]"))
    row = {"usage": [40.0, 40.0], "rating:trust": [90.0, np.nan], "net_revenue_12m": [80.0, 80.0]}
    found = kam.Scorecard.from_profile(path).fit(row).score(row)
    assert_allclose(found["value_index"], [71, 56], atol=1e-12)
    assert_allclose(found["coverage"], [1, 0.7], atol=1e-12)


def test_reasons_add_up_and_a_row_alone_is_its_row_in_the_batch(
    profile: Path, features: dict[str, Any]
) -> None:
    card = kam.Scorecard.from_profile(profile).fit(features)
    found = card.score(features)
    points = sum(values for name, values in found.items() if name.startswith("points:"))
    median = found["value_index"] - points
    assert_allclose(median, median[0], atol=1e-10)
    version = card.model.version
    for i in (0, 7, 199):
        alone = card.score({k: v[i : i + 1] for k, v in features.items()})
        for name in found:
            assert_array_equal(alone[name], found[name][i : i + 1])
    assert card.model.version == version


def test_explain_against_the_median_and_against_another_row(
    profile: Path, features: dict[str, Any]
) -> None:
    card = kam.Scorecard.from_profile(profile).fit(features)
    index = card.score(features)["value_index"]
    told = card.explain(features, 3, against=11)
    assert sum(r["points"] for r in told) == pytest.approx(index[3] - index[11], abs=1e-10)
    assert {r["indicator"] for r in told} == {"a1", "a2", "b1", "coverage"}
    size = [abs(r["points"]) for r in card.explain(features, 3)]
    assert size == sorted(size, reverse=True)
    assert card.explain(features, 3, against=3)[0]["points"] == 0


def test_old_data_weigh_less(profile: Path, features: dict[str, Any]) -> None:
    card = kam.Scorecard.from_profile(profile).fit(features)
    fresh = card.score(features)
    old = card.score(features | {"age:rating:trust": np.full(200, 200.0)})
    known = np.isfinite(features["rating:trust"])
    assert (old["coverage"][known] < fresh["coverage"][known]).all()
    assert_array_equal(old["value_index"][~known], fresh["value_index"][~known])
    # two half-lives: weight .25 of .5 against .5 whole
    want = (0.5 * features["usage"] + 0.125 * features["rating:trust"]) / 0.625
    assert_allclose(old["a"][known], want[known], atol=1e-9)


def test_rules_are_reasons(profile: Path, features: dict[str, Any]) -> None:
    profile.write_text(PROFILE + RULE)
    card = kam.Scorecard.from_profile(profile).fit(features)
    found = card.score(features)
    capped = (features["usage"] < 5) & (found["points:rule:unused"] < 0)
    assert capped.any()
    assert_allclose(found["value_index"][capped], 30)
    told = card.explain(features, int(np.flatnonzero(capped)[0]))
    assert "Hardly used" in [r["label"] for r in told]


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_the_frame_that_comes_in_goes_out(
    profile: Path, features: dict[str, Any], kind: Any
) -> None:
    card = kam.Scorecard.from_profile(profile).fit(features)
    found = card.score(kind(features))
    assert isinstance(found, kind)
    assert_array_equal(found["value_index"].to_numpy(), card.score(features)["value_index"])
    assert list(found["account_id"])[:2] == ["K0", "K1"]


def test_a_saved_ruler_scores_the_same(
    profile: Path, features: dict[str, Any], tmp_path: Path
) -> None:
    card = kam.Scorecard.from_profile(profile).fit(features, as_of="2024-12-31")
    path = card.model.save(tmp_path / "card.json")
    again = kam.Scorecard.from_model(path)
    assert again.model.fitted_on == "2024-12-31"
    few = {k: v[:5] for k, v in features.items()}
    want, found = card.score(few), again.score(few)
    for name in want:
        assert_array_equal(found[name], want[name])


def test_weights_and_words(profile: Path) -> None:
    card = kam.Scorecard.from_profile(profile)
    assert_allclose(sum(card.weights.values()), 1)
    assert card.weights["a1"] == pytest.approx(0.3)
    assert card.features == ["column:usage", "rating:trust", "net_revenue_12m"]
    assert "not fitted" in repr(card)
    assert "contribution" in {d["id"] for d in kam.Scorecard.from_profile().profile["dimensions"]}


def test_wrong_calls(profile: Path, features: dict[str, Any]) -> None:
    card = kam.Scorecard.from_profile(profile)
    with pytest.raises(ValueError, match="not fitted"):
        card.score(features)
    with pytest.raises(kam.DataError, match="it reads: column:usage"):
        card.fit({"x": [1.0]})
    with pytest.raises(kam.DataError, match="differ in length"):
        card.fit({"usage": [1.0, 2.0], "rating:trust": [1.0]})
    card.fit(features)
    with pytest.raises(IndexError, match="`row` must be 0 to 199, got 200"):
        card.explain(features, 200)
    with pytest.raises(IndexError, match="`against`"):
        card.explain(features, 0, against=-1)
    with pytest.raises(ValueError, match="`language`"):
        card.explain(features, 0, language="fr")
    nothing = {"usage": [np.nan], "rating:trust": [np.nan], "net_revenue_12m": [np.inf]}
    assert np.isnan(card.score(nothing)["value_index"][0])
    assert card.explain(nothing, 0) == []
