"""kam.plots without a display: what is drawn adds up, and what cannot be drawn is said."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import kam
import matplotlib as mpl
import numpy as np
import pytest
from kam import plots
from kam._plots import style as _plot_style
from matplotlib.figure import Figure

mpl.use("Agg")

AS_OF = "2024-06-30"


@pytest.fixture(autouse=True)
def _unchanged_settings() -> Iterator[None]:
    """No plot leaves a figure behind in pyplot or a changed setting."""
    import matplotlib.pyplot as plt

    before = dict(mpl.rcParams)
    yield
    plt.close("all")
    assert dict(mpl.rcParams) == before


@pytest.fixture(scope="module")
def result(small: dict[str, Any]) -> kam.ScoreResult:
    """Forty accounts with ratings and names, and one that has nothing."""
    ids = sorted(set(small["account_id"].tolist()))
    names = [f"Works {i}" for i in ids]
    names[0], names[1], names[2] = "Cash $1 & $2 Ltd", "砚川机械", ""
    judged = ids[:30]
    return kam.score(
        {
            "transactions": {**small, "cogs": 0.7 * small["amount"]},
            "accounts": {"account_id": [*ids, "EMPTY"], "name": [*names, "Nobody yet"]},
            "activities": {"account_id": ids, "date": ["2024-01-15"] * 40, "cost": [50.0] * 40},
            "ratings": {
                "account_id": judged * 2,
                "item": ["nps"] * 30 + ["growth"] * 30,
                "value": [float(k % 11) for k in range(60)],
                "scale_max": [10] * 60,
                "date": ["2024-05-01"] * 60,
            },
        },
        as_of=AS_OF,
    )


@pytest.fixture
def ax() -> Any:
    return Figure(figsize=(7, 5)).subplots()


@pytest.fixture
def polar() -> Any:
    return Figure().add_subplot(projection="polar")


def _texts(ax: Any) -> str:
    return "\n".join(t.get_text() for t in [*ax.texts, ax.title])


def _title(ax: Any) -> str:
    return str(ax.get_title(loc="left") or ax.get_title())


def _draw(ax: Any) -> None:
    """Draws without a display; a missing character or a bad limit is an error here."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(ax.figure).draw()


# ---- waterfall ----------------------------------------------------------------------------------


@pytest.mark.parametrize("smallest", [0.0, 0.5, 3.0, 1e9])
def test_the_steps_of_a_waterfall_add_up_to_the_last_digit(
    result: kam.ScoreResult, smallest: float
) -> None:
    for account in result["account_id"]:
        value = result["value_index"][result["account_id"].index(account)]
        if np.isnan(value):
            continue
        ax = plots.waterfall(result, account, smallest=smallest, ax=Figure().subplots())
        bars = ax.patches
        first, steps, last = bars[0], bars[1:-1], bars[-1]
        assert first.get_width() == pytest.approx(result._core.reference_index, abs=1e-9)
        assert last.get_width() == pytest.approx(value, abs=1e-9)
        assert first.get_x() == last.get_x() == 0
        total = sum(bar.get_width() for bar in steps)
        assert total == pytest.approx(value - first.get_width(), abs=1e-9)
        at = first.get_width()
        for bar in steps:  # each begins where the one before ended
            assert bar.get_x() == pytest.approx(at, abs=1e-9)
            at += bar.get_width()
        assert at == pytest.approx(value, abs=1e-9)


def test_a_waterfall_has_a_bar_for_every_reason_that_counts(result: kam.ScoreResult) -> None:
    for account in ("A00", "A05", "A39"):
        points = [r["points"] for r in result.explain(account) if r["points"] != 0]
        large = [p for p in points if abs(p) >= 2]
        gathered = len(points) - len(large)
        whole = plots.waterfall(result, account, smallest=0, ax=Figure().subplots())
        some = plots.waterfall(result, account, smallest=2, ax=Figure().subplots())
        assert len(whole.patches) == len(points) + 2
        assert len(some.patches) == len(large) + min(gathered, 1) + 2
        labels = [t.get_text() for t in some.get_yticklabels()]
        assert (f"{gathered} others" in labels) == (gathered > 1)
        assert labels[0] == "Median account"
        assert labels[-1] == "This account"
        _draw(some)


