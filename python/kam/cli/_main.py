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

_WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}


class _Signals:
    """Ends the run by an exception, so that temporary files go, and remembers which signal asked:
    a library may turn the exception into one of its own. The second signal ends it at once."""

    def __init__(self) -> None:
        self.sent: signal.Signals | None = None

    def install(self) -> None:
        for number in _WORDS:
            signal.signal(number, self)

    def __call__(self, number: int, _: Any) -> None:
        self.sent = signal.Signals(number)
        signal.signal(number, signal.SIG_DFL)
        raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code. `argv` without the program's name; the process's own arguments if None."""
    own_process = argv is None
    signals = _Signals()
    if own_process:
        signals.install()
    try:
        with _warnings_as_lines():
            code = _run(sys.argv[1:] if argv is None else list(argv))
            sys.stdout.flush()
            return code
    except SystemExit as stop:  # --help, --version
        return stop.code if isinstance(stop.code, int) else 0
    except BrokenPipeError:  # whoever read stdout has stopped, like `head`
        if own_process:
            _drop_stdout()
        return _exit.FAILURE
    except BaseException as error:
        if own_process and isinstance(error, OSError):
            _drop_stdout()
        if signals.sent is not None:
            return _stopped(signals.sent, error)
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
    if isinstance(error, KeyboardInterrupt) or _exit.is_interrupt(error):
        return _stopped(signal.SIGINT, error)
    _trace(error)
    say(f"kam: error: {_exit.message_of(error)}")
    return _exit.code_of(error)


def _stopped(sent: signal.Signals, error: BaseException) -> int:
    _trace(error)
    say(f"kam: {_WORDS[sent]}")
    return 128 + sent


def _trace(error: BaseException) -> None:
    if os.environ.get("KAM_DEBUG"):
        traceback.print_exception(error)


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
