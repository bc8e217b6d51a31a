"""Laws that hold for any input, tried on many."""

from __future__ import annotations

import math
from typing import Any

import kam
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

few = settings(max_examples=60, deadline=None, database=None, derandomize=True,
               suppress_health_check=[HealthCheck.too_slow])  # fmt: skip

MEASURES = ("frequency", "recency", "age", "monetary_value")
parameter = st.floats(0.02, 50)
parameters = st.fixed_dictionaries(
    {"r": parameter, "alpha": st.floats(0.02, 500), "a": parameter, "b": parameter}
)
kinds = st.sampled_from([kam.BGNBD, kam.MBGNBD])
horizons = st.floats(1e-6, 1e4)


@st.composite
def accounts(draw: st.DrawFn) -> dict[str, np.ndarray]:
    """Twenty accounts that the models can read, with repeat orders up to a few thousand."""
    n = 20
    x = np.array(
        draw(st.lists(st.integers(0, 30) | st.integers(0, 3000), min_size=n, max_size=n)),
        dtype=float,
    )
    age = np.array(draw(st.lists(st.floats(0, 1e4), min_size=n, max_size=n)))
    share = np.array(draw(st.lists(st.floats(0, 1), min_size=n, max_size=n)))
    return {"frequency": x, "recency": np.where(x > 0, age * share, 0), "age": age}


@few
@given(kinds, parameters, accounts(), horizons)
def test_probabilities_lie_between_0_and_1_and_orders_are_not_negative(
    kind: Any, given_parameters: Any, rows: Any, horizon: float
) -> None:
    model = kind.from_params(**given_parameters)
    alive = model.probability_alive(rows)
    silent = model.probability_no_order(rows, horizon)
    orders = model.expected_orders(rows, horizon)
    assert ((alive >= 0) & (alive <= 1)).all()
    assert ((silent >= 0) & (silent <= 1 + 3e-16)).all()  # one rounding above 1: see test_models.py
    assert (orders >= 0).all()
    assert np.isfinite(orders).all()
    # who is not alive does not order, and who is expected to order n times orders with P <= n
    assert (silent >= 1 - alive - 1e-12).all()
    assert (orders >= (1 - silent) * (1 - 1e-9) - 1e-12).all()
    assert np.isfinite(model.log_likelihood(rows)).all()


@few
@given(kinds, parameters, st.integers(1, 2000), st.floats(0.1, 1e4))
def test_a_more_recent_order_is_never_worse(
    kind: Any, given_parameters: Any, x: int, age: float
) -> None:
    model = kind.from_params(**given_parameters)
    rows = {
        "frequency": np.full(30, x),
        "recency": np.linspace(0, age, 30),
        "age": np.full(30, age),
    }
    assert (np.diff(model.probability_alive(rows)) >= -1e-14).all()
    assert (np.diff(model.probability_no_order(rows, 10)) <= 1e-14).all()
    orders = model.expected_orders(rows, 10)
    assert (np.diff(orders) >= -1e-12 * orders[:-1]).all()


@few
@given(kinds, parameters, accounts(), st.lists(horizons, min_size=2, max_size=8, unique=True))
def test_a_longer_horizon_holds_more_orders(
    kind: Any, given_parameters: Any, rows: Any, times: Any
) -> None:
    model = kind.from_params(**given_parameters)
    times = [0.0, *sorted(times)]
    orders = np.array([model.expected_orders(rows, t) for t in times])
    silent = np.array([model.probability_no_order(rows, t) for t in times])
    new = np.array([model.expected_orders_new(t) for t in times])
    assert (np.diff(orders, axis=0) >= -1e-12 * orders[1:]).all()
    assert (np.diff(silent, axis=0) <= 1e-14).all()
    assert (np.diff(new) >= -1e-13 * new[1:]).all()


@few
@given(kinds, parameters, accounts(), st.floats(0.01, 100))
def test_the_unit_of_time_does_not_matter(
    kind: Any, given_parameters: Any, rows: Any, factor: float
) -> None:
    model = kind.from_params(**given_parameters)
    other = kind.from_params(**(given_parameters | {"alpha": given_parameters["alpha"] * factor}))
    scaled = rows | {"recency": rows["recency"] * factor, "age": rows["age"] * factor}
    scaled["recency"] = np.minimum(scaled["recency"], scaled["age"])
    assert_allclose(
        other.expected_orders(scaled, 10 * factor),
        model.expected_orders(rows, 10),
        rtol=1e-8,
        atol=1e-280,
    )


