#!/usr/bin/env python3
"""kam beside lifelines and scikit-learn on the same data: seconds, memory, differences, sizes.

See README.md in this folder for what is compared and how to read the table.
"""

from peer_jobs import arguments, report, use_one_thread

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


def main():
    chosen = arguments(__doc__.splitlines()[0])
    settings = dict(QUICK if chosen.quick else FULL)
    settings["repeat"] = chosen.repeat or settings["repeat"]
    use_one_thread()
    from lifelines_cases import all_rows, model_sizes
    from peer_report import sizes_table

    only = chosen.only.split(",") if chosen.only else None
    rows = list(all_rows(settings, only))
    sizes = list(model_sizes(settings)) if only is None else []
    text = ["", sizes_table(sizes)] if sizes else []
    report(rows, settings, PACKAGES, chosen.json, {"text": text, "json": {"sizes": sizes}})


if __name__ == "__main__":
    main()
