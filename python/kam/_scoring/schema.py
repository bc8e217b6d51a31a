"""Every column of a score row: type, unit, meaning, and what a missing value means.

One table for the data frame, the schema file beside an output, the report and the documentation.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Type = Literal["text", "date", "number", "integer", "reasons", "texts", "measures"]


class Column(NamedTuple):
    name: str
    type: Type
    unit: str
    meaning: str
    missing: str  # what null means


_NO_ORDER_MODEL = "too few repeat orders in the portfolio, or no order of this account"
_LATER = "not computed by this version"
_NO_INDEX = "no value_index"
_THIN = "too little of it observed"
_NO_PEOPLE = "no stakeholders with a known stance"
_NO_EARLIER = "no earlier run given, a new account, or no value_index in one of the two"


def _limits(name: str, unit: str) -> tuple[Column, Column]:
    return (
        Column(f"{name}_lo", "number", unit, f"lower limit of {name}", _THIN),
        Column(f"{name}_hi", "number", unit, f"upper limit of {name}", _THIN),
    )


def _delta(name: str, meaning: str) -> Column:
    return Column(f"delta_{name}", "number", "points", meaning, _NO_EARLIER)


COLUMNS: tuple[Column, ...] = (
    Column("account_id", "text", "", "the account, as in the input", "never missing"),
    Column(
        "name", "text", "", "display name from the accounts table", "no accounts table or no name"
    ),
    Column("as_of", "date", "", "observation end: later rows do not count", "never missing"),
    Column("model_version", "text", "", "names the content of the model", "never missing"),
    Column(
        "config_hash", "text", "", "names profile, horizon, years and discount", "never missing"
    ),
    Column(
        "value_index",
        "number",
        "points 0-100",
        "weighted dimensions, against the frozen reference",
        "no dimension has enough of its indicators",
    ),
    Column(
        "value_lo",
        "number",
        "points 0-100",
        "lower limit of value_index: missing data, weights",
        _NO_INDEX,
    ),
    Column(
        "value_hi",
        "number",
        "points 0-100",
        "upper limit of value_index: missing data, weights",
        _NO_INDEX,
    ),
    Column("value_band", "text", "", "band of value_index by the profile's cuts", "no value_index"),
    Column("contribution", "number", "points 0-100", "dimension score", _THIN),
    *_limits("contribution", "points 0-100"),
    Column("loyalty", "number", "points 0-100", "dimension score", _THIN),
    *_limits("loyalty", "points 0-100"),
    Column("growth", "number", "points 0-100", "dimension score", _THIN),
    *_limits("growth", "points 0-100"),
    Column("risk_index", "number", "points 0-100, high = bad", "100 - safety score", _THIN),
    *_limits("risk_index", "points 0-100, high = bad"),
    Column("risk_credit", "number", "points 0-100, high = bad", "credit part of risk", _THIN),
    Column(
        "risk_cooperation", "number", "points 0-100, high = bad", "cooperation part of risk", _THIN
    ),
    Column(
        "coverage",
        "number",
        "share 0-1",
        "share of the scorecard's weight that was observed",
        "never missing",
    ),
    Column(
        "coverage_contribution",
        "number",
        "share 0-1",
        "the same within the dimension",
        "never missing",
    ),
    Column(
        "coverage_loyalty", "number", "share 0-1", "the same within the dimension", "never missing"
    ),
    Column(
        "coverage_growth", "number", "share 0-1", "the same within the dimension", "never missing"
    ),
    Column(
        "coverage_risk", "number", "share 0-1", "the same within the dimension", "never missing"
    ),
    Column(
        "net_revenue", "number", "money", "net revenue of the whole history read", "no usable row"
    ),
    Column(
        "net_revenue_12m", "number", "money", "net revenue of the year up to as_of", "no usable row"
    ),
    Column(
        "cm3_12m",
        "number",
        "money",
        "contribution margin of that year",
        "no cogs in the transactions",
    ),
    Column("cts_12m", "number", "money", "cost to serve of that year", "no activity costs"),
    Column("order_count", "integer", "orders", "order occasions ever", "never missing"),
    Column(
        "orders_12m", "integer", "orders", "order occasions of the year up to as_of", "no order yet"
    ),
    Column("days_since_last", "integer", "days", "days since the last order", "no order yet"),
    Column(
        "eav",
        "number",
        "money",
        "expected account value over value_years, discounted",
        _NO_ORDER_MODEL,
    ),
    Column("eav_lo", "number", "money", "lower limit of eav", _NO_ORDER_MODEL),
    Column("eav_hi", "number", "money", "upper limit of eav", _NO_ORDER_MODEL),
    Column("value_basis", "text", "", "revenue or margin: what eav is counted in", "never missing"),
    Column(
        "revenue_share",
        "number",
        "share 0-1",
        "share of the portfolio's revenue (measure of the profile)",
        "negative revenue, or one account scored alone",
    ),
    Column("rank_revenue", "integer", "rank", "1 = largest revenue", "no usable row"),
    Column(
        "tail_share", "number", "share 0-1", "share of the portfolio's expected shortfall", _LATER
    ),
    Column(
        "our_share_of_them",
        "number",
        "share 0-1",
        "our share of their purchases",
        "accounts table without wallet, or supplier_rank and suppliers",
    ),
    Column(
        "headroom",
        "number",
        "money/year",
        "their purchases that are not ours yet",
        "accounts table without wallet",
    ),
    Column(
        "p_churn",
        "number",
        "probability 0-1",
        "P(no order within churn_horizon_days), churn_definition silence",
        _NO_ORDER_MODEL,
    ),
    Column("p_churn_lo", "number", "probability 0-1", "lower limit of p_churn", _NO_ORDER_MODEL),
    Column("p_churn_hi", "number", "probability 0-1", "upper limit of p_churn", _NO_ORDER_MODEL),
    Column("churn_band", "text", "", "band of p_churn by the profile's cuts", "no p_churn"),
    Column("p_alive", "number", "probability 0-1", "P(still a customer at as_of)", _NO_ORDER_MODEL),
    Column("churn_definition", "text", "", "what p_churn counts as churn", "no p_churn"),
    Column("churn_horizon_days", "number", "days", "horizon of p_churn", "never missing"),
    Column("basis", "text", "", "what p_churn rests on: the order model", "no p_churn"),
    Column("basis_events", "integer", "orders", "repeat orders behind that model", "no p_churn"),
    Column(
        "interval_level", "number", "probability 0-1", "level of every _lo/_hi", "never missing"
    ),
    Column(
        "expected_loss",
        "number",
        "money",
        "p_churn (of the horizon) times its value over the value years given that it stays",
        _NO_ORDER_MODEL,
    ),
    Column(
        "expected_loss_open",
        "number",
        "money",
        "the part of expected_loss still to come: P(alive now, then silent) times that value",
        _NO_ORDER_MODEL,
    ),
    Column("switching_cost", "number", "money", "what switching would cost them", _LATER),
    Column(
        "indifference_discount",
        "number",
        "share 0-1",
        "discount a rival would have to offer",
        _LATER,
    ),
    Column("quadrant", "text", "", "switching cost against satisfaction", _LATER),
    Column("support", "number", "-1 to 1", "support of their people for us", _NO_PEOPLE),
    Column("support_lo", "number", "-1 to 1", "lower bound of support", _NO_PEOPLE),
    Column("support_hi", "number", "-1 to 1", "upper bound of support", _NO_PEOPLE),
    Column("key_player_gap", "text", "", "which key player is missing", _LATER),
    Column("relation_stage", "integer", "0-3", "stage of the relationship", _LATER),
    Column(
        "relation_type",
        "text",
        "",
        "ordinary, partner or strategic, from who talks to whom",
        "contacts that could still make it another",
    ),
    Column("relation_rule", "text", "", "the rule that made relation_type", "never missing"),
    Column(
        "dependency_person",
        "number",
        "share 0-1",
        "largest share of one of our people in the contacts of the year",
        "no contact with our_person",
    ),
    Column(
        "class_tags",
        "texts",
        "",
        "what the account is, by the class rules of the profile",
        "never missing",
    ),
    Column("class_unknown", "texts", "", "classes that missing data leave open", "never missing"),
    Column("class_rules", "texts", "", "the rules that made class_tags", "never missing"),
    Column("tier", "text", "", "tier by value index and growth", "no value_index or no tiers"),
    Column("tier_rule", "text", "", "the rule that made tier", "no tier"),
    Column(
        "tier_stability",
        "number",
        "share 0-1",
        "probability that plausible weights give the same tier",
        "no tier",
    ),
    Column(
        "trend",
        "text",
        "",
        "up, flat or down: flat unless the test rejects it at 0.1",
        "too short a history",
    ),
    Column(
        "trend_p", "number", "probability 0-1", "p value of the trend test", "too short a history"
    ),
    Column("previous_as_of", "date", "", "day of the earlier run compared with", _NO_EARLIER),
    _delta("value", "value_index less that of the earlier run: the three that follow"),
    _delta("behaviour", "what the account did, and rules that began or ceased to bite"),
    _delta("coverage", "data that came, went or grew old"),
    _delta("model", "what the ruler did: reference, weights and scorecard"),
    _delta("reference", "of it: bands and frozen references"),
    _delta("weights", "of it: weights of indicators that both runs have"),
    _delta("scorecard", "of it: indicators and rules that came or went"),
    Column(
        "reasons_up",
        "reasons",
        "points",
        "what raises value_index above the median account",
        "no value_index",
    ),
    Column(
        "reasons_down",
        "reasons",
        "points",
        "what lowers it below the median account",
        "no value_index",
    ),
    Column(
        "measures",
        "measures",
        "points",
        "per indicator and rule: value read, score, freshness, weight, points",
        "never missing",
    ),
    Column("next_lever", "text", "", "the lever that moves this account most", _LATER),
    Column("lever_gain", "number", "money", "what that lever is worth", _LATER),
    Column("lever_evidence", "text", "", "evidence behind it", _LATER),
    Column("alerts", "texts", "", "open alerts", _LATER),
    Column(
        "status", "text", "", "ok, insufficient (thin data: see notes) or invalid", "never missing"
    ),
    Column("notes", "texts", "", "why a part of the row is missing", "never missing"),
)

NAMES = tuple(column.name for column in COLUMNS)


def schema(column_notes: dict[str, str]) -> list[dict[str, str]]:
    """The schema as plain data; `column_notes` say why a column is missing throughout."""
    return [
        {
            "column": c.name,
            "type": c.type,
            "unit": c.unit,
            "meaning": c.meaning,
            "null": column_notes.get(c.name, c.missing),
        }
        for c in COLUMNS
    ]
