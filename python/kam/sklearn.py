"""kam's churn models as scikit-learn estimators (extra `sklearn`: ``pip install 'kam[sklearn]'``).

They work in Pipeline, GridSearchCV, cross_val_score and CalibratedClassifierCV, and can be cloned
and pickled. X is an array of numbers, or a pandas or Polars frame whose columns may hold text: kam
keeps their levels with the model. `model_` (`calibrator_`) is the fitted kam model; its `to_json`
is a file without pickle that `kam.load_model` reads.

>>> from kam.sklearn import LogisticClassifier
>>> search = GridSearchCV(LogisticClassifier(), {"ridge": [0, 1, 10]}, scoring="roc_auc")
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, Self

import numpy as np

import kam._sklearn_input as _input  # first: it says what to install

from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin  # isort: skip
from sklearn.utils.validation import check_array, check_is_fitted  # isort: skip

from kam._churn.aft import AFT, ExponentialAFT, LogLogisticAFT, LogNormalAFT, WeibullAFT
from kam._churn.calibration import Calibrator, calibrate
from kam._churn.cox import CoxPH
from kam._churn.design import Missing, Unseen
from kam._churn.hazard import Hazard, Logistic
from kam._churn.ladder import ChurnLadder
from kam._churn.regression import Age, Prior, Signs
from kam._churn.survival_evaluation import concordance
from kam._data.columns import Doubles

__all__ = [
    "AFTSurvival",
    "ChurnLadderClassifier",
    "CoxPHSurvival",
    "HazardSurvival",
    "LogisticClassifier",
    "ScoreCalibrator",
]

_EVENT, _DURATION = "kam:event", "kam:duration"  # no column of a frame is called that
_DISTRIBUTIONS: dict[str, type[AFT]] = {
    "weibull": WeibullAFT,
    "log_normal": LogNormalAFT,
    "log_logistic": LogLogisticAFT,
    "exponential": ExponentialAFT,
}
Levels = Mapping[str, Iterable[Any]]
Policy = Missing | Mapping[str, Missing]


class _Columns(BaseEstimator):  # type: ignore[misc]
    """X read as columns by name."""

    _fewest = 1  # rows of a fit

    def _columns(self, X: Any, *, reset: bool = False) -> _input.Columns:
        if not reset:
            check_is_fitted(self)
        at_least = self._fewest if reset else 1
        missing = self._allows_missing()
        return _input.columns_of(self, X, reset=reset, missing=missing, at_least=at_least)

    def _allows_missing(self) -> bool:
        return getattr(self, "missing", "error") == "median"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self._allows_missing()
        tags.input_tags.string = True
        tags.target_tags.required = True
        return tags


class _Binary(ClassifierMixin, _Columns):  # type: ignore[misc]
    """Two classes; the second of `classes_`, sorted, is the one that is predicted (lost)."""

    classes_: Any

    def _lost(self, X: Any) -> Doubles:
        raise NotImplementedError

    def predict_proba(self, X: Any) -> Doubles:
        """Rows x 2, in the order of `classes_`; NaN, counted in a RowWarning, where a cell of a
        frame cannot be used (a level the fit did not have, missing)."""
        return _input.two_columns(self._lost(X))

    def predict(self, X: Any) -> Any:
        """The likelier class. DataError if a row has no probability."""
        p = self._lost(X)
        return _input.labels_from(self.classes_, p)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags


class LogisticClassifier(_Binary):
    """`kam.Logistic`: ridge, priors, signs, text columns, columns without information dropped.

    Parameters are those of `kam.Logistic`; columns of an array are called x0, x1, … in `prior`,
    `sign` and `missing`. Arrays may hold NaN with ``missing="median"``.

    Attributes
    ----------
    model_ : the fitted kam.Logistic: standard errors, reasons, JSON
    classes_, coef_ (1 x terms), intercept_ (1), terms_ (their names; a dropped one counts 0),
    n_iter_, n_features_in_, feature_names_in_
    """

    def __init__(
        self,
        *,
        ridge: float = 0.0,
        prior: Prior | None = None,
        sign: Signs | None = None,
        levels: Levels | None = None,
        unseen: Unseen = "error",
        missing: Policy = "error",
    ) -> None:
        self.ridge, self.prior, self.sign = ridge, prior, sign
        self.levels, self.unseen, self.missing = levels, unseen, missing

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """`sample_weight` counts a row that often."""
        columns = self._columns(X, reset=True)
        weights = _input.weights_of(columns, sample_weight)
        self.classes_, lost = _input.labels_of(self, columns, y, weights)
        model = Logistic(**self.get_params(deep=False))
        model.fit({**columns, _EVENT: lost}, event=_EVENT, sample_weight=weights)
        self.model_ = model
        self.n_iter_ = model.n_iter_
        values = np.nan_to_num(np.array(list(model.params_.values())))
        self.terms_ = np.array(list(model.params_)[1:], dtype=object)
        self.intercept_, self.coef_ = values[:1].copy(), values[1:].reshape(1, -1).copy()
        return self

    def decision_function(self, X: Any) -> Doubles:
        """Log-odds of the second class."""
        columns = self._columns(X)
        return self.model_.decision_function(columns)

    def _lost(self, X: Any) -> Doubles:
        columns = self._columns(X)
        return self.model_.predict_proba(columns)


class ChurnLadderClassifier(_Binary):
    """`kam.ChurnLadder` on all columns of X: prior, informative or ridge, as the losses allow.

    Parameters are those of `kam.ChurnLadder`; columns of an array are called x0, x1, … in `prior`
    and `sign`. NaN is allowed. `model_` is the fitted ladder: rung, interval, basis.
    """

    def __init__(
        self,
        *,
        horizon: float = 365.0,
        prior: Mapping[str, tuple[float, float]] | None = None,
        sign: Mapping[str, int] | None = None,
        minimum_events: float = 30.0,
        ridge: float = 1.0,
        draws: int = 399,
        seed: int = 1,
    ) -> None:
        self.horizon, self.prior, self.sign = horizon, prior, sign
        self.minimum_events, self.ridge, self.draws = minimum_events, ridge, draws
        self.seed = seed

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """`sample_weight` counts a row that often."""
        columns = self._columns(X, reset=True)
        weights = _input.weights_of(columns, sample_weight)
        self.classes_, lost = _input.labels_of(self, columns, y, weights)
        model = ChurnLadder(columns, **self.get_params(deep=False))
        model.fit({**columns, _EVENT: lost}, event=_EVENT, sample_weight=weights)
        self.model_ = model
        return self

    def predict_interval(self, X: Any, level: float = 0.8) -> Doubles:
        """P(second class): rows x 3, the probability and its limits at `level`."""
        table = self.model_.predict(self._columns(X), level)
        return np.column_stack([table[f"churn_probability{end}"] for end in ("", "_lo", "_hi")])

    def _lost(self, X: Any) -> Doubles:
        columns = self._columns(X)
        return np.asarray(self.model_.predict(columns)["churn_probability"], dtype=np.float64)

    def _allows_missing(self) -> bool:
        return True


class ScoreCalibrator(ClassifierMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """`kam.calibrate` for scores of a model fitted before: one score per row in, probability out.

    X is one column (n or n x 1), or n x 2 as predict_proba gives it, whose second column counts.

    Parameters
    ----------
    method : "platt", "temperature", "beta", "isotonic" or "venn_abers"
    scores : "probability", within 0..1, or "log_odds", any number (a decision function)
    smoothed_targets : see kam.calibrate

    `calibrator_` is the fitted kam.Calibrator.
    """

    def __init__(
        self,
        method: str = "platt",
        *,
        scores: Literal["probability", "log_odds"] = "probability",
        smoothed_targets: bool = True,
    ) -> None:
        self.method, self.scores, self.smoothed_targets = method, scores, smoothed_targets

    calibrator_: Calibrator

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """`sample_weight` counts a row that often."""
        p = self._scores(X)
        columns = {"score": p}
        weights = _input.weights_of(columns, sample_weight)
        self.classes_, lost = _input.labels_of(self, columns, y, weights)
        options: dict[str, Any] = {"smoothed_targets": self.smoothed_targets}
        self.calibrator_ = calibrate(lost, p, self.method, sample_weight=weights, **options)
        return self

    def predict_proba(self, X: Any) -> Doubles:
        """Rows x 2, in the order of `classes_`."""
        return _input.two_columns(self._calibrated(X))

    def predict(self, X: Any) -> Any:
        """The likelier class."""
        return _input.labels_from(self.classes_, self._calibrated(X))

    def transform(self, X: Any) -> Doubles:
        """Calibrated probabilities of the second class, rows x 1."""
        return self._calibrated(X).reshape(-1, 1)

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """One column: calibrated_probability."""
        return np.array(["calibrated_probability"], dtype=object)

    def _calibrated(self, X: Any) -> Doubles:
        check_is_fitted(self)
        return self.calibrator_.predict(self._scores(X))

    def _scores(self, X: Any) -> Doubles:
        table = check_array(X, ensure_2d=False, dtype=np.float64)
        if table.ndim == 2 and table.shape[1] <= 2:
            table = table[:, -1]
        if table.ndim != 1:
            raise ValueError(f"X must be one score per row, or n x 2 probabilities, got {X.shape}")
        if self.scores == "log_odds":
            p: Doubles = np.exp(-np.logaddexp(0.0, -table))
            return p
        if self.scores != "probability":
            raise ValueError(f"`scores` must be probability or log_odds, got {self.scores!r}")
        if len(table) and not (table.min() >= 0 and table.max() <= 1):
            raise ValueError("X must lie within 0..1, or give scores='log_odds'")
        return np.ascontiguousarray(table)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array, tags.input_tags.two_d_array = True, False
        tags.classifier_tags.multi_class = False
        tags.target_tags.required = True
        return tags


class _Survival(_Columns):
    """y = (duration, left): a structured array with a boolean and a number (as scikit-survival has
    it), n x 2 (duration and event 1 or 0), or n durations, all of which ended."""

    _fewest = 2
    model_: Any

    def _model(self) -> Any:
        """The kam model with these parameters, not fitted."""
        raise NotImplementedError

    def _risk(self, columns: _input.Columns) -> Doubles:
        raise NotImplementedError

    def _observed(self, duration: Doubles, event: Doubles) -> Doubles:
        """Durations as the model counts them."""
        return duration

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """`sample_weight` counts a row that often."""
        columns = self._columns(X, reset=True)
        duration, event = _input.lifetimes_of(columns, y)
        frame = {**columns, _DURATION: self._observed(duration, event), _EVENT: event}
        weights = _input.weights_of(columns, sample_weight)
        model = self._model()
        self.model_ = model.fit(frame, duration=_DURATION, event=_EVENT, sample_weight=weights)
        return self

    def predict(self, X: Any) -> Doubles:
        """A risk: higher leaves sooner."""
        columns = self._columns(X)
        return self._risk(columns)

    def predict_churn(self, X: Any, horizon: float, tenure: Any = None) -> Doubles:
        """P(leaves within `horizon`, given there after `tenure`): a number or one per row."""
        columns = self._columns(X)
        p: Doubles = self.model_.predict_churn(columns, horizon, tenure)
        return p

    def predict_survival(self, X: Any, times: Any) -> Doubles:
        """P(still there after each of `times`): rows x times."""
        columns = self._columns(X)
        p: Doubles = self.model_.predict_survival(columns, times)
        return p

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Harrell's C: how often who left sooner had the higher risk."""
        risk = self.predict(X)
        duration, event = _input.lifetimes_of({"risk": risk}, y)
        weights = _input.weights_of({"risk": risk}, sample_weight)
        frame = {_DURATION: duration, _EVENT: event}
        options: dict[str, Any] = {"duration": _DURATION, "event": _EVENT}
        return float(concordance(frame, risk, **options, sample_weight=weights))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = True
        tags.target_tags.two_d_labels = True
        return tags


