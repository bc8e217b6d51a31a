"""The people of one account: who is for us, whom we meet, and how much hangs on one of ours."""

from __future__ import annotations

import numpy as np

from kam._report._dossier import told, values_of
from kam._report._facts import Facts
from kam._report._html import Html, tag
from kam._report._language import Language
from kam._report._marks import interval_bar

_ENTRIES = (
    ("their_people", "count"),
    ("people_known", "share"),
    ("contacts_12m", "count"),
    ("days_since_contact", "days"),
    ("departments", "count"),
    ("levels", "count"),
    ("contact_pairs", "index"),
    ("dependency_person", "share"),
)
_SAID = ("champion_left", "executive_pair", "joint_team")  # told as a sentence where it is so
_MUCH = 0.5  # of the contacts through one of our people


def people(facts: Facts, t: Language, row: int) -> Html | None:
    """None where nothing is known of anybody."""
    rows = []
    for name, kind in _ENTRIES:
        value = float(values_of(facts, name)[row])
        if not np.isnan(value):
            rows.append(
                tag(
                    "div",
                    tag("dt", t(f"feature:{name}")),
                    tag("dd", told(facts, t, value, kind)),
                )
            )
    support = _support(facts, t, row)
    if not rows and support is None:
        return None
    remarks = [t(f"said_{name}") for name in _SAID if facts.feature(name, row) > 0]
    if values_of(facts, "dependency_person")[row] > _MUCH:
        remarks.append(t("said_dependency"))
    return tag(
        "div",
        tag("h4", t("people")),
        support,
        tag("dl", *rows) if rows else None,
        tag("p", t("sentence_gap").join(remarks), class_="remarks") if remarks else None,
        class_="people",
    )


def _support(facts: Facts, t: Language, row: int) -> Html | None:
    """From against us to for us; the bar spans what those might think whom nobody asked."""
    value, lo, hi = (
        float(values_of(facts, k)[row]) for k in ("support", "support_lo", "support_hi")
    )
    if np.isnan(value) and (np.isnan(lo) or np.isnan(hi)):
        return None
    known = not (np.isnan(lo) or np.isnan(hi))
    words = {"lo": t.signed(lo, 2), "hi": t.signed(hi, 2)} if known else {}
    detail = t("support_bounds", **words) if known else None
    told_value = t("none_band") if np.isnan(value) else t.signed(value, 2)
    label = t("support_label", value=told_value, bounds=detail or "")
    bar = interval_bar(
        "support",
        (value + 1) / 2 if not np.isnan(value) else (lo + hi + 2) / 4,
        (lo + 1) / 2,
        (hi + 1) / 2,
        label,
    )
    return tag(
        "p",
        tag("span", t("feature:support"), class_="name"),
        bar,
        tag("b", told_value),
        tag("small", detail),
        class_="pillar",
    )
