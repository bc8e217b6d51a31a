"""How good predicted risks and survival are where part of the outcomes is not known yet."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from kam import _core
from kam._churn.survival_input import Names, Strata, names_of, read_rows
from kam._data import frames as _frames
from kam._data.columns import Doubles, doubles, warn_rows
from kam._errors import RowWarning


def concordance(
    frame: Any,
    risk: Any,
    *,
    duration: str,
    event: str,
    entry: str | None = None,
    strata: Names = None,
    sample_weight: Any = None,
) -> float:
    """Harrell's C of any risk score: the higher, the sooner the row leaves. 0.5 is chance.

    `risk`: one number per row, or a column; rows that cannot be read are left out.
    """
    columns, rows = read_rows(frame, duration, event, entry, sample_weight)
    score = _frames.column(columns, risk, "risk") if isinstance(risk, str) else np.asarray(risk)
    strata_of, stratum, missing = Strata.learn(columns, names_of(strata))
    if missing is not None:
        rows = rows.without(missing)
    value, *_ = _core.survival_concordance(
        *rows, doubles(score, "risk"), stratum, max(1, len(strata_of.levels))
    )
    return float(value)


@dataclass(frozen=True, repr=False)
class BrierResult:
    """Mean squared error of predicted survival, weighted for censoring."""

    times: Doubles
    score: Doubles  # per time; NaN beyond `supported`
    integrated: float  # mean over the supported times
    supported: float  # longest observed duration

    def __repr__(self) -> str:
        scored = int(np.isfinite(self.score).sum())
        return (
            f"BrierResult({self.integrated:.4f} over {scored} of {len(self.times)} times, "
            f"observed up to {self.supported:g})"
        )


def brier_score(
    frame: Any,
    survival: Any,
    times: Any,
    *,
    duration: str,
    event: str,
    sample_weight: Any = None,
) -> BrierResult:
    """Brier score of predicted survival (rows x times) at `times`, and its mean over them.

    Times beyond the longest observed duration cannot be scored: they are NaN, left out of the mean
    and told in a RowWarning.
    """
    _, rows = read_rows(frame, duration, event, None, sample_weight)
    at = np.ascontiguousarray(np.atleast_1d(np.asarray(times, dtype=np.float64)))
    table = np.ascontiguousarray(np.asarray(survival, dtype=np.float64))
    if table.shape != (len(rows.duration), len(at)):
        raise ValueError(
            f"`survival` has shape {table.shape}, expected {(len(rows.duration), len(at))}"
        )
    score, integrated, supported, beyond, report = _core.survival_brier(*rows, at, table.ravel())
    warn_rows(report, "brier_score")
    if beyond:
        text = f"brier_score: {beyond} times beyond the longest duration {supported:g} are NaN"
        warnings.warn(text, RowWarning, stacklevel=2)
    return BrierResult(at, score, integrated, supported)
