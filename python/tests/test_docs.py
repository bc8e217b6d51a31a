"""What the pages list is what the code has."""

from __future__ import annotations

import json
import re
from pathlib import Path

import kam
import pytest
from kam import _core
from kam._scoring.load import _COVARIATES, _READERS
from kam._scoring.schema import _LATER

ROOT = Path(__file__).resolve().parents[2]


def _page(name: str) -> str:
    path = ROOT / name
    if not path.is_file():
        pytest.skip("the pages are not installed")
    return path.read_text(encoding="utf-8")


def _named(text: str) -> set[str]:
    return set(re.findall(r"`([a-z][a-z0-9_]*)`", text))


def test_the_scores_page_has_every_column() -> None:
    table, later = _page("docs/scores.md").split("## Not computed by this version")
    first_cells = " ".join(re.findall(r"(?m)^\| (`[^|]*) \|", table))
    computed = {c["column"] for c in kam.columns() if c["null"] != _LATER}
    assert computed <= _named(first_cells)
    assert _named(later) == {c["column"] for c in kam.columns()} - computed


@pytest.mark.parametrize("page", ["README.md", "docs/scores.md", "CHANGELOG.md"])
def test_the_number_of_columns(page: str) -> None:
    told = re.findall(r"(\d+) columns", _page(page))
    assert told == [str(len(kam.columns()))]


def test_the_profile_page_has_every_profile_with_its_size() -> None:
    rows = re.findall(
        r"(?m)^\| \[`(\w+)`\]\(\.\./profiles/\w+\.toml\) \| (\d+) \|", _page("docs/profile.md")
    )
    sizes = {}
    for name in (p["name"] for p in kam.profiles()):
        parsed = _core.parse_profile(_core.shipped_profile_text(name), name).to_dict()
        sizes[name] = str(len(parsed["indicators"]))
    assert dict(rows) == sizes


def test_the_model_page_has_every_key(cdnow_model_keys: set[str]) -> None:
    section = _page("docs/model_file.md").split("## score_model")[1].split("## Reading")[0]
    keys = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"(?m)^\| (`[^|]*) \|", section))))
    envelope = {"format", "format_version", "kam_version", "kind", "checksum"}
    assert cdnow_model_keys - envelope <= keys


def test_the_report_page_has_what_the_report_shows() -> None:
    from kam._report._english import TEXTS

    page = _page("docs/report.md")
    for key in ("at_risk", "walls"):
        assert f"## {TEXTS[key]}\n" in page
    for key in ("col_net_revenue", "col_net_revenue_12m"):
        assert f"**{TEXTS[key]}**" in page
    for name in ("p_churn", "net_revenue_12m", "churn_horizon_days", "value_years"):
        assert f"`{name}`" in page


@pytest.fixture
def cdnow_model_keys() -> set[str]:
    orders = {
        "account_id": [f"A{k % 7}" for k in range(210)],
        "date": [f"2024-{1 + k % 12:02d}-{1 + k // 12:02d}" for k in range(210)],
        "amount": [10.0 + k % 13 for k in range(210)],
        "cogs": [5.0] * 210,
    }
    return set(json.loads(kam.score(orders, as_of="2024-12-31").model.to_json()))


def test_the_model_file_page_has_every_kind_and_every_reader() -> None:
    page = _page("docs/model_file.md")
    kinds = {kind for kind in _READERS if kind != _COVARIATES}
    table = page.split("## Envelope")[0]
    assert (
        set(re.findall(r"`([a-z_]+)`", " ".join(re.findall(r"(?m)^\| (.*?) \|", table)))) - {"kind"}
        == kinds
    )
    headers = ROOT / "include/kam/scoring"
    sealed = ("estimate", "churn_model", "ladder", "aft", "calibrator", "model")
    code = " ".join(path.read_text(encoding="utf-8") for path in headers.glob("*.hpp"))
    for name in sealed:
        assert f" parse_{name}(std::string_view json)" in code
        assert f"`parse_{name}`" in table
    for classes in (classes for key, (_, classes) in _READERS.items() if key != _COVARIATES):
        for one in classes.values():
            assert f"`{one.__name__}`" in table


def test_every_example_of_a_model_page_is_run() -> None:
    """tools/check_docs.py compares a Python block with the text block that follows it."""
    pages = sorted((ROOT / "docs/models").glob("*.md")) + sorted(
        (ROOT / "docs/howto").glob("notebook*.md")
    )
    if not pages:
        pytest.skip("the pages are not installed")
    for page in pages:
        content = page.read_text(encoding="utf-8")
        blocks = len(re.findall(r"(?m)^```python$", content))
        checked = len(re.findall(r"(?m)^```python\n(?:(?!```).*\n)*```\n\n```text$", content))
        assert checked == blocks, page.name
