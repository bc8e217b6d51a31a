/// Prior beliefs about an order model, held about quantities that a person can judge: the mean
/// order rate, the mean drop-out, and how much accounts differ in each. docs/models/priors.md.
///
/// Each is a normal distribution on a scale without bounds, independent of the others:
///   ln(r / alpha)        the mean order rate of an account that is alive     [orders per unit]
///   logit(a / (a + b))   the mean probability to leave after an order        [0 to 1]
///   ln(1 / r)            squared coefficient of variation of the order rates [-]
///   ln(1 / (a + b))      how much accounts differ in drop-out; small: hardly [-]
/// A fit with a prior finds the mode of likelihood times these densities (taken on the scales
/// above, so that the mode does not depend on how a fit names its parameters).
#pragma once

#include <optional>

#include <kam/base/status.hpp>

namespace kam {

/// Median, and standard deviation of the logarithm (of the logit for a probability): about two
/// thirds of the belief lie within a factor exp(sigma) of the median, 95 % within exp(2 sigma).
struct Belief {
  double median;
  double sigma;  ///< > 0
};

/// An empty member is no opinion. The two about differences are weak by default, 95 % within a
/// factor of 20 of the median: they only keep a fit from running to a limiting model.
struct OrderPrior {
  std::optional<Belief>
      order_rate{};  ///< r / alpha, per unit of time, > 0; r / (k alpha) with k phases
  std::optional<Belief> dropout{};                          ///< a / (a + b), in (0, 1)
  std::optional<Belief> rate_heterogeneity{{1, 1.5}};       ///< 1 / r, > 0
  std::optional<Belief> dropout_heterogeneity{{0.5, 1.5}};  ///< 1 / (a + b), > 0
};

/// ok, or invalid_argument naming the belief outside its domain and its value.
[[nodiscard]] Status check(const OrderPrior& prior);

/// ln of the prior density at (r, alpha, a, b) relative to its peak, <= 0. NaN outside the domain.
[[nodiscard]] double log_prior_density(const OrderPrior& prior, double r, double alpha, double a,
                                       double b) noexcept;

}  // namespace kam
