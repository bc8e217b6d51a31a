"""What the scikit-learn estimators share: X as columns by name, y as labels or as lifetimes."""

from __future__ import annotations

from typing import Any

import numpy as np

try:
    from sklearn.utils.multiclass import check_classification_targets, type_of_target
    from sklearn.utils.validation import (
        _check_sample_weight,
        check_consistent_length,
        validate_data,
    )
except ImportError as error:
    raise ImportError(
        "kam.sklearn needs scikit-learn 1.6 or newer: pip install 'kam[sklearn]'"
    ) from error

from kam._data import frames as _frames
from kam._data.columns import Doubles
from kam._errors import DataError

Columns = dict[str, Any]


def is_frame(X: Any) -> bool:
    try:
        _frames.kind_of(X)
    except TypeError:
        return False
    if isinstance(X, dict):
        return False  # scikit-learn knows no frames of this kind
    return all(isinstance(name, str) for name in getattr(X, "columns", ()))


def columns_of(estimator: Any, X: Any, *, reset: bool, missing: bool, at_least: int = 1) -> Columns:
    """Columns by name: those of a frame, which may hold text, or x0, x1, … of an array.

    Learns, or checks, n_features_in_ and feature_names_in_; scikit-learn's errors. `missing`:
    whether NaN may stand in an array; `at_least`: rows.
    """
    if is_frame(X):
        X = _frames.normalise(X)
        names = _frames.names(X)
        validate_data(estimator, _named(X, names), reset=reset, skip_check_array=True)
        columns = {name: _frames.column(X, name, "a feature") for name in names}
        if columns and rows_of(columns) < at_least:
            raise ValueError(f"X has {rows_of(columns)} sample(s), at least {at_least} needed")
        return columns
    ensure = "allow-nan" if missing else True
    options = {"dtype": np.float64, "ensure_all_finite": ensure, "order": "F"}
    array = validate_data(estimator, X, reset=reset, ensure_min_samples=at_least, **options)
    return {f"x{i}": np.ascontiguousarray(array[:, i]) for i in range(array.shape[1])}


def _named(X: Any, names: list[str]) -> Any:
    """Something scikit-learn reads names from: PyArrow and DuckDB tables it does not know."""
    if _frames.kind_of(X) in ("pandas", "polars"):
        return X
    import pandas as pd

    return pd.DataFrame(columns=names)


def rows_of(columns: Columns) -> int:
    return len(next(iter(columns.values()))) if columns else 0


def labels_of(
    estimator: Any, columns: Columns, y: Any, weights: Doubles | None
) -> tuple[Any, Doubles]:
    """The two classes, sorted, and 1.0 where a row is of the second; both must have weight."""
    if y is None:
        raise ValueError(
            f"This {type(estimator).__name__} estimator requires y to be passed, but the target y "
            "is None"
        )
    from sklearn.utils import column_or_1d

    y = column_or_1d(np.asarray(y), warn=True)
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        raise ValueError("Input y contains NaN or infinity: leave out rows without an outcome")
    check_classification_targets(y)
    kind = type_of_target(y, input_name="y")
    if kind not in ("binary",):
        raise ValueError(
            f"Only binary classification is supported. The type of the target is {kind}."
        )
    classes, code = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"y holds one class only, {classes[0]!r}: it must hold 2 classes")
    check_lengths(columns, y)
    if weights is not None and len(np.unique(code[weights > 0])) < 2:
        raise ValueError("y holds one class only where sample_weight > 0: it must hold 2 classes")
    return classes, code.astype(np.float64)


def lifetimes_of(columns: Columns, y: Any) -> tuple[Doubles, Doubles]:
    """(duration, event) from a structured array, from two columns, or from durations alone."""
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None")
    names = getattr(getattr(y, "dtype", None), "names", None)
    if names:
        flags = [n for n in names if y.dtype[n].kind == "b"]
        if len(names) != 2 or len(flags) != 1:
            raise ValueError(
                f"a structured y must have two fields, one of them boolean (left), got {names}"
            )
        (other,) = (n for n in names if n != flags[0])
        duration, event = y[other].astype(np.float64), y[flags[0]].astype(np.float64)
    else:
        if is_frame(y):
            y = np.column_stack([_frames.column(y, n) for n in _frames.names(y)])
        table = np.asarray(y, dtype=np.float64)
        if table.ndim == 1:
            duration, event = table, np.ones(len(table))
        elif table.ndim == 2 and table.shape[1] == 2:
            duration, event = table[:, 0], table[:, 1]
        elif table.ndim == 2 and table.shape[1] == 1:
            duration, event = table[:, 0], np.ones(len(table))
        else:
            raise ValueError(
                f"y must be a structured array, (n, 2): duration and event, or n durations all "
                f"observed; got shape {table.shape}"
            )
    check_lengths(columns, duration)
    if not (np.isfinite(duration).all() and np.isfinite(event).all()):
        raise ValueError("Input y contains NaN or infinity")
    if (duration < 0).any() or not np.isin(event, (0, 1)).all():
        raise ValueError("y must hold durations >= 0 and events 0 or 1")
    return np.ascontiguousarray(duration), np.ascontiguousarray(event)


def weights_of(columns: Columns, sample_weight: Any) -> Doubles | None:
    if sample_weight is None:
        return None
    rows = np.empty((rows_of(columns), 1))
    weights: Doubles = _check_sample_weight(
        sample_weight, rows, dtype=np.float64, ensure_non_negative=True
    )
    return weights


def check_lengths(columns: Columns, y: Any) -> None:
    rows = rows_of(columns)
    if len(y) != rows:
        check_consistent_length(np.empty(rows), y)


def two_columns(p: Doubles) -> Doubles:
    return np.column_stack([1 - p, p])


def labels_from(classes: Any, p: Doubles) -> Any:
    """The likelier class; a row without a probability has none."""
    bad = np.isnan(p)
    if bad.any():
        raise DataError(
            f"{int(bad.sum())} rows have no probability, first row {int(bad.argmax())}, and so no "
            "label: see predict_proba"
        )
    return classes[(p > 0.5).astype(np.intp)]
