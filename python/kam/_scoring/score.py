"""The main job: a portfolio in, a score table out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kam import _core
from kam._base.discount import discount_rate
from kam._concentration.concentration import Concentration
from kam._data import frames as _frames
from kam._data.columns import day
from kam._data.data_report import DataReport
from kam._portfolio.tables import PortfolioTables, ReadOptions, read_tables
from kam._scoring.classes import classify
from kam._scoring.model import Model
from kam._scoring.previous import Earlier, changes_since, load_earlier
from kam._scoring.profile import load_profile
from kam._scoring.schema import NAMES, schema
from kam._scoring.score_columns import arrow_table, build_columns, reasons_of

if TYPE_CHECKING:
    from kam.plots import Plots


class ScoreResult:
    """A score table: one row per account, columns as in `kam.columns()`.

    `result["p_churn"]` is a column, `result.to_pandas()` (…polars, arrow, dict) the whole table,
    `result.frame` the same in the kind of frame that came in. `column_notes` says why a column, or
    a feature of the scorecard, is missing for everybody.
    """

    def __init__(
        self,
        core: _core.PortfolioScore,
        tables: PortfolioTables,
        request: dict[str, Any],
        kind: _frames.Kind,
        earlier: Earlier | None = None,
    ) -> None:
        self._core = core
        self.earlier = earlier
        self._changes: dict[str, Any] | None = None
        self._classes: dict[str, dict[str, Any]] = {}
        self._kind = kind
        self.request = request
        self._tables = tables
        self.ids = tables.ids
        self.names = tables.names
        self.data_report: DataReport = tables.report(core.report())
        self.profile: dict[str, Any] = core.model.profile.to_dict()
        self.column_notes: dict[str, str] = core.column_notes()
        self._columns: dict[str, Any] | None = None

    # ---- the table ------------------------------------------------------------------------------

    @property
    def columns(self) -> dict[str, Any]:
        """Every column by name: NumPy arrays, lists for texts and reasons, and for `measures` a
        sequence that makes its dicts when asked."""
        if self._columns is None:
            self._columns = build_columns(self)
        return self._columns

    @property
    def switching_cost(self) -> dict[str, Any] | None:
        """Money per account, with bounds, from the table `switching_costs`; None without it."""
        walls = self._tables.walls
        if walls is None:
            return None
        named = {"switching_cost": walls.cost, "switching_cost_lo": walls.lo}
        return {"account_id": self.ids, **named, "switching_cost_hi": walls.hi}

    def __getitem__(self, name: str) -> Any:
        if name not in NAMES:
            raise KeyError(f"no column '{name}'; kam.columns() lists them")
        return self.columns[name]

    def __len__(self) -> int:
        return int(self._core.accounts)

    @property
    def frame(self) -> Any:
        converters = {
            "pandas": self.to_pandas,
            "polars": self.to_polars,
            "arrow": self.to_arrow,
            "dict": self.to_dict,
        }
        if self._kind in converters:
            return converters[self._kind]()
        return _frames.relation(self.to_arrow())

    def to_dict(self) -> dict[str, Any]:
        return dict(self.columns)

    def to_pandas(self) -> Any:
        return _frames.build("pandas", self.columns)

    def to_polars(self) -> Any:
        import polars as pl

        return pl.from_arrow(self.to_arrow())

    def to_arrow(self) -> Any:
        return arrow_table(self.columns)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def schema(self) -> list[dict[str, str]]:
        """Column, type, unit, meaning, and what null means in this table."""
        return schema(self.column_notes)

    @property
    def changes(self) -> dict[str, Any]:
        """What changed since the earlier run, by name: the delta columns, and ``behaviour_points``
        (rows x indicators of this profile), which says which measures moved the account. NaN where
        either run has no value index. ValueError if no earlier run was given."""
        if self.earlier is None:
            raise ValueError("no earlier run: call kam.score(..., previous=...)")
        if self._changes is None:
            self._changes = changes_since(self, self.earlier)
        return self._changes

    def classification(self, language: str = "en") -> dict[str, Any]:
        """Tier, class tags and relation type of every account with the rule that fired, in `en` or
        `zh`: the columns of these names, and ``matrices``, one per matrix of the profile (see
        `matrix`, which also has the labels)."""
        if language not in ("en", "zh"):
            raise ValueError(f"`language` must be en or zh, got {language!r}")
        if language not in self._classes:
            self._classes[language] = classify(self, language)
        return self._classes[language]

    def matrix(self, matrix_id: str) -> dict[str, Any]:
        """A portfolio matrix of the profile: its axes, cuts and labels (`cells`, bottom row first),
        and per account `cell` (row-major from the bottom left, -1 unknown), its `stability` and the
        `probability` of every cell (rows x cells)."""
        for spec, found in zip(
            self.profile["matrices"], self.classification()["matrices"], strict=True
        ):
            if spec["id"] == matrix_id:
                return {**spec, **found}
        known = ", ".join(m["id"] for m in self.profile["matrices"]) or "none"
        raise KeyError(f"no matrix '{matrix_id}' in the profile; there are: {known}")

    # ---- about it -------------------------------------------------------------------------------

    @property
    def model(self) -> Model:
        """The ruler of this table: `.save(path)` keeps it for tomorrow."""
        return Model(self._core.model)

    @property
    def concentration(self) -> Concentration | None:
        """Of the profile's revenue measure; None if the total is not positive."""
        core = self._core.concentration
        return None if core is None else Concentration(core)

    def explain(self, account_id: Any, language: str = "en") -> list[dict[str, Any]]:
        """All reasons of one account, largest first: {indicator, label, score, points, text}.

        Points are exact: they add up to value_index minus that of the median account of the fit.
        Rules are among them as ``rule:<id>`` and what is known or not as ``coverage``, both with
        score None. An account without a value index has no reasons.
        """
        matches = np.flatnonzero([str(v) == str(account_id) for v in self.ids.tolist()])
        if len(matches) == 0:
            raise KeyError(f"no account '{account_id}' in this table")
        return reasons_of(self, int(matches[0]), language)

    def report(self, path: str | Path, **options: Any) -> Path:
        """Writes the HTML report: one self-contained file."""
        from kam._report import write_report

        return write_report(self, Path(path), **options)

    @property
    def plot(self) -> Plots:
        """`result.plot.matrix()` and the other plots of `kam.plots`; needs matplotlib."""
        from kam.plots import Plots

        return Plots(self)

    def summary(self) -> dict[str, Any]:
        """The portfolio in a few numbers (the form of `kam score --json`)."""
        columns = self._core.columns()
        churn = columns["p_churn"]
        known = ~np.isnan(churn)
        model = self._core.model
        concentration = self.concentration
        return {
            "accounts": len(self),
            "as_of": self.request["as_of"],
            "churn_horizon_days": self.request["churn_horizon_days"],
            "value_years": self.request["value_years"],
            "discount": self.request["discount"],
            "value_basis": self._core.value_basis,
            "model_version": self._core.model_version,
            "config_hash": self._core.config_hash,
            "basis": self._core.basis or None,
            "basis_events": self._core.basis_events,
            "order_model_note": model.orders_note or None,
            "accounts_with_p_churn": int(known.sum()),
            "expected_churners": float(churn[known].sum()) if known.any() else None,
            "eav": _sum(columns["eav"]),
            "expected_loss": _sum(columns["expected_loss"]),
            "expected_loss_open": _sum(columns["expected_loss_open"]),
            "concentration_measure": self.profile["concentration_measure"],
            "concentration": None if concentration is None else concentration.to_dict(),
            "concentration_note": self._core.concentration_note or None,
            "data_report": self.data_report.to_dict(),
        }

    def __repr__(self) -> str:
        s = self.summary()
        parts = [
            f"ScoreResult: {len(self):,} accounts as of {s['as_of']}, model {s['model_version']}"
        ]
        if s["expected_loss"] is not None:
            parts.append(f"  {_at_stake(s)}")
        if self.concentration is not None:
            parts.append(f"  {self.concentration!r}")
        parts.append(f"  rows rejected {self.data_report.rows_rejected:,}; see .data_report")
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        from kam._scoring.notebook import table_html

        return table_html(self)


