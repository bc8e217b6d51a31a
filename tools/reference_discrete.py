"""The formulas behind tests/reference/discrete.csv: models in discrete time, at 50 digits."""

from mpmath import exp, expm1, hyp2f1, log, log1p, mp, mpf
from reference_formulas import beta_mean, log_beta


def log_beta_survival(a, b, t):
    """ln E[(1 - P)^t], P ~ Beta(a, b)."""
    return [log_beta(a, b + t) - log_beta(a, b)]


def bgbb(alpha, beta, gamma, delta, x, t_x, n, m):
    """ln likelihood, P(there at n + 1), E[orders] and P(no order) in the next m periods."""

    def beta_ratio(there, left):
        return exp(
            log_beta(alpha + x, beta + there - x)
            - log_beta(alpha, beta)
            + log_beta(gamma + left, delta + there)
            - log_beta(gamma, delta)
        )

    x, t_x, n, m = int(x), int(t_x), int(n), int(m)
    left, term = mpf(0), beta_ratio(t_x, 1)
    for t in range(t_x, n):
        left += term
        term *= (beta + t - x) / (alpha + beta + t) * (delta + t) / (gamma + delta + 1 + t)
    stays = beta_ratio(n, 0)
    likelihood = left + stays
    there, orders, silent, leaves = stays / likelihood, mpf(0), mpf(0), mpf(0)
    s, q, a, b, d = mpf(1), mpf(1), alpha + x, beta + n - x, delta + n
    for j in range(m):
        leaves += s * gamma / (gamma + d + j) * q
        s *= (d + j) / (gamma + d + j)
        q *= (b + j) / (a + b + j)
        orders += s
    silent = leaves + s * q
    next_one = there * d / (gamma + d)
    return [log(likelihood), next_one, there * a / (a + b) * orders, 1 - there + there * silent]


def discounted_survival(a, b, discount, periods):
    """Sum over j = 1..periods of E[(1 - P)^j] / (1 + discount)^j, P ~ Beta(a, b), by its integral
    E[q/(d + p) (1 - (q/(1 + d))^periods)], q = 1 - p: positive, nothing cancels."""
    log_v = -log1p(discount)

    def given(p, q):
        log_q = log(q) if p > 0.5 else log1p(-p)
        ends = 1 if periods == mp.inf else -expm1(periods * (log_q + log_v))
        return q / (discount + p) * ends

    return [beta_mean(given, a, b)]


def discounted_survival_closed(a, b, discount, periods):
    """The same term by term, or as Gauss's function if it has no end."""
    if periods == mp.inf:
        v = 1 / (1 + discount)
        return [b / (a + b) * v * hyp2f1(1, b + 1, a + b + 1, v)]
    if periods > 4000:
        raise ValueError("left to the integral")
    term, total = mpf(1), mpf(0)
    for j in range(int(periods)):
        term *= (b + j) / ((a + b + j) * (1 + discount))
        total += term
    return [total]


# --- the rows ----------------------------------------------------------------


def survival_inputs(d):
    for _ in range(40):
        yield (
            "bulk",
            (d.log_between(0.05, 20, 6), d.log_between(0.05, 50, 6), float(d.randint(1, 40))),
        )
        yield (
            "hard",
            (
                d.log_between(1e-8, 1e8, 6),
                d.log_between(1e-8, 1e8, 6),
                d.log_between(1e-3, 1e12, 6),
            ),
        )


def bgbb_inputs(d):
    for i in range(30):
        n = d.randint(1, 30)
        t_x = d.randint(0, n)
        x = d.randint(1, t_x) if t_x else 0
        theta = (
            (1.203522352, 0.7497163582, 0.6567182084, 2.783442233)
            if i < 10
            else tuple(d.log_between(0.1, 10, 5) for _ in range(4))
        )
        yield "bulk", theta + (float(x), float(t_x), float(n), float(d.randint(1, 40)))
    for i in range(12):
        n = (300, 1000, 10000)[i % 3]
        t_x = (0, 1, n // 2, n - 1, n)[i % 5]
        x = (t_x, t_x // 2 or t_x, min(t_x, 1))[i % 3]
        theta = tuple(d.log_between(1e-3, 1e3, 5) for _ in range(4))
        yield "hard", theta + (float(x), float(t_x), float(n), (1.0, 100.0, 1000.0)[i % 3])


def discounted_inputs(d):
    """Few periods, many, endless; where the library sums, where it integrates, and in between."""
    for i in range(40):
        periods = (mp.inf, float(d.randint(1, 40)), float(int(d.log_between(40, 3001))))[i % 3]
        yield "bulk", (d.log_between(0.1, 20, 5), d.log_between(0.1, 50, 5),
                       d.log_between(0.005, 0.5, 4), periods)
    for i in range(80):
        periods = (mp.inf, float(int(d.log_between(1, 1e4))), float(int(d.log_between(3e3, 1e6))),
                   float(int(d.log_between(1e6, 1e12))))[i % 4]
        a = (d.log_between(1e-2, 1e3, 6), 1.0, 1 + d.log_between(1e-12, 1e-3, 3),
             d.log_between(1e-2, 3, 6))[i // 4 % 4]
        discount = 0.0 if i % 5 == 0 and periods != mp.inf else d.log_between(1e-8, 3, 4)
        yield "hard", (a, d.log_between(1e-2, 1e3, 6), discount, periods)
    for i in range(16):
        a, b = d.log_between(1e3, 1e6, 5), d.log_between(1e3, 1e6, 5)
        yield "large", ((a, d.log_between(.1, 10, 5))[i % 2], b, d.log_between(1e-6, 0.02, 4),
                        (mp.inf, float(int(d.log_between(3e3, 1e6))))[i // 2 % 2])
