"""
Private: contiguous arrays in, arrays out. Use the functions of the package `kam`.
"""

from __future__ import annotations

import collections.abc
import typing

import numpy
import numpy.typing

class FormatError(ValueError):
    pass

class InsufficientDataError(ValueError):
    pass

class VersionError(FormatError):
    pass

class AftRecord:
    schema: str
    unit: str
    def to_json(self) -> str: ...
    @property
    def aic(self) -> float: ...
    @property
    def concordance(self) -> float: ...
    @concordance.setter
    def concordance(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def converged(self) -> bool: ...
    @property
    def covariance(self) -> numpy.typing.NDArray[numpy.float64]: ...
    @property
    def distribution(self) -> str: ...
    @property
    def events(self) -> float: ...
    @property
    def free(self) -> int: ...
    @property
    def iterations(self) -> int: ...
    @property
    def location(self) -> float: ...
    @property
    def log_likelihood(self) -> float: ...
    @property
    def longest(self) -> float: ...
    @property
    def names(self) -> list[str]: ...
    @property
    def null_log_likelihood(self) -> float: ...
    @property
    def rows(self) -> tuple: ...
    @property
    def standard_errors(self) -> list[float]: ...
    @property
    def stop_reason(self) -> str: ...
    @property
    def values(self) -> list[float]: ...
    @property
    def warning(self) -> str: ...
    @property
    def weight(self) -> float: ...

class Calibrator:
    @staticmethod
    def from_json(arg0: str) -> Calibrator: ...
    def interval(self, arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> tuple: ...
    def predict(self, arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> tuple: ...
    def to_json(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def params(self) -> dict: ...
    @property
    def report(self) -> dict: ...
    @property
    def standard_errors(self) -> dict: ...

class ChurnLadder:
    def probabilities(
        self,
        arg0: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.float64]],
        arg1: typing.SupportsInt | typing.SupportsIndex,
        arg2: typing.SupportsFloat | typing.SupportsIndex,
    ) -> tuple: ...
    def to_json(self) -> str: ...
    @property
    def accounts(self) -> float: ...
    @property
    def auc(self) -> float: ...
    @property
    def brier_skill(self) -> float: ...
    @property
    def calibration(self) -> tuple[float, float]: ...
    @property
    def coefficients(self) -> list[float]: ...
    @property
    def covariance(self) -> list[float]: ...
    @property
    def draws(self) -> list[float]: ...
    @property
    def events(self) -> float: ...
    @property
    def external(self) -> bool: ...
    @property
    def first_incomplete(self) -> int: ...
    @property
    def first_rejected(self) -> int: ...
    @property
    def horizon_days(self) -> float: ...
    @property
    def log_loss(self) -> float: ...
    @property
    def rows_incomplete(self) -> int: ...
    @property
    def rows_rejected(self) -> int: ...
    @property
    def rung(self) -> str: ...
    @property
    def schema(self) -> str: ...
    @property
    def unknown_outcomes(self) -> int: ...
    @property
    def warning(self) -> str: ...

class ChurnModel:
    def calibrated(
        self,
        arg0: collections.abc.Sequence[
            tuple[typing.SupportsFloat | typing.SupportsIndex, Calibrator]
        ],
    ) -> ChurnModel: ...
    def to_json(self) -> str: ...
    @property
    def age_names(self) -> list[str]: ...
    @property
    def aic(self) -> float: ...
    @property
    def aliased(self) -> list[str]: ...
    @property
    def at_bound(self) -> list[str]: ...
    @property
    def calibration(self) -> list[tuple[float, Calibrator]]: ...
    @property
    def coefficients(self) -> list[float]: ...
    @property
    def covariance(self) -> list[float]: ...
    @property
    def effective_parameters(self) -> float: ...
    @property
    def events(self) -> float: ...
    @property
    def iterations(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def last_period(self) -> float: ...
    @property
    def link(self) -> str: ...
    @property
    def log_likelihood(self) -> float: ...
    @property
    def names(self) -> list[str]: ...
    @property
    def null_log_likelihood(self) -> float: ...
    @property
    def penalty(self) -> float: ...
    @property
    def reference(self) -> list[float]: ...
    @property
    def ridge(self) -> float: ...
    @property
    def robust_covariance(self) -> list[float]: ...
    @property
    def robust_standard_errors(self) -> list[float]: ...
    @property
    def rows_rejected(self) -> float: ...
    @property
    def schema(self) -> str: ...
    @property
    def separating(self) -> list[str]: ...
    @property
    def standard_errors(self) -> list[float]: ...
    @property
    def stop_reason(self) -> str: ...
    @property
    def warning(self) -> str: ...
    @property
    def weight(self) -> float: ...

class ChurnScorer:
    def __init__(self, arg0: ChurnModel) -> None: ...
    def batch(
        self,
        arg0: str,
        arg1: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.float64]],
        arg2: typing.SupportsInt | typing.SupportsIndex,
        arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
        arg4: typing.SupportsFloat | typing.SupportsIndex,
    ) -> tuple: ...
    def batch_interval(
        self,
        arg0: str,
        arg1: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.float64]],
        arg2: typing.SupportsInt | typing.SupportsIndex,
        arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
        arg4: typing.SupportsFloat | typing.SupportsIndex,
        arg5: typing.SupportsFloat | typing.SupportsIndex,
    ) -> tuple: ...
    def churn(
        self,
        arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg1: typing.SupportsFloat | typing.SupportsIndex,
        arg2: typing.SupportsFloat | typing.SupportsIndex,
    ) -> float: ...
    def level(self, arg0: typing.SupportsInt | typing.SupportsIndex, arg1: str) -> float: ...
    def probability(
        self, arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]
    ) -> float: ...
    def reasons(
        self,
        arg0: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.float64]],
        arg1: typing.SupportsInt | typing.SupportsIndex,
        arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
        arg3: typing.SupportsFloat | typing.SupportsIndex,
    ) -> tuple: ...

