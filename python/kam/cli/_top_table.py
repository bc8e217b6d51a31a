"""The accounts with the most money still to be kept, in 80 columns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from kam.cli._print_table import Cell, Heading, print_table
from kam.cli._terminal import clean

if TYPE_CHECKING:
    from kam._scoring.score import ScoreResult

_STYLES = {"high": "bold red", "medium": "yellow", "low": "green"}
_NOTHING = "–"


def print_top(result: ScoreResult, n: int) -> None:
    """A table of the first n accounts, and the portfolio in a few lines."""
    order = _order(result)[:n].tolist()
    if order:
        print_table(_headings(result), [_row(result, i) for i in order])
        print()
    for line in _about(result, len(order)):
        print(clean(line))


def _headings(result: ScoreResult) -> tuple[Heading, ...]:
    level = result.profile["interval_level"]
    return (
        Heading("account", False, 16),
        Heading("value", True, 7),
        Heading(f"churn [{100 * level:g} %]", True, 15),
        Heading("revenue 12m", True, 12),
        Heading("loss to come", True, 12),
        Heading("main reason", False, 40),
    )


def _order(result: ScoreResult) -> Any:
    """By the loss still to come, which one can act on; by revenue where there is none."""
    loss = np.nan_to_num(result["expected_loss_open"], nan=-math.inf)
    revenue = np.nan_to_num(result["net_revenue"], nan=-math.inf)
    return np.lexsort((-revenue, -loss))


def _row(result: ScoreResult, i: int) -> list[Cell]:
    c = result.columns
    value = f"{_number(c['value_index'][i])} {c['value_band'][i] or ''}".rstrip()
    churn = _NOTHING
    if not math.isnan(c["p_churn"][i]):
        low, high = 100 * c["p_churn_lo"][i], 100 * c["p_churn_hi"][i]
        churn = f"{100 * c['p_churn'][i]:.0f} % [{low:.0f}–{high:.0f}]"
    return [
        Cell(c["name"][i] or c["account_id"][i]),
        Cell(value),
        Cell(churn, _STYLES.get(c["churn_band"][i] or "", "")),
        Cell(_number(c["net_revenue_12m"][i])),
        Cell(_number(c["expected_loss_open"][i])),
        Cell(_reason(c["reasons_up"][i], c["reasons_down"][i])),
    ]


def _number(value: float) -> str:
    return _NOTHING if math.isnan(value) else f"{value:,.0f}"


def _reason(up: Any, down: Any) -> str:
    reasons = sorted((up or []) + (down or []), key=lambda r: -abs(r["points"]))
    if not reasons:
        return _NOTHING
    label = str(reasons[0]["label"]).split(",")[0]
    return f"{reasons[0]['points']:+.1f} ".replace("-", "−") + label


def _about(result: ScoreResult, shown: int) -> list[str]:
    s = result.summary()
    by = "loss to come" if s["expected_loss"] is not None else "revenue"
    lines = [
        f"{shown:,} of {s['accounts']:,} accounts by {by}, as of {s['as_of']}; "
        f"model {s['model_version']}"
    ]
    if s["expected_loss"] is not None:
        lines += [
            f"{s['expected_churners']:,.0f} expected silent for {s['churn_horizon_days']:g} days",
            f"expected loss {s['expected_loss']:,.0f} over {s['value_years']:g} years, "
            f"{s['expected_loss_open']:,.0f} of it still to come",
        ]
    if (c := s["concentration"]) is not None:
        lines.append(
            f"the largest 20 % bring {100 * c['top_share']['0.2']:.0f} % of the revenue; "
            f"{c['accounts_for']['0.8']:,} bring 80 %"
        )
    report = s["data_report"]
    lines.append(f"{report['rows_rejected']:,} of {report['rows_read']:,} rows rejected")
    return lines
