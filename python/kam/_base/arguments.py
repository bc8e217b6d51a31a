"""One argument of a call: a column of numbers, ids of clusters, a whole number."""

from __future__ import annotations

from typing import Any

import numpy as np

from kam._data.columns import Codes, Doubles, doubles
from kam._errors import DataError


def column(values: Any, name: str) -> Doubles:
    """One number per row, from an array, a list or a Series of any library."""
    if hasattr(values, "to_pylist"):
        values = [np.nan if v is None else v for v in values.to_pylist()]
    if hasattr(values, "to_numpy"):
        values = values.to_numpy()
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"`{name}` must be one number per row, got shape {array.shape}")
    return doubles(array, name)


def optional_column(values: Any, name: str) -> Doubles | None:
    """A column, or None; never an empty one, which the core would take for none."""
    if values is None:
        return None
    array = column(values, name)
    if not len(array):
        raise ValueError(f"`{name}` must have one number per row or be None, got none")
    return array


def cluster_codes(cluster: Any, rows: int) -> Codes:
    """Codes by rising id, so that the order of rows does not reach the draws."""
    if hasattr(cluster, "to_pylist"):
        cluster = cluster.to_pylist()
    if hasattr(cluster, "to_numpy"):
        cluster = cluster.to_numpy()
    ids = np.asarray(cluster)
    if ids.shape != (rows,):
        raise ValueError(f"`cluster` must have {rows} ids in a row, got shape {ids.shape}")
    if ids.dtype.kind not in "biuUS":
        if any(v is None or v != v for v in ids.tolist()):
            raise DataError("`cluster` holds a missing id")
        ids = np.array([str(v) for v in ids.tolist()])
    return np.unique(ids, return_inverse=True)[1].astype(np.uint32)


def whole(value: Any, name: str) -> int:
    """A whole number >= 0."""
    if int(value) != value or value < 0:
        raise ValueError(f"`{name}` must be a whole number >= 0, got {value}")
    return int(value)
