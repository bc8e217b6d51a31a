"""kam.ahp, kam.rank_order_centroid, kam.whale_curve."""

from __future__ import annotations

import kam
import numpy as np
import pytest
from numpy.testing import assert_allclose

# Saaty's method, recomputed independently in R 4.2.2.
THREE = [[1, 1 / 3, 5], [3, 1, 7], [1 / 5, 1 / 7, 1]]
FOUR = [[1, 2, 3, 2], [1 / 2, 1, 2, 1], [1 / 3, 1 / 2, 1, 1 / 2], [1 / 2, 1, 2, 1]]


def test_published_weights_and_both_ratios() -> None:
    three = kam.ahp(THREE)
    assert_allclose(three.weights, [0.27895457, 0.64911800, 0.07192743], atol=5e-9)
    assert three.lambda_max == pytest.approx(3.0648876, abs=5e-8)
    assert three.consistency_ratio == pytest.approx(0.06186, abs=5e-6)
    assert three.classic_ratio == pytest.approx(0.05594, abs=5e-6)
    assert three.geometric_consistency_index == pytest.approx(0.19361915, abs=5e-9)
    four = kam.ahp(FOUR)
    assert_allclose(four.weights, [0.42358691, 0.22704447, 0.12232416, 0.22704447], atol=5e-9)
    assert four.lambda_max == pytest.approx(4.0103629, abs=5e-8)


def test_weights_are_the_principal_eigenvector() -> None:
    values, vectors = np.linalg.eig(np.array(FOUR))
    k = int(np.argmax(values.real))
    expected = np.abs(vectors[:, k].real)
    assert_allclose(kam.ahp(FOUR).weights, expected / expected.sum(), rtol=1e-12)


def test_an_upper_triangle_is_enough_and_a_group_is_its_geometric_mean() -> None:
    upper = np.array(FOUR)
    upper[np.tril_indices(4, -1)] = np.nan
    assert_allclose(kam.ahp(upper).weights, kam.ahp(FOUR).weights, rtol=1e-14)
    assert_allclose(kam.ahp([FOUR, FOUR]).weights, kam.ahp(FOUR).weights, rtol=1e-12)


def test_the_judgment_that_fits_worst_is_named() -> None:
    wrong = np.array(FOUR, dtype=float)
    wrong[0, 3], wrong[3, 0] = 9, 1 / 9
    found = kam.ahp(wrong)
    assert set(found.most_inconsistent) == {0, 3}
    assert found.given == 9
    assert found.implied < 9


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1, 2], [2, 1]], "reciprocal|matrix"),
        ([[1, -2], [-0.5, 1]], "-2"),
        ([[1, 2, 3], [1, 1, 1]], "shape"),
        ([1, 2, 3], "shape"),
    ],
)
def test_what_is_no_matrix_of_judgments_is_refused(matrix: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kam.ahp(matrix)


def test_rank_order_centroid() -> None:
    assert_allclose(kam.rank_order_centroid(4), [0.5208, 0.2708, 0.1458, 0.0625], atol=5e-5)
    assert kam.rank_order_centroid(7).sum() == pytest.approx(1)
    with pytest.raises(ValueError, match="got 0"):
        kam.rank_order_centroid(0)


def test_whale_curve() -> None:
    whale = kam.whale_curve([100.0, 50.0, 0.0, -30.0, np.nan])
    assert (whale.accounts, whale.rows_rejected, whale.accounts_below_zero) == (4, 1, 1)
    assert whale.peak_ratio == pytest.approx(150 / 120)
    assert whale.erosion == pytest.approx(0.25)
    share, profit, _ = whale.curve
    assert_allclose(profit, [0, 100, 150, 150, 120])
    assert_allclose(share, [0, 0.25, 0.5, 0.75, 1])
    losing = kam.whale_curve([10.0, -20.0])
    assert np.isnan(losing.peak_ratio)
    assert "non_positive_total" in losing.note
    assert losing.peak == 10
