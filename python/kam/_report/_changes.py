"""What changed since an earlier run: of the portfolio in a sentence, of an account in bars."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kam._report._bars import Step, draw
from kam._report._facts import Doubles, Facts
from kam._report._html import Html, join, name_of, tag
from kam._report._language import Language
from kam._report._tiers import tier_label
from kam._scoring.previous import Earlier
from kam._scoring.score_columns import band_names

_ACCOUNT = ("delta_behaviour", "delta_coverage")
_RULER = ("delta_reference", "delta_weights", "delta_scorecard")
_MOVERS = 4
_SMALL = 0.05  # points that print as 0.0


class Left(NamedTuple):
    """Accounts that changed their group; by tier, or by value band where there are no tiers."""

    kind: str  # tier or value_band
    before: list[str | None]  # of every account of this table
    now: list[str | None]

    @property
    def moved(self) -> int:
        return sum(
            b is not None and n is not None and b != n
            for b, n in zip(self.before, self.now, strict=True)
        )


def _earlier(facts: Facts) -> Earlier:
    if facts.result.earlier is None:
        raise ValueError("no earlier run")
    return facts.result.earlier


def earlier_rows(facts: Facts) -> Any:
    """For every account its row in the earlier run, -1 for a new one."""
    return _earlier(facts).rows_of([str(v) for v in facts["account_id"]])


def groups(facts: Facts) -> Left:
    earlier, rows = _earlier(facts), earlier_rows(facts).tolist()
    if earlier.tier is not None and any(earlier.tier) and facts.says("tier"):
        before = [earlier.tier[row] if row >= 0 else None for row in rows]
        return Left("tier", before, facts.words("tier"))
    bands = band_names(np.asarray(earlier.value_index), facts.profile["value_bands"])
    before = [bands[row] if row >= 0 else None for row in rows]
    return Left("value_band", before, facts.words("value_band"))


# ---- section 1 ----------------------------------------------------------------------------------


def sentences(facts: Facts, t: Language) -> list[Html]:
    """The statement and what belongs to it; nothing without an earlier run."""
    if facts.result.earlier is None:
        return []
    since = t.date(facts.result.earlier.as_of)
    delta = facts.numbers("delta_value")
    if np.isnan(delta).all():
        return [t.html("changed_unknown", date=since), *_come_and_gone(facts, t)]
    left = groups(facts)
    key = f"changed_{left.kind}_{'one' if left.moved == 1 else 'many'}"
    main = [t.html(key, n=t.whole(left.moved), date=since)]
    most = int(np.nanargmax(np.abs(delta)))
    own = _sum(facts, _ACCOUNT)
    if abs(delta[most]) < _SMALL:
        main.append(t.html("changed_none"))
    else:
        main.append(
            t.html(
                "changed_most",
                name=name_of(facts.short_name(most, 40)),
                points=t.signed(float(delta[most])),
                own=t.signed(float(own[most])),
            )
        )
    return [join(main, t("sentence_gap")), *_moves(facts, t, delta, own), *_come_and_gone(facts, t)]


def _sum(facts: Facts, names: tuple[str, ...]) -> Doubles:
    return np.asarray(np.sum([facts.numbers(name) for name in names], axis=0), dtype=np.float64)


def _moves(facts: Facts, t: Language, delta: Doubles, own: Doubles) -> list[Html]:
    """How many moved, and how much of it is the ruler's doing."""
    up, down = int(np.sum(delta >= 1)), int(np.sum(delta <= -1))
    moved = t.html("changed_moves", up=t.whole(up), down=t.whole(down))
    ruler = float(np.nanmean(np.abs(facts.numbers("delta_model"))))
    if ruler < _SMALL:
        return [moved, t.html("changed_same_ruler")]
    mean = t.number(float(np.nanmean(np.abs(own))))
    return [moved, t.html("changed_ruler", own=mean, ruler=t.number(ruler))]


def _come_and_gone(facts: Facts, t: Language) -> list[Html]:
    rows = earlier_rows(facts)
    new = int(np.sum(rows < 0))
    gone = len(_earlier(facts).ids) - int(np.sum(rows >= 0))
    parts = [t.counted(key, n) for key, n in (("changed_new", new), ("changed_gone", gone)) if n]
    return [tag("span", part) for part in parts]


# ---- section 4 ----------------------------------------------------------------------------------


def account_changes(facts: Facts, t: Language, row: int) -> Html | None:
    """Account and ruler apart, and what moved most; None without an earlier run."""
    if facts.result.earlier is None:
        return None
    since = t.date(facts.result.earlier.as_of)
    head = tag("h4", t("changes", date=since))
    delta = float(facts.numbers("delta_value")[row])
    if np.isnan(delta):
        place = int(earlier_rows(facts)[row])
        words = t("change_new") if place < 0 else t("change_unknown")
        return tag("div", head, tag("p", words, class_="none"), class_="changes")
    now = float(facts["value_index"][row])
    values = {"before": t.number(now - delta), "now": t.number(now), "delta": t.signed(delta)}
    return tag(
        "div",
        head,
        tag("p", t.html("change_whole", **values), _regrouped(facts, t, row)),
        *_causes(facts, t, row),
        _movers(facts, t, row),
        class_="changes",
    )


def _regrouped(facts: Facts, t: Language, row: int) -> Html | None:
    left = groups(facts)
    before, now = left.before[row], left.now[row]
    if before is None or now is None or before == now:
        return None
    if left.kind == "tier":
        before, now = (tier_label(facts, t, name) for name in (before, now))
    return t.html(f"change_{left.kind}", before=before, now=now)


def _causes(facts: Facts, t: Language, row: int) -> list[Html]:
    """A bar to the left or right of nothing for every cause that moved it."""
    causes = [(name, float(facts.numbers(name)[row])) for name in (*_ACCOUNT, *_RULER)]
    causes = [(name, points) for name, points in causes if abs(points) >= _SMALL]
    most = max([5.0, *(abs(points) for _, points in causes)])
    drawn: list[Html] = []
    for side, names in (("account", _ACCOUNT), ("ruler", _RULER)):
        inside = [(name, points) for name, points in causes if name in names]
        if inside:
            drawn.append(tag("p", t(f"change_{side}"), class_="side"))
        for name, points in inside:
            step = Step(t(name), 0, points, t.signed(points), "up" if points > 0 else "down")
            drawn.append(draw(step, -most, most))
    return drawn


def _movers(facts: Facts, t: Language, row: int) -> Html | None:
    """The measures behind what the account did itself, largest first."""
    points = np.asarray(facts.result.changes["behaviour_points"])[row]
    labels = [t.label(i) for i in facts.profile["indicators"]]
    order = [int(k) for k in np.argsort(-np.abs(np.nan_to_num(points)), kind="stable")]
    moved = [k for k in order[:_MOVERS] if abs(points[k]) >= _SMALL]
    if not moved:
        return None
    words = [t("mover", name=labels[k], points=t.signed(float(points[k]))) for k in moved]
    return tag("p", t("movers", list=t("semicolon").join(words)), class_="movers")
