/// Is it going up or down, how fast, and could it be chance? Rank statistics that one bad month or
/// one giant invoice cannot turn round: the Mann–Kendall test and the Theil–Sen slope.
///
/// A series has one value per period, oldest first; its index is the time, so a missing period
/// (NaN) leaves a gap and moves nothing. −∞ and +∞ are the ends of the scale: below and above every
/// number, equal to themselves. With a season of m periods only periods that are whole seasons
/// apart are compared (Hirsch, Slack & Smith 1982): every pair is a seasonal difference, and
/// December is never held against July.
///
/// Kendall (1948), Rank Correlation Methods; Mann (1945), Econometrica 13; Theil (1950), Proc. KNAW
/// 53; Sen (1968), JASA 63; Hirsch, Slack & Smith (1982), Water Resources Research 18.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include <kam/base/interval.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam {

/// All pairs are looked at: O(n²/m) time and memory, at most 2,096,128 slopes (17 MB).
inline constexpr std::size_t kMostTrendPeriods = 2048;
/// Up to so many values, none tied, p is counted over all orders instead of approximated.
inline constexpr std::size_t kMostExactTrend = 10;

/// Variance of S over the orders of n values without ties; each group of t tied values takes
/// kendall_variance(t) off.
[[nodiscard]] constexpr double kendall_variance(double n) noexcept {
  return n * (n - 1) * (2 * n + 5) / 18;
}

/// Two-sided p of S by the normal approximation with continuity correction: S moves in steps of
/// two, so half a step is taken off |S|. NaN unless s is a number and variance >= 0.
[[nodiscard]] inline double mann_kendall_p(double s, double variance) noexcept {
  if (std::isnan(s) || !(variance >= 0)) return kNaN;
  const double distance = std::fabs(s) - 1;
  if (distance <= 0) return 1;
  constexpr double kSqrt2 = 1.41421356237309505;
  return std::erfc(distance / std::sqrt(variance) / kSqrt2);
}

struct MannKendall {
  double s;         ///< rising pairs − falling pairs [count]
  double variance;  ///< of S if there is no trend, corrected for ties [count²]
  double p;         ///< two-sided, of an |S| as large without a trend
  std::size_t n;    ///< values that are not missing
  bool exact;       ///< p is counted (n <= kMostExactTrend, no ties), not approximated
};

/// insufficient_data if no two values can be compared; invalid_argument unless period >= 1 and the
/// series has at most kMostTrendPeriods.
[[nodiscard]] Result<MannKendall> mann_kendall(std::span<const double> series,
                                               std::size_t period = 1);

/// The median of (y_j − y_i)/(j − i) per period, with Sen's interval: the slopes of rank
/// ⌊(N − z √Var S)/2⌋ from either end of the N. −∞ and +∞ where so few pairs bound nothing (fewer
/// than five values at 90 %). NaN if the two middle slopes are −∞ and +∞.
/// Errors as mann_kendall, and invalid_argument unless 0 < level < 1.
[[nodiscard]] Result<Interval> theil_sen(std::span<const double> series, std::size_t period = 1,
                                         double level = kDefaultIntervalLevel);

/// out[i] = series[i] − series[i − period]; NaN where either is missing, not finite or before the
/// start. A linear trend becomes a level (period × slope), so the slope of the differences is an
/// acceleration: to find the trend of a seasonal series use trend_of with its period instead.
/// size_mismatch unless both spans have one length; invalid_argument if period is 0. The two
/// must not overlap.
[[nodiscard]] Status seasonal_difference(std::span<const double> series, std::size_t period,
                                         std::span<double> out);

enum class TrendDirection : std::uint8_t { flat, up, down };

[[nodiscard]] constexpr const char* trend_direction_name(TrendDirection direction) noexcept {
  constexpr const char* kNames[] = {"flat", "up", "down"};
  return kNames[static_cast<int>(direction)];
}

struct Trend {
  TrendDirection direction;  ///< sign of S if p < alpha, else flat: no arrow on noise
  double slope;              ///< Theil–Sen [unit of the series per period]
  double lo, hi;             ///< its interval at level 1 − alpha
  double p;                  ///< Mann–Kendall, two-sided
  std::size_t n;             ///< values that are not missing
};

/// Test and slope together; alpha is the risk of calling noise a trend, 0 < alpha < 1.
/// Errors as mann_kendall: a series that cannot be compared is not flat but unknown.
[[nodiscard]] Result<Trend> trend_of(std::span<const double> series, std::size_t period = 1,
                                     double alpha = 0.1);

}  // namespace kam
