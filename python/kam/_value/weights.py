"""Weights one can defend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kam import _core
from kam._data.columns import Doubles


@dataclass(frozen=True, repr=False)
class AhpResult:
    """Weights from pairwise judgments (Saaty's analytic hierarchy process).

    `consistency_ratio` is against simulated random matrices (Alonso & Lamata 2006),
    `classic_ratio` against the table of older reports; accept below 0.10. `most_inconsistent` is
    the judgment (i, j) that fits the weights worst: `given` was said, `implied` would fit; `tied`
    if no single one does.
    """

    weights: Doubles
    lambda_max: float
    consistency_index: float
    consistency_ratio: float
    random_index: float
    classic_ratio: float
    geometric_weights: Doubles
    geometric_consistency_index: float
    most_inconsistent: tuple[int, int]
    given: float
    implied: float
    tied: bool

    def __repr__(self) -> str:
        weights = ", ".join(f"{weight:.4g}" for weight in self.weights)
        return f"AhpResult(weights {weights}; consistency ratio {self.consistency_ratio:.4f})"


def ahp(matrix: Any) -> AhpResult:
    """Weights of n criteria from an n x n matrix of judgments: entry (i, j) says how many times as
    important i is as j.

    Reciprocal, diagonal 1, n up to 15; NaN on one side of a pair is completed from the other. A
    list of matrices is a group: the geometric mean of each judgment counts. ValueError names the
    entry.
    """
    judgments = np.ascontiguousarray(matrix, dtype=np.float64)
    if judgments.ndim not in (2, 3) or judgments.shape[-1] != judgments.shape[-2]:
        raise ValueError(f"`matrix` must be n x n or judges x n x n, got shape {judgments.shape}")
    n = judgments.shape[-1]
    if judgments.ndim == 3:
        judgments = _core.group_judgments(judgments.ravel(), n)
    found = _core.ahp(judgments.ravel(), n)
    i, j, given, implied, tied = found["most_inconsistent"]
    return AhpResult(
        found["weights"],
        found["lambda_max"],
        found["consistency_index"],
        found["consistency_ratio"]["value"],
        found["consistency_ratio"]["random_index"],
        found["classic_ratio"]["value"],
        found["geometric_weights"],
        found["geometric_consistency_index"],
        (i, j),
        given,
        implied,
        tied,
    )


def rank_order_centroid(n: int) -> Doubles:
    """Weights from a bare ranking, most important first: w_i = (1/n) sum of 1/k for k = i..n."""
    if int(n) != n or n < 1:
        raise ValueError(f"`n` must be a whole number >= 1, got {n}")
    return _core.rank_order_centroid(int(n))
