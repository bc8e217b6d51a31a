#!/usr/bin/env python3
"""Compare instruction counts with bench/baseline.json.

    cmake --build build/release --target bench_gate
    tools/bench_gate.py [--update] [JOB …]

Wall time on a busy machine varies by a factor of two; the number of instructions that callgrind
counts varies by 0.1 %. A job that needs more than 5 % above its baseline fails; one that needs 5 %
less asks for an update. The baseline is that of g++ 12 on Debian 12, release preset; valgrind
hides AVX-512, so the AVX2 kernels are counted.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build" / "release" / "bench" / "bench_gate"
BASELINE = ROOT / "bench" / "baseline.json"
TOLERANCE = 0.05


def instructions(job: str, repetitions: int) -> int:
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = subprocess.run(
        [*command, PROGRAM, job, str(repetitions)], capture_output=True, text=True, check=True
    )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        raise SystemExit(f"valgrind counted nothing:\n{done.stderr}")
    return int(found[1])


def main() -> int:
    parser = argparse.ArgumentParser(description="Gate on instruction counts.")
    parser.add_argument("--update", action="store_true", help="write the baseline")
    parser.add_argument("jobs", nargs="*", metavar="JOB", help="only these; all if none is named")
    arguments = parser.parse_args()
    names = subprocess.run([PROGRAM], capture_output=True, text=True, check=True).stdout.split()
    if unknown := set(arguments.jobs) - set(names):
        parser.error(f"no job called {', '.join(sorted(unknown))}; there are: {', '.join(names)}")
    names = arguments.jobs or names
    counts = {name: instructions(name, 1) - instructions(name, 0) for name in names}
    baseline = json.loads(BASELINE.read_text())
    if arguments.update:
        kept = baseline if arguments.jobs else {}
        BASELINE.write_text(json.dumps(dict(sorted({**kept, **counts}.items())), indent=2) + "\n")
        return 0
    failed = 0
    for name, count in counts.items():
        change = count / baseline[name] - 1 if name in baseline else float("nan")
        slower = not change <= TOLERANCE
        failed += slower
        verdict = "FAILED" if slower else "update the baseline" if change < -TOLERANCE else "ok"
        print(f"{name:26} {count / 10000:10.1f} instructions/account {change:+8.1%}  {verdict}")
    print(f"{len(counts) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
