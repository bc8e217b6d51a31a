"""The table switching_costs beside a portfolio, and the exposure figures of the report."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pytest

COSTS = {
    "account_id": ["B", "B", "C", "nobody"],
    "component": ["migration", "training", "contract penalty", "x"],
    "kind": ["procedural", "procedural", "financial", "financial"],
    "amount": [4000.0, 1000.0, 250.0, 9.0],
}


def with_gone() -> dict[str, Any]:
    """One account more, which bought much and not for two years."""
    table = transactions()
    for day in range(0, 60, 6):
        table["account_id"].append("gone")
        table["date"].append(np.datetime64("2022-06-01") + day)
        table["amount"].append(50_000.0)
    return table


def transactions() -> dict[str, Any]:
    random = np.random.default_rng(3)
    ids, dates, amounts = [], [], []
    for i, name in enumerate("ABCDEFGHIJKLMNOPQRST"):
        for _ in range(8 + i):
            ids.append(name)
            dates.append(np.datetime64("2023-01-01") + int(random.integers(0, 700)))
            amounts.append(float(random.lognormal(6, 1)))
    return {"account_id": ids, "date": dates, "amount": amounts}


def scored(costs: Any = COSTS, table: Any = None) -> Any:
    tables = {"transactions": table or transactions(), "switching_costs": costs}
    return kam.score(tables, as_of="2024-12-31")


def test_costs_are_added_up_per_account() -> None:
    found = scored().switching_cost
    of = dict(zip(found["account_id"], found["switching_cost"], strict=True))
    assert of["B"] == 5000
    assert of["C"] == 250
    assert np.isnan(of["A"])
    assert "nobody" not in of
    assert kam.score(transactions(), as_of="2024-12-31").switching_cost is None


def words(path: Path, start: str, result: Any, **options: Any) -> str:
    """The words of the report's figure that begins with `start`, whole page without one."""
    text = result.report(path, **options).read_text(encoding="utf-8")
    text = text[text.index(f"<h3>{start}</h3>") :]
    text = re.sub(r"<[^>]*>", " ", text[: text.index("</figure>")])
    return re.sub(r"\s+([.,;)。，])", r"\1", " ".join(text.replace("\u00a0", " ").split()))


@pytest.mark.parametrize(
    ("language", "title", "base"),
    [
        ("en", "What keeps them", "over the revenue of the last twelve months"),
        ("zh", "留住客户的壁垒", "除以最近十二个月的收入"),
    ],
)
def test_the_discount_is_of_a_years_revenue(
    tmp_path: Path, language: str, title: str, base: str
) -> None:
    result = scored()
    text = words(tmp_path / "report.html", title, result, language=language)
    annual = dict(zip(result.ids, result["net_revenue_12m"], strict=True))
    whole = dict(zip(result.ids, result["net_revenue"], strict=True))
    assert whole["B"] > 1.5 * annual["B"] > 0
    space = " " if language == "en" else ""
    for account, cost in (("B", 5000), ("C", 250)):
        part = kam.indifference_discount(cost, annual[account], years=5, discount=0.1)
        assert f"{account} {annual[account]:,.0f} {cost:,} {100 * part:.1f}{space}%" in text
    assert base in text
    page = kam.score(transactions(), as_of="2024-12-31").report(tmp_path / "r.html")
    assert title not in page.read_text(encoding="utf-8")


def test_walls_of_accounts_that_are_gone_are_not_named(tmp_path: Path) -> None:
    """Largest of the year first; without revenue in twelve months there is no discount."""
    costs = {k: [*v, v[0]] for k, v in COSTS.items()}
    costs["account_id"][-1] = "gone"
    result = scored(costs, with_gone())
    text = words(tmp_path / "report.html", "What keeps them", result)
    assert "gone" not in text
    assert re.findall(r"\b[BC] [\d,]+", text)


