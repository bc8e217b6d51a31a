#!/usr/bin/env python3
"""The code that README.md shows is the code that the examples run.

A line `<!-- file: PATH -->` before a fenced block says which file the block shows; it must be the
whole file, letter for letter.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```", re.DOTALL)


def main() -> int:
    blocks = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    wrong = [
        path
        for path, shown in blocks
        if not (ROOT / path).is_file() or (ROOT / path).read_text(encoding="utf-8") != shown
    ]
    for path in wrong:
        print(f"README.md: the block of {path} differs from the file")
    if len(blocks) < 2:
        print("README.md shows fewer than two example files")
    return 1 if wrong or len(blocks) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
