"""Kaplan-Meier, Nelson-Aalen, the log-rank test, and how good predicted survival is."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from kam import _core
from kam._churn.models import interval_frame
from kam._churn.survival_input import (
    Names,
    Strata,
    from_json,
    names_of,
    numbers_from_json,
    numbers_to_json,
    read_rows,
    rows_of,
    tenure_of,
    texts_of,
    to_json,
)
from kam._data import frames as _frames
from kam._data.columns import Doubles, encode_ids
from kam._errors import DataError, FormatError, RowWarning

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = (
    "time",
    "at_risk",
    "deaths",
    "survival",
    "greenwood",
    "hazard",
    "hazard_variance",
)


def warn_left_out(report: tuple[int, int, int, str], depth: int = 3) -> None:
    """One warning for all rows that a fit left out."""
    _, rejected, first, reason = report
    if rejected:
        text = f"fit: {rejected} rows are left out, first row {first} ({reason})"
        warnings.warn(text, RowWarning, stacklevel=depth)


class _Curve:
    """What both curves share. A curve answers up to the longest observed duration; beyond it the
    answer is NaN, told in a RowWarning (beyond_observed)."""

    _kind: ClassVar[str]
    _successive: ClassVar[bool] = True
    _curve: _core.SurvivalCurve | None = None

    def fit(
        self,
        frame: Any,
        *,
        duration: str,
        event: str,
        entry: str | None = None,
        sample_weight: Any = None,
    ) -> Self:
        """`duration`: column with the time observed; `event`: 1 left then, 0 still there; `entry`:
        since when the row was observed (left truncation); `sample_weight`: how often a row counts,
        an array or a column.

        Rows that cannot be read are left out and counted in a RowWarning.
        """
        _, rows = read_rows(frame, duration, event, entry, sample_weight)
        self._curve = _core.fit_curve(*rows, self._successive)
        warn_left_out(self._curve.report)
        return self

    @property
    def _fitted(self) -> _core.SurvivalCurve:
        if self._curve is None:
            raise ValueError(f"this {type(self).__name__} is not fitted: call fit first")
        return self._curve

    @property
    def longest_(self) -> float:
        """Largest observed duration: nothing is known beyond it."""
        return self._fitted.longest

    @property
    def events_(self) -> float:
        """Weighted events."""
        return self._fitted.events

    @property
    def accounts_(self) -> float:
        """Weight of the rows of the fit."""
        return self._fitted.weight

    def _in_short(self) -> str:
        """What the repr says beside the counts."""
        return ""

    def __repr__(self) -> str:
        name = type(self).__name__
        if self._curve is None:
            return f"{name}(not fitted)"
        return (
            f"{name}({self.accounts_:g} accounts, {self.events_:g} events, {self._in_short()}"
            f"observed up to {self.longest_:g})"
        )

    def to_json(self, steps: int = 256) -> str:
        """Versioned, checksummed JSON, some ten kilobytes whatever the number of rows: a curve of
        more than `steps` steps keeps those that spread its drop evenly."""
        curve = self._fitted
        keep = _even_steps(curve.survival, steps)
        table = {name: numbers_to_json(getattr(curve, name)[keep]) for name in _COLUMNS}
        facts = {"longest": curve.longest, "weight": curve.weight, "events": curve.events}
        return to_json(self._kind, {"curve": table, **facts})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of `to_json`. FormatError or VersionError otherwise."""
        content = from_json(cls._kind, text)
        model = cls()
        try:
            model._curve = _curve_of(content)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            text = f"model file: {error!r} is missing or of the wrong type"
            raise FormatError(text) from None
        return model

    def __getstate__(self) -> dict[str, Any]:
        return {"json": None if self._curve is None else self.to_json(steps=2**62)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._curve = None if state["json"] is None else self.from_json(state["json"])._curve

    def _ask(
        self, what: str, argument: Any, tenure: Any, level: float, plain: bool = False
    ) -> tuple[Doubles, Doubles, Doubles, Doubles, Any]:
        x, t = np.broadcast_arrays(
            np.asarray(argument, dtype=np.float64), np.asarray(tenure, dtype=np.float64)
        )
        flat_x, flat_t = np.ascontiguousarray(x.reshape(-1)), np.ascontiguousarray(t.reshape(-1))
        answer = _core.ask_curve(self._fitted, what, flat_x, flat_t, float(level), plain)
        beyond = np.isnan(answer[0]) & ~np.isnan(flat_x) & ~np.isnan(flat_t)
        if beyond.any():
            text = (
                f"{what}: {int(beyond.sum())} answers are NaN, beyond the longest observed "
                f"duration {self.longest_:g}"
            )
            warnings.warn(text, RowWarning, stacklevel=4)
        return tuple(column.reshape(x.shape) for column in answer)


def _curve_of(content: dict[str, Any]) -> _core.SurvivalCurve:
    table = content["curve"]
    columns = [
        numbers_from_json(table[name], math.inf if name == "greenwood" else math.nan)
        for name in _COLUMNS
    ]
    facts = [float(content[name]) for name in ("longest", "weight", "events")]
    return _core.given_curve(*columns, *facts)


def _even_steps(survival: Doubles, steps: int) -> Any:
    """Which steps to keep: all, or those where the curve has fallen by the next share of its drop;
    the first and the last among them."""
    if len(survival) <= steps:
        return slice(None)
    drop = (1 - survival) / (1 - survival[-1])
    wanted = np.linspace(drop[0], 1, steps)
    return np.unique(np.searchsorted(drop, wanted, side="left").clip(0, len(survival) - 1))


def _plain(value: Any) -> Any:
    return float(value) if np.ndim(value) == 0 else value


class KaplanMeier(_Curve):
    """Kaplan-Meier: the share still there after a time, from rows that are partly still there.

    `scale`: intervals are symmetric in log(-log S) ("log-log") or in S ("plain"); `level` is that
    of every interval.
    """

    _kind = "kaplan_meier"

    def __init__(self, scale: str = "log-log", level: float = 0.8) -> None:
        if scale not in ("log-log", "plain"):
            raise ValueError(f"`scale` must be log-log or plain, got {scale!r}")
        if not 0 < level < 1:
            raise ValueError(f"`level` must be between 0 and 1, got {level}")
        self.scale, self.level = scale, float(level)

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "scale": self.scale, "level": self.level}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.scale, self.level = state["scale"], state["level"]
        super().__setstate__(state)

    def survival(self, times: Any, *, tenure: Any = 0.0, interval: bool = False) -> Any:
        """S(time), or with `tenure` P(still there after `time`, given there after `tenure`).

        ``interval=True``: a dict of estimate, lo and hi.
        """
        return self._answer("survival", times, tenure, interval)

    def churn(self, horizon: Any, *, tenure: Any = 0.0, interval: bool = False) -> Any:
        """P(leaves within `horizon`, given there after `tenure`)."""
        return self._answer("churn", horizon, tenure, interval)

    def quantile(self, p: Any = 0.5, *, tenure: Any = 0.0, interval: bool = False) -> Any:
        """The time by which a share `p` has left: the smallest with S(time) <= 1 - p."""
        return self._answer("quantile", p, tenure, interval)

    def restricted_mean(self, horizon: Any, *, tenure: Any = 0.0, interval: bool = False) -> Any:
        """E[time still there within the next `horizon`, given there after `tenure`]."""
        return self._answer("restricted_mean", horizon, tenure, interval)

    @property
    def median_(self) -> float:
        """The time by which half have left; NaN if the curve does not fall that low."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RowWarning)
            return float(self.quantile(0.5))

    def _in_short(self) -> str:
        return f"median {_or_beyond(self.median_, self.longest_)}, "

    @property
    def table_(self) -> dict[str, Doubles]:
        """Per event time: rows at risk, events, survival with interval and standard error."""
        curve = self._fitted
        _, lo, hi, error, _ = self._ask(
            "survival", curve.time, 0.0, self.level, self.scale == "plain"
        )
        return {
            "time": curve.time,
            "at_risk": curve.at_risk,
            "events": curve.deaths,
            "survival": curve.survival,
            "survival_lo": lo,
            "survival_hi": hi,
            "standard_error": error,
        }

    def predict_survival(self, frame: Any, times: Any) -> Doubles:
        """S(times), the same for every row of the frame: rows x times."""
        values = np.atleast_1d(self.survival(times))
        return np.tile(values, (rows_of(_frames.normalise(frame)), 1))

    def predict_churn(
        self, frame: Any, horizon: float, tenure: Any = None, *, interval: bool = False
    ) -> Any:
        """P(leaves within `horizon`) per row. `tenure`: column, number or array; None is 0."""
        columns = _frames.normalise(frame)
        since = tenure_of(columns, tenure, rows_of(columns))
        answer = self.churn(np.full(len(since), float(horizon)), tenure=since, interval=interval)
        if not interval:
            return answer
        table = (answer["estimate"], answer["lo"], answer["hi"])
        return interval_frame(_frames.kind_of(frame), "churn_probability", table)

    def summary(self) -> str:
        """The curve as text."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RowWarning)
            median = self.quantile(0.5, interval=True)
        lines = [
            f"KaplanMeier  ({self.accounts_:g} accounts, {self.events_:g} events, "
            f"observed up to {self.longest_:g})",
            f"  median {_or_beyond(median['estimate'], self.longest_)}"
            f"  ({self.level:.0%} interval {_number(median['lo'])} to {_number(median['hi'])})",
        ]
        return "\n".join(lines)

    def plot(self, *, label: str | None = None, ax: Axes | None = None) -> Axes:
        """The curve with its band: see `kam.plots.survival_curves`."""
        from kam.plots import survival_curves

        return survival_curves({label or "": self}, ax=ax)

    def _answer(self, what: str, argument: Any, tenure: Any, interval: bool) -> Any:
        estimate, lo, hi, _, _ = self._ask(
            what, argument, tenure, self.level, self.scale == "plain"
        )
        if not interval:
            return _plain(estimate)
        return {"estimate": _plain(estimate), "lo": _plain(lo), "hi": _plain(hi)}


