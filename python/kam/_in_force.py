"""`kam.in_force`: what accounts that are still there will do, from any survival model."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kam import _frames
from kam._aft import AFT
from kam._columns import Doubles
from kam._cox import CoxPH
from kam._discrete import RenewalModel
from kam._errors import RowWarning
from kam._hazard import Hazard
from kam._survival import KaplanMeier
from kam._survival_input import per_row, rows_of

OK, BEYOND, UNUSABLE = "ok", "beyond observed tenure", "not usable"
_CHUNK = 65_536  # rows held as regression columns at a time

Columns = dict[str, Any]


def in_force(
    model: Any,
    frame: Any,
    *,
    tenure: Any,
    horizon: float,
    margin: Any = None,
    renewal: Any = None,
) -> Any:
    """What each account that is still there will do within `horizon`, and what that costs.

    Parameters
    ----------
    model : fitted KaplanMeier, CoxPH, AFT regression, Hazard, ShiftedBetaGeometric or
        BetaDiscreteWeibull
    frame : one row per account, with the columns of the fit; for models without covariates any
        frame with one row per account.
    tenure, margin, renewal : a column's name, one number, or one per row
        How long the account has been there; its margin per unit of time; time to its next renewal
        date. All in the unit of the fit. Discrete models count whole periods.
    horizon : finite, > 0, in the same unit

    Returns
    -------
    A frame of the same kind, one row per account, in order:

    churn_probability : P(T <= tenure + horizon | T > tenure)
    remaining_life : E[min(T - tenure, horizon) | T > tenure], 0 to `horizon`
    value_at_risk : churn_probability * margin * horizon (with `margin`)
    expected_lost_margin : margin * (horizon - remaining_life); not more than value_at_risk
    renewal_probability : P(T > tenure + renewal | T > tenure) (with `renewal`)
    status : "ok", "beyond observed tenure" or "not usable"
    renewal_status : the same of renewal_probability

    Beyond the longest tenure of the fit KaplanMeier and CoxPH know nothing: the number is missing.
    The others answer by their formula: the number is there, and the status says on what it rests.
    (The two renewal models do not keep that longest tenure; theirs is always "ok".) A row that
    cannot be used is missing everywhere; how many, and why the first, is told in a RowWarning.

    ValueError names an argument, DataError a missing column. Time and memory: linear in rows, 65536
    of them at a time; with `renewal` one more pass per different value of it.
    """
    verbs = _verbs_of(model)
    if not (math.isfinite(horizon) and horizon > 0):
        raise ValueError(f"`horizon` must be a finite number > 0, got {horizon}")
    if verbs.whole and horizon != math.floor(horizon):
        raise ValueError(
            f"`horizon` must be whole periods for {type(model).__name__}, got {horizon}"
        )
    normal = _frames.normalise(frame)
    rows = rows_of(normal)
    since = per_row(normal, tenure, "tenure", rows)
    columns = {name: _frames.column(normal, name, "a column of the fit") for name in verbs.inputs}
    asked = _Asked(verbs, columns, since)
    made = asked.within(float(horizon))
    if margin is not None:
        money = per_row(normal, margin, "margin", rows)
        money = np.where(np.isfinite(money), money, np.nan)
        made["value_at_risk"] = made["churn_probability"] * money * horizon
        made["expected_lost_margin"] = money * (horizon - made["remaining_life"])
        asked.tell(np.isnan(money), "have no margin")
    status = made.pop("status")
    if renewal is not None:
        due = per_row(normal, renewal, "renewal", rows)
        made["renewal_probability"], renewal_status = asked.renewals(due)
        made["status"], made["renewal_status"] = status, renewal_status
    else:
        made["status"] = status
    asked.tell_unusable(status)
    return _frames.build(_frames.kind_of(frame), made)


@dataclass(frozen=True)
class _Verbs:
    """One model's way of answering, as functions of (columns, horizon, tenure)."""

    inputs: list[str]
    churn: Callable[[Columns, float, Doubles], Doubles]
    life: Callable[[Columns, float, Doubles], Doubles]
    # Longest tenure seen per row: beyond it a model without a `tail` is silent. NaN: not known.
    longest: Callable[[Columns, int], Doubles]
    # Whether the columns of a row can be read, where NaN alone does not tell (no tail).
    readable: Callable[[Columns, int], Any]
    tail: bool
    whole: bool = False  # time is counted in periods


