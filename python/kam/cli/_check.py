"""`kam check`: the data report alone."""

from __future__ import annotations

import shutil
import textwrap
from argparse import Namespace

from kam._errors import DataError
from kam.cli import _input
from kam.cli._output import print_json, refuse_nothing_usable, verdict
from kam.cli._terminal import Progress, clean


def run(arguments: Namespace) -> int:
    from kam._score import check

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
        _print(str(report))
    refuse_nothing_usable(arguments, report)
    return verdict(report.rows_rejected, arguments.max_rejects)


def _print(text: str) -> None:
    """Wrapped to the terminal, continuations below the text of their line."""
    width = max(60, min(100, shutil.get_terminal_size((80, 24)).columns))
    for line in text.splitlines():
        print(
            textwrap.fill(
                clean(line),
                width,
                subsequent_indent=" " * (11 if line.startswith(" ") else 2),
                break_long_words=False,
                break_on_hyphens=False,
            )
        )
