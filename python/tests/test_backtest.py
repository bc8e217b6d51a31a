"""kam.backtest against published tables, laws, and an independent count."""

from __future__ import annotations

import json
import warnings
from typing import Any

import kam
import numpy as np
import pytest
from conftest import KINDS, kind_name, to_columns, to_frame
from kam._churn.backtest_metrics import captured, probability_scores, reliability

CUT, END = "1997-09-30", "1998-06-30"
# BTYD 2.4.3, walkthrough (inst/doc): conditional expectations by calibration frequency.
ACTUAL = [0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359]
BG = [0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157]
GIVEN = kam.MBGNBD.from_params(r=0.525, alpha=6.183, a=0.891, b=1.614)
SIZES = [1411, 439, 214, 100, 62, 38, 29, 64]


@pytest.fixture(scope="module")
def result(sample: Any) -> kam.BacktestResult:
    return kam.backtest(sample, cut=CUT, as_of=END, draws=200, seed=3)


def quiet(log: Any, **options: Any) -> kam.BacktestResult:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kam.RowWarning)
        return kam.backtest(log, **options)


@pytest.fixture(scope="module")
def smaller(small: Any) -> kam.BacktestResult:
    return quiet(small, cut="2023-06-30", as_of="2024-06-28", model=kam.MBGNBD, draws=0)


# ---- published numbers --------------------------------------------------------------------------


def test_orders_by_frequency_are_those_of_the_walkthrough(result: kam.BacktestResult) -> None:
    table = result["BGNBD"].frequency
    assert table["bin"].tolist() == ["0", "1", "2", "3", "4", "5", "6", "7+"]
    assert table["accounts"].tolist() == SIZES
    np.testing.assert_allclose(table["actual"], ACTUAL, atol=0.0005001)
    np.testing.assert_allclose(table["expected"], BG, atol=0.0005001)


def test_mean_absolute_errors_of_btydplus(result: kam.BacktestResult) -> None:
    """BTYDplus 1.2.0 (run): BG .785454, MBG .764778."""
    assert result["BGNBD"].numbers["mae"] == pytest.approx(0.785454, abs=5e-7 + 1e-6)
    assert result["MBGNBD"].numbers["mae"] == pytest.approx(0.764778, abs=5e-7 + 1e-6)


@pytest.fixture(scope="module")
def others(sample: Any) -> kam.BacktestResult:
    return kam.backtest(sample, cut=CUT, as_of=END, model=[kam.ParetoNBD, kam.NBD], draws=100)


def test_pareto_nbd_is_that_of_the_walkthrough(others: kam.BacktestResult) -> None:
    """BTYD 2.4.3; its search stops short of the optimum, so the last digit may differ by one."""
    m = others["ParetoNBD"]
    published = [0.138, 0.600, 1.196, 1.714, 2.399, 2.907, 3.819, 6.403]
    np.testing.assert_allclose(m.frequency["expected"], published, atol=0.0015)
    weeks = [1308.856, 1385.275, 1459.923, 1532.906, 1604.320, 1674.253]
    np.testing.assert_allclose(m.tracking["expected_cumulative"][19:25], weeks, rtol=2e-4)


def test_errors_of_pareto_nbd_and_nbd(others: kam.BacktestResult, sample: Any) -> None:
    """BTYDplus 1.2.0 (run): .754548 and 1.04102. Its search stops short of the optimum of the
    Pareto/NBD; the published, rounded estimates give the same six digits."""
    assert others["NBD"].numbers["mae"] == pytest.approx(1.04102, abs=5e-6)
    assert others["ParetoNBD"].numbers["mae"] == pytest.approx(0.754548, abs=3e-5)
    published = kam.ParetoNBD.from_params(r=0.553, alpha=10.578, s=0.606, beta=11.669)
    there = kam.backtest(sample, cut=CUT, as_of=END, model=published, draws=0)
    assert there["ParetoNBD"].numbers["mae"] == pytest.approx(0.754548, abs=1.5e-6)


def test_total_of_pareto_nbd(others: kam.BacktestResult) -> None:
    """Sum at the converged optimum: 50-digit computation of the formulas."""
    n = others["ParetoNBD"].numbers
    assert n["expected_orders"] == pytest.approx(1665.513107, rel=1e-6)
    assert n["expected_orders_pred_lo"] < n["expected_orders"] < n["expected_orders_pred_hi"]


