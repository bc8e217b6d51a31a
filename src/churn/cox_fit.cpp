#include <algorithm>
#include <cmath>

#include <kam/churn/survival_evaluation.hpp>

#include "churn/cox_residuals.hpp"
#include "churn/cox_spread.hpp"

namespace kam::cox {
namespace {

constexpr double kAliased = 1e-9;   // share of a column's own information
constexpr double kLongestStep = 4;  // in standard deviations of a column

Status check_options(const Options& options) {
  if (!(options.ridge >= 0) || !std::isfinite(options.ridge))
    return invalid_argument("ridge", "finite and >= 0", options.ridge);
  if (!(options.tolerance > 0)) return invalid_argument("tolerance", "> 0", options.tolerance);
  if (options.max_iterations < 1)
    return invalid_argument("max_iterations", ">= 1", options.max_iterations);
  return {};
}

void add_ridge(double ridge, std::size_t p, numeric::Square& information) {
  for (std::size_t j = 0; j < p; ++j) information[j * p + j] += ridge;
}

double penalty(double ridge, const std::vector<double>& beta) {
  double sum = 0;
  for (const double b : beta) sum += b * b;
  return ridge / 2 * sum;
}

/// Where the search stands; derivatives are those of the penalised likelihood.
struct State {
  std::vector<double> beta, step;
  Risks risks;
  Derivatives at;
  double objective = 0, decrement = 0;
};

void evaluate(const Design& design, const Options& options, std::vector<double> beta, State& s) {
  s.beta = std::move(beta);
  s.risks = risks_at(design, s.beta, options.ties, &s.at);
  s.objective = s.risks.log_likelihood - penalty(options.ridge, s.beta);
  for (std::size_t j = 0; j < s.beta.size(); ++j) s.at.gradient[j] -= options.ridge * s.beta[j];
  add_ridge(options.ridge, s.beta.size(), s.at.information);
}

double curvature(const numeric::Square& matrix, const std::vector<double>& v) {
  double sum = 0;
  for (std::size_t i = 0; i < v.size(); ++i)
    for (std::size_t j = 0; j < v.size(); ++j) sum += v[i] * matrix[i * v.size() + j] * v[j];
  return sum;
}

double longest(const std::vector<double>& v) {
  double most = 0;
  for (const double x : v) most = std::max(most, std::fabs(x));
  return most;
}

/// Whether the likelihood still rises, ever less, in a direction that has lost its information: the
/// sign of separation. The direction is that of the next step or, where even the gradient has
/// vanished, that of the estimate.
bool runs_away(const State& s, const numeric::Square& start) {
  if (s.decrement > 1e-4) return false;
  const auto lost = [&](const std::vector<double>& v, double share) {
    return longest(v) > 0.1 && curvature(s.at.information, v) < share * curvature(start, v);
  };
  return lost(s.step, 1e-3) || lost(s.beta, 1e-5);
}

/// The step, halved until the objective does not fall; false if none is good.
bool take_step(const Design& design, const Options& options, State& s) {
  const double slack = 1e-13 * std::fabs(s.objective);
  double length = 1;
  for (int halvings = 0; halvings < 40; ++halvings, length /= 2) {
    std::vector<double> beta = s.beta;
    for (std::size_t j = 0; j < beta.size(); ++j) beta[j] += length * s.step[j];
    State next;
    next.step = s.step;
    evaluate(design, options, std::move(beta), next);
    if (next.objective >= s.objective - slack) {
      s = std::move(next);
      return true;
    }
  }
  return false;
}

StopReason maximise(const Design& design, const Options& options, const numeric::Square& start,
                    State& s, int& iterations) {
  const double enough = options.tolerance * (1 + std::fabs(s.objective));
  for (iterations = 0;; ++iterations) {
    const numeric::Ldlt factor(s.at.information, s.beta.size(), 0);
    s.step = factor.solve(s.at.gradient);
    // Where the likelihood is flat a full step would leap to where nothing can be told any more.
    const double most = longest(s.step);
    s.decrement = 0;
    for (std::size_t j = 0; j < s.step.size(); ++j) s.decrement += s.step[j] * s.at.gradient[j];
    if (options.ridge == 0 && runs_away(s, start)) return StopReason::boundary;
    if (s.decrement <= enough) return StopReason::converged;
    if (iterations == options.max_iterations) return StopReason::iteration_limit;
    if (most > kLongestStep)
      for (double& step : s.step) step *= kLongestStep / most;
    if (!take_step(design, options, s)) return StopReason::no_further_progress;
  }
}

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "`" : ", `") + name + "`";
  return text;
}

