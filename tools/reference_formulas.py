"""The formulas behind tests/reference, at 50 digits and upwards; see make_reference_tables.py."""

import collections

from mpmath import cosh, exp, expm1, hyp2f1, log, log1p, loggamma, mp, mpf, sinh
from mpmath.calculus.quadrature import GaussLegendre
from mpmath.libmp import NoConvergence

PRECISIONS = (50, 75, 110, 160, 240, 400)
TALLY = collections.Counter()
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
        except (ZeroDivisionError, ValueError, NoConvergence):  # a pole, or beyond its reach
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
