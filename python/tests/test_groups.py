"""kam.fit_by and kam.order_grid."""

from __future__ import annotations

from typing import Any

import kam
import numpy as np
import pytest
from conftest import KINDS, kind_name, to_columns, to_frame


@pytest.fixture(scope="module")
def cohorts(summary: Any) -> dict[str, Any]:
    """CDNOW customers by the month of their first order (January to March 1997)."""
    month = np.array(["Mar", "Feb", "Jan"], dtype=object)[
        np.searchsorted([30.5, 34.6], summary["age"])
    ]
    return {**summary, "cohort": month}


@pytest.fixture(scope="module")
def grouped(cohorts: Any) -> kam.GroupedModel:
    return kam.fit_by(kam.MBGNBD, cohorts, by="cohort")


# ---- groups -------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:weakly identified:kam.ConvergenceWarning")
def test_each_group_has_the_fit_it_has_alone(grouped: kam.GroupedModel, cohorts: Any) -> None:
    found = to_columns(grouped.table())
    assert found["cohort"] == ["Jan", "Feb", "Mar"]
    assert sum(found["accounts"]) == 2357
    assert sum(found["repeat_orders"]) == 2457
    for i, label in enumerate(found["cohort"]):
        rows = cohorts["cohort"] == label
        alone = kam.MBGNBD().fit({k: v[rows] for k, v in cohorts.items()})
        assert found["r"][i] == alone.params_["r"]
        assert found["b_se"][i] == alone.standard_errors_["b"]
        assert found["log_likelihood"][i] == alone.log_likelihood_
        assert found["note"][i] == ""
    assert "3 groups, 3 with parameters of their own" in repr(grouped)


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [("probability_alive", ()), ("expected_orders", (39,)), ("probability_no_order", (39,)),
     ("log_likelihood", ())],
)  # fmt: skip
def test_verbs_answer_with_the_model_of_the_group(
    grouped: kam.GroupedModel, cohorts: Any, verb: str, arguments: Any
) -> None:
    mixed = np.random.default_rng(1).permutation(2357)
    shuffled = {k: v[mixed] for k, v in cohorts.items()}
    found = getattr(grouped, verb)(shuffled, *arguments)
    for label, model in grouped.models.items():
        rows = shuffled["cohort"] == label
        part = {k: v[rows] for k, v in shuffled.items()}
        np.testing.assert_array_equal(found[rows], getattr(model, verb)(part, *arguments))


def test_apart_is_never_less_likely_than_together(grouped: kam.GroupedModel, mbgnbd: Any) -> None:
    found = grouped.comparison()
    assert found["together"]["log_likelihood"] == pytest.approx(mbgnbd.log_likelihood_, rel=1e-12)
    assert found["apart"]["log_likelihood"] > found["together"]["log_likelihood"]
    assert (found["apart"]["parameters"], found["together"]["parameters"]) == (12, 4)
    gain = found["apart"]["log_likelihood"] - found["together"]["log_likelihood"]
    assert found["apart"]["aic"] - found["together"]["aic"] == pytest.approx(16 - 2 * gain)


def test_small_and_unknown_groups_have_the_pooled_model(cohorts: Any) -> None:
    label = cohorts["cohort"].copy()
    label[:2] = "tiny"
    label[cohorts["frequency"] == 0] = None
    found = kam.fit_by(kam.MBGNBD(), {**cohorts, "cohort": label}, by="cohort")
    table = {name: dict(zip(found.models, column, strict=True))
             for name, column in to_columns(found.table()).items()}  # fmt: skip
    assert table["note"]["tiny"].startswith("pooled: 3 events, fewer than 30")
    assert table["note"][None].startswith("pooled: ")
    assert found.models["tiny"] is found.pooled
    assert table["log_likelihood"]["tiny"] is None
    other = {**cohorts, "cohort": np.full(2357, "new", dtype=object)}
    np.testing.assert_array_equal(
        found.expected_orders(other, 39), found.pooled.expected_orders(cohorts, 39)
    )


