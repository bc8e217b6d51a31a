#!/usr/bin/env bash
# when_changed.sh STAMP INPUT... -- COMMAND...
#
# Runs COMMAND unless it has succeeded before with the same inputs. An INPUT is a file, a folder
# (all files below it but compiled ones) or =TEXT. The stamp holds a hash of their contents and of COMMAND, so that
# touching a file or switching branches and back costs nothing; it belongs inside the product, so
# that deleting the product deletes the stamp too.
set -euo pipefail

stamp=$1
shift
files=()
texts=()
while [[ $# -gt 0 && $1 != -- ]]; do
  case $1 in
    =*) texts+=("$1") ;;
    *) if [[ -e $1 ]]; then files+=("$1"); else texts+=("absent $1"); fi ;;
  esac
  shift
done
shift

content() {
  printf '%s\0' "$@" "${texts[@]}"
  if [[ ${#files[@]} -gt 0 ]]; then
    find "${files[@]}" -type f -not -path '*/__pycache__/*' -not -name '*.so' -print0 | LC_ALL=C sort -z |
      xargs -0 sha256sum
  fi
}
hash=$(content "$@" | sha256sum)

[[ -f $stamp && $(<"$stamp") == "$hash" ]] && exit 0
rm -f "$stamp"
"$@"
mkdir -p "$(dirname "$stamp")"
printf '%s\n' "$hash" >"$stamp"
