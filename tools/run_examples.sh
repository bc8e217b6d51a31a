#!/usr/bin/env bash
# run_examples.sh [build folder]
#
# Runs every example once: the programs that CMake built in <build folder>/examples, and
# examples/**/*.py and *.sh. An example passes when it ends with 0 within five minutes.
# The last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build=${1:-build/release}
logs=$PWD/build/examples
mkdir -p "$logs" build/demo
PATH=$PWD/.venv/bin:$PATH
export PATH MPLBACKEND=Agg

passed=0 failed=0
run() {
  local name=${1//\//_}
  if timeout 300 "${@:2}" >"$logs/$name.log" 2>&1 </dev/null; then
    passed=$((passed + 1))
    echo "ok $1"
  else
    failed=$((failed + 1))
    tail -n 40 "$logs/$name.log"
    echo "FAILED $1"
  fi
}

if [[ -d $build/examples ]]; then
  while read -r program; do run "${program#"$build"/}" "$program"; done < <(
    find "$build/examples" -maxdepth 2 -type f -perm -u+x -not -path '*/CMakeFiles/*' | sort)
fi
if [[ -x .venv/bin/kam ]]; then
  while read -r script; do
    case $script in
      *.py) run "$script" .venv/bin/python "$script" ;;
      *.sh) run "$script" bash "$script" ;;
    esac
  done < <(find examples -type f \( -name '*.py' -o -name '*.sh' \) | sort)
fi
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
