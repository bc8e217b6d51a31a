#include <kam/value/scales.hpp>

namespace kam::value {

Status check(const RangeScale& scale) {
  if (!std::isfinite(scale.low)) return invalid_argument("low", "finite", scale.low);
  if (!(scale.high > scale.low) || !std::isfinite(scale.high)) {
    return invalid_argument("high", "finite and above `low`", scale.high);
  }
  if (scale.transform == Transform::log && !(scale.low > -1)) {
    return invalid_argument("low", "above -1 under a logarithm", scale.low);
  }
  if (!(scale.unit > 0) || !std::isfinite(scale.unit)) {
    return invalid_argument("unit", "finite and > 0", scale.unit);
  }
  return {};
}

Status check(const TargetScale& scale) {
  if (!std::isfinite(scale.target)) return invalid_argument("target", "finite", scale.target);
  if (!(scale.width > 0) || !std::isfinite(scale.width)) {
    return invalid_argument("width", "finite and > 0", scale.width);
  }
  if (!(scale.power > 0) || !std::isfinite(scale.power)) {
    return invalid_argument("power", "finite and > 0", scale.power);
  }
  return {};
}

}  // namespace kam::value
