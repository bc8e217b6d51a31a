"""What the sections of the report have in common: numbers of the result, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kam._report._html import plain

if TYPE_CHECKING:
    from kam._score import ScoreResult

Doubles = npt.NDArray[np.float64]
FIELDS = ("defend", "keep", "grow", "watch")
SHAPES = ("high", "medium", "low")  # of churn, worst first: colour and shape of the first three


@dataclass(frozen=True)
class Facts:
    """A result and how it is told; arrays have one entry per account, in its order."""

    result: ScoreResult

    def __getitem__(self, name: str) -> Any:
        return self.result.columns[name]

    def __len__(self) -> int:
        return len(self.result)

    @property
    def profile(self) -> dict[str, Any]:
        return self.result.profile

    @property
    def request(self) -> dict[str, Any]:
        return self.result.request

    @property
    def measure(self) -> str:
        """The column that shares and ranks count: net_revenue or net_revenue_12m."""
        return str(self.profile["concentration_measure"])

    @cached_property
    def revenue(self) -> Doubles:
        return np.asarray(self[self.measure], dtype=np.float64)

    @cached_property
    def by_revenue(self) -> npt.NDArray[np.intp]:
        """Rows, largest revenue first; those without one last."""
        return np.argsort(np.where(np.isnan(self.revenue), np.inf, -self.revenue), kind="stable")

    @cached_property
    def money_decimals(self) -> int:
        return _decimals(self.revenue)

    @cached_property
    def loss_decimals(self) -> int:
        """Of single accounts, whose losses may be small where their revenue is not."""
        return _decimals(np.asarray(self["expected_loss"]))

    @cached_property
    def open_decimals(self) -> int:
        return _decimals(np.asarray(self["expected_loss_open"]))

    def has(self, name: str) -> bool:
        return bool(np.any(~np.isnan(self[name])))

    def name(self, row: int) -> str:
        """The display name, or the id of an account without one."""
        name = self["name"][row]
        return str(name) if name is not None and str(name).strip() else str(self["account_id"][row])

    def short_name(self, row: int, longest: int = 22) -> str:
        name = " ".join(plain(self.name(row)).split())
        return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"

    # ---- bands and fields -----------------------------------------------------------------------

    @cached_property
    def value_cut(self) -> float:
        """Where the map's upper half begins: the second value band, the first of two."""
        bands = self.profile["value_bands"]
        return float(bands[min(1, len(bands) - 2)][1]) if len(bands) > 1 else 50.0

    @cached_property
    def churn_cut(self) -> float:
        """Where the map's right half begins: the worst churn band."""
        bands = self.profile["churn_bands"]
        return float(bands[0][1]) if len(bands) > 1 else 0.5

    @cached_property
    def on_map(self) -> npt.NDArray[np.bool_]:
        return np.asarray(~np.isnan(self["value_index"]) & ~np.isnan(self["p_churn"]))

    def in_field(self, name: str) -> npt.NDArray[np.bool_]:
        valuable = self["value_index"] >= self.value_cut
        leaving = self["p_churn"] >= self.churn_cut
        high, right = {
            "defend": (True, True),
            "keep": (True, False),
            "grow": (False, False),
            "watch": (False, True),
        }[name]
        return np.asarray(self.on_map & (valuable == high) & (leaving == right))

    def shape_of_band(self, band: str | None) -> str:
        """Colour and shape of a churn band: by its place, since names are the profile's."""
        names = [name for name, _ in self.profile["churn_bands"]]
        return SHAPES[min(names.index(band), 2)] if band in names else "none"

    @cached_property
    def churn_bands(self) -> npt.NDArray[Any]:
        return np.array(self["churn_band"], dtype=object)

    @cached_property
    def left(self) -> Doubles:
        """P(it has left before as_of), which p_churn and expected_loss count too."""
        return np.asarray(1 - self["p_alive"], dtype=np.float64)


def _decimals(money: Doubles) -> int:
    """Cents only where amounts are so small that they matter."""
    known = np.abs(money[~np.isnan(money)])
    return 0 if len(known) == 0 or known.max() >= 10_000 else 2
