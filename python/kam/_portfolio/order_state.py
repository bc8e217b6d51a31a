"""The order summary as a state that next month's rows continue."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any, Self

import numpy as np

from kam import _core
from kam._data import frames as _frames
from kam._data.atomic import replacing
from kam._data.columns import Ids, day
from kam._errors import FormatError, VersionError
from kam._portfolio.summary import check_units, read_log

_VERSION = 1
_TABLES = {"counts": np.dtype(np.int64), "amounts": np.dtype(np.float64)}


class OrderState:
    """What an order summary needs to remember of every account, 200 bytes each.

    Last month's state and this month's rows give what re-reading all rows gives, to the bit.
    Parts join exactly if per account their dates follow each other (or the accounts differ); a late
    row of a month that is already closed is a ValueError that names the account.

    >>> state = kam.OrderState.load("orders.npz")
    >>> state.merge(kam.OrderState.from_transactions(october)).save("orders.npz")
    >>> summary = state.summary(as_of="2024-10-31")
    """

    def __init__(self, *, occasion: str = "day") -> None:
        """An empty state; `occasion` as in `kam.summarize`."""
        check_units(occasion=occasion)
        self._core = _core.OrderState(occasion)
        self._ids: dict[Any, int] = {}
        self._kind: _frames.Kind | None = None

    @classmethod
    def from_transactions(
        cls,
        transactions: Any,
        *,
        account: str = "account_id",
        date: str = "date",
        amount: str = "amount",
        occasion: str = "day",
        date_format: str | None = None,
        until: Any = None,
    ) -> Self:
        """A state of these rows alone. `until`: rows dated after it are left out (default: none).

        Columns, `occasion` and errors as in `kam.summarize`.
        """
        state = cls(occasion=occasion)
        log = read_log(transactions, account, date, amount, date_format)
        state._kind, ids, days, values = log.kind, log.ids, log.days, log.amounts
        last = int(days.max(initial=0)) if until is None else day(until, "until")
        if len(ids.unique):
            state._core.add(ids.codes, days, values, len(ids.unique), last)
        state._ids = _index(ids)
        return state

    def merge(self, other: OrderState) -> Self:
        """Joins `other` into this state and returns it; on an error the state is as it was."""
        if not isinstance(other, OrderState):
            raise TypeError(f"`other` must be an OrderState, got {type(other).__name__}")
        kinds = {type(key) for key in (*self._ids, *other._ids)}
        if len(kinds) > 1:
            raise ValueError("account ids are text in one state and whole numbers in the other")
        ids = dict(self._ids)
        codes = [ids.setdefault(key, len(ids)) for key in other._ids]
        aligned = other._core.renumbered(np.array(codes, dtype=np.uint32), len(ids))
        try:
            self._core.merge(aligned)
        except ValueError as error:
            raise ValueError(_with_id(str(error), list(ids))) from None
        self._ids = ids
        self._kind = self._kind or other._kind
        return self

    def summary(self, as_of: Any, unit: str = "week") -> Any:
        """The columns of `kam.summarize` at `as_of`, in the kind of frame the state was made from.

        ValueError if `as_of` lies before a row of the state: a state cannot forget.
        """
        check_units(unit=unit)
        frequency, recency, age, money = self._core.finish(day(as_of), unit)
        columns = {
            "account_id": _id_array(list(self._ids)),
            "frequency": frequency,
            "recency": recency,
            "age": age,
            "monetary_value": money,
        }
        return _frames.build(self._kind or _frames.kind_of(columns), columns)

    def save(self, path: str | Path) -> Path:
        """Writes a compressed .npz: numbers and ids, no code. Equal states give equal bytes."""
        path = Path(path)
        counts, amounts = self._core.tables()
        ids = list(self._ids)
        header = {"format": "kam-order-state", "version": _VERSION, "occasion": self._core.occasion,
                  "ids": "text" if not ids or isinstance(ids[0], str) else "integers"}  # fmt: skip
        # Ids as JSON in bytes: no pickle, and no padding to the longest id.
        tables = {
            "header": _bytes(header),
            "ids": _bytes([i if isinstance(i, str) else int(i) for i in ids]),
            "counts": counts,
            "amounts": amounts,
        }
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **tables)
        return path

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """The inverse of `save`. FormatError or VersionError for anything else."""
        try:
            with Path(path).open("rb") as whole, np.load(whole, allow_pickle=False) as file:
                header, ids = _read(file, "header"), _read(file, "ids")
                tables = {name: _table(file, name, kind) for name, kind in _TABLES.items()}
        except (ValueError, KeyError, EOFError, TypeError, AttributeError, zipfile.BadZipFile) as e:
            raise FormatError(f"{Path(path).name} is no order state of kam: {e}") from None
        if not isinstance(header, dict) or header.get("format") != "kam-order-state":
            raise FormatError(f"{Path(path).name} is no order state of kam")
        if header.get("version") != _VERSION:
            raise VersionError(f"order state of version {header.get('version')}, not {_VERSION}")
        kind = {"text": str, "integers": int}.get(str(header.get("ids")))
        if not isinstance(ids, list) or not all(type(i) is kind for i in ids):
            raise FormatError("the ids of the order state are damaged")
        if header.get("occasion") not in ("day", "week", "month"):
            raise FormatError("the occasion of the order state is damaged")
        state = cls(occasion=header["occasion"])
        state._core = _core.order_state_from(
            tables["counts"].reshape(-1), tables["amounts"].reshape(-1), header["occasion"]
        )
        state._ids = {key: i for i, key in enumerate(ids)}
        if not len(ids) == len(state._ids) == state._core.accounts:
            raise FormatError("the order state has not one id per account")
        return state

    @property
    def accounts(self) -> int:
        return len(self._ids)

    @property
    def occasion(self) -> str:
        return self._core.occasion

    def __len__(self) -> int:
        return len(self._ids)

    def __repr__(self) -> str:
        return f"OrderState({len(self._ids)} accounts, occasion={self.occasion!r})"


def _index(ids: Ids) -> dict[Any, int]:
    return {key: code for code, key in enumerate(ids.unique.tolist())}


def _id_array(ids: list[Any]) -> Any:
    if ids and not isinstance(ids[0], str):
        return np.array(ids, dtype=np.int64)
    array = np.empty(len(ids), dtype=object)
    array[:] = ids
    return array


def _with_id(message: str, ids: list[Any]) -> str:
    """The core counts accounts; a reader wants the id."""
    return re.sub(r"^account (\d+)", lambda m: f"account {ids[int(m[1])]!r}", message)


def _bytes(value: Any) -> Any:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)


def _read(file: Any, name: str) -> Any:
    return json.loads(file[name].tobytes().decode("utf-8", "surrogatepass"))


def _table(file: Any, name: str, kind: Any) -> Any:
    table = np.ascontiguousarray(file[name])
    if table.dtype != kind or table.ndim != 2:
        raise FormatError(f"table '{name}' of the order state is damaged")
    return table
