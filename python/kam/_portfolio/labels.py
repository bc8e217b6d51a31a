"""Labels that end after the cut, folds that look forward only, and features that know too much."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kam import _core
from kam._base.arguments import cluster_codes, column, whole
from kam._data import frames as _frames
from kam._data.columns import Days, day, days, doubles, encode_ids
from kam._data.table import codes_and_names
from kam._errors import AssumptionWarning, DataError, RowWarning

_BY_CONTRACT = ("contract_end", "contract_value")
Indices = npt.NDArray[np.int64]


def churn_labels(
    data: Any,
    *,
    definition: str = "silence",
    cuts: Any,
    as_of: Any,
    horizon_days: int = 365,
    grace_days: int = 0,
    loss_share: float = 0.5,
    active_days: int = 365,
    gap_factor: float = 0.0,
    account: str = "account_id",
    date: str = "date",
    amount: str = "amount",
    date_format: str | None = None,
) -> Any:
    """Was the account lost in (cut, cut + horizon]? One row per account and cut.

    Parameters
    ----------
    data : frame
        Transactions (account_id, date, amount; category for "categories"), or contracts
        (account_id, start, end; value_per_year for "contract_value").
    definition : {"silence", "spend", "categories", "contract_end", "contract_value"}
        No order in the window; net revenue below (1 - loss_share) of the same days whole years
        earlier; fewer than (1 - loss_share) as many categories as in the horizon before; no
        contract any more, with `grace_days` for a late renewal; contracts worth less than
        (1 - loss_share) of before.
    cuts : date or list of dates
        The days from which one looks forward; features must be of rows up to them.
    as_of : date
        Rows dated later do not exist. A window that ends later has no label.
    active_days : int
        Who has no order in (cut - active_days, cut] was lost before: not at risk.
    gap_factor : float
        For "silence": the window is at least so many times the account's own 95 % gap.

    Returns
    -------
    frame of the same kind
        `account_id`, `cut`, `window_end`, `label` (1, 0, NaN), `status` (labelled, not_at_risk,
        history_short, window_open, value_missing).
    """
    kind = _frames.kind_of(data)
    frame = _frames.normalise(data)
    raw = _frames.column(frame, account, "account")
    ids = encode_ids(raw)
    keep = ids.codes != _core.NO_ACCOUNT
    if not keep.all():
        first = int(np.flatnonzero(~keep)[0])
        raise DataError(f"column '{account}': row {first} has no account id")
    tables = _core.Tables(len(ids.unique))
    if definition in _BY_CONTRACT:
        tables.contracts(_contract_columns(frame, ids.codes, date_format))
    else:
        columns, names = _transaction_columns(frame, ids.codes, date, amount, date_format)
        tables.transactions(columns, names)
    found = _core.churn_labels(
        tables,
        _cut_days(cuts),
        day(as_of),
        str(definition),
        whole(horizon_days, "horizon_days"),
        whole(grace_days, "grace_days"),
        float(loss_share),
        whole(active_days, "active_days"),
        float(gap_factor),
    )
    if found["rows_rejected"]:
        text = f"{found['rows_rejected']} rows have no usable date or amount and were left out"
        warnings.warn(text, RowWarning, stacklevel=2)
    columns = {
        "account_id": ids.unique[found["account"]],
        "cut": found["cut"].astype("datetime64[D]"),
        "window_end": found["window_end"].astype("datetime64[D]"),
        "label": found["label"],
        "status": np.array(found["status"], dtype=object),
    }
    return _frames.build(kind, columns)


def _transaction_columns(
    frame: Any, codes: Any, date: str, amount: str, date_format: str | None
) -> tuple[dict[str, Any], list[str]]:
    columns: dict[str, Any] = {
        "account": codes,
        "date": days(_frames.column(frame, date, "date"), date, date_format),
        "amount": doubles(_frames.column(frame, amount, "amount"), amount),
    }
    names: list[str] = []
    if "category" in _frames.names(frame):
        columns["category"], names = codes_and_names(_frames.column(frame, "category"))
    return columns, names


def _contract_columns(frame: Any, codes: Any, date_format: str | None) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "account": codes,
        "start": days(_frames.column(frame, "start"), "start", date_format),
    }
    if "end" in _frames.names(frame):
        columns["end"] = days(_frames.column(frame, "end"), "end", date_format)
    if "value_per_year" in _frames.names(frame):
        values = _frames.column(frame, "value_per_year")
        columns["value_per_year"] = doubles(values, "value_per_year")
    return columns


def _cut_days(cuts: Any) -> Days:
    if isinstance(cuts, str) or not isinstance(cuts, Iterable):
        cuts = [cuts]
    return np.array([day(cut, "cuts") for cut in cuts], dtype=np.int32)


class Fold(NamedTuple):
    """Rows to train on and to test on. `last` marks the latest cut: look at it once, at the end."""

    cut: np.datetime64
    part: int
    last: bool
    train: Indices
    test: Indices


def rolling_origin(
    cut: Any,
    account: Any = None,
    *,
    horizon_days: int = 365,
    gap_days: int = 0,
    train_days: int = 0,
    least_train_rows: int = 1,
    account_parts: int = 1,
    seed: int = 1,
) -> list[Fold]:
    """Folds that train on outcomes known before the cut they test, oldest cut first.

    `cut` is the day of each row. Trained on are rows with cut + horizon + gap <= the cut tested,
    not older than `train_days` where that is given. With `account_parts` > 1 every cut is tested in
    parts by account, trained without the accounts of the part.
    """
    dates = np.asarray(_cut_column(cut))
    codes = None if account is None else cluster_codes(account, len(dates))
    rows = _core.rolling_origin(
        dates,
        codes,
        whole(horizon_days, "horizon_days"),
        whole(gap_days, "gap_days"),
        whole(train_days, "train_days"),
        whole(least_train_rows, "least_train_rows"),
        whole(account_parts, "account_parts"),
        whole(seed, "seed"),
    )
    return [Fold(np.datetime64(d, "D"), *others) for d, *others in rows]


def _cut_column(cut: Any) -> Days:
    if hasattr(cut, "to_pylist"):
        cut = cut.to_pylist()
    if hasattr(cut, "to_numpy"):
        cut = cut.to_numpy()
    array = np.asarray(cut)
    if array.dtype.kind in "US":
        array = array.astype(object)
    return days(array, "cut")


class Leak(NamedTuple):
    """A feature a model must not be trained on, and why."""

    feature: str
    kind: str  # after_cut, equals_label, predicts_alone
    rows: int
    first_row: int
    auc: float


def find_leaks(
    features: Any,
    label: Any,
    *,
    cut: Any = None,
    last_dates: Mapping[str, Any] | None = None,
    threshold: float = 0.99,
) -> list[Leak]:
    """Features that know the label: dated after the cut, equal to it, or too good alone.

    `features` is a frame of numbers; `last_dates` maps some of their names to the day of the latest
    row each value rests on, for which `cut` is needed. An AssumptionWarning names what was found.
    Nothing found proves nothing.
    """
    frame = _frames.normalise(features)
    names = _frames.names(frame)
    y = column(label, "label")
    dated = dict(last_dates or {})
    if dated and cut is None:
        raise ValueError("`last_dates` need `cut`")
    if unknown := set(dated) - set(names):
        raise DataError(f"`last_dates` names no feature: {', '.join(sorted(unknown))}")
    cuts = np.zeros(len(y), dtype=np.int32) if cut is None else _cut_column(cut)
    found = _core.find_leaks(
        names,
        [doubles(_frames.column(frame, name), name) for name in names],
        [_cut_column(dated[name]) if name in dated else None for name in names],
        cuts,
        y,
        float(threshold),
    )
    leaks = [Leak(names[k], *others) for k, *others in found]
    if leaks:
        text = ", ".join(f"{leak.feature} ({leak.kind})" for leak in leaks)
        warnings.warn(f"features that know the label: {text}", AssumptionWarning, stacklevel=2)
    return leaks


__all__ = ["Fold", "Leak", "churn_labels", "find_leaks", "rolling_origin"]
