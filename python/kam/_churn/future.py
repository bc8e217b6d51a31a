"""What each account may do next: orders drawn from the posterior of its own rate and drop-out.

Given that an account is alive, the posteriors of all these models are conjugate, so a draw costs a
few random numbers. P(alive) is the model's own.

x repeat orders, the last at t_x, observed until T. Given alive:

* order rate: Gamma(r + x, alpha + T) (NBD, Pareto/NBD, BG/NBD, MBG/NBD);
* with Erlang-k gaps: in stage j < k with weight proportional to the negative binomial
  C(r+kx+j-1, j) ((T - t_x) / (alpha + T))^j, and then Gamma(r + kx + j, alpha + T);
* drop-out: Beta(a, b + x) after each order (BG), Beta(a, b + x + 1) (MBG), or an exponential
  life with rate Gamma(s, beta + T) (Pareto/NBD); none (NBD).

BG/BB, in periods n: p ~ Beta(alpha + x, beta + n - x), theta ~ Beta(gamma, delta + n).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kam._data.columns import Doubles

Generator = np.random.Generator


class History(NamedTuple):
    """Columns of accounts: repeat orders, age at the last, age; all in the model's unit."""

    frequency: Doubles
    recency: Doubles
    age: Doubles


def can_draw(model: Any) -> bool:
    return set(model.params_) in _LETTERS


def draw_orders(
    model: Any, history: History, alive: Doubles, horizon: float, rng: Generator
) -> Doubles:
    """One possible number of orders within `horizon` per account; `alive` is P(alive)."""
    params = model.params_
    orders = np.zeros(len(alive))
    here = np.flatnonzero(rng.random(len(alive)) < alive)
    living = History(*(column[here] for column in history))
    if set(params) == _BGBB:
        orders[here] = _discrete(params, living, horizon, rng)
    else:
        stage, rate = _rate(params, living, rng)
        orders[here] = _until_left(model, params, living, rate, stage, horizon, rng)
    return orders


_MOST = 1e15  # orders; beyond it a Poisson number does not fit
_NBD, _PARETO = {"r", "alpha"}, {"r", "alpha", "s", "beta"}
_BG, _CNBD = {"r", "alpha", "a", "b"}, {"k", "r", "alpha", "a", "b"}
_BGBB = {"alpha", "beta", "gamma", "delta"}
_LETTERS = (_NBD, _PARETO, _BG, _CNBD, _BGBB)


def _rate(params: dict[str, float], h: History, rng: Generator) -> tuple[Any, Doubles]:
    """(stages of the next order already passed, rate of the stages)."""
    k = round(params.get("k", 1))
    shape = params["r"] + k * h.frequency
    stage = np.zeros(len(shape))
    if k > 1:
        stage = _stage(shape, (h.age - h.recency) / (params["alpha"] + h.age), k, rng)
    return stage, rng.gamma(shape + stage, 1 / (params["alpha"] + h.age))


def _stage(shape: Doubles, ratio: Doubles, k: int, rng: Generator) -> Doubles:
    weights = np.ones((k, len(shape)))
    for j in range(1, k):
        weights[j] = weights[j - 1] * (shape + j - 1) / j * ratio
    cumulative = np.cumsum(weights, axis=0)
    return np.asarray(
        (rng.random(len(shape)) * cumulative[-1] >= cumulative).sum(axis=0), dtype=np.float64
    )


def _until_left(
    model: Any,
    params: dict[str, float],
    h: History,
    rate: Doubles,
    stage: Any,
    horizon: float,
    rng: Generator,
) -> Doubles:
    time = np.full(len(rate), horizon)
    if "s" in params:
        death = rng.gamma(params["s"], 1 / (params["beta"] + h.age))
        with np.errstate(divide="ignore"):
            time = np.minimum(time, rng.exponential(size=len(rate)) / death)
    k = round(params.get("k", 1))
    orders = np.floor((stage + rng.poisson(np.minimum(rate * time, _MOST))) / k)
    if "a" not in params:
        return np.asarray(orders)
    first = 1 if model._kind.startswith("mbg") else 0
    many = np.flatnonzero(orders > 1)  # the order after which an account leaves still counts
    leaves = rng.beta(params["a"], params["b"] + h.frequency[many] + first)
    orders[many] = np.minimum(orders[many], _trials(leaves, rng))
    return np.asarray(orders)


def _discrete(params: dict[str, float], h: History, horizon: float, rng: Generator) -> Doubles:
    x, n = h.frequency, h.age
    p = rng.beta(params["alpha"] + x, params["beta"] + n - x)
    leaves = rng.beta(params["gamma"], params["delta"] + n)
    chances = np.minimum(_trials(leaves, rng) - 1, round(horizon))
    return np.asarray(rng.binomial(chances.astype(np.int64), p), dtype=np.float64)


def _trials(probability: Doubles, rng: Generator) -> Doubles:
    """Trials up to and with the first success: geometric, by inversion; infinite at 0."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        trials = np.ceil(rng.exponential(size=len(probability)) / -np.log1p(-probability))
    return np.asarray(np.fmax(trials, 1.0))
