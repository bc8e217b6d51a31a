"""Tier, class and relation type of every account, and columns that features fill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kam import _core

if TYPE_CHECKING:
    from kam._scoring.score import ScoreResult

_COLUMNS = (
    *("tier", "tier_stability", "tier_rule", "class_tags", "class_unknown", "class_rules"),
    *("relation_type", "relation_rule"),
)
# column of the score row: feature that fills it
_FEATURES = {
    "our_share_of_them": "share_of_wallet",
    "headroom": "headroom",
    "trend_p": "trend_p",
    "support": "support",
    "support_lo": "support_lo",
    "support_hi": "support_hi",
    "dependency_person": "dependency_person",
}


def classify(result: ScoreResult, language: str) -> dict[str, Any]:
    found: dict[str, Any] = _core.classify(
        result._core, result._tables.core, _previous_tiers(result), language
    )
    return found


def columns_of(result: ScoreResult) -> dict[str, Any]:
    found = result.classification()
    return {name: found[name] for name in _COLUMNS} | _from_features(result)


def _from_features(result: ScoreResult) -> dict[str, Any]:
    features = result._core.features()
    n = len(result)
    columns: dict[str, Any] = {
        name: features.get(feature, np.full(n, np.nan)) for name, feature in _FEATURES.items()
    }
    columns["trend"] = _trend(features.get("trend_rate", np.full(n, np.nan)))
    return columns


def _trend(rate: Any) -> list[str | None]:
    """The rate is 0 where the test does not reject "flat"."""
    words = {1.0: "up", 0.0: "flat", -1.0: "down"}
    return [words.get(sign) for sign in np.sign(rate).tolist()]


def _previous_tiers(result: ScoreResult) -> Any:
    """Index of the tier each account had; names that the profile no longer has are none."""
    if result.earlier is None or result.earlier.tier is None:
        return None
    index = {tier["name"]: k for k, tier in enumerate(result.profile["tiers"])}
    had = dict(zip(result.earlier.ids, result.earlier.tier, strict=True))
    codes = [index.get(had.get(str(v)) or "", -1) for v in result.ids.tolist()]
    return np.array(codes, dtype=np.int32)
