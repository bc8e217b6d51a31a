/// What every maximum-likelihood fit returns.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include <kam/base/batch_report.hpp>

namespace kam {

enum class StopReason : std::uint8_t {
  converged,            ///< Newton decrement below FitOptions::tolerance x |log-likelihood|
  boundary,             ///< the likelihood still rises towards a limiting model; see warning
  no_further_progress,  ///< rounding hides any further gain, decrement above the tolerance
  iteration_limit,
  cancelled,
};

[[nodiscard]] constexpr const char* stop_reason_name(StopReason reason) noexcept {
  constexpr const char* kNames[] = {"converged", "boundary", "no_further_progress",
                                    "iteration_limit", "cancelled"};
  return kNames[static_cast<int>(reason)];
}

/// For models without priors.
struct NoPrior {};

template <class Parameters>
struct PriorOf {
  using type = NoPrior;
};
template <class Parameters>
  requires requires { typename Parameters::Prior; }
struct PriorOf<Parameters> {
  using type = typename Parameters::Prior;
};

template <class Parameters>
struct FitOptions {
  std::optional<Parameters> start{};  ///< empty: derived from the data
  double tolerance = 1e-14;           ///< on the Newton decrement, relative to |log-likelihood|
  int max_iterations = 200;
  /// Empty: maximum likelihood. Otherwise the mode of likelihood times prior (MAP), and every
  /// covariance is that of the posterior near its mode.
  std::optional<typename PriorOf<Parameters>::type> prior{};
};

/// `Parameters` is a plain struct with kCount, kNames, values() and from_values().
template <class Parameters>
struct FitResult {
  static constexpr std::size_t kCount = Parameters::kCount;
  using Matrix = std::array<double, kCount * kCount>;  // row-major, symmetric

  Parameters parameters{};
  Parameters standard_errors{};  ///< of the natural parameters; NaN if the Hessian is singular
  Matrix covariance{};           ///< of the natural parameters
  Matrix log_covariance{};       ///< of their logarithms: what intervals are computed from
  double log_likelihood = 0;     ///< weighted sum over rows, on the original time and money scale
  /// ln of the prior density at the parameters relative to its peak, <= 0; 0 without a prior. The
  /// fit maximises log_likelihood + log_prior.
  double log_prior = 0;
  /// Share of the prior in what is known about the parameters, 0 (the data alone) to 1.
  double prior_weight = 0;
  StopReason stop_reason = StopReason::iteration_limit;
  int iterations = 0;
  double gradient_norm = 0;     ///< largest |d log-likelihood / d ln parameter|
  double newton_decrement = 0;  ///< gain in log-likelihood that one more Newton step promises
  double weight = 0;            ///< sum of the weights of the rows used
  double events = 0;            ///< weighted repeat orders (or spend rows) the estimate rests on
  /// Largest observed time where a model of lifetimes was fitted: beyond it only its formula
  /// speaks. NaN otherwise.
  double longest = std::numeric_limits<double>::quiet_NaN();
  BatchReport rows{};     ///< rows left out, with the first and why
  std::string warning{};  ///< identifiability in words; empty if there is nothing to say

  [[nodiscard]] bool converged() const noexcept { return stop_reason == StopReason::converged; }
};

}  // namespace kam
