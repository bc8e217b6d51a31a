"""What it would cost an account to leave, and what a rival has to offer for that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from kam import _core
from kam._base.arguments import column, optional_column
from kam._base.discount import discount_rate
from kam._data.columns import Doubles, day, warn_rows
from kam._data.frames import build, kind_of
from kam._errors import InsufficientDataError
from kam._switching.components import ComponentTable, read_components


class Range(NamedTuple):
    """An estimate and its bounds."""

    estimate: float
    lo: float
    hi: float

    def __float__(self) -> float:
        return self.estimate


@dataclass(frozen=True)
class SwitchingCost:
    """The switching cost of one account, in money.

    `total` adds up the estimates, `lo` and `hi` the hard bounds; `float()` gives `total`. `mean`,
    `sd` and `likely` read every input as triangular between its bounds and independent of the
    others; `sd_together` is the sd if all are wrong in the same direction. What the rival pays is
    in `rival_pays`, not in `total`. `relational_rating` (0-100) is never turned into money;
    `unpriced` counts the bonds that have a rating only.
    """

    total: float
    lo: float
    hi: float
    mean: float
    sd: float
    sd_together: float
    likely: Range
    by_kind: dict[str, Range]
    rival_pays: Range
    relational_rating: float
    unpriced: int
    components: tuple[tuple[str, str, Range], ...]

    def __float__(self) -> float:
        return self.total

    def indifference_discount(
        self, annual_spend: float, *, years: float, discount: float, annual_advantage: float = 0.0
    ) -> Range:
        """See `kam.indifference_discount`; with the bounds of the switching cost."""
        spend = [float(annual_spend)] * 3
        found = _core.indifference_discount_interval(
            [self.total, self.lo, self.hi],
            spend,
            float(years),
            discount_rate(discount),
            float(annual_advantage),
        )
        _known(found[0], annual_spend=annual_spend, years=years, discount=discount)
        return Range(*found)

    def plot(self, *, language: str = "en", ax: Any = None) -> Any:
        """Component by component as a waterfall; see `kam.plots.switching_cost`."""
        from kam._plots.switching import draw_switching_cost

        return draw_switching_cost(self, language=language, ax=ax)

    def __repr__(self) -> str:
        kinds = ", ".join(f"{name}={cost.estimate:,.0f}" for name, cost in self.by_kind.items())
        text = f"SwitchingCost({self.total:,.0f} [{self.lo:,.0f} ... {self.hi:,.0f}]: {kinds}"
        if self.rival_pays.hi > 0:
            text += f"; rival pays {self.rival_pays.estimate:,.0f}"
        if self.unpriced:
            text += f"; {self.unpriced} unpriced, rating {self.relational_rating:.0f}"
        return text + ")"


def switching_cost(components: Any, *, level: float = 0.8) -> Any:
    """What a move would cost the customer, from the bottom up: money + hours x rate x effort.

    `components`: a table with one row per component (any frame, a dict of columns, or a list of
    dicts), or for one account a dict of name -> amount, (lo, estimate, hi) or dict. Columns, all
    but one of amount, hours and rating optional: `component`, `kind` ("procedural", "financial",
    "relational"), `amount`, `hours`, `rate`, `effort` (a multiplier), each also with `_lo` and
    `_hi`; `borne_by` ("them", "rival_pays") or `rival_share` (0 ... 1); `rating` (0-100, relational
    only). A missing amount is no amount of 0: such a row is left out, with a RowWarning that names
    the component and what it holds; so is one with bounds only, or an estimate outside its bounds.

    Gives a `SwitchingCost`; with a column `account_id` a frame of the same kind with one row per
    account: switching_cost, _lo, _hi, _mean, _sd, relational_rating.
    """
    table = read_components(components)
    if table.account is not None:
        return _per_account(components, table)
    try:
        found: dict[str, Any] = _core.switching_cost(table.numbers, table.kinds, float(level))
    except InsufficientDataError as error:
        if not table.names:
            raise
        raise InsufficientDataError(f"{error}: {table.problem(0)}") from None
    warn_rows(table.in_words(found["report"]), "switching cost (a lower bound)")
    costs = [Range(*cost) for cost in _core.component_cost(table.numbers, table.kinds)]
    rows = zip(table.names, table.kind_names, costs, strict=True)
    total, lo, hi = found["bounds"]
    return SwitchingCost(
        total,
        lo,
        hi,
        found["mean"],
        found["sd"],
        found["sd_together"],
        Range(*found["likely"]),
        {kind: Range(*cost) for kind, cost in found["by_kind"].items()},
        Range(*found["rival_pays"]),
        found["relational_rating"],
        found["unpriced"],
        tuple(row for row in rows if row[2].estimate == row[2].estimate),
    )


def _per_account(components: Any, table: ComponentTable) -> Any:
    assert table.account is not None
    *columns, report = _core.switching_cost_columns(
        table.account.codes, len(table.account.unique), table.numbers, table.kinds
    )
    warn_rows(table.in_words(report), "switching cost (a lower bound)", depth=4)
    names = ("", "_lo", "_hi", "_mean", "_sd")
    found: dict[str, Any] = {"account_id": table.account.unique}
    found |= {f"switching_cost{n}": c for n, c in zip(names, columns, strict=False)}
    found["relational_rating"] = columns[5]
    return build("dict" if isinstance(components, list) else kind_of(components), found)


def indifference_discount(
    switching_cost: Any,
    annual_spend: Any,
    *,
    years: float,
    discount: float,
    annual_advantage: float = 0.0,
) -> Any:
    """How much cheaper a rival must be, for `years`, for the move to pay (share of price).

    d* = (SC / a + advantage) / spend with the annuity a = (1 - (1 + i)^-years) / i. Numbers give a
    float, a `SwitchingCost` a `Range` with its bounds, columns an array. `annual_advantage` is what
    our offer is worth more to the customer per year at the same price; negative where the rival's
    is better. Subtract from the switching cost what the rival would reimburse.
    """
    if isinstance(switching_cost, SwitchingCost):
        return switching_cost.indifference_discount(
            annual_spend, years=years, discount=discount, annual_advantage=annual_advantage
        )
    if np.ndim(switching_cost) == 0 and np.ndim(annual_spend) == 0:
        found = _core.indifference_discount(
            float(switching_cost),
            float(annual_spend),
            float(years),
            discount_rate(discount),
            float(annual_advantage),
        )
        _known(
            found,
            switching_cost=switching_cost,
            annual_spend=annual_spend,
            years=years,
            discount=discount,
        )
        return found
    return _discounts(switching_cost, annual_spend, years, discount, annual_advantage)


def _discounts(cost: Any, spend: Any, years: float, discount: float, advantage: float) -> Doubles:
    rows = max(np.size(cost), np.size(spend))
    costs = _broadcast(cost, rows, "switching_cost")
    spends = _broadcast(spend, rows, "annual_spend")
    rate = discount_rate(discount)
    values, report = _core.indifference_discounts(costs, spends, float(years), rate)
    warn_rows(report, "indifference discount", depth=4)
    spends = np.where(np.isnan(values), np.nan, spends)
    return np.asarray(values + float(advantage) / spends)


def _broadcast(values: Any, rows: int, name: str) -> Doubles:
    if np.ndim(values) == 0:
        return np.full(rows, float(values))
    return column(values, name)


def _known(found: float, **arguments: Any) -> None:
    """ValueError naming the arguments if the answer is missing."""
    if found != found:
        given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        raise ValueError(
            "`switching_cost` must be >= 0, `annual_spend` and `years` above 0, `discount` above "
            f"-1, all finite; got {given}"
        )


@dataclass(frozen=True)
class Stay:
    """Why an account stays; `certain` says that both bounds of the discount agree."""

    quadrant: str
    certain: bool
    days_to_contract_end: float


def why_it_stays(
    indifference_discount: Any,
    satisfaction: float,
    *,
    as_of: Any,
    contract_end: Any = None,
    dear: float = 0.05,
    content: float = 60.0,
) -> Stay:
    """Loyalist, hostage, mercenary, defector (Jones & Sasser 1995), or unknown.

    A hostage is not content (satisfaction below `content`, 0-100) and stays because leaving is dear
    (indifference discount at or above `dear`): it is the first to go when its contract ends. The
    cuts are a proposal; set your own.
    """
    discount = indifference_discount
    triple = list(discount) if isinstance(discount, Range) else [float(discount)] * 3
    end = _core.NO_DAY if contract_end is None else day(contract_end, "contract_end")
    found = _core.why_it_stays(
        triple, float(satisfaction), day(as_of), end, float(dear), float(content)
    )
    return Stay(*found)


class Defence(NamedTuple):
    """Three lines of defence, 0-100; `depth` is NaN until contact data is modelled."""

    barrier: float
    depth: float
    strategic: float


def defence_scores(
    switching_cost: Any, annual_spend: float, ratings: Any = (), *, full_barrier: float = 0.5
) -> Defence:
    """Barrier (switching cost over spend; `full_barrier` of a year's spend is 100), depth, and
    strategic fit (mean of the ratings 0-100 that are there)."""
    marks = np.ascontiguousarray(ratings, dtype=np.float64).reshape(-1)
    return Defence(
        *_core.defence_scores(
            float(switching_cost), float(annual_spend), marks, float(full_barrier)
        )
    )


@dataclass(frozen=True)
class LoyaltyOffset:
    """Churn with the switching cost in it: log-odds = intercept + x - beta (S - mean)."""

    beta: float
    mean: float
    intercept: float
    rate: float

    def predict(self, switching_cost: Any, log_odds: Any = None) -> Doubles:
        """P(leave) per account; NaN where the switching cost is missing (with a RowWarning)."""
        values, report = _core.loyalty_churn(
            self.beta,
            self.mean,
            self.intercept,
            self.rate,
            column(switching_cost, "switching_cost"),
            optional_column(log_odds, "log_odds"),
        )
        warn_rows(report, "churn with switching cost")
        return np.asarray(values)


def loyalty_offset(
    switching_cost: Any, *, beta: float, rate: float, log_odds: Any = None, weight: Any = None
) -> LoyaltyOffset:
    """Calibrates the intercept so that the mean probability of leaving is the observed `rate`.

    `beta` = 1/sigma is given, not fitted: the fall of the log-odds of leaving per unit of switching
    cost. `log_odds` is what another model says of each account. More cost is never more churn.
    """
    mean, intercept, report = _core.calibrate_loyalty_offset(
        column(switching_cost, "switching_cost"),
        optional_column(log_odds, "log_odds"),
        optional_column(weight, "weight"),
        float(beta),
        float(rate),
    )
    warn_rows(report, "churn with switching cost")
    return LoyaltyOffset(float(beta), mean, intercept, float(rate))


__all__ = [
    "Defence",
    "LoyaltyOffset",
    "Range",
    "Stay",
    "SwitchingCost",
    "defence_scores",
    "indifference_discount",
    "loyalty_offset",
    "switching_cost",
    "why_it_stays",
]
