#!/usr/bin/env bash
# run_tests.sh [--all]
#
# Runs the suites over what `make cpp python` built, each even when one before it failed.
# Logs and JUnit files are in build/test/; the last line is "N passed, N failed".
# --all adds the tests marked slow, the other compilers' presets, the fuzzers and the peers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

all=0
[[ ${1:-} == --all ]] && all=1
out=$PWD/build/test
mkdir -p "$out"
rm -f "$out"/*
rows=() passed=0 failed=0

# count KIND NAME: "passed failed skipped" of a finished suite. A JUnit file is counted, otherwise
# the last line "N passed, N failed" of the log, otherwise nothing was reported.
count() {
  if [[ -f $out/$1.xml ]]; then
    python3 - "$out/$1.xml" <<'PYTHON'
import sys
import xml.etree.ElementTree as tree

passed = failed = skipped = 0
for case in tree.parse(sys.argv[1]).iter("testcase"):
    if case.find("failure") is not None or case.find("error") is not None:
        failed += 1
    elif case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
        skipped += 1
    else:
        passed += 1
print(passed, failed, skipped)
PYTHON
  else
    sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2 0/p' "$out/$1.log" | tail -n 1
  fi
}

# suite NAME COMMAND...: a command that fails without a failed test, or that ran no test at all,
# counts as one failure, so that a suite cannot vanish unseen.
suite() {
  local name=$1 status=0 start=$SECONDS p=0 f=0 s=0
  echo "== $name"
  "${@:2}" 2>&1 | tee "$out/$name.log" || status=$?
  read -r p f s <<<"$(count "$name" || true)" || true
  p=${p:-0} f=${f:-0} s=${s:-0}
  if ((f == 0 && (status != 0 || p + s == 0))); then f=1; fi
  passed=$((passed + p)) failed=$((failed + f))
  rows+=("$(printf '%-12s %7d %7d %8d %8d' "$name" "$p" "$f" "$s" $((SECONDS - start)))")
}

ctest_in() {  # build folder, suite's name, further options
  ctest --test-dir "$1" --output-on-failure --no-tests=error -j "$(nproc)" \
    --output-junit "$out/$2.xml" "${@:3}" | grep -v ' Passed \|^ *Start '
}

preset() {  # preset: configured, built and tested
  cmake --preset "$1" >"$out/$1.configure.log" && cmake --build "build/$1" && ctest_in "build/$1" "$1"
}

pytest() {
  .venv/bin/python -m pytest -q --junitxml "$out/python.xml" "$@"
}

one_test() { "$@" && echo "1 passed, 0 failed"; }

if [[ $all == 1 ]]; then
  suite cpp ctest_in build/release cpp
else
  suite cpp ctest_in build/release cpp -LE slow
fi
if [[ -f python/kam/__init__.py ]]; then
  if [[ $all == 1 ]]; then suite python pytest -m ""; else suite python pytest; fi
  suite examples tools/run_examples.sh build/release
fi
suite consumer tests/consumer/run.sh build/release
suite checks tools/check.sh
if [[ $all == 1 ]]; then
  # The sanitizers and the second compiler choose their compiler themselves.
  unset CXX
  suite asan preset asan
  if command -v clang++-16 >/dev/null; then suite clang preset clang; fi
  if [[ -x tests/fuzz/run.sh ]]; then suite fuzz one_test tests/fuzz/run.sh; fi
  if command -v valgrind >/dev/null; then suite gate tools/bench_gate.py; fi
  if [[ -f python/kam/__init__.py ]]; then suite peers one_test bench/peers/run.sh --quick; fi
fi

printf '\n%-12s %7s %7s %8s %8s\n' suite passed failed skipped seconds
printf '%s\n' "${rows[@]}"
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
