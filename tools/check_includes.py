#!/usr/bin/env python3
"""Check that includes run one way and that files stay short.

    tools/check_includes.py [root]

The house (architecture in CONTRIBUTING.md):

    base < {churn, value, concentration, switching, relationship, pipeline, monitoring}
         < lifetime (and churn) < scoring > portfolio > base

A room may include itself and the rooms listed for it below; `src/<room>` obeys the rule of
`include/kam/<room>`. Public headers include the standard library and kam only.
Prints one line per breach, exits 1 when there is one.
"""

import ast
import re
import sys
from pathlib import Path

MODEL_ROOMS = (
    "churn",
    "value",
    "concentration",
    "switching",
    "relationship",
    "pipeline",
    "monitoring",
)
MAY_INCLUDE = {
    "base": {"base"},
    **{room: {room, "base"} for room in MODEL_ROOMS},
    "lifetime": {"lifetime", "churn", "base"},
    "portfolio": {"portfolio", "base"},
    "scoring": {"scoring", "lifetime", "portfolio", "base", *MODEL_ROOMS},
}
# Tools of src/ without any knowledge of customers; every room may use them, they use base only.
INNER_ROOMS = {"numeric", "simd"}
THIRD_PARTY = ("Eigen/", "boost/", "hwy/", "nlohmann/", "toml++/")
FORBIDDEN_IN_PUBLIC = {"iostream", "thread"}
C_HEADERS = {"math.h", "stddef.h", "stdint.h"}
# A file that asks the operating system for something, behind __has_include.
SYSTEM_HEADERS = {"numeric/large_array.cpp": {"sys/mman.h"}}

HARD_LINES = 500
ADVISED_LINES = 250
ADVISED_FUNCTION_LINES = 60

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
NOT_A_FUNCTION = re.compile(r"(inline )?namespace|extern|struct|class|enum|union|public|private")
CPP_SUFFIXES = {".hpp", ".cpp", ".h", ".c"}


def cpp_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix in CPP_SUFFIXES)


