#!/usr/bin/env bash
# check.sh [check...]
#
# What "done" means besides the tests; without arguments every check runs. Prints "ok name" or the
# breaches; the last line is "N passed, N failed".
#   format      C++ as clang-format 16 lays it out (.clang-format)
#   includes    includes run one way, public headers use the standard library only, files are short
#   headers     every public header compiles alone
#   lint        ruff on the Python files
#   types       mypy --strict on python/kam
#   stubs       python/kam/_core.pyi agrees with the compiled module
#   links       relative links and anchors in *.md
#   readme      the code that README.md shows is what the examples run
#   docs        the outputs that the pages print are what the code prints today
#   shell       bash can read every script
# KAM_CHECK_SKIP_MISSING=1: a tool that is not installed skips its check instead of failing it.
# KAM_BUILD: the CMake build folder for `headers` and `docs` (build/release).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build=${KAM_BUILD:-build/release}
venv=.venv/bin
skipped=77  # what a check returns when its tool is missing and that is allowed

# absent TOOL HOW
absent() {
  echo "$1 is not installed: $2"
  [[ ${KAM_CHECK_SKIP_MISSING:-0} == 1 ]] && return $skipped
  return 1
}

# Tracked and new files, but nothing that git ignores; without git, whatever lies in the folders.
files() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files --cached --others --exclude-standard -- "$@"
  else
    local pattern
    for pattern in "$@"; do
      find . -name "$pattern" -not -path './build/*' -not -path './.venv/*' -not -path './.git/*'
    done
  fi
}

existing() { while read -r file; do if [[ -f $file ]]; then echo "$file"; fi; done; }

has_python() { [[ -f python/kam/__init__.py ]]; }

format() {
  local tool list
  for tool in clang-format-16 "$venv/clang-format" clang-format ""; do
    if [[ -z $tool ]]; then
      absent "clang-format 16" "pip install clang-format==16.0.6, or apt-get install clang-format-16"
      return
    fi
    if "$tool" --version 2>/dev/null | grep -q 'version 16\.'; then break; fi
  done
  mapfile -t list < <(files '*.hpp' '*.cpp' '*.h' '*.c' | existing)
  "$tool" --dry-run --Werror "${list[@]}"
}

includes() { python3 tools/check_includes.py; }

headers() {
  if [[ ! -f $build/build.ninja ]]; then
    echo "$build is not configured: make cpp (or cmake --preset release)"
    return 1
  fi
  cmake --build "$build" --target all_verify_interface_header_sets
}

lint() {
  [[ -x $venv/ruff ]] || { absent ruff "make venv" && return || return; }
  "$venv/ruff" check --quiet .
}

types() {
  has_python || return 0
  [[ -x $venv/mypy ]] || { absent mypy "make venv" && return || return; }
  "$venv/mypy" python/kam
}

stubs() {
  has_python || return 0
  "$venv/python" -c 'import kam._core' || { absent "kam in .venv" "make python" && return || return; }
  "$venv/python" -m mypy.stubtest --mypy-config-file pyproject.toml \
    --allowlist tools/stubtest_allowlist.txt --ignore-unused-allowlist kam._core
}

links() { python3 tools/check_links.py; }

readme() { python3 tools/check_readme.py; }

docs() {
  has_python || return 0
  "$venv/python" -c 'import kam' || { absent "kam in .venv" "make python" && return || return; }
  CXX=$(tools/compiler.sh) KAM_BUILD=$build tools/check_docs.py --cpp
}

shell() {
  local script status=0
  while read -r script; do bash -n "$script" || status=1; done < <(
    { files '*.sh' && echo .ci/run; } | existing)
  return $status
}

# ---- running ------------------------------------------------------------------------------------

passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
[[ $# -gt 0 ]] || set -- format includes headers lint types stubs links readme docs shell
for name in "$@"; do
  set +e
  (set -e && "$name") >"$log" 2>&1
  status=$?
  set -e
  case $status in
    0)
      passed=$((passed + 1))
      grep '^advice: ' "$log" || true
      echo "ok $name"
      ;;
    "$skipped") echo "skipped $name: $(<"$log")" ;;
    *)
      failed=$((failed + 1))
      sed "s/^/$name: /" "$log"
      echo "FAILED $name"
      ;;
  esac
done
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