class CoxPHSurvival(_Survival):
    """`kam.CoxPH` with y = (duration, left).

    y is a structured array with a boolean and a number (as scikit-survival has it), n x 2 (duration
    and event 1 or 0), or n durations, all of which ended. Parameters are those of `kam.CoxPH`;
    strata are columns of X. `predict` is the log hazard ratio against the average row. `model_` is
    the fitted kam.CoxPH.
    """

    def __init__(
        self,
        *,
        ties: Literal["efron", "breslow"] = "efron",
        strata: str | list[str] | None = None,
        ridge: float = 0.0,
        robust: bool = False,
        levels: Levels | None = None,
        unseen: Unseen = "error",
        missing: Policy = "error",
    ) -> None:
        self.ties, self.strata, self.ridge, self.robust = ties, strata, ridge, robust
        self.levels, self.unseen, self.missing = levels, unseen, missing

    def _model(self) -> CoxPH:
        return CoxPH(**self.get_params(deep=False))

    def _risk(self, columns: _input.Columns) -> Doubles:
        return self.model_.predict_log_hazard_ratio(columns)  # type: ignore[no-any-return]


class AFTSurvival(_Survival):
    """`kam.WeibullAFT` and its kin with y = (duration, left), as in CoxPHSurvival.

    Parameters
    ----------
    distribution : "weibull", "log_normal", "log_logistic" or "exponential"
    others : those of `kam.WeibullAFT`

    `predict` is minus the expected ln(time), but for the distribution's constant. `model_` is the
    fitted kam model.
    """

    def __init__(
        self,
        *,
        distribution: Literal["weibull", "log_normal", "log_logistic", "exponential"] = "weibull",
        ridge: float = 0.0,
        robust: bool = False,
        zero_event_within: float = 1.0,
        levels: Levels | None = None,
        unseen: Unseen = "error",
        missing: Policy = "error",
    ) -> None:
        self.distribution, self.ridge, self.robust = distribution, ridge, robust
        self.zero_event_within = zero_event_within
        self.levels, self.unseen, self.missing = levels, unseen, missing

    def _model(self) -> AFT:
        options = self.get_params(deep=False)
        name = options.pop("distribution")
        if name not in _DISTRIBUTIONS:
            known = ", ".join(_DISTRIBUTIONS)
            raise ValueError(f"`distribution` must be one of {known}, got {name!r}")
        return _DISTRIBUTIONS[name](**options)

    def _risk(self, columns: _input.Columns) -> Doubles:
        location: Doubles = self.model_.predict_location(columns)
        return -location


