"""Order and spend models as estimators."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np

from kam import _core
from kam._churn.fit_facts import FitFacts
from kam._churn.portfolio_verbs import PortfolioVerbs
from kam._data import frames as _frames
from kam._data.columns import Doubles, doubles, warn_rows
from kam._errors import RowWarning, VersionError, warn_unless_converged
from kam._portfolio.data_sums import data_sums

_ALIASES = {"age": ("age", "T"), "frequency": ("frequency",), "recency": ("recency",)}


def read_column(summary: Any, name: str) -> Doubles:
    """A summary column as doubles; `T` is accepted for `age`."""
    for candidate in _ALIASES.get(name, (name,)):
        if candidate in _frames.names(summary):
            return doubles(_frames.column(summary, candidate), candidate)
    return doubles(_frames.column(summary, name), name)


def order_columns(summary: Any) -> tuple[Doubles, Doubles, Doubles]:
    frame = _frames.normalise(summary)
    return tuple(read_column(frame, n) for n in ("frequency", "recency", "age"))  # type: ignore[return-value]


def gaps_column(summary: Any) -> Doubles | None:
    """The column log_gaps, None if there is none."""
    frame = _frames.normalise(summary)
    return read_column(frame, "log_gaps") if "log_gaps" in _frames.names(frame) else None


def interval_frame(kind: _frames.Kind, name: str, columns: tuple[Any, ...]) -> Any:
    return _frames.build(kind, dict(zip((name, f"{name}_lo", f"{name}_hi"), columns, strict=True)))


class Estimator(FitFacts):
    """What all estimators share: parameters, their uncertainty, and a JSON form."""

    _kind: ClassVar[str]
    _names: ClassVar[tuple[str, ...]]
    _estimate: _core.Estimate | None = None
    _data_sums: tuple[float, ...] | None = None  # of the rows of the fit: tells data apart

    @classmethod
    def from_params(cls, *, unit: str = "week", **params: float) -> Self:
        """A model with given parameters (the paper's letters). It has no standard errors."""
        if set(params) != set(cls._names):
            raise ValueError(f"parameters must be {', '.join(cls._names)}, got {', '.join(params)}")
        model = cls()
        values = [float(params[name]) for name in cls._names]
        model._estimate = _core.given(cls._kind, values, unit, 1)
        return model

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of `to_json`: the same bits. FormatError or VersionError otherwise."""
        estimate = _core.parse_estimate(text)
        if estimate.kind != cls._kind:
            raise VersionError(f"the file holds {estimate.kind}, expected {cls._kind}")
        model = cls()
        model._estimate = estimate
        return model

    def to_json(self) -> str:
        """Versioned, checksummed JSON of a few hundred bytes: parameters, not data."""
        return self._fitted.to_json()

    @property
    def _fitted(self) -> _core.Estimate:
        if self._estimate is None:
            raise ValueError(
                f"this {type(self).__name__} is not fitted: call fit or from_params first"
            )
        return self._estimate

    @property
    def params_(self) -> dict[str, float]:
        return dict(zip(self._fitted.names, self._fitted.values, strict=True))

    @property
    def standard_errors_(self) -> dict[str, float]:
        return dict(zip(self._fitted.names, self._fitted.standard_errors, strict=True))

    @property
    def covariance_(self) -> Doubles:
        """Covariance of the parameters in the order of `params_`, symmetric; NaN where unknown."""
        values = np.array(self._fitted.values)
        of_logs = np.array(self._fitted.log_covariance).reshape(len(values), len(values))
        covariance: Doubles = of_logs * np.outer(values, values)
        return covariance

    @property
    def log_likelihood_(self) -> float:
        """On the original scale of time or money, summed over accounts."""
        return self._fitted.log_likelihood

    @property
    def unit_(self) -> str:
        """Unit of time of the data it was fitted on, and of every horizon."""
        return self._fitted.unit

    def summary(self) -> str:
        """The fit as text: estimates, standard errors, likelihood, how it ended."""
        e = self._fitted
        lines = [
            f"{type(self).__name__}  ({e.accounts:g} accounts, {e.events:g} events, unit {e.unit})"
        ]
        for name, value, error in zip(e.names, e.values, e.standard_errors, strict=True):
            lines.append(f"  {name:<6} {value:14.8g}  se {error:.4g}")
        lines.append(
            f"  log-likelihood {e.log_likelihood:.6f}, {e.stop_reason} after {e.iterations}"
        )
        if e.prior_weight or e.log_prior:
            lines.append(f"  log prior {e.log_prior:.6f}, weight of the prior {e.prior_weight:.3f}")
        if e.warning:
            lines.append(f"  warning: {e.warning}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        if self._estimate is None:
            return f"{type(self).__name__}()"
        inner = ", ".join(f"{k}={v:.6g}" for k, v in self.params_.items())
        return f"{type(self).__name__}({inner}, unit={self.unit_!r})"

    def __getstate__(self) -> dict[str, str | None]:
        return {"json": None if self._estimate is None else self.to_json()}

    def __setstate__(self, state: dict[str, str | None]) -> None:
        self._estimate = None if state["json"] is None else _core.parse_estimate(state["json"])

    def _finish(self, estimate: _core.Estimate) -> Self:
        self._estimate = estimate
        warn_unless_converged(estimate.converged, estimate.warning, estimate.stop_reason, 4)
        return self


def _weights(sample_weight: Any, rows: int) -> Doubles | None:
    if sample_weight is None:
        return None
    weights = doubles(np.asarray(sample_weight), "sample_weight")
    if len(weights) != rows:
        raise ValueError(f"`sample_weight` has {len(weights)} rows, expected {rows}")
    return weights


def _warn_left_out(estimate: _core.Estimate) -> None:
    if estimate.rows_rejected:
        text = f"fit: {estimate.rows_rejected:g} rows that cannot be read are left out"
        warnings.warn(text, RowWarning, stacklevel=3)


_BELIEFS = ("order_rate", "dropout", "rate_heterogeneity", "dropout_heterogeneity")


def _checked_prior(prior: Any) -> dict[str, tuple[float, float] | None] | None:
    if prior is None:
        return None
    for name in prior:
        if name not in _BELIEFS:
            raise ValueError(f"`prior` knows {', '.join(_BELIEFS)}, got {name!r}")
    return {name: _belief(name, pair) for name, pair in prior.items()}


def _belief(name: str, pair: Any) -> tuple[float, float] | None:
    if pair is None:
        return None
    try:
        median, sigma = pair
        return float(median), float(sigma)
    except (TypeError, ValueError):
        raise ValueError(f"`prior['{name}']` must be (median, sigma), got {pair!r}") from None


class OrderModel(Estimator, PortfolioVerbs):
    """Verbs of every order model. Input: frames with frequency, recency and age (or T)."""

    _names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    _input: ClassVar[tuple[str, ...]] = ("frequency", "recency", "age")

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
        """Maximum likelihood. Rows that cannot be read are left out and counted in a RowWarning.

        `sample_weight` counts a row that often; `unit` is the unit of time of the columns, kept in
        the model and its JSON. Raises InsufficientDataError without a repeat order.

        `start`: a fitted model, last month's say, of the same unit: where the search begins; the
        estimate is the same. `prior`: (median, sigma) of ``order_rate`` (r/alpha, per unit),
        ``dropout`` (a/(a+b)), ``rate_heterogeneity`` (1/r) and ``dropout_heterogeneity``
        (1/(a+b)); sigma is the standard deviation of the logarithm (of the logit of ``dropout``).
        The last two default to (1, 1.5) and (0.5, 1.5) once a prior is given; None switches one
        off.

        Every verb takes `threads`: how many to use, the same bits for any number.
        """
        x, t_x, age = order_columns(summary)
        weights = _weights(sample_weight, len(x))
        if prior is not None and self._kind not in ("bgnbd", "mbgnbd"):
            raise ValueError(
                "`prior` is for BGNBD, MBGNBD, BGCNBD and MBGCNBD, not " + type(self).__name__
            )
        estimate = _core.fit_orders(
            self._kind,
            x,
            t_x,
            age,
            weights,
            unit,
            self._start_values(start, unit),
            _checked_prior(prior),
            threads,
        )
        self._data_sums = data_sums((x, t_x, age), weights)
        _warn_left_out(estimate)
        return self._finish(estimate)

    @property
    def log_prior_(self) -> float:
        """ln of the prior density relative to its peak; the fit maximises it plus log_likelihood_.

        0 without a prior.
        """
        return self._fitted.log_prior

    @property
    def prior_weight_(self) -> float:
        """Share of the prior in what is known about the parameters: 0 the data alone, at most 1."""
        return self._fitted.prior_weight

    def _start_values(self, start: Any, unit: str) -> list[float] | None:
        if start is None:
            return None
        if not isinstance(start, type(self)):
            raise TypeError(f"`start` must be a {type(self).__name__}, got {type(start).__name__}")
        if start.unit_ != unit:
            raise ValueError(f"`start` has the unit {start.unit_}, the fit {unit}")
        return list(start._fitted.values)

    def log_likelihood(self, summary: Any, *, threads: int = 1) -> Doubles:
        """Per account."""
        return self._log_likelihood(summary, None, threads)

    def _log_likelihood(self, summary: Any, gaps: Doubles | None, threads: int) -> Doubles:
        values: Doubles
        columns = order_columns(summary)
        values, report = _core.log_likelihood(self._fitted, *columns, gaps, threads)
        warn_rows(report, "log_likelihood", 4)
        return values

    def probability_alive(
        self, summary: Any, *, interval: bool = False, level: float = 0.8, threads: int = 1
    ) -> Any:
        """P(still a customer at the observation end). ``interval=True``: a frame with _lo/_hi."""
        self._tell_one_time_buyers(summary, "probability_alive")
        if interval:
            return self._interval("probability_alive", summary, (level,), threads)
        return self._column(_core.probability_alive, summary, threads)

    def probability_no_order(
        self,
        summary: Any,
        horizon: float,
        *,
        interval: bool = False,
        level: float = 0.8,
        threads: int = 1,
    ) -> Any:
        """P(no order within `horizon` from now): the churn probability of silence."""
        if interval:
            return self._interval("probability_no_order", summary, (float(horizon), level), threads)
        return self._column(_core.probability_no_order, summary, threads, float(horizon))

    def expected_orders(
        self,
        summary: Any,
        horizon: float,
        *,
        interval: bool = False,
        level: float = 0.8,
        threads: int = 1,
    ) -> Any:
        """E[orders within `horizon` from now], in the unit of the model."""
        if interval:
            return self._interval("expected_orders", summary, (float(horizon), level), threads)
        return self._column(_core.expected_orders, summary, threads, float(horizon))

    def expected_orders_new(self, horizon: float) -> float:
        """E[repeat orders within `horizon`] of an account that places its first order now."""
        if not 0 <= float(horizon) < float("inf"):
            raise ValueError(f"`horizon` must be finite and >= 0, got {horizon}")
        return float(_core.expected_orders_new(self._fitted, float(horizon)))

    def discounted_expected_orders(
        self,
        summary: Any,
        *,
        horizon: float | None = None,
        delta_continuous: float,
        threads: int = 1,
    ) -> Doubles:
        """E[sum of exp(-delta t) over the orders within `horizon`]; delta per unit of time.

        ``horizon=None``: over all orders to come (discounted expected residual transactions);
        delta must then be > 0.
        """
        return self._discounted(
            summary, float("inf") if horizon is None else float(horizon), delta_continuous, threads
        )

    def probability_of_orders(
        self, n: int, horizon: float, summary: Any = None, *, threads: int = 1
    ) -> Doubles | float:
        """P(exactly `n` orders within `horizon`), per account from now on.

        Without a summary: of an account that places its first order now (repeat orders).
        """
        if not 0 <= float(horizon) < float("inf"):
            raise ValueError(f"`horizon` must be finite and >= 0, got {horizon}")
        if not (0 <= float(n) < 9e15 and float(n).is_integer()):
            raise ValueError(f"`n` must be a whole number >= 0, got {n}")
        if summary is None:
            return float(_core.probability_of_orders_new(self._fitted, float(n), float(horizon)))
        return self._column(_core.probability_of_orders, summary, threads, float(n), float(horizon))

    def probability_alive_at(self, summary: Any, horizon: float, *, threads: int = 1) -> Doubles:
        """P(still a customer `horizon` after the observation end)."""
        if not 0 <= float(horizon) < float("inf"):
            raise ValueError(f"`horizon` must be finite and >= 0, got {horizon}")
        return self._column(_core.probability_alive_at, summary, threads, float(horizon))

    def _discounted(
        self, summary: Any, horizon: float, delta_continuous: float, threads: int = 1
    ) -> Doubles:
        return self._column(
            _core.discounted_expected_orders,
            summary,
            threads,
            horizon,
            float(delta_continuous),
        )

    def simulate(self, n: int, age: Any, seed: int) -> dict[str, Doubles]:
        """`n` accounts drawn from the model, observed for `age` (one number or one each)."""
        ages = np.ascontiguousarray(np.broadcast_to(np.asarray(age, dtype=np.float64), (int(n),)))
        frequency, recency, _ = _core.simulate(self._fitted, ages, int(seed))
        return {"frequency": frequency, "recency": recency, "age": ages.copy()}

    def _column(self, verb: Any, summary: Any, threads: int, *arguments: float) -> Doubles:
        values, report = verb(self._fitted, *arguments, *order_columns(summary), threads)
        warn_rows(report, verb.__name__, 4)
        return values  # type: ignore[no-any-return]

    def _interval(self, verb: str, summary: Any, arguments: tuple[float, ...], threads: int) -> Any:
        call = getattr(_core, f"{verb}_interval")
        *columns, report = call(self._fitted, *arguments, *order_columns(summary), threads)
        warn_rows(report, verb, 4)
        return interval_frame(_frames.kind_of(summary), verb, tuple(columns))


class BGNBD(OrderModel):
    """BG/NBD (Fader, Hardie & Lee 2005): r, alpha, a, b. It may leave after each repeat order.

    P(alive) of an account without a repeat order is 1, whatever its silence: that is the model's
    assumption, told once in a RowWarning. MBGNBD does without it.
    """

    _kind = "bgnbd"
    _once_is_alive = True


class MBGNBD(OrderModel):
    """MBG/NBD (Batislam, Denizel & Filiztekin 2007): the first order, too, may be the last."""

    _kind = "mbgnbd"


class ParetoNBD(OrderModel):
    """Pareto/NBD (Schmittlein, Morrison & Colombo 1987): r, alpha, s, beta.

    The account may leave at any moment, unseen, not only right after an order.
    """

    _kind = "pareto_nbd"
    _names: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")


class NBD(OrderModel):
    """NBD (Ehrenberg 1959): r, alpha. Nobody leaves: the baseline of every churn model.

    P(alive) is 1 by definition and every silence is chance.
    """

    _kind = "nbd"
    _names: ClassVar[tuple[str, ...]] = ("r", "alpha")
