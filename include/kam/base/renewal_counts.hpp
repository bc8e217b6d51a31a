/// How many renewals come within a horizon, and whether all of them are survived: the distribution
/// behind mean_renewals and mean_saturation. Sums of positive terms, relative accuracy however
/// unlikely a count is.
#pragma once

#include <cmath>

#include <kam/base/beta_survival.hpp>
#include <kam/base/hypergeometric.hpp>
#include <kam/base/renewals.hpp>
#include <kam/base/special.hpp>

namespace kam {

/// ln P(m phases) ~ NB(s, u / (1 + u)), lambda ~ Gamma(s, 1) over a horizon u.
[[nodiscard]] inline double log_phase_count(double s, double u, double m) noexcept {
  if (m == 0) return -s * std::log1p(u);
  if (u == 0) return -HUGE_VAL;
  return log_gamma_ratio(s, m) - log_gamma(m + 1) - m * std::log1p(1 / u) - s * std::log1p(u);
}

namespace detail {
/// u / (1 + u) < 1, also where it rounds to 1.
[[nodiscard]] inline double share_below_one(double u) noexcept {
  constexpr double kBelowOne = 1 - 0x1p-53;
  return std::fmin(u / (1 + u), kBelowOne);
}
}  // namespace detail

/// P(at least m phases): the first term times a 2F1 of positive terms.
[[nodiscard]] inline double probability_of_phases(double s, double u, double m) noexcept {
  if (m == 0) return 1;
  if (u == 0) return 0;
  const double rest = log_hyp2f1(1, s + m, m + 1, detail::share_below_one(u));
  return std::fmin(1.0, std::exp(log_phase_count(s, u, m) + rest));
}

/// E[(1 - p)^N], N the renewals within the horizon of one that never leaves: still there at its
/// end. At k = 1 it is (1+u)^-s 2F1(s, b; a+b; u/(1+u)), of relative accuracy; at k > 1 it is the
/// complement of a mean, good to some 1e-15 absolute.
[[nodiscard]] inline double survives_renewals(const RenewalsAhead& at) noexcept {
  if (at.u == 0) return 1;
  if (at.k > 1) {
    RenewalsAhead leaving = at;  // p Beta(a, b) = a/(a+b) Beta(a+1, b)
    leaving.a += 1;
    return std::fmax(0.0, 1 - at.a / (at.a + at.b) * mean_renewals(leaving));
  }
  const double rest = log_hyp2f1(at.s, at.b, at.a + at.b, detail::share_below_one(at.u));
  return std::fmin(1.0, std::exp(rest - at.s * std::log1p(at.u)));
}

/// P(n renewals within the horizon, the account staying for all of them or leaving at the last).
/// n = 0, 1, 2, …. Cost: k 2F1 series and k^2 terms.
[[nodiscard]] inline double probability_of_renewals(const RenewalsAhead& at, double n) noexcept {
  const double stays = std::exp(log_beta_survival(at.a, at.b, n));
  const double leaves =
      n == 0 ? 0 : at.a / (at.a + at.b) * std::exp(log_beta_survival(at.a + 1, at.b, n - 1));
  double log_weight = -log_phase_sum(at.k, at.s, at.w), sum = 0;
  for (int j = 0; j < at.k; ++j) {  // phases of the running gap that are over
    const double s = at.s + j, first = at.k * n - j, weight = std::exp(log_weight);
    double counted = 0;
    for (int i = 0; i < at.k; ++i) {
      if (first + i >= 0) counted += std::exp(log_phase_count(s, at.u, first + i));
    }
    sum += weight * stays * counted;
    if (n > 0) sum += weight * leaves * probability_of_phases(s, at.u, first);
    if (j + 1 < at.k) log_weight += std::log(s / (j + 1) * at.w);
  }
  return std::fmin(1.0, sum);
}

}  // namespace kam
