"""From the core's blocks to the columns of the score row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kam import _core
from kam._scoring.classes import columns_of
from kam._scoring.measures import RULE, measures_of
from kam._scoring.previous import DELTAS
from kam._scoring.schema import COLUMNS

if TYPE_CHECKING:
    from kam._scoring.score import ScoreResult

_DIMENSIONS = ("contribution", "loyalty", "growth", "risk")


def build_columns(result: ScoreResult) -> dict[str, Any]:
    """All columns in schema order; those that this version cannot fill are missing throughout."""
    n = len(result)
    filled = dict(result._core.columns())
    filled |= _identity(result)
    filled |= _dimensions(result)
    filled |= _bands(result, filled)
    filled |= _basis(result, filled)
    filled |= _judgement(result)
    filled |= columns_of(result)
    filled |= _changes(result)
    filled["reasons_up"], filled["reasons_down"] = _reason_lists(result)
    filled["measures"] = measures_of(result)
    missing: dict[str, Any] = {"number": np.full(n, np.nan), "integer": np.full(n, np.nan)}
    missing["date"] = np.full(n, np.datetime64("NaT", "D"))
    return {
        c.name: filled[c.name] if c.name in filled else missing.get(c.type, [None] * n)
        for c in COLUMNS
    }


def arrow_table(columns: dict[str, Any]) -> Any:
    """The columns as a PyArrow table with the types of the schema, also where all is missing."""
    import pyarrow as pa

    reason = pa.struct(
        [("indicator", pa.string()), ("label", pa.string()), ("points", pa.float64())]
    )
    types = {
        "text": pa.string(),
        "date": pa.date32(),
        "number": pa.float64(),
        "integer": pa.int64(),
        "reasons": pa.list_(reason),
        "texts": pa.list_(pa.string()),
    }
    arrays = {}
    for c in COLUMNS:
        values = columns[c.name]
        if c.type == "measures":
            arrays[c.name] = values.to_arrow()
            continue
        if c.type == "integer":
            known = ~np.isnan(values)
            values = pa.array(np.where(known, values, 0).astype(np.int64), mask=~known)
        arrays[c.name] = pa.array(values, type=types[c.type], from_pandas=True)
    return pa.table(arrays)


def _identity(result: ScoreResult) -> dict[str, Any]:
    n = len(result)
    return {
        "account_id": [str(v) for v in result.ids.tolist()],
        "name": result.names if result.names is not None else [None] * n,
        "as_of": np.full(n, np.datetime64(result.request["as_of"], "D")),
        "model_version": [result._core.model_version] * n,
        "config_hash": [result._core.config_hash] * n,
        "value_basis": [result._core.value_basis] * n,
    }


def _dimensions(result: ScoreResult) -> dict[str, Any]:
    """Dimension scores by id; a profile without one of the four leaves its column missing."""
    scores = result._core.dimension_scores()
    coverages = result._core.dimension_coverages()
    lo, hi = result._core.dimension_intervals()
    columns: dict[str, Any] = {}
    for k, dimension in enumerate(result.profile["dimensions"]):
        if dimension["id"] not in _DIMENSIONS:
            continue
        name, values = dimension["id"], [np.ascontiguousarray(m[:, k]) for m in (scores, lo, hi)]
        if name == "risk":  # scored as safety, told as risk
            name, values = "risk_index", [100 - values[0], 100 - values[2], 100 - values[1]]
        columns[name], columns[f"{name}_lo"], columns[f"{name}_hi"] = values
        columns[f"coverage_{dimension['id']}"] = np.ascontiguousarray(coverages[:, k])
    return columns


def _changes(result: ScoreResult) -> dict[str, Any]:
    """The delta columns, where an earlier run was given."""
    if result.earlier is None:
        return {}
    found = result.changes
    day = np.datetime64(result.earlier.as_of, "D")
    known = ~np.isnan(found["delta_value"])
    columns: dict[str, Any] = {name: found[name] for name in DELTAS}
    columns["previous_as_of"] = np.where(known, day, np.datetime64("NaT", "D"))
    return columns


def band_names(values: Any, bands: list[tuple[str, float]]) -> list[str | None]:
    """The band of every value: the first, from the top, whose start it reaches; None for NaN."""
    names: list[str | None] = [None] * len(values)
    for i, value in enumerate(values.tolist()):
        names[i] = next((name for name, start in bands if value >= start), None)
    return names


def _bands(result: ScoreResult, columns: dict[str, Any]) -> dict[str, Any]:
    return {
        "value_band": band_names(columns["value_index"], result.profile["value_bands"]),
        "churn_band": band_names(columns["p_churn"], result.profile["churn_bands"]),
    }


def _basis(result: ScoreResult, columns: dict[str, Any]) -> dict[str, Any]:
    known = ~np.isnan(columns["p_churn"])
    n = len(result)
    return {
        "churn_definition": ["silence" if k else None for k in known.tolist()],
        "basis": [result._core.basis if k else None for k in known.tolist()],
        "basis_events": np.where(known, result._core.basis_events, np.nan),
        "churn_horizon_days": np.full(n, result.request["churn_horizon_days"]),
        "interval_level": np.full(n, result._core.interval_level),
    }


def _judgement(result: ScoreResult) -> dict[str, Any]:
    by_bits: dict[int, list[str]] = {}
    for bits in np.unique(result._core.notes()).tolist():
        by_bits[bits] = [name for i, name in enumerate(_core.NOTE_NAMES) if bits >> i & 1]
    return {
        "status": [_core.STATUS_NAMES[code] for code in result._core.status().tolist()],
        "notes": [by_bits[bits] for bits in result._core.notes().tolist()],
    }


def all_points(result: ScoreResult) -> Any:
    """rows x (indicators + rules + 1): exact points of each, data coverage last."""
    core = result._core
    parts = [core.reason_points(), core.coverage_points()[:, None]]
    if result.profile["rules"]:
        parts.insert(1, core.rule_points())
    return np.column_stack(parts)


def _labels(result: ScoreResult, language: str = "en") -> tuple[list[str], list[str]]:
    indicators, rules = result.profile["indicators"], result.profile["rules"]
    labels = [i[f"label_{language}"] or i["label_en"] for i in indicators + rules]
    coverage = "数据覆盖" if language == "zh" else "Data coverage"
    ids = [i["id"] for i in indicators] + [RULE + r["id"] for r in rules]
    return [*ids, "coverage"], [*labels, coverage]


def _reason_lists(result: ScoreResult) -> tuple[list[Any], list[Any]]:
    """Per row the reasons with points above, and below, zero, largest first; none is filtered."""
    points = all_points(result)
    order = np.argsort(-np.abs(np.nan_to_num(points)), axis=1, kind="stable")
    ids, labels = _labels(result)
    up: list[Any] = []
    down: list[Any] = []
    for row, ranking in zip(points.tolist(), order.tolist(), strict=True):
        if row[-1] != row[-1]:  # no value index
            up.append(None)
            down.append(None)
            continue
        ordered = [{"indicator": ids[k], "label": labels[k], "points": row[k]} for k in ranking]
        up.append([r for r in ordered if r["points"] > 0])
        down.append([r for r in ordered if r["points"] < 0])
    return up, down


def reasons_of(result: ScoreResult, row: int, language: str) -> list[dict[str, Any]]:
    """All reasons of one row in words, largest first."""
    if language not in ("en", "zh"):
        raise ValueError(f"`language` must be en or zh, got {language!r}")
    points = all_points(result)[row]
    if np.isnan(points[-1]):
        return []
    scores = result._core.indicator_scores()[row].tolist()
    scores += [None] * (len(points) - len(scores))
    ids, labels = _labels(result, language)
    profile = result._core.model.profile
    return [
        {
            "indicator": ids[k],
            "label": labels[k],
            "score": None if scores[k] is None or np.isnan(scores[k]) else scores[k],
            "points": float(points[k]),
            "text": _core.reason_text(profile, int(k), float(points[k]), language),
        }
        for k in np.argsort(-np.abs(points), kind="stable").tolist()
    ]
