"""A text file of a table before its fields are told apart: encoding, compression, header, lines."""

from __future__ import annotations

import codecs
import contextlib
import csv
import gzip
import io
import re
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kam._errors import DataError

_BLOCK = 1 << 20
_CANDIDATES = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
BLANKS = "whitespace"
_LINE_END = re.compile(r"\r\n|\r|\n")
_DATA = re.compile(r"[-+]?\d+([.,]\d+)*|\d{4}-\d\d-\d\d.*")


@dataclass
class TextFile:
    """`encoding` None: UTF-8, or UTF-16 where the file starts by saying so."""

    path: Path
    encoding: str | None = None

    def __post_init__(self) -> None:
        start = self._start()
        if not start.strip(b"\x00 \t\r\n"):
            raise DataError(f"{self.path.name} is empty")
        if self.encoding is None:
            self.encoding = _encoding_of(start, self.path.name)
        self.copy_needed = self.encoding != "utf-8-sig" or (b"\r" in start and b"\n" not in start)
        self.blank_lines_first, self.header = _header_of(self, start)

    def open_bytes(self) -> IO[bytes]:
        return open_bytes(self.path)

    def lines(self, universal: bool = True) -> Iterator[str]:
        """Without their ends: every kind of line end, or \\n (and \\r\\n) alone."""
        with self._text(None if universal else "\n") as text:
            for line in text:
                yield line.rstrip("\r\n")

    def copy_to(self, target: Path) -> Path:
        """The same text in UTF-8 with \\n line ends: what every CSV reader agrees on."""
        with self._text() as text, target.open("w", encoding="utf-8", newline="\n") as out:
            shutil.copyfileobj(text, out, _BLOCK)
        return target

    @contextlib.contextmanager
    def _text(self, newline: str | None = None) -> Iterator[io.TextIOWrapper]:
        with readable(self.path), self.open_bytes() as raw:
            try:
                yield io.TextIOWrapper(raw, encoding=self.encoding, newline=newline)
            except UnicodeError:
                raise self.wrong_encoding(self.first_bad_line()) from None

    def wrong_encoding(self, line: int | None) -> DataError:
        where = f"{self.path.name}" + (f" line {line}" if line else "")
        if self.encoding == "utf-8-sig":
            return DataError(
                f"{where} is not UTF-8: name the encoding, for instance --encoding latin-1 "
                "(Western European) or gb18030 (Chinese)"
            )
        return DataError(f"{where} is not {self.encoding}: name another encoding with --encoding")

    def first_bad_line(self) -> int | None:
        assert self.encoding is not None
        with self.open_bytes() as raw:
            for number, line in enumerate(raw, 1):
                try:
                    line.decode(self.encoding)
                except UnicodeError:
                    return number
        return None

    def _start(self) -> bytes:
        with readable(self.path), self.open_bytes() as raw:
            return raw.read(_BLOCK)


def open_bytes(path: Path) -> IO[bytes]:
    if path.suffix.lower() == ".gz":
        return gzip.open(path)  # type: ignore[return-value]
    return path.open("rb")


@contextlib.contextmanager
def readable(path: Path) -> Iterator[None]:
    """What goes wrong while a file is read is a fault of the file."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path.name} is damaged: {error}") from None
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror or error}") from None


def _encoding_of(start: bytes, name: str) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in start.split(b"\n", 1)[0]:
        raise DataError(
            f"{name} has NUL bytes in its first line: damaged, or UTF-16 (try --encoding utf-16-le)"
        )
    return "utf-8-sig"


def _header_of(file: TextFile, start: bytes) -> tuple[int, str]:
    """How many blank lines come first, and the header; a quoted name may hold a line end."""
    assert file.encoding is not None
    decoder = codecs.getincrementaldecoder(file.encoding)()
    try:
        text = decoder.decode(start)
    except UnicodeError:
        first = start.split(b"\n", 1)[0]
        try:
            text = first.decode(file.encoding)
        except UnicodeError:
            raise file.wrong_encoding(1) from None
    lines = _LINE_END.split(text)
    blank = next((i for i, line in enumerate(lines) if line), 0)
    header = lines[blank]
    for line in lines[blank + 1 :]:
        if header.count('"') % 2 == 0:
            break
        header += "\n" + line
    return blank, header


def fields_of(header: str, delimiter: str) -> list[str]:
    if delimiter == BLANKS:
        return header.split()
    return next(csv.reader(io.StringIO(header), delimiter=delimiter), [])


def delimiter_of(file: TextFile, wanted: str | None) -> str:
    """The one that was asked for, or the one that makes most columns of the header."""
    counts = {d: len(fields_of(file.header, d)) for d in (*_CANDIDATES, BLANKS)}
    best = max(_CANDIDATES, key=lambda d: counts[d])
    if counts[best] < 2:
        best = BLANKS
    used = wanted or best
    count = counts[used] if used in counts else len(fields_of(file.header, used))
    if count > 1:
        return used
    hint = f"; its header suggests {describe(best)}" if counts[best] > 1 and best != used else ""
    tried = describe(used) if wanted else "a comma, semicolon, tab, bar or blanks"
    raise DataError(
        f"{file.path.name} has one column when split at {tried}{hint}. Name it with --delimiter."
    )


def describe(delimiter: str) -> str:
    return "blanks" if delimiter == BLANKS else _CANDIDATES.get(delimiter, repr(delimiter))


def header_names(file: TextFile, delimiter: str) -> list[str]:
    """Column names; a name that is blank is column4 and so on."""
    cells = [cell.strip() for cell in fields_of(file.header, delimiter)]
    while cells and not cells[-1]:
        cells.pop()  # a delimiter at the end of every line
    if sum(_DATA.fullmatch(cell) is not None for cell in cells) * 2 >= len(cells):
        raise DataError(f"{file.path.name}: the first line holds data, not column names")
    names = [cell or f"column{i}" for i, cell in enumerate(cells, 1)]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise DataError(f"{file.path.name}: column '{repeated[0]}' occurs more than once")
    return names
