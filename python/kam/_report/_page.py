"""The document around the sections: style, script, and a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from kam._report._facts import Facts
from kam._report._html import Html, join, tag
from kam._report._know import know
from kam._report._language import Language
from kam._report._palette import variables
from kam._report._trust import trust
from kam._report._where import where
from kam._report._which import card_labels, which
from kam._report._why import why

if TYPE_CHECKING:
    from kam._scoring.score import ScoreResult


def page(result: ScoreResult, title: str | None, language: str, rows: int) -> str:
    t = Language(language)
    facts = Facts(result)
    heading = title if title is not None else t("title")
    body = tag(
        "body",
        tag(
            "header",
            tag("h1", heading),
            tag("p", f"{t('as_of')} {t.date(result.request['as_of'])}", class_="as-of"),
            _contents(t),
        ),
        tag(
            "main",
            *(know(facts, t), where(facts, t), which(facts, t, rows), why(facts, t)),
            trust(facts, t),
        ),
        tag("script", Html(_asset("report.js"))),
    )
    document = tag("html", _head(heading, facts, t), body, lang=t.tag)
    return f"<!DOCTYPE html>\n{document}\n"


def _head(heading: str, facts: Facts, t: Language) -> Html:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy()),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="generator", content="kam"),
        tag("title", f"{heading}, {t.date(facts.request['as_of'])}"),
        tag("style", Html(variables() + _asset("report.css") + card_labels(facts, t))),
    )


def _policy() -> str:
    """No network at all; of scripts only the page's own, named by its hash."""
    digest = hashlib.sha256(_asset("report.js").encode()).digest()
    script = f"'sha256-{base64.b64encode(digest).decode()}'"
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {script}; "
        "base-uri 'none'; form-action 'none'"
    )


def _contents(t: Language) -> Html:
    names = ("know", "where", "which", "why", "trust")
    links = (tag("a", t(name), href=f"#{name}") for name in names)
    return tag("nav", join(links, " "), aria_label=t("contents"))


@cache
def _asset(name: str) -> str:
    return files("kam._report").joinpath(name).read_text(encoding="utf-8")
