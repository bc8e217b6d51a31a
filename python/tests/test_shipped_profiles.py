"""The profiles that kam carries: each gives the number that its source prints."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pytest
from kam import _core

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "profiles").glob("*.toml"))
AS_OF = "2024-06-30"
ORDERS = {
    "account_id": ["A", "A", "B", "B"],
    "date": ["2024-01-01", "2024-02-01", "2024-01-05", "2024-06-01"],
    "amount": [10.0, 20.0, 30.0, 40.0],
}


def rated(
    profile: Any, values: dict[str, float], low: float = 0, high: float = 100
) -> kam.ScoreResult:
    """Account A with these ratings, beside B without any."""
    ratings = {
        "account_id": ["A"] * len(values),
        "item": list(values),
        "value": list(values.values()),
        "scale_min": [low] * len(values),
        "scale_max": [high] * len(values),
    }
    return kam.score({"transactions": ORDERS, "ratings": ratings}, as_of=AS_OF, profile=profile)


def index(profile: Any, values: dict[str, float], low: float = 0, high: float = 100) -> float:
    return float(rated(profile, values, low, high)["value_index"][0])


def items_of(name: str) -> list[str]:
    read = tomllib.loads(_core.shipped_profile_text(name))
    return [k["feature"].removeprefix("rating:") for k in read["indicator"]]


# ---- all of them --------------------------------------------------------------------------------


def test_the_library_carries_the_files_of_the_folder() -> None:
    names = [p["name"] for p in kam.profiles()]
    assert names[0] == "default"
    assert names[1:] == sorted(names[1:])
    assert sorted(names) == [file.stem for file in FILES]
    for file in FILES:
        assert _core.shipped_profile_text(file.stem) == file.read_text(encoding="utf-8")
    assert _core.shipped_profile_text("no such profile") == ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_says_where_its_numbers_come_from(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith("#:schema ./kam-profile.schema.json\n")
    read = tomllib.loads(text)
    assert read["name"] == file.stem
    assert read["description"]
    for indicator in read["indicator"]:
        assert indicator["source"]
    for labelled in read["dimension"] + read["indicator"]:
        assert labelled["label_en"].isascii()
        assert any("\u4e00" <= letter <= "\u9fff" for letter in labelled["label_zh"])
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_scores_and_goes_into_a_model(file: Path) -> None:
    result = kam.score(ORDERS, as_of=AS_OF, profile=file.stem)
    assert result.profile["name"] == file.stem
    by_file = kam.score(ORDERS, as_of=AS_OF, profile=file)
    assert by_file.model.to_json() == result.model.to_json()
    again = kam.Model.from_json(result.model.to_json())
    assert again.profile == result.profile


# ---- a name or a file ---------------------------------------------------------------------------


def test_a_file_of_the_name_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = _core.shipped_profile_text("strategic_fit")
    (tmp_path / "strategic_fit").mkdir()  # a folder is no profile
    name = kam.score(ORDERS, as_of=AS_OF, profile="strategic_fit").profile["name"]
    assert name == "strategic_fit"
    mine = text.replace('name = "strategic_fit"', 'name = "mine"')
    (tmp_path / "relationship_card").write_text(mine, encoding="utf-8")
    name = kam.score(ORDERS, as_of=AS_OF, profile="relationship_card").profile["name"]
    assert name == "mine"


@pytest.mark.parametrize("name", ["satisfaction", "satisfaction_index.toml", "Default", ""])
def test_what_is_neither_is_an_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OSError, match=r"no shipped profile|Is a directory"):
        kam.score(ORDERS, as_of=AS_OF, profile=name)


# ---- published numbers --------------------------------------------------------------------------

TWO_GROUPS = """
name = "two groups, one measure missing"
[[dimension]]
id = "a"
weight = 0.6
[[dimension]]
id = "b"
weight = 0.4
[[indicator]]
id = "a1"
dimension = "a"
feature = "rating:a1"
bands = [[0, 0], [100, 100]]
[[indicator]]
id = "a2"
dimension = "a"
feature = "rating:a2"
bands = [[0, 0], [100, 100]]
[[indicator]]
id = "b1"
dimension = "b"
feature = "rating:b1"
bands = [[0, 0], [100, 100]]
"""


def test_a_missing_measure_gives_its_weight_to_its_group(tmp_path: Path) -> None:
    """Scores 40, 90, 80: 71; without the 90 it is 56 (within the group), not 62.9 or 44."""
    path = tmp_path / "two.toml"
    path.write_text(TWO_GROUPS)
    assert index(path, {"a1": 40, "a2": 90, "b1": 80}) == pytest.approx(71, rel=1e-14)
    assert index(path, {"a1": 40, "b1": 80}) == pytest.approx(56, rel=1e-14)
    as_zero = TWO_GROUPS.replace('feature = "rating:a2"\n', 'feature = "rating:a2"\nmissing = 0\n')
    path.write_text(as_zero)
    assert index(path, {"a1": 40, "b1": 80}) == pytest.approx(44, rel=1e-14)


def test_satisfaction_index() -> None:
    """100 sum w (mean - 1) / (9 sum w) for means 8.2, 7.5, 7.9 on scales of 1 to 10."""
    means = dict(zip(items_of("satisfaction_index"), (8.2, 7.5, 7.9), strict=True))
    assert index("satisfaction_index", means, 1, 10) == pytest.approx(76.6666666667, abs=1e-9)
    for end, want in ((1, 0), (10, 100)):
        assert index("satisfaction_index", dict.fromkeys(means, end), 1, 10) == want


def test_satisfaction_index_of_many_answers() -> None:
    """Answers of one day are averaged; the index of the means is the mean of the indices."""
    answers = np.random.default_rng(7).integers(1, 11, size=(3, 40))
    items = items_of("satisfaction_index")
    rows = list(itertools.product(range(3), range(40)))
    ratings = {
        "account_id": ["A"] * 120,
        "item": [items[k] for k, _ in rows],
        "value": [float(answers[k, i]) for k, i in rows],
        "scale_min": [1] * 120,
        "scale_max": [10] * 120,
    }
    tables = {"transactions": ORDERS, "ratings": ratings}
    got = kam.score(tables, as_of=AS_OF, profile="satisfaction_index")["value_index"][0]
    weights = np.array([0.4, 0.3, 0.3])
    want = 100 * weights @ (answers.mean(axis=1) - 1) / 9
    assert got == pytest.approx(want, rel=1e-12)


def test_relationship_card_is_the_sum_of_its_points() -> None:
    rng = np.random.default_rng(7)
    items = items_of("relationship_card")
    assert len(items) == 10
    for _ in range(5):
        points = dict(zip(items, rng.integers(0, 11, 10).astype(float), strict=True))
        got = index("relationship_card", points, 0, 10)
        assert got == pytest.approx(sum(points.values()), rel=1e-13)
    # Eight of ten speak, at their mean; seven do not.
    eight = {item: 7.0 for item in items[:8]}
    assert index("relationship_card", eight, 0, 10) == pytest.approx(70, rel=1e-13)
    assert np.isnan(index("relationship_card", dict.fromkeys(items[:7], 7.0), 0, 10))


def test_anti_defection_is_the_share_of_the_list() -> None:
    items = items_of("anti_defection_1_2_4")
    assert len(items) == 7
    for met in range(8):
        ticks = {item: float(k < met) for k, item in enumerate(items)}
        got = index("anti_defection_1_2_4", ticks, 0, 1)
        assert got == pytest.approx(100 * met / 7, rel=1e-13)
    weights = {
        d["id"]: d["weight"] for d in rated("anti_defection_1_2_4", {}).profile["dimensions"]
    }
    want = {"communication": 1 / 7, "alignment": 2 / 7, "guarantees": 4 / 7}
    assert weights == pytest.approx(want)


def test_strategic_fit_is_the_mean_of_four_features() -> None:
    items = items_of("strategic_fit")
    marks = dict(zip(items, (90.0, 30.0, 60.0, 45.0), strict=True))
    assert index("strategic_fit", marks) == pytest.approx(56.25, rel=1e-13)
    three = dict(itertools.islice(marks.items(), 3))
    assert index("strategic_fit", three) == pytest.approx(60, rel=1e-13)
    assert np.isnan(index("strategic_fit", dict(itertools.islice(marks.items(), 2))))


def test_customer_value_assessment_by_hand() -> None:
    marks = {
        "recommendation": 90.0, "volume_expansion": 40.0, "upgrade": 70.0, "industry_trend": 55.0,
        "credit": 80.0, "own_business": 60.0, "cooperation": 75.0, "industry_safety": 35.0,
    }  # fmt: skip
    result = rated("customer_value_assessment", marks)
    scores = {r["indicator"]: r["score"] for r in result.explain("A")}
    loyalty = (scores["repurchase_rate"] + 90) / 2
    assert result["loyalty"][0] == pytest.approx(loyalty)
    assert result["contribution"][0] == 25  # by revenue alone: mid-rank of the lesser of two
    assert result["growth"][0] == pytest.approx((40 + 70 + 55) / 3)
    assert result["risk_index"][0] == pytest.approx(100 - (80 + 60 + 75 + 35) / 4)
    want = 0.42 * 25 + 0.23 * loyalty + 0.12 * 55 + 0.23 * 62.5
    assert result["value_index"][0] == pytest.approx(want, rel=1e-12)


# ---- the published zones of a customer-success score --------------------------------------------

# Measure: last healthy value, last concerning one, whether less is better (PostHog's handbook).
ZONES = {
    "last_seen_days": (1, 5, True),
    "active_users_percent": (40, 20, False),
    "active_users_decrease_percent": (5, 20, True),
    "engaged_users": (10, 3, False),
    "tickets_30_days": (5, 10, True),
    "urgent_tickets_open": (0, 2, True),
    "docs_visits_7_days": (20, 100, True),
    "query_failures_percent": (5, 13, True),
    "last_meeting_days": (30, 90, True),
    "last_ticket_days": (30, 90, True),
    "products_used": (7, 3, False),
    "events_decrease_percent": (5, 20, True),
    "insight_users_percent": (40, 20, False),
    "replays_decrease_percent": (5, 20, True),
    "replay_users_percent": (40, 20, False),
    "flag_requests_decrease_percent": (5, 20, True),
    "flag_users_percent": (20, 5, False),
    "experiment_users_percent": (20, 5, False),
    "survey_users_percent": (20, 5, False),
    "rows_decrease_percent": (5, 20, True),
}
COUNTS = {"engaged_users", "tickets_30_days", "urgent_tickets_open", "products_used"}
HEALTHY = {item: 0.0 if lower else 100.0 for item, (_, _, lower) in ZONES.items()}
POOR = {item: 100.0 - value for item, value in HEALTHY.items()}


def test_customer_success_from_poor_to_healthy() -> None:
    assert items_of("customer_success") == list(ZONES)
    assert index("customer_success", HEALTHY) == pytest.approx(100)
    assert index("customer_success", POOR) == pytest.approx(0, abs=1e-12)


def test_customer_success_groups_weigh_what_is_published() -> None:
    read = tomllib.loads(_core.shipped_profile_text("customer_success"))
    published = (15, 5, 5, 33, 20, 17, 5)
    for dimension, weight in zip(read["dimension"], published, strict=True):
        own = [k["id"] for k in read["indicator"] if k["dimension"] == dimension["id"]]
        mixed = HEALTHY | {item: POOR[item] for item in own}
        assert index("customer_success", mixed) == pytest.approx(100 - weight, rel=1e-12)


@pytest.mark.parametrize("item", ZONES)
def test_customer_success_keeps_the_published_zones(item: str) -> None:
    healthy, concerning, lower = ZONES[item]
    worse = 1 if lower else -1

    def score(value: float) -> float:
        result = rated("customer_success", HEALTHY | {item: min(value, 100)})
        return {r["indicator"]: r["score"] for r in result.explain("A")}[item]

    assert score(healthy) == 100
    assert score(healthy - worse * healthy / 2) == 100
    assert 0 < score((healthy + concerning) / 2) < 100
    assert score(concerning + worse) == 0
    if item in COUNTS:  # the last count that is still concerning is not yet poor
        assert 0 < score(concerning) < score(healthy + worse) < 100 or healthy + worse == concerning
    else:
        assert score(concerning) == pytest.approx(0, abs=1e-12)
        assert score(concerning - worse * 0.01) > 0
