"""Commands and their options."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NoReturn

from kam._core import __version__
from kam.cli import _exit, _types
from kam.cli._unit import UNITS

MODELS = (
    *("bgnbd", "mbgnbd", "pareto-nbd", "nbd", "bgcnbd", "mbgcnbd"),
    *("gamma-gamma", "bgbb", "sbg", "bdw"),
    *("kaplan-meier", "cox", "weibull-aft", "log-normal-aft", "log-logistic-aft"),
    *("hazard", "logistic"),
)


class Parser(argparse.ArgumentParser):
    """Errors in one line, options in full."""

    def __init__(self, **options: Any) -> None:
        options |= {"allow_abbrev": False, "formatter_class": argparse.RawDescriptionHelpFormatter}
        super().__init__(**options)

    def error(self, message: str) -> NoReturn:
        raise _exit.UsageError(f"{message} (see {self.prog} --help)")


def parser() -> Parser:
    top = Parser(
        prog="kam",
        description="Key-account scoring: value, churn, lifetime value, concentration.",
        epilog=_exit.EXPLAINED,
    )
    top.add_argument("--version", action="version", version=f"kam {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", dest="command", required=True)
    commands_of = (_score, _check, _summarize, _fit, _predict, _backtest)
    for add in (*commands_of, _concentration, _explain, _profile):
        add(commands)
    return top


def _command(commands: Any, name: str, summary: str, module: str) -> Parser:
    command: Parser = commands.add_parser(
        name, help=summary, description=summary[:1].upper() + summary[1:] + "."
    )
    command.set_defaults(module=module)
    return command


def _score(commands: Any) -> None:
    c = _command(commands, "score", "check, fit, score and write a portfolio", "_score")
    _input(c)
    c.add_argument(
        "--profile", type=Path, metavar="FILE|NAME", help="scorecard (TOML), or a shipped one"
    )
    c.add_argument("--model", type=Path, metavar="FILE", help="yesterday's ruler: no refit")
    c.add_argument(
        "--previous", type=Path, metavar="FILE", help="an earlier score file: what changed"
    )
    c.add_argument(
        "--save-model", type=_types.output(".json"), metavar="FILE.json", help="keep the ruler"
    )
    positive = _types.number(above=0)
    c.add_argument(
        "--horizon", type=positive, default=365.0, metavar="DAYS", help="of p_churn (365)"
    )
    c.add_argument("--years", type=positive, default=5.0, metavar="N", help="of eav (5)")
    c.add_argument(
        "--discount",
        type=_types.rate,
        default=0.1,
        metavar="RATE",
        help="effective annual rate (0.1)",
    )
    _out(c)
    c.add_argument(
        "--report", type=_types.output(".html", ".htm"), metavar="FILE.html", help="HTML report"
    )
    c.add_argument("--json", action="store_true", help="the portfolio in numbers on stdout")
    c.add_argument(
        "--top", type=_types.count, metavar="N", help="a table of the N accounts most at risk"
    )
    _max_rejects(c)
    _reading(c)


def _check(commands: Any) -> None:
    c = _command(commands, "check", "what is in the data, repaired and rejected", "_check")
    _input(c)
    c.add_argument("--json", action="store_true", help="as JSON")
    _max_rejects(c, "exit 5 beyond N rejected rows (no limit)", None)
    _reading(c)


def _summarize(commands: Any) -> None:
    c = _command(commands, "summarize", "transactions to frequency, recency, age", "_summarize")
    _input(c, "TRANSACTIONS")
    c.add_argument("--unit", choices=UNITS, default="week", help="of durations (week)")
    c.add_argument("--gaps", action="store_true", help="add log_gaps, for bgcnbd and mbgcnbd")
    _out(c)
    _max_rejects(c)
    _reading(c)


def _fit(commands: Any) -> None:
    c = _command(commands, "fit", "fit a model to a summary", "_fit")
    c.add_argument("model", metavar="MODEL", type=_model, help=", ".join(MODELS))
    c.add_argument(
        "file", metavar="FILE", type=Path, help="frequency, recency, age (or T), periods …"
    )
    c.add_argument(
        "--unit", choices=UNITS, help="of the file's durations (its schema file's, else week)"
    )
    c.add_argument(
        "--k",
        type=_types.phases,
        metavar="K",
        help="regularity of bgcnbd and mbgcnbd, 1 to 20 (chosen by likelihood)",
    )
    survival = c.add_argument_group("columns of models of durations and outcomes")
    survival.add_argument("--duration", metavar="COLUMN", help="time under observation (duration)")
    survival.add_argument(
        "--event", metavar="COLUMN[=VALUE]", help="1 lost, 0 still there; or where it is VALUE"
    )
    survival.add_argument("--entry", metavar="COLUMN", help="under observation since")
    survival.add_argument(
        "--covariates", type=_names, metavar="A,B,…", help="of a regression (all others but ids)"
    )
    survival.add_argument(
        "--missing",
        choices=("error", "level", "median"),
        help="empty cells of covariates: left out (error), a level, the median",
    )
    c.add_argument("--json", action="store_true", help="as JSON")
    c.add_argument("--save", type=_types.output(".json"), metavar="MODEL.json", help="keep it")
    _max_rejects(c)
    _text_options(c)


def _predict(commands: Any) -> None:
    c = _command(commands, "predict", "a saved churn model applied to accounts", "_predict")
    c.add_argument("model", metavar="MODEL.json", type=Path, help="from kam fit --save")
    c.add_argument("file", metavar="FILE", type=Path, help="one row per account")
    positive = _types.number(above=0)
    c.add_argument("--horizon", type=positive, metavar="H", help="in the unit of the fit")
    c.add_argument("--tenure", metavar="COLUMN", help="how long it has been there")
    c.add_argument("--margin", metavar="COLUMN", help="margin per unit of time: value at risk")
    c.add_argument("--renewal", metavar="COLUMN", help="time to the next renewal date")
    c.add_argument("--id", metavar="COLUMN", help="copied into the output")
    c.add_argument("--level", type=_types.level, default=0.8, metavar="P", help="of limits (0.8)")
    _out(c)
    _max_rejects(c)
    _text_options(c)


def _backtest(commands: Any) -> None:
    c = _command(commands, "backtest", "cut, fit before, compare after", "_backtest")
    _input(c)
    c.add_argument(
        "--cut", type=_types.date, required=True, metavar="DATE", help="last day a model may see"
    )
    c.add_argument(
        "--model", metavar="A,B,…", help="order models (bgnbd,mbgnbd); a file is used as it is"
    )
    c.add_argument("--unit", choices=UNITS, default="week", help="of durations (week)")
    c.add_argument(
        "--level", type=_types.number(above=0), default=0.8, metavar="P", help="of intervals (0.8)"
    )
    c.add_argument("--draws", type=_types.count, default=400, metavar="N", help="simulated (400)")
    c.add_argument("--seed", type=_types.count, default=0, metavar="N", help="of the draws (0)")
    c.add_argument("--json", action="store_true", help="everything as JSON")
    _max_rejects(c)
    _reading(c)


def _concentration(commands: Any) -> None:
    c = _command(commands, "concentration", "how much rests on how few accounts", "_concentration")
    c.add_argument("file", metavar="FILE", type=Path, help="one row per account")
    c.add_argument("--value", required=True, metavar="COLUMN", help="what is concentrated")
    c.add_argument("--json", action="store_true", help="as JSON")
    _max_rejects(c)
    _text_options(c)


def _explain(commands: Any) -> None:
    c = _command(commands, "explain", "why an account has its score", "_explain")
    c.add_argument("account", metavar="ACCOUNT_ID")
    c.add_argument("--scores", type=Path, required=True, metavar="FILE", help="from kam score")
    c.add_argument("--previous", type=Path, metavar="FILE", help="an earlier one: what changed")


def _profile(commands: Any) -> None:
    c = _command(commands, "profile", "show or validate a scorecard", "_profile")
    verbs = c.add_subparsers(metavar="VERB", dest="verb", required=True)
    verbs.add_parser("list", help="names of the profiles that kam carries")
    show = verbs.add_parser("show", help="print one: a file, a shipped name, the default one")
    show.add_argument("profile", metavar="NAME|FILE", type=Path, nargs="?")
    validate = verbs.add_parser("validate", help="read it and say what is wrong")
    validate.add_argument("file", metavar="FILE", type=Path)
    verbs.add_parser("schema", help="the JSON Schema of profiles, for editors")


# ---- shared options -----------------------------------------------------------------------------


def _model(name: str) -> str:
    if name in MODELS:
        return name
    there = f"there are: {', '.join(MODELS)}"
    raise argparse.ArgumentTypeError(f"no model '{name}'; {there}")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _input(c: Parser, metavar: str = "INPUT") -> None:
    c.add_argument(
        "input",
        metavar=metavar,
        type=Path,
        help="folder of tables, transactions file, or DuckDB or SQLite file",
    )
    c.add_argument(
        "--as-of", type=_types.date, required=True, metavar="DATE", help="observation end"
    )


def _out(c: Parser) -> None:
    suffixes = _types.output(".csv", ".parquet")
    c.add_argument("--out", type=suffixes, metavar="FILE", help="write .csv or .parquet")
    c.add_argument("--csv-raw", action="store_true", help="CSV without the formula guard")


def _max_rejects(
    c: Parser, text: str = "exit 5 beyond N rejected rows (0)", default: int | None = 0
) -> None:
    c.add_argument("--max-rejects", type=_types.count, default=default, metavar="N", help=text)


def _reading(c: Parser) -> None:
    """Reading options of portfolios."""
    group = _text_options(c)
    group.add_argument(
        "--columns",
        type=_types.columns,
        action="append",
        default=[],
        metavar="A=B,…",
        help="kam's name = the name in the file",
    )
    group.add_argument(
        "--date-format", type=_types.date_format, metavar="FMT", help="such as %%d/%%m/%%Y"
    )
    group.add_argument("--currency", metavar="CODE", help="base currency, where several occur")
    group.add_argument("--occasion", choices=UNITS, help="purchases within one are one order")
    group.add_argument("--memory", type=_types.size, metavar="SIZE", help="of reading, e.g. 1GB")


def _text_options(c: Parser) -> argparse._ArgumentGroup:
    group = c.add_argument_group("reading")
    group.add_argument(
        "--delimiter", type=_types.delimiter, metavar="C", help="a character, tab or whitespace"
    )
    group.add_argument("--decimal", type=_types.decimal, default=".", help=". or ,")
    group.add_argument("--encoding", type=_types.encoding, metavar="NAME", help="such as latin-1")
    return group
