"""Profit, labels and folds from Python."""

from pathlib import Path

import kam
import numpy as np
import pytest
from scipy import stats

DATA = Path(__file__).parent.parent.parent / "tests/data"


def test_emp_and_empulse():
    """R package EMP 2.0.6; empulse prints the same digits."""
    y = [0, 1, 0, 1, 0, 1, 0, 1]
    s = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9]
    found = kam.maximum_profit(y, s)
    assert (found.profit, found.fraction) == pytest.approx((23.875, 0.875), abs=1e-12)
    assert found.expected_profit == pytest.approx(23.875593418348124, abs=1e-12)
    assert found.expected_fraction == pytest.approx(0.8743700763487141, abs=1e-12)
    assert found.score == 0.2
    p, y = np.loadtxt(DATA / "telco_logistic_scores.csv", delimiter=",", skiprows=1).T
    telco = kam.maximum_profit(y, p)
    assert telco.profit == pytest.approx(10.043163424677, abs=1e-12)
    assert telco.expected_profit == pytest.approx(10.174366568056, abs=1e-12)
    y, s = np.loadtxt(DATA / "empulse_test_221.csv", delimiter=",", skiprows=1).T
    found = kam.maximum_profit(y, s, alpha=10, beta=7, value=300, offer=50, contact=25)
    assert found.expected_profit == pytest.approx(23.8505727106226, abs=1e-12)


def test_profit_by_the_formula_and_the_best_subset():
    random = np.random.default_rng(1)
    p, value = random.uniform(size=12), np.round(np.exp(random.normal(6, 1, 12)))
    offer, contact = random.uniform(0, 20, 12), random.uniform(1, 30, 12)
    c = kam.expected_profit(p, value, acceptance=0.4, offer=offer, contact=contact)
    np.testing.assert_allclose(
        c.profit, p * 0.4 * (value - offer) - (1 - p) * offer - contact, rtol=1e-12
    )
    assert c.method == "all"
    assert (c.chosen == (c.profit > 0)).all()
    budget = 0.4 * c.total_spend
    best = 0.0
    for subset in range(2**12):
        rows = [i for i in range(12) if subset >> i & 1]
        if c.spend[rows].sum() <= budget:
            best = max(best, c.profit[rows].sum())
    limited = kam.expected_profit(
        p, value, acceptance=0.4, offer=offer, contact=contact, budget=budget
    )
    assert limited.total_profit == pytest.approx(best, rel=1e-12)
    assert limited.method == "exact"
    assert limited.gap == 0


def test_row_order_of_a_campaign():
    random = np.random.default_rng(2)
    p, value = random.uniform(size=300), np.round(np.exp(random.normal(6, 1.5, 300)))
    order = random.permutation(300)
    a = kam.expected_profit(p, value, offer=10, contact=20, budget=1000)
    b = kam.expected_profit(p[order], value[order], offer=10, contact=20, budget=1000)
    assert repr(a) == repr(b)
    np.testing.assert_array_equal(a.chosen[order], b.chosen)
    np.testing.assert_array_equal(a.rank[order], b.rank)


def test_the_range_of_a_large_campaign():
    """Given gamma the total is normal; SciPy mixes it over the Beta distribution."""
    n = 2000
    p, value = np.full(n, 0.3), np.full(n, 1000.0)
    c = kam.expected_profit(p, value, acceptance=(6, 14), offer=20, contact=5)
    gamma = stats.beta(6, 14).ppf((np.arange(4000) + 0.5) / 4000)
    mean = n * (0.3 * gamma * 980 - 0.7 * 20 - 5)
    second = 0.3 * gamma * 980**2 + 0.7 * 20**2
    sd = np.sqrt(n * (second - (0.3 * gamma * 980 - 0.7 * 20) ** 2))
    for end, share in zip(c.total_pred, (0.1, 0.9), strict=True):
        assert np.mean(stats.norm.cdf((end - mean) / sd)) == pytest.approx(share, abs=1e-3)


