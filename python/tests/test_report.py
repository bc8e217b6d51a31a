"""The HTML report: what it says, and that a browser shows it: sorts, filters, escapes, prints."""

from __future__ import annotations

import os
import re
import shutil
import string
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pytest
from kam._report import _chinese, _english, _palette, write_report
from kam._report._html import esc, tag
from kam._report._language import Language
from kam._report._places import Box, Point, place, width

pytest.importorskip("matplotlib")

CDNOW = Path(__file__).parents[2] / "examples" / "cdnow" / "CDNOW_master.txt"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
Pages = dict[str, Path]
HOSTILE = {
    "K1": "<script>window.hacked = 1</script>",
    "K2": "\"><img src=x onerror='window.hacked = 2'>",
    "K3": "\u202egnirts\u202c right to left",
    "K4": "T0T {name} $x^{2$ </title></svg><b id=injected>",
    "K5": "nul \x00 and \ud800 surrogate",
    "K6": "上海联合电子 & Söhne",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None and os.environ.get("KAM_SKIP_BROWSER"):
        pytest.skip("no chromium, and KAM_SKIP_BROWSER is set")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or "chromium"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for argument in (
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
            "--no-first-run", "--window-size=1280,900", f"--user-data-dir={profile}",
        ):  # fmt: skip
            options.add_argument(argument)
        driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        yield driver
        driver.quit()


# ---- portfolios ---------------------------------------------------------------------------------


def _companies() -> Any:
    """Sixty accounts, some with hostile names; some stop ordering, one never began."""
    random = np.random.default_rng(7)
    rows: list[tuple[str, int, float]] = []
    ids = [f"K{i + 1}" for i in range(60)] + ["K-none"]
    for account in ids[:-1]:
        gap, size = random.gamma(2, 20) + 5, np.exp(random.normal(8, 1.3))
        end = 1096 if random.random() < 0.7 else random.integers(200, 900)
        days = np.cumsum(random.exponential(gap, 400)).astype(int)
        rows += [(account, d, round(size * random.lognormal(0, 0.3), 2)) for d in days[days < end]]
    owner, day, amount = (list(column) for column in zip(*rows, strict=True))
    names = [HOSTILE.get(i, f"Company {i}") for i in ids]
    tables = {
        "transactions": {
            "account_id": np.array(owner, dtype=object),
            "date": np.datetime64("2022-01-01") + np.array(day),
            "amount": np.array(amount),
        },
        "accounts": {
            "account_id": np.array(ids, dtype=object),
            "name": np.array(names, dtype=object),
        },
        "ratings": {
            "account_id": np.array(ids[:30], dtype=object),
            "item": np.array(["growth"] * 30, dtype=object),
            "value": random.uniform(20, 90, 30),
        },
    }
    return kam.score(tables, as_of="2024-12-31")


@pytest.fixture(scope="module")
def cdnow() -> Any:
    text = np.loadtxt(CDNOW, skiprows=1, dtype=str)
    rows = {
        "account_id": text[:, 0].astype(object),
        "date": text[:, 1].astype(object),
        "amount": text[:, 3].astype(float),
    }
    return kam.score(rows, as_of="1998-06-30", date_format="%Y%m%d")


@pytest.fixture(scope="module")
def companies() -> Any:
    return _companies()


@pytest.fixture(scope="module")
def five() -> Any:
    ids = list("AABBCDEEAABBEEDAA")
    days = np.datetime64("2024-01-05") + 19 * np.arange(len(ids))
    rows = {
        "account_id": np.array(ids, dtype=object),
        "date": days,
        "amount": np.linspace(110, 990, len(ids)),
    }
    return kam.score(rows, as_of="2024-12-31")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: Any, cdnow: Any, companies: Any, five: Any) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("report")
    made = {"cdnow": cdnow, "companies": companies, "five": five}
    return {name: result.report(folder / f"{name}.html") for name, result in made.items()}


