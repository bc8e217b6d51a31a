#!/usr/bin/env python3
"""Compute the reference tables in tests/reference/ with mpmath.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install mpmath
    /tmp/venv/bin/python tools/make_reference_tables.py [table ...]

Without arguments every table is written: special, bgnbd, mbgnbd, new_account,
gamma_gamma, discounted. The run takes a few minutes and is deterministic: each
table has its own seeded generator, so one table can be rebuilt alone.

Every input is an exact double, printed with repr and handed to mpmath as that
very number. Every output is computed twice or more, at 50 digits and upwards,
until two computations agree to 30 digits; 25 digits are printed.

Repetition at higher precision is not enough where mpmath.hyp2f1 is involved: for
large parameters it can return the same wrong value at 50, 75 and 110 digits, for
example hyp2f1(678.5, 2107.1, 2111.7, 0.876). So everything built on 2F1 or on

    mean_saturation(s, a, b, u) = E[(1 - (1 + P u)^-s) / P],   P ~ Beta(a, b),

is computed from an integral (or a power series of positive terms), which needs no
special case at a = 1 or a + b = 1, and has to agree with the closed form in terms
of mpmath.hyp2f1; where it does not, the integral has to agree with itself.
Published values of the two models are asserted within a unit of their last digit.
"""

import collections
import math
import pathlib
import random
import sys
import time

from mpmath import cosh, exp, expm1, hyp2f1, log, log1p, loggamma, mp, mpf, sinh
from mpmath.calculus.quadrature import GaussLegendre

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests" / "reference"
PRECISIONS = (50, 75, 110, 160, 240, 400)
DIGITS = 25
TALLY = collections.Counter()
NAMES = {"bgnbd": "BG/NBD model (Fader, Hardie and Lee, Marketing Science 24(2), 2005)",
         "mbgnbd": "MBG/NBD model (Batislam, Denizel and Filiztekin, IJRM 24(3), 2007)"}
FIRST_CHANCE = {"bgnbd": 0, "mbgnbd": 1}  # drop-out chances right after the first order


# --- numerical tools ---------------------------------------------------------

def at(dps, f, args):
    with mp.workdps(dps):
        return f(*[mpf(v) for v in args])


def close(x, y, digits=30):
    return abs(x - y) <= abs(y) * mpf(10) ** -digits


def settled(f, args, second=None):
    """The list f(*args), at rising precision until all its values agree to 30 digits with
    the computation before; that of `second`, another formula for the same, comes first."""
    before = None
    if second:
        try:
            before = at(PRECISIONS[1], second, args)
        except (ZeroDivisionError, ValueError):  # a pole of the closed form, or no convergence
            TALLY["no second formula"] += 1
    for turn, dps in enumerate(PRECISIONS):
        values = at(dps, f, args)
        if before is not None and all(map(close, values, before)):
            TALLY["two formulas" if second and turn == 0 else "two precisions"] += 1
            return values if turn else before
        before = values
    raise ArithmeticError(f"{f.__name__}{args} does not settle")


def agrees(value, text):
    """True if value equals the published decimal text up to one unit of its last digit."""
    mantissa, _, exponent = text.partition("e")
    decimals = len(mantissa.partition(".")[2])
    return abs(value - mpf(text)) <= mpf(10) ** (int(exponent or 0) - decimals)


