"""A portfolio in a notebook: from a purchase log to scores, reasons and a report."""

import kam
import numpy as np

log = np.genfromtxt("examples/cdnow/CDNOW_master.txt", names=True, dtype=None, encoding="utf-8")
orders = {"account_id": log["customer_id"], "date": log["date"], "amount": log["dollar_value"]}

result = kam.score(orders, as_of="1998-06-30", date_format="%Y%m%d")
print(result)  # accounts, expected loss, concentration
print(result.concentration.top_share(0.2))  # share of revenue of the top 20 %
for reason in result.explain(3)[:3]:  # why account 3 has its value index
    print(reason["text"])

summary = kam.summarize(orders, as_of="1997-09-30", date_format="%Y%m%d", unit="week")
known = {name: column[~np.isnan(summary["age"])] for name, column in summary.items()}
model = kam.MBGNBD().fit(known)
print(model.summary())  # estimates, standard errors, likelihood
weeks_ahead = model.expected_orders(known, 39, interval=True)
print(weeks_ahead["expected_orders"].sum(), "orders expected in 39 weeks")
