"""BGNBD, MBGNBD and GammaGamma: model files, and hostile input.

Reference numbers without a source are converged optima, 40 to 50 digits, of the papers' formulas.
"""

from __future__ import annotations

import copy
import json
import math
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

ORDER_MODELS = (kam.BGNBD, kam.MBGNBD)

# CDNOW 1/10 sample to 1997-09-30, weeks as days/7.
# The same with weeks rounded to two decimals: what lifetimes ships as a CSV.
# Customers 0001 and 1516 of the sample, in weeks.


def cut(summary: Any, rows: Any) -> dict[str, Any]:
    return {name: values[rows] for name, values in summary.items()}


def accounts(x: Any, t_x: Any, age: Any) -> dict[str, list[float]]:
    columns = np.broadcast_arrays(*map(np.atleast_1d, (x, t_x, age)))
    return dict(zip(("frequency", "recency", "age"), (c.tolist() for c in columns), strict=True))


def refusal(call: Callable[[], Any]) -> str | None:
    """The text of the FormatError, None if there is none."""
    try:
        call()
    except kam.FormatError as error:
        return str(error)
    return None


# ---- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bgnbd", "mbgnbd", "gamma_gamma"])
@pytest.mark.parametrize(
    "again",
    [
        lambda m: type(m).from_json(m.to_json()),
        copy.copy,
        copy.deepcopy,
        lambda m: pickle.loads(pickle.dumps(m)),
    ],
    ids=["json", "copy", "deepcopy", "pickle"],
)
def test_a_model_comes_back_with_the_same_bits(
    request: pytest.FixtureRequest, summary: Any, name: str, again: Callable[[Any], Any]
) -> None:
    model = request.getfixturevalue(name)
    back = again(model)
    assert type(back) is type(model)
    assert back.to_json() == model.to_json()
    assert back.params_ == model.params_
    assert back.standard_errors_ == model.standard_errors_
    assert (back.log_likelihood_, back.unit_, back.n_iter_) == (
        model.log_likelihood_,
        model.unit_,
        model.n_iter_,
    )
    verb = "expected_spend" if name == "gamma_gamma" else "probability_alive"
    before, after = (getattr(m, verb)(summary, interval=True) for m in (model, back))
    for column in before:
        assert before[column].tobytes() == after[column].tobytes()


def test_an_unfitted_estimator_can_be_copied() -> None:
    assert repr(pickle.loads(pickle.dumps(kam.BGNBD()))) == "BGNBD()"


@pytest.mark.parametrize("unit", ["day", "week", "month"])
def test_the_unit_is_kept_in_the_json(summary: Any, unit: str) -> None:
    model = kam.MBGNBD().fit(summary, unit=unit)
    assert json.loads(model.to_json())["unit"] == unit
    assert kam.MBGNBD.from_json(model.to_json()).unit_ == unit


def test_the_json_is_small_and_holds_no_data(mbgnbd: kam.MBGNBD) -> None:
    text = mbgnbd.to_json()
    assert len(text) < 1500
    content = json.loads(text)
    assert (content["format"], content["format_version"], content["kind"]) == (
        "kam-model",
        1,
        "estimate",
    )
    assert content["parameters"] == mbgnbd.params_


def test_reformatted_json_is_the_same_model(mbgnbd: kam.MBGNBD) -> None:
    pretty = json.dumps(json.loads(mbgnbd.to_json()), indent=2, sort_keys=False)
    assert kam.MBGNBD.from_json(pretty).to_json() == mbgnbd.to_json()


@pytest.mark.parametrize("name", ["bgnbd", "mbgnbd", "gamma_gamma"])
@pytest.mark.parametrize("bit", [1, 16, 64])
def test_a_flipped_bit_is_an_error_or_the_same_model(
    request: pytest.FixtureRequest, name: str, bit: int
) -> None:
    """The last digit of a number may read back to the same bits; then it is the same model."""
    model = request.getfixturevalue(name)
    text = model.to_json()
    refused = 0
    for at in np.linspace(0, len(text) - 1, 50).astype(int):
        damaged = text[:at] + chr(ord(text[at]) ^ bit) + text[at + 1 :]
        message = refusal(lambda text=damaged: type(model).from_json(text))
        if message is None:
            assert type(model).from_json(damaged).to_json() == text
        else:
            refused += 1
            assert message.startswith("model file: ")
    assert refused >= 45


