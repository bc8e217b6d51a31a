#!/usr/bin/env python3
"""Write python/kam/_core.pyi from the compiled module.

    make python && .venv/bin/python tools/make_stubs.py

The stub is committed; tools/check.sh compares it with the module.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import kam._core as core

STUB = Path(__file__).resolve().parent.parent / "python" / "kam" / "_core.pyi"
TOOLS = Path(sys.executable).parent


def exception_class(name: str) -> str:
    """Exceptions call themselves kam.Name, so that the generator imports them from the package;
    they are made in the module."""
    error = getattr(core, name)
    return f"class {name}({error.__base__.__name__}):\n    pass\n"


def own_exceptions(text: str) -> str:
    names = re.findall(r"^from kam import (\w+)", text, re.MULTILINE)
    # A base class before the classes derived from it.
    names.sort(key=lambda name: len(getattr(core, name).__mro__))
    text = re.sub(r"^from kam import .*\n", "", text, flags=re.MULTILINE)
    # The module has no __all__; where the generator puts one, the classes come.
    return re.sub(r"(?m)^__all__.*\n", "".join(map(exception_class, names)), text, count=1)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [TOOLS / "pybind11-stubgen", "kam._core", "--output-dir", folder, "--exit-code"],
            check=True,
        )
        text = (Path(folder) / "kam" / "_core.pyi").read_text(encoding="utf-8")
    STUB.write_text(own_exceptions(re.sub(r"\bkam\._core\.", "", text)), encoding="utf-8")
    for command in (["check", "--quiet", "--fix"], ["format", "--quiet"]):
        subprocess.run([TOOLS / "ruff", *command, STUB], check=True)
    print(f"{STUB} written", file=sys.stderr)


if __name__ == "__main__":
    main()
