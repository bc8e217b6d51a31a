"""Cut the log, fit before, compare after."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from kam import _core
from kam._churn.backtest_metrics import (
    Bins,
    Reliability,
    captured,
    errors_of,
    frequency_bins,
    probability_scores,
    recency_bins,
    reliability,
)
from kam._churn.compare import information, named_models
from kam._churn.models import BGNBD, MBGNBD, OrderModel
from kam._churn.totals import Cells, Drawing, cells_of, check_drawing, portfolio_of, quietly
from kam._churn.tracking import Tracking, expected_track, track
from kam._data import frames as _frames
from kam._data.columns import Doubles
from kam._errors import AssumptionWarning, ConvergenceWarning, InsufficientDataError
from kam._lifetime.spend import GammaGamma
from kam._portfolio.holdout import Split, split_log, warn_left_out
from kam._portfolio.summary import check_units, read_log

if TYPE_CHECKING:
    from kam._plots.backtest import Plots

DEFAULT: tuple[type[OrderModel], ...] = (BGNBD, MBGNBD)
_TABLES = ("frequency", "recency", "reliability", "tracking")


@dataclass(frozen=True)
class ModelBacktest:
    """One model against the holdout. Tables are dicts of arrays."""

    name: str
    model: OrderModel
    numbers: dict[str, float]  # a row of BacktestResult.summary()
    frequency: dict[str, Any]  # per bin of calibration frequency: means per account
    recency: dict[str, Any]
    reliability: dict[str, Any]  # of P(no order)
    tracking: dict[str, Any]
    notes: list[str] = field(default_factory=list)


class BacktestResult:
    """Models against what came after the cut.

    `.summary()` has a row of numbers per model; `result["MBGNBD"]` one model with its tables,
    `.table("frequency")` (recency, reliability, tracking) the same of all models as a frame;
    `.plot.tracking()`, `.plot.calibration()`, `.plot.frequency()` draw; `.to_dict()` is what
    ``kam backtest --json`` prints.
    """

    def __init__(self, request: dict[str, Any], split: Split, models: list[ModelBacktest]) -> None:
        self.request = request
        self.models = {m.name: m for m in models}
        self.accounts = len(split.kept)
        self.accounts_left_out = split.left_out
        self.split = split.columns
        self._kind = split.log.kind

    def __getitem__(self, name: str) -> ModelBacktest:
        if name not in self.models:
            raise KeyError(
                f"no model '{name}' in this backtest; there are: {', '.join(self.models)}"
            )
        return self.models[name]

    def summary(self) -> Any:
        """A frame of one row per model; docs/models/backtest.md names the columns."""
        rows = list(self.models.values())
        columns: dict[str, Any] = {"model": np.array([m.name for m in rows], dtype=object)}
        for name in rows[0].numbers:
            columns[name] = np.array([m.numbers[name] for m in rows])
        return _frames.build(self._kind, columns)

    def table(self, which: str) -> Any:
        """`which` is frequency, recency, reliability or tracking; the models below each other."""
        if which not in _TABLES:
            raise ValueError(f"`which` must be one of {', '.join(_TABLES)}, got {which!r}")
        parts = {name: getattr(m, which) for name, m in self.models.items()}
        first = next(iter(parts.values()))
        lengths = [len(part[next(iter(first))]) for part in parts.values()]
        columns: dict[str, Any] = {"model": np.repeat(np.array(list(parts), dtype=object), lengths)}
        for name in first:
            columns[name] = np.concatenate([np.asarray(part[name]) for part in parts.values()])
        return _frames.build(self._kind, columns)

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, texts and lists."""
        models = {
            name: {
                "parameters": m.model.params_,
                **m.numbers,
                **{which: _lists(getattr(m, which)) for which in _TABLES},
                "notes": m.notes,
            }
            for name, m in self.models.items()
        }
        return {
            **self.request,
            "accounts": self.accounts,
            "accounts_left_out": self.accounts_left_out,
            "models": models,
        }

    @property
    def plot(self) -> Plots:
        """`result.plot.tracking()` and others; needs matplotlib."""
        from kam._plots.backtest import Plots

        return Plots(self)

    def __repr__(self) -> str:
        r = self.request
        first = next(iter(self.models.values())).numbers
        lines = [
            f"BacktestResult: {self.accounts:,} accounts, cut {r['cut']}, as of {r['as_of']} "
            f"({r['horizon']:.4g} {r['unit']}s), {first['actual_orders']:,.0f} orders came",
            f"  {'model':<12}{'log-lik.':>12}{'expected':>10}{'range of outcome':>18}"
            f"{'MAE':>8}{'Brier':>8}{'log loss':>10}",
        ]
        for name, m in self.models.items():
            n = m.numbers
            span = f"{n['expected_orders_pred_lo']:,.0f} to {n['expected_orders_pred_hi']:,.0f}"
            lines.append(
                f"  {name:<12}{n['log_likelihood']:>12.2f}{n['expected_orders']:>10,.0f}{span:>18}"
                f"{n['mae']:>8.4f}{n['brier']:>8.4f}{n['log_loss']:>10.4f}"
            )
        if self.accounts_left_out:
            lines.append(f"  {self.accounts_left_out:,} accounts came after the cut: left out")
        return "\n".join(lines)


