"""kam.score: the laws it obeys, yesterday's ruler, the table that comes out."""

from __future__ import annotations

import datetime as dt
import json
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
        elif name == "measures":  # what is read is money; what it is worth is not
            for field in ("score", "observed", "weight", "points"):
                have, wanted = found[name].columns[field], want[name].columns[field]
                assert_allclose(have, wanted, atol=1e-9, err_msg=field)
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
        "item": ["checklist"] * 20,
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
    assert table["tail_share"].null_count == 2357
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


def test_the_words_of_a_result_say_which_time_belongs_to_which_number(sample: Any) -> None:
    """Churn looks ahead one horizon, value runs over another: never one number with both."""
    rows = kam.score(sample, as_of="1997-09-30", churn_horizon_days=90, value_years=1)
    summary, text = rows.summary(), repr(rows)
    assert (
        f"expected loss {summary['expected_loss']:,.0f} of revenue over 1 year, by churn within "
        f"90 days; {summary['expected_loss_open']:,.0f} of it still to come; "
        f"expected value {summary['eav']:,.0f} over 1 year"
    ) in text
    table = rows._repr_html_()
    assert "churn within 90 days" in table
    assert "expected loss: of that value, by that churn" in table
    two = kam.score(sample, as_of="1997-09-30", value_years=2.5)
    assert "over 2.5 years, by churn within 365 days" in repr(two)


def test_ids_come_back_as_text_with_their_zeros() -> None:
    for ids, want in (
        (["007", "7", "007", "7"], ["007", "7"]),
        (np.array([7, 8, 7, 8]), ["7", "8"]),
    ):
        assert kam.score(ORDERS | {"account_id": ids}, as_of=AS_OF)["account_id"] == want
    assert kam.score(ORDERS | {"account_id": np.array([7, 8, 7, 8])}, as_of=AS_OF).explain(7)
