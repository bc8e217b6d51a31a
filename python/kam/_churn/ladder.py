"""One churn probability for any number of losses: `kam.churn_probability` and `kam.ChurnLadder`."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, Self

import numpy as np

from kam import _core
from kam._churn.design import BadCells, Column, Design, _learn, _numbers
from kam._data import frames as _frames
from kam._data.columns import Doubles, doubles, encode_ids, warn_rows
from kam._errors import ConvergenceWarning, DataError, FormatError, RowWarning

_BASE_RATE = "base_rate"
_USUAL = (0.1, 1.0)  # median and sigma of the logit of the base rate
_EFFECT = (0.0, 0.5)  # mean and sd of the effect of one standard deviation
_NAME = "churn_probability"


class ChurnLadder:
    """Churn probability within a horizon, by the method that the losses at hand can carry.

    ============ ================== ==============================================================
    rung         losses             what answers
    ============ ================== ==============================================================
    prior        none yet           what was believed before, and that so many have stayed
    informative  1 to 29            logistic regression with normal priors, posterior sampled
    ridge        30 and more        ridge logistic regression, calibrated out of fold
    ============ ================== ==============================================================

    Parameters
    ----------
    features : names of columns
        Numbers, booleans or text as they were known at the cut. Missing cells are allowed: in the
        fit the account counts as lost or kept and the feature as average; an account of which
        nothing is known gets the base rate and a wide interval.
    external : name of a column, optional
        A probability made elsewhere (0 to 1), to be calibrated instead of features.
    horizon : float
        Days within which `event` was observed; kept in the model.
    prior : dict, optional
        ``"base_rate": (median, sigma)``: the average account's probability and the standard
        deviation of its log-odds, (0.1, 1) if not given. Name of a feature: (mean, sd) of what one
        standard deviation of it adds to the log-odds, (0, 0.5) if not given.
    sign : dict of name to 1 or -1
        More of the feature cannot lower (1) or raise (-1) the risk.
    minimum_events, ridge, draws, seed
        Losses from which the third rung is taken; its ridge; draws of the posterior, and their
        seed.
    """

    def __init__(
        self,
        features: Iterable[str] = (),
        external: str | None = None,
        *,
        horizon: float = 365.0,
        prior: Mapping[str, tuple[float, float]] | None = None,
        sign: Mapping[str, int] | None = None,
        minimum_events: float = 30.0,
        ridge: float = 1.0,
        draws: int = 399,
        seed: int = 1,
    ) -> None:
        if isinstance(features, str):
            raise ValueError(f"`features` must be a list of names, got {features!r}")
        self.features = tuple(features)
        if external is not None and self.features:
            raise ValueError("`features` and `external` exclude each other: give one of them")
        if not (math.isfinite(horizon) and horizon > 0):
            raise ValueError(f"`horizon` must be a finite number of days > 0, got {horizon}")
        self.external = external
        self.horizon = float(horizon)
        self.prior, self.sign = dict(prior or {}), dict(sign or {})
        self._check_names()
        self.minimum_events, self.ridge = float(minimum_events), float(ridge)
        self.draws, self.seed = int(draws), int(seed)
        self._core: _core.ChurnLadder | None = None
        self._columns: list[Column] = []

    def fit(
        self, frame: Any, *, event: str, account: str | None = None, sample_weight: Any = None
    ) -> Self:
        """Learns from the rows whose `event` is 1 (lost within the horizon) or 0 (kept).

        Rows with a missing event are not known yet and only scored. `account` names the column of
        the account where one has several rows (cuts): it then counts once. A missing feature is
        taken as average, and its row counts as lost or kept. Such rows, and rows that cannot be
        used and are left out, are counted in a RowWarning.
        """
        frame = _frames.normalise(frame)
        self._columns = [_learn(frame, name, None, "error") for name in self._inputs]
        if self.external is not None and self._columns[0].kind == "text":
            raise DataError(f"column '{self.external}' holds text, expected probabilities")
        columns, _ = self._read(frame)
        lost = _numbers(event, _frames.column(frame, event, "the event"))
        accounts: Doubles | None = None
        if account is not None:
            ids = encode_ids(_frames.column(frame, account, "the account"))
            accounts = np.asarray(ids.codes, dtype=np.float64)
            accounts[ids.codes == _core.NO_ACCOUNT] = np.nan
        weight = None if sample_weight is None else doubles(np.asarray(sample_weight), "weight")
        design = Design(self._columns, "error")
        self._core = _core.fit_ladder(
            json.dumps(design.to_dict()),
            columns,
            lost,
            weight,
            accounts,
            self.horizon,
            *self.prior.get(_BASE_RATE, _USUAL),
            [self._effect(name) for name in design.names],
            [self._sign_of(name) for name in design.names],
            self.external is not None,
            self.minimum_events,
            self.ridge,
            self.draws,
            self.seed,
        )
        self._warn()
        return self

    def predict(self, frame: Any, level: float = 0.8) -> Any:
        """A frame of the same kind: churn_probability with _lo and _hi at `level`, and basis.

        `basis` says what the row rests on: the rung, how many of how many accounts were lost, and
        whether features are missing. A level that the fit did not have counts as missing, and is
        told in a RowWarning.
        """
        model = self._fitted
        normal = _frames.normalise(frame)
        columns, unseen = self._read(normal)
        rows = len(columns[0]) if columns else len(_frames.column(normal, _frames.names(normal)[0]))
        *values, codes, report = model.probabilities(columns, rows, float(level))
        warn_rows(report, _NAME)
        _warn_unseen(unseen)
        texts = np.array(self._basis_texts(), dtype=object)[codes]
        texts[np.isnan(values[0])] = "not usable"
        named = zip((_NAME, f"{_NAME}_lo", f"{_NAME}_hi"), values, strict=True)
        return _frames.build(_frames.kind_of(frame), {**dict(named), "basis": texts})

    @property
    def rung_(self) -> str:
        """prior, informative or ridge."""
        return self._fitted.rung

    @property
    def events_(self) -> float:
        """Accounts lost that the answer rests on."""
        return self._fitted.events

    @property
    def accounts_(self) -> float:
        """Accounts with a known outcome."""
        return self._fitted.accounts

    @property
    def auc_(self) -> float:
        """Out of fold, third rung only; NaN otherwise."""
        return self._fitted.auc

    @property
    def brier_skill_(self) -> float:
        """Out of fold, third rung only; NaN otherwise."""
        return self._fitted.brier_skill

    @property
    def calibration_(self) -> tuple[float, float]:
        """Slope and intercept on the log-odds, made out of fold; (1, 0) below the third rung."""
        return self._fitted.calibration

    @property
    def warning_(self) -> str:
        return self._fitted.warning

    def summary(self) -> str:
        """The fit as text."""
        m = self._fitted
        lines = [f"ChurnLadder  {self._rests_on()}, within {self.horizon:g} days"]
        names = ["Intercept", *Design(self._columns, "error").names]
        wide = max(len(name) for name in names)
        if m.rung == "ridge":
            errors = np.sqrt(np.diag(np.array(m.covariance).reshape(len(names), len(names))))
            rows = zip(names, m.coefficients, errors, strict=True)
            lines += [f"  {name:<{wide}} {value:9.4f}  se {se:.4f}" for name, value, se in rows]
            slope, shift = m.calibration
            lines.append(f"  calibration out of fold: slope {slope:.3f}, intercept {shift:.3f}")
            lines.append(f"  out of fold: AUC {m.auc:.3f}, Brier skill {m.brier_skill:.3f}")
        else:
            draws = np.array(m.draws).reshape(-1, len(names))
            limits = np.quantile(draws, [0.1, 0.9], axis=0)
            spread = zip(names, draws.mean(axis=0), limits[0], limits[1], strict=True)
            lines += [
                f"  {name:<{wide}} {mean:9.4f}  80 % [{lo:.4f}, {hi:.4f}]"
                for name, mean, lo, hi in spread
            ]
        lines.append("  log-odds per " + ("log-odds" if self.external else "standard deviation"))
        if m.rows_incomplete:
            lines.append(f"  {m.rows_incomplete} rows lack a feature: taken as average")
        if m.warning:
            lines.append(f"  warning: {m.warning}")
        return "\n".join(lines)

    def to_json(self) -> str:
        """Versioned, checksummed: coefficients or draws and the schema, not the data."""
        return self._fitted.to_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of `to_json`; FormatError or VersionError otherwise."""
        core = _core.parse_ladder(text)
        columns = Design.from_dict(json.loads(core.schema)).columns
        names = [column.name for column in columns]
        if core.external and len(names) != 1:
            raise FormatError("an external model has one column")
        external = names[0] if core.external else None
        model = cls(() if external else names, external, horizon=core.horizon_days)
        model._core, model._columns = core, columns
        return model

    def __reduce__(self) -> tuple[Any, ...]:
        if self._core is None:
            return super().__reduce__()  # type: ignore[return-value]
        return type(self).from_json, (self.to_json(),)

    def __repr__(self) -> str:
        what = f"external={self.external!r}" if self.external else f"features={self.features}"
        state = f", {self._rests_on()}" if self._core is not None else ""
        return f"ChurnLadder({what}{state})"

    @property
    def _inputs(self) -> tuple[str, ...]:
        return self.features if self.external is None else (self.external,)

    @property
    def _fitted(self) -> _core.ChurnLadder:
        if self._core is None:
            raise ValueError("this ChurnLadder is not fitted: call fit first")
        return self._core

    def _check_names(self) -> None:
        for what, given in (("prior", self.prior), ("sign", self.sign)):
            for name in given:
                known = name in self._inputs or (what == "prior" and name == _BASE_RATE)
                if not known or (self.external is not None and name != _BASE_RATE):
                    raise ValueError(f"`{what}` names '{name}', which is no feature")
        for name, pair in self.prior.items():
            if len(tuple(pair)) != 2:
                raise ValueError(f"`prior['{name}']` must be two numbers, got {pair!r}")
        for name, direction in self.sign.items():
            if direction not in (1, -1):
                raise ValueError(f"`sign['{name}']` must be 1 or -1, got {direction!r}")

    def _of_term(self, term: str) -> str:
        """The column a term belongs to: Contract[One year] to Contract."""
        return next(column.name for column in self._columns if term in column.names)

    def _effect(self, term: str) -> tuple[float, float]:
        mean, sd = self.prior.get(self._of_term(term), _EFFECT)
        return float(mean), float(sd)

    def _sign_of(self, term: str) -> int:
        return int(self.sign.get(self._of_term(term), 0))

    def _read(self, frame: Any) -> tuple[list[Doubles], list[BadCells]]:
        """Every column for itself, so that a missing cell is missing in its own terms only; and the
        cells that hold a level the fit did not have."""
        columns: list[Doubles] = []
        unseen: list[BadCells] = []
        for column in self._columns:
            rows = Design([column], "error").matrix(frame)
            columns += rows.columns
            unseen += [cells for cells in rows.cells if cells.unseen]
        return columns, unseen

    def _warn(self) -> None:
        m = self._fitted
        told = []
        if m.rows_rejected:
            row = m.first_rejected
            told.append(
                f"{m.rows_rejected} rows with impossible cells are left out, first row {row}"
            )
        if m.rows_incomplete:
            told.append(
                f"{m.rows_incomplete} rows lack a feature, first row {m.first_incomplete}: they "
                "count as lost or kept, and the feature as average"
            )
        if told:
            warnings.warn(f"fit: {'; '.join(told)}", RowWarning, stacklevel=3)
        if m.warning:
            warnings.warn(m.warning, ConvergenceWarning, stacklevel=3)

    def _rests_on(self) -> str:
        m = self._fitted
        source = "external score, " if m.external else ""
        rung = {"prior": "prior", "informative": "informative prior", "ridge": "ridge"}[m.rung]
        return f"{source}{rung}, {m.events:g} of {m.accounts:g} lost"

    def _basis_texts(self) -> list[str]:
        rests = self._rests_on()
        return [rests, f"{rests}; some features missing", f"{rests}; no history: base rate"]


