"""How much of the whole rests on how few."""

from __future__ import annotations

from typing import Any

from kam import _core
from kam._base.arguments import column
from kam._data.columns import Doubles


class Concentration:
    """Gini, HHI, top shares, Lorenz curve of one column. Attributes are plain floats.

    Accounts with a negative value are left out and counted in `negative_values`; NaN likewise.
    """

    def __init__(self, core: _core.Concentration) -> None:
        self._core = core
        self.accounts: int = core.accounts
        self.total: float = core.total
        self.gini: float = core.gini
        self.gini_corrected: float = core.gini_corrected
        self.hhi: float = core.hhi
        self.hhi_normalised: float = core.hhi_normalised
        self.effective_accounts: float = core.effective_accounts
        self.entropy_effective_accounts: float = core.entropy_effective_accounts
        self.theil: float = core.theil
        self.negative_values: int = core.negative_values
        self.negative_total: float = core.negative_total
        self.rows_rejected: int = core.rows_rejected

    def top_share(self, p: float) -> float:
        """Share of the total held by the richest fraction `p`, linear between accounts."""
        return self._core.top_share(float(p))

    def top_count_share(self, k: int) -> float:
        """Share of the total held by the `k` richest accounts."""
        return self._core.top_count_share(int(k))

    def accounts_for(self, share: float) -> int:
        """Smallest number of accounts that hold at least `share` of the total."""
        return self._core.accounts_for(float(share))

    def abc(self, a: float = 0.8, b: float = 0.95) -> tuple[int, int, int]:
        """Accounts that make `a` of the total, the next up to `b`, and the rest."""
        return self._core.abc(float(a), float(b))

    def balance_point(self) -> float:
        """The p of "p of the accounts hold 1 - p of the total": .2 is 80/20."""
        return self._core.balance_point()

    def accounts_at_least(self, share: float = 0.1) -> int:
        """Single accounts with at least `share` of the total (10 %: disclosure rule)."""
        return self._core.accounts_at_least(float(share))

    def lorenz(self, at_most: int = 1001) -> tuple[Doubles, Doubles]:
        """(account share, value share) of the Lorenz curve, poorest first."""
        accounts, values = self._core.lorenz(int(at_most))
        return accounts, values

    def interval(
        self, level: float = 0.8, draws: int = 500, seed: int = 1, *, threads: int = 1
    ) -> dict[str, tuple[float, float]]:
        """Percentile bootstrap intervals over accounts, by name of the measure.

        Names: gini, hhi, effective_accounts, top_share_0.01, _0.05, _0.1, _0.2, accounts_for_0.8.
        The same bits for any number of threads.
        """
        found: dict[str, Any] = _core.concentration_interval(
            self._core, float(level), int(draws), int(seed), int(threads)
        )
        del found["draws"]
        return found

    def to_dict(self) -> dict[str, Any]:
        """The numbers as plain data (the form of `kam concentration --json`)."""
        return {
            "accounts": self.accounts,
            "total": self.total,
            "gini": self.gini,
            "gini_corrected": self.gini_corrected,
            "hhi": self.hhi,
            "hhi_normalised": self.hhi_normalised,
            "effective_accounts": self.effective_accounts,
            "entropy_effective_accounts": self.entropy_effective_accounts,
            "theil": self.theil,
            "balance_point": self.balance_point(),
            "top_share": {str(p): self.top_share(p) for p in (0.01, 0.05, 0.1, 0.2)},
            "accounts_for": {str(s): self.accounts_for(s) for s in (0.5, 0.8, 0.9)},
            "abc": dict(zip("ABC", self.abc(), strict=True)),
            "single_accounts_over_10_percent": self.accounts_at_least(0.1),
            "negative_values": self.negative_values,
            "negative_total": self.negative_total,
            "rows_rejected": self.rows_rejected,
        }

    def __repr__(self) -> str:
        return (
            f"Concentration(accounts={self.accounts}, total={self.total:.10g}, "
            f"gini={self.gini:.6f}, effective_accounts={self.effective_accounts:.4g}, "
            f"top 20 %={self.top_share(0.2):.4%})"
        )


def concentration(values: Any) -> Concentration:
    """Concentration of one value per account (array, list, or a Series of any library)."""
    return Concentration(_core.concentration(one_column(values)))


def one_column(values: Any) -> Doubles:
    """One number per account, from an array, a list or a Series of any library."""
    if isinstance(values, (str, bytes)) or not hasattr(values, "__len__"):
        raise TypeError(f"`values` must be one number per account, got {type(values).__name__}")
    return column(values, "values")


__all__ = ["Concentration", "concentration", "one_column"]
