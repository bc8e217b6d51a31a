"""Order models of accounts with a rhythm: gaps between orders are Erlang-k."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from kam import _core
from kam._churn.models import (
    OrderModel,
    _checked_prior,
    _warn_left_out,
    _weights,
    gaps_column,
    order_columns,
)
from kam._data.columns import Doubles
from kam._errors import DataError


class _Regular(OrderModel):
    """What BGCNBD and MBGCNBD share: gaps between orders are Erlang-k."""

    def __init__(self, k: int | None = None, *, k_max: int = 12) -> None:
        for name, value in (("k", k), ("k_max", k_max)):
            if value is not None and (int(value) != value or not 1 <= value <= 20):
                raise ValueError(f"`{name}` must be a whole number from 1 to 20, got {value}")
        self._k = None if k is None else int(k)
        self._k_max = int(k_max)

    @classmethod
    def from_params(cls, *, unit: str = "week", **params: float) -> Self:
        """A model with given parameters r, alpha, a, b and k. It has no standard errors."""
        if set(params) != {*cls._names, "k"}:
            raise ValueError(f"parameters must be r, alpha, a, b, k, got {', '.join(params)}")
        model = cls(params["k"])  # type: ignore[arg-type]
        values = [float(params[name]) for name in cls._names]
        model._estimate = _core.given(cls._kind, values, unit, int(params["k"]))
        return model

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of `to_json`: the same bits. FormatError or VersionError otherwise."""
        model = super().from_json(text)
        if not model._fitted.k_profile:
            model._k = model._fitted.phases
        return model

    def fit(
        self,
        summary: Any,
        sample_weight: Any = None,
        unit: str = "week",
        *,
        start: Self | None = None,
        prior: Mapping[str, tuple[float, float] | None] | None = None,
        threads: int = 1,
    ) -> Self:
        """Maximum likelihood, at the k given or at the best of 1 to `k_max`.

        `start` and `prior` as in BGNBD.fit; ``order_rate`` is r/(k alpha), orders per unit.

        To choose k the summary needs the column ``log_gaps`` (``kam.summarize(..., gaps=True)``).
        At a given k the parameters are the same without it, but log_likelihood_ is NaN for k > 1.
        """
        x, t_x, age = order_columns(summary)
        gaps = gaps_column(summary)
        if self._k is None and gaps is None:
            raise DataError(
                "to choose k the summary needs a column 'log_gaps': "
                "summarize(..., gaps=True), or give k"
            )
        weights = _weights(sample_weight, len(x))
        estimate = _core.fit_phases(
            self._kind,
            self._k,
            self._k_max,
            x,
            t_x,
            age,
            gaps,
            weights,
            unit,
            self._start_values(start, unit),
            1 if start is None else start._fitted.phases,
            _checked_prior(prior),
            threads,
        )
        _warn_left_out(estimate)
        return self._finish(estimate)

    @property
    def params_(self) -> dict[str, float]:
        """r, alpha, a, b and the whole number k."""
        return {**super().params_, "k": self._fitted.phases}

    @property
    def k_profile_(self) -> dict[int, float]:
        """Log-likelihood of the optimum at each k tried; empty if k was given."""
        return dict(enumerate(self._fitted.k_profile, start=1))

    def summary(self) -> str:
        """The fit as text; with the profile over k if k was chosen by it."""
        lines = super().summary().split("\n")
        lines.insert(5, f"  {'k':<6} {self._fitted.phases:14d}")
        if self.k_profile_:
            best = max(self.k_profile_.values())
            profile = ", ".join(f"{k}: {value - best:.1f}" for k, value in self.k_profile_.items())
            lines.append(f"  log-likelihood by k, from the best: {profile}")
        return "\n".join(lines)

    def log_likelihood(self, summary: Any, *, threads: int = 1) -> Doubles:
        """Per account. For k > 1 the summary needs the column log_gaps."""
        gaps = gaps_column(summary)
        if gaps is None and self._fitted.phases > 1:
            raise DataError("log_likelihood at k > 1 needs a column 'log_gaps'")
        return self._log_likelihood(summary, gaps, threads)

    def simulate(self, n: int, age: Any, seed: int) -> dict[str, Doubles]:
        """As for the other order models, with the column log_gaps."""
        ages = np.ascontiguousarray(np.broadcast_to(np.asarray(age, dtype=np.float64), (int(n),)))
        frequency, recency, gaps = _core.simulate(self._fitted, ages, int(seed))
        columns = {"frequency": frequency, "recency": recency, "age": ages.copy()}
        return columns | {"log_gaps": gaps}

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"k": self._k, "k_max": self._k_max}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._k, self._k_max = state["k"], state["k_max"]
        super().__setstate__(state)


class BGCNBD(_Regular):
    """BG/CNBD-k: BG/NBD for accounts that order on a rhythm.

    The gaps between orders are Erlang-k: k = 1 is BG/NBD, a larger k a steadier rhythm. Without k
    it is chosen by likelihood from 1 to `k_max`. Reutterer, Platzer & Schröder (2021).
    """

    _kind = "bgcnbd"


class MBGCNBD(_Regular):
    """MBG/CNBD-k: as BGCNBD, and the first order, too, may be the last."""

    _kind = "mbgcnbd"
