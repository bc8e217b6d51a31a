#!/usr/bin/env python3
"""The outputs that the pages print are what the code prints today.

    check_docs.py [--write] [--cpp] [PAGE...]

A ```python or ```sh block directly followed by a ```text block is run, and its stdout must be that
text.
With --cpp the same for ```cpp blocks that hold a `main`, linked with the library in KAM_BUILD
(build/release) by CXX (g++).
--write puts what was printed into the page instead of telling the difference. Without pages:
README.md and everything below docs/.

A block runs in a temporary folder that has `examples`, `profiles` and `tests` of the repository,
and the simulated key accounts where `make demo` puts them, so that it may read them and write
files without touching anything. Text must agree letter for
letter, a number to one unit of its last digit, and rounding errors (below 1e-9) to a factor of
ten, since the last bits depend on the CPU; so do the 12 hex digits that name a model, which are
not compared.

Python is that of .venv where it exists (KAM_PYTHON names another one).
"""

import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
INSIDE = r"((?:(?!```).*\n)*)"
PAIR = re.compile(rf"^```(python|sh|cpp)\n{INSIDE}```\n\n```text\n{INSIDE}```$", re.MULTILINE)
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
MODEL = re.compile(r"\b(?=\w*\d)[0-9a-f]{12}\b")
NOISE = 1e-9


class Block(NamedTuple):
    page: Path
    line: int
    language: str
    code: str
    text: str


def blocks_of(page: Path) -> list[Block]:
    content = page.read_text(encoding="utf-8")
    return [
        Block(page, content.count("\n", 0, m.start()) + 1, m[1], m[2], m[3])
        for m in PAIR.finditer(content)
    ]


def python() -> str:
    venv = ROOT / ".venv/bin/python"
    return os.environ.get("KAM_PYTHON") or (str(venv) if venv.exists() else sys.executable)


def simulate_key_accounts(folder: str) -> None:
    script = ROOT / "examples/key_accounts/make_portfolio.py"
    subprocess.run([python(), script, "--out", folder], check=True, stdout=subprocess.DEVNULL)


def run(block: Block, key_accounts: str) -> str:
    """What the block prints; a failure is printed too, and so differs from the page."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name in ("examples", "profiles", "tests"):
            (place / name).symlink_to(ROOT / name)
        (place / "build/demo").mkdir(parents=True)
        (place / "build/demo/key_accounts").symlink_to(key_accounts)
        if block.language == "cpp":
            (place / "block.cpp").write_text(block.code, encoding="utf-8")
            library = ROOT / os.environ.get("KAM_BUILD", "build/release") / "libkam.a"
            compiler = os.environ.get("CXX", "g++")
            command = [compiler, "-std=c++20", "-O1", "-pthread", "-I", str(ROOT / "include")]
            command += ["block.cpp", str(library), "-o", "block"]
            built = subprocess.run(command, cwd=place, capture_output=True, text=True)
            if built.returncode:
                return built.stderr
            command = ["./block"]
        elif block.language == "sh":
            kam = f'kam() {{ "{python()}" -m kam "$@"; }}\n'
            command = ["bash", "-euc", kam + block.code]
        else:
            command = [python(), "-c", block.code]
        environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONHASHSEED": "0"}
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, env=environment)
        return done.stdout + (done.stderr if done.returncode else "")


def same_number(a: str, b: str) -> bool:
    x, y = float(a), float(b)
    if abs(x) < NOISE and abs(y) < NOISE:
        return x == y or 0.1 < abs(x / y if y else 0) < 10
    digits = re.search(r"\.(\d+)", a)
    exponent = re.search(r"e([-+]?\d+)", a)
    unit = 10.0 ** ((int(exponent[1]) if exponent else 0) - (len(digits[1]) if digits else 0))
    if not digits and not exponent:
        return x == y
    return abs(x - y) <= 1.001 * unit


def same(want: str, got: str) -> bool:
    want, got = MODEL.sub("MODEL", want), MODEL.sub("MODEL", got)
    if want == got:
        return True
    if NUMBER.sub("#", want).split() != NUMBER.sub("#", got).split():
        return False
    return all(map(same_number, NUMBER.findall(want), NUMBER.findall(got)))


def lines(text: str) -> str:
    """Without blanks at the end of a line, which editors remove."""
    return "".join(line.rstrip() + "\n" for line in text.splitlines())


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--cpp", action="store_true")
    parser.add_argument("pages", nargs="*", type=Path)
    options = parser.parse_args()
    pages = options.pages or [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    chosen = [
        block
        for page in pages
        for block in blocks_of(page)
        if block.language != "cpp" or (options.cpp and "int main(" in block.code)
    ]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        simulate_key_accounts(folder)
        printed = [lines(text) for text in pool.map(run, chosen, repeat(folder))]
    wrong = 0
    for block, got in zip(chosen, printed, strict=True):
        if same(block.text, got):
            continue
        wrong += 1
        if options.write and "Traceback" not in got:
            content = block.page.read_text(encoding="utf-8")
            old = f"{block.code}```\n\n```text\n{block.text}```"
            new = f"{block.code}```\n\n```text\n{got}```"
            block.page.write_text(content.replace(old, new, 1), encoding="utf-8")
        print(f"{os.path.relpath(block.page, ROOT)}:{block.line}: the output differs")
        difference = difflib.unified_diff(
            block.text.splitlines(), got.splitlines(), "page", "printed", n=0, lineterm=""
        )
        for line in difference:
            print("  " + line)
    print(f"{len(chosen)} outputs of {len(pages)} pages, {wrong} differ")
    return 1 if wrong and not options.write else 0


if __name__ == "__main__":
    sys.exit(main())
