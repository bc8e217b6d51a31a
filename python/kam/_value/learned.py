"""Weights of indicators learned from which accounts were lost."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kam import _core
from kam._data import frames as _frames
from kam._data.columns import Doubles, doubles
from kam._errors import ConvergenceWarning, DataError, RowWarning


@dataclass(frozen=True, repr=False)
class LearnedWeights:
    """logit P(bad) = intercept - sum of beta_k score_k/100, beta >= 0; arrays follow `names`.

    `weights` is beta/sum(beta); `log_odds_per_10` what 10 points more take off the log-odds.
    `standard_errors` are those of the penalised fit with the betas at their bound 0 held there, NaN
    for those. `prior_share` says how much of the proportions is the prior's (0 to 1), `fill_scores`
    what a missing score counts as, `warning` in words what to mind.
    """

    names: tuple[str, ...]
    weights: Doubles
    beta: Doubles
    log_odds_per_10: Doubles
    intercept: float
    standard_errors: Doubles
    weight_standard_errors: Doubles
    intercept_standard_error: float
    at_bound: tuple[bool, ...]
    fill_scores: Doubles
    present: Doubles
    log_likelihood: float
    penalty: float
    strength: float
    prior_share: float
    effective_parameters: float
    condition_number: float
    kkt_residual: float
    stop_reason: str
    converged: bool
    iterations: int
    events: float
    non_events: float
    rows_used: int
    rows_rejected: int
    unknown_outcomes: int
    warning: str

    def log_odds(self, scores: Any) -> Doubles:
        """Log-odds of the bad outcome for rows of scores; NaN where a score is outside 0..100.

        Not a calibrated probability of loss: it is as good as the accounts it was learned from.
        """
        _, rows = _score_columns(scores)
        if len(rows) != len(self.beta):
            raise ValueError(f"`scores` must have {len(self.beta)} columns, got {len(rows)}")
        filled = np.where(np.isnan(rows), self.fill_scores[:, None], rows)
        valid = ((filled >= 0) & (filled <= 100)).all(axis=0)
        safe = np.where(valid, filled, 0.0)
        return np.where(valid, self.intercept - self.beta @ safe / 100, np.nan)

    def __repr__(self) -> str:
        each = ", ".join(f"{n} {w:.3f}" for n, w in zip(self.names, self.weights, strict=True))
        return (
            f"LearnedWeights({each}; {self.events:g} of {self.events + self.non_events:g} bad, "
            f"{self.prior_share:.0%} of the proportions the prior's)"
        )

    def summary(self) -> str:
        """The weights as a table in text, and how the fit ended."""
        lines = [f"{'':<20} {'weight':>7} {'se':>6} {'beta':>8} {'se':>7}  log-odds per 10 points"]
        for k, name in enumerate(self.names):
            tail = "  at its bound" if self.at_bound[k] else ""
            lines.append(
                f"{name:<20} {self.weights[k]:7.3f} {self.weight_standard_errors[k]:6.3f} "
                f"{self.beta[k]:8.3f} {self.standard_errors[k]:7.3f} "
                f"{-self.log_odds_per_10[k]:8.3f}{tail}"
            )
        lines.append(
            f"{self.events:g} events, {self.non_events:g} without; "
            f"share of the prior {self.prior_share:.2f}; {self.stop_reason}"
        )
        return "\n".join(lines + ([f"warning: {self.warning}"] if self.warning else []))


def learn_weights(
    scores: Any,
    outcome: Any,
    *,
    sample_weight: Any = None,
    ridge: float = 1.0,
    prior: Any = None,
    minimum_events: float = 30,
) -> LearnedWeights:
    """Weights from outcomes: a penalised logistic regression whose slopes cannot turn against us.

    `scores` is accounts x indicators, 0..100 with NaN for missing, or a frame with one column per
    indicator; `outcome` is 1 for the bad one (lost), 0 for the other, NaN for unknown. `prior` are
    the weights whose proportions few events give back: one per indicator, or a dict by column name.
    `ridge` is how firmly, 1 being a standard deviation of 1 in log-odds per 100 points.

    InsufficientDataError below `minimum_events` of either outcome, or if no indicator was lower at
    the accounts lost: keep the prior weights then. RowWarning for rows left out; ConvergenceWarning
    for whatever `warning` says.
    """
    names, columns = _score_columns(scores)
    found = _core.learn_weights(
        columns,
        doubles(np.asarray(outcome).ravel(), "outcome"),
        _optional(sample_weight, "sample_weight"),
        _prior_of(prior, names),
        float(ridge),
        float(minimum_events),
    )
    first, reason = found.pop("first_rejected"), found.pop("first_reason")
    learned = LearnedWeights(names=names, **found)
    if learned.rows_rejected:
        text = f"{learned.rows_rejected} rows were left out, first row {first} ({reason})"
        warnings.warn(text, RowWarning, stacklevel=2)
    if learned.warning:
        warnings.warn(learned.warning, ConvergenceWarning, stacklevel=2)
    return learned


def _score_columns(scores: Any) -> tuple[tuple[str, ...], Doubles]:
    """Names, and the scores with one contiguous row per indicator."""
    try:
        _frames.kind_of(scores)
    except TypeError:
        array = np.asarray(scores)
        if array.ndim != 2:
            raise ValueError(
                f"`scores` must be accounts x indicators, got shape {array.shape}"
            ) from None
        names = tuple(str(k) for k in range(array.shape[1]))
        rows = [doubles(array[:, k], f"scores[{k}]") for k in range(array.shape[1])]
    else:
        frame = _frames.normalise(scores)
        names = tuple(_frames.names(frame))
        rows = [doubles(_frames.column(frame, name), name) for name in names]
    if not rows:
        raise ValueError("`scores` must have at least one column, got none")
    if len({len(row) for row in rows}) > 1:
        raise ValueError("`scores` must have columns of one length")
    return names, np.ascontiguousarray(np.stack(rows))


def _prior_of(prior: Any, names: tuple[str, ...]) -> Doubles | None:
    if isinstance(prior, Mapping):
        if set(prior) != set(names):
            wrong = sorted(map(str, set(prior) ^ set(names)))
            raise DataError(f"`prior` must name the columns of `scores`: {', '.join(wrong)}")
        return np.array([float(prior[name]) for name in names])
    return _optional(prior, "prior")


def _optional(values: Any, name: str) -> Doubles | None:
    if values is None:
        return None
    column = doubles(np.asarray(values).ravel(), name)
    if not len(column):
        raise ValueError(f"`{name}` must have values or be None, got none")
    return column
