"""Data frames in, the same kind out: pandas, Polars, PyArrow, DuckDB or a dict of arrays.

None of these packages is imported unless a frame of its kind comes in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kam._errors import DataError

Array = npt.NDArray[Any]
Kind = Literal["dict", "pandas", "polars", "arrow", "duckdb"]

_PACKAGES: dict[str, Kind] = {
    "pandas": "pandas",
    "polars": "polars",
    "pyarrow": "arrow",
    "duckdb": "duckdb",
    "_duckdb": "duckdb",
}


def kind_of(frame: object) -> Kind:
    """Which library `frame` belongs to; TypeError if to none that kam reads."""
    if isinstance(frame, Mapping):
        return "dict"
    kind = _PACKAGES.get(type(frame).__module__.split(".")[0])
    tables = ("DataFrame", "LazyFrame", "Table", "RecordBatch", "DuckDBPyRelation")
    if kind is None or not any(base.__name__ in tables for base in type(frame).__mro__):
        raise TypeError(
            "expected a pandas, Polars or PyArrow table, a DuckDB relation or a dict of arrays, "
            f"got {type(frame).__name__}"
        )
    return kind


def normalise(frame: Any) -> Any:
    """Resolves what is lazy, so that columns can be read more than once."""
    kind = kind_of(frame)
    if kind == "duckdb":
        return to_arrow(frame)
    if kind == "polars" and hasattr(frame, "collect"):
        return frame.collect()
    if kind == "arrow" and not hasattr(frame, "column_names"):
        raise TypeError("expected a PyArrow table")
    return frame


def to_arrow(relation: Any) -> Any:
    """A DuckDB relation as a PyArrow table, in any version of DuckDB."""
    for method in ("to_arrow_table", "fetch_arrow_table"):
        if hasattr(relation, method):
            return getattr(relation, method)()
    return relation.arrow()


def names(frame: Any) -> list[str]:
    """Column names in order."""
    kind = kind_of(frame)
    if kind == "dict":
        return [str(name) for name in frame]
    return [str(name) for name in (frame.column_names if kind == "arrow" else frame.columns)]


def column(frame: Any, name: str, role: str | None = None) -> Array:
    """One column as a NumPy array: numbers, booleans, datetime64, or objects (text, None).

    A single value in a dict is a column of one row.
    """
    return columns(frame, [name], role)[0]


def columns(frame: Any, wanted: list[str], role: str | None = None) -> list[Array]:
    """Several columns, as `column` reads them."""
    kind, known = kind_of(frame), names(frame)
    there = set(known)
    for name in wanted:
        if name not in there:
            purpose = f" (for {role})" if role and role != name else ""
            raise DataError(f"column '{name}'{purpose} is missing; there are: {', '.join(known)}")
    return [_read(frame, name, kind) for name in wanted]


def _read(frame: Any, name: str, kind: Kind) -> Array:
    values = frame[name]
    if kind == "pandas":
        if values.ndim != 1:
            raise DataError(f"column '{name}' occurs more than once")
        return _from_pandas(values)
    if kind == "polars":
        if str(values.dtype) == "Object":
            return np.array(values.to_list(), dtype=object)
        return _from_arrow(values.to_arrow())
    if kind == "arrow":
        return _from_arrow(values)
    array = np.asarray(values)
    if array.ndim == 0:
        array = array.reshape(1)
    if array.ndim != 1:
        raise ValueError(f"column '{name}' must be one-dimensional, got shape {array.shape}")
    return array.astype(object) if array.dtype.kind in "US" else array


def _from_pandas(series: Any) -> Array:
    dtype = series.dtype
    if hasattr(dtype, "pyarrow_dtype"):
        return _from_arrow(series.array.__arrow_array__())
    if getattr(dtype, "tz", None) is not None:
        # The civil date of the business: the wall-clock day in the column's own zone.
        return np.asarray(series.dt.tz_localize(None).to_numpy())
    if getattr(dtype, "kind", "O") in "iu" and not isinstance(dtype, np.dtype):
        # Nullable whole numbers stay whole: an id beyond 2**53 must not pass through a double.
        missing = bool(series.isna().any())
        return np.asarray(
            series.to_numpy(dtype=object, na_value=None) if missing else series.to_numpy(np.int64)
        )
    if getattr(dtype, "kind", "O") in "bf" and not isinstance(dtype, np.dtype):
        return np.asarray(series.to_numpy(dtype=np.float64, na_value=np.nan))
    if isinstance(dtype, np.dtype) and dtype.kind in "biufM":
        return np.asarray(series.to_numpy())
    if getattr(dtype, "kind", "O") == "M":
        return np.asarray(series.astype("datetime64[us]").to_numpy())
    values = series.to_numpy(dtype=object)
    return np.asarray(np.where(series.isna().to_numpy(), None, values), dtype=object)


def _from_arrow(values: Any) -> Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type):
        values = pc.cast(values, values.type.value_type)
    if pa.types.is_decimal(values.type) and values.type.scale == 0:
        return np.array([None if v is None else int(v) for v in values.to_pylist()], dtype=object)
    if pa.types.is_integer(values.type) and values.null_count:
        return np.array(values.to_pylist(), dtype=object)  # a double would round large ids
    if pa.types.is_decimal(values.type):
        values = pc.cast(values, pa.float64())
    if pa.types.is_timestamp(values.type) and values.type.tz is not None:
        values = pc.local_timestamp(values)
    if pa.types.is_string_view(values.type):
        values = pc.cast(values, pa.large_string())
    array = values.to_numpy() if isinstance(values, pa.ChunkedArray) else values.to_numpy(False)
    return np.asarray(array)


def build(kind: Kind, columns: Mapping[str, Any]) -> Any:
    """A frame of the given kind. Lists of dicts become lists of structs where the kind has them."""
    if kind == "dict":
        return dict(columns)
    if kind == "pandas":
        import pandas as pd

        return pd.DataFrame({name: _plain(values) for name, values in columns.items()})
    if kind == "polars":
        import polars as pl

        return pl.from_arrow(arrow_table(columns))
    table = arrow_table(columns)
    return table if kind == "arrow" else relation(table)


def relation(table: Any) -> Any:
    """A PyArrow table as a DuckDB relation."""
    import duckdb

    return duckdb.from_arrow(table)


def _plain(values: Any) -> Any:
    return values if isinstance(values, np.ndarray) else list(values)


def arrow_table(columns: Mapping[str, Any]) -> Any:
    """Columns as a PyArrow table; a NaN of a number is a null: missing, not a value."""
    import pyarrow as pa

    arrays = {}
    for name, values in columns.items():
        if isinstance(values, np.ndarray) and values.dtype.kind == "f":
            arrays[name] = pa.array(values, from_pandas=True)
        elif isinstance(values, np.ndarray) and values.dtype.kind == "O" and len(values) == 0:
            arrays[name] = pa.array(values, type=pa.string())
        else:
            arrays[name] = values if hasattr(values, "type") else pa.array(values)
    return pa.table(arrays)