class _Asked:
    """The accounts of one call, answered in chunks of rows."""

    def __init__(self, verbs: _Verbs, columns: Columns, tenure: Doubles) -> None:
        self.verbs, self.columns, self.tenure = verbs, columns, tenure
        self.valid = np.isfinite(tenure) & (tenure >= 0)
        if verbs.whole:
            self.valid &= np.floor(np.where(self.valid, tenure, 0)) == np.where(
                self.valid, tenure, 0
            )

    def rows(self, which: Any) -> tuple[Columns, Doubles]:
        """Columns and tenure of some rows; never without a column, so that rows can be counted."""
        since = self.tenure[which]
        return {"": since, **{name: values[which] for name, values in self.columns.items()}}, since

    def within(self, horizon: float) -> Columns:
        """Churn and remaining life of all accounts within one horizon."""
        count = len(self.tenure)
        churn, life = np.empty(count), np.empty(count)
        status = np.empty(count, dtype=object)
        for start in range(0, count, _CHUNK):
            part = slice(start, start + _CHUNK)
            columns, since = self.rows(part)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # all chunks together are told once, by status
                churn[part] = self.verbs.churn(columns, horizon, since)
                life[part] = self.verbs.life(columns, horizon, since)
                status[part] = self.status(part, columns, horizon, churn[part])
        missing = (status == UNUSABLE) | np.isnan(churn)
        churn[missing] = life[missing] = np.nan
        return {"churn_probability": churn, "remaining_life": life, "status": status}

    def renewals(self, due: Doubles) -> tuple[Doubles, Any]:
        """P(still there after its next renewal date) per account."""
        kept = np.full(len(due), np.nan)
        status = np.full(len(due), UNUSABLE, dtype=object)
        valid = np.isfinite(due) & (due > 0)
        if self.verbs.whole:
            valid &= _is_whole(due)
        order = np.flatnonzero(valid)
        order = order[np.argsort(due[order], kind="stable")]
        for rows in np.split(order, np.flatnonzero(np.diff(due[order])) + 1):
            for start in range(0, len(rows), _CHUNK):
                part = rows[start : start + _CHUNK]
                columns, since = self.rows(part)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    churn = self.verbs.churn(columns, float(due[part[0]]), since)
                    status[part] = self.status(part, columns, float(due[part[0]]), churn)
                kept[part] = 1 - churn
        kept[status == UNUSABLE] = np.nan
        self.tell(~valid, "have no renewal date that can be used")
        return kept, status

    def status(self, part: Any, columns: Columns, horizon: float, churn: Doubles) -> Any:
        verbs, count = self.verbs, len(churn)
        usable = self.valid[part] & verbs.readable(columns, count)
        longest = verbs.longest(columns, count)
        usable &= ~np.isnan(longest) & (~np.isnan(churn) | (not verbs.tail))
        past = (self.tenure[part] + horizon > longest) | np.isnan(churn)
        return np.where(usable, np.where(past, BEYOND, OK), UNUSABLE).astype(object)

    def tell(self, rows: Any, what: str) -> None:
        if rows.any():
            text = f"in_force: {int(rows.sum())} rows {what}, first row {int(rows.argmax())}"
            warnings.warn(text, RowWarning, stacklevel=3)

    def tell_unusable(self, status: Any) -> None:
        rows = status == UNUSABLE
        if rows.any():
            self.tell(rows, f"are not usable ({self._reason(int(rows.argmax()))})")

    def _reason(self, row: int) -> str:
        """In the words of the model, which is asked for this row alone."""
        if not self.valid[row]:
            return f"tenure {self.tenure[row]:g}"
        columns, since = self.rows(slice(row, row + 1))
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            self.verbs.churn(columns, 1.0, since)
        for one in told:
            text = str(one.message)
            if issubclass(one.category, RowWarning) and text.endswith(")"):
                return text[text.index("(") + 1 : -1]
        return "no answer of the model"


