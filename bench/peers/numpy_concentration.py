#!/usr/bin/env python3
"""kam beside NumPy on questions of concentration: seconds and the difference in results.

    numpy_concentration.py [--repeat N]

A case is a function that gives (name, call of kam, call of NumPy, how to compare); add it to CASES.
Both run in one process, in turns; the median of the repetitions is printed.
"""

import argparse
import statistics
import time

import kam
import numpy as np


def portfolio(accounts=1000, cells=4096):
    """Pareto values scaled to whole cells, `cells` of them in all; probabilities up to .3."""
    random = np.random.default_rng(1)
    value = random.uniform(size=accounts) ** (-1 / 1.160964)
    value = 1 + np.floor((cells - accounts) * value / value.sum())
    value[0] += cells - value.sum()
    return value, 0.3 * random.uniform(size=accounts)


def numpy_losses(value, p):
    """The textbook convolution: one pass over the whole grid per account."""
    pmf = np.zeros(int(value.sum()) + 1)
    pmf[0] = 1
    for cells, chance in zip(value.astype(int).tolist(), p.tolist(), strict=True):
        lost = chance * pmf[: len(pmf) - cells]
        pmf *= 1 - chance
        pmf[cells:] += lost
    return pmf


def numpy_tail(value, p, level=0.95):
    """Expected shortfall of the textbook convolution (Rockafellar-Uryasev)."""
    pmf = numpy_losses(value, p)
    at = int(np.argmax(np.cumsum(pmf) >= level))
    above = np.arange(at + 1, len(pmf))
    return at + ((above - at) * pmf[at + 1 :]).sum() / (1 - level)


def numpy_contributions(value, p, level=0.95):
    """One more convolution per account, without it: what the deconvolution saves. 50 accounts."""
    pmf = numpy_losses(value, p)
    at = int(np.argmax(np.cumsum(pmf) >= level))
    blend = (pmf[: at + 1].sum() - level) / pmf[at]
    parts = []
    for j in range(50):
        rest = numpy_losses(np.delete(value, j), np.delete(p, j))
        k = at - int(value[j])
        here = rest[k] if k >= 0 else 0.0
        above = rest[max(k + 1, 0) :].sum()
        parts.append(value[j] * p[j] * (above + blend * here) / (1 - level))
    return np.array(parts)


def loss_distribution():
    value, p = portfolio()
    return (
        "loss distribution, shortfall and contributions, 1,000 accounts on 4,096 cells",
        lambda: kam.revenue_at_risk(value, p).expected_shortfall,
        lambda: numpy_tail(value, p),
    )


def tail_contributions():
    value, p = portfolio()
    return (
        "tail contributions (NumPy: of 50 accounts only)",
        lambda: kam.revenue_at_risk(value, p).tail_contribution[:50],
        lambda: numpy_contributions(value, p),
    )


CASES = [loss_distribution, tail_contributions]


def median_seconds(calls, repeat):
    """Median seconds of each call, in turns, after one warm-up."""
    results = [call() for call in calls]
    seconds = [[] for _ in calls]
    for _ in range(repeat):
        for call, spent in zip(calls, seconds, strict=True):
            start = time.perf_counter()
            call()
            spent.append(time.perf_counter() - start)
    return results, [statistics.median(s) for s in seconds]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    print(f"{'kam ms':>9}{'NumPy ms':>10}{'NumPy/kam':>11}{'max rel':>10}  case")
    for case in CASES:
        name, ours, theirs = case()
        (a, b), (own, peer) = median_seconds([ours, theirs], repeat)
        gap = np.max(np.abs(np.asarray(a) - b) / np.maximum(np.abs(b), 1e-300))
        print(f"{1e3 * own:9.3f}{1e3 * peer:10.3f}{peer / own:11.1f}{gap:10.1e}  {name}")


if __name__ == "__main__":
    main()
