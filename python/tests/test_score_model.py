"""Saved score models: the same bits back, and whatever bytes come in."""

from __future__ import annotations

import copy
import json
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pytest

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


# ---- models -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model(scored: kam.ScoreResult) -> kam.Model:
    return scored.model


def test_a_model_says_what_it_is(model: kam.Model) -> None:
    assert re.fullmatch("[0-9a-f]{12}", model.version)
    assert model.fitted_on == "1997-09-30"
    assert model.profile["name"] == "default"
    assert list(model.params_) == ["mbgnbd", "gamma_gamma"]
    assert (
        repr(model)
        == f"Model({model.version}, fitted on 1997-09-30, 2357 accounts, mbgnbd, gamma_gamma)"
    )


def test_a_model_file_is_json_of_the_documented_form(model: kam.Model) -> None:
    content = json.loads(model.to_json())
    assert (content["format"], content["format_version"], content["kind"]) == (
        "kam-model",
        1,
        "score_model",
    )
    assert content["accounts"] == 2357
    assert content["orders"]["model"] == "mbgnbd"
    assert content["spend"]["parameters"]["q"] == model.params_["gamma_gamma"]["q"]
    assert set(content["references"]) <= {i["id"] for i in content["profile"]["indicator"]} | {
        i["feature"] for i in content["profile"]["indicator"]
    }
    assert "0001" not in [str(v) for v in content.values() if isinstance(v, str)]  # no account id


@pytest.mark.parametrize(
    "again",
    [
        lambda m: kam.Model.from_json(m.to_json()),
        copy.copy,
        copy.deepcopy,
        lambda m: pickle.loads(pickle.dumps(m)),
        lambda m: kam.Model.from_json(json.dumps(json.loads(m.to_json()), indent=1)),
    ],
    ids=["json", "copy", "deepcopy", "pickle", "reformatted"],
)
def test_a_model_comes_back_with_the_same_bits(model: kam.Model, again: Any) -> None:
    back = again(model)
    assert back.to_json() == model.to_json()
    assert (back.version, back.params_, back.profile) == (
        model.version,
        model.params_,
        model.profile,
    )


def test_a_model_is_saved_whole(model: kam.Model, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text("old")
    assert model.save(path) == path
    assert path.read_text(encoding="utf-8") == model.to_json()
    assert kam.Model.load(str(path)).to_json() == model.to_json()
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(FileNotFoundError):
        model.save(tmp_path / "nowhere" / "m.json")


def test_the_version_names_the_content(small: Any, write: Any) -> None:
    first, again = (kam.score(small, as_of=AS_OF).model for _ in range(2))
    assert first.version == again.version
    assert kam.score(small, as_of="2024-06-29").model.version != first.version
    assert kam.score(small, as_of=AS_OF, profile=write(PROFILE)).model.version != first.version


@pytest.mark.parametrize("bit", [1, 4, 16])
def test_a_flipped_bit_is_an_error_or_the_same_model(model: kam.Model, bit: int) -> None:
    text = model.to_json()
    refused = 0
    for at in np.linspace(0, len(text) - 1, 50).astype(int):
        damaged = text[:at] + chr(ord(text[at]) ^ bit) + text[at + 1 :]
        message = refusal(lambda text=damaged: kam.Model.from_json(text))
        if message is None:
            assert kam.Model.from_json(damaged).to_json() == text
        else:
            refused += 1
            assert message.startswith("model file: ")
    assert refused >= 45


def test_a_damaged_file_on_disk_is_a_format_error(model: kam.Model, tmp_path: Path) -> None:
    data = model.to_json().encode()
    path = tmp_path / "m.json"
    for damaged in (
        data[:-1],
        data[: len(data) // 2],
        b"",
        data.replace(b"0.5", b"0.6", 1),
        b"\xff\xfe" + data,
        data[:1000] + b"\x80" + data[1001:],
    ):
        path.write_bytes(damaged)
        with pytest.raises(kam.FormatError, match="model file: "):
            kam.Model.load(path)
        with pytest.raises(kam.FormatError, match="model file: "):
            kam.score(ORDERS, as_of=AS_OF, model=path)


def test_a_newer_or_foreign_file_is_a_version_error(model: kam.Model, tmp_path: Path) -> None:
    text = model.to_json()
    with pytest.raises(kam.VersionError, match="format_version 2, this kam reads 1"):
        kam.Model.from_json(text.replace('"format_version":1', '"format_version":2'))
    with pytest.raises(kam.VersionError, match="score_model, expected estimate"):
        kam.MBGNBD.from_json(text)
    assert issubclass(kam.VersionError, kam.FormatError)
    assert issubclass(kam.FormatError, ValueError)


def test_a_key_that_is_missing_or_added_is_seen_by_the_checksum(model: kam.Model) -> None:
    content = json.loads(model.to_json())
    for key in content:
        changed = {k: v for k, v in content.items() if k != key}
        if key == "kam_version":
            continue
        with pytest.raises(kam.FormatError):
            kam.Model.from_json(json.dumps(changed))
    with pytest.raises(kam.FormatError, match="checksum differs"):
        kam.Model.from_json(json.dumps(content | {"more": 1}))


def test_a_fit_with_nothing_to_fit_is_still_a_model() -> None:
    model = kam.score(ORDERS, as_of=AS_OF).model
    back = kam.Model.from_json(model.to_json())
    assert back.params_ == {}
    assert "repeat orders" in repr(back)
    result = kam.score(ORDERS, as_of=AS_OF, model=back)
    assert np.isnan(result["p_churn"]).all()