def test_tracking_of_the_walkthrough(result: kam.BacktestResult) -> None:
    """BTYD 2.4.3: weeks 20 to 25; expected at its own, rounded optimum (seven digits)."""
    table = result["BGNBD"].tracking
    assert len(table["end"]) == 78
    assert (table["end"][0], table["end"][-1]) == ("1997-01-07", "1998-06-30")
    assert table["holdout"].sum() == 39
    assert table["actual_cumulative"][19:25].tolist() == [1359, 1414, 1484, 1517, 1573, 1672]
    published = [1312.458, 1387.346, 1460.392, 1531.713, 1601.418, 1669.600]
    np.testing.assert_allclose(table["expected_cumulative"][19:25], published, atol=0.003)
    assert table["actual_cumulative"][-1] == 2457 + 1882


def test_totals_of_cdnow(result: kam.BacktestResult) -> None:
    """Sums over the sample at the converged optimum: 50-digit computation of the formulas."""
    expected = {"BGNBD": 1653.408698, "MBGNBD": 1576.728302}
    for name, total in expected.items():
        n = result[name].numbers
        assert n["actual_orders"] == 1882
        assert n["expected_orders"] == pytest.approx(total, rel=1e-6)
        assert n["actual_to_expected"] == pytest.approx(1882 / total, rel=1e-6)
        assert n["expected_orders_lo"] < total < n["expected_orders_hi"]
        # The range of the outcome holds the uncertainty of the parameters and that of the orders.
        assert n["expected_orders_pred_lo"] < n["expected_orders_lo"]
        assert n["expected_orders_pred_hi"] > n["expected_orders_hi"]


def test_information_criteria(result: kam.BacktestResult) -> None:
    n = result["MBGNBD"].numbers
    assert n["aic"] == pytest.approx(2 * 4 + 2 * 9582.135715554, rel=1e-10)
    assert n["bic"] == pytest.approx(4 * np.log(2357) + 2 * 9582.135715554, rel=1e-10)


# ---- an independent path ------------------------------------------------------------------------


def test_scores_by_hand(result: kam.BacktestResult) -> None:
    m, s = result["MBGNBD"], result.split
    p = m.model.probability_no_order(s, 39)
    silent = s["holdout_frequency"] == 0
    n = m.numbers
    assert n["brier"] == pytest.approx(np.mean((p - silent) ** 2), rel=1e-12)
    assert n["log_loss"] == pytest.approx(
        -np.mean([np.log(q if y else 1 - q) for q, y in zip(p, silent, strict=True)]), rel=1e-12
    )
    assert n["brier_base"] == pytest.approx(silent.mean() * (1 - silent.mean()), rel=1e-12)
    miss = s["holdout_frequency"] - m.model.expected_orders(s, 39)
    assert n["rmse"] == pytest.approx(np.sqrt(np.mean(miss**2)), rel=1e-12)


def test_money_by_hand(result: kam.BacktestResult, sample: Any) -> None:
    s, n = result.split, result["BGNBD"].numbers
    value = result["BGNBD"].model.expected_orders(s, 39) * kam.GammaGamma().fit(s).expected_spend(s)
    assert n["expected_value"] == pytest.approx(value.sum(), rel=1e-12)
    assert n["mae_value"] == pytest.approx(np.abs(value - s["holdout_value"]).mean(), rel=1e-12)
    late = (sample["date"] > CUT) & (sample["date"] <= END)
    assert n["actual_value"] == pytest.approx(sample["amount"][late].sum(), rel=1e-12)
    spent = dict.fromkeys(s["account_id"], 0.0)
    for a, d, x in zip(*(sample[k] for k in ("account_id", "date", "amount")), strict=True):
        spent[a] += x if d <= CUT else 0.0
    w = np.array(list(spent.values()))
    p = result["BGNBD"].model.probability_no_order(s, 39)
    silent = s["holdout_frequency"] == 0
    assert n["brier_by_spend"] == pytest.approx((w * (p - silent) ** 2).sum() / w.sum(), rel=1e-9)


def test_expected_tracking_is_the_sum_over_accounts(smaller: kam.BacktestResult) -> None:
    m, s = smaller["MBGNBD"], smaller.split
    last = np.datetime64(m.tracking["end"][-1]) - np.datetime64("2023-06-30")
    age = s["age"] + (last.astype(int) + 1) / 7  # BTYD counts the last day as gone
    total = sum(m.model.expected_orders_new(t) for t in age)
    assert m.tracking["expected_cumulative"][-1] == pytest.approx(total, rel=1e-10)


