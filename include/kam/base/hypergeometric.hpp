/// Gauss' 2F1 on the unit interval, and the one integral of it that beta-geometric models need.
///
/// Both are sums of positive terms (series, or the trapezoidal rule on the logistic scale), so
/// nothing cancels and nothing overflows: the sums carry their own scale.
#pragma once

#include <cmath>

#include <kam/base/logistic_quadrature.hpp>
#include <kam/base/special.hpp>

namespace kam {

namespace detail {

inline constexpr double kHuge = 1e200;  // room for a few more terms before rescaling
inline constexpr int kMostTerms = 20000;
inline constexpr double kLongSeries = 3000;  // beyond this a quadrature is cheaper
inline constexpr double kNegligible = 1e-17;

/// ln of the power series of 2F1; NaN if kMostTerms do not suffice.
[[nodiscard]] inline double log_series(double a, double b, double c, double z) {
  double term = 1, sum = 1, log_scale = 0;
  for (int n = 0; n < kMostTerms; ++n) {
    const double ratio = (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z;
    term *= ratio;
    sum += term;
    // Once the ratio falls below 1 it stays below max(ratio, z): a geometric bound on the tail.
    const double bound = ratio > z ? ratio : z;
    if (bound < 1 && term * bound <= kNegligible * sum * (1 - bound)) {
      return log_scale + std::log(sum);
    }
    if (sum > kHuge) {
      term /= kHuge;
      sum /= kHuge;
      log_scale += std::log(kHuge);
    }
  }
  return kNaN;
}

/// Terms until the series has passed its peak and fallen by 1e-17.
[[nodiscard]] inline double series_length(double a, double b, double c, double z) {
  const double peak = (a + b - c > 0 ? a + b - c : 0) * z / (1 - z);
  return peak + 9 * std::sqrt(peak / (1 - z)) + 45 / -std::log(z);
}

/// ln of Euler's integral, c > b > 0:
/// 1/B(b, c-b) * int p^(b-1) (1-p)^(c-b-1) (1-zp)^-a dp with p = logistic(y).
[[nodiscard]] inline double log_euler_integral(double a, double b, double c, double z) {
  const auto log_integrand = [=](const LogisticPoint& at) {
    // 1 - z p = q + (1 - z) p: no cancellation for p, z near 1.
    return b * at.log_p + (c - b) * at.log_q - a * std::log(at.q + (1 - z) * at.p);
  };
  // d/dy of the log integrand has the sign of (b - cp)(1 - zp) + azp(1 - p): one root in (0, 1).
  const auto rises = [=](const LogisticPoint& at) {
    return (b * at.q - (c - b) * at.p) * (at.q + (1 - z) * at.p) + a * z * at.p * at.q > 0;
  };
  const PureTail left{b, 40 + std::log1p(a + c)},
      right{c - b, 40 + std::log1p(a + c) - std::log1p(-z)};
  return log_integral(log_integrand, rises, (a + c) / 4, left, right) - log_beta(b, c - b);
}

[[nodiscard]] inline double log_hyp2f1_ordered(double a, double b, double c, double z) {
  const double log_q = std::log1p(-z);
  // Euler: F(a,b;c;z) = (1-z)^(c-a-b) F(c-a,c-b;c;z), also with positive terms when b < c.
  const bool can_turn = c > b && c > a;
  const double direct = series_length(a, b, c, z);
  const double turned = can_turn ? series_length(c - a, c - b, c, z) : direct + 1;
  if (direct <= turned && direct < kLongSeries) return log_series(a, b, c, z);
  if (turned < kLongSeries) return (c - a - b) * log_q + log_series(c - a, c - b, c, z);
  if (c > a) return log_euler_integral(b, a, c, z);
  return log_series(a, b, c, z);
}

/// The series of mean_saturation: sum p_n A_n / sum p_n with p_n ~ P(N = n) unnormalised.
[[nodiscard]] inline double saturation_series(double s, double a, double b, double u) {
  constexpr int kCheckEvery = 8;  // looking at the tail costs more than a term
  const double z = u / (1 + u);
  double p = 1, norm = 1, sum = 0;
  double stayed = 0;    // A_n
  double survives = 1;  // (b)_n / (a+b)_n
  for (int n = 0; n < kMostTerms;) {
    double ratio = 0, term = 0;
    for (const int stop = n + kCheckEvery; n < stop; ++n) {
      ratio = (s + n) * z / (n + 1);
      p *= ratio;
      stayed += survives;
      survives *= (b + n) / (a + b + n);
      norm += p;
      term = p * stayed;
      sum += term;
    }
    const double next_ratio = ratio * (1 + survives / stayed);
    const double bound = next_ratio > z ? next_ratio : z;
    if (bound < 1 && term * bound <= kNegligible * sum * (1 - bound)) break;
    if (norm > kHuge) {
      p /= kHuge;
      norm /= kHuge;
      sum /= kHuge;
    }
  }
  return sum / norm;
}

[[nodiscard]] inline double saturation_integral(double s, double a, double b, double u) {
  const auto log_integrand = [=](const LogisticPoint& at) {
    // ln[(1 - (1+pu)^-s) / p]
    return a * at.log_p + b * at.log_q + log1mexp(s * std::log1p(at.p * u)) - at.log_p;
  };
  const auto rises = [=](const LogisticPoint& at) {
    const double pu = at.p * u;
    const double exponent = s * std::log1p(pu);
    const double slope = s * (pu / (1 + pu)) / std::expm1(exponent) - 1;  // d ln(...) / d ln p
    return (a + slope) * at.q > b * at.p;
  };
  // (1+pu)^-s bends sharply only where it is not negligible: s ln(1+pu) < 40.
  const double bend = s < 40 ? s : 40;
  const PureTail left{a, 40 + std::log1p(s) + std::log1p(u) + std::log1p(b)};
  const PureTail right{b, 40 + std::log1p(s) + std::log1p(a)};
  return std::exp(log_integral(log_integrand, rises, (a + b + bend) / 4, left, right) -
                  log_beta(a, b));
}

}  // namespace detail

/// ln 2F1(a, b; c; z), a, b, c > 0, 0 <= z < 1. NaN outside, and where neither a series of 20,000
/// terms nor Euler's integral reaches (c <= min(a, b) with z > 0.998).
[[nodiscard]] inline double log_hyp2f1(double a, double b, double c, double z) noexcept {
  if (!(a > 0) || !(b > 0) || !(c > 0) || !(z >= 0) || !(z < 1)) return kNaN;
  if (z == 0) return 0;
  return a < b ? detail::log_hyp2f1_ordered(a, b, c, z) : detail::log_hyp2f1_ordered(b, a, c, z);
}

/// E[(1 - (1 + p u)^-s) / p] for p ~ Beta(a, b); s, a, b > 0, u >= 0.
///
/// With s = r + x, u = t / (alpha + T) this is the expected number of orders within t of an account
/// that is alive, orders at a Gamma(s, alpha + T) rate and leaves after each order with probability
/// p. Closed form (a+b-1)/(a-1) * [1 - (1+u)^-s 2F1(s, b; a+b-1; u/(1+u))]; that form cancels near
/// a = 1, the sum used here does not: sum over n of P(N = n) A_n, where N ~ NB(s, u/(1+u)) counts
/// the orders of an account that never leaves and A_n = sum_{k<n} (b)_k/(a+b)_k how many of n it
/// stays for. Cost: about s*u + 40(1+u) terms, at most 3,000; beyond that a quadrature of a few
/// hundred points.
[[nodiscard]] inline double mean_saturation(double s, double a, double b, double u) noexcept {
  if (!(s > 0) || !(a > 0) || !(b > 0) || !(u >= 0) || !(u < HUGE_VAL) || !(s < HUGE_VAL))
    return kNaN;
  if (u == 0) return 0;
  const double length = s * u + 9 * std::sqrt(s * u * (1 + u)) + 40 * (1 + u);
  return length < detail::kLongSeries ? detail::saturation_series(s, a, b, u)
                                      : detail::saturation_integral(s, a, b, u);
}

}  // namespace kam
