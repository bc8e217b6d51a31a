"""`threads=` lends threads to the library: the same bits for any number, and bad numbers named."""

import kam
import numpy as np
import pytest

ACCOUNTS = 30_000


@pytest.fixture(scope="module")
def summary():
    rng = np.random.default_rng(4)
    model = kam.BGNBD.from_params(r=0.24, alpha=4.4, a=0.79, b=2.4)
    drawn = model.simulate(ACCOUNTS, age=np.floor(rng.uniform(7, 540, ACCOUNTS)) / 7, seed=3)
    drawn["monetary_value"] = np.where(drawn["frequency"] > 0, rng.gamma(6, 5, ACCOUNTS), np.nan)
    return drawn


ORDERS = kam.MBGNBD.from_params(r=0.525, alpha=6.183, a=0.891, b=1.614)
SPEND = kam.GammaGamma.from_params(p=6.25, q=3.74, gamma=15.44)
VERBS = {
    "log_likelihood": lambda s, n: ORDERS.log_likelihood(s, threads=n),
    "probability_alive": lambda s, n: ORDERS.probability_alive(s, threads=n),
    "probability_no_order": lambda s, n: ORDERS.probability_no_order(s, 26, threads=n),
    "expected_orders": lambda s, n: ORDERS.expected_orders(s, 39, threads=n),
    "discounted_expected_orders": lambda s, n: ORDERS.discounted_expected_orders(
        s, horizon=52, delta_continuous=0.002, threads=n
    ),
    "expected_spend": lambda s, n: SPEND.expected_spend(s, threads=n),
    "spend_log_likelihood": lambda s, n: SPEND.log_likelihood(s, threads=n),
    "lifetime_value": lambda s, n: kam.lifetime_value(
        ORDERS, SPEND, s, years=1, discount=0.1, interval=False, threads=n
    )["lifetime_value"],
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_has_the_same_bits_for_any_number_of_threads(summary, verb):
    one = VERBS[verb](summary, 1)
    assert np.isfinite(one).sum() > ACCOUNTS / 4
    for threads in (2, 3, 8):
        np.testing.assert_array_equal(VERBS[verb](summary, threads), one)


@pytest.mark.parametrize("model", [kam.BGNBD, kam.MBGNBD])
def test_a_fit_and_its_intervals_have_the_same_bits(summary, model):
    one, three = (model().fit(summary, threads=n) for n in (1, 3))
    assert one.to_json() == three.to_json()
    for verb in ("probability_alive", "expected_orders"):
        arguments = (39,) if verb == "expected_orders" else ()
        frames = [getattr(one, verb)(summary, *arguments, interval=True, threads=n) for n in (1, 3)]
        for name in frames[0]:
            np.testing.assert_array_equal(frames[0][name], frames[1][name])


def test_the_spend_fit_has_the_same_bits(summary):
    repeaters = {name: column[summary["frequency"] > 0] for name, column in summary.items()}
    one, two = (kam.GammaGamma().fit(repeaters, threads=n) for n in (1, 2))
    assert one.to_json() == two.to_json()


def test_value_without_interval_is_the_estimate_of_the_one_with(summary):
    orders = kam.MBGNBD().fit(summary)
    few = {name: column[:500] for name, column in summary.items()}
    both = [
        kam.lifetime_value(orders, SPEND, few, years=1, discount=0.1, interval=interval)
        for interval in (False, True)
    ]
    assert list(both[0]) == ["lifetime_value"]
    np.testing.assert_array_equal(both[0]["lifetime_value"], both[1]["lifetime_value"])


@pytest.mark.parametrize("threads", [0, -1, 2000])
def test_a_bad_number_is_named(summary, threads):
    with pytest.raises(ValueError, match=f"`threads` must be 1 .. 1024, got {threads}"):
        ORDERS.probability_alive(summary, threads=threads)
