"""Profiles: the scorecard in force."""

from __future__ import annotations

import errno
import re
from pathlib import Path

from kam import _core
from kam._errors import FormatError


def profiles() -> list[dict[str, str]]:
    """The profiles that kam carries: name and description of each, the default one first.

    Any of the names can be given as `profile`. `kam profile show NAME` prints the file.
    """
    shipped = []
    for name in _core.shipped_profile_names():
        profile = _core.parse_profile(_core.shipped_profile_text(name), f"{name}.toml").to_dict()
        shipped.append({"name": name, "description": profile["description"]})
    return shipped


def load_profile(profile: str | Path | _core.Profile | None) -> _core.Profile:
    """The profile of a TOML file or of a shipped name. FormatError names line and key."""
    if profile is None:
        return _core.default_profile()
    if isinstance(profile, _core.Profile):
        return profile
    return _core.parse_profile(*profile_text(profile))


def profile_text(profile: str | Path) -> tuple[str, str]:
    """The text of a file, else of a shipped profile; and what messages call it."""
    source = Path(profile)
    if source.exists() and not source.is_dir():
        return _text(source), source.name
    if str(profile) in _core.shipped_profile_names():
        return _core.shipped_profile_text(str(profile)), f"{profile}.toml"
    if source.is_dir():
        raise IsADirectoryError(errno.EISDIR, "Is a directory", str(source))
    message = "No such file, and no shipped profile of that name"
    raise FileNotFoundError(errno.ENOENT, message, str(source))


def with_occasion(profile: str | Path | None, occasion: str) -> _core.Profile:
    """The same profile with another `orders.occasion`, as if the file said so."""
    load_profile(profile)  # its mistakes, in its own lines
    text = _core.default_profile_text() if profile is None else profile_text(profile)[0]
    line = f'occasion = "{occasion}"'
    table, key = r"(?m)^[ \t]*\[[ \t]*orders[ \t]*\][^\n]*$", r"(?m)^[ \t]*occasion[ \t]*=[^\n]*$"
    found = re.search(table, text)
    if found is None:
        text = f"{text}\n[orders]\n{line}\n"
    else:
        head, rest = text[: found.end()], text[found.end() :]
        end = next((m.start() for m in re.finditer(r"(?m)^[ \t]*\[", rest)), len(rest))
        own, after = rest[:end], rest[end:]
        own = re.sub(key, line, own) if re.search(key, own) else f"\n{line}{own}"
        text = head + own + after
    return _core.parse_profile(text, "profile with --occasion")


def _text(source: Path) -> str:
    try:
        return source.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = source.read_bytes()[: error.start].count(b"\n") + 1
        raise FormatError(f"{source.name}:{line}: not UTF-8; save the file as UTF-8") from None
