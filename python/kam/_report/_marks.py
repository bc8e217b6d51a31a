"""Small marks in text and tables: bands with their shape, bars with their interval, NA."""

from __future__ import annotations

import math

from kam._report._facts import Facts
from kam._report._html import Child, Html, tag
from kam._report._language import Language

_SHAPES = {
    "high": '<path d="M6 1 11.5 11H.5Z"/>',
    "medium": '<path d="M6 .4 11.6 6 6 11.6.4 6Z"/>',
    "low": '<circle cx="6" cy="6" r="5"/>',
    "none": '<path d="M1 6h10"/>',
}


def shape(kind: str) -> Html:
    """The mark of a churn band, as on the map; the word stands beside it."""
    return tag(
        "svg", Html(_SHAPES[kind]), class_=f"shape {kind}", viewBox="0 0 12 12", aria_hidden="true"
    )


def churn_band(facts: Facts, t: Language, band: str | None) -> Html:
    kind = facts.shape_of_band(band)
    words = t("none_band") if band is None else t.maybe(f"band:{band}", band)
    return tag("span", shape(kind), " ", words, class_="band")


def style(**lengths: float) -> str:
    """Custom properties in percent, kept within the bar."""
    return ";".join(f"--{k}:{100 * min(max(v, 0), 1):.4g}%" for k, v in lengths.items())


def interval_bar(kind: str, at: float, lo: float, hi: float, label: str) -> Html:
    """A track from 0 to 1 with a mark at the estimate; a bar over its interval if there is one."""
    known = not (math.isnan(lo) or math.isnan(hi))
    parts = [tag("i", class_="span", style=style(a=lo, b=hi - lo))] if known else []
    parts.append(tag("i", class_="dot", style=style(a=at)))
    return tag("span", *parts, class_=f"bar {kind}", role="img", aria_label=label)


def numbers_table(
    heads: list[str], rows: list[list[Child]], bars: list[Html] | None = None
) -> Html:
    """A plain table: the first column is words, the others are numbers; below each row its bar."""
    body: list[Html] = []
    for i, row in enumerate(rows):
        body.append(
            tag("tr", tag("th", row[0], scope="row"), *(tag("td", cell) for cell in row[1:]))
        )
        if bars is not None:
            body.append(tag("tr", tag("td", bars[i], colspan=len(heads)), class_="bar-row"))
    return tag(
        "table",
        tag("thead", tag("tr", *(tag("th", head, scope="col") for head in heads))),
        tag("tbody", *body),
        class_="numbers",
    )


class Footnotes:
    """Reasons why a number is missing: each gets a letter, in order of first use."""

    def __init__(self, t: Language) -> None:
        self._t = t
        self._letters: dict[str, str] = {}

    def missing(self, reason: str) -> Html:
        letter = self._letters.setdefault(reason, _letter(len(self._letters)))
        words = self._t("na", reason=reason)
        return tag(
            "span", "–", tag("sup", letter), class_="na", title=words, role="img", aria_label=words
        )

    def list(self) -> Html | None:
        if not self._letters:
            return None
        items = (
            tag("li", tag("sup", letter), " ", reason) for reason, letter in self._letters.items()
        )
        return tag(
            "aside",
            tag("h3", self._t("footnotes")),
            tag("ul", *items),
            class_="footnotes",
        )


def _letter(index: int) -> str:
    head = _letter(index // 26 - 1) if index >= 26 else ""
    return head + chr(ord("a") + index % 26)


_NOTES_OF = {  # which notes of a row explain which columns
    "no_orders": (
        "p_churn",
        "eav",
        "expected_loss",
        "expected_loss_open",
        "days_since_last",
        "revenue",
        "revenue_share",
        "rank_revenue",
        "order_count",
    ),
    "spend_undefined": ("eav", "expected_loss", "expected_loss_open"),
    "value_not_covered": ("value_index", "reasons_up"),
    "negative_revenue": ("revenue_share",),
}


def missing_reason(facts: Facts, t: Language, column: str, row: int) -> str:
    """Why `column` is missing here: by the whole table, by this row, or by what the column is."""
    notes = facts.result.column_notes
    if column in notes:
        return t.of_core(notes[column])
    for note in facts["notes"][row]:
        if column in _NOTES_OF.get(note, ()):
            return t(f"why_{note}")
    return t("na_row")
