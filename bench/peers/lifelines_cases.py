"""The comparisons with lifelines and scikit-learn: each case makes lines of the table."""

import json
import pickle
import sys
import warnings
from dataclasses import dataclass

import kam
import lifelines
import lifelines_data as data
import numpy as np
from lifelines.utils import concordance_index
from peer_report import Row, difference, race
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score


@dataclass
class Case:
    """One job: what of kam it needs, and the function that runs it with the settings."""

    name: str
    needs: tuple
    run: object


def quietly(call, *arguments, **options):
    """Warnings of a fit are not the subject here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*arguments, **options)


def pick(mapping, wanted):
    return np.array([mapping[name] for name in wanted], dtype=float)


def race_fits(job, frame, kam_model, peer_model, repeat, peer="lifelines", **fit_options):
    """Both libraries fit the frame; (row, kam's model, the peer's model)."""

    def ours():
        return quietly(kam_model().fit, frame, duration="duration", event="event", **fit_options)

    def theirs():
        return quietly(peer_model().fit, frame, "duration", "event")

    results, seconds = race({"kam": ours, "peer": theirs}, repeat)
    row = Row(job, len(frame), peer, seconds["kam"], seconds["peer"], repeat)
    return row, results["kam"], results["peer"]


# ---- Survival ---


def cox(settings, job, months):
    rows, count = settings["rows"], settings["covariates"]
    frame = data.lifetimes(rows, count, months)
    # The per-row loop of lifelines takes a quarter of a minute and does not need a median.
    repeat = settings["repeat"] if months else 1
    row, ours, theirs = race_fits(job, frame, kam.CoxPH, lifelines.CoxPHFitter, repeat)
    x = data.names(count)
    row.differences = [
        difference("coefficients", pick(ours.params_, x), pick(theirs.params_, x)),
        difference(
            "standard errors", pick(ours.standard_errors_, x), pick(theirs.standard_errors_, x)
        ),
        difference("log-likelihood", ours.log_likelihood_, theirs.log_likelihood_),
        difference("C-index", ours.concordance_, theirs.concordance_index_),
    ]
    yield row


def cox_continuous(settings):
    yield from cox(settings, "Cox Efron, continuous times", False)


def cox_months(settings):
    yield from cox(settings, "Cox Efron, 72 months", True)


def cox_robust(settings):
    """Continuous times: with ties lifelines' robust errors ignore them, up to 3.5 % low."""
    count = settings["covariates"]
    frame = data.lifetimes(settings["robust_rows"], count)

    def ours():
        model = kam.CoxPH(robust=True)
        return quietly(model.fit, frame, duration="duration", event="event")

    def theirs():
        return quietly(lifelines.CoxPHFitter().fit, frame, "duration", "event", robust=True)

    results, seconds = race({"kam": ours, "peer": theirs}, 1)
    x = data.names(count)
    row = Row("Cox, robust errors", len(frame), "lifelines", seconds["kam"], seconds["peer"], 1)
    ours_se, theirs_se = results["kam"].standard_errors_, results["peer"].standard_errors_
    row.differences = [difference("robust errors", pick(ours_se, x), pick(theirs_se, x))]
    yield row


def kaplan_meier(settings):
    frame = data.lifetimes(settings["curve_rows"], 1)[["duration", "event"]]
    for job, months in (("Kaplan-Meier, continuous", False), ("Kaplan-Meier, 72 months", True)):
        if months:
            frame = frame.assign(duration=np.clip(np.ceil(frame["duration"]), 1, 72))
        row, ours, theirs = race_fits(
            job, frame, kam.KaplanMeier, lifelines.KaplanMeierFitter, settings["repeat"]
        )
        times = np.arange(1.0, 72.0)
        curve = np.asarray(ours.predict_survival(frame.head(1), times)).reshape(-1)
        row.differences = [difference("S(t)", curve, theirs.predict(times).to_numpy())]
        yield row


def aft(settings, job, kam_model, peer_model):
    frame = data.lifetimes(settings["rows"], settings["covariates"])
    row, ours, theirs = race_fits(job, frame, kam_model, peer_model, settings["repeat"])
    x = data.names(settings["covariates"])
    location, shape = theirs.params_.index.get_level_values(0).unique()
    slopes = np.array([theirs.params_[location, name] for name in x])
    errors = np.array([theirs.standard_errors_[location, name] for name in x])
    gain = ours.log_likelihood_ - theirs.log_likelihood_
    row.differences = [
        difference("coefficients", pick(ours.params_, x), slopes),
        difference("standard errors", pick(ours.standard_errors_, x), errors),
        difference(
            "log-likelihood",
            ours.log_likelihood_,
            theirs.log_likelihood_,
            note=f"kam's is higher by {gain:.1e}",
        ),
    ]
    row.details = {"shape_parameter": str(shape)}
    yield row


