"""What an order is worth, and the account: Gamma-Gamma and lifetime value."""

from __future__ import annotations

import warnings
from typing import Any, Self

from kam import _core
from kam._base.discount import Compounding, effective_annual_rate, span_in_years
from kam._churn.models import (
    Estimator,
    OrderModel,
    _warn_left_out,
    _weights,
    interval_frame,
    order_columns,
    read_column,
)
from kam._data import frames as _frames
from kam._data.columns import Doubles, warn_rows
from kam._errors import (
    AssumptionWarning,
    DataError,
)
from kam._lifetime.independence import Independence, independence
from kam._portfolio.data_sums import data_sums


class GammaGamma(Estimator):
    """Gamma-Gamma spend model (Fader & Hardie 2013): p, q, gamma.

    It takes spend for independent of frequency; `fit` tests that (`independence_`).
    """

    _kind = "gamma_gamma"
    _names = ("p", "q", "gamma")
    _independence: Independence | None = None

    def fit(
        self, summary: Any, sample_weight: Any = None, unit: str = "week", *, threads: int = 1
    ) -> Self:
        """Fits rows with frequency >= 1 and monetary_value > 0; counts the other repeaters.

        An AssumptionWarning if spend goes with frequency: correlations of 0.2 or more, significant.
        """
        x, value = self._columns(summary)
        weights = _weights(sample_weight, len(x))
        estimate = _core.fit_spend(x, value, weights, unit, threads)
        self._data_sums = data_sums((x, value), weights)
        self._independence = independence(x, value, weights, estimate.values[0])
        _warn_left_out(estimate)
        if self._independence.doubtful:
            text = f"spend and frequency are taken for independent, but the {self._independence}"
            warnings.warn(text, AssumptionWarning, stacklevel=2)
        return self._finish(estimate)

    @property
    def independence_(self) -> Independence:
        """Correlation of frequency and spend in the data of the fit, with intervals and p values.
        Not in the JSON."""
        if self._independence is None:
            raise ValueError("only `fit` tests the independence of spend and frequency")
        return self._independence

    def expected_spend(
        self, summary: Any, *, interval: bool = False, level: float = 0.8, threads: int = 1
    ) -> Any:
        """E[value of a future order]; at frequency 0 the population mean."""
        columns = self._columns(summary)
        if interval:
            *result, report = _core.expected_spend_interval(self._fitted, level, *columns, threads)
            warn_rows(report, "expected_spend")
            return interval_frame(_frames.kind_of(summary), "expected_spend", tuple(result))
        values, report = _core.expected_spend(self._fitted, *columns, threads)
        warn_rows(report, "expected_spend")
        return values

    def log_likelihood(self, summary: Any, *, threads: int = 1) -> Doubles:
        """Per account; NaN at frequency 0, which says nothing about spend."""
        values, _ = _core.spend_log_likelihood(self._fitted, *self._columns(summary), threads)
        return values  # type: ignore[no-any-return]

    @staticmethod
    def _columns(summary: Any) -> tuple[Doubles, Doubles]:
        frame = _frames.normalise(summary)
        return read_column(frame, "frequency"), read_column(frame, "monetary_value")


def lifetime_value(
    order_model: OrderModel,
    spend_model: GammaGamma,
    summary: Any,
    *,
    years: float | None = None,
    months: int | None = None,
    as_of: Any = None,
    discount: float,
    compounding: Compounding = "annual",
    margin: float | None = None,
    interval: bool = True,
    level: float = 0.8,
    threads: int = 1,
) -> Any:
    """Money per account over the next `years` (of 365.2425 days), with its interval.

    margin * E[spend of an order] * E[sum of (1 + discount)^-t over its orders], t in years, in
    continuous time. `discount` is an effective annual rate unless `compounding` says otherwise.
    Instead of `years`: calendar `months` from `as_of` on. Without a margin the value is revenue.

    Returns a frame of the kind of `summary`: lifetime_value, lifetime_value_lo, lifetime_value_hi
    (uncertainty of the parameters, two-sided at `level`), without an interval only the first, at a
    ninth of the time. The bits are the same for any number of `threads`.
    """
    if not isinstance(order_model, OrderModel):
        raise TypeError(f"`order_model` must be an order model, got {type(order_model).__name__}")
    if not isinstance(spend_model, GammaGamma):
        raise TypeError(f"`spend_model` must be a GammaGamma, got {type(spend_model).__name__}")
    if order_model._estimate is None or spend_model._estimate is None:
        raise DataError("both models must be fitted")
    frame = _frames.normalise(summary)
    order_model._tell_one_time_buyers(frame, "lifetime_value")
    verb: Any = _core.lifetime_value_interval if interval else _core.lifetime_value
    *columns, report = verb(
        order_model._fitted,
        spend_model._fitted,
        span_in_years(years, months, as_of),
        effective_annual_rate(discount, compounding),
        1.0 if margin is None else float(margin),
        *((level,) if interval else ()),
        *order_columns(frame),
        read_column(frame, "monetary_value"),
        threads,
    )
    warn_rows(report, "lifetime_value")
    if not interval:
        return _frames.build(_frames.kind_of(summary), {"lifetime_value": columns[0]})
    return interval_frame(_frames.kind_of(summary), "lifetime_value", tuple(columns))
