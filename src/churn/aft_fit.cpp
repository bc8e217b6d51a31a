#include <algorithm>
#include <cmath>
#include <string>

#include "churn/aft_likelihood.hpp"
#include "numeric/fit_report.hpp"

namespace kam::aft {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

Status check_arguments(const SurvivalColumns& customers, std::span<const Covariate> covariates,
                       const Options& options) {
  const std::size_t n = customers.rows();
  if (Status s = check_size("event", customers.event.size(), n); !s.ok()) return s;
  const auto optional_column = [n](const char* name, std::size_t size) {
    return size == 0 ? Status{} : check_size(name, size, n);
  };
  if (Status s = optional_column("entry", customers.entry.size()); !s.ok()) return s;
  if (Status s = optional_column("weight", customers.weight.size()); !s.ok()) return s;
  if (Status s = optional_column("cluster", options.cluster.size()); !s.ok()) return s;
  for (const Covariate& column : covariates) {
    const std::string name(column.name);
    if (Status s = check_size(name.c_str(), column.values.size(), n); !s.ok()) return s;
  }
  if (!(options.ridge >= 0) || !std::isfinite(options.ridge)) {
    return invalid_argument("ridge", "finite and >= 0", options.ridge);
  }
  if (!(options.zero_event_within >= 0) || !std::isfinite(options.zero_event_within)) {
    return invalid_argument("zero_event_within", "finite and >= 0", options.zero_event_within);
  }
  if (!(options.tolerance > 0)) return invalid_argument("tolerance", "> 0", options.tolerance);
  if (options.max_iterations < 1) {
    return invalid_argument("max_iterations", ">= 1", options.max_iterations);
  }
  for (const std::uint32_t c : options.cluster) {
    if (c >= n) return invalid_argument("cluster", "a code below the number of rows", c);
  }
  return {};
}

/// "`a`, `b`": columns for which `chosen` holds.
template <class Chosen>
std::string names_of(std::span<const Covariate> columns, const Chosen& chosen) {
  std::string names;
  for (std::size_t j = 0; j < columns.size(); ++j) {
    if (chosen(j)) names.append(names.empty() ? "`" : ", `").append(columns[j].name).append("`");
  }
  return names;
}

void add_warning(Fit& fit, const std::string& text) {
  fit.warning.append(fit.warning.empty() ? "" : "; ").append(text);
}

/// What is known before any parameter is.
Fit begin_fit(Distribution distribution, const Rows& rows) {
  Fit fit;
  fit.rows = rows.report;
  fit.weight = rows.total;
  fit.events = rows.events;
  Model& model = fit.model;
  model.distribution = distribution;
  for (const Covariate& column : rows.columns) model.names.emplace_back(column.name);
  model.means = rows.means;
  model.spreads = rows.spreads;
  model.slopes.assign(rows.columns.size(), kNaN);
  model.covariance.assign((rows.columns.size() + 2) * (rows.columns.size() + 2), kNaN);
  model.longest = rows.longest;
  const auto dropped = [&](std::size_t j) {
    return std::find(rows.kept.begin(), rows.kept.end(), j) == rows.kept.end();
  };
  const std::string constant =
      names_of(rows.columns, [&](std::size_t j) { return rows.spreads[j] == 0; });
  const std::string aliased =
      names_of(rows.columns, [&](std::size_t j) { return rows.spreads[j] > 0 && dropped(j); });
  if (!constant.empty()) add_warning(fit, "dropped because constant: " + constant);
  if (!aliased.empty()) {
    add_warning(fit, "dropped because they depend on the columns before them: " + aliased);
  }
  return fit;
}

/// No event: the likelihood rises as the lifetimes grow without end.
Fit without_events(Fit fit, const Rows& rows) {
  constexpr double kThree = 2.9957322735539910;  // -ln .05
  fit.stop_reason = StopReason::boundary;
  fit.log_likelihood = fit.null_log_likelihood = 0;
  add_warning(fit,
              "no event among the rows: lifetimes run to infinity and nothing is estimated; "
              "a constant hazard up to " +
                  std::to_string(kThree / rows.exposure) +
                  " per unit of time would show no event with probability 0.05");
  return fit;
}

/// Exponential lifetimes: the start that fits the scale of the data.
VectorXd first_point(const Likelihood& likelihood, const Rows& rows, const Options& options) {
  VectorXd point = VectorXd::Zero(likelihood.parameters());
  const double exposure =
      rows.exposure > 0 ? rows.exposure : options.zero_event_within * rows.total;
  point[0] = std::log(exposure / rows.events);
  return point;
}

numeric::TrustRegionResult maximise(const Likelihood& likelihood, const VectorXd& start,
                                    const Options& options, const Executor& executor) {
  const auto keep_going = [&] {
    return executor.keep_going == nullptr || executor.keep_going(executor.state, 0);
  };
  return numeric::maximise(
      start, [&](const VectorXd& point) { return likelihood(point); },
      {.tolerance = options.tolerance, .max_iterations = options.max_iterations, .bound = 40},
      keep_going);
}

/// Location and scale without covariates: a start, and what the covariates are compared with.
numeric::TrustRegionResult fit_null(Distribution distribution, const Rows& rows,
                                    const Options& options, const Executor& executor,
                                    const Executor& threads) {
  Rows bare = rows;
  bare.kept.clear();
  bare.columns = {};
  const Likelihood likelihood(distribution, bare, 0, threads);
  return maximise(likelihood, first_point(likelihood, bare, options), options, executor);
}

/// ln scale below which events differ by little more than rounding.
constexpr double kNoScale = -14;

/// Which coordinates a Newton step at the end still moves: the likelihood is flat there because it
/// rises towards infinity. Steps are measured in what they do to the row that feels them most.
std::vector<bool> running_away(const numeric::TrustRegionResult& optimum, const Rows& rows,
                               bool scale_is_free) {
  constexpr double kMoves = 1e-3;
  const Index n = optimum.point.size();
  const VectorXd step = -optimum.at.hessian.fullPivLu().solve(optimum.at.gradient);
  const double scale = scale_is_free ? std::exp(optimum.point[n - 1]) : 1;
  std::vector<bool> moves(static_cast<std::size_t>(n), false);
  for (Index k = 0; k < n; ++k) {
    double reach = 1;
    if (k > 0 && static_cast<std::size_t>(k) <= rows.kept.size()) {
      reach = rows.reaches[rows.kept[static_cast<std::size_t>(k) - 1]];
    }
    const bool is_scale = scale_is_free && k == n - 1;
    const bool far = k == optimum.running_away || !std::isfinite(step[k]) ||
                     (is_scale && optimum.point[k] < kNoScale);
    moves[static_cast<std::size_t>(k)] =
        far || std::fabs(step[k]) * reach > kMoves * (is_scale ? 1 : scale);
  }
  return moves;
}

void describe_runaways(const std::vector<bool>& moves, const Rows& rows, bool scale_is_free,
                       const VectorXd& point, Fit& fit) {
  const bool scale_runs = scale_is_free && moves.back();
  if (scale_runs && point[point.size() - 1] < -10) {
    add_warning(fit, "the scale runs to 0: the events do not differ from what the covariates say");
    return;
  }
  const std::string names = names_of(rows.columns, [&](std::size_t j) {
    const auto at = std::find(rows.kept.begin(), rows.kept.end(), j) - rows.kept.begin();
    return at < static_cast<std::ptrdiff_t>(rows.kept.size()) &&
           moves[static_cast<std::size_t>(at) + 1];
  });
  add_warning(fit, names.empty() ? "the likelihood still rises at the end: nothing is identified"
                                 : names +
                                       " run to infinity, as where one value of a column has "
                                       "no event: not identified; a `ridge` keeps them finite");
}

/// Covariance of the coordinates that do not run away; NaN elsewhere.
MatrixXd covariance_of(const numeric::TrustRegionResult& optimum, const std::vector<bool>& moves) {
  std::vector<Index> firm;
  for (std::size_t k = 0; k < moves.size(); ++k) {
    if (!moves[k]) firm.push_back(static_cast<Index>(k));
  }
  const Index n = optimum.point.size(), m = static_cast<Index>(firm.size());
  MatrixXd covariance = MatrixXd::Constant(n, n, kNaN);
  if (m == 0) return covariance;
  numeric::TrustRegionResult part;
  part.point = VectorXd::Zero(m);
  part.at.hessian = optimum.at.hessian(firm, firm);
  covariance(firm, firm) = numeric::covariance_of(part);
  return covariance;
}

/// From the coordinates of the fit (kept columns) to those of the model (all columns).
void store(const VectorXd& point, const MatrixXd& covariance, const Rows& rows, bool scale_is_free,
           Model& model) {
  const std::size_t p = rows.columns.size(), side = p + 2;
  std::vector<std::size_t> place{0};
  for (const std::size_t j : rows.kept) place.push_back(j + 1);
  if (scale_is_free) place.push_back(p + 1);
  model.location = point[0];
  for (std::size_t k = 0; k < rows.kept.size(); ++k) {
    model.slopes[rows.kept[k]] = point[static_cast<Index>(k) + 1];
  }
  model.log_scale = scale_is_free ? point[point.size() - 1] : 0;
  for (std::size_t a = 0; a < place.size(); ++a) {
    for (std::size_t b = 0; b < place.size(); ++b) {
      model.covariance[place[a] * side + place[b]] =
          covariance(static_cast<Index>(a), static_cast<Index>(b));
    }
  }
  if (scale_is_free) return;
  for (std::size_t a = 0; a < side; ++a) {
    model.covariance[a * side + p + 1] = model.covariance[(p + 1) * side + a] = 0;
  }
}

VectorXd start_from(const VectorXd& null_point, const Likelihood& likelihood) {
  VectorXd start = VectorXd::Zero(likelihood.parameters());
  start[0] = null_point[0];
  if (likelihood.scale_is_free()) start[start.size() - 1] = null_point[null_point.size() - 1];
  return start;
}

/// The sandwich, on the coordinates that stand firm.
MatrixXd robust_covariance(const MatrixXd& covariance, const MatrixXd& products) {
  const MatrixXd firm = covariance.unaryExpr([](double c) { return c == c ? c : 0; });
  const MatrixXd sandwich = firm * products * firm;
  return (covariance.array() == covariance.array()).select(sandwich, covariance);
}

void finish(const numeric::TrustRegionResult& optimum, const Likelihood& likelihood,
            const Rows& rows, const Options& options, Fit& fit) {
  fit.log_likelihood = optimum.at.value + likelihood.penalty(optimum.point);
  fit.stop_reason = optimum.stop_reason;
  fit.iterations = optimum.iterations;
  fit.newton_decrement = optimum.newton_decrement;
  fit.free = static_cast<std::size_t>(optimum.point.size());
  const bool free_scale = likelihood.scale_is_free();
  std::vector<bool> moves(fit.free, false);
  const bool no_scale = free_scale && optimum.point[optimum.point.size() - 1] < kNoScale;
  if (fit.stop_reason != StopReason::iteration_limit || no_scale) {
    moves = running_away(optimum, rows, free_scale);
  }
  if (std::find(moves.begin(), moves.end(), true) != moves.end()) {
    fit.stop_reason = StopReason::boundary;
    describe_runaways(moves, rows, free_scale, optimum.point, fit);
  }
  if (!fit.converged() && fit.warning.empty()) {
    add_warning(fit, std::string("the fit stopped early: ") + stop_reason_name(fit.stop_reason));
  }
  MatrixXd covariance = covariance_of(optimum, moves);
  if (options.robust || !options.cluster.empty()) {
    covariance =
        robust_covariance(covariance, likelihood.score_products(optimum.point, options.cluster));
  }
  store(optimum.point, covariance, rows, free_scale, fit.model);
}

}  // namespace

