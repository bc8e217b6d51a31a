"""`kam explain`: why an account has its score, and what changed since an earlier one."""

from __future__ import annotations

from argparse import Namespace

from kam.cli import _exit
from kam.cli._score_file import ScoreRow, read_row
from kam.cli._terminal import clean

_NOTHING = "–"


def run(arguments: Namespace) -> int:
    row = read_row(arguments.scores, arguments.account)
    earlier = None
    if arguments.previous is not None:
        earlier = read_row(arguments.previous, arguments.account)
    lines = _heading(row) + [""] + _reasons(row)
    if row.lists["notes"]:
        lines += ["", "notes: " + ", ".join(n.replace("_", " ") for n in row.lists["notes"])]
    if earlier is not None:
        lines += [""] + _changes(row, earlier)
    for line in lines:
        print(clean(line))
    return _exit.OK


def _heading(row: ScoreRow) -> list[str]:
    name = f" {row.texts['name']}" if row.texts["name"] else ""
    return [
        f"{row.texts['account_id']}{name}, as of {row.texts['as_of']}, "
        f"model {row.texts['model_version']}",
        f"value index    {_points(row, 'value_index')} {row.texts['value_band'] or ''}".rstrip()
        + f", coverage {_percent(row, 'coverage')}",
        f"churn          {_percent(row, 'p_churn')}" + _churn_details(row),
        f"revenue        {_money(row, 'net_revenue_12m')} in 12 months, "
        f"{_money(row, 'net_revenue')} ever",
        f"value          {_money(row, 'eav')} expected ({row.texts['value_basis']})",
        f"expected loss  {_money(row, 'expected_loss')}" + _loss_details(row),
    ]


def _churn_details(row: ScoreRow) -> str:
    if row.numbers["p_churn"] is None:
        return ""
    events = row.numbers["basis_events"] or 0
    return (
        f" [{_percent(row, 'p_churn_lo')} – {_percent(row, 'p_churn_hi')}] within "
        f"{row.numbers['churn_horizon_days']:g} days "
        f"({row.texts['basis']}, {events:,.0f} repeat orders)"
    )


def _loss_details(row: ScoreRow) -> str:
    loss, to_come = row.numbers["expected_loss"], row.numbers["expected_loss_open"]
    if loss is None or to_come is None:
        return ""
    return f", {to_come:,.0f} still to come, {loss - to_come:,.0f} probably left already"


def _reasons(row: ScoreRow) -> list[str]:
    if row.reasons is None:
        return ["no value index: too little of this account is observed"]
    if not row.reasons:
        return ["exactly the median account: no reason raises or lowers it"]
    lines = ["reasons, in points against the median account"]
    for _, label, points in row.reasons:
        lines.append(f"  {signed(points):>7}  {label}")
    total = sum(points for _, _, points in row.reasons)
    median = (row.numbers["value_index"] or 0) - total
    lines.append(f"  {signed(total):>7}  value index less that of the median account, {median:.1f}")
    return lines


def _changes(row: ScoreRow, earlier: ScoreRow) -> list[str]:
    now, then = row.numbers["value_index"], earlier.numbers["value_index"]
    head = f"since {earlier.texts['as_of']}: value index {_points(earlier, 'value_index')} to "
    head += _points(row, "value_index")
    if now is None or then is None:
        return [head] + _ruler(row, earlier)
    lines = [f"{head}, {signed(now - then)} points"]
    before = {name: points for name, _, points in earlier.reasons or []}
    labels = {name: label for name, label, _ in (earlier.reasons or []) + (row.reasons or [])}
    after = {name: points for name, _, points in row.reasons or []}
    moved = {name: after.get(name, 0.0) - before.get(name, 0.0) for name in labels}
    for name, change in sorted(moved.items(), key=lambda item: -abs(item[1])):
        if abs(change) >= 0.05:
            lines.append(f"  {signed(change):>7}  {labels[name]}")
    rest = now - then - sum(moved.values())
    if abs(rest) >= 0.05:
        lines.append(f"  {signed(rest):>7}  the median account itself")
    return lines + _ruler(row, earlier)


def _ruler(row: ScoreRow, earlier: ScoreRow) -> list[str]:
    """Whether both were measured with the same ruler."""
    named = {"model_version": "model", "config_hash": "profile or options"}
    other = [text for key, text in named.items() if row.texts[key] != earlier.texts[key]]
    if not other:
        return ["same model and options: the change is the account's own"]
    return [
        f"another {' and '.join(other)}: the ruler changed, and with it part of the difference;",
        "how much is the account's and how much the ruler's is not split in this version.",
        "Score both days with one --model to see the account alone.",
    ]


# ---- numbers in words ---------------------------------------------------------------------------


def signed(points: float) -> str:
    text = f"{points:+.1f}"
    return "±0.0" if text in ("+0.0", "-0.0") else text.replace("-", "−")


def _points(row: ScoreRow, column: str) -> str:
    value = row.numbers[column]
    return _NOTHING if value is None else f"{value:.1f}"


def _percent(row: ScoreRow, column: str) -> str:
    value = row.numbers[column]
    return _NOTHING if value is None else f"{100 * value:.0f} %"


def _money(row: ScoreRow, column: str) -> str:
    value = row.numbers[column]
    return _NOTHING if value is None else f"{value:,.0f}"
