"""`kam explain --previous`: what changed between two score files, and who moved."""

from __future__ import annotations

from dataclasses import dataclass

from kam._scoring.measures import RULE
from kam._scoring.score_file import ScoreRow
from kam.cli._numbers import points, signed

_SPLIT = (
    ("delta_behaviour", "the account's own doing"),
    ("delta_coverage", "data that came, went or grew old"),
    ("delta_reference", "the ruler: bands and references"),
    ("delta_weights", "the ruler: weights"),
    ("delta_scorecard", "the ruler: indicators and rules"),
)


def lines_of(row: ScoreRow, earlier: ScoreRow) -> list[str]:
    now, then = row.numbers["value_index"], earlier.numbers["value_index"]
    head = f"since {earlier.texts['as_of']}: value index {points(then)} to {points(now)}"
    if now is None or then is None:
        return [head, *_ruler(row, earlier)]
    lines = [f"{head}, {signed(now - then)} points"]
    same_model = row.texts["model_version"] == earlier.texts["model_version"]
    if row.measures and earlier.measures and same_model:
        return lines + _moves(row, earlier) + ["same model: the change is the account's own"]
    if _compared_with(row, earlier):
        return lines + _told(row) + _verdict(row)
    if row.measures and earlier.measures:
        return lines + _moves(row, earlier) + _ruler(row, earlier)
    return lines + _ruler(row, earlier)


def _compared_with(row: ScoreRow, earlier: ScoreRow) -> bool:
    """The later file was scored with `--previous` this one, and holds the split itself."""
    return (
        row.numbers["delta_value"] is not None
        and row.texts["previous_as_of"] == earlier.texts["as_of"]
    )


def _told(row: ScoreRow) -> list[str]:
    found = [(row.numbers[name] or 0.0, text) for name, text in _SPLIT]
    return [f"  {signed(change):>7}  {text}" for change, text in found if abs(change) >= 0.05]


def _verdict(row: ScoreRow) -> list[str]:
    own = (row.numbers["delta_behaviour"] or 0.0) + (row.numbers["delta_coverage"] or 0.0)
    ruler = row.numbers["delta_model"] or 0.0
    return [f"the account moved by {signed(own)} points, the ruler by {signed(ruler)}"]


@dataclass
class _Move:
    label: str
    own: float = 0.0  # the datum is another
    ruler: float = 0.0  # the datum is the same and its score another


def _moves(row: ScoreRow, earlier: ScoreRow) -> list[str]:
    """From the measures of the two files: what each did at its earlier weight, then the weights."""
    labels = {name: label for name, label, _ in (earlier.reasons or []) + (row.reasons or [])}
    before = {m["indicator"]: m for m in earlier.measures}
    after = {m["indicator"]: m for m in row.measures}
    moves: list[_Move] = []
    shifted = 0.0
    for name in {**before, **after}:
        old, new = before.get(name, {}), after.get(name, {})
        move = _Move(labels.get(name, name))
        moves.append(move)
        if name.startswith(RULE):
            move.own = (new.get("points") or 0.0) - (old.get("points") or 0.0)
            continue
        weight = old.get("weight") or 0.0
        score = next((m["score"] for m in (new, old) if m.get("score") is not None), 0.0)
        change = weight * (score - (old["score"] if old.get("score") is not None else score))
        shifted += ((new.get("weight") or 0.0) - weight) * score
        if new.get("value") == old.get("value"):
            move.ruler = change
        else:
            move.own = change
    parts = [(m.own, m.label) for m in moves]
    parts += [(m.ruler, f"{m.label}: same datum, another score") for m in moves]
    parts.append((shifted, "weights, and data that came or went"))
    parts.sort(key=lambda part: -abs(part[0]))
    return [f"  {signed(change):>7}  {text}" for change, text in parts if abs(change) >= 0.05]


def _ruler(row: ScoreRow, earlier: ScoreRow) -> list[str]:
    """Whether both were measured with the same ruler."""
    named = {"model_version": "model", "config_hash": "profile or options"}
    other = [text for key, text in named.items() if row.texts[key] != earlier.texts[key]]
    if not other:
        return ["same model and options: the change is the account's own"]
    return [
        f"another {' and '.join(other)}: the ruler changed, and with it part of the difference.",
        "Score the later day with --previous FILE to split it exactly, or both days with one",
        "--model to see the account alone.",
    ]
