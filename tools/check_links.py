#!/usr/bin/env python3
"""Check relative links and anchors in every Markdown file.

    tools/check_links.py [root]

A link must name a file or folder of the checkout; an anchor must be the slug of a heading (as the
usual hosting sites make it) or an explicit id. Addresses with a scheme are not fetched.
Prints one line per breach, exits 1 when there is one.
"""

import re
import sys
from functools import cache
from pathlib import Path
from urllib.parse import unquote

SKIPPED_FOLDERS = {".git", ".venv", "build", "node_modules"}
FENCE = re.compile(r"^\s*(```|~~~)")
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
TARGET = r"[^\s<>()]*(?:\([^\s()]*\)[^\s<>()]*)*"
INLINE = re.compile(rf"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(\s*<?({TARGET})>?[^)]*\)")
REFERENCE = re.compile(r"^\s{0,3}\[[^\]]+\]:\s+<?(\S+?)>?(?:\s|$)")
HTML = re.compile(r"""<(?:a|img)\s[^>]*?(?:href|src)=["']([^"']+)["']""")
HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
EXPLICIT_ID = re.compile(r"""<[a-z]+\s[^>]*?(?:id|name)=["']([^"']+)["']""")
SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def prose(path: Path) -> list[tuple[int, str]]:
    """Numbered lines outside fenced code."""
    lines = []
    fence = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = FENCE.match(line)
        if match and not fence:
            fence = match[1]
        elif match and match[1] == fence:
            fence = ""
        elif not fence:
            lines.append((number, line))
    return lines


def slug(heading: str) -> str:
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    text = re.sub(r"<[^>]+>", "", text).replace("`", "").replace("*", "")
    kept = re.sub(r"[^\w\- ]", "", text.strip().lower())
    return kept.replace(" ", "-")


@cache
def anchors(path: Path) -> frozenset[str]:
    found: dict[str, int] = {}
    explicit = set()
    for _, line in prose(path):
        explicit.update(EXPLICIT_ID.findall(line))
        if match := HEADING.match(line):
            name = slug(match[1])
            count = found.get(name, 0)
            found[name] = count + 1
            if count:
                explicit.add(f"{name}-{count}")
    return frozenset(found) | explicit


def fault(root: Path, page: Path, target: str) -> str:
    """Why the link is wrong; empty when it is right."""
    if SCHEME.match(target) or target.startswith("//"):
        return ""
    name, _, anchor = unquote(target).partition("#")
    if name.startswith("/"):
        return "an absolute path works on no hosting site"
    file = (page.parent / name).resolve() if name else page.resolve()
    if not file.is_relative_to(root.resolve()):
        return "outside the checkout"
    if not file.exists():
        return "no such file"
    if anchor and file.suffix == ".md" and anchor not in anchors(file):
        return "no such heading"
    return ""


def check_page(root: Path, page: Path) -> list[str]:
    faults = []
    for number, line in prose(page):
        text = CODE.sub("", line)
        targets = INLINE.findall(text) + REFERENCE.findall(text) + HTML.findall(text)
        for target in targets:
            if reason := fault(root, page, target):
                faults.append(f"{page}:{number}: {target}: {reason}")
    return faults


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    pages = sorted(
        page
        for page in root.rglob("*.md")
        if not SKIPPED_FOLDERS.intersection(page.relative_to(root).parts)
    )
    faults = [line for page in pages for line in check_page(root, page)]
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
