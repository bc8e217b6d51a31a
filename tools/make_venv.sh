#!/usr/bin/env bash
# Makes .venv, or brings it up to requirements/test.txt. PYTHON: the interpreter (python3).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=${PYTHON:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "kam needs Python 3.11 or newer; $python is $("$python" --version 2>&1)." \
    "Set PYTHON to a newer one." >&2
  exit 1
fi

# One left behind by another interpreter is made anew rather than mended.
version() { "$1" -c 'import sys; print(sys.version_info[:2], sys.base_prefix)' 2>/dev/null; }
if [[ "$(version .venv/bin/python)" != "$(version "$python")" ]]; then
  echo "making .venv with $("$python" --version)" >&2
  rm -rf .venv
  "$python" -m venv .venv
fi

install() {
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/test.txt
}
echo "installing requirements/test.txt into .venv: a minute or two, as fast as they come" >&2
install || { sleep 5 && install; }  # a second try: package indexes have bad minutes
