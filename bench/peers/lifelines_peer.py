#!/usr/bin/env python3
"""kam beside lifelines and scikit-learn on the same data: seconds, memory, differences, sizes.

See README.md in this folder for what is compared and how to read the table.
"""

import argparse
import json
import os

FULL = {
    "rows": 200_000,
    "covariates": 10,
    "robust_rows": 20_000,
    "curve_rows": 1_000_000,
    "outcome_rows": 1_000_000,
    "features": 20,
    "calls": 200,
    "repeat": 5,
}
QUICK = FULL | {
    "rows": 4_000,
    "robust_rows": 1_000,
    "curve_rows": 20_000,
    "outcome_rows": 20_000,
    "calls": 20,
    "repeat": 2,
}
PACKAGES = ["kam", "lifelines", "scikit-learn", "numpy", "scipy", "pandas", "autograd"]


def use_one_thread():
    """Numeric libraries read these once, when NumPy is first imported; kam starts no threads."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small data, few runs: does it work?")
    parser.add_argument("--repeat", type=int, help="timed runs of each, after one warm-up")
    parser.add_argument("--only", metavar="A,B,…", help="cases by name; without the sizes")
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
    from lifelines_cases import all_rows, model_sizes
    from peer_report import as_json, sizes_table, surroundings, table

    only = chosen.only.split(",") if chosen.only else None
    rows = list(all_rows(settings, only))
    print(table(rows))
    sizes = []
    if only is None:
        sizes = list(model_sizes(settings))
        print()
        print(sizes_table(sizes))
    around = surroundings(PACKAGES)
    for title in ("versions", "machine"):
        print(f"{title}:", ", ".join(f"{key} {value}" for key, value in around[title].items()))
    if chosen.json:
        with open(chosen.json, "w", encoding="utf-8") as file:
            json.dump(as_json(rows, settings, PACKAGES) | {"sizes": sizes}, file, indent=2)
            file.write("\n")


if __name__ == "__main__":
    main()
