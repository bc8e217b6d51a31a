"""How money is written where a result is printed."""


def money(value: float) -> str:
    """1,549,910 from a thousand on, six digits below: never 1.54991e+06."""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e15 else f"{value:.6g}"
