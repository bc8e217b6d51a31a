"""The data of the questions of concentration: simulated portfolios, seeds fixed; reference data."""

from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parents[2] / "tests" / "data"
PARETO = 1.160964  # 80/20


def revenue(accounts):
    """Pareto revenue of the textbook 80/20, in cents."""
    uniform = np.random.default_rng(1).uniform(size=accounts)
    return np.round(10_000 * (1 - uniform) ** (-1 / PARETO)) / 100


def portfolio(accounts, cells):
    """Pareto values scaled to whole cells, `cells` of them in all; probabilities up to .3."""
    random = np.random.default_rng(1)
    value = random.uniform(size=accounts) ** (-1 / PARETO)
    value = 1 + np.floor((cells - accounts) * value / value.sum())
    value[0] += cells - value.sum()
    return value, 0.3 * random.uniform(size=accounts)


def large_portfolio(accounts):
    """Pareto values that are multiples of nothing, so that the grid has to round them."""
    random = np.random.default_rng(2)
    value = 1000 * random.uniform(size=accounts) ** (-1 / 1.5)
    return value, 0.3 * random.uniform(size=accounts)


def tail(name):
    """Reference data of Clauset, Shalizi and Newman (2009); cities in thousands."""
    values = np.loadtxt(DATA / f"powerlaw_{name}.csv")
    return values / 1000 if name in ("cities", "blackouts") else values