def beta_mean(f, a, b):
    """E f(P, 1-P) for P ~ Beta(a, b) and positive f with a single-peaked integrand.

    With P = 1/(1 + e^-y) the integrand is analytic in a strip around the real axis,
    so the trapezoidal rule converges geometrically; y = peak + width sinh(v) makes
    even a tail like e^(0.01 y) short. The step is halved until it no longer matters.
    """
    log_norm = loggamma(a) + loggamma(b) - loggamma(a + b)

    def integrand(y):
        e = exp(y)
        log_q = -log(1 + e)
        return exp(a * (y + log_q) + b * log_q - log_norm) * f(e / (1 + e), 1 / (1 + e))

    with mp.workdps(20):
        low, high = mpf(-100), mpf(100)
        while high - low > 0.01:
            third = (high - low) / 3
            if integrand(low + third) < integrand(high - third):
                low += third
            else:
                high -= third
        peak, width = (low + high) / 2, mpf(2) ** -8
        top = integrand(peak)
        while width < 1 and min(integrand(peak - width), integrand(peak + width)) > top / 2:
            width *= 2

    def term_at(v):
        return integrand(peak + width * sinh(v)) * width * cosh(v)

    step, negligible = mpf(6) / mp.dps, mpf(10) ** -(mp.dps + 3)
    total, reach = term_at(mpf(0)), []
    for sign in (-1, 1):
        k, term = 0, total
        while term > negligible * total:
            k += 1
            term = term_at(sign * k * step)
            total += term
        reach.append(k)
    result = total * step
    while True:
        midpoints = range(-reach[0], reach[1])
        total += sum(term_at((k + mpf(0.5)) * step) for k in midpoints)
        step, reach = step / 2, [2 * n for n in reach]
        result, previous = total * step, result
        if close(result, previous, 0.6 * mp.dps):
            return result


def hyp2f1_series(a, b, c, z):
    """2F1 by its power series; with positive parameters no digit is lost."""
    term, total, n = mpf(1), mpf(1), 0
    while n * (1 - z) < (a + b) or term > total * mp.eps * (1 - z):
        term *= (a + n) * (b + n) * z / ((c + n) * (n + 1))
        total += term
        n += 1
    return total


def mean_saturation(s, a, b, u):
    return beta_mean(lambda p, q: -expm1(-s * log1p(p * u)) / p, a, b)


def mean_saturation_closed(s, a, b, u):
    c = a + b - 1
    return c / (a - 1) * (1 - (1 + u) ** -s * hyp2f1(s, b, c, u / (1 + u)))


LEGENDRE = {}


def log_nodes(u):
    """Gauss-Legendre nodes v and weights on (0, u), laid out evenly in ln(1 + v);
    48 nodes at 50 digits, 96 at 75, and so on."""
    if mp.dps not in LEGENDRE:
        LEGENDRE[mp.dps] = GaussLegendre(mp).calc_nodes(
            5 + PRECISIONS.index(mp.dps), mp.prec + 20)
    half = log1p(u) / 2
    return [(expm1(half * (1 + node)), half * weight * exp(half * (1 + node)))
            for node, weight in LEGENDRE[mp.dps]]


def discounted_saturation(s, a, b, u, rate):
    """Integral of e^(-rate v) dM(v) over (0, u), M(v) = mean_saturation(s, a, b, v)."""
    nodes = [(v, s * weight * exp(-rate * v)) for v, weight in log_nodes(u)]
    return beta_mean(lambda p, q: sum(
        weight * exp((-s - 1) * log(1 + p * v)) for v, weight in nodes), a, b)


def discounted_saturation_closed(s, a, b, u, rate):
    """The same by parts: e^(-rate u) M(u) + rate * integral of e^(-rate v) M(v)."""
    return exp(-rate * u) * mean_saturation_closed(s, a, b, u) + rate * sum(
        weight * exp(-rate * v) * mean_saturation_closed(s, a, b, v) for v, weight in log_nodes(u))


# --- the tabulated functions -------------------------------------------------

def log_beta(a, b):
    return loggamma(a) + loggamma(b) - loggamma(a + b)


def log1mexp(x):
    return log(-expm1(-x)) if x < 1 else log1p(-exp(-x))


def log_hyp2f1(a, b, c, z):
    if c > b:  # Euler's integral, with 1 - z t = (1 - z) + z (1 - t)
        return log(beta_mean(lambda t, q: (1 - z + z * q) ** -a, b, c - b))
    return log(hyp2f1_series(a, b, c, z))