def test_hostile_campaigns():
    with pytest.raises(ValueError, match="`acceptance` must be between 0 and 1, got 2"):
        kam.expected_profit([0.5], [100], acceptance=2, offer=1, contact=1)
    with pytest.raises(ValueError, match="`acceptance` must be a number or"):
        kam.expected_profit([0.5], [100], acceptance=(1, 2, 3), offer=1, contact=1)
    with pytest.raises(ValueError, match="`offer` has 3 rows, expected 2"):
        kam.expected_profit([0.5, 0.6], [100, 100], offer=[1, 2, 3], contact=1)
    with pytest.raises(ValueError, match="`budget` must be >= 0"):
        kam.expected_profit([0.5], [100], offer=1, contact=1, budget=-1)
    with pytest.warns(kam.RowWarning, match="3 rows were left out, first row 1"):
        c = kam.expected_profit([0.5, np.nan, 2, 0.5], [100, 100, 100, 1e300], offer=1, contact=1)
    assert c.accounts == 1
    assert np.isnan(c.profit[1:]).all()
    told = r"first row 0: `p` must be within 0\.\.1, got 50 \(in percent\? divide by 100\)"
    with pytest.raises(kam.InsufficientDataError, match=told):
        kam.expected_profit([50, 60], [100, 100], offer=1, contact=1)
    with pytest.warns(kam.RowWarning, match=r"first row 1: `offer` must be .*>= 0, got -1"):
        kam.expected_profit([0.5, 0.5], [100, 100], offer=[1, -1], contact=1)
    with pytest.warns(kam.RowWarning, match="first row 0: `value` is missing"):
        kam.expected_profit([0.5, 0.5], [np.nan, 100], offer=1, contact=1)
    for terms in ({"offer": -1, "contact": 1}, {"offer": 1, "contact": -1}):
        name = min(terms, key=lambda n: terms[n])
        with pytest.raises(ValueError, match=f"`{name}` must be finite and >= 0, got -1"):
            kam.expected_profit([0.5, 0.5], [100, 100], **terms)
    empty = kam.expected_profit([], [], offer=1, contact=1)
    assert empty.accounts == 0
    assert empty.total_pred == (0, 0)
    with pytest.raises(ValueError, match="`value` must be finite and above `offer`"):
        kam.maximum_profit([0, 1], [0.1, 0.2], value=5)


ORDERS = {
    "account_id": ["a", "a", "b", "b", "c"],
    "date": ["2023-01-10", "2024-03-01", "2023-02-01", "2023-06-01", "2024-01-01"],
    "amount": [100.0, 50.0, 10.0, 20.0, 5.0],
    "category": ["x", "x", "x", "y", "y"],
}


def test_labels_of_orders():
    found = kam.churn_labels(
        ORDERS, cuts=["2023-06-30", "2024-06-30"], as_of="2024-12-31", horizon_days=365
    )
    np.testing.assert_array_equal(found["label"], [0, np.nan, 1, np.nan, np.nan, np.nan])
    assert found["status"].tolist() == [
        "labelled", "window_open", "labelled", "not_at_risk", "not_at_risk", "window_open",
    ]  # fmt: skip
    assert found["account_id"].tolist() == ["a", "a", "b", "b", "c", "c"]
    assert str(found["window_end"][0]) == "2024-06-29"


def test_labels_of_contracts_and_frames():
    pd = pytest.importorskip("pandas")
    contracts = pd.DataFrame(
        {
            "account_id": ["a", "a", "b"],
            "start": ["2022-01-01", "2023-01-15", "2022-01-01"],
            "end": ["2022-12-31", None, "2023-03-31"],
            "value_per_year": [100.0, 40.0, 10.0],
        }
    )
    options = {"cuts": "2022-06-30", "as_of": "2024-12-31"}
    ends = kam.churn_labels(contracts, definition="contract_end", grace_days=30, **options)
    assert isinstance(ends, pd.DataFrame)
    assert ends["label"].tolist() == [0, 1]
    strict = kam.churn_labels(contracts, definition="contract_end", **options)
    assert strict["label"].tolist() == [1, 1]
    value = kam.churn_labels(contracts, definition="contract_value", **options)
    assert value["label"].tolist() == [1, 1]


