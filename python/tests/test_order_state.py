"""The mergeable order state: months joined equal one pass, files, and what is refused."""

from __future__ import annotations

import io
import itertools
import zipfile
from pathlib import Path
from typing import Any

import kam
import numpy as np
import pytest

NAMES = ("frequency", "recency", "age", "monetary_value")


def same(one: Any, other: Any) -> None:
    assert list(one["account_id"]) == list(other["account_id"])
    for name in NAMES:
        assert np.asarray(one[name]).tobytes() == np.asarray(other[name]).tobytes(), name


def by_month(log: dict[str, Any]) -> list[dict[str, Any]]:
    """The log cut into calendar months, in the order of time."""
    order = np.argsort(log["date"], kind="stable")
    log = {name: values[order] for name, values in log.items()}
    months = np.array([text[:7] for text in log["date"]])
    return [{n: v[months == m] for n, v in log.items()} for m in sorted(set(months))]


def cut(log: dict[str, Any], rows: Any) -> dict[str, Any]:
    return {name: values[rows] for name, values in log.items()}


@pytest.mark.parametrize("occasion", ["day", "week", "month"])
def test_month_by_month_is_reading_everything_again(
    master: dict[str, Any], tmp_path: Path, occasion: str
) -> None:
    months = by_month(master)
    assert len(months) == 18
    path = tmp_path / "orders.npz"
    kam.OrderState(occasion=occasion).save(path)
    for month in months:
        state = kam.OrderState.load(path)
        state.merge(kam.OrderState.from_transactions(month, occasion=occasion)).save(path)
    everything = {n: np.concatenate([m[n] for m in months]) for n in months[0]}
    state = kam.OrderState.load(path)
    assert len(state) == state.accounts == 23570
    for unit in ("day", "week", "month"):
        expected = kam.summarize(everything, as_of="1998-06-30", unit=unit, occasion=occasion)
        same(state.summary("1998-06-30", unit), expected)
    if occasion == "day":
        # Sums published with the data's order summaries: 23,570 customers, 44,021 repeat days.
        assert np.sum(state.summary("1998-06-30", "day")["frequency"]) == 44021


def test_disjoint_accounts_join_in_any_order(sample: dict[str, Any]) -> None:
    first = cut(sample, sample["account_id"] < "1000")
    rest = cut(sample, sample["account_id"] >= "1000")
    expected = kam.summarize(
        {n: np.concatenate([first[n], rest[n]]) for n in first}, as_of="1998-06-30"
    )
    parts = [kam.OrderState.from_transactions(part) for part in (first, rest)]
    same(parts[0].merge(parts[1]).summary("1998-06-30"), expected)
    parts = [kam.OrderState.from_transactions(part) for part in (rest, first)]
    swapped = parts[0].merge(parts[1]).summary("1998-06-30")
    assert sorted(swapped["account_id"]) == sorted(expected["account_id"])
    assert np.sum(swapped["frequency"]) == np.sum(expected["frequency"])


def test_every_grouping_of_parts_gives_the_same_bytes(
    sample: dict[str, Any], tmp_path: Path
) -> None:
    months = by_month(sample)[:5]
    files = []
    for split in range(1, 5):
        left, right = kam.OrderState(), kam.OrderState()
        for month in months[:split]:
            left.merge(kam.OrderState.from_transactions(month))
        for month in months[split:]:
            right.merge(kam.OrderState.from_transactions(month))
        path = left.merge(right).save(tmp_path / f"{split}.npz")
        files.append(path.read_bytes())
    assert all(a == b for a, b in itertools.pairwise(files))


def test_a_late_row_is_refused_by_account_and_changes_nothing(sample: dict[str, Any]) -> None:
    state = kam.OrderState.from_transactions(sample)
    before = state.summary("1998-06-30")
    busiest = "1516"  # 27 order days from February to September 1997
    assert np.sum(sample["account_id"] == busiest) >= 27
    late = {"account_id": [busiest], "date": ["1997-05-01"], "amount": [-3.0]}
    with pytest.raises(ValueError, match=f"account '{busiest}' has rows from 1997-05-01"):
        state.merge(kam.OrderState.from_transactions(late))
    same(state.summary("1998-06-30"), before)


