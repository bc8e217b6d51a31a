"""One model per group of accounts, fitted in one call."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from kam._churn.compare import information
from kam._churn.totals import group_codes
from kam._data import frames as _frames
from kam._data.columns import Codes, Doubles
from kam._errors import AssumptionWarning, ConvergenceWarning, InsufficientDataError


class GroupedModel:
    """A model for each group; a verb answers each account with the model of its group.

    `.models` by label (the pooled model where a group could not be fitted alone), `.pooled` the
    fit of everybody, `.table()` the parameters with counts. Verbs take the summary with the same
    group column: ``grouped.expected_orders(summary, 39)``; accounts of a group that was not in
    the fit are answered by the pooled model.
    """

    def __init__(self, by: str, pooled: Any, kind: _frames.Kind, sums: dict[Any, float]) -> None:
        self.by, self.pooled, self._kind = by, pooled, kind
        self.models: dict[Any, Any] = {}
        self.notes: dict[Any, str] = {}
        self.warnings: dict[Any, str] = {}
        self._counts: dict[Any, tuple[int, float]] = {}
        self._pooled_log_likelihood = sums

    def probability_alive(self, summary: Any, **options: Any) -> Any:
        return self._each("probability_alive", summary, **options)

    def probability_no_order(self, summary: Any, horizon: float, **options: Any) -> Any:
        return self._each("probability_no_order", summary, horizon, **options)

    def expected_orders(self, summary: Any, horizon: float, **options: Any) -> Any:
        return self._each("expected_orders", summary, horizon, **options)

    def discounted_expected_orders(self, summary: Any, **options: Any) -> Any:
        return self._each("discounted_expected_orders", summary, **options)

    def expected_spend(self, summary: Any, **options: Any) -> Any:
        return self._each("expected_spend", summary, **options)

    def log_likelihood(self, summary: Any) -> Any:
        return self._each("log_likelihood", summary)

    def table(self) -> Any:
        """A frame of one row per group: label, accounts, repeat_orders, parameters and their
        standard errors (`_se`), log_likelihood, converged, note (why a group has the pooled
        model; empty if it has parameters of its own), warning (of the group's fit)."""
        rows = [self._row(label) for label in self.models]
        columns = {name: _column([row[name] for row in rows]) for name in rows[0]}
        return _frames.build(self._kind, columns)

    def comparison(self) -> dict[str, dict[str, float]]:
        """Fitted apart against fitted together, on the groups that have a fit of their own: is
        the difference between the groups worth the parameters? The lower AIC or BIC wins."""
        own = [label for label in self.models if not self.notes[label]]
        accounts = sum(self.models[label]._fitted.accounts for label in own)
        apart = sum(self.models[label].log_likelihood_ for label in own)
        together = sum(self._pooled_log_likelihood[label] for label in own)
        k = len(self.pooled.params_)
        result = {}
        for name, value, count in (("apart", apart, k * len(own)), ("together", together, k)):
            aic, bic = information(value, count, accounts) if accounts else (np.nan, np.nan)
            result[name] = {"log_likelihood": value, "parameters": count, "aic": aic, "bic": bic}
        return result

    def __repr__(self) -> str:
        own = sum(not note for note in self.notes.values())
        return (
            f"GroupedModel: {type(self.pooled).__name__} by {self.by}, {len(self.models)} groups, "
            f"{own} with parameters of their own"
        )

    def _row(self, label: Any) -> dict[str, Any]:
        model = self.models[label]
        rows, events = self._counts[label]
        errors = model.standard_errors_
        row: dict[str, Any] = {
            self.by: label,
            "accounts": rows,
            "repeat_orders": events,
        } | model.params_
        row |= {f"{name}_se": error for name, error in errors.items()}
        own = not self.notes[label]
        return row | {
            "log_likelihood": model.log_likelihood_ if own else np.nan,
            "converged": model.converged_,
            "note": self.notes[label],
            "warning": self.warnings[label],
        }

    def _each(self, verb: str, summary: Any, *arguments: Any, **options: Any) -> Any:
        kind = _frames.kind_of(summary)
        frame = _frames.normalise(summary)
        labels, codes = group_codes(frame, self.by)
        columns = {n: _frames.column(frame, n) for n in _frames.names(frame)}
        parts = []
        for code, label in enumerate(labels.tolist()):
            rows = np.flatnonzero(codes == code)
            model = self.models.get(label, self.pooled)
            part = getattr(model, verb)(_rows(columns, rows), *arguments, **options)
            parts.append((rows, part))
        return _join(kind, len(codes), parts)


def fit_by(
    model: Any,
    summary: Any,
    *,
    by: str,
    sample_weight: Any = None,
    unit: str = "week",
    least_events: int = 30,
) -> GroupedModel:
    """Fits a model for every value of the column `by`, and one for everybody.

    Parameters
    ----------
    model : estimator or its class
        What to fit: ``kam.MBGNBD`` or ``kam.MBGNBD()``.
    summary : frame
        Columns of the model and `by` (a cohort, a segment, a country). Missing is a group, None.
    least_events : int
        A group with fewer repeat orders (spend rows) has the pooled model, and a note.

    Raises InsufficientDataError if everybody together cannot be fitted.
    """
    make: Callable[[], Any] = model if isinstance(model, type) else type(model)
    frame = _frames.normalise(summary)
    labels, codes = group_codes(frame, by)
    columns = {name: _frames.column(frame, name) for name in _frames.names(frame)}
    weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    pooled = make().fit(columns, sample_weight=weight, unit=unit)
    sums = _pooled_sums(pooled, columns, codes, labels, weight)
    grouped = GroupedModel(by, pooled, _frames.kind_of(summary), sums)
    for code, label in enumerate(labels.tolist()):
        rows = np.flatnonzero(codes == code)
        part = _rows(columns, rows)
        fitted, note, told = _fit_one(make, part, None if weight is None else weight[rows], unit,
                                least_events)  # fmt: skip
        grouped.models[label] = pooled if fitted is None else fitted
        grouped.notes[label] = note
        grouped.warnings[label] = told
        grouped._counts[label] = (len(rows), _events(part, weight, rows))
    return grouped


def _fit_one(
    make: Callable[[], Any], part: Any, weight: Any, unit: str, least: int
) -> tuple[Any | None, str, str]:
    """(model or None, why it is None, what the fit warned about)."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")  # rows left out were told by the fit of everybody
        try:
            fitted = make().fit(part, sample_weight=weight, unit=unit)
        except InsufficientDataError as error:
            return None, f"pooled: {error}", ""
    if fitted._fitted.events < least:
        return None, f"pooled: {fitted._fitted.events:g} events, fewer than {least}", ""
    wanted = (ConvergenceWarning, AssumptionWarning)
    return fitted, "", "; ".join(str(w.message) for w in told if issubclass(w.category, wanted))


def _events(part: Any, weight: Doubles | None, rows: Any) -> float:
    x = np.nan_to_num(np.asarray(part["frequency"], dtype=np.float64))
    return float(x.sum() if weight is None else x @ weight[rows])


def _pooled_sums(
    pooled: Any, columns: Any, codes: Codes, labels: Any, weight: Doubles | None
) -> dict[Any, float]:
    per_row = np.nan_to_num(pooled.log_likelihood(columns))
    sums = np.bincount(codes, per_row if weight is None else per_row * weight, len(labels))
    return dict(zip(labels.tolist(), sums.tolist(), strict=True))


def _rows(columns: dict[str, Any], rows: Any) -> dict[str, Any]:
    return {name: values[rows] for name, values in columns.items()}


def _join(kind: _frames.Kind, rows: int, parts: list[tuple[Any, Any]]) -> Any:
    """Per-group arrays, or frames of intervals, back in row order."""
    if parts and isinstance(parts[0][1], dict):
        joined = {
            name: _scatter(rows, [(where, part[name]) for where, part in parts])
            for name in parts[0][1]
        }
        return _frames.build(kind, joined)
    return _scatter(rows, parts)


def _scatter(rows: int, parts: list[tuple[Any, Any]]) -> Doubles:
    out = np.full(rows, np.nan)
    for where, values in parts:
        out[where] = values
    return out


def _column(values: list[Any]) -> Any:
    if all(isinstance(v, (bool, int, float, np.floating)) for v in values):
        return np.array(values)
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
