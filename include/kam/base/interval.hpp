/// Intervals of an estimate by the delta method, on a scale where they cannot leave the domain.
#pragma once

#include <cmath>

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

/// The z for a two-sided interval, or invalid_argument unless 0 < level < 1.
[[nodiscard]] inline Result<double> interval_z(double level) {
  if (!(level > 0 && level < 1)) return invalid_argument("level", "between 0 and 1", level);
  return normal_quantile(0.5 * (1 + level));
}

}  // namespace kam
