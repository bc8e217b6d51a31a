/// Special functions of the gamma family and stable elementary combinations.
///
/// Every function states its domain; outside it the answer is NaN. Error budgets per function and
/// region are asserted against 50-digit tables in tests/base/special_test.cpp and listed in
/// docs/accuracy.md.
#pragma once

#ifdef __FAST_MATH__
#error "kam marks missing values with NaN: it cannot be compiled with -ffast-math"
#endif

#include <math.h>

#include <cmath>
#include <limits>

namespace kam {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// ln(1 - exp(-x)), x > 0: without cancellation at either end (Mächler 2012).
[[nodiscard]] inline double log1mexp(double x) noexcept {
  if (!(x > 0)) return x == 0 ? -std::numeric_limits<double>::infinity() : kNaN;
  constexpr double kLn2 = 0.693147180559945309;
  return x < kLn2 ? std::log(-std::expm1(-x)) : std::log1p(-std::exp(-x));
}

/// ln(exp(a) + exp(b)); either may be -infinity.
[[nodiscard]] inline double log_add_exp(double a, double b) noexcept {
  const double high = a > b ? a : b;
  const double low = a > b ? b : a;
  return high == -std::numeric_limits<double>::infinity() ? high
                                                          : high + std::log1p(std::exp(low - high));
}

/// 1 / (1 + exp(-x)), relative accuracy at both ends.
[[nodiscard]] inline double logistic(double x) noexcept {
  const double e = std::exp(-std::fabs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

/// ln Gamma(x), x > 0. Not std::lgamma: that one writes the global `signgam`.
[[nodiscard]] inline double log_gamma(double x) noexcept {
  if (!(x > 0)) return kNaN;
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

namespace detail {

/// From here on Stirling's series below is good to 1e-16.
inline constexpr double kStirlingFrom = 12;

/// ln Gamma(x) - [(x - 1/2) ln x - x + ln(2 pi)/2], x >= kStirlingFrom.
[[nodiscard]] inline double stirling_remainder(double x) noexcept {
  const double y = 1 / (x * x);
  const double tail = -1 / 1680.0 + y * (1 / 1188.0 - y * (691 / 360360.0));
  return (1 / 12.0 + y * (-1 / 360.0 + y * (1 / 1260.0 + y * tail))) / x;
}

[[nodiscard]] inline bool is_small_integer(double d) noexcept {
  return d <= 16 && d == std::floor(d);
}

}  // namespace detail

/// ln Gamma(a + d) - ln Gamma(a), a > 0, d >= 0, without forming the two large terms.
[[nodiscard]] inline double log_gamma_ratio(double a, double d) noexcept {
  if (!(a > 0) || !(d >= 0) || !(a + d < std::numeric_limits<double>::infinity())) return kNaN;
  if (detail::is_small_integer(d) && a < 1e18) {
    double product = 1;  // (a)(a+1)...(a+d-1), at most 1e288
    for (int i = 0; i < static_cast<int>(d); ++i) product *= a + i;
    return std::log(product);
  }
  double shifted = 0;
  for (; a < detail::kStirlingFrom; a += 1) shifted += std::log1p(d / a);
  return (a - 0.5) * std::log1p(d / a) + d * (std::log(a + d) - 1) +
         (detail::stirling_remainder(a + d) - detail::stirling_remainder(a)) - shifted;
}

/// ln B(a, b), a, b > 0.
[[nodiscard]] inline double log_beta(double a, double b) noexcept {
  if (!(a > 0) || !(b > 0)) return kNaN;
  const double low = a < b ? a : b;
  const double high = a < b ? b : a;
  if (low < detail::kStirlingFrom) return log_gamma(low) - log_gamma_ratio(high, low);
  constexpr double kHalfLnTwoPi = 0.918938533204672742;
  const double remainders = detail::stirling_remainder(low) + detail::stirling_remainder(high) -
                            detail::stirling_remainder(low + high);
  return kHalfLnTwoPi - 0.5 * std::log(high) - (low - 0.5) * std::log1p(high / low) -
         high * std::log1p(low / high) + remainders;
}

/// psi(x) = d ln Gamma(x) / dx, x > 0.
[[nodiscard]] inline double digamma(double x) noexcept {
  if (!(x > 0)) return kNaN;
  double shifted = 0;
  for (; x < detail::kStirlingFrom; x += 1) shifted += 1 / x;
  const double y = 1 / (x * x);
  const double tail = -1 / 240.0 + y * (1 / 132.0 - y * (691 / 32760.0));
  return std::log(x) - 0.5 / x - y * (1 / 12.0 + y * (-1 / 120.0 + y * (1 / 252.0 + y * tail))) -
         shifted;
}

/// psi'(x), x > 0.
[[nodiscard]] inline double trigamma(double x) noexcept {
  if (!(x > 0)) return kNaN;
  double shifted = 0;
  for (; x < detail::kStirlingFrom; x += 1) shifted += 1 / (x * x);
  const double y = 1 / (x * x);
  const double tail = -1 / 30.0 + y * (5 / 66.0 - y * (691 / 2730.0));
  return shifted + 1 / x + 0.5 * y +
         y / x * (1 / 6.0 + y * (-1 / 30.0 + y * (1 / 42.0 + y * tail)));
}

/// The x with Phi(x) = p, 0 < p < 1 (compiled; Boost.Math).
[[nodiscard]] double normal_quantile(double p) noexcept;

/// P(X > x) for X chi-squared with `df` > 0 degrees of freedom, x >= 0 (compiled; Boost.Math).
[[nodiscard]] double chi_squared_tail(double x, double df) noexcept;

}  // namespace kam