class NelsonAalen(_Curve):
    """Nelson-Aalen: the cumulative hazard, -ln of the share still there.

    `ties`: events at one time come one after the other ("successive") or at once ("together").
    """

    _kind = "nelson_aalen"

    def __init__(self, ties: str = "successive", level: float = 0.8) -> None:
        if ties not in ("successive", "together"):
            raise ValueError(f"`ties` must be successive or together, got {ties!r}")
        if not 0 < level < 1:
            raise ValueError(f"`level` must be between 0 and 1, got {level}")
        self.ties, self.level = ties, float(level)

    @property
    def _successive(self) -> bool:  # type: ignore[override]
        return self.ties == "successive"

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "ties": self.ties, "level": self.level}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.ties, self.level = state["ties"], state["level"]
        super().__setstate__(state)

    def cumulative_hazard(self, times: Any, *, tenure: Any = 0.0, interval: bool = False) -> Any:
        """H(time) - H(tenure). ``interval=True``: a dict of estimate, lo and hi."""
        estimate, lo, hi, _, _ = self._ask("hazard", times, tenure, self.level)
        if not interval:
            return _plain(estimate)
        return {"estimate": _plain(estimate), "lo": _plain(lo), "hi": _plain(hi)}

    @property
    def table_(self) -> dict[str, Doubles]:
        """Per event time: rows at risk, events, cumulative hazard and its standard error."""
        curve = self._fitted
        return {
            "time": curve.time,
            "at_risk": curve.at_risk,
            "events": curve.deaths,
            "cumulative_hazard": curve.hazard,
            "standard_error": np.sqrt(curve.hazard_variance),
        }

    def summary(self) -> str:
        """The curve as text."""
        hazard = self._fitted.hazard
        return (
            f"NelsonAalen  ({self.accounts_:g} accounts, {self.events_:g} events, observed up to "
            f"{self.longest_:g})\n  cumulative hazard {hazard[-1] if len(hazard) else 0:.6g} there"
        )


