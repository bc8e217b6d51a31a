#!/usr/bin/env bash
# Prints the C++ compiler to build kam with: $CXX when it is set, otherwise the first of the usual
# names that is new enough for C++20 (g++ 12, clang 16). Exits 1 with the reason when there is none.
set -euo pipefail

new_enough() {
  local macros gcc clang
  macros=$($1 -x c++ -dM -E /dev/null 2>/dev/null) || return 1
  clang=$(sed -n 's/^#define __clang_major__ //p' <<<"$macros")
  gcc=$(sed -n 's/^#define __GNUC__ //p' <<<"$macros")
  if [[ -n $clang ]]; then ((clang >= 16)); else ((${gcc:-0} >= 12)); fi
}

if [[ -n ${CXX:-} ]]; then
  if new_enough "$CXX"; then
    echo "$CXX"
    exit 0
  fi
  echo "CXX=$CXX cannot be used: kam needs g++ 12 or newer, or clang 16 or newer" >&2
  exit 1
fi
for name in g++ c++ g++-12 g++-13 g++-14 g++-15 clang++ clang++-19 clang++-18 clang++-17 clang++-16; do
  if new_enough "$name"; then
    echo "$name"
    exit 0
  fi
done
echo "no C++20 compiler found: kam needs g++ 12 or newer, or clang 16 or newer" >&2
exit 1
