/// Where a number lies between two others: the one interpolation of this room.
#pragma once

namespace kam::value::detail {

/// (x − lo) / (hi − lo) for lo <= x <= hi, lo < hi, all finite. Halving first keeps ends as far
/// apart as ±1e308 from overflowing; it is exact for every normal number.
[[nodiscard]] constexpr double position(double x, double lo, double hi) noexcept {
  return (x / 2 - lo / 2) / (hi / 2 - lo / 2);
}

}  // namespace kam::value::detail