def _lists(table: dict[str, Any]) -> dict[str, list[Any]]:
    return {name: np.asarray(values).tolist() for name, values in table.items()}


def backtest(
    transactions: Any,
    *,
    cut: Any,
    as_of: Any,
    model: Any = None,
    unit: str = "week",
    occasion: str = "day",
    max_frequency: int = 7,
    level: float = 0.8,
    draws: int = 400,
    seed: int = 0,
    account: str = "account_id",
    date: str = "date",
    amount: str | None = "amount",
    date_format: str | None = None,
) -> BacktestResult:
    """Fits order models to the orders up to `cut` and holds them against those in (cut, as_of].

    Parameters
    ----------
    transactions, account, date, amount, date_format, unit, occasion
        As in `kam.summarize`.
    cut, as_of : date or ISO text
        Last day of the calibration and of the holdout period.
    model : estimator, class, or list of them, optional
        Order models of frequency, recency and age; BGNBD and MBGNBD if none is given. A fitted
        one is used as it is: yesterday's ruler, which must not have seen what came after the cut.
    max_frequency : int
        Accounts with that many repeat orders or more are one bin.
    level : float
        Two-sided, of the interval of the estimate and of the range of the outcome.
    draws, seed : int
        Simulated portfolios behind the range of the outcome; 0 for none (then NaN).

    Returns
    -------
    BacktestResult

    Raises
    ------
    ValueError
        An option is out of its range, or a fitted model has another unit.
    DataError, InsufficientDataError
        The log cannot be read, or holds too little before the cut.
    """
    check_units(unit=unit, occasion=occasion)
    check_drawing(0, level, draws)
    if int(max_frequency) != max_frequency or max_frequency < 1:
        raise ValueError(f"`max_frequency` must be a whole number >= 1, got {max_frequency}")
    named = _models(model, unit)
    split = split_log(read_log(transactions, account, date, amount, date_format), cut, as_of, unit,
                      occasion)  # fmt: skip
    warn_left_out(split, "backtest")
    options = {"max_frequency": int(max_frequency), "level": level, "draws": draws, "seed": seed}
    return run_backtest(split, named, options)


def run_backtest(split: Split, named: dict[str, Any], options: dict[str, Any]) -> BacktestResult:
    holdout = _Holdout(split, options)
    request = {
        "cut": _core.format_date(split.cut),
        "as_of": _core.format_date(split.end),
        "horizon": split.duration,
        "unit": split.unit,
        "occasion": split.occasion,
        **{name: options[name] for name in ("level", "draws", "seed")},
    }
    return BacktestResult(request, split, [holdout.test(n, m) for n, m in named.items()])


def order_models() -> dict[str, type[OrderModel]]:
    """Every order model that can be tested, by its name on the command line."""
    import kam

    found = [c for c in vars(kam).values() if isinstance(c, type) and issubclass(c, OrderModel)]
    return {c._kind.replace("_", "-"): c for c in found if c._input == OrderModel._input}


def _models(model: Any, unit: str) -> dict[str, OrderModel]:
    given = DEFAULT if model is None else model
    if isinstance(given, type) or not isinstance(given, (list, tuple, dict)):
        given = [given]
    if isinstance(given, dict):
        given = {n: m() if isinstance(m, type) else m for n, m in given.items()}
    else:
        given = [m() if isinstance(m, type) else m for m in given]
    named = named_models(given)
    for name, one in named.items():
        if not isinstance(one, OrderModel) or one._input != OrderModel._input:
            raise TypeError(f"`model`: {name} is no order model of frequency, recency and age")
        if one._estimate is not None and one.unit_ != unit:
            raise ValueError(
                f"`model`: {name} was fitted in {one.unit_}s, the backtest is in {unit}s"
            )
    return named  # type: ignore[return-value]