def _is_whole(values: Doubles) -> Any:
    return np.floor(values) == values


# ---- Models -------------------------------------------------------------------------------------


def _nowhere(_: Columns, count: int) -> Doubles:
    return np.full(count, np.inf)


def _everywhere(_: Columns, count: int) -> Any:
    return np.ones(count, dtype=bool)


def _kaplan_meier(model: KaplanMeier) -> _Verbs:
    longest = model.longest_
    return _Verbs(
        inputs=[],
        churn=lambda _, h, since: model.churn(np.full(len(since), h), tenure=since),
        life=lambda _, h, since: model.restricted_mean(np.full(len(since), h), tenure=since),
        longest=lambda _, count: np.full(count, longest),
        readable=_everywhere,
        tail=False,
    )


def _cox(model: CoxPH) -> _Verbs:
    # NaN at the end: of a stratum that the fit did not have.
    ends = np.array([baseline[2] for baseline in model._fitted.baselines(0)] + [math.nan])

    def longest(columns: Columns, count: int) -> Doubles:
        codes = model._strata.codes(columns)
        return np.full(count, ends[0]) if codes is None else ends[codes]

    return _Verbs(
        inputs=[*model._design.inputs, *model._strata.columns],
        churn=model.predict_churn,
        life=model.predict_restricted_mean,
        longest=longest,
        readable=lambda columns, _: ~np.isnan(model.predict_log_hazard_ratio(columns)),
        tail=False,
    )


def _aft(model: AFT) -> _Verbs:
    longest = model.longest_
    return _Verbs(
        inputs=model.design_.inputs,
        churn=model.predict_churn,
        life=lambda columns, h, since: model.predict_mean(columns, since, horizon=h),
        longest=lambda _, count: np.full(count, longest),
        readable=_everywhere,
        tail=True,
    )


def _hazard(model: Hazard) -> _Verbs:
    longest = model.last_period_
    return _Verbs(
        inputs=model.design_.inputs,
        churn=model.predict_churn,
        life=model.restricted_mean,
        longest=lambda _, count: np.full(count, longest),
        readable=_everywhere,
        tail=True,
        whole=True,
    )


def _renewals(model: RenewalModel) -> _Verbs:
    def life(_: Columns, horizon: float, since: Doubles) -> Doubles:
        # The period under way counts whole: 1 + the renewals after it.
        return 1 + (model.expected_residual(since, horizon - 1) if horizon > 1 else 0 * since)

    model._fitted  # noqa: B018 - raises if not fitted
    return _Verbs(
        inputs=[],
        churn=lambda _, h, since: model.predict_churn(since, h),
        life=life,
        longest=_nowhere,
        readable=_everywhere,
        tail=True,
        whole=True,
    )


_MODELS: dict[type[Any], Callable[[Any], _Verbs]] = {
    KaplanMeier: _kaplan_meier,
    CoxPH: _cox,
    AFT: _aft,
    Hazard: _hazard,
    RenewalModel: _renewals,
}


def _verbs_of(model: Any) -> _Verbs:
    for base in type(model).__mro__:
        if base in _MODELS:
            return _MODELS[base](model)
    raise TypeError(
        f"`model` must be KaplanMeier, CoxPH, an AFT regression, Hazard, ShiftedBetaGeometric or "
        f"BetaDiscreteWeibull, got {type(model).__name__}"
    )
