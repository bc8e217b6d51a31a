/// Fixed cuts on a scale of 0..100 and the bands between them, with hysteresis: enter at the cut,
/// leave only `hysteresis` points beyond it. Fixed, because quantile cuts reshuffle everyone when
/// one account joins. Shared by tiers and matrices.
///
/// n cuts make n + 1 bands, counted from the bottom; a point on a cut belongs to the upper band.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <kam/base/batch_report.hpp>
#include <kam/base/special.hpp>

namespace kam::value {

/// Band of x among increasing cuts. Precondition: x is not NaN. O(cuts), of which there are few.
[[nodiscard]] constexpr std::size_t band_of(std::span<const double> cuts, double x) noexcept {
  std::size_t band = 0;
  while (band < cuts.size() && x >= cuts[band]) ++band;
  return band;
}

/// [from, to) of points; the ends of the scale are infinite, so that 0 and 100 lie inside.
struct PointRange {
  double from, to;
  [[nodiscard]] constexpr bool contains(double x) const noexcept { return x >= from && x < to; }
};

/// The band itself, or with hysteresis > 0 where an account that was in the band stays in it.
[[nodiscard]] constexpr PointRange band_range(std::span<const double> cuts, std::size_t band,
                                              double hysteresis = 0.0) noexcept {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return {band == 0 ? -kInfinity : cuts[band - 1] - hysteresis,
          band == cuts.size() ? kInfinity : cuts[band] + hysteresis};
}

/// Whether x is a number of points, 0..100.
[[nodiscard]] constexpr RowReason points_reason(double x) noexcept {
  if (!(x - x == 0.0)) return RowReason::not_finite;
  return x < 0.0 || x > 100.0 ? RowReason::out_of_domain : RowReason::none;
}

}  // namespace kam::value