def test_revenue_at_risk_is_of_the_last_twelve_months(tmp_path: Path) -> None:
    result = scored(COSTS, with_gone())
    text = words(tmp_path / "report.html", "Revenue at risk", result)
    annual, p = result["net_revenue_12m"], result["p_churn"]
    known = ~np.isnan(p) & (annual > 0)
    gone = list(result.ids).index("gone")
    assert result["net_revenue"][gone] > 0
    assert not known[gone]
    assert p[gone] > 0.5
    for rho in (0, 0.15):
        risk = kam.revenue_at_risk(annual[known], p[known], correlation=rho)
        for number in (risk.expected_loss, risk.value_at_risk, risk.expected_shortfall):
            assert f"{number:,.0f}" in text
    risk = kam.revenue_at_risk(annual[known], p[known])
    total = float(annual[known].sum())
    assert f"revenue of the last twelve months, {total:,.0f} of {known.sum()} accounts" in text
    assert "Churn looks 365 days ahead, a year as well" in text
    owner = np.array(result.ids)[known][int(np.argmax(risk.tail_share))]
    share, tail = (
        100 * x[np.argmax(risk.tail_share)] for x in (risk.value_share(), risk.tail_share)
    )
    assert f"{owner} {share:.1f} % {tail:.1f} %" in text
    assert "gone" not in text.replace("gone already", "")


def test_revenue_at_risk_of_cdnow(tmp_path: Path, scored_master: Any) -> None:
    """Sum of p times the year's revenue; the whole history gave 1,184,440."""
    p, annual = scored_master["p_churn"], scored_master["net_revenue_12m"]
    expected = float(np.nansum((p * annual)[annual > 0]))
    assert expected == pytest.approx(294_108, abs=1)
    text = words(tmp_path / "report.html", "Revenue at risk", scored_master)
    assert "Expected revenue lost 294,108 294,108" in text
    assert "1,069,356 of 8,332 accounts" in text


def test_a_horizon_that_is_no_year_is_said(tmp_path: Path) -> None:
    result = kam.score(transactions(), as_of="2024-12-31", churn_horizon_days=90)
    text = words(tmp_path / "a.html", "Revenue at risk", result)
    assert "Churn looks 90 days ahead, which is not a year" in text
    text = words(tmp_path / "b.html", "在险收入", result, language="zh")
    assert "流失期限 90 天，不是一年" in text
    assert "最近十二个月的收入" in text


def test_without_revenue_of_a_year_nothing_is_at_risk(tmp_path: Path) -> None:
    result = kam.score(transactions(), as_of="2026-12-31")
    text = result.report(tmp_path / "r.html").read_text(encoding="utf-8")
    assert "Revenue at risk" not in text


@pytest.mark.parametrize(
    ("language", "whole", "year"),
    [
        ("en", "Revenue, whole history", "Revenue, 12 months"),
        ("zh", "收入（全部历史）", "收入（12个月）"),
    ],
)
def test_columns_of_revenue_say_of_which_time(
    tmp_path: Path, language: str, whole: str, year: str
) -> None:
    result = scored()
    text = result.report(tmp_path / "r.html", language=language).read_text(encoding="utf-8")
    table = text[text.index('id="t"') :]
    heads = re.findall(r"<th[^>]*>([^<]*)</th>", table[: table.index("</thead>")])
    at = heads.index(whole)
    assert heads[at + 1] == year
    row = re.search(r"<tbody>(.*?)</tr>", table, re.S)
    assert row is not None
    cells = re.findall(r"<t[hd][^>]*data-n=\"([^\"]*)\"", row[1])
    largest = int(np.argmax(result["net_revenue"]))
    assert float(cells[at]) == pytest.approx(result["net_revenue"][largest])
    assert float(cells[at + 1]) == pytest.approx(result["net_revenue_12m"][largest])
    assert not re.search(r"<t[hd][^>]*>(Revenue|收入)</t[hd]>", text)
    assert ("Revenue, whole history" in result._repr_html_()) is True


def test_files_of_switching_costs_are_read(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("duckdb")
    pandas.DataFrame(transactions()).to_csv(tmp_path / "transactions.csv", index=False)
    pandas.DataFrame(COSTS).to_csv(tmp_path / "switching_costs.csv", index=False)
    found = kam.score(tmp_path, as_of="2024-12-31").switching_cost
    assert np.nansum(found["switching_cost"]) == 5250


def test_a_wrong_table_is_named() -> None:
    with pytest.raises(kam.DataError, match="switching_costs"):
        scored({"component": ["x"], "amount": [1.0]})
    with pytest.raises(kam.DataError, match=r"switching_costs.*amount"):
        scored(COSTS | {"amount": ["much", "1", "2", "3"]})
