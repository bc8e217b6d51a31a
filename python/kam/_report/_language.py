"""Fixed texts, numbers and dates in the reader's language."""

from __future__ import annotations

import math
import re
from typing import Any

from kam._report import _chinese, _english
from kam._report._html import Html, emphasised, esc

_TABLES = {"en": _english.TEXTS, "zh": _chinese.TEXTS}
_TAGS = {"en": "en", "zh": "zh-Hans"}
_SPACE = {"en": "\u00a0", "zh": ""}
_TOO_FEW = re.compile(r"insufficient: ([\d.]+) repeat orders, an order model needs ([\d.]+)")

_NEEDS = {
    "needs_table": re.compile(r"needs table (?P<table>\w+)"),
    "needs_column": re.compile(r"needs (?P<columns>.+?),? of (?P<table>[a-z_]+)"),
    "needs": re.compile(r"needs (?P<columns>[\w, ]+)"),
}


class Language:
    """`t("key", name=...)` is a text, `t.html(...)` the same with its values in bold."""

    def __init__(self, code: str) -> None:
        if code not in _TABLES:
            raise ValueError(f"`language` must be en or zh, got {code!r}")
        self.code = code
        self.tag = _TAGS[code]
        self._texts = _TABLES[code]

    def __call__(self, key: str, **values: str) -> str:
        return self._texts[key].format(**values)

    def html(self, key: str, **values: str) -> Html:
        return emphasised(self._texts[key], values)

    def maybe(self, key: str, otherwise: str) -> str:
        """The text of `key` if this language has one; names of the core grow with it."""
        return self._texts.get(key, otherwise)

    def counted(self, key: str, count: float) -> str:
        """`1 account`, `4,714 accounts`: the texts key_one and key_many."""
        text = self.whole(count) if float(count).is_integer() else self.significant(count)
        return self(f"{key}_{'one' if count == 1 else 'many'}", n=text)

    def label(self, part: dict[str, Any]) -> str:
        """The label of a part of the profile: of this language, of the other, or its name."""
        own, other = part.get(f"label_{self.code}"), part.get("label_en")
        return str(own or other or part.get("name") or part.get("id") or "")

    def of_core(self, text: str) -> str:
        """A reason the core gives in English, as a sentence's part of this language."""
        match = _TOO_FEW.fullmatch(text)
        if match:
            return self("too_few_orders", have=match[1], need=match[2])
        if f"core:{text}" in self._texts:
            return self._texts[f"core:{text}"]
        for key, pattern in _NEEDS.items():
            if match := pattern.fullmatch(text):
                return self(key, **match.groupdict())
        return text

    # ---- numbers --------------------------------------------------------------------------------

    def whole(self, value: float) -> str:
        return f"{value:,.0f}".replace("-", "\u2212")

    def number(self, value: float, decimals: int = 1) -> str:
        text = f"{value:,.{decimals}f}"
        return text.replace("-", "\u2212" if float(text.replace(",", "")) else "")

    def signed(self, value: float, decimals: int = 1) -> str:
        text = self.number(value, decimals)
        return text if text.startswith("\u2212") or not float(text) else f"+{text}"

    def percent(self, share: float, decimals: int = 1) -> str:
        """A share with at most so many decimals: 20 %, 67.8 %."""
        text = self.number(100 * share, decimals)
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return f"{text}{_SPACE[self.code]}%"

    def signed_percent(self, share: float, decimals: int = 1) -> str:
        """A change: +3.4 %."""
        text = self.percent(share, decimals)
        return f"+{text}" if share > 0 and text.strip("0%\u00a0") else text

    def probability(self, p: float) -> str:
        """Of a model, so never 0 % or 100 %."""
        if p < 0.001 or p > 0.999:
            return f"{'<' if p < 0.5 else '>'}{self.share(0.001 if p < 0.5 else 0.999)}"
        return self.share(p)

    def share(self, share: float, decimals: int = 1) -> str:
        """A share with exactly so many decimals, for columns."""
        return f"{self.number(100 * share, decimals)}{_SPACE[self.code]}%"

    def significant(self, value: float, digits: int = 4) -> str:
        if not math.isfinite(value):
            return "\u2013"
        return f"{value:,.{digits}g}".replace("-", "\u2212")

    def date(self, iso: str) -> str:
        year, month, day = (int(part) for part in iso.split("-"))
        return self("date", year=str(year), month=self(f"month_{month}"), day=str(day))

    def listed(self, items: list[str]) -> str:
        """a, b and c."""
        if len(items) < 2:
            return "".join(items)
        return self("list", first=self("comma").join(items[:-1]), last=items[-1])


def code(text: str) -> Html:
    return Html(f"<code>{esc(text)}</code>")
