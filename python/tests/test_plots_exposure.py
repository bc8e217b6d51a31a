"""Plots of switching cost, retention, losses and tails: what they draw; nothing overlaps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import kam
import numpy as np
import pytest

pytest.importorskip("matplotlib")

from kam import plots
from kam._plots import style as _plot_style
from matplotlib.figure import Figure

COMPONENTS = [
    {"component": "termination fee", "kind": "financial", "amount": 40_000.0, "rival_share": 0.5},
    {"component": "training in $", "hours": 600.0, "hours_lo": 400.0, "hours_hi": 1000.0,
     "rate": 65.0, "effort": 1.5},
    {"component": "requalification", "kind": "procedural", "amount": 30_000.0},
    {"component": "key contacts", "kind": "relational", "amount": 15_000.0},
]  # fmt: skip
GIANT = [400] + [100] * 2 + [50] * 2 + [20] * 5 + [10] * 10 + [5] * 20


@pytest.fixture
def ax() -> Any:
    return Figure(figsize=(7, 4), layout="constrained").subplots()


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Any font will do where only the words are looked at."""
    monkeypatch.setattr(_plot_style, "chinese_font", lambda: "DejaVu Sans")
    return


def boxes(ax: Any, things: Any) -> list[Any]:
    ax.figure.canvas.draw()
    return [thing.get_window_extent() for thing in things if thing.get_visible()]


def assert_apart(ax: Any, things: Any) -> None:
    found = boxes(ax, things)
    for i, one in enumerate(found):
        for other in found[i + 1 :]:
            assert not one.overlaps(other)


