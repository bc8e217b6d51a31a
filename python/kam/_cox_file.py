"""A fitted Cox regression as text and back: coefficients, schema, baselines, what the fit said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kam import _core
from kam._design import Design
from kam._errors import FormatError
from kam._survival_input import (
    Strata,
    from_json,
    numbers_from_json,
    numbers_to_json,
    to_json,
)

if TYPE_CHECKING:
    from kam._cox import CoxPH


def to_text(model: CoxPH, fitted: _core.CoxModel, steps: int) -> str:
    spreads = [
        {
            "hazard": numbers_to_json(hazard),
            "variance": numbers_to_json(variance),
            "moments": numbers_to_json(moments),
        }
        for hazard, variance, moments in fitted.spreads()
    ]
    baselines = [
        {
            "time": numbers_to_json(time),
            "hazard": numbers_to_json(hazard),
            "longest": None if math.isnan(longest) else longest,
            "baseline_error": error,
        }
        for time, hazard, longest, error in fitted.baselines(steps)
    ]
    content = {
        "options": {"ties": model.ties, "robust": model.robust, "ridge": model.ridge},
        "design": model._design.to_dict(),
        "strata": {"columns": model._strata.columns, "levels": model._strata.levels},
        "names": fitted.names,
        "coefficients": numbers_to_json(fitted.coefficients),
        "means": numbers_to_json(fitted.means),
        "standard_errors": numbers_to_json(model._errors),
        "covariance": numbers_to_json(model._covariance.ravel()),
        "baselines": baselines,
        "spreads": spreads,
        "dropped": model._dropped,
        "tests": {name: numbers_to_json(test) for name, test in model._tests.items()},
        "facts": {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in model._facts.items()
        },
    }
    return to_json("cox", content)


def read(text: str, model: CoxPH) -> None:
    """Fills in a model; FormatError or VersionError."""
    content = from_json("cox", text)
    try:
        _fill(content, model)
    except FormatError:
        raise
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise FormatError(f"model file: {error!r} is missing or of the wrong type") from None


def _fill(content: dict[str, Any], model: CoxPH) -> None:
    options, strata = content["options"], content["strata"]
    model.ties, model.robust = options["ties"], bool(options["robust"])
    model.ridge, model.strata = float(options["ridge"]), list(strata["columns"]) or None
    model._design = Design.from_dict(content["design"])
    model._strata = Strata(list(strata["columns"]), list(strata["levels"]))
    model._errors = numbers_from_json(content["standard_errors"])
    count = len(content["names"])
    model._covariance = numbers_from_json(content["covariance"]).reshape(count, count)
    model._dropped = list(content["dropped"])
    model._tests = {name: tuple(numbers_from_json(t)) for name, t in content["tests"].items()}
    model._facts = {
        name: math.nan if value is None else value for name, value in content["facts"].items()
    }
    baselines = [
        (
            numbers_from_json(b["time"]),
            numbers_from_json(b["hazard"]),
            math.nan if b["longest"] is None else float(b["longest"]),
        )
        for b in content["baselines"]
    ]
    model._model = _core.given_cox(
        list(content["names"]),
        numbers_from_json(content["coefficients"]),
        numbers_from_json(content["means"]),
        baselines,
        numbers_from_json(content["covariance"]),
        [
            tuple(numbers_from_json(s[name]) for name in ("hazard", "variance", "moments"))
            for s in content.get("spreads", [])  # without them there are no intervals
        ],
    )