class HazardSurvival(_Survival):
    """`kam.Hazard` with y = (duration, left), as in CoxPHSurvival; time in whole periods.

    A duration that is no whole number of periods is read as grouped time: who left after 2.4
    periods left in the third, who was still there then was seen for two. Parameters are those of
    `kam.Hazard`. `predict` is the linear predictor without age: log-odds, or log hazard for
    cloglog. `model_` is the fitted kam.Hazard.
    """

    def __init__(
        self,
        *,
        link: Literal["logit", "cloglog"] = "logit",
        age: Age = "log",
        ridge: float = 0.0,
        prior: Prior | None = None,
        sign: Signs | None = None,
        levels: Levels | None = None,
        unseen: Unseen = "error",
        missing: Policy = "error",
        robust: bool = False,
    ) -> None:
        self.link, self.age, self.ridge, self.prior, self.sign = link, age, ridge, prior, sign
        self.levels, self.unseen, self.missing, self.robust = levels, unseen, missing, robust

    def _model(self) -> Hazard:
        return Hazard(**self.get_params(deep=False))

    def _observed(self, duration: Doubles, event: Doubles) -> Doubles:
        grouped: Doubles = np.where(event == 1, np.ceil(duration), np.floor(duration))
        return grouped

    def _risk(self, columns: _input.Columns) -> Doubles:
        return self.model_.decision_function(columns)  # type: ignore[no-any-return]