def test_every_beginning_of_a_file_is_refused(mbgnbd: kam.MBGNBD) -> None:
    text = mbgnbd.to_json()
    for end in range(0, len(text), 7):
        with pytest.raises(kam.FormatError):
            kam.MBGNBD.from_json(text[:end])


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "null",
        "[]",
        "{}",
        "3",
        '"kam-model"',
        "{",
        "[" * 100_000,
        '{"format":"kam-model"}',
        "\0",
        "x" * 20_000_000,
    ],
    ids=lambda t: t[:12],
)
def test_what_is_no_model_file_is_refused(text: str) -> None:
    for model in (kam.MBGNBD, kam.GammaGamma, kam.Model):
        with pytest.raises(kam.FormatError, match="model file"):
            model.from_json(text)


@pytest.mark.parametrize(
    ("before", "after"),
    [('"format_version":1', '"format_version":2'), ('"format_version":1', '"format_version":1.5'),
     ('"format_version":1,', ""), ('"kind":"estimate"', '"kind":"score_model"')],
)  # fmt: skip
def test_a_newer_or_foreign_file_is_a_version_error(
    mbgnbd: kam.MBGNBD, before: str, after: str
) -> None:
    assert before in mbgnbd.to_json()
    with pytest.raises(kam.VersionError):
        kam.MBGNBD.from_json(mbgnbd.to_json().replace(before, after))
    with pytest.raises(kam.VersionError, match="expected score_model"):
        kam.Model.from_json(mbgnbd.to_json())


def test_the_model_of_another_class_is_refused(
    mbgnbd: kam.MBGNBD, gamma_gamma: kam.GammaGamma
) -> None:
    with pytest.raises(ValueError, match="the file holds mbgnbd, expected bgnbd"):
        kam.BGNBD.from_json(mbgnbd.to_json())
    with pytest.raises(ValueError, match="the file holds gamma_gamma, expected mbgnbd"):
        kam.MBGNBD.from_json(gamma_gamma.to_json())


def test_the_model_of_another_class_is_a_version_error(mbgnbd: kam.MBGNBD) -> None:
    with pytest.raises(kam.VersionError):
        kam.BGNBD.from_json(mbgnbd.to_json())


@pytest.mark.parametrize("text", [None, 3, ["{}"]])
def test_json_is_text(text: Any) -> None:
    with pytest.raises(TypeError):
        kam.BGNBD.from_json(text)


# ---- hostile input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"r": 1, "alpha": 1, "a": 1}, "parameters must be r, alpha, a, b, got r, alpha, a"),
        ({"r": 1, "alpha": 1, "a": 1, "b": 1, "c": 1}, "parameters must be r, alpha, a, b"),
        ({}, "parameters must be"),
        ({"r": 1, "alpha": 1, "a": 1, "b": -1}, "`b` must be finite and > 0, got -1"),
        ({"r": 1, "alpha": 0, "a": 1, "b": 1}, "`alpha` must be finite and > 0, got 0"),
        ({"r": math.nan, "alpha": 1, "a": 1, "b": 1}, "`r` must be finite and > 0, got nan"),
        ({"r": 1, "alpha": 1, "a": math.inf, "b": 1}, "`a` must be finite and > 0, got inf"),
        (
            {"r": 1, "alpha": 1, "a": 1, "b": 1, "unit": "year"},
            "`unit` must be day, week or month, got 'year'",
        ),
    ],
)
def test_wrong_parameters_are_named(given: Any, message: str) -> None:
    for model in ORDER_MODELS:
        with pytest.raises(ValueError, match=message):
            model.from_params(**given)


def test_wrong_spend_parameters_are_named() -> None:
    with pytest.raises(ValueError, match="`gamma` must be finite and > 0"):
        kam.GammaGamma.from_params(p=1, q=1, gamma=-1)
    with pytest.raises(ValueError, match="parameters must be p, q, gamma"):
        kam.GammaGamma.from_params(p=1, q=1, v=1)


