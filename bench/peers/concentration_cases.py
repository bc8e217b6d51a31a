"""The comparisons with NumPy and powerlaw: each case makes lines of the table."""

import warnings
from importlib.metadata import version

import concentration_data as data
import kam
import numpy as np
import numpy_concentration as plain
import powerlaw
from peer_jobs import Case, compete, rows_of
from peer_report import difference
from scipy.special import zeta

LEVEL = 0.95
NUMPY = f"NumPy {np.__version__}"


# --- shares and Gini ----------------------------------------------------------------------------


def gini_and_top(values):
    found = kam.concentration(values)
    return np.array([found.gini, *(found.top_share(p) for p in plain.TOP)])


def shares_of(rows, repeat):
    values = data.revenue(rows)
    row, ours, theirs = compete(
        "Gini and top shares",
        rows,
        f"{NUMPY}, sort {sort_instructions()}",
        lambda: gini_and_top(values),
        lambda: plain.gini_and_top(values),
        repeat,
    )
    row.differences += [
        difference("Gini", ours[:1], theirs[:1]),
        difference("top 1, 5, 10, 20 %", ours[1:], theirs[1:]),
    ]
    return row


def sort_instructions():
    """What np.sort of doubles runs on here: the best this CPU has of what NumPy builds it for."""
    has = np._core._multiarray_umath.__cpu_features__
    if has.get("AVX512_SKX") or has.get("X86_V4"):
        return "AVX-512"
    return "AVX2" if has.get("AVX2") or has.get("X86_V3") else "without vectors"


def gini(settings):
    yield shares_of(settings["values"], settings["repeat"])


def whole(settings):
    """All that one call of kam answers, for which NumPy needs its logarithms and running sums."""
    values = data.revenue(settings["values"])

    def ours():
        found = kam.concentration(values)
        accounts = [found.accounts_for(share) for share in plain.REACHED]
        top = [found.top_share(p) for p in plain.TOP]
        return np.array([found.gini, *top, found.hhi, found.theil, *accounts])

    row, ours, theirs = compete(
        "with HHI, Theil, accounts for",
        len(values),
        f"{NUMPY}, sort {sort_instructions()}",
        ours,
        lambda: plain.whole_concentration(values),
        settings["repeat"],
    )
    row.differences += [
        difference("Gini, top shares, HHI, Theil", ours[:7], theirs[:7]),
        difference("accounts for 50, 80, 90 %", ours[7:], theirs[7:]),
    ]
    yield row


def memory(settings):
    row = shares_of(settings["many_values"], min(2, settings["repeat"]))
    row.differences[0].note = f"the values themselves: {8e-6 * row.size:,.0f} MB"
    yield row


def bootstrap(settings):
    values, draws = data.revenue(settings["bootstrap_accounts"]), settings["draws"]
    found = kam.concentration(values)
    names = ["gini", *(f"top_share_{p}" for p in plain.TOP)]

    def ours():
        intervals = found.interval(draws=draws)
        return np.array([intervals[name] for name in names]).T

    row, ours, theirs = compete(
        f"bootstrap intervals, {draws} draws",
        len(values),
        NUMPY,
        ours,
        lambda: plain.bootstrap(values, draws),
        settings["repeat"],
    )
    width = np.mean(theirs[1] - theirs[0])
    note = (
        f"draws of their own; mean width {width:.3f}; kam's has HHI and accounts for 80 % as well"
    )
    row.differences.append(difference("ends of the 80 % intervals", ours, theirs, note))
    yield row


# --- tail ---------------------------------------------------------------------------------------


def powerlaw_fit(values, discrete):
    """Every distinct value tried as cut-off, and likelihoods as they are, not estimated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = powerlaw.Fit(values, discrete=discrete, estimate_discrete=False, verbose=0)
        return np.array([fit.power_law.alpha, fit.xmin, fit.power_law.D])


def distance(values, discrete, alpha, xmin):
    """max |P(X < x) - #(tail < x)/n| over the tail's distinct values: written anew, with SciPy."""
    tail = np.sort(values[values >= xmin])
    distinct, first = np.unique(tail, return_index=True)
    if discrete:
        below = 1 - zeta(alpha, distinct) / zeta(alpha, xmin)
    else:
        below = 1 - (distinct / xmin) ** (1 - alpha)
    return np.abs(below - first / len(tail)).max()


