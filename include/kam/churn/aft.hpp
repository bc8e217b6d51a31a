/// Accelerated-failure-time (AFT) regression: how much longer a customer with these covariates
/// stays. Kalbfleisch & Prentice (2002), ch. 3; the parametrisation of R's survreg.
///
/// ln T = intercept + sum_j beta_j x_j + scale * eps: a covariate stretches the whole lifetime by
/// e^(beta x). Right censoring, left truncation and weights; aft_distribution.hpp has the lifetime
/// of one customer.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/fit.hpp>
#include <kam/base/interval.hpp>
#include <kam/churn/aft_distribution.hpp>

namespace kam::aft {

/// What a fit learned; p covariates. Kept centred and scaled, so that covariates far from 0 (a
/// year, a revenue) cost no digits: ln T = location + sum_j slopes[j] (x_j - means[j]) / spreads[j]
/// + ...
struct Model {
  Distribution distribution = Distribution::weibull;
  std::vector<std::string> names;      ///< p
  std::vector<double> means, spreads;  ///< weighted mean and standard deviation [unit of x_j]
  std::vector<double> slopes;          ///< per standard deviation [ln time]; NaN: column dropped
  double location = kNaN;              ///< of ln T at the means [ln time]
  double log_scale = kNaN;             ///< ln(scale); 0 for the exponential distribution
  /// Of (location, slopes, log_scale), (p + 2) x (p + 2) row-major; 0 for a fixed scale. NaN for
  /// dropped columns and what is not identified: intervals take those for known.
  std::vector<double> covariance;
  double longest = kNaN;  ///< largest observed duration [time]: beyond it only the tail speaks

  [[nodiscard]] std::size_t covariates() const noexcept { return names.size(); }
  [[nodiscard]] bool dropped(std::size_t j) const noexcept { return slopes[j] != slopes[j]; }
  [[nodiscard]] double scale() const noexcept { return std::exp(log_scale); }
  /// beta_j per unit of the covariate; NaN if the column was dropped.
  [[nodiscard]] double coefficient(std::size_t j) const noexcept { return slopes[j] / spreads[j]; }
  /// ln T where all covariates are 0, less scale * eps.
  [[nodiscard]] double intercept() const noexcept;
  /// Covariance of (intercept, beta_1.., ln scale), row-major; NaN for dropped columns.
  [[nodiscard]] std::vector<double> natural_covariance() const;
  /// Square roots of its diagonal, computed so that covariates of any size keep their digits.
  [[nodiscard]] std::vector<double> standard_errors() const;
};

struct Options {
  /// Maximised is log-likelihood - ridge / 2 * sum_j (spread_j beta_j)^2: the same for any unit of
  /// a covariate, none for intercept and scale, not divided by the number of rows. >= 0.
  double ridge = 0;
  /// Sandwich covariance C (sum_g u_g u_g') C: u_g adds the weighted scores of one cluster.
  bool robust = false;
  std::span<const std::uint32_t> cluster{};  ///< cluster of each row; empty: each row its own
  /// An event at duration 0 happened within (0, this] [time]: time that is recorded in whole
  /// units is rounded down. 0 leaves such rows out.
  double zero_event_within = 1;
  double tolerance = 1e-14;  ///< on the Newton decrement, relative to |log-likelihood|
  int max_iterations = 200;
};

struct Fit {
  Model model;
  double log_likelihood = 0;       ///< of the times, without the penalty, as survreg's
  double null_log_likelihood = 0;  ///< of the same distribution without covariates
  StopReason stop_reason = StopReason::iteration_limit;
  int iterations = 0;
  double newton_decrement = 0;
  double weight = 0;      ///< sum of the weights of the rows used
  double events = 0;      ///< weighted
  std::size_t free = 0;   ///< parameters estimated
  BatchReport rows{};     ///< rows left out, with the first and why
  std::string warning{};  ///< dropped columns, what runs away, in words; empty: nothing to say

  [[nodiscard]] bool converged() const noexcept { return stop_reason == StopReason::converged; }
  [[nodiscard]] double aic() const noexcept {
    return 2 * static_cast<double>(free) - 2 * log_likelihood;
  }
};

/// Maximum (penalised) likelihood by Newton's method with analytic gradient and Hessian in
/// (location, slopes, ln scale). Rows that cannot be read (not finite, |x| > 1e300, event neither 0
/// nor 1, entry not in [0, duration)) are left out and counted. Columns that are constant or
/// depend on those before them are dropped, with coefficient NaN, and named in the warning.
/// Without an event nothing can be estimated: the answer has NaN parameters, stop reason boundary
/// and says so. The bits do not depend on the executor.
/// Errors: size_mismatch; invalid_argument; insufficient_data without a usable row; cancelled.
/// Cost: some ten passes of about 15 ns + 2 ns p^2 per row; memory 24 bytes per row.
[[nodiscard]] Result<Fit> fit(Distribution distribution, const SurvivalColumns& customers,
                              std::span<const Covariate> covariates, const Options& options = {},
                              const Executor& executor = {});

/// The customers a batch asks about: covariates in the order of the model, columns of equal length.
/// Names are compared.
struct Customers {
  std::span<const Covariate> covariates{};
  std::span<const double> tenure{};  ///< known to have stayed so long [time], >= 0; empty: 0
};

/// A batch and how much of it rests on the tail alone.
struct [[nodiscard]] LifeReport {
  BatchReport rows{};
  /// Rows whose answer lies past the largest observed duration: no data, only the distribution.
  std::size_t extrapolated = 0;
};

/// What a batch asks of every customer's lifetime, given its tenure.
struct Question {
  enum class Kind : std::uint8_t {
    churn_probability,   ///< P(T <= tenure + argument | T > tenure); argument a time >= 0
    survival,            ///< 1 - that
    remaining_quantile,  ///< further time until only a share `argument` in (0, 1] is left
    restricted_mean,  ///< E[min(T - tenure, argument)]; argument > 0, infinite: mean remaining life
  };
  Kind kind;
  double argument;
};

/// ln T's location of every row [ln time].
BatchReport locations(const Model& model, std::span<const Covariate> covariates,
                      std::span<double> out, const Executor& executor = {});

/// One answer per customer; rows = out.size().
LifeReport predict(const Model& model, const Question& question, const Customers& customers,
                   std::span<double> out, const Executor& executor = {});

/// With interval by the delta method: logit scale for probabilities and for the share of a mean in
/// its finite horizon, log scale for other times.
LifeReport predict(const Model& model, const Question& question, double level,
                   const Customers& customers, const IntervalColumns& out,
                   const Executor& executor = {});

/// S(t) from time 0 at each of `times`: out[i * times.size() + k]; rows * times.size() numbers.
LifeReport survival_curves(const Model& model, std::span<const double> times,
                           std::span<const Covariate> covariates, std::size_t rows,
                           std::span<double> out, const Executor& executor = {});

/// Whether the answer to `question` after `tenure` lies past the largest observed duration.
/// A mean does if more than 1 % of those with the tenure stay beyond it.
[[nodiscard]] bool extrapolates(const Model& model, const Lifetime& life, const Question& question,
                                double tenure, double answer) noexcept;

}  // namespace kam::aft
