/// BG/NBD and MBG/NBD with static covariates. The frame, the formulas and their source:
/// churn/order_covariates.hpp.
///
/// An account with covariates is an account of the plain model with parameters of its own:
/// `individual` gives them, and every scalar verb of bgnbd.hpp and mbgnbd.hpp takes them.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/special.hpp>
#include <kam/churn/bgnbd.hpp>
#include <kam/churn/mbgnbd.hpp>
#include <kam/churn/order_covariates.hpp>

namespace kam {

namespace bgnbd {
using CovariateParameters = kam::CovariateParameters<Parameters>;
}
namespace mbgnbd {
using CovariateParameters = kam::CovariateParameters<Parameters>;
}

/// Parameters of the account with order covariates z and drop-out covariates w, as many as there
/// are coefficients. NaN, which every verb passes on, for sizes that differ, for a covariate that
/// is not finite, and where an exponential leaves the range of a double.
template <class Base>
[[nodiscard]] Base individual(const CovariateParameters<Base>& p, std::span<const double> z,
                              std::span<const double> w) noexcept {
  constexpr Base kUnknown{kNaN, kNaN, kNaN, kNaN};
  if (z.size() != p.order.size() || w.size() != p.dropout.size()) return kUnknown;
  double rate = 0, leaving = 0;
  for (std::size_t j = 0; j < z.size(); ++j) rate += p.order[j] * z[j];
  for (std::size_t j = 0; j < w.size(); ++j) leaving += p.dropout[j] * w[j];
  const bool odds = p.effect == DropoutEffect::odds;
  const Base account{p.base.r, p.base.alpha * std::exp(-rate),
                     p.base.a * std::exp(odds ? leaving / 2 : leaving),
                     p.base.b * std::exp(odds ? -leaving / 2 : leaving)};
  return valid(account) ? account : kUnknown;
}

namespace bgnbd {
/// Penalised maximum likelihood: Newton with a trust region in (ln r, ln alpha, ln a, ln b) and the
/// coefficients of standardised covariates, gradient and Hessian analytic, from the fit without
/// covariates. Rows that cannot be read, or with a covariate that is not finite, are left out and
/// counted. Runaway and hardly identified parameters are named in `warning`.
///
/// Errors: size_mismatch; invalid_argument (ridge, tolerance; a covariate that is constant, a
/// combination of those before it, or so far from 0 that the base parameters overflow: each is
/// named); insufficient_data without a repeat order. Cost: about 1 us per distinct row and
/// iteration; rows with equal covariates share their gamma functions.
[[nodiscard]] Result<CovariateFit<Parameters>> fit_covariates(
    const OrderColumns& accounts, const CovariateColumns& covariates,
    const CovariateFitOptions& options = {}, const Executor& executor = {});
}  // namespace bgnbd

namespace mbgnbd {
/// As bgnbd::fit_covariates.
[[nodiscard]] Result<CovariateFit<Parameters>> fit_covariates(
    const OrderColumns& accounts, const CovariateColumns& covariates,
    const CovariateFitOptions& options = {}, const Executor& executor = {});
}  // namespace mbgnbd

}  // namespace kam
