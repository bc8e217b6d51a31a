"""Accelerated-failure-time regression: Weibull, log-normal and log-logistic lifetimes."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

import numpy as np

from kam import _core
from kam._churn.design import Design, DesignRows, Missing, Unseen
from kam._churn.fit_facts import FitFacts
from kam._churn.survival import warn_left_out
from kam._churn.survival_input import per_row, read_rows
from kam._data import frames as _frames
from kam._data.columns import Doubles, encode_ids, warn_rows
from kam._errors import AssumptionWarning, FormatError, VersionError, warn_unless_converged

_INTERCEPT, _LOG_SCALE = "Intercept", "log(scale)"
_OPTIONS = ("ridge", "robust", "cluster", "zero_event_within", "levels", "unseen", "missing")


class AFT(FitFacts):
    """What the three regressions share: ln T = Intercept + sum of beta x + scale * eps.

    A coefficient stretches time: e^beta is how many times longer a customer stays for one more of
    the covariate.

    Parameters
    ----------
    ridge : maximised is log-likelihood - ridge / 2 * sum of (beta_j * sd_j)^2, sd_j the standard
        deviation of the column; intercept and scale are free.
    robust : sandwich standard errors (as survreg's ``robust=TRUE``).
    cluster : name of a column; sandwich over its values. Implies `robust`.
    zero_event_within : an event at duration 0 happened within (0, this]; 0 leaves such rows out.
    levels, unseen, missing : coding of text, of levels not seen in the fit, of missing cells.
    """

    _distribution: ClassVar[str]
    _record: _core.AftRecord | None = None
    _design: Design | None = None

    def __init__(
        self,
        *,
        ridge: float = 0.0,
        robust: bool = False,
        cluster: str | None = None,
        zero_event_within: float = 1.0,
        levels: Mapping[str, Iterable[Any]] | None = None,
        unseen: Unseen = "error",
        missing: Missing | Mapping[str, Missing] = "error",
    ) -> None:
        self.ridge = ridge
        self.robust = robust
        self.cluster = cluster
        self.zero_event_within = zero_event_within
        self.levels, self.unseen, self.missing = levels, unseen, missing

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _OPTIONS}

    def set_params(self, **params: Any) -> Self:
        for name, value in params.items():
            if name not in self.get_params():
                raise ValueError(f"unknown parameter '{name}'")
            setattr(self, name, value)
        return self

    def fit(
        self,
        frame: Any,
        *,
        duration: str,
        event: str,
        entry: str | None = None,
        sample_weight: Any = None,
        covariates: Iterable[str] | None = None,
        unit: str = "",
    ) -> Self:
        """Maximum likelihood from one row per customer.

        Parameters
        ----------
        duration, event, entry : names of columns: when it left observation, whether it was lost
            then (1 or True), and since when it was under observation (left truncation).
        covariates : all columns without another role, if not given; ``[]`` for none.
        sample_weight : how often each row counts; an array or a column's name.
        unit : unit of time, kept in the model.

        Rows that cannot be read are left out and counted in a RowWarning. Columns that depend on
        others are dropped with coefficient NaN and named in a ConvergenceWarning.
        """
        frame = _frames.normalise(frame)
        weight_name = sample_weight if isinstance(sample_weight, str) else None
        roles = [n for n in (duration, event, entry, weight_name, self.cluster) if n is not None]
        options = (self.levels, self.unseen, self.missing)
        design, rows = Design.learn(frame, covariates, roles, *options)
        frame, columns = read_rows(frame, duration, event, entry, sample_weight)
        clusters, no_cluster = self._clusters(frame)
        columns = columns.without(no_cluster)
        record = _core.fit_aft(
            self._distribution,
            *columns,
            design.names,
            rows.columns,
            clusters,
            float(self.ridge),
            bool(self.robust),
            float(self.zero_event_within),
        )
        record.concordance = _concordance(record, columns, rows)
        record.unit = str(unit)
        record.schema = json.dumps(design.to_dict())
        self._record, self._design = record, design
        self._tell(rows)
        return self

    def _clusters(self, frame: Any) -> tuple[Any, Any]:
        """Codes of the clusters, and the rows that have none."""
        if self.cluster is None:
            return None, np.zeros(1, dtype=bool)
        codes = encode_ids(_frames.column(frame, self.cluster, "cluster")).codes
        missing = codes == _core.NO_ACCOUNT
        return np.where(missing, 0, codes).astype(np.uint32), missing

    def _tell(self, rows: DesignRows) -> None:
        record = self._fitted
        warn_left_out(rows.in_words(record.rows), 4)
        warn_unless_converged(record.converged, record.warning, record.stop_reason, 4)

    # ---- What was fitted -------------------------------------------------------------------------

    @property
    def _fitted(self) -> _core.AftRecord:
        if self._record is None:
            raise ValueError(f"this {type(self).__name__} is not fitted: call fit first")
        return self._record

    @property
    def design_(self) -> Design:
        """How columns of a frame become covariates."""
        _ = self._fitted
        assert self._design is not None
        return self._design

    @property
    def names_(self) -> list[str]:
        return [_INTERCEPT, *self._fitted.names, _LOG_SCALE]

    @property
    def params_(self) -> dict[str, float]:
        """Coefficients per unit of each column, "Intercept" and "log(scale)"; NaN: dropped."""
        return dict(zip(self.names_, self._fitted.values, strict=True))

    @property
    def standard_errors_(self) -> dict[str, float]:
        return dict(zip(self.names_, self._fitted.standard_errors, strict=True))

    @property
    def covariance_(self) -> Doubles:
        """Of the parameters in the order of `params_`; NaN where unknown."""
        n = len(self.names_)
        return self._fitted.covariance.reshape(n, n)

    @property
    def scale_(self) -> float:
        return float(np.exp(self._fitted.values[-1]))

    @property
    def log_likelihood_(self) -> float:
        """Of the times, without the penalty."""
        return self._fitted.log_likelihood

    @property
    def log_likelihood_null_(self) -> float:
        """Of the same distribution without covariates."""
        return self._fitted.null_log_likelihood

    @property
    def aic_(self) -> float:
        return self._fitted.aic

    @property
    def concordance_(self) -> float:
        """Harrell's: how often who left sooner was expected to; NaN without a comparable pair."""
        return self._fitted.concordance

    @property
    def accounts_(self) -> float:
        """Sum of the weights of the rows used."""
        return self._fitted.weight

    @property
    def events_(self) -> float:
        return self._fitted.events

    @property
    def rows_left_out_(self) -> int:
        return int(self._fitted.rows[1])

    @property
    def unit_(self) -> str:
        return self._fitted.unit

    @property
    def longest_(self) -> float:
        """Largest observed duration: what is asked beyond it, only the distribution answers."""
        return self._fitted.longest

    @property
    def basis_(self) -> str:
        """What a prediction rests on, in words."""
        return f"{type(self).__name__}, {self.events_:g} of {self.accounts_:g} lost"

    def summary(self) -> str:
        """The fit as text: estimates, standard errors, z, time ratio e^beta, likelihood."""
        r = self._fitted
        unit = f", unit {r.unit}" if r.unit else ""
        lines = [f"{type(self).__name__}  ({r.weight:g} rows, {r.events:g} events{unit})"]
        width = max(len(name) for name in self.names_)
        lines.append(f"  {'':<{width}} {'estimate':>12} {'se':>10} {'z':>8} {'time ratio':>11}")
        for name, value in self.params_.items():
            error = self.standard_errors_[name]
            z = value / error if error > 0 else float("nan")
            ratio = "" if name in (_INTERCEPT, _LOG_SCALE) else f"{np.exp(value):11.4g}"
            lines.append(f"  {name:<{width}} {value:12.6g} {error:10.4g} {z:8.2f} {ratio}".rstrip())
        lines.append(
            f"  log-likelihood {r.log_likelihood:.6f} (no covariates {r.null_log_likelihood:.6f}), "
            f"AIC {r.aic:.4f}, {r.stop_reason} after {r.iterations}"
        )
        if r.concordance == r.concordance:
            lines.append(f"  concordance {r.concordance:.4f}")
        if r.warning:
            lines.append(f"  warning: {r.warning}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        if self._record is None:
            return f"{type(self).__name__}()"
        inner = ", ".join(f"{k}={v:.6g}" for k, v in self.params_.items())
        return f"{type(self).__name__}({inner})"

    # ---- Predictions -----------------------------------------------------------------------------

    def predict_location(self, frame: Any) -> Doubles:
        """Intercept + sum of beta x per row: ln T less scale * eps. Higher stays longer."""
        rows, n = self._rows(frame)
        values, report = _core.aft_locations(self._fitted, rows.columns, n)
        warn_rows(rows.in_words(report), "predict_location")
        return values  # type: ignore[no-any-return]

    def predict_survival(self, frame: Any, times: Any) -> Doubles:
        """S(t) from time 0: an array of rows x times."""
        rows, n = self._rows(frame)
        at = np.atleast_1d(np.asarray(times, dtype=np.float64)).ravel()
        at = np.ascontiguousarray(at)
        values, report, past = _core.aft_survival(self._fitted, at, rows.columns, n)
        self._report(report, rows, past, "predict_survival")
        return values.reshape(n, len(at))  # type: ignore[no-any-return]

    def predict_churn(
        self,
        frame: Any,
        horizon: float,
        tenure: Any = None,
        *,
        interval: bool = False,
        level: float = 0.8,
    ) -> Any:
        """P(lost within `horizon` | still there after `tenure`), per row.

        `tenure`: how long each customer has been there, an array, a number or a column's name; none
        for customers who begin now. ``interval=True``: a frame with _lo, _hi, `extrapolated` and
        `basis`.
        """
        arguments = ("churn_probability", float(horizon), frame, tenure, interval, level)
        return self._predict("churn_probability", *arguments)

    def predict_median(
        self, frame: Any, tenure: Any = None, *, interval: bool = False, level: float = 0.8
    ) -> Any:
        """Median of the time still to come, given the tenure."""
        return self.predict_quantile(frame, 0.5, tenure, interval=interval, level=level)

    def predict_quantile(
        self,
        frame: Any,
        left: float,
        tenure: Any = None,
        *,
        interval: bool = False,
        level: float = 0.8,
    ) -> Any:
        """The further time after which a share `left` of such customers is still there."""
        arguments = ("remaining_quantile", float(left), frame, tenure, interval, level)
        return self._predict("remaining_life", *arguments)

    def predict_mean(
        self,
        frame: Any,
        tenure: Any = None,
        *,
        horizon: float = float("inf"),
        interval: bool = False,
        level: float = 0.8,
    ) -> Any:
        """E[time still to come], or of what of it lies within `horizon` (restricted mean).

        NaN where the mean is infinite (log-logistic with scale >= 1 and no horizon).
        """
        arguments = ("restricted_mean", float(horizon), frame, tenure, interval, level)
        return self._predict("expected_life", *arguments)

    def _predict(
        self,
        name: str,
        kind: str,
        argument: float,
        frame: Any,
        tenure: Any,
        interval: bool,
        level: float,
    ) -> Any:
        rows, n = self._rows(frame)
        since = _tenure(frame, tenure, n)
        if not interval:
            values, report, past = _core.aft_predict(
                self._fitted, kind, argument, rows.columns, since, n
            )
            self._report(report, rows, past, name, 6)
            return values
        *columns, extrapolated, report, past = _core.aft_predict_interval(
            self._fitted, kind, argument, level, rows.columns, since, n
        )
        self._report(report, rows, past, name, 6)
        made = dict(zip((name, f"{name}_lo", f"{name}_hi"), columns, strict=True))
        made["extrapolated"] = extrapolated
        if name == "churn_probability":
            made["basis"] = np.full(n, self.basis_, dtype=object)
        return _frames.build(_frames.kind_of(frame), made)

    def _rows(self, frame: Any) -> tuple[DesignRows, int]:
        rows = self.design_.matrix(_frames.normalise(frame))
        return rows, len(rows.bad)

    def _report(self, report: Any, rows: DesignRows, past: int, what: str, depth: int = 4) -> None:
        # The schema knows why a cell cannot be used; other rows are the core's to name.
        in_frame = rows.report
        warn_rows(in_frame if report[1] == in_frame[1] else report, what, depth)
        if past:
            warnings.warn(
                f"{what}: {past} rows lie beyond the largest observed duration "
                f"({self.longest_:g}): there the {self._distribution} tail speaks, not data",
                AssumptionWarning,
                stacklevel=depth,
            )

    # ---- Files -----------------------------------------------------------------------------------

    def to_json(self) -> str:
        """Versioned, checksummed JSON: coefficients, covariance and schema, no row of the data."""
        return self._fitted.to_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of `to_json`: the same bits. FormatError or VersionError otherwise."""
        record = _core.parse_aft(text)
        if record.distribution != cls._distribution:
            raise VersionError(
                f"the file holds {record.distribution}, expected {cls._distribution}"
            )
        model = cls()
        model._restore(record)
        return model

    def _restore(self, record: _core.AftRecord) -> None:
        design = Design.from_dict(json.loads(record.schema or "{}"))
        if design.names != record.names:
            raise FormatError("the schema of the model is not that of its coefficients")
        self._record, self._design = record, design

    def __getstate__(self) -> dict[str, Any]:
        return {
            "params": self.get_params(),
            "json": None if self._record is None else self.to_json(),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state["params"])  # type: ignore[misc]
        if state["json"] is not None:
            self._restore(_core.parse_aft(state["json"]))


class WeibullAFT(AFT):
    """Weibull lifetimes: the hazard rises (scale < 1) or falls (scale > 1) with tenure.

    rho = 1 / scale; lambda = e^(Intercept + sum of beta x). Also a proportional-hazards model.
    """

    _distribution = "weibull"


class LogNormalAFT(AFT):
    """Log-normal lifetimes: the hazard rises, then falls."""

    _distribution = "log_normal"


class LogLogisticAFT(AFT):
    """Log-logistic lifetimes: as log-normal, with a heavier tail; also proportional odds."""

    _distribution = "log_logistic"


class ExponentialAFT(AFT):
    """Exponential lifetimes, the Weibull of scale 1: the hazard does not depend on tenure."""

    _distribution = "exponential"


def _concordance(record: _core.AftRecord, columns: Any, rows: DesignRows) -> float:
    """Of the expected order of the rows of the fit with what happened."""
    counted = getattr(_core, "survival_concordance", None)
    location, _ = _core.aft_locations(record, rows.columns, len(rows.bad))
    if counted is None or not np.isfinite(location).any():
        return float("nan")
    return float(counted(*columns, -location, None, 1)[0])


def _tenure(frame: Any, tenure: Any, rows: int) -> Doubles | None:
    return None if tenure is None else per_row(_frames.normalise(frame), tenure, "tenure", rows)
