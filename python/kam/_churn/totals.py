"""Orders of a whole portfolio: the sum, its uncertainty, and the range of the outcome."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np

from kam import _core
from kam._churn.future import History, can_draw, draw_orders
from kam._churn.models import read_column
from kam._data import frames as _frames
from kam._data.columns import Codes, Doubles
from kam._errors import RowWarning

_STEP = 1e-4  # of ln(parameter) in central differences: error about 1e-8 of the derivative

_FARTHEST = 30.0  # of ln(parameter) in a draw: a flat direction must stay within doubles


class Portfolio(NamedTuple):
    """Accounts to be added up: usable rows alone, each with its group and weight."""

    summary: dict[str, Doubles]
    history: History
    group: Codes
    weight: Doubles
    groups: int

    def add_up(self, values: Doubles) -> Doubles:
        sums = np.bincount(self.group, values * self.weight, self.groups)
        return np.asarray(sums, dtype=np.float64)


class Totals(NamedTuple):
    """Per group: estimate, interval of the estimate, range of the outcome (NaN where unknown)."""

    estimate: Doubles
    lo: Doubles
    hi: Doubles
    pred_lo: Doubles
    pred_hi: Doubles

    def columns(self, name: str) -> dict[str, Doubles]:
        ends = ("", "_lo", "_hi", "_pred_lo", "_pred_hi")
        return {f"{name}{end}": values for end, values in zip(ends, self, strict=True)}


class Drawing(NamedTuple):
    """How the range of the outcome is simulated."""

    draws: int
    seed: int


def portfolio_of(model: Any, summary: Any, weights: Any, group: Codes, groups: int) -> Portfolio:
    """Rows the model can read; the others are told in one RowWarning."""
    columns = input_columns(model, summary)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RowWarning)
        good = ~np.isnan(model.expected_orders(columns, 1.0))
    rows = len(good)
    weight = np.ones(rows) if weights is None else np.asarray(weights, dtype=np.float64)
    if weight.shape != (rows,):
        raise ValueError(f"`weights` has {weight.size} rows, expected {rows}")
    if not (np.isfinite(weight) & (weight >= 0)).all():
        raise ValueError("`weights` must be finite and >= 0")
    if not good.all():
        text = f"orders of the portfolio: {rows - int(good.sum())} of {rows} rows are left out"
        warnings.warn(text, RowWarning, stacklevel=4)
    kept = {name: np.ascontiguousarray(values[good]) for name, values in columns.items()}
    return Portfolio(kept, history_of(kept), group[good], weight[good], groups)


def input_columns(model: Any, summary: Any) -> dict[str, Doubles]:
    """The columns that this model reads, as doubles."""
    frame = _frames.normalise(summary)
    return {name: read_column(frame, name) for name in model._input}


def history_of(columns: dict[str, Doubles]) -> History:
    age = columns["age"] if "age" in columns else columns["periods"]
    return History(columns["frequency"], columns["recency"], age)


class Cells(NamedTuple):
    """Sums of every cell, and what their uncertainty is computed from. Cells add up."""

    estimate: Doubles
    gradient: Doubles  # parameters x cells: d sum / d ln(parameter)
    covariance: Doubles | None  # of ln(parameters)
    outcomes: Doubles | None  # draws x cells

    def totals(self, into: Codes, groups: int, level: float) -> Totals:
        """Cells added up: cell c belongs to group into[c]."""
        member = np.zeros((len(self.estimate), groups))
        member[np.arange(len(into)), into] = 1
        estimate = self.estimate @ member
        factor = np.exp(_core.normal_quantile(0.5 * (1 + level)) * self._log_error(member))
        lo = hi = np.full(groups, np.nan)
        if self.outcomes is not None:
            tail = 0.5 * (1 - level)
            lo, hi = np.quantile(self.outcomes @ member, [tail, 1 - tail], axis=0)
        return Totals(estimate, estimate / factor, estimate * factor, lo, hi)

    def _log_error(self, member: Doubles) -> Doubles:
        """Standard error of ln(sum) by the delta method; NaN without a covariance."""
        if self.covariance is None:
            return np.full(member.shape[1], np.nan)
        gradient, estimate = self.gradient @ member, self.estimate @ member
        variance = np.einsum("ig,ij,jg->g", gradient, self.covariance, gradient)
        errors = np.zeros(len(estimate))
        np.divide(np.sqrt(np.maximum(variance, 0)), estimate, out=errors, where=estimate > 0)
        return errors


def cells_of(model: Any, portfolio: Portfolio, horizon: float, drawing: Drawing) -> Cells:
    """Sums over the accounts of each group. O(accounts) memory, whatever the number of draws."""
    covariance = covariance_of(model)
    return Cells(
        portfolio.add_up(model.expected_orders(portfolio.summary, horizon)),
        _gradient(model, portfolio, horizon, covariance),
        covariance,
        _outcomes(model, portfolio, horizon, drawing, covariance),
    )


def covariance_of(model: Any) -> Doubles | None:
    """Of ln(parameters); None where it is not known. A parameter that is held has zeros."""
    n = len(model.params_)
    covariance = np.asarray(model._fitted.log_covariance, dtype=np.float64).reshape(n, n)
    return covariance if np.isfinite(covariance).all() else None


def moved(model: Any, log_change: Doubles) -> Any:
    """The model with its parameters multiplied by exp(log_change)."""
    params = {
        name: value * float(np.exp(d)) if d else value
        for (name, value), d in zip(model.params_.items(), log_change, strict=True)
    }
    return type(model).from_params(unit=model.unit_, **params)


def _gradient(
    model: Any, portfolio: Portfolio, horizon: float, covariance: Doubles | None
) -> Doubles:
    """Of the sums, by central differences in ln(parameter): two batches per parameter. Exact for
    correlated accounts, which all share the parameters."""
    gradient = np.zeros((len(model.params_), portfolio.groups))
    if covariance is None:
        return gradient
    for i in np.flatnonzero(np.diag(covariance) > 0):
        change = np.zeros(len(covariance))
        change[i] = _STEP
        up, down = (
            portfolio.add_up(moved(model, c).expected_orders(portfolio.summary, horizon))
            for c in (change, -change)
        )
        gradient[i] = (up - down) / (2 * _STEP)
    return gradient


def _outcomes(
    model: Any,
    portfolio: Portfolio,
    horizon: float,
    drawing: Drawing,
    covariance: Doubles | None,
) -> Doubles | None:
    """Simulated sums: parameters, rates, lives and orders all drawn.

    Each draw is added up as it comes. Parameters are drawn from the normal approximation in their
    logarithms; without a covariance they are held, and the range is that of the orders alone.
    """
    if drawing.draws == 0 or not can_draw(model):
        return None
    rng = np.random.default_rng(drawing.seed)
    sums = np.empty((drawing.draws, portfolio.groups))
    steps = np.zeros(len(model.params_))
    for row in sums:
        drawn = moved(model, steps if covariance is None else _normal(covariance, rng))
        alive = quietly(drawn.probability_alive, portfolio.summary)
        row[:] = portfolio.add_up(draw_orders(drawn, portfolio.history, alive, horizon, rng))
    return sums


def _normal(covariance: Doubles, rng: np.random.Generator) -> Doubles:
    """By eigenvectors: a flat or held direction has a zero eigenvalue and stays in place."""
    values, vectors = np.linalg.eigh(covariance)
    scores = rng.standard_normal(len(values)) * np.sqrt(np.maximum(values, 0))
    change = np.clip(vectors @ scores, -_FARTHEST, _FARTHEST)
    return np.asarray(np.where(np.diag(covariance) > 0, change, 0.0))


def quietly(verb: Any, *arguments: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RowWarning)
        return verb(*arguments)


def expected_orders_total(
    model: Any,
    summary: Any,
    horizon: float,
    *,
    weights: Any = None,
    groups: str | Any = None,
    level: float = 0.8,
    draws: int = 400,
    seed: int = 0,
) -> Any:
    """See `OrderModel.expected_orders_total`."""
    check_drawing(horizon, level, draws)
    frame = _frames.normalise(summary)
    labels, codes = group_codes(frame, groups)
    portfolio = portfolio_of(model, frame, weights, codes, len(labels))
    cells = cells_of(model, portfolio, float(horizon), Drawing(int(draws), int(seed)))
    totals = cells.totals(np.arange(len(labels), dtype=np.uint32), len(labels), level)
    columns: dict[str, Any] = {} if groups is None else {"group": labels}
    columns["accounts"] = portfolio.add_up(np.ones(len(portfolio.group)))
    columns |= totals.columns("expected_orders")
    return _frames.build(_frames.kind_of(summary), columns)


def check_drawing(horizon: float, level: float, draws: int) -> None:
    if not 0 <= float(horizon) < float("inf"):
        raise ValueError(f"`horizon` must be finite and >= 0, got {horizon}")
    if not 0 < level < 1:
        raise ValueError(f"`level` must be between 0 and 1, got {level}")
    if int(draws) != draws or not (draws == 0 or draws >= 20):
        raise ValueError(f"`draws` must be a whole number >= 20, or 0 for none, got {draws}")


def group_codes(frame: Any, groups: str | Any) -> tuple[Any, Codes]:
    """(labels in order of first appearance, code of every row). `groups` is a column or labels."""
    rows = len(_frames.column(frame, _frames.names(frame)[0])) if _frames.names(frame) else 0
    if groups is None:
        return np.array(["all"], dtype=object), np.zeros(rows, dtype=np.uint32)
    values = _frames.column(frame, groups) if isinstance(groups, str) else np.asarray(groups)
    if values.ndim != 1 or len(values) != rows:
        raise ValueError(f"`groups` has {values.size} rows, expected {rows}")
    seen: dict[Any, int] = {}
    codes = np.array([seen.setdefault(_label(v), len(seen)) for v in values.tolist()], dtype=int)
    labels = np.empty(len(seen), dtype=object)
    labels[:] = list(seen)
    return labels, codes.astype(np.uint32)


def _label(value: Any) -> Any:
    """Missing values are one group, None."""
    return None if value is None or value != value else value
