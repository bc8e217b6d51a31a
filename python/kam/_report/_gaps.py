"""What is not known, one line per block of data, and what to collect for it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from kam._report._blocks import BLOCKS, block_of
from kam._report._facts import Facts
from kam._report._html import Html, tag
from kam._report._language import Language


class Gaps:
    """Features without a value: of the whole portfolio, and of one account beyond those."""

    def __init__(self, facts: Facts, t: Language) -> None:
        self._facts, self._t = facts, t
        indicators = facts.profile["indicators"]
        self._used = {i["feature"] for i in indicators}
        known = [name for names in BLOCKS.values() for name in names if name in facts.features]
        self._names = list(dict.fromkeys([i["feature"] for i in indicators] + known))
        self._labels = {i["feature"]: t.label(i) for i in reversed(indicators)}
        self._nobody = {name for name in self._names if self._unknown(name)}

    def _unknown(self, name: str) -> bool:
        values = self._facts.features.get(name)
        return values is None or bool(np.isnan(values).all())

    def of_portfolio(self) -> Html | None:
        """What no account has, once."""
        lines = self._lines(self._nobody, set())
        if not lines:
            return None
        title = tag("p", tag("b", self._t("collect")))
        return tag("div", title, tag("ul", *lines), class_="collect")

    def of_account(self, row: int) -> Html | None:
        """What this account lacks and others have."""
        missing = {
            name
            for name in self._names
            if name not in self._nobody and np.isnan(self._facts.feature(name, row))
        }
        lines = self._lines(missing, self._nobody)
        if not lines:
            return None
        return tag("div", tag("h4", self._t("account_blind")), tag("ul", *lines), class_="gaps")

    def _lines(self, missing: set[str], beyond: set[str]) -> list[Html]:
        """Of measures outside the scorecard only blocks of which nothing is known; `beyond` are
        those that do not count at all."""
        t = self._t
        lines = []
        for block in (*BLOCKS, "other"):
            inside = [n for n in self._names if block_of(n) == block and n not in beyond]
            gone = [name for name in inside if name in missing]
            measures = [self._labels[name] for name in gone if name in self._used]
            if not gone or (not measures and len(gone) < len(inside)):
                continue
            words = [tag("b", t(f"block_{block}")), t("colon"), t(f"collect_{block}")]
            if items := _items(gone):
                words.append(t("collect_items", items=t("comma").join(items)))
            if measures:
                words += [" ", tag("small", t("feeds", names=t("comma").join(measures)))]
            lines.append(tag("li", *words))
        return lines


def _items(features: Iterable[str]) -> list[str]:
    return [f.removeprefix("rating:") for f in features if f.startswith("rating:")]
