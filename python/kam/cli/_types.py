"""Texts of options to values. What is out of range is a usage error, found before any work."""

from __future__ import annotations

import codecs
import math
import re
from argparse import ArgumentTypeError
from collections.abc import Callable
from pathlib import Path

from kam._data.columns import day
from kam._data.readers import COLUMN_NAMES
from kam._data.text_file import BLANKS

_FIRST_DAY, _LAST_DAY = "1900-01-02", "9998-12-31"
_SIZE = re.compile(r"\d+(\.\d+)?\s*([KMGT]i?B)", re.IGNORECASE)
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": BLANKS}


def date(text: str) -> str:
    try:
        value = day(text)
    except ValueError:
        raise ArgumentTypeError(f"must be a date such as 2024-12-31, got {text!r}") from None
    if not day(_FIRST_DAY) <= value <= day(_LAST_DAY):
        raise ArgumentTypeError(f"must be from {_FIRST_DAY} to {_LAST_DAY}, got {text}")
    return text.strip()


def number(*, above: float | None = None, least: float | None = None) -> Callable[[str], float]:
    """A finite number > above, or >= least."""
    rule = f"must be > {above:g}" if above is not None else f"must be >= {least:g}"

    def convert(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ArgumentTypeError(f"must be a number, got {text!r}") from None
        in_range = value > above if above is not None else value >= (least or 0)
        if not math.isfinite(value) or not in_range:
            raise ArgumentTypeError(f"{rule}, got {text}")
        return value

    return convert


def rate(text: str) -> float:
    """An annual rate as a fraction; above 1 somebody meant percent."""
    value = number(least=0)(text)
    if value > 1:
        raise ArgumentTypeError(f"is a fraction, at most 1 (8 % is 0.08), got {text}")
    return value


def level(text: str) -> float:
    """Of an interval, strictly between 0 and 1."""
    value = number(above=0)(text)
    if not value < 1:
        raise ArgumentTypeError(f"must be below 1, got {text}")
    return value


def count(text: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text):
        raise ArgumentTypeError(f"must be a whole number >= 0, got {text!r}")
    return int(text)


def phases(text: str) -> int:
    if not re.fullmatch(r"\d{1,2}", text) or not 1 <= int(text) <= 20:
        raise ArgumentTypeError(f"must be a whole number from 1 to 20, got {text!r}")
    return int(text)


def columns(text: str) -> dict[str, str]:
    """ "account_id=customer_id,amount=dollar_value": kam's name = the name in the file."""
    mapping: dict[str, str] = {}
    for pair in text.split(","):
        name, equals, theirs = (part.strip() for part in pair.partition("="))
        if not equals or not name or not theirs:
            raise ArgumentTypeError(f"must be like amount=dollar_value, got {pair!r}")
        if name not in COLUMN_NAMES:
            turned = f"; did you mean {theirs}={name}?" if theirs in COLUMN_NAMES else ""
            raise ArgumentTypeError(f"kam has no column '{name}'{turned}")
        mapping[name] = theirs
    return mapping


def date_format(text: str) -> str:
    codes = re.findall(r"%(.?)", text)
    if not {"Y", "m", "d"} <= set(codes) or not set(codes) <= set("YmdHMS%"):
        raise ArgumentTypeError(
            f"must hold %Y, %m and %d, and may hold %H, %M and %S, got {text!r}"
        )
    return text


def delimiter(text: str) -> str:
    value = _DELIMITERS.get(text.lower(), text)
    if value in (BLANKS, " "):
        return BLANKS
    if len(value) != 1 or value in '"\r\n' or ord(value) > 127:
        raise ArgumentTypeError(f"must be one character, tab or {BLANKS}, got {text!r}")
    return value


def decimal(text: str) -> str:
    if text not in (".", ","):
        raise ArgumentTypeError(f"must be . or , and got {text!r}")
    return text


def encoding(text: str) -> str:
    try:
        name = codecs.lookup(text).name
        "".encode(name)  # a codec of text, not of bytes
    except (LookupError, UnicodeError):
        raise ArgumentTypeError(f"unknown encoding {text!r}") from None
    return "utf-8-sig" if name == "utf-8" else name


def size(text: str) -> str:
    if not _SIZE.fullmatch(text.strip()):
        raise ArgumentTypeError(f"must be a size such as 512MB or 1GB, got {text!r}")
    return text.strip()


def output(*suffixes: str) -> Callable[[str], Path]:
    """A path to write to, by suffix."""

    def convert(text: str) -> Path:
        path = Path(text)
        if path.suffix.lower() not in suffixes:
            raise ArgumentTypeError(f"must end with {' or '.join(suffixes)}, got {text!r}")
        return path

    return convert
