"""The demonstrations of docs/models/left_out.md: methods that kam leaves out, and what they do.

Nothing here calls the library; the numbers of the page are reproduced from the definitions.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from numpy.testing import assert_allclose

Array = npt.NDArray[np.float64]

# Example of the R package CPP (R/ent_wei.R): 8 alternatives, 4 criteria, the last one a cost.
CPP = np.array(
    [
        (2, 30, 86, -5),
        (4, 26, 77, -12),
        (3, 22, 93, -4),
        (6, 34, 65, -10),
        (5, 31, 80, -8),
        (6, 29, 79, -9),
        (8, 37, 55, -15),
        (10, 21, 69, -11),
    ],
    dtype=float,
)
# Eight accounts: revenue in thousands, delivery score, satisfaction; and one giant.
PORTFOLIO = np.array(
    [
        (120, 62, 70),
        (95, 55, 81),
        (140, 48, 66),
        (80, 71, 75),
        (110, 66, 58),
        (105, 59, 77),
        (130, 52, 69),
        (90, 64, 73),
    ],
    dtype=float,
)
GIANT = np.vstack([PORTFOLIO, [4000, 60, 71]])
LAST_DIGIT = np.array([3, 7, 1, 9, 2, 8, 4, 6], dtype=float)[:, None]  # of the customer number


def entropy_weights(x: Array) -> Array:
    p = x / x.sum(axis=0)
    entropy = -(p * np.log(p)).sum(axis=0) / np.log(len(x))
    weights: Array = (1 - entropy) / (1 - entropy).sum()
    return weights


def critic_weights(x: Array) -> Array:
    z = (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))
    information = z.std(axis=0, ddof=1) * (1 - np.corrcoef(z.T)).sum(axis=0)
    weights: Array = information / information.sum()
    return weights


def topsis(x: Array, weights: Array) -> Array:
    v = weights * x / np.sqrt((x**2).sum(axis=0))
    to_best = np.sqrt(((v - v.max(axis=0)) ** 2).sum(axis=1))
    to_worst = np.sqrt(((v - v.min(axis=0)) ** 2).sum(axis=1))
    score: Array = to_worst / (to_best + to_worst)
    return score


def max_min(weights: Array, membership: Array) -> Array:
    composed: Array = np.minimum(weights[:, None], membership).max(axis=0)
    return composed


def rfmtc(r: float, f: float, t: float) -> float:
    """Yeh, Yang & Ting (2009), formula 22, with the published parameters."""
    q, gamma, beta = 0.111, 3.72, 9.52
    return gamma * f / (t - r + beta) * (1 - q) ** (r + 1)


def test_entropy_weights_of_the_cpp_example() -> None:
    expected = [0.50508347, 0.08298604, 0.05769028, 0.35424022]
    assert_allclose(entropy_weights(CPP), expected, atol=5e-9)


def test_entropy_weights_go_where_the_giant_is() -> None:
    assert_allclose(entropy_weights(PORTFOLIO), [0.570, 0.266, 0.164], atol=5e-4)
    assert_allclose(entropy_weights(GIANT), [0.992, 0.005, 0.003], atol=5e-4)


def test_entropy_weights_reward_a_measure_without_meaning() -> None:
    weights = entropy_weights(np.hstack([PORTFOLIO, LAST_DIGIT]))
    assert_allclose(weights, [0.080, 0.038, 0.023, 0.859], atol=5e-4)


def test_entropy_weights_depend_on_where_the_scale_starts() -> None:
    weights = entropy_weights(PORTFOLIO + np.array([0, 0, 100]))
    assert_allclose(weights, [0.659, 0.308, 0.032], atol=5e-4)


def test_entropy_weights_do_not_exist_once_an_account_makes_a_loss() -> None:
    with_loss = PORTFOLIO.copy()
    with_loss[0, 0] = -30
    with np.errstate(invalid="ignore"):
        assert np.isnan(entropy_weights(with_loss)).all()


def test_critic_moves_with_the_giant_and_rewards_the_digit_too() -> None:
    assert_allclose(critic_weights(PORTFOLIO), [0.396, 0.326, 0.278], atol=5e-4)
    assert_allclose(critic_weights(GIANT), [0.353, 0.333, 0.313], atol=5e-4)
    weights = critic_weights(np.hstack([PORTFOLIO, LAST_DIGIT]))
    assert_allclose(weights, [0.376, 0.239, 0.182, 0.202], atol=5e-4)


def test_topsis_scores_change_and_swap_when_somebody_joins() -> None:
    accounts, equal = np.array([(70, 45), (50, 65), (20, 30)], dtype=float), np.array([0.5, 0.5])
    before = topsis(accounts, equal)
    after = topsis(np.vstack([accounts, [95, 20]]), equal)
    assert_allclose(before, [0.715, 0.703, 0.000], atol=5e-4)
    assert_allclose(after[:3], [0.616, 0.620, 0.140], atol=5e-4)
    assert before[0] > before[1]
    assert after[0] < after[1]
    assert_allclose(accounts @ equal, [57.5, 57.5, 25])  # the additive index, whoever joins


def test_max_min_fuzzy_cannot_tell_a_good_account_from_a_bad_one() -> None:
    weights, points = np.full(4, 0.25), np.array([100, 50, 0])  # grades good, fair, poor
    good = np.array([(0.75, 0.25, 0)] * 3 + [(0.5, 0.25, 0.25)])
    bad = good[:, ::-1]
    assert max_min(weights, good).tolist() == max_min(weights, bad).tolist() == [0.25] * 3
    assert weights @ good @ points == pytest.approx(81.25)
    assert weights @ bad @ points == pytest.approx(18.75)


def test_weighted_fuzzy_with_scored_grades_is_the_additive_scorecard() -> None:
    random = np.random.default_rng(1)
    weights = random.dirichlet(np.ones(5))
    membership = random.dirichlet(np.ones(3), size=5)
    points = np.array([100, 50, 0])
    scores = membership @ points  # a score per indicator ...
    assert (weights @ membership) @ points == pytest.approx(weights @ scores)  # ... and their mean


@pytest.mark.parametrize(
    ("r", "f", "t", "published"),
    [
        (2, 50, 98, 1.23846416446171),
        (0, 13, 28, 1.14584328358209),
        (2, 1, 2, 0.274543568558824),
    ],
)
def test_rfmtc_reproduces_its_published_values(r: int, f: int, t: int, published: float) -> None:
    assert rfmtc(r, f, t) == pytest.approx(published, rel=1e-13)


def test_rfmtc_is_no_probability() -> None:
    assert rfmtc(2, 50, 98) > 1
    assert rfmtc(0, 13, 28) > 1
    assert rfmtc(2, 200, 98) == pytest.approx(4.95, abs=5e-3)  # linear in the orders, no upper end


def test_min_max_over_the_portfolio_flattens_all_but_the_giant() -> None:
    revenue = np.array([4000, 300, 250, 200, 150, 100, 60, 40, 30, 20], dtype=float)
    ranged = 100 * (revenue - revenue.min()) / (revenue.max() - revenue.min())
    mid_rank = 100 * ((revenue < 300).sum() + 0.5) / len(revenue)
    assert ranged[1] == pytest.approx(7.0, abs=0.05)
    assert mid_rank == 85