def test_ups_and_downs_differ_in_more_than_colour(result: kam.ScoreResult) -> None:
    ax = plots.waterfall(result, "A05", smallest=0, ax=Figure().subplots())
    for bar in ax.patches[1:-1]:
        assert (bar.get_hatch() is not None and "/" in bar.get_hatch()) == (bar.get_width() < 0)


def test_coverage_and_what_else_explain_tells_become_steps(
    result: kam.ScoreResult, monkeypatch: pytest.MonkeyPatch, ax: Any
) -> None:
    """A rule is one reason more; nothing is known here of what kinds of reasons there are."""
    true = result.explain("A05")
    points = {r["indicator"]: r["points"] for r in true}
    assert "coverage" in points
    rule = {"indicator": "rule:late", "label": "Cap: pays late", "points": -7.25}
    first = {**true[0], "points": true[0]["points"] + 7.25}
    monkeypatch.setattr(
        kam.ScoreResult, "explain", lambda self, account, language="en": [first, rule, *true[1:]]
    )
    plots.waterfall(result, "A05", smallest=0, ax=ax)
    assert "Cap: pays late" in [t.get_text() for t in ax.get_yticklabels()]
    assert -7.25 in [bar.get_width() for bar in ax.patches]
    assert ax.patches[0].get_width() == pytest.approx(result._core.reference_index, abs=1e-9)


def test_an_account_without_a_value_index_gets_a_sentence(result: kam.ScoreResult) -> None:
    assert np.isnan(result["value_index"][result["account_id"].index("EMPTY")])
    for drawn in (
        plots.waterfall(result, "EMPTY", ax=Figure().subplots()),
        plots.pillars(result, "EMPTY", ax=Figure().subplots()),
        plots.pillars(result, "EMPTY", "radar", ax=Figure().add_subplot(projection="polar")),
    ):
        assert "Nobody yet has no" in _texts(drawn)
        assert not drawn.patches
        _draw(drawn)


# ---- pillars ------------------------------------------------------------------------------------


def _observed(result: kam.ScoreResult, row: int) -> np.ndarray:
    return np.array([result._core.dimension_scores()[row]]).ravel()


def test_a_bar_per_dimension_and_the_median_beside_it(result: kam.ScoreResult, ax: Any) -> None:
    row = result["account_id"].index("A05")
    plots.pillars(result, "A05", ax=ax)
    scores = _observed(result, row)
    bars = ax.patches[len(scores) :]  # before them their background
    assert len(bars) == len(result.profile["dimensions"]) == 4
    np.testing.assert_array_equal([b.get_width() for b in bars], np.nan_to_num(scores))
    medians = np.nanmedian(result._core.dimension_scores()[:, :3], axis=0)
    drawn = [line.get_xdata()[0] for line in ax.lines if len(line.get_xdata())]
    np.testing.assert_allclose(drawn[:3], medians, rtol=0, atol=1e-12)
    assert ("not known" in _texts(ax)) == bool(np.isnan(scores).any())
    _draw(ax)