@pytest.mark.parametrize("occasion", ["day", "week"])
def test_actual_tracking_is_that_of_a_summary_at_each_end(small: Any, occasion: str) -> None:
    returns = {k: v.copy() for k, v in small.items()}
    returns["amount"][::7] *= -1  # some days are no occasions
    options: dict[str, Any] = {"cut": "2023-06-30", "as_of": "2024-06-28", "occasion": occasion}
    result = quiet(returns, model=kam.MBGNBD, draws=0, **options)
    table = result["MBGNBD"].tracking
    known = set(result.split["account_id"])
    for i in (0, 3, 40, 77, len(table["end"]) - 1):
        s = kam.summarize(returns, as_of=table["end"][i], occasion=occasion)
        mine = np.array([a in known for a in s["account_id"]])
        assert table["actual_cumulative"][i] == np.nansum(s["frequency"][mine])


def test_a_log_of_centuries_is_quick(small: Any) -> None:
    """A wrong date far back makes many weeks, not many passes."""
    early = {"account_id": ["OLD"], "date": ["1700-01-01"], "amount": [1.0]}
    log = {k: np.concatenate([v, np.array(early[k], dtype=v.dtype)]) for k, v in small.items()}
    result = quiet(log, cut="2023-06-30", as_of="2024-06-28", model=GIVEN, draws=0)
    table = result["MBGNBD"].tracking
    assert len(table["end"]) > 16_000
    assert table["actual_cumulative"][-1] > 400


def test_a_model_that_is_true_is_well_calibrated() -> None:
    """Orders simulated from an MBG/NBD: actual/expected near 1, reliability on the diagonal."""
    true = kam.MBGNBD.from_params(r=1.2, alpha=60, a=0.6, b=6, unit="day")
    log = _simulated_log(true, accounts=3000, seed=5)
    result = quiet(log, cut="2023-06-30", as_of="2024-06-30", model=kam.MBGNBD, unit="day")
    n, r = result["MBGNBD"].numbers, result["MBGNBD"].reliability
    assert n["actual_to_expected"] == pytest.approx(1, abs=0.05)
    wide = n["expected_orders_pred_hi"] - n["expected_orders_pred_lo"]
    middle = 0.5 * (n["expected_orders_pred_hi"] + n["expected_orders_pred_lo"])
    assert abs(n["actual_orders"] - middle) < 1.5 * wide  # 3.8 standard errors
    error = np.sqrt(r["probability"] * (1 - r["probability"]) / r["accounts"])
    assert (np.abs(r["share"] - r["probability"]) < 4 * error).all()
    assert n["brier"] < n["brier_base"]


def _simulated_log(model: Any, accounts: int, seed: int) -> dict[str, Any]:
    """Histories by the story of the model itself, one order at a time."""
    rng = np.random.default_rng(seed)
    q = model.params_
    start = np.datetime64("2022-01-01", "D")
    ids, dates = [], []
    for i in range(accounts):
        rate, leaves = rng.gamma(q["r"], 1 / q["alpha"]), rng.beta(q["a"], q["b"])
        time = rng.uniform(0, 300)
        while time < 911:
            ids.append(i)
            dates.append(start + int(time))
            if rng.random() < leaves:
                break
            time += rng.exponential(1 / rate)
    return {"account_id": np.array(ids), "date": np.array(dates), "amount": np.ones(len(ids))}


# ---- laws ---------------------------------------------------------------------------------------


def test_bins_add_up_to_the_total(result: kam.BacktestResult) -> None:
    for m in result.models.values():
        for table in (m.frequency, m.recency):
            assert table["accounts"].sum() == 2357
            for name, total in (("actual", "actual_orders"), ("expected", "expected_orders")):
                added = (table[name] * table["accounts"]).sum()
                assert added == pytest.approx(m.numbers[total], rel=1e-12)
        assert m.reliability["accounts"].sum() == 2357
        assert m.tracking["actual"].sum() == m.tracking["actual_cumulative"][-1]


def test_the_seed_decides(sample: Any) -> None:
    one, same, other = (
        kam.backtest(sample, cut=CUT, as_of=END, model=kam.MBGNBD, draws=20, seed=s).to_dict()
        for s in (1, 1, 2)
    )
    assert one == same
    ends = [d["models"]["MBGNBD"]["expected_orders_pred_lo"] for d in (one, other)]
    assert ends[0] != ends[1]


def test_the_order_of_the_rows_does_not_matter(small: Any) -> None:
    options: dict[str, Any] = {"cut": "2023-06-30", "as_of": "2024-06-28", "model": kam.MBGNBD}
    back = {k: v[::-1] for k, v in small.items()}
    one, other = (quiet(log, draws=0, **options)["MBGNBD"] for log in (small, back))
    for name, value in one.numbers.items():
        assert other.numbers[name] == pytest.approx(value, rel=1e-8, nan_ok=True)


