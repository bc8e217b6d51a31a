"""The data both libraries are given: CDNOW, a simulated base and a simulated transaction log."""

from pathlib import Path

import lifetimes
import numpy as np
import pandas as pd

SEED = 20240229

# Fader, Hardie and Lee (2005): BG/NBD on the CDNOW calibration period, and the Gamma-Gamma model
# on its spend. Time in weeks.
CDNOW_BGNBD = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
CDNOW_GAMMA_GAMMA = {"p": 6.25, "q": 3.74, "gamma": 15.44}

DAYS_PER_WEEK = 7
CDNOW_CALIBRATION_END = "1997-09-30"
LOG_START = np.datetime64("2022-01-03")
LOG_DAYS = 104 * DAYS_PER_WEEK


def cdnow_transactions():
    """The 1/10 CDNOW sample, read from the copy that lifetimes itself installs."""
    path = Path(lifetimes.__file__).parent / "datasets" / "CDNOW_sample.txt"
    names = ["master_id", "account_id", "date", "discs", "amount"]
    rows = pd.read_csv(path, sep=r"\s+", header=None, names=names)
    rows["date"] = pd.to_datetime(rows["date"].astype(str), format="%Y%m%d")
    return rows[["account_id", "date", "amount"]]


def summary_by_pandas(transactions, as_of):
    """Order summary with plain pandas: one order per account and day, durations in weeks.

    Shared by both libraries as input, and timed as the third contender of the summary case.
    """
    as_of = pd.Timestamp(as_of)
    rows = transactions[transactions["date"] < as_of + pd.Timedelta(days=1)]
    day = rows["date"].dt.normalize().rename("day")
    by_day = rows["amount"].groupby([rows["account_id"], day]).sum().reset_index()
    by_account = by_day.groupby("account_id").agg(
        orders=("day", "size"),
        first=("day", "first"),
        last=("day", "last"),
        total=("amount", "sum"),
        first_amount=("amount", "first"),
    )
    week = pd.Timedelta(days=DAYS_PER_WEEK)
    frequency = by_account["orders"] - 1
    repeat_total = by_account["total"] - by_account["first_amount"]
    return pd.DataFrame(
        {
            "frequency": frequency.astype(float),
            "recency": (by_account["last"] - by_account["first"]) / week,
            "age": (as_of - by_account["first"]) / week,
            "monetary_value": repeat_total / frequency.where(frequency > 0),
        }
    )


def as_arrays(summary):
    """A summary as contiguous float64 arrays, so that neither library pays for a conversion."""
    return {name: np.ascontiguousarray(summary[name], dtype=float) for name in summary.columns}


def simulate_order_days(accounts, age_days, params, rng):
    """BG/NBD histories as (account, day) pairs with day >= 1, sorted, one row per order day.

    All accounts advance together, one purchase per round: an account leaves the round when its
    next purchase would fall after its age, or after a purchase with its own dropout chance.
    """
    rate = rng.gamma(params["r"], 1.0 / params["alpha"], accounts) / DAYS_PER_WEEK
    dropout = rng.beta(params["a"], params["b"], accounts)
    alive = np.arange(accounts)
    clock = np.zeros(accounts)
    pairs = []
    while alive.size:
        # The smallest gamma rates underflow to 0; such an account simply never buys again.
        with np.errstate(divide="ignore"):
            clock = clock + rng.exponential(size=alive.size) / rate[alive]
        bought = clock < age_days[alive]
        alive, clock = alive[bought], clock[bought]
        pairs.append(np.stack([alive, np.floor(clock).astype(np.int64)]))
        stays = rng.random(alive.size) >= dropout[alive]
        alive, clock = alive[stays], clock[stays]
    account, day = np.concatenate(pairs, axis=1)
    # Orders on the day of the first one belong to it; several on a later day are one order.
    key = np.unique((account * (LOG_DAYS + 1) + day)[day > 0])
    return np.divmod(key, LOG_DAYS + 1)


def simulated_summary(accounts, seed=SEED):
    """Accounts aged 1 to 78 weeks in whole days, with the mean spend of their repeat orders."""
    rng = np.random.default_rng(seed)
    age_days = rng.integers(1 * DAYS_PER_WEEK, 78 * DAYS_PER_WEEK, accounts, endpoint=True)
    account, day = simulate_order_days(accounts, age_days, CDNOW_BGNBD, rng)
    frequency = np.bincount(account, minlength=accounts).astype(float)
    last_day = np.zeros(accounts)
    last_day[account] = day  # pairs are sorted by day within an account: the last one stays
    return {
        "frequency": frequency,
        "recency": last_day / DAYS_PER_WEEK,
        "age": age_days / DAYS_PER_WEEK,
        "monetary_value": simulate_mean_spend(frequency, CDNOW_GAMMA_GAMMA, rng),
    }


def simulate_mean_spend(frequency, params, rng):
    """Gamma-Gamma mean spend, at least a cent; NaN where there is no repeat order."""
    scale = rng.gamma(params["q"], 1.0 / params["gamma"], frequency.size)
    spend = rng.gamma(params["p"] * np.maximum(frequency, 1)) / np.maximum(frequency, 1) / scale
    return np.where(frequency > 0, np.maximum(spend, 0.01), np.nan)


def simulated_log(rows, accounts, seed=SEED):
    """A shuffled log of exactly `rows` order lines of `accounts` accounts, and its last day.

    Orders follow the BG/NBD; every order has one line and the lines left over go to random orders,
    so that most orders have several lines, as invoices do. Amounts are whole cents, all positive.
    """
    rng = np.random.default_rng(seed)
    first_day = rng.integers(0, LOG_DAYS, accounts)
    account, day = simulate_order_days(accounts, LOG_DAYS - first_day, CDNOW_BGNBD, rng)
    account = np.concatenate([np.arange(accounts), account])
    day = np.concatenate([np.zeros(accounts, dtype=np.int64), day])
    if account.size > rows:
        raise ValueError(f"{accounts} accounts make {account.size} orders, more than {rows} rows")
    extra = rng.integers(0, account.size, rows - account.size)
    lines = rng.permutation(np.concatenate([np.arange(account.size), extra]))
    ids = rng.permutation(np.arange(100_000, 100_000 + accounts))
    date = LOG_START + (first_day[account] + day)[lines].astype("timedelta64[D]")
    cents = np.maximum(np.rint(np.exp(rng.normal(3.2, 0.9, rows)) * 100), 1)
    log = pd.DataFrame(
        {
            "account_id": ids[account[lines]],
            "date": date.astype("datetime64[ns]"),
            "amount": cents / 100,
        }
    )
    return log, LOG_START + np.timedelta64(LOG_DAYS - 1, "D")
