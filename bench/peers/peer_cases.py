"""The comparisons: each function makes one or a few lines of the table."""

import sys

import kam
import lifetimes
import numpy as np
import pandas as pd
import peer_data
from lifetimes.utils import summary_data_from_transaction_data
from peer_report import Row, difference, race

HORIZON_WEEKS = 39

# lifetimes' fit of the MBG/NBD to CDNOW, rounded: scoring needs some parameters, the same for both.
CDNOW_MBGNBD = {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}

# The converged optimum of the Pareto/NBD on CDNOW, rounded.
CDNOW_PARETO_NBD = {"r": 0.5533, "alpha": 10.578, "s": 0.6062, "beta": 11.669}

PURCHASE_NAMES = ["r", "alpha", "a", "b"]
PARETO_NAMES = ["r", "alpha", "s", "beta"]
PARETO_NBD = (kam.ParetoNBD, lifetimes.ParetoNBDFitter, PARETO_NAMES, PARETO_NAMES)
BGNBD = (kam.BGNBD, lifetimes.BetaGeoFitter, PURCHASE_NAMES, PURCHASE_NAMES)
MBGNBD = (kam.MBGNBD, lifetimes.ModifiedBetaGeoFitter, PURCHASE_NAMES, PURCHASE_NAMES)
# lifetimes calls the scale of the Gamma-Gamma model v.
SPEND = (kam.GammaGamma, lifetimes.GammaGammaFitter, ["p", "q", "gamma"], ["p", "q", "v"])


def progress(text):
    print(text, file=sys.stderr, flush=True)


def pick(mapping, names):
    return np.array([mapping[name] for name in names], dtype=float)


def peer_arguments(fitter, data):
    """What the peer's fit and likelihood take, in its order."""
    if fitter is lifetimes.GammaGammaFitter:
        return data["frequency"], data["monetary_value"]
    return data["frequency"], data["recency"], data["age"]


def peer_log_likelihood(fitter, data, params):
    """Total log-likelihood by the peer's own formula, on unscaled time and without a penalty."""
    arguments = peer_arguments(fitter, data)
    if fitter is lifetimes.ParetoNBDFitter:  # a sum, of the parameters themselves
        return fitter._conditional_log_likelihood(params, *arguments).sum()
    weights = np.ones(arguments[0].size)
    return -fitter._negative_log_likelihood(np.log(params), *arguments, weights, 0.0) * weights.size


def fit_kam(model, data):
    fitted = model().fit(data, unit="week")
    # The peer computes standard errors as part of its fit: kam must not get away without them.
    return fitted, fitted.standard_errors_


def fit_row(job, family, data, repeat):
    """Time both fits and judge both optima by one formula, the peer's."""
    progress(job)
    model, fitter, our_names, their_names = family
    results, seconds, megabytes = race(
        {
            "kam": lambda: fit_kam(model, data),
            "lifetimes": lambda: fitter().fit(*peer_arguments(fitter, data)),
        },
        repeat,
    )
    (ours, our_errors), theirs = results["kam"], results["lifetimes"]
    our_params, their_params = pick(ours.params_, our_names), pick(theirs.params_, their_names)
    at_ours = peer_log_likelihood(fitter, data, our_params)
    at_theirs = peer_log_likelihood(fitter, data, their_params)
    if fitter is lifetimes.ParetoNBDFitter:  # it has none for this model
        their_errors = np.full(len(their_names), np.nan)
    else:
        their_errors = pick(theirs.standard_errors_, their_names)
    gain = f"kam - peer: {at_ours - at_theirs:+.1e}"
    return Row(
        job=job,
        size=data["frequency"].size,
        peer="lifetimes",
        kam_seconds=seconds["kam"],
        peer_seconds=seconds["lifetimes"],
        runs=repeat,
        kam_megabytes=megabytes["kam"],
        peer_megabytes=megabytes["lifetimes"],
        differences=[
            difference("parameters", our_params, their_params),
            difference("standard errors", pick(our_errors, our_names), their_errors),
            difference("log-likelihood", ours.log_likelihood_, at_theirs, note=gain),
            difference("LL formula at kam's optimum", ours.log_likelihood_, at_ours),
        ],
        details={
            "converged": bool(ours.converged_),
            "parameters": dict(zip(our_names, our_params.tolist(), strict=True)),
            "peer_parameters": dict(zip(our_names, their_params.tolist(), strict=True)),
            "log_likelihood": float(ours.log_likelihood_),
            "peer_log_likelihood": float(at_theirs),
            "log_likelihood_gain": float(at_ours - at_theirs),
        },
    )