# ---- what it says -------------------------------------------------------------------------------


class _Text(HTMLParser):
    """The page's words, its elements and its ids."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.text = " ".join(" ".join(self.words).replace("\u00a0", " ").split())

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((name, dict(attributes)))

    def handle_data(self, data: str) -> None:
        if not self.tags or self.tags[-1][0] not in ("style", "script"):
            self.words.append(data)

    def values(self, attribute: str) -> list[str]:
        return [a[attribute] or "" for _, a in self.tags if attribute in a]


def test_sentences_are_the_numbers_of_the_result(pages: Pages, cdnow: Any) -> None:
    text = re.sub(r"\s+([.,;)])", r"\1", _Text(pages["cdnow"]).text)
    assert "4,714 of 23,570 accounts ( 20 %) bring 67.8 % of revenue" in text
    loss, eav = np.nansum(cdnow["expected_loss"]), np.nansum(cdnow["eav"])
    to_come = np.nansum(cdnow["expected_loss_open"])
    assert f"{loss:,.0f} of revenue over the next 5 years is expected to be lost by churn" in text
    assert f"{to_come:,.0f} of it is still to come" in text
    assert "is expected to be lost by churn within 365 days; " in text
    assert "churn probability within 365 days × the account's value over the next 5 years" in text
    assert f"over the next 5 years, churn included: {eav:,.0f}" in text
    left = np.nansum(1 - cdnow["p_alive"])
    assert f"{loss - to_come:,.0f} has probably left already, with about {left:,.0f}" in text
    high = int((cdnow["p_churn"] >= 0.6).sum())
    assert f"{high:,} accounts are in the churn band" in text
    assert "44,021 repeat orders of 23,570 accounts" in text
    assert "As of 30 June 1998" in text
    assert cdnow.summary()["model_version"] in text
    assert cdnow.summary()["config_hash"] in text


def test_fields_of_the_map_hold_every_account_once(companies: Any) -> None:
    from kam._report._facts import FIELDS, Facts

    facts = Facts(companies)
    times = sum(facts.in_field(name).astype(int) for name in FIELDS)
    np.testing.assert_array_equal(times, facts.on_map.astype(int))


def test_bars_split_the_loss_into_what_is_gone_and_what_is_to_come(
    pages: Pages, cdnow: Any
) -> None:
    page = _Text(pages["cdnow"])
    for band in ("high", "medium", "low"):
        rows = np.array(cdnow["churn_band"], dtype=object) == band
        loss, to_come = (
            np.nansum(cdnow[name][rows]) for name in ("expected_loss", "expected_loss_open")
        )
        label = (
            f"{band}: {loss:,.0f}, of which {loss - to_come:,.0f} probably left already "
            f"and {to_come:,.0f} still to come"
        )
        assert label in page.values("aria-label")
    kinds = [a["class"] for name, a in page.tags if name == "i" and "class" in a]
    assert kinds.count("swatch gone") == kinds.count("swatch open") == 1
    assert kinds.count("gone") >= 1
    assert kinds.count("open") >= 1


def test_five_accounts_say_why_in_words(pages: Pages) -> None:
    text = _Text(pages["five"]).text
    assert "12 repeat orders, an order model needs 100" in text
    assert "Revenue at stake cannot be stated" in text
    assert "1 of 5 accounts" in text
    assert not re.search(r"\bnan\b", text, flags=re.IGNORECASE)
    assert pages["five"].stat().st_size < 100_000


@pytest.mark.parametrize("amounts", [[100.0], [-50.0, 20.0, -10.0], [0.0, 0.0]])
def test_degenerate_portfolios_render(amounts: list[float], tmp_path: Path) -> None:
    n = len(amounts)
    rows = {
        "account_id": np.array([f"A{i}" for i in range(n)], dtype=object),
        "date": np.datetime64("2024-03-01") + np.arange(n),
        "amount": np.array(amounts),
    }
    for language in ("en", "zh"):
        kam.score(rows, as_of="2024-12-31").report(tmp_path / "r.html", language=language)
        page = (tmp_path / "r.html").read_text(encoding="utf-8")
        assert ">nan" not in page
        assert "None" not in re.sub(r"<script>.*</script>|<style>.*</style>", "", page, flags=re.S)


def test_missing_numbers_name_their_reason(pages: Pages) -> None:
    page = _Text(pages["companies"])
    titles = [t for t in page.values("title") if t.startswith("not available")]
    assert any("no order up to the as-of date" in t for t in titles)
    assert "Why a number is missing" in page.text
    assert "Not seen of any account" in page.text


def test_the_models_are_shown_with_errors(pages: Pages, cdnow: Any) -> None:
    text = _Text(pages["cdnow"]).text
    orders = cdnow.model._core.orders
    for value, error in zip(orders.values, orders.standard_errors, strict=True):
        assert f"{value:,.5g}" in text
        assert f"{error:,.3g}" in text
    assert f"{abs(orders.log_likelihood):,.2f}" in text
    assert "possible_duplicate" in text


def test_structure_headings_labels_and_ids(pages: Pages) -> None:
    for path in pages.values():
        page = _Text(path)
        levels = [int(name[1]) for name, _ in page.tags if re.fullmatch(r"h[1-6]", name)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(b - a <= 1 for a, b in pairwise(levels))
        ids = page.values("id")
        assert len(ids) == len(set(ids))
        targets = [h[1:] for h in page.values("href") if h.startswith("#")]
        assert set(targets) <= set(ids)
        for name, attributes in page.tags:
            if name == "svg" and "aria-hidden" not in attributes:
                assert attributes["role"] == "img"
                assert attributes["aria-label"]


def test_nothing_is_fetched_and_only_the_own_script_runs(pages: Pages) -> None:
    for path in pages.values():
        page = _Text(path)
        policy = next(a["content"] or "" for n, a in page.tags if a.get("http-equiv"))
        assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha")
        assert "unsafe" not in policy.split("script-src")[1]
        assert not page.values("src")
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"@import|@font-face|\burl\((?!#)|https?://", text)


def test_sizes(pages: Pages, tmp_path: Path) -> None:
    assert pages["cdnow"].stat().st_size < 3_000_000
    n, random = 100_000, np.random.default_rng(1)
    ids = np.repeat(np.arange(n), random.poisson(3, n) + 1)
    days = np.datetime64("2023-01-01") + random.integers(0, 720, len(ids))
    rows = {"account_id": ids, "date": days, "amount": random.lognormal(4, 1, len(ids)).round(2)}
    path = kam.score(rows, as_of="2024-12-31").report(tmp_path / "large.html")
    assert path.stat().st_size < 3_000_000


def test_same_bytes_whatever_matplotlib_is_set_to(companies: Any, tmp_path: Path) -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    once = companies.report(tmp_path / "a.html").read_bytes()
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "svg.fonttype": "path"}):
        again = _companies().report(tmp_path / "b.html").read_bytes()
    assert once == again
    assert dict(matplotlib.rcParams) == before


def test_options(five: Any, tmp_path: Path) -> None:
    title = "Übersicht <b>& more</b>"
    page = five.report(tmp_path / "r.html", title=title, rows=2).read_text(encoding="utf-8")
    assert "<h1>Übersicht &lt;b&gt;&amp; more&lt;/b&gt;</h1>" in page
    assert page.count("<tr data-v=") == 2
    with pytest.raises(ValueError, match="language"):
        five.report(tmp_path / "r.html", language="fr")
    with pytest.raises(ValueError, match="rows"):
        write_report(five, tmp_path / "r.html", rows=0)
    with pytest.raises(FileNotFoundError):
        five.report(tmp_path / "no" / "such" / "folder.html")


def test_without_matplotlib_the_error_says_what_to_install(
    companies: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"pip install kam\[report\]"):
        companies.report(tmp_path / "r.html")
    assert not list(tmp_path.iterdir())


# ---- parts --------------------------------------------------------------------------------------


def test_both_languages_have_the_same_texts_with_the_same_places() -> None:
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    terms = ("def:", "unit:", "core:", "finding:", "band:", "cell:")
    chinese = {k: v for k, v in _chinese.TEXTS.items() if not k.startswith(terms)}
    assert set(chinese) == set(_english.TEXTS)
    for key, text in _english.TEXTS.items():
        assert places(chinese[key]) <= places(text), key
        assert places(text) == places(chinese[key]) or key == "date" or "one" in key, key


def test_the_chinese_report_has_no_english_sentence(companies: Any, tmp_path: Path) -> None:
    path = companies.report(tmp_path / "zh.html", language="zh")
    page = _Text(path)
    assert ("html", {"lang": "zh-Hans"}) in page.tags
    assert "个客户中的" in page.text
    text = re.sub(r"accounts [表的]|来源：[^。]*。", "", page.text)  # sources stay as written
    for words in ("accounts", "revenue is", "Expected", "median", "not computed", "needs "):
        assert words not in text, words


def test_numbers_in_words() -> None:
    t = Language("en")
    assert (t.percent(0.2), t.share(0.2)) == ("20\u00a0%", "20.0\u00a0%")
    assert (t.signed(-12.34), t.signed(0.001), t.number(-0.04)) == ("\u221212.3", "0.0", "0.0")
    assert (t.probability(1.0), t.probability(0)) == (">99.9\u00a0%", "<0.1\u00a0%")
    assert (t.counted("days", 1), t.counted("days", 91.3)) == ("1 day", "91.3 days")
    assert t.date("2024-02-29") == "29 February 2024"


def test_html_is_escaped_by_construction() -> None:
    assert esc("<&\"'>") == "&lt;&amp;&quot;&#x27;&gt;"
    assert tag("p", "a\x00\ud800b") == "<p>a\ufffd\ufffdb</p>"
    assert (
        tag("i", class_="x", title='"\u202e>', hidden=None)
        == '<i class="x" title="&quot;&gt;"></i>'
    )
    assert tag("p", tag("b", "<")) == "<p><b>&lt;</b></p>"


def test_names_on_the_map_do_not_overlap() -> None:
    random = np.random.default_rng(3)
    points = [Point(x, y, 12) for x, y in random.uniform(200, 300, (12, 2))]
    names = [f"Company number {i}" for i in range(12)]
    frame = Box(0, 0, 860, 600)
    boxes = [box for box, _ in place(points, names, [], frame)]
    for i, box in enumerate(boxes):
        assert box.outside(frame) == 0
        assert box.right - box.left == pytest.approx(width(names[i]))
        assert all(box.overlap(other) == 0 for other in boxes[:i])


@pytest.mark.parametrize("colours", [_palette.LIGHT, _palette.DARK])
def test_contrast(colours: dict[str, str]) -> None:
    assert _palette.contrast("#000000", "#ffffff") == pytest.approx(21)
    for ground in ("paper", "panel"):
        for name in (*_palette.TEXT, "mark-edge"):
            assert _palette.contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
        for name in _palette.MARKS:
            assert _palette.contrast(colours[name], colours[ground]) >= 3, (name, ground)
    assert _palette.contrast(colours["low"], colours["paper"]) >= 4.5  # the balance in words


def test_table_in_a_notebook(companies: Any, five: Any) -> None:
    for result, rows in ((companies, 20), (five, 5)):
        text = result._repr_html_()
        assert text.count("<tr>") == rows + 1
        assert "<script>" not in text
        assert "<img" not in text
        assert result.summary()["model_version"] in text
    assert "12 repeat orders" in five._repr_html_()
