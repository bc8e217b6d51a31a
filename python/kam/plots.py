"""Plots of a score table with matplotlib (the extra `plot`: ``pip install 'kam[plot]'``).

Every function returns the matplotlib Axes it drew on: `ax` where it is given, otherwise new axes
of pyplot. Global settings (rcParams) are left alone. Where there is nothing to draw, the axes say
so in a sentence. Colours are Okabe and Ito's; shapes, hatches and signs say the same in grey.

The same functions are methods: ``result.plot.waterfall("ACME")``. `language` is "en" or "zh";
"zh" needs an installed font with Chinese characters. Names that no font can show are drawn as ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kam._plots import account as _plot_account
from kam._plots import portfolio as _plot_portfolio

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kam._churn.cox import CoxPH
    from kam._churn.models import OrderModel
    from kam._churn.order_grid import OrderGrid
    from kam._scoring.score import ScoreResult
    from kam._switching.switching import SwitchingCost


def pillars(
    result: ScoreResult,
    account_id: Any,
    kind: str = "bar",
    *,
    language: str = "en",
    ax: Axes | None = None,
) -> Axes:
    """The dimension scores of one account (0-100, high = good; risk as safety) beside the median
    of this portfolio, with whiskers where the table has intervals for them.

    `kind` is "bar" or "radar"; a radar needs polar axes. A dimension that is not known has no
    bar, and says so.
    """
    drawn: Axes = _plot_account.pillars(result, account_id, kind=kind, language=language, ax=ax)
    return drawn


def waterfall(
    result: ScoreResult,
    account_id: Any,
    *,
    language: str = "en",
    smallest: float = 0.5,
    ax: Axes | None = None,
) -> Axes:
    """From the value index of the median account to that of this one, reason by reason, in points.

    Reasons below `smallest` points are gathered into one step, so that the steps still add up to
    the difference exactly (to the rounding of a sum). Coverage and rules are reasons as well.
    """
    drawn: Axes = _plot_account.waterfall(
        result, account_id, language=language, smallest=float(smallest), ax=ax
    )
    return drawn


def matrix(
    result: ScoreResult,
    x: str = "p_churn",
    y: str = "value_index",
    size: str | None = "net_revenue_12m",
    *,
    language: str = "en",
    ax: Axes | None = None,
) -> Axes:
    """The map of the portfolio: one point per account, area in proportion to `size` (None: equal).

    `x`, `y`, `size` are columns of numbers. Probabilities are on a logit scale and drawn at the
    edge beyond 0.001 and 0.999. Shape and colour are the churn band. The dozen largest have their
    names and, where the table has them, their intervals as whiskers; names are placed for the size
    the figure has now. Accounts that lack `x` or `y` are counted below.
    """
    drawn: Axes = _plot_portfolio.matrix(result, x=x, y=y, size=size, language=language, ax=ax)
    return drawn


def whale_curve(profit: Any, *, language: str = "en", ax: Axes | None = None) -> Axes:
    """Profit added up from the most to the least profitable account, and what the losses eat.

    `profit`: one number per account (NaN is left out), or the result of `kam.whale_curve`. In
    money where the total is not positive.
    """
    drawn: Axes = _plot_portfolio.whale(profit, language=language, ax=ax)
    return drawn


def concentration_curve(values: Any, *, language: str = "en", ax: Axes | None = None) -> Axes:
    """What share of the total the largest accounts hold, with the point where p of the accounts
    hold 1 - p of it, beside 80/20.

    `values`: one number per account, or the result of `kam.concentration`.
    """
    drawn: Axes = _plot_portfolio.concentration_plot(values, language=language, ax=ax)
    return drawn


def pareto_tail(values: Any, *, language: str = "en", ax: Axes | None = None) -> Axes:
    """Share of accounts at or above each value, on logarithmic axes, with the fitted power law from
    its cut-off on. A straight line in the points is what a power law looks like.

    `values`: one number per account, or the result of `kam.pareto_tail`.
    """
    from kam._plots.tail import tail_plot

    drawn: Axes = tail_plot(values, language=language, ax=ax)
    return drawn


def order_grid(
    grid: OrderGrid | OrderModel,
    quantity: str = "probability_alive",
    *,
    ax: Axes | None = None,
    **options: Any,
) -> Axes:
    """P(alive) or expected orders of every history of one age: frequency up, recency right.

    `grid`: the result of `kam.order_grid`, or a fitted order model with the arguments of
    `kam.order_grid` (age, horizon, max_frequency). `quantity` is "probability_alive" or
    "expected_orders". Histories that do not exist stay white.
    """
    from kam._plots.backtest import draw_order_grid

    drawn: Axes = draw_order_grid(grid, quantity, ax=ax, **options)
    return drawn


def survival_curves(curves: Any, *, ax: Axes | None = None) -> Axes:
    """Share still there by time, with bands at the level of each curve.

    `curves`: a fitted `kam.KaplanMeier`, or a dict of them by name. A curve ends at its longest
    observed duration.
    """
    from kam._plots.survival import survival_curves as draw

    drawn: Axes = draw(curves, ax=ax)
    return drawn


def predicted_survival(
    model: CoxPH, frame: Any, names: Any = None, *, times: Any = None, ax: Axes | None = None
) -> Axes:
    """What a fitted `kam.CoxPH` predicts for each row of a frame, from time 0 on; `names` of the
    rows for the legend, `times` by default all event times."""
    from kam._plots.survival import predicted_survival as draw

    drawn: Axes = draw(model, frame, names, times=times, ax=ax)
    return drawn


def hazard_ratios(model: CoxPH, *, level: float = 0.95, ax: Axes | None = None) -> Axes:
    """Hazard ratios of a fitted `kam.CoxPH` with their intervals, on a logarithmic axis."""
    from kam._plots.survival import hazard_ratios as draw

    drawn: Axes = draw(model, level=level, ax=ax)
    return drawn


def switching_cost(cost: SwitchingCost, *, language: str = "en", ax: Axes | None = None) -> Axes:
    """The result of `kam.switching_cost` as a waterfall: component by component up to the total,
    each with its bounds. Bonds without a price are not drawn.
    """
    from kam._plots.switching import draw_switching_cost

    drawn: Axes = draw_switching_cost(cost, language=language, ax=ax)
    return drawn


def retention_curve(
    retention: float | None = None,
    *,
    discount: float,
    horizons: Sequence[float | None] = (None, 5),
    growth: float = 0.0,
    timing: str = "end",
    points: float = 0.05,
    language: str = "en",
    ax: Axes | None = None,
) -> Axes:
    """What a customer is worth over its margin per period, by retention; one line per horizon.

    Today's `retention` is marked on the first line, with an arrow to `points` more.
    """
    from kam._plots.switching import draw_retention_curve

    drawn: Axes = draw_retention_curve(
        retention,
        discount,
        horizons=list(horizons),
        growth=growth,
        timing=timing,
        points=points,
        language=language,
        ax=ax,
    )
    return drawn


class Plots:
    """The functions of this module for one result: ``result.plot.matrix()``."""

    def __init__(self, result: ScoreResult) -> None:
        self._result = result

    def pillars(self, account_id: Any, kind: str = "bar", **options: Any) -> Axes:
        """See `kam.plots.pillars`."""
        return pillars(self._result, account_id, kind, **options)

    def waterfall(self, account_id: Any, **options: Any) -> Axes:
        """See `kam.plots.waterfall`."""
        return waterfall(self._result, account_id, **options)

    def matrix(
        self,
        x: str = "p_churn",
        y: str = "value_index",
        size: str | None = "net_revenue_12m",
        **options: Any,
    ) -> Axes:
        """See `kam.plots.matrix`."""
        return matrix(self._result, x, y, size, **options)

    def whale_curve(self, column: str = "cm3_12m", **options: Any) -> Axes:
        """See `kam.plots.whale_curve`; of a column of the table."""
        return whale_curve(self._result[column], **options)

    def concentration_curve(self, column: str | None = None, **options: Any) -> Axes:
        """See `kam.plots.concentration_curve`; of a column, by default the profile's measure."""
        values = self._result[column or self._result.profile["concentration_measure"]]
        return concentration_curve(values, **options)


__all__ = [
    "Plots",
    "concentration_curve",
    "hazard_ratios",
    "matrix",
    "order_grid",
    "pareto_tail",
    "pillars",
    "predicted_survival",
    "retention_curve",
    "survival_curves",
    "switching_cost",
    "waterfall",
    "whale_curve",
]
