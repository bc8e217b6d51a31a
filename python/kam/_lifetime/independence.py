"""Whether spend goes with frequency: the assumption of the Gamma-Gamma model, tested."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kam import _core
from kam._data.columns import Doubles

LARGE = 0.2  # |correlation| worth a warning, if it is significant as well
SIGNIFICANT = 0.01
_LEAST_SHAPE = 0.05


@dataclass(frozen=True)
class Correlation:
    """A correlation with its two-sided 95 % interval and p value (Fisher's z)."""

    estimate: float
    lo: float
    hi: float
    p_value: float


@dataclass(frozen=True)
class Independence:
    """Correlation of frequency and mean spend over the accounts of a Gamma-Gamma fit.

    `pearson_log`: of ln(frequency) and ln(monetary_value). `spearman`: of ranks. `adjusted`:
    as `pearson_log`, less what averaging does by itself: a mean of many orders lies closer to its
    expectation, and ln of it higher, so that ln(monetary_value) rises with frequency even where
    spend is independent of it, by digamma(p x) - ln(x).
    """

    accounts: float
    pearson_log: Correlation
    spearman: Correlation
    adjusted: Correlation

    @property
    def doubtful(self) -> bool:
        """Both the adjusted and the rank correlation are large (0.2) and significant (1 %)."""
        return all(
            abs(c.estimate) >= LARGE and c.p_value < SIGNIFICANT
            for c in (self.adjusted, self.spearman)
        )

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"doubtful": self.doubtful}

    def __str__(self) -> str:
        c, r = self.adjusted, self.spearman
        return (
            f"correlation is {c.estimate:+.3f} (95 % {c.lo:+.3f} to {c.hi:+.3f}) of logarithms, "
            f"{r.estimate:+.3f} ({r.lo:+.3f} to {r.hi:+.3f}) of ranks, "
            f"{self.accounts:g} accounts"
        )


def independence(
    frequency: Doubles, monetary_value: Doubles, weights: Doubles | None, p: float
) -> Independence:
    """`p` is the shape parameter of the fitted Gamma-Gamma model. O(n log n).

    Where `p` ran to 0 there is no such model, and `adjusted` is `pearson_log`.
    """
    w = np.ones(len(frequency)) if weights is None else weights
    with np.errstate(invalid="ignore"):
        used = (frequency >= 1) & (monetary_value > 0) & (w > 0)
        used &= np.isfinite(frequency) & np.isfinite(monetary_value) & np.isfinite(w)
    x, value, w = frequency[used], monetary_value[used], w[used]
    log_x, log_value = np.log(x), np.log(value)
    levels, row = np.unique(x, return_inverse=True)
    known = p >= _LEAST_SHAPE
    shift = np.array([_core.digamma(p * k) - math.log(k) if known else 0.0 for k in levels])
    n = float(w.sum())
    return Independence(
        n,
        _fisher(_pearson(log_x, log_value, w), n, 1.0),
        _fisher(_pearson(_ranks(x, w), _ranks(value, w), w), n, 1.06),
        _fisher(_pearson(log_x, log_value - shift[row], w), n, 1.0),
    )


def _pearson(a: Doubles, b: Doubles, w: Doubles) -> float:
    if len(a) < 2:
        return math.nan
    total = w.sum()
    a = a - (a @ w) / total
    b = b - (b @ w) / total
    variance = float((a * a) @ w) * float((b * b) @ w)
    scale = float(np.abs(a).max() * np.abs(b).max())
    if variance <= 0 or scale == 0:
        return math.nan
    return min(1.0, max(-1.0, float((a * b) @ w) / math.sqrt(variance)))


def _ranks(values: Doubles, w: Doubles) -> Doubles:
    """Middle ranks; a row of weight w is w rows that tie."""
    levels, row = np.unique(values, return_inverse=True)
    weight = np.bincount(row, w, len(levels))
    return np.asarray((np.cumsum(weight) - 0.5 * weight)[row])


def _fisher(r: float, n: float, inflation: float) -> Correlation:
    """atanh(r) has variance inflation/(n - 3); 1.06 for ranks (Fieller, Hartley & Pearson 1957)."""
    if math.isnan(r) or n <= 3:
        return Correlation(r, math.nan, math.nan, math.nan)
    if abs(r) == 1:
        return Correlation(r, r, r, 0.0)
    error = math.sqrt(inflation / (n - 3))
    z = math.atanh(r)
    reach = _core.normal_quantile(0.975) * error
    return Correlation(
        r,
        math.tanh(z - reach),
        math.tanh(z + reach),
        math.erfc(abs(z) / error / math.sqrt(2)),
    )
