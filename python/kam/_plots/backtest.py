"""Plots of a backtest and of an order grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kam._churn.order_grid import OrderGrid, order_grid
from kam._plots.style import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILION,
    axes,
    matplotlib,
    sentence,
    tidy,
    write,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kam._churn.backtest import BacktestResult

# A colour, a line and a marker for every model, so that grey print tells them apart.
_STYLES = (
    (BLUE, "--", "o"),
    (VERMILION, "-.", "D"),
    (ORANGE, ":", "^"),
    (PURPLE, (0, (5, 1, 1, 1)), "s"),
    (SKY, (0, (1, 1)), "v"),
)


class Plots:
    """Plots of one backtest: ``result.plot.tracking()``. Each returns the Axes it drew on."""

    def __init__(self, result: BacktestResult) -> None:
        self._result = result

    def tracking(self, *, cumulative: bool = True, ax: Axes | None = None) -> Any:
        """Repeat orders over calendar time, actual and expected; the cut is a line."""
        return tracking(self._result, cumulative=cumulative, ax=ax)

    def calibration(self, *, ax: Axes | None = None) -> Any:
        """P(no order) against the share of accounts that did not order, by bins."""
        return calibration(self._result, ax=ax)

    def frequency(self, *, ax: Axes | None = None) -> Any:
        """Mean orders of the holdout by repeat orders before the cut, with the range of each
        model's outcome as a whisker."""
        return frequency(self._result, ax=ax)


def tracking(result: BacktestResult, *, cumulative: bool, ax: Any = None) -> Any:
    ax = axes(ax, size=(7, 4))
    tail = "_cumulative" if cumulative else ""
    tables = {name: m.tracking for name, m in result.models.items()}
    first = next(iter(tables.values()))
    if len(first["end"]) == 0:
        return sentence(ax, "Less than one step of time.")
    step = np.arange(1, len(first["end"]) + 1)
    ax.plot(step, first[f"actual{tail}"], color=INK, lw=1.8, label="actual")
    for name, (colour, line, _) in _styled(tables):
        ax.plot(step, tables[name][f"expected{tail}"], color=colour, ls=line, lw=1.8, label=name)
    cut = int((~first["holdout"]).sum())
    ax.axvline(cut, color=MUTED, lw=1)
    top = ax.get_ylim()[1]
    write(ax, cut, top, " holdout", ha="left", va="top", color=MUTED)
    each = "month" if result.request["unit"] == "month" else "week"
    ax.set_ylim(0, top)
    ax.set_xlim(0, len(step))
    ax.set_ylabel("Repeat orders, cumulative" if cumulative else f"Repeat orders per {each}")
    return _finish(ax, f"{each.capitalize()}s since the first order, {result.accounts:,} accounts")


def calibration(result: BacktestResult, *, ax: Any = None) -> Any:
    ax = axes(ax, size=(5, 4.5))
    tables = {name: m.reliability for name, m in result.models.items()}
    ax.plot([0, 1], [0, 1], color=MUTED, lw=1, label="perfect")
    for name, (colour, line, marker) in _styled(tables):
        table = tables[name]
        ax.plot(
            table["probability"], table["share"], color=colour, ls=line, marker=marker, label=name
        )
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.set_ylabel("Share of the accounts that did not order")
    return _finish(ax, "P(no order) of the model, mean of the bin")


def frequency(result: BacktestResult, *, ax: Any = None) -> Any:
    ax = axes(ax, size=(7, 4))
    tables = {name: m.frequency for name, m in result.models.items()}
    first = next(iter(tables.values()))
    place = np.arange(len(first["bin"]))
    ax.bar(place, first["actual"], width=0.75, color=PALE, label="actual")
    for k, (name, (colour, _, marker)) in enumerate(_styled(tables)):
        table = tables[name]
        at = place + 0.14 * (k - 0.5 * (len(tables) - 1))
        ax.plot(at, table["expected"], ls="none", marker=marker, color=colour, label=name)
        ends = (table["expected_pred_lo"], table["expected_pred_hi"])
        ax.vlines(at, *ends, color=colour, lw=1.2)
    ax.set_xticks(place, [f"{b}\nn={n:,.0f}" for b, n in
                          zip(first["bin"], first["accounts"], strict=True)])  # fmt: skip
    ax.set_ylabel("Orders per account in the holdout")
    return _finish(ax, "Repeat orders up to the cut")


def draw_order_grid(grid: OrderGrid | Any, quantity: str, *, ax: Any = None, **options: Any) -> Any:
    if not isinstance(grid, OrderGrid):
        grid = order_grid(grid, **options)
    elif options:
        raise TypeError("an OrderGrid has its age and horizon: give no more than the quantity")
    titles = {
        "probability_alive": f"P(alive) at age {grid.age:g} {grid.unit}s, {grid.model}",
        "expected_orders": f"Orders expected in {grid.horizon:g} {grid.unit}s, {grid.model}",
    }
    if quantity not in titles:
        raise ValueError(f"`quantity` must be one of {', '.join(titles)}, got {quantity!r}")
    ax = axes(ax, size=(6.5, 4.5))
    values = np.ma.masked_invalid(getattr(grid, quantity))
    settings = {"vmin": 0.0} | ({"vmax": 1.0} if quantity == "probability_alive" else {})
    mesh = ax.pcolormesh(grid.recency, grid.frequency, values, cmap="cividis", shading="nearest",
                         rasterized=True, **settings)  # fmt: skip
    ax.figure.colorbar(mesh, ax=ax)
    ax.yaxis.get_major_locator().set_params(integer=True)
    ax.set_title(titles[quantity], loc="left")
    ax.set_xlabel(f"Recency: age at the last order [{grid.unit}]")
    ax.set_ylabel("Frequency: repeat orders")
    return ax


def _styled(tables: dict[str, Any]) -> Any:
    matplotlib()
    return [(name, _STYLES[i % len(_STYLES)]) for i, name in enumerate(tables)]


def _finish(ax: Any, below: str) -> Any:
    ax.set_xlabel(below)
    ax.grid(color=PALE, lw=0.6)
    ax.legend(frameon=False)
    tidy(ax)
    return ax