def _warn_unseen(unseen: list[BadCells]) -> None:
    """One warning for all rows with a level that the fit did not have."""
    if not unseen:
        return
    rows = np.logical_or.reduce([cells.rows for cells in unseen])
    worst = min(unseen, key=lambda cells: cells.first)
    text = f"{_NAME}: {int(rows.sum())} rows are scored as if a feature were missing, first row "
    warnings.warn(f"{text}{worst.first} ({worst.reason})", RowWarning, stacklevel=3)


def churn_probability(
    frame: Any,
    *,
    event: str,
    features: Iterable[str] = (),
    external: str | None = None,
    horizon: float,
    prior: Mapping[str, tuple[float, float]] | None = None,
    sign: Mapping[str, int] | None = None,
    account: str | None = None,
    level: float = 0.8,
    seed: int = 1,
) -> Any:
    """P(lost within `horizon` days) of every row, learned from the rows whose `event` is known.

    The method follows from the number of losses and is named in the column `basis`: see
    `kam.ChurnLadder`, which this fits and applies to the same frame. Returns a frame of the same
    kind: churn_probability, churn_probability_lo, churn_probability_hi (at `level`), basis.
    """
    ladder = ChurnLadder(
        features, external, horizon=horizon, prior=prior, sign=sign, seed=seed
    )  # fmt: skip
    return ladder.fit(frame, event=event, account=account).predict(frame, level)
