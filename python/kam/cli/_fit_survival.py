"""`kam fit` for durations and outcomes: survival curves and regressions on columns of one's own."""

from __future__ import annotations

import importlib
import inspect
import math
import re
import shlex
import warnings
from argparse import Namespace
from typing import Any

import numpy as np

from kam._data.atomic import write_text
from kam._data.columns import parse_numbers
from kam._data.source import Source
from kam._errors import ConvergenceWarning, DataError, RowWarning
from kam.cli import _input
from kam.cli._exit import UsageError
from kam.cli._output import check_outputs, print_json, tell_column, writing
from kam.cli._terminal import say
from kam.cli._unit import unit_of

# Estimator of each model, and whether it needs a duration and takes covariates.
_ESTIMATORS = {
    "kaplan-meier": ("KaplanMeier", True, False),
    "cox": ("CoxPH", True, True),
    "weibull-aft": ("WeibullAFT", True, True),
    "log-normal-aft": ("LogNormalAFT", True, True),
    "log-logistic-aft": ("LogLogisticAFT", True, True),
    "hazard": ("Hazard", True, True),
    "logistic": ("Logistic", False, True),
}
MODELS = tuple(_ESTIMATORS)


def run(arguments: Namespace) -> int:
    name, timed, regression = _ESTIMATORS[arguments.model]
    estimator = getattr(importlib.import_module("kam"), name, None)
    if estimator is None:
        raise UsageError(f"'{arguments.model}' is not in this version")
    _check_options(arguments, timed, regression)
    check_outputs(arguments, ("save",), ("file",))
    columns, source = _input.read_columns(arguments)
    frame, complaints = _frame(arguments, columns, source, timed, regression)
    roles: dict[str, str] = {role: role for role in ("duration", "event", "entry") if role in frame}
    options: dict[str, Any] = dict(roles)
    if regression:
        options["covariates"] = [name for name in frame if name not in roles]
    options |= _unit(arguments, estimator)
    given = {} if arguments.missing is None else {"missing": arguments.missing}
    model, told, left_out = _fit(arguments, estimator(**given), frame, options, source)
    if arguments.save is not None:
        with writing(arguments.save):
            write_text(arguments.save, model.to_json())
    if arguments.json:
        facts = _facts(arguments.model, model, frame, told)
        print_json({**facts, "rows_left_out": left_out})
    else:
        print(model.summary())
    for text in told:
        say(f"kam: {text}")
    return tell_column(source, complaints, arguments.max_rejects, left_out)


def _unit(arguments: Namespace, estimator: Any) -> dict[str, str]:
    """For a model that keeps one: what --unit or the schema file says. Nothing is assumed."""
    if "unit" in inspect.signature(estimator.fit).parameters:
        unit = unit_of(arguments, (arguments.duration or "duration",))
        return {} if unit is None else {"unit": unit}
    if arguments.unit is not None:
        raise UsageError(f"--unit: {arguments.model} keeps no unit; its durations are as they are")
    return {}


def _check_options(arguments: Namespace, timed: bool, regression: bool) -> None:
    if not timed and (arguments.duration or arguments.entry):
        raise UsageError(f"--duration, --entry: {arguments.model} knows no time")
    if not regression and arguments.covariates is not None:
        raise UsageError(f"--covariates: {arguments.model} takes none")
    if not regression and arguments.missing is not None:
        raise UsageError(f"--missing: {arguments.model} takes no covariates")
    if arguments.k is not None:
        raise UsageError(f"--k: {arguments.model} has no regularity; bgcnbd and mbgcnbd have")


_LEFT_OUT = re.compile(r"fit: ([0-9.e+]+) rows")


def _fit(
    arguments: Namespace, model: Any, frame: dict[str, Any], options: dict[str, Any], source: Source
) -> tuple[Any, list[str], int]:
    """The fitted model, what it warned of, and how many rows it left out."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model.fit(frame, **options)
        except ValueError as error:  # every option is in its range: it is the data
            text = _input.in_lines(str(error), source)
            raise DataError(f"{arguments.file.name}: {text}") from None
    for one in caught:
        if not issubclass(one.category, (RowWarning, ConvergenceWarning)):
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    rows = [str(one.message) for one in caught if issubclass(one.category, RowWarning)]
    words = [str(one.message) for one in caught if issubclass(one.category, ConvergenceWarning)]
    # The summary prints the warning of the fit itself.
    in_summary = {getattr(model, "warning_", "")}
    told = [_input.in_lines(text, source) for text in rows]
    told += [text for text in words if text not in in_summary]
    left_out = sum(int(float(match[1])) for text in rows if (match := _LEFT_OUT.match(text)))
    return model, told, left_out


def _frame(
    arguments: Namespace, columns: dict[str, Any], source: Source, timed: bool, regression: bool
) -> tuple[dict[str, Any], list[_input.Complaint]]:
    """The columns of the fit: roles under their own names, covariates under the file's."""
    frame: dict[str, Any] = {}
    event = arguments.event or "event"
    frame["event"], complaints = event_of(columns, event, arguments.decimal, source)
    roles: dict[str, str] = {}
    if timed:
        roles["duration"] = arguments.duration or "duration"
    if arguments.entry:
        roles["entry"] = arguments.entry
    for role, name in roles.items():
        frame[role], wrong = _input.numbers_of(columns, name, arguments.decimal, source)
        complaints += wrong
    if not regression:
        return frame, complaints
    for name in _covariate_names(arguments, columns, {split_event(event)[0], *roles.values()}):
        if name in frame:
            raise UsageError(f"--covariates: '{name}' is the name of a role; rename the column")
        frame[name] = _covariate(columns, name, arguments.decimal)
    return frame, complaints


