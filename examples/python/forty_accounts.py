"""Forty accounts under contract, four lost last year: who leaves, and what would it cost?"""

import kam
import numpy as np

draw = np.random.default_rng(7)
accounts = {
    "name": np.array([f"K{i:02d}" for i in range(1, 41)]),
    "revenue": np.round(1_000_000 / np.arange(1, 41) ** 1.1),  # one giant, a long tail
    "complaints": draw.poisson(1.0, 40).astype(float),
    "tenure": draw.uniform(1, 12, 40),
    "lost": np.isin(np.arange(40), [8, 17, 22, 31]).astype(float),
}

churn = kam.churn_probability(
    accounts, event="lost", features=["complaints", "tenure"], horizon=365, sign={"complaints": 1}
)
p = churn["churn_probability"]
low, high = churn["churn_probability_lo"][0], churn["churn_probability_hi"][0]
print(f"K01 leaves with {p[0]:.0%} ({low:.0%} to {high:.0%}); basis: {churn['basis'][0]}")

print(kam.concentration(accounts["revenue"]))
risk = kam.revenue_at_risk(accounts["revenue"], p, correlation=0.15)
print(risk)
print(f"K01 owns {risk.tail_share[0]:.0%} of the loss in the worst twentieth of years")
risk.plot_ownership(accounts["name"]).figure.savefig("build/demo/tail.png", dpi=100)