@pytest.mark.parametrize("kind", ["bar", "radar"])
def test_whiskers_where_there_are_intervals(small: dict[str, Any], kind: str) -> None:
    """One for every pillar with a score, from its lower to its upper limit."""
    result = kam.score(small, as_of=AS_OF)
    row = result["account_id"].index("A05")
    want = [
        [result[f"{name}_lo"][row], result[f"{name}_hi"][row]]
        for name in ("contribution", "loyalty", "growth")
        if np.isfinite(result[name][row])
    ]
    assert len(want) >= 2
    axes = Figure().add_subplot(projection="polar" if kind == "radar" else None)
    found = plots.pillars(result, "A05", kind, ax=axes)
    if kind == "bar":
        segments = [s[:, 0].tolist() for c in found.collections for s in c.get_segments()]
    else:
        segments = [line.get_ydata().tolist() for line in found.lines if len(line.get_ydata()) == 2]
    for pair in want:
        assert any(np.allclose(pair, segment) for segment in segments), (pair, segments)
    _draw(found)


def test_bounds_of_risk_are_turned_to_safety(small: dict[str, Any]) -> None:
    from kam._plots.account import _bounds

    result = kam.score(small, as_of=AS_OF)
    result.columns["risk_index_lo"] = np.full(len(result), 10.0)
    result.columns["risk_index_hi"] = np.full(len(result), 30.0)
    assert _bounds(result, "risk", 0) == (70.0, 90.0)
    assert np.isnan(_bounds(result, "a dimension of another profile", 0)).all()


def test_a_radar_needs_polar_axes_and_a_bar_others(
    result: kam.ScoreResult, ax: Any, polar: Any
) -> None:
    with pytest.raises(ValueError, match="`ax`: this plot needs polar axes"):
        plots.pillars(result, "A05", "radar", ax=ax)
    with pytest.raises(ValueError, match="no polar axes"):
        plots.pillars(result, "A05", ax=polar)
    plots.pillars(result, "A05", "radar", ax=polar)
    lines = {line.get_label(): line for line in polar.lines}
    scores = _observed(result, result["account_id"].index("A05"))
    np.testing.assert_array_equal(lines["This account"].get_ydata(), [*scores, scores[0]])
    _draw(polar)


# ---- map ----------------------------------------------------------------------------------------


def test_the_map_has_every_account_that_has_both(result: kam.ScoreResult, ax: Any) -> None:
    plots.matrix(result, ax=ax)
    both = ~np.isnan(result["p_churn"] + result["value_index"])
    drawn = np.vstack([c.get_offsets() for c in ax.collections])
    assert len(drawn) == both.sum()
    expected = np.clip(result["p_churn"][both], 0.001, 0.999)
    np.testing.assert_allclose(np.sort(drawn[:, 0]), np.sort(expected))
    np.testing.assert_allclose(np.sort(drawn[:, 1]), np.sort(result["value_index"][both]))
    missing = int((~both).sum())
    assert missing >= 1
    assert f"{missing} of {len(result)} accounts without" in _texts(ax)
    _draw(ax)


def test_areas_are_in_proportion(result: kam.ScoreResult, ax: Any) -> None:
    plots.matrix(result, x="net_revenue_12m", y="value_index", size="net_revenue_12m", ax=ax)
    value = result["net_revenue_12m"]
    areas = {
        round(float(y), 6): s
        for c in ax.collections
        for (_, y), s in zip(c.get_offsets(), c.get_sizes(), strict=True)
    }
    top, second = np.argsort(-np.nan_to_num(value))[:2]
    ratio = areas[round(float(result["value_index"][second]), 6)]
    ratio /= areas[round(float(result["value_index"][top]), 6)]
    assert ratio == pytest.approx(value[second] / value[top], rel=1e-9)


def test_a_dozen_names_lie_clear_of_one_another(result: kam.ScoreResult, ax: Any) -> None:
    plots.matrix(result, x="net_revenue_12m", y="value_index", ax=ax)
    _draw(ax)
    names = [t for t in ax.texts if t.get_fontsize() == 8.5]
    assert len(names) == 12
    # Of the words alone: the extent of an annotation holds its line as well.
    from matplotlib.text import Text

    boxes = [Text.get_window_extent(t) for t in names]
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            assert not one.overlaps(other)


