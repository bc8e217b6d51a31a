"""The comparisons with lifelines and scikit-learn: each case makes lines of the table."""

import json
import pickle
import sys
import warnings

import kam
import lifelines
import lifelines_data as data
import numpy as np
from lifelines.utils import concordance_index
from peer_jobs import Case, compete, rows_of
from peer_report import difference
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

SURVIVAL_MODELS = (
    ("Weibull AFT", "WeibullAFT", lifelines.WeibullAFTFitter),
    ("Cox", "CoxPH", lifelines.CoxPHFitter),
)


def quietly(call, *arguments, **options):
    """Warnings of a fit are not the subject here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*arguments, **options)


def pick(mapping, wanted):
    return np.array([mapping[name] for name in wanted], dtype=float)


def race_fits(job, frame, kam_model, peer_model, repeat):
    """Both libraries fit the frame; (row, kam's model, the peer's model)."""

    def ours():
        return quietly(kam_model().fit, frame, duration="duration", event="event")

    def theirs():
        return quietly(peer_model().fit, frame, "duration", "event")

    return compete(job, len(frame), "lifelines", ours, theirs, repeat)


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

    x = data.names(count)
    row, mine, other = compete("Cox, robust errors", len(frame), "lifelines", ours, theirs, 1)
    robust = pick(mine.standard_errors_, x), pick(other.standard_errors_, x)
    row.differences = [difference("robust errors", *robust)]
    yield row


def kaplan_meier(settings):
    frame = data.lifetimes(settings["curve_rows"], 1)[["duration", "event"]].copy()
    for job, months in (("Kaplan-Meier, continuous", False), ("Kaplan-Meier, 72 months", True)):
        if months:
            frame["duration"] = np.clip(np.ceil(frame["duration"]), 1, 72)
        row, ours, theirs = compete(
            job,
            len(frame),
            "lifelines",
            lambda: kam.KaplanMeier().fit(frame, duration="duration", event="event"),
            lambda: lifelines.KaplanMeierFitter().fit(frame["duration"], frame["event"]),
            settings["repeat"],
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

    def theirs():
        return concordance_index(duration, score, event)

    row, mine, other = compete("C-index", len(frame), "lifelines", ours, theirs, settings["repeat"])
    row.differences = [difference("C-index", mine, other)]
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
        row, ours, theirs = compete(
            "logistic regression",
            len(frame),
            f"sklearn {solver}",
            lambda: quietly(kam.Logistic().fit, frame, event="event"),
            lambda peer=peer: quietly(peer.fit, matrix, event),
            settings["repeat"],
        )
        row.differences = [
            difference("coefficients", pick(ours.params_, x), theirs.coef_[0]),
            difference("intercept", ours.params_["Intercept"], theirs.intercept_),
        ]
        yield row


def evaluation(settings):
    y, p = data.scores(settings["outcome_rows"])

    def theirs():
        return roc_auc_score(y, p), brier_score_loss(y, p), log_loss(y, p)

    row, ours, (auc, brier, loss) = compete(
        "AUC, Brier, log loss",
        len(y),
        "sklearn",
        lambda: quietly(kam.evaluate, y, p),
        theirs,
        settings["repeat"],
    )
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
        row, ours, theirs = compete(
            f"{method} calibration",
            len(y),
            "sklearn",
            lambda method=method: quietly(kam.calibrate, y, p, method=method),
            peer,
            settings["repeat"],
        )
        some = slice(0, 10_000)
        row.differences = [
            difference("probabilities", ours.predict(p[some]), theirs.predict(inputs[some]))
        ]
        yield row


# ---- One row, sizes ---


def one_row(settings):
    frame = data.lifetimes(5_000, settings["covariates"])
    single = frame.head(1)
    for name, attribute, peer_model in SURVIVAL_MODELS:
        if not hasattr(kam, attribute):
            print(f"left out: one row, {name}: this kam has no {attribute}", file=sys.stderr)
            continue
        ours = quietly(getattr(kam, attribute)().fit, frame, duration="duration", event="event")
        theirs = quietly(peer_model().fit, frame, "duration", "event")
        row, mine, other = compete(
            f"one row scored, {name}",
            1,
            "lifelines",
            lambda ours=ours: ours.predict_survival(single, [12.0]),
            lambda theirs=theirs: theirs.predict_survival_function(single, times=[12.0]),
            settings["repeat"],
            settings["calls"],
        )
        row.differences = [difference("S(12)", np.ravel(mine), np.ravel(other.to_numpy()))]
        yield row


def one_row_logistic(settings):
    frame = data.outcomes(5_000, settings["features"])
    x = data.names(settings["features"])
    matrix, event = frame[x].to_numpy(), frame["event"].to_numpy()
    ours = quietly(kam.Logistic().fit, frame, event="event")
    theirs = LogisticRegression(penalty=None, tol=1e-10, max_iter=1000).fit(matrix, event)
    single, first = {name: frame[name].to_numpy()[:1] for name in x}, matrix[:1]
    row, mine, other = compete(
        "one row scored, logistic",
        1,
        "sklearn",
        lambda: ours.predict_proba(single),
        lambda: theirs.predict_proba(first)[:, 1],
        settings["repeat"],
        settings["calls"],
    )
    row.differences = [difference("probability", mine, other)]
    yield row


def logistic_pair(settings):
    """Both logistic regressions, fitted to a few rows: their size depends on the columns only."""
    frame = data.outcomes(5_000, settings["features"])
    x = data.names(settings["features"])
    ours = quietly(kam.Logistic().fit, frame, event="event")
    theirs = LogisticRegression(penalty=None, tol=1e-10, max_iter=1000)
    return ours, theirs.fit(frame[x].to_numpy(), frame["event"].to_numpy()), len(frame)


def curve_pair(settings):
    """Both Kaplan-Meier curves of continuous times."""
    frame = data.lifetimes(settings["curve_rows"], 1)
    ours = kam.KaplanMeier().fit(frame, duration="duration", event="event")
    return ours, lifelines.KaplanMeierFitter().fit(frame["duration"], frame["event"]), len(frame)


def size_row(name, ours, theirs, rows):
    text = ours.to_json()
    json.loads(text)
    return {
        "what": f"saved model, {name}",
        "rows": rows,
        "unit": "bytes",
        "kam": len(text.encode()),
        "peer": len(pickle.dumps(theirs)),
    }


def model_sizes(settings):
    """Bytes of a saved model; kam's is text without a row of the data."""
    frame = data.lifetimes(settings["rows"], settings["covariates"])
    frame = frame.assign(duration=np.clip(np.ceil(frame["duration"]), 1, 72))
    for name, attribute, peer_model in SURVIVAL_MODELS:
        if not hasattr(kam, attribute) or not hasattr(getattr(kam, attribute), "to_json"):
            print(f"left out: size of {name}: this kam has no {attribute}.to_json", file=sys.stderr)
            continue
        ours = quietly(getattr(kam, attribute)().fit, frame, duration="duration", event="event")
        theirs = quietly(peer_model().fit, frame, "duration", "event")
        yield size_row(name, ours, theirs, len(frame))
    for name, attribute, pair in (
        ("logistic regression", "Logistic", logistic_pair),
        ("Kaplan-Meier", "KaplanMeier", curve_pair),
    ):
        if hasattr(kam, attribute):
            yield size_row(name, *pair(settings))


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


def all_rows(settings, chosen=None):
    yield from rows_of(CASES, settings, chosen)
