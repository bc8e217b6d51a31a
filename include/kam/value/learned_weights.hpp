/// Weights of indicators learned from outcomes: which scores were lower at the accounts we lost?
///
///   logit P(bad) = a − Σ_k β_k s_k / 100,   β_k >= 0
///
/// A score is better for us the higher it is, so a β below 0 is not allowed: it would be an
/// indicator that contradicts its own bands, or noise. The penalised likelihood
///
///   ℓ(a, β) − (λ/2) Σ_k (β_k − t p_k)² − t²/(2 σ_t²),   t >= 0 chosen along with β
///
/// is strictly concave and has one optimum, also under separation and with collinear columns. p are
/// the prior weights: with few events, or a large λ, β keeps their proportions and only the common
/// strength t is learned. Without p it is a plain ridge, (λ/2) Σ β_k².
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/fit.hpp>
#include <kam/base/status.hpp>

namespace kam::value {

/// More indicators than any scorecard has; the fit keeps one dense matrix of this order.
inline constexpr std::size_t kMostLearned = 256;
/// σ_t: how strong the index as a whole is thought to be, log-odds from score 0 to score 100. Wide
/// on purpose: at 10 the odds differ by a factor of 22,000. It keeps t finite under separation.
inline constexpr double kStrengthSpread = 10.0;

struct LearnOptions {
  /// λ [-], 1e-6..1e6: 1/λ is the variance of β_k around t p_k that is thought likely before seeing
  /// the outcomes. Not divided by the number of rows, so data outweigh it as they come.
  double ridge = 1.0;
  /// p, one per indicator, >= 0 and not all 0, normalised by the fit; empty: plain ridge towards 0.
  /// Global weights W_d w_k of a profile, if it has dimensions.
  std::span<const double> prior{};
  /// Below so many events, or so many accounts without one, no weights are learned [weight], >= 0.
  double minimum_events = 30.0;
  /// On the KKT residual, relative to Σ weight / 4; what λβ cannot resolve in a double is allowed.
  double tolerance = 1e-12;
  int max_iterations = 200;
};

/// Columns of n rows each; K of them are indicators.
struct OutcomeColumns {
  std::span<const std::span<const double>> scores;  ///< one per indicator, 0..100; NaN = missing
  std::span<const double> outcome;   ///< 1 bad (lost), 0 not; NaN = unknown, left out and counted
  std::span<const double> weight{};  ///< how often the row counts [-], >= 0; empty means 1
};

/// Everything of K indicators unless said otherwise.
struct LearnedWeights {
  std::vector<double> weights;  ///< β_k/Σβ [-], >= 0, adding up to 1
  std::vector<double> beta;     ///< [log-odds per 100 points], >= 0: what a full score takes away
  std::vector<double> log_odds_per_10;  ///< β_k/10: what 10 points more take away [log-odds]
  double intercept = 0.0;               ///< a: log-odds of the bad outcome at score 0 everywhere
  /// From the inverse of the penalised information of the β above 0, the others held at 0: the
  /// spread of a posterior, not of repeated samples. NaN at the bound, where it has no such spread.
  std::vector<double> standard_errors;
  std::vector<double> weight_standard_errors;  ///< of `weights`, delta method; NaN at the bound
  double intercept_standard_error = 0.0;
  std::vector<bool> at_bound;       ///< β_k = 0: the data would rather have it below
  std::vector<double> fill_scores;  ///< mean of the present scores, which a missing one counts as
  std::vector<double> present;      ///< weight of the rows that have the score

  double log_likelihood = 0.0;  ///< ℓ, without the penalty
  double penalty = 0.0;         ///< what was subtracted from it, >= 0
  double strength = 0.0;        ///< t; NaN without prior
  /// How much of the proportions is the prior's, 0..1: with f coefficients above 0, 1 − (d − 1)/(f
  /// − 1), d = tr((I + P)⁻¹ I) their effective number; 1 − d/f without prior. NaN for f = 1 with
  /// one.
  double prior_share = 0.0;
  double effective_parameters = 0.0;  ///< d
  /// Largest over smallest eigenvalue of the information of the free β, each scaled to 1 and
  /// without the ridge: above 1000 the ridge, not the outcomes, splits what some columns share.
  /// Maybe inf.
  double condition_number = 0.0;
  double kkt_residual =
      0.0;  ///< largest breach of the optimality conditions [log-likelihood per β]
  StopReason stop_reason = StopReason::iteration_limit;
  int iterations = 0;

  double events = 0.0;      ///< Σ weight of the used rows with outcome 1
  double non_events = 0.0;  ///< and with outcome 0
  /// Rows used; rows left out because of a score, an outcome or a weight no row can have, or
  /// because no score is there at all (not_finite).
  BatchReport rows{};
  std::size_t unknown_outcomes = 0;  ///< rows with outcome NaN; not in `rows`
  std::string warning{};             ///< in words what to mind; empty if there is nothing

  [[nodiscard]] bool converged() const noexcept { return stop_reason == StopReason::converged; }
};

/// insufficient_data says how many events there are if they are too few, names a column without any
/// score, and says so if no indicator tells the lost from the others in its own direction (all β
/// are 0): keep the prior then. size_mismatch and invalid_argument name the argument; cancelled if
/// the executor asks to stop. Row order and splitting a row into equal ones change no bit.
/// O(n K²) per iteration, about 5 to 10 of them.
/// Source: penalised logistic regression (le Cessie & van Houwelingen 1992, Applied Statistics 41).
[[nodiscard]] Result<LearnedWeights> learn_weights(const OutcomeColumns& columns,
                                                   const LearnOptions& options = {},
                                                   const Executor& executor = {});

/// Log-odds of the bad outcome for one row of K scores; a missing score counts as its fill score.
/// NaN if the number of scores differs, or one is outside 0..100.
[[nodiscard]] double bad_log_odds(const LearnedWeights& learned,
                                  std::span<const double> scores) noexcept;

}  // namespace kam::value