@few
@given(
    st.floats(0.05, 100),
    st.floats(1.001, 100),
    st.floats(0.01, 1e6),
    st.integers(1, 1000),
    st.floats(0.01, 1e6),
    st.floats(0.01, 1e6),
)
def test_expected_spend_lies_between_the_account_and_the_portfolio(
    p: float, q: float, gamma: float, x: int, low: float, high: float
) -> None:
    model = kam.GammaGamma.from_params(p=p, q=q, gamma=gamma)
    low, high = sorted((low, high))
    mean, first, second = model.expected_spend(
        {"frequency": [0, x, x], "monetary_value": [math.nan, low, high]}
    )
    assert min(mean, low) * (1 - 1e-9) <= first <= max(mean, low) * (1 + 1e-9)
    assert first <= second * (1 + 1e-12)


@few
@given(parameters, st.sampled_from(["day", "week", "month"]), kinds)
def test_json_keeps_every_bit(given_parameters: Any, unit: str, kind: Any) -> None:
    model = kind.from_params(**given_parameters, unit=unit)
    back = kind.from_json(model.to_json())
    assert back.params_ == {k: float(v) for k, v in given_parameters.items()}
    assert back.to_json() == model.to_json()
    assert back.unit_ == unit


@few
@given(st.text(max_size=200))
def test_any_text_is_a_format_error(text: str) -> None:
    assume(not any("\ud800" <= c <= "\udfff" for c in text))
    for kind in (kam.BGNBD, kam.GammaGamma, kam.Model):
        with pytest.raises(kam.FormatError):
            kind.from_json(text)


# ---- concentration ------------------------------------------------------------------------------

money = st.lists(st.floats(0, 1e9) | st.sampled_from([0.0, 1.0, 100.0]), min_size=1, max_size=60)


@few
@given(money)
def test_shares_lie_where_they_must(values: list[float]) -> None:
    assume(sum(values) > 1e-3)
    found, n = kam.concentration(values), len(values)
    assert -1e-15 <= found.gini <= 1 - 1 / n + 1e-12
    assert 1 / n - 1e-12 <= found.hhi <= 1 + 1e-12
    assert 1 - 1e-9 <= found.effective_accounts <= n + 1e-9
    assert -1e-12 <= found.theil <= math.log(n) + 1e-12
    tops = [found.top_count_share(k) for k in range(n + 1)]
    assert tops[0] == 0
    assert tops[-1] == pytest.approx(1, abs=1e-12)
    assert (np.diff(tops) >= -1e-15).all()
    assert (np.diff(tops, 2) <= 1e-12).all()  # the next account never holds more
    steps = np.diff(tops)
    assert sum(steps) == pytest.approx(1, abs=1e-12)
    for share in (0.1, 0.5, 0.8, 1.0):
        k = found.accounts_for(share)
        assert found.top_count_share(k) >= share - 1e-12
        assert k == 0 or found.top_count_share(k - 1) < share + 1e-12
    assert sum(found.abc()) == n


@few
@given(money, st.floats(1e-6, 1e6), st.integers(-30, 30), st.randoms(use_true_random=False))
def test_gini_does_not_depend_on_unit_or_order(
    values: list[float], factor: float, power: int, random: Any
) -> None:
    assume(sum(values) > 1e-3)
    want = kam.concentration(values)
    shuffled = list(values)
    random.shuffle(shuffled)
    assert kam.concentration(shuffled).gini == want.gini
    assert kam.concentration(np.array(values) * 2.0**power).gini == want.gini
    other = kam.concentration(np.array(values) * factor)
    assert other.gini == pytest.approx(want.gini, abs=1e-12)
    assert other.hhi == pytest.approx(want.hhi, abs=1e-12)
    assert kam.concentration(values * 3).gini == pytest.approx(want.gini, abs=1e-12)


# ---- summaries ----------------------------------------------------------------------------------

row = st.tuples(
    st.sampled_from(["a", "b", "c", "ä", "007"]),
    st.integers(0, 500),
    st.integers(-2000, 5000).map(lambda cents: cents / 100) | st.sampled_from([0.0, 10.0, -10.0]),
)
logs = st.lists(row, min_size=1, max_size=60)
occasions = st.sampled_from(["day", "week", "month"])
units = st.sampled_from(["day", "week", "month"])


def table(rows: Any) -> dict[str, Any]:
    start = np.datetime64("2022-06-01")
    return {
        "account_id": [r[0] for r in rows],
        "date": [str(start + r[1]) for r in rows],
        "amount": [r[2] for r in rows],
    }


