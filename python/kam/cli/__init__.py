"""The command line: `kam`, or `python -m kam`. Data on stdout, everything else on stderr."""

from kam.cli._main import main

__all__ = ["main"]
