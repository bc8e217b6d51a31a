/// The other ways from a measure to a score: a range with given ends, a distance from a target, and
/// a robust z. Bands and ranks (bands.hpp, frozen_reference.hpp) are the usual ones; each here has
/// its trap named.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <kam/base/special.hpp>
#include <kam/base/status.hpp>
#include <kam/value/frozen_reference.hpp>

namespace kam::value {

enum class Transform : std::uint8_t {
  none,
  log,    ///< ln(1 + x), for money >= 0
  asinh,  ///< asinh(x / unit): like the logarithm far out, linear near 0, defined for losses too
};

/// 100 (f(x) - f(low)) / (f(high) - f(low)), clipped to 0..100: for ratings with fixed ends. Trap:
/// with ends taken from the data one giant account flattens all others, so the ends are the
/// profile's.
struct RangeScale {
  double low = 0, high = 100;  ///< [unit of the feature], low < high
  Transform transform = Transform::none;
  double unit = 1;  ///< of asinh [unit of the feature], > 0

  [[nodiscard]] double transformed(double x) const noexcept {
    if (transform == Transform::log) return std::log1p(x);
    return transform == Transform::asinh ? std::asinh(x / unit) : x;
  }
  /// [points]; NaN if x is not finite, or below -1 under a logarithm.
  [[nodiscard]] double score(double x) const noexcept {
    const double at = transformed(x), from = transformed(low), to = transformed(high);
    if (!std::isfinite(at)) return kNaN;
    return std::clamp(100 * (at - from) / (to - from), 0.0, 100.0);
  }
  friend bool operator==(const RangeScale&, const RangeScale&) = default;
};

/// 100 max(0, 1 - |x - target| / width)^power: for what can be too little and too much (stock
/// cover, visits).
struct TargetScale {
  double target = 0;  ///< [unit of the feature]
  double width = 1;   ///< where the score reaches 0 [unit of the feature], > 0
  double power = 1;   ///< > 0; below 1 forgiving near the target, above 1 strict

  [[nodiscard]] double score(double x) const noexcept {
    if (!std::isfinite(x)) return kNaN;
    return 100 * std::pow(std::fmax(0, 1 - std::fabs(x - target) / width), power);
  }
  friend bool operator==(const TargetScale&, const TargetScale&) = default;
};

/// 100 Phi((x - median) / (1.4826 MAD)) against the frozen reference. Trap: a reference of which
/// more than half is one value has MAD 0; then the mid-rank answers instead.
struct RobustZScale {
  friend bool operator==(const RobustZScale&, const RobustZScale&) = default;
};

[[nodiscard]] inline double robust_z_score(const FrozenReference& reference, double x) noexcept {
  if (!std::isfinite(x)) return kNaN;
  const double spread = 1.4826022185056018 * reference.median_absolute_deviation();
  if (!(spread > 0)) return reference.percentile(x);
  return 50 * std::erfc(-(x - reference.median()) / (spread * 1.4142135623730951));
}

/// ok, or invalid_argument naming the member.
[[nodiscard]] Status check(const RangeScale& scale);
[[nodiscard]] Status check(const TargetScale& scale);

}  // namespace kam::value
