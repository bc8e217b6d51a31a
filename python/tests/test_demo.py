"""`make demo`: says what takes minutes, and names every file it leaves."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def steps() -> str:
    if shutil.which("make") is None:
        pytest.skip("make is not here")
    done = subprocess.run(
        ["make", "-n", "demo"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_every_file_of_the_demonstrations_is_named(steps: str) -> None:
    written = re.search(r"written: (.*?)\"", steps)
    assert written is not None
    made = [
        name
        for script in sorted((ROOT / "examples").glob("*/demo.sh"))
        for name in re.findall(
            r"--(?:out|report) (build/demo/\S+\.(?:parquet|html))", script.read_text()
        )
    ]
    assert len(made) == 4
    assert written[1].split() == made


def test_what_takes_minutes_says_so_before(steps: str) -> None:
    telling = steps.index("tools/telling.sh")
    assert telling < steps.index("-m pip install")
    assert "about 6 minutes on two cores" in steps[:telling]
    for script in ("examples/cdnow/demo.sh", "examples/key_accounts/demo.sh"):
        line = steps[: steps.index(script)].splitlines()[-1]
        assert re.search(r"echo \"scoring .*: some seconds\" >&2", line)


def test_telling_runs_what_it_tells_of() -> None:
    done = subprocess.run(
        [ROOT / "tools" / "telling.sh", "a minute", "bash", "-c", "echo done; exit 3"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (3, "done\n", "a minute\n")