class Concentration:
    def abc(
        self,
        arg0: typing.SupportsFloat | typing.SupportsIndex,
        arg1: typing.SupportsFloat | typing.SupportsIndex,
    ) -> tuple[int, int, int]: ...
    def accounts_at_least(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> int: ...
    def accounts_for(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> int: ...
    def balance_point(self) -> float: ...
    def lorenz(
        self, arg0: typing.SupportsInt | typing.SupportsIndex
    ) -> tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64]]: ...
    def top_count_share(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> float: ...
    def top_share(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> float: ...
    @property
    def accounts(self) -> int: ...
    @property
    def effective_accounts(self) -> float: ...
    @property
    def entropy_effective_accounts(self) -> float: ...
    @property
    def gini(self) -> float: ...
    @property
    def gini_corrected(self) -> float: ...
    @property
    def hhi(self) -> float: ...
    @property
    def hhi_normalised(self) -> float: ...
    @property
    def negative_total(self) -> float: ...
    @property
    def negative_values(self) -> int: ...
    @property
    def rows_rejected(self) -> int: ...
    @property
    def theil(self) -> float: ...
    @property
    def total(self) -> float: ...

class CovariateModel:
    def __init__(
        self,
        arg0: str,
        arg1: typing.Annotated[
            collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(4)"
        ],
        arg2: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex],
        arg3: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex],
        arg4: str,
        arg5: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex],
    ) -> None: ...
    def discounted_expected_orders(
        self,
        arg0: typing.SupportsFloat | typing.SupportsIndex,
        arg1: typing.SupportsFloat | typing.SupportsIndex,
        arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg5: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
        arg6: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
    ) -> tuple: ...
    def expected_orders(
        self,
        arg0: typing.SupportsFloat | typing.SupportsIndex,
        arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg4: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
        arg5: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
    ) -> tuple: ...
    def expected_orders_interval(
        self,
        arg0: typing.SupportsFloat | typing.SupportsIndex,
        arg1: typing.SupportsFloat | typing.SupportsIndex,
        arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg5: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
        arg6: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
    ) -> tuple: ...
    def individual(
        self,
        arg0: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex],
        arg1: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex],
    ) -> typing.Annotated[list[float], "FixedSize(4)"]: ...
    def log_likelihood(
        self,
        arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg3: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
        arg4: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
    ) -> tuple: ...
    def probability_alive(
        self,
        arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg3: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
        arg4: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
    ) -> tuple: ...
    def probability_alive_at(
        self,
        arg0: typing.SupportsFloat | typing.SupportsIndex,
        arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg4: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
        arg5: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
    ) -> tuple: ...
    def probability_alive_interval(
        self,
        arg0: typing.SupportsFloat | typing.SupportsIndex,
        arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg4: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
        arg5: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
    ) -> tuple: ...
    def probability_no_order(
        self,
        arg0: typing.SupportsFloat | typing.SupportsIndex,
        arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg4: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
        arg5: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
    ) -> tuple: ...
    def probability_no_order_interval(
        self,
        arg0: typing.SupportsFloat | typing.SupportsIndex,
        arg1: typing.SupportsFloat | typing.SupportsIndex,
        arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg5: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
        arg6: collections.abc.Sequence[
            tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
        ],
    ) -> tuple: ...

class CoxAccounts:
    def __init__(
        self,
        arg0: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.float64]],
        arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
        arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32] | None,
        arg3: typing.SupportsInt | typing.SupportsIndex,
    ) -> None: ...

class CoxInput:
    def __init__(
        self,
        arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
        arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
        arg4: collections.abc.Sequence[str],
        arg5: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.float64]],
        arg6: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32] | None,
        arg7: typing.SupportsInt | typing.SupportsIndex,
        arg8: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32] | None,
        arg9: typing.SupportsInt | typing.SupportsIndex,
    ) -> None: ...