def by_account(found: Any) -> dict[str, tuple[float | None, ...]]:
    columns = [found[name] for name in MEASURES]
    return {
        name: tuple(None if math.isnan(c[i]) else float(c[i]) for c in columns)
        for i, name in enumerate(found["account_id"])
    }


@few
@given(logs, occasions, units, st.randoms(use_true_random=False), st.integers(100, 600))
def test_the_order_of_rows_shows_in_no_bit(
    rows: Any, occasion: str, unit: str, random: Any, end: int
) -> None:
    as_of = str(np.datetime64("2022-06-01") + end)
    want = by_account(kam.summarize(table(rows), as_of=as_of, occasion=occasion, unit=unit))
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert (
        by_account(kam.summarize(table(shuffled), as_of=as_of, occasion=occasion, unit=unit))
        == want
    )


@few
@given(logs, logs, occasions)
def test_the_summary_of_two_portfolios_is_the_two_summaries(
    first: Any, second: Any, occasion: str
) -> None:
    second = [(f"second {name}", day, amount) for name, day, amount in second]
    options: dict[str, Any] = {"as_of": "2024-01-01", "occasion": occasion}
    both = kam.summarize(table(first + second), **options)
    parts = [kam.summarize(table(rows), **options) for rows in (first, second)]
    for name in ("account_id", *MEASURES):
        assert_array_equal(both[name], np.concatenate([p[name] for p in parts]))


@few
@given(logs, logs)
def test_two_years_in_one_log_add_up(first: Any, second: Any) -> None:
    """Days as occasions: repeat orders and spend of consecutive spans of time add up."""
    second = [(name, day + 501, amount) for name, day, amount in second]
    options: dict[str, Any] = {"as_of": "2025-06-01", "unit": "day"}
    one, two, both = (
        by_account(kam.summarize(table(r), **options)) for r in (first, second, first + second)
    )
    for name, (x, t_x, age, mean) in both.items():
        before, after = one.get(name), two.get(name)
        orders = [s[0] + 1 for s in (before, after) if s is not None and s[0] is not None]
        if x is None:
            assert orders == []
            continue
        assert x == sum(orders) - 1
        has_both = len(orders) == 2
        start = before if before is not None and before[0] is not None else after
        assert age == start[2]
        if has_both:
            assert t_x == pytest.approx(before[2] - after[2] + after[1])
            assert mean is not None


@few
@given(logs, st.lists(row, max_size=20), st.integers(0, 500))
def test_what_lies_after_as_of_does_not_count(rows: Any, more: Any, end: int) -> None:
    as_of = str(np.datetime64("2022-06-01") + end)
    later = [(name, end + 1 + day, amount) for name, day, amount in more]
    want = by_account(kam.summarize(table(rows), as_of=as_of))
    found = by_account(kam.summarize(table(rows + later), as_of=as_of))
    assert {k: v for k, v in found.items() if k in want} == want
    assert all(v == (None,) * 4 for k, v in found.items() if k not in want)


@few
@given(logs, occasions)
def test_every_summary_can_be_read_by_the_models(rows: Any, occasion: str) -> None:
    found = kam.summarize(table(rows), as_of="2024-01-01", occasion=occasion)
    known = ~np.isnan(found["frequency"])
    kept = {name: found[name][known] for name in MEASURES}
    model = kam.MBGNBD.from_params(r=0.5, alpha=6, a=0.9, b=1.6)
    assert np.isfinite(model.expected_orders(kept, 52)).all()  # a bad row would warn
    assert (kept["monetary_value"][kept["frequency"] > 0] >= 0).all()


# ---- scores -------------------------------------------------------------------------------------


@settings(few, max_examples=25)
@given(logs, st.integers(100, 900))
def test_any_log_can_be_scored(rows: Any, end: int) -> None:
    as_of = str(np.datetime64("2022-06-01") + end)
    result = kam.score(table(rows), as_of=as_of)
    report = result.data_report
    assert (
        report.rows_read
        == len(rows)
        == report.rows_used + report.rows_rejected + report.rows_set_aside
    )
    assert len(result) == len({r[0] for r in rows})
    index = result["value_index"]
    assert ((index >= 0) & (index <= 100) | np.isnan(index)).all()
    assert ((result["coverage"] >= 0) & (result["coverage"] <= 1)).all()
    shares = result["revenue_share"]
    if not np.isnan(shares).all():
        assert np.nansum(shares) == pytest.approx(1, abs=1e-12)
    back = kam.score(table(rows), as_of=as_of, model=kam.Model.from_json(result.model.to_json()))
    assert_array_equal(back["value_index"], index)
