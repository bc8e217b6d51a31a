#!/usr/bin/env python3
"""kam and lifetimes 0.11.3 on the same data in one process: seconds beside difference in results.

See README.md in this folder for what is compared and how to read the table.
"""

import argparse
import json
import os

FULL = {"accounts": 1_000_000, "log_rows": 2_000_000, "log_accounts": 234_000, "repeat": 5}
QUICK = {"accounts": 20_000, "log_rows": 40_000, "log_accounts": 4_680, "repeat": 2}


def use_one_thread():
    """Numeric libraries read these once, when NumPy is first imported; kam starts no threads."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small data, few runs: does it work?")
    parser.add_argument("--repeat", type=int, help="timed runs of each, after one warm-up")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there as well")
    chosen = parser.parse_args()
    if chosen.repeat is not None and chosen.repeat < 1:
        parser.error("--repeat must be at least 1")
    return chosen


def main():
    chosen = arguments()
    settings = dict(QUICK if chosen.quick else FULL)
    settings["repeat"] = chosen.repeat or settings["repeat"]
    use_one_thread()
    from peer_cases import all_rows
    from peer_report import as_json, surroundings, table

    rows = list(all_rows(settings))
    print(table(rows))
    around = surroundings()
    for title in ("versions", "machine"):
        print(f"{title}:", ", ".join(f"{key} {value}" for key, value in around[title].items()))
    if chosen.json:
        with open(chosen.json, "w", encoding="utf-8") as file:
            json.dump(as_json(rows, settings), file, indent=2, allow_nan=False)
            file.write("\n")


if __name__ == "__main__":
    main()
