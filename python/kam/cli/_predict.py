"""`kam predict`: a saved churn model applied to the accounts of a file."""

from __future__ import annotations

import sys
import warnings
from argparse import Namespace
from typing import Any

import numpy as np

from kam._churn.aft import AFT
from kam._churn.cox import CoxPH
from kam._churn.discrete import RenewalModel
from kam._churn.hazard import Hazard, Logistic
from kam._churn.in_force import UNUSABLE, in_force
from kam._churn.ladder import ChurnLadder
from kam._churn.survival import KaplanMeier
from kam._data import frames as _frames
from kam._errors import AssumptionWarning, RowWarning
from kam._scoring.load import load_model
from kam.cli import _input
from kam.cli._exit import ModelError, UsageError
from kam.cli._output import check_outputs, verdict, writing
from kam.cli._terminal import say

_TIMED = (KaplanMeier, CoxPH, AFT, Hazard, RenewalModel)
_MEANINGS = {
    "churn_probability": ("probability", "lost within the horizon, given there now"),
    "remaining_life": ("time", "expected time still there within the horizon"),
    "value_at_risk": ("money", "churn_probability * margin * horizon"),
    "expected_lost_margin": ("money", "margin * (horizon - remaining_life)"),
    "renewal_probability": ("probability", "still there after the next renewal date"),
    "status": ("", "ok, beyond observed tenure, or not usable"),
    "renewal_status": ("", "the same of renewal_probability"),
    "basis": ("", "what the numbers rest on"),
}


def run(arguments: Namespace) -> int:
    check_outputs(arguments, ("out",), ("model", "file"))
    model = _model(arguments)
    columns, source = _input.read_columns(arguments)
    frame, complaints = _frame(arguments, columns, source, model)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table = _predictions(arguments, model, frame)
    for text in _told(caught):
        say(f"kam: {_input.in_lines(text, source)}")
    if complaints:
        say(f"kam: {len(complaints):,} not a number: {'; '.join(c.text for c in complaints[:3])}")
    if arguments.id is not None:
        table = {arguments.id: columns[arguments.id]} | table
    _write(arguments, table)
    lost = sum(r.lines for r in source.rejected)
    if lost:
        say(f"kam: {lost:,} lines do not fit the header, first line {source.rejected[0].line}")
    status = table.get("status")
    unusable = np.isnan(table["churn_probability"]) if status is None else status == UNUSABLE
    return verdict(int(np.count_nonzero(unusable)) + lost, arguments.max_rejects)


def _model(arguments: Namespace) -> Any:
    """The model, and whether the options fit its kind."""
    try:
        model = load_model(arguments.model)
    except OSError as error:
        raise ModelError(f"{arguments.model}: {error.strerror or error}") from None
    except ValueError as error:  # it names the file
        raise ModelError(str(error)) from None
    given = {
        f"--{name}": getattr(arguments, name) for name in ("horizon", "tenure", "margin", "renewal")
    }
    if isinstance(model, _TIMED):
        for name in ("--horizon", "--tenure"):
            if given[name] is None:
                raise UsageError(f"{name}: needed for {type(model).__name__}")
        whole = isinstance(model, (Hazard, RenewalModel))
        if whole and not float(arguments.horizon).is_integer():
            kind = type(model).__name__
            raise UsageError(f"--horizon {arguments.horizon:g}: {kind} counts whole periods")
        return model
    if not isinstance(model, (Logistic, ChurnLadder)):
        raise ModelError(f"{arguments.model}: {type(model).__name__} is no model of churn in time")
    for name, value in given.items():
        if value is not None:
            raise UsageError(f"{name}: {type(model).__name__} has the horizon of its outcome")
    return model


def _frame(
    arguments: Namespace, columns: dict[str, Any], source: Any, model: Any
) -> tuple[dict[str, Any], list[_input.Complaint]]:
    """The columns that are asked for: numbers where the fit had numbers, text where it had text."""
    if arguments.id is not None and arguments.id not in columns:
        raise UsageError(f"--id: column '{arguments.id}' is not in {arguments.file.name}")
    text = {column.name: column.kind == "text" for column in _design_columns(model)}
    text |= dict.fromkeys(model._strata.columns if isinstance(model, CoxPH) else (), True)
    roles = (arguments.tenure, arguments.margin, arguments.renewal)
    frame: dict[str, Any] = {}
    complaints: list[_input.Complaint] = []
    for name in dict.fromkeys([*text, *(role for role in roles if role is not None)]):
        if text.get(name) and name in columns:
            frame[name] = columns[name]
            continue
        frame[name], wrong = _input.numbers_of(columns, name, arguments.decimal, source)
        complaints += wrong
    # A model without covariates counts rows.
    return frame or {"": np.zeros(len(next(iter(columns.values()))))}, complaints


def _design_columns(model: Any) -> list[Any]:
    if isinstance(model, ChurnLadder):
        return model._columns
    design = getattr(model, "_design", None)
    return [] if design is None else list(design.columns)


def _predictions(arguments: Namespace, model: Any, frame: dict[str, Any]) -> dict[str, Any]:
    level = arguments.level
    if isinstance(model, ChurnLadder):
        return dict(model.predict(frame, level))
    if isinstance(model, Logistic):
        return dict(model.predict_churn(frame, interval=True, level=level))
    asked = {name: getattr(arguments, name) for name in ("tenure", "margin", "renewal")}
    table = in_force(model, frame, horizon=arguments.horizon, interval=True, level=level, **asked)
    basis = getattr(model, "basis_", type(model).__name__)
    return {**table, "basis": np.full(len(table["status"]), basis, dtype=object)}


def _told(caught: list[warnings.WarningMessage]) -> list[str]:
    kinds = (RowWarning, AssumptionWarning)
    return list(dict.fromkeys(str(w.message) for w in caught if issubclass(w.category, kinds)))


def _write(arguments: Namespace, table: dict[str, Any]) -> None:
    from kam._data.writers import Table, write_csv, write_table

    schema = [_described(name, values, arguments) for name, values in table.items()]
    made = Table(table, schema, lambda: _frames.arrow_table(table))
    if arguments.out is None:
        write_csv(sys.stdout, made, raw=arguments.csv_raw)
        return
    with writing(arguments.out):
        write_table(arguments.out, made, raw=arguments.csv_raw)


def _described(name: str, values: Any, arguments: Namespace) -> dict[str, str]:
    number = values.dtype.kind == "f"
    if name == arguments.id:
        return {"column": name, "type": "number" if number else "text", "unit": "",
                "meaning": "as in the input", "null": "as in the input"}  # fmt: skip
    end = next((end for end in ("_lo", "_hi") if name.endswith(end)), "")
    unit, meaning = _MEANINGS.get(name.removesuffix(end), ("", ""))
    if end:
        side = "lower" if end == "_lo" else "upper"
        meaning = f"{side} limit at {arguments.level:g}: {meaning}"
    return {
        "column": name,
        "type": "number" if number else "text",
        "unit": unit,
        "meaning": meaning,
        "null": "not usable, or beyond what the model has seen" if number else "never missing",
    }
