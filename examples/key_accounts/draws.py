"""Random numbers that are the same on every machine and under every NumPy.

NumPy guarantees the raw stream of a bit generator, not the results of `Generator.normal` and the
like. So only `PCG64.random_raw` is used here, and every distribution is the inverse of its own
distribution function, in plain Python.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Draws:
    """One stream for each (seed, purpose, account): a further account changes no other."""

    def __init__(self, seed: int, *key: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence([seed, *key]))

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """Open interval: never 0, never 1 (before scaling)."""
        u = ((int(self._bits.random_raw()) >> 12) + 0.5) * 2.0**-52
        return low + (high - low) * u

    def normal(self, mean: float = 0.0, sd: float = 1.0) -> float:
        return mean + sd * NormalDist().inv_cdf(self.uniform())

    def lognormal(self, median: float, sigma: float) -> float:
        return median * math.exp(sigma * self.normal())

    def pareto(self, low: float, high: float, alpha: float) -> float:
        """Bounded Pareto."""
        return low * (1 - self.uniform() * (1 - (low / high) ** alpha)) ** (-1 / alpha)

    def poisson(self, mean: float) -> int:
        """By inversion; for means below some hundred."""
        u, k = self.uniform(), 0
        p = total = math.exp(-mean)
        while u > total and k < 1000:
            k += 1
            p *= mean / k
            total += p
        return k

    def chance(self, p: float) -> bool:
        return self.uniform() < p

    def integer(self, low: int, high: int) -> int:
        """low … high, both included."""
        return low + int(self.uniform() * (high - low + 1))

    def choice(self, items: Sequence[T], weights: Sequence[float] | None = None) -> T:
        if weights is None:
            return items[self.integer(0, len(items) - 1)]
        u = self.uniform() * sum(weights)
        for item, weight in zip(items, weights, strict=True):
            u -= weight
            if u < 0:
                return item
        return items[-1]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        return [item for _, item in sorted((self.uniform(), item) for item in items)]
