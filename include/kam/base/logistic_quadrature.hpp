/// Integrals over p in (0, 1) of beta-like functions, by the trapezoidal rule in y = ln(p / (1-p)).
///
/// On that line a beta-like integrand is analytic in the strip |Im y| < pi and decays exponentially
/// both ways, so equally spaced points converge faster than any power of the step (Trefethen &
/// Weideman 2014, "The exponentially convergent trapezoidal rule").
#pragma once

#include <cmath>

namespace kam::detail {

struct LogisticPoint {
  double p, q;          ///< p + q = 1, each with full relative accuracy
  double log_p, log_q;  ///< their logarithms
};

[[nodiscard]] inline LogisticPoint logistic_point(double y) {
  const double e = std::exp(-std::fabs(y));
  const double small = e / (1 + e), large = 1 / (1 + e), log_large = -std::log1p(e);
  const double log_small = log_large - std::fabs(y);
  return y < 0 ? LogisticPoint{small, large, log_small, log_large}
               : LogisticPoint{large, small, log_large, log_small};
}

/// Sum of exp(log_integrand - top) over centre + step, centre + 2 step, … until it no longer
/// matters.
template <class LogIntegrand>
[[nodiscard]] double side_sum(const LogIntegrand& log_integrand, double centre, double step,
                              double top) {
  constexpr double kNegligible = 1e-18;
  constexpr int kMostPoints = 2'000'000;
  double sum = 0, previous = 1;
  for (int i = 1; i < kMostPoints; ++i) {
    const double term = std::exp(log_integrand(logistic_point(centre + step * i)) - top);
    sum += term;
    // Past the peak the terms fall at least geometrically.
    const double ratio = term / previous;
    if (term == 0 || (ratio < 1 && term * ratio <= kNegligible * (1 + sum) * (1 - ratio))) break;
    previous = term;
  }
  return sum;
}

/// ln of the integral of exp(log_integrand) dy over the line.
///
/// `rises(point)` tells whether the integrand still rises; it does so up to one peak. `curvature`
/// bounds the second derivative of the log integrand and sets the step: the error is exp(-2 pi^2 /
/// (step^2 curvature)) for a Gaussian-like peak, exp(-2 pi^2 / step) from the width of the strip.
template <class LogIntegrand, class Rises>
[[nodiscard]] double log_integral(const LogIntegrand& log_integrand, const Rises& rises,
                                  double curvature) {
  double low = -700, high = 700;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (rises(logistic_point(middle)) ? low : high) = middle;
  }
  const double centre = 0.5 * (low + high);
  const double top = log_integrand(logistic_point(centre));
  const double step = std::fmin(0.45, 0.65 / std::sqrt(curvature));
  const double sum =
      1 + side_sum(log_integrand, centre, step, top) + side_sum(log_integrand, centre, -step, top);
  return top + std::log(sum * step);
}

}  // namespace kam::detail
