"""Batches that are not like the fit: each churn estimator scores by name, or refuses by name."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import kam
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_array_equal

ROWS = 400
LEVELS = ["Business", "Enterprise", "Starter"]


def _history() -> dict[str, Any]:
    random = np.random.default_rng(12)
    plan = np.array(LEVELS, dtype=object)[random.integers(0, 3, ROWS)]
    seats = random.integers(1, 50, ROWS).astype(float)
    region = np.array([10, 20, 30])[random.integers(0, 3, ROWS)]
    risk = 0.1 + 0.15 * (plan == "Starter") + 0.1 * (region == 20) - 0.001 * seats
    life = random.geometric(risk).astype(float)
    return {
        "plan": plan,
        "seats": seats,
        "region": region,
        "months": np.minimum(life, 12),
        "lost": (life <= 12).astype(float),
    }


HISTORY = _history()
INPUTS = ("plan", "seats", "region")
TEXT = {"region": [10, 20, 30]}  # a number that is a name
TIMED: dict[str, Any] = {"duration": "months", "event": "lost", "covariates": INPUTS}


def _ladder(**_: Any) -> Any:
    return kam.ChurnLadder(["plan", "seats"]).fit(HISTORY, event="lost")


FITS: dict[str, Callable[..., Any]] = {
    "Logistic": lambda **o: kam.Logistic(levels=TEXT, **o).fit(
        HISTORY, event="lost", covariates=INPUTS
    ),
    "Hazard": lambda **o: kam.Hazard(levels=TEXT, **o).fit(HISTORY, **TIMED),
    "CoxPH": lambda **o: kam.CoxPH(levels=TEXT, **o).fit(HISTORY, **TIMED),
    "WeibullAFT": lambda **o: kam.WeibullAFT(levels=TEXT, **o).fit(HISTORY, **TIMED),
    "LogNormalAFT": lambda **o: kam.LogNormalAFT(levels=TEXT, **o).fit(HISTORY, **TIMED),
    "LogLogisticAFT": lambda **o: kam.LogLogisticAFT(levels=TEXT, **o).fit(HISTORY, **TIMED),
    "ExponentialAFT": lambda **o: kam.ExponentialAFT(levels=TEXT, **o).fit(HISTORY, **TIMED),
    "ChurnLadder": _ladder,
}
REGRESSIONS = [name for name in FITS if name != "ChurnLadder"]


def score(model: Any, frame: Any) -> Any:
    if isinstance(model, kam.ChurnLadder):
        found = model.predict(frame)
        return kam._data.frames.column(kam._data.frames.normalise(found), "churn_probability")
    if isinstance(model, kam.Logistic):
        return model.predict_proba(frame)
    return model.predict_churn(frame, 3.0, 2.0)


@pytest.fixture(scope="module", params=FITS)
def model(request: pytest.FixtureRequest) -> Any:
    """Read from its file, as a nightly run would."""
    return kam.load_model(FITS[request.param]().to_json())


@pytest.fixture
def batch() -> pd.DataFrame:
    return pd.DataFrame({name: HISTORY[name][:30] for name in INPUTS})


# ---- Scored, and right --------------------------------------------------------------------------


def test_other_order_and_more_columns(model: Any, batch: pd.DataFrame) -> None:
    expected = score(model, batch)
    assert np.isfinite(expected).all()
    assert len(np.unique(expected)) > 5
    assert_array_equal(score(model, batch[["region", "seats", "plan"]]), expected)
    more = batch.assign(notes="x", Plan="Starter")
    more.insert(0, "first", range(30))
    assert_array_equal(score(model, more), expected)
    with_odd = batch.assign(when=pd.Timestamp("2024-01-01"), things=[[1]] * 30)
    assert_array_equal(score(model, with_odd), expected)


def test_fewer_levels(model: Any, batch: pd.DataFrame) -> None:
    """lifelines 0.30 fails here (its issue 1532): the fit's levels count, not the batch's."""
    expected = score(model, batch)
    for level in LEVELS:
        rows = (batch["plan"] == level).to_numpy()
        assert_array_equal(score(model, batch[rows]), expected[rows])
    for row in range(5):
        assert_array_equal(score(model, batch.iloc[[row]]), expected[[row]])


def _text_kinds(batch: pd.DataFrame) -> dict[str, Any]:
    plan = batch["plan"]
    backwards = pd.CategoricalDtype(["unused", *reversed(LEVELS)])
    ordered = pd.CategoricalDtype([*LEVELS, "more"], ordered=True)
    arrow = pa.table({**batch.drop(columns="plan"), "plan": pa.array(plan.tolist())})
    at = arrow.column_names.index("plan")

    def arrow_as(kind: pa.DataType) -> pa.Table:
        return arrow.set_column(at, "plan", arrow["plan"].cast(kind))

    polars = pl.from_arrow(arrow)
    return {
        "category": batch.assign(plan=plan.astype("category")),
        "category backwards": batch.assign(plan=plan.astype(backwards)),
        "category ordered": batch.assign(plan=plan.astype(ordered)),
        "string": batch.assign(plan=plan.astype("string")),
        "string[pyarrow]": batch.assign(plan=plan.astype(pd.ArrowDtype(pa.string()))),
        "large_string[pyarrow]": batch.assign(plan=plan.astype(pd.ArrowDtype(pa.large_string()))),
        "category of arrow": batch.assign(
            plan=plan.astype(pd.ArrowDtype(pa.string())).astype("category")
        ),
        "arrow": arrow,
        "arrow large": arrow_as(pa.large_string()),
        "arrow view": arrow_as(pa.string_view()),
        "arrow dictionary": arrow.set_column(at, "plan", arrow["plan"].dictionary_encode()),
        "polars": polars,
        "polars categorical": polars.with_columns(pl.col("plan").cast(pl.Categorical)),
        "polars enum": polars.with_columns(pl.col("plan").cast(pl.Enum(["z", *LEVELS[::-1]]))),
        "numpy text": {
            "plan": plan.to_numpy().astype("U10"),
            **{name: batch[name].to_numpy() for name in ("seats", "region")},
        },
    }


def test_text_of_every_type(model: Any, batch: pd.DataFrame) -> None:
    expected = score(model, batch)
    for name, frame in _text_kinds(batch).items():
        assert_array_equal(score(model, frame), expected, err_msg=name)


def test_numbers_of_every_type(model: Any, batch: pd.DataFrame) -> None:
    expected = score(model, batch)
    for dtype in ("int8", "Int64", "float32", "Float64", "int64[pyarrow]", "object"):
        frame = batch.assign(seats=batch["seats"].astype(dtype))
        assert_array_equal(score(model, frame), expected, err_msg=dtype)
    for dtype in ("float64", "Int64", "string", "category", "object"):  # 10.0 is "10"
        frame = batch.assign(region=batch["region"].astype(dtype))
        assert_array_equal(score(model, frame), expected, err_msg=dtype)


def test_permuted_rows(model: Any, batch: pd.DataFrame) -> None:
    order = np.random.default_rng(1).permutation(len(batch))
    assert_array_equal(score(model, batch.iloc[order]), score(model, batch)[order])


# ---- Refused, by name ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", REGRESSIONS)
def test_a_new_level_is_one_row(name: str, batch: pd.DataFrame) -> None:
    model = FITS[name]()
    expected = score(model, batch)
    batch.loc[4, "plan"] = "Platinum"
    batch.loc[9, "plan"] = " "
    with pytest.warns(kam.RowWarning, match=r"2 rows .*row 4 \(column 'plan' holds 'Platinum'"):
        found = score(model, batch)
    bad = np.isin(np.arange(30), [4, 9])
    assert np.isnan(found[bad]).all()
    assert_array_equal(found[~bad], expected[~bad])


@pytest.mark.parametrize("name", REGRESSIONS)
def test_a_new_level_as_the_reference(name: str, batch: pd.DataFrame) -> None:
    model = kam.load_model(FITS[name](unseen="reference").to_json())
    as_reference = score(model, batch.assign(plan="Business"))
    assert_array_equal(score(model, batch.assign(plan="Platinum")), as_reference)


def test_a_new_level_on_the_ladder_counts_as_not_known(batch: pd.DataFrame) -> None:
    model = FITS["ChurnLadder"]()
    expected = score(model, batch)
    batch.loc[4, "plan"] = "Platinum"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kam.RowWarning)
        table = model.predict(batch)
        unknown = model.predict(batch.assign(plan=batch["plan"].mask(batch.index == 4)))
    assert table["basis"][4].endswith("some features missing")
    other = np.arange(30) != 4
    assert_array_equal(table["churn_probability"][other], expected[other])
    assert table["churn_probability"][4] == unknown["churn_probability"][4]


def test_missing_columns(model: Any, batch: pd.DataFrame) -> None:
    for name in model.features if isinstance(model, kam.ChurnLadder) else INPUTS:
        with pytest.raises(kam.DataError, match=f"column '{name}'.* is missing; there are"):
            score(model, batch.rename(columns={name: name.upper()}).assign(plan_="x"))


def test_columns_of_another_kind(model: Any, batch: pd.DataFrame) -> None:
    for wrong, match in (
        (batch["plan"], "column 'seats' holds text"),
        (pd.Timestamp("2024-01-01"), "column 'seats' holds dates"),
    ):
        with pytest.raises(kam.DataError, match=match):
            score(model, batch.assign(seats=wrong))
    twice = pd.concat([batch, batch[["seats"]]], axis=1)
    with pytest.raises(kam.DataError, match="column 'seats' occurs more than once"):
        score(model, twice)


@pytest.mark.parametrize("name", REGRESSIONS)
def test_texts_that_became_numbers(name: str, batch: pd.DataFrame) -> None:
    """Codes of a category instead of its texts: no row may pass for a level."""
    model = FITS[name]()
    codes = batch.assign(plan=batch["plan"].astype("category").cat.codes)
    with pytest.warns(kam.RowWarning, match=r"30 rows .*column 'plan' holds [012], a level"):
        assert np.isnan(score(model, codes)).all()


@pytest.mark.parametrize("name", REGRESSIONS)
def test_missing_cells_are_the_row(name: str, batch: pd.DataFrame) -> None:
    model = FITS[name]()
    expected = score(model, batch)
    batch.loc[3, "seats"] = np.nan
    batch.loc[5, "seats"] = np.inf
    with pytest.warns(kam.RowWarning, match=r"2 rows .*row 3 \(column 'seats' has no value"):
        found = score(model, batch)
    bad = np.isin(np.arange(30), [3, 5])
    assert_array_equal(np.isnan(found), bad)
    assert_array_equal(found[~bad], expected[~bad])


def test_in_force_reads_by_name_too(batch: pd.DataFrame) -> None:
    for name in ("Hazard", "CoxPH", "WeibullAFT"):
        model = FITS[name]()
        expected = kam.in_force(model, batch, tenure=2, horizon=3)["churn_probability"]
        for kind, frame in _text_kinds(batch).items():
            found = kam.in_force(model, frame, tenure=2, horizon=3)
            values = kam._data.frames.column(kam._data.frames.normalise(found), "churn_probability")
            assert_array_equal(values, expected, err_msg=f"{name} {kind}")
        more = batch[["region", "plan", "seats"]].assign(other=1)
        found = kam.in_force(model, more, tenure=2, horizon=3)["churn_probability"]
        assert_array_equal(found, expected)