def legend_texts(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


# ---- switching cost -----------------------------------------------------------------------------


def test_switching_cost_adds_up_with_its_bounds(ax: Any) -> None:
    cost = kam.switching_cost(COMPONENTS)
    assert plots.switching_cost(cost, ax=ax) is ax
    bars = [bar for bar in ax.patches if bar.get_width() > 0]
    assert [bar.get_width() for bar in bars] == pytest.approx(
        [20_000, 58_500, 30_000, 15_000, cost.total]
    )
    starts = [bar.get_x() for bar in bars]
    assert starts == pytest.approx([0, 20_000, 78_500, 108_500, 0])
    bounds = [line.get_xdata() for line in ax.lines if line.get_marker() == "|"]
    np.testing.assert_allclose(bounds[0], [20_000 + 39_000, 20_000 + 97_500])
    np.testing.assert_allclose(bounds[-1], [cost.lo, cost.hi])
    assert [t.get_text() for t in ax.texts] == ["20,000", "58,500", "30,000", "15,000", "123,500"]
    assert legend_texts(ax) == [
        "procedural: time and effort",
        "financial: money lost",
        "relational: bonds",
    ]
    assert_apart(ax, ax.get_xticklabels())
    assert_apart(ax, [*ax.texts, ax.get_legend()])


def test_switching_cost_in_chinese(ax: Any, chinese: None) -> None:
    kam.switching_cost(COMPONENTS).plot(language="zh", ax=ax)
    assert ax.get_yticklabels()[-1].get_text() == "合计"
    assert ax.get_xlabel() == "转换成本"
    assert legend_texts(ax)[0] == "程序性：时间与精力"


# ---- retention ----------------------------------------------------------------------------------


def test_retention_curve_marks_today_and_five_points_more(ax: Any) -> None:
    assert plots.retention_curve(0.8, discount=0.1, ax=ax) is ax
    endless, five, today = ax.lines
    x = endless.get_xdata()
    np.testing.assert_allclose(endless.get_ydata(), x / (1.1 - x))
    np.testing.assert_allclose(
        five.get_ydata(), sum((x / 1.1) ** t for t in range(1, 6)), rtol=1e-12
    )
    assert today.get_xdata() == [0.8]
    assert today.get_ydata() == pytest.approx([0.8 / 0.3])
    assert "+27.5%" in [text.get_text() for text in ax.texts]
    assert legend_texts(ax) == ["without a horizon", "5 periods"]
    assert ax.get_ylim()[1] > max(endless.get_ydata())


def test_a_line_without_end_does_not_flatten_the_others(ax: Any) -> None:
    plots.retention_curve(0.8, discount=0.1, growth=0.12, horizons=(None, 10), ax=ax)
    endless, ten = ax.lines[:2]
    assert max(endless.get_ydata()) > 5 * ax.get_ylim()[1]
    assert max(ten.get_ydata()) > 0.2 * ax.get_ylim()[1]


def test_nothing_to_add_near_full_retention(ax: Any) -> None:
    plots.retention_curve(0.97, discount=0.1, ax=ax)
    assert not any("%" in text.get_text() for text in ax.texts)
    assert len(plots.retention_curve(discount=0.1, ax=Figure().subplots()).lines) == 2


def test_retention_curve_in_chinese(ax: Any, chinese: None) -> None:
    plots.retention_curve(0.8, discount=0.1, language="zh", ax=ax)
    assert legend_texts(ax) == ["无期限", "5 期"]
    assert ax.get_xlabel() == "每期保留率"


# ---- losses and tails ---------------------------------------------------------------------------


@pytest.mark.parametrize("values", [GIANT, [10] * 100], ids=["giant", "equal"])
def test_losses_and_their_owners_are_whole(values: list[int], ax: Any) -> None:
    risk = kam.revenue_at_risk(values, [0.1] * len(values))
    risk.plot(ax=ax)
    tops = [bar.get_y() + bar.get_height() for bar in ax.patches]
    assert max(tops) < ax.get_ylim()[1]
    assert sum(bar.get_height() for bar in ax.patches) == pytest.approx(1, abs=2e-4)
    legend = boxes(ax, [ax.get_legend()])[0]
    assert not any(legend.overlaps(box) for box in boxes(ax, [*ax.patches, *ax.lines]))
    owners = risk.plot_ownership(ax=Figure(layout="constrained").subplots())
    legend = boxes(owners, [owners.get_legend()])[0]
    assert not any(legend.overlaps(box) for box in boxes(owners, owners.patches))


def tick_texts(ax: Any) -> list[str]:
    ax.figure.canvas.draw()
    return [tick.get_text() for tick in ax.get_xticklabels()]


@pytest.mark.parametrize(
    ("factor", "unit", "last"),
    [(1, "", 600), (1e3, ", thousands", 600), (1e6, ", millions", 600), (1e9, ", billions", 600)],
)
def test_large_money_is_counted_in_thousands_or_millions(
    factor: float, unit: str, last: int, ax: Any
) -> None:
    """No 1e7 beside the axis, no 3.94e+06 in the legend."""
    risk = kam.revenue_at_risk([v * factor for v in GIANT], [0.1] * len(GIANT))
    risk.plot(ax=ax)
    assert ax.get_xlabel() == f"Revenue lost{unit}"
    assert str(last) in tick_texts(ax)
    assert all(re.fullmatch(r"[\d,.]+", text) for text in tick_texts(ax))
    assert ax.xaxis.get_offset_text().get_text() == ""
    assert any(f"value at risk {440 * factor:,.0f}" in text for text in legend_texts(ax))


def test_owners_have_their_names_or_their_place_from_0(
    ax: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = [5, *GIANT]
    risk = kam.revenue_at_risk(values, [0.1] * len(values))
    names: list[Any] = [f"name {i}" for i in range(len(values))]
    names[1], names[2] = "Giant $ Ltd", None
    risk.plot(names, ax=ax)
    assert ax.get_legend().get_title().get_text().startswith("Giant \\$ Ltd: 40 % of the value")
    unnamed = risk.plot(ax=Figure().subplots()).get_legend().get_title().get_text()
    assert unnamed.startswith("account 1: 40 % of the value")
    owners = risk.plot_ownership(names, top=3, ax=Figure().subplots())
    told = [text.get_text() for text in owners.get_yticklabels()]
    assert told == ["Giant \\$ Ltd", "account 2", "name 3"]
    monkeypatch.setattr("kam._plots.risk.chinese_font", lambda: None)
    names[1] = "砚川轴承厂"
    owners = risk.plot_ownership(names, top=1, ax=Figure().subplots())
    assert owners.get_yticklabels()[0].get_text() == "account 1"
    with pytest.raises(ValueError, match="`labels` must have 41 rows, got 1"):
        risk.plot(["one"])


def test_losses_owners_and_budgets_in_chinese(ax: Any, chinese: None) -> None:
    risk = kam.revenue_at_risk([v * 1e4 for v in GIANT], [0.1] * len(GIANT))
    risk.plot(language="zh", ax=ax)
    assert sorted(text.split()[0] for text in legend_texts(ax)) == sorted(
        ["预期损失", "风险价值", "预期短缺", "损失", "最差的"]
    )
    assert ax.get_xlabel() == "失去的收入（万）"
    assert ax.get_ylabel() == "概率"
    assert ax.get_legend().get_title().get_text() == "客户 0：占价值 40%，占尾部 80%"
    owners = risk.plot_ownership(language="zh", ax=Figure().subplots())
    assert legend_texts(owners) == ["占预期短缺", "占价值"]
    assert owners.get_yticklabels()[0].get_text() == "客户 0"
    plan = kam.allocate_retention_budget(
        [100_000] * 6, [0.9] * 6, ceiling=0.98, rate=0.0005, evidence="judgment"
    )
    spent = plan.plot(language="zh", ax=Figure().subplots())
    assert legend_texts(spent) == ["支出", "净收益"]
    assert spent.get_xlabel().startswith("金额")
    nothing = kam.revenue_at_risk([1], [0.0])
    for draw in (nothing.plot, nothing.plot_ownership):
        assert "没有" in draw(language="zh", ax=Figure().subplots()).texts[0].get_text()
    for draw in (risk.plot, risk.plot_ownership, plan.plot):
        with pytest.raises(ValueError, match="`language` must be en or zh"):
            draw(language="de")


def test_legend_of_a_budget_is_clear_of_its_bars(ax: Any) -> None:
    plan = kam.allocate_retention_budget(
        [100_000] * 6, [0.9] * 6, ceiling=0.98, rate=0.0005, evidence="judgment"
    )
    plan.plot(ax=ax)
    legend = boxes(ax, [ax.get_legend()])[0]
    assert not any(legend.overlaps(box) for box in boxes(ax, ax.patches))


def test_tail_in_both_languages(ax: Any, chinese: None) -> None:
    values = np.random.default_rng(1).pareto(1.2, 500) + 1
    tail = kam.pareto_tail(values)
    english = plots.pareto_tail(tail, ax=ax)
    assert legend_texts(english)[1] == f"power law, α {tail.alpha:.2f} ± {tail.alpha_se:.2f}"
    zh = plots.pareto_tail(values, language="zh", ax=Figure().subplots())
    assert legend_texts(zh)[0] == "客户"
    assert zh.get_ylabel() == "不低于该值的客户比例"
    np.testing.assert_array_equal(zh.lines[1].get_ydata(), english.lines[1].get_ydata())
    none = plots.pareto_tail([1.0], language="zh", ax=Figure().subplots())
    assert "没有尾部" in none.texts[0].get_text()


# ---- the claim ----------------------------------------------------------------------------------


def test_the_claim_in_chinese_says_the_same() -> None:
    claim = kam.check_retention_claim(0.2, discount=0.1, language="zh")
    assert str(claim) == (
        "流失率 20 %、折现率 10 %、无期限：流失率降低 5 个百分点（降至 15 %），"
        "客户价值增加 27.5 %，"
        "在所称的 25 % 至 85 % 之内；流失率降低其自身的 5 %（降至 19 %），客户价值增加 4.7 %，"
        "低于所称的 25 % 至 85 %。"
    )
    assert claim.lift_points == kam.check_retention_claim(0.2, discount=0.1).lift_points
    short = str(kam.check_retention_claim(0.03, discount=0.1, horizon=5, growth=0.02,
                                          language="zh"))  # fmt: skip
    assert "期限 5 期、毛利每期增长 2 %" in short
    assert "超过现有的流失率" in short
    rich = str(kam.check_retention_claim(0.3, discount=0.1, delta=0.25, language="zh"))
    assert "高于所称的" in rich
    with pytest.raises(ValueError, match="`language` must be en or zh"):
        kam.check_retention_claim(0.2, discount=0.1, language="de")
