"""`kam.load_model`: any saved estimate, whatever it is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from kam._churn.aft import AFT, ExponentialAFT, LogLogisticAFT, LogNormalAFT, WeibullAFT
from kam._churn.calibration import Calibrator
from kam._churn.covariates import (
    BGNBDCovariates,
    CovariateModel,
    MBGNBDCovariates,
    ParetoNBDCovariates,
)
from kam._churn.cox import CoxPH
from kam._churn.discrete import BGBB, BetaDiscreteWeibull, ShiftedBetaGeometric
from kam._churn.hazard import Hazard, Logistic
from kam._churn.ladder import ChurnLadder
from kam._churn.models import BGNBD, MBGNBD, NBD, Estimator, ParetoNBD
from kam._churn.regression import ChurnRegression
from kam._churn.regular import BGCNBD, MBGCNBD
from kam._churn.survival import KaplanMeier, NelsonAalen
from kam._errors import FormatError, VersionError
from kam._lifetime.spend import GammaGamma
from kam._scoring.model import Model

_COVARIATES = "kam-order-covariates"

# Per kind of file: the key that tells the classes of this kind apart, and those classes by what it
# says; a kind of one class has no such key.
_ESTIMATES: tuple[type[Estimator], ...] = (
    *(BGNBD, MBGNBD, ParetoNBD, NBD, BGCNBD, MBGCNBD, GammaGamma),
    *(BGBB, ShiftedBetaGeometric, BetaDiscreteWeibull),
)
_LIFETIMES: tuple[type[AFT], ...] = (WeibullAFT, LogNormalAFT, LogLogisticAFT, ExponentialAFT)
_REGRESSIONS: tuple[type[ChurnRegression], ...] = (Logistic, Hazard)
_WITH_COVARIATES: tuple[type[CovariateModel], ...] = (
    *(BGNBDCovariates, MBGNBDCovariates, ParetoNBDCovariates),
)
_READERS: dict[str, tuple[str | None, dict[str | None, Any]]] = {
    "estimate": ("model", {one._kind: one for one in _ESTIMATES}),
    "aft": ("distribution", {one._distribution: one for one in _LIFETIMES}),
    "churn": ("model", {one._kind: one for one in _REGRESSIONS}),
    _COVARIATES: ("model", {one._kind: one for one in _WITH_COVARIATES}),
    "cox": (None, {None: CoxPH}),
    "kaplan_meier": (None, {None: KaplanMeier}),
    "nelson_aalen": (None, {None: NelsonAalen}),
    "churn_ladder": (None, {None: ChurnLadder}),
    "calibrator": (None, {None: Calibrator}),
    "score_model": (None, {None: Model}),
}


def load_model(source: str | os.PathLike[str]) -> Any:
    """The estimate in a file (a path) or a text (`to_json` of any kam model), of its own class.

    Order, spend and renewal models, those with covariates, lifetime regressions, logistic, hazard,
    Cox, curves, the churn ladder, calibrators, and the ruler of a score. Nothing in it is executed.

    Raises
    ------
    FormatError
        No model of kam, damaged, cut off or edited.
    VersionError
        A model of kam that this version does not know: newer, or of a kind it does not have.
    OSError
        The file cannot be read.
    """
    if isinstance(source, str) and source.lstrip("\ufeff \t\r\n").startswith("{"):
        return _read(source.lstrip("\ufeff"))
    try:
        return _read(Path(source).read_text(encoding="utf-8-sig", errors="replace"))
    except (FormatError, VersionError) as error:
        raise type(error)(f"{os.fspath(source)}: {error}") from None


def _read(text: str) -> Any:
    return _class_of(text).from_json(text)


def _class_of(text: str) -> Any:
    """Who reads it; from_json then checks version, checksum and content."""
    content = _document(text)
    is_model = content.get("format") == "kam-model"
    kind = content.get("kind") if is_model else content.get("format")
    if not is_model and kind != _COVARIATES:
        raise FormatError("model file: not a kam model")
    if is_model and content.get("format_version") != 1:
        found = content.get("format_version")
        raise VersionError(f"model file: format_version {found}, this kam reads 1")
    if not isinstance(kind, str) or kind not in _READERS:
        raise VersionError(f"model file: holds: {kind}, which this kam does not know")
    key, classes = _READERS[kind]
    held = content.get("content", {}) if kind == _COVARIATES else content
    variant = held.get(key) if key and isinstance(held, dict) else None
    if not isinstance(variant, str | None) or variant not in classes:
        raise VersionError(f"model file: holds: {kind} {variant}, which this kam does not know")
    return classes[variant]


def _document(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise FormatError("model file: not valid JSON (damaged or cut off?)") from None
    if not isinstance(content, dict):
        raise FormatError("model file: not a kam model")
    return content