class _Holdout:
    """What all models are held against."""

    def __init__(self, split: Split, options: dict[str, Any]) -> None:
        self.split, self.options = split, options
        columns = split.columns
        self.orders: Doubles = columns["holdout_frequency"]
        self.value: Doubles = columns["holdout_value"]
        self.silent = (self.orders == 0).astype(np.float64)
        self.spent = np.maximum(split.spent, 0.0)  # NaN without amounts
        self.by_frequency = frequency_bins(columns["frequency"], options["max_frequency"])
        self.by_recency = recency_bins(columns["frequency"], columns["recency"])
        self.track: Tracking = track(split)
        self.spend, self.spend_note = _spend_model(split)

    def test(self, name: str, model: Any) -> ModelBacktest:
        columns, notes = self.split.columns, [self.spend_note] if self.spend_note else []
        if model._estimate is None:
            notes += _fit(model, columns, self.split.unit)
        horizon = self.split.duration
        expected = model.expected_orders(columns, horizon)
        silent = model.probability_no_order(columns, horizon)
        cells = self._cells(model, horizon)
        return ModelBacktest(
            name,
            model,
            self._numbers(model, expected, silent, cells),
            self._binned(self.by_frequency, 0, cells),
            self._binned(self.by_recency, 1, cells),
            _reliability_table(reliability(silent, self.silent)),
            self._tracked(model),
            notes,
        )

    def _cells(self, model: Any, horizon: float) -> Cells:
        """Sums by frequency and recency bin at once, so that one simulation serves all tables."""
        cell = self.by_frequency.code * len(self.by_recency.labels) + self.by_recency.code
        count = len(self.by_frequency.labels) * len(self.by_recency.labels)
        portfolio = portfolio_of(model, self.split.columns, None, cell, count)
        drawing = Drawing(int(self.options["draws"]), int(self.options["seed"]))
        return cells_of(model, portfolio, horizon, drawing)

    def _binned(self, bins: Bins, axis: int, cells: Cells) -> dict[str, Any]:
        shape = (len(self.by_frequency.labels), len(self.by_recency.labels))
        into = np.indices(shape)[axis].ravel().astype(np.uint32)
        totals = cells.totals(into, len(bins.labels), self.options["level"])
        count = bins.sizes()
        means = {n: v / count for n, v in totals.columns("expected").items()}
        return {
            "bin": np.array(bins.labels, dtype=object),
            "accounts": count,
            "actual": bins.mean(self.orders),
            **means,
        }

    def _numbers(
        self, model: Any, expected: Doubles, silent: Doubles, cells: Cells
    ) -> dict[str, float]:
        into = np.zeros(len(cells.estimate), dtype=np.uint32)
        totals = cells.totals(into, 1, self.options["level"])
        accounts = len(self.orders)
        log_likelihood = float(quietly(model.log_likelihood, self.split.columns).sum())
        aic, bic = information(log_likelihood, len(model.params_), accounts)
        actual = float(self.orders.sum())
        return {
            "log_likelihood": log_likelihood,
            "parameters": len(model.params_),
            "aic": aic,
            "bic": bic,
            "actual_orders": actual,
            **{n: float(v[0]) for n, v in totals.columns("expected_orders").items()},
            "actual_to_expected": actual / float(expected.sum()),
            **errors_of(self.orders, expected),
            **probability_scores(silent, self.silent),
            **self._money(expected, silent),
        }

    def _money(self, expected: Doubles, silent: Doubles) -> dict[str, float]:
        """In money, and per account weighted by what it had spent up to the cut."""
        weighted = errors_of(self.orders, expected, self.spent)
        money = {
            "mae_by_spend": weighted["mae"],
            "brier_by_spend": probability_scores(silent, self.silent, self.spent)["brier"],
            "actual_value": float(self.value.sum()),
            "expected_value": float("nan"),
            "mae_value": float("nan"),
            "value_captured": float("nan"),
        }
        if self.spend is not None:
            value = expected * quietly(self.spend.expected_spend, self.split.columns)
            money["expected_value"] = float(value.sum())
            money["mae_value"] = errors_of(self.value, value)["mae"]
            money["value_captured"] = captured(value, self.value)
        return money

    def _tracked(self, model: Any) -> dict[str, Any]:
        expected = expected_track(model, self.split, self.track)
        return {
            "end": np.array(self.track.end, dtype=object),
            "holdout": np.arange(1, len(expected) + 1) > self.track.cut,
            "actual": self.track.actual_step,
            "expected": np.diff(expected, prepend=0.0),
            "actual_cumulative": self.track.actual,
            "expected_cumulative": expected,
        }


def _fit(model: Any, columns: dict[str, Any], unit: str) -> list[str]:
    """Notes: what the fit warned about."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model.fit(columns, unit=unit)
    return [str(w.message) for w in told if issubclass(w.category, ConvergenceWarning)]


def _spend_model(split: Split) -> tuple[GammaGamma | None, str]:
    """Fitted to the calibration period; or why there is none."""
    if not split.log.has_amounts:
        return None, "no amounts: money is not tested"
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            model = GammaGamma().fit(split.columns, unit=split.unit)
        except InsufficientDataError as error:
            return None, f"money is not tested: {error}"
    wanted = (AssumptionWarning, ConvergenceWarning)
    return model, "; ".join(str(w.message) for w in told if issubclass(w.category, wanted))


def _reliability_table(r: Reliability) -> dict[str, Any]:
    return {"accounts": r.accounts, "probability": r.probability, "share": r.share}