def odds_gone(chances, r, alpha, a, b, x, t_x, age):
    """Odds that the account has dropped out, after `chances` opportunities to do so."""
    if chances == 0:
        return mpf(0)
    return a / (b + chances - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x)


def account(first_chance, mean):
    """Scores of one account; drop-out chances so far: x in BG/NBD, x + 1 in MBG/NBD."""
    def score(r, alpha, a, b, x, t_x, age, t):
        s, n = r + x, x + first_chance
        gone = odds_gone(n, r, alpha, a, b, x, t_x, age)
        log_likelihood = (loggamma(s) - loggamma(r) + r * log(alpha) + log_beta(a, b + n)
                          - log_beta(a, b) - s * log(alpha + age) + log(1 + gone))
        orders = mean(s, a, b + n, t / (alpha + age)) / (1 + gone)
        silent = ((alpha + age) / (alpha + age + t)) ** s
        return [log_likelihood, 1 / (1 + gone), orders, (silent + gone) / (1 + gone)]
    return score


def new_account(first_chance, mean):
    def orders(r, alpha, a, b, t):
        survives = b / (a + b) if first_chance else 1
        return [survives * mean(r, a, b + first_chance, t / alpha)]
    return orders


def gamma_gamma(p, q, gamma, x, m):
    spend = p * (gamma + x * m) / (p * x + q - 1)
    if x == 0:
        return [mpf(0), spend]
    return [loggamma(p * x + q) - loggamma(p * x) - loggamma(q) + q * log(gamma)
            + (p * x - 1) * log(m) + p * x * log(x) - (p * x + q) * log(gamma + x * m), spend]


def discounted(first_chance, mean):
    def orders(r, alpha, a, b, x, t_x, age, horizon, delta):
        n, scale = x + first_chance, alpha + age
        return [mean(r + x, a, b + n, horizon / scale, delta * scale)
                / (1 + odds_gone(n, r, alpha, a, b, x, t_x, age))]
    return orders


# --- drawing inputs ----------------------------------------------------------

class Draw(random.Random):
    """Random doubles; `digits` shortens them so that the tables stay readable."""

    def between(self, low, high, digits=17):
        return float(f"{self.uniform(low, high):.{digits}g}")

    def log_between(self, low, high, digits=17):
        return float(f"{low * (high / low) ** self.random():.{digits}g}")


def write(name, notes, header, rows, started):
    lines = ["# " + line for line in notes]
    lines += ["# Generated by: python3 tools/make_reference_tables.py " + name,
              f"# Inputs are exact doubles (repr). Outputs have {DIGITS} significant digits,",
              "# computed with mpmath at 50 digits or more and confirmed by a second computation.",
              header]
    for inputs, outputs in rows:
        cells = [v if isinstance(v, str) else repr(v) for v in inputs]
        cells += [mp.nstr(v, DIGITS, strip_zeros=False) for v in outputs]
        lines.append(",".join(cells))
    path = OUT / (name + ".csv")
    path.write_text("\n".join(lines) + "\n")
    assert path.stat().st_size < 200_000, path
    print(f"{path.name}: {len(rows)} rows, {path.stat().st_size} bytes, "
          f"{time.monotonic() - started:.0f} s; rows settled by {dict(TALLY)}", flush=True)


# --- the tables --------------------------------------------------------------

