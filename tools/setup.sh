#!/usr/bin/env bash
# setup.sh [build|test|all]
#
# Looks for what kam needs and installs what is missing on Debian and Ubuntu, when root or sudo
# without a password is at hand; otherwise prints exactly what to install. Each group holds the one
# before it:
#   build  compiler, CMake, header-only libraries: `make demo`, `pip install .`
#   test   GoogleTest, Google Benchmark, a browser for the report's test: `make test`
#   all    clang for the sanitizers and fuzzers: `make test-all`
# Looks for the things themselves, not for packages, so that another distribution or a prefix named
# by CMAKE_PREFIX_PATH is fine. Exits non-zero only when something needed is still missing.
# KAM_NO_INSTALL=1: only look.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

group=${1:-test}
python=${PYTHON:-python3}

# ---- what to look for --------------------------------------------------------------------------

have() { command -v "$1" >/dev/null 2>&1; }

has_header() {
  local prefix prefixes
  IFS=: read -ra prefixes <<<"${CMAKE_PREFIX_PATH:-}"
  for prefix in "${prefixes[@]}" ${CONDA_PREFIX:+"$CONDA_PREFIX"} /usr /usr/local; do
    [[ -n $prefix && (-e $prefix/include/$1 || -e $prefix/include/eigen3/$1) ]] && return 0
  done
  return 1
}

has_compiler() { tools/compiler.sh >/dev/null 2>&1; }
has_cmake() {
  local version
  version=$(cmake --version 2>/dev/null | sed -n '1s/.* //p') || return 1
  [[ -n $version && $(printf '%s\n' 3.25 "$version" | sort -V | head -n 1) == 3.25 ]]
}
has_python() { "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
has_venv() { "$python" -c 'import ensurepip, venv' 2>/dev/null; }
has_python_headers() {
  "$python" -c 'import os, sysconfig, sys
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' 2>/dev/null
}
has_font() { [[ -n $(find -L /usr/share/fonts -name DejaVuSans.ttf -print -quit 2>/dev/null) ]]; }
has_browser() { { have chromium || have google-chrome; } && have chromedriver; }

needed_names=() needed_packages=()    # without these the target cannot work
wanted_names=() wanted_packages=()    # without these something is slower or not tested
need() { "${@:3}" || { needed_names+=("$1") && needed_packages+=($2); }; }
want() { "${@:3}" || { wanted_names+=("$1") && wanted_packages+=($2); }; }

look() {
  needed_names=() needed_packages=() wanted_names=() wanted_packages=()
  need "a C++20 compiler (g++ 12 or newer, or clang 16 or newer)" g++ has_compiler
  need "CMake 3.25 or newer" cmake has_cmake
  need "Ninja" ninja-build have ninja
  need "Eigen 3.4 (headers)" libeigen3-dev has_header Eigen/Core
  need "Boost.Math 1.74 (headers)" libboost-math-dev has_header boost/math/special_functions/erf.hpp
  need "nlohmann-json 3.11 (headers)" nlohmann-json3-dev has_header nlohmann/json.hpp
  need "toml++ 3 (headers)" libtomlplusplus-dev has_header toml++/toml.h
  want "Google Highway (headers; faster block kernels)" libhwy-dev has_header hwy/highway.h
  need "Python 3.11 or newer" python3 has_python
  need "Python's venv module" python3-venv has_venv
  need "Python's C headers" python3-dev has_python_headers
  [[ $group == build ]] && return
  need "pkg-config" pkg-config have pkg-config
  need "GoogleTest" libgtest-dev has_header gtest/gtest.h
  need "Google Benchmark" libbenchmark-dev has_header benchmark/benchmark.h
  want "Chromium with its driver (the report's test in a browser)" "chromium chromium-driver" \
    has_browser
  want "the DejaVu fonts (the report's screenshots)" fonts-dejavu-core has_font
  [[ $group == test ]] && return
  want "clang 16 (second compiler, fuzzers)" "clang-16 libclang-rt-16-dev" have clang++-16
  want "valgrind (instruction counts)" valgrind have valgrind
}

missing() { ((${#needed_names[@]} + ${#wanted_names[@]} > 0)); }

# ---- installing --------------------------------------------------------------------------------

as_root=()
can_install() {
  [[ ${KAM_NO_INSTALL:-0} != 1 ]] && have apt-get || return 1
  [[ $(id -u) == 0 ]] && return 0
  as_root=(sudo -n env DEBIAN_FRONTEND=noninteractive)
  have sudo && sudo -n true 2>/dev/null
}

try_thrice() { "$@" || { sleep 5 && "$@"; } || { sleep 20 && "$@"; }; }

# On Ubuntu "chromium" is absent or a wrapper around a snap, which does not run in a container.
installable() {
  local package policy
  for package in "$@"; do
    if grep -qi '^ID=ubuntu' /etc/os-release 2>/dev/null && [[ $package == chromium* ]]; then
      continue
    fi
    policy=$(apt-cache policy "$package" 2>/dev/null)
    if [[ $policy == *"Candidate: "[^\(]* ]]; then echo "$package"; fi
  done
}

install_missing() {
  local packages
  echo "installing: ${needed_packages[*]} ${wanted_packages[*]}" >&2
  try_thrice "${as_root[@]}" apt-get update -qq >&2
  mapfile -t packages < <(installable "${needed_packages[@]}" "${wanted_packages[@]}")
  ((${#packages[@]} == 0)) ||
    try_thrice "${as_root[@]}" apt-get install -y -qq --no-install-recommends \
      "${packages[@]}" >&2
}

# ---- saying what is left -----------------------------------------------------------------------

say_how() {
  cat >&2 <<'TEXT'
Without root:
  * Eigen, Boost.Math and JSON headers are on the Python package index:
      python3 -m venv ~/headers && ~/headers/bin/pip install cmeel-eigen libboost-headers nlohmann-json
    and toml++ is one header from https://marzer.github.io/tomlplusplus/ . Name the folders:
      pip install . --config-settings=cmake.define.KAM_BOOST_INCLUDE=DIR \
                    --config-settings=cmake.define.KAM_JSON_INCLUDE=DIR \
                    --config-settings=cmake.define.KAM_TOMLPP_INCLUDE=DIR
    (Eigen needs no naming: pip fetches cmeel-eigen for the build.)
  * Or any prefix that holds all of them, a conda environment for instance:
      export CMAKE_PREFIX_PATH=/path/to/prefix
  * GoogleTest and Google Benchmark are needed by `make test` and `make bench` only.
TEXT
}

report() {
  local name
  for name in "${needed_names[@]}"; do echo "missing: $name" >&2; done
  for name in "${wanted_names[@]}"; do echo "missing, can be done without: $name" >&2; done
  echo "On Debian 12 or newer and Ubuntu 24.04 or newer, as root:" >&2
  echo "  apt-get update && apt-get install -y ${needed_packages[*]} ${wanted_packages[*]}" >&2
  if ((${#needed_names[@]} == 0)); then return; fi
  say_how
  has_python || echo "$python is $("$python" --version 2>&1 || true): set PYTHON to a newer one." >&2
}

main() {
  case $group in
    build | test | all) ;;
    *) echo "usage: tools/setup.sh [build|test|all]" >&2 && exit 2 ;;
  esac
  export DEBIAN_FRONTEND=noninteractive
  look
  if missing && can_install; then
    install_missing || echo "apt-get failed" >&2
    hash -r
    look
  fi
  if missing; then report; fi
  ((${#needed_names[@]} == 0))
}

main