@dataclass(frozen=True, repr=False)
class LogRankResult:
    """Whether groups leave at the same rate: small p-values say that they do not."""

    chi_squared: float
    degrees_of_freedom: float
    p_value: float
    groups: list[Any]
    observed: Doubles  # events per group
    expected: Doubles  # of the same if the groups did not differ

    def __str__(self) -> str:
        lines = [
            f"log-rank  chi-squared {self.chi_squared:.6g} on {self.degrees_of_freedom:g} df, "
            f"p {p_text(self.p_value)}"
        ]
        for group, seen, due in zip(self.groups, self.observed, self.expected, strict=True):
            lines.append(f"  {group!s:<16} {seen:10g} events, {due:10.1f} expected")
        return "\n".join(lines)

    def __repr__(self) -> str:
        groups = zip(self.groups, self.observed, self.expected, strict=True)
        each = ", ".join(f"{g!s} {seen:g} of {due:.1f} expected" for g, seen, due in groups)
        return (
            f"LogRankResult(chi-squared {self.chi_squared:.4g} on {self.degrees_of_freedom:g} df, "
            f"p {p_text(self.p_value)}; {each})"
        )


def log_rank(
    frame: Any,
    *,
    duration: str,
    event: str,
    group: str,
    strata: Names = None,
    entry: str | None = None,
    sample_weight: Any = None,
    rho: float = 0.0,
) -> LogRankResult:
    """Log-rank test of the groups in column `group`; `rho=1` weights early events more (Peto-Peto).

    Rows without a group or stratum, or that cannot be read, are left out and counted.
    """
    columns, rows = read_rows(frame, duration, event, entry, sample_weight)
    texts, missing = texts_of(columns, [group], "group")
    strata_of, stratum, no_stratum = Strata.learn(columns, names_of(strata))
    if no_stratum is not None:
        missing = missing | no_stratum
    named = texts.copy()
    named[missing] = None
    ids = encode_ids(named)
    codes = np.where(ids.codes == _core.NO_ACCOUNT, 0, ids.codes).astype(np.uint32)
    if len(ids.unique) < 2:
        raise DataError(f"column '{group}' (for group) holds fewer than two groups")
    chi_squared, df, p_value, observed, expected, report = _core.log_rank(
        *rows.without(missing),
        codes,
        len(ids.unique),
        stratum,
        max(1, len(strata_of.levels)),
        float(rho),
    )
    warn_left_out(report)
    return LogRankResult(chi_squared, df, p_value, list(ids.unique), observed, expected)


def p_text(p_value: float) -> str:
    """A p-value that has underflowed is small, not 0."""
    return f"= {p_value:.3g}" if p_value > 1e-300 else "< 1e-300"


def _number(value: float) -> str:
    return "?" if math.isnan(value) else f"{value:.6g}"


def _or_beyond(value: float, longest: float) -> str:
    return f"beyond {longest:g}" if math.isnan(value) else f"{value:.6g}"
