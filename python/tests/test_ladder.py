"""kam.churn_probability and kam.ChurnLadder."""

from __future__ import annotations

import hashlib
import json
import pickle
from typing import Any

import kam
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import optimize, special

NAMES = ["churn_probability", "churn_probability_lo", "churn_probability_hi", "basis"]


def portfolio(n: int, seed: int = 1) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    silence = random.normal(10, 4, n)
    segment = random.choice(["retail", "wholesale"], n)
    logit = -2 + (silence - 10) / 4 + 0.5 * (segment == "wholesale")
    lost = (random.random(n) < special.expit(logit)).astype(float)
    return {"silence": silence, "segment": segment, "lost": lost, "truth": special.expit(logit)}


def answer(frame: dict[str, Any], **options: Any) -> Any:
    options = {"features": ["silence", "segment"], "horizon": 365} | options
    return kam.churn_probability(frame, event="lost", **options)


def test_the_basis_names_rung_and_losses() -> None:
    few = portfolio(40)
    lost = int(few["lost"].sum())
    assert answer(few)["basis"][0] == f"informative prior, {lost} of 40 lost"
    none = few | {"lost": np.zeros(40)}
    assert answer(none)["basis"][0] == "prior, 0 of 40 lost"
    many = portfolio(3000)
    assert answer(many)["basis"][0].startswith("ridge, ")
    external = many | {"score": many["truth"]}
    told = answer(external, features=(), external="score")["basis"][0]
    assert told.startswith("external score, ridge, ")


def test_few_losses_agree_with_the_posterior_mode() -> None:
    """Laplace's approximation by SciPy is near the mean of the draws."""
    frame = portfolio(60, 3)
    ladder = kam.ChurnLadder(["silence"], horizon=365).fit(frame, event="lost")
    z = (frame["silence"] - frame["silence"].mean()) / frame["silence"].std()
    base = np.log(0.1 / 0.9)

    def objective(theta: Any) -> float:
        eta = theta[0] + theta[1] * z
        fit = np.logaddexp(0, np.where(frame["lost"] == 1, -eta, eta)).sum()
        return float(fit + 0.5 * (theta[0] - base) ** 2 + 0.5 * (theta[1] / 0.5) ** 2)

    mode = optimize.minimize(objective, [base, 0.0]).x
    p = special.expit(mode[0] + mode[1] * z)
    mean = ladder.predict(frame)["churn_probability"]
    assert np.abs(mean - p).max() < 0.03


def test_many_losses_agree_with_scikit_learn() -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    frame = portfolio(4000, 4)
    ladder = kam.ChurnLadder(["silence"], horizon=90).fit(frame, event="lost")
    z = ((frame["silence"] - frame["silence"].mean()) / frame["silence"].std()).reshape(-1, 1)
    peer = linear_model.LogisticRegression(C=1.0, tol=1e-10).fit(z, frame["lost"])
    p = ladder.predict(frame)["churn_probability"]
    slope, shift = ladder.calibration_
    eta = special.logit(peer.predict_proba(z)[:, 1])
    assert_allclose(p, special.expit(slope * eta + shift), rtol=1e-6)
    assert ladder.auc_ > 0.6
    assert "AUC" in ladder.summary()


def test_unknown_outcomes_are_scored_and_unknown_features_are_not_health() -> None:
    frame = portfolio(40, 5)
    frame["lost"][7] = np.nan
    frame["silence"][9] = np.nan
    with pytest.warns(kam.RowWarning, match="1 rows lack a feature, first row 9: they count as"):
        ladder = kam.ChurnLadder(["silence", "segment"], horizon=365).fit(frame, event="lost")
    assert ladder.accounts_ == 39
    scores = ladder.predict(frame)
    assert np.isfinite(scores["churn_probability"]).all()
    assert scores["basis"][9].endswith("some features missing")
    nothing = ladder.predict({"silence": [np.nan, 0.0], "segment": [None, "retail"]})
    base = np.nanmean(frame["lost"])
    assert abs(nothing["churn_probability"][0] - base) < 0.08
    assert nothing["basis"][0].endswith("no history: base rate")
    assert nothing["churn_probability"][0] > nothing["churn_probability"][1]


@pytest.mark.parametrize("missing", ["silence", "segment", "score"])
def test_a_loss_without_a_feature_is_still_a_loss(missing: str) -> None:
    frame = portfolio(40, 11) | {"lost": (np.arange(40) % 10 == 3).astype(float)}
    frame["score"] = frame["truth"]
    gap = None if missing == "segment" else np.nan
    cells = frame[missing].astype(object if gap is None else float)
    cells[frame["lost"] == 1] = gap
    given: dict[str, Any] = {"features": ["silence", "segment"]}
    if missing == "score":
        given = {"features": (), "external": "score"}
    with pytest.warns(kam.RowWarning, match="4 rows lack a feature, first row 3"):
        scores = answer(frame | {missing: cells}, **given)
    assert np.isfinite(scores["churn_probability"]).all()
    assert abs(scores["churn_probability"].mean() - 0.1) < 0.04
    assert "4 of 40 lost; " in scores["basis"][3]
    assert scores["basis"][0].endswith("4 of 40 lost")


def test_the_file_says_how_many_rows_lacked_a_feature() -> None:
    frame = portfolio(40, 12)
    frame["silence"][[2, 5]] = np.nan
    with pytest.warns(kam.RowWarning, match="2 rows lack"):
        ladder = kam.ChurnLadder(["silence"]).fit(frame, event="lost")
    assert "2 rows lack a feature" in ladder.summary()
    assert kam.ChurnLadder.from_json(ladder.to_json()).summary() == ladder.summary()


