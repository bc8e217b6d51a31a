"""`kam check`: the data report alone."""

from __future__ import annotations

import shutil
import textwrap
from argparse import Namespace

from kam._data.data_report import DataReport
from kam._errors import DataError
from kam.cli import _input
from kam.cli._output import print_json, refuse_nothing_usable, verdict
from kam.cli._terminal import Progress, clean

_INDENT = " " * 11


def run(arguments: Namespace) -> int:
    from kam._scoring.score import check

    options = _input.read_options(arguments)
    progress = Progress()
    with progress.stage("reading") as done:
        files = _input.read_input(arguments, options.columns)
        done(f"{_input.row_count(files):,} transactions from {arguments.input.name}")
    with progress.stage("checking"):
        try:
            report = check(
                files,
                as_of=arguments.as_of,
                occasion=arguments.occasion or "day",
                columns=options.columns,
                date_format=options.date_format,
                decimal=options.decimal,
                currency=options.currency,
            )
        except DataError:
            raise
        except ValueError as error:  # every option is in its range: it is the data
            raise DataError(str(error)) from None
    if arguments.json:
        print_json(report.to_dict())
    else:
        _print(report)
    refuse_nothing_usable(arguments, report)
    return verdict(report.rows_rejected, arguments.max_rejects)


def _print(report: DataReport) -> None:
    width = max(60, min(100, shutil.get_terminal_size((80, 24)).columns))
    # The counts first; the findings follow, each cleaned, since names in data may hold line ends.
    for line in str(report).splitlines()[:2]:
        print(textwrap.fill(line, width, subsequent_indent="  "))
    for f in report.findings:
        subject = f.subject if f.count == 1 else f"{f.subject}s"
        head = f"  {f.severity:<8} {f.code}: {f.count:,} {subject}. {f.explanation}"
        for text in (head, _INDENT + f"e.g. {'; '.join(f.examples)}" if f.examples else ""):
            for line in _wrapped(clean(text), width):
                print(line)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        subsequent_indent=_INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
