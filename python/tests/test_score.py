"""kam.score and kam.check: tables in, a row per account out."""

from __future__ import annotations

import json
import math
from typing import Any

import kam
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

AS_OF = "2024-06-30"

ORDERS = {
    "account_id": ["A", "A", "B", "B"],
    "date": ["2024-01-01", "2024-02-01", "2024-01-05", "2024-06-01"],
    "amount": [10.0, 20.0, 30.0, 40.0],
}


# ---- published numbers --------------------------------------------------------------------------


def test_cdnow_master(scored_master: Any, master: Any) -> None:
    """23,570 rows in input order; the top 20 % hold 67.7774 %, Gini .634571."""
    assert len(scored_master) == 23_570
    order = pd.Series(master["account_id"]).drop_duplicates().tolist()
    assert scored_master["account_id"] == order == sorted(order)
    found = scored_master.concentration
    assert found.top_share(0.2) == pytest.approx(0.677774, abs=5e-7)
    assert found.gini == pytest.approx(0.634571, abs=5e-7)
    assert found.accounts_for(0.8) == 7695
    assert scored_master["net_revenue"].sum() == pytest.approx(2_500_315.63, abs=0.005)
    assert np.nansum(scored_master["revenue_share"]) == pytest.approx(1, abs=1e-12)
    assert scored_master["order_count"].sum() == 67_591
    assert (scored_master["order_count"] == 1).sum() == 12_054
    assert scored_master["basis_events"][0] == 44_021
    thin = [row for row in range(23_570) if scored_master["status"][row] != "ok"]
    assert [scored_master["notes"][row] for row in thin] == [
        ["spend_undefined"]
    ]  # free repeat orders
    report = scored_master.data_report
    assert (report.rows_read, report.rows_used, report.rows_rejected) == (69_659, 69_659, 0)
    assert (report.first_date, report.last_date) == ("1997-01-01", "1998-06-30")
    assert report.find("zero_amount").count == 80
    assert report.find("possible_duplicate").count == 255
    assert report.find("no such thing") is None


def test_cdnow_sample_is_the_fit_of_the_papers(scored: Any) -> None:
    params = scored.model.params_
    assert params["mbgnbd"]["r"] == pytest.approx(0.5248431591, rel=1e-6)
    assert params["gamma_gamma"]["q"] == pytest.approx(3.744224667, rel=1e-6)
    assert scored["p_alive"].sum() == pytest.approx(1057.636371, abs=1e-5)


# ---- an independent path ------------------------------------------------------------------------


def test_order_columns_are_those_of_the_estimators(
    scored: Any, summary: Any, mbgnbd: Any, gamma_gamma: Any
) -> None:
    horizon, years, discount = 365 / 7, 5, 0.1
    churn = mbgnbd.probability_no_order(summary, horizon, interval=True)
    for name, of in (("p_churn", ""), ("p_churn_lo", "_lo"), ("p_churn_hi", "_hi")):
        assert_allclose(scored[name], churn[f"probability_no_order{of}"], rtol=1e-9)
    assert_allclose(scored["p_alive"], mbgnbd.probability_alive(summary), rtol=1e-9)
    value = kam.lifetime_value(mbgnbd, gamma_gamma, summary, years=years, discount=discount)
    for name, of in (("eav", ""), ("eav_lo", "_lo"), ("eav_hi", "_hi")):
        assert_allclose(scored[name], value[f"lifetime_value{of}"], rtol=1e-6)
    # Value if it stays: V = p A + (1 - p) S, with A the value after a silent horizon.
    waited = summary | {"age": summary["age"] + horizon}
    years_after = years - 365 / 365.2425
    after = kam.lifetime_value(mbgnbd, gamma_gamma, waited, years=years_after, discount=discount)
    silent = after["lifetime_value"] * (1 + discount) ** (-365 / 365.2425)
    p_churn = scored["p_churn"]
    if_it_stays = (value["lifetime_value"] - p_churn * silent) / (1 - p_churn)
    p = mbgnbd.params_
    silent_if_alive = (1 + horizon / (p["alpha"] + summary["age"])) ** -(
        p["r"] + summary["frequency"]
    )
    sure = p_churn < 1 - 1e-6  # 1 - p has lost its digits beyond
    assert sure.sum() > 2300
    assert_allclose(scored["expected_loss"][sure], (p_churn * if_it_stays)[sure], rtol=1e-6)
    still_open = scored["p_alive"] * silent_if_alive * if_it_stays
    assert_allclose(scored["expected_loss_open"][sure], still_open[sure], rtol=1e-6)
    assert (scored["expected_loss_open"] <= scored["expected_loss"] * (1 + 1e-12)).all()
    assert np.isfinite(scored["expected_loss"]).all()


def test_facts_are_those_of_pandas(scored_master: Any, master: Any) -> None:
    rows = pd.DataFrame(master).assign(date=lambda t: pd.to_datetime(t["date"]))
    groups = rows.groupby("account_id", sort=False)
    year = rows[rows["date"] > "1997-06-30"]
    ids = scored_master["account_id"]
    money = groups["amount"].agg(math.fsum)
    year_money = year.groupby("account_id")["amount"].agg(math.fsum).reindex(ids).fillna(0)
    orders_12m = (
        year.drop_duplicates(["account_id", "date"])
        .groupby("account_id")
        .size()
        .reindex(ids)
        .fillna(0)
    )
    since = (pd.Timestamp("1998-06-30") - groups["date"].max()).dt.days
    assert_array_equal(scored_master["net_revenue"], money.reindex(ids))
    assert_array_equal(scored_master["net_revenue_12m"], year_money)
    assert_array_equal(scored_master["order_count"], groups["date"].nunique().reindex(ids))
    assert_array_equal(scored_master["orders_12m"], orders_12m)
    assert_array_equal(scored_master["days_since_last"], since.reindex(ids))
    assert_allclose(scored_master["revenue_share"], (money / money.sum()).reindex(ids), rtol=1e-12)
    rank = (-money).rank(method="min").reindex(ids)
    assert_array_equal(scored_master["rank_revenue"], rank)


