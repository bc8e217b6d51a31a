"""What `import kam` loads, and what it loads only when asked."""

from __future__ import annotations

import subprocess
import sys

import kam
import pytest


def _python(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_import_loads_no_extra() -> None:
    extras = ("matplotlib", "sklearn", "pandas", "polars", "pyarrow", "duckdb")
    code = f"import sys, kam; print([m for m in {extras} if m in sys.modules])"
    assert _python(code) == "[]"


def test_plots_come_with_import_kam() -> None:
    pytest.importorskip("matplotlib")
    code = (
        "import sys, kam; assert 'kam.plots' not in sys.modules;"
        "import matplotlib; matplotlib.use('Agg');"
        "print(type(kam.plots.concentration_curve([5, 3, 1])).__name__)"
    )
    assert _python(code) == "Axes"


def test_asking_for_plots_needs_no_matplotlib() -> None:
    """Only drawing does."""
    assert _python("import sys, kam; kam.plots; print('matplotlib' in sys.modules)") == "False"


def test_sklearn_comes_with_import_kam() -> None:
    pytest.importorskip("sklearn")
    code = "import sys, kam; assert 'sklearn' not in sys.modules; print(kam.sklearn.__name__)"
    assert _python(code) == "kam.sklearn"


def test_the_rooms_are_listed_and_others_are_refused() -> None:
    assert {"plots", "sklearn", "score"} <= set(dir(kam))
    with pytest.raises(AttributeError, match="module 'kam' has no attribute 'nonsense'"):
        getattr(kam, "nonsense")  # noqa: B009
