"""Section 2: the map, the concentration curve, the loss by churn band, revenue at risk."""

from __future__ import annotations

from typing import Any

import numpy as np

from kam._report._at_risk import at_risk, walls
from kam._report._curve import balance, draw_curve
from kam._report._facts import FIELDS, Facts
from kam._report._html import Child, Html, tag
from kam._report._know import no_loss_reason
from kam._report._language import Language
from kam._report._map import NAMED, PHONE, SINGLE, draw_map, map_data
from kam._report._marks import churn_band, numbers_table, style
from kam._report._matrix import matrices
from kam._report._tiers import tier_table


def where(facts: Facts, t: Language) -> Html:
    return tag(
        "section",
        tag("h2", t("where"), id="where"),
        tag(
            "div",
            _map_figure(facts, t),
            tag("div", _curve_figure(facts, t), _losses(facts, t), class_="beside"),
            class_="portfolio" if facts.on_map.any() else "portfolio no-map",
        ),
        _groups(facts, t),
        class_="wide",
    )


def _groups(facts: Facts, t: Language) -> Html | None:
    """What is at risk and what keeps it; tiers and matrices, where the profile has them."""
    of_portfolio = (at_risk(facts, t), walls(facts, t), tier_table(facts, t))
    parts = [part for part in (*of_portfolio, *matrices(facts, t)) if part is not None]
    return tag("div", *parts, class_="groups") if parts else None


# ---- the map ------------------------------------------------------------------------------------


def _map_figure(facts: Facts, t: Language) -> Html:
    title = tag("h3", t("map"))
    if not facts.on_map.any():
        return tag("div", title, tag("p", t("map_empty", reason=no_loss_reason(facts, t))))
    data = map_data(facts)
    legend = [churn_band(facts, t, name) for name, _ in facts.profile["churn_bands"]]
    return tag(
        "figure",
        title,
        tag("p", *(tag("span", item) for item in legend), class_="legend"),
        tag("div", draw_map(facts, t, data), class_="chart-box wide-only", tabindex=0),
        tag("div", draw_map(facts, t, data, PHONE), class_="chart-box phone-only"),
        tag("figcaption", *_map_notes(facts, t, data)),
        _fields(facts, t),
        class_="map-figure",
    )


def _map_notes(facts: Facts, t: Language, data: Any) -> list[Child]:
    drawn = len(data.rows)
    notes = [
        t(
            "map_note",
            measure=t(facts.measure),
            k=t.whole(min(NAMED, drawn)),
            level=t.percent(facts.result._core.interval_level),
            value=t.number(facts.value_cut, 0),
            churn=t.percent(facts.churn_cut),
        )
    ]
    if drawn > SINGLE:
        notes.append(t("map_hexagons", k=t.whole(SINGLE), rest=t.whole(drawn - SINGLE)))
    if data.beyond:
        notes.append(t.counted("map_edge", data.beyond))
    if drawn < len(facts):
        notes.append(t.counted("map_left_out", len(facts) - drawn))
    return [t("sentence_gap").join(notes)]


def _fields(facts: Facts, t: Language) -> Html:
    """The four fields in numbers: what the map says, for whoever cannot see it."""
    whole = np.nansum(np.maximum(facts.revenue, 0))
    rows: list[list[Child]] = []
    for name in FIELDS:
        inside = facts.in_field(name)
        revenue = np.nansum(facts.revenue[inside])
        losses = [np.nansum(facts[c][inside]) for c in ("expected_loss", "expected_loss_open")]
        rows.append(
            [
                tag(
                    "span", tag("b", t(f"field_{name}")), " ", tag("small", t(f"field_{name}_what"))
                ),
                t.whole(int(inside.sum())),
                t.number(revenue, facts.money_decimals),
                t.share(revenue / whole) if whole > 0 else "–",
                *(
                    t.number(loss, facts.money_decimals) if facts.has("expected_loss") else "–"
                    for loss in losses
                ),
            ]
        )
    heads = [t("field"), t("accounts"), t(facts.revenue_label), t("share"), t("loss"), t("open")]
    return numbers_table(heads, rows)


# ---- beside it ----------------------------------------------------------------------------------


def _curve_figure(facts: Facts, t: Language) -> Html | None:
    whole = facts.result.concentration
    title = tag("h3", t("curve"))
    if whole is None:
        note = facts.result.summary()["concentration_note"] or ""
        return tag("div", title, tag("p", t("no_concentration", reason=t.of_core(note))))
    note = t(
        "curve_note",
        point=balance(whole),
        gini=t.number(whole.gini, 2),
        effective=t.number(whole.effective_accounts, 1 if whole.effective_accounts < 100 else 0),
    )
    return tag("figure", title, draw_curve(whole, t), tag("figcaption", note))


def _losses(facts: Facts, t: Language) -> Html:
    """Expected loss by churn band: what has probably left already, and what is still to come."""
    title = tag("h3", t("stakes"))
    if not facts.has("expected_loss"):
        return tag("div", title, tag("p", t("no_stake", reason=no_loss_reason(facts, t))))
    bands = [name for name, _ in facts.profile["churn_bands"]]
    inside = [facts.churn_bands == band for band in bands]
    losses = [float(np.nansum(facts["expected_loss"][rows])) for rows in inside]
    to_come = [float(np.nansum(facts["expected_loss_open"][rows])) for rows in inside]
    most = max(losses, default=0.0) or 1.0
    rows: list[list[Child]] = [
        [
            churn_band(facts, t, band),
            t.whole(int(rows.sum())),
            t.number(loss, facts.money_decimals),
            t.number(open_, facts.money_decimals),
        ]
        for band, rows, loss, open_ in zip(bands, inside, losses, to_come, strict=True)
    ]
    bars = [
        _loss_bar(facts, t, band, loss, open_, most)
        for band, loss, open_ in zip(bands, losses, to_come, strict=True)
    ]
    legend = (
        tag("span", tag("i", class_=f"swatch {kind}"), " ", t(f"stakes_{kind}"))
        for kind in ("gone", "open")
    )
    heads = [t("band"), t("accounts"), t("loss"), t("open")]
    note = t(
        "stakes_note",
        horizon=t.counted("days", facts.request["churn_horizon_days"]),
        span=t.counted("next", facts.request["value_years"]),
    )
    return tag(
        "figure",
        title,
        tag("p", *legend, class_="legend"),
        numbers_table(heads, rows, bars),
        tag("figcaption", note),
        class_="losses",
    )


def _loss_bar(facts: Facts, t: Language, band: str, loss: float, open_: float, most: float) -> Html:
    """Hatched what has probably left already, solid what is still to come."""
    words = t.maybe(f"band:{band}", band)
    money = [t.number(v, facts.money_decimals) for v in (loss, loss - open_, open_)]
    label = t("stakes_row", band=words, loss=money[0], gone=money[1], open=money[2])
    return tag(
        "span",
        tag("i", class_="gone", style=style(b=(loss - open_) / most)) if loss > open_ else None,
        tag("i", class_="open", style=style(b=open_ / most)) if open_ > 0 else None,
        class_=f"loss {facts.shape_of_band(band)}",
        role="img",
        aria_label=label,
        title=label,
    )
