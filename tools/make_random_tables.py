#!/usr/bin/env python3
"""Draw random hard points of every churn and spend model and compute them with mpmath.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install mpmath gmpy2
    /tmp/venv/bin/python tools/make_random_tables.py [model ...]

Writes tests/reference/random_MODEL.csv; tests/churn/random_points_test.cpp reads them. gmpy2 is
optional: it makes mpmath several times faster, and changes nothing else. With it the whole run
takes some seven minutes of CPU time, shared by all CPUs (or KAM_WORKERS). Each table has its own
seeded generator.

What a point is drawn from is said in the header of each table: a box of parameters, log-uniform,
and histories chosen to hurt: no orders or thousands of them, the last one right after the first,
a moment before the end or at the end itself, ages of a thousandth of a time unit and of ten
thousand, a, s or q near 1, alpha near beta, horizons over eleven decades. A fifth of the points
are `bulk`: within a factor of ten of published estimates, with at most 30 orders.

Inputs are exact doubles (repr). Values are computed with 50 digits or more and confirmed by a
second computation, as in make_reference_tables.py; 18 digits are printed.
"""

import multiprocessing
import os
import sys
import time

import reference_discrete as discrete
from make_reference_tables import CDNOW, OUT, Draw
from mpmath import exp, expm1, log, log1p, loggamma, mp, mpf
from reference_cnbd import cnbd_account, mean_renewals_sum, phases_to_sum
from reference_formulas import (
    FIRST_CHANCE,
    account,
    gamma_gamma,
    mean_saturation,
    mean_saturation_closed,
    settled,
)
from reference_pareto_nbd import leaves_silently, leaves_silently_closed

DIGITS = 18
WORKERS = int(os.environ.get("KAM_WORKERS", os.cpu_count() or 1))
LARGEST = 330_000  # bytes of one table

# --- histories and parameters that hurt --------------------------------------


def near(d, value):
    """`value`, or off it by a part in 10 to a part in 10^14."""
    off = d.choice((0.0, 1.0, -1.0)) * d.log_between(1e-14, 0.1, 3)
    return value * (1 + off)


def orders(d, region):
    if region == "bulk":
        return 0 if d.random() < 0.2 else min(30, int(d.log_between(1, 31)))
    return d.choice((0, 1, 2, int(d.log_between(1, 100)), int(d.log_between(100, 5001)), 5000))


def history(d, region):
    """(x, t_x, T)."""
    x = orders(d, region)
    age = d.log_between(1, 200, 5) if region == "bulk" else d.log_between(1e-3, 1e4, 6)
    share = d.choice((d.log_between(1e-9, 1e-2), d.uniform(0.02, 0.98), d.uniform(0.02, 0.98),
                      1 - d.log_between(1e-14, 0.1), 1.0))
    recency = float(f"{age * share:.17g}") if share > 0.98 else float(f"{age * share:.6g}")
    return (float(x), min(age, recency) if x else 0.0, age)


def horizon(d, region):
    return d.log_between(1, 200, 4) if region == "bulk" else d.log_between(1e-6, 1e5, 6)


def box(d, count):
    return [d.log_between(1e-2, 1e3, 6) for _ in range(count)]


def around(d, values):
    return [d.log_between(v / 10, v * 10, 5) for v in values]


def beta_geometric(d, region):
    if region == "bulk":
        return around(d, CDNOW["mbgnbd"])
    r, alpha, a, b = box(d, 4)
    kind = d.randrange(6)
    if kind in (0, 1):
        a = near(d, 1.0)
    if kind in (1, 2):
        b = near(d, 1.0)
    if kind == 3:  # a + b near 1
        a = d.uniform(0.01, 0.99)
        b = near(d, 1 - a)
    return [r, alpha, a, b]


def pareto(d, region):
    if region == "bulk":
        return around(d, (0.5533, 10.578, 0.606, 11.669))
    r, alpha, s, beta = box(d, 4)
    kind = d.randrange(6)
    if kind in (0, 1):
        s = near(d, 1.0)
    if kind in (1, 2):
        beta = near(d, alpha)
    if kind == 3:  # towards one drop-out rate for all
        s, beta = d.log_between(1e2, 1e4, 6), d.log_between(1e3, 1e5, 6)
    return [r, alpha, s, beta]


# --- the models --------------------------------------------------------------


def account_rows(model):
    first, second = [account(FIRST_CHANCE[model], mean)
                     for mean in (mean_saturation, mean_saturation_closed)]

    def row(d, region):
        args = (*beta_geometric(d, region), *history(d, region), horizon(d, region))
        return args, first, second
    return row


def cnbd_rows(model):
    score = cnbd_account(FIRST_CHANCE[model.replace("cnbd", "nbd")], mean_renewals_sum)

    def row(d, region):
        k = float(d.choice((2, 3, 4, 5, 7, 12, 20)))
        r, alpha, a, b = beta_geometric(d, region)
        x, t_x, age = history(d, region)
        t = horizon(d, region)
        while phases_to_sum(k, r + k * x, t / (alpha + age)) > 400:  # a sum, term by term
            t /= 16
        return (k, r, alpha, a, b, x, t_x, age, t), score, None
    return row


