#!/usr/bin/env bash
# telling.sh TEXT COMMAND...
#
# Says TEXT and runs COMMAND: for steps that are silent for minutes. Behind when_changed.sh it says
# nothing where nothing is to be done.
set -euo pipefail

echo "$1" >&2
shift
exec "$@"