def test_frames_and_whole_number_ids(frame: Any, kind: str, columns: Any, tmp_path: Path) -> None:
    log = {
        "account_id": np.array([7, 3, 7]),
        "date": np.array(["2024-01-01", "2024-01-02", "2024-02-01"], dtype=object),
        "amount": np.array([5.0, 6.0, 7.0]),
    }
    table = frame(kind, log)
    state = kam.OrderState.from_transactions(table)
    got, expected = state.summary("2024-03-01"), kam.summarize(table, as_of="2024-03-01")
    assert type(got) is type(expected)
    loaded = kam.OrderState.load(state.save(tmp_path / "s.npz")).summary("2024-03-01")
    for summary in (columns(got), loaded):
        assert list(summary["account_id"]) == [7, 3]
        assert list(summary["frequency"]) == [1, 0]


def test_until_leaves_later_rows_out(sample: dict[str, Any]) -> None:
    state = kam.OrderState.from_transactions(sample, until="1997-09-30")
    same(state.summary("1997-09-30"), kam.summarize(sample, as_of="1997-09-30"))


def test_what_cannot_be_joined_or_read_off(sample: dict[str, Any]) -> None:
    state = kam.OrderState.from_transactions(sample)
    with pytest.raises(ValueError, match="lies before a row of the state"):
        state.summary("1997-09-30")
    with pytest.raises(ValueError, match="`unit` must be"):
        state.summary("1998-06-30", "year")
    with pytest.raises(TypeError, match="must be an OrderState"):
        state.merge(sample)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="`occasion` must be the same"):
        state.merge(kam.OrderState.from_transactions(sample, occasion="week"))
    numbers = {"account_id": [1], "date": ["2024-01-01"], "amount": [1.0]}
    with pytest.raises(ValueError, match="text in one state and whole numbers"):
        state.merge(kam.OrderState.from_transactions(numbers))
    with pytest.raises(kam.DataError, match="not a date"):
        kam.OrderState.from_transactions({**numbers, "date": ["2024-13-01"]})


def test_damaged_files_are_refused(sample: dict[str, Any], tmp_path: Path) -> None:
    path = kam.OrderState.from_transactions(sample).save(tmp_path / "state.npz")
    whole = path.read_bytes()
    for damaged in (b"", b"PK", whole[: len(whole) // 2], b"not a zip" * 9):
        path.write_bytes(damaged)
        with pytest.raises(kam.FormatError):
            kam.OrderState.load(path)

    def rewritten(**changed: Any) -> Path:
        with np.load(io.BytesIO(whole)) as file:
            tables = {**{name: file[name] for name in file.files}, **changed}
        np.savez(path, **tables)
        return path

    with np.load(io.BytesIO(whole)) as file:
        counts, amounts = file["counts"], file["amounts"]
    backwards = counts.copy()
    backwards[0, 0] = backwards[0, 1] + 1
    holes = amounts.copy()
    holes[3, 12] = np.nan
    newer = np.frombuffer(b'{"format":"kam-order-state","version":99}', dtype=np.uint8)
    for changed in (
        {"counts": backwards},
        {"amounts": holes},
        {"counts": counts[:-1]},
        {"counts": counts.astype(float)},
        {"ids": np.frombuffer(b"[1,1]", dtype=np.uint8)},
    ):
        with pytest.raises(kam.FormatError):
            kam.OrderState.load(rewritten(**changed))
    with pytest.raises(kam.VersionError):
        kam.OrderState.load(rewritten(header=newer))
    with pytest.raises(FileNotFoundError):
        kam.OrderState.load(tmp_path / "none.npz")
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert sorted(archive.namelist()) == ["amounts.npy", "counts.npy", "header.npy", "ids.npy"]
