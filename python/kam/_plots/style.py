"""What all plots share: colours, words, fonts, and the axes to draw on."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kam._scoring.score import ScoreResult

# Okabe and Ito; each has a shape or a hatch of its own beside it, so that grey print tells as much.
BLUE, VERMILION, ORANGE, SKY, PURPLE = "#0072b2", "#d55e00", "#e69f00", "#56b4e9", "#cc79a7"
INK, MUTED, PALE = "#1a1f24", "#566069", "#d3d9df"

LANGUAGES = ("en", "zh")
_CHINESE_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "Heiti SC",
    "SimHei",
    "Noto Sans CJK JP",
    "Arial Unicode MS",
)
_WORDS = {
    "en": {
        "median_account": "Median account",
        "this_account": "This account",
        "others": "{n} others",
        "no_index": "{name} has no value index:\ntoo little of the scorecard is observed.",
        "no_pillars": "{name} has no dimension score:\ntoo little of the scorecard is observed.",
        "value_index": "Value index",
        "score": "Score, 0–100",
        "portfolio_median": "Portfolio median",
        "not_known": "not known",
        "reasons_of": "{name}: why {value}",
        "pillars_of": "{name}: pillars",
        "nothing": "No account has both {x} and {y}.",
        "left_out": "{n} of {all} accounts without one of the two are not shown",
        "area": "area: {size}",
        "band": "churn {band}",
        "no_band": "no churn band",
        "accounts_profit": "Accounts, most profitable first",
        "profit_share": "Share of total profit",
        "profit": "Profit",
        "peak": "peak {peak} with {n} of {all} accounts",
        "no_profit": "No account has a profit.",
        "total_not_positive": "total not positive: profit in money, not in shares",
        "accounts_value": "Accounts, largest first",
        "value_share": "Share of the total",
        "equal": "all equal",
        "no_total": "The total is not positive: no shares.",
        "switching_cost": "Switching cost",
        "total": "Total",
        "procedural": "procedural: time and effort",
        "financial": "financial: money lost",
        "relational": "relational: bonds",
        "retention": "Retention per period",
        "multiple": "Value over margin per period",
        "endless": "without a horizon",
        "periods": "{n} periods",
        "tail_accounts": "accounts",
        "tail_law": "power law, α {alpha} ± {error}",
        "tail_cut": "cut-off {value}",
        "tail_value": "Value",
        "tail_share": "Share of accounts at or above",
        "no_tail": "Fewer than two distinct values above 0: there is no tail.",
        "account_number": "account {n}",
        "no_loss": "Nothing can be lost.",
        "loss": "loss",
        "worst": "worst {level} %",
        "expected_loss": "expected loss",
        "value_at_risk": "value at risk",
        "expected_shortfall": "expected shortfall",
        "revenue_lost": "Revenue lost",
        "probability": "Probability",
        "tail_owner": "{name}: {value} % of the value, {tail} % of the tail",
        "of_shortfall": "of the expected shortfall",
        "of_value": "of the value",
        "share_percent": "Share, %",
        "no_spending": "Nothing is spent.",
        "spending": "spend",
        "net_gain": "net gain",
        "money": "Money",
        "in_unit": "{what}, {unit}",
    },
    "zh": {
        "median_account": "中位客户",
        "this_account": "本客户",
        "others": "其他 {n} 项",
        "no_index": "{name} 没有价值指数：\n评分卡中观测到的部分太少。",
        "no_pillars": "{name} 没有维度得分：\n评分卡中观测到的部分太少。",
        "value_index": "价值指数",
        "score": "得分，0–100",
        "portfolio_median": "组合中位数",
        "not_known": "未知",
        "reasons_of": "{name}：为何是 {value}",
        "pillars_of": "{name}：各维度",
        "nothing": "没有客户同时具有 {x} 和 {y}。",
        "left_out": "{all} 个客户中有 {n} 个缺少其中一项，未画出",
        "area": "面积：{size}",
        "band": "流失 {band}",
        "no_band": "无流失等级",
        "accounts_profit": "客户，利润从高到低",
        "profit_share": "占总利润的份额",
        "profit": "利润",
        "peak": "峰值 {peak}，{all} 个客户中的前 {n} 个",
        "no_profit": "没有客户有利润数据。",
        "total_not_positive": "总额非正：以金额表示，不以份额表示",
        "accounts_value": "客户，从大到小",
        "value_share": "占总额的份额",
        "equal": "完全均等",
        "no_total": "总额非正：没有份额。",
        "switching_cost": "转换成本",
        "total": "合计",
        "procedural": "程序性：时间与精力",
        "financial": "财务性：金钱损失",
        "relational": "关系性：人际纽带",
        "retention": "每期保留率",
        "multiple": "价值与每期毛利之比",
        "endless": "无期限",
        "periods": "{n} 期",
        "tail_accounts": "客户",
        "tail_law": "幂律，α {alpha} ± {error}",
        "tail_cut": "截断点 {value}",
        "tail_value": "数值",
        "tail_share": "不低于该值的客户比例",
        "no_tail": "大于 0 的不同数值不足两个：没有尾部。",
        "account_number": "客户 {n}",
        "no_loss": "没有可失去的收入。",
        "loss": "损失",
        "worst": "最差的 {level}%",
        "expected_loss": "预期损失",
        "value_at_risk": "风险价值",
        "expected_shortfall": "预期短缺",
        "revenue_lost": "失去的收入",
        "probability": "概率",
        "tail_owner": "{name}：占价值 {value}%，占尾部 {tail}%",
        "of_shortfall": "占预期短缺",
        "of_value": "占价值",
        "share_percent": "占比，%",
        "no_spending": "没有支出。",
        "spending": "支出",
        "net_gain": "净收益",
        "money": "金额",
        "in_unit": "{what}（{unit}）",
    },
}
# What large money is counted in, largest first: from which amount on, the unit, its name.
_UNITS = {
    "en": ((2e9, 1e9, "billions"), (2e6, 1e6, "millions"), (2e4, 1e3, "thousands")),
    "zh": ((2e8, 1e8, "亿"), (1e5, 1e4, "万")),
}


class Words:
    """The texts of one language, and a font that can show them."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"`language` must be en or zh, got {language!r}")
        matplotlib()
        self.language = language
        if language == "zh" and chinese_font() is None:
            raise ValueError(
                "`language` zh needs a font with Chinese characters and matplotlib finds none; "
                "install one, for instance Noto Sans CJK SC"
            )

    def __call__(self, key: str, **values: Any) -> str:
        return _WORDS[self.language][key].format(**values)

    def label(self, thing: dict[str, Any]) -> str:
        return str(thing[f"label_{self.language}"] or thing["label_en"] or thing["id"])