def weibull(settings):
    yield from aft(settings, "Weibull AFT", kam.WeibullAFT, lifelines.WeibullAFTFitter)


def log_normal(settings):
    yield from aft(settings, "log-normal AFT", kam.LogNormalAFT, lifelines.LogNormalAFTFitter)


def log_logistic(settings):
    yield from aft(settings, "log-logistic AFT", kam.LogLogisticAFT, lifelines.LogLogisticAFTFitter)


def concordance(settings):
    frame = data.lifetimes(settings["rows"], 1)
    duration, event, score = (frame[name].to_numpy() for name in ("duration", "event", "x0"))

    def ours():
        return kam.concordance(frame, -score, duration="duration", event="event")

    contenders = {"kam": ours, "peer": lambda: concordance_index(duration, score, event)}
    results, seconds = race(contenders, settings["repeat"])
    row = Row("C-index", len(frame), "lifelines", *seconds.values(), settings["repeat"])
    row.differences = [difference("C-index", float(results["kam"]), results["peer"])]
    yield row


# ---- Classification and calibration ---


def logistic(settings):
    count = settings["features"]
    frame = data.outcomes(settings["outcome_rows"], count)
    x = data.names(count)
    matrix, event = frame[x].to_numpy(), frame["event"].to_numpy()
    for solver in ("lbfgs", "newton-cholesky"):
        # Both at the optimum: the default tolerance of lbfgs stops 7e-4 away from it.
        peer = LogisticRegression(penalty=None, solver=solver, tol=1e-10, max_iter=1000)
        contenders = {
            "kam": lambda: quietly(kam.Logistic().fit, frame, event="event"),
            "peer": lambda peer=peer: quietly(peer.fit, matrix, event),
        }
        results, seconds = race(contenders, settings["repeat"])
        row = Row(
            "logistic regression",
            len(frame),
            f"sklearn {solver}",
            *seconds.values(),
            settings["repeat"],
        )
        ours, theirs = results["kam"].params_, results["peer"]
        row.differences = [
            difference("coefficients", pick(ours, x), theirs.coef_[0]),
            difference("intercept", ours["Intercept"], theirs.intercept_),
        ]
        yield row


def evaluation(settings):
    y, p = data.scores(settings["outcome_rows"])

    def theirs():
        return roc_auc_score(y, p), brier_score_loss(y, p), log_loss(y, p)

    contenders = {"kam": lambda: quietly(kam.evaluate, y, p), "peer": theirs}
    results, seconds = race(contenders, settings["repeat"])
    ours, (auc, brier, loss) = results["kam"], results["peer"]
    row = Row("AUC, Brier, log loss", len(y), "sklearn", *seconds.values(), settings["repeat"])
    row.differences = [
        difference("AUC", ours.auc, auc, note="kam: with DeLong interval, lift and table as well"),
        difference("Brier", ours.brier, brier),
        difference("log loss", ours.log_loss, loss),
    ]
    yield row


def calibration(settings):
    y, p = data.scores(settings["outcome_rows"])
    logit = np.log(p) - np.log1p(-p)

    def isotonic():
        return IsotonicRegression(out_of_bounds="clip").fit(p, y)

    def platt():
        return _SigmoidCalibration().fit(logit, y)

    for method, peer, inputs in (("isotonic", isotonic, p), ("platt", platt, logit)):
        contenders = {
            "kam": lambda method=method: quietly(kam.calibrate, y, p, method=method),
            "peer": peer,
        }
        results, seconds = race(contenders, settings["repeat"])
        row = Row(f"{method} calibration", len(y), "sklearn", *seconds.values(), settings["repeat"])
        ours = results["kam"].predict(p[:10_000])
        theirs = results["peer"].predict(inputs[:10_000])
        row.differences = [difference("probabilities", ours, theirs)]
        yield row


# ---- One row, sizes ---


def one_row(settings):
    frame = data.lifetimes(5_000, settings["covariates"])
    single, calls = frame.head(1), settings["calls"]
    for name, kam_model, peer_model in (
        ("Weibull", kam.WeibullAFT, lifelines.WeibullAFTFitter),
        ("Cox", getattr(kam, "CoxPH", None), lifelines.CoxPHFitter),
    ):
        if kam_model is None:
            print(f"left out: one row, {name}: this kam has no CoxPH", file=sys.stderr)
            continue
        ours = quietly(kam_model().fit, frame, duration="duration", event="event")
        theirs = quietly(peer_model().fit, frame, "duration", "event")

        def repeatedly(call):
            def many():
                for _ in range(calls):
                    last = call()
                return last

            return many

        contenders = {
            "kam": repeatedly(lambda ours=ours: ours.predict_survival(single, [12.0])),
            "peer": repeatedly(
                lambda theirs=theirs: theirs.predict_survival_function(single, times=[12.0])
            ),
        }
        results, seconds = race(contenders, settings["repeat"])
        row = Row(
            f"one row scored, {name}",
            1,
            "lifelines",
            *(taken / calls for taken in seconds.values()),
            settings["repeat"],
        )
        row.differences = [
            difference("S(12)", np.ravel(results["kam"]), np.ravel(results["peer"].to_numpy()))
        ]
        yield row


