"""`kam backtest`: cut the log, fit before, compare after."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kam._errors import DataError
from kam.cli import _exit, _input
from kam.cli._output import print_json, verdict
from kam.cli._summarize import usable_log
from kam.cli._terminal import Progress, say, tell_rejects

if TYPE_CHECKING:
    from kam._churn.backtest import BacktestResult


def run(arguments: Namespace) -> int:
    named = _models(arguments)
    _check(arguments)
    progress = Progress()
    columns = _input.read_options(arguments).columns
    with progress.stage("reading") as done:
        files = _input.read_input(arguments, columns)
        done(f"{_input.row_count(files):,} transactions from {arguments.input.name}")
    log, edge = usable_log(arguments, files, columns)
    tell_rejects(files.rejections() + files.in_lines(list(edge.findings.values())))
    with progress.stage("testing"):
        result = _test(arguments, log, named)
    for name, model in result.models.items():
        for note in model.notes:
            say(f"kam: warning: {name}: {note}")
    if arguments.json:
        print_json(result.to_dict())
    else:
        _print(result)
    return verdict(files.lost_lines() + edge.rejected_rows, arguments.max_rejects)


def _check(arguments: Namespace) -> None:
    if arguments.currency:
        raise _exit.UsageError("--currency: backtest takes every amount as it is")
    if arguments.cut >= arguments.as_of:
        raise _exit.UsageError(f"--cut {arguments.cut} is not before --as-of {arguments.as_of}")
    if not arguments.level < 1:
        raise _exit.UsageError("--level must be below 1")
    if 0 < arguments.draws < 20:
        raise _exit.UsageError("--draws must be 0 or at least 20")


def _test(arguments: Namespace, log: Any, named: dict[str, Any]) -> BacktestResult:
    from kam._churn.backtest import run_backtest
    from kam._portfolio.holdout import split_log

    options = {"max_frequency": 7}
    options |= {name: getattr(arguments, name) for name in ("level", "draws", "seed")}
    try:
        split = split_log(
            log, arguments.cut, arguments.as_of, arguments.unit, arguments.occasion or "day"
        )
        return run_backtest(split, named, options)
    except ValueError as error:  # every option is in its range: it is the data
        raise DataError(f"{arguments.input.name}: {error}") from None


def _models(arguments: Namespace) -> dict[str, Any]:
    from kam._churn.backtest import DEFAULT, order_models

    if arguments.model is None:
        return {cls.__name__: cls() for cls in DEFAULT}
    there = order_models()
    named: dict[str, Any] = {}
    for name in arguments.model.split(","):
        if name in there:
            named[there[name].__name__] = there[name]()
        elif Path(name).suffix == ".json":
            named[Path(name).stem] = _saved(Path(name), there, arguments.unit)
        else:
            raise _exit.UsageError(f"--model: no '{name}'; there are: {', '.join(there)}")
    return named


def _saved(path: Path, there: dict[str, Any], unit: str) -> Any:
    from kam import _core

    text = path.read_text(encoding="utf-8")
    kind = _core.parse_estimate(text).kind.replace("_", "-")
    if kind not in there:
        raise _exit.ModelError(f"{path}: {kind} is no order model of frequency, recency and age")
    model = there[kind].from_json(text)
    if model.unit_ != unit:
        raise _exit.ModelError(f"{path} was fitted in {model.unit_}s: give --unit {model.unit_}")
    return model


def _print(result: BacktestResult) -> None:
    r = result.request
    print(
        f"{result.accounts:,} accounts with an order up to {r['cut']}; "
        f"{r['horizon']:.4g} {r['unit']}s to {r['as_of']}; "
        f"{result.accounts_left_out:,} came later and are left out"
    )
    for name, m in result.models.items():
        n = m.numbers
        print(f"\n{name}")
        for label, value in _facts(n):
            print(f"  {label:<26} {value}")
        print(f"  {'frequency':<12}{'accounts':>10}{'actual':>10}{'expected':>10}")
        columns = (m.frequency[c] for c in ("bin", "accounts", "actual", "expected"))
        for label, accounts, actual, expected in zip(*columns, strict=True):
            print(f"  {label:<12}{accounts:>10,.0f}{actual:>10.3f}{expected:>10.3f}")


def _facts(n: dict[str, float]) -> list[tuple[str, str]]:
    facts = [
        ("log-likelihood", f"{n['log_likelihood']:.4f}  (AIC {n['aic']:.2f}, BIC {n['bic']:.2f})"),
        ("orders, actual", f"{n['actual_orders']:,.0f}"),
        ("orders, expected", _span(n, "expected_orders", "")),
        ("  range of the outcome", _span(n, "expected_orders", "_pred", value=False)),
        ("mean absolute error", f"{n['mae']:.6f}  (by money spent {n['mae_by_spend']:.6f})"),
        ("P(no order), Brier", f"{n['brier']:.4f}  (one share for all {n['brier_base']:.4f})"),
        ("P(no order), log loss", f"{n['log_loss']:.4f}"),
        ("value, actual", f"{n['actual_value']:,.2f}"),
        ("value, expected", f"{n['expected_value']:,.2f}"),
        ("best fifth captures", f"{100 * n['value_captured']:.1f} % of what it could"),
    ]
    return [(label, text) for label, text in facts if "nan" not in text]


def _span(n: dict[str, float], name: str, ends: str, value: bool = True) -> str:
    span = f"{n[f'{name}{ends}_lo']:,.0f} to {n[f'{name}{ends}_hi']:,.0f}"
    return f"{n[name]:,.0f}  ({span})" if value else span
