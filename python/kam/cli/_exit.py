"""Exit codes, and which error ends with which."""

from __future__ import annotations

from kam._errors import DataError, FormatError, InsufficientDataError

OK = 0
FAILURE = 1
USAGE = 2
BAD_DATA = 3
MODEL = 4
PARTIAL = 5

EXPLAINED = """\
exit codes: 0 ok, 1 failure, 2 usage, 3 bad input data, 4 model mismatch,
5 partial (more rejected rows than --max-rejects), 130 interrupted"""

# The core names its own arguments; on the command line they are options.
_OPTIONS = {
    "currency=": "--currency",
    "`as_of`": "--as-of",
    ", and give `rates` to convert the others": "",
}


class UsageError(Exception):
    """An option is wrong, or does not go with another."""


class OutputError(Exception):
    """A file cannot be written where it should be."""


class ModelError(Exception):
    """A model file that cannot be used."""


def is_interrupt(error: BaseException) -> bool:
    """Ctrl-C as DuckDB tells of it: by an exception of its own, or by a bare RuntimeError."""
    name = type(error).__name__
    return name == "InterruptException" or (
        name == "RuntimeError" and str(error) == "Query interrupted"
    )


def code_of(error: BaseException) -> int:
    if isinstance(error, UsageError):
        return USAGE
    if isinstance(error, (ModelError, FormatError)):
        return MODEL
    if isinstance(error, (DataError, InsufficientDataError)):
        return BAD_DATA
    return FAILURE


def message_of(error: BaseException) -> str:
    """One line."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"this needs the package '{error.name}': pip install 'kam[all]'"
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        first = str(error).split("\n", 1)[0].removeprefix("Out of Memory Error: ")
        return f"out of memory: {first}" if first else "out of memory"
    if isinstance(error, OSError) and error.strerror:
        where = error.filename2 or error.filename
        # Files that are read or written have their name in the message; only stdout has none.
        return f"{error.strerror}: {where}" if where else f"stdout: {error.strerror}"
    text = str(error) or type(error).__name__
    for name, option in _OPTIONS.items():
        text = text.replace(name, option)
    if code_of(error) == FAILURE and not isinstance(error, OutputError):
        text = f"{type(error).__name__}: {text}"
    return " ".join(text.split())