def _covariate_names(arguments: Namespace, columns: dict[str, Any], taken: set[str]) -> list[str]:
    """Those that are named, or all columns without a role that do not name the account."""
    if arguments.covariates is not None:
        return list(arguments.covariates)
    free = [name for name in columns if name not in taken]
    ids = [name for name in free if re.sub(r"[\W_]", "", name).lower() in _IDS]
    if ids:
        say(f"kam: not a covariate: {', '.join(ids)}")
    return [name for name in free if name not in ids]


_IDS = ("accountid", "customerid")


def event_of(
    columns: dict[str, Any], event: str, decimal: str, source: Source
) -> tuple[Any, list[_input.Complaint]]:
    """1 lost, 0 still there: a column of them, or `COLUMN=VALUE`."""
    name, level = split_event(event)
    if level is not None:
        return is_level(columns, name, level), []
    values, complaints = _input.numbers_of(columns, name, decimal, source)
    if complaints and np.isnan(values).all():
        levels = _levels(columns, name)
        meant = next((text for text in levels if text.lower() in _LOST), levels[-1])
        raise DataError(
            f"column '{name}' is {', '.join(levels)}, not 1 (lost) and 0: say which of them is "
            f"lost, for instance --event {shlex.quote(f'{name}={meant}')}"
        )
    return values, complaints


_LOST = ("yes", "true", "y", "lost", "left", "churned", "gone", "cancelled", "closed", "terminated")


def split_event(text: str) -> tuple[str, str | None]:
    """`Churn=Yes` is the column Churn where it says Yes; `lost` the column lost of 0 and 1."""
    name, equals, level = text.partition("=")
    return name, level if equals else None


def is_level(columns: dict[str, Any], name: str, level: str) -> Any:
    cells = _cells(columns, name)
    if level not in cells:
        raise DataError(
            f"column '{name}' never is '{level}'; it is: {', '.join(_levels(columns, name))}"
        )
    return np.array([math.nan if cell in (None, "") else float(cell == level) for cell in cells])


def _cells(columns: dict[str, Any], name: str) -> list[str | None]:
    _input.require(columns, name)
    return [None if v is None or v != v else str(v).strip() for v in columns[name].tolist()]


def _levels(columns: dict[str, Any], name: str) -> list[str]:
    """The first few in the order of the alphabet."""
    return sorted({cell for cell in _cells(columns, name) if cell})[:5]


def _covariate(columns: dict[str, Any], name: str, decimal: str) -> Any:
    """Numbers where every cell that is not blank is one, else as it is."""
    _input.require(columns, name)
    values = columns[name]
    if values.dtype.kind != "O":
        return values
    numbers = parse_numbers(values, decimal)
    if not numbers.wrong:
        return numbers.values
    texts = [cell for cell in _cells(columns, name) if cell]
    if len(texts) > 2 and len(set(texts)) == len(texts):
        raise DataError(
            f"column '{name}' has another text in every row, such as {texts[0]!r}: it names the "
            "rows and is no covariate. Name the covariates with --covariates"
        )
    return values


def _facts(name: str, model: Any, frame: dict[str, Any], told: list[str]) -> dict[str, Any]:
    facts: dict[str, Any] = {"model": name, "rows": len(frame["event"])}
    for key, attribute in _ATTRIBUTES.items():
        try:
            value = getattr(model, attribute)
        except AttributeError:
            continue
        facts[key] = plain(value)
    facts["warning"] = facts.get("warning") or (told[0] if told else None)
    return facts


# What of a fitted model goes to JSON, where it has it.
_ATTRIBUTES = {
    "unit": "unit_",
    "parameters": "params_",
    "standard_errors": "standard_errors_",
    "log_likelihood": "log_likelihood_",
    "log_likelihood_null": "log_likelihood_null_",
    "aic": "aic_",
    "concordance": "concordance_",
    "converged": "converged_",
    "stop_reason": "stop_reason_",
    "iterations": "n_iter_",
    "accounts": "accounts_",
    "events": "events_",
    "median": "median_",
    "longest": "longest_",
    "warning": "warning_",
}


def plain(value: Any) -> Any:
    """Numbers, texts, lists and objects of JSON; a number that is missing is null."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value.tolist()]
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (float, np.floating)):
        number = float(value)
        whole = number.is_integer() and abs(number) < 2**53
        return None if not math.isfinite(number) else int(number) if whole else number
    if isinstance(value, np.integer):
        return int(value)
    return value
