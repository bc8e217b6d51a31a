"""Repeat orders over calendar time: what came, and what a model expects."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kam import _core
from kam._data.columns import Doubles
from kam._portfolio.holdout import UNIT_DAYS, Split


class Tracking(NamedTuple):
    """Steps of calendar time from the first order of all. Rows are step ends."""

    end: Any  # last day of each step, as ISO text
    day: Any  # the same as days after the first order of all, 1 = that day itself
    actual: Doubles  # repeat orders of the calibrated accounts up to then
    cut: float  # position of the cut among the steps

    @property
    def actual_step(self) -> Doubles:
        return np.diff(self.actual, prepend=0.0)


def births_of(split: Split) -> Any:
    """Day of the first order of every kept account."""
    days = split.columns["age"] * UNIT_DAYS[split.unit]
    return split.cut - np.rint(days).astype(np.int64)


def track(split: Split) -> Tracking:
    """Weeks (months where the unit is one) from the first order of all to as_of; a step that does
    not fit in is left out."""
    births = births_of(split)
    start = int(births.min())
    step = UNIT_DAYS["month"] if split.unit == "month" else 7.0
    steps = int((split.end - start + 1) / step + 1e-9)
    day = np.floor(step * np.arange(1, steps + 1) + 1e-9).astype(np.int64)
    ends = start + day - 1
    count = _count_by_day if split.occasion == "day" else _count_by_summaries
    return Tracking(
        [_core.format_date(int(e)) for e in ends],
        day,
        count(split, births, ends),
        (split.cut - start + 1) / step,
    )


def _count_by_day(split: Split, births: Any, ends: Any) -> Doubles:
    """Repeat orders up to each end, in one pass: a day lies in one step, so the occasions of an
    account add up over steps. Each pair of account and step is an account of its own to the core,
    which knows what an occasion is."""
    log = split.log
    if len(ends) == 0:
        return np.zeros(0)
    rows = np.isin(log.ids.codes, split.kept) & (log.days <= ends[-1])
    step = np.searchsorted(ends, log.days[rows])
    pair = log.ids.codes[rows].astype(np.int64) * len(ends) + step
    pairs, code = np.unique(pair, return_inverse=True)
    repeats, *_ = _core.summarize(
        code.astype(np.uint32),
        np.ascontiguousarray(log.days[rows]),
        np.ascontiguousarray(log.amounts[rows]),
        len(pairs),
        int(ends[-1]),
        "day",
        "day",
        False,
    )
    occasions = np.bincount(pairs % len(ends), np.nan_to_num(repeats + 1), len(ends))
    first = np.searchsorted(np.sort(births), ends, side="right")
    return np.asarray(np.cumsum(occasions) - first)


def _count_by_summaries(split: Split, births: Any, ends: Any) -> Doubles:
    """One summary per step: a week or month may lie in two."""
    del births
    counts = [
        np.nansum(split.log.summary(int(e), split.unit, split.occasion)["frequency"][split.kept])
        for e in ends
    ]
    return np.array(counts)


def expected_track(model: Any, split: Split, tracking: Tracking) -> Doubles:
    """E[repeat orders up to the end of each step] of the same accounts, from the parameters and
    their first orders alone.

    Sum over first days b of n_b E[X(t - b)], as in Fader, Hardie & Lee 2005. One expectation per
    day of the calendar; O(distinct first days x steps).
    """
    if len(tracking.day) == 0:
        return np.zeros(0)
    births, accounts = np.unique(births_of(split), return_counts=True)
    offset = births - births[0]
    age = np.arange(int(tracking.day[-1]) + 1) / UNIT_DAYS[split.unit]
    per_account = np.array([model.expected_orders_new(t) for t in age])
    total = np.zeros(len(tracking.day))
    for i, day in enumerate(tracking.day):
        born = int(np.searchsorted(offset, day, side="right"))
        total[i] = per_account[day - offset[:born]] @ accounts[:born]
    return total
