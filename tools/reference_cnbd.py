"""Erlang-k gaps, k phases of a gamma-distributed rate, at 50 digits and upwards; see
make_reference_tables.py."""

from mpmath import exp, expm1, log, log1p, loggamma, mp, mpf
from reference_formulas import beta_mean, log_beta


def phase_terms(k, s, w):
    """(s)_j/j! w^j for j < k."""
    terms = [mpf(1)]
    for j in range(int(k) - 1):
        terms.append(terms[-1] * (s + j) / (j + 1) * w)
    return terms


def phase_counts(k, s, w, u):
    """Yield, up to a factor, P(m phases, fewer than k of them before now) for m = 0, 1, 2, …"""
    y, z = w / (1 + u), u / (1 + u)
    counts, m = [mpf(1)] + [mpf(0)] * (k - 1), 0
    while True:
        yield sum(counts)
        grow = (s + m) / (m + 1)
        counts = [grow * (z * counts[j] + (y * counts[j - 1] if j else 0)) for j in range(k)]
        m += 1


def orders_beyond(k, s, w, u, most):
    """P(M > i) for i < most, M as in mean_renewals."""
    norm = sum(phase_terms(k, s, w)) * (1 + u) ** s
    counts, summed, result = phase_counts(k, s, w, u), mpf(0), []
    for _ in range(most):
        summed += sum(next(counts) for _ in range(k))
        result.append(1 - summed / norm)
    return result


def mean_renewals(k, s, w, a, b, u):
    """E[(1 - (1-P)^M)/P], M = floor((J+N)/k): J phases since the last renewal, weighed by
    phase_terms, N ~ NB(s+J, u/(1+u)) more. (1-p)^floor(m/k) = sum over the k-th roots of 1 of
    p/(k(1-p)) z/(1-z) z^m, z = (1-p)^(1/k) times the root, and E z^N = (1 + u(1-z))^-(s+J).
    The roots cancel as p tends to 1: digits are added there, and below q = 1e-6 the power
    series sum P(M > i) q^i takes over."""
    k = int(k)
    weights = phase_terms(k, s, w)
    total = sum(weights)
    with mp.workdps(mp.dps + 40):
        powers = orders_beyond(k, s, w, u, mp.dps // 6 + 3)

    def given(p, q):
        if q < mpf("1e-6"):
            return sum(more * q**i for i, more in enumerate(powers))
        lost = int(-mp.log10(q)) + 10 if q < mpf(1) / 10 else 10
        lost += int(max(mpf(0), -mp.log10(u))) * k + int(max(mpf(0), -mp.log10(s)))
        with mp.workdps(mp.dps + lost):
            rho = exp(log(q) / k)
            turn = mp.expjpi(mpf(2) / k)
            summed = mpf(0)
            for i in range(k // 2 + 1):
                # the complement of rho is taken whole: 1 - exp(log(q)/k) would cancel
                z = rho * turn**i
                leaves = -expm1(log1p(-p) / k) if i == 0 and p < 0.5 else 1 - z
                pace = 1 + u * leaves
                back, power, part = pace**-s, z / leaves, mpf(0)
                for c in weights:
                    part += c * power * (1 - back)
                    power *= z
                    back /= pace
                summed += (1 if 2 * i in (0, k) else 2) * mp.re(part)
            return summed / (k * q * total)

    return beta_mean(given, a, b)


def phases_to_sum(k, s, u):
    """About how many terms mean_renewals_sum takes at 50 digits."""
    return (s + k) * u + 15 * ((s + k) * u * (1 + u)) ** 0.5 + 130 * (1 + u)


def mean_renewals_sum(k, s, w, a, b, u):
    """The same phase by phase: sum over m of P(J + N = m) A_floor(m/k), positive terms."""
    k = int(k)
    counts = phase_counts(k, s, w, u)
    norm, total, stayed, survives = next(counts), mpf(0), mpf(0), mpf(1)
    m, term = 0, mpf(0)
    while m < 2 * k or term * (1 + u) > total * mp.eps / 100 or m < (s + k) * u:
        m += 1
        if m % k == 0:
            n = m // k - 1
            stayed += survives
            survives *= (b + n) / (a + b + n)
        term = next(counts)
        norm += term
        term *= stayed
        total += term
    return total / norm


def cnbd_account(first_chance, mean):
    """Scores of one account with Erlang-k gaps; log_likelihood without the term of the gaps."""

    def score(k, r, alpha, a, b, x, t_x, age, t):
        s, n = r + k * x, x + first_chance
        gone = mpf(0) if n == 0 else a / (b + n - 1) * ((alpha + age) / (alpha + t_x)) ** s
        silent = sum(phase_terms(k, s, (age - t_x) / (alpha + age)))
        later = sum(phase_terms(k, s, (age + t - t_x) / (alpha + age + t)))
        odds = gone / silent
        log_likelihood = (
            loggamma(s)
            - loggamma(r)
            + r * log(alpha)
            + log_beta(a, b + n)
            - log_beta(a, b)
            - s * log(alpha + age)
            + log(silent + gone)
        )
        w = (age - t_x) / (alpha + age)
        orders = mean(k, s, w, a, b + n, t / (alpha + age)) / (1 + odds)
        quiet = ((alpha + age) / (alpha + age + t)) ** s * later / silent
        return [log_likelihood, 1 / (1 + odds), orders, (quiet + odds) / (1 + odds)]

    return score
