"""What the regressions of churn share: options, parameters, reasons, files."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np

from kam import _core
from kam._churn.calibration import Calibrator
from kam._churn.design import Design, DesignRows, Missing, Unseen, _numbers
from kam._churn.fit_facts import FitFacts
from kam._data import frames as _frames
from kam._data.columns import Doubles, doubles, encode_ids, warn_rows
from kam._errors import DataError, RowWarning, VersionError, warn_unless_converged

Prior = Mapping[str, tuple[float, float]]
Signs = Mapping[str, int]
Age = Literal["log", "linear", "log+linear", "period"] | Sequence[int] | None


class ChurnRegression(FitFacts):
    """What both regressions share: options, parameters with their uncertainty, reasons, JSON.

    Parameters
    ----------
    ridge : float
        Subtracts (ridge / 2) * sum of (sd_j * coefficient_j)^2 from the log-likelihood: 1 / the
        variance thought likely for a standardised coefficient. Not divided by the number of rows.
        It spares the intercept, the age terms and coefficients that have a prior.
    prior : dict of name to (mean, sd)
        Normal prior of a coefficient, per unit of its column, or of "Intercept" (log-odds where all
        columns are 0). The name of a text column means all of its levels.
    sign : dict of name to 1 or -1
        The coefficient must not be negative (1) or not positive (-1).
    levels, unseen, missing
        How text becomes columns, and what becomes of a missing cell or a level that the fit did not
        have: ``levels={"Contract": ["One year", …]}`` with the reference first; ``unseen`` "error"
        (the row is NaN and counted), "reference" or "missing"; ``missing`` "error", "level" or
        "median", for all columns or per column.
    robust : bool
        Standard errors that hold if the model does not: of customers (rows), or of the column
        `cluster` of fit.
    """

    _kind: ClassVar[str]
    _options: ClassVar[tuple[str, ...]] = (
        "ridge", "prior", "sign", "levels", "unseen", "missing", "robust",
    )  # fmt: skip
    _model: _core.ChurnModel | None = None
    _scorer: _core.ChurnScorer | None = None
    _design: Design | None = None

    def __init__(
        self,
        *,
        ridge: float = 0.0,
        prior: Prior | None = None,
        sign: Signs | None = None,
        levels: Mapping[str, Iterable[Any]] | None = None,
        unseen: Unseen = "error",
        missing: Missing | Mapping[str, Missing] = "error",
        robust: bool = False,
    ) -> None:
        self.ridge, self.prior, self.sign = ridge, prior, sign
        self.levels, self.unseen, self.missing, self.robust = levels, unseen, missing, robust

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The options, by name."""
        return {name: getattr(self, name) for name in self._options}

    def set_params(self, **options: Any) -> Self:
        """Changes options by name."""
        for name, value in options.items():
            if name not in self._options:
                raise ValueError(f"no option '{name}'; there are: {', '.join(self._options)}")
            setattr(self, name, value)
        return self

    # ---- The fitted model ------------------------------------------------------------------------

    @property
    def params_(self) -> dict[str, float]:
        """Coefficients by name; NaN where aliased (`aliased_`), which counts as 0."""
        return dict(zip(self._fitted.names, self._fitted.coefficients, strict=True))

    @property
    def standard_errors_(self) -> dict[str, float]:
        """NaN where aliased or held at 0 by a sign. Robust ones if those were asked for."""
        m = self._fitted
        values = m.robust_standard_errors or m.standard_errors
        return dict(zip(m.names, values, strict=True))

    @property
    def covariance_(self) -> Doubles:
        """Of the coefficients, in the order of `params_`; robust if that was asked for."""
        m = self._fitted
        flat = np.array(m.robust_covariance or m.covariance)
        return flat.reshape(len(m.names), len(m.names))

    @property
    def log_likelihood_(self) -> float:
        """Without the penalty."""
        return self._fitted.log_likelihood

    @property
    def aic_(self) -> float:
        """2 * (effective parameters - log-likelihood)."""
        return self._fitted.aic

    @property
    def aliased_(self) -> list[str]:
        """Terms without a coefficient: constant, or a combination of those before them."""
        return self._fitted.aliased

    @property
    def separating_(self) -> list[str]:
        """Terms that a weak prior, not the outcomes, keeps finite."""
        return self._fitted.separating

    @property
    def at_bound_(self) -> list[str]:
        """Terms that their sign holds at 0."""
        return self._fitted.at_bound

    @property
    def design_(self) -> Design:
        """The schema: columns, levels, what to do with other cells."""
        self._fitted  # noqa: B018 - raises if not fitted
        assert self._design is not None
        return self._design

    @property
    def reference_(self) -> dict[str, float]:
        """Means of the terms over customers: whom `reasons` compares with."""
        return dict(zip(self.design_.names, self._fitted.reference, strict=True))

    @property
    def basis_(self) -> str:
        """What a probability rests on, in words: the model, its losses, how it is calibrated."""
        m = self._fitted
        rows = "customer-periods" if m.kind == "hazard" else "rows"
        text = f"{type(self).__name__}, {m.events:g} lost in {m.weight:g} {rows}"
        for horizon, one in m.calibration:
            within = "" if math.isnan(horizon) else f" within {horizon:g}"
            text += f", calibrated{within} ({one.method})"
        return text

    def _calibrated_by(self, kept: list[tuple[float, Calibrator]]) -> Self:
        return self._take(self._fitted.calibrated([(h, one._core) for h, one in kept]))

    def to_json(self) -> str:
        """Versioned, checksummed JSON of a few kB: coefficients, covariance, schema; no data."""
        return self._fitted.to_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of `to_json`: the same bits. FormatError or VersionError otherwise."""
        found = _core.parse_churn_model(text)
        if found.kind != cls._kind:
            raise VersionError(f"the file holds a {found.kind} model, expected {cls._kind}")
        return cls()._take(found)

    def summary(self) -> str:
        """The fit as text: coefficients, standard errors, likelihood, how it ended."""
        m = self._fitted
        what = f"{m.weight:g} customer-periods" if m.kind == "hazard" else f"{m.weight:g} rows"
        lines = [f"{type(self).__name__}  ({what}, {m.events:g} events, {m.link} link)"]
        width = max(len(name) for name in m.names)
        for name, value in self.params_.items():
            error = self.standard_errors_[name]
            note = (
                "  aliased"
                if name in m.aliased
                else "  held at 0 by its sign" * (name in m.at_bound)
            )
            z = value / error if error > 0 else math.nan
            lines.append(f"  {name:<{width}} {value:13.7g}  se {error:9.4g}  z {z:7.2f}{note}")
        lines.append(
            f"  log-likelihood {m.log_likelihood:.6f} (null {m.null_log_likelihood:.6f}), "
            f"AIC {m.aic:.4f}, {m.stop_reason} after {m.iterations}"
        )
        return "\n".join([*lines, f"  warning: {m.warning}"] if m.warning else lines)

    def __repr__(self) -> str:
        if self._model is None:
            return f"{type(self).__name__}()"
        inner = ", ".join(f"{name}={value:.5g}" for name, value in self.params_.items())
        return f"{type(self).__name__}({inner})"

    def __getstate__(self) -> dict[str, Any]:
        return self.get_params() | {"json": None if self._model is None else self.to_json()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        options = dict(state)
        text = options.pop("json")
        for name, value in options.items():
            setattr(self, name, value)
        if text is not None:
            self._take(_core.parse_churn_model(text))

    # ---- What the fits share ---------------------------------------------------------------------

    @property
    def _fitted(self) -> _core.ChurnModel:
        if self._model is None:
            raise ValueError(f"this {type(self).__name__} is not fitted: call fit first")
        return self._model

    def _take(self, model: _core.ChurnModel) -> Self:
        self._model = model
        self._scorer = _core.ChurnScorer(model)
        self._design = Design.from_dict(json.loads(model.schema))
        return self

    def _finish(self, model: _core.ChurnModel, rows: DesignRows) -> Self:
        self._take(model)
        if model.rows_rejected:
            text = f"fit: {model.rows_rejected:g} rows that cannot be read are left out"
            if rows.bad.any():
                text += f", such as row {rows.report[2]} ({rows.report[3]})"
            warnings.warn(text, RowWarning, stacklevel=3)
        warn_unless_converged(self.converged_, model.warning, model.stop_reason, 4)
        return self

    def _learn(
        self, frame: Any, covariates: Iterable[str] | None, roles: Iterable[Any]
    ) -> tuple[Design, DesignRows]:
        exclude = [role for role in roles if isinstance(role, str)]
        return Design.learn(frame, covariates, exclude, self.levels, self.unseen, self.missing)

    def _request(self, design: Design, link: str) -> dict[str, Any]:
        prior = dict(self.prior or {})
        intercept = prior.pop("Intercept", None)
        signs = dict(self.sign or {})
        if not set(signs.values()) <= {-1, 0, 1}:
            raise ValueError(f"`sign` must hold 1, -1 or 0, got {self.sign}")
        return {
            "link": link,
            "ridge": float(self.ridge),
            "robust": bool(self.robust),
            "intercept_prior": _pair("Intercept", intercept),
            "priors": [_pair("of a term", value) for value in _spread(design, prior, "prior")],
            "signs": [int(v or 0) for v in _spread(design, signs, "sign")],
        }

    def _score(
        self,
        verb: str,
        frame: Any,
        tenure: Doubles | None = None,
        horizon: float = 0.0,
        rows: DesignRows | None = None,
    ) -> Doubles:
        rows = self.design_.matrix(frame) if rows is None else rows
        assert self._scorer is not None
        values, report = self._scorer.batch(
            verb, rows.columns, len(rows.bad), tenure, float(horizon)
        )
        warn_rows(rows.report if rows.report[1] else report, verb, 4)
        return values  # type: ignore[no-any-return]

    def _limits(
        self,
        verb: str,
        frame: Any,
        level: float,
        tenure: Doubles | None = None,
        horizon: float = 0.0,
        rows: DesignRows | None = None,
    ) -> tuple[Doubles, Doubles, Doubles]:
        """Estimate, lower and upper limit per row."""
        rows = self.design_.matrix(frame) if rows is None else rows
        assert self._scorer is not None
        estimate, lo, hi, report = self._scorer.batch_interval(
            verb, rows.columns, len(rows.bad), tenure, float(horizon), float(level)
        )
        warn_rows(rows.report if rows.report[1] else report, verb, 4)
        return estimate, lo, hi

    def _churn_frame(self, frame: Any, limits: tuple[Doubles, ...], **more: Any) -> Any:
        """A frame of churn_probability with limits, what else a model says, and the basis."""
        names = ("churn_probability", "churn_probability_lo", "churn_probability_hi")
        basis = np.full(len(limits[0]), self.basis_, dtype=object)
        columns = dict(zip(names, limits, strict=True)) | more | {"basis": basis}
        return _frames.build(_frames.kind_of(frame), columns)

    def _reasons(
        self, frame: Any, tenure: Doubles | None, horizon: float, scale: str, by: str
    ) -> Any:
        if scale not in ("probability", "log_odds"):
            raise ValueError(f"`scale` must be probability or log_odds, got {scale!r}")
        if by not in ("column", "term"):
            raise ValueError(f"`by` must be column or term, got {by!r}")
        rows = self.design_.matrix(frame)
        assert self._scorer is not None
        linear, points, p, reference, report = self._scorer.reasons(
            rows.columns, len(rows.bad), tenure, float(horizon)
        )
        warn_rows(rows.report if rows.report[1] else report, "reasons", 4)
        shares = (linear if scale == "log_odds" else points).reshape(len(p), -1)
        columns: dict[str, Any] = {"churn_probability": p, "reference_probability": reference}
        at = 0
        for column in self.design_.columns:
            names = column.names
            part = shares[:, at : at + len(names)]
            at += len(names)
            if by == "column":
                columns[column.name] = part.sum(axis=1) + 0.0
            else:
                columns |= {name: part[:, i].copy() for i, name in enumerate(names)}
        return _frames.build(_frames.kind_of(frame), columns)


def _role(frame: Any, name: str, role: str) -> Doubles:
    return _numbers(name, _frames.column(frame, name, role))


def _weights(frame: Any, weight: Any) -> Doubles | None:
    if weight is None:
        return None
    if isinstance(weight, str):
        return _role(frame, weight, "sample_weight")
    return doubles(np.asarray(weight), "sample_weight")


def _cluster(frame: Any, name: str) -> Doubles:
    codes = encode_ids(_frames.column(frame, name, "cluster")).codes
    return np.where(codes == _core.NO_ACCOUNT, np.nan, codes.astype(np.float64))


def _pair(name: str, prior: Any) -> tuple[float, float] | None:
    if prior is None:
        return None
    try:
        mean, sd = prior
        return float(mean), float(sd)
    except (TypeError, ValueError):
        raise ValueError(f"`prior` of '{name}' must be (mean, sd), got {prior!r}") from None


def _spread(design: Design, given: Mapping[str, Any], what: str) -> list[Any]:
    """One value per term; a column's name means all of its terms."""
    values: dict[str, Any] = {}
    for column in design.columns:
        for name in column.names:
            values[name] = given.get(name, given.get(column.name))
    known = set(values) | {column.name for column in design.columns}
    for name in given:
        if name not in known:
            raise DataError(f"`{what}` names '{name}', which is no covariate of the fit")
    return list(values.values())
