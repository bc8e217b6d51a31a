"""What every order model says of accounts together."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from kam import _core
from kam._data import frames as _frames
from kam._errors import RowWarning

if TYPE_CHECKING:
    from kam._churn.bootstrap import BootstrapResult


class PortfolioVerbs:
    """Sums with their uncertainty, the bootstrap, and what is told of one-time buyers."""

    _once_is_alive: ClassVar[bool] = False  # P(alive) = 1 at frequency 0, whatever the silence
    _told: frozenset[str] = frozenset()

    @property
    def _fitted(self) -> _core.Estimate:
        raise NotImplementedError  # of the estimator

    def expected_orders_total(
        self,
        summary: Any,
        horizon: float,
        *,
        weights: Any = None,
        groups: Any = None,
        level: float = 0.8,
        draws: int = 400,
        seed: int = 0,
    ) -> Any:
        """Orders within `horizon` of all accounts together, or of each group.

        Parameters
        ----------
        weights : array, optional
            What one order of each account is worth, e.g. its expected spend; >= 0.
        groups : column name or array of labels, optional
            One row per group, in order of first appearance.
        level : float
            Two-sided, of both intervals.
        draws, seed : int
            Simulated portfolios behind the range of the outcome; 0 for none (then NaN).

        Returns
        -------
        frame of the same kind
            (``group``,) ``accounts``, ``expected_orders``, ``expected_orders_lo/_hi`` (uncertainty
            of the parameters: delta method for the sum, symmetric in its logarithm; NaN without
            standard errors), ``expected_orders_pred_lo/_pred_hi`` (range of the outcome:
            parameters, rates, lives and orders are drawn; seeded). Rows that cannot be read are
            left out and told in a RowWarning.

        O(accounts) memory: a draw is added up as it comes. Cost: two batches per parameter, and
        one batch and a few random numbers per account for every draw.
        """
        from kam._churn.totals import expected_orders_total

        return expected_orders_total(
            self,
            summary,
            horizon,
            weights=weights,
            groups=groups,
            level=level,
            draws=draws,
            seed=seed,
        )

    def bootstrap(
        self,
        summary: Any,
        n: int = 200,
        seed: int = 0,
        statistic: Callable[[Any], Any] | None = None,
    ) -> BootstrapResult:
        """Parametric bootstrap: `n` times, accounts of the same ages are drawn from this model,
        the model is fitted to them, and `statistic` is taken of the refit.

        `statistic` maps a fitted model to a number, a row of numbers or a dict of numbers; the
        parameters if none is given. Only its values are kept. Refits without enough data are
        counted in `.failed`. Seeded: the first refits of a longer run are those of a shorter one.
        """
        from kam._churn.bootstrap import bootstrap

        return bootstrap(self, summary, n, seed, statistic)

    def _tell_one_time_buyers(self, summary: Any, verb: str) -> None:
        """One RowWarning per model and verb: how many rows have P(alive) = 1, and why."""
        if not self._once_is_alive or verb in self._told:
            return
        _ = self._fitted
        x = _frames.column(_frames.normalise(summary), "frequency")
        once = int(np.count_nonzero(x == 0))
        if once == 0:
            return
        self._told |= {verb}
        text = (
            f"{verb}: {once} of {len(x)} rows ({100 * once / len(x):.0f} %) have frequency 0, and "
            f"{type(self).__name__} takes them for alive whatever their silence: in this model an "
            "account can leave only after a repeat order. MBGNBD lets the first order be the last"
        )
        warnings.warn(text, RowWarning, stacklevel=3)
