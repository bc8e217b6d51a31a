"""Table of the special functions: inputs by region, and every output by two formulas."""


from mpmath import hyp2f1, log, loggamma, mp
from reference_formulas import (
    log1mexp,
    log_beta,
    log_hyp2f1,
    mean_saturation,
    mean_saturation_closed,
    settled,
)


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
    for _ in range(60):
        a, b = lg(0.05, 40), lg(0.05, 40)
        yield "log_hyp2f1", "bulk", [a, b, b + lg(0.01, 40), un(0.01, 0.95)]
        a, b = lg(0.05, 40), lg(0.05, 40)
        yield "log_hyp2f1", "near_one", [a, b, b + lg(0.05, 10), 1 - lg(1e-9, 1e-3)]
        a, c, u = lg(0.05, 40), lg(0.05, 40), un(0, 0.95)
        yield "log_hyp2f1", "below", [a, c + u, c, un(0.01, 0.95)]
    for _ in range(40):
        a, b = lg(50, 5000), lg(50, 5000)
        yield "log_hyp2f1", "heavy", [a, b, b + un(0.1, 5), un(0.1, 0.9)]
    for _ in range(60):
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
