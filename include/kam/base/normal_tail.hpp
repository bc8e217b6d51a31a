/// The upper tail of the normal distribution, without underflow: what censoring needs.
#pragma once

#include <cmath>

namespace kam {

/// ln(1 - Phi(z)), the inverse Mills ratio and how far it lies above z; any finite z.
struct NormalTail {
  double log_survival;  ///< ln P(Z > z)
  double mills;         ///< phi(z) / P(Z > z): the hazard at z
  double excess;        ///< mills - z > 0, without cancellation
};

namespace detail {

/// From here on Laplace's continued fraction takes over from erfc.
inline constexpr double kNormalTailFrom = 6;

/// mills - z = 1/(z + 2/(z + 3/(z + ...))), z >= kNormalTailFrom: good to 1e-16.
[[nodiscard]] inline double mills_excess(double z) noexcept {
  double fraction = z;
  for (int k = 60; k >= 2; --k) fraction = z + k / fraction;
  return 1 / fraction;
}

}  // namespace detail

[[nodiscard]] inline NormalTail normal_tail(double z) noexcept {
  constexpr double kHalfLnTwoPi = 0.918938533204672742, kSqrtHalf = 0.707106781186547524;
  if (z >= detail::kNormalTailFrom) {
    const double excess = detail::mills_excess(z), mills = z + excess;
    return {-0.5 * z * z - kHalfLnTwoPi - std::log(mills), mills, excess};
  }
  const double above = 0.5 * std::erfc(z * kSqrtHalf);
  const double mills = std::exp(-0.5 * z * z - kHalfLnTwoPi) / above;
  const double log_survival =
      z < 0 ? std::log1p(-0.5 * std::erfc(-z * kSqrtHalf)) : std::log(above);
  return {log_survival, mills, mills - z};
}

}  // namespace kam