def pareto_score(silent):
    def score(r, alpha, s, beta, x, t_x, age, t):
        rate, seen = r + x, age - t_x
        stays = ((alpha + t_x) / (alpha + age)) ** rate * ((beta + t_x) / (beta + age)) ** s
        gone = silent(rate, alpha + t_x, s, beta + t_x, seen) / stays
        log_likelihood = (loggamma(rate) - loggamma(r) + r * log(alpha) + s * log(beta)
                          - rate * log(alpha + age) - s * log(beta + age) + log(1 + gone))
        v = log1p(t / (beta + age))
        there = v if s == 1 else -expm1((1 - s) * v) / (s - 1)
        return [log_likelihood, 1 / (1 + gone),
                rate * (beta + age) / (alpha + age) * there / (1 + gone)]
    return score


def pareto_rows(d, region):
    args = (*pareto(d, region), *history(d, region), horizon(d, region))
    return args, pareto_score(leaves_silently), pareto_score(leaves_silently_closed)


def nbd_score(r, alpha, x, t_x, age, t):
    rate = r + x
    return [loggamma(rate) - loggamma(r) + r * log(alpha) - rate * log(alpha + age),
            rate / (alpha + age) * t, ((alpha + age) / (alpha + age + t)) ** rate]


def nbd_rows(d, region):
    parameters = around(d, (0.385, 12.07)) if region == "bulk" else box(d, 2)
    args = (*parameters, *history(d, region), horizon(d, region))
    return args, nbd_score, None


def bgbb_rows(d, region):
    bulk = region == "bulk"
    n = d.randint(1, 30) if bulk else int(d.log_between(1, 5001))
    t_x = d.choice((0, 1, n, max(n - 1, 0), d.randint(0, n), d.randint(0, n)))
    x = d.choice((1, t_x, d.randint(1, t_x))) if t_x else 0
    theta = around(d, (1.2035, 0.7497, 0.6567, 2.7834)) if bulk else box(d, 4)
    if not bulk and d.random() < 0.3:
        theta[2] = near(d, 1.0)
    ahead = d.randint(1, 40) if bulk else int(d.log_between(1, 3001))
    args = (*theta, float(x), float(t_x), float(n), float(ahead))
    return args, discrete.bgbb, None


def renewal_inputs(d, region, shape):
    """Parameters, renewals so far, periods ahead, discount, duration and event of a likelihood."""
    bulk = region == "bulk"
    parameters = around(d, (0.704, 1.182)) if bulk else box(d, 2)
    if not bulk and d.random() < 0.3:
        parameters[0] = near(d, 1.0)
    if shape:
        parameters.append(d.log_between(0.3, 3, 4) if bulk else d.log_between(0.03, 10, 5))
    most = 30 if bulk else 1001
    renewals = d.choice((0, int(d.log_between(1, most))))
    ahead = int(d.log_between(1, 100 if bulk or shape else 5001))
    discount = d.log_between(0.01, 0.5, 3) if bulk else d.log_between(1e-5, 10, 4)
    return (*parameters, float(renewals), float(ahead), discount,
            float(int(d.log_between(1, most))), float(d.randint(0, 1)))


def renewal_score(log_survival, residual):
    def score(*args):
        *p, renewals, ahead, discount, duration, event = args
        stays = log_survival(p, renewals + ahead) - log_survival(p, renewals)
        stayed = log_survival(p, duration - event)
        leaves = log(-expm1(log_survival(p, duration) - stayed)) if event else mpf(0)
        return [stayed + leaves, exp(stays), -expm1(stays), residual(p, renewals, ahead, discount)]
    return score


def sbg_log_survival(p, t):
    return discrete.log_beta_survival(p[0], p[1], t)[0]


def sbg_residual(p, renewals, ahead, discount):
    """Endless, by an integral of positive terms."""
    return (1 + discount) * discrete.discounted_survival(p[0], p[1] + renewals, discount,
                                                         mp.inf)[0]


def sbg_residual_closed(p, renewals, ahead, discount):
    return (1 + discount) * discrete.discounted_survival_closed(p[0], p[1] + renewals, discount,
                                                                mp.inf)[0]


def sbg_rows(d, region):
    """Every tenth row by the integral too, which costs ten times as much."""
    args = renewal_inputs(d, region, False)
    closed, integral = [renewal_score(sbg_log_survival, f) for f in (sbg_residual_closed,
                                                                     sbg_residual)]
    return args, closed, integral if d.random() < 0.1 else None


def bdw_log_survival(p, t):
    return discrete.log_beta_survival(p[0], p[1], t ** p[2])[0] if t else mpf(0)


