"""kam.score and kam.check: tables in, a row per account out."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

NAMES = [entry["column"] for entry in kam.columns()]
OF_THE_TABLE = ("revenue_share", "rank_revenue")  # of no account alone
AS_OF = "2024-06-30"
MONEY = (
    "net_revenue",
    "net_revenue_12m",
    "eav",
    "eav_lo",
    "eav_hi",
    "expected_loss",
    "expected_loss_open",
)

ORDERS = {
    "account_id": ["A", "A", "B", "B"],
    "date": ["2024-01-01", "2024-02-01", "2024-01-05", "2024-06-01"],
    "amount": [10.0, 20.0, 30.0, 40.0],
}

EAGER = """
name = "speaks early"
[orders]
minimum_repeat_orders = 1
[[dimension]]
id = "contribution"
[[indicator]]
id = "revenue"
dimension = "contribution"
feature = "net_revenue_12m"
scale = "rank"
"""


def part(table: Any, rows: Any) -> dict[str, Any]:
    return {name: np.asarray(values, dtype=object if name != "amount" else float)[rows]
            for name, values in table.items()}  # fmt: skip


def with_rows(table: Any, *rows: tuple[Any, ...]) -> dict[str, list[Any]]:
    """The table with rows (in the order of its columns) at the end."""
    return {
        name: [*values, *(row[i] for row in rows)] for i, (name, values) in enumerate(table.items())
    }


def assert_same_cells(found: Any, want: Any, name: str) -> None:
    """Bit for bit, a missing value being equal to a missing value."""
    if isinstance(want, np.ndarray):
        assert_array_equal(found, want, err_msg=name)
    else:
        assert list(found) == list(want), name


def assert_same(found: Any, want: Any, *, but: Any = ()) -> None:
    assert list(found.columns) == NAMES
    for name in NAMES:
        if name not in but:
            assert_same_cells(found[name], want[name], name)


def row_of(result: Any, i: int) -> dict[str, Any]:
    return {name: values[i] for name, values in result.columns.items()}


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
    """Two of its indicators can be seen in transactions: revenue (.30) and orders (.10)."""

    def mid_rank(values: Any) -> Any:
        return 100 * (stats.rankdata(values) - 0.5) / len(values)

    want = (0.3 * mid_rank(scored["net_revenue_12m"]) + 0.1 * mid_rank(scored["orders_12m"])) / 0.4
    assert_allclose(scored["contribution"], want, rtol=1e-12)
    assert_allclose(scored["coverage_contribution"], 0.4, rtol=1e-12)


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
    assert found[0]["text"] == "Net revenue, 12 months: +11.8 points against the portfolio median"
    assert found[0]["score"] == pytest.approx(74.28935086974968, rel=1e-9)
    assert {r["indicator"]: r["score"] for r in found}["cm3"] is None


def test_explain_in_chinese(scored: Any) -> None:
    found = scored.explain("0001", "zh")
    assert found[0]["text"] == "近12个月净收入：+11.8 分（相对于组合中位数）"
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


# ---- yesterday's ruler --------------------------------------------------------------------------


def test_a_saved_model_gives_the_same_scores(
    scored_master: Any, master: Any, tmp_path: Path
) -> None:
    path = scored_master.model.save(tmp_path / "model.json")
    again = kam.score(master, as_of="1998-06-30", model=path)
    assert_same(again, scored_master)
    assert again.summary() == scored_master.summary()


def test_a_model_is_given_as_path_text_or_object(small: Any, tmp_path: Path) -> None:
    want = kam.score(small, as_of=AS_OF)
    path = want.model.save(tmp_path / "model.json")
    for model in (path, str(path), kam.Model.load(path), want.model):
        assert_same(kam.score(small, as_of=AS_OF, model=model), want)


def test_one_account_alone_is_its_row_of_the_portfolio(scored: Any, sample: Any) -> None:
    busiest = int(np.argmax(scored["order_count"]))
    for i in (0, 2, 100, busiest, 2356):
        mine = part(sample, sample["account_id"] == scored["account_id"][i])
        alone = kam.score(mine, as_of="1997-09-30", model=scored.model)
        assert len(alone) == 1
        for name in NAMES:
            if name not in OF_THE_TABLE:
                assert_same_cells(alone.columns[name][:1], scored.columns[name][i : i + 1], name)
        assert np.isnan([alone[name][0] for name in OF_THE_TABLE]).all()
        assert alone.concentration is None


def test_scoring_with_a_model_does_not_refit(scored: Any, sample: Any) -> None:
    half = kam.score(part(sample, slice(0, 3000)), as_of="1997-09-30", model=scored.model)
    assert half.model.to_json() == scored.model.to_json()
    assert half["model_version"][0] == scored["model_version"][0]
    assert (
        kam.score(part(sample, slice(0, 3000)), as_of="1997-09-30").model.version
        != scored.model.version
    )


def test_a_model_carries_its_profile(scored: Any, sample: Any, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(EAGER)
    with pytest.raises(ValueError, match="give `profile` or `model`, not both"):
        kam.score(sample, as_of="1997-09-30", model=scored.model, profile=tmp_path / "p.toml")


# ---- laws ---------------------------------------------------------------------------------------


def test_future_rows_change_nothing(small: Any) -> None:
    whole = part(small, np.argsort(small["date"], kind="stable"))
    past = part(whole, whole["date"] <= "2024-03-31")
    assert len(past["date"]) < len(whole["date"])
    found = kam.score(whole, as_of="2024-03-31")
    assert_same(found, kam.score(past, as_of="2024-03-31"))
    assert found.data_report.find("future_dated").count == len(whole["date"]) - len(past["date"])
    assert found.data_report.rows_set_aside == found.data_report.find("future_dated").count


def test_an_account_of_the_future_changes_no_score_of_another(small: Any) -> None:
    want = kam.score(small, as_of=AS_OF)
    found = kam.score(with_rows(small, ("NEW", "2024-07-15", 1e6)), as_of=AS_OF)
    assert found["account_id"] == [*want["account_id"], "NEW"]
    for name in NAMES:
        if name != "model_version":
            assert_same_cells(found[name][:-1], want[name], name)
    assert (found["status"][-1], found["order_count"][-1]) == ("insufficient", 0)


def test_the_order_of_rows_changes_nothing(small: Any) -> None:
    accounts = {"account_id": sorted(set(small["account_id"]))}
    want = kam.score({"transactions": small, "accounts": accounts}, as_of=AS_OF)
    for seed in range(3):
        rows = np.random.default_rng(seed).permutation(len(small["date"]))
        found = kam.score({"transactions": part(small, rows), "accounts": accounts}, as_of=AS_OF)
        assert_same(found, want)


def test_the_order_of_accounts_changes_the_order_of_rows_alone(small: Any) -> None:
    want = kam.score(small, as_of=AS_OF)
    found = kam.score(part(small, slice(None, None, -1)), as_of=AS_OF)
    at = [found["account_id"].index(name) for name in want["account_id"]]
    for name in (
        "value_index",
        "p_churn",
        "eav",
        "eav_lo",
        "expected_loss",
        "revenue_share",
        "rank_revenue",
    ):
        assert_allclose(found[name][at], want[name], rtol=1e-7, err_msg=name)


def test_doubled_money_is_doubled_and_nothing_else(small: Any) -> None:
    want = kam.score(small, as_of=AS_OF)
    found = kam.score(small | {"amount": small["amount"] * 2}, as_of=AS_OF)
    for name in NAMES:
        if name in MONEY:
            assert_allclose(found[name], 2 * want[name], rtol=1e-6, err_msg=name)
        elif name == "model_version":
            assert found[name] != want[name]
        else:
            assert_same_cells(found[name], want[name], name)
    assert found.concentration.gini == want.concentration.gini


def test_every_number_lies_where_the_schema_says(scored_master: Any) -> None:
    for entry in kam.columns():
        if entry["type"] not in ("number", "integer"):
            continue
        values = scored_master[entry["column"]]
        known = values[~np.isnan(values)]
        if entry["unit"].startswith("points 0-100"):
            assert ((known >= 0) & (known <= 100)).all(), entry
        if entry["unit"] in ("share 0-1", "probability 0-1"):
            assert ((known >= 0) & (known <= 1)).all(), entry
    for name in ("p_churn", "eav"):
        known = ~np.isnan(scored_master[name])
        assert known.sum() >= 23_569
        lo, mid, hi = (scored_master[f"{name}{of}"][known] for of in ("_lo", "", "_hi"))
        assert (lo <= mid).all()
        assert (mid <= hi).all()


def test_horizon_years_and_discount_do_what_they_say(small: Any) -> None:
    base = kam.score(small, as_of=AS_OF)
    longer = kam.score(small, as_of=AS_OF, churn_horizon_days=730)
    assert (longer["p_churn"] < base["p_churn"]).all()
    assert_array_equal(longer["eav"], base["eav"])
    assert_array_equal(longer["churn_horizon_days"], np.full(40, 730.0))
    shorter = kam.score(small, as_of=AS_OF, value_years=1)
    assert (shorter["eav"] < base["eav"]).all()
    dearer = kam.score(small, as_of=AS_OF, discount=0.3)
    assert (dearer["eav"] < base["eav"]).all()
    assert len({r["config_hash"][0] for r in (base, longer, shorter, dearer)}) == 4
    assert len({r["model_version"][0] for r in (base, longer, shorter, dearer)}) == 1
    asked = {"as_of": AS_OF, "churn_horizon_days": 365, "value_years": 5, "discount": 0.1}
    assert base.request | asked == base.request


def test_missing_data_lower_coverage_and_not_the_score(small: Any) -> None:
    ids = sorted(set(small["account_id"]))
    ratings = {
        "account_id": ids[:20],
        "item": ["nps"] * 20,
        "value": [10.0 * (i % 11) for i in range(20)],
    }
    without = kam.score({"transactions": small, "accounts": {"account_id": ids}}, as_of=AS_OF)
    found = kam.score(
        {"transactions": small, "accounts": {"account_id": ids}, "ratings": ratings}, as_of=AS_OF
    )
    assert (found["coverage"][:20] > found["coverage"][20:].max()).all()
    assert_allclose(found["coverage"][20:], without["coverage"][20:], rtol=1e-14)
    for name in ("value_index", "contribution", "loyalty"):
        assert_array_equal(found[name][20:], without[name][20:])


# ---- the table ----------------------------------------------------------------------------------


def test_every_column_is_in_every_kind(
    kind: str,
    frame: Callable[..., Any],
    kind_of: Callable[..., str],
    columns: Callable[..., Any],
    small: Any,
) -> None:
    result = kam.score(frame(kind, small), as_of=AS_OF)
    found = result.frame
    assert kind_of(found) == kind
    table = columns(found)
    assert list(table) == NAMES
    want = columns(kam.score(small, as_of=AS_OF).to_dict())
    for name in NAMES:
        if name == "as_of":
            assert {pd.Timestamp(v).date() for v in table[name]} == {dt.date(2024, 6, 30)}
        elif name not in ("reasons_up", "reasons_down"):
            assert [list(v) if isinstance(v, np.ndarray) else v for v in table[name]] == want[
                name
            ], name
        else:
            assert [[r["points"] for r in reasons] for reasons in table[name]] == [
                [r["points"] for r in reasons] for reasons in want[name]
            ]


def test_a_lazy_frame_is_scored(small: Any) -> None:
    lazy = pl.LazyFrame({k: v.tolist() for k, v in small.items()})
    assert isinstance(kam.score(lazy, as_of=AS_OF).frame, pl.DataFrame)


def test_conversions_and_items(scored: Any) -> None:
    assert list(scored.to_pandas().columns) == NAMES
    assert scored.to_polars().columns == NAMES
    table = scored.to_arrow()
    assert table.column_names == NAMES
    assert pa.table(scored).equals(table)  # the Arrow stream of the result itself
    assert pl.DataFrame(scored).shape == (2357, len(NAMES))
    assert list(scored.to_dict()) == NAMES
    assert len(scored) == table.num_rows == 2357
    assert table.schema.field("order_count").type == pa.int64()
    assert table.schema.field("as_of").type == pa.date32()
    assert table["value_lo"].null_count == 2357
    assert_array_equal(table["p_churn"].to_numpy(), scored["p_churn"])
    with pytest.raises(KeyError, match="no column 'nope'"):
        scored["nope"]


def test_arrow_types_do_not_depend_on_the_data(scored: Any) -> None:
    tiny = kam.score(ORDERS, as_of=AS_OF)
    assert tiny.to_arrow().schema == scored.to_arrow().schema


def test_columns_and_schema_describe_each_other(scored: Any) -> None:
    assert len(NAMES) == len(set(NAMES))
    for entry in kam.columns():
        assert set(entry) == {"column", "type", "unit", "meaning", "null"}
        assert entry["meaning"]
        assert entry["null"]
    notes = {entry["column"]: entry["null"] for entry in scored.schema()}
    assert list(notes) == NAMES
    assert notes["cm3_12m"] == "needs cogs"


def test_what_is_never_missing_is_never_missing(scored: Any) -> None:
    tiny = kam.score({"transactions": ORDERS, "accounts": {"account_id": ["Z"]}}, as_of=AS_OF)
    for result in (scored, tiny):
        for entry in kam.columns():
            if entry["null"] == "never missing":
                assert result.to_arrow()[entry["column"]].null_count == 0, entry["column"]


def test_the_result_in_words_and_numbers(scored: Any) -> None:
    text = repr(scored)
    assert text.startswith("ScoreResult: 2,357 accounts as of 1997-09-30, model ")
    assert "gini=0.58" in text
    summary = json.loads(json.dumps(scored.summary()))
    assert summary["accounts"] == 2357
    assert summary["expected_churners"] == pytest.approx(scored["p_churn"].sum())
    assert summary["eav"] == pytest.approx(scored["eav"].sum())
    assert summary["concentration"]["gini"] == scored.concentration.gini
    assert summary["basis"] == "mbgnbd"


def test_ids_come_back_as_text_with_their_zeros() -> None:
    for ids, want in (
        (["007", "7", "007", "7"], ["007", "7"]),
        (np.array([7, 8, 7, 8]), ["7", "8"]),
    ):
        assert kam.score(ORDERS | {"account_id": ids}, as_of=AS_OF)["account_id"] == want
    assert kam.score(ORDERS | {"account_id": np.array([7, 8, 7, 8])}, as_of=AS_OF).explain(7)


# ---- other tables -------------------------------------------------------------------------------


def test_accounts_give_order_names_and_those_without_history() -> None:
    accounts = {"account_id": ["Z", "B"], "name": ["Zed & Sons", None]}
    result = kam.score({"transactions": ORDERS, "accounts": accounts}, as_of=AS_OF)
    assert result["account_id"] == ["Z", "B", "A"]
    assert result["name"] == ["Zed & Sons", None, None]
    zed = row_of(result, 0)
    assert zed["status"] == "insufficient"
    assert "no_orders" in zed["notes"]
    assert zed["order_count"] == 0
    assert zed["coverage"] == 0
    for name in (
        "value_index",
        "p_churn",
        "p_alive",
        "eav",
        "net_revenue",
        "orders_12m",
        "days_since_last",
        "rank_revenue",
    ):
        assert math.isnan(zed[name]), name
    assert zed["churn_definition"] is None
    assert result.data_report.accounts_without_orders == 1
    assert result.data_report.find("account_without_orders").examples == ["account Z"]


def test_an_account_without_history_has_no_churn_probability_even_with_a_model(small: Any) -> None:
    tables = {"transactions": small, "accounts": {"account_id": ["ZZ"]}}
    result = kam.score(tables, as_of=AS_OF)
    zed = row_of(result, 0)
    assert (zed["account_id"], zed["status"], zed["notes"]) == (
        "ZZ",
        "insufficient",
        ["no_orders", "value_not_covered"],
    )
    for name in ("p_churn", "p_churn_lo", "p_alive", "eav", "expected_loss", "basis_events"):
        assert math.isnan(zed[name]), name
    assert (zed["basis"], zed["churn_band"], zed["value_band"]) == (None, None, None)
    assert not np.isnan(result["p_churn"][1:]).any()


def test_whole_number_ids_meet_text_ids_across_tables() -> None:
    numbers = ORDERS | {"account_id": np.array([7, 7, 8, 8])}
    result = kam.score(
        {
            "transactions": numbers,
            "accounts": {"account_id": ["8", "7"], "name": ["Acht", "Sieben"]},
        },
        as_of=AS_OF,
    )
    assert result["account_id"] == ["8", "7"]
    assert result["name"] == ["Acht", "Sieben"]
    assert result["net_revenue"].tolist() == [70, 30]


def test_ratings_fill_loyalty_growth_and_risk() -> None:
    items = ["nps", "checklist", "growth", "safety"]
    ratings = {
        "account_id": ["A"] * 4,
        "item": items,
        "value": [9, 1, 75, 80],
        "scale_min": [0, 0, 0, 0],
        "scale_max": [10, 1, 100, 100],
    }
    result = kam.score({"transactions": ORDERS, "ratings": ratings}, as_of=AS_OF)
    plain = kam.score(ORDERS, as_of=AS_OF)
    assert (result["growth"][0], result["risk_index"][0]) == (75, pytest.approx(20))
    assert (result["coverage_growth"][0], result["coverage_risk"][0]) == (1, 1)
    assert np.isnan([result["growth"][1], result["risk_index"][1]]).all()
    assert result["coverage_loyalty"][0] == pytest.approx(plain["coverage_loyalty"][0] + 0.3 / 0.85)
    assert result["coverage"][0] > result["coverage"][1]
    assert not math.isnan(result["loyalty"][0])
    scores = {r["indicator"]: r["score"] for r in result.explain("A")}
    assert scores["nps"] == pytest.approx(88)  # bands 50 -> 40, 100 -> 100, at 90
    assert scores["checklist"] == 100


def test_the_latest_rating_up_to_as_of_counts_and_those_of_its_day_are_averaged() -> None:
    def growth(*rows: tuple[str, float]) -> float:
        ratings = {"account_id": ["A"] * len(rows), "item": ["growth"] * len(rows),
                   "date": [d for d, _ in rows], "value": [v for _, v in rows]}  # fmt: skip
        return float(
            kam.score({"transactions": ORDERS, "ratings": ratings}, as_of=AS_OF)["growth"][0]
        )

    assert growth(("2024-01-01", 10), ("2024-05-01", 60), ("2024-05-01", 80)) == pytest.approx(70)
    assert growth(("2024-05-01", 60), ("2024-07-01", 99)) == 60
    assert math.isnan(growth(("2021-05-01", 60)))
    assert math.isnan(growth(("2024-05-01", 160)))


def test_activities_and_cogs_give_costs_and_margin() -> None:
    rows = ORDERS | {"cogs": [4.0, 8.0, 12.0, 16.0]}
    activities = {
        "account_id": ["A", "A", "B"],
        "date": ["2024-03-01", "2021-01-01", "2024-05-01"],
        "cost": [3.0, 99.0, np.nan],
    }
    result = kam.score({"transactions": rows, "activities": activities}, as_of=AS_OF)
    assert result["cts_12m"][0] == 3
    assert result["cm3_12m"][0] == 30 - 12 - 3
    assert np.isnan([result["cts_12m"][1], result["cm3_12m"][1]]).all()
    assert result["coverage_contribution"][0] == pytest.approx(1)


def test_rows_of_side_tables_that_count_nowhere_are_told() -> None:
    ratings = {"account_id": ["A", "nobody", "A"], "item": ["nps", "nps", None], "value": [5, 5, 5]}
    activities = {"account_id": ["nobody"], "date": ["2024-03-01"], "cost": [1.0]}
    report = kam.score(
        {"transactions": ORDERS, "ratings": ratings, "activities": activities}, as_of=AS_OF
    ).data_report
    assert report.find("ratings_unknown_account").examples == ["row 2"]
    assert report.find("ratings_missing_item").examples == ["row 3"]
    assert report.find("activities_unknown_account").count == 1
    assert report.rows_rejected == 0


def test_since_and_parents() -> None:
    accounts = {"account_id": ["A", "B"], "since": ["2024-01-15", None], "parent_id": ["B", None]}
    result = kam.score({"transactions": ORDERS, "accounts": accounts}, as_of=AS_OF)
    assert result["net_revenue"].tolist() == [20, 70]
    assert result.data_report.find("before_since").count == 1
    assert result.data_report.find("parent_and_subsidiary") is not None
    with pytest.raises(ValueError, match="cycle"):
        kam.score(
            {"transactions": ORDERS, "accounts": accounts | {"parent_id": ["B", "A"]}}, as_of=AS_OF
        )


def test_a_cycle_of_parents_names_an_account() -> None:
    rows = ORDERS | {"account_id": ["ACME", "ACME", "BOLT", "BOLT"]}
    accounts = {"account_id": ["ACME", "BOLT"], "parent_id": ["BOLT", "ACME"]}
    with pytest.raises(ValueError, match=r"ACME|BOLT"):
        kam.score({"transactions": rows, "accounts": accounts}, as_of=AS_OF)


def test_a_repeated_or_blank_account_is_refused() -> None:
    for ids in (["A", "A"], ["A", None], ["A", " "]):
        with pytest.raises(
            kam.DataError, match="table 'accounts': column account_id is blank or repeated"
        ):
            kam.score({"transactions": ORDERS, "accounts": {"account_id": ids}}, as_of=AS_OF)


def test_a_missing_name_is_no_name() -> None:
    names = np.array(["Acme", math.nan], dtype=object)
    accounts = {"account_id": ["A", "B"], "name": names}
    result = kam.score({"transactions": ORDERS, "accounts": accounts}, as_of=AS_OF)
    assert result["name"] == ["Acme", None]


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("accounts", "name", ["Acme", "another"]),
        ("accounts", "since", ["2020-01-01", "2020-01-01"]),
        ("accounts", "parent_id", ["B", "B"]),
        ("ratings", "item", ["nps", "nps"]),
        ("ratings", "value", [1.0, 2.0]),
        ("activities", "date", ["2024-05-05", "2024-05-05"]),
    ],
)
def test_columns_of_side_tables_have_one_length(table: str, column: str, values: Any) -> None:
    whole = {
        "accounts": {"account_id": ["A"], "name": ["Acme"]},
        "ratings": {"account_id": ["A"], "item": ["nps"], "value": [50.0]},
        "activities": {"account_id": ["A"], "date": ["2024-05-05"], "cost": [1.0]},
    }
    tables = {"transactions": ORDERS, table: whole[table] | {column: values}}
    with pytest.raises(ValueError, match=f"{column}.*2 rows, expected 1"):
        kam.score(tables, as_of=AS_OF)


def test_a_negative_cost_is_told() -> None:
    activities = {"account_id": ["A"], "date": ["2024-05-05"], "cost": [-1.0]}
    tables = {"transactions": ORDERS, "activities": activities}
    found = {f.code for f in kam.score(tables, as_of=AS_OF).data_report.findings}
    assert any(code.startswith("activit") for code in found)


def test_tables_of_different_kinds_go_together() -> None:
    tables = {
        "transactions": pl.DataFrame(ORDERS),
        "accounts": pd.DataFrame({"account_id": ["B", "A"], "name": ["b", "a"]}),
        "ratings": pa.table({"account_id": ["A"], "item": ["growth"], "value": [50]}),
    }
    result = kam.score(tables, as_of=AS_OF)
    assert isinstance(result.frame, pl.DataFrame)
    assert result["name"] == ["b", "a"]
    assert result["growth"][1] == 50


def test_other_column_names_and_formats() -> None:
    theirs = {
        "kunde": ORDERS["account_id"],
        "tag": ["01.01.2024", "01.02.2024", "05.01.2024", "01.06.2024"],
        "euro": ["10,0", "20", "30", "40"],
    }
    result = kam.score(
        theirs,
        as_of=AS_OF,
        columns={"account_id": "kunde", "date": "tag", "amount": "euro"},
        date_format="%d.%m.%Y",
        decimal=",",
    )
    assert_same(result, kam.score(ORDERS, as_of=AS_OF))
    with pytest.raises(
        kam.DataError,
        match=r"column 'dollar' \(mapped from 'amount'\) is missing; there are: account_id, amount",
    ):
        kam.score(ORDERS, as_of=AS_OF, columns={"amount": "dollar"})


# ---- thin data ----------------------------------------------------------------------------------


def test_few_orders_leave_the_order_columns_missing_with_a_note() -> None:
    result = kam.score(ORDERS, as_of=AS_OF)
    for name in (
        "p_churn",
        "p_churn_lo",
        "p_churn_hi",
        "p_alive",
        "eav",
        "eav_lo",
        "eav_hi",
        "expected_loss",
        "expected_loss_open",
        "basis_events",
    ):
        assert np.isnan(result[name]).all(), name
        if name != "basis_events":
            assert "repeat orders" in result.column_notes.get(name, "repeat orders")
    assert result["status"] == ["insufficient"] * 2
    assert all("no_order_model" in notes for notes in result["notes"])
    assert result["basis"] == [None, None]
    assert result.model.params_ == {}
    assert result.summary()["order_model_note"]
    assert result.summary()["expected_loss"] is None
    assert not np.isnan(result["value_index"]).any()


def test_the_profile_says_how_few_is_too_few(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(EAGER)
    result = kam.score(ORDERS, as_of=AS_OF, profile=tmp_path / "p.toml")
    assert result.profile["minimum_repeat_orders"] == 1
    assert result["account_id"] == ["A", "B"]


def test_one_order_is_noted() -> None:
    result = kam.score(with_rows(ORDERS, ("C", "2024-05-05", 5.0)), as_of=AS_OF)
    assert "one_order" in result["notes"][2]
    assert result["order_count"][2] == 1


def test_negative_revenue_has_money_and_no_share() -> None:
    result = kam.score(
        with_rows(ORDERS, ("C", "2024-05-05", 5.0), ("C", "2024-05-06", -25.0)), as_of=AS_OF
    )
    assert result["net_revenue"][2] == -20
    assert math.isnan(result["revenue_share"][2])
    assert "negative_revenue" in result["notes"][2]
    assert result["revenue_share"][:2].sum() == pytest.approx(1)
    assert result.concentration.negative_values == 1


def test_a_total_that_is_not_positive_has_no_concentration() -> None:
    result = kam.score(ORDERS | {"amount": [-10.0, -20.0, 5.0, 1.0]}, as_of=AS_OF)
    assert result.concentration is None
    assert np.isnan(result["revenue_share"]).all()
    assert result["net_revenue"].tolist() == [-30, 6]
    assert result.data_report.find("non_positive_total") is not None
    assert result.summary()["concentration"] is None


def test_a_total_that_is_not_positive_still_has_ranks() -> None:
    result = kam.score(ORDERS | {"amount": [-10.0, -20.0, 5.0, 1.0]}, as_of=AS_OF)
    assert result["rank_revenue"].tolist() == [2, 1]
    assert np.isnan(result["revenue_share"]).all()


# ---- the data report ----------------------------------------------------------------------------


def test_bad_rows_are_counted_explained_and_quoted() -> None:
    rows = with_rows(
        {k: list(v) for k, v in ORDERS.items()},
        ("C", "2024-02-30", 5.0),
        ("C", "2024-03-01", None),
        ("C", "2024-03-02", "1,200"),
        ("C", "2024-03-03", float("inf")),
        (None, "2024-03-04", 5.0),
        (" ", "2024-03-05", 5.0),
        ("C", "1900-01-01", 5.0),
        ("C", "2024-07-01", 5.0),
        ("C", "2031-07-01", 5.0),
        ("C", None, 5.0),
    )
    rows["amount"] = np.array(rows["amount"], dtype=object)
    for report in (kam.check(rows, as_of=AS_OF), kam.score(rows, as_of=AS_OF).data_report):
        assert (
            report.rows_read,
            report.rows_used,
            report.rows_rejected,
            report.rows_set_aside,
        ) == (14, 4, 9, 1)
        assert report.rows_read == report.rows_used + report.rows_rejected + report.rows_set_aside
        assert (report.accounts, report.accounts_without_orders) == (3, 1)
        assert (report.first_date, report.last_date, report.total_net_revenue) == (
            "2024-01-01",
            "2024-06-01",
            100,
        )
        counts = {f.code: (f.severity, f.count) for f in report.findings}
        assert counts["unreadable_date"] == ("rejected", 2)
        assert counts["missing_amount"] == ("rejected", 1)
        assert counts["amount_not_a_number"] == ("rejected", 1)
        assert counts["amount_out_of_range"] == ("rejected", 1)
        assert counts["missing_account_id"] == ("rejected", 2)
        assert counts["placeholder_date"] == ("rejected", 1)
        assert counts["distant_future_date"] == ("rejected", 1)
        assert counts["future_dated"] == ("note", 1)
        assert report.find("unreadable_date").examples == ["row 5: '2024-02-30'", "row 14: None"]
        assert report.find("amount_not_a_number").examples == ["row 7: '1,200'"]
        assert report.find("missing_account_id").examples == ["row 9", "row 10"]
        assert report.find("account_without_orders").examples == ["account C"]
        severities = [f.severity for f in report.findings]
        assert severities == sorted(severities, key=["rejected", "repaired", "note"].index)
        text = str(report)
        assert text.startswith("14 rows read: 4 used, 9 rejected, 1 set aside\n")
        for finding in report.findings:
            assert finding.code in text
            assert finding.explanation in text
        assert "row 7: '1,200'" in text
        plain = json.loads(report.to_json())
        assert plain["rows_rejected"] == 9
        assert {f["code"] for f in plain["findings"]} == set(counts)


def test_a_row_is_an_example_of_one_finding_alone() -> None:
    amounts = np.array([10.0, "x", None, 40.0], dtype=object)
    report = kam.check(ORDERS | {"amount": amounts}, as_of=AS_OF)
    assert report.find("missing_amount").count == 1
    assert report.find("missing_amount").examples == ["row 3"]


@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_nat_is_an_unreadable_date(unit: str) -> None:
    stamps = np.array(
        ["2024-01-01", "NaT", "2024-01-05", "2024-06-01"], dtype=f"datetime64[{unit}]"
    )
    report = kam.check(ORDERS | {"date": stamps}, as_of=AS_OF)
    assert report.find("unreadable_date").count == 1
    assert report.find("unreadable_date").examples == ["row 2"]


def test_duplicates_with_a_document_number_are_set_aside() -> None:
    rows = {
        "account_id": ["A"] * 4,
        "date": ["2024-01-05"] * 4,
        "amount": [100.0] * 4,
        "ref": ["7", "7", None, None],
    }
    result = kam.score(rows, as_of=AS_OF)
    assert result["net_revenue"][0] == 300
    assert result.data_report.find("exact_duplicate").examples == ["row 2"]
    assert result.data_report.find("possible_duplicate").count == 1
    assert result.data_report.rows_set_aside == 1


def test_kinds() -> None:
    rows = ORDERS | {"kind": ["invoice", "gift", None, "RETURN"]}
    report = kam.check(rows, as_of=AS_OF)
    assert report.find("unknown_kind").examples == ["row 2: 'gift'"]
    assert report.find("positive_credit").examples == ["row 4"]
    assert report.rows_rejected == 1


@pytest.mark.parametrize("blank", ["", " ", math.nan], ids=repr)
def test_a_missing_kind_is_an_invoice(blank: Any) -> None:
    kinds = np.array(["invoice", blank, None, "invoice"], dtype=object)
    report = kam.check(ORDERS | {"kind": kinds}, as_of=AS_OF)
    assert report.rows_used == 4


def test_a_prepayment_is_earned_over_a_year() -> None:
    rows = {"account_id": ["A"], "date": ["2023-12-31"], "amount": [1200.0], "kind": ["prepayment"]}
    result = kam.score(rows, as_of="2024-06-30")
    assert result["net_revenue"][0] == 1200
    assert result["net_revenue_12m"][0] == pytest.approx(600, rel=0.02)


def test_mixed_currencies_are_an_error_and_one_can_be_chosen() -> None:
    rows = ORDERS | {"currency": ["EUR", "USD", "EUR", "EUR"]}
    with pytest.raises(ValueError, match="2 currencies, which cannot be added"):
        kam.score(rows, as_of=AS_OF)
    with pytest.raises(ValueError, match="2 currencies"):
        kam.check(rows, as_of=AS_OF)
    result = kam.score(rows, as_of=AS_OF, currency="EUR")
    assert result["net_revenue"].tolist() == [10, 70]
    assert result.data_report.find("other_currency").examples == ["row 2"]
    with pytest.raises(kam.DataError, match="no row is in CHF; there are: EUR, USD"):
        kam.score(rows, as_of=AS_OF, currency="CHF")
    one = kam.score(ORDERS | {"currency": ["EUR"] * 4}, as_of=AS_OF)
    assert one["net_revenue"].tolist() == [30, 70]


def test_the_error_of_mixed_currencies_names_the_option_there_is() -> None:
    with pytest.raises(ValueError, match=r"currency=") as caught:
        kam.score(ORDERS | {"currency": ["EUR", "USD", "EUR", "EUR"]}, as_of=AS_OF)
    assert "base_currency" not in str(caught.value)


def test_check_takes_the_occasion() -> None:
    rows = {"account_id": ["A", "A"], "date": ["2024-01-08", "2024-01-09"], "amount": [5.0, 5.0]}
    assert kam.check(rows, as_of=AS_OF).find("one_purchase_account") is None
    assert kam.check(rows, as_of=AS_OF, occasion="week").find("one_purchase_account").count == 1
    with pytest.raises(ValueError, match="must be day, week or month"):
        kam.check(rows, as_of=AS_OF, occasion="year")


def test_check_does_not_change_with_the_kind(
    kind: str, frame: Callable[..., Any], small: Any
) -> None:
    assert (
        kam.check(frame(kind, small), as_of=AS_OF).to_json()
        == kam.check(small, as_of=AS_OF).to_json()
    )


def test_empty_and_absent_tables() -> None:
    empty = {"account_id": [], "date": [], "amount": []}
    with pytest.raises(kam.DataError, match="'transactions' has no rows"):
        kam.score(empty, as_of=AS_OF)
    with pytest.raises(kam.DataError, match="'transactions' has no rows"):
        kam.check(empty, as_of=AS_OF)


@pytest.mark.parametrize("missing", ["account_id", "date", "amount"])
def test_a_missing_column_is_named(
    missing: str, kind: str, frame: Callable[..., Any], small: Any
) -> None:
    made = frame(kind, {k: v for k, v in small.items() if k != missing})
    with pytest.raises(kam.DataError, match=f"column '{missing}' is missing; there are: "):
        kam.score(made, as_of=AS_OF)


def test_a_column_without_one_usable_value_is_an_error() -> None:
    with pytest.raises(kam.DataError, match=r"column 'amount': no value is a number.*'x'"):
        kam.score(ORDERS | {"amount": ["x"] * 4}, as_of=AS_OF)
    with pytest.raises(kam.DataError, match=r"column 'date': no value is a date.*'x'"):
        kam.score(ORDERS | {"date": ["x"] * 4}, as_of=AS_OF)
    with pytest.raises(kam.DataError, match=r"holds numbers \(20240101\).*%Y%m%d"):
        kam.score(
            ORDERS | {"date": np.array([20240101, 20240201, 20240105, 20240601])}, as_of=AS_OF
        )


def test_ids_that_are_all_missing_are_an_error() -> None:
    with pytest.raises(kam.DataError, match="account_id"):
        kam.score(ORDERS | {"account_id": [None, "", " ", None]}, as_of=AS_OF)


def test_columns_of_different_length_are_named() -> None:
    with pytest.raises(ValueError, match="`amount` has 3 rows, expected 4"):
        kam.score(ORDERS | {"amount": [1.0, 2.0, 3.0]}, as_of=AS_OF)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"churn_horizon_days": -1}, "`churn_horizon_days` must be finite and > 0, got -1"),
        ({"churn_horizon_days": 0}, "`churn_horizon_days`"),
        ({"churn_horizon_days": math.nan}, "`churn_horizon_days`"),
        ({"value_years": -1}, "`value_years` must be finite and > 0"),
        ({"value_years": math.inf}, "`value_years`"),
        ({"discount": -0.1}, "`discount` must be finite and >= 0"),
        ({"as_of": "31.12.2024"}, "`as_of` must be a date"),
        ({"as_of": None}, "`as_of` must be a date"),
        ({"as_of": "1899-12-31"}, "`as_of` must be a date from 1900-01-02"),
        ({"decimal": ",,"}, "`decimal` must be one character"),
    ],
)
def test_a_wrong_option_is_named(option: Any, message: str) -> None:
    rows = ORDERS | ({"amount": ["1", "2", "3", "4"]} if "decimal" in option else {})
    with pytest.raises(ValueError, match=message):
        kam.score(rows, **({"as_of": AS_OF} | option))


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        kam.score(ORDERS, as_of=AS_OF, profile=tmp_path / "none.toml")
    with pytest.raises(FileNotFoundError):
        kam.score(ORDERS, as_of=AS_OF, model=tmp_path / "none.json")


@pytest.mark.parametrize("model", [3, {}, object()], ids=["int", "dict", "object"])
def test_what_is_no_model_is_a_type_error(model: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        kam.score(ORDERS, as_of=AS_OF, model=model)


def test_an_estimator_is_not_a_score_model(tmp_path: Path, mbgnbd: Any) -> None:
    (tmp_path / "orders.json").write_text(mbgnbd.to_json())
    with pytest.raises(kam.VersionError, match="expected score_model"):
        kam.score(ORDERS, as_of=AS_OF, model=tmp_path / "orders.json")
