/// Integrals over p in (0, 1) of beta-like functions, by the trapezoidal rule in y = ln(p / (1-p)).
///
/// On that line a beta-like integrand is analytic in the strip |Im y| < pi and decays exponentially
/// both ways, so equally spaced points converge faster than any power of the step (Trefethen &
/// Weideman 2014, "The exponentially convergent trapezoidal rule").
#pragma once

#include <cmath>
#include <limits>

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

/// Beyond |y| = from the integrand is exp(-exponent |y|) to working precision: the rest of the sum
/// is a geometric series, however slowly it decays.
struct PureTail {
  double exponent, from;
};

/// Sum of exp(log_integrand - top) over centre + step, centre + 2 step, …; NaN for a peak that is
/// sharper than doubles can tell, instead of a search without end.
template <class LogIntegrand>
[[nodiscard]] double side_sum(const LogIntegrand& log_integrand, double centre, double step,
                              double top, const PureTail& tail) {
  constexpr int kMostPoints = 4'000'000;
  double sum = 0;
  for (int i = 1; i < kMostPoints; ++i) {
    const double y = centre + step * i;
    const double term = std::exp(log_integrand(logistic_point(y)) - top);
    sum += term;
    if (y * step > 0 && std::fabs(y) > tail.from) {
      return sum + term / std::expm1(tail.exponent * std::fabs(step));
    }
    // Far from the peak nothing that follows can matter: terms fall from here on.
    if (term < 1e-25 * sum) return sum;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

/// ln of the integral of exp(log_integrand) dy over the line.
///
/// `rises(point)` tells whether the integrand still rises; it does so up to one peak. `curvature`
/// bounds the second derivative of the log integrand and sets the step: the error is exp(-2 pi^2 /
/// (step^2 curvature)) for a Gaussian-like peak, exp(-2 pi^2 / step) from the width of the strip.
/// Some hundred points, whatever the parameters: tails are closed analytically.
template <class LogIntegrand, class Rises>
[[nodiscard]] double log_integral(const LogIntegrand& log_integrand, const Rises& rises,
                                  double curvature, const PureTail& left, const PureTail& right) {
  double low = -700, high = 700;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (rises(logistic_point(middle)) ? low : high) = middle;
  }
  const double centre = 0.5 * (low + high);
  const double top = log_integrand(logistic_point(centre));
  const double step = std::fmin(0.45, 0.65 / std::sqrt(curvature));
  const double sum = 1 + side_sum(log_integrand, centre, step, top, right) +
                     side_sum(log_integrand, centre, -step, top, left);
  return top + std::log(sum * step);
}

}  // namespace kam::detail
