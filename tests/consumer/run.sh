#!/usr/bin/env bash
# run.sh [build folder | --prefix installed prefix]
#
# Small projects that use kam as its users do. Given a build folder (build/release) kam is first
# installed from it into a scratch prefix. Every case prints "ok name" or what went wrong; the last
# line is "N passed, N failed". Everything is written below build/consumer/.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/build/consumer
CXX=$("$root/tools/compiler.sh")
export CXX
mkdir -p "$work"
# Fresh every time, but for the case that builds the library itself.
find "$work" -mindepth 1 -maxdepth 1 -not -name add_subdirectory -exec rm -rf {} +

if [[ ${1:-} == --prefix ]]; then
  prefix=$(cd "$2" && pwd)
else
  prefix=$work/prefix
  cmake --install "${1:-$root/build/release}" --prefix "$prefix" >"$work/install.log"
fi
version=$(sed -n 's/^#define KAM_VERSION "\(.*\)"/\1/p' "$prefix/include/kam/version.hpp")
# Whatever the machine has, a consumer does not look for it.
hidden=()
for package in Eigen3 Boost nlohmann_json tomlplusplus hwy Threads; do
  hidden+=("-DCMAKE_DISABLE_FIND_PACKAGE_$package=ON")
done
third_party='Eigen|boost/|nlohmann|toml\+\+|hwy/'
strict=(-std=c++20 -Wall -Wextra -Wconversion -Wshadow -Wpedantic -Werror)

# build NAME [cmake option...]: configures and builds tests/consumer/NAME.
build() {
  cmake -S "$here/$1" -B "$work/$1" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_PREFIX_PATH="$prefix" "${hidden[@]}" "${@:2}"
  cmake --build "$work/$1"
}

headers() { (cd "$prefix/include" && find kam -name '*.hpp' | LC_ALL=C sort); }

write_all_headers() {
  if [[ -e $prefix/include/kam/kam.hpp ]]; then echo "#include <kam/kam.hpp>"; fi
  headers | sed 's/.*/#include <&>/'
}

# ---- cases: each is one function that fails with a message --------------------------------------

find_package() {
  build find_package -DKAM_WANTED_VERSION="${version%.*}"
  [[ $("$work/find_package/consumer") == "$version" ]]
}

wrong_version_is_refused() {
  if cmake -S "$here/find_package" -B "$work/wrong_version" -G Ninja \
    -DCMAKE_PREFIX_PATH="$prefix" -DKAM_WANTED_VERSION=0.99; then
    echo "find_package(kam 0.99) was satisfied by $version"
    return 1
  fi
}

dependencies_stay_behind() {
  if grep -rnE "$third_party|$root/(src|include)" "$prefix/include/kam" \
    "$prefix"/lib*/cmake/kam "$prefix"/lib*/pkgconfig/kam.pc; then
    echo "the installed files above name a dependency or the source tree"
    return 1
  fi
  # Not only by name: what the preprocessor really opens.
  write_all_headers >"$work/all.cpp"
  if "$CXX" -std=c++20 -I"$prefix/include" -M "$work/all.cpp" | grep -nE "$third_party"; then
    echo "the installed headers open the files above"
    return 1
  fi
}

add_subdirectory() {
  build add_subdirectory -DKAM_SOURCE="$root" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0
  [[ $("$work/add_subdirectory/consumer") == "$version" ]]
}

hidden_shared() {
  build hidden_shared
  "$work/hidden_shared/consumer"
  if nm -D --defined-only -C "$work/hidden_shared/libplugin.so" | grep 'kam::'; then
    echo "a plug-in with hidden visibility exports the symbols above"
    return 1
  fi
}

header_only() {
  "$CXX" "${strict[@]}" -I"$prefix/include" "$here/header_only/main.cpp" -o "$work/header_only"
  "$work/header_only"
}

two_units() {
  mkdir -p "$work/two_units_headers"
  { echo "#pragma once" && write_all_headers; } >"$work/two_units_headers/all.hpp"
  build two_units -DALL_HEADERS_DIR="$work/two_units_headers"
  "$work/two_units/consumer"
}

pkg_config() {
  local folder flags
  folder=$(dirname "$(find "$prefix" -name kam.pc)")
  [[ $(PKG_CONFIG_PATH=$folder pkg-config --modversion kam) == "$version" ]]
  read -ra flags <<<"$(PKG_CONFIG_PATH=$folder pkg-config --cflags --libs kam)"
  "$CXX" "$here/uses_kam.cpp" "${flags[@]}" -o "$work/pkg_config"
  [[ $("$work/pkg_config") == "$version" ]]
}

no_exceptions_no_rtti() {
  write_all_headers >"$work/no_exceptions.cpp"
  "$CXX" "${strict[@]}" -fno-exceptions -fno-rtti -I"$prefix/include" -fsyntax-only \
    "$work/no_exceptions.cpp"
}

# ---- running ------------------------------------------------------------------------------------

cases=(find_package wrong_version_is_refused dependencies_stay_behind hidden_shared header_only
  two_units pkg_config no_exceptions_no_rtti)
[[ ${1:-} == --prefix ]] || cases+=(add_subdirectory)

passed=0 failed=0
for name in "${cases[@]}"; do
  # A subshell of its own, outside any condition, or `set -e` would not stop at the first failure.
  set +e
  (set -e && "$name") >"$work/$name.log" 2>&1
  status=$?
  set -e
  if [[ $status == 0 ]]; then
    passed=$((passed + 1))
    echo "ok $name"
  else
    failed=$((failed + 1))
    sed "s/^/$name: /" "$work/$name.log"
    echo "FAILED $name"
  fi
done
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
