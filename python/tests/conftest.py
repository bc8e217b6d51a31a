"""CDNOW, fitted once; every kind of frame; and the way back from a frame to arrays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import kam
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from commands import Kam, Ran
from kam.cli import main

ROOT = Path(__file__).resolve().parents[2]
CDNOW = ROOT / "examples" / "cdnow"

KINDS = ("dict", "pandas", "polars", "arrow", "duckdb")

Columns = dict[str, Any]


def pytest_configure(config: pytest.Config) -> None:
    """What the BG/NBD says of one-time buyers is told on every first call, and tested once."""
    once = "ignore:.*takes them for alive whatever their silence:kam.RowWarning"
    config.addinivalue_line("filterwarnings", once)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Kam:
    """`kam ARGUMENTS` as the shell would call it: exit code, stdout, stderr."""

    def run(*argv: object) -> Ran:
        capsys.readouterr()
        code = main([str(a) for a in argv])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


def to_frame(kind: str, columns: Columns) -> Any:
    """The same columns as a frame of the named kind."""
    if kind == "dict":
        return {
            k: v if isinstance(v, np.ndarray) else np.array(v, dtype=object)
            for k, v in columns.items()
        }
    if kind == "pandas":
        return pd.DataFrame(columns)
    if kind == "polars":
        return pl.DataFrame({k: _for_polars(v) for k, v in columns.items()}, strict=False)
    table = pa.table({k: pa.array(v, from_pandas=True) for k, v in columns.items()})
    return table if kind == "arrow" else duckdb.from_arrow(table)


def _for_polars(values: Any) -> Any:
    """Objects as a list, and the one unit of time Polars lacks (seconds) as milliseconds."""
    dtype = getattr(values, "dtype", None)
    if dtype == np.dtype("datetime64[s]"):
        return values.astype("datetime64[ms]")
    return values.tolist() if getattr(dtype, "kind", "") == "O" else values


def kind_name(frame: Any) -> str:
    """The kind of a frame that came out."""
    types = {
        dict: "dict",
        pd.DataFrame: "pandas",
        pl.DataFrame: "polars",
        pa.Table: "arrow",
        duckdb.DuckDBPyRelation: "duckdb",
    }
    return types[type(frame)]


def to_columns(frame: Any) -> Columns:
    """A frame of any kind as lists; a missing value is None (NaN of a number as well)."""
    if isinstance(frame, dict):
        lists = {k: v.tolist() if isinstance(v, np.ndarray) else list(v) for k, v in frame.items()}
    elif isinstance(frame, pd.DataFrame):
        lists = {k: frame[k].astype(object).tolist() for k in frame.columns}
    elif isinstance(frame, pl.DataFrame):
        lists = {k: frame[k].to_list() for k in frame.columns}
    else:
        table = frame.to_arrow_table() if hasattr(frame, "to_arrow_table") else frame
        lists = table.to_pydict()
    return {k: [_missing_is_none(v) for v in values] for k, values in lists.items()}


def _missing_is_none(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    return None if isinstance(value, float) and value != value else value


def read_cdnow(path: Path, id_column: int) -> Columns:
    """CDNOW as its authors publish it (brucehardie.com): id, yyyymmdd, CDs, dollars."""
    rows = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
    rows = [r for r in rows if r and r[-1].replace(".", "").isdigit()]
    return {
        "account_id": np.array([r[id_column] for r in rows], dtype=object),
        "date": np.array([f"{r[-3][:4]}-{r[-3][4:6]}-{r[-3][6:]}" for r in rows], dtype=object),
        "amount": np.array([float(r[-1]) for r in rows]),
    }


@pytest.fixture(scope="session")
def sample() -> Columns:
    return read_cdnow(CDNOW / "CDNOW_sample.txt", 1)


@pytest.fixture(scope="session")
def master() -> Columns:
    return read_cdnow(CDNOW / "CDNOW_master.txt", 0)


@pytest.fixture(scope="session")
def summary(sample: Columns) -> Columns:
    """The calibration period of the papers: weeks to 1997-09-30, exact days/7."""
    return kam.summarize(sample, as_of="1997-09-30")


@pytest.fixture(scope="session")
def bgnbd(summary: Columns) -> kam.BGNBD:
    return kam.BGNBD().fit(summary)


@pytest.fixture(scope="session")
def mbgnbd(summary: Columns) -> kam.MBGNBD:
    return kam.MBGNBD().fit(summary)


@pytest.fixture(scope="session")
def gamma_gamma(summary: Columns) -> kam.GammaGamma:
    return kam.GammaGamma().fit(summary)


@pytest.fixture(scope="session")
def scored(sample: Columns) -> kam.ScoreResult:
    return kam.score(sample, as_of="1997-09-30")


@pytest.fixture(scope="session")
def scored_master(master: Columns) -> kam.ScoreResult:
    return kam.score(master, as_of="1998-06-30")


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def frame() -> Callable[[str, Columns], Any]:
    return to_frame


@pytest.fixture(scope="session")
def columns() -> Callable[[Any], Columns]:
    return to_columns


@pytest.fixture(scope="session")
def kind_of() -> Callable[[Any], str]:
    return kind_name


@pytest.fixture(scope="session")
def small() -> Columns:
    """Forty accounts with some rhythm, seeded: enough repeat orders for an order model."""
    rng = np.random.default_rng(20240630)
    accounts, dates, amounts = [], [], []
    start = np.datetime64("2022-01-03", "D")
    for i in range(40):
        day = int(rng.integers(0, 200))
        gap = float(rng.uniform(10, 80))
        last = 909 if i % 3 else int(rng.integers(300, 800))
        while day <= last:
            accounts.append(f"A{i:02d}")
            dates.append(str(start + day))
            amounts.append(round(float(rng.gamma(5, 20 + 3 * i)), 2))
            day += max(1, int(rng.exponential(gap)))
    order = rng.permutation(len(accounts))
    return {
        "account_id": np.array(accounts, dtype=object)[order],
        "date": np.array(dates, dtype=object)[order],
        "amount": np.array(amounts)[order],
    }
