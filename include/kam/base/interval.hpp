/// Intervals of an estimate by the delta method, on a scale where they cannot leave the domain.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam {

inline constexpr double kDefaultIntervalLevel = 0.8;

struct Interval {
  double estimate, lo, hi;
};

/// For positive quantities: symmetric in the logarithm. `se_log` is the standard error of
/// ln(estimate), `z` the normal quantile of (1 + level) / 2.
[[nodiscard]] inline Interval log_interval(double estimate, double se_log, double z) noexcept {
  const double factor = std::exp(z * se_log);
  return {estimate, estimate / factor, estimate * factor};
}

/// For probabilities: symmetric in the log-odds. 0 and 1 are certain: their interval is a point.
[[nodiscard]] inline Interval logit_interval(double p, double se_logit, double z) noexcept {
  if (p <= 0 || p >= 1) return {p, p, p};
  const double logit = std::log(p) - std::log1p(-p);
  return {p, logistic(logit - z * se_logit), logistic(logit + z * se_logit)};
}

/// Phi(b) - Phi(a) for a <= b, infinities included; in the tail where it does not cancel.
[[nodiscard]] inline double normal_between(double a, double b) noexcept {
  constexpr double kSqrt2 = 1.41421356237309505;
  if (a > 0) return 0.5 * (std::erfc(a / kSqrt2) - std::erfc(b / kSqrt2));
  return 0.5 * (std::erfc(-b / kSqrt2) - std::erfc(-a / kSqrt2));
}

/// A quantity on 0..100 that is normal in the log-odds of x/100.
struct LogitNormal {
  double centre;  ///< [log-odds]
  double sd;      ///< [log-odds], >= 0; NaN if there is no such quantity
};

/// The quantity whose interval at normal quantile z > 0 is `x` (0 <= lo <= estimate <= hi). The
/// interval is symmetric in the log-odds, so one end says all: the one on the longer side of the
/// scale, which does not round to 0 or 100. The log-odds scale ends at 0 and 100; an estimate less
/// than half a point from there counts as half a point, as it does where intervals are made.
[[nodiscard]] inline LogitNormal logit_normal(const Interval& x, double z) noexcept {
  const bool good = x.lo >= 0 && x.lo <= x.estimate && x.estimate <= x.hi && x.estimate <= 100;
  if (!good || !(z > 0)) return {kNaN, kNaN};
  const auto log_odds = [](double points) { return std::log(points) - std::log(100 - points); };
  const double centre = log_odds(std::min(std::max(x.estimate, 0.5), 99.5));
  const bool high = x.estimate >= 50;
  const double width = high ? centre - log_odds(x.lo) : log_odds(x.hi) - centre;
  return {centre, std::max(width, 0.0) / z};
}

/// P(from <= X < to) for the quantity on 0..100 whose interval at normal quantile z is `x`. Over a
/// partition of [0, infinity) these add up to 1 within rounding; let the last part end above 100.
/// An interval without width is a point: 0 or 1. NaN if an argument is NaN, z <= 0 or the interval
/// is not one on 0..100; 0 if to <= from.
[[nodiscard]] inline double probability_between(const Interval& x, double z, double from,
                                                double to) noexcept {
  constexpr double kPoint = 1e-12;  // a width that is rounding
  const auto [centre, sd] = logit_normal(x, z);
  if (std::isnan(sd) || std::isnan(from) || std::isnan(to)) return kNaN;
  if (sd <= kPoint) return from <= x.estimate && x.estimate < to ? 1 : 0;
  if (!(from < to)) return 0;
  const auto deviate = [centre = centre, sd = sd](double cut) {
    if (cut <= 0) return -std::numeric_limits<double>::infinity();
    if (cut >= 100) return std::numeric_limits<double>::infinity();
    return (std::log(cut) - std::log(100 - cut) - centre) / sd;
  };
  return normal_between(deviate(from), deviate(to));
}

/// The z for a two-sided interval, or invalid_argument unless 0 < level < 1.
[[nodiscard]] inline Result<double> interval_z(double level) {
  if (!(level > 0 && level < 1)) return invalid_argument("level", "between 0 and 1", level);
  return normal_quantile(0.5 * (1 + level));
}

}  // namespace kam
