/// Gamma-Gamma spend model: Colombo & Jiang (1999); Fader & Hardie (2013), note 025,
/// brucehardie.com.
///
/// The value of one order is Gamma(shape p, rate nu) within an account, nu ~ Gamma(shape q, rate
/// gamma) across accounts, independent of how often the account orders. x = frequency (orders
/// averaged over), m = monetary_value (their mean value). Money in, money out: any currency unit,
/// the same throughout.
#pragma once

#include <array>
#include <cmath>

#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/fit.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/special.hpp>

namespace kam::gamma_gamma {

struct Parameters {
  double p;  ///< shape of order values within an account        [-],     > 0
  double q;  ///< shape of the rates across accounts             [-],     > 0; the mean needs > 1
  double gamma;  ///< rate of the rates across accounts               [money], > 0

  static constexpr std::size_t kCount = 3;
  static constexpr std::array<const char*, kCount> kNames{{"p", "q", "gamma"}};
  [[nodiscard]] constexpr std::array<double, kCount> values() const { return {{p, q, gamma}}; }
  [[nodiscard]] static constexpr Parameters from_values(const std::array<double, kCount>& v) {
    return {v[0], v[1], v[2]};
  }
  friend bool operator==(const Parameters&, const Parameters&) = default;
};

[[nodiscard]] inline bool valid(const Parameters& p) noexcept {
  return p.p > 0 && p.q > 0 && p.gamma > 0 && p.p + p.q + p.gamma < HUGE_VAL;
}

/// ln density of the mean value m of x orders, x >= 1, m > 0; NaN otherwise.
[[nodiscard]] inline double log_likelihood(const Parameters& k, double x, double m) noexcept {
  if (!valid(k) || !(x >= 1) || !(m > 0) || !(x * m < HUGE_VAL)) return kNaN;
  const double px = k.p * x, share = x * m / k.gamma;
  // (gamma / (gamma + xm))^q (xm / (gamma + xm))^(px) / (m B(px, q))
  return -log_beta(px, k.q) - std::log(m) - k.q * std::log1p(share) - px * std::log1p(1 / share);
}

/// E[value of a future order | x orders of mean m]: the account's own mean shrunk to the
/// population's. At x = 0 the population mean p gamma / (q - 1), and m is not read. NaN where the
/// mean does not exist (p x + q <= 1): the fitted tail is too heavy for a mean, not a reason to
/// invent one.
[[nodiscard]] inline double expected_spend(const Parameters& k, double x, double m) noexcept {
  if (!valid(k) || !(x >= 0) || !(x < HUGE_VAL)) return kNaN;
  const double weight = k.p * x + k.q - 1;
  const double own = x > 0 ? x * m : 0;  // total value of its own orders
  return weight > 0 && own >= 0 && own < HUGE_VAL ? k.p * (k.gamma + own) / weight : kNaN;
}

/// Row by row over a portfolio; rows with frequency 0 get the population mean.
BatchReport expected_spend(const Parameters& parameters, const SpendColumns& accounts,
                           std::span<double> out, const Executor& executor = {});
BatchReport log_likelihood(const Parameters& parameters, const SpendColumns& accounts,
                           std::span<double> out, const Executor& executor = {});

/// Expected spend with its delta-method interval on the log scale; `log_covariance` 3 x 3
/// row-major.
BatchReport expected_spend(const Parameters& parameters, std::span<const double> log_covariance,
                           double level, const SpendColumns& accounts, const IntervalColumns& out,
                           const Executor& executor = {});

/// Maximum likelihood over the rows with frequency >= 1 and monetary_value > 0. Rows with frequency
/// 0 say nothing about spend and are not counted as rejected; other unusable rows are. Errors:
/// size_mismatch; invalid_argument; insufficient_data below two usable rows.
[[nodiscard]] Result<FitResult<Parameters>> fit(const SpendColumns& accounts,
                                                const FitOptions<Parameters>& options = {},
                                                const Executor& executor = {});

}  // namespace kam::gamma_gamma
