/// Survival of discrete-time models whose chance of leaving per period is theta ~ Beta(a, b).
///
/// Everything here is a product or sum of positive numbers: nothing cancels as a -> 1 (where the
/// closed forms are 0/0), as a, b -> infinity (one constant chance) or at horizons of 1e12 periods.
#pragma once

#include <cmath>

#include <kam/base/logistic_quadrature.hpp>
#include <kam/base/special.hpp>

namespace kam {

namespace detail {

/// rest(b + s + d) - rest(b + s) - rest(b + d) + rest(b) of Stirling's remainder without its first
/// term, x >= kStirlingFrom. Where s or d is small beside b the difference is its derivative at the
/// middle: subtracting would leave the rounding of rest(b), however small s d is.
[[nodiscard]] inline double stirling_rest_cross(double b, double s, double d) noexcept {
  constexpr double kSmall = 1e-5;
  const double small = s < d ? s : d, large = s < d ? d : s;
  const auto rest = [](double x) {
    const double y = 1 / (x * x);
    const double tail = -1 / 1680.0 + y * (1 / 1188.0 - y * (691 / 360360.0));
    return y / x * (-1 / 360.0 + y * (1 / 1260.0 + y * tail));
  };
  const auto slope = [](double x) {
    const double y = 1 / (x * x);
    const double tail = 1 / 240.0 - y * (1 / 132.0 - y * (691 / 32760.0));
    return y * y * (1 / 120.0 - y * (1 / 252.0 - y * tail));
  };
  const auto bend = [](double x) {
    const double y = 1 / (x * x);
    const double tail = 1 / 30.0 - y * (5 / 66.0 - y * (691 / 2730.0));
    return -(y * y / x) * (1 / 30.0 - y * (1 / 42.0 - y * tail));
  };
  if (large < kSmall * b) return small * large * bend(b + 0.5 * (small + large));
  if (small < kSmall * b) return small * (slope(b + large + 0.5 * small) - slope(b + 0.5 * small));
  return rest(b + s + d) - rest(b + s) - rest(b + d) + rest(b);
}

/// ln[Gamma(b + s + d) Gamma(b) / (Gamma(b + s) Gamma(b + d))] >= 0 for b >= kStirlingFrom: the
/// second difference of Stirling's series, its leading terms combined so that they do not cancel.
[[nodiscard]] inline double log_gamma_cross_large(double b, double s, double d) noexcept {
  const double bs = b + s, bd = b + d, bsd = b + s + d;
  const double gap = (s / bs) * (d / bd);
  // ln(b bsd / (bs bd)), from whichever of the fraction and its complement is the smaller
  const double log_cross = gap < 0.5 ? std::log1p(-gap) : std::log((b / bs) * (bsd / bd));
  const double main = (b - 0.5) * log_cross + s * std::log1p(d / bs) + d * std::log1p(s / bd);
  const double reciprocals = (s / bs) * (d / bd) * ((b + bsd) / (b * bsd));
  return main + reciprocals / 12 + stirling_rest_cross(b, s, d);
}

inline constexpr double kDirectPeriods = 3000;  // beyond this a quadrature is cheaper

/// discounted_survival by its series: at most kDirectPeriods terms matter.
[[nodiscard]] inline double discounted_survival_series(double a, double b, double discount,
                                                       double periods) noexcept {
  double term = 1, sum = 0;
  for (double j = 0; j < periods; ++j) {
    term *= (b + j) / (a + b + j) / (1 + discount);
    sum += term;
    const double left = periods - j - 1;
    // Terms fall at least by the discount, and there are `left` of them.
    if (term * left <= 1e-17 * sum || term <= 1e-17 * sum * discount) break;
  }
  return sum;
}

/// E[q / (discount + theta) (1 - (q / (1 + discount))^periods)], q = 1 - theta.
[[nodiscard]] inline double discounted_survival_integral(double a, double b, double discount,
                                                         double periods) noexcept {
  const double log_v = -std::log1p(discount);
  const bool endless = periods == HUGE_VAL;
  const auto log_integrand = [=](const LogisticPoint& at) {
    const double ends = endless ? 0 : log1mexp(-periods * (at.log_q + log_v));
    return a * at.log_p + (b + 1) * at.log_q - std::log(discount + at.p) + ends;
  };
  const auto rises = [=](const LogisticPoint& at) {
    const double ends = endless ? 0 : periods / std::expm1(-periods * (at.log_q + log_v));
    return a * at.q + (ends - b - 1) * at.p > at.p * at.q / (discount + at.p);
  };
  const double reach = endless ? 1 / discount : std::fmin(periods, 1 / discount);
  const PureTail left{a, 40 + std::log1p(b) + std::log1p(reach)};
  const PureTail right{b + 1, 40 + std::log1p(a)};
  const double bend = endless ? 1 : std::fmin(periods, 40);
  return std::exp(log_integral(log_integrand, rises, (a + b + 1 + bend) / 4, left, right) -
                  log_beta(a, b));
}

}  // namespace detail

/// ln E[(1 - theta)^periods] = ln[B(a, b + periods) / B(a, b)], theta ~ Beta(a, b); a, b > 0,
/// periods >= 0, not necessarily whole. <= 0; relative error about 1e-15 whatever the sizes.
/// Symmetric in a and periods.
[[nodiscard]] inline double log_beta_survival(double a, double b, double periods) noexcept {
  if (!(a > 0) || !(b > 0) || !(periods >= 0) || !(a + b + periods < HUGE_VAL)) return kNaN;
  double sum = 0;
  for (; b < detail::kStirlingFrom; b += 1) {
    sum += std::log1p((a / b) * (periods / (b + a + periods)));
  }
  const double fall = sum + detail::log_gamma_cross_large(b, a, periods);
  return fall < 0 ? 0 : -fall;  // < 0 by one rounding, among denormal numbers
}

/// E[(1 - theta)^periods]: the share still there after so many periods.
[[nodiscard]] inline double beta_survival(double a, double b, double periods) noexcept {
  if (!(a > 0) || !(b > 0) || !(a + b < HUGE_VAL)) return kNaN;
  if (!(periods >= 0) || periods > 16 || periods != std::floor(periods)) {
    return std::exp(log_beta_survival(a, b, periods));
  }
  double product = 1;
  for (double j = 0; j < periods; ++j) product *= (b + j) / (a + b + j);
  return product;
}

/// Sum over j = 1..periods of E[(1 - theta)^j] / (1 + discount)^j: periods still to come, the next
/// one included, each discounted to now. discount >= 0 per period; periods >= 0 and whole, or
/// infinity. As an infinite sum it is b / (a + b) / (1 + d) 2F1(1, b + 1; a + b + 1; 1 / (1 + d)).
/// NaN where it does not exist: endless, undiscounted and a <= 1. Cost: at most 3,000 terms,
/// beyond that a quadrature of a few hundred points, which loses digits to ln B(a, b) where that is
/// large: relative error below 1e-12, below 1e-9 for a or b near 1e6.
[[nodiscard]] inline double discounted_survival(double a, double b, double discount,
                                                double periods) noexcept {
  const bool whole = periods == HUGE_VAL || (periods >= 0 && periods == std::floor(periods));
  if (!(a > 0) || !(b > 0) || !(a + b < HUGE_VAL) || !(discount >= 0) || !(discount < HUGE_VAL) ||
      !whole) {
    return kNaN;
  }
  if (discount == 0 && periods == HUGE_VAL) return a > 1 ? b / (a - 1) : kNaN;
  // e^-50: by then the sum has ended, whatever the horizon.
  const bool short_enough = periods <= detail::kDirectPeriods || discount > 0.02 ||
                            log_beta_survival(a, b, detail::kDirectPeriods) < -50;
  return short_enough ? detail::discounted_survival_series(a, b, discount, periods)
                      : detail::discounted_survival_integral(a, b, discount, periods);
}

}  // namespace kam
