"""kam.holdout_split: what a model may see, and what came after."""

from __future__ import annotations

import warnings
from typing import Any

import kam
import numpy as np
import pytest
from conftest import KINDS, kind_name, to_columns, to_frame

LOG = {
    "account_id": ["A", "A", "A", "A", "B", "B", "B", "C", "D", "D"],
    "date": ["2024-01-01", "2024-01-15", "2024-02-05", "2024-02-05",
             "2024-01-29", "2024-02-01", "2024-04-01", "2024-02-02", "2024-01-10", "2024-02-07"],
    "amount": [10.0, 20.0, 30.0, 5.0, 40.0, -15.0, 99.0, 50.0, 7.0, 0.0],
}  # fmt: skip


def split(log: Any = LOG, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kam.RowWarning)
        return kam.holdout_split(log, **({"cut": "2024-01-31", "as_of": "2024-02-29"} | options))


# ---- published numbers --------------------------------------------------------------------------


def test_cdnow_counts_of_the_papers(sample: Any, summary: Any) -> None:
    """Fader, Hardie & Lee 2005 and the BTYD 2.4.3 walkthrough: 1,882 orders in 39 weeks."""
    found = kam.holdout_split(sample, cut="1997-09-30", as_of="1998-06-30")
    assert len(found["account_id"]) == 2357
    assert found["frequency"].sum() == 2457
    assert (found["frequency"] == 0).sum() == 1411
    assert found["holdout_frequency"].sum() == 1882
    assert (found["holdout_duration"] == 39).all()
    for name in ("frequency", "recency", "age", "monetary_value"):
        np.testing.assert_array_equal(found[name], summary[name])


def test_cdnow_master(master: Any) -> None:
    """Repeat orders 24,337 to the cut and 44,021 to the end: own count with mpmath and pandas."""
    found = kam.holdout_split(master, cut="1997-09-30", as_of="1998-06-30")
    assert len(found["account_id"]) == 23_570
    assert found["frequency"].sum() == 24_337
    assert found["holdout_frequency"].sum() == 44_021 - 24_337
    assert found["holdout_value"].sum() == pytest.approx(
        2_500_315.63 - master["amount"][master["date"] <= "1997-09-30"].sum(), abs=1e-6
    )


# ---- by hand and laws ---------------------------------------------------------------------------


def test_by_hand() -> None:
    found = split(unit="day")
    assert found["account_id"].tolist() == ["A", "B", "D"]
    assert found["frequency"].tolist() == [1, 0, 0]
    # A orders once on 5 February, B only returns something, D has a free order.
    assert found["holdout_frequency"].tolist() == [1, 0, 1]
    assert found["holdout_value"].tolist() == [35, -15, 0]
    assert found["holdout_duration"].tolist() == [29, 29, 29]


def test_accounts_first_seen_after_the_cut_are_told() -> None:
    with pytest.warns(kam.RowWarning, match=r"^holdout_split: 1 accounts .*2024-01-31.* left out$"):
        kam.holdout_split(LOG, cut="2024-01-31", as_of="2024-02-29")


def test_both_periods_add_up_to_one_summary(small: Any) -> None:
    for cut in ("2022-06-30", "2023-01-31", "2024-01-01"):
        found = split(small, cut=cut, as_of="2024-06-30")
        whole = kam.summarize(small, as_of="2024-06-30")
        row = {a: i for i, a in enumerate(whole["account_id"])}
        total = whole["frequency"][[row[a] for a in found["account_id"]]]
        np.testing.assert_array_equal(found["frequency"] + found["holdout_frequency"], total)


def test_consecutive_holdouts_add_up(small: Any) -> None:
    whole = split(small, cut="2023-01-31", as_of="2024-06-30")
    first = split(small, cut="2023-01-31", as_of="2023-10-15")
    moved = split(small, cut="2023-10-15", as_of="2024-06-30")
    known = np.isin(moved["account_id"], whole["account_id"])
    for name in ("holdout_frequency", "holdout_value"):
        later = dict(zip(moved["account_id"][known], moved[name][known], strict=True))
        parts = first[name] + np.array([later[a] for a in first["account_id"]])
        np.testing.assert_allclose(whole[name], parts, rtol=1e-12, atol=1e-9)


def test_the_future_does_not_touch_the_past(small: Any) -> None:
    """Whatever comes after the cut, the calibration columns keep their bits."""
    early = small["date"] <= "2023-06-30"
    past = {k: v[early] for k, v in small.items()}
    found, alone = (split(log, cut="2023-06-30", as_of="2024-06-30") for log in (small, past))
    one, other = (dict(zip(s["account_id"], s["recency"], strict=True)) for s in (found, alone))
    assert one == other
    assert (alone["holdout_frequency"] == 0).all()


def test_wide_occasions_and_units() -> None:
    by_day, by_month = split(unit="day"), split(unit="month", occasion="month")
    assert by_month["frequency"].tolist() == [0, 0, 0]
    assert by_month["holdout_frequency"].tolist() == [1, 0, 1]
    np.testing.assert_allclose(by_month["holdout_duration"], by_day["holdout_duration"] / 30.436875)


def test_without_amounts_there_is_no_value() -> None:
    found = split({k: LOG[k] for k in ("account_id", "date")}, amount=None)
    assert found["holdout_frequency"].tolist() == [1, 1, 1]
    assert np.isnan(found["holdout_value"]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_frame_that_comes_in_goes_out(kind: str) -> None:
    expected = to_columns(split())
    found = split(to_frame(kind, LOG))
    assert kind_name(found) == kind
    assert to_columns(found) == expected


# ---- hostile input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cut": "2024-02-29"}, "before `as_of`"),
        ({"cut": "2024-03-01"}, "before `as_of`"),
        ({"cut": "soon"}, "`cut` must be a date"),
        ({"as_of": None}, "`as_of` must be a date"),
        ({"unit": "year"}, "`unit`"),
        ({"occasion": "hour"}, "`occasion`"),
        ({"cut": "2023-01-01"}, "no account has an order up to the cut"),
        ({"account": "customer"}, "'customer'"),
    ],
)
def test_calls_that_make_no_sense(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        split(**options)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_amounts_that_are_no_numbers(bad: float) -> None:
    with pytest.raises(kam.DataError, match="row 3"):
        split({**LOG, "amount": [10.0, 20.0, 30.0, bad, *LOG["amount"][4:]]})