def special_inputs(d):
    """Yield (function, region, inputs)."""
    lg, un = d.log_between, d.between
    nudges = [0.0] + [sign * 10.0 ** -k for k in (1, 2, 3, 5, 8, 11, 14) for sign in (-1, 1)]
    for _ in range(60):
        yield "log_gamma", "small", [lg(1e-8, 0.5)]
        yield "log_gamma", "mid", [lg(2.5, 100)]
        yield "log_gamma", "large", [lg(100, 1e8)]
    for x in [base + nudge for base in (1.0, 2.0) for nudge in nudges]:
        yield "log_gamma", "near_one_two", [x]
    for _ in range(50):
        yield "log_gamma", "near_one_two", [un(0.5, 2.5)]
        for function in ("digamma", "trigamma"):
            yield function, "small", [lg(1e-8, 0.5)]
            yield function, "mid", [lg(0.5, 100)]
            yield function, "large", [lg(100, 1e8)]
    for nudge in nudges:
        yield "digamma", "near_root", [1.4616321449683623 + nudge]
    for i in range(60):
        yield "log_gamma_ratio", "integer_small", [lg(1e-2, 1e4), float(i % 31)]
        yield "log_gamma_ratio", "integer_large", [lg(1e-2, 1e4), float(round(lg(31, 1e5)))]
        yield "log_gamma_ratio", "real_small", [lg(1e-2, 1e6), lg(1e-6, 30)]
        yield "log_gamma_ratio", "real_large", [lg(1e-2, 1e6), lg(30, 1e6)]
        yield "log_gamma_ratio", "tiny_a", [lg(1e-6, 1e-2), lg(1e-6, 1e3)]
        yield "log_beta", "mid", [lg(1e-2, 100), lg(1e-2, 100)]
        yield "log_beta", "large", d.sample([lg(100, 1e8), lg((1e-2, 100)[i % 2], 1e8)], 2)
        yield "log_beta", "tiny", d.sample([lg(1e-8, 1e-2), lg(1e-8, (1e-2, 10)[i % 2])], 2)
        yield "log1mexp", "tiny", [lg(1e-300, 1e-3)]
        yield "log1mexp", "mid", [lg(1e-3, 5)]
        yield "log1mexp", "large", [un(5, 700)]
    for i in range(60):
        a, b = lg(0.05, 40), lg(0.05, 40)
        yield "log_hyp2f1", "bulk", [a, b, b + lg(0.01, 40), un(0.01, 0.95)]
        a, b = lg(0.05, 40), lg(0.05, 40)
        yield "log_hyp2f1", "near_one", [a, b, b + lg(0.05, 10), 1 - lg(1e-9, 1e-3)]
        a, c, u = lg(0.05, 40), lg(0.05, 40), un(0, 0.95)
        yield "log_hyp2f1", "below", [a, c + u, c, un(0.01, 0.95)]
    for _ in range(40):
        a, b = lg(50, 5000), lg(50, 5000)
        yield "log_hyp2f1", "heavy", [a, b, b + un(0.1, 5), un(0.1, 0.9)]
    for i in range(60):
        yield "mean_saturation", "bulk", [lg(.05, 40), lg(.05, 10), lg(.05, 60), lg(1e-3, 30)]
    for i in range(40):
        a = (1.0, 1 + 1e-9, 1 - 1e-9, 1 + 1e-5, 1 - 1e-5)[i % 5]
        yield "mean_saturation", "a_is_one", [lg(.05, 40), a, lg(.05, 60), lg(1e-3, 30)]
        yield "mean_saturation", "heavy", [lg(50, 5000), lg(.05, 10), lg(50, 5000), lg(.01, 2)]
        yield "mean_saturation", "wide", [lg(.05, 500), lg(.05, 10), lg(.05, 500), lg(1e3, 1e8)]
        yield "mean_saturation", "tiny", [lg(.05, 500), lg(.05, 10), lg(.05, 60), lg(1e-12, 1e-3)]


FUNCTIONS = {  # name: (formula, second formula or None)
    "log_gamma": (loggamma, None),
    "digamma": (mp.digamma, None),
    "trigamma": (lambda x: mp.psi(1, x), None),
    "log_gamma_ratio": (lambda a, d: loggamma(a + d) - loggamma(a), None),
    "log_beta": (log_beta, None),
    "log1mexp": (log1mexp, None),
    "log_hyp2f1": (log_hyp2f1, lambda a, b, c, z: log(hyp2f1(a, b, c, z))),
    "mean_saturation": (mean_saturation, mean_saturation_closed),
}


