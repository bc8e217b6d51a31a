#!/usr/bin/env bash
# Compare kam with lifetimes 0.11.3; arguments go to lifetimes_peer.py.
# The locked environment is made once in build/ and again whenever the lock file changes; kam is
# built from this checkout every time.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
lock="$here/requirements-lifetimes.txt"
venv="$root/build/peers-lifetimes-venv"

# make exports PYTHON for its own purposes, so it is a suggestion here: any 3.11 will do.
python=""
for candidate in "${PYTHON:-}" python3.11 python3; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    python="$candidate"
    break
  fi
done
if [[ -z "$python" ]]; then
  echo "run.sh: scipy 1.10.1 and pandas 1.5.3 are locked for Python 3.11; set PYTHON to one" >&2
  exit 1
fi

stamp="$("$python" -c \
  'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$lock")"
# The stamp is written last, so an interrupted installation is started over.
if [[ "$(cat "$venv/lock.sha256" 2>/dev/null || true)" != "$stamp" ]]; then
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --require-hashes -r "$lock"
  echo "$stamp" > "$venv/lock.sha256"
fi

# --no-deps: the lock already holds the only run-time dependency, NumPy.
"$venv/bin/python" -m pip install --quiet --no-deps "$root"
exec "$venv/bin/python" "$here/lifetimes_peer.py" "$@"