def test_a_file_of_before_is_read() -> None:
    ladder = kam.ChurnLadder(["silence"]).fit(portfolio(40, 12), event="lost")
    document = json.loads(ladder.to_json())
    for key in ("rows_incomplete", "checksum"):
        del document[key]
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    document["checksum"] = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    assert kam.ChurnLadder.from_json(json.dumps(document)).summary() == ladder.summary()


def test_a_feature_that_nobody_has_is_named_and_has_no_effect() -> None:
    frame = portfolio(40, 13) | {"growth": np.full(40, np.nan)}
    ladder = kam.ChurnLadder(["silence", "growth"])
    with (
        pytest.warns(kam.RowWarning, match="40 rows lack"),
        pytest.warns(kam.ConvergenceWarning, match="'growth' is known of no row of the fit"),
    ):
        ladder.fit(frame, event="lost")
    scores = ladder.predict({"silence": [10.0, 10.0], "growth": [0.0, 1e6]})
    assert scores["churn_probability"][0] == scores["churn_probability"][1]


def test_a_level_that_the_fit_did_not_have_is_told() -> None:
    frame = portfolio(40, 14)
    ladder = kam.ChurnLadder(["silence", "segment"]).fit(frame, event="lost")
    new = {"silence": [10.0, 11, 12], "segment": ["retail", "export", "export"]}
    told = r"2 rows .* as if a feature were missing, first row 1 \(column 'segment' holds 'export'"
    with pytest.warns(kam.RowWarning, match=told):
        scores = ladder.predict(new)
    assert scores["basis"][1].endswith("some features missing")
    assert np.isfinite(scores["churn_probability"]).all()


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_frames_come_back_as_they_came(kind: str) -> None:
    package = pytest.importorskip(kind)
    columns = portfolio(40, 6)
    frame = package.table(columns) if kind == "pyarrow" else package.DataFrame(columns)
    result = answer(frame)
    assert type(result) is type(frame)
    expected = answer(columns)
    assert list(expected) == NAMES
    assert_array_equal(np.asarray(result["churn_probability_hi"]), expected["churn_probability_hi"])


def test_json_and_pickle_keep_the_bits() -> None:
    for n in (40, 3000):
        frame = portfolio(n, 7)
        ladder = kam.ChurnLadder(["silence", "segment"], horizon=180).fit(frame, event="lost")
        assert len(ladder.to_json()) < 30_000
        for again in (
            kam.ChurnLadder.from_json(ladder.to_json()),
            pickle.loads(pickle.dumps(ladder)),
        ):
            assert again.horizon == 180
            assert again.summary() == ladder.summary()
            assert_array_equal(
                again.predict(frame)["churn_probability_lo"],
                ladder.predict(frame)["churn_probability_lo"],
            )
    text = ladder.to_json()
    with pytest.raises(kam.FormatError):
        kam.ChurnLadder.from_json(text[:300])
    with pytest.raises(kam.FormatError):
        kam.ChurnLadder.from_json(text.replace("silence", "silencf", 1))
    with pytest.raises((kam.FormatError, kam.VersionError)):
        kam.ChurnLadder.from_json(json.dumps({"format": "other"}))


def test_priors_and_signs_pull_the_answer() -> None:
    frame = portfolio(40, 8) | {"lost": np.zeros(40)}
    low = answer(frame, features=(), prior={"base_rate": (0.02, 0.5)})["churn_probability"][0]
    high = answer(frame, features=(), prior={"base_rate": (0.3, 0.5)})["churn_probability"][0]
    assert low < 0.03 < high
    rising = answer(frame, features=["silence"], prior={"silence": (1.5, 0.1)})
    order = np.argsort(frame["silence"])
    assert (np.diff(rising["churn_probability"][order]) > 0).all()
    held = answer(frame, features=["silence"], sign={"silence": -1})
    assert (np.diff(held["churn_probability"][order]) < 0).all()


def test_several_cuts_of_an_account_count_once() -> None:
    frame = portfolio(40, 9)
    cuts = {name: np.repeat(values, 4) for name, values in frame.items()}
    cuts["account"] = np.repeat([f"A{i}" for i in range(40)], 4)
    ladder = kam.ChurnLadder(["silence"], horizon=365)
    ladder.fit(cuts, event="lost", account="account")
    assert ladder.accounts_ == 40
    assert ladder.events_ == frame["lost"].sum()


def test_bad_calls() -> None:
    frame = portfolio(40, 10)
    for options, message in (
        ({"horizon": 0}, "horizon"),
        ({"horizon": float("nan")}, "horizon"),
        ({"features": "silence"}, "list of names"),
        ({"external": "truth"}, "exclude each other"),
        ({"prior": {"speed": (0, 1)}}, "'speed', which is no feature"),
        ({"prior": {"silence": (0, -1)}}, "sd"),
        ({"prior": {"base_rate": (1.5, 1)}}, "base_rate"),
        ({"sign": {"silence": 2}}, "1 or -1"),
        ({"level": 1.5}, "level"),
    ):
        with pytest.raises(ValueError, match=message):
            answer(frame, **options)
    with pytest.raises(kam.DataError, match="no_such"):
        answer(frame, features=["no_such"])
    with pytest.raises(kam.DataError, match="holds text"):
        answer(frame, features=(), external="segment")
    with pytest.raises(ValueError, match="not fitted"):
        kam.ChurnLadder(["silence"]).predict(frame)
    with pytest.warns(kam.RowWarning, match="first row 1"):
        scores = (
            kam.ChurnLadder(external="truth")
            .fit(frame, event="lost")
            .predict({"truth": [0.5, 1.5]})
        )
    assert scores["basis"][1] == "not usable"
    assert np.isnan(scores["churn_probability_hi"][1])