def make_special(d):
    rows = []
    for function, region, args in special_inputs(d):
        first, second = [f and (lambda *v, f=f: [f(*v)]) for f in FUNCTIONS[function]]
        inputs = [function, region] + args + [""] * (4 - len(args))
        rows.append((inputs, settled(first, args, second)))
    rows.sort(key=lambda row: list(FUNCTIONS).index(row[0][0]))
    return rows, "function,region,x1,x2,x3,x4,value", [
        "Special functions; unused inputs are empty. Standard definitions (DLMF 5, 8, 15):",
        "log_gamma(x), digamma(x), trigamma(x), log_beta(a,b), log1mexp(x) = ln(1 - e^-x),",
        "log_gamma_ratio(a,d) = ln Gamma(a+d) - ln Gamma(a),",
        "log_hyp2f1(a,b,c,z) = ln 2F1(a,b;c;z),",
        "mean_saturation(s,a,b,u) = E[(1 - (1 + P u)^-s) / P] with P ~ Beta(a,b)."]


# (r, alpha, a, b, x, t_x, T, t), output column, published value
FREQUENT, MODIFIED, NOTE_027 = (.11, 2.24, .31, .5), (.525, 6.183, .891, 1.614), (.25, 4.0, .8, 2.5)
PUBLISHED = {
    "bgnbd": [
        ((.2426, 4.4136, 1.0, 2.4, 0.0, 0.0, 1.0, 30.0), 2, ".79702595407948"),
        (FREQUENT + (0.0, 0.0, 1.0, 30.0), 2, ".56458861553278"),
        (FREQUENT + (500.0, 30.0, 31.0, 30.0), 2, ".15130946669804"),
        (FREQUENT + (1000.0, 30.0, 31.0, 30.0), 2, "1.410192059508e-7"),
        (FREQUENT + (5000.0, 30.0, 31.0, 30.0), 2, "3.0439319818699e-59"),
        (NOTE_027 + (0.0, 0.0, 40.0, 52.0), 0, "-.5994738182"),
        (NOTE_027 + (200.0, 38.0, 40.0, 52.0), 0, "100.7956931")],
    "mbgnbd": [
        (MODIFIED + (100.0, 30.0, 31.0, 39.0), 2, "66.356857773135"),
        (MODIFIED + (200.0, 30.0, 31.0, 39.0), 2, "73.30473358753"),
        (MODIFIED + (500.0, 30.0, 31.0, 39.0), 2, ".24929127717379"),
        (MODIFIED + (1000.0, 30.0, 31.0, 39.0), 2, "1.1966920943176e-6"),
        (MODIFIED + (5000.0, 30.0, 31.0, 39.0), 2, "1.3049240058154e-52"),
        (MODIFIED + (500.0, 30.0, 31.0, 1e7), 2, "8.9320694246848")],
}
CDNOW = {"bgnbd": (.2426, 4.4136, .7929, 2.4259), "mbgnbd": (.525, 6.183, .891, 1.614)}


def near_cdnow(d, model, exact):
    if exact:
        return CDNOW[model]
    return tuple(d.log_between(v / 3, v * 3, 5) for v in CDNOW[model])


def history(d, x, age, kind):
    """(x, t_x, age) with the last order near 0, in the middle, near the end, or at the end."""
    share = (d.log_between(1e-6, 1e-2), d.between(0.05, 0.95), 1 - d.log_between(1e-4, 0.1), 1.0)
    return float(x), min(age, float(f"{age * share[kind]:.6g}")) if x else 0.0, age


def hard_parameters(d, kind):
    r, alpha, a, b = [d.log_between(1e-2, 1e3, 6) for _ in range(4)]
    if kind in (1, 3):
        a = 1.0
    if kind in (2, 3):
        b = 1.0
    if kind == 4:  # a + b < 1
        a, b = d.log_between(1e-2, 0.5, 6), d.log_between(1e-2, 0.5, 6)
    return r, alpha, a, b


