"""examples/key_accounts: the simulated portfolio is what its README says, whatever the seed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import kam
import pandas as pd
import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "key_accounts" / "make_portfolio.py"
AS_OF = "2024-12-31"
TABLES = {
    "accounts",
    "activities",
    "channel_stock",
    "contracts",
    "financials",
    "opportunities",
    "ratings",
    "simulated_truth",
    "stakeholders",
    "switching_costs",
    "transactions",
}
KINDS = {"invoice", "credit_note", "return", "rebate", "barter", "lease", "prepayment"}
TYPES = {
    "visit",
    "call",
    "meeting",
    "ticket",
    "complaint",
    "report_due",
    "report_received",
    "survey",
}
Tables = dict[str, pd.DataFrame]


def _generate(folder: Path, *options: str) -> Path:
    subprocess.run(
        [sys.executable, str(SCRIPT), "--out", str(folder), *options], check=True, timeout=120
    )
    return folder


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a seed, made once; "" is the default."""
    made: dict[str, Path] = {}

    def of(seed: str) -> Path:
        if seed not in made:
            options = ("--seed", seed) if seed else ()
            made[seed] = _generate(tmp_path_factory.mktemp(f"seed{seed}") / "out", *options)
        return made[seed]

    return of


@pytest.fixture(scope="module", params=["", "1", "77"])
def folder(request: pytest.FixtureRequest, make: Callable[[str], Path]) -> Path:
    return make(request.param)


@pytest.fixture(scope="module")
def default(make: Callable[[str], Path]) -> Path:
    return make("")


@pytest.fixture(scope="module")
def tables(folder: Path) -> Tables:
    return _read(folder)


def _read(folder: Path) -> Tables:
    return {p.stem: pd.read_csv(p, dtype={"amount": str}) for p in folder.glob("*.csv")}


def _money(rows: pd.DataFrame) -> pd.Series:
    return pd.to_numeric(rows["amount"], errors="coerce")


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    default: Path, make: Callable[[str], Path], tmp_path: Path
) -> None:
    again = _generate(tmp_path / "again", "--seed", "14")
    other = make("1")
    assert {p.name for p in again.iterdir()} == {p.name for p in default.iterdir()}
    for path in default.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name
        assert (other / path.name).read_bytes() != path.read_bytes(), path.name


def test_it_says_that_it_is_simulated(folder: Path) -> None:
    assert (folder / "README.txt").read_text(encoding="utf-8").startswith("SIMULATED DATA")
    assert "SIMULATED" in (SCRIPT.parent / "README.md").read_text(encoding="utf-8").splitlines()[0]


def test_every_row_belongs_to_a_listed_account(tables: Tables) -> None:
    assert set(tables) == TABLES
    listed = tables["accounts"]["account_id"]
    assert listed.is_unique
    assert len(listed) == 60
    for name, table in tables.items():
        assert len(table) > 0, name
        assert set(table["account_id"]) <= set(listed), name
    assert set(tables["accounts"]["parent_id"].dropna()) <= set(listed)


def test_people_who_were_met_are_known_where_people_are(tables: Tables) -> None:
    people = set(tables["stakeholders"]["person_key"])
    assert tables["stakeholders"]["person_key"].is_unique
    met = tables["activities"].dropna(subset="their_person")
    assert set(met["their_person"]) <= people
    assert met["their_person"].str.startswith(tuple(tables["accounts"]["account_id"])).all()
    assert (met["their_person"].str[:4] == met["account_id"]).all()


def test_every_kind_of_row_occurs(tables: Tables) -> None:
    assert set(tables["transactions"]["kind"]) == KINDS
    assert set(tables["activities"]["type"]) == TYPES
    assert set(tables["opportunities"]["outcome"]) == {"open", "won", "lost"}
    assert set(tables["switching_costs"]["kind"]) == {"procedural", "financial", "relational"}
    assert {"nps", "checklist", "growth", "safety", "otif", "sla", "joint_team"} <= set(
        tables["ratings"]["item"]
    )
    assert set(tables["stakeholders"]["level"]) == {"operational", "middle", "executive"}


def test_one_giant(tables: Tables) -> None:
    rows = tables["transactions"]
    year = rows[rows["date"].between("2024-01-01", AS_OF)]
    shares = _money(year).groupby(year["account_id"]).sum() / _money(year).sum()
    assert shares.idxmax() == "K001"
    assert 0.30 <= shares.max() <= 0.45
    assert shares.drop("K001").max() < 0.12


def test_the_losses_stop_ordering_and_some_leave_with_a_contract(tables: Tables) -> None:
    truth = tables["simulated_truth"].query("role == 'leaver'")
    assert 4 <= len(truth) <= 8
    rows, contracts = tables["transactions"], tables["contracts"]
    for account, left in zip(truth["account_id"], truth["left_on"], strict=True):
        assert rows.loc[rows["account_id"] == account, "date"].max() <= left
        assert date.fromisoformat(left) < date(2024, 7, 1)
    fading = tables["simulated_truth"].query("role == 'fading'")
    assert fading["left_on"].tolist() == ["2025-02-14"]
    with_contract = truth[truth["left_with_contract"] == 1]
    assert len(with_contract) == 2
    ends = contracts.groupby("account_id")["end"].max()
    assert (ends[with_contract["account_id"]].to_numpy() == with_contract["left_on"]).all()


