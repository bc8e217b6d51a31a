"""How a fit ended: what estimates of every kind say alike."""

from __future__ import annotations

from typing import Any


class FitFacts:
    """Read from `_fitted`, the estimate of the core."""

    @property
    def _fitted(self) -> Any:
        raise NotImplementedError

    @property
    def converged_(self) -> bool:
        return self.stop_reason_ == "converged"

    @property
    def stop_reason_(self) -> str:
        return str(self._fitted.stop_reason)

    @property
    def n_iter_(self) -> int:
        return int(self._fitted.iterations)

    @property
    def warning_(self) -> str:
        """In words what to mind: what is hardly identified, dropped or separating; else empty."""
        return str(self._fitted.warning)