def one_row_logistic(settings):
    count = settings["features"]
    frame = data.outcomes(5_000, count)
    x, calls = data.names(count), settings["calls"]
    ours = quietly(kam.Logistic().fit, frame, event="event")
    theirs = LogisticRegression(penalty=None, tol=1e-10).fit(frame[x].to_numpy(), frame["event"])
    single, matrix = {name: frame[name].to_numpy()[:1] for name in x}, frame[x].to_numpy()[:1]

    def many(call):
        def run():
            for _ in range(calls):
                last = call()
            return last

        return run

    contenders = {
        "kam": many(lambda: ours.predict_proba(single)),
        "peer": many(lambda: theirs.predict_proba(matrix)[:, 1]),
    }
    results, seconds = race(contenders, settings["repeat"])
    each = [taken / calls for taken in seconds.values()]
    row = Row("one row scored, logistic", 1, "sklearn", *each, settings["repeat"])
    row.differences = [difference("probability", results["kam"], results["peer"])]
    yield row


def model_sizes(settings):
    """Bytes of a saved model; kam's is text without a row of the data."""
    frame = data.lifetimes(settings["rows"], settings["covariates"])
    for name, attribute, peer_model in (
        ("Weibull AFT", "WeibullAFT", lifelines.WeibullAFTFitter),
        ("Cox", "CoxPH", lifelines.CoxPHFitter),
    ):
        if not hasattr(kam, attribute) or not hasattr(getattr(kam, attribute), "to_json"):
            print(f"left out: size of {name}: this kam has no {attribute}.to_json", file=sys.stderr)
            continue
        frame = frame.assign(duration=np.clip(np.ceil(frame["duration"]), 1, 72))
        ours = quietly(getattr(kam, attribute)().fit, frame, duration="duration", event="event")
        theirs = quietly(peer_model().fit, frame, "duration", "event")
        text = ours.to_json()
        json.loads(text)
        yield {
            "what": f"saved model, {name}",
            "rows": len(frame),
            "unit": "bytes",
            "kam": len(text.encode()),
            "peer": len(pickle.dumps(theirs)),
        }


CASES = [
    Case("cox", ("CoxPH",), cox_continuous),
    Case("cox-months", ("CoxPH",), cox_months),
    Case("cox-robust", ("CoxPH",), cox_robust),
    Case("kaplan-meier", ("KaplanMeier",), kaplan_meier),
    Case("weibull-aft", ("WeibullAFT",), weibull),
    Case("log-normal-aft", ("LogNormalAFT",), log_normal),
    Case("log-logistic-aft", ("LogLogisticAFT",), log_logistic),
    Case("concordance", ("concordance",), concordance),
    Case("logistic", ("Logistic",), logistic),
    Case("evaluation", ("evaluate",), evaluation),
    Case("calibration", ("calibrate",), calibration),
    Case("one-row", ("WeibullAFT",), one_row),
    Case("one-row-logistic", ("Logistic",), one_row_logistic),
]


def lacking(case):
    """Names that the case needs and this kam has not."""
    return [name for name in case.needs if not hasattr(kam, name)]


def all_rows(settings, chosen=None):
    for case in CASES:
        if chosen is not None and case.name not in chosen:
            continue
        if missing := lacking(case):
            print(f"left out: {case.name}: this kam has no {', '.join(missing)}", file=sys.stderr)
            continue
        print(f"{case.name} …", file=sys.stderr, flush=True)
        yield from case.run(settings)


# ---- Memory, in a process of its own ---

MEMORY_JOBS = {
    "weibull-aft": ("WeibullAFT", "WeibullAFTFitter"),
    "cox": ("CoxPH", "CoxPHFitter"),
}


def fit_once(job, library, settings):
    """The work whose peak memory the parent process reads; None: the data alone."""
    months = job == "cox"  # continuous times cost lifelines a quarter of a minute
    frame = data.lifetimes(settings["rows"], settings["covariates"], months)
    ours, theirs = MEMORY_JOBS[job]
    if library == "kam":
        quietly(getattr(kam, ours)().fit, frame, duration="duration", event="event")
    elif library == "peer":
        quietly(getattr(lifelines, theirs)().fit, frame, "duration", "event")