def matplotlib() -> Any:
    """The module, or an error that says how to get it."""
    try:
        import matplotlib as module
    except ImportError:
        raise ImportError(
            "plots need matplotlib, which comes with the extra `plot`: pip install 'kam[plot]'"
        ) from None
    return module


def axes(ax: Axes | None, *, polar: bool = False, size: tuple[float, float] = (7, 4)) -> Any:
    """`ax` itself, or new axes of pyplot; pyplot is not touched where `ax` is given."""
    matplotlib()
    if ax is None:
        import matplotlib.pyplot as plt

        settings = {"projection": "polar"} if polar else {}
        return plt.subplots(figsize=size, layout="constrained", subplot_kw=settings)[1]
    if polar != (getattr(ax, "name", "") == "polar"):
        wanted = "polar axes: plt.subplot(projection='polar')" if polar else "no polar axes"
        raise ValueError(f"`ax`: this plot needs {wanted}")
    return ax


def sentence(ax: Any, text: str) -> Any:
    """Axes that say why there is nothing to see."""
    ax.set_axis_off()
    write(ax, 0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color=MUTED)
    return ax


def tidy(ax: Any) -> None:
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.set_axisbelow(True)


def amount(value: float) -> str:
    """Money in words of a plot: 35,199 and 0.1234, never 3.5e+04."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def money_axis(ax: Any, t: Words, key: str) -> None:
    """The x axis in plain numbers; what they are counted in stands in its label, not beside it."""
    largest = max(abs(limit) for limit in ax.get_xlim())
    units = (u[1:] for u in _UNITS[t.language] if largest >= u[0])
    unit, name = next(units, (1.0, ""))
    ax.locator_params(axis="x", nbins=7)
    ax.xaxis.set_major_formatter(lambda x, _: f"{x / unit:,.10g}".replace("-", "\u2212"))
    label = t("in_unit", what=t(key), unit=name) if name else t(key)
    ax.set_xlabel(label, **font(label))


def write(ax: Any, x: float, y: float, text: str, **settings: Any) -> Any:
    return ax.text(x, y, literal(text), **font(text), **settings)


def literal(text: str) -> str:
    """Names are text: a dollar sign in one begins no formula."""
    return text.replace("$", r"\$")


def font(text: str) -> dict[str, Any]:
    """Settings of a text, where the usual font lacks its characters."""
    name = None if drawable(text) else chinese_font()
    return {} if name is None else {"fontfamily": [name, "DejaVu Sans"]}


def family(text: str) -> dict[str, Any]:
    """The same for `prop` of a legend."""
    settings = font(text)
    return {"family": settings["fontfamily"]} if settings else {}


def drawable(text: str, name: str = "DejaVu Sans") -> bool:
    return all(ord(c) in _characters(name) for c in text if c != "\n")


def account_name(result: ScoreResult, row: int, longest: int = 28) -> str:
    """The name, or the id where there is no name or no font that could show it."""
    name = result.names[row] if result.names is not None else None
    name = " ".join((name or "").split())
    if not name or not (drawable(name) or chinese_font() is not None):
        name = str(result.ids[row])
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


def row_of(result: ScoreResult, account_id: Any) -> int:
    matches = np.flatnonzero([str(v) == str(account_id) for v in result.ids.tolist()])
    if len(matches) == 0:
        raise KeyError(f"no account '{account_id}' in this table")
    return int(matches[0])


@lru_cache(maxsize=16)
def _characters(family: str) -> frozenset[int]:
    from matplotlib import font_manager

    path = font_manager.findfont(family)
    return frozenset(font_manager.get_font(path).get_charmap())


@lru_cache(maxsize=1)
def chinese_font() -> str | None:
    """An installed family with Chinese characters."""
    from matplotlib import font_manager

    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((name for name in _CHINESE_FAMILIES if name in installed), None)
