#!/usr/bin/env bash
# Compare kam with its peers: run.sh [lifetimes|lifelines|concentration] [options of the script].
# Without a name all run, one after the other. Each peer has a locked environment of its own, made
# once in build/ and again whenever its lock file changes; kam is built from this checkout every
# time, once for all. KAM_PREBUILT=build/release/libkam.a links that library into the extension
# instead of building it again.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"

peers=(lifetimes lifelines concentration)
if [[ " ${peers[*]} " == *" ${1:-none} "* ]]; then
  peers=("$1")
  shift
fi
if [[ ${#peers[@]} -gt 1 && " $* " == *" --json"* ]]; then
  echo "run.sh: --json writes one file: name the peer first: ${peers[*]}" >&2
  exit 2
fi

# make exports PYTHON for its own purposes, so it is a suggestion here: any 3.11 will do.
python=""
for candidate in "${PYTHON:-}" python3.11 python3; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    python="$candidate"
    break
  fi
done
if [[ -z "$python" ]]; then
  echo "run.sh: the versions of the peers are locked for Python 3.11; set PYTHON to one" >&2
  exit 1
fi

make_environment() {  # peer
  local lock="$here/requirements-$1.txt" venv="$root/build/peers-$1-venv" stamp
  stamp="$("$python" -c \
    'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$lock")"
  # The stamp is written last, so an interrupted installation is started over.
  if [[ "$(cat "$venv/lock.sha256" 2>/dev/null || true)" != "$stamp" ]]; then
    rm -rf "$venv"
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --require-hashes -r "$lock"
    echo "$stamp" > "$venv/lock.sha256"
  fi
}

if [[ -n "${KAM_PREBUILT:-}" ]]; then KAM_PREBUILT="$(realpath "$KAM_PREBUILT")"; fi
wheels="$root/build/peers-wheel"
for peer in "${peers[@]}"; do
  make_environment "$peer"
  venv="$root/build/peers-$peer-venv"
  # --no-deps: the locks already hold the only run-time dependency, NumPy.
  if [[ "$peer" == "${peers[0]}" ]]; then
    rm -rf "$wheels"
    "$venv/bin/python" -m pip wheel --quiet --no-deps --wheel-dir "$wheels" \
      -Ccmake.define.KAM_PREBUILT="${KAM_PREBUILT:-}" "$root"
  fi
  "$venv/bin/python" -m pip install --quiet --no-deps --force-reinstall "$wheels"/kam-*.whl
  echo "== kam beside $peer"
  "$venv/bin/python" "$here/${peer}_peer.py" "$@"
done
