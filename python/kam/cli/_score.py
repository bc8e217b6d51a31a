"""`kam score`: read, check, fit, score, write."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from kam._errors import DataError, FormatError
from kam.cli import _exit, _input
from kam.cli._output import check_outputs, print_json, refuse_nothing_usable, verdict, writing
from kam.cli._terminal import Progress, say, tell_rejects

if TYPE_CHECKING:
    from kam._scoring.model import Model
    from kam._scoring.score import ScoreResult


def run(arguments: Namespace) -> int:
    check_outputs(
        arguments, ("out", "report", "save_model"), ("input", "profile", "model", "previous")
    )
    model = _model(arguments)
    profile = _profile(arguments, model)
    progress = Progress()
    result = _scored(arguments, model, profile, progress)
    _write_files(arguments, result, progress)
    _print(arguments, result)
    return verdict(result.data_report.rows_rejected, arguments.max_rejects)


def _model(arguments: Namespace) -> Model | None:
    from kam._scoring.model import Model

    if arguments.model is None:
        return None
    if arguments.profile is not None:
        raise _exit.UsageError("--profile and --model exclude each other: a model has its profile")
    try:
        return Model.load(arguments.model)
    except FormatError as error:
        raise _exit.ModelError(f"{arguments.model.name}: {error}") from None
    except OSError as error:
        raise _exit.ModelError(f"{arguments.model}: {error.strerror}") from None


def _profile(arguments: Namespace, model: Model | None) -> Any:
    from kam._scoring.profile import load_profile, with_occasion

    occasion = arguments.occasion
    if model is not None:
        if occasion not in (None, model.profile["occasion"]):
            fitted = model.profile["occasion"]
            raise _exit.UsageError(f"--occasion {occasion}: the model was fitted with {fitted}")
        return None
    try:
        if occasion is not None:
            return with_occasion(arguments.profile, occasion)
        return load_profile(arguments.profile)
    except FormatError as error:
        raise _exit.UsageError(str(error)) from None
    except OSError as error:
        raise _exit.UsageError(f"{arguments.profile}: {error.strerror}") from None
    except UnicodeError:
        raise _exit.UsageError(f"{arguments.profile} is not UTF-8") from None


def _scored(
    arguments: Namespace, model: Model | None, profile: Any, progress: Progress
) -> ScoreResult:
    from kam._portfolio.tables import read_tables
    from kam._scoring.previous import load_earlier
    from kam._scoring.score import score_tables

    options = _input.read_options(arguments)
    with progress.stage("reading") as done:
        files = _input.read_input(arguments, options.columns)
        done(f"{_input.row_count(files):,} transactions from {arguments.input.name}")
    with progress.stage("checking") as done:
        tables = read_tables(files, options)
        done(f"{len(tables.ids):,} accounts")
    earlier = None
    if arguments.previous is not None:
        with progress.stage("earlier run") as done:
            earlier = load_earlier(arguments.previous)
            done(f"{len(earlier.ids):,} accounts as of {earlier.as_of}")
    with progress.stage("scoring" if model else "fitting") as done:
        try:
            result = score_tables(
                tables,
                kind="arrow",
                as_of=arguments.as_of,
                profile=profile,
                model=model,
                previous=earlier,
                churn_horizon_days=arguments.horizon,
                value_years=arguments.years,
                discount=arguments.discount,
                currency=options.currency,
            )
        except ValueError as error:  # every option is in its range: it is the data
            raise DataError(str(error)) from None
        done(f"and scoring with model {result.model.version}" if not model else "")
    tell_rejects(result.data_report.findings)
    refuse_nothing_usable(arguments, result.data_report)
    _tell_gaps(result)
    return result


def _tell_gaps(result: ScoreResult) -> None:
    note = result.summary()["order_model_note"]
    if note:
        say(f"kam: no churn, no value to come: {note}")


def _write_files(arguments: Namespace, result: ScoreResult, progress: Progress) -> None:
    from kam._data.writers import score_table, write_table

    if arguments.save_model is not None:
        with writing(arguments.save_model):
            result.model.save(arguments.save_model)
    if arguments.out is not None:
        with progress.stage("writing") as done, writing(arguments.out):
            write_table(arguments.out, score_table(result), raw=arguments.csv_raw)
            done(str(arguments.out))
    if arguments.report is not None:
        with progress.stage("report") as done, writing(arguments.report):
            result.report(arguments.report)
            done(str(arguments.report))


def _print(arguments: Namespace, result: ScoreResult) -> None:
    """The summary, a table, or, where nothing else was asked for, everything as CSV."""
    from kam._data.writers import score_table, write_csv

    if arguments.json:
        print_json(result.summary())
    elif arguments.top is not None or sys.stdout.isatty():
        from kam.cli._top_table import print_top

        print_top(result, 20 if arguments.top is None else arguments.top)
    elif arguments.out is None:
        write_csv(sys.stdout, score_table(result), raw=arguments.csv_raw)
