/// Pareto/NBD with static covariates: they multiply the order rate by exp(gamma'z) and the rate of
/// leaving by exp(delta'w). The frame, the verbs and the source: churn/order_covariates.hpp.
#pragma once

#include <cmath>
#include <span>

#include <kam/base/special.hpp>
#include <kam/churn/order_covariates.hpp>
#include <kam/churn/pareto_nbd.hpp>

namespace kam {

namespace pareto_nbd {
using CovariateParameters = kam::CovariateParameters<Parameters>;
}

/// Parameters of the account with order covariates z and drop-out covariates w, as many as there
/// are coefficients. NaN, which every verb passes on, for sizes that differ, for a covariate that
/// is not finite, and where an exponential leaves the range of a double. `effect` is not read.
[[nodiscard]] inline pareto_nbd::Parameters individual(const pareto_nbd::CovariateParameters& p,
                                                       std::span<const double> z,
                                                       std::span<const double> w) noexcept {
  constexpr pareto_nbd::Parameters kUnknown{kNaN, kNaN, kNaN, kNaN};
  if (z.size() != p.order.size() || w.size() != p.dropout.size()) return kUnknown;
  double rate = 0, leaving = 0;
  for (std::size_t j = 0; j < z.size(); ++j) rate += p.order[j] * z[j];
  for (std::size_t j = 0; j < w.size(); ++j) leaving += p.dropout[j] * w[j];
  const pareto_nbd::Parameters account{p.base.r, p.base.alpha * std::exp(-rate), p.base.s,
                                       p.base.beta * std::exp(-leaving)};
  return valid(account) ? account : kUnknown;
}

namespace pareto_nbd {
/// As bgnbd::fit_covariates; options.effect is not read. Cost: an integral of some 50 points per
/// distinct row and iteration.
[[nodiscard]] Result<CovariateFit<Parameters>> fit_covariates(
    const OrderColumns& accounts, const CovariateColumns& covariates,
    const CovariateFitOptions& options = {}, const Executor& executor = {});
}  // namespace pareto_nbd

}  // namespace kam
