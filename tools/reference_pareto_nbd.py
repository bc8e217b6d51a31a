"""Pareto/NBD and Tricomi's U at 50 digits and upwards; see make_reference_tables.py.

Two ways to each number: Gauss-Legendre panels on a positive integrand, and the textbook's
closed form (a difference of two 2F1, which loses digits that the precision then pays for;
U as mpmath.hyperu).
"""

from mpmath import (
    ceil,
    exp,
    expm1,
    hyp2f1,
    hyperu,
    log,
    log1p,
    loggamma,
    mp,
    mpf,
)
from mpmath.calculus.quadrature import GaussLegendre

NODES = {}
MOST_ORDERS_OF_CLOSED_FORM = 3000  # mpmath.hyp2f1 grows slow beyond


def nodes():
    """48 nodes at 50 digits, 96 at 75 and so on."""
    degree = 4 + sum(mp.dps > limit for limit in (40, 60, 120, 200))
    if (degree, mp.dps) not in NODES:
        NODES[degree, mp.dps] = GaussLegendre(mp).calc_nodes(degree, mp.prec + 20)
    return NODES[degree, mp.dps]


def edge(f, peak, limit, drop):
    """Where f has fallen by `drop` from its peak on the way to `limit`, or the limit."""
    if f(limit) > f(peak) - drop:
        return limit
    near, far = mpf(peak), mpf(limit)
    for _ in range(120):
        middle = (near + far) / 2
        near, far = (middle, far) if f(middle) > f(peak) - drop else (near, middle)
        if abs(near - far) < abs(near - peak) / 50:
            break
    return far


def peak_of(f, low, high):
    low, high = mpf(low), mpf(high)
    for _ in range(95):
        third = (high - low) / 3
        if f(low + third) < f(high - third):
            low += third
        else:
            high -= third
    return (low + high) / 2


def integral(f, low, high):
    """Integral of exp(f) over (low, high) for f with one peak, analytic in |Im| < pi."""
    with mp.workdps(25):
        peak = peak_of(f, low, high)
        if abs(peak - low) < mpf(10) ** -15 * (high - low):
            peak = mpf(low)
        if abs(peak - high) < mpf(10) ** -15 * (high - low):
            peak = mpf(high)
    drop = (mp.dps + 10) * log(mpf(10))
    total = mpf(0)
    for end in (edge(f, peak, mpf(low), drop), edge(f, peak, mpf(high), drop)):
        if end == peak:
            continue
        panels = max(5, int(ceil(abs(end - peak) / 2)))
        half = (end - peak) / (2 * panels)
        for k in range(panels):
            middle = peak + (2 * k + 1) * half
            total += abs(half) * sum(w * exp(f(middle + half * x)) for x, w in nodes())
    return total


# --- the integral of the model -----------------------------------------------

def leaves_silently(r, alpha, s, beta, t):
    """P(a new account leaves within t without an order before), by panels in ln(low + y)."""
    if t == 0:
        return mpf(0)
    low = min(alpha, beta)

    def log_density(v):
        y = low * expm1(v)
        return log(s) - r * log1p(y / alpha) - s * log1p(y / beta) - log(beta + y) + log(low) + v
    return integral(log_density, 0, log1p(t / low))


def leaves_silently_closed(r, alpha, s, beta, t):
    """The same as a difference of two 2F1 (Fader and Hardie, note 009, 2005)."""
    if t == 0:
        return mpf(0)
    if r > MOST_ORDERS_OF_CLOSED_FORM:
        raise ValueError("left to the integral")
    high, c = max(alpha, beta), r + s + 1
    b = s + 1 if alpha >= beta else r

    def part(y):
        z = abs(alpha - beta) / (high + y)
        return hyp2f1(r + s, b, c, z) / (high + y) ** (r + s)
    return alpha ** r * beta ** s * s / (r + s) * (part(mpf(0)) - part(t))


def time_alive(s, beta, t, delta):
    """Integral of exp(-delta u) (1 + u/beta)^-s over (0, t), t possibly infinite."""
    def log_density(v):
        return (1 - s) * v - delta * beta * expm1(v)
    end = log1p(t / beta) if t < mp.inf else log1p((2 * abs(s) + 3000) / (delta * beta))
    return beta * integral(log_density, 0, end)


def time_alive_closed(s, beta, t, delta):
    if delta == 0:
        return beta / (s - 1) * (1 - (beta / (beta + t)) ** (s - 1))
    assert t == mp.inf
    return beta * hyperu(1, 2 - s, delta * beta)


def pmf(r, alpha, s, beta, n, t, silent):
    """P(n orders in (0, t]) of a new account: stays and orders n times, or leaves after n."""
    if n == 0:
        return (alpha / (alpha + t)) ** r * (beta / (beta + t)) ** s + silent(r, alpha, s, beta, t)
    ways = exp(loggamma(r + n) - loggamma(r) - loggamma(n + 1))

    def log_density(u):
        y = alpha * exp(u)
        return (log(s) + n * log(y / (alpha + y)) - r * log1p(y / alpha) - s * log1p(y / beta)
                + log(y / (beta + y)))
    end = log(t / alpha)
    leaves = integral(log_density, end - 1500, end)
    stays = (alpha / (alpha + t)) ** r * (t / (alpha + t)) ** n * (beta / (beta + t)) ** s
    return ways * (stays + leaves)


def pareto_account(silent, time):
    def score(r, alpha, s, beta, x, t_x, age, t, n, delta):
        rate, seen = r + x, age - t_x
        stays = ((alpha + t_x) / (alpha + age)) ** rate * ((beta + t_x) / (beta + age)) ** s
        gone = silent(rate, alpha + t_x, s, beta + t_x, seen) / stays
        log_likelihood = (loggamma(rate) - loggamma(r) + r * log(alpha) + s * log(beta)
                          - rate * log(alpha + age) - s * log(beta + age) + log(1 + gone))
        alive = 1 / (1 + gone)
        now = (rate, alpha + age, s, beta + age)
        mean_rate = rate / (alpha + age)
        none = pmf(*now, mpf(0), t, silent)
        return [log_likelihood, alive, alive * mean_rate * time(s, beta + age, t, mpf(0)),
                (none + gone) / (1 + gone), alive * ((beta + age) / (beta + age + t)) ** s,
                alive * pmf(*now, n, t, silent) + (gone / (1 + gone) if n == 0 else 0),
                alive * mean_rate * time(s, beta + age, mp.inf, delta)]
    return score


def log_tricomi(a, b, z):
    def log_density(u):
        return a * u + (b - a - 1) * log1p(exp(u)) - z * exp(u)
    end = log((2 * (a + abs(b - a - 1)) + 3000) / z)
    low = min(mpf(-400), end - 1) * (1 + 1 / a)
    return log(integral(log_density, low, end)) - loggamma(a)


def log_tricomi_closed(a, b, z):
    return log(hyperu(a, b, z))


def nbd_account(r, alpha, x, age, t, n, delta):
    rate = r + x
    q = (alpha + age) / (alpha + age + t)
    return [loggamma(rate) - loggamma(r) + r * log(alpha) - rate * log(alpha + age),
            rate / (alpha + age) * t, q ** rate,
            exp(loggamma(rate + n) - loggamma(rate) - loggamma(n + 1)) * q ** rate * (1 - q) ** n,
            rate / (alpha + age) * (1 - exp(-delta * t)) / delta]