@pytest.mark.parametrize("model", [kam.BGNBD, kam.MBGNBD, kam.GammaGamma])
def test_an_unfitted_model_says_so(model: Any, summary: Any) -> None:
    uses = [
        lambda m: m.params_,
        lambda m: m.standard_errors_,
        lambda m: m.log_likelihood_,
        lambda m: m.converged_,
        lambda m: m.n_iter_,
        lambda m: m.unit_,
        lambda m: m.summary(),
        lambda m: m.to_json(),
        lambda m: m.log_likelihood(summary),
    ]
    if model is not kam.GammaGamma:
        uses += [lambda m: m.probability_alive(summary), lambda m: m.expected_orders(summary, 1),
                 lambda m: m.expected_orders_new(1), lambda m: m.simulate(1, 1, 1)]  # fmt: skip
    for use in uses:
        with pytest.raises(
            ValueError, match=rf"this {model.__name__} is not fitted: call fit or from_params"
        ):
            use(model())


BAD = accounts(
    [1, 2, np.nan, 1.5, -1, 0, 1, 1], [5, 1, 1, 1, 0, 1, -1, 1], [2, 3, 4, 5, 2, 2, 2, np.inf]
)
# recency > age; ok; NaN; fractional; negative; recency without a repeat; negative recency; infinite


@pytest.mark.parametrize("model", ORDER_MODELS)
@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("probability_alive", ()),
        ("log_likelihood", ()),
        ("expected_orders", (39,)),
        ("probability_no_order", (39,)),
    ],
)
def test_rows_that_cannot_be_read_are_nan_counted_and_explained(
    model: Any, verb: str, arguments: Any
) -> None:
    given = model.from_params(r=0.25, alpha=4, a=0.8, b=2.5)
    with pytest.warns(
        kam.RowWarning, match=rf"^{verb}: 7 rows .*NaN, first row 0 \(out_of_domain\)$"
    ) as caught:
        found = getattr(given, verb)(BAD, *arguments)
    assert np.isnan(np.delete(found, 1)).all()
    assert (
        found[1]
        == getattr(given, verb)(
            cut({k: np.array(v) for k, v in BAD.items()}, slice(1, 2)), *arguments
        )[0]
    )
    told = [w for w in caught if "are NaN" in str(w.message)]  # one-time buyers are another matter
    assert [Path(w.filename).name for w in told] == ["test_models_files.py"]


def test_the_reason_is_that_of_the_first_row() -> None:
    model = kam.BGNBD.from_params(r=0.25, alpha=4, a=0.8, b=2.5)
    with pytest.warns(kam.RowWarning, match=r": 1 row.* NaN, first row 1 \(not_finite\)"):
        model.probability_alive(accounts([1, np.nan], 1, 2), interval=True)


def test_missing_values_of_nullable_columns_are_nan_rows() -> None:
    model = kam.BGNBD.from_params(r=0.25, alpha=4, a=0.8, b=2.5)
    made = pd.DataFrame(
        {"frequency": pd.array([1, None], dtype="Int64"), "recency": [1.0, 1.0], "age": [2, 2]}
    )
    with pytest.warns(kam.RowWarning, match=": 1 row.* NaN, first row 1 "):
        assert np.isnan(model.probability_alive(made)).tolist() == [False, True]


@pytest.mark.parametrize("model", ORDER_MODELS)
def test_bad_rows_are_left_out_of_a_fit_and_counted(summary: Any, model: Any) -> None:
    rows = {k: np.concatenate([np.asarray(BAD[k])[[0, 2, 3]], summary[k]]) for k in BAD}
    with pytest.warns(kam.RowWarning, match="fit: 3 rows"):
        found = model().fit(rows)
    assert found.params_ == pytest.approx(model().fit(summary).params_, rel=1e-12)


def test_the_warning_of_a_fit_names_no_row_that_does_not_exist(summary: Any) -> None:
    rows = {k: np.concatenate([np.asarray(BAD[k])[[0, 2, 3]], summary[k]]) for k in BAD}
    with pytest.warns(kam.RowWarning) as caught:
        kam.BGNBD().fit(rows)
    assert "-1" not in str(caught[0].message)


@pytest.mark.parametrize(
    "verb",
    [
        "fit",
        "expected_spend",
    ],
)
def test_warnings_point_at_the_line_of_the_caller(
    summary: Any, gamma_gamma: kam.GammaGamma, verb: str
) -> None:
    rows = {
        "frequency": np.r_[1.5, summary["frequency"]],
        "monetary_value": np.r_[1, summary["monetary_value"]],
    }
    with pytest.warns(kam.RowWarning) as caught:
        getattr(kam.GammaGamma() if verb == "fit" else gamma_gamma, verb)(rows)
    assert Path(caught[0].filename).name == "test_models_files.py"


