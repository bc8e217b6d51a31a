"""What the scripts of all peers share: their options, their cases and the race of one job."""

import argparse
import json
import os
import sys
from dataclasses import dataclass

NUMBERS_ON_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass
class Case:
    """One job: what of kam it needs, and the function that runs it with the settings."""

    name: str
    needs: tuple
    run: object


def use_one_thread():
    """Numeric libraries read these once, when NumPy is first imported; kam starts no threads."""
    for name in NUMBERS_ON_ONE_THREAD:
        os.environ[name] = "1"


def arguments(description, argv=None):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="small data, few runs: does it work?")
    parser.add_argument("--repeat", type=int, help="timed runs of each, after one warm-up")
    parser.add_argument("--only", metavar="A,B,…", help="cases by name; without the sizes")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there as well")
    chosen = parser.parse_args(argv)
    if chosen.repeat is not None and chosen.repeat < 1:
        parser.error("--repeat must be at least 1")
    return chosen


def compete(job, size, peer, ours, theirs, repeat, calls=1):
    """The line of a job and both results; with `calls` each contender makes so many per run."""
    from peer_report import Row, race

    def times(call):
        def many():
            for _ in range(calls):
                last = call()
            return last

        return call if calls == 1 else many

    contenders = {"kam": times(ours), "peer": times(theirs)}
    results, seconds, megabytes = race(contenders, repeat)
    row = Row(
        job=job,
        size=size,
        peer=peer,
        kam_seconds=seconds["kam"] / calls,
        peer_seconds=seconds["peer"] / calls,
        runs=repeat,
        kam_megabytes=megabytes["kam"],
        peer_megabytes=megabytes["peer"],
    )
    return row, results["kam"], results["peer"]


def rows_of(cases, settings, chosen=None):
    """The lines of all cases or of those in `chosen`; what this kam lacks is said and left out."""
    import kam

    for case in cases:
        if chosen is not None and case.name not in chosen:
            continue
        if missing := [name for name in case.needs if not hasattr(kam, name)]:
            print(f"left out: {case.name}: this kam has no {', '.join(missing)}", file=sys.stderr)
            continue
        print(f"{case.name} …", file=sys.stderr, flush=True)
        yield from case.run(settings)


def report(rows, settings, packages, json_file=None, more=None):
    """The table, the surroundings, and both in a file for a program; `more` joins them there."""
    from peer_report import as_json, surroundings, table

    print(table(rows))
    for text in (more or {}).get("text", ()):
        print(text)
    around = surroundings(packages)
    for title in ("versions", "machine"):
        print(f"{title}:", ", ".join(f"{key} {value}" for key, value in around[title].items()))
    if json_file:
        numbers = as_json(rows, settings, packages) | (more or {}).get("json", {})
        with open(json_file, "w", encoding="utf-8") as file:
            json.dump(numbers, file, indent=2)
            file.write("\n")