def test_a_fitted_model_is_not_fitted_again(sample: Any) -> None:
    given = kam.MBGNBD.from_params(r=0.525, alpha=6.183, a=0.891, b=1.614)
    result = kam.backtest(sample, cut=CUT, as_of=END, model={"old": given, "new": kam.MBGNBD()})
    assert result["old"].model is given
    assert result["old"].numbers["log_likelihood"] <= result["new"].numbers["log_likelihood"]
    assert np.isnan(result["old"].numbers["expected_orders_lo"])  # given: no standard errors
    assert result["old"].numbers["expected_orders_pred_lo"] > 0


def test_accounts_that_came_later_are_counted(small: Any) -> None:
    with pytest.warns(kam.RowWarning, match="backtest: [0-9]+ accounts without an order up to"):
        result = kam.backtest(small, cut="2022-04-30", as_of="2024-06-28", model=kam.MBGNBD)
    assert result.accounts + result.accounts_left_out == 40
    assert f"{result.accounts_left_out} accounts came after" in repr(result)


# ---- what it looks like -------------------------------------------------------------------------


def test_summary_tables_and_text(result: kam.BacktestResult) -> None:
    assert to_columns(result.summary())["model"] == ["BGNBD", "MBGNBD"]
    assert len(to_columns(result.table("frequency"))["bin"]) == 16
    assert len(to_columns(result.table("tracking"))["end"]) == 156
    assert "1,882 orders came" in repr(result)
    assert "MBGNBD" in repr(result)
    plain = json.loads(json.dumps(result.to_dict()))
    assert plain["models"]["BGNBD"]["frequency"]["accounts"] == SIZES
    assert plain["accounts_left_out"] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_frames_of_any_kind(kind: str, small: Any) -> None:
    options: dict[str, Any] = {"cut": "2023-06-30", "as_of": "2024-06-28", "draws": 0}
    result = quiet(to_frame(kind, small), model=kam.MBGNBD, **options)
    assert kind_name(result.summary()) == kind
    assert kind_name(result.table("recency")) == kind


def test_reliability_has_ten_of_each_or_one_bin() -> None:
    rng = np.random.default_rng(1)
    p = np.concatenate([rng.uniform(0, 1, 900), np.full(300, 0.5)])
    event = (rng.random(len(p)) < p).astype(float)
    r = reliability(p, event)
    events = r.accounts * r.share
    assert len(r.accounts) > 3
    assert (np.minimum(events, r.accounts - events) > 9.999).all()
    assert (np.diff(r.probability) > 0).all()
    assert (r.accounts * r.probability).sum() == pytest.approx(p.sum())
    one = reliability(p, np.zeros(len(p)))
    assert one.accounts.tolist() == [1200.0]


def test_scores_at_the_ends() -> None:
    certain = probability_scores(np.array([0.0, 1.0]), np.array([1.0, 0.0]))
    assert certain["brier"] == 1
    assert np.isfinite(certain["log_loss"])
    assert captured(np.array([1.0, 2, 3, 4, 5]), np.array([0.0, 0, 0, 5, 10])) == 1
    assert captured(np.array([5.0, 4, 3, 2, 1]), np.array([0.0, 0, 0, 5, 10])) == 0
    assert np.isnan(captured(np.ones(3), np.zeros(3)))


# ---- hostile input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"cut": "2024-06-28"}, ValueError, "before `as_of`"),
        ({"level": 1.0}, ValueError, "`level`"),
        ({"draws": 5}, ValueError, "`draws`"),
        ({"max_frequency": 0}, ValueError, "`max_frequency`"),
        ({"model": []}, ValueError, "empty"),
        ({"model": kam.GammaGamma}, TypeError, "GammaGamma is no order model"),
        ({"model": "bgnbd"}, TypeError, "must be an estimator"),
        ({"model": kam.MBGNBD.from_params(r=1, alpha=1, a=1, b=1, unit="day")}, ValueError, "days"),
        ({"cut": "2022-01-01"}, kam.DataError, "no account"),
        ({"cut": "2022-01-20"}, kam.InsufficientDataError, "repeat"),
    ],
)
def test_calls_that_make_no_sense(
    small: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        quiet(small, **({"cut": "2023-06-30", "as_of": "2024-06-28"} | options))


def test_without_amounts(sample: Any) -> None:
    log = {k: sample[k] for k in ("account_id", "date")}
    result = kam.backtest(log, cut=CUT, as_of=END, amount=None, draws=0, model=kam.MBGNBD)
    n = result["MBGNBD"].numbers
    assert n["mae"] == pytest.approx(0.764778, abs=2e-6)
    assert np.isnan([n["expected_value"], n["mae_by_spend"], n["expected_orders_pred_lo"]]).all()
    assert result["MBGNBD"].notes == ["no amounts: money is not tested"]