def account_inputs(d, model):
    for args, _, _ in PUBLISHED[model]:
        yield "published", args
    for i in range(300):
        parameters = near_cdnow(d, model, i < 75)
        x = 0 if i % 5 == 0 else min(30, int(d.log_between(1, 31)))
        seen = history(d, x, d.between(1, 78, 4), (1, 1, 2, 1, 3, 1, 0)[i % 7])
        yield "bulk", parameters + seen + (d.between(1, 78, 4),)
    for i in range(300):
        x = (0, 1, 2, 10, 100, 500, 1000, 5000)[i % 8]
        seen = history(d, x, d.log_between(0.1, 1e3, 6), (1, 2, 3, 0, 2)[i // 8 % 5])
        yield "hard", hard_parameters(d, i % 7) + seen + (d.log_between(1e-3, 1e4, 6),)


def make_account(model):
    def make(d):
        first = account(FIRST_CHANCE[model], mean_saturation)
        second = account(FIRST_CHANCE[model], mean_saturation_closed)
        rows = []
        for region, args in account_inputs(d, model):
            outputs = settled(first, args, second)
            if region == "hard" and min(outputs[1:]) < 1e-300:
                region = "hard_tiny"
            rows.append(((region,) + args, outputs))
        for (args, outputs), (_, column, text) in zip(rows, PUBLISHED[model], strict=False):
            assert agrees(outputs[column], text), (model, args, text)
        first_step = "x + 1 drop-out chances" if FIRST_CHANCE[model] else "x drop-out chances"
        return rows, ("region,r,alpha,a,b,x,t_x,T,t,log_likelihood,probability_alive,"
                      "expected_orders,probability_no_order"), [
            "Scores of one account under the " + NAMES[model] + ";",
            "n = " + first_step + ", s = r + x, G = [n > 0] a/(b+n-1) ((alpha+T)/(alpha+t_x))^s:",
            "likelihood = Gamma(s)/Gamma(r) alpha^r B(a,b+n)/B(a,b) (alpha+T)^-s (1 + G),",
            "probability_alive = 1/(1+G), expected_orders in (T,T+t] = probability_alive *",
            "mean_saturation(s, a, b+n, t/(alpha+T)), probability_no_order in (T,T+t] =",
            "(((alpha+T)/(alpha+T+t))^s + G)/(1 + G).",
            "Regions: published (points with values known beforehand, asserted by the generator:",
            "expected orders of frequent buyers, with the CDNOW estimates of BTYDplus for MBG/NBD;",
            "log-likelihoods of Fader and Hardie, Overcoming the BG/NBD Model's #NUM! Error",
            "Problem, note 027, 2013), bulk (CDNOW estimates and within a factor 3 of them),",
            "hard (parameters 1e-2..1e3), hard_tiny (hard rows where a probability or",
            "expected_orders is below 1e-300, some of them outside the range of a double)."]
    return make


def make_new_account(d):
    inputs = [("bgnbd", "published", (.2426, 4.4136, 1.0, 2.4, 30.0))]
    for i in range(20):
        for model in FIRST_CHANCE:
            inputs.append((model, "bulk", near_cdnow(d, model, i < 5) + (d.between(1, 104, 4),)))
            inputs.append((model, "hard", hard_parameters(d, i % 7)
                           + (d.log_between(1e-3, 1e4, 6),)))
    inputs.append(("bgnbd", "hard", (.75, 2.0, .5, .5, 12.0)))  # a + b exactly 1
    rows = []
    for model, region, args in inputs:
        first, second = [new_account(FIRST_CHANCE[model], mean)
                         for mean in (mean_saturation, mean_saturation_closed)]
        rows.append(((model, region) + args, settled(first, args, second)))
    assert agrees(rows[0][1][0], ".91313541400623")
    return rows, "model,region,r,alpha,a,b,t,expected_orders_new", [
        "Expected orders of a new account in (0,t], with mean_saturation as in special.csv:",
        "BG/NBD mean_saturation(r, a, b, t/alpha); MBG/NBD, which may lose the account at once,",
        "b/(a+b) mean_saturation(r, a, b+1, t/alpha). Regions as in bgnbd.csv."]


def make_gamma_gamma(d):
    lg = d.log_between
    rows = []
    for i in range(120):
        p, q, gamma = (6.25, 3.74, 15.44) if i < 30 else (
            lg(2, 20, 5), d.between(1.5, 10, 5), lg(3, 60, 5))
        rows.append(("bulk", p, q, gamma, float(int(lg(1, 31))), lg(1, 500, 5)))
        rows.append(("hard", lg(.01, 100, 6), 1 + lg(.01, 49, 6), lg(.01, 1e5, 6),
                     float(int(lg(1, 1e5))), lg(1e-6, 1e9, 6)))
    for _ in range(10):
        rows.append(("no_orders", lg(.01, 100, 6), 1 + lg(.01, 49, 6), lg(.01, 1e5, 6), 0.0, 0.0))
    rows.sort(key=lambda row: row[0])
    return [(row, settled(gamma_gamma, row[1:])) for row in rows], (
        "region,p,q,gamma,x,m,log_likelihood,expected_spend"), [
        "Gamma-Gamma spend model (Fader and Hardie, note 025, 2013): x orders of mean value m.",
        "log_likelihood = ln Gamma(px+q) - ln Gamma(px) - ln Gamma(q) + q ln gamma + (px-1) ln m",
        "+ px ln x - (px+q) ln(gamma+xm), taken as 0 if x = 0 (region no_orders);",
        "expected_spend = p (gamma+xm)/(px+q-1)."]


def make_discounted(d):
    rows = []
    for i in range(30):
        for model, chance in FIRST_CHANCE.items():
            region = "heavy" if i % 5 == 4 else "bulk"
            x = (int(d.log_between(200, 1001)) if region == "heavy" else
                 0 if i % 5 == 0 else int(d.log_between(1, 31)))
            seen = history(d, x, d.between(1, 80, 4), 2 if region == "heavy" else (1, 2, 3)[i % 3])
            r, alpha, a, b = near_cdnow(d, model, i < 5)
            rate = (0.0, 0.25, 0.1)[i] if i < 3 else d.between(0, 0.25, 3)
            args = (r, alpha, 1.0 if i % 7 == 6 else a, b) + seen + (
                d.log_between(10, 520, 4), math.log(1 + rate) * 7 / 365.25)
            rows.append(((model, region) + args,
                         settled(discounted(chance, discounted_saturation), args,
                                 discounted(chance, discounted_saturation_closed))))
    rows.sort(key=lambda row: row[0][:2])
    return rows, "model,region,r,alpha,a,b,x,t_x,T,horizon,delta,discounted_orders", [
        "Discounted expected orders: integral over tau in (0,horizon] of exp(-delta tau) dM(tau),",
        "M(tau) = expected orders in (T,T+tau] as in bgnbd.csv and mbgnbd.csv. Time in weeks,",
        "delta = ln(1 + annual rate) 7/365.25. Regions: bulk, heavy (x from 200 to 1000)."]


TABLES = {
    "special": make_special, "bgnbd": make_account("bgnbd"), "mbgnbd": make_account("mbgnbd"),
    "new_account": make_new_account, "gamma_gamma": make_gamma_gamma, "discounted": make_discounted,
}


def main(names):
    OUT.mkdir(parents=True, exist_ok=True)
    for name in names or TABLES:
        started = time.monotonic()
        TALLY.clear()
        rows, header, notes = TABLES[name](Draw("kam " + name))
        write(name, notes, header, rows, started)


if __name__ == "__main__":
    main(sys.argv[1:])
