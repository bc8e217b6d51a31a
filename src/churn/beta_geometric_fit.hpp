/// The shared fit of BG/NBD, MBG/NBD and their kin with Erlang-k gaps: their likelihoods differ
/// only in whether the first order, too, may be the last, and in the number of phases of a gap.
#pragma once

#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/fit.hpp>
#include <kam/churn/order_prior.hpp>

#include <array>

#include "numeric/trust_region.hpp"

namespace kam::detail {

/// The common form: r, alpha, a, b as in either model.
struct BetaGeometricParameters {
  double r, alpha, a, b;
  using Prior = OrderPrior;
  static constexpr std::size_t kCount = 4;
  static constexpr std::array<const char*, kCount> kNames{"r", "alpha", "a", "b"};
  [[nodiscard]] std::array<double, kCount> values() const { return {r, alpha, a, b}; }
  [[nodiscard]] static BetaGeometricParameters from_values(const std::array<double, kCount>& v) {
    return {v[0], v[1], v[2], v[3]};
  }
};

struct BetaGeometricKind {
  bool first_order_counts;  ///< MBG: drop-out possible after the first order
  int phases = 1;           ///< k
};

Result<FitResult<BetaGeometricParameters>> fit_beta_geometric(
    const OrderColumns& accounts, const BetaGeometricKind& kind,
    const FitOptions<BetaGeometricParameters>& options, const Executor& executor);

/// The likelihood (without the term of the gaps) and its derivatives by the logarithms of the
/// parameters: what the fit climbs.
Result<numeric::Evaluation> beta_geometric_derivatives(const OrderColumns& accounts,
                                                       const BetaGeometricKind& kind,
                                                       const BetaGeometricParameters& at);

template <class Parameters>
Result<FitResult<Parameters>> fit_as(const OrderColumns& accounts, const BetaGeometricKind& kind,
                                     const FitOptions<Parameters>& options,
                                     const Executor& executor) {
  FitOptions<BetaGeometricParameters> common{.tolerance = options.tolerance,
                                             .max_iterations = options.max_iterations,
                                             .prior = options.prior};
  if (options.start) common.start = BetaGeometricParameters::from_values(options.start->values());
  auto fit = fit_beta_geometric(accounts, kind, common, executor);
  if (!fit) return fit.error();
  FitResult<Parameters> result;
  result.parameters = Parameters::from_values(fit->parameters.values());
  result.standard_errors = Parameters::from_values(fit->standard_errors.values());
  result.covariance = fit->covariance;
  result.log_covariance = fit->log_covariance;
  result.log_likelihood = fit->log_likelihood;
  result.log_prior = fit->log_prior;
  result.prior_weight = fit->prior_weight;
  result.stop_reason = fit->stop_reason;
  result.iterations = fit->iterations;
  result.gradient_norm = fit->gradient_norm;
  result.newton_decrement = fit->newton_decrement;
  result.weight = fit->weight;
  result.events = fit->events;
  result.rows = fit->rows;
  result.warning = fit->warning;
  return result;
}

}  // namespace kam::detail
