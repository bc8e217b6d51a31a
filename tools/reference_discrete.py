"""The formulas behind tests/reference/discrete.csv: models in discrete time, at 50 digits."""

from mpmath import exp, hyp2f1, inf, log, log1p, mpf
from reference_formulas import beta_mean, log_beta


def log_beta_survival(a, b, t):
    """ln E[(1 - P)^t], P ~ Beta(a, b)."""
    return [log_beta(a, b + t) - log_beta(a, b)]


def discounted_survival(a, b, discount, periods):
    """Sum over j = 1..periods of E[(1 - P)^j] / (1 + discount)^j, as one expectation."""

    def of(p, q):
        ends = 1 if periods == inf else 1 - (q / (1 + discount)) ** periods
        return q / (discount + p) * ends

    return [beta_mean(of, a, b)]


def discounted_survival_closed(a, b, discount, periods):
    """The same from the infinite sum, a hypergeometric function, and what it has too much."""

    def endless(b):
        if discount == 0:
            return b / (a - 1)
        v = 1 / (1 + discount)
        return v * b / (a + b) * hyp2f1(1, b + 1, a + b + 1, v)

    if periods == inf:
        return [endless(b)]
    left = exp(log_beta(a, b + periods) - log_beta(a, b) - periods * log1p(discount))
    return [endless(b) - left * endless(b + periods)]


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


def residual_inputs(d):
    for i in range(30):
        a, b = d.log_between(0.05, 20, 6), d.log_between(0.05, 50, 6)
        yield "bulk", (a, b, d.between(0.005, 0.3, 4), (5.0, 50.0, 5000.0, inf)[i % 4])
        a = (1.0, 1 + 1e-9, 1 - 1e-9, d.log_between(0.01, 3, 6), d.log_between(1, 1e5, 6))[i % 5]
        b = (d.log_between(0.05, 50, 6), d.log_between(1e2, 1e6, 6))[i % 2]
        periods = float(int(d.log_between(3e3, 1e12)))
        yield "hard", (a, b, (0.0, 1e-9, 1e-4)[i % 3], periods if i % 4 else inf)


def bgbb_inputs(d):
    for i in range(60):
        n = d.randint(1, 30)
        t_x = d.randint(0, n)
        x = d.randint(1, t_x) if t_x else 0
        theta = (
            (1.203522352, 0.7497163582, 0.6567182084, 2.783442233)
            if i < 15
            else tuple(d.log_between(0.1, 10, 5) for _ in range(4))
        )
        yield "bulk", theta + (float(x), float(t_x), float(n), float(d.randint(1, 40)))
    for i in range(24):
        n = (300, 3000, 10000)[i % 3]
        t_x = (0, 1, n // 2, n - 1, n)[i % 5]
        x = (t_x, t_x // 2 or t_x, min(t_x, 1))[i % 3]
        theta = tuple(d.log_between(1e-3, 1e3, 5) for _ in range(4))
        yield "hard", theta + (float(x), float(t_x), float(n), (1.0, 100.0, 1000.0)[i % 3])
