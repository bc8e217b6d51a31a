/// Why is this churn probability what it is? Exact shares of the covariates, in log-odds and in
/// probability points, against a reference customer (the average one of the fit).
///
/// On the scale of the linear predictor the share of covariate j is c_j = theta_j (x_j - r_j);
/// these add up to eta - eta_r. In probability, walk in a straight line from the reference to the
/// customer: p moves by the integral of p'(eta) sum_j c_j, of which covariate j has
///
///   c_j / (eta - eta_r) * (p - p_r)
///
/// These are the Aumann-Shapley values of p, the same for every p that depends on x through eta
/// alone: a logistic probability, and the churn probability of a hazard model over any horizon.
/// Source: Aumann & Shapley (1974), Values of Non-Atomic Games; for attributions Sundararajan,
/// Taly & Yan (2017), ICML (integrated gradients).
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

#include <kam/base/special.hpp>

namespace kam::churn {

/// c_j = theta_j (x_j - reference_j) [log-odds; of cloglog: log hazard]; an aliased coefficient
/// (NaN) gives 0. All spans have one element per covariate (no intercept).
inline void linear_reasons(std::span<const double> coefficients, std::span<const double> x,
                           std::span<const double> reference, std::span<double> out) noexcept {
  for (std::size_t j = 0; j < out.size(); ++j) {
    const double by = coefficients[j];
    out[j] = by == by ? by * (x[j] - reference[j]) : 0.0;
  }
}

/// Shares of p - p_reference in proportion to `linear`, adding up to it (in order, within one ulp
/// of the largest share). `slope` is dp/d eta between the two, used where they all but coincide.
inline void probability_reasons(std::span<const double> linear, double p, double p_reference,
                                double slope, std::span<double> out) noexcept {
  double total = 0;
  for (const double c : linear) total += c;
  const double by = std::fabs(total) > 1e-5 ? (p - p_reference) / total : slope;
  std::size_t largest = 0;
  double sum = 0;
  for (std::size_t j = 0; j < out.size(); ++j) {
    out[j] = linear[j] * by;
    sum += out[j];
    if (std::fabs(out[j]) > std::fabs(out[largest])) largest = j;
  }
  // What rounding left over belongs to the largest share.
  if (!out.empty()) out[largest] += (p - p_reference) - sum;
}

}  // namespace kam::churn
