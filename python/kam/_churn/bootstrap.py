"""Parametric bootstrap: draw the portfolio from the model, fit again, look at what moves."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from kam._churn.totals import input_columns
from kam._data.columns import Doubles
from kam._errors import ConvergenceWarning, InsufficientDataError, RowWarning


class BootstrapResult:
    """What a statistic did over refits of simulated portfolios.

    `.values` is an array, one row per refit that answered; `.names` its columns; `.failed` counts
    the refits that did not answer, `.not_converged` those that stopped early (they are in).
    """

    def __init__(
        self, names: list[str], values: Doubles, observed: Doubles, failed: int, early: int
    ) -> None:
        self.names, self.values, self.observed = names, values, observed
        self.failed, self.not_converged = failed, early

    def standard_error(self) -> dict[str, float]:
        """Standard deviation over the refits."""
        return dict(zip(self.names, self.values.std(axis=0, ddof=1).tolist(), strict=True))

    def bias(self) -> dict[str, float]:
        """Mean over the refits less the value of the model itself."""
        bias = self.values.mean(axis=0) - self.observed
        return dict(zip(self.names, bias.tolist(), strict=True))

    def interval(self, level: float = 0.8) -> dict[str, tuple[float, float]]:
        """Percentiles, two-sided."""
        if not 0 < level < 1:
            raise ValueError(f"`level` must be between 0 and 1, got {level}")
        ends = np.quantile(self.values, [0.5 * (1 - level), 0.5 * (1 + level)], axis=0)
        return {
            name: (float(lo), float(hi)) for name, lo, hi in zip(self.names, *ends, strict=True)
        }

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        lines = [f"BootstrapResult: {len(self)} refits, {self.failed} failed"]
        errors = self.standard_error()
        for (name, (lo, hi)), value in zip(self.interval().items(), self.observed, strict=True):
            lines.append(
                f"  {name:<12} {value:12.6g}  se {errors[name]:.4g}  80 % {lo:.6g} to {hi:.6g}"
            )
        return "\n".join(lines)


def bootstrap(
    model: Any,
    summary: Any,
    n: int,
    seed: int,
    statistic: Callable[[Any], Any] | None,
) -> BootstrapResult:
    """See `OrderModel.bootstrap`."""
    if int(n) != n or n < 2:
        raise ValueError(f"`n` must be a whole number >= 2, got {n}")
    columns = input_columns(model, summary)
    age = _ages(columns)
    measure = _parameters if statistic is None else statistic
    names, observed = _named(measure(model))
    rows, failed, early = [], 0, 0
    for draw in _seeds(seed, int(n)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.simplefilter("ignore", RowWarning)
            try:
                refit = type(model)().fit(model.simulate(len(age), age, draw), unit=model.unit_)
            except InsufficientDataError:
                failed += 1
                continue
        early += not refit.converged_
        rows.append(_named(measure(refit))[1])
    if len(rows) < 2:
        raise InsufficientDataError(f"{failed} of {n} simulated portfolios could not be fitted")
    return BootstrapResult(names, np.array(rows), observed, failed, early)


def _ages(columns: dict[str, Doubles]) -> Doubles:
    """Of the rows that can be read: a simulated portfolio has no other."""
    age = columns["age"] if "age" in columns else columns["periods"]
    good = np.isfinite(age) & np.isfinite(columns["frequency"]) & (age >= 0)
    if not good.any():
        raise InsufficientDataError("no row of the summary can be read")
    return np.ascontiguousarray(age[good])


def _parameters(model: Any) -> dict[str, float]:
    return dict(model.params_)


def _named(value: Any) -> tuple[list[str], Doubles]:
    if isinstance(value, dict):
        return [str(k) for k in value], np.array(list(value.values()), dtype=np.float64)
    numbers = np.atleast_1d(np.asarray(value, dtype=np.float64))
    if numbers.ndim != 1:
        raise ValueError(f"`statistic` must give numbers in a row, got shape {numbers.shape}")
    return [f"statistic_{i}" for i in range(len(numbers))], numbers


def _seeds(seed: int, n: int) -> list[int]:
    """Independent seeds of the refits; the first n of a longer run are the same."""
    return [int(np.random.SeedSequence([int(seed), i]).generate_state(1, np.uint64)[0])
            for i in range(n)]  # fmt: skip
