/// Sums of discounted payments of one size: what a sum today is worth per year, and the reverse.
#pragma once

#include <cmath>

#include <kam/base/special.hpp>

namespace kam {

/// a(i, L) = (1 − (1+i)^−L)/i: what 1 at the end of each of `years` years is worth today [years].
/// i > −1 effective per year, `years` >= 0, also broken or infinite (then i > 0); NaN otherwise.
/// Exact to some units in the last place for every i, 0 included, where it is `years`.
[[nodiscard]] inline double annuity_factor(double discount, double years) noexcept {
  if (!(discount > -1 && discount < HUGE_VAL && years >= 0)) return kNaN;
  if (discount == 0 || years == 0) return years < HUGE_VAL ? years : kNaN;
  const double factor = -std::expm1(-years * std::log1p(discount)) / discount;
  return factor < HUGE_VAL ? factor : kNaN;
}

/// 1 + q + q² + … + q^(n−1) for whole n >= 0, n infinite only where q < 1; q >= 0. NaN otherwise
/// and beyond double. Nothing cancels at q = 1. O(1).
[[nodiscard]] inline double geometric_sum(double q, double n) noexcept {
  if (!(q >= 0 && q < HUGE_VAL && n >= 0)) return kNaN;
  if (n < HUGE_VAL && n != std::floor(n)) return kNaN;
  if (n == 0) return 0;
  const double d = q - 1;  // exact for 1/2 <= q <= 2
  if (d == 0) return n < HUGE_VAL ? n : kNaN;
  const double sum = std::expm1(n * std::log1p(d)) / d;
  return sum < HUGE_VAL ? sum : kNaN;
}

}  // namespace kam
