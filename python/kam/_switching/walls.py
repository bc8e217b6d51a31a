"""The wall around each account: the table `switching_costs`, added up per account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from kam._data.columns import Doubles, codes_of
from kam._data.frames import Array
from kam._data.table import ReadOptions, Table
from kam._switching.switching import switching_cost

_COLUMNS = ("component", "kind", "borne_by", "rival_share", "rating", "source")
_MEASURES = ("amount", "hours", "rate", "effort")


class Walls(NamedTuple):
    """Money, one per account of the portfolio; NaN where the table does not name it."""

    cost: Doubles
    lo: Doubles
    hi: Doubles


def read_walls(tables: Mapping[str, Any], ids: Array, options: ReadOptions) -> Walls | None:
    """None without the table `switching_costs` (account_id and the components of
    `kam.switching_cost`). DataError names the table and the column."""
    if "switching_costs" not in tables:
        return None
    table = Table(tables["switching_costs"], options, "switching_costs")
    names = [*_COLUMNS, *(f"{name}{end}" for name in _MEASURES for end in ("", "_lo", "_hi"))]
    components = {"account_id": table.column("account_id")}
    components |= {name: table.column(name) for name in names if table.has(name)}
    with table.named():
        found = switching_cost(components)
    rows = codes_of(np.asarray(found["account_id"], dtype=object), ids.astype(object))
    known = rows < len(ids)
    walls = Walls(*(np.full(len(ids), np.nan) for _ in range(3)))
    for wall, end in zip(walls, ("", "_lo", "_hi"), strict=True):
        wall[rows[known]] = found[f"switching_cost{end}"][known]
    return walls