def _at_stake(s: dict[str, Any]) -> str:
    """The losses by churn within its horizon, in the value of its span: two different times."""
    years = f"{s['value_years']:g} year{'' if s['value_years'] == 1 else 's'}"
    return (
        f"expected loss {s['expected_loss']:,.0f} of {s['value_basis']} over {years}, by churn "
        f"within {s['churn_horizon_days']:g} days; {s['expected_loss_open']:,.0f} of it still to "
        f"come; expected value {s['eav']:,.0f} over {years}"
    )


def _sum(column: Any) -> float | None:
    """Of the accounts that have a value; None if none has."""
    return float(np.nansum(column)) if np.any(~np.isnan(column)) else None


def score(
    portfolio: Any,
    *,
    as_of: Any,
    profile: str | Path | None = None,
    model: Model | str | Path | None = None,
    previous: Any = None,
    churn_horizon_days: float = 365,
    value_years: float = 5,
    discount: float = 0.1,
    columns: Mapping[str, str] | None = None,
    date_format: str | None = None,
    decimal: str = ".",
    currency: str | None = None,
) -> ScoreResult:
    """Scores every account of a portfolio.

    Parameters
    ----------
    portfolio : frame, dict of frames, or path
        A transactions frame (account_id, date, amount; more columns as in docs/tables.md), a dict
        of tables by name (``transactions`` needed; ``accounts``, ``ratings``, ``activities``,
        ``contracts``, ``opportunities``, ``stakeholders``, ``financials``, ``switching_costs``
        where there are any), or a path to a file or folder of tables (needs duckdb).
    as_of : date or ISO text
        Observation end, always explicit.
    profile : path or name, optional
        A scorecard profile (TOML): a file, or one of the names of `kam.profiles()` where no such
        file exists; the default profile otherwise.
    model : Model or path, optional
        Yesterday's ruler: nothing is refitted, and `profile` must not be given.
    previous : ScoreResult or path of a score file, optional
        An earlier run of the same accounts: the delta columns say what changed, and whether the
        account or the ruler moved; tiers remember what they were (hysteresis).
    churn_horizon_days, value_years, discount
        Window of p_churn; span of eav in years; effective annual rate.
    columns : dict, optional
        Standard column name to the name in your tables, e.g. ``{"amount": "dollar_value"}``.
    date_format, decimal, currency
        How texts are read; the base currency where several occur.

    Raises
    ------
    DataError, FormatError, ValueError
    """
    options = ReadOptions(columns or {}, date_format, decimal, currency)
    tables, kind = _resolve(portfolio, options)
    return score_tables(
        read_tables(tables, options),
        kind=kind,
        as_of=as_of,
        profile=profile,
        model=model,
        previous=previous,
        churn_horizon_days=churn_horizon_days,
        value_years=value_years,
        discount=discount,
        currency=currency,
    )