def score_row(job, size, compared, ours, theirs, repeat):
    """Time two functions without arguments that return one number per account."""
    progress(job)
    results, seconds, megabytes = race({"kam": ours, "lifetimes": theirs}, repeat)
    return Row(
        job=job,
        size=size,
        peer="lifetimes",
        kam_seconds=seconds["kam"],
        peer_seconds=seconds["lifetimes"],
        runs=repeat,
        kam_megabytes=megabytes["kam"],
        peer_megabytes=megabytes["lifetimes"],
        differences=[difference(compared, results["kam"], results["lifetimes"])],
    )


def two_threads_row(job, size, verb, repeat):
    """The same call with one thread and with two: seconds of both, and that the bits agree."""
    progress(f"{job}, two threads")
    results, seconds, megabytes = race({"two": lambda: verb(2), "one": lambda: verb(1)}, repeat)
    return Row(
        job=f"{job}, two threads",
        size=size,
        peer="kam, one thread",
        kam_seconds=seconds["two"],
        peer_seconds=seconds["one"],
        runs=repeat,
        kam_megabytes=megabytes["two"],
        peer_megabytes=megabytes["one"],
        differences=[difference("result", results["two"], results["one"], note="bits")],
    )


def pass_row(data, repeat):
    """P(alive) of the MBG/NBD against the least NumPy does to read three columns and write one."""
    progress("plain pass")
    ours = MBGNBD[0].from_params(**CDNOW_MBGNBD, unit="week")
    x, t, age = data["frequency"], data["recency"], data["age"]

    def plain():
        out = t * age
        return np.add(out, x, out=out)

    _, seconds, megabytes = race(
        {"kam": lambda: ours.probability_alive(data), "pass": plain}, repeat
    )
    return Row(
        job="MBG/NBD probability alive",
        size=x.size,
        peer="NumPy t * T + x",
        kam_seconds=seconds["kam"],
        peer_seconds=seconds["pass"],
        runs=repeat,
        kam_megabytes=megabytes["kam"],
        peer_megabytes=megabytes["pass"],
    )


def value_row(data, repeat):
    """Twelve months of value at 1 % a month.

    lifetimes counts the orders of a month at its end, kam an order when it happens: the results
    differ by about half a percent on purpose.
    """
    size = data["frequency"].size
    params = peer_data.CDNOW_GAMMA_GAMMA
    orders = MBGNBD[0].from_params(**CDNOW_MBGNBD, unit="week")
    spend = kam.GammaGamma.from_params(**params)
    their_orders = peer_with_params(lifetimes.ModifiedBetaGeoFitter, CDNOW_MBGNBD)
    # It sets `predict` when it fits.
    their_orders.predict = their_orders.conditional_expected_number_of_purchases_up_to_time
    theirs = peer_with_params(
        lifetimes.GammaGammaFitter, {"p": params["p"], "q": params["q"], "v": params["gamma"]}
    )
    frequency, recency, age = (pd.Series(data[n]) for n in ("frequency", "recency", "age"))
    mean = pd.Series(np.nan_to_num(data["monetary_value"]))
    return score_row(
        "12-month lifetime value",
        size,
        "money; conventions differ",
        lambda: kam.lifetime_value(
            orders, spend, data, years=1, discount=1.01**12 - 1, interval=False
        )["lifetime_value"],
        lambda: theirs.customer_lifetime_value(
            their_orders, frequency, recency, age, mean, time=12, discount_rate=0.01, freq="W"
        ).to_numpy(),
        repeat,
    )


def peer_with_params(fitter, params):
    """A peer model that was never fitted; its predictions read nothing but params_."""
    model = fitter()
    model.params_ = pd.Series(params)
    return model


def purchase_rows(label, family, params, data, repeat):
    """Probability alive and expected orders at given parameters."""
    ours = family[0].from_params(**params, unit="week")
    theirs = peer_with_params(family[1], params)
    history = data["frequency"], data["recency"], data["age"]
    expected = theirs.conditional_expected_number_of_purchases_up_to_time
    size = data["frequency"].size
    yield score_row(
        f"{label} probability alive",
        size,
        "probability",
        lambda: ours.probability_alive(data),
        lambda: theirs.conditional_probability_alive(*history),
        repeat,
    )
    yield score_row(
        f"{label} expected orders, {HORIZON_WEEKS} weeks",
        size,
        "orders",
        lambda: ours.expected_orders(data, HORIZON_WEEKS),
        lambda: expected(HORIZON_WEEKS, *history),
        repeat,
    )