def test_contribution_is_the_mid_rank_of_scipy(scored: Any) -> None:
    """One of its indicators can be seen in transactions: revenue (.30) carries it alone."""

    def mid_rank(values: Any) -> Any:
        return 100 * (stats.rankdata(values) - 0.5) / len(values)

    assert_allclose(scored["contribution"], mid_rank(scored["net_revenue_12m"]), rtol=1e-12)
    assert_allclose(scored["coverage_contribution"], 0.3, rtol=1e-12)


def test_the_value_index_is_the_weighted_mean_of_its_dimensions(scored: Any) -> None:
    want = (0.42 * scored["contribution"] + 0.23 * scored["loyalty"]) / 0.65
    assert_allclose(scored["value_index"], want, rtol=1e-12)
    weight = 0.42 * scored["coverage_contribution"] + 0.23 * scored["coverage_loyalty"]
    assert_allclose(scored["coverage"], weight, rtol=1e-12)


def test_bands_are_those_of_the_profile(scored: Any) -> None:
    for values, bands, names in (
        (scored["value_index"], scored.profile["value_bands"], scored["value_band"]),
        (scored["p_churn"], scored.profile["churn_bands"], scored["churn_band"]),
    ):
        starts = [start for _, start in bands]
        assert starts == sorted(starts, reverse=True)
        want = [next(name for name, start in bands if v >= start) for v in values]
        assert names == want
        assert len(set(want)) > 1


# ---- reasons ------------------------------------------------------------------------------------


def reference_index(result: Any) -> float:
    """The index of the median account, from the model file and the profile alone."""
    medians = json.loads(result.model.to_json())["median_scores"]
    total, weights = 0.0, 0.0
    for dimension in result.profile["dimensions"]:
        mine = [(m, i["weight"]) for m, i in zip(medians, result.profile["indicators"], strict=True)
                if i["dimension"] == dimension["id"]]  # fmt: skip
        known = [(m, w) for m, w in mine if m is not None]
        coverage = sum(w for _, w in known) / sum(w for _, w in mine)
        if known and coverage >= dimension["minimum_coverage"] - 1e-12:
            score = sum(m * w for m, w in known) / sum(w for _, w in known)
            total += dimension["weight"] * score
            weights += dimension["weight"]
    return total / weights


@pytest.mark.parametrize("which", ["scored", "scored_master"])
def test_reasons_add_up(request: pytest.FixtureRequest, which: str) -> None:
    result = request.getfixturevalue(which)
    points = [
        math.fsum(r["points"] for r in up + down)
        for up, down in zip(result["reasons_up"], result["reasons_down"], strict=True)
    ]
    assert_allclose(points, result["value_index"] - reference_index(result), atol=1e-9)
    for up, down in zip(result["reasons_up"], result["reasons_down"], strict=True):
        assert all(r["points"] > 0 for r in up)
        assert all(r["points"] < 0 for r in down)
        for reasons in (up, down):
            sizes = [abs(r["points"]) for r in reasons]
            assert sizes == sorted(sizes, reverse=True)


def test_explain_says_every_reason_in_words(scored: Any) -> None:
    i = scored["account_id"].index("0001")
    found = scored.explain("0001")
    assert [r["indicator"] for r in found if r["points"]] == [
        r["indicator"]
        for r in sorted(
            scored["reasons_up"][i] + scored["reasons_down"][i], key=lambda r: -abs(r["points"])
        )
    ]
    assert math.fsum(r["points"] for r in found) == pytest.approx(
        scored["value_index"][i] - reference_index(scored), abs=1e-9
    )
    assert len(found) == len(scored.profile["indicators"]) + 1
    assert found[0]["text"] == "Net revenue, 12 months: +15.7 points against the portfolio median"
    assert found[0]["score"] == pytest.approx(74.28935086974968, rel=1e-9)
    assert {r["indicator"]: r["score"] for r in found}["cm3"] is None


def test_explain_in_chinese(scored: Any) -> None:
    found = scored.explain("0001", "zh")
    assert found[0]["text"] == "近12个月净收入：+15.7 分（相对于组合中位数）"
    assert [r["points"] for r in found] == [r["points"] for r in scored.explain("0001")]


def test_labels_in_chinese_are_chinese(scored: Any) -> None:
    assert scored.explain("0001", "zh")[0]["label"] == "近12个月净收入"


def test_explain_of_nobody_and_in_no_language(scored: Any) -> None:
    with pytest.raises(KeyError, match="no account 'nobody'"):
        scored.explain("nobody")
    with pytest.raises(ValueError, match="`language` must be en or zh, got 'de'"):
        scored.explain("0001", "de")


def test_an_account_without_an_index_has_no_reasons() -> None:
    result = kam.score({"transactions": ORDERS, "accounts": {"account_id": ["Z"]}}, as_of=AS_OF)
    assert result.explain("Z") == []
    assert result["reasons_up"][0] is None
    assert result["reasons_down"][0] is None
    assert result["value_band"][0] is None
