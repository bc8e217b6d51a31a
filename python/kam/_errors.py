"""Exceptions and warnings. Everything a wrong call raises is a ValueError or a TypeError."""

import warnings

from kam._core import FormatError, InsufficientDataError, VersionError


class DataError(ValueError):
    """The input cannot be used: a column is missing, or no row of it is usable."""


class RowWarning(UserWarning):
    """Some rows became NaN; the message says how many, which first and why."""


class ConvergenceWarning(UserWarning):
    """A fit answered without meeting its stopping rule, or its parameters are hardly identified."""


class AssumptionWarning(UserWarning):
    """The data contradict what a model takes for granted; the message says how clearly."""


def warn_unless_converged(converged: bool, warning: str, stop_reason: str, depth: int) -> None:
    """One warning of a fit that stopped early or has something to say; its caller's caller is 3."""
    if warning or not converged:
        text = warning or f"the fit stopped early: {stop_reason}"
        warnings.warn(text, ConvergenceWarning, stacklevel=depth)


__all__ = [
    "AssumptionWarning",
    "ConvergenceWarning",
    "DataError",
    "FormatError",
    "InsufficientDataError",
    "RowWarning",
    "VersionError",
    "warn_unless_converged",
]
