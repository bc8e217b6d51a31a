"""Models in discrete time: BG/BB for orders, sBG and BdW for renewals."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np

from kam import _core
from kam._base.discount import discount_rate
from kam._churn.models import Estimator, _warn_left_out, _weights, interval_frame, read_column
from kam._data import frames as _frames
from kam._data.columns import Doubles, doubles, warn_rows


class PeriodEstimator(Estimator):
    """An estimator whose time is counted in its own periods: campaigns, contract years, …"""

    @classmethod
    def from_params(cls, *, unit: str = "period", **params: float) -> Self:
        """A model with given parameters (the paper's letters). It has no standard errors."""
        if unit != "period":
            raise ValueError(f"`unit` must be 'period', got {unit!r}: time is counted in periods")
        if set(params) != set(cls._names):
            raise ValueError(f"parameters must be {', '.join(cls._names)}, got {', '.join(params)}")
        model = cls()
        values = [float(params[name]) for name in cls._names]
        model._estimate = _core.given_in_periods(cls._kind, values)
        return model


class BGBB(PeriodEstimator):
    """BG/BB (Fader, Hardie & Shang 2010): alpha, beta, gamma, delta.

    For orders that can happen once per period. Frames have frequency (periods with an order),
    recency (the last of them, 0 if none) and periods (observed after the first order).
    """

    _kind = "bgbb"
    _names = ("alpha", "beta", "gamma", "delta")

    def fit(self, summary: Any, sample_weight: Any = None) -> Self:
        """Maximum likelihood. Rows that cannot be read are left out and counted in a RowWarning.

        `sample_weight` counts a row that often. Raises InsufficientDataError without an order.
        """
        columns = self._columns(summary)
        weights = _weights(sample_weight, len(columns[0]))
        estimate = _core.fit_bgbb(*columns, weights)
        _warn_left_out(estimate)
        return self._finish(estimate)

    def log_likelihood(self, summary: Any) -> Doubles:
        """Per account."""
        values, report = _core.bgbb_log_likelihood(self._fitted, *self._columns(summary))
        warn_rows(report, "log_likelihood")
        return values  # type: ignore[no-any-return]

    def probability_alive(
        self, summary: Any, *, ahead: int = 1, interval: bool = False, level: float = 0.8
    ) -> Any:
        """P(there in period n + `ahead`); 1 as in the paper. ``interval=True``: a frame."""
        return self._verb("probability_alive", summary, ahead, interval, level)

    def expected_orders(
        self, summary: Any, horizon: float, *, interval: bool = False, level: float = 0.8
    ) -> Any:
        """E[orders in the next `horizon` periods]."""
        return self._verb("expected_orders", summary, horizon, interval, level)

    def probability_no_order(
        self, summary: Any, horizon: float, *, interval: bool = False, level: float = 0.8
    ) -> Any:
        """P(no order in the next `horizon` periods): the churn probability of silence."""
        return self._verb("probability_no_order", summary, horizon, interval, level)

    def discounted_expected_orders(
        self, summary: Any, *, discount: float, horizon: float = math.inf
    ) -> Doubles:
        """E[sum of (1 + discount)^-j over the orders of the next periods j]; endless: DERT."""
        values, report = _core.bgbb_discounted_expected_orders(
            self._fitted, float(horizon), discount_rate(discount), *self._columns(summary)
        )
        warn_rows(report, "discounted_expected_orders")
        return values  # type: ignore[no-any-return]

    def expected_orders_new(self, horizon: float) -> float:
        """E[orders in the `horizon` periods after the first order] of a new account."""
        _check_count("horizon", horizon)
        return float(_core.bgbb_expected_orders_new(self._fitted, float(horizon)))

    def probability_of_orders_new(self, orders: int, horizon: float) -> float:
        """P(so many orders in the `horizon` periods after the first order)."""
        _check_count("orders", orders)
        _check_count("horizon", horizon, most=1e6)
        value = _core.bgbb_probability_of_orders_new(self._fitted, float(orders), float(horizon))
        return float(value)

    def simulate(self, n: int, periods: Any, seed: int) -> dict[str, Doubles]:
        """`n` accounts drawn from the model, observed for `periods` (one number or one each)."""
        observed = _one_each(periods, n)
        frequency, recency = _core.bgbb_simulate(self._fitted, observed, int(seed))
        return {"frequency": frequency, "recency": recency, "periods": observed.copy()}

    @staticmethod
    def _columns(summary: Any) -> tuple[Doubles, Doubles, Doubles]:
        frame = _frames.normalise(summary)
        x, t_x, n = (read_column(frame, name) for name in ("frequency", "recency", "periods"))
        return x, t_x, n

    def _verb(self, name: str, summary: Any, argument: float, interval: bool, level: float) -> Any:
        columns = self._columns(summary)
        if not interval:
            call = getattr(_core, f"bgbb_{name}")
            values, report = call(self._fitted, float(argument), *columns)
            warn_rows(report, name, 4)
            return values
        call = getattr(_core, f"bgbb_{name}_interval")
        *result, report = call(self._fitted, float(argument), level, *columns)
        warn_rows(report, name, 4)
        return interval_frame(_frames.kind_of(summary), name, tuple(result))


class RenewalModel(PeriodEstimator):
    """Verbs of both renewal models.

    `renewals` is how often a customer has renewed so far: an array, or a frame with `renewals`
    (or `duration`, the same for a customer who is still there).
    """

    def fit(self, frame: Any, sample_weight: Any = None) -> Self:
        """Maximum likelihood from one row per customer.

        Columns: `duration` (the period at whose end it left, or the renewals so far), `event`
        (1 left, 0 still there) and, if some came under observation late, `entry` (renewals before).
        """
        columns = self._durations(frame)
        weights = _weights(sample_weight, len(columns[0]))
        estimate = _core.fit_renewals(self._kind, *columns, weights)
        _warn_left_out(estimate)
        return self._finish(estimate)

    def fit_cohort(self, active_counts: Any) -> Self:
        """Maximum likelihood from one cohort: how many are there after 0, 1, 2, … renewals."""
        active = doubles(np.asarray(active_counts), "active_counts")
        return self._finish(_core.fit_cohort(self._kind, active))

    @property
    def longest_(self) -> float:
        """The last period in which somebody was seen: what is asked beyond it, only the formula
        answers. NaN for given parameters and for files that do not say."""
        return self._fitted.longest

    def survival(self, t: Any) -> Any:
        """S(t): share of a cohort still there after t renewals; a number or an array."""
        return self._curve("survival", t)

    def retention(self, t: Any) -> Any:
        """r_t = S(t) / S(t - 1): share of those left that renew the t-th time, t >= 1."""
        return self._curve("retention", t)

    def hazard(self, t: Any) -> Any:
        """1 - r_t."""
        return self._curve("hazard", t)

    def expected_lifetime(self) -> float:
        """E[periods as a customer]; NaN where the mean is infinite."""
        return float(_core.renewal_lifetime(self._fitted, 0.0))

    def discounted_lifetime(self, *, discount: float) -> float:
        """DEL: sum over t >= 0 of S(t) / (1 + discount)^t."""
        if not discount > 0:
            raise ValueError(f"`discount` must be > 0, got {discount}")
        return float(_core.renewal_lifetime(self._fitted, discount_rate(discount)))

    def predict_survival(self, renewals: Any, horizon: float) -> Doubles:
        """P(renews `horizon` more times), per customer."""
        values, report = _core.renewal_survival(self._fitted, float(horizon), _renewals(renewals))
        warn_rows(report, "predict_survival")
        return values  # type: ignore[no-any-return]

    def predict_churn(
        self, renewals: Any, horizon: float, *, interval: bool = False, level: float = 0.8
    ) -> Any:
        """P(leaves within the next `horizon` periods), per customer.

        ``interval=True``: a frame with _lo, _hi and `extrapolated`, whether the answer reaches
        beyond `longest_`: to go there is what these models are for, so no warning tells of it.
        """
        done = _renewals(renewals)
        if not interval:
            values, report = _core.renewal_churn(self._fitted, float(horizon), done)
            warn_rows(report, "predict_churn")
            return values
        *result, report = _core.renewal_churn_interval(self._fitted, float(horizon), level, done)
        warn_rows(report, "predict_churn")
        names = ("churn_probability", "churn_probability_lo", "churn_probability_hi")
        made = dict(zip(names, result, strict=True))
        made["extrapolated"] = done + float(horizon) > self.longest_
        return _frames.build(_kind_of(renewals), made)

    def discounted_residual(
        self,
        renewals: Any,
        *,
        discount: float,
        horizon: float = math.inf,
        interval: bool = False,
        level: float = 0.8,
    ) -> Any:
        """DERL: further renewals, each discounted to the next one: sum of (1 + discount)^-(j-1).

        ``discount=0`` counts them; NaN where that mean is infinite.
        """
        arguments = (float(horizon), discount_rate(discount))
        done = _renewals(renewals)
        if not interval:
            values, report = _core.renewal_residual(self._fitted, *arguments, done)
            warn_rows(report, "discounted_residual")
            return values
        *result, report = _core.renewal_residual_interval(self._fitted, *arguments, level, done)
        warn_rows(report, "discounted_residual")
        return interval_frame(_kind_of(renewals), "discounted_residual", tuple(result))

    def expected_residual(self, renewals: Any, horizon: float = math.inf) -> Doubles:
        """E[further renewals within `horizon`]; NaN where the mean is infinite."""
        return self.discounted_residual(renewals, discount=0.0, horizon=horizon)  # type: ignore[no-any-return]

    def log_likelihood(self, frame: Any) -> Doubles:
        """Per customer; columns as in fit."""
        values, report = _core.renewal_log_likelihood(self._fitted, *self._durations(frame))
        warn_rows(report, "log_likelihood")
        return values  # type: ignore[no-any-return]

    def simulate(self, n: int, periods: Any, seed: int) -> dict[str, Doubles]:
        """`n` customers drawn from the model, observed for `periods` (one number or one each)."""
        duration, event = _core.simulate_renewals(self._fitted, _one_each(periods, n), int(seed))
        return {"duration": duration, "event": event}

    def _curve(self, what: str, t: Any) -> Any:
        times = np.asarray(t, dtype=np.float64)
        flat = np.ascontiguousarray(times.reshape(-1))
        values = np.asarray(_core.renewal_curve(self._fitted, what, flat)).reshape(times.shape)
        return float(values) if times.ndim == 0 else values

    @staticmethod
    def _durations(frame: Any) -> tuple[Doubles, Doubles, Doubles | None]:
        columns = _frames.normalise(frame)
        entry = read_column(columns, "entry") if "entry" in _frames.names(columns) else None
        return read_column(columns, "duration"), read_column(columns, "event"), entry


class ShiftedBetaGeometric(RenewalModel):
    """Shifted beta-geometric, sBG (Fader & Hardie 2007): alpha, beta.

    Each customer leaves with a probability of its own, the same every period.
    """

    _kind = "sbg"
    _names = ("alpha", "beta")


class BetaDiscreteWeibull(RenewalModel):
    """Beta-discrete-Weibull, BdW (Fader, Hardie et al. 2018): alpha, beta, c.

    As sBG, but a customer's own churn probability rises (c > 1) or falls (c < 1) with its age.
    """

    _kind = "bdw"
    _names = ("alpha", "beta", "c")


def _is_frame(renewals: Any) -> bool:
    try:
        _frames.kind_of(renewals)
    except TypeError:
        return False
    return True


def _renewals(renewals: Any) -> Doubles:
    if not _is_frame(renewals):
        return doubles(np.atleast_1d(np.asarray(renewals)), "renewals")
    frame = _frames.normalise(renewals)
    name = "renewals" if "renewals" in _frames.names(frame) else "duration"
    return read_column(frame, name)


def _kind_of(renewals: Any) -> _frames.Kind:
    return _frames.kind_of(renewals if _is_frame(renewals) else {"renewals": np.empty(0)})


def _one_each(periods: Any, n: int) -> Doubles:
    return np.ascontiguousarray(np.broadcast_to(np.asarray(periods, dtype=np.float64), (int(n),)))


def _check_count(name: str, value: float, most: float = 9e15) -> None:
    number = float(value)
    if not (0 <= number <= most) or number != math.floor(number):
        raise ValueError(f"`{name}` must be whole, 0 to {most:g}, got {value}")
