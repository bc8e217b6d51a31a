"""HTML by construction: text is escaped unless it is already Html, so that no name can inject."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

# Not characters of a text: controls, lone surrogates (no file can hold them), non-characters.
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# Marks that turn the direction of what follows: they must not reach beyond a name.
_DIRECTION = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_VOID = {"meta", "br", "input", "col"}


class Html(str):
    """Finished HTML, which `tag` takes as it is."""

    __slots__ = ()


Child = str | None


def clean(text: object) -> str:
    """`text` without what no document may hold."""
    return _NO_TEXT.sub("\ufffd", str(text))


def plain(text: object) -> str:
    """For attributes and drawings, which have no <bdi>: also without direction marks."""
    return _DIRECTION.sub("", clean(text)).replace("\n", " ").replace("\t", " ")


def esc(text: object) -> Html:
    return text if isinstance(text, Html) else Html(html.escape(clean(text), quote=True))


def join(parts: Iterable[Child], separator: str = "") -> Html:
    return Html(separator.join(esc(p) for p in parts if p is not None))


def tag(name: str, /, *children: Child, **attributes: str | int | float | bool | None) -> Html:
    """`class_` is class, `data_v` is data-v; None and False leave an attribute out."""
    words = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        words.append(key if value is True else f'{key}="{html.escape(plain(value), quote=True)}"')
    opening = f"<{' '.join(words)}>"
    return Html(opening if name in _VOID else f"{opening}{join(children)}</{name}>")


def emphasised(template: str, values: dict[str, str]) -> Html:
    """A sentence of a label table with its numbers in bold."""
    return Html(esc(template).format(**{k: f"<b>{esc(v)}</b>" for k, v in values.items()}))


def name_of(text: str) -> Html:
    """A name of unknown script and direction, kept to itself."""
    return tag("bdi", text)