def test_spend_rows_that_cannot_be_read() -> None:
    model = kam.GammaGamma.from_params(p=6.25, q=3.74, gamma=15.44)
    rows = {"frequency": [1, 1, 1, 0, 1.5, 2], "monetary_value": [0, -1, np.nan, np.nan, 5, 5]}
    with pytest.warns(
        kam.RowWarning, match=r"expected_spend: 4 rows .*NaN, first row 0 \(out_of_domain\)"
    ):
        found = model.expected_spend(rows)
    assert np.isnan(found).tolist() == [True, True, True, False, True, False]


def test_a_mean_that_does_not_exist_is_nan_and_not_negative() -> None:
    """lifetimes predicts -22.23 for the account without a repeat order (q = .588)."""
    model = kam.GammaGamma.from_params(p=2, q=0.588, gamma=10)
    with pytest.warns(kam.RowWarning, match=r": 1 row.* NaN, first row 0 \(undefined_value\)"):
        found = model.expected_spend({"frequency": [0, 1, 2], "monetary_value": [np.nan, 5, 6]})
    assert np.isnan(found[0])
    assert_allclose(found[1:], [2 * 15 / (2 + 0.588 - 1), 2 * 22 / (4 + 0.588 - 1)], rtol=1e-13)
    thin = kam.GammaGamma.from_params(p=0.2, q=0.5, gamma=10)
    with pytest.warns(kam.RowWarning, match="undefined_value"):
        found = thin.expected_spend({"frequency": [1, 2, 3], "monetary_value": [5, 5, 5]})
    assert np.isnan(found).tolist() == [True, True, False]


def test_a_heavy_tail_is_fitted_with_a_warning_and_never_predicts_below_zero() -> None:
    rng = np.random.default_rng(11)
    spend = 5 / rng.gamma(0.6, 1, 400)  # infinite mean
    rows = {"frequency": np.r_[np.full(400, 2.0), 0], "monetary_value": np.r_[spend, np.nan]}
    with pytest.warns(kam.ConvergenceWarning):
        model = kam.GammaGamma().fit(rows)
    assert model.params_["q"] < 1
    with pytest.warns(kam.RowWarning, match="undefined_value"):
        found = model.expected_spend(rows)
    assert np.isnan(found[-1])
    assert (found[:-1][~np.isnan(found[:-1])] > 0).all()


@pytest.mark.parametrize("model", ORDER_MODELS)
def test_a_boundary_is_a_convergence_warning(model: Any) -> None:
    """Every account orders each week and none leaves: all four parameters run away."""
    ages = np.arange(20.0, 60.0)
    with pytest.warns(kam.ConvergenceWarning) as caught:
        found = model().fit(accounts(ages, ages, ages))
    assert "infinity" in str(caught[0].message)
    assert Path(caught[0].filename).name == "test_models_files.py"
    assert found.warning_ == str(caught[0].message)
    assert all(v > 0 and math.isfinite(v) for v in found.params_.values())
    assert model.from_json(found.to_json()).warning_ == found.warning_


@pytest.mark.parametrize("model", ORDER_MODELS)
def test_nothing_to_learn_from_is_insufficient_data(model: Any) -> None:
    for rows in (accounts([0, 0], 0, [2, 3]), {"frequency": [], "recency": [], "age": []}):
        with pytest.raises(kam.InsufficientDataError, match="no usable account has a repeat order"):
            model().fit(rows)


def test_no_spend_to_learn_from_is_insufficient_data() -> None:
    with pytest.raises(kam.InsufficientDataError):
        kam.GammaGamma().fit({"frequency": [0, 1], "monetary_value": [np.nan, 5]})


def test_a_failed_fit_leaves_an_estimator_as_it_was(summary: Any) -> None:
    model = kam.BGNBD().fit(summary)
    before = model.to_json()
    with pytest.raises(kam.InsufficientDataError):
        model.fit(accounts(0, 0, 5))
    assert model.to_json() == before


@pytest.mark.parametrize("missing", ["frequency", "recency", "age"])
def test_a_missing_column_is_named(
    missing: str, kind: str, frame: Callable[..., Any], summary: Any
) -> None:
    made = frame(kind, {k: v[:3] for k, v in summary.items() if k not in (missing, "account_id")})
    with pytest.raises(kam.DataError, match=f"column '{missing}' is missing; there are: "):
        kam.BGNBD().fit(made)


