"""The power-law tail of one value per account."""

from __future__ import annotations

from typing import Any

from kam import _core
from kam._concentration.concentration import one_column


class ParetoTail:
    """Exponent and cut-off of the tail: p(x) ~ x^-alpha from `xmin` on. Attributes are numbers.

    `ks` is the Kolmogorov-Smirnov distance that chose the cut-off, `tail_accounts` of `accounts`
    lie in the tail and hold `tail_share` of the total. `alpha - 1` is Pareto's index:
    1.16 is 80/20.
    """

    def __init__(self, values: Any, discrete: bool | None = None) -> None:
        self._values = one_column(values)
        self._asked = discrete
        found = _core.pareto_tail(self._values, discrete)
        self.discrete: bool = found["discrete"]
        self.alpha: float = found["alpha"]
        self.alpha_se: float = found["alpha_se"]
        self.xmin: float = found["xmin"]
        self.ks: float = found["ks"]
        self.log_likelihood: float = found["log_likelihood"]
        self.accounts: int = found["accounts"]
        self.tail_accounts: int = found["tail_accounts"]
        self.distinct_values: int = found["distinct_values"]
        self.tail_share: float = found["tail_share"]
        self.rows_rejected: int = found["rows_rejected"]

    @property
    def pareto_index(self) -> float:
        """Exponent of P(X > x), alpha - 1."""
        return self.alpha - 1

    def interval(
        self, level: float = 0.8, draws: int = 200, seed: int = 1, *, threads: int = 1
    ) -> dict[str, tuple[float, float]]:
        """Percentile bootstrap intervals of alpha, xmin and tail_share: every draw takes the
        accounts anew and looks for its own cut-off. The same bits for any number of threads."""
        found: dict[str, Any] = _core.pareto_tail_interval(
            self._values, self._asked, float(level), int(draws), int(seed), int(threads)
        )
        del found["draws"]
        return found

    def to_dict(self) -> dict[str, Any]:
        """The numbers as plain data (`pareto_tail` of `kam concentration --json`)."""
        return {
            "alpha": self.alpha,
            "alpha_se": self.alpha_se,
            "xmin": self.xmin,
            "ks": self.ks,
            "log_likelihood": self.log_likelihood,
            "discrete": self.discrete,
            "tail_accounts": self.tail_accounts,
            "tail_share": self.tail_share,
        }

    def __repr__(self) -> str:
        return (
            f"ParetoTail(alpha={self.alpha:.4f} ± {self.alpha_se:.4f}, xmin={self.xmin:.10g}, "
            f"tail_accounts={self.tail_accounts} of {self.accounts}, ks={self.ks:.6f})"
        )


def pareto_tail(values: Any, discrete: bool | None = None) -> ParetoTail:
    """Power-law tail by maximum likelihood, its cut-off by the smallest Kolmogorov-Smirnov
    distance over all distinct values (Clauset, Shalizi & Newman 2009).

    `discrete`: counts or a density; by default counts if all values are whole numbers. Values that
    are missing or below 0 are left out; zeros lie below every cut-off.
    """
    return ParetoTail(values, discrete)


__all__ = ["ParetoTail", "pareto_tail"]
