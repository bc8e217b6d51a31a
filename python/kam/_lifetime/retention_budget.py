"""Where money spent on keeping accounts does most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kam import _core
from kam._base.arguments import column
from kam._base.bad_rows import above_0, at_least_0, named, share, warn_left_out
from kam._data.columns import Doubles

Rows = npt.NDArray[np.int64]
_GRADES = ("none", "judgment", "experiment")


@dataclass(frozen=True, repr=False)
class RetentionBudget:
    """Spending per account and what it brings; arrays follow the rows, NaN where one is left out.

    `protection_value` is what keeping an account is worth with its part in the bad years: the value
    plus risk_aversion times the slope of the expected shortfall. `shadow_price` is what the
    objective gains by one more money. Accounts in `without_evidence` get no money, and their gain
    is NaN: nobody knows what it would do. Those in `above_ceiling` are kept better than their lever
    could, and get none. A row whose ceiling or rate cannot be used gets none either and is counted;
    all of these may be lost, and stay in the losses.
    """

    spend: Doubles
    retention: Doubles
    gain: Doubles
    protection_value: Doubles
    total_spend: float
    total_gain: float
    shadow_price: float
    expected_loss_before: float
    expected_loss: float
    expected_shortfall_before: float
    expected_shortfall: float
    objective: float
    kkt_residual: float
    converged: bool
    n_iter: int
    loss_unit: float
    without_evidence: Rows
    above_ceiling: Rows
    rows_used: int
    rows_rejected: int

    def plot(
        self, labels: Any = None, *, top: int = 15, language: str = "en", ax: Any = None
    ) -> Any:
        """Spending and net gain of the accounts that get most; returns the Axes.

        `labels`: a name per row; without one it is "account 15", row 15 counted from 0. `language`
        is "en" or "zh".
        """
        from kam._plots.risk import draw_budget

        return draw_budget(self, labels, top=top, language=language, ax=ax)

    def __repr__(self) -> str:
        funded = int((np.nan_to_num(self.spend) > 0).sum())
        text = (
            f"RetentionBudget: {self.total_spend:.6g} on {funded} of {self.rows_used} accounts, "
            f"net gain {self.total_gain:.6g}, shadow price {self.shadow_price:.4g}, expected "
            f"shortfall {self.expected_shortfall_before:.6g} -> {self.expected_shortfall:.6g}"
        )
        if len(self.without_evidence):
            text += f"; {len(self.without_evidence)} without evidence"
        if len(self.above_ceiling):
            text += f"; {len(self.above_ceiling)} above the ceiling"
        return text if self.converged else text + "; not converged"


@dataclass(frozen=True, repr=False)
class ActionChoice:
    """Which actions to take; arrays follow the actions. `exact`: nothing better exists, else a
    better choice could add at most `gap`. `gain` is NaN for an action without evidence."""

    chosen: npt.NDArray[np.bool_]
    gain: Doubles
    exact: bool
    gap: float
    total_cost: float
    total_gain: float
    expected_shortfall_before: float
    expected_shortfall: float
    objective: float
    without_evidence: Rows
    rows_used: int
    rows_rejected: int
    accounts_rejected: int

    def __repr__(self) -> str:
        how = "exact" if self.exact else f"at most {self.gap:.6g} below the best"
        return (
            f"ActionChoice: {int(self.chosen.sum())} of {len(self.chosen)} actions ({how}), cost "
            f"{self.total_cost:.6g}, net gain {self.total_gain:.6g}, expected shortfall "
            f"{self.expected_shortfall_before:.6g} -> {self.expected_shortfall:.6g}"
        )


def allocate_retention_budget(
    values: Any,
    retention: Any,
    *,
    ceiling: Any,
    rate: Any,
    evidence: Any,
    budget: float | None = None,
    risk_aversion: float = 0.0,
    level: float = 0.95,
    shape: str = "exponential",
) -> RetentionBudget:
    """Maximise net gain minus `risk_aversion` times the expected shortfall of what may be lost.

    Parameters
    ----------
    values : array
        What keeping the account is worth over the horizon [money], >= 0.
    retention : array
        Probability to keep it without spending, 0..1.
    ceiling, rate : float or array
        Spending x moves it to ceiling - (ceiling - retention) exp(-rate x), or with
        shape="michaelis" to ceiling - (ceiling - retention)/(1 + rate x).
    evidence : str or array of str
        Where ceiling and rate come from: "experiment", "judgment" or "none". Without evidence no
        money is spent; a risk score is none.
    budget : float, optional
        Most that may be spent; by default as much as pays.

    An account above its ceiling gets no money and stays in the losses.
    """
    value = column(values, "values")
    rows = len(value)
    if shape not in ("exponential", "michaelis"):
        raise ValueError(f"`shape` must be 'exponential' or 'michaelis', got {shape!r}")
    start = column(retention, "retention")
    ceilings, rates = _each(ceiling, rows, "ceiling"), _each(rate, rows, "rate")
    with named(start="retention", value="values"):
        found = _core.allocate_retention_budget(
            value,
            start,
            ceilings,
            rates,
            _grades(evidence, rows),
            float("inf") if budget is None else float(budget),
            float(risk_aversion),
            float(level),
            shape == "michaelis",
        )
    domains = [at_least_0("values", value), share("retention", start)]
    domains += [share("ceiling", ceilings), above_0("rate", rates)]
    warn_left_out(found, domains)
    return RetentionBudget(**_fields(found))


def choose_retention_actions(
    values: Any,
    retention: Any,
    *,
    account: Any,
    cost: Any,
    retention_after: Any,
    evidence: Any,
    budget: float | None = None,
    risk_aversion: float = 0.0,
    level: float = 0.95,
) -> ActionChoice:
    """The best actions, at most one per account, under a budget.

    `values` and `retention` have one row per account; `account` (its row, 0-based), `cost`,
    `retention_after` and `evidence` one per action. Exact without risk aversion (by branch and
    bound, unless `exact` says otherwise) and up to 65,536 choices with it.
    """
    rows = np.asarray(account)
    if rows.ndim != 1 or (rows.size and rows.dtype.kind not in "iu"):
        raise ValueError("`account` must be one whole number per action, the row of its account")
    if rows.size and (rows.min() < 0 or rows.max() >= 2**32):
        raise ValueError(f"`account` must be a row, got {rows.min()}")
    found = _core.choose_retention_actions(
        column(values, "values"),
        column(retention, "retention"),
        np.ascontiguousarray(rows, dtype=np.uint32),
        column(cost, "cost"),
        column(retention_after, "retention_after"),
        _grades(evidence, len(rows)),
        float("inf") if budget is None else float(budget),
        float(risk_aversion),
        float(level),
    )
    after = column(retention_after, "retention_after")
    warn_left_out(
        found, [at_least_0("cost", column(cost, "cost")), share("retention_after", after)]
    )
    found["chosen"] = found["chosen"].astype(bool)
    return ActionChoice(**_fields(found))


def _each(values: Any, rows: int, name: str) -> Doubles:
    """One number for all accounts, or one each."""
    return np.full(rows, float(values)) if np.ndim(values) == 0 else column(values, name)


def _grades(evidence: Any, rows: int) -> npt.NDArray[np.uint8]:
    words = [evidence] * rows if isinstance(evidence, str) else list(evidence)
    for row, word in enumerate(words):
        if word not in _GRADES:
            raise ValueError(f"`evidence` must be one of {_GRADES}, got {word!r} in row {row}")
    return np.array([_GRADES.index(word) for word in words], dtype=np.uint8)


def _fields(found: dict[str, Any]) -> dict[str, Any]:
    drop = ("first_rejected", "first_reason")
    return {name: value for name, value in found.items() if name not in drop}


__all__ = [
    "ActionChoice",
    "RetentionBudget",
    "allocate_retention_budget",
    "choose_retention_actions",
]