def bdw_residual(p, renewals, ahead, discount):
    """Over `ahead` periods, term by term."""
    start, total = bdw_log_survival(p, renewals), mpf(0)
    for j in range(1, int(ahead) + 1):
        term = exp(bdw_log_survival(p, renewals + j) - start) * (1 + discount) ** (1 - j)
        total += term
        if term < total * mp.eps / 10**6:
            break
    return total


def bdw_rows(d, region):
    args = renewal_inputs(d, region, True)
    return args, renewal_score(bdw_log_survival, bdw_residual), None


def gamma_gamma_rows(d, region):
    if region == "bulk":
        args = (d.log_between(1, 60, 5), d.log_between(1.5, 37, 5), d.log_between(1.5, 154, 5),
                float(int(d.log_between(1, 31))), d.log_between(1, 500, 5))
    else:
        q = 1 + d.log_between(1e-9, 1e3, 6)
        args = (d.log_between(1e-2, 1e3, 6), q, d.log_between(1e-3, 1e6, 6),
                float(int(d.log_between(1, 5001))), d.log_between(1e-9, 1e9, 6))
    return args, gamma_gamma, None


ACCOUNT = "r,alpha,a,b,x,t_x,T,t,log_likelihood,probability_alive,expected_orders"
HARD = "hard box: parameters 1e-2..1e3, x 0..5000, T 1e-3..1e4, t 1e-6..1e5"
RENEWALS = "renewals,periods,discount,duration,event,log_likelihood,survival,churn_probability"
MODELS = {  # name: (rows of the table, row, columns, what the header says)
    "bgnbd": (1000, account_rows("bgnbd"), ACCOUNT + ",probability_no_order", HARD),
    "mbgnbd": (1000, account_rows("mbgnbd"), ACCOUNT + ",probability_no_order", HARD),
    "bgcnbd": (1500, cnbd_rows("bgcnbd"), "k," + ACCOUNT + ",probability_no_order",
               HARD + ", k 2..20, t cut so that a sum of some 400 phases reaches"),
    "mbgcnbd": (1500, cnbd_rows("mbgcnbd"), "k," + ACCOUNT + ",probability_no_order",
                HARD + ", k 2..20, t cut so that a sum of some 400 phases reaches"),
    "pareto_nbd": (1000, pareto_rows, ACCOUNT.replace("a,b", "s,beta"),
                   HARD + "; some s to 1e4, beta to 1e5"),
    "nbd": (2000, nbd_rows,
            "r,alpha,x,t_x,T,t,log_likelihood,expected_orders,probability_no_order", HARD),
    "bgbb": (1600, bgbb_rows, "alpha,beta,gamma,delta,x,t_x,n,periods,log_likelihood,"
             "probability_alive,expected_orders,probability_no_order",
             "hard box: parameters 1e-2..1e3, n to 5000, periods to 3000"),
    "sbg": (1000, sbg_rows, "alpha,beta," + RENEWALS + ",discounted_residual",
            "hard box: parameters 1e-2..1e3, renewals and durations to 1000, periods to 5000,\n"
            "# discount 1e-5..10; discounted_residual is endless"),
    "bdw": (1600, bdw_rows, "alpha,beta,c," + RENEWALS + ",discounted_residual",
            "hard box: alpha, beta 1e-2..1e3, c .03..10, renewals and durations to 1000,\n"
            "# periods to 100, discount 1e-5..10; discounted_residual over the periods"),
    "gamma_gamma": (2500, gamma_gamma_rows, "p,q,gamma,x,m,log_likelihood,expected_spend",
                    "hard box: p 1e-2..1e3, q-1 1e-9..1e3, gamma 1e-3..1e6, m 1e-9..1e9"),
}


JOBS = []  # (inputs, formula, second formula), drawn before the workers fork


def values(i):
    inputs, first, second = JOBS[i]
    return [mp.nstr(v, DIGITS) for v in settled(first, inputs, second)]


def make(name):
    count, row, columns, note = MODELS[name]
    d, started = Draw("kam random " + name), time.monotonic()
    regions = ["bulk" if i % 5 == 0 else "hard" for i in range(count)]
    JOBS[:] = [row(d, region) for region in regions]
    with multiprocessing.get_context("fork").Pool(WORKERS) as pool:
        outputs = pool.map(values, range(count), chunksize=10)
    lines = [f"# Random hard points of one model: {name} (tools/make_random_tables.py).",
             "# " + note,
             f"# Inputs are exact doubles (repr); values have {DIGITS} digits, computed at 50 and",
             "# more and confirmed by a second computation. A fifth of the rows is bulk.",
             "region," + columns]
    for region, (inputs, _, _), cells in zip(regions, JOBS, outputs, strict=True):
        given = [f"{v:g}" if v == float(f"{v:g}") else repr(v) for v in inputs]
        lines.append(",".join([region, *given, *cells]))
    text = "\n".join(lines) + "\n"
    assert len(text) < LARGEST, (name, len(text))
    (OUT / f"random_{name}.csv").write_text(text)
    print(f"random_{name}.csv: {count} rows, {len(text)} bytes, "
          f"{time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    for model in sys.argv[1:] or MODELS:
        make(model)
