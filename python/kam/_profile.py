"""Profiles: the scorecard in force."""

from __future__ import annotations

from pathlib import Path

from kam import _core


def load_profile(path: str | Path | None) -> _core.Profile:
    """The profile of a TOML file, or the default one. FormatError names line and key."""
    if path is None:
        return _core.default_profile()
    source = Path(path)
    return _core.parse_profile(source.read_text(encoding="utf-8"), source.name)
