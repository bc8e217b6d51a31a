"""report.html in headless Chromium."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pytest
from kam._report import _palette
from report_doubles import with_pillars

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
LONG = {"K7": "Gemeindeverband Unterrieden", "K8": "Stadtwerke Oberlinden-Hain"}


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


def _companies(as_of: str = "2024-12-31", previous: Any = None) -> Any:
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
    names = [(HOSTILE | LONG).get(i, f"Company {i}") for i in ids]
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
    return kam.score(tables, as_of=as_of, previous=previous)


# ---- in a browser -------------------------------------------------------------------------------


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


def _open(browser: Any, path: Path, width: int = 1280) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get(path.as_uri())


def _column(browser: Any, index: int) -> list[str]:
    script = (
        "return [...document.querySelectorAll('#t tbody tr')].filter(r => !r.hidden)"
        f".map(r => r.cells[{index}].dataset.n ?? '')"
    )
    return list(browser.execute_script(script))


@pytest.mark.parametrize("name", ["cdnow", "companies", "five"])
def test_loads_without_errors_and_without_network(browser: Any, pages: Pages, name: str) -> None:
    _open(browser, pages[name])
    assert browser.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    asked = [params["request"]["url"] for params in sent]
    assert asked == [pages[name].as_uri()]


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_the_page_does_not_scroll_sideways(browser: Any, pages: Pages, width: int) -> None:
    for path in pages.values():
        _open(browser, path, width)
        widths = "const e = document.documentElement; return [e.scrollWidth, e.clientWidth]"
        scrolled, visible = browser.execute_script(widths)
        assert scrolled <= visible <= width


def test_sorts_by_click_and_by_keyboard(browser: Any, pages: Pages) -> None:
    _open(browser, pages["companies"])
    heads = browser.find_elements("css selector", "#t thead th")
    index = next(i for i, h in enumerate(heads) if "Churn" in h.text)
    before = _column(browser, index)
    button = heads[index].find_element("css selector", "button")
    button.click()
    assert heads[index].get_attribute("aria-sort") == "descending"
    down = _column(browser, index)
    known = [float(v) for v in down if v]
    assert known == sorted(known, reverse=True)
    assert down[-1] == ""  # what is missing comes last
    button.send_keys("\ue007")
    assert heads[index].get_attribute("aria-sort") == "ascending"
    up = _column(browser, index)
    known = [float(v) for v in up if v]
    assert known == sorted(known)
    assert up[-1] == ""
    assert sorted(up) == sorted(before)
    heads[1].find_element("css selector", "button").click()
    assert heads[index].get_attribute("aria-sort") is None
    names = _column(browser, 1)
    assert names == browser.execute_script(
        "return arguments[0].slice().sort((a, b) => a.localeCompare(b))", names
    )


def test_filters_and_search_reduce_the_rows(browser: Any, pages: Pages, cdnow: Any) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    _open(browser, pages["cdnow"])
    shown = browser.find_element("id", "shown")
    assert shown.text == "500 of 500 shown"
    assert len(_column(browser, 0)) == 500
    largest = np.argsort(-cdnow["net_revenue"], kind="stable")[:500]
    high = sum(cdnow["churn_band"][i] == "high" for i in largest)
    browser.find_element("css selector", "[data-key=c] option[value=high]").click()
    assert len(_column(browser, 0)) == high
    assert shown.text == f"{high} of 500 shown"
    browser.find_element("css selector", "[data-key=v] option[value=A]").click()
    assert len(_column(browser, 0)) < high
    browser.find_element("css selector", "button[type=reset]").click()
    # The page answers a reset after the form has been reset, so in a moment of its own.
    WebDriverWait(browser, 10).until(lambda _: shown.text == "500 of 500 shown")
    assert len(_column(browser, 0)) == 500
    account = str(cdnow["account_id"][largest[3]])
    browser.find_element("id", "q").send_keys(account)
    found = browser.execute_script(
        "const rows = document.querySelectorAll('#t tbody tr:not([hidden]) th');"
        "return [...rows].map(e => e.innerText)"
    )
    assert any(account in text for text in found)
    assert len(found) < 20


def test_without_script_the_table_is_complete(browser: Any, pages: Pages) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        _open(browser, pages["cdnow"])
        assert len(browser.find_elements("css selector", "#t tbody tr")) == 500
        assert not browser.find_elements("css selector", "#t button")
        assert not browser.find_element("css selector", ".controls").is_displayed()
        heads = [e.text for e in browser.find_elements("css selector", "#t thead th")]
        assert heads[:3] == ["#", "Account", "Tier"]
        assert "Churn" in heads
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_hostile_names_are_text(browser: Any, pages: Pages) -> None:
    _open(browser, pages["companies"])
    assert browser.execute_script("return window.hacked") is None
    for selector in ("img", "#injected", "main script", "svg script", "#t b[id]"):
        assert not browser.find_elements("css selector", selector), selector
    assert len(browser.find_elements("css selector", "script")) == 1
    names = [
        e.get_attribute("textContent") for e in browser.find_elements("css selector", "#t bdi")
    ]
    for name in HOSTILE.values():
        assert re.sub("[\x00\ud800]", "\ufffd", name) in names


def test_dark_and_print_change_the_colours(browser: Any, pages: Pages) -> None:
    _open(browser, pages["companies"])
    script = (
        "return [getComputedStyle(document.body).backgroundColor,"
        "getComputedStyle(document.querySelector('.chart text')).fill]"
    )
    seen = []
    for scheme, media in (("light", "screen"), ("dark", "screen"), ("dark", "print")):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"media": media, "features": features}
        )
        seen.append(browser.execute_script(script))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    light, dark, paper = seen
    assert paper == light
    assert all(a != b for a, b in zip(light, dark, strict=True))


# ---- tiers, changes, people ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def pillar_pages(tmp_path_factory: Any) -> Pages:
    """The companies with an earlier run, tiers, a matrix, people and credit; both languages."""
    folder = tmp_path_factory.mktemp("pillars")
    result = with_pillars(_companies(previous=_companies("2024-06-30")))
    return {
        language: result.report(folder / f"{language}.html", language=language)
        for language in ("en", "zh")
    }


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_full_report_fits_and_is_quiet(
    browser: Any, pillar_pages: Pages, language: str, width: int
) -> None:
    _open(browser, pillar_pages[language], width)
    assert browser.get_log("browser") == []
    for selector in (".tiers", ".matrix", ".changes", ".people", ".dossier", ".labels"):
        assert browser.find_elements("css selector", selector), selector
    script = (  # visible elements of a section that reach beyond the page, outside scrolled boxes
        "return [...document.querySelectorAll('article *, .groups *, .know *')].filter(e =>"
        "!e.closest('.table-box') && e.getBoundingClientRect().right >"
        "document.documentElement.clientWidth + 1).map(e => e.outerHTML.slice(0, 80))"
    )
    assert browser.execute_script(script) == []
    scrolled = browser.execute_script("return document.documentElement.scrollWidth")
    assert scrolled <= width


# ---- wide pages and phones ----------------------------------------------------------------------


def _beyond(browser: Any, selector: str) -> list[str]:
    """Visible elements that reach beyond the page, scrolled boxes included."""
    script = (
        f"return [...document.querySelectorAll('{selector}')].filter(e =>"
        "e.offsetParent && e.getBoundingClientRect().right >"
        "document.documentElement.clientWidth + 1).map(e => e.outerHTML.slice(0, 80))"
    )
    return list(browser.execute_script(script))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_shows_everything_within_its_width(
    browser: Any, pillar_pages: Pages, language: str
) -> None:
    """Table rows are cards, matrices and words stand below each other: nothing is cut."""
    _open(browser, pillar_pages[language], 390)
    for selector in ("#t td", "#t th", ".matrix td", ".words td", ".map-phone", ".numbers td"):
        assert browser.find_elements("css selector", selector), selector
        assert _beyond(browser, selector) == []
    label = browser.execute_script(
        "const cell = document.querySelector('#t tbody td.n:nth-child(4)');"
        "return getComputedStyle(cell, '::before').content"
    )
    assert label == {"en": '"Value index"', "zh": '"价值指数"'}[language]
    shown = "return [...document.querySelectorAll('.map, .map-phone')].map(e => e.clientWidth > 0)"
    assert browser.execute_script(shown) == [False, True]
    size = "return document.querySelector('.map-phone text').getBoundingClientRect().height"
    assert browser.execute_script(size) >= 11
    heads = browser.find_elements("css selector", "#t thead button")
    heads[3].click()
    assert [float(v) for v in _column(browser, 3) if v] == sorted(
        (float(v) for v in _column(browser, 3) if v), reverse=True
    )
    _open(browser, pillar_pages[language], 1280)
    assert browser.execute_script(shown) == [True, False]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_is_not_cut_on_a_usual_screen(
    browser: Any, cdnow: Any, tmp_path: Path, language: str
) -> None:
    _open(browser, cdnow.report(tmp_path / "r.html", language=language, rows=30), 1280)
    script = "const e = document.querySelector('#t').parentElement; return e.scrollWidth"
    room = "return document.querySelector('#t').parentElement.clientWidth"
    assert browser.execute_script(script) <= browser.execute_script(room)


@pytest.mark.parametrize("width", [390, 1280])
def test_no_word_of_a_name_is_broken(browser: Any, pages: Pages, width: int) -> None:
    _open(browser, pages["companies"], width)
    script = """
      const broken = [];
      for (const name of document.querySelectorAll('#t tbody th bdi, .numbers bdi, .matrix bdi')) {
        const text = name.firstChild;
        for (const word of text.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
          const range = document.createRange();
          range.setStart(text, word.index);
          range.setEnd(text, word.index + word[0].length);
          const lines = new Set([...range.getClientRects()].map(r => Math.round(r.top)));
          if (lines.size > 1) broken.push(word[0]);
        }
      }
      return [document.querySelectorAll('#t tbody th bdi').length, broken];
    """
    names, broken = browser.execute_script(script)
    assert names >= 60
    assert broken == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_hole_stands_between_the_figures(
    browser: Any, pillar_pages: Pages, language: str
) -> None:
    """Each begins where the one above it in its column ends."""
    _open(browser, pillar_pages[language], 1280)
    boxes = browser.execute_script(
        "return [...document.querySelector('.groups').children].map(e => e.getBoundingClientRect())"
        ".map(r => [r.left, r.top, r.bottom])"
    )
    columns = {round(left) for left, _, _ in boxes}
    assert len(columns) == 2
    for column in columns:
        inside = sorted((top, bottom) for left, top, bottom in boxes if round(left) == column)
        for (_, bottom), (top, _) in pairwise(inside):
            assert -1 < top - bottom < 2
    tops = [min(top for left, top, _ in boxes if round(left) == c) for c in columns]
    assert max(tops) - min(tops) < 2


def test_a_matrix_without_anybody_is_a_line(browser: Any, pages: Pages, cdnow: Any) -> None:
    """Orders alone say nothing of cost to serve or of people."""
    empty = [
        m["label_en"]
        for m in cdnow.profile["matrices"]
        if (cdnow.matrix(m["id"])["cell"] < 0).all()
    ]
    assert 0 < len(empty) < len(cdnow.profile["matrices"])
    _open(browser, pages["cdnow"])
    shown = [e.text for e in browser.find_elements("css selector", ".matrix-figure h3")]
    assert len(shown) == len(cdnow.profile["matrices"]) - len(empty)
    line = browser.find_element("css selector", ".groups .empty").text
    assert line.startswith("Not shown, for nobody has a place in it: ")
    for label in empty:
        assert label not in shown
        assert f"{label} (" in line
    assert "Support among the people who decide" in line


def test_tiers_filter_and_sort_the_table(browser: Any, pillar_pages: Pages) -> None:
    _open(browser, pillar_pages["en"])
    heads = browser.find_elements("css selector", "#t thead th")
    index = next(i for i, head in enumerate(heads) if "Tier" in head.text)
    heads[index].find_element("css selector", "button").click()
    ranks = [int(v) for v in _column(browser, index) if v]
    assert ranks == sorted(ranks, reverse=True)  # the highest tier first
    browser.find_element("css selector", "[data-key=t] option[value=A]").click()
    assert set(_column(browser, index)) == {str(max(ranks))}
    rows = browser.execute_script(
        "return [...document.querySelectorAll('#t tbody tr:not([hidden])')].map(r => r.dataset.t)"
    )
    assert set(rows) == {"A"}


def test_text_of_every_part_has_contrast(browser: Any, pillar_pages: Pages) -> None:
    """What is drawn as text is drawn in a text colour of the palette."""
    _open(browser, pillar_pages["en"])
    script = (
        "return [...new Set([...document.querySelectorAll('article *, .groups *, #t *')]"
        ".filter(e => e.childNodes.length && [...e.childNodes].some(n => n.nodeType === 3 &&"
        "n.textContent.trim())).map(e => getComputedStyle(e).color))]"
    )
    for colour in browser.execute_script(script):
        red, green, blue = (int(part) for part in re.findall(r"\d+", colour)[:3])
        found = _palette.contrast(f"#{red:02x}{green:02x}{blue:02x}", _palette.LIGHT["panel"])
        assert found >= 4.5, colour


def test_printed_pages_are_fewer_than_rows_allow(browser: Any, pages: Pages) -> None:
    """500 rows with their sections took 56 pages before the table was set tighter."""
    import base64

    _open(browser, pages["cdnow"])
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    document = base64.b64decode(printed["data"])
    assert len(re.findall(rb"/Type\s*/Page\b", document)) < 50
