"""What changed since an earlier run: exact, from memory and from files, and in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kam
import numpy as np
import pytest
from commands import Kam
from kam._data.writers import score_table, write_table
from kam._scoring.previous import DELTAS
from numpy.testing import assert_allclose, assert_array_equal

RULE = """
[[rule]]
id = "silent"
label_en = "Silent for 90 days"
feature = "days_since_last"
above = 90
cap = 20
"""


@pytest.fixture(scope="module")
def orders() -> dict[str, Any]:
    """Forty accounts with rhythms of their own; half of them fall silent in spring."""
    rng = np.random.default_rng(8)
    ids, dates, amounts = [], [], []
    for account in range(40):
        gap = 6 + account % 9
        end = 280 if account % 2 else 180
        for day in range(int(rng.integers(0, gap)), end, gap):
            ids.append(f"A{account:02d}")
            dates.append(np.datetime64("2024-01-01") + day)
            amounts.append(round(float(rng.lognormal(4 + account / 20, 0.3)), 2))
    return {
        "account_id": np.array(ids, dtype=object),
        "date": np.array(dates),
        "amount": np.array(amounts),
    }


@pytest.fixture(scope="module")
def earlier(orders: Any) -> Any:
    return kam.score(orders, as_of="2024-06-28")


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _sums(result: Any, earlier: Any) -> None:
    c = result.columns
    total = c["value_index"] - earlier["value_index"]
    assert_allclose(c["delta_value"], total, atol=1e-10)
    whole = c["delta_behaviour"] + c["delta_coverage"] + c["delta_model"]
    assert_allclose(whole, total, atol=1e-10)
    ruler = c["delta_reference"] + c["delta_weights"] + c["delta_scorecard"]
    assert_allclose(ruler, c["delta_model"], atol=1e-12)


def test_under_one_model_only_the_account_moves(orders: Any, earlier: Any) -> None:
    later = kam.score(orders, as_of="2024-10-01", model=earlier.model, previous=earlier)
    _sums(later, earlier)
    for name in ("delta_model", "delta_reference", "delta_weights", "delta_scorecard"):
        assert_array_equal(later[name], 0)
    assert np.abs(later["delta_behaviour"]).max() > 5
    behaviour = later.changes["behaviour_points"].sum(axis=1)
    assert_allclose(behaviour, later["delta_behaviour"], atol=1e-10)


def test_a_refit_moves_the_ruler_too(orders: Any, earlier: Any) -> None:
    later = kam.score(orders, as_of="2024-10-01", previous=earlier)
    _sums(later, earlier)
    assert np.abs(later["delta_reference"]).max() > 0.5
    assert set(map(str, later["previous_as_of"])) == {"2024-06-28"}


def test_a_new_rule_is_the_scorecard_and_no_behaviour(
    orders: Any, earlier: Any, tmp_path: Path
) -> None:
    text = kam._core.default_profile_text() + RULE
    path = _file(tmp_path, "ruled.toml", text.replace("above = 90", "above = 2"))
    ruled = kam.score(orders, as_of="2024-06-28", profile=path, previous=earlier)
    _sums(ruled, earlier)
    assert_array_equal(ruled["delta_behaviour"], 0)
    assert (ruled["delta_scorecard"] < 0).any()
    reasons = ruled.explain(ruled["account_id"][int(np.argmin(ruled["delta_scorecard"]))])
    told = [r for r in reasons if r["indicator"] == "rule:silent"]
    assert told[0]["text"].startswith("Silent for 90 days: −")
    assert "at most 20" in told[0]["text"]
    total = sum(r["points"] for r in reasons)
    row = int(np.argmin(ruled["delta_scorecard"]))
    assert total == pytest.approx(ruled["value_index"][row] - ruled._core.reference_index)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_file_says_as_much_as_the_result(
    orders: Any, earlier: Any, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"earlier.{suffix}"
    write_table(path, score_table(earlier))
    want = kam.score(orders, as_of="2024-10-01", previous=earlier)
    found = kam.score(orders, as_of="2024-10-01", previous=path)
    for name in DELTAS:
        assert_array_equal(found[name], want[name])


def test_the_earlier_order_of_accounts_does_not_matter(orders: Any, earlier: Any) -> None:
    upside_down = {name: values[::-1] for name, values in orders.items()}
    other = kam.score(upside_down, as_of="2024-06-28")
    want = kam.score(orders, as_of="2024-10-01", previous=earlier)
    found = kam.score(orders, as_of="2024-10-01", previous=other)
    assert_allclose(found["delta_behaviour"], want["delta_behaviour"], atol=1e-10)


def test_new_accounts_have_no_change(orders: Any) -> None:
    first = orders["account_id"] != "A07"
    before = kam.score({k: v[first] for k, v in orders.items()}, as_of="2024-06-28")
    after = kam.score(orders, as_of="2024-10-01", previous=before)
    new = after["account_id"].index("A07")
    assert np.isnan(after["delta_value"][new])
    assert np.isnat(after["previous_as_of"][new])
    assert np.isfinite(np.delete(after["delta_value"], new)).all()


def test_without_an_earlier_run(orders: Any, earlier: Any, tmp_path: Path) -> None:
    assert np.isnan(earlier["delta_value"]).all()
    with pytest.raises(ValueError, match="previous="):
        earlier.changes  # noqa: B018
    with pytest.raises(TypeError, match="`previous` must be a ScoreResult"):
        kam.score(orders, as_of="2024-10-01", previous=17)
    with pytest.raises(kam.DataError, match="no score file"):
        kam.score(orders, as_of="2024-10-01", previous=_file(tmp_path, "x.csv", "a,b\n1,2\n"))
    old = _file(
        tmp_path,
        "old.csv",
        "account_id,as_of,model_version,config_hash,value_index,reasons_up\nA,2024-01-01,a,b,1,[]\n",
    )
    with pytest.raises(kam.DataError, match="no column 'measures'"):
        kam.score(orders, as_of="2024-10-01", previous=old)


def test_measures_rebuild_the_index(earlier: Any) -> None:
    measures = earlier["measures"]
    assert len(measures) == len(earlier)
    for row in (0, 7, 39):
        index = sum(m["weight"] * m["score"] for m in measures[row] if m["weight"])
        assert index == pytest.approx(earlier["value_index"][row], abs=1e-10)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_in_words(run: Kam, orders: Any, tmp_path: Path, suffix: str) -> None:
    log = tmp_path / "orders.csv"
    rows = zip(orders["account_id"], orders["date"], orders["amount"], strict=True)
    log.write_text("account_id,date,amount\n" + "".join(f"{a},{d},{m}\n" for a, d, m in rows))
    old, new, same = (tmp_path / f"{name}.{suffix}" for name in ("old", "new", "same"))
    model = tmp_path / "model.json"
    day = ("--as-of", "2024-06-28")
    assert run("score", log, *day, "--out", old, "--save-model", model).code in (0, 5)
    later = ("--as-of", "2024-10-01")
    assert run("score", log, *later, "--out", new, "--previous", old).code in (0, 5)
    assert run("score", log, *later, "--out", same, "--model", model).code in (0, 5)

    split = run("explain", "A02", "--scores", new, "--previous", old).out
    assert "the account's own doing" in split
    assert "the account moved by −" in split
    own = run("explain", "A02", "--scores", same, "--previous", old).out
    assert "same model: the change is the account's own" in own
    assert "Overdue ratio" in own.split("since 2024-06-28")[1]
    assert max(map(len, split.splitlines())) <= 80
    assert run("score", log, *later, "--previous", tmp_path / "no.csv").code == 3
