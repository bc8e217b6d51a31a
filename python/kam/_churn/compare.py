"""Models of the same data on one scale."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from kam._churn.models import Estimator
from kam._data import frames as _frames
from kam._portfolio.data_sums import same_data


def compare(
    models: Iterable[Estimator] | Mapping[str, Estimator], *, kind: _frames.Kind | None = None
) -> Any:
    """Log-likelihood, AIC and BIC of fitted models, best AIC first.

    Parameters
    ----------
    models : list of fitted estimators, or dict by name
        All order models (or all spend models), fitted on the same rows, weights and unit.
    kind : {"dict", "pandas", "polars", "arrow", "duckdb"}, optional
        Of the frame; pandas if it is installed, else a dict of arrays.

    Returns
    -------
    frame
        ``model``, ``log_likelihood``, ``parameters`` (how many), ``aic`` = 2 k - 2 ln L, ``bic`` =
        k ln(accounts) - 2 ln L, ``delta_aic`` (to the best), ``weight`` (Akaike: relative
        likelihood of the models, sums to 1), ``converged``.

    Raises
    ------
    ValueError
        A model is not fitted, or two models saw different data: accounts, events, unit or columns
        differ. Their likelihoods cannot be compared.
    """
    named = named_models(models)
    reference = next(iter(named))
    for name, model in named.items():
        _require_fitted(name, model)
        _require_same_data(reference, named[reference], name, model)
    return _frames.build(kind or default_kind(), _table(named))


def named_models(models: Any) -> dict[str, Estimator]:
    """By name; a class name that occurs twice gets a number."""
    if isinstance(models, Estimator):
        models = [models]
    if isinstance(models, Mapping):
        named = {str(name): model for name, model in models.items()}
    else:
        named = {}
        for model in models:
            stem = type(model).__name__
            name, number = stem, 1
            while name in named:
                number += 1
                name = f"{stem} {number}"
            named[name] = model
    if not named:
        raise ValueError("`models` is empty")
    for name, model in named.items():
        if not isinstance(model, Estimator):
            raise TypeError(f"`models`: {name} must be an estimator, got {type(model).__name__}")
    return named


def information(log_likelihood: float, parameters: int, accounts: float) -> tuple[float, float]:
    """(AIC, BIC)."""
    return (
        2 * parameters - 2 * log_likelihood,
        parameters * math.log(accounts) - 2 * log_likelihood,
    )


def default_kind() -> _frames.Kind:
    import importlib.util

    return "pandas" if importlib.util.find_spec("pandas") else "dict"


def _table(named: dict[str, Estimator]) -> dict[str, Any]:
    order = list(named)
    log_likelihood = np.array([named[n].log_likelihood_ for n in order])
    count = np.array([len(named[n].params_) for n in order])
    accounts = next(iter(named.values()))._fitted.accounts
    aic, bic = np.array(
        [information(ll, int(k), accounts) for ll, k in zip(log_likelihood, count, strict=True)]
    ).T
    best = np.argsort(aic, kind="stable")
    delta = aic - aic.min()
    weight = np.exp(-0.5 * delta)
    columns = {
        "log_likelihood": log_likelihood,
        "parameters": count,
        "aic": aic,
        "bic": bic,
        "delta_aic": delta,
        "weight": weight / weight.sum(),
        "converged": np.array([named[n].converged_ for n in order]),
    }
    names = np.array(order, dtype=object)
    return {"model": names[best]} | {name: values[best] for name, values in columns.items()}


def _require_fitted(name: str, model: Estimator) -> None:
    if model._estimate is None:
        raise ValueError(f"{name} is not fitted: call fit first")
    if math.isnan(model.log_likelihood_):
        raise ValueError(f"{name} has given parameters, not fitted ones: no likelihood to compare")


def _require_same_data(first: str, a: Estimator, name: str, b: Estimator) -> None:
    if getattr(a, "_input", type(a)) != getattr(b, "_input", type(b)):
        raise ValueError(f"{first} and {name} describe different things: no common likelihood")
    if a.unit_ != b.unit_:
        raise ValueError(f"{first} is in {a.unit_}s, {name} in {b.unit_}s: fit them in one unit")
    for what in ("accounts", "events"):
        one, other = (float(getattr(m._fitted, what)) for m in (a, b))
        if not math.isclose(one, other, rel_tol=1e-9):
            raise ValueError(
                f"{first} and {name} were fitted on different data: {one:g} and {other:g} {what}"
            )
    if not same_data(a._data_sums, b._data_sums):
        raise ValueError(
            f"{first} and {name} were fitted on different data: as many accounts and events, but "
            "the columns differ"
        )
