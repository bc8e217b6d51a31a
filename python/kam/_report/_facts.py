"""What the sections of the report have in common: numbers of the result, in one place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kam._report._html import plain
from kam._scoring.measures import RULE
from kam._scoring.score_columns import all_points

if TYPE_CHECKING:
    from kam._scoring.score import ScoreResult

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
    def annual(self) -> Doubles:
        """Revenue of the last twelve months: what a year's loss or a yearly price is held against.

        `revenue` is the profile's measure, which may be the whole history that was read.
        """
        return self.numbers("net_revenue_12m")

    @property
    def revenue_label(self) -> str:
        """Key of the text that heads a column of `revenue` and says of which time it is."""
        return f"col_{self.measure}"

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

    # ---- what not every table and not every version has -----------------------------------------

    def numbers(self, name: str) -> Doubles:
        """A column of numbers, NaN throughout where there is none."""
        values = self.result.columns.get(name)
        if values is None:
            return np.full(len(self), np.nan)
        if isinstance(values, list):
            values = [np.nan if v is None else v for v in values]
        return np.asarray(values, dtype=np.float64)

    def words(self, name: str) -> list[Any]:
        """A column of texts or of lists, None throughout where there is none."""
        values = self.result.columns.get(name)
        return [None] * len(self) if values is None else list(values)

    @cached_property
    def trend(self) -> list[str | None]:
        """up, flat or down where the trend was tested: the column, or what the measure says.

        The measure is 0 where its test does not reject a flat trend.
        """
        told = self.words("trend")
        if any(told) or "trend_rate" not in self.features or "trend_p" not in self.features:
            return told
        rates, ps = (self.features[name].tolist() for name in ("trend_rate", "trend_p"))
        return [
            None
            if p != p or rate != rate
            else "flat"
            if rate == 0
            else "up"
            if rate > 0
            else "down"
            for rate, p in zip(rates, ps, strict=True)
        ]

    def says(self, name: str) -> bool:
        """Whether a column of texts or lists says anything of anybody."""
        values = self.trend if name == "trend" else self.words(name)
        return any(v is not None and len(v) > 0 for v in values)

    @cached_property
    def features(self) -> dict[str, Doubles]:
        """What the scorecard may read, by name; a name that is missing was not computed."""
        return dict(self.result._core.features())

    @cached_property
    def summary(self) -> tuple[Doubles, Doubles, Doubles, Doubles]:
        """Repeat orders, age at the last one and now [unit of the order model], mean spend."""
        return self.result._core.summary()

    def feature(self, name: str, row: int) -> float:
        values = self.features.get(name)
        return float("nan") if values is None else float(values[row])

    def listed(self, name: str) -> list[dict[str, Any]]:
        """A list of the profile: rules, tiers, classes, matrices."""
        return list(self.profile.get(name) or [])

    @cached_property
    def written(self) -> dict[str, Any]:
        """The profile as its file writes it: the conditions of classes, the rule of tiers."""
        return dict(json.loads(self.result._core.model.profile.to_json()))

    @property
    def tier_rule(self) -> dict[str, Any]:
        return dict(self.profile.get("tier_rule") or self.written.get("tier_rule") or {})

    @cached_property
    def classes(self) -> list[dict[str, Any]]:
        """With their conditions, also where the profile's dict has none."""
        conditions = {c["id"]: c for c in self.written.get("class") or ()}
        return [conditions.get(c["id"], {}) | c for c in self.listed("classes")]

    def fired(self, language: str) -> list[list[str]]:
        """The rules behind tier, classes and relation type of every account, in words."""
        ask = getattr(self.result, "classification", None)
        found = self.result.columns if ask is None else ask(language)
        nothing = [None] * len(self)
        tiers, classes, types = (
            found.get(k) or nothing for k in ("tier_rule", "class_rules", "relation_rule")
        )
        return [
            [str(text) for text in (tier, *(own or ()), kind if known else None) if text]
            for tier, own, kind, known in zip(
                tiers, classes, types, self.words("relation_type"), strict=True
            )
        ]

    @cached_property
    def points(self) -> Doubles:
        """Exact points of every reason, rows x (indicators, rules, data coverage)."""
        return np.asarray(all_points(self.result), dtype=np.float64)

    @cached_property
    def reason_ids(self) -> list[str]:
        """Of the columns of `points`."""
        rules = [RULE + rule["id"] for rule in self.listed("rules")]
        return [i["id"] for i in self.profile["indicators"]] + rules + ["coverage"]

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