/// Constant columns, and those that earlier ones explain, leave the design. `s` is evaluated at 0;
/// true if a column left and it has to be evaluated again.
bool drop_columns(const Data& data, const State& s, Design& design, Fit& out) {
  const std::size_t p = design.columns;
  const numeric::Square& information = s.at.information;
  const numeric::Ldlt factor(information, p, kAliased);
  std::vector<bool> keep(p), used(data.covariates.size(), false);
  double largest = 0;
  for (std::size_t j = 0; j < p; ++j) largest = std::max(largest, information[j * p + j]);
  for (std::size_t j = 0; j < p; ++j) {
    // Constant within every risk set (a column of its stratum): no information at all.
    const bool informed = information[j * p + j] > 1e-12 * largest;
    keep[j] = !factor.aliased(j) && informed;
    if (keep[j]) used[design.kept[j]] = true;
  }
  keep_columns(keep, design);
  for (std::size_t j = 0; j < used.size(); ++j)
    if (!used[j]) out.dropped.emplace_back(data.covariates[j].name);
  if (!out.dropped.empty())
    out.warning = "dropped, constant or explained by earlier columns: " + list(out.dropped);
  return design.columns < p;
}

void describe_end(const Data& data, const Design& design, const State& s, Fit& out) {
  const auto say = [&](const std::string& text) {
    out.warning += (out.warning.empty() ? "" : "; ") + text;
  };
  if (out.stop_reason == StopReason::boundary) {
    const std::vector<double>& direction = longest(s.step) > 0.1 ? s.step : s.beta;
    std::vector<std::string> names;
    for (std::size_t j = 0; j < direction.size(); ++j)
      if (std::fabs(direction[j]) > 0.1 * longest(direction))
        names.emplace_back(data.covariates[design.kept[j]].name);
    say("separation: the coefficient of " + list(names) +
        " runs to infinity; a ridge would hold it");
  } else if (!out.converged()) {
    say(std::string("the fit stopped early: ") + stop_reason_name(out.stop_reason));
  }
}

/// A symmetric matrix of standardised columns in the units of all covariates.
std::vector<double> in_units(const numeric::Square& inner, const Design& design) {
  const std::size_t all = design.sd.size(), p = design.columns;
  std::vector<double> out(all * all, kNaN);
  for (std::size_t i = 0; i < p; ++i)
    for (std::size_t j = 0; j < p; ++j)
      out[design.kept[i] * all + design.kept[j]] =
          inner[i * p + j] / design.sd[design.kept[i]] / design.sd[design.kept[j]];
  return out;
}

numeric::Square sandwich(const numeric::Square& bread, const numeric::Square& filling,
                         std::size_t p) {
  numeric::Square half(p * p, 0), out(p * p, 0);
  for (std::size_t i = 0; i < p; ++i)
    for (std::size_t k = 0; k < p; ++k)
      for (std::size_t j = 0; j < p; ++j) half[i * p + j] += bread[i * p + k] * filling[k * p + j];
  for (std::size_t i = 0; i < p; ++i)
    for (std::size_t k = 0; k < p; ++k)
      for (std::size_t j = 0; j < p; ++j) out[i * p + j] += half[i * p + k] * bread[k * p + j];
  return out;
}

void set_uncertainty(const Data& data, const Options& options, const Design& design, const State& s,
                     Fit& out) {
  const std::size_t p = design.columns, all = design.sd.size();
  const numeric::Square inverse = numeric::Ldlt(s.at.information, p, 0).inverse();
  out.model_covariance = in_units(inverse, design);
  out.robust = options.robust || !data.cluster.empty();
  out.covariance = out.model_covariance;
  if (out.robust) {
    const numeric::Square scores = score_products(data, design, s.risks);
    out.covariance = in_units(sandwich(inverse, scores, p), design);
  }
  for (std::size_t j = 0; j < all; ++j)
    out.standard_errors.push_back(std::sqrt(out.covariance[j * all + j]));
}