def test_values_stay_in_their_domains(tables: Tables) -> None:
    ratings = tables["ratings"]
    assert (ratings["value"] >= ratings["scale_min"]).all()
    assert (ratings["value"] <= ratings["scale_max"]).all()
    for name in ("ratings", "activities", "financials"):
        assert tables[name]["date"].between("2021-01-01", AS_OF).all(), name
    assert tables["activities"]["sentiment"].dropna().between(-1, 1).all()
    sheet = tables["financials"]
    assert (sheet["equity"] + sheet["liabilities"] == sheet["total_assets"]).all()
    stock = tables["channel_stock"]
    assert (stock[["opening", "sell_in", "sell_out"]] >= 0).all(axis=None)
    deals = tables["opportunities"]
    assert (deals["created"] <= deals["stage_entered"]).all()
    assert (deals["stage_entered"] <= AS_OF).all()


def test_stock_is_kept_by_the_book(tables: Tables) -> None:
    for _, months in tables["channel_stock"].groupby("account_id"):
        closing = months["opening"] + months["sell_in"] - months["sell_out"]
        assert (closing.to_numpy()[:-1] == months["opening"].to_numpy()[1:]).all()


def test_credits_are_negative_and_paid_dates_are_in_the_past(tables: Tables) -> None:
    rows = tables["transactions"]
    credit = rows["kind"].isin(["credit_note", "return", "rebate"])
    assert (_money(rows)[credit] < 0).all()
    assert (_money(rows)[~credit].dropna() > 0).all()
    paid = rows.dropna(subset="paid_date")
    assert (paid["paid_date"] <= AS_OF).all()
    assert (paid["paid_date"] >= paid["date"]).all()
    assert rows["currency"].unique().tolist() == ["EUR"]


def test_the_hidden_state_shows_in_the_tables(tables: Tables) -> None:
    """Payment follows discipline; answers and stances follow the quality of the relationship."""
    truth = tables["simulated_truth"].set_index("account_id")
    rows = tables["transactions"].dropna(subset="paid_date")
    late = (pd.to_datetime(rows["paid_date"]) - pd.to_datetime(rows["due_date"])).dt.days
    late_mean = late.groupby(rows["account_id"]).mean()
    assert late_mean.corr(truth["discipline"], method="spearman") < -0.7

    answers = tables["ratings"].query("item == 'nps' and date >= '2024'")
    nps = answers.groupby("account_id")["value"].mean()
    assert nps.corr(truth["quality_last"], method="spearman") > 0.6

    codes = {"insider": 1, "ally": 0.75, "supporter": 0.5, "neutral": 0, "doubter": -0.25}
    codes |= {"misinformed": -0.4, "regressor": -0.6, "hostile": -1}
    people = tables["stakeholders"].dropna(subset="stance")
    assert set(people["stance"]) <= set(codes)
    support = people["stance"].map(codes).groupby(people["account_id"]).mean()
    assert support.corr(truth["quality_last"], method="spearman") > 0.5


def test_the_accounts_of_the_readme_have_their_stories(tables: Tables) -> None:
    people, ratings = tables["stakeholders"], tables["ratings"]
    left = people[(people["account_id"] == "K008") & people["left_on"].notna()]
    assert left["left_on"].tolist() == ["2024-09-13"]
    assert left["roles"].str.contains("coach").all()
    for account in ("K016", "K036"):
        assert ratings.loc[ratings["account_id"] == account, "date"].max()[:4] == "2022"
    sheets = tables["financials"].set_index("account_id").loc["K030"]
    ratio = sheets["working_capital"] / sheets["total_assets"]
    assert len(ratio) == 4
    assert ratio.iloc[-1] < ratio.iloc[0]
    stock = tables["channel_stock"].query("account_id == 'K025'")
    assert stock["opening"].iloc[-1] > 2 * stock["opening"].iloc[0]
    last = tables["transactions"].groupby("account_id")["date"].max()
    assert last["K058"] < "2023-05"
    assert "K060" not in last.index
    assert (tables["transactions"]["account_id"] == "K059").sum() >= 1


def test_check_finds_the_dirty_rows_and_no_others(folder: Path) -> None:
    report = kam.check(folder, as_of=AS_OF)
    for code in ("amount_not_a_number", "exact_duplicate", "future_dated"):
        found = report.find(code)
        assert found is not None, code
        assert found.count == 1, code
    assert report.rows_rejected == 1
    assert report.rows_set_aside == 2
    assert report.accounts == 60
    assert report.accounts_without_orders == 1


def test_the_folder_scores(default: Path) -> None:
    result = kam.score(default, as_of=AS_OF)
    assert len(result) == 60
    table = result.to_pandas().set_index("account_id")
    truth = _read(default)["simulated_truth"].set_index("account_id")
    gone = truth.index[truth["role"].isin(["leaver", "dormant"])]
    assert (table.loc[gone, "p_churn"] > 0.4).all()
    assert table.loc["K001", "rank_revenue"] == 1
    assert table["value_index"].notna().sum() >= 59
    assert table.loc["K060", "status"] == "insufficient"
    assert table.loc[truth.index[truth["role"] == "ordinary"], "p_churn"].median() < 0.05
