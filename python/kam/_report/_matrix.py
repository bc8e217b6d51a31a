"""The portfolio matrices of the profile: who stands in which cell, and how sure that is."""

from __future__ import annotations

from typing import Any

import numpy as np

from kam._report._facts import Facts
from kam._report._html import Child, Html, join, name_of, tag
from kam._report._language import Language
from kam._report._marks import style

_NAMED = 4  # accounts named in a cell
_INDICES = ("value_index", "contribution", "loyalty", "growth", "risk", "safety")


def matrices(facts: Facts, t: Language) -> list[Html]:
    """Those that somebody has a place in; one line names the others."""
    ask = getattr(facts.result, "matrix", None)
    if ask is None:
        return []
    figures, empty = [], []
    for spec in facts.listed("matrices"):
        found = dict(ask(spec["id"]))
        if (np.asarray(found["cell"]) >= 0).any():
            figures.append(_figure(facts, t, found, spec))
        else:
            empty.append(f"{_label(t, found, spec)} ({_unknown_axes(facts, t, found)})")
    if empty:
        figures.append(
            tag("p", t("matrix_empty", names=t("semicolon").join(empty)), class_="empty")
        )
    return figures


def _label(t: Language, found: dict[str, Any], spec: dict[str, Any]) -> str:
    return t.label(found) or t.label(spec)


def _unknown_axes(facts: Facts, t: Language, found: dict[str, Any]) -> str:
    """What nobody has a value of; both axes where it is nobody that has the two together."""
    axes = [found["x"], found["y"]]
    unseen = [axis for axis in axes if np.isnan(_values(facts, axis)).all()]
    return t("comma").join(axis_label(facts, t, axis) for axis in unseen or axes)


def _values(facts: Facts, axis: str) -> Any:
    """Of a column, a feature, or the score of an indicator or dimension."""
    core = facts.result._core
    for parts, scores in (
        ("indicators", core.indicator_scores),
        ("dimensions", core.dimension_scores),
    ):
        for k, part in enumerate(facts.profile[parts]):
            if part["id"] == axis:
                return scores()[:, k]
    values = facts.numbers(axis)
    return facts.features.get(axis, values) if np.isnan(values).all() else values


def _figure(facts: Facts, t: Language, found: dict[str, Any], spec: dict[str, Any]) -> Html:
    """A table with the highest row first, as on a chart; the row heads say the cuts."""
    columns, rows = len(found["x_cuts"]) + 1, len(found["y_cuts"]) + 1
    x, y = (axis_label(facts, t, found[axis]) for axis in ("x", "y"))
    body = [
        tag(
            "tr",
            tag("th", _range(t, found["y_cuts"], row), scope="row"),
            *(_cell(facts, t, found, row, column, (x, y)) for column in range(columns)),
        )
        for row in reversed(range(rows))
    ]
    heads = [
        tag("th", _range(t, found["x_cuts"], column), scope="col") for column in range(columns)
    ]
    label = _label(t, found, spec)
    table = tag(
        "table",
        tag("caption", t("matrix_axes", x=x, y=y)),
        tag("thead", tag("tr", tag("td"), *heads)),
        tag("tbody", *body),
        class_="matrix",
    )
    return tag(
        "figure",
        tag("h3", label),
        tag("p", t("matrix_corner", x=x, y=y), class_="axes"),
        tag("div", table, class_="table-box plain", tabindex=0, role="region", aria_label=label),
        tag("figcaption", *_notes(facts, t, found, spec)),
        class_="matrix-figure",
    )


def axis_label(facts: Facts, t: Language, name: str) -> str:
    """An index, a dimension or an indicator by its label."""
    for part in (*facts.profile["indicators"], *facts.profile["dimensions"]):
        if part["id"] == name and name != "risk":
            return t.label(part)
    if name in _INDICES:
        return t(f"index_{name}")
    return t.maybe(f"feature:{name}", name)


def _range(t: Language, cuts: Any, place: int) -> str:
    """`under 40`, `40 to 70`, `from 70`."""
    edges = [t.significant(float(cut)) for cut in cuts]
    if not edges:
        return t("all")
    if place == 0:
        return t("range_under", to=edges[0])
    if place == len(edges):
        return t("range_from", from_=edges[-1])
    return t("range", from_=edges[place - 1], to=edges[place])


def _cell(
    facts: Facts, t: Language, found: dict[str, Any], row: int, column: int, axes: tuple[str, str]
) -> Html:
    """`at` says where the cell lies: for narrow pages, which have the cells one below the other."""
    columns = len(found["x_cuts"]) + 1
    inside = np.asarray(found["cell"]) == row * columns + column
    at = t(
        "matrix_at",
        x=axes[0],
        y=axes[1],
        x_range=_range(t, found["x_cuts"], column),
        y_range=_range(t, found["y_cuts"], row),
    )
    count = int(inside.sum())
    whole = float(np.nansum(np.maximum(facts.revenue, 0)))
    revenue = float(np.nansum(facts.revenue[inside]))
    share = max(revenue, 0) / whole if whole > 0 else 0.0
    parts: list[Child] = [
        tag("b", _cell_label(t, found, row, column)),
        tag("small", at, class_="at"),
        tag("span", t.counted("accounts", count), class_="count"),
    ]
    if count:
        money = t.number(revenue, facts.money_decimals)
        parts += [
            tag("span", money, " ", tag("small", t.share(share))),
            tag("span", tag("i", style=style(b=share)), class_="fill", aria_hidden="true"),
            _largest(facts, t, inside, count),
        ]
    return tag("td", *parts, class_=None if count else "nobody")


def _cell_label(t: Language, found: dict[str, Any], row: int, column: int) -> str:
    """In the language of the page where the profile names cells in both."""
    names = found.get(f"cells_{t.code}") or found["cells"]
    label = names[row][column]
    return t.label(label) if isinstance(label, dict) else t.maybe(f"cell:{label}", str(label))


def _largest(facts: Facts, t: Language, inside: Any, count: int) -> Html:
    rows = [int(i) for i in facts.by_revenue if inside[i]][:_NAMED]
    names = join((name_of(facts.short_name(row, 28)) for row in rows), t("comma"))
    rest = count - len(rows)
    return tag("small", names, t("and_more", n=t.whole(rest)) if rest else None, class_="names")


def _notes(facts: Facts, t: Language, found: dict[str, Any], spec: dict[str, Any]) -> list[Child]:
    cell = np.asarray(found["cell"])
    notes = [t("matrix_note", measure=t(facts.measure))]
    known = cell >= 0
    probability = found.get("probability")
    if probability is not None and known.any():
        own = np.asarray(probability, dtype=np.float64)[np.flatnonzero(known), cell[known]]
        if not np.isnan(own).all():
            notes.append(t("matrix_sure", p=t.probability(float(np.nanmean(own)))))
    if not known.all():
        notes.append(t.counted("matrix_unknown", int((~known).sum())))
    if spec.get("source"):
        notes.append(t("source_is", source=str(spec["source"])))
    return [t("sentence_gap").join(notes)]