TestResult test_of(double chi_squared, std::size_t df) {
  const double degrees = static_cast<double>(df);
  return {chi_squared, degrees, chi_squared_tail(std::max(chi_squared, 0.0), degrees)};
}

void set_baselines(const Options& options, const Design& design, const State& s, Fit& out) {
  std::vector<double> increments(design.set.moments.size());
  const Ties wanted = options.baseline.value_or(options.ties);
  if (wanted == options.ties) {
    for (std::size_t m = 0; m < increments.size(); ++m) increments[m] = s.risks.ties[m].a;
  } else {
    for_each_risk_sum(design, s.risks.risk,
                      [&](std::size_t m, double s0, double d0, const auto&, const auto&) {
                        increments[m] = tie_sums(design.set.moments[m], s0, d0, wanted).a;
                      });
  }
  const double scale = std::exp(-s.risks.shift);
  for (std::size_t stratum = 0; stratum < design.set.strata(); ++stratum) {
    Baseline baseline;
    double sum = 0;
    for (std::size_t m = design.set.stratum_begin[stratum];
         m < design.set.stratum_begin[stratum + 1]; ++m) {
      sum += increments[m] * scale;
      baseline.time.push_back(design.set.moments[m].time);
      baseline.hazard.push_back(sum);
    }
    baseline.longest = design.set.longest[stratum];
    out.model.baselines.push_back(std::move(baseline));
  }
}

}  // namespace

Result<Fit> fit(const Data& data, const Options& options) {
  if (Status s = check_options(options); !s.ok()) return s;
  auto made = make_design(data);
  if (!made) return made.error();
  Design& design = *made;
  Fit out;
  State s;
  evaluate(design, options, std::vector<double>(design.columns, 0), s);
  if (drop_columns(data, s, design, out))
    evaluate(design, options, std::vector<double>(design.columns, 0), s);
  const std::size_t p = design.columns;
  if (p == 0) return Status{StatusCode::insufficient_data, out.warning + ": no covariate is left"};
  out.log_likelihood_null = s.risks.log_likelihood;
  out.score = test_of(numeric::Ldlt(s.at.information, p, 0).quadratic_form(s.at.gradient), p);
  const numeric::Square start = s.at.information;
  out.stop_reason = maximise(design, options, start, s, out.iterations);
  // A direction that ran away may have no information left at all: its error is huge, not 0.
  if (out.stop_reason == StopReason::boundary)
    for (std::size_t j = 0; j < p; ++j) s.at.information[j * p + j] += 1e-10 * start[j * p + j];
  out.log_likelihood = s.risks.log_likelihood;
  out.likelihood_ratio = test_of(2 * (out.log_likelihood - out.log_likelihood_null), p);
  out.wald = test_of(curvature(s.at.information, s.beta), p);
  out.newton_decrement = s.decrement;
  for (const double g : s.at.gradient)
    out.gradient_norm = std::max(out.gradient_norm, std::fabs(g));
  out.concordance = survival_evaluation::concordance(design.set, s.risks.eta).value();
  describe_end(data, design, s, out);
  for (const Covariate& c : data.covariates) out.model.names.emplace_back(c.name);
  out.model.coefficients.assign(data.covariates.size(), kNaN);
  for (std::size_t j = 0; j < p; ++j)
    out.model.coefficients[design.kept[j]] = s.beta[j] / design.sd[design.kept[j]];
  out.model.means = design.mean;
  out.standard_deviations = design.sd;
  set_uncertainty(data, options, design, s, out);
  set_baselines(options, design, s, out);
  out.model.covariance = out.covariance;
  set_spreads(design, s.risks, options.baseline.value_or(options.ties), out.model);
  out.weight = design.set.weight;
  out.events = design.set.events;
  out.rows = design.set.report;
  return out;
}

}  // namespace kam::cox
