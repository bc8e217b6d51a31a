"""kam scores key accounts: value, churn, lifetime value, concentration.

>>> import kam
>>> result = kam.score("orders.csv", as_of="2024-12-31")
>>> result.explain("ACME")
>>> result.report("report.html")

Frames of pandas, Polars, PyArrow or DuckDB come in, the same kind goes out; a dict of NumPy arrays
needs none of them.
"""

from kam._concentration import Concentration, concentration
from kam._core import __version__
from kam._errors import (
    ConvergenceWarning,
    DataError,
    FormatError,
    InsufficientDataError,
    RowWarning,
    VersionError,
)
from kam._models import BGNBD, MBGNBD, GammaGamma, lifetime_value
from kam._summary import summarize

__all__ = [
    "BGNBD",
    "MBGNBD",
    "Concentration",
    "ConvergenceWarning",
    "DataError",
    "FormatError",
    "GammaGamma",
    "InsufficientDataError",
    "RowWarning",
    "VersionError",
    "__version__",
    "concentration",
    "lifetime_value",
    "summarize",
]
