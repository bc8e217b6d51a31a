"""The concentration curve: how much of revenue the largest accounts bring."""

from __future__ import annotations

from typing import Any

from kam._concentration.concentration import Concentration
from kam._report._html import Html
from kam._report._language import Language
from kam._report._svg import Chart, colour

WIDTH, HEIGHT = 440, 300


def balance(whole: Concentration) -> str:
    """What 80/20 is here: `74/26`."""
    few = round(100 * whole.balance_point())
    return f"{100 - few}/{few}"


def balance_words(whole: Concentration, t: Language) -> str:
    p = whole.balance_point()
    return t("curve_balance", x=t.percent(p, 0), y=t.percent(1 - p, 0))


def draw_curve(whole: Concentration, t: Language) -> Html:
    chart = Chart("curve", WIDTH, HEIGHT)
    with chart.settings():
        axes = chart.axes(46, 18, 30, 50)
        _scales(chart, axes, t)
        shares, values = whole.lorenz(301)
        axes.plot([0, 1], [0, 1], color=colour("axis"), lw=1)
        few = {"marker": "o", "ms": 4} if whole.accounts <= 30 else {}
        axes.plot(
            1 - shares[::-1], 1 - values[::-1], color=colour("low"), lw=2.2, clip_on=False, **few
        )
        _points(chart, axes, whole, t)
    label = t(
        "curve_label",
        balance=balance_words(whole, t),
        share80=t.percent(whole.accounts_for(0.8) / whole.accounts),
    )
    return chart.render(label)


def _scales(chart: Chart, axes: Any, t: Language) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    ticks = (0, 0.2, 0.4, 0.6, 0.8, 1)
    labels = [t.percent(tick) for tick in ticks]
    axes.set_xticks(ticks, [chart.words(label) for label in labels])
    axes.set_yticks(ticks, [chart.words(label) for label in labels])
    chart.write(axes, 1, 0, t("curve_x"), dy=-42, ha="right", color=colour("muted"))
    chart.write(axes, 0, 1.02, t("curve_y"), dx=-42, dy=14, color=colour("muted"))


def _points(chart: Chart, axes: Any, whole: Concentration, t: Language) -> None:
    """The rule of thumb, hollow; the actual balance, full; each with its numbers."""
    axes.plot([0.2], [0.8], "s", ms=8, mfc="none", mec=colour("mark-edge"), mew=1.8)
    p = whole.balance_point()
    axes.plot([p], [1 - p], "o", ms=9, mfc=colour("low"), mec=colour("paper"), mew=1.5, zorder=5)
    chart.write(
        axes, p, 1 - p, balance(whole), dx=10, dy=-12, fontweight="bold", color=colour("low")
    )
    chart.write(axes, 0.2, 0.8, "80/20", dx=-8, dy=8, ha="right", color=colour("mark-edge"))
