"""Runs one command and turns what goes wrong into one line and an exit code."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from kam.cli import _exit
from kam.cli._terminal import say

_TERMINATED = 128 + signal.SIGTERM


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code. `argv` without the program's name; the process's own arguments if None."""
    own_process = argv is None
    if own_process:
        signal.signal(signal.SIGTERM, _terminate)
    try:
        with _warnings_as_lines():
            code = _run(sys.argv[1:] if argv is None else list(argv))
            sys.stdout.flush()
            return code
    except SystemExit as stop:  # --help, --version, SIGTERM
        if stop.code == _TERMINATED:
            say("kam: terminated")
        return stop.code if isinstance(stop.code, int) else 0
    except BrokenPipeError:  # whoever read stdout has stopped, like `head`
        if own_process:
            _drop_stdout()
        return _exit.FAILURE
    except BaseException as error:
        if own_process and isinstance(error, OSError):
            _drop_stdout()
        return _failed(error)


def _drop_stdout() -> None:
    """Python must not try to flush once more what could not be written."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(argv: list[str]) -> int:
    from kam.cli._arguments import parser

    arguments = parser().parse_args(argv)
    command = importlib.import_module(f"kam.cli.{arguments.module}")
    code: int = command.run(arguments)
    return code


def _failed(error: BaseException) -> int:
    if os.environ.get("KAM_DEBUG"):
        traceback.print_exception(error)
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "InterruptException":
        say("kam: interrupted")
        return _exit.INTERRUPTED
    say(f"kam: error: {_exit.message_of(error)}")
    return _exit.code_of(error)


def _terminate(*_: Any) -> None:
    raise SystemExit(_TERMINATED)  # unwinds: temporary files go


@contextlib.contextmanager
def _warnings_as_lines() -> Iterator[None]:
    """Warnings of fits in one line each. Commands tell of rows; libraries are not listened to."""
    from kam._errors import AssumptionWarning, ConvergenceWarning

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        say(f"kam: warning: {message}")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", ConvergenceWarning)
        warnings.simplefilter("always", AssumptionWarning)
        warnings.showwarning = show
        yield
