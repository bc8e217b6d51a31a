#!/usr/bin/env python3
"""kam beside NumPy and powerlaw on questions of concentration: seconds, memory, differences.

See README.md in this folder for what is compared and how to read the table.
"""

from peer_jobs import arguments, report, use_one_thread

FULL = {
    "values": 10_000_000,
    "many_values": 100_000_000,
    "bootstrap_accounts": 20_000,
    "draws": 200,
    "tails": ["cities", "words", "terrorism", "blackouts"],
    "tail_repeat": 3,
    "accounts": 1_000,
    "cells": 4_096,
    "contributions": 50,
    "many_accounts": 100_000,
    "paths": 2_000,
    "repeat": 5,
}
QUICK = FULL | {
    "values": 200_000,
    "many_values": 1_000_000,
    "bootstrap_accounts": 2_000,
    "draws": 50,
    "tails": ["terrorism", "blackouts"],
    "tail_repeat": 1,
    "contributions": 5,
    "many_accounts": 2_000,
    "paths": 500,
    "repeat": 2,
}
PACKAGES = ["kam", "numpy", "powerlaw", "scipy"]


def main():
    chosen = arguments(__doc__.splitlines()[0])
    settings = dict(QUICK if chosen.quick else FULL)
    settings["repeat"] = chosen.repeat or settings["repeat"]
    use_one_thread()
    from concentration_cases import all_rows

    only = chosen.only.split(",") if chosen.only else None
    report(list(all_rows(settings, only)), settings, PACKAGES, chosen.json)


if __name__ == "__main__":
    main()
