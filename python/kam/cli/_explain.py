"""`kam explain`: why an account has its score, and what changed since an earlier one."""

from __future__ import annotations

from argparse import Namespace

from kam._scoring.score_file import ScoreRow, read_row
from kam.cli import _changes, _exit
from kam.cli._numbers import money, percent, points, signed
from kam.cli._terminal import clean


def run(arguments: Namespace) -> int:
    row = read_row(arguments.scores, arguments.account)
    earlier = None
    if arguments.previous is not None:
        earlier = read_row(arguments.previous, arguments.account)
    lines = _heading(row) + [""] + _reasons(row)
    if row.lists["notes"]:
        lines += ["", "notes: " + ", ".join(n.replace("_", " ") for n in row.lists["notes"])]
    if earlier is not None:
        lines += ["", *_changes.lines_of(row, earlier)]
    for line in lines:
        print(clean(line))
    return _exit.OK


def _heading(row: ScoreRow) -> list[str]:
    name = f" {row.texts['name']}" if row.texts["name"] else ""
    return [
        f"{row.texts['account_id']}{name}, as of {row.texts['as_of']}, "
        f"model {row.texts['model_version']}",
        f"value index    {points(row.numbers['value_index'])} "
        f"{row.texts['value_band'] or ''}".rstrip()
        + f", coverage {percent(row.numbers['coverage'])}",
        *_kinds(row),
        f"churn          {percent(row.numbers['p_churn'])}" + _churn_details(row),
        f"revenue        {money(row.numbers['net_revenue_12m'])} in 12 months, "
        f"{money(row.numbers['net_revenue'])} ever",
        f"value          {money(row.numbers['eav'])} expected ({row.texts['value_basis']})",
        f"expected loss  {money(row.numbers['expected_loss'])}" + _loss_details(row),
    ]


def _kinds(row: ScoreRow) -> list[str]:
    """Tier, class and relation type, where the file has them, each with its rule."""
    lines = []
    if row.texts["tier"]:
        stable = percent(row.numbers["tier_stability"])
        lines.append(
            f"tier           {row.texts['tier']}, {stable} stable: {row.texts['tier_rule']}"
        )
    if row.lists["class_tags"]:
        lines.append(f"classes        {', '.join(row.lists['class_tags'])}")
    if row.texts["relation_type"]:
        lines.append(f"relation       {row.texts['relation_type']}")
    if row.texts["trend"]:
        lines.append(f"revenue trend  {row.texts['trend']}")
    return lines


def _churn_details(row: ScoreRow) -> str:
    if row.numbers["p_churn"] is None:
        return ""
    events = row.numbers["basis_events"] or 0
    return (
        f" [{percent(row.numbers['p_churn_lo'])} – {percent(row.numbers['p_churn_hi'])}] within "
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
    for _, label, change in row.reasons:
        lines.append(f"  {signed(change):>7}  {label}")
    total = sum(change for _, _, change in row.reasons)
    median = (row.numbers["value_index"] or 0) - total
    lines.append(f"  {signed(total):>7}  value index less that of the median account, {median:.1f}")
    return lines