def test_weights_and_spend(cohorts: Any) -> None:
    weight = np.where(cohorts["cohort"] == "Jan", 2.0, 1.0)
    found = kam.fit_by(kam.BGNBD, cohorts, by="cohort", sample_weight=weight)
    jan = {k: np.repeat(v[cohorts["cohort"] == "Jan"], 2) for k, v in cohorts.items()}
    assert found.models["Jan"].params_ == pytest.approx(kam.BGNBD().fit(jan).params_, rel=1e-6)
    money = kam.fit_by(kam.GammaGamma, cohorts, by="cohort")
    assert len(money.expected_spend(cohorts)) == 2357
    # In February spend goes with frequency more than chance explains: told in the table.
    told = to_columns(money.table())["warning"]
    assert ["independent" in text for text in told] == [False, True, False]
    assert np.isfinite(money.comparison()["apart"]["aic"])


@pytest.mark.parametrize("kind", KINDS)
def test_frames_of_any_kind(kind: str, cohorts: Any) -> None:
    given = to_frame(kind, {k: v for k, v in cohorts.items() if k != "monetary_value"})
    found = kam.fit_by(kam.MBGNBD, given, by="cohort")
    assert kind_name(found.table()) == kind
    interval = found.probability_alive(given, interval=True)
    assert kind_name(interval) == kind
    assert len(to_columns(interval)["probability_alive_lo"]) == 2357


def test_groups_that_make_no_sense(cohorts: Any) -> None:
    with pytest.raises(kam.DataError, match="'segment' is missing"):
        kam.fit_by(kam.MBGNBD, cohorts, by="segment")
    once = {k: v[cohorts["frequency"] == 0] for k, v in cohorts.items()}
    with pytest.raises(kam.InsufficientDataError):
        kam.fit_by(kam.MBGNBD, once, by="cohort")


# ---- grid ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bgnbd", "mbgnbd"])
def test_a_grid_holds_what_the_verbs_say(request: Any, name: str) -> None:
    model = request.getfixturevalue(name)
    grid = kam.order_grid(model, 39, 52, 25, recencies=40)
    assert grid.probability_alive.shape == grid.expected_orders.shape == (26, 40)
    assert (grid.recency[0], grid.recency[20], grid.recency[-1]) == (0, 20, 39)
    for x, j in ((1, 1), (10, 20), (25, 39)):
        row = {"frequency": [x], "recency": [grid.recency[j]], "age": [39]}
        assert grid.probability_alive[x, j] == model.probability_alive(row)[0]
        assert grid.expected_orders[x, j] == model.expected_orders(row, 52)[0]
    assert np.isnan(grid.probability_alive[0, 1:]).all()
    assert np.isnan(grid.expected_orders[1:, 0]).all()
    assert not np.isnan(grid.expected_orders[1:, 1:]).any()
    assert "39 weeks" in repr(grid)


def test_the_grid_of_the_walkthrough() -> None:
    """BTYD 2.4.3 at its parameters: orders in 52 weeks of x = 10, 15, 20, 25, t_x 20, T 39."""
    model = kam.BGNBD.from_params(r=0.2425982, alpha=4.413684, a=0.7929899, b=2.426167)
    grid = kam.order_grid(model, 39, 52, 25, recencies=40)
    np.testing.assert_allclose(
        grid.expected_orders[[10, 15, 20, 25], 20],
        [0.3474606, 0.04283391, 0.004158973, 0.0003583685],
        rtol=1e-5,
    )


def test_later_last_orders_are_better(mbgnbd: Any) -> None:
    grid = kam.order_grid(mbgnbd, 39, 39)
    for values in (grid.probability_alive, grid.expected_orders):
        assert (np.diff(values[1:, 1:], axis=1) > 0).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 39), "`age`"),
        ((np.inf, 39), "`age`"),
        ((39, -1), "`horizon`"),
        ((39, 39, -1), "`max_frequency`"),
        ((39, 39, 1.5), "`max_frequency`"),
    ],
)
def test_grids_that_make_no_sense(mbgnbd: Any, arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kam.order_grid(mbgnbd, *arguments)
    with pytest.raises(ValueError, match="`recencies`"):
        kam.order_grid(mbgnbd, 39, 39, recencies=1)
