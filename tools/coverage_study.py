"""Coverage of 80 % intervals for a churn rate with 40 accounts: kam's ladder beside three classics.

    PYTHONPATH=python .venv/bin/python tools/coverage_study.py [docs/images/coverage.png]

Every number of losses k = 0..40 gives one interval; the coverage at a true rate p is the sum of
P(k) over the intervals that hold p. No simulation: the curves are exact. Prints the table of
docs/models/churn_ladder.md and draws the curves.
"""

from __future__ import annotations

import sys

import kam
import numpy as np
from scipy import stats

ACCOUNTS, LEVEL = 40, 0.8
PRIORS = {
    "kam": (0.1, 1.0),
    "kam, prior too high": (0.3, 1.0),
    "kam, prior too low and sure": (0.02, 0.5),
}


def ladder(prior: tuple[float, float]) -> np.ndarray:
    rows = []
    for lost in range(ACCOUNTS + 1):
        frame = {"lost": np.r_[np.ones(lost), np.zeros(ACCOUNTS - lost)]}
        model = kam.ChurnLadder(prior={"base_rate": prior}, minimum_events=1e9, draws=9999)
        answer = model.fit(frame, event="lost").predict({"lost": [np.nan]}, LEVEL)
        rows.append((answer["churn_probability_lo"][0], answer["churn_probability_hi"][0]))
    return np.array(rows)


def jeffreys() -> np.ndarray:
    k = np.arange(ACCOUNTS + 1)
    tail = (1 - LEVEL) / 2
    lo = stats.beta.ppf(tail, k + 0.5, ACCOUNTS - k + 0.5)
    hi = stats.beta.ppf(1 - tail, k + 0.5, ACCOUNTS - k + 0.5)
    return np.c_[np.where(k == 0, 0, lo), np.where(k == ACCOUNTS, 1, hi)]


def wilson() -> np.ndarray:
    z = stats.norm.ppf((1 + LEVEL) / 2)
    p = np.arange(ACCOUNTS + 1) / ACCOUNTS
    centre = (p + z * z / (2 * ACCOUNTS)) / (1 + z * z / ACCOUNTS)
    half = z / (1 + z * z / ACCOUNTS)
    half = half * np.sqrt(p * (1 - p) / ACCOUNTS + z * z / (4 * ACCOUNTS**2))
    return np.c_[np.maximum(centre - half, 0), np.minimum(centre + half, 1)]


def clopper_pearson() -> np.ndarray:
    k = np.arange(ACCOUNTS + 1)
    tail = (1 - LEVEL) / 2
    lo = stats.beta.ppf(tail, k, ACCOUNTS - k + 1)
    hi = stats.beta.ppf(1 - tail, k + 1, ACCOUNTS - k)
    return np.c_[np.where(k == 0, 0, lo), np.where(k == ACCOUNTS, 1, hi)]


def coverage(limits: np.ndarray, rate: float) -> float:
    chance = stats.binom.pmf(np.arange(ACCOUNTS + 1), ACCOUNTS, rate)
    return float(chance @ ((limits[:, 0] <= rate) & (rate <= limits[:, 1])))


def width(limits: np.ndarray, rate: float) -> float:
    return float(stats.binom.pmf(np.arange(ACCOUNTS + 1), ACCOUNTS, rate) @ np.diff(limits)[:, 0])


def main() -> None:
    methods = {name: ladder(prior) for name, prior in PRIORS.items()}
    methods |= {"Jeffreys": jeffreys(), "Wilson": wilson(), "Clopper-Pearson": clopper_pearson()}
    rates = (0.02, 0.05, 0.1, 0.2, 0.3)
    print("| interval |", " | ".join(f"p = {rate:g}" for rate in rates), "|")
    print("|---|" + "---|" * len(rates))
    for name, limits in methods.items():
        cells = (f"{coverage(limits, r):.2f} ({width(limits, r):.3f})" for r in rates)
        print(f"| {name} |", " | ".join(cells), "|")
    if len(sys.argv) > 1:
        draw(methods, sys.argv[1])


def draw(methods: dict[str, np.ndarray], path: str) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    grid = np.linspace(0.002, 0.5, 400)
    figure, panels = plt.subplots(2, 3, figsize=(10, 5), sharex=True, sharey=True)
    for axes, (name, limits) in zip(panels.flat, methods.items(), strict=True):
        axes.plot(grid, [coverage(limits, rate) for rate in grid], linewidth=1, color="#1f5a8a")
        axes.axhline(LEVEL, color="#b0413e", linewidth=0.8)
        axes.set_title(name, fontsize=10)
        axes.set_ylim(0, 1)
        axes.grid(alpha=0.3)
    for axes in panels[-1]:
        axes.set_xlabel("true churn rate")
    for axes in panels[:, 0]:
        axes.set_ylabel("coverage of 80 %")
    figure.tight_layout()
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
