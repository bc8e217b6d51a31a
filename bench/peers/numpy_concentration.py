"""Concentration and loss distributions as one writes them with NumPy."""

from statistics import NormalDist

import numpy as np

TOP = (0.01, 0.05, 0.1, 0.2)
REACHED = (0.5, 0.8, 0.9)


def gini_and_top(values):
    """Gini and the shares of the top 1, 5, 10 and 20 %: one sort, sums and a dot product."""
    return sorted_gini_and_top(np.sort(values))


def sorted_gini_and_top(ordered):
    n, total = len(ordered), ordered.sum()
    gini = (2 * np.arange(1, n + 1) - n - 1) @ ordered / n / total
    return np.array([gini, *(ordered[n - round(p * n) :].sum() / total for p in TOP)])


def whole_concentration(values):
    """Those, HHI, Theil's index and accounts for half, 80 and 90 %, from one sort."""
    ordered = np.sort(values)
    share = ordered[::-1] / ordered.sum()
    positive = share[share > 0]
    theil = positive @ np.log(len(share) * positive)
    accounts = np.searchsorted(np.cumsum(share), REACHED) + 1
    return np.array([*sorted_gini_and_top(ordered), share @ share, theil, *accounts])


def bootstrap(values, draws):
    """80 % percentile intervals of those, by drawing accounts with replacement."""
    random = np.random.default_rng(1)
    found = [
        gini_and_top(values[random.integers(0, len(values), len(values))]) for _ in range(draws)
    ]
    return np.quantile(found, [0.1, 0.9], axis=0)


def losses(value, p):
    """Probability of each loss, one pass over the whole grid per account."""
    pmf = np.zeros(int(value.sum()) + 1)
    pmf[0] = 1
    for cells, chance in zip(value.astype(int).tolist(), p.tolist(), strict=True):
        lost = chance * pmf[: len(pmf) - cells]
        pmf *= 1 - chance
        pmf[cells:] += lost
    return pmf


def value_at_risk(pmf, level):
    return int(np.argmax(np.cumsum(pmf) >= level))


def shortfall(pmf, level):
    """Expected shortfall (Rockafellar and Uryasev)."""
    at = value_at_risk(pmf, level)
    above = np.arange(at + 1, len(pmf))
    return at + ((above - at) * pmf[at + 1 :]).sum() / (1 - level)


def contributions(value, p, accounts, level):
    """Of the first `accounts` to the shortfall: a convolution without the account for each."""
    pmf = losses(value, p)
    at = value_at_risk(pmf, level)
    blend = (pmf[: at + 1].sum() - level) / pmf[at]
    parts = []
    for j in range(accounts):
        rest = losses(np.delete(value, j), np.delete(p, j))
        k = at - int(value[j])
        here = rest[k] if k >= 0 else 0.0
        above = rest[max(k + 1, 0) :].sum()
        parts.append(value[j] * p[j] * (above + blend * here) / (1 - level))
    return np.array(parts)


def simulated_losses(value, p, rho, paths):
    """Losses that share one normal factor, path by path."""
    random = np.random.default_rng(3)
    border = np.array([NormalDist().inv_cdf(x) for x in p])
    found = np.empty(paths)
    for path in range(paths):
        hidden = np.sqrt(1 - rho) * random.standard_normal(len(p))
        found[path] = value @ (np.sqrt(rho) * random.standard_normal() + hidden < border)
    return found
