"""Revenue at risk: what may go within a year, and who owns the bad years."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kam import _core
from kam._base.arguments import column
from kam._base.bad_rows import at_least_0, share, warn_left_out
from kam._base.money import money
from kam._data.columns import Doubles

Codes = npt.NDArray[np.uint32]


class RevenueAtRisk:
    """The distribution of the revenue lost. Money unless it says share; arrays follow the rows.

    `value_at_risk` is the smallest x with P(loss <= x) >= level, `expected_shortfall` the mean of
    the worst 1 - level of all years (Rockafellar and Uryasev), `tail_mean` the mean of the years at
    or above the value at risk. `tail_contribution` adds up to the expected shortfall and
    `tail_share` to 1; NaN where a row was left out. `loss` and `probability` are the distribution.
    With `grid_error` 0 it is exact; else the expected shortfall of the unrounded values lies
    between `expected_shortfall` and `expected_shortfall + grid_error`.
    """

    def __init__(
        self, core: _core.RevenueAtRisk, values: Doubles, level: float, rho: float
    ) -> None:
        self._core = core
        self.values = values
        self.level = level
        self.correlation = rho
        self.accounts: int = core.accounts
        self.total: float = core.total
        self.expected_loss: float = core.expected_loss
        self.sd: float = core.sd
        self.value_at_risk: float = core.value_at_risk
        self.expected_shortfall: float = core.expected_shortfall
        self.tail_mean: float = core.tail_mean
        self.unit: float = core.unit
        self.grid_error: float = core.grid_error
        self.factor_nodes: int = core.factor_nodes
        self.quadrature_error: float = core.quadrature_error
        self.tail_contribution: Doubles
        self.tail_share: Doubles
        self.loss: Doubles
        self.probability: Doubles
        self.tail_contribution, self.tail_share, self.loss, self.probability = core.columns()
        self.rows_rejected: int = core.report()["rows_rejected"]

    def probability_above(self, x: Any) -> Any:
        """P(loss > x), for one amount or an array of them."""
        points = np.asarray(x, dtype=np.float64)
        found = self._core.probability_above(np.ascontiguousarray(points.ravel()))
        return float(found[0]) if points.ndim == 0 else found.reshape(points.shape)

    def value_share(self) -> Doubles:
        """Each account's share of the total, to set beside `tail_share`."""
        with np.errstate(invalid="ignore", divide="ignore"):
            share = self.values / self.total
        return np.where(np.isnan(self.tail_contribution), np.nan, share)

    def plot(self, labels: Any = None, *, language: str = "en", ax: Any = None) -> Any:
        """The distribution of losses with its tail; returns the Axes.

        `labels`: a name per row, for the one who owns most of the tail. Without one it is
        "account 15": row 15, counted from 0. `language` is "en" or "zh".
        """
        from kam._plots.risk import draw_losses

        return draw_losses(self, labels, language=language, ax=ax)

    def plot_ownership(
        self, labels: Any = None, *, top: int = 10, language: str = "en", ax: Any = None
    ) -> Any:
        """Who owns the tail: share of it beside share of the value; returns the Axes.

        `labels` and `language` as for `plot`.
        """
        from kam._plots.risk import draw_ownership

        return draw_ownership(self, labels, top=top, language=language, ax=ax)

    def to_dict(self) -> dict[str, Any]:
        """The numbers as plain data, without the columns."""
        names = (
            "accounts total level correlation expected_loss sd value_at_risk expected_shortfall "
        )
        names += "tail_mean unit grid_error quadrature_error rows_rejected"
        return {name: getattr(self, name) for name in names.split()}

    def __repr__(self) -> str:
        text = (
            f"RevenueAtRisk: {self.accounts} accounts, total {money(self.total)}, "
            f"expected loss {money(self.expected_loss)} (sd {money(self.sd)}); "
            f"{100 * self.level:g} % value at risk {money(self.value_at_risk)}, "
            f"expected shortfall {money(self.expected_shortfall)}"
        )
        if self.expected_shortfall > 0:
            row = int(np.nanargmax(self.tail_share))
            text += (
                f"; row {row} is {self.value_share()[row]:.1%} of the value and "
                f"{self.tail_share[row]:.1%} of the tail"
            )
        return text


def revenue_at_risk(
    values: Any,
    p_loss: Any,
    *,
    correlation: float = 0.0,
    level: float = 0.95,
    sector: Any = None,
    cells: int | None = None,
) -> RevenueAtRisk:
    """Distribution of the revenue lost when account j goes with probability `p_loss[j]`.

    Parameters
    ----------
    values : array
        Revenue of the horizon if the account stays, >= 0. A negative value is left out and counted:
        an account below zero is no revenue to lose.
    p_loss : array
        Probability that it is lost within the horizon, 0..1.
    correlation : float
        0: independent. Else the accounts share a normal factor (Vasicek); 1: lost together.
    sector : array, optional
        With correlation: accounts of one sector share a factor, sectors are independent.
    cells : int, optional
        Most cells of the money grid, at most 2**20. By default a million where the values are exact
        multiples of one unit, else 65,536 (16,384 with correlation). Fewer are faster.
    """
    value, p = column(values, "values"), column(p_loss, "p_loss")
    codes = None if sector is None else _sector_codes(sector, len(value))
    most = 0 if cells is None else int(cells)
    if cells is not None and most < 1:
        raise ValueError(f"`cells` must be at least 1, got {cells}")
    core = _core.revenue_at_risk(value, p, codes, float(correlation), float(level), most)
    warn_left_out(core.report(), [at_least_0("values", value), share("p_loss", p)])
    return RevenueAtRisk(core, value, float(level), float(correlation))


def _sector_codes(sector: Any, rows: int) -> Codes:
    if hasattr(sector, "to_pylist"):
        sector = sector.to_pylist()
    values = np.asarray(sector.to_numpy() if hasattr(sector, "to_numpy") else sector)
    if values.shape != (rows,):
        raise ValueError(f"`sector` must have {rows} rows, got shape {values.shape}")
    texts = values.tolist()
    missing = [i for i, s in enumerate(texts) if s is None or s != s]
    if missing:
        raise ValueError(f"`sector` is missing in row {missing[0]}: give it a name of its own")
    names = np.array([str(s) for s in texts], dtype=object)
    return np.unique(names.astype(str), return_inverse=True)[1].astype(np.uint32)


__all__ = ["RevenueAtRisk", "revenue_at_risk"]