def includes(path: Path) -> list[tuple[int, str, str]]:
    """(line, bracket, name) of every #include; those in block comments too: delete them."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if match := INCLUDE.match(line):
            found.append((number, match[1], match[2]))
    return found


def room_of(name: str) -> str:
    """'churn/bgnbd.hpp' -> 'churn'; files outside every room -> ''."""
    return name.split("/")[0] if "/" in name else ""


def is_standard(name: str) -> bool:
    return "/" not in name and "." not in name


def may_see(room: str, target: str) -> bool:
    """Whether a file of `room` may include `target`, a path below kam/ or src/."""
    if target == "version.hpp" or room == "":
        return True
    seen = room_of(target)
    if room in INNER_ROOMS:
        return seen in INNER_ROOMS | {"base"}
    return seen in INNER_ROOMS or seen in MAY_INCLUDE[room]


def check_public(path: Path, relative: str) -> list[str]:
    """A file of include/kam/."""
    room = room_of(relative)
    if room and room not in MAY_INCLUDE:
        return [f"{path}: `{room}` is not a room of the house (architecture: CONTRIBUTING.md)"]
    faults = []
    for line, bracket, name in includes(path):
        where = f"{path}:{line}: <{name}>"
        if bracket == '"':
            faults.append(f"{where}: public headers include <kam/...> in angle brackets")
        elif name.startswith("kam/"):
            if room_of(name[4:]) in INNER_ROOMS or not may_see(room, name[4:]):
                faults.append(f"{where}: `{room}` must not include it")
        elif name in FORBIDDEN_IN_PUBLIC:
            faults.append(f"{where}: not in public headers; the library does not print or thread")
        elif not is_standard(name) and name not in C_HEADERS:
            faults.append(f"{where}: public headers include the standard library and kam only")
    return faults


def check_source(path: Path, relative: str) -> list[str]:
    """A file of src/."""
    room = room_of(relative)
    if room and room not in MAY_INCLUDE and room not in INNER_ROOMS:
        return [f"{path}: `{room}` is not a room of the house (architecture: CONTRIBUTING.md)"]
    faults = []
    for line, bracket, name in includes(path):
        where = f"{path}:{line}: {name}"
        if bracket == '"' or name.startswith("kam/"):
            target = name.removeprefix("kam/")
            if bracket == '"' and "/" not in target:
                target = f"{room}/{target}" if room else target
            if target.startswith(".") or not may_see(room, target):
                faults.append(f"{where}: `{room}` must not include it")
        elif name.startswith("boost/") and not name.startswith("boost/math/"):
            faults.append(f"{where}: of Boost only Boost.Math, standalone")
        elif name in SYSTEM_HEADERS.get(relative, ()):
            continue
        elif not is_standard(name) and not name.startswith(THIRD_PARTY) and name not in C_HEADERS:
            faults.append(f"{where}: a dependency that docs/dependencies.md does not know")
    return faults


def check_edge(path: Path, allowed_third_party: tuple[str, ...], umbrella: bool) -> list[str]:
    """The bindings and the examples: public headers only, the bindings through kam.hpp only."""
    faults = []
    for line, bracket, name in includes(path):
        where = f"{path}:{line}: {name}"
        if bracket == '"':
            if not (path.parent / name).is_file():
                faults.append(f"{where}: only files of its own folder in quotes")
        elif umbrella and name.startswith("kam/") and name not in ("kam/kam.hpp", "kam/kam.h"):
            faults.append(f"{where}: python/ sees kam/kam.hpp only")
        elif name.startswith(THIRD_PARTY) and not name.startswith(allowed_third_party):
            faults.append(f"{where}: the library's dependencies are invisible outside src/")
    return faults


def cpp_functions(text: str) -> list[tuple[int, int]]:
    """(first line, length) of functions, found by the layout clang-format gives them: they start
    and end at the left margin."""
    found = []
    start = head = 0
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1] not in ("", " ", "}", "#", "/") and not start:
            head = 0 if NOT_A_FUNCTION.match(line) else number
        if head and not start and line.endswith("{"):
            start = head
        elif line.startswith("}"):
            if start:
                found.append((start, number - start + 1))
            start = head = 0
        elif line.endswith(";") and not start:
            head = 0
    return found


def python_functions(text: str) -> list[tuple[int, int]]:
    return [
        (node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def check_length(path: Path) -> tuple[list[str], list[str]]:
    """Faults (over the hard stop) and advice (over the usual size)."""
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    if lines > HARD_LINES:
        return [f"{path}: {lines} lines, the limit is {HARD_LINES}"], []
    advice = [f"{path}: {lines} lines"] if lines > ADVISED_LINES else []
    functions = python_functions(text) if path.suffix == ".py" else cpp_functions(text)
    advice += [
        f"{path}:{first}: a function of {length} lines"
        for first, length in functions
        if length > ADVISED_FUNCTION_LINES
    ]
    return [], advice


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    public, source = root / "include" / "kam", root / "src"
    faults = []
    for path in cpp_files(public):
        faults += check_public(path, path.relative_to(public).as_posix())
    for path in cpp_files(source):
        faults += check_source(path, path.relative_to(source).as_posix())
    for path in cpp_files(root / "python" / "src"):
        faults += check_edge(path, (), umbrella=True)
    for path in cpp_files(root / "examples"):
        faults += check_edge(path, (), umbrella=False)

    measured = [
        path
        for folder in ("include", "src", "python", "tests", "bench", "examples", "tools")
        for path in (root / folder).rglob("*")
        if path.suffix in CPP_SUFFIXES | {".py"}
    ]
    for path in sorted(measured):
        too_long, advice = check_length(path)
        faults += too_long
        for line in advice:
            print(f"advice: {line}", file=sys.stderr)
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
