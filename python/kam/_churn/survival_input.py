"""Frames as survival columns: who was observed how long, in which stratum, with which weight."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from kam import _core
from kam._data import frames as _frames
from kam._data.columns import Codes, Doubles, codes_of, doubles, encode_ids
from kam._errors import DataError, FormatError, VersionError

Names = str | Iterable[str] | None


class Rows(NamedTuple):
    """What every survival fit reads; the same length each."""

    duration: Doubles
    event: Doubles
    entry: Doubles | None
    weight: Doubles | None

    def without(self, bad: Any) -> Rows:
        """The same with the durations of bad rows missing, so that the core leaves them out."""
        if not bad.any():
            return self
        return self._replace(duration=np.where(bad, np.nan, self.duration))


def read_rows(
    frame: Any, duration: str, event: str, entry: str | None, sample_weight: Any
) -> tuple[Any, Rows]:
    """The frame, resolved, and its rows."""
    frame = _frames.normalise(frame)
    when = doubles(_frames.column(frame, duration, "duration"), duration)
    left = doubles(_frames.column(frame, event, "event"), event)
    since = None if entry is None else doubles(_frames.column(frame, entry, "entry"), entry)
    return frame, Rows(when, left, since, read_weight(frame, sample_weight, len(when)))


def read_weight(frame: Any, sample_weight: Any, rows: int) -> Doubles | None:
    """None, a column name, or one number per row."""
    if sample_weight is None:
        return None
    if isinstance(sample_weight, str):
        return doubles(_frames.column(frame, sample_weight, "sample_weight"), sample_weight)
    weights = doubles(np.asarray(sample_weight), "sample_weight")
    if weights.shape != (rows,):
        raise ValueError(f"`sample_weight` has {len(weights)} rows, expected {rows}")
    return weights


def names_of(names: Names) -> list[str]:
    """One name, several or none as a list."""
    if names is None:
        return []
    return [names] if isinstance(names, str) else list(names)


def texts_of(frame: Any, names: list[str], role: str) -> tuple[_frames.Array, Any]:
    """One text per row from one or several columns (their texts joined), and where one is missing.

    Whole numbers are the same text whatever their type.
    """
    joined: list[Any] = []
    missing = None
    for name in names:
        ids = encode_ids(_frames.column(frame, name, role))
        known = np.array([str(value) for value in ids.unique.tolist()] + [""], dtype=object)
        absent = ids.codes == _core.NO_ACCOUNT
        joined.append(known[np.where(absent, len(known) - 1, ids.codes)])
        missing = absent if missing is None else missing | absent
    texts = (
        joined[0]
        if len(joined) == 1
        else np.array([" / ".join(parts) for parts in zip(*joined, strict=True)], dtype=object)
    )
    return texts, missing


class Strata:
    """Levels of the strata of a fit, and the code of each row."""

    def __init__(self, columns: list[str], levels: list[str]) -> None:
        self.columns, self.levels = columns, levels

    @classmethod
    def learn(cls, frame: Any, columns: list[str]) -> tuple[Strata, Codes | None, Any]:
        """The strata of a frame, its codes and the rows whose stratum is missing."""
        if not columns:
            return cls([], []), None, None
        texts, missing = texts_of(frame, columns, "strata")
        levels = sorted({text for text, gone in zip(texts, missing, strict=True) if not gone})
        if not levels:
            raise DataError(f"column '{columns[0]}' (for strata) is missing in every row")
        strata = cls(columns, levels)
        return strata, np.minimum(strata._codes(texts), len(levels) - 1), missing

    def codes(self, frame: Any) -> Codes | None:
        """Code per row; the number of levels for a stratum that the fit did not have."""
        if not self.columns:
            return None
        texts, missing = texts_of(frame, self.columns, "strata")
        codes = self._codes(texts)
        codes[missing] = len(self.levels)
        return codes

    def _codes(self, texts: _frames.Array) -> Codes:
        codes = codes_of(texts, np.array(self.levels, dtype=object))
        return np.where(codes == _core.NO_ACCOUNT, len(self.levels), codes).astype(np.uint32)


def tenure_of(frame: Any, tenure: Any, rows: int) -> Doubles:
    """None is 0; a column name, one number, or one per row."""
    return np.zeros(rows) if tenure is None else per_row(frame, tenure, "tenure", rows)


def per_row(frame: Any, value: Any, role: str, rows: int) -> Doubles:
    """One number per row from a column name, one number, or one per row."""
    if isinstance(value, str):
        return doubles(_frames.column(frame, value, role), value)
    values = np.asarray(value)
    if values.ndim == 0:
        return np.full(rows, float(values))
    column = doubles(values, role)
    if column.shape != (rows,):
        raise ValueError(f"`{role}` has {len(column)} rows, expected {rows}")
    return column


def rows_of(frame: Any) -> int:
    """Rows of any frame."""
    names = _frames.names(frame)
    return len(_frames.column(frame, names[0])) if names else 0


# ---- model files --------------------------------------------------------------------------------


def numbers_to_json(values: Any) -> list[float | None]:
    """Finite numbers; null for the rest."""
    return [float(v) if math.isfinite(v) else None for v in values]


def numbers_from_json(values: Any, missing: float = math.nan) -> Doubles:
    return np.array([missing if v is None else float(v) for v in values], dtype=np.float64)


def to_json(kind: str, content: Mapping[str, Any]) -> str:
    """Canonical text in the envelope of every kam model."""
    envelope = {
        "format": "kam-model",
        "format_version": 1,
        "kam_version": _core.__version__,
        "kind": kind,
        **content,
    }
    return _canonical({**envelope, "checksum": _checksum(envelope)})


def from_json(kind: str, text: str) -> dict[str, Any]:
    """The content; FormatError or VersionError for anything else."""
    try:
        content = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        raise FormatError("model file: not valid JSON (damaged or cut off?)") from None
    if not isinstance(content, dict) or content.get("format") != "kam-model":
        raise FormatError("model file: not a kam model")
    if content.get("format_version") != 1:
        raise VersionError(
            f"model file: format_version {content.get('format_version')}, this kam reads 1"
        )
    checksum = content.pop("checksum", None)
    if checksum != _checksum(content):
        raise FormatError("model file: checksum differs: the file was damaged or edited")
    if content.get("kind") != kind:
        raise VersionError(f"model file: holds: {content.get('kind')}, expected {kind}")
    return content


def _canonical(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _checksum(content: Mapping[str, Any]) -> str:
    return "sha256:" + hashlib.sha256(_canonical(content).encode()).hexdigest()
