"""The table switching_costs beside a portfolio, and the exposure figures of the report."""

from __future__ import annotations

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


def transactions() -> dict[str, Any]:
    random = np.random.default_rng(3)
    ids, dates, amounts = [], [], []
    for i, name in enumerate("ABCDEFGHIJKLMNOPQRST"):
        for _ in range(8 + i):
            ids.append(name)
            dates.append(np.datetime64("2023-01-01") + int(random.integers(0, 700)))
            amounts.append(float(random.lognormal(6, 1)))
    return {"account_id": ids, "date": dates, "amount": amounts}


def scored(costs: Any = COSTS) -> Any:
    return kam.score({"transactions": transactions(), "switching_costs": costs}, as_of="2024-12-31")


def test_costs_are_added_up_per_account() -> None:
    found = scored().switching_cost
    of = dict(zip(found["account_id"], found["switching_cost"], strict=True))
    assert of["B"] == 5000
    assert of["C"] == 250
    assert np.isnan(of["A"])
    assert "nobody" not in of
    assert kam.score(transactions(), as_of="2024-12-31").switching_cost is None


@pytest.mark.parametrize(
    ("language", "title"), [("en", "What keeps them"), ("zh", "留住客户的壁垒")]
)
def test_the_report_names_the_discount(tmp_path: Path, language: str, title: str) -> None:
    result = scored()
    page = tmp_path / "report.html"
    result.report(page, language=language)
    text = page.read_text(encoding="utf-8")
    assert title in text
    measure = result.profile["concentration_measure"]
    revenue = dict(zip(result.ids, result[measure], strict=True))
    part = kam.indifference_discount(5000, revenue["B"], years=5, discount=0.1)
    assert f"{100 * float(part):.1f}" in text
    kam.score(transactions(), as_of="2024-12-31").report(page, language=language)
    assert title not in page.read_text(encoding="utf-8")


def test_the_report_names_the_owners_of_bad_years(tmp_path: Path) -> None:
    result = scored()
    page = tmp_path / "report.html"
    result.report(page)
    text = page.read_text(encoding="utf-8")
    revenue = result[result.profile["concentration_measure"]]
    known = ~np.isnan(result["p_churn"]) & (revenue > 0)
    risk = kam.revenue_at_risk(revenue[known], result["p_churn"][known])
    owner = np.array(result.ids)[known][int(np.argmax(risk.tail_share))]
    section = text[text.index("Revenue at risk") :][:4000]
    assert owner in section
    assert f"{100 * risk.tail_share.max():.1f}" in section


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