class CoxModel:
    def baselines(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> list: ...
    def spreads(
        self,
        arg0: typing.SupportsInt | typing.SupportsIndex,
        arg1: typing.SupportsInt | typing.SupportsIndex,
    ) -> list: ...
    @property
    def coefficients(self) -> numpy.typing.NDArray[numpy.float64]: ...
    @property
    def means(self) -> numpy.typing.NDArray[numpy.float64]: ...
    @property
    def names(self) -> list[str]: ...

class Estimate:
    def to_json(self) -> str: ...
    @property
    def accounts(self) -> float: ...
    @property
    def converged(self) -> bool: ...
    @property
    def events(self) -> float: ...
    @property
    def iterations(self) -> int: ...
    @property
    def k_profile(self) -> list[float]: ...
    @property
    def kind(self) -> str: ...
    @property
    def log_covariance(self) -> list[float]: ...
    @property
    def log_likelihood(self) -> float: ...
    @property
    def log_prior(self) -> float: ...
    @property
    def longest(self) -> float: ...
    @property
    def names(self) -> list[str]: ...
    @property
    def phases(self) -> int: ...
    @property
    def prior_weight(self) -> float: ...
    @property
    def rows_rejected(self) -> float: ...
    @property
    def standard_errors(self) -> list[float]: ...
    @property
    def stop_reason(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def values(self) -> list[float]: ...
    @property
    def warning(self) -> str: ...

class Model:
    def to_json(self) -> str: ...
    @property
    def accounts(self) -> int: ...
    @property
    def fitted_on(self) -> str: ...
    @property
    def median_scores(self) -> list[float]: ...
    @property
    def orders(self) -> Estimate | None: ...
    @property
    def orders_note(self) -> str: ...
    @property
    def profile(self) -> Profile: ...
    @property
    def spend(self) -> Estimate | None: ...
    @property
    def version(self) -> str: ...

class OrderState:
    def __init__(self, arg0: str) -> None: ...
    def add(
        self,
        arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32],
        arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.int32],
        arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg3: typing.SupportsInt | typing.SupportsIndex,
        arg4: typing.SupportsInt | typing.SupportsIndex,
    ) -> tuple: ...
    def finish(self, arg0: typing.SupportsInt | typing.SupportsIndex, arg1: str) -> tuple: ...
    def merge(self, arg0: OrderState) -> None: ...
    def renumbered(
        self,
        arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32],
        arg1: typing.SupportsInt | typing.SupportsIndex,
    ) -> OrderState: ...
    def tables(self) -> tuple: ...
    @property
    def accounts(self) -> int: ...
    @property
    def last_day(self) -> int: ...
    @property
    def occasion(self) -> str: ...

class PortfolioScore:
    def column_notes(self) -> dict: ...
    def columns(self) -> dict: ...
    def coverage_points(self) -> numpy.typing.NDArray[numpy.float64]: ...
    def dimension_coverages(self) -> numpy.typing.NDArray[numpy.float64]: ...
    def dimension_intervals(
        self,
    ) -> tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64]]: ...
    def dimension_scores(self) -> numpy.typing.NDArray[numpy.float64]: ...
    def effective_weights(self) -> numpy.typing.NDArray[numpy.float64]: ...
    def features(self) -> dict: ...
    def indicator_scores(self) -> numpy.typing.NDArray[numpy.float64]: ...
    def indicator_values(self) -> numpy.typing.NDArray[numpy.float64]: ...
    def notes(self) -> numpy.typing.NDArray[numpy.uint32]: ...
    def observed(self) -> numpy.typing.NDArray[numpy.float64]: ...
    def reason_points(self) -> numpy.typing.NDArray[numpy.float64]: ...
    def report(self) -> dict: ...
    def rule_points(self) -> numpy.typing.NDArray[numpy.float64]: ...
    def rule_values(self) -> numpy.typing.NDArray[numpy.float64]: ...
    def status(self) -> numpy.typing.NDArray[numpy.uint8]: ...
    def summary(
        self,
    ) -> tuple[
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
    ]: ...
    @property
    def accounts(self) -> int: ...
    @property
    def basis(self) -> str: ...
    @property
    def basis_events(self) -> float: ...
    @property
    def concentration(self) -> Concentration | None: ...
    @property
    def concentration_note(self) -> str: ...
    @property
    def config_hash(self) -> str: ...
    @property
    def interval_level(self) -> float: ...
    @property
    def model(self) -> Model: ...
    @property
    def model_version(self) -> str: ...
    @property
    def reference_index(self) -> float: ...
    @property
    def value_basis(self) -> str: ...

