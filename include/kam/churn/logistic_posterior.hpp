/// The posterior of a logistic regression under normal priors, as draws: what to believe about a
/// churn probability when forty accounts have lost four.
///
///   y_i ~ Bernoulli(logistic(theta_0 + sum_j theta_j x_ij)),   theta_j ~ Normal(mean_j, sd_j^2),
///   cut off at 0 where a sign is given.
///
/// With so few losses the posterior is skewed, so its mode and curvature do not give intervals that
/// hold what they say; draws do. They come from generalised elliptical slice sampling (Murray,
/// Adams & MacKay 2010; Nishihara, Murray & Adams 2014) around the mode: no step size, nothing to
/// tune, the same draws for the same seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/status.hpp>
#include <kam/churn/binary_regression.hpp>

namespace kam::churn {

struct PosteriorOptions {
  NormalPrior intercept_prior{};          ///< of theta_0 at 0 of all columns; its sd finite
  std::span<const NormalPrior> priors{};  ///< one per covariate, every sd finite
  std::span<const Sign> signs{};          ///< one per covariate; empty: all free
  /// Draws that are kept, 19 to 100,000. With 399 the limits of an 80 % interval are the 40th
  /// smallest and largest.
  std::size_t draws = 399;
  std::size_t thin = 10;      ///< steps from one kept draw to the next, >= 1
  std::size_t burn_in = 200;  ///< steps before the first
  std::uint64_t seed = 1;
};

/// p = covariates + 1 coefficients, the intercept first.
struct LogisticPosterior {
  std::size_t coefficients = 0;
  std::vector<double> draws;          ///< draws x p, row-major
  std::vector<double> mode;           ///< p; 0 where a sign holds a coefficient
  double weight = 0.0, events = 0.0;  ///< of the rows used, and of the lost among them
  BatchReport rows{};                 ///< rows left out, with the first and why

  [[nodiscard]] std::size_t size() const noexcept {
    return coefficients == 0 ? 0 : draws.size() / coefficients;
  }
};

/// Rows with a number that is not finite, an outcome other than 0 and 1 or a negative weight are
/// left out and counted; with no row at all the draws are those of the prior. `cluster` is not
/// read. Errors: size_mismatch; invalid_argument names the option (a prior without an sd, say).
/// The draws do not depend on threads. Cost: some 3 (burn_in + draws · thin) likelihoods of n rows.
[[nodiscard]] Result<LogisticPosterior> sample_logistic(const BinaryColumns& columns,
                                                        const PosteriorOptions& options,
                                                        const Executor& executor = {});

/// Mean and interval of a quantity given by its draws, which are put into ascending order. The
/// limits are the order statistics of rank (1 ∓ level)/2 · (draws + 1), interpolated: a new draw of
/// the same distribution lies between them with probability `level`, whatever the distribution.
[[nodiscard]] Interval interval_of_draws(std::span<double> draws, double level) noexcept;

}  // namespace kam::churn
