"""What `CoxPH.check_proportional_hazards` finds."""

from __future__ import annotations

from dataclasses import dataclass

from kam._data.columns import Doubles


@dataclass(frozen=True, repr=False)
class ProportionalHazards:
    """Whether hazard ratios are constant in time: small p-values say that they are not."""

    names: list[str]
    chi_squared: Doubles  # per covariate, one degree of freedom; NaN for a dropped one
    p_value: Doubles
    global_chi_squared: float
    global_degrees_of_freedom: float
    global_p_value: float

    def __str__(self) -> str:
        width = max(18, *(len(name) for name in self.names))
        lines = [f"{'proportional hazards':<{width + 2}} {'chi-squared':>12} {'p':>10}"]
        for name, test, p in zip(self.names, self.chi_squared, self.p_value, strict=True):
            lines.append(f"  {name:<{width}} {test:12.4f} {p:10.4g}")
        lines.append(
            f"  {'all':<{width}} {self.global_chi_squared:12.4f} {self.global_p_value:10.4g}"
            f"  ({self.global_degrees_of_freedom:g} df)"
        )
        return "\n".join(lines)

    def __repr__(self) -> str:
        known = [(p, name) for p, name in zip(self.p_value, self.names, strict=True) if p == p]
        lowest = f"; lowest p {min(known)[0]:.4g} of {min(known)[1]}" if known else ""
        return (
            f"ProportionalHazards(chi-squared {self.global_chi_squared:.4g} on "
            f"{self.global_degrees_of_freedom:g} df, p {self.global_p_value:.4g}{lowest})"
        )
