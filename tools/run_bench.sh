#!/usr/bin/env bash
# Runs the microbenchmarks that CMake built; tables on the terminal, JSON in build/bench/.
# Arguments go to every benchmark, e.g. --benchmark_filter=bgnbd.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mkdir -p build/bench
found=0
while read -r program; do
  found=1
  "$program" --benchmark_out="build/bench/$(basename "$program").json" \
    --benchmark_out_format=json "$@"
done < <(find build/release/bench -maxdepth 1 -type f -perm -u+x 2>/dev/null | sort)
[[ $found == 1 ]] || echo "no benchmark was built in build/release/bench" >&2
