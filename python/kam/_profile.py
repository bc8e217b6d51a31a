"""Profiles: the scorecard in force."""

from __future__ import annotations

import re
from pathlib import Path

from kam import _core
from kam._errors import FormatError


def load_profile(path: str | Path | _core.Profile | None) -> _core.Profile:
    """The profile of a TOML file, or the default one. FormatError names line and key."""
    if path is None:
        return _core.default_profile()
    if isinstance(path, _core.Profile):
        return path
    source = Path(path)
    return _core.parse_profile(_text(source), source.name)


def with_occasion(path: str | Path | None, occasion: str) -> _core.Profile:
    """The same profile with another `orders.occasion`, as if the file said so."""
    load_profile(path)  # its mistakes, in its own lines
    text = _core.default_profile_text() if path is None else Path(path).read_text(encoding="utf-8")
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
