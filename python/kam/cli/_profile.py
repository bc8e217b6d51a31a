"""`kam profile`: the scorecard in force, those that are shipped, and their schema."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from kam import _core
from kam._errors import FormatError
from kam._scoring.profile import profile_text, profiles
from kam.cli import _exit


def run(arguments: Namespace) -> int:
    if arguments.verb == "list":
        _list()
    elif arguments.verb == "schema":
        sys.stdout.write(_core.profile_schema_text())
    elif arguments.verb == "show":
        _show(arguments.profile)
    else:
        _validate(arguments.file)
    return _exit.OK


def _list() -> None:
    shipped = profiles()
    width = max(len(profile["name"]) for profile in shipped)
    for profile in shipped:
        print(f"{profile['name']:{width}}  {profile['description']}")


def _show(profile: Path | None) -> None:
    sys.stdout.write(_core.default_profile_text() if profile is None else _text(profile)[0])


def _validate(path: Path) -> None:
    text, name = _text(path)
    try:
        profile = _core.parse_profile(text, name).to_dict()
    except FormatError as error:
        raise _exit.UsageError(str(error)) from None
    print(_line(name, profile))


def _text(profile: Path) -> tuple[str, str]:
    try:
        return profile_text(profile)
    except FormatError as error:  # not UTF-8
        raise _exit.UsageError(str(error)) from None
    except OSError as error:
        raise _exit.UsageError(f"{profile}: {error.strerror}") from None


def _line(name: str, profile: dict[str, Any]) -> str:
    return (
        f"{name}: valid; profile '{profile['name']}', {len(profile['dimensions'])} dimensions, "
        f"{len(profile['indicators'])} indicators, order model {profile['order_model']}"
    )
