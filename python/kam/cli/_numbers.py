"""Numbers of one account in words."""

from __future__ import annotations

NOTHING = "–"


def signed(points: float) -> str:
    text = f"{points:+.1f}"
    return "±0.0" if text in ("+0.0", "-0.0") else text.replace("-", "−")


def points(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.1f}"


def percent(value: float | None) -> str:
    return NOTHING if value is None else f"{100 * value:.0f} %"


def money(value: float | None) -> str:
    return NOTHING if value is None else f"{value:,.0f}"
