"""The data kam, lifelines and scikit-learn are given: simulated customers, seeds fixed."""

import numpy as np
import pandas as pd

SEED = 20240229


def names(count):
    return [f"x{j}" for j in range(count)]


def covariates(rows, count, rng):
    return pd.DataFrame(rng.standard_normal((rows, count)), columns=names(count))


def lifetimes(rows, count, months=False):
    """Weibull lifetimes (scale 0.7) with uniform censoring, about two thirds of them lost.

    ``months=True`` rounds the times up to 1 to 72 months: many ties.
    """
    rng = np.random.default_rng(SEED)
    frame = covariates(rows, count, rng)
    slopes = np.linspace(-0.4, 0.4, count)
    time = np.exp(3 + frame.to_numpy() @ slopes + 0.7 * np.log(rng.exponential(size=rows)))
    end = rng.uniform(0, 72, rows)
    event = time <= end
    duration = np.minimum(time, end)
    if months:
        duration = np.clip(np.ceil(duration), 1, 72)
    return frame.assign(duration=np.maximum(duration, 1e-3), event=event.astype(float))


def outcomes(rows, count):
    """Binary outcomes of a logistic regression, some 17 % of them 1."""
    rng = np.random.default_rng(SEED + 1)
    frame = covariates(rows, count, rng)
    logit = -2 + frame.to_numpy() @ np.linspace(-0.5, 0.5, count)
    event = rng.uniform(size=rows) < 1 / (1 + np.exp(-logit))
    return frame.assign(event=event.astype(float))


def scores(rows):
    """Outcomes and overconfident probabilities: their true log-odds are half as far from -1."""
    rng = np.random.default_rng(SEED + 2)
    logit = rng.normal(-1.5, 1.5, rows)
    y = (rng.uniform(size=rows) < 1 / (1 + np.exp(0.5 - 0.5 * logit))).astype(float)
    return y, 1 / (1 + np.exp(-logit))