class PriceSchedule:
    def __init__(
        self,
        arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    ) -> None: ...
    def all_units_cost(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> float: ...
    def all_units_discount(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> float: ...
    def all_years_value(
        self,
        arg0: typing.SupportsFloat | typing.SupportsIndex,
        arg1: typing.SupportsFloat | typing.SupportsIndex,
        arg2: typing.SupportsFloat | typing.SupportsIndex,
    ) -> float: ...
    def band_discount(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> float: ...
    def cheapest_order(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> float: ...
    def forfeited_by_leaving(
        self,
        arg0: typing.SupportsFloat | typing.SupportsIndex,
        arg1: typing.SupportsFloat | typing.SupportsIndex,
        arg2: typing.SupportsFloat | typing.SupportsIndex,
        arg3: typing.SupportsFloat | typing.SupportsIndex,
    ) -> float: ...
    def incremental_cost(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> float: ...
    def incremental_discount(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> float: ...
    def incremental_years_value(
        self,
        arg0: typing.SupportsFloat | typing.SupportsIndex,
        arg1: typing.SupportsFloat | typing.SupportsIndex,
        arg2: typing.SupportsFloat | typing.SupportsIndex,
    ) -> float: ...

class Profile:
    def to_dict(self) -> dict: ...
    def to_json(self) -> str: ...

class RevenueAtRisk:
    def columns(
        self,
    ) -> tuple[
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
    ]: ...
    def probability_above(
        self, arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]
    ) -> numpy.typing.NDArray[numpy.float64]: ...
    def report(self) -> dict: ...
    @property
    def accounts(self) -> int: ...
    @property
    def expected_loss(self) -> float: ...
    @property
    def expected_shortfall(self) -> float: ...
    @property
    def factor_nodes(self) -> int: ...
    @property
    def grid_error(self) -> float: ...
    @property
    def quadrature_error(self) -> float: ...
    @property
    def sd(self) -> float: ...
    @property
    def tail_mean(self) -> float: ...
    @property
    def total(self) -> float: ...
    @property
    def unit(self) -> float: ...
    @property
    def value_at_risk(self) -> float: ...

class SurvivalCurve:
    @property
    def at_risk(self) -> numpy.typing.NDArray[numpy.float64]: ...
    @property
    def deaths(self) -> numpy.typing.NDArray[numpy.float64]: ...
    @property
    def events(self) -> float: ...
    @property
    def greenwood(self) -> numpy.typing.NDArray[numpy.float64]: ...
    @property
    def hazard(self) -> numpy.typing.NDArray[numpy.float64]: ...
    @property
    def hazard_variance(self) -> numpy.typing.NDArray[numpy.float64]: ...
    @property
    def longest(self) -> float: ...
    @property
    def report(self) -> tuple: ...
    @property
    def survival(self) -> numpy.typing.NDArray[numpy.float64]: ...
    @property
    def time(self) -> numpy.typing.NDArray[numpy.float64]: ...
    @property
    def weight(self) -> float: ...

class Tables:
    def __init__(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    def accounts(self, arg0: dict, arg1: collections.abc.Sequence[str]) -> None: ...
    def activities(self, arg0: dict) -> None: ...
    def contracts(self, arg0: dict) -> None: ...
    def financials(self, arg0: dict) -> None: ...
    def opportunities(self, arg0: dict, arg1: collections.abc.Sequence[str]) -> None: ...
    def ratings(self, arg0: dict, arg1: collections.abc.Sequence[str]) -> None: ...
    def stakeholders(self, arg0: dict) -> None: ...
    def transactions(self, arg0: dict, arg1: collections.abc.Sequence[str]) -> None: ...

def add_months(
    arg0: typing.SupportsInt | typing.SupportsIndex, arg1: typing.SupportsInt | typing.SupportsIndex
) -> int: ...
def aft_locations(
    arg0: AftRecord,
    arg1: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.float64]],
    arg2: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def aft_predict(
    arg0: AftRecord,
    arg1: str,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.float64]],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg5: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def aft_predict_interval(
    arg0: AftRecord,
    arg1: str,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.float64]],
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg6: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def aft_survival(
    arg0: AftRecord,
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.float64]],
    arg3: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def ahp(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.SupportsInt | typing.SupportsIndex,
) -> dict: ...
def allocate_retention_budget(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.uint8],
    arg5: typing.SupportsFloat | typing.SupportsIndex,
    arg6: typing.SupportsFloat | typing.SupportsIndex,
    arg7: typing.SupportsFloat | typing.SupportsIndex,
    arg8: bool,
) -> dict: ...
def annuity_factor(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
) -> float: ...
def ask_curve(
    arg0: SurvivalCurve,
    arg1: str,
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.SupportsFloat | typing.SupportsIndex,
    arg5: bool,
) -> tuple: ...
def auc(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
) -> tuple[float, float, float, float]: ...
def best_retention_spend(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
) -> tuple[float, float, float]: ...
def bgbb_discounted_expected_orders(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple: ...
def bgbb_expected_orders(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple: ...
def bgbb_expected_orders_interval(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple: ...
def bgbb_expected_orders_new(
    arg0: Estimate, arg1: typing.SupportsFloat | typing.SupportsIndex
) -> float: ...
def bgbb_log_likelihood(
    arg0: Estimate,
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple: ...
def bgbb_probability_alive(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple: ...
def bgbb_probability_alive_interval(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple: ...
def bgbb_probability_no_order(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple: ...
def bgbb_probability_no_order_interval(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple: ...
def bgbb_probability_of_orders_new(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
) -> float: ...
def bgbb_simulate(
    arg0: Estimate,
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.SupportsInt | typing.SupportsIndex,
) -> tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64]]: ...
def bootstrap_evaluation(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32],
    arg5: typing.SupportsFloat | typing.SupportsIndex,
    arg6: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex],
    arg7: typing.SupportsInt | typing.SupportsIndex,
    arg8: typing.SupportsInt | typing.SupportsIndex,
) -> list: ...
def break_even_uplift(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
) -> float: ...
def calibrate_loyalty_offset(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: typing.SupportsFloat | typing.SupportsIndex,
) -> tuple[float, float, tuple]: ...
def changes(
    arg0: PortfolioScore, arg1: dict, arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.int64]
) -> dict: ...
def check(
    arg0: Tables,
    arg1: typing.SupportsInt | typing.SupportsIndex,
    arg2: str,
    arg3: typing.SupportsInt | typing.SupportsIndex,
) -> dict: ...
def check_proportional_hazards(arg0: CoxInput, arg1: CoxModel, arg2: str, arg3: str) -> tuple: ...
def check_retention_claim(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: typing.SupportsFloat | typing.SupportsIndex,
    arg5: typing.SupportsFloat | typing.SupportsIndex,
    arg6: typing.SupportsFloat | typing.SupportsIndex,
    arg7: bool,
) -> dict: ...
def choose_retention_actions(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.uint8],
    arg6: typing.SupportsFloat | typing.SupportsIndex,
    arg7: typing.SupportsFloat | typing.SupportsIndex,
    arg8: typing.SupportsFloat | typing.SupportsIndex,
) -> dict: ...
def churn_labels(
    arg0: Tables,
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.int32],
    arg2: typing.SupportsInt | typing.SupportsIndex,
    arg3: str,
    arg4: typing.SupportsInt | typing.SupportsIndex,
    arg5: typing.SupportsInt | typing.SupportsIndex,
    arg6: typing.SupportsFloat | typing.SupportsIndex,
    arg7: typing.SupportsInt | typing.SupportsIndex,
    arg8: typing.SupportsFloat | typing.SupportsIndex,
) -> dict: ...
def classify(
    arg0: PortfolioScore,
    arg1: Tables,
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.int32] | None,
    arg3: str,
) -> dict: ...
def component_cost(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.uint8],
) -> list: ...
def concentration(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> Concentration: ...
def concentration_interval(
    arg0: Concentration,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsInt | typing.SupportsIndex,
    arg3: typing.SupportsInt | typing.SupportsIndex,
    arg4: typing.SupportsInt | typing.SupportsIndex,
) -> dict: ...
def cox_churn(
    arg0: CoxModel, arg1: CoxAccounts, arg2: typing.SupportsFloat | typing.SupportsIndex
) -> tuple: ...
def cox_churn_interval(
    arg0: CoxModel,
    arg1: CoxAccounts,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
) -> tuple: ...
def cox_log_hazard_ratio(arg0: CoxModel, arg1: CoxAccounts) -> tuple: ...
def cox_restricted_mean(
    arg0: CoxModel, arg1: CoxAccounts, arg2: typing.SupportsFloat | typing.SupportsIndex
) -> tuple: ...
def cox_restricted_mean_interval(
    arg0: CoxModel,
    arg1: CoxAccounts,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
) -> tuple: ...
def cox_survival(
    arg0: CoxModel, arg1: CoxAccounts, arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]
) -> tuple: ...
def cox_survival_interval(
    arg0: CoxModel,
    arg1: CoxAccounts,
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.SupportsFloat | typing.SupportsIndex,
) -> tuple: ...
def customer_equity(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: typing.SupportsFloat | typing.SupportsIndex,
    arg5: bool,
) -> tuple[float, float, float, float, tuple]: ...
def customer_value(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: typing.SupportsFloat | typing.SupportsIndex,
    arg5: bool,
) -> tuple: ...
def days_of_ticks(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.int64],
    arg1: typing.SupportsInt | typing.SupportsIndex,
) -> numpy.typing.NDArray[numpy.int32]: ...
def default_profile() -> Profile: ...
def default_profile_text() -> str: ...
def defence_scores(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.SupportsFloat | typing.SupportsIndex,
) -> tuple[float, float, float]: ...
def digamma(arg0: typing.SupportsFloat | typing.SupportsIndex) -> float: ...
def discounted_expected_orders(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg6: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def discounted_margins(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: bool,
) -> float: ...
def effective_annual_rate(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsInt | typing.SupportsIndex,
) -> float: ...
def evaluate(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg4: typing.SupportsInt | typing.SupportsIndex,
    arg5: typing.SupportsFloat | typing.SupportsIndex,
    arg6: typing.SupportsFloat | typing.SupportsIndex,
    arg7: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex],
) -> dict: ...
def expected_orders(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def expected_orders_interval(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg6: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def expected_orders_new(
    arg0: Estimate, arg1: typing.SupportsFloat | typing.SupportsIndex
) -> float: ...
def expected_profit(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex],
    arg5: typing.SupportsFloat | typing.SupportsIndex,
    arg6: typing.SupportsFloat | typing.SupportsIndex,
    arg7: typing.SupportsInt | typing.SupportsIndex,
) -> dict: ...
def expected_spend(
    arg0: Estimate,
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def expected_spend_interval(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def explain_rows(
    arg0: PortfolioScore,
    arg1: typing.SupportsInt | typing.SupportsIndex,
    arg2: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def factorize_integers(arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.int64]) -> tuple: ...
def factorize_texts(arg0: numpy.ndarray) -> tuple: ...
def find_leaks(
    arg0: collections.abc.Sequence[str],
    arg1: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.float64]],
    arg2: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.int32] | None],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.int32],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.SupportsFloat | typing.SupportsIndex,
) -> list: ...
def fit_aft(
    arg0: str,
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg5: collections.abc.Sequence[str],
    arg6: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.float64]],
    arg7: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32] | None,
    arg8: typing.SupportsFloat | typing.SupportsIndex,
    arg9: bool,
    arg10: typing.SupportsFloat | typing.SupportsIndex,
) -> AftRecord: ...
def fit_bgbb(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
) -> Estimate: ...
def fit_calibrator(
    arg0: str,
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg4: bool,
) -> Calibrator: ...
def fit_cohort(
    arg0: str, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]
) -> Estimate: ...
def fit_covariates(
    arg0: str,
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg5: collections.abc.Sequence[
        tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
    ],
    arg6: collections.abc.Sequence[
        tuple[str, typing.Annotated[numpy.typing.ArrayLike, numpy.float64]]
    ],
    arg7: typing.SupportsFloat | typing.SupportsIndex,
    arg8: str,
) -> dict: ...
def fit_cox(
    arg0: CoxInput,
    arg1: str,
    arg2: str,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: bool,
) -> tuple: ...
def fit_curve(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg4: bool,
) -> SurvivalCurve: ...
def fit_hazard(
    arg0: str,
    arg1: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.float64]],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg6: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg7: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg8: bool,
    arg9: bool,
    arg10: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex],
    arg11: dict,
) -> ChurnModel: ...
def fit_ladder(
    arg0: str,
    arg1: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.float64]],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg5: typing.SupportsFloat | typing.SupportsIndex,
    arg6: typing.SupportsFloat | typing.SupportsIndex,
    arg7: typing.SupportsFloat | typing.SupportsIndex,
    arg8: collections.abc.Sequence[
        tuple[
            typing.SupportsFloat | typing.SupportsIndex, typing.SupportsFloat | typing.SupportsIndex
        ]
    ],
    arg9: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex],
    arg10: bool,
    arg11: typing.SupportsFloat | typing.SupportsIndex,
    arg12: typing.SupportsFloat | typing.SupportsIndex,
    arg13: typing.SupportsInt | typing.SupportsIndex,
    arg14: typing.SupportsInt | typing.SupportsIndex,
) -> ChurnLadder: ...
def fit_logistic(
    arg0: str,
    arg1: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.float64]],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg6: dict,
) -> ChurnModel: ...
def fit_orders(
    arg0: str,
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg5: str,
    arg6: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] | None,
    arg7: dict | None,
    arg8: typing.SupportsInt | typing.SupportsIndex,
) -> Estimate: ...
def fit_phases(
    arg0: str,
    arg1: typing.SupportsInt | typing.SupportsIndex | None,
    arg2: typing.SupportsInt | typing.SupportsIndex,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg6: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg7: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg8: str,
    arg9: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] | None,
    arg10: typing.SupportsInt | typing.SupportsIndex,
    arg11: dict | None,
    arg12: typing.SupportsInt | typing.SupportsIndex,
) -> Estimate: ...
def fit_renewals(
    arg0: str,
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
) -> Estimate: ...
def fit_scorecard(
    arg0: Profile,
    arg1: dict,
    arg2: dict,
    arg3: typing.SupportsInt | typing.SupportsIndex,
    arg4: typing.SupportsInt | typing.SupportsIndex,
) -> Model: ...
def fit_spend(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg3: str,
    arg4: typing.SupportsInt | typing.SupportsIndex,
) -> Estimate: ...
def forfeited_discount(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
) -> float: ...
def format_date(arg0: typing.SupportsInt | typing.SupportsIndex) -> str: ...
def given(
    arg0: str,
    arg1: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex],
    arg2: str,
    arg3: typing.SupportsInt | typing.SupportsIndex,
) -> Estimate: ...
def given_cox(
    arg0: collections.abc.Sequence[str],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: collections.abc.Sequence[
        tuple[
            typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
            typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
            typing.SupportsFloat | typing.SupportsIndex,
        ]
    ],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: collections.abc.Sequence[
        tuple[
            typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
            typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
            typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        ]
    ],
) -> CoxModel: ...
def given_curve(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg6: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg7: typing.SupportsFloat | typing.SupportsIndex,
    arg8: typing.SupportsFloat | typing.SupportsIndex,
    arg9: typing.SupportsFloat | typing.SupportsIndex,
) -> SurvivalCurve: ...
def given_in_periods(
    arg0: str, arg1: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]
) -> Estimate: ...
def gross_revenue_retention(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
) -> float: ...
def group_judgments(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.SupportsInt | typing.SupportsIndex,
) -> numpy.typing.NDArray[numpy.float64]: ...
def indifference_discount(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: typing.SupportsFloat | typing.SupportsIndex,
) -> float: ...
def indifference_discount_interval(
    arg0: typing.Annotated[
        collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(3)"
    ],
    arg1: typing.Annotated[
        collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(3)"
    ],
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: typing.SupportsFloat | typing.SupportsIndex,
) -> tuple: ...
def indifference_discounts(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
) -> tuple: ...
def learn_weights(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg4: typing.SupportsFloat | typing.SupportsIndex,
    arg5: typing.SupportsFloat | typing.SupportsIndex,
) -> dict: ...
def lifetime_value(
    arg0: Estimate,
    arg1: Estimate,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: typing.SupportsFloat | typing.SupportsIndex,
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg6: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg7: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg8: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg9: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def lifetime_value_interval(
    arg0: Estimate,
    arg1: Estimate,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: typing.SupportsFloat | typing.SupportsIndex,
    arg5: typing.SupportsFloat | typing.SupportsIndex,
    arg6: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg7: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg8: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg9: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg10: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def log_likelihood(
    arg0: Estimate,
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg5: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def log_rank(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32],
    arg5: typing.SupportsInt | typing.SupportsIndex,
    arg6: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32] | None,
    arg7: typing.SupportsInt | typing.SupportsIndex,
    arg8: typing.SupportsFloat | typing.SupportsIndex,
) -> tuple[
    float,
    float,
    float,
    numpy.typing.NDArray[numpy.float64],
    numpy.typing.NDArray[numpy.float64],
    tuple,
]: ...
def loyalty_churn(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
) -> tuple: ...
def margin_multiple(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: bool,
) -> float: ...
def market_switching_cost(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> dict: ...
def maximum_profit(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: typing.SupportsFloat | typing.SupportsIndex,
    arg5: typing.SupportsFloat | typing.SupportsIndex,
    arg6: typing.SupportsFloat | typing.SupportsIndex,
    arg7: typing.SupportsFloat | typing.SupportsIndex,
) -> dict: ...
def mutual_dependence(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
) -> tuple: ...
def net_revenue_retention(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
) -> float: ...
def normal_quantile(arg0: typing.SupportsFloat | typing.SupportsIndex) -> float: ...
def offer_gain(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: typing.SupportsFloat | typing.SupportsIndex,
    arg5: typing.SupportsFloat | typing.SupportsIndex,
) -> float: ...
def order_state_from(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.int64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: str,
) -> OrderState: ...
def pareto_tail(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], arg1: bool | None
) -> dict: ...
def pareto_tail_interval(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: bool | None,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsInt | typing.SupportsIndex,
    arg4: typing.SupportsInt | typing.SupportsIndex,
    arg5: typing.SupportsInt | typing.SupportsIndex,
) -> dict: ...
def parse_aft(arg0: str) -> AftRecord: ...
def parse_churn_model(arg0: str) -> ChurnModel: ...
def parse_date(arg0: str, arg1: str) -> int: ...
def parse_dates(arg0: numpy.ndarray, arg1: str) -> numpy.typing.NDArray[numpy.int32]: ...
def parse_estimate(arg0: str) -> Estimate: ...
def parse_ladder(arg0: str) -> ChurnLadder: ...
def parse_model(arg0: str) -> Model: ...
def parse_numbers(arg0: numpy.ndarray, arg1: str) -> tuple: ...
def parse_profile(arg0: str, arg1: str) -> Profile: ...
def probability_alive(
    arg0: Estimate,
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def probability_alive_at(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def probability_alive_interval(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def probability_no_order(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def probability_no_order_interval(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg6: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def probability_of_orders(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg6: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def probability_of_orders_new(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
) -> float: ...
def profile_schema_text() -> str: ...
def rank_order_centroid(
    arg0: typing.SupportsInt | typing.SupportsIndex,
) -> numpy.typing.NDArray[numpy.float64]: ...
def reason_text(
    arg0: Profile,
    arg1: typing.SupportsInt | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: str,
) -> str: ...
def renewal_churn(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple: ...
def renewal_churn_interval(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple: ...
def renewal_curve(
    arg0: Estimate, arg1: str, arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]
) -> numpy.typing.NDArray[numpy.float64]: ...
def renewal_lifetime(
    arg0: Estimate, arg1: typing.SupportsFloat | typing.SupportsIndex
) -> float: ...
def renewal_log_likelihood(
    arg0: Estimate,
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
) -> tuple: ...
def renewal_residual(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple: ...
def renewal_residual_interval(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple: ...
def renewal_survival(
    arg0: Estimate,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple: ...
def retention_elasticity(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: bool,
) -> float: ...
def retention_lift(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: bool,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: typing.SupportsFloat | typing.SupportsIndex,
    arg5: typing.SupportsFloat | typing.SupportsIndex,
    arg6: bool,
) -> float: ...
def retention_neutral_price_cut(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: typing.SupportsFloat | typing.SupportsIndex,
    arg5: typing.SupportsFloat | typing.SupportsIndex,
    arg6: bool,
) -> float: ...
def revenue_at_risk(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32] | None,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
    arg4: typing.SupportsFloat | typing.SupportsIndex,
    arg5: typing.SupportsInt | typing.SupportsIndex,
) -> RevenueAtRisk: ...
def revenue_retention(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple[float, float, float, float, float, float, float, tuple]: ...
def rolling_origin(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.int32],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32] | None,
    arg2: typing.SupportsInt | typing.SupportsIndex,
    arg3: typing.SupportsInt | typing.SupportsIndex,
    arg4: typing.SupportsInt | typing.SupportsIndex,
    arg5: typing.SupportsInt | typing.SupportsIndex,
    arg6: typing.SupportsInt | typing.SupportsIndex,
    arg7: typing.SupportsInt | typing.SupportsIndex,
) -> list: ...
def score(
    arg0: Tables,
    arg1: Profile | None,
    arg2: Model | None,
    arg3: typing.SupportsInt | typing.SupportsIndex,
    arg4: typing.SupportsFloat | typing.SupportsIndex,
    arg5: typing.SupportsFloat | typing.SupportsIndex,
    arg6: typing.SupportsFloat | typing.SupportsIndex,
    arg7: typing.SupportsInt | typing.SupportsIndex,
) -> PortfolioScore: ...
def score_features(
    arg0: Model, arg1: dict, arg2: dict, arg3: typing.SupportsInt | typing.SupportsIndex
) -> PortfolioScore: ...
def shift_prior(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
) -> tuple: ...
def shipped_profile_names() -> list[str]: ...
def shipped_profile_text(arg0: str) -> str: ...
def simulate(
    arg0: Estimate,
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.SupportsInt | typing.SupportsIndex,
) -> tuple[
    numpy.typing.NDArray[numpy.float64],
    numpy.typing.NDArray[numpy.float64],
    numpy.typing.NDArray[numpy.float64],
]: ...
def simulate_renewals(
    arg0: Estimate,
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.SupportsInt | typing.SupportsIndex,
) -> tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64]]: ...
def spend_log_likelihood(
    arg0: Estimate,
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.SupportsInt | typing.SupportsIndex,
) -> tuple: ...
def summarize(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.int32],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.SupportsInt | typing.SupportsIndex,
    arg4: typing.SupportsInt | typing.SupportsIndex,
    arg5: str,
    arg6: str,
    arg7: bool,
) -> tuple: ...
def survival_brier(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple[numpy.typing.NDArray[numpy.float64], float, float, int, tuple]: ...
def survival_concordance(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    arg4: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg5: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32] | None,
    arg6: typing.SupportsInt | typing.SupportsIndex,
) -> tuple[float, float, float, float]: ...
def switching_cost(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.uint8],
    arg2: typing.SupportsFloat | typing.SupportsIndex,
) -> dict: ...
def switching_cost_columns(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32],
    arg1: typing.SupportsInt | typing.SupportsIndex,
    arg2: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg3: typing.Annotated[numpy.typing.ArrayLike, numpy.uint8],
) -> tuple: ...
def switching_cost_in_money(
    arg0: typing.SupportsFloat | typing.SupportsIndex,
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
    arg3: typing.SupportsFloat | typing.SupportsIndex,
) -> tuple[float, float]: ...
def transition_switching_cost(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.SupportsInt | typing.SupportsIndex,
    arg2: typing.SupportsFloat | typing.SupportsIndex,
) -> dict: ...
def undercut_proof_prices(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.typing.NDArray[numpy.float64]: ...
def whale_curve(
    arg0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    arg1: typing.SupportsInt | typing.SupportsIndex,
) -> dict: ...
def why_it_stays(
    arg0: typing.Annotated[
        collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(3)"
    ],
    arg1: typing.SupportsFloat | typing.SupportsIndex,
    arg2: typing.SupportsInt | typing.SupportsIndex,
    arg3: typing.SupportsInt | typing.SupportsIndex,
    arg4: typing.SupportsFloat | typing.SupportsIndex,
    arg5: typing.SupportsFloat | typing.SupportsIndex,
) -> tuple[str, bool, float]: ...
def years_of_months(
    arg0: typing.SupportsInt | typing.SupportsIndex, arg1: typing.SupportsInt | typing.SupportsIndex
) -> float: ...

NOTE_NAMES: list = [
    "no_orders",
    "one_order",
    "no_order_model",
    "spend_undefined",
    "value_not_covered",
    "negative_revenue",
    "margin_of_portfolio",
]
NO_ACCOUNT: int = 4294967295
NO_DAY: int = -2147483648
STATUS_NAMES: list = ["ok", "insufficient", "invalid"]
UNKNOWN_CODE: int = 255
__version__: str = "0.1.0"
