"""The core holds no lock and shares nothing: threads give what one thread gives."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import kam
import numpy as np
import pytest
from numpy.testing import assert_array_equal

THREADS = 6


def in_threads(call: Any, arguments: list[Any]) -> list[Any]:
    """call(argument) for each, all started at the same moment."""
    start = threading.Barrier(len(arguments))

    def run(argument: Any) -> Any:
        start.wait()
        return call(argument)

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(run, arguments))


def test_scores_of_many_threads_are_those_of_one(small: Any, scored: Any, sample: Any) -> None:
    def score(which: int) -> Any:
        rows, as_of = ((small, "2024-06-30"), (sample, "1997-09-30"))[which]
        return kam.score(rows, as_of=as_of)

    want = [kam.score(small, as_of="2024-06-30"), scored]
    for i, found in enumerate(in_threads(score, [k % 2 for k in range(THREADS)])):
        assert found.model.to_json() == want[i % 2].model.to_json()
        for name, values in want[i % 2].columns.items():
            if isinstance(values, np.ndarray):
                assert_array_equal(found[name], values)
            else:
                assert found[name] == values


def test_one_model_serves_many_threads(scored: Any, sample: Any) -> None:
    model = scored.model
    ids = scored["account_id"]

    def one(i: int) -> float:
        mine = sample["account_id"] == ids[i]
        rows = {name: values[mine] for name, values in sample.items()}
        return float(kam.score(rows, as_of="1997-09-30", model=model)["p_churn"][0])

    rows = list(range(0, 2357, 100))
    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(one, rows)) == [scored["p_churn"][i] for i in rows]


def test_fits_of_many_threads_are_those_of_one(summary: Any, mbgnbd: Any, gamma_gamma: Any) -> None:
    want = [mbgnbd.to_json(), gamma_gamma.to_json()]
    found = in_threads(
        lambda k: (kam.MBGNBD, kam.GammaGamma)[k]().fit(summary).to_json(),
        [k % 2 for k in range(THREADS)],
    )
    assert found == [want[k % 2] for k in range(THREADS)]


def test_one_estimator_is_read_by_many_threads(summary: Any, mbgnbd: Any) -> None:
    want = mbgnbd.expected_orders(summary, 39, interval=True)
    for found in in_threads(
        lambda _: mbgnbd.expected_orders(summary, 39, interval=True), list(range(THREADS))
    ):
        for name in want:
            assert_array_equal(found[name], want[name])


def test_summaries_of_many_threads_are_those_of_one(master: Any) -> None:
    want = kam.summarize(master, as_of="1998-06-30")
    for found in in_threads(lambda _: kam.summarize(master, as_of="1998-06-30"), list(range(3))):
        for name in want:
            assert_array_equal(found[name], want[name])


def test_a_warning_in_a_thread_is_that_of_its_call() -> None:
    model = kam.MBGNBD.from_params(r=0.5, alpha=6, a=0.9, b=1.6)
    rows = {"frequency": [1.5], "recency": [1.0], "age": [2.0]}

    def call(_: int) -> str:
        try:
            model.probability_alive(rows)
        except kam.RowWarning as warning:  # the suite turns warnings into errors
            return str(warning)
        return ""

    assert set(in_threads(call, list(range(THREADS)))) == {str(pytest_warning(model, rows))}


def pytest_warning(model: Any, rows: Any) -> kam.RowWarning:
    with pytest.raises(kam.RowWarning) as caught:
        model.probability_alive(rows)
    return caught.value


def longest_standstill(call: Any) -> float:
    """The longest time, as a share of the call, in which another thread did not run."""
    ticks: list[float] = []
    done = threading.Event()

    def count() -> None:
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    try:
        start = time.perf_counter()
        call()
        end = time.perf_counter()
    finally:
        done.set()
        counter.join()
    inside = [tick for tick in ticks if start < tick < end]
    return float(max(np.diff([start, *inside, end])) / (end - start))


def test_other_threads_run_while_the_core_computes() -> None:
    """With Python's lock held, the counting thread would stand still for the whole call."""
    rng = np.random.default_rng(1)
    n = 300_000
    age = rng.uniform(10, 100, n)
    frequency = rng.integers(0, 40, n).astype(float)
    recency = np.where(frequency > 0, age * rng.uniform(0.3, 1, n), 0)
    rows = {"frequency": frequency, "recency": recency, "age": age}
    model = kam.MBGNBD.from_params(r=0.5, alpha=6, a=0.9, b=1.6)
    # A busy machine may hold up any thread once.
    attempts = (longest_standstill(lambda: model.expected_orders(rows, 52)) for _ in range(4))
    assert any(share < 0.5 for share in attempts)