Result<Fit> fit(Distribution distribution, const SurvivalColumns& customers,
                std::span<const Covariate> covariates, const Options& options,
                const Executor& executor) {
  if (Status s = check_arguments(customers, covariates, options); !s.ok()) return s;
  if (executor.keep_going != nullptr && !executor.keep_going(executor.state, 0)) {
    return Status{StatusCode::cancelled, "cancelled by the executor"};
  }
  // The host is asked between iterations: half a sum would be a wrong likelihood.
  const Executor threads{executor.state, executor.parallel_for, nullptr};
  const Rows rows = read_rows(customers, covariates, options, threads);
  if (!(rows.total > 0)) {
    return Status{StatusCode::insufficient_data,
                  "a regression of lifetimes needs at least one usable row, got none"};
  }
  Fit fit = begin_fit(distribution, rows);
  if (!(rows.events > 0)) return without_events(std::move(fit), rows);
  const numeric::TrustRegionResult null = fit_null(distribution, rows, options, executor, threads);
  const Likelihood likelihood(distribution, rows, options.ridge, threads);
  numeric::TrustRegionResult optimum = null;
  if (!rows.kept.empty() && null.stop_reason != StopReason::cancelled) {
    optimum = maximise(likelihood, start_from(null.point, likelihood), options, executor);
  }
  if (optimum.stop_reason == StopReason::cancelled) {
    return Status{StatusCode::cancelled, "cancelled by the executor"};
  }
  fit.null_log_likelihood = null.at.value;
  finish(optimum, likelihood, rows, options, fit);
  return fit;
}

}  // namespace kam::aft
