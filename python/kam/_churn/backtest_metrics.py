"""How far expectations were from what came."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kam._data.columns import Codes, Doubles

LEAST = 10  # outcomes of each kind in a bin of probabilities
_TINY = 1e-12


class Bins(NamedTuple):
    """Accounts put into bins: labels, and the bin of every account."""

    labels: list[str]
    code: Codes

    def sizes(self) -> Doubles:
        return np.bincount(self.code, minlength=len(self.labels)).astype(np.float64)

    def mean(self, values: Doubles) -> Doubles:
        return np.asarray(np.bincount(self.code, values, len(self.labels)) / self.sizes())


def frequency_bins(frequency: Doubles, most: int) -> Bins:
    """0, 1, ... most - 1, and all above; only bins that hold an account."""
    labels = [str(x) for x in range(most)] + [f"{most}+"]
    return _compact(labels, np.minimum(frequency, most).astype(np.int64))


def recency_bins(frequency: Doubles, recency: Doubles, parts: int = 5) -> Bins:
    """Accounts without a repeat order, and the others in `parts` equal parts by recency."""
    repeat = frequency > 0
    if not repeat.any():
        return _compact(["no repeat order"], np.zeros(len(frequency), dtype=np.int64))
    edges = np.unique(np.quantile(recency[repeat], np.linspace(0, 1, parts + 1)))
    code = np.where(repeat, 1 + np.searchsorted(edges[1:-1], recency, side="left"), 0)
    labels = ["no repeat order", f"{edges[0]:.4g} to {edges[min(1, len(edges) - 1)]:.4g}"]
    labels += [f"to {high:.4g}" for high in edges[2:]]
    return _compact(labels, code)


def _compact(labels: list[str], code: Any) -> Bins:
    present, compact = np.unique(code, return_inverse=True)
    return Bins([labels[i] for i in present], compact.astype(np.uint32))


def errors_of(
    actual: Doubles, expected: Doubles, weight: Doubles | None = None
) -> dict[str, float]:
    """Mean absolute and root mean square error per account; NaN where there is no weight."""
    miss = actual - expected
    w = np.ones(len(miss)) if weight is None else weight
    total = float(w.sum())
    if not total > 0:
        return {"mae": float("nan"), "rmse": float("nan")}
    return {
        "mae": float(np.abs(miss) @ w) / total,
        "rmse": float(np.sqrt((miss * miss) @ w / total)),
    }


class Reliability(NamedTuple):
    """Accounts in bins of their probability: mean probability against the share that happened."""

    accounts: Doubles
    probability: Doubles
    share: Doubles


def reliability(p: Doubles, event: Doubles, parts: int = 10) -> Reliability:
    """Bins of about equal size, ties together, joined to their neighbour until every bin holds at
    least ten events and ten accounts without one (or there is one bin left)."""
    order = np.argsort(p, kind="stable")
    p, event = p[order], event[order]
    starts = _tied_starts(p, parts)
    ends = [*starts[1:], len(p)]
    bins: list[tuple[int, int]] = []
    for start, end in zip(starts, ends, strict=True):
        if bins and not _enough(event[bins[-1][0] : bins[-1][1]]):
            bins[-1] = (bins[-1][0], end)
        else:
            bins.append((start, end))
    if len(bins) > 1 and not _enough(event[bins[-1][0] :]):
        bins[-2:] = [(bins[-2][0], bins[-1][1])]
    return Reliability(
        np.array([float(e - s) for s, e in bins]),
        np.array([p[s:e].mean() for s, e in bins]),
        np.array([event[s:e].mean() for s, e in bins]),
    )


def _tied_starts(p: Doubles, parts: int) -> list[int]:
    """First rows of about equal parts of sorted values; equal values are not separated."""
    wanted = [len(p) * k // parts for k in range(parts)]
    return sorted({int(np.searchsorted(p, p[i], side="left")) for i in wanted})


def _enough(event: Doubles) -> bool:
    return bool(event.sum() >= LEAST and len(event) - event.sum() >= LEAST)


def probability_scores(
    p: Doubles, event: Doubles, weight: Doubles | None = None
) -> dict[str, float]:
    """Brier score, that of the overall share for everybody, log loss (in nats; probabilities of 0
    and 1 count as 1e-12 from there)."""
    w = np.ones(len(p)) if weight is None else weight
    total = float(w.sum())
    if not total > 0:
        return dict.fromkeys(("brier", "brier_base", "log_loss"), float("nan"))
    base = float(event @ w) / total
    q = np.clip(p, _TINY, 1 - _TINY)
    loss = -(event * np.log(q) + (1 - event) * np.log1p(-q))
    return {
        "brier": float(((p - event) ** 2) @ w) / total,
        "brier_base": base * (1 - base),
        "log_loss": float(loss @ w) / total,
    }


def captured(expected: Doubles, actual: Doubles, share: float = 0.2) -> float:
    """Of what the best `share` of the accounts brought: how much those expected to be the best
    brought. Ties in the order of the rows."""
    k = max(1, round(share * len(actual)))
    best = float(np.sort(actual)[::-1][:k].sum())
    chosen = float(actual[np.argsort(-expected, kind="stable")[:k]].sum())
    return chosen / best if best > 0 else float("nan")
