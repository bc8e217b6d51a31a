"""Order models with static covariates as estimators."""

from __future__ import annotations

import hashlib
import json
import math
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import numpy as np

from kam import _core
from kam._churn.models import _weights, interval_frame, order_columns
from kam._data import frames as _frames
from kam._data.columns import Doubles, doubles, warn_rows
from kam._errors import ConvergenceWarning, FormatError, RowWarning, VersionError
from kam._portfolio.summary import check_units

_VERSION = 1
_EFFECTS = ("both", "odds")


@dataclass(frozen=True)
class _Fit:
    """What a fit leaves behind; plain values, as they stand in the JSON."""

    unit: str
    base: list[float]
    order: list[float]
    dropout: list[float]
    standard_errors: list[float]
    covariance: list[float]  # of (ln base, coefficients), row by row
    log_likelihood: float
    penalty: float
    stop_reason: str
    iterations: int
    accounts: float
    events: float
    rows_rejected: int
    warning: str


class CovariateModel:
    """Verbs of every order model with covariates.

    Input: frames with frequency, recency, age (or T) and the columns of the covariates.

    Parameters
    ----------
    order_covariates, dropout_covariates : names of columns
        Numbers that do not change over the life of an account; a group as 0/1. They act on the
        order rate (alpha exp(-gamma'z)) and on the drop-out.
    ridge : float
        Penalty ridge/2 on the squared effect of one standard deviation of each covariate.
    dropout_effect : {"both", "odds"}
        "both": a and b times exp(delta'w), as in Fader & Hardie's note; it leaves the mean drop-out
        a/(a+b) alone. "odds": a/b times exp(delta'w): covariates move the mean drop-out.
    """

    _kind: ClassVar[str]
    _base: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")

    def __init__(
        self,
        *,
        order_covariates: Sequence[str] = (),
        dropout_covariates: Sequence[str] = (),
        ridge: float = 1.0,
        dropout_effect: str = "both",
    ) -> None:
        for name, value in (("order", order_covariates), ("dropout", dropout_covariates)):
            if isinstance(value, str) or len(set(value)) != len(value):
                raise ValueError(f"`{name}_covariates` must be distinct names, got {value!r}")
        if dropout_effect not in _EFFECTS:
            raise ValueError(f"`dropout_effect` must be both or odds, got {dropout_effect!r}")
        self.order_covariates = tuple(order_covariates)
        self.dropout_covariates = tuple(dropout_covariates)
        self.ridge = float(ridge)
        self.dropout_effect = dropout_effect
        self._fit: _Fit | None = None

    def fit(self, summary: Any, sample_weight: Any = None, unit: str = "week") -> Self:
        """Penalised maximum likelihood. Rows that cannot be read are left out and counted.

        A ConvergenceWarning names parameters that run to a limit or are hardly identified.
        ValueError names a covariate that is constant or a combination of others.
        """
        check_units(unit=unit)
        x, t_x, age = order_columns(summary)
        result = _core.fit_covariates(
            self._kind,
            x,
            t_x,
            age,
            _weights(sample_weight, len(x)),
            *self._columns(summary),
            self.ridge,
            self.dropout_effect,
        )
        result.pop("names")
        self._fit = _Fit(unit=unit, **result)
        self._warn(self._fit)
        return self

    def _warn(self, fit: _Fit) -> None:
        if fit.rows_rejected:
            text = f"fit: {fit.rows_rejected} rows that cannot be read are left out"
            warnings.warn(text, RowWarning, stacklevel=3)
        if fit.stop_reason != "converged" or fit.warning:
            text = fit.warning or f"the fit stopped early: {fit.stop_reason}"
            warnings.warn(text, ConvergenceWarning, stacklevel=3)

    @property
    def _fitted(self) -> _Fit:
        if self._fit is None:
            raise ValueError(f"this {type(self).__name__} is not fitted: call fit first")
        return self._fit

    @property
    def names_(self) -> list[str]:
        """r, alpha, a, b (or s, beta), order:NAME, …, dropout:NAME, …: of every list here."""
        return [
            *self._base,
            *(f"order:{name}" for name in self.order_covariates),
            *(f"dropout:{name}" for name in self.dropout_covariates),
        ]

    @property
    def params_(self) -> dict[str, float]:
        """Base parameters (of an account with all covariates 0) and coefficients."""
        fit = self._fitted
        return dict(zip(self.names_, [*fit.base, *fit.order, *fit.dropout], strict=True))

    @property
    def standard_errors_(self) -> dict[str, float]:
        """With a ridge: of the penalised estimate. NaN where unknown."""
        return dict(zip(self.names_, self._fitted.standard_errors, strict=True))

    @property
    def log_likelihood_(self) -> float:
        """Without the penalty."""
        return self._fitted.log_likelihood

    @property
    def penalty_(self) -> float:
        return self._fitted.penalty

    @property
    def converged_(self) -> bool:
        return self._fitted.stop_reason == "converged"

    @property
    def stop_reason_(self) -> str:
        return self._fitted.stop_reason

    @property
    def n_iter_(self) -> int:
        return self._fitted.iterations

    @property
    def unit_(self) -> str:
        return self._fitted.unit

    @property
    def warning_(self) -> str:
        return self._fitted.warning

    def summary(self) -> str:
        """The fit as text: estimates, standard errors, likelihood, penalty, how it ended."""
        fit = self._fitted
        wide = max(len(name) for name in self.names_)
        lines = [
            f"{type(self).__name__}  ({fit.accounts:g} accounts, {fit.events:g} events, "
            f"unit {fit.unit}, drop-out effect {self.dropout_effect}, ridge {self.ridge:g})"
        ]
        for name, value in self.params_.items():
            lines.append(f"  {name:<{wide}} {value:14.8g}  se {self.standard_errors_[name]:.4g}")
        lines.append(
            f"  log-likelihood {fit.log_likelihood:.6f}, penalty {fit.penalty:.6f}, "
            f"{fit.stop_reason} after {fit.iterations}"
        )
        if fit.warning:
            lines.append(f"  warning: {fit.warning}")
        return "\n".join(lines)

    def individual(self, summary: Any) -> dict[str, Doubles]:
        """r, alpha, a, b (or s, beta) of every account; NaN where a covariate is missing."""
        order, dropout = self._columns(summary)
        rows = len(order_columns(summary)[0])
        z = np.array([values for _, values in order]).reshape(len(order), rows).T
        w = np.array([values for _, values in dropout]).reshape(len(dropout), rows).T
        model = self._model()
        table = [model.individual(a.tolist(), b.tolist()) for a, b in zip(z, w, strict=True)]
        return dict(zip(self._base, np.array(table, dtype=float).reshape(-1, 4).T, strict=True))

    def log_likelihood(self, summary: Any) -> Doubles:
        """Per account."""
        return self._column("log_likelihood", summary)

    def probability_alive(self, summary: Any, *, interval: bool = False, level: float = 0.8) -> Any:
        """P(still a customer at the observation end). ``interval=True``: a frame with _lo/_hi."""
        return self._verb("probability_alive", summary, interval, level)

    def probability_alive_at(self, summary: Any, horizon: float) -> Doubles:
        """P(still a customer `horizon` after the observation end)."""
        return self._column("probability_alive_at", summary, float(horizon))

    def probability_no_order(
        self, summary: Any, horizon: float, *, interval: bool = False, level: float = 0.8
    ) -> Any:
        """P(no order within `horizon` from now): the churn probability of silence."""
        return self._verb("probability_no_order", summary, interval, level, float(horizon))

    def expected_orders(
        self, summary: Any, horizon: float, *, interval: bool = False, level: float = 0.8
    ) -> Any:
        """E[orders within `horizon` from now], in the unit of the model."""
        return self._verb("expected_orders", summary, interval, level, float(horizon))

    def discounted_expected_orders(
        self, summary: Any, *, horizon: float | None = None, delta_continuous: float
    ) -> Doubles:
        """E[sum of exp(-delta t) over the orders within `horizon`]; delta per unit of time.

        ``horizon=None``: over all orders to come; delta must then be > 0. Times the expected spend
        and a margin it is the lifetime value.
        """
        end = math.inf if horizon is None else float(horizon)
        return self._column("discounted_expected_orders", summary, end, float(delta_continuous))

    def to_json(self) -> str:
        """Versioned, checksummed JSON: parameters, not data."""
        content = {
            "model": self._kind,
            "order_covariates": list(self.order_covariates),
            "dropout_covariates": list(self.dropout_covariates),
            "ridge": self.ridge,
            "dropout_effect": self.dropout_effect,
            "fit": {k: _to_null(v) for k, v in asdict(self._fitted).items()},
        }
        sealed = {"format": "kam-order-covariates", "version": _VERSION, "sha256": _digest(content)}
        return json.dumps({**sealed, "content": content}, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of `to_json`: the same bits. FormatError or VersionError otherwise."""
        content = _unseal(text)
        if content.get("model") != cls._kind:
            raise VersionError(f"the file holds {content.get('model')}, expected {cls._kind}")
        try:
            model = cls(
                order_covariates=content["order_covariates"],
                dropout_covariates=content["dropout_covariates"],
                ridge=content["ridge"],
                dropout_effect=content["dropout_effect"],
            )
            model._fit = _Fit(**{k: _from_null(v) for k, v in content["fit"].items()})
            sizes = len(model._fit.base), len(model._fit.order), len(model._fit.dropout)
            model._model()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise FormatError(f"the model is damaged: {error}") from None
        if sizes != (4, len(model.order_covariates), len(model.dropout_covariates)):
            raise FormatError("the model is damaged: coefficients and covariates differ in number")
        return model

    def __repr__(self) -> str:
        inner = f"order_covariates={self.order_covariates}, "
        inner += f"dropout_covariates={self.dropout_covariates}, ridge={self.ridge:g}"
        if self._fit is not None:
            inner += "".join(f", {k}={v:.6g}" for k, v in self.params_.items())
        return f"{type(self).__name__}({inner})"

    def _model(self) -> _core.CovariateModel:
        fit = self._fitted
        return _core.CovariateModel(
            self._kind, fit.base, fit.order, fit.dropout, self.dropout_effect, fit.covariance
        )

    def _columns(self, summary: Any) -> tuple[list[tuple[str, Doubles]], list[tuple[str, Doubles]]]:
        frame = _frames.normalise(summary)

        def read(names: tuple[str, ...]) -> list[tuple[str, Doubles]]:
            return [(name, doubles(_frames.column(frame, name), name)) for name in names]

        return read(self.order_covariates), read(self.dropout_covariates)

    def _column(self, verb: str, summary: Any, *arguments: float) -> Doubles:
        call = getattr(self._model(), verb)
        values, report = call(*arguments, *order_columns(summary), *self._columns(summary))
        warn_rows(report, verb, 4)
        return values  # type: ignore[no-any-return]

    def _verb(
        self, verb: str, summary: Any, interval: bool, level: float, *arguments: float
    ) -> Any:
        if not interval:
            return self._column(verb, summary, *arguments)
        call = getattr(self._model(), f"{verb}_interval")
        *columns, report = call(
            *arguments, float(level), *order_columns(summary), *self._columns(summary)
        )
        warn_rows(report, verb, 4)
        return interval_frame(_frames.kind_of(summary), verb, tuple(columns))


class BGNBDCovariates(CovariateModel):
    """BG/NBD with static covariates (Fader & Hardie 2007). See `kam.BGNBD` for the model."""

    _kind = "bgnbd"


class MBGNBDCovariates(CovariateModel):
    """MBG/NBD with static covariates. See `kam.MBGNBD` for the model."""

    _kind = "mbgnbd"


class ParetoNBDCovariates(CovariateModel):
    """Pareto/NBD with static covariates on both rates. See `kam.ParetoNBD` for the model.

    beta is multiplied by exp(-delta'w): the rate of leaving by exp(delta'w). `dropout_effect` is
    not used.
    """

    _kind = "pareto_nbd"
    _base = ("r", "alpha", "s", "beta")


def _to_null(value: Any) -> Any:
    """JSON has no NaN."""
    if isinstance(value, list):
        return [_to_null(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _from_null(value: Any) -> Any:
    if isinstance(value, list):
        return [_from_null(v) for v in value]
    return math.nan if value is None else value


def _digest(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _unseal(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise FormatError(f"no JSON: {error}") from None
    if not isinstance(document, dict) or document.get("format") != "kam-order-covariates":
        raise FormatError("no order model with covariates of kam")
    if document.get("version") != _VERSION:
        raise VersionError(f"format version {document.get('version')}, not {_VERSION}")
    content = document.get("content")
    if not isinstance(content, dict) or document.get("sha256") != _digest(content):
        raise FormatError("the checksum does not fit: the text was changed or cut")
    return content
