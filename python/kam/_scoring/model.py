"""A fitted model: yesterday's ruler."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kam import _core
from kam._data.atomic import write_text


class Model:
    """Profile, references, order and spend model of one fit. Immutable; a small JSON file."""

    def __init__(self, core: _core.Model) -> None:
        self._core = core

    @classmethod
    def load(cls, path: str | Path) -> Model:
        """FormatError for a damaged file, VersionError for one of another kind or a newer kam."""
        return cls.from_json(Path(path).read_text(encoding="utf-8", errors="replace"))

    @classmethod
    def from_json(cls, text: str) -> Model:
        return cls(_core.parse_model(text))

    def to_json(self) -> str:
        return self._core.to_json()

    def save(self, path: str | Path) -> Path:
        """Writes the whole file or none."""
        return write_text(Path(path), self.to_json())

    @property
    def version(self) -> str:
        """Twelve hex digits that name its content."""
        return self._core.version

    @property
    def fitted_on(self) -> str:
        return self._core.fitted_on

    @property
    def profile(self) -> dict[str, Any]:
        return self._core.profile.to_dict()

    @property
    def params_(self) -> dict[str, dict[str, float]]:
        """Parameters of the order and the spend model, where they were fitted."""
        return {
            e.kind: dict(zip(e.names, e.values, strict=True))
            for e in (self._core.orders, self._core.spend)
            if e is not None
        }

    def __getstate__(self) -> dict[str, str]:
        return {"json": self.to_json()}

    def __setstate__(self, state: dict[str, str]) -> None:
        self._core = _core.parse_model(state["json"])

    def __repr__(self) -> str:
        kinds = ", ".join(self.params_) or self._core.orders_note
        basis = f"fitted on {self.fitted_on}, {self._core.accounts} accounts"
        return f"Model({self.version}, {basis}, {kinds})"
