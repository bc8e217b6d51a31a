"""The formulas behind tests/reference/discrete.csv: models in discrete time, at 50 digits."""

from mpmath import exp, log, mpf
from reference_formulas import log_beta


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
