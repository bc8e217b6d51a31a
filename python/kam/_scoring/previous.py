"""An earlier run of the same accounts, and what changed since."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kam import _core
from kam._data.frames import Array
from kam._errors import DataError
from kam._scoring.measures import FIELDS, RULE, Measures, measures_of

if TYPE_CHECKING:
    from kam._scoring.score import ScoreResult

DELTAS = (
    "delta_value",
    "delta_behaviour",
    "delta_coverage",
    "delta_model",
    "delta_reference",
    "delta_weights",
    "delta_scorecard",
)
_ELEMENT = '[{"indicator": "VARCHAR", ' + ", ".join(f'"{f}": "DOUBLE"' for f in FIELDS) + "}]"


@dataclass
class Earlier:
    """As much of an earlier score table as a comparison needs."""

    ids: list[str]
    as_of: str
    model_version: str
    value_index: Array
    tier: list[str | None] | None
    measures: Measures

    def core(self) -> dict[str, Any]:
        """The arrays of _core.changes, columns x rows."""
        rules = [k for k, name in enumerate(self.measures.names) if name.startswith(RULE)]
        own = [k for k in range(len(self.measures.names)) if k not in rules]
        names, columns = self.measures.names, self.measures.columns

        def of(name: str, places: list[int]) -> Array:
            return np.ascontiguousarray(columns[name][:, places].T)

        return {
            "indicators": [names[k] for k in own],
            "values": of("value", own),
            "scores": of("score", own),
            "observed": np.nan_to_num(of("observed", own)),
            "weights": np.nan_to_num(of("weight", own)),
            "rules": [names[k].removeprefix(RULE) for k in rules],
            "rule_values": of("value", rules),
            "rule_points": np.nan_to_num(columns["points"][:, rules]).sum(axis=1),
            "value_index": self.value_index,
        }

    def rows_of(self, ids: list[str]) -> Array:
        """For each account its row here, -1 for a new one."""
        place = {account: row for row, account in enumerate(self.ids)}
        return np.array([place.get(account, -1) for account in ids], dtype=np.int64)


def load_earlier(previous: Any) -> Earlier:
    """From a ScoreResult, or from a file that kam wrote (Parquet or CSV)."""
    if isinstance(previous, Earlier):
        return previous
    if isinstance(previous, (str, Path)):
        return _read(Path(previous))
    if hasattr(previous, "_core") and hasattr(previous, "request"):
        return _of_result(previous)
    raise TypeError(
        f"`previous` must be a ScoreResult or the path of a score file, got "
        f"{type(previous).__name__}"
    )


def changes_since(result: ScoreResult, earlier: Earlier) -> dict[str, Array]:
    """The delta columns of every account, and `behaviour_points` (rows x indicators)."""
    ids = [str(v) for v in result.ids.tolist()]
    found: dict[str, Array] = _core.changes(result._core, earlier.core(), earlier.rows_of(ids))
    return found


def _of_result(result: ScoreResult) -> Earlier:
    return Earlier(
        [str(v) for v in result.ids.tolist()],
        result.request["as_of"],
        result._core.model_version,
        result._core.columns()["value_index"],
        result.columns["tier"],
        measures_of(result),
    )


def _read(path: Path) -> Earlier:
    from kam._scoring.score_file import open_scores

    with open_scores(path) as rows:
        if "measures" not in rows.columns:
            raise DataError(
                f"{path.name} has no column 'measures': it was written by a version of kam before "
                "changes could be split; score that day again"
            )
        is_text = str(rows.types[rows.columns.index("measures")]) == "VARCHAR"
        tier = "tier" if "tier" in rows.columns else "null"
        heads = rows.query(
            "scores",
            "select account_id, cast(as_of as varchar), model_version, "
            f"try_cast(value_index as double), {tier} from scores",
        ).fetchall()
        element = f"from_json(measures, '{_ELEMENT}')" if is_text else "measures"
        cells = rows.query(
            "scores",
            f"with listed as (select row_number() over () - 1 as row, {element} as m from scores), "
            "flat as (select row, unnest(m) as m from listed) select row, "
            "cast(m.indicator as varchar) as indicator, "
            + ", ".join(f"m.{f} as {f}" for f in FIELDS)
            + " from flat",
        ).fetchnumpy()
    if not heads:
        raise DataError(f"{path.name} has no accounts")
    ids = [str(head[0]) for head in heads]
    if is_text:  # written with a guard against formulas
        ids = [i[1:] if i[:2] in ("'=", "'+", "'-", "'@") else i for i in ids]
    value = np.array([np.nan if h[3] is None else h[3] for h in heads], dtype=np.float64)
    return Earlier(
        ids,
        str(heads[0][1])[:10],
        str(heads[0][2]),
        value,
        [None if h[4] in (None, "") else str(h[4]) for h in heads],
        _measures(cells, len(heads)),
    )


def _measures(cells: dict[str, Any], rows: int) -> Measures:
    indicator = np.ma.filled(cells["indicator"], "").astype(str)
    names, first, codes = np.unique(indicator, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")  # as in the file
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(names))
    at = (np.asarray(cells["row"], dtype=np.int64), place[codes])
    columns = {}
    for field in FIELDS:
        column = np.full((rows, len(names)), np.nan)
        column[at] = np.ma.filled(np.ma.asarray(cells[field], dtype=np.float64), np.nan)
        columns[field] = column
    return Measures([str(names[k]) for k in order], columns)
