#include <kam/value/learned_weights.hpp>

#include <algorithm>
#include <cmath>
#include <new>

#include <kam/base/columns.hpp>
#include <kam/base/special.hpp>
#include <kam/value/weights.hpp>

#include "numeric/text.hpp"
#include "value/fit_diagnostics.hpp"
#include "value/logistic_ridge.hpp"
#include "value/outcome_rows.hpp"

namespace kam::value {
namespace {

using Eigen::Index;
using Eigen::VectorXd;
using numeric::shortest;
using value_detail::ColumnMean;
using value_detail::Design;
using value_detail::LogisticOptimum;
using value_detail::Penalty;

constexpr double kCollinear = 1000.0;  // condition number from which on the warning comes

Status check_columns(const OutcomeColumns& columns) {
  const std::size_t k = columns.scores.size(), rows = columns.outcome.size();
  if (k == 0 || k > kMostLearned) {
    return invalid_argument("scores", "1 to 256 columns", static_cast<double>(k));
  }
  for (std::size_t i = 0; i < k; ++i) {
    const std::string name = "scores[" + std::to_string(i) + "]";
    if (Status s = check_size(name.c_str(), columns.scores[i].size(), rows); !s.ok()) return s;
  }
  return columns.weight.empty() ? Status{} : check_size("weight", columns.weight.size(), rows);
}

Status check_options(const LearnOptions& options) {
  if (!(options.ridge >= 1e-6 && options.ridge <= 1e6)) {
    return invalid_argument("ridge", "between 1e-6 and 1e6", options.ridge);
  }
  if (!(options.minimum_events >= 0.0 && std::isfinite(options.minimum_events))) {
    return invalid_argument("minimum_events", "finite and >= 0", options.minimum_events);
  }
  if (!(options.tolerance > 0.0 && options.tolerance < 1.0)) {
    return invalid_argument("tolerance", "between 0 and 1", options.tolerance);
  }
  if (options.max_iterations >= 1) return {};
  return invalid_argument("max_iterations", "at least 1", options.max_iterations);
}

Result<Penalty> make_penalty(const LearnOptions& options, std::size_t indicators) {
  Penalty penalty{options.ridge, {}, 1.0 / (kStrengthSpread * kStrengthSpread)};
  if (options.prior.empty()) return penalty;
  if (Status s = check_size("prior", options.prior.size(), indicators); !s.ok()) return s;
  const auto prior = normalised_weights(options.prior);
  if (!prior) {
    constexpr std::size_t kName = sizeof("`weights") - 1;
    return Status{prior.error().code(), "`prior" + prior.error().message().substr(kName)};
  }
  penalty.prior = Eigen::Map<const VectorXd>(prior->data(), static_cast<Index>(indicators));
  return penalty;
}

/// The rarer outcome is what a comparison rests on, whichever it is.
Status check_events(const Design& design, const std::vector<ColumnMean>& means, double minimum) {
  if (!std::isfinite(design.events + design.non_events)) {
    return invalid_argument("weight", "of a finite sum", design.events + design.non_events);
  }
  const double rarer = std::min(design.events, design.non_events);
  if (rarer < minimum || rarer == 0.0) {
    return {StatusCode::insufficient_data,
            shortest(design.events) + " events and " + shortest(design.non_events) +
                " accounts without one; `minimum_events` asks for " + shortest(minimum) +
                " of each: keep the prior weights"};
  }
  for (std::size_t k = 0; k < means.size(); ++k) {
    if (means[k].weight > 0.0) continue;
    return {StatusCode::insufficient_data,
            "`scores[" + std::to_string(k) + "]` has no score in any row used: leave it out"};
  }
  return {};
}

void copy_estimates(const LogisticOptimum& optimum, const Penalty& penalty,
                    const std::vector<ColumnMean>& means, LearnedWeights& learned) {
  const VectorXd beta = optimum.point.tail(optimum.point.size() - 1);
  const double sum = beta.sum();
  learned.intercept = optimum.point[0];
  for (std::size_t k = 0; k < means.size(); ++k) {
    const double b = beta[static_cast<Index>(k)];
    learned.beta.push_back(b);
    learned.weights.push_back(b / sum);
    learned.log_odds_per_10.push_back(b / 10.0);
    learned.at_bound.push_back(b == 0.0);
    learned.fill_scores.push_back(means[k].mean);
    learned.present.push_back(means[k].weight);
    learned.intercept += b * means[k].mean / 100.0;
  }
  learned.log_likelihood = -optimum.at.value;
  learned.penalty = penalty.value(beta);
  learned.strength = penalty.prior.size() == 0 ? kNaN : penalty.strength(beta);
  learned.kkt_residual = optimum.kkt_residual;
  learned.stop_reason = optimum.stop_reason;
  learned.iterations = optimum.iterations;
}

std::string warning_of(const LogisticOptimum& optimum, const LearnedWeights& learned) {
  std::string text;
  const auto say = [&text](const std::string& what) {
    text.append(text.empty() ? "" : "; ").append(what);
  };
  if (!learned.converged()) {
    say(std::string("stopped early: ").append(stop_reason_name(learned.stop_reason)));
  }
  if (optimum.at.lowest_lost > optimum.at.highest_kept) {
    say("the scores separate the outcomes completely: only the ridge keeps the strength finite");
  }
  if (learned.condition_number > kCollinear) {
    say("some columns say nearly the same or never vary: the ridge decides how they share");
  }
  if (!std::isnan(learned.strength) && learned.prior_share > 0.5) {
    say("more than half of the proportions are the prior's");
  }
  return text;
}

}  // namespace

Result<LearnedWeights> learn_weights(const OutcomeColumns& columns, const LearnOptions& options,
                                     const Executor& executor) try {
  if (Status s = check_columns(columns); !s.ok()) return s;
  if (Status s = check_options(options); !s.ok()) return s;
  const auto penalty = make_penalty(options, columns.scores.size());
  if (!penalty) return penalty.error();
  const value_detail::OutcomeRows rows = value_detail::read_rows(columns);
  const std::vector<ColumnMean> means = value_detail::column_means(rows);
  const Design design = value_detail::make_design(rows, means);
  if (Status s = check_events(design, means, options.minimum_events); !s.ok()) return s;

  const LogisticOptimum optimum = value_detail::fit_logistic(design, *penalty, options.tolerance,
                                                             options.max_iterations, executor);
  if (optimum.stop_reason == StopReason::cancelled) {
    return Status{StatusCode::cancelled, "cancelled by the executor"};
  }
  const std::vector<Index> free = value_detail::free_positions(optimum);
  if (free.size() == 1) {
    return Status{StatusCode::insufficient_data,
                  "no indicator was lower at the " + shortest(design.events) +
                      " events than elsewhere: all coefficients are 0; keep the prior weights"};
  }
  LearnedWeights learned;
  learned.rows = rows.report;
  learned.unknown_outcomes = rows.unknown_outcomes;
  learned.events = design.events;
  learned.non_events = design.non_events;
  copy_estimates(optimum, *penalty, means, learned);
  value_detail::diagnose(optimum, *penalty, free, learned);
  learned.warning = warning_of(optimum, learned);
  return learned;
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for the rows of the fit"};
}

double bad_log_odds(const LearnedWeights& learned, std::span<const double> scores) noexcept {
  if (scores.size() != learned.beta.size()) return kNaN;
  double log_odds = learned.intercept;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    const double score = std::isnan(scores[k]) ? learned.fill_scores[k] : scores[k];
    if (!(score >= 0.0 && score <= 100.0)) return kNaN;
    log_odds -= learned.beta[k] * score / 100.0;
  }
  return log_odds;
}

}  // namespace kam::value
