"""`kam profile`: the scorecard in force."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from kam import _core
from kam._errors import FormatError
from kam.cli import _exit


def run(arguments: Namespace) -> int:
    text = _core.default_profile_text() if arguments.file is None else _text(arguments.file)
    if arguments.verb == "show":
        sys.stdout.write(text)
        return _exit.OK
    try:
        profile = _core.parse_profile(text, arguments.file.name).to_dict()
    except FormatError as error:
        raise _exit.UsageError(str(error)) from None
    print(_line(arguments.file.name, profile))
    return _exit.OK


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise _exit.UsageError(f"{path}: {error.strerror}") from None
    except UnicodeError:
        raise _exit.UsageError(f"{path} is not UTF-8") from None


def _line(name: str, profile: dict[str, Any]) -> str:
    return (
        f"{name}: valid; profile '{profile['name']}', {len(profile['dimensions'])} dimensions, "
        f"{len(profile['indicators'])} indicators, order model {profile['order_model']}"
    )
