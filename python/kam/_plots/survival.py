"""Plots of survival: curves with bands, hazard ratios."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kam._errors import RowWarning
from kam._plots.style import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    axes,
    literal,
    matplotlib,
    sentence,
    tidy,
)

if TYPE_CHECKING:
    from kam._churn.cox import CoxPH

# A colour and a line for every curve, so that grey print tells them apart.
_STYLES = (
    (BLUE, "-"),
    (VERMILION, "--"),
    (ORANGE, "-."),
    (PURPLE, ":"),
    (SKY, (0, (5, 1, 1, 1))),
    (INK, (0, (3, 1))),
)


def survival_curves(curves: Any, *, ax: Any = None) -> Any:
    """`curves`: name -> fitted KaplanMeier."""
    named = curves if isinstance(curves, Mapping) else {"": curves}
    ax = axes(ax, size=(7, 4))
    if not named:
        return sentence(ax, "No curve.")
    longest = 0.0
    for i, (name, model) in enumerate(named.items()):
        colour, line = _STYLES[i % len(_STYLES)]
        _band(ax, model, str(name), colour, line)
        longest = max(longest, model.longest_)
    ax.set_xlim(0, longest)
    _finish(ax, "Share still there", [name for name in named if name])
    return ax


def _band(ax: Any, model: Any, name: str, colour: str, line: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RowWarning)
        table = model.table_
    time = np.concatenate([[0.0], table["time"], [model.longest_]])
    for key in ("survival", "survival_lo", "survival_hi"):
        values = table[key]
        table[key] = np.concatenate([[1.0], values, values[-1:] if len(values) else [1.0]])
    ax.step(
        time, table["survival"], where="post", color=colour, ls=line, lw=1.8, label=literal(name)
    )
    ax.fill_between(
        time,
        table["survival_lo"],
        table["survival_hi"],
        step="post",
        color=colour,
        alpha=0.18,
        lw=0,
    )


def predicted_survival(
    model: CoxPH, frame: Any, names: Any = None, *, times: Any = None, ax: Any = None
) -> Any:
    """One curve per row of the frame."""
    ax = axes(ax, size=(7, 4))
    baselines = model._fitted.baselines(0)
    at = np.unique(np.concatenate([[0.0], *[b[0] for b in baselines], [model.longest_]]))
    at = at if times is None else np.asarray(times, dtype=np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RowWarning)  # a shorter stratum ends earlier
        survival = model.predict_survival(frame, at)
    labels = [f"row {i}" for i in range(len(survival))] if names is None else list(names)
    if len(labels) != len(survival):
        raise ValueError(f"`names` has {len(labels)} entries, the frame {len(survival)} rows")
    if not labels:
        return sentence(ax, "No row.")
    for i, (name, row) in enumerate(zip(labels, survival, strict=True)):
        colour, line = _STYLES[i % len(_STYLES)]
        ax.step(at, row, where="post", color=colour, ls=line, lw=1.8, label=literal(str(name)))
    ax.set_xlim(0, at[-1] if len(at) else 1)
    _finish(ax, "Share still there, predicted", labels)
    return ax


def hazard_ratios(model: CoxPH, *, level: float = 0.95, ax: Any = None) -> Any:
    """Hazard ratio per column on a logarithmic axis, with intervals."""
    from kam._core import normal_quantile

    if not 0 < level < 1:
        raise ValueError(f"`level` must be between 0 and 1, got {level}")
    z = normal_quantile((1 + level) / 2)
    rows = [
        (name, value, model.standard_errors_[name])
        for name, value in model.params_.items()
        if value == value
    ]
    ax = axes(ax, size=(7, 0.8 + 0.35 * len(rows)))
    names, coefficients, errors = (list(column) for column in zip(*rows, strict=True))
    centre = np.exp(np.clip(coefficients, -700, 700))
    lo = np.exp(np.clip(np.array(coefficients) - z * np.array(errors), -700, 700))
    hi = np.exp(np.clip(np.array(coefficients) + z * np.array(errors), -700, 700))
    at = np.arange(len(rows))[::-1]
    ax.axvline(1, color=MUTED, lw=1)
    ax.hlines(at, lo, hi, color=BLUE, lw=1.6)
    ax.plot(centre, at, "o", color=BLUE)
    ax.set_xscale("log")
    ax.set_yticks(at, [literal(name) for name in names])
    ax.set_xlabel(f"Hazard ratio, {level:.0%} interval; right of 1: leaves sooner")
    tidy(ax)
    return ax


def _finish(ax: Any, label: str, names: list[Any]) -> None:
    matplotlib()
    ax.set_ylim(0, 1.02)
    ax.set_xlabel("Time")
    ax.set_ylabel(label)
    if names:
        ax.legend(frameon=False)
    tidy(ax)
