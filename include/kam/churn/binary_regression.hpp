/// Regression of a binary outcome (lost or not) on covariates, by Newton's method.
///
///   eta_i = offset_i + theta_0 + sum_j theta_j x_ij,   P(y_i = 1) = g(eta_i)
///   logit:   g(eta) = 1 / (1 + e^-eta)
///   cloglog: g(eta) = 1 - exp(-e^eta)   (a proportional hazard, seen in periods)
///
/// maximises   sum_i w_i ln P(y_i)  -  (ridge / 2) sum_j (s_j theta_j)^2
///                                  -  sum over priors ((theta_j - mean_j) / sd_j)^2 / 2
///
/// with s_j the standard deviation of column j. The ridge is on standardised coefficients, so that
/// it does not depend on units, is not divided by the number of rows, so that data outweigh it as
/// they come, and spares the intercept and every coefficient that has a prior. Priors are on the
/// coefficients as they are, per unit of their column. Both log-likelihoods are concave: one
/// optimum.
///
/// Sources: McCullagh & Nelder (1989), Generalized Linear Models, ch. 4; Prentice & Gloeckler
/// (1978), Biometrics 34, 57-67; le Cessie & van Houwelingen (1992), Applied Statistics 41.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/fit.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam::churn {

enum class Link : std::uint8_t { logit, cloglog };

[[nodiscard]] constexpr const char* link_name(Link link) noexcept {
  return link == Link::logit ? "logit" : "cloglog";
}

/// P(y = 1) at a linear predictor; relative accuracy where it is small.
[[nodiscard]] inline double inverse_link(Link link, double eta) noexcept {
  return link == Link::logit ? logistic(eta) : -std::expm1(-std::exp(eta));
}

/// What is known about the direction of an effect before seeing the outcomes.
enum class Sign : std::int8_t { not_positive = -1, free = 0, not_negative = 1 };

/// theta ~ Normal(mean, sd^2); an infinite sd is no prior.
struct NormalPrior {
  double mean = 0;                                      ///< [log-odds per unit of the column]
  double sd = std::numeric_limits<double>::infinity();  ///< same unit, > 0

  [[nodiscard]] bool given() const noexcept { return sd < std::numeric_limits<double>::infinity(); }
};

/// n rows, one per trial (an account, an account in a period).
struct BinaryColumns {
  std::span<const Covariate> covariates;  ///< k columns of n finite numbers
  std::span<const double> outcome;        ///< 1 lost, 0 not
  std::span<const double> weight{};       ///< how often the row counts [-], >= 0; empty means 1
  std::span<const double> offset{};       ///< known part of the linear predictor; empty means 0
  /// Whose row it is (any finite number); empty: every row for itself. Only the robust covariance
  /// reads it.
  std::span<const double> cluster{};

  [[nodiscard]] std::size_t rows() const noexcept { return outcome.size(); }
};

/// Most covariates of a model; the fit keeps dense matrices of this order.
inline constexpr std::size_t kMostCovariates = 1000;
/// Spread of the prior on the standardised coefficient of a column that separates the outcomes:
/// weak, but it keeps finite what the likelihood alone would send to infinity.
inline constexpr double kSeparationSpread = 5.0;

struct RegressionOptions {
  Link link = Link::logit;
  double ridge = 0;  ///< >= 0 [-]: 1 / variance of a standardised coefficient thought likely
  NormalPrior intercept_prior{};          ///< of theta_0, at 0 of all columns
  std::span<const NormalPrior> priors{};  ///< one per covariate; empty: none
  std::span<const Sign> signs{};          ///< one per covariate; empty: all free
  bool robust = false;  ///< compute the covariance that holds if the model does not (sandwich)
  /// On the Newton decrement relative to |log-likelihood|; one more step follows.
  double tolerance = 1e-13;
  int max_iterations = 100;
};

/// p = k + 1 coefficients, the intercept first.
struct RegressionFit {
  std::vector<double> coefficients;     ///< theta; NaN where aliased (the column counts as 0)
  std::vector<double> standard_errors;  ///< NaN where aliased or at a bound
  /// Inverse of the observed information plus penalty, row-major; NaN where aliased or at a bound.
  /// With a penalty it is the spread of a posterior, not of repeated samples.
  std::vector<double> covariance;
  std::vector<double> robust_standard_errors;  ///< as above; empty unless asked for
  /// A^-1 (sum over clusters of s s') A^-1 * G/(G - 1), s the score of a cluster; Liang & Zeger
  /// (1986).
  std::vector<double> robust_covariance;
  std::vector<bool> aliased;        ///< k: constant, or a combination of the columns before it
  std::vector<bool> separating;     ///< k: held finite by kSeparationSpread
  std::vector<bool> at_bound;       ///< k: 0 because of its sign
  std::vector<double> means;        ///< k: weighted means of the columns
  std::vector<double> sds;          ///< k: their standard deviations, weights counting rows
  double log_likelihood = 0;        ///< without penalty
  double null_log_likelihood = 0;   ///< of the intercept (and offset) alone
  double penalty = 0;               ///< what was subtracted, >= 0
  double effective_parameters = 0;  ///< trace of (information + penalty)^-1 information
  double aic = 0;                   ///< 2 effective_parameters - 2 log_likelihood
  double gradient_norm = 0;  ///< largest slope by a standardised coefficient that is not at a bound
  double newton_decrement = 0;  ///< gain that one more step promises
  StopReason stop_reason = StopReason::iteration_limit;
  int iterations = 0;
  double weight = 0, events = 0;  ///< sums of weights: all rows used, and those with outcome 1
  std::size_t clusters = 0;       ///< with weight, if a robust covariance was asked for
  BatchReport rows{};             ///< rows left out, with the first and why
  std::string warning{};          ///< aliased and separating columns by name; empty if none

  [[nodiscard]] bool converged() const noexcept { return stop_reason == StopReason::converged; }
};

/// Rows with a number that is not finite, an outcome other than 0 and 1 or a negative weight are
/// left out and counted.
///
/// Aliased columns are dropped by name, the later one of two; with a ridge or a prior on it, which
/// decide how columns share an effect, only constant ones are. Columns that separate lost from not
/// (a combination of them puts all losses on one side, ties allowed; within 0.1 % of its range) get
/// a prior of spread kSeparationSpread each, and are named.
///
/// Errors: size_mismatch; invalid_argument naming column or option; insufficient_data without a
/// usable row, and without an event or without a non-event unless the intercept has a prior.
/// Deterministic for every number of threads. Cost: O(n k^2) per iteration, 4 to 8 of them; beyond
/// 200,000 rows most of them on a part of the rows. Memory: a few k^2 per 4096 rows of a million.
[[nodiscard]] Result<RegressionFit> fit_binary(const BinaryColumns& columns,
                                               const RegressionOptions& options = {},
                                               const Executor& executor = {});

/// theta_0 + sum_j theta_j x_j of a row of k numbers, added in order; an aliased column counts as
/// 0. NaN if the sizes differ.
[[nodiscard]] double linear_predictor(std::span<const double> coefficients,
                                      std::span<const double> x) noexcept;

}  // namespace kam::churn