def test_names_are_text_and_fall_back_to_the_id(result: kam.ScoreResult) -> None:
    rows = {name: result["account_id"].index(name) for name in ("A00", "A01", "A02")}
    assert _plot_style.account_name(result, rows["A02"]) == "A02"
    assert _plot_style.literal("Cash $1 & $2 Ltd") == r"Cash \$1 & \$2 Ltd"
    chinese = _plot_style.account_name(result, rows["A01"])
    assert chinese == ("A01" if _plot_style.chinese_font() is None else "砚川机械")
    for account in rows:
        _draw(plots.waterfall(result, account, ax=Figure().subplots()))
    assert _title(plots.pillars(result, "A00", ax=Figure().subplots())).startswith(r"Cash \$1")


def test_any_two_columns_of_numbers(result: kam.ScoreResult) -> None:
    for x, y, size in (
        ("value_index", "p_churn", None),
        ("net_revenue_12m", "cm3_12m", "order_count"),
        ("days_since_last", "orders_12m", "eav"),
        ("interval_level", "value_index", "coverage"),
    ):
        _draw(plots.matrix(result, x, y, size, ax=Figure(figsize=(7, 5)).subplots()))


def test_a_map_of_nothing_says_so(result: kam.ScoreResult, ax: Any) -> None:
    plots.matrix(result, x="headroom", ax=ax)
    assert "No account has both headroom and value_index" in _texts(ax)


# ---- curves -------------------------------------------------------------------------------------


def test_whale_curve(ax: Any) -> None:
    plots.whale_curve([100.0, 50.0, 0.0, -30.0, np.nan], ax=ax)
    curve = ax.lines[0]
    np.testing.assert_allclose(curve.get_xdata(), [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(curve.get_ydata(), [0, 100 / 120, 1.25, 1.25, 1])
    assert "peak 125.0 % with 2 of 4 accounts" in _texts(ax)
    _draw(ax)


def test_whale_curve_of_losses_is_in_money(ax: Any) -> None:
    plots.whale_curve(kam.whale_curve([10.0, -20.0]), ax=ax)
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [0, 10, -10])
    assert "peak 10 with 1 of 2" in _texts(ax)
    assert "in money" in _title(ax)
    _draw(ax)
    assert "No account has a profit" in _texts(plots.whale_curve([np.nan], ax=Figure().subplots()))


def test_concentration_curve(ax: Any) -> None:
    values = [50.0, 30.0, 15.0, 5.0]
    plots.concentration_curve(values, ax=ax)
    _, curve = ax.lines[:2]
    np.testing.assert_allclose(curve.get_xdata(), [0, 0.25, 0.5, 0.75, 1], atol=1e-12)
    np.testing.assert_allclose(curve.get_ydata(), [0, 0.5, 0.8, 0.95, 1], atol=1e-12)
    p = kam.concentration(values).balance_point()
    assert any(line.get_xdata()[0] == p and line.get_ydata()[0] == 1 - p for line in ax.lines[2:])
    _draw(ax)
    same = plots.concentration_curve(kam.concentration(values), ax=Figure().subplots())
    np.testing.assert_array_equal(same.lines[1].get_ydata(), curve.get_ydata())
    nothing = plots.concentration_curve([0.0, 0.0], ax=Figure().subplots())
    assert "no shares" in _texts(nothing)
    unknown = plots.concentration_curve([np.nan], ax=Figure().subplots())
    assert "no shares" in _texts(unknown)


# ---- all ----------------------------------------------------------------------------------------


def test_methods_draw_the_same(result: kam.ScoreResult) -> None:
    def new() -> Any:
        return Figure(figsize=(7, 5)).subplots()

    pairs = [
        (plots.waterfall(result, "A05", ax=new()), result.plot.waterfall("A05", ax=new())),
        (plots.pillars(result, "A05", ax=new()), result.plot.pillars("A05", ax=new())),
        (plots.matrix(result, ax=new()), result.plot.matrix(ax=new())),
        (plots.whale_curve(result["cm3_12m"], ax=new()), result.plot.whale_curve(ax=new())),
        (
            plots.concentration_curve(result["net_revenue"], ax=new()),
            result.plot.concentration_curve(ax=new()),
        ),
    ]
    for one, other in pairs:
        assert _texts(one) == _texts(other)
        assert len(one.patches) == len(other.patches)
        assert one.get_xlim() == other.get_xlim()


def test_axes_given_are_axes_returned_and_pyplot_stays_out_of_it(
    result: kam.ScoreResult, ax: Any
) -> None:
    import matplotlib.pyplot as plt

    assert plots.matrix(result, ax=ax) is ax
    assert plots.waterfall(result, "EMPTY", ax=ax) is ax
    assert plt.get_fignums() == []
    new = plots.pillars(result, "A05", "radar")
    assert plt.get_fignums() == [new.figure.number]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda r: plots.waterfall(r, "NOBODY"), KeyError, "no account 'NOBODY'"),
        (lambda r: plots.pillars(r, "NOBODY"), KeyError, "no account 'NOBODY'"),
        (lambda r: plots.pillars(r, "A05", "pie"), ValueError, "`kind` must be bar or radar"),
        (lambda r: plots.waterfall(r, "A05", language="fr"), ValueError, "`language` .*'fr'"),
        (lambda r: plots.waterfall(r, "A05", smallest=-1), ValueError, "`smallest` .*-1"),
        (lambda r: plots.waterfall(r, "A05", smallest=np.nan), ValueError, "`smallest` .*nan"),
        (lambda r: plots.matrix(r, x="p_chrun"), ValueError, "`x`: 'p_chrun' is no column"),
        (lambda r: plots.matrix(r, y="status"), ValueError, "`y`: 'status' is no column of num"),
        (lambda r: plots.matrix(r, size="as_of"), ValueError, "`size`: 'as_of' is no column"),
        (lambda r: plots.concentration_curve("x"), TypeError, "`values` must be one number"),
    ],
)
def test_errors_name_the_argument(
    result: kam.ScoreResult, call: Any, error: type[Exception], message: str
) -> None:
    import matplotlib.pyplot as plt

    with pytest.raises(error, match=message):
        call(result)
    assert plt.get_fignums() == []


