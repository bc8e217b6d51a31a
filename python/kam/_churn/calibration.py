"""Probabilities that hold what they say: fitted, kept and applied."""

from __future__ import annotations

import warnings
from typing import Any

from kam import _core
from kam._base.arguments import column, optional_column
from kam._base.bad_rows import at_least_0, named, outcome, share, warn_left_out
from kam._data.columns import Doubles, warn_rows
from kam._errors import ConvergenceWarning


class Calibrator:
    """A fitted map from scores in 0..1 to probabilities; made by `kam.calibrate`.

    `method` is its name, `params` its parameters (a dict; arrays for isotonic and Venn-Abers),
    `standard_errors` where there are any, `report` what the fit rests on. It can be pickled.
    """

    def __init__(self, core: _core.Calibrator) -> None:
        self._core = core
        self.method: str = core.method
        self.params: dict[str, Any] = core.params
        self.standard_errors: dict[str, float] = core.standard_errors
        self.report: dict[str, Any] = core.report

    def predict(self, p: Any) -> Doubles:
        """Calibrated probabilities, one per row; NaN (and a RowWarning) outside 0..1."""
        values: Doubles
        values, report = self._core.predict(column(p, "p"))
        warn_rows(report, "calibrated probabilities")
        return values

    def interval(self, p: Any) -> tuple[Doubles, Doubles]:
        """(p0, p1) of a Venn-Abers calibrator: the fits if the row is kept, and if it is lost.

        TypeError for the other methods, which have no such pair.
        """
        _, lo, hi, report = self._core.interval(column(p, "p"))
        warn_rows(report, "Venn-Abers interval")
        return lo, hi

    def to_json(self) -> str:
        """Versioned, checksummed text; reads back to the same bits."""
        return self._core.to_json()

    @classmethod
    def from_json(cls, text: str) -> Calibrator:
        """The inverse of `to_json`; FormatError or VersionError if it cannot be read."""
        return cls(_core.Calibrator.from_json(text))

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return Calibrator.from_json, (self.to_json(),)

    def __repr__(self) -> str:
        r = self.report
        basis = f"{r['events']:g} events, {r['others']:g} others"
        if self.method in ("isotonic", "venn_abers"):
            inside = f"{len(next(iter(self.params.values())))} points"
        else:
            inside = ", ".join(f"{name}={value:.6g}" for name, value in self.params.items())
        return f"Calibrator({self.method}: {inside}; {basis})"


def calibrate(
    y: Any,
    p: Any,
    method: str = "platt",
    *,
    sample_weight: Any = None,
    smoothed_targets: bool = True,
) -> Calibrator:
    """A calibrator fitted on outcomes the model was not trained on.

    Parameters
    ----------
    y : array
        1 lost, 0 kept; NaN = not known yet (left out, counted).
    p : array
        The model's score, within 0..1. One row per outcome.
    method : {"platt", "temperature", "beta", "isotonic", "venn_abers"}
        A line on the log-odds (two parameters: the choice below some hundred events), its slope
        alone, beta calibration (three), a monotone step function (many events), or an interval
        from two of those.
    sample_weight : array, optional
        How often a row counts, >= 0.
    smoothed_targets : bool
        Platt's targets (E + 1)/(E + 2) and 1/(O + 2) instead of 1 and 0.

    Raises
    ------
    InsufficientDataError
        One of the outcomes is missing (Venn-Abers: both), or all scores are the same.
    ValueError
        An unknown method, or columns of different length.
    """
    lost, scores = column(y, "y"), column(p, "p")
    weight = optional_column(sample_weight, "sample_weight")
    with named(outcome="y", probability="p", weight="sample_weight"):
        core = _core.fit_calibrator(str(method), lost, scores, weight, bool(smoothed_targets))
    fitted = Calibrator(core)
    domains = [share("p", scores), outcome("y", lost)]
    domains += [] if weight is None else [at_least_0("sample_weight", weight)]
    warn_left_out(fitted.report, domains)
    if fitted.report["warning"]:
        warnings.warn(fitted.report["warning"], ConvergenceWarning, stacklevel=2)
    return fitted


def shift_prior(p: Any, *, base_rate: float, new_rate: float) -> Doubles:
    """The same probabilities where the share of losses is `new_rate` instead of `base_rate`.

    For models trained on a sample with more losses than the portfolio has: the odds are
    multiplied by odds(new_rate)/odds(base_rate).
    """
    values: Doubles
    with named(**{"from": "base_rate", "to": "new_rate"}):
        values, report = _core.shift_prior(column(p, "p"), float(base_rate), float(new_rate))
    warn_rows(report, "shifted probabilities")
    return values


__all__ = ["Calibrator", "calibrate", "shift_prior"]
