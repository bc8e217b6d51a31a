"""The sentence of a retention claim in Chinese."""

from __future__ import annotations

from typing import Any


def chinese_claim(
    found: dict[str, Any],
    churn: float,
    delta: float,
    claim: tuple[float, float],
    discount: float,
    horizon: float | None,
    growth: float,
) -> str:
    """Both readings, each inside, above or below the claimed range; `found` has the lifts."""
    terms = [f"流失率 {_percent(churn, 2)}", f"折现率 {_percent(discount, 2)}"]
    terms.append("无期限" if horizon is None else f"期限 {horizon:g} 期")
    if growth != 0:
        terms.append(f"毛利每期增长 {_percent(growth, 2)}")
    size = _number(100 * delta, 2)
    readings = [
        _reading(f"{size} 个百分点", churn - delta, found["lift_points"], claim),
        _reading(f"其自身的 {size} %", churn * (1 - delta), found["lift_percent"], claim),
    ]
    return "、".join(terms) + "：" + "；".join(readings) + "。"


def _reading(less: str, after: float, lift: float, claim: tuple[float, float]) -> str:
    text = f"流失率降低{'' if less[0] == '其' else ' '}{less}"
    if after < 0:
        return text + "：超过现有的流失率"
    text += f"（降至 {_percent(after, 2)}），客户价值"
    if lift != lift:
        return text + "超过任何数：总和没有尽头"
    lo, hi = claim
    claimed = f"所称的 {_percent(lo, 1)} 至 {_percent(hi, 1)}"
    verdict = (
        f"低于{claimed}" if lift < lo else f"高于{claimed}" if lift > hi else f"在{claimed} 之内"
    )
    return f"{text}增加 {_percent(lift, 1)}，{verdict}"


def _percent(share: float, decimals: int) -> str:
    return _number(100 * share, decimals) + " %"


def _number(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


__all__ = ["chinese_claim"]
