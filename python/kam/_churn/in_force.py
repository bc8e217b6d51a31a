"""`kam.in_force`: what accounts that are still there will do, from any survival model."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kam._churn.aft import AFT
from kam._churn.cox import CoxPH
from kam._churn.discrete import RenewalModel
from kam._churn.hazard import Hazard
from kam._churn.survival import KaplanMeier
from kam._churn.survival_input import per_row, rows_of
from kam._data import frames as _frames
from kam._data.columns import Doubles
from kam._errors import RowWarning

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
    interval: bool = False,
    level: float = 0.8,
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
    interval, level : also the limits of every number, in columns _lo and _hi, at this level; those
        of the model's parameters (KaplanMeier: of the curve), margins and dates taken as known

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
    (A renewal model made from parameters knows no longest tenure; its status is always "ok".) A row
    that cannot be used is missing everywhere; how many, and why the first, is told in a RowWarning.
    A Hazard with a calibrator of this horizon gives calibrated churn_probability and value_at_risk;
    remaining_life and what follows from it are the model's own.

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
    if not 0 < level < 1:
        raise ValueError(f"`level` must be between 0 and 1, got {level}")
    asked = _Asked(verbs, columns, since, float(level) if interval else None)
    churn, life, status = asked.within(float(horizon))
    made = {**_named("churn_probability", churn), **_named("remaining_life", life)}
    if margin is not None:
        money = per_row(normal, margin, "margin", rows)
        money = np.where(np.isfinite(money), money, np.nan)
        made |= _named("value_at_risk", _times(churn, money * horizon))
        lost = [horizon - life[0], *(horizon - end for end in life[:0:-1])]
        made |= _named("expected_lost_margin", _times(lost, money))
        asked.tell(np.isnan(money), "have no margin")
    if renewal is not None:
        kept, renewal_status = asked.renewals(per_row(normal, renewal, "renewal", rows))
        made |= _named("renewal_probability", kept)
        made["status"], made["renewal_status"] = status, renewal_status
    else:
        made["status"] = status
    asked.tell_unusable(status)
    return _frames.build(_frames.kind_of(frame), made)


def _named(name: str, values: list[Doubles]) -> Columns:
    """The estimate, and its limits if there are any, as columns."""
    return dict(zip((name, f"{name}_lo", f"{name}_hi"), values, strict=False))


def _times(values: list[Doubles], by: Doubles) -> list[Doubles]:
    """An estimate with its limits times an amount, which may be negative."""
    estimate, *limits = (one * by for one in values)
    return [estimate, np.minimum(*limits), np.maximum(*limits)] if limits else [estimate]


@dataclass(frozen=True)
class _Verbs:
    """One model's way of answering, as functions of (columns, horizon, tenure, level).

    One column, or with a level three: the estimate and its limits.
    """

    inputs: list[str]
    churn: Callable[[Columns, float, Doubles, float | None], list[Doubles]]
    life: Callable[[Columns, float, Doubles, float | None], list[Doubles]]
    # Longest tenure seen per row: beyond it a model without a `tail` is silent. NaN: not known.
    longest: Callable[[Columns, int], Doubles]
    # Whether the columns of a row can be read, where NaN alone does not tell (no tail).
    readable: Callable[[Columns, int], Any]
    tail: bool
    whole: bool = False  # time is counted in periods


class _Asked:
    """The accounts of one call, answered in chunks of rows."""

    def __init__(
        self, verbs: _Verbs, columns: Columns, tenure: Doubles, level: float | None
    ) -> None:
        self.verbs, self.columns, self.tenure, self.level = verbs, columns, tenure, level
        self.width = 1 if level is None else 3
        self.valid = np.isfinite(tenure) & (tenure >= 0)
        if verbs.whole:
            self.valid &= np.floor(np.where(self.valid, tenure, 0)) == np.where(
                self.valid, tenure, 0
            )

    def rows(self, which: Any) -> tuple[Columns, Doubles]:
        """Columns and tenure of some rows; never without a column, so that rows can be counted."""
        since = self.tenure[which]
        return {"": since, **{name: values[which] for name, values in self.columns.items()}}, since

    def within(self, horizon: float) -> tuple[list[Doubles], list[Doubles], Any]:
        """Churn and remaining life of all accounts within one horizon, and their status."""
        count = len(self.tenure)
        churn, life = np.empty((self.width, count)), np.empty((self.width, count))
        status = np.empty(count, dtype=object)
        for start in range(0, count, _CHUNK):
            part = slice(start, start + _CHUNK)
            columns, since = self.rows(part)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # all chunks together are told once, by status
                churn[:, part] = self.verbs.churn(columns, horizon, since, self.level)
                life[:, part] = self.verbs.life(columns, horizon, since, self.level)
                status[part] = self.status(part, columns, horizon, churn[0, part])
        missing = (status == UNUSABLE) | np.isnan(churn[0])
        churn[:, missing] = life[:, missing] = np.nan
        return list(churn), list(np.clip(life, 0, horizon)), status

    def renewals(self, due: Doubles) -> tuple[list[Doubles], Any]:
        """P(still there after its next renewal date) per account."""
        kept = np.full((self.width, len(due)), np.nan)
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
                    churn = self.verbs.churn(columns, float(due[part[0]]), since, self.level)
                    status[part] = self.status(part, columns, float(due[part[0]]), churn[0])
                kept[:, part] = [1 - churn[0], *(1 - end for end in churn[:0:-1])]
        kept[:, status == UNUSABLE] = np.nan
        self.tell(~valid, "have no renewal date that can be used")
        return list(kept), status

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
            self.verbs.churn(columns, 1.0, since, None)
        for one in told:
            text = str(one.message)
            if issubclass(one.category, RowWarning) and text.endswith(")"):
                return text[text.index("(") + 1 : -1]
        return "no answer of the model"


def _is_whole(values: Doubles) -> Any:
    return np.floor(values) == values


# ---- Models -------------------------------------------------------------------------------------


def _asked(verb: Callable[..., Any]) -> Callable[[Columns, float, Doubles, float | None], Any]:
    """verb(columns, horizon, tenure, interval=, level=), whose limits are columns of a frame."""

    def ask(columns: Columns, horizon: float, since: Doubles, level: float | None) -> list[Doubles]:
        if level is None:
            return [verb(columns, horizon, since)]
        table = verb(columns, horizon, since, interval=True, level=level)
        return [np.asarray(values, dtype=np.float64) for values in list(table.values())[:3]]

    return ask


def _everywhere(_: Columns, count: int) -> Any:
    return np.ones(count, dtype=bool)


def _kaplan_meier(model: KaplanMeier) -> _Verbs:
    longest = model.longest_

    def ask(what: str) -> Callable[[Columns, float, Doubles, float | None], list[Doubles]]:
        def answer(_: Columns, h: float, since: Doubles, level: float | None) -> list[Doubles]:
            how = (level or model.level, model.scale == "plain")
            columns = model._ask(what, np.full(len(since), h), since, *how)
            return list(columns[: 1 if level is None else 3])

        return answer

    return _Verbs(
        inputs=[],
        churn=ask("churn"),
        life=ask("restricted_mean"),
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
        churn=_asked(model.predict_churn),
        life=_asked(model.predict_restricted_mean),
        longest=longest,
        readable=lambda columns, _: ~np.isnan(model.predict_log_hazard_ratio(columns)),
        tail=False,
    )


def _aft(model: AFT) -> _Verbs:
    longest = model.longest_
    return _Verbs(
        inputs=model.design_.inputs,
        churn=_asked(model.predict_churn),
        life=_asked(lambda c, h, since, **how: model.predict_mean(c, since, horizon=h, **how)),
        longest=lambda _, count: np.full(count, longest),
        readable=_everywhere,
        tail=True,
    )


def _hazard(model: Hazard) -> _Verbs:
    longest = model.last_period_
    return _Verbs(
        inputs=model.design_.inputs,
        churn=_asked(model.predict_churn),
        life=_asked(model.restricted_mean),
        longest=lambda _, count: np.full(count, longest),
        readable=_everywhere,
        tail=True,
        whole=True,
    )


def _renewals(model: RenewalModel) -> _Verbs:
    def life(_: Columns, horizon: float, since: Doubles, level: float | None) -> list[Doubles]:
        # The period under way counts whole: 1 + the renewals after it.
        if horizon <= 1:
            return [1 + 0 * since] * (1 if level is None else 3)
        asked = _asked(
            lambda _, h, done, **how: model.discounted_residual(
                done, discount=0.0, horizon=h, **how
            )
        )
        return [1 + one for one in asked({}, horizon - 1, since, level)]

    longest = model.longest_
    return _Verbs(
        inputs=[],
        churn=_asked(lambda _, h, since, **how: model.predict_churn(since, h, **how)),
        life=life,
        longest=lambda _, count: np.full(count, np.inf if math.isnan(longest) else longest),
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
