"""Timing of contenders, difference of their results, and the table and JSON made of both."""

import gc
import importlib.metadata
import math
import os
import platform
import statistics
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

PACKAGES = ["kam", "lifetimes", "numpy", "scipy", "pandas", "autograd"]


@dataclass
class Difference:
    """Largest gap between two results; entries that are NaN or infinite in both do not count."""

    of: str
    max_relative: float
    max_absolute: float
    finite_in_one_only: int = 0
    note: str = ""


@dataclass
class Row:
    """One line of the table: one job, done by kam and by one peer."""

    job: str
    size: int
    peer: str
    kam_seconds: float
    peer_seconds: float
    runs: int
    kam_megabytes: float
    peer_megabytes: float
    differences: list[Difference] = field(default_factory=list)
    details: dict = field(default_factory=dict)

    @property
    def ratio(self):
        return self.peer_seconds / self.kam_seconds


def peak_megabytes(call):
    """Result of `call`, and how far resident memory rises while it runs.

    A thread looks every millisecond: the peak that the system keeps would hide a later, smaller
    one. What the call returns is part of the rise; memory that was free before is not. NaN where
    the system does not tell.
    """
    page = os.sysconf("SC_PAGE_SIZE") / 1e6
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return call(), math.nan

    def resident():
        return int(statm.read_text(encoding="ascii").split()[1]) * page

    gc.collect()
    before = most = resident()
    done = threading.Event()

    def watch():
        nonlocal most
        while not done.wait(0.001):
            most = max(most, resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        result = call()
        most = max(most, resident())
    finally:
        done.set()
        watcher.join()
    return result, most - before


def race(contenders, repeat):
    """Result of the warm-up call, median seconds and peak megabytes, for each contender by name.

    Contenders take turns within a repetition, so that a busy moment of the machine does not fall
    on one of them alone.
    """
    measured = {name: peak_megabytes(call) for name, call in contenders.items()}
    results = {name: result for name, (result, _) in measured.items()}
    megabytes = {name: rise for name, (_, rise) in measured.items()}
    seconds = {name: [] for name in contenders}
    for _ in range(repeat):
        for name, call in contenders.items():
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    return results, medians, megabytes


def difference(of, ours, theirs, note=""):
    """Gap relative to the larger of the two magnitudes, so that it is symmetric and at most 2."""
    ours, theirs = np.atleast_1d(ours).astype(float), np.atleast_1d(theirs).astype(float)
    if ours.shape != theirs.shape:
        raise ValueError(f"{of}: shapes {ours.shape} and {theirs.shape} differ")
    finite_ours, finite_theirs = np.isfinite(ours), np.isfinite(theirs)
    both = finite_ours & finite_theirs
    gap = np.abs(ours[both] - theirs[both])
    scale = np.maximum(np.abs(ours[both]), np.abs(theirs[both]))
    relative = np.divide(gap, scale, out=np.zeros_like(gap), where=gap > 0)
    return Difference(
        of=of,
        max_relative=float(relative.max(initial=0.0)),
        max_absolute=float(gap.max(initial=0.0)),
        finite_in_one_only=int((finite_ours != finite_theirs).sum()),
        note=note,
    )


def seconds_text(seconds):
    return f"{seconds:.3f}" if seconds >= 1 else f"{seconds:.2g}"


def row_cells(row):
    """Cells of the job's line, then of one line for each further difference."""
    timing = [
        row.job,
        f"{row.size:,}",
        row.peer,
        seconds_text(row.kam_seconds),
        seconds_text(row.peer_seconds),
        f"{row.ratio:.1f}",
        f"{row.kam_megabytes:.0f}",
        f"{row.peer_megabytes:.0f}",
    ]
    blank = [""] * len(timing)
    if not row.differences:
        yield timing + [""] * 4
    for index, gap in enumerate(row.differences):
        note = gap.note
        if gap.finite_in_one_only:
            note = f"{gap.finite_in_one_only} finite in one only. {note}".strip()
        numbers = [gap.of, f"{gap.max_relative:.1e}", f"{gap.max_absolute:.1e}", note]
        yield (timing if index == 0 else blank) + numbers


def aligned(lines, to_the_right):
    """Lines of cells as text: the columns of `to_the_right` flush right, the others left."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = []
    for line in lines:
        cells = [
            cell.rjust(width) if column in to_the_right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        text.append("  ".join(cells).rstrip())
    return "\n".join(text)


def table(rows):
    """The rows as aligned text: numbers to the right, words to the left."""
    head = ["job", "rows", "peer", "kam s", "peer s", "peer/kam", "kam MB", "peer MB"]
    head += ["compared", "max rel", "max abs", "note"]
    lines = [head] + [cells for row in rows for cells in row_cells(row)]
    return aligned(lines, {1, 3, 4, 5, 6, 7, 9, 10})


def sizes_table(sizes):
    """Bytes and megabytes of both, as aligned text."""
    lines = [["size", "rows", "unit", "kam", "peer", "peer/kam"]]
    for size in sizes:
        ratio = f"{size['peer'] / size['kam']:.1f}" if size["kam"] else ""
        lines.append(
            [size["what"], f"{size['rows']:,}", size["unit"]]
            + [f"{size['kam']:,}", f"{size['peer']:,}", ratio]
        )
    return aligned(lines, {1, 3, 4, 5})


def cpu_model():
    """Marketing name of the processor, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def surroundings(packages=PACKAGES):
    """Versions and machine: what a reader needs to judge the seconds, and nothing that names it."""
    versions = {name: importlib.metadata.version(name) for name in packages}
    return {
        "versions": {"python": platform.python_version(), **versions},
        "machine": {
            "system": platform.system(),
            "architecture": platform.machine(),
            "cpu": cpu_model(),
            "cpu_count": os.cpu_count(),
            "threads_used": 1,
        },
    }


def as_json(rows, settings, packages=PACKAGES):
    """Everything in the table and the details, as plain types ready for json.dump."""
    return {
        **surroundings(packages),
        "settings": settings,
        "rows": [{**asdict(row), "ratio": row.ratio} for row in rows],
    }
