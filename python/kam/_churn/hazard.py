"""Regressions of churn: logistic (lost within a fixed time), discrete-time hazard (lost when)."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Self

import numpy as np

from kam import _core
from kam._churn.calibration import Calibrator
from kam._churn.design import Missing, Unseen
from kam._churn.models import interval_frame
from kam._churn.regression import Age, ChurnRegression, Prior, Signs, _cluster, _role, _weights
from kam._data import frames as _frames
from kam._data.columns import Doubles, doubles
from kam._errors import AssumptionWarning


class Logistic(ChurnRegression):
    """Logistic regression of a binary outcome: lost or not, within the time the outcome means."""

    _kind = "logistic"

    def fit(
        self,
        frame: Any,
        *,
        event: str,
        sample_weight: Any = None,
        covariates: Iterable[str] | None = None,
        offset: str | None = None,
        cluster: str | None = None,
    ) -> Self:
        """Maximum (penalised) likelihood by Newton's method.

        `event` is a column of 1 (lost) and 0; `covariates` are all columns without another role if
        not given. `sample_weight` (a column or an array) counts a row that often; `offset` is a
        column of known log-odds. Rows with a missing cell of a covariate (unless `missing` says
        otherwise) or without an outcome are left out and counted in a RowWarning.
        """
        frame = _frames.normalise(frame)
        design, rows = self._learn(frame, covariates, (event, sample_weight, offset, cluster))
        model = _core.fit_logistic(
            json.dumps(design.to_dict()),
            rows.columns,
            _role(frame, event, "event"),
            _weights(frame, sample_weight),
            None if offset is None else _role(frame, offset, "offset"),
            None if cluster is None else _cluster(frame, cluster),
            self._request(design, "logit"),
        )
        return self._finish(model, rows)

    def predict_proba(self, frame: Any) -> Doubles:
        """P(lost) per row, one-dimensional. NaN, counted in a RowWarning, where a cell is bad.

        Calibrated if the model has a calibrator.
        """
        return self._score("probability", frame)

    def predict_churn(self, frame: Any, *, interval: bool = False, level: float = 0.8) -> Any:
        """As predict_proba: the horizon is that of the outcome.

        ``interval=True``: a frame of churn_probability, churn_probability_lo, _hi and `basis`. The
        interval is that of the coefficients, symmetric in the log-odds, then calibrated.
        """
        if not interval:
            return self._score("probability", frame)
        return self._churn_frame(frame, self._limits("probability", frame, level))

    def decision_function(self, frame: Any) -> Doubles:
        """Log-odds per row, without an offset; never calibrated."""
        return self._score("linear_predictor", frame)

    @property
    def calibrator_(self) -> Calibrator | None:
        """What `calibrate_with` gave the model."""
        kept = self._fitted.calibration
        return Calibrator(kept[0][1]) if kept else None

    def calibrate_with(self, calibrator: Calibrator | None) -> Self:
        """Keeps a calibrator with the model: from now on, and in its file, every probability, its
        interval and its reasons are calibrated. None takes it away.

        It must have been fitted on probabilities of this model without a calibrator, of rows the
        model was not fitted on.
        """
        return self._calibrated_by([] if calibrator is None else [(math.nan, calibrator)])

    def reasons(self, frame: Any, *, scale: str = "probability", by: str = "column") -> Any:
        """Why: shares of the columns in P(lost) less that of the average row of the fit.

        A frame with churn_probability, reference_probability and one column per covariate (or per
        term, ``by="term"``). In probability the shares add up to the difference of the two; with
        ``scale="log_odds"`` they are coefficient * (x - mean).
        """
        return self._reasons(frame, None, 0.0, scale, by)


class Hazard(ChurnRegression):
    """Discrete-time hazard: contracts that can end once per period.

    P(lost in period t | still there) = g(intercept + f(t) + coefficients'x).

    Parameters
    ----------
    link : "logit" or "cloglog" (proportional hazards in grouped time)
    age : f(t)
        "log", "linear", "log+linear"; "period": a level for every period; a list of first periods
        of steps, such as [2, 13, 25]; None: the hazard does not depend on t.
    Others as in Logistic.
    """

    _kind = "hazard"
    _options = ("link", "age", *ChurnRegression._options)

    def __init__(
        self,
        link: Literal["logit", "cloglog"] = "logit",
        *,
        age: Age = "log",
        ridge: float = 0.0,
        prior: Prior | None = None,
        sign: Signs | None = None,
        levels: Mapping[str, Iterable[Any]] | None = None,
        unseen: Unseen = "error",
        missing: Missing | Mapping[str, Missing] = "error",
        robust: bool = False,
    ) -> None:
        super().__init__(
            ridge=ridge,
            prior=prior,
            sign=sign,
            levels=levels,
            unseen=unseen,
            missing=missing,
            robust=robust,
        )
        self.link, self.age = link, age

    def fit(
        self,
        frame: Any,
        *,
        duration: str,
        event: str,
        entry: str | None = None,
        sample_weight: Any = None,
        covariates: Iterable[str] | None = None,
        offset: str | None = None,
        cluster: str | None = None,
    ) -> Self:
        """Maximum (penalised) likelihood from one row per customer.

        `duration`: whole periods until lost (`event` 1) or seen so far (0); `entry`: periods before
        it came under observation. Others as in Logistic.fit.
        """
        frame = _frames.normalise(frame)
        roles = (duration, event, entry, sample_weight, offset, cluster)
        design, rows = self._learn(frame, covariates, roles)
        periods = _role(frame, duration, "duration")
        model = _core.fit_hazard(
            json.dumps(design.to_dict()),
            rows.columns,
            periods,
            _role(frame, event, "event"),
            None if entry is None else _role(frame, entry, "entry"),
            _weights(frame, sample_weight),
            None if offset is None else _role(frame, offset, "offset"),
            None if cluster is None else _cluster(frame, cluster),
            *_age(self.age, periods),
            self._request(design, self.link),
        )
        return self._finish(model, rows)

    def decision_function(self, frame: Any) -> Doubles:
        """Linear predictor without the age terms and an offset: log-odds, of cloglog log hazard."""
        return self._score("linear_predictor", frame)

    @property
    def last_period_(self) -> float:
        """The last period in which somebody was seen; beyond it f(t) is a guess."""
        return self._fitted.last_period

    def predict_churn(
        self,
        frame: Any,
        horizon: float,
        tenure: Any = None,
        *,
        interval: bool = False,
        level: float = 0.8,
    ) -> Any:
        """P(lost within `horizon` periods | still there after `tenure`), per row.

        `tenure`: a column, an array or a number of whole periods; None: new customers (0).
        An AssumptionWarning counts rows that reach beyond the periods of the fit. Calibrated if the
        model has a calibrator of this horizon; with calibrators of others only, an
        AssumptionWarning says so. ``interval=True``: a frame of churn_probability,
        churn_probability_lo, _hi, `extrapolated` and `basis`.
        """
        done = self._tenure(frame, tenure)
        self._tell_beyond(frame, done, horizon)
        self._tell_uncalibrated(horizon)
        if not interval:
            return self._score("churn", frame, done, horizon)
        limits = self._limits("churn", frame, level, done, horizon)
        since = np.zeros(len(limits[0])) if done is None else done
        return self._churn_frame(frame, limits, extrapolated=since + horizon > self.last_period_)

    def predict_survival(
        self,
        frame: Any,
        times: Any,
        tenure: Any = None,
        *,
        interval: bool = False,
        level: float = 0.8,
    ) -> Any:
        """P(still there `times` periods later), rows x times; from time 0 without a tenure.

        ``interval=True``: a dict of such arrays: estimate, lo and hi. 1 - predict_churn, so
        calibrated where that is.
        """
        horizons = np.atleast_1d(np.asarray(times, dtype=np.float64))
        done = self._tenure(frame, tenure)
        if len(horizons):
            self._tell_beyond(frame, done, float(np.nanmax(horizons)))
        rows = self.design_.matrix(frame)
        out = np.empty((3, len(rows.bad), len(horizons)))
        for i, horizon in enumerate(horizons.tolist()):
            self._tell_uncalibrated(horizon)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore" if i else "default")
                if interval:
                    out[:, :, i] = self._limits("survival", frame, level, done, horizon, rows)
                else:
                    out[0, :, i] = self._score("survival", frame, done, horizon, rows)
        return dict(zip(("estimate", "lo", "hi"), out, strict=True)) if interval else out[0]

    def restricted_mean(
        self,
        frame: Any,
        horizon: float,
        tenure: Any = None,
        *,
        interval: bool = False,
        level: float = 0.8,
    ) -> Any:
        """E[min(T, horizon)]: periods until lost, counted from `tenure`, at most `horizon`.

        ``interval=True``: a frame with _lo and _hi. Of the model itself: never calibrated.
        """
        done = self._tenure(frame, tenure)
        self._tell_beyond(frame, done, horizon)
        if not interval:
            return self._score("restricted_mean", frame, done, horizon)
        limits = self._limits("restricted_mean", frame, level, done, horizon)
        return interval_frame(_frames.kind_of(frame), "restricted_mean", limits)

    @property
    def calibrators_(self) -> dict[float, Calibrator]:
        """What `calibrate_with` gave the model, by horizon."""
        return {horizon: Calibrator(one) for horizon, one in self._fitted.calibration}

    def calibrate_with(self, calibrator: Calibrator | None, *, horizon: float) -> Self:
        """Keeps a calibrator of P(lost within `horizon` periods) with the model: from now on, and
        in its file, such probabilities are calibrated, those of other horizons are not. None takes
        it away. See Logistic.calibrate_with.
        """
        kept = {h: one for h, one in self.calibrators_.items() if h != horizon}
        if calibrator is not None:
            kept[float(horizon)] = calibrator
        return self._calibrated_by(sorted(kept.items()))

    def _tell_uncalibrated(self, horizon: float) -> None:
        kept = [h for h, _ in self._fitted.calibration]
        if kept and horizon not in kept:
            text = f"calibrated for a horizon of {', '.join(f'{h:g}' for h in kept)} only: "
            text += f"probabilities within {horizon:g} are those of the model"
            warnings.warn(text, AssumptionWarning, stacklevel=3)

    def reasons(
        self,
        frame: Any,
        horizon: float,
        tenure: Any = None,
        *,
        scale: str = "probability",
        by: str = "column",
    ) -> Any:
        """Why: shares of the columns in P(lost within `horizon`) less that of the average customer
        of the fit at the same tenure. See Logistic.reasons; log-odds are log hazards for cloglog.
        """
        return self._reasons(frame, self._tenure(frame, tenure), horizon, scale, by)

    def _tenure(self, frame: Any, tenure: Any) -> Doubles | None:
        if tenure is None:
            return None
        if isinstance(tenure, str):
            return _role(_frames.normalise(frame), tenure, "tenure")
        values = np.asarray(tenure)
        if values.ndim == 0:
            frame = _frames.normalise(frame)
            names = _frames.names(frame)
            rows = len(_frames.column(frame, names[0])) if names else 0
            return np.full(rows, float(values))
        return doubles(values, "tenure")

    def _tell_beyond(self, frame: Any, tenure: Doubles | None, horizon: float) -> None:
        last = self.last_period_
        rows = 0 if tenure is None else int(np.count_nonzero(tenure + horizon > last))
        if tenure is None and horizon > last:
            text = f"horizon {horizon:g} reaches"
        elif rows:
            text = f"{rows} rows reach"
        else:
            return
        text += f" beyond period {last:g}, the last of the fit: the age terms are extrapolated"
        warnings.warn(text, AssumptionWarning, stacklevel=3)


def _age(age: Age, duration: Doubles) -> tuple[bool, bool, list[float]]:
    if age is None:
        return False, False, []
    if isinstance(age, str):
        if age == "period":
            finite = duration[np.isfinite(duration)]
            last = int(finite.max()) if len(finite) else 1
            return False, False, [float(t) for t in range(2, last + 1)]
        if age in ("log", "linear", "log+linear"):
            return "log" in age.split("+"), "linear" in age.split("+"), []
        raise ValueError(
            f"`age` must be log, linear, log+linear, period, a list of periods or None, got {age!r}"
        )
    return False, False, [float(t) for t in age]
