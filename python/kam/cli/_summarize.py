"""`kam summarize`: transactions to the order summary of every account."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

import numpy as np

from kam import _core
from kam._data import frames as _frames
from kam._data.columns import Ids, day, days, encode_ids, parse_numbers
from kam._data.data_report import EdgeFindings
from kam._data.source import Files
from kam._errors import DataError
from kam._portfolio.summary import Log
from kam.cli import _exit, _input
from kam.cli._output import check_outputs, verdict, writing
from kam.cli._terminal import Progress, tell_rejects


def run(arguments: Namespace) -> int:
    from kam._data.writers import write_csv, write_table

    check_outputs(arguments, ("out",), ("input",))
    if arguments.currency:
        raise _exit.UsageError("--currency: summarize takes every amount as it is")
    progress = Progress()
    columns = _input.read_options(arguments).columns
    with progress.stage("reading") as done:
        files = _input.read_input(arguments, columns)
        done(f"{_input.row_count(files):,} transactions from {arguments.input.name}")
    with progress.stage("summing"):
        summary, edge = _summary(arguments, files, columns)
    rejected = files.rejections() + files.in_lines(list(edge.findings.values()))
    tell_rejects(rejected)
    table = summary_table(summary, arguments.unit)
    if arguments.out is None:
        write_csv(sys.stdout, table, raw=arguments.csv_raw)
    else:
        with writing(arguments.out):
            write_table(arguments.out, table, raw=arguments.csv_raw)
    return verdict(files.lost_lines() + edge.rejected_rows, arguments.max_rejects)


def _summary(
    arguments: Namespace, files: Files, columns: Any
) -> tuple[dict[str, Any], EdgeFindings]:
    log, edge = usable_log(arguments, files, columns)
    occasion = arguments.occasion or "day"
    gaps = bool(arguments.gaps)
    return log.summary(day(arguments.as_of), arguments.unit, occasion, gaps=gaps), edge


def usable_log(arguments: Namespace, files: Files, columns: Any) -> tuple[Log, EdgeFindings]:
    """Rows that cannot be read are left out and counted, where `kam.summarize` would stop."""
    frame = _frames.normalise(files["transactions"])
    ids_read, dates, amounts = (
        _frames.column(frame, columns.get(name, name), name) for name in _input.NEEDED
    )
    ids = encode_ids(ids_read)
    rows = days(dates, columns.get("date", "date"), arguments.date_format)
    values = parse_numbers(amounts, arguments.decimal).values
    edge = EdgeFindings()
    checks = (
        ("missing_account_id", ids.codes == _core.NO_ACCOUNT, ids_read),
        ("unreadable_date", rows == _core.NO_DAY, dates),
        ("amount_not_a_number", ~np.isfinite(values), amounts),
    )
    good = np.ones(len(rows), dtype=bool)
    for code, bad, texts in checks:
        where = np.flatnonzero(bad & good).tolist()
        edge.add(code, "", where, [texts[i] for i in where[:5]])
        good &= ~bad
    if not good.any():
        reasons = ", ".join(f"{f.count:,} {f.code}" for f in edge.findings.values())
        raise DataError(f"{arguments.input.name} has no usable row: {reasons or 'it is empty'}")
    return Log(
        _frames.kind_of(frame), Ids(ids.codes[good], ids.unique), rows[good], values[good], True
    ), edge


def summary_table(summary: dict[str, Any], unit: str) -> Any:
    from kam._data.writers import Table

    never = "no order up to the observation end"
    rows = (
        ("account_id", "text", "", "the account, as in the input", "never missing"),
        ("frequency", "integer", "orders", "repeat order occasions", never),
        ("recency", "number", unit, "age at the last order", never),
        ("age", "number", unit, "from the first order to the observation end", never),
        ("monetary_value", "number", "money", "mean of repeat orders", "no repeat order"),
        ("log_gaps", "number", f"ln {unit}", "sum of ln(gap) between orders", never),
    )
    keys = ("column", "type", "unit", "meaning", "null")
    schema = [dict(zip(keys, row, strict=True)) for row in rows if row[0] in summary]
    columns = summary | {"account_id": [str(v) for v in summary["account_id"].tolist()]}
    return Table(columns, schema, lambda: _frames.arrow_table(columns))