def score_tables(
    tables: PortfolioTables,
    *,
    kind: _frames.Kind,
    as_of: Any,
    profile: str | Path | None,
    model: Model | str | Path | None,
    previous: Any = None,
    churn_horizon_days: float,
    value_years: float,
    discount: float,
    currency: str | None,
) -> ScoreResult:
    if profile is not None and model is not None:
        raise ValueError("give `profile` or `model`, not both: a model carries its profile")
    if isinstance(model, (str, Path)):
        model = Model.load(model)
    if model is not None and not isinstance(model, Model):
        raise TypeError(f"`model` must be a Model or a path, got {type(model).__name__}")
    rate = discount_rate(discount)
    earlier = None if previous is None else load_earlier(previous)
    end = day(as_of)
    with tables.in_user_words():
        core = _core.score(
            tables.core,
            None if model is not None else load_profile(profile),
            None if model is None else model._core,
            end,
            float(churn_horizon_days),
            float(value_years),
            rate,
            tables.base_currency,
        )
    request = {
        "as_of": _core.format_date(end),
        "churn_horizon_days": float(churn_horizon_days),
        "value_years": float(value_years),
        "discount": rate,
        "currency": currency,
    }
    return ScoreResult(core, tables, request, kind, earlier)


def _resolve(portfolio: Any, options: ReadOptions) -> tuple[Mapping[str, Any], _frames.Kind]:
    """Tables by name, and the kind of frame the caller works with."""
    if isinstance(portfolio, (str, Path)):
        from kam._data.readers import read_path

        return read_path(Path(portfolio)), "pandas" if _has_pandas() else "dict"
    if isinstance(portfolio, Mapping) and "transactions" in portfolio:
        return portfolio, _frames.kind_of(portfolio["transactions"])
    return {"transactions": portfolio}, _frames.kind_of(portfolio)


def _has_pandas() -> bool:
    import importlib.util

    return importlib.util.find_spec("pandas") is not None


def check(
    portfolio: Any,
    *,
    as_of: Any,
    occasion: str = "day",
    columns: Mapping[str, str] | None = None,
    date_format: str | None = None,
    decimal: str = ".",
    currency: str | None = None,
) -> DataReport:
    """The DataReport alone: what is in the data, what would be repaired or rejected, and why."""
    options = ReadOptions(columns or {}, date_format, decimal, currency)
    tables, _ = _resolve(portfolio, options)
    read = read_tables(tables, options)
    end = day(as_of)
    with read.in_user_words():
        found = _core.check(read.core, end, occasion, read.base_currency)
    return read.report(found)