def test_spend_needs_its_column(gamma_gamma: kam.GammaGamma) -> None:
    with pytest.raises(kam.DataError, match="column 'monetary_value' is missing"):
        gamma_gamma.expected_spend({"frequency": [1]})


def test_text_in_a_number_column_is_quoted() -> None:
    model = kam.BGNBD.from_params(r=0.25, alpha=4, a=0.8, b=2.5)
    with pytest.raises(kam.DataError, match="column 'frequency' holds 'x' in row 1: not a number"):
        model.probability_alive({"frequency": ["1", "x"], "recency": [1, 1], "age": [2, 2]})


def test_columns_of_different_length(bgnbd: kam.BGNBD) -> None:
    with pytest.raises(ValueError, match="`recency` has 1 rows, expected 2"):
        bgnbd.probability_alive({"frequency": [1, 2], "recency": [1], "age": [2, 3]})


@pytest.mark.parametrize("horizon", [-1, math.nan, math.inf, -math.inf])
def test_a_wrong_horizon_is_named(bgnbd: kam.BGNBD, summary: Any, horizon: float) -> None:
    for verb in (bgnbd.expected_orders, bgnbd.probability_no_order):
        for interval in (False, True):
            with pytest.raises(ValueError, match="`horizon` must be finite and >= 0"):
                verb(summary, horizon, interval=interval)


@pytest.mark.parametrize("horizon", [-1, math.nan])
def test_a_wrong_horizon_of_a_new_account_is_named(bgnbd: kam.BGNBD, horizon: float) -> None:
    with pytest.raises(ValueError, match="horizon"):
        bgnbd.expected_orders_new(horizon)


@pytest.mark.parametrize("level", [0, 1, -0.1, 1.5, math.nan])
def test_a_wrong_level_is_named(
    bgnbd: kam.BGNBD, gamma_gamma: kam.GammaGamma, summary: Any, level: float
) -> None:
    with pytest.raises(ValueError, match="`level` must be between 0 and 1"):
        bgnbd.probability_alive(summary, interval=True, level=level)
    with pytest.raises(ValueError, match="`level` must be between 0 and 1"):
        gamma_gamma.expected_spend(summary, interval=True, level=level)


def test_wrong_rates_are_named(bgnbd: kam.BGNBD, summary: Any) -> None:
    with pytest.raises(ValueError, match="delta"):
        bgnbd.discounted_expected_orders(summary, horizon=5, delta_continuous=-0.1)


def test_weights_are_checked(summary: Any) -> None:
    with pytest.raises(ValueError, match="`sample_weight` has 2 rows, expected 2357"):
        kam.BGNBD().fit(summary, sample_weight=[1, 2])
    with pytest.raises(kam.InsufficientDataError):
        kam.BGNBD().fit(summary, sample_weight=np.zeros(2357))
    with pytest.warns(kam.RowWarning, match="fit: 2 rows"):
        kam.BGNBD().fit(summary, sample_weight=np.r_[np.nan, -1, np.ones(2355)])


@pytest.mark.parametrize("age", [-1, math.nan, math.inf])
def test_wrong_ages_of_a_simulation_are_named(bgnbd: kam.BGNBD, age: float) -> None:
    with pytest.raises(ValueError, match="`age` must be finite and >= 0"):
        bgnbd.simulate(3, age, 1)


def test_other_wrong_calls_of_simulate(bgnbd: kam.BGNBD) -> None:
    for n, age, seed in ((-1, 5, 1), (3, [1, 2], 1), (3, 5, -1)):
        with pytest.raises((ValueError, TypeError)):
            bgnbd.simulate(n, age, seed)
    assert len(bgnbd.simulate(0, 5, 1)["frequency"]) == 0


def test_no_rows_give_no_numbers(bgnbd: kam.BGNBD, gamma_gamma: kam.GammaGamma) -> None:
    none = {"frequency": [], "recency": [], "age": [], "monetary_value": []}
    assert bgnbd.probability_alive(none).shape == (0,)
    assert bgnbd.expected_orders(none, 5, interval=True)["expected_orders_lo"].shape == (0,)
    assert gamma_gamma.expected_spend(none).shape == (0,)
