#!/usr/bin/env bash
# run.sh [seconds per target]
#
# Builds the fuzz targets with clang 16 (libFuzzer, address and undefined-behaviour sanitizers) and runs
# each for a while (60 s unless told) from the seeds that the repository holds. A crash fails and leaves
# its input in build/fuzz/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seconds=${1:-60}
build=build/fuzz
CXX=clang++-16 cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DKAM_BUILD_FUZZ=ON \
  -DKAM_BUILD_TESTS=OFF -DKAM_BUILD_EXAMPLES=OFF -DKAM_INSTALL=OFF \
  -DCMAKE_CXX_FLAGS="-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all" >/dev/null
cmake --build "$build"
for program in "$build"/tests/fuzz/*_fuzz; do
  name=$(basename "$program")
  mkdir -p "$build/corpus/$name"
  case $name in
    profile_fuzz) cp profiles/*.toml "$build/corpus/$name/" ;;
    model_file_fuzz) cp tests/fuzz/seeds/* "$build/corpus/$name/" ;;
  esac
  echo "== $name"
  "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$build/$name-" "$build/corpus/$name" 2>&1 | tail -n 6
done
