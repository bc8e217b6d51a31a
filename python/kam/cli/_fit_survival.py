"""`kam fit` for durations and outcomes: survival curves and regressions on columns of one's own."""

from __future__ import annotations

import importlib
import inspect
import math
import warnings
from argparse import Namespace
from typing import Any

import numpy as np

from kam._data.atomic import write_text
from kam._data.columns import parse_numbers
from kam._errors import ConvergenceWarning, DataError, RowWarning
from kam.cli import _input
from kam.cli._exit import UsageError
from kam.cli._output import check_outputs, print_json, tell_column, writing
from kam.cli._terminal import say

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
    if "unit" in inspect.signature(estimator.fit).parameters:
        options["unit"] = arguments.unit
    model, told = _fit(arguments, estimator(), frame, options)
    if arguments.save is not None:
        with writing(arguments.save):
            write_text(arguments.save, model.to_json())
    if arguments.json:
        print_json(_facts(arguments.model, model, frame, told))
    else:
        print(model.summary())
    for text in told:
        say(f"kam: {text}")
    return tell_column(source, complaints, arguments.max_rejects)


def _check_options(arguments: Namespace, timed: bool, regression: bool) -> None:
    if not timed and (arguments.duration or arguments.entry):
        raise UsageError(f"--duration, --entry: {arguments.model} knows no time")
    if not regression and arguments.covariates is not None:
        raise UsageError(f"--covariates: {arguments.model} takes none")
    if arguments.k is not None:
        raise UsageError(f"--k: {arguments.model} has no regularity; bgcnbd and mbgcnbd have")


def _fit(
    arguments: Namespace, model: Any, frame: dict[str, Any], options: dict[str, Any]
) -> tuple[Any, list[str]]:
    """The fitted model and what it warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model.fit(frame, **options)
        except ValueError as error:  # every option is in its range: it is the data
            raise DataError(f"{arguments.file.name}: {error}") from None
    for one in caught:
        if not issubclass(one.category, (RowWarning, ConvergenceWarning)):
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    rows = [str(one.message) for one in caught if issubclass(one.category, RowWarning)]
    words = [str(one.message) for one in caught if issubclass(one.category, ConvergenceWarning)]
    # The summary prints the warning of the fit itself.
    in_summary = {getattr(model, "warning_", "")}
    return model, rows + [text for text in words if text not in in_summary]


def _frame(
    arguments: Namespace, columns: dict[str, Any], source: Any, timed: bool, regression: bool
) -> tuple[dict[str, Any], list[str]]:
    """The columns of the fit: roles under their own names, covariates under the file's."""
    frame: dict[str, Any] = {}
    complaints: list[str] = []
    event, level = split_event(arguments.event or "event")
    wanted = {"event": event}
    if timed:
        wanted["duration"] = arguments.duration or "duration"
    if arguments.entry:
        wanted["entry"] = arguments.entry
    for role, name in wanted.items():
        if role == "event" and level is not None:
            frame[role] = is_level(columns, name, level)
            continue
        frame[role], wrong = _input.numbers_of(columns, name, arguments.decimal, source)
        complaints += wrong
    if not regression:
        return frame, complaints
    names = arguments.covariates
    if names is None:
        names = [name for name in columns if name not in wanted.values()]
    for name in names:
        if name in frame:
            raise UsageError(f"--covariates: '{name}' is the name of a role; rename the column")
        frame[name] = _covariate(columns, name, arguments.decimal)
    return frame, complaints


def split_event(text: str) -> tuple[str, str | None]:
    """`Churn=Yes` is the column Churn where it says Yes; `lost` the column lost of 0 and 1."""
    name, equals, level = text.partition("=")
    return name, level if equals else None


def is_level(columns: dict[str, Any], name: str, level: str) -> Any:
    if name not in columns:
        raise DataError(f"column '{name}' is missing; there are: {', '.join(columns)}")
    cells = [None if v is None or v != v else str(v).strip() for v in columns[name].tolist()]
    if level not in cells:
        seen = sorted({cell for cell in cells if cell})[:5]
        raise DataError(f"column '{name}' never is '{level}'; it is: {', '.join(seen)}")
    return np.array([math.nan if cell in (None, "") else float(cell == level) for cell in cells])


def _covariate(columns: dict[str, Any], name: str, decimal: str) -> Any:
    """Numbers where every cell that is not blank is one, else as it is."""
    if name not in columns:
        raise DataError(f"column '{name}' is missing; there are: {', '.join(columns)}")
    values = columns[name]
    if values.dtype.kind != "O":
        return values
    numbers = parse_numbers(values, decimal)
    return values if numbers.wrong else numbers.values


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
    "rows_left_out": "rows_left_out_",
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
