"""Which table a measure comes from, so that what is missing can say what to collect."""

from __future__ import annotations

# Block of the data -> features that it makes possible. `rating:*` is "ratings".
BLOCKS: dict[str, tuple[str, ...]] = {
    "margin": ("cm3_12m", "cm3_rate", "cts_share"),
    "service": ("cts_12m",),
    "returns": ("return_rate",),
    "quantity": ("quantity_12m",),
    "ratings": ("nps", "nps_answers", "joint_team"),
    "reports": ("report_on_time",),
    "wallet": ("share_of_wallet", "headroom", "headroom_rate"),
    "categories": ("breadth",),
    "deals": ("pipeline_p50", "pipeline_rate"),
    "payments": ("days_late", "overdue_share", "dso_days"),
    "credit": ("limit_use", "altman_z2", "probability_of_default", "expected_credit_loss"),
    "complaints": ("dispute_rate",),
    "contracts": ("renewal_days", "contract_value"),
    "people": ("support", "support_lo", "support_hi", "people_known", "their_people",
               "champion_left"),
    "contacts": ("contacts_12m", "days_since_contact", "dependency_person", "departments",
                 "levels", "contact_pairs", "executive_pair"),
    "history": ("net_revenue_12m", "net_revenue", "order_count", "orders_12m", "days_since_last",
                "repurchase_rate", "overdue_ratio", "clumpiness", "trend_rate", "trend_p",
                "volatility", "downside_deviation"),
}  # fmt: skip

_BLOCK_OF = {feature: block for block, features in BLOCKS.items() for feature in features}


def block_of(feature: str) -> str:
    return "ratings" if feature.startswith("rating:") else _BLOCK_OF.get(feature, "other")
