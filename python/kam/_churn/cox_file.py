"""A fitted Cox regression as text and back: coefficients, schema, baselines, what the fit said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kam import _core
from kam._churn.design import Design
from kam._churn.survival_input import (
    Strata,
    from_json,
    numbers_from_json,
    numbers_to_json,
    to_json,
)
from kam._errors import FormatError

if TYPE_CHECKING:
    from kam._churn.cox import CoxPH


_KNOTS = 32  # of the mean covariates of those at risk, shared by the strata


def _digits(values: Any, steps: int) -> list[float | None]:
    return numbers_to_json(values if steps == 0 else [float(f"{v:.6g}") for v in values])


def to_text(model: CoxPH, fitted: _core.CoxModel, steps: int) -> str:
    # Of a file that is thinned, limits are good to some digits; of a pickle to the bit.
    knots = 0 if steps == 0 else max(4, _KNOTS // max(1, len(model._strata.levels)))
    spreads = [
        {
            "variance": _digits(variance, steps),
            "mean_hazard": numbers_to_json(hazard),
            "mean_moments": _digits(moments, steps),
        }
        for variance, hazard, moments in fitted.spreads(steps, knots)
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
            (
                numbers_from_json(s["variance"]),
                numbers_from_json(s["mean_hazard"]),
                numbers_from_json(s["mean_moments"]),
            )
            for s in content.get("spreads", [])  # without them there are no intervals
        ],
    )
