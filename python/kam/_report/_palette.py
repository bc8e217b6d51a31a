"""Colours by meaning, for the reader's light or dark preference.

Okabe and Ito's palette, told apart by readers of every kind of colour vision; a shape or a word
says the same beside each colour. Text has a contrast of 4.5 or more, marks of 3 (the orange one by
its outline).
"""

from __future__ import annotations

LIGHT = {
    "paper": "#ffffff",
    "panel": "#f5f6f8",
    "ink": "#1a1f24",
    "muted": "#566069",
    "line": "#d3d9df",
    "axis": "#7d8790",
    "link": "#0b5fa5",
    "high": "#d55e00",
    "medium": "#e69f00",
    "medium-edge": "#9a6a00",
    "low": "#0072b2",
    "up": "#0072b2",
    "down": "#d55e00",
    "up-ink": "#005f96",
    "down-ink": "#b34700",
    "dense": "#566069",
    "mark": "#cc79a7",
    "mark-edge": "#a3477c",
}

DARK = {
    "paper": "#14181c",
    "panel": "#1d2329",
    "ink": "#e9edf0",
    "muted": "#a9b3bc",
    "line": "#39434c",
    "axis": "#7d8993",
    "link": "#7cc0f5",
    "high": "#e8702a",
    "medium": "#e69f00",
    "medium-edge": "#e69f00",
    "low": "#56b4e9",
    "up": "#56b4e9",
    "down": "#e8702a",
    "up-ink": "#56b4e9",
    "down-ink": "#f08a4b",
    "dense": "#a9b3bc",
    "mark": "#cc79a7",
    "mark-edge": "#cc79a7",
}

TEXT = ("ink", "muted", "link", "up-ink", "down-ink")
MARKS = ("axis", "high", "medium-edge", "low", "up", "down", "mark-edge")


def variables() -> str:
    """The palette as CSS: light, dark where the reader prefers it, light again on paper."""

    def block(colours: dict[str, str]) -> str:
        return "".join(f"--{name}:{value};" for name, value in colours.items())

    return (
        f":root{{color-scheme:light dark;{block(LIGHT)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{block(DARK)}}}}}\n"
        f"@media print{{:root{{color-scheme:light;{block(LIGHT)}}}}}\n"
    )


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two colours written #rrggbb."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
