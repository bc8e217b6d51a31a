"""What tells the data of one fit from those of another, without keeping them."""

from __future__ import annotations

import numpy as np

from kam._data.columns import Doubles

Sums = tuple[float, ...]


def data_sums(columns: tuple[Doubles, ...], weights: Doubles | None) -> Sums:
    """Sums and cross sums of the readable rows: the same for any order of the rows, and for a row
    of weight 2 and two rows."""
    table = np.array(columns)
    good = np.isfinite(table).all(axis=0)
    w = np.ones(table.shape[1]) if weights is None else weights
    good &= np.isfinite(w)
    table, w = table[:, good], w[good]
    moments = [*(table @ w), *(table * table[0] @ w), *(table * table[-1] @ w)]
    return tuple(float(m) for m in moments)


def same_data(a: Sums | None, b: Sums | None) -> bool:
    """True where one is not known (a model read from JSON)."""
    if a is None or b is None:
        return True
    return len(a) == len(b) and bool(np.allclose(a, b, rtol=1e-9, atol=0))
