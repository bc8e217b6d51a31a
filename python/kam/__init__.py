"""kam scores key accounts: value, churn, lifetime value, concentration.

>>> import kam
>>> result = kam.score("orders.csv", as_of="2024-12-31")
>>> result.explain("ACME")
>>> result.report("report.html")

Frames of pandas, Polars, PyArrow or DuckDB come in, the same kind goes out; a dict of NumPy arrays
needs none of them. `kam.plots` and `kam.sklearn` are loaded when first asked for: matplotlib and
scikit-learn are extras.
"""

from typing import TYPE_CHECKING

from kam._base.discount import effective_annual_rate
from kam._churn.aft import ExponentialAFT, LogLogisticAFT, LogNormalAFT, WeibullAFT
from kam._churn.backtest import BacktestResult, backtest
from kam._churn.bootstrap import BootstrapResult
from kam._churn.calibration import Calibrator, calibrate, shift_prior
from kam._churn.compare import compare
from kam._churn.covariates import BGNBDCovariates, MBGNBDCovariates, ParetoNBDCovariates
from kam._churn.cox import CoxPH
from kam._churn.discrete import BGBB, BetaDiscreteWeibull, ShiftedBetaGeometric
from kam._churn.evaluation import Evaluation, evaluate
from kam._churn.groups import GroupedModel, fit_by
from kam._churn.hazard import Hazard, Logistic
from kam._churn.in_force import in_force
from kam._churn.ladder import ChurnLadder, churn_probability
from kam._churn.models import BGNBD, MBGNBD, NBD, ParetoNBD
from kam._churn.order_grid import OrderGrid, order_grid
from kam._churn.profit import Campaign, MaximumProfit, expected_profit, maximum_profit
from kam._churn.proportional_hazards import ProportionalHazards
from kam._churn.regular import BGCNBD, MBGCNBD
from kam._churn.survival import KaplanMeier, LogRankResult, NelsonAalen, log_rank
from kam._churn.survival_evaluation import BrierResult, brier_score, concordance
from kam._concentration.concentration import Concentration, concentration
from kam._concentration.dependence import concentration_over_time, mutual_dependence
from kam._concentration.pareto import ParetoTail, pareto_tail
from kam._concentration.risk import RevenueAtRisk, revenue_at_risk
from kam._concentration.whale import WhaleCurve, whale_curve
from kam._core import __version__
from kam._data.data_report import DataReport
from kam._errors import (
    AssumptionWarning,
    ConvergenceWarning,
    DataError,
    FormatError,
    InsufficientDataError,
    RowWarning,
    VersionError,
)
from kam._lifetime.retention import (
    CustomerEquity,
    PriceSchedule,
    RetentionClaim,
    RetentionSpend,
    RevenueRetention,
    best_retention_spend,
    break_even_uplift,
    check_retention_claim,
    customer_equity,
    customer_value,
    margin_multiple,
    retention_elasticity,
    retention_lift,
    retention_neutral_price_cut,
    revenue_retention,
)
from kam._lifetime.retention_budget import (
    ActionChoice,
    RetentionBudget,
    allocate_retention_budget,
    choose_retention_actions,
)
from kam._lifetime.spend import GammaGamma, lifetime_value
from kam._portfolio.holdout import holdout_split
from kam._portfolio.labels import churn_labels, find_leaks, rolling_origin
from kam._portfolio.order_state import OrderState
from kam._portfolio.summary import summarize
from kam._scoring.load import load_model
from kam._scoring.model import Model
from kam._scoring.profile import profiles
from kam._scoring.schema import schema as _schema
from kam._scoring.score import ScoreResult, check, score
from kam._scoring.scorecard import Scorecard
from kam._switching.market import (
    MarketSwitchingCost,
    TransitionSwitchingCost,
    market_switching_cost,
    transition_switching_cost,
    undercut_proof_prices,
)
from kam._switching.switching import (
    LoyaltyOffset,
    SwitchingCost,
    defence_scores,
    indifference_discount,
    loyalty_offset,
    switching_cost,
    why_it_stays,
)
from kam._value.learned import LearnedWeights, learn_weights
from kam._value.weights import AhpResult, ahp, rank_order_centroid

if TYPE_CHECKING:
    from kam import plots as plots
    from kam import sklearn as sklearn
else:

    def __getattr__(name: str) -> object:
        """The rooms that need an extra. Hidden from type checkers: to them every name would do."""
        if name in ("plots", "sklearn"):
            import importlib

            return importlib.import_module(f"kam.{name}")
        raise AttributeError(f"module 'kam' has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), "plots", "sklearn"})


def columns() -> list[dict[str, str]]:
    """Every column of a score row: type, unit, meaning, what null means."""
    return _schema({})


__all__ = [
    "BGBB",
    "BGCNBD",
    "BGNBD",
    "MBGCNBD",
    "MBGNBD",
    "NBD",
    "ActionChoice",
    "AhpResult",
    "AssumptionWarning",
    "BGNBDCovariates",
    "BacktestResult",
    "BetaDiscreteWeibull",
    "BootstrapResult",
    "BrierResult",
    "Calibrator",
    "Campaign",
    "ChurnLadder",
    "Concentration",
    "ConvergenceWarning",
    "CoxPH",
    "CustomerEquity",
    "DataError",
    "DataReport",
    "Evaluation",
    "ExponentialAFT",
    "FormatError",
    "GammaGamma",
    "GroupedModel",
    "Hazard",
    "InsufficientDataError",
    "KaplanMeier",
    "LearnedWeights",
    "LogLogisticAFT",
    "LogNormalAFT",
    "LogRankResult",
    "Logistic",
    "LoyaltyOffset",
    "MBGNBDCovariates",
    "MarketSwitchingCost",
    "MaximumProfit",
    "Model",
    "NelsonAalen",
    "OrderGrid",
    "OrderState",
    "ParetoNBD",
    "ParetoNBDCovariates",
    "ParetoTail",
    "PriceSchedule",
    "ProportionalHazards",
    "RetentionBudget",
    "RetentionClaim",
    "RetentionSpend",
    "RevenueAtRisk",
    "RevenueRetention",
    "RowWarning",
    "ScoreResult",
    "Scorecard",
    "ShiftedBetaGeometric",
    "SwitchingCost",
    "TransitionSwitchingCost",
    "VersionError",
    "WeibullAFT",
    "WhaleCurve",
    "__version__",
    "ahp",
    "allocate_retention_budget",
    "backtest",
    "best_retention_spend",
    "break_even_uplift",
    "brier_score",
    "calibrate",
    "check",
    "check_retention_claim",
    "choose_retention_actions",
    "churn_labels",
    "churn_probability",
    "columns",
    "compare",
    "concentration",
    "concentration_over_time",
    "concordance",
    "customer_equity",
    "customer_value",
    "defence_scores",
    "effective_annual_rate",
    "evaluate",
    "expected_profit",
    "find_leaks",
    "fit_by",
    "holdout_split",
    "in_force",
    "indifference_discount",
    "learn_weights",
    "lifetime_value",
    "load_model",
    "log_rank",
    "loyalty_offset",
    "margin_multiple",
    "market_switching_cost",
    "maximum_profit",
    "mutual_dependence",
    "order_grid",
    "pareto_tail",
    "profiles",
    "rank_order_centroid",
    "retention_elasticity",
    "retention_lift",
    "retention_neutral_price_cut",
    "revenue_at_risk",
    "revenue_retention",
    "rolling_origin",
    "score",
    "shift_prior",
    "summarize",
    "switching_cost",
    "transition_switching_cost",
    "undercut_proof_prices",
    "whale_curve",
    "why_it_stays",
]
