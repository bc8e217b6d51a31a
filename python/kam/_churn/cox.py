"""Cox regression as an estimator."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from kam import _core
from kam._churn import cox_file as _cox_file
from kam._churn.design import BadCells, Design, DesignRows, Missing, Unseen
from kam._churn.models import interval_frame
from kam._churn.proportional_hazards import ProportionalHazards
from kam._churn.survival import p_text, warn_left_out
from kam._churn.survival_input import (
    Names,
    Strata,
    names_of,
    read_rows,
    tenure_of,
)
from kam._data import frames as _frames
from kam._data.columns import Doubles, encode_ids, warn_rows
from kam._errors import ConvergenceWarning, DataError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TESTS = ("likelihood_ratio", "score", "wald")
_FACTS = (
    "log_likelihood",
    "log_likelihood_null",
    "concordance",
    "stop_reason",
    "iterations",
    "accounts",
    "events",
    "robust",
    "warning",
)


class CoxPH:
    """Cox proportional hazards: what makes an account leave sooner, whatever the shape of time.

    Parameters
    ----------
    ties : "efron" or "breslow"
        How events at one time enter; the baseline hazard is of the same kind.
    strata : column or columns, optional
        Each stratum has a shape of time of its own.
    cluster : column, optional
        Rows that belong together (start/stop rows of one account): robust standard errors.
    robust : bool
        Sandwich standard errors without clusters.
    ridge : float
        The fit maximises l(b) - ridge/2 * sum of (b_j sd_j)^2.
    levels, unseen, missing
        How text and missing cells of covariates are read. `levels`: levels of a column, the first
        is the reference (otherwise sorted). `unseen`: a level the fit did not have makes the row
        NaN ("error") or is the "reference". `missing`: a row with a missing cell is left out of the
        fit and NaN in predictions ("error"), or gets a level of its own ("level") or the median and
        an indicator ("median").
    """

    def __init__(
        self,
        ties: Literal["efron", "breslow"] = "efron",
        strata: Names = None,
        cluster: str | None = None,
        robust: bool = False,
        ridge: float = 0,
        *,
        levels: Mapping[str, Iterable[Any]] | None = None,
        unseen: Unseen = "error",
        missing: Missing | Mapping[str, Missing] = "error",
    ) -> None:
        if ties not in ("efron", "breslow"):
            raise ValueError(f"`ties` must be efron or breslow, got {ties!r}")
        self.ties, self.strata, self.cluster = ties, strata, cluster
        self.robust, self.ridge = bool(robust), float(ridge)
        self.levels, self.unseen, self.missing = levels, unseen, missing
        self._model: _core.CoxModel | None = None
        self._roles: tuple[str, str, str | None] | None = None

    def fit(
        self,
        frame: Any,
        *,
        duration: str,
        event: str,
        entry: str | None = None,
        sample_weight: Any = None,
        covariates: Iterable[str] | None = None,
    ) -> Self:
        """Maximum partial likelihood.

        `duration`, `event` (1 left then, 0 still there), `entry` (since when the row was observed)
        are columns; `sample_weight` an array or a column; `covariates` columns, by default all that
        have no other role. Rows that cannot be read are left out and counted in a RowWarning.
        """
        names = self._covariates(frame, duration, event, entry, sample_weight, covariates)
        columns, rows = read_rows(frame, duration, event, entry, sample_weight)
        self._roles = (duration, event, entry)
        options = (self.levels, self.unseen, self.missing)
        self._design, made = Design.learn(columns, names, (), *options)
        self._strata, stratum, no_stratum = Strata.learn(columns, names_of(self.strata))
        data = self._input(columns, rows, made, stratum, no_stratum)
        self._model, facts = _core.fit_cox(
            data, self.ties, "", self.ridge, self.robust or self.cluster is not None
        )
        self._facts = {name: facts[name] for name in _FACTS}
        self._tests = {name: tuple(facts[name]) for name in _TESTS}
        self._dropped = list(facts["dropped"])
        self._errors = facts["standard_errors"]
        count = len(self._design.names)
        self._covariance = facts["covariance"].reshape(count, count)
        warn_left_out(made.in_words(facts["report"]))
        if self.warning_:
            warnings.warn(self.warning_, ConvergenceWarning, stacklevel=2)
        return self

    def _covariates(
        self,
        frame: Any,
        duration: str,
        event: str,
        entry: str | None,
        sample_weight: Any,
        covariates: Iterable[str] | None,
    ) -> list[str]:
        roles = {duration, event, *names_of(self.strata)}
        roles |= {name for name in (entry, self.cluster) if name is not None}
        if isinstance(sample_weight, str):
            roles.add(sample_weight)
        if covariates is None:
            names = [n for n in _frames.names(_frames.normalise(frame)) if n not in roles]
        else:
            names = list(covariates)
        for name in names:
            if name in roles:
                raise ValueError(f"`covariates`: column '{name}' already has another role")
        if not names:
            raise DataError("no covariate: every column of the frame has another role")
        return names

    def _input(
        self, frame: Any, rows: Any, made: DesignRows, stratum: Any, no_stratum: Any
    ) -> _core.CoxInput:
        if no_stratum is not None:
            rows = rows.without(no_stratum)
        cluster, clusters = None, 0
        if self.cluster is not None:
            ids = encode_ids(_frames.column(frame, self.cluster, "cluster"))
            gone = ids.codes == _core.NO_ACCOUNT
            rows = rows.without(gone)
            cluster = np.where(gone, 0, ids.codes).astype(np.uint32)
            clusters = max(1, len(ids.unique))
        columns = [np.ascontiguousarray(column) for column in made.columns]
        strata = max(1, len(self._strata.levels))
        return _core.CoxInput(
            rows.duration,
            rows.event,
            rows.entry,
            rows.weight,
            self._design.names,
            columns,
            stratum,
            strata,
            cluster,
            clusters,
        )

    # ---- what was fitted ------------------------------------------------------------------------

    @property
    def _fitted(self) -> _core.CoxModel:
        if self._model is None:
            raise ValueError("this CoxPH is not fitted: call fit first")
        return self._model

    @property
    def params_(self) -> dict[str, float]:
        """Log hazard ratio per unit of each column; NaN for a dropped one, which counts as 0."""
        return dict(zip(self._fitted.names, self._fitted.coefficients.tolist(), strict=True))

    @property
    def hazard_ratios_(self) -> dict[str, float]:
        """exp(params_)."""
        return {name: math.exp(value) for name, value in self.params_.items()}

    @property
    def standard_errors_(self) -> dict[str, float]:
        """Of params_; robust where asked for."""
        return dict(zip(self._fitted.names, self._errors.tolist(), strict=True))

    @property
    def covariance_(self) -> Doubles:
        """Covariance of the parameters in their order."""
        _ = self._fitted
        return self._covariance.copy()  # type: ignore[no-any-return]

    @property
    def dropped_(self) -> list[str]:
        """Columns without information of their own: constant, or explained by earlier ones."""
        _ = self._fitted
        return list(self._dropped)

    def _fact(self, name: str) -> Any:
        _ = self._fitted
        return self._facts[name]

    @property
    def log_likelihood_(self) -> float:
        """Log partial likelihood, without the penalty of a ridge."""
        return float(self._fact("log_likelihood"))

    @property
    def log_likelihood_null_(self) -> float:
        """The same at coefficients of 0."""
        return float(self._fact("log_likelihood_null"))

    @property
    def concordance_(self) -> float:
        """Harrell's C of the rows of the fit."""
        return float(self._fact("concordance"))

    @property
    def converged_(self) -> bool:
        return bool(self._fact("stop_reason") == "converged")

    @property
    def stop_reason_(self) -> str:
        return str(self._fact("stop_reason"))

    @property
    def n_iter_(self) -> int:
        return int(self._fact("iterations"))

    @property
    def warning_(self) -> str:
        """Dropped columns and separation in words; empty if there is nothing to say."""
        return str(self._fact("warning"))

    @property
    def tests_(self) -> dict[str, tuple[float, float, float]]:
        """(chi-squared, degrees of freedom, p-value) of likelihood_ratio, score and wald: whether
        the covariates say anything at all."""
        _ = self._fitted
        return dict(self._tests)

    @property
    def longest_(self) -> float:
        """Largest observed duration of any stratum: nothing is known beyond it."""
        ends = [b[2] for b in self._fitted.baselines(0)]
        return float(np.nanmax(ends))

    def baseline_(self, stratum: str | None = None) -> dict[str, Doubles]:
        """Cumulative hazard at mean covariates, by event time; `stratum` by the texts of its
        columns, joined by " / "."""
        at = 0
        if self._strata_of().levels:
            if stratum not in self._strata.levels:
                raise ValueError(
                    f"`stratum` must be one of {', '.join(self._strata.levels)}, got {stratum!r}"
                )
            at = self._strata.levels.index(stratum)
        time, hazard, _, _ = self._fitted.baselines(0)[at]
        return {"time": time, "cumulative_hazard": hazard}

    def _strata_of(self) -> Strata:
        _ = self._fitted
        return self._strata

    @property
    def basis_(self) -> str:
        """What a prediction rests on, in words."""
        events, accounts = self._fact("events"), self._fact("accounts")
        return f"CoxPH, {events:g} of {accounts:g} lost"

    def summary(self) -> str:
        """The fit as text: hazard ratios, errors, tests, how it ended."""
        facts, model = self._facts if self._fitted else {}, self._fitted
        width = max(6, *(len(name) for name in model.names))
        kind = "robust se" if facts["robust"] else "se"
        lines = [
            f"CoxPH  ({facts['accounts']:g} accounts, {facts['events']:g} events, {self.ties} ties"
            + (f", {len(self._strata.levels)} strata)" if self._strata.levels else ")"),
            f"  {'':<{width}} {'coef':>10} {'exp(coef)':>10} {kind:>10} {'z':>8} {'p':>9}",
        ]
        for name, b, se in zip(model.names, model.coefficients, self._errors, strict=True):
            if math.isnan(b):
                lines.append(f"  {name:<{width}} {'dropped':>10}")
                continue
            z = b / se if se > 0 else math.inf
            p = math.erfc(abs(z) / math.sqrt(2))
            hazard_ratio = math.exp(min(b, 700.0))
            lines.append(
                f"  {name:<{width}} {b:10.5g} {hazard_ratio:10.5g} {se:10.4g} {z:8.2f} {p:9.3g}"
            )
        chi_squared, df, p_value = self._tests["likelihood_ratio"]
        lines.append(
            f"  log-likelihood {facts['log_likelihood']:.6f}, likelihood ratio {chi_squared:.5g} "
            f"on {df:g} df, p {p_text(p_value)}"
        )
        lines.append(
            f"  concordance {facts['concordance']:.4f}, {facts['stop_reason']} after "
            f"{facts['iterations']}"
        )
        if self.warning_:
            lines.append(f"  warning: {self.warning_}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        if self._model is None:
            return "CoxPH()"
        return f"CoxPH({', '.join(f'{k}={v:.4g}' for k, v in self.params_.items())})"

    # ---- predictions ----------------------------------------------------------------------------

    def _accounts(self, frame: Any, tenure: Any = None) -> tuple[_core.CoxAccounts, DesignRows]:
        model = self._fitted
        columns = _frames.normalise(frame)
        made = self._design.matrix(columns)
        values = [np.ascontiguousarray(column) for column in made.columns]
        rows = len(made.bad)
        if len(values) != len(model.names):
            raise DataError(f"the frame gives {len(values)} covariates, not {len(model.names)}")
        since = None if tenure is None else tenure_of(columns, tenure, rows)
        codes = self._strata.codes(columns)
        if codes is not None and (codes == len(self._strata.levels)).any():
            unknown = codes == len(self._strata.levels)
            name = ", ".join(self._strata.columns)
            reason = f"column '{name}' holds a stratum the fit did not have, or none"
            made.cells.append(BadCells(name, unknown, int(unknown.argmax()), reason))
            made.bad |= unknown
        return _core.CoxAccounts(values, since, codes, rows), made

    def predict_log_hazard_ratio(self, frame: Any) -> Doubles:
        """ln of the hazard relative to an account of mean covariates, per row."""
        accounts, made = self._accounts(frame)
        values, report = _core.cox_log_hazard_ratio(self._fitted, accounts)
        warn_rows(made.in_words(report), "predict_log_hazard_ratio")
        return values  # type: ignore[no-any-return]

    def predict_survival(
        self, frame: Any, times: Any, *, interval: bool = False, level: float = 0.8
    ) -> Any:
        """P(still there after each of `times`) from time 0: rows x times.

        A time beyond the longest duration of the row's stratum is NaN, told in a RowWarning.
        ``interval=True``: a dict of such arrays: estimate, lo and hi.
        """
        at = np.ascontiguousarray(np.atleast_1d(np.asarray(times, dtype=np.float64)))
        accounts, made = self._accounts(frame)
        shape = (len(made.bad), len(at))
        if not interval:
            values, report = _core.cox_survival(self._fitted, accounts, at)
            warn_rows(made.in_words(report), "predict_survival")
            return values.reshape(shape)
        *limits, report = _core.cox_survival_interval(self._fitted, accounts, at, float(level))
        warn_rows(made.in_words(report), "predict_survival")
        named = zip(("estimate", "lo", "hi"), limits, strict=True)
        return {name: values.reshape(shape) for name, values in named}

    def predict_churn(
        self,
        frame: Any,
        horizon: float,
        tenure: Any = None,
        *,
        interval: bool = False,
        level: float = 0.8,
    ) -> Any:
        """P(leaves within `horizon`, given there after `tenure`) per row.

        `tenure`: a column, one number, or one per row; None is 0, an account just won.
        ``interval=True``: a frame of churn_probability, churn_probability_lo, _hi and `basis`.
        """
        made = self._over("churn", frame, horizon, tenure, interval, level)
        if not interval:
            return made
        names = ("churn_probability", "churn_probability_lo", "churn_probability_hi")
        columns = dict(zip(names, made, strict=True))
        columns["basis"] = np.full(len(made[0]), self.basis_, dtype=object)
        return _frames.build(_frames.kind_of(frame), columns)

    def predict_restricted_mean(
        self,
        frame: Any,
        horizon: float,
        tenure: Any = None,
        *,
        interval: bool = False,
        level: float = 0.8,
    ) -> Any:
        """E[time still there within the next `horizon`, given there after `tenure`] per row.

        ``interval=True``: a frame of restricted_mean with _lo and _hi.
        """
        made = self._over("restricted_mean", frame, horizon, tenure, interval, level)
        if not interval:
            return made
        return interval_frame(_frames.kind_of(frame), "restricted_mean", tuple(made))

    def _over(
        self, verb: str, frame: Any, horizon: float, tenure: Any, interval: bool, level: float
    ) -> Any:
        """A verb of the core over one horizon: a column, or three with limits."""
        accounts, made = self._accounts(frame, tenure)
        if interval:
            call = getattr(_core, f"cox_{verb}_interval")
            *limits, report = call(self._fitted, accounts, float(horizon), float(level))
        else:
            call = getattr(_core, f"cox_{verb}")
            limits, report = call(self._fitted, accounts, float(horizon))
        warn_rows(made.in_words(report), f"predict_{verb}", 4)
        return limits

    def check_proportional_hazards(
        self, frame: Any, transform: str = "rank", *, sample_weight: Any = None
    ) -> ProportionalHazards:
        """Score test, per covariate, that its effect does not change with time; the frame and
        weights of the fit. `transform` of time: "rank", "identity" or "km"."""
        if transform not in ("rank", "identity", "km"):
            raise ValueError(f"`transform` must be rank, identity or km, got {transform!r}")
        roles = self._roles
        if roles is None:
            raise ValueError("only a model that was fitted here, not one read from JSON, can check")
        columns, rows = read_rows(frame, *roles, sample_weight)
        _, stratum, no_stratum = Strata.learn(columns, self._strata.columns)
        made = self._design.matrix(columns)
        data = self._input(columns, rows, made, stratum, no_stratum)
        tests, overall = _core.check_proportional_hazards(data, self._fitted, transform, self.ties)
        table = np.array(tests, dtype=np.float64).reshape(-1, 3)
        return ProportionalHazards(self._fitted.names, table[:, 0], table[:, 2], *overall)

    def plot(self, *, level: float = 0.95, ax: Axes | None = None) -> Axes:
        """Hazard ratios with intervals: see `kam.plots.hazard_ratios`."""
        from kam.plots import hazard_ratios

        return hazard_ratios(self, level=level, ax=ax)

    # ---- model files ----------------------------------------------------------------------------

    def to_json(self, steps: int = 256) -> str:
        """Versioned, checksummed JSON, some kilobytes whatever the number of rows.

        A baseline of more than `steps` steps is thinned, spread evenly over the hazard; the file
        says by how much that moves it (`baseline_error`, share of its end).
        """
        return _cox_file.to_text(self, self._fitted, int(steps))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of `to_json`. FormatError or VersionError otherwise."""
        model = cls()
        _cox_file.read(text, model)
        return model

    def __getstate__(self) -> dict[str, Any]:
        options = {
            name: getattr(self, name)
            for name in (
                *("ties", "strata", "cluster", "robust", "ridge", "levels", "unseen", "missing"),
            )
        }
        if self._model is None:
            return {"options": options, "json": None}
        return {"options": options, "json": self.to_json(steps=0), "roles": self._roles}

    def __setstate__(self, state: dict[str, Any]) -> None:
        if state["json"] is None:
            self._model = self._roles = None
        else:
            self.__dict__.update(self.from_json(state["json"]).__dict__)
            self._roles = state["roles"]
        self.__dict__.update(state["options"])
