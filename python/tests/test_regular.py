"""BGCNBD and MBGCNBD: accounts that order on a rhythm."""

from __future__ import annotations

import json
import math
import pickle
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pytest
from kam.cli import main
from numpy.testing import assert_allclose, assert_array_equal

REGULAR = (kam.BGCNBD, kam.MBGCNBD)
PLAIN = {kam.BGCNBD: kam.BGNBD, kam.MBGCNBD: kam.MBGNBD}
TRUE = {"r": 2.5, "alpha": 4.0, "a": 0.8, "b": 3.0, "k": 3}


def simulated(model: Any, n: int = 2000) -> dict[str, Any]:
    age = 10 + np.arange(n) % 60
    return model.from_params(**TRUE).simulate(n, age, 5)


@pytest.mark.parametrize("model", REGULAR)
def test_k_is_found_reported_and_kept(model: Any) -> None:
    portfolio = simulated(model)
    fitted = model(k_max=6).fit(portfolio)
    assert fitted.params_["k"] == 3
    assert list(fitted.k_profile_) == [1, 2, 3, 4, 5, 6]
    assert max(fitted.k_profile_, key=fitted.k_profile_.__getitem__) == 3
    assert fitted.k_profile_[3] == fitted.log_likelihood_
    assert "k " in fitted.summary()
    assert "log-likelihood by k" in fitted.summary()
    for again in (model.from_json(fitted.to_json()), pickle.loads(pickle.dumps(fitted))):
        assert again.params_ == fitted.params_
        assert again.k_profile_ == fitted.k_profile_
    at_three = model(3).fit(portfolio)
    assert at_three.params_ == fitted.params_
    assert at_three.k_profile_ == {}
    assert_allclose(fitted.log_likelihood(portfolio).sum(), fitted.log_likelihood_, rtol=1e-12)


@pytest.mark.filterwarnings("ignore:weakly identified:kam.ConvergenceWarning")
@pytest.mark.parametrize("model", REGULAR)
def test_one_phase_is_the_plain_model(model: Any) -> None:
    portfolio = simulated(model, 300)
    one, plain = model(1).fit(portfolio), PLAIN[model]().fit(portfolio)
    assert one.params_ == {**plain.params_, "k": 1}
    assert_array_equal(one.expected_orders(portfolio, 9), plain.expected_orders(portfolio, 9))
    assert_array_equal(one.probability_alive(portfolio), plain.probability_alive(portfolio))


@pytest.mark.filterwarnings("ignore:weakly identified:kam.ConvergenceWarning")
@pytest.mark.parametrize("model", REGULAR)
def test_without_gaps_k_must_be_given_and_the_likelihood_is_missing(model: Any) -> None:
    portfolio = simulated(model, 300)
    bare = {name: portfolio[name] for name in ("frequency", "recency", "age")}
    with pytest.raises(kam.DataError, match=r"log_gaps.*gaps=True"):
        model().fit(bare)
    fitted = model(3).fit(bare)
    assert fitted.params_ == model(3).fit(portfolio).params_
    assert math.isnan(fitted.log_likelihood_)
    with pytest.raises(kam.DataError, match="log_gaps"):
        fitted.log_likelihood(bare)
    assert np.isfinite(fitted.expected_orders(bare, 9)).all()
    frame = fitted.probability_no_order(bare, 9, interval=True)
    assert (frame["probability_no_order_lo"] <= frame["probability_no_order"]).all()


def test_a_late_regular_buyer_is_sooner_given_up() -> None:
    late = {"frequency": [9, 9], "recency": [36.0, 45.0], "age": [46.0, 46.0]}
    rhythm = kam.MBGCNBD.from_params(r=20.0, alpha=10.0, a=0.8, b=4.0, k=8)
    none = kam.MBGCNBD.from_params(r=20.0, alpha=80.0, a=0.8, b=4.0, k=1)
    assert rhythm.probability_alive(late)[0] < 0.6 * none.probability_alive(late)[0]
    assert rhythm.probability_alive(late)[1] > none.probability_alive(late)[1]


@pytest.mark.parametrize("model", REGULAR)
def test_counts_of_a_new_account_add_up(model: Any) -> None:
    fitted = model.from_params(**TRUE)
    n = np.arange(400)
    p = np.array([fitted.probability_of_orders(int(count), 12) for count in n])
    assert_allclose(p.sum(), 1, rtol=1e-12)
    assert_allclose((n * p).sum(), fitted.expected_orders_new(12), rtol=1e-10)
    with pytest.raises(ValueError, match="horizon"):
        fitted.probability_of_orders(1, -1)


@pytest.mark.parametrize("k", [0, 21, 2.5, -1])
def test_k_outside_1_to_20_is_refused(k: Any) -> None:
    with pytest.raises(ValueError, match="`k` must be a whole number from 1 to 20"):
        kam.BGCNBD(k)
    with pytest.raises(ValueError, match="`k_max` must be a whole number from 1 to 20"):
        kam.MBGCNBD(k_max=k)
    with pytest.raises(ValueError, match="k"):
        kam.BGCNBD.from_params(**{**TRUE, "k": k})


def test_parameters_without_k_are_refused() -> None:
    with pytest.raises(ValueError, match="r, alpha, a, b, k"):
        kam.BGCNBD.from_params(r=1, alpha=1, a=1, b=1)


def test_a_k_at_the_end_of_the_range_is_a_warning() -> None:
    with pytest.warns(kam.ConvergenceWarning, match="`k` = 2 is the largest tried"):
        kam.BGCNBD(k_max=2).fit(simulated(kam.BGCNBD))


def orders() -> dict[str, Any]:
    days = np.concatenate(
        [np.datetime64("2024-01-01") + np.arange(0, 300, 7 + i) for i in range(9)]
    )
    ids = np.concatenate([np.full(len(range(0, 300, 7 + i)), f"A{i}") for i in range(9)])
    return {"account_id": ids, "date": days, "amount": np.ones(len(ids))}


def test_summarize_adds_log_gaps_when_asked() -> None:
    plain = kam.summarize(orders(), as_of="2024-12-31")
    assert "log_gaps" not in plain
    summary = kam.summarize(orders(), as_of="2024-12-31", gaps=True)
    step = np.array([7 + i for i in range(9)]) / 7
    assert_allclose(summary["log_gaps"], summary["frequency"] * np.log(step), atol=1e-12)
    in_days = kam.summarize(orders(), as_of="2024-12-31", gaps=True, unit="day")
    assert_allclose(in_days["log_gaps"], summary["frequency"] * np.log(step * 7), rtol=1e-12)


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "summary.csv"
    portfolio = simulated(kam.BGCNBD, 500)
    rows = zip(*(portfolio[n].tolist() for n in portfolio), strict=True)
    lines = [",".join(portfolio), *(",".join(map(repr, row)) for row in rows)]
    table.write_text("\n".join(lines) + "\n")
    assert main(["fit", "bgcnbd", str(table), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["parameters"]["k"] == 1 + int(np.argmax(facts["log_likelihood_by_k"]))
    assert main(["fit", "mbgcnbd", str(table), "--k", "4", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["parameters"]["k"] == 4
    assert main(["fit", "bgnbd", str(table), "--k", "4"]) == 2
    assert "has no regularity" in capsys.readouterr().err
    assert main(["fit", "bgcnbd", str(table), "--k", "21"]) == 2
