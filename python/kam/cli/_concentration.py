"""`kam concentration`: how much of a column rests on how few rows."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

import numpy as np

from kam._errors import DataError
from kam.cli import _input
from kam.cli._output import print_json, tell_column

if TYPE_CHECKING:
    from kam._concentration.concentration import Concentration
    from kam._concentration.pareto import ParetoTail

LEVEL = 0.8  # of the bootstrap intervals


def run(arguments: Namespace) -> int:
    from kam._concentration.concentration import concentration
    from kam._concentration.pareto import pareto_tail
    from kam._errors import InsufficientDataError

    columns, source = _input.read_columns(arguments)
    values, complaints = _input.numbers_of(columns, arguments.value, arguments.decimal, source)
    if np.isnan(values).all():
        raise DataError(f"column '{arguments.value}': no value is a number")
    try:
        result = concentration(values)
    except ValueError as error:
        raise DataError(f"column '{arguments.value}': {error}") from None
    try:
        tail = pareto_tail(values)
    except InsufficientDataError:  # all accounts equal: there is no tail
        tail = None
    infinite = int(np.count_nonzero(np.isinf(values)))
    left_out = _left_out(result, len(complaints) + infinite)
    if arguments.json:
        print_json({**result.to_dict(), "left_out": left_out, **_more(result, tail)})
    else:
        _print(result, arguments.value, left_out)
        _print_tail(tail)
    return tell_column(source, complaints, arguments.max_rejects)


def _left_out(c: Concentration, not_a_number: int) -> dict[str, int]:
    """Rows that do not count, each under one reason; together `rows_rejected`."""
    return {
        "missing": c.rows_rejected - c.negative_values - not_a_number,
        "not_a_number": not_a_number,
        "negative": c.negative_values,
    }


def _more(c: Concentration, tail: ParetoTail | None) -> dict[str, Any]:
    """The keys that need draws or a fit."""
    return {
        "interval": {"level": LEVEL, **{name: list(v) for name, v in c.interval(LEVEL).items()}},
        "pareto_tail": None if tail is None else tail.to_dict(),
    }


def _print_tail(tail: ParetoTail | None) -> None:
    if tail is None:
        print("power-law tail           none: fewer than two distinct values above 0")
        return
    print(
        f"power-law tail           from {tail.xmin:,.2f}: {tail.tail_accounts:,} accounts, "
        f"{100 * tail.tail_share:.1f} % of the total, alpha {tail.alpha:.2f} ± {tail.alpha_se:.2f}"
    )


def _print(c: Concentration, name: str, left_out: dict[str, int]) -> None:
    rows = [
        ("accounts", f"{c.accounts:,}"),
        (f"total {name}", f"{c.total:,.2f}"),
        ("Gini", f"{c.gini:.4f}"),
        ("HHI", f"{c.hhi:.6f}"),
        ("effective accounts", f"{c.effective_accounts:,.1f}"),
    ]
    for p in (0.01, 0.05, 0.1, 0.2):
        rows.append((f"largest {100 * p:g} % hold", f"{100 * c.top_share(p):.1f} %"))
    rows += [(f"accounts for {100 * s:g} %", f"{c.accounts_for(s):,}") for s in (0.5, 0.8, 0.9)]
    rows += [("single accounts ≥ 10 %", f"{c.accounts_at_least(0.1):,}")]
    for reason, count in left_out.items():
        if count:
            rows.append((f"{reason.replace('_', ' ')}, left out", f"{count:,}"))
    width = max(len(value) for _, value in rows)
    for label, value in rows:
        print(f"{label:<24} {value:>{width}}")
    ends = c.interval(LEVEL)
    for label, key, form in (
        ("Gini", "gini", "{:.4f}"),
        ("effective accounts", "effective_accounts", "{:,.1f}"),
        ("accounts for 80 %", "accounts_for_0.8", "{:,.0f}"),
    ):
        low, high = (form.format(end) for end in ends[key])
        print(f"{label + f', {100 * LEVEL:g} %':<24} {low} – {high}")
