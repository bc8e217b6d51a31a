"""`kam fit`: one model, fitted to a summary."""

from __future__ import annotations

import math
from argparse import Namespace
from typing import Any

import numpy as np

from kam._data.atomic import write_text
from kam._errors import DataError
from kam.cli import _fit_survival, _input
from kam.cli._exit import UsageError
from kam.cli._output import check_outputs, print_json, tell_column, writing
from kam.cli._terminal import say
from kam.cli._unit import unit_or_default

_COLUMNS = {
    "bgnbd": ("frequency", "recency", "age"),
    "mbgnbd": ("frequency", "recency", "age"),
    "pareto-nbd": ("frequency", "recency", "age"),
    "nbd": ("frequency", "recency", "age"),
    "bgcnbd": ("frequency", "recency", "age", "log_gaps"),
    "mbgcnbd": ("frequency", "recency", "age", "log_gaps"),
    "gamma-gamma": ("frequency", "monetary_value"),
    "bgbb": ("frequency", "recency", "periods"),
    "sbg": ("duration", "event"),
    "bdw": ("duration", "event"),
}
_IN_PERIODS = ("bgbb", "sbg", "bdw")  # their unit of time is their own period


def run(arguments: Namespace) -> int:
    if arguments.model in _fit_survival.MODELS:
        return _fit_survival.run(arguments)
    _check_columns_options(arguments)
    from kam._churn.discrete import BGBB, BetaDiscreteWeibull, ShiftedBetaGeometric
    from kam._churn.models import BGNBD, MBGNBD, NBD, ParetoNBD
    from kam._churn.regular import BGCNBD, MBGCNBD
    from kam._lifetime.spend import GammaGamma

    check_outputs(arguments, ("save",), ("file",))
    columns, source = _input.read_columns(arguments)
    summary, complaints = _numbers(arguments, columns, source)
    kinds: dict[str, Any] = {
        **{"bgnbd": BGNBD, "mbgnbd": MBGNBD, "pareto-nbd": ParetoNBD, "nbd": NBD},
        "gamma-gamma": GammaGamma,
        **{"bgbb": BGBB, "sbg": ShiftedBetaGeometric, "bdw": BetaDiscreteWeibull},
        "bgcnbd": lambda: BGCNBD(arguments.k),
        "mbgcnbd": lambda: MBGCNBD(arguments.k),
    }
    if arguments.k is not None and arguments.model not in ("bgcnbd", "mbgcnbd"):
        raise UsageError(f"--k: {arguments.model} has no regularity; bgcnbd and mbgcnbd have")
    unit = {}
    if arguments.model not in _IN_PERIODS:
        unit = {"unit": unit_or_default(arguments, ("recency", "age", "T"))}
    try:
        model = kinds[arguments.model]().fit(summary, **unit)
    except ValueError as error:  # every option is in its range: it is the data
        text = _input.in_lines(str(error), source)
        raise DataError(f"{arguments.file.name}: {text}") from None
    if arguments.save is not None:
        with writing(arguments.save):
            write_text(arguments.save, model.to_json())
    if arguments.json:
        print_json(_facts(arguments.model, model))
    else:
        print(model.summary())
    left_out = model._fitted.rows_rejected
    if left_out:
        say(f"kam: {left_out:,.0f} rows left out of the fit")
    faulty = max(0, int(left_out) - _blank_rows(summary, complaints))
    return tell_column(source, complaints, arguments.max_rejects, faulty)


def _blank_rows(summary: dict[str, Any], complaints: list[_input.Complaint]) -> int:
    """Rows without any value: accounts without an order, as `kam summarize` writes them."""
    blank = np.logical_and.reduce([np.isnan(values) for values in summary.values()])
    blank[[complaint.row for complaint in complaints]] = False
    return int(np.count_nonzero(blank))


def _check_columns_options(arguments: Namespace) -> None:
    """Columns of one's own choice belong to models of durations; sBG and BdW have no covariates."""
    given = [name for name in ("duration", "event", "entry") if getattr(arguments, name)]
    if given and "duration" not in _COLUMNS[arguments.model]:
        raise UsageError(f"--{given[0]}: {arguments.model} has no such column")
    if arguments.covariates is not None:
        raise UsageError(f"--covariates: {arguments.model} takes none")
    if arguments.missing is not None:
        raise UsageError(f"--missing: {arguments.model} takes no covariates")
    if arguments.unit is not None and arguments.model in _IN_PERIODS:
        raise UsageError(f"--unit: {arguments.model} counts in periods of its own")


def _numbers(
    arguments: Namespace, columns: dict[str, Any], source: Any
) -> tuple[dict[str, Any], list[_input.Complaint]]:
    summary: dict[str, Any] = {}
    complaints: list[_input.Complaint] = []
    if "duration" in _COLUMNS[arguments.model]:
        return _renewals(arguments, columns, source)
    for name in _COLUMNS[arguments.model]:
        if name == "log_gaps" and name not in columns:
            continue  # needed to choose k only: fit says so
        there = "T" if name == "age" and "age" not in columns and "T" in columns else name
        values, wrong = _input.numbers_of(columns, there, arguments.decimal, source)
        summary[name] = values
        complaints += wrong
    return summary, complaints


def _renewals(
    arguments: Namespace, columns: dict[str, Any], source: Any
) -> tuple[dict[str, Any], list[_input.Complaint]]:
    """Duration and event under the names of the file; entry where it has one."""
    frame: dict[str, Any] = {}
    complaints: list[_input.Complaint] = []
    names = {
        "duration": arguments.duration or "duration",
        "event": arguments.event or "event",
    }
    if arguments.entry or "entry" in columns:
        names["entry"] = arguments.entry or "entry"
    for role, name in names.items():
        read = _fit_survival.event_of if role == "event" else _input.numbers_of
        frame[role], wrong = read(columns, name, arguments.decimal, source)
        complaints += wrong
    return frame, complaints


def _facts(name: str, model: Any) -> dict[str, Any]:
    estimate = model._fitted
    return {
        "model": name,
        "unit": model.unit_,
        "parameters": model.params_,
        "standard_errors": model.standard_errors_,
        "log_likelihood": _number(model.log_likelihood_),
        "converged": model.converged_,
        "stop_reason": model.stop_reason_,
        "iterations": model.n_iter_,
        "accounts": _whole(estimate.accounts),
        "events": _whole(estimate.events),
        "rows_left_out": _whole(estimate.rows_rejected),
        "warning": model.warning_ or None,
    } | (
        {"log_likelihood_by_k": [_number(v) for v in estimate.k_profile]}
        if estimate.k_profile
        else {}
    )


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _whole(value: float) -> float | int:
    return int(value) if float(value).is_integer() else float(value)
