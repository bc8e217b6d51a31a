"""What a model says of every order history of one age: P(alive) and expected orders as maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kam._churn.totals import moved, quietly
from kam._data.columns import Doubles


@dataclass(frozen=True)
class OrderGrid:
    """Rows are `frequency` (repeat orders), columns `recency` (age at the last order).

    NaN where there is no such history: no repeat order and a recency other than 0, or repeat
    orders all at age 0. A model that ignores recency is constant along its rows.
    """

    frequency: Doubles
    recency: Doubles
    probability_alive: Doubles  # frequency x recency
    expected_orders: Doubles  # frequency x recency, within `horizon`
    age: float
    horizon: float
    unit: str
    model: str

    def __repr__(self) -> str:
        rows, columns = self.probability_alive.shape
        return (
            f"OrderGrid: {self.model}, age {self.age:g} {self.unit}s, "
            f"{rows} frequencies x {columns} recencies, horizon {self.horizon:g}"
        )


def order_grid(
    model: Any, age: float, horizon: float, max_frequency: int = 20, *, recencies: int = 61
) -> OrderGrid:
    """P(alive) and expected orders within `horizon` for accounts of age `age`.

    Parameters
    ----------
    model : fitted order model
    age, horizon : float
        In the unit of the model; age > 0, horizon >= 0.
    max_frequency : int
        Rows are 0, 1, ... max_frequency repeat orders.
    recencies : int
        Columns: that many recencies, evenly from 0 to `age`. For the BG/BB every period is one.
    """
    age, horizon = float(age), float(horizon)
    if not 0 < age < float("inf"):
        raise ValueError(f"`age` must be finite and > 0, got {age}")
    if not 0 <= horizon < float("inf"):
        raise ValueError(f"`horizon` must be finite and >= 0, got {horizon}")
    if int(max_frequency) != max_frequency or max_frequency < 0:
        raise ValueError(f"`max_frequency` must be a whole number >= 0, got {max_frequency}")
    if int(recencies) != recencies or recencies < 2:
        raise ValueError(f"`recencies` must be a whole number >= 2, got {recencies}")
    discrete = "periods" in model._input
    x = np.arange(int(max_frequency) + 1, dtype=np.float64)
    t_x = np.arange(round(age) + 1.0) if discrete else np.linspace(0, age, int(recencies))
    summary = {
        "frequency": np.repeat(x, len(t_x)),
        "recency": np.tile(t_x, len(x)),
        model._input[2]: np.full(len(x) * len(t_x), age),
    }
    possible = (summary["frequency"] > 0) == (summary["recency"] > 0)
    if discrete:
        possible &= summary["frequency"] <= summary["recency"]
    model = moved(model, np.zeros(len(model.params_)))  # a copy: its warnings are not the caller's
    maps = [
        np.where(possible, quietly(verb, summary, *more), np.nan).reshape(len(x), len(t_x))
        for verb, more in ((model.probability_alive, ()), (model.expected_orders, (horizon,)))
    ]
    return OrderGrid(x, t_x, maps[0], maps[1], age, horizon, model.unit_, type(model).__name__)
