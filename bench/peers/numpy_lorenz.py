"""Gini and top shares of millions of values: kam beside NumPy.

    PYTHONPATH=python python bench/peers/numpy_lorenz.py [rows] [repeats]

Each column is timed in turn and the median is printed, with NumPy's version and the difference of
the results. NumPy's line does what its users write: np.sort and two dot products; kam's has all of
`kam.concentration`, compensated sums and the partial sums kept for later questions.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import kam
import numpy as np


def by_numpy(values: np.ndarray) -> tuple[float, float]:
    ordered = np.sort(values)
    n, total = len(ordered), ordered.sum()
    gini = (2 * np.arange(1, n + 1) - n - 1) @ ordered / n / total
    return float(gini), float(ordered[n - n // 5 :].sum() / total)


def by_kam(values: np.ndarray) -> tuple[float, float]:
    found = kam.concentration(values)
    return found.gini, found.top_share(0.2)


def timed(call: Callable[[], tuple[float, float]]) -> tuple[float, tuple[float, float]]:
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    uniform = np.random.default_rng(1).uniform(size=rows)
    values = np.round(10_000 * (1 - uniform) ** (-1 / 1.160964)) / 100  # 80/20, in cents
    ours, theirs = [], []
    for _ in range(repeats):
        seconds, kam_result = timed(lambda: by_kam(values))
        ours.append(seconds)
        seconds, numpy_result = timed(lambda: by_numpy(values))
        theirs.append(seconds)
    kam_s, numpy_s = statistics.median(ours), statistics.median(theirs)
    print(f"NumPy {np.__version__}, {rows:,} values, median of {repeats}")
    print(f"kam {kam_s:.3f} s  NumPy {numpy_s:.3f} s  NumPy/kam {numpy_s / kam_s:.2f}")
    for name, a, b in zip(("Gini", "top 20 %"), kam_result, numpy_result, strict=True):
        print(f"{name}: kam {a:.15f}  NumPy {b:.15f}  difference {a - b:.1e}")


if __name__ == "__main__":
    main()