def spend_row(data, repeat):
    """Expected spend. Each library gets its own mark for "no repeat order": NaN and 0."""
    params = peer_data.CDNOW_GAMMA_GAMMA
    ours = kam.GammaGamma.from_params(**params)
    theirs = peer_with_params(
        lifetimes.GammaGammaFitter, {"p": params["p"], "q": params["q"], "v": params["gamma"]}
    )
    frequency = data["frequency"]
    zero_filled = np.nan_to_num(data["monetary_value"])
    return score_row(
        "Gamma-Gamma expected spend",
        frequency.size,
        "spend",
        lambda: ours.expected_spend(data),
        lambda: theirs.conditional_expected_average_profit(frequency, zero_filled),
        repeat,
    )


def summarize_peer(log, as_of):
    return summary_data_from_transaction_data(
        log,
        "account_id",
        "date",
        monetary_value_col="amount",
        observation_period_end=as_of,
        freq="D",
        freq_multiplier=peer_data.DAYS_PER_WEEK,
    )


def in_kam_columns(summary):
    """lifetimes' summary in kam's words: age for T, NaN for "no repeat order"."""
    renamed = summary.rename(columns={"T": "age"}).sort_index()
    renamed["monetary_value"] = renamed["monetary_value"].where(renamed["frequency"] > 0)
    return renamed


def summary_rows(label, log, as_of, repeat):
    """Order summary with monetary value: kam, lifetimes and a plain pandas groupby."""
    job = f"{label}: order summary with value"
    progress(job)
    results, seconds, megabytes = race(
        {
            "kam": lambda: kam.summarize(log, as_of=as_of, unit="week"),
            "lifetimes": lambda: summarize_peer(log, as_of),
            "pandas": lambda: peer_data.summary_by_pandas(log, as_of),
        },
        repeat,
    )
    ours = results["kam"].set_index("account_id").sort_index()
    others = {
        "lifetimes": in_kam_columns(results["lifetimes"]),
        "pandas": results["pandas"].sort_index(),
    }
    for peer, theirs in others.items():
        if not ours.index.equals(theirs.index):
            raise ValueError(f"{job}: kam and {peer} do not list the same accounts")
        yield Row(
            job=job,
            size=len(log),
            peer=peer,
            kam_seconds=seconds["kam"],
            peer_seconds=seconds[peer],
            runs=repeat,
            kam_megabytes=megabytes["kam"],
            peer_megabytes=megabytes[peer],
            differences=[
                difference(column, ours[column].to_numpy(), theirs[column].to_numpy())
                for column in ["frequency", "recency", "age", "monetary_value"]
            ],
            details={"accounts": len(ours)},
        )


def buyers(data):
    """Accounts the Gamma-Gamma model can be fitted to: a repeat order and a positive mean."""
    keep = (data["frequency"] > 0) & (data["monetary_value"] > 0)
    return {name: column[keep] for name, column in data.items()}


def all_rows(settings):
    """Every comparison, in the order of the table."""
    repeat = settings["repeat"]
    transactions = peer_data.cdnow_transactions()
    end = peer_data.CDNOW_CALIBRATION_END
    cdnow = peer_data.as_arrays(peer_data.summary_by_pandas(transactions, end))
    yield fit_row("CDNOW: BG/NBD fit", BGNBD, cdnow, repeat)
    yield fit_row("CDNOW: MBG/NBD fit", MBGNBD, cdnow, repeat)
    yield fit_row("CDNOW: Pareto/NBD fit", PARETO_NBD, cdnow, repeat)
    yield fit_row("CDNOW: Gamma-Gamma fit", SPEND, buyers(cdnow), repeat)
    yield from summary_rows("CDNOW", transactions, end, repeat)

    accounts = peer_data.simulated_summary(settings["accounts"])
    yield fit_row("Simulated: BG/NBD fit", BGNBD, accounts, repeat)
    yield from purchase_rows("BG/NBD", BGNBD, peer_data.CDNOW_BGNBD, accounts, repeat)
    yield from purchase_rows("MBG/NBD", MBGNBD, CDNOW_MBGNBD, accounts, repeat)
    yield from purchase_rows("Pareto/NBD", PARETO_NBD, CDNOW_PARETO_NBD, accounts, repeat)
    yield spend_row(accounts, repeat)
    yield pass_row(accounts, repeat)
    yield value_row(accounts, repeat)
    size = accounts["frequency"].size
    model = MBGNBD[0].from_params(**CDNOW_MBGNBD, unit="week")
    yield two_threads_row(
        "MBG/NBD expected orders",
        size,
        lambda n: model.expected_orders(accounts, HORIZON_WEEKS, threads=n),
        repeat,
    )
    yield two_threads_row(
        "BG/NBD fit",
        size,
        lambda n: pick(kam.BGNBD().fit(accounts, threads=n).params_, PURCHASE_NAMES),
        repeat,
    )

    log, as_of = peer_data.simulated_log(settings["log_rows"], settings["log_accounts"])
    yield from summary_rows("Simulated", log, as_of, repeat)
