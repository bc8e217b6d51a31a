"""Profiles: every mistake is told with file, line and key. Models: the ruler, kept in a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = ROOT / "profiles" / "default.toml"
AS_OF = "2024-06-30"

ORDERS = {
    "account_id": ["A", "A", "B", "B"],
    "date": ["2024-01-01", "2024-02-01", "2024-01-05", "2024-06-01"],
    "amount": [10.0, 20.0, 30.0, 40.0],
}

PROFILE = """\
name = "two measures"
interval_level = 0.9

[orders]
minimum_repeat_orders = 1

[[dimension]]
id = "contribution"
weight = 3
[[dimension]]
id = "loyalty"
weight = 1

[[indicator]]
id = "revenue"
dimension = "contribution"
feature = "net_revenue_12m"
scale = "rank"
[[indicator]]
id = "silence"
dimension = "loyalty"
feature = "days_since_last"
bands = [[30, 100], [90, 50], [365, 0]]
direction = "lower"

[[value_band]]
name = "key"
from = 70
[[value_band]]
name = "other"
from = 0
"""


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write_to(text: str | bytes, name: str = "my.toml") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write_to


def refusal(call: Callable[[], Any]) -> str | None:
    """The text of the FormatError, None if there is none."""
    try:
        call()
    except kam.FormatError as error:
        return str(error)
    return None


def score(path: Any) -> kam.ScoreResult:
    return kam.score(ORDERS, as_of=AS_OF, profile=path)


@pytest.fixture(scope="module")
def model(scored: kam.ScoreResult) -> kam.Model:
    return scored.model


# ---- what a profile does ------------------------------------------------------------------------


def test_the_default_profile_is_the_file_in_the_repository(small: Any) -> None:
    given = kam.score(small, as_of=AS_OF, profile=DEFAULT)
    none = kam.score(small, as_of=AS_OF)
    assert given.profile == none.profile
    assert given.model.to_json() == none.model.to_json()


def test_a_profile_says_what_is_scored(write: Any) -> None:
    result = score(write(PROFILE))
    assert result.profile["name"] == "two measures"
    # Mid-ranks 25 and 75 by revenue; silent for 150 and 29 days: 39.1 and 100 points.
    silence = [50 * (365 - 150) / (365 - 90), 100]
    want = [(3 * 25 + silence[0]) / 4, (3 * 75 + silence[1]) / 4]
    np.testing.assert_allclose(result["value_index"], want, rtol=1e-12)
    assert result["value_band"] == ["other", "key"]
    assert result["interval_level"].tolist() == [0.9, 0.9]
    assert result["churn_band"] == [None, None]
    assert np.isnan(result["growth"]).all()
    assert [i["weight"] for i in result.profile["dimensions"]] == [0.75, 0.25]


def test_weights_are_ratios(write: Any) -> None:
    tenfold = PROFILE.replace("weight = 3", "weight = 30").replace("weight = 1", "weight = 10")
    np.testing.assert_allclose(
        score(write(tenfold))["value_index"], score(write(PROFILE))["value_index"], rtol=1e-14
    )


def test_the_measure_of_concentration_can_be_chosen(write: Any) -> None:
    rows = {
        "account_id": ["A", "B", "B"],
        "date": ["2022-01-01", "2024-02-01", "2024-03-01"],
        "amount": [70.0, 10.0, 20.0],
    }
    text = PROFILE + '[concentration]\nmeasure = "net_revenue_12m"\n'
    result = kam.score(rows, as_of=AS_OF, profile=write(text))
    assert result["revenue_share"].tolist() == [0, 1]
    assert kam.score(rows, as_of=AS_OF)["revenue_share"].tolist() == [0.7, 0.3]


@pytest.mark.parametrize("model", ["bgnbd", "mbgnbd", "pareto_nbd"])
@pytest.mark.parametrize("unit", ["day", "week", "month"])
def test_the_order_model_and_its_unit_can_be_chosen(
    write: Any, small: Any, model: str, unit: str
) -> None:
    text = PROFILE.replace("minimum_repeat_orders = 1", f'model = "{model}"\nunit = "{unit}"')
    result = kam.score(small, as_of=AS_OF, profile=write(text))
    assert model in result.model.params_
    assert set(result["basis"]) == {model}
    summary = kam.summarize(small, as_of=AS_OF, unit=unit)
    with pytest.warns(kam.ConvergenceWarning):  # forty accounts hardly identify a and b
        fitted = {"bgnbd": kam.BGNBD, "mbgnbd": kam.MBGNBD, "pareto_nbd": kam.ParetoNBD}[
            model
        ]().fit(summary, unit=unit)
    days = {"day": 1, "week": 7, "month": 30.436875}[unit]
    np.testing.assert_allclose(
        result["p_churn"], fitted.probability_no_order(summary, 365 / days), rtol=1e-6
    )


def test_a_profile_in_utf_8_with_mark_and_other_line_ends(write: Any) -> None:
    for text in (b"\xef\xbb\xbf" + PROFILE.encode(), PROFILE.replace("\n", "\r\n").encode(),
                 PROFILE.replace("two measures", "两个指标").encode()):  # fmt: skip
        assert score(write(text)).profile["name"] in ("two measures", "两个指标")


def test_a_rating_nobody_gave_is_an_indicator_that_is_missing(write: Any) -> None:
    result = score(write(PROFILE.replace("days_since_last", "rating:none")))
    assert result["coverage"].tolist() == [0.75, 0.75]


# ---- mistakes -----------------------------------------------------------------------------------

# what is replaced, by what, the line it should be told at, and what the message must hold
MISTAKES = {
    "unknown key at the top": (
        "interval_level",
        "intervall_level",
        2,
        "intervall_level: unknown key",
    ),
    "unknown key of a dimension": (
        "weight = 3",
        "wieght = 3",
        9,
        r"dimension\[0\].wieght: unknown key",
    ),
    "unknown key of a band": ("from = 70", "form = 70", 28, r"value_band\[0\].form: unknown key"),
    "unknown key of orders": (
        "minimum_repeat_orders",
        "minimal_orders",
        5,
        "orders.minimal_orders: unknown key",
    ),
    "unknown table": (
        "[orders]\nminimum_repeat_orders = 1",
        "[ordres]\nx = 1",
        4,
        "ordres: unknown key",
    ),
    "no name": ('name = "two measures"\n', "\n", 1, "name: is missing"),
    "name of a wrong type": ('"two measures"', "3", 1, "name: must be text"),
    "weight of a wrong type": (
        "weight = 3",
        'weight = "3"',
        9,
        r"dimension\[0\].weight: must be a number",
    ),
    "weight not finite": (
        "weight = 3",
        "weight = inf",
        9,
        r"dimension\[0\].weight: must be a finite number",
    ),
    "level of a wrong type": ("0.9", "true", 2, "interval_level: must be a number"),
    "level out of range": ("0.9", "1.9", 2, "interval_level: must lie between 0 and 1"),
    "too few repeat orders": (
        "orders = 1",
        "orders = 0",
        5,
        "orders.minimum_repeat_orders: must be at least 1",
    ),
    "unknown model": (
        "minimum_repeat_orders = 1",
        'model = "nbd"',
        5,
        "orders.model: must be mbgnbd, bgnbd or pareto_nbd, got 'nbd'",
    ),
    "unknown unit": (
        "minimum_repeat_orders = 1",
        'unit = "year"',
        5,
        "orders.unit: must be day, week or month",
    ),
    "unknown occasion": (
        "minimum_repeat_orders = 1",
        'occasion = "year"',
        5,
        "orders.occasion: must be day, week",
    ),
    "negative weight of an indicator": (
        'scale = "rank"',
        'scale = "rank"\nweight = -1',
        19,
        r"indicator\[0\].weight: .*must be finite and >= 0, got -1",
    ),
    "no id": ('id = "revenue"\n', "\n", 14, r"indicator\[0\].id: is missing"),
    "no feature": (
        'feature = "net_revenue_12m"\n',
        "\n",
        14,
        r"indicator\[0\].feature: is missing",
    ),
    "unknown feature": (
        "days_since_last",
        "days_since_lasst",
        22,
        r"indicator\[1\].feature: 'days_since_lasst' is no feature",
    ),
    "no scale": ('scale = "rank"\n', "\n", 14, r"indicator\[0\].scale: give either bands"),
    "two scales": (
        'scale = "rank"',
        'scale = "rank"\nbands = [[0, 0], [1, 100]]',
        18,
        r"indicator\[0\].scale: give either bands",
    ),
    "unknown scale": (
        '"rank"',
        '"log"',
        18,
        r"indicator\[0\].scale: must be rank, range, target or z, got 'log'",
    ),
    "unknown direction": (
        '"lower"',
        '"down"',
        24,
        r"indicator\[1\].direction: must be higher, lower or nominal, got 'down'",
    ),
    "bands out of order": (
        "[90, 50]",
        "[20, 50]",
        23,
        r"indicator\[1\].bands: .*must be greater than the x before it, 30, got 20",
    ),
    "bands that repeat": ("[90, 50]", "[30, 50]", 23, r"indicator\[1\].bands: .*must be greater"),
    "bands out of range": (
        "[90, 50]",
        "[90, 101]",
        23,
        r"indicator\[1\].bands: .*must be between 0 and 100, got 101",
    ),
    "bands not finite": (
        "[90, 50]",
        "[nan, 50]",
        23,
        r"indicator\[1\].bands: .*must be finite, got nan",
    ),
    "bands of a wrong shape": (
        "[90, 50]",
        "[90, 50, 3]",
        23,
        r"indicator\[1\].bands: each anchor is \[value, score\]",
    ),
    "bands of a wrong type": (
        "[90, 50]",
        '"x"',
        23,
        r"indicator\[1\].bands: each anchor is \[value, score\]",
    ),
    "one band": (
        "[30, 100], [90, 50], [365, 0]",
        "[30, 100]",
        23,
        r"indicator\[1\].bands: .*at least two, got 1",
    ),
    "bands against the direction": (
        'direction = "lower"\n',
        "\n",
        23,
        r"indicator\[1\].bands: .*reward the opposite of its direction",
    ),
    "value bands that overlap": (
        "from = 70",
        "from = -70",
        31,
        r"value_band\[1\].from: bands overlap",
    ),
    "value bands with a gap": (
        "from = 0",
        "from = 10",
        26,
        "value_band: the last band must start at 0: there is a gap",
    ),
    "a value band without a start": (
        "from = 70\n",
        "\n",
        26,
        r"value_band\[0\].from: must be a finite number",
    ),
    "bad syntax": ("weight = 3", "weight = = 3", 9, "Error while parsing value"),
    "a key twice": (
        "weight = 3",
        "weight = 3\nweight = 4",
        10,
        "cannot redefine existing integer 'weight'",
    ),
    "a string without an end": ('measures"', "measures", 1, "Error while parsing string"),
    "a table for a list of tables": (
        '[[dimension]]\nid = "contribution"',
        '[dimension]\nid = "contribution"',
        10,
        "cannot redefine existing table 'dimension'",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_file_line_and_key(write: Any, mistake: str) -> None:
    before, after, line, message = MISTAKES[mistake]
    assert before in PROFILE
    with pytest.raises(kam.FormatError, match=rf"^my\.toml:{line}: .*{message}"):
        score(write(PROFILE.replace(before, after, 1)))


# Mistakes of the scorecard as a whole, told at the line that makes them.
OF_THE_WHOLE = {
    "negative weight": (
        "weight = 3",
        "weight = -3",
        9,
        "dimension[0].weight",
        r"must be finite and >= 0, got -3",
    ),
    "weights that are all zero": (
        "weight = 3",
        "weight = 0",
        9,
        "dimension[0].weight",
        "at least one above 0, got 2 zeros",
    ),
    "duplicate indicator": (
        'id = "silence"',
        'id = "revenue"',
        20,
        "indicator[1].id",
        "repeats the id `revenue`",
    ),
    "duplicate dimension": (
        'id = "loyalty"',
        'id = "contribution"',
        11,
        "dimension[1].id",
        "repeats the id `contribution`",
    ),
    "unknown dimension": (
        'dimension = "loyalty"',
        'dimension = "loyalti"',
        21,
        "indicator[1].dimension",
        "names the unknown dimension `loyalti`",
    ),
    "dimension without indicators": (
        '[[value_band]]\nname = "key"',
        '[[dimension]]\nid = "risk"\n[[value_band]]\nname = "key"',
        26,
        "dimension[2]",
        "`risk` is a dimension without indicators",
    ),
    "coverage out of range": (
        "weight = 3",
        "weight = 3\nminimum_coverage = 2",
        10,
        "dimension[0].minimum_coverage",
        "must be between 0 and 1, got 2",
    ),
}


def of_the_whole(mistake: str) -> str:
    before, after, *_ = OF_THE_WHOLE[mistake]
    text = PROFILE.replace(before, after, 1)
    return (
        text.replace("weight = 1", "weight = 0") if mistake == "weights that are all zero" else text
    )


@pytest.mark.parametrize("mistake", OF_THE_WHOLE)
def test_a_mistake_of_the_whole_scorecard_is_told(write: Any, mistake: str) -> None:
    with pytest.raises(kam.FormatError, match=rf"^my\.toml:\d+: \w+.*{OF_THE_WHOLE[mistake][4]}"):
        score(write(of_the_whole(mistake)))


@pytest.mark.parametrize("mistake", OF_THE_WHOLE)
def test_a_mistake_of_the_whole_scorecard_is_told_at_its_line(write: Any, mistake: str) -> None:
    _, _, line, key, message = OF_THE_WHOLE[mistake]
    with pytest.raises(kam.FormatError, match=rf"^my\.toml:{line}: {re.escape(key)}: .*{message}"):
        score(write(of_the_whole(mistake)))


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", 'name = "x"\n', 'name = "x"\n[[dimension]]\nid = "a"\n', PROFILE + "\0"],
)
def test_a_profile_that_is_not_one(write: Any, text: str) -> None:
    with pytest.raises(kam.FormatError, match=r"^my\.toml:\d+: "):
        score(write(text))


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_profile_in_another_encoding_is_a_format_error(write: Any, encoding: str) -> None:
    with pytest.raises(kam.FormatError, match=r"my\.toml"):
        score(write(PROFILE.replace("two measures", "Maße").encode(encoding)))


def test_every_beginning_of_the_default_profile_is_a_profile_or_a_format_error(write: Any) -> None:
    text = DEFAULT.read_text(encoding="utf-8")
    for end in range(0, len(text), 97):
        message = refusal(lambda part=text[:end]: score(write(part)))
        assert message is None or re.match(r"my\.toml:\d+: ", message)


def test_every_number_of_a_profile_can_be_wrong_without_a_crash(write: Any) -> None:
    for match in re.finditer(r"(?<== )-?[\d.]+", PROFILE):
        for wrong in (
            "-1e308",
            "1e400",
            "nan",
            "[]",
            "{}",
            '"x"',
            "2024-01-01",
            "99999999999999999999",
        ):
            changed = PROFILE[: match.start()] + wrong + PROFILE[match.end() :]
            message = refusal(lambda text=changed: score(write(text)))
            assert message is None or re.match(r"my\.toml:\d+: ", message)