def tail_of(name, settings):
    values = data.tail(name)
    discrete = bool((values == np.floor(values)).all())

    def ours():
        fit = kam.pareto_tail(values)
        return np.array([fit.alpha, fit.xmin, fit.ks])

    row, ours, theirs = compete(
        f"power-law tail, {name}",
        len(values),
        f"powerlaw {version('powerlaw')}",
        ours,
        lambda: powerlaw_fit(values, discrete),
        settings["tail_repeat"],
    )
    alpha, xmin, _ = theirs
    at_theirs = distance(values, discrete, alpha, xmin)
    own = distance(values, discrete, ours[0], ours[1])
    row.differences += [
        difference("xmin", ours[1], xmin, f"{ours[1]:.6g} and {xmin:.6g}"),
        difference("alpha", ours[0], alpha, f"{ours[0]:.8f} and {alpha:.8f}"),
        difference("distance", ours[2], theirs[2], f"{ours[2]:.8f} and {theirs[2]:.8f}"),
        difference("distance by SciPy at kam's alpha", ours[2], own),
        difference("distance by SciPy at powerlaw's alpha", theirs[2], at_theirs),
    ]
    return row


def tails(settings):
    for name in settings["tails"]:
        yield tail_of(name, settings)


# --- revenue at risk ----------------------------------------------------------------------------


def losses(settings):
    value, p = data.portfolio(settings["accounts"], settings["cells"])

    def theirs():
        pmf = plain.losses(value, p)
        return pmf, plain.shortfall(pmf, LEVEL)

    row, found, (pmf, shortfall) = compete(
        f"loss distribution on {settings['cells']:,} cells",
        len(value),
        f"{NUMPY}, convolution",
        lambda: kam.revenue_at_risk(value, p),
        theirs,
        settings["repeat"],
    )
    cells = np.asarray(found.loss).astype(int)
    note = "kam's seconds hold the tail contributions of all accounts as well"
    row.differences += [
        difference("expected shortfall", found.expected_shortfall, shortfall, note),
        difference("probabilities", found.probability, pmf[cells]),
    ]
    yield row


def tail_contributions(settings):
    value, p = data.portfolio(settings["accounts"], settings["cells"])
    accounts = settings["contributions"]
    row, ours, theirs = compete(
        f"tail contributions on {settings['cells']:,} cells",
        len(value),
        f"{NUMPY}, convolutions",
        lambda: np.asarray(kam.revenue_at_risk(value, p).tail_contribution),
        lambda: plain.contributions(value, p, accounts, LEVEL),
        settings["repeat"],
    )
    note = f"NumPy's of the first {accounts} accounts only, kam's of all"
    row.differences.append(difference("contributions", ours[:accounts], theirs, note))
    row.details["all accounts, extrapolated"] = row.ratio * len(value) / accounts
    yield row


def correlated(settings):
    """Of values that the grid has to round. The simulation is another answer, not a rival."""
    value, p = data.large_portfolio(settings["many_accounts"])
    rho, paths = 0.15, settings["paths"]
    row, found, losses = compete(
        f"shortfall with correlation {rho}",
        len(value),
        f"{NUMPY}, {paths:,} paths",
        lambda: kam.revenue_at_risk(value, p, correlation=rho),
        lambda: plain.simulated_losses(value, p, rho, paths),
        min(2, settings["repeat"]),
    )
    at = np.quantile(losses, LEVEL)
    tail = losses[losses > at]
    over = np.maximum(losses - at, 0) / (1 - LEVEL)
    error = over.std() / np.sqrt(paths)
    gap = (at + over.mean() - found.expected_shortfall) / error
    row.differences += [
        difference(
            "expected shortfall",
            found.expected_shortfall,
            at + over.mean(),
            f"{gap:+.1f} standard errors of {len(tail)} paths in the tail",
        ),
        difference(
            "lower and upper bound",
            found.expected_shortfall,
            found.expected_shortfall + found.grid_error,
            f"grid error {found.grid_error / found.expected_shortfall:.2%}, "
            f"of the quadrature {found.quadrature_error / found.expected_shortfall:.0e}",
        ),
    ]
    row.details["grid_error"] = found.grid_error / found.expected_shortfall
    yield row


CASES = [
    Case("gini", ("concentration",), gini),
    Case("whole", ("concentration",), whole),
    Case("memory", ("concentration",), memory),
    Case("bootstrap", ("concentration",), bootstrap),
    Case("tail", ("pareto_tail",), tails),
    Case("losses", ("revenue_at_risk",), losses),
    Case("tail-contributions", ("revenue_at_risk",), tail_contributions),
    Case("correlated", ("revenue_at_risk",), correlated),
]


def all_rows(settings, chosen=None):
    yield from rows_of(CASES, settings, chosen)