def test_what_labels_refuse():
    options = {"cuts": "2023-06-30", "as_of": "2024-12-31"}
    with pytest.raises(ValueError, match="`definition` must be contract_end"):
        kam.churn_labels(ORDERS, definition="churned", **options)
    with pytest.raises(ValueError, match="`cuts` must be a date"):
        kam.churn_labels(ORDERS, cuts=["soon"], as_of="2024-12-31")
    with pytest.raises(kam.DataError, match="'start'"):
        kam.churn_labels(ORDERS, definition="contract_end", **options)
    with pytest.raises(ValueError, match="`loss_share`"):
        kam.churn_labels(ORDERS, definition="spend", loss_share=2, **options)
    without = {k: v for k, v in ORDERS.items() if k != "category"}
    with pytest.raises(ValueError, match="`category`"):
        kam.churn_labels(without, definition="categories", **options)
    nobody = {**ORDERS, "account_id": ["a", None, "b", "b", "c"]}
    with pytest.raises(kam.DataError, match="row 1 has no account id"):
        kam.churn_labels(nobody, **options)
    bad = {**ORDERS, "amount": [100.0, np.nan, 10.0, 20.0, 5.0]}
    with pytest.warns(kam.RowWarning, match="1 rows have no usable date or amount"):
        kam.churn_labels(bad, **options)


def test_folds_look_forward():
    cuts = np.repeat(np.array(["2022-01-01", "2022-07-01", "2023-01-01"], dtype="datetime64[D]"), 3)
    accounts = ["a", "b", "c"] * 3
    folds = kam.rolling_origin(cuts, accounts, horizon_days=181)
    assert [str(f.cut) for f in folds] == ["2022-07-01", "2023-01-01"]
    assert [f.last for f in folds] == [False, True]
    for f in folds:
        assert (cuts[f.train] + 181 <= f.cut).all()
        assert (cuts[f.test] == f.cut).all()
    gap = kam.rolling_origin(cuts, accounts, horizon_days=181, gap_days=1)
    assert [str(f.cut) for f in gap] == ["2023-01-01"]
    for f in kam.rolling_origin(cuts, accounts, horizon_days=181, account_parts=2, seed=3):
        assert not {accounts[i] for i in f.train} & {accounts[i] for i in f.test}
    with pytest.raises(kam.InsufficientDataError, match="no cut has 1 rows to train on"):
        kam.rolling_origin(cuts, horizon_days=1000)


def test_leaks_are_named():
    y = np.array([1, 0, 1, 0, np.nan, 0])
    features = {"honest": [3.0, 1, 2, 5, 4, 2], "label": [1.0, 0, 1, 0, 1, 0]}
    cut = np.full(6, np.datetime64("2024-01-01"))
    last = {"honest": np.array(["2024-01-01"] * 5 + ["2024-01-02"], dtype="datetime64[D]")}
    with pytest.warns(kam.AssumptionWarning, match=r"honest \(after_cut\), label \(equals_label\)"):
        leaks = kam.find_leaks(features, y, cut=cut, last_dates=last)
    assert [(leak.feature, leak.kind, leak.rows) for leak in leaks] == [
        ("honest", "after_cut", 1),
        ("label", "equals_label", 5),
    ]
    assert leaks[0].first_row == 5
    assert kam.find_leaks({"honest": features["honest"]}, y) == []
    with pytest.raises(ValueError, match="`last_dates` need `cut`"):
        kam.find_leaks(features, y, last_dates=last)
    with pytest.raises(kam.DataError, match="names no feature: other"):
        kam.find_leaks(features, y, cut=cut, last_dates={"other": cut})
