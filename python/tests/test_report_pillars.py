"""The report's parts about tiers, matrices, changes, people, measures and the profile."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pytest
from kam import _core
from kam._report import _chinese, _english
from kam._report._bars import pillars_of, waterfall
from kam._report._blocks import BLOCKS, block_of
from kam._report._changes import groups, sentences
from kam._report._dossier import SUBJECTS, told
from kam._report._facts import Facts
from kam._report._language import Language
from kam._report._tiers import tier_order, trend_words
from report_doubles import CLASSES, MATRIX, RULES, TIERS, scored_again, with_pillars

pytest.importorskip("matplotlib")


def _tables() -> dict[str, Any]:
    """Thirty accounts with hostile names; half of them slow down in the last half-year."""
    random = np.random.default_rng(4)
    rows: list[tuple[str, int, float]] = []
    for i in range(30):
        gap, size = 8 + i % 11, np.exp(6 + i / 12)
        days = np.arange(int(random.integers(0, gap)), 730, gap)
        days = days[(days < 560) | (i % 2 == 0)]
        rows += [(f"P{i:02d}", int(d), round(size * random.lognormal(0, 0.3), 2)) for d in days]
    owner, day, amount = (list(column) for column in zip(*rows, strict=True))
    ids = [f"P{i:02d}" for i in range(30)]
    return {
        "transactions": {
            "account_id": np.array(owner, dtype=object),
            "date": np.datetime64("2023-01-01") + np.array(day),
            "amount": np.array(amount),
        },
        "accounts": {
            "account_id": np.array(ids, dtype=object),
            "name": np.array([f"<b onclick=x>{i} 上海</b>" for i in ids], dtype=object),
        },
        "ratings": {
            "account_id": np.array(ids[:20], dtype=object),
            "item": np.array(["growth"] * 20, dtype=object),
            "value": random.uniform(20, 90, 20),
        },
    }


@pytest.fixture(scope="module")
def profile(tmp_path_factory: Any) -> Path:
    from kam import _core

    path = Path(tmp_path_factory.mktemp("profile")) / "ruled.toml"
    path.write_text(_core.default_profile_text() + RULES, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def plain(profile: Path) -> Any:
    """Two real runs, and nothing beside them."""
    return scored_again(_tables(), "2024-06-30", "2024-12-31", profile)


@pytest.fixture(scope="module")
def full(profile: Path) -> Any:
    return with_pillars(scored_again(_tables(), "2024-06-30", "2024-12-31", profile))


def _page(result: Any, folder: Path, **options: Any) -> str:
    return str(result.report(folder / "r.html", **options).read_text(encoding="utf-8"))


def _text(page: str) -> str:
    page = re.sub(r"<(script|style).*?</\1>", " ", page, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").split())


def _article(page: str, place: int) -> str:
    start = page.index(f'id="account-{place}"')
    return page[start : page.index("</article>", start)]


# ---- reasons ------------------------------------------------------------------------------------


def test_the_waterfall_as_printed_adds_up_for_every_account(full: Any) -> None:
    facts, t = Facts(full), Language("en")
    for row in range(len(full)):
        bars = "".join(waterfall(facts, t, row))
        texts = re.findall(r"<b class=\"(up|down|total)\">([^<]*)</b>", bars)
        numbers = [float(text.replace("\u2212", "-")) for _, text in texts]
        assert sum(numbers[:-1]) == pytest.approx(numbers[-1], abs=1e-9)
        assert numbers[-1] == pytest.approx(full["value_index"][row], abs=0.05001)
        assert numbers[0] == pytest.approx(full._core.reference_index, abs=0.05001)
        assert len(texts) <= 2 + 8 + 1 + 2  # ends, reasons, gathered, coverage and rule


def test_a_rule_is_a_reason_in_the_table_and_a_bar_of_its_own(full: Any, tmp_path: Path) -> None:
    facts = Facts(full)
    moved = facts.points[:, facts.reason_ids.index("rule:silent")]
    assert np.sum(moved < 0) > 5
    page = _page(full, tmp_path)
    assert "Rule: Silent for 60 days &lt;again&gt;" in page
    assert "<again>" not in page
    row = int(np.nanargmin(moved))
    bars = "".join(waterfall(facts, Language("zh"), row))
    assert "规则：沉默六十天" in bars


def test_reasons_of_the_table_are_named_after_their_points(plain: Any, tmp_path: Path) -> None:
    """With rules between the indicators and data coverage, labels must not slip."""
    page = _page(plain, tmp_path)
    rows = re.findall(r"<tr data-v=.*?</tr>", page, flags=re.S)
    largest = Facts(plain).by_revenue
    for place, html in enumerate(rows):
        reasons = plain.explain(plain["account_id"][largest[place]])
        strongest = [r for r in reasons if abs(r["points"]) >= 0.05][:3]
        shown = re.findall(r"<b class=\"(?:up|down)\">([^<]*)</b> ([^<]*)</span>", html)
        for reason, (points, label) in zip(strongest, shown, strict=True):
            assert points == Language("en").signed(reason["points"])
            name = "Silent for 60 days" if "rule" in reason["indicator"] else reason["label"]
            assert name in label


def test_pillars_show_their_interval_and_coverage(full: Any, tmp_path: Path) -> None:
    p, row = pillars_of(Facts(full)), int(Facts(full).by_revenue[0])
    page = _article(_page(full, tmp_path), 1)
    known = np.flatnonzero(~np.isnan(p.scores[row]))
    assert page.count('class="whisker"') == len(known)
    for k in known.tolist():
        assert f"{p.lo[row, k]:.0f} to {p.hi[row, k]:.0f}" in page
    assert p.lo[row, 0] == full["contribution_lo"][row]
    assert p.hi[row, 0] == full["contribution_hi"][row]


# ---- what changed -------------------------------------------------------------------------------


def test_nothing_is_said_of_changes_without_an_earlier_run(tmp_path: Path) -> None:
    result = kam.score(_tables(), as_of="2024-12-31")
    assert sentences(Facts(result), Language("en")) == []
    text = _text(_page(result, tmp_path))
    for words in ("Changed since", "largest move", "left their", "The ruler"):
        assert words not in text


def test_the_sentence_of_changes_is_the_delta_columns(full: Any, tmp_path: Path) -> None:
    delta = full["delta_value"]
    most = int(np.nanargmax(np.abs(delta)))
    own = full["delta_behaviour"][most] + full["delta_coverage"][most]
    text = re.sub(r"\s+([.,;)])", r"\1", _text(_page(full, tmp_path)))
    left = sum(
        a is not None and b is not None and a != b
        for a, b in zip(full.earlier.tier, full.columns["tier"], strict=True)
    )
    assert left > 1
    assert f"{left} accounts left their tier since 30 June 2024;" in text
    t = Language("en")
    assert f"{t.signed(delta[most])} points, of which {t.signed(own)} its own." in text
    up, down = int((delta >= 1).sum()), int((delta <= -1).sum())
    assert f"{up} rose and {down} fell by a point or more" in text


def test_without_tiers_the_value_bands_tell_who_moved(plain: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(plain.earlier, "tier", None)
    left = groups(Facts(plain))
    assert left.kind == "value_band"
    earlier = kam._scoring.score_columns.band_names(  # the same cuts on both days
        plain.earlier.value_index, plain.profile["value_bands"]
    )
    assert left.before == [earlier[row] for row in plain.earlier.rows_of(plain["account_id"])]
    assert left.moved > 0


def test_an_account_tells_account_and_ruler_apart(full: Any, tmp_path: Path) -> None:
    facts, page = Facts(full), _page(full, tmp_path)
    for place in range(1, 6):
        row = int(facts.by_revenue[place - 1])
        block = _article(page, place).split('class="changes"')[1]
        assert Language("en").signed(full["delta_value"][row]) in block
        for name, words in (("delta_behaviour", "What it did"), ("delta_reference", "References")):
            assert (words in block) == (abs(full[name][row]) >= 0.05)


def test_new_and_gone_accounts_are_counted() -> None:
    tables = _tables()
    early = dict(tables["transactions"])
    keep = early["account_id"] != "P00"
    early = {k: v[keep] for k, v in early.items()}
    late = {k: v[tables["transactions"]["account_id"] != "P07"] for k, v in
            tables["transactions"].items()}  # fmt: skip
    result = kam.score(late, as_of="2024-12-31", previous=kam.score(early, as_of="2024-06-30"))
    text = _text(" ".join(sentences(Facts(result), Language("en"))))
    assert "1 account is new" in text
    assert "1 account of then is no longer there" in text


# ---- tiers, matrices, people, measures ----------------------------------------------------------


def test_tiers_count_every_account_once(full: Any, tmp_path: Path) -> None:
    facts = Facts(full)
    assert tier_order(facts) == ["A", "B", "potential", "C"]
    page = _page(full, tmp_path)
    table = page[page.index('class="tiers"') :]
    counts = [int(n) for n in re.findall(r"<th scope=\"row\">[^<]*</th><td>(\d+)</td>", table)[:4]]
    assert sum(counts) == len(full)
    assert counts[0] == full.columns["tier"].count("A")


def test_a_trend_is_only_told_where_it_was_tested(full: Any) -> None:
    facts, t = Facts(full), Language("en")
    for row, trend in enumerate(full.columns["trend"]):
        words = trend_words(facts, t, row)
        assert (words is None) == (trend is None)
        if trend is not None:
            assert str(trend) in str(words)
            assert ("a year" in str(words)) == (trend != "flat")


def test_the_matrix_holds_every_account_once_and_the_top_row_first(
    full: Any, tmp_path: Path
) -> None:
    page = _page(full, tmp_path)
    table, after = page[page.index('class="matrix"') :].split("</table>", 1)
    named = r"<td[^>]*><b>([^<]*)</b><small class=\"at\">[^<]*</small>"
    cells = re.findall(named + r"<span class=\"count\">(\d+) account", table)
    assert [name for name, _ in cells] == [*MATRIX["cells"][1], *MATRIX["cells"][0]]
    assert sum(int(n) for _, n in cells) == int((full.matrix("attraction")["cell"] >= 0).sum())
    assert "to its cell with a probability of 80.0 %" in _text(after.split("</figure>")[0])


def test_every_profile_word_and_every_free_text_is_escaped(full: Any, tmp_path: Path) -> None:
    for language in ("en", "zh"):
        page = _page(full, tmp_path, language=language)
        assert "<b onclick" not in page
        assert "<more>" not in page
        assert "&lt;more&gt;" in page
        assert not re.search(r">\s*nan\b", page)


def test_the_profile_is_told_in_both_languages(full: Any, tmp_path: Path) -> None:
    english, chinese = (_text(_page(full, tmp_path, language=k)) for k in ("en", "zh"))
    for part in (*TIERS, *CLASSES, MATRIX, *full.profile["dimensions"]):
        assert part["label_en"] in english
        assert part["label_zh"] in chinese
    assert "Days since the last order above 60: value index at most 30." in english
    assert "距上次订单天数高于 60：价值指数最高 30。" in chinese
    assert "Orders, 12 months at least 12" in english
    assert "its 80 % quantile" in english
    for words in ("accounts", "value index", "median", "Support", "Changed"):
        assert words not in chinese.replace("accounts 表", ""), words


def test_every_reason_of_the_schema_has_its_chinese() -> None:
    from kam._scoring.schema import COLUMNS

    t = Language("zh")
    english = {c.missing for c in COLUMNS if t.of_core(c.missing) == c.missing}
    assert english == {"never missing"}


def test_people_and_gaps_of_an_account(full: Any, tmp_path: Path) -> None:
    facts, page = Facts(full), _page(full, tmp_path)
    for place in range(1, 11):
        row, article = int(facts.by_revenue[place - 1]), _article(page, place)
        assert ("A supporter has left" in article) == (row % 6 == 0)
        assert ("balance sheet, credit limit" in article) == (row % 5 == 0)
        support = full.columns["support"][row]
        assert Language("en").signed(support, 2) in article
    top = page[page.index('class="collect"') :].split("</div>")[0]
    assert "reports due and received" in top  # nobody has any
    assert "balance sheet" not in top


def test_without_data_their_parts_are_absent(tmp_path: Path) -> None:
    page = _page(kam.score(_tables()["transactions"], as_of="2024-12-31"), tmp_path)
    for mark in ('class="people"', 'class="changes"'):
        assert mark not in page
    assert "The profile has no rules" in page or "<h4>Rules</h4>" in page


# ---- texts --------------------------------------------------------------------------------------


def test_every_key_that_is_put_together_has_its_text() -> None:
    keys = [f"{kind}_{block}" for kind in ("block", "collect") for block in (*BLOCKS, "other")]
    keys += [f"subject_{name}" for name in SUBJECTS]
    keys += [f"feature:{entry.name}" for entries in SUBJECTS.values() for entry in entries]
    keys += [f"rule_{a}_{b}" for a in ("above", "below") for b in ("cap", "floor", "veto")]
    for texts in (_english.TEXTS, _chinese.TEXTS):
        assert not [key for key in keys if not texts.get(key)]


def test_cells_of_the_matrices_of_the_own_profile_have_their_chinese() -> None:
    profile = _core.parse_profile(_core.shipped_profile_text("default"), "default").to_dict()
    cells = {cell for m in profile["matrices"] for row in m["cells"] for cell in row}
    assert len(cells) == 17
    assert not [cell for cell in cells if f"cell:{cell}" not in _chinese.TEXTS]


def test_measures_in_words_and_their_blocks(full: Any) -> None:
    facts, t = Facts(full), Language("en")
    assert told(facts, t, 0.256, "share") == "25.6\u00a0%"
    assert told(facts, t, 12.4, "days") == "12 days"
    assert told(facts, t, -3.456, "number") == "\u22123.46"
    assert block_of("rating:anything") == "ratings"
    assert block_of("altman_z2") == "credit"
    assert block_of("something_new") == "other"


def test_twenty_thousand_accounts_stay_below_three_megabytes(tmp_path: Path) -> None:
    n, random = 20_000, np.random.default_rng(1)
    ids = np.repeat(np.arange(n), random.poisson(3, n) + 1)
    days = np.datetime64("2022-06-01") + random.integers(0, 930, len(ids))
    rows = {"account_id": ids, "date": days, "amount": random.lognormal(6, 1.5, len(ids)).round(2)}
    earlier = kam.score(rows, as_of="2024-06-30")
    result = with_pillars(kam.score(rows, as_of="2024-12-31", previous=earlier))
    assert result.report(tmp_path / "large.html").stat().st_size < 3_000_000