def test_chinese(result: kam.ScoreResult, monkeypatch: pytest.MonkeyPatch, ax: Any) -> None:
    monkeypatch.setattr(_plot_style, "chinese_font", lambda: None)
    with pytest.raises(ValueError, match="needs a font with Chinese characters"):
        plots.waterfall(result, "A05", language="zh", ax=ax)
    monkeypatch.setattr(_plot_style, "chinese_font", lambda: "DejaVu Sans")
    plots.waterfall(result, "A05", language="zh", ax=ax)
    assert ax.get_yticklabels()[0].get_text() == "中位客户"
    assert "复购率" in [t.get_text() for t in ax.get_yticklabels()]
    for key in _plot_style._WORDS["en"]:
        assert _plot_style._WORDS["zh"][key], key


def test_both_languages_have_the_same_words_with_the_same_values() -> None:
    import string

    english, chinese = (_plot_style._WORDS[k] for k in ("en", "zh"))
    assert english.keys() == chinese.keys()
    for key in english:
        fields = [
            {f[1] for f in string.Formatter().parse(words[key]) if f[1]}
            for words in (english, chinese)
        ]
        assert fields[0] == fields[1], key


def test_without_matplotlib_the_extra_is_named() -> None:
    program = """
import sys
sys.modules["matplotlib"] = None
import kam, kam.plots
try:
    kam.plots.whale_curve([1.0])
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "kam[plot]" in done.stdout, done.stderr


def test_importing_kam_does_not_import_matplotlib() -> None:
    program = "import sys, kam, kam.plots; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
