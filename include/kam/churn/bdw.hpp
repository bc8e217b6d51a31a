/// Beta-discrete-Weibull (BdW): Fader, Hardie, Liu, Davin & Steenburgh (2018), J. Interactive
/// Marketing 43, 1-16.
///
/// As sBG (churn/sbg.hpp), but the churn probability of one customer may change with its age:
/// P(still there after t) = (1 - theta)^(t^c), theta ~ Beta(alpha, beta). c > 1: each customer's
/// own hazard rises with age, c < 1: it falls, c = 1 is sBG.
///
/// `renewals` = how often the customer has renewed so far; t counts periods from 1. Scalar
/// functions never throw; they answer NaN for parameters or arguments outside the domain.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <span>

#include <kam/base/beta_survival.hpp>
#include <kam/base/executor.hpp>
#include <kam/churn/renewals.hpp>

namespace kam::bdw {

struct Parameters {
  double alpha;  ///< first Beta parameter of the churn probability  [-], > 0
  double beta;   ///< second one                                     [-], > 0
  double c;      ///< duration dependence of one customer            [-], > 0

  static constexpr std::size_t kCount = 3;
  static constexpr std::array<const char*, kCount> kNames{"alpha", "beta", "c"};
  [[nodiscard]] constexpr std::array<double, kCount> values() const { return {alpha, beta, c}; }
  [[nodiscard]] static constexpr Parameters from_values(const std::array<double, kCount>& v) {
    return {v[0], v[1], v[2]};
  }
  friend bool operator==(const Parameters&, const Parameters&) = default;
};

[[nodiscard]] inline bool valid(const Parameters& p) noexcept {
  return p.alpha > 0 && p.beta > 0 && p.c > 0 && p.alpha + p.beta + p.c < HUGE_VAL;
}

namespace detail {
/// (renewals + t)^c - renewals^c without cancellation.
[[nodiscard]] inline double age_gain(double c, double renewals, double t) noexcept {
  if (renewals == 0) return t == 0 ? 0 : std::pow(t, c);
  return std::pow(renewals, c) * std::expm1(c * std::log1p(t / renewals));
}
/// ln S(renewals + t) - ln S(renewals), t and renewals >= 0, not necessarily whole.
[[nodiscard]] inline double log_survival(const Parameters& p, double t, double renewals) noexcept {
  if (t == 0) return 0;
  const double age = renewals == 0 ? 0 : std::pow(renewals, p.c);
  const double gain = age_gain(p.c, renewals, t);
  // Beyond 1e300 survival is 0 unless alpha is nearly 0; its logarithm stays finite.
  constexpr double kMost = 1e300;
  return log_beta_survival(p.alpha, p.beta + std::fmin(age, kMost), std::fmin(gain, kMost));
}
}  // namespace detail

/// S(t | renewals): P(renews `t` more times, given so many renewals), t >= 0 whole.
[[nodiscard]] inline double survival(const Parameters& p, double t, double renewals = 0) noexcept {
  if (!valid(p) || !is_count(t) || !is_count(renewals)) return kNaN;
  return std::exp(detail::log_survival(p, t, renewals));
}

/// h_t: P(leaves at the end of period t | there until then), t >= 1.
[[nodiscard]] inline double hazard(const Parameters& p, double t) noexcept {
  if (!valid(p) || !is_count(t) || t < 1) return kNaN;
  return -std::expm1(detail::log_survival(p, 1, t - 1));
}

/// r_t = S(t) / S(t - 1), t >= 1.
[[nodiscard]] inline double retention(const Parameters& p, double t) noexcept {
  if (!valid(p) || !is_count(t) || t < 1) return kNaN;
  return std::exp(detail::log_survival(p, 1, t - 1));
}

/// P(leaves within the next `periods` | renewals), without the cancellation of 1 - S.
[[nodiscard]] inline double churn_probability(const Parameters& p, double periods,
                                              double renewals = 0) noexcept {
  if (!valid(p) || !is_count(periods) || !is_count(renewals)) return kNaN;
  return -std::expm1(detail::log_survival(p, periods, renewals));
}

/// ln P(duration, event | entry) of one customer; see RenewalColumns.
[[nodiscard]] inline double log_likelihood(const Parameters& p, double duration, double event,
                                           double entry = 0) noexcept {
  if (!valid(p) || renewal_row_reason(duration, event, entry) != RowReason::none) return kNaN;
  const double stayed = detail::log_survival(p, duration - event - entry, entry);
  return event == 0 ? stayed : stayed + log1mexp(-detail::log_survival(p, 1, duration - 1));
}

/// DERL: discounted expected residual lifetime just before the next renewal is decided: E[sum over
/// further renewals j = 1..periods of (1 + discount)^-(j-1)], periods whole or infinite. There is
/// no closed form: terms are added until they are negligible, at least 1,000 of them; what a slow
/// tail leaves is its integral with Gregory's end correction. NaN where it does not exist: endless,
/// undiscounted, alpha c <= 1. Relative error below 1e-10 (docs/models/sbg.md).
[[nodiscard]] double discounted_residual(const Parameters& p, double renewals, double discount,
                                         double periods = HUGE_VAL) noexcept;

/// E[further renewals within `periods` (may be infinite) | renewals].
[[nodiscard]] inline double expected_residual(const Parameters& p, double renewals,
                                              double periods = HUGE_VAL) noexcept {
  return discounted_residual(p, renewals, 0, periods);
}

/// E[periods as a customer] = sum over t >= 0 of S(t), alpha c > 1; NaN otherwise.
[[nodiscard]] inline double expected_lifetime(const Parameters& p) noexcept {
  return 1 + expected_residual(p, 0);
}

/// DEL of a customer just won: sum over t >= 0 of S(t) / (1 + discount)^t.
[[nodiscard]] inline double discounted_lifetime(const Parameters& p, double discount) noexcept {
  return 1 + discounted_residual(p, 0, discount) / (1 + discount);
}

/// Maximum likelihood by Newton's method in the logarithms of the parameters, gradient and Hessian
/// analytic, rows collapsed to the numbers that renewed and left in each period. Unreadable rows
/// are left out and counted. Ridges (alpha, beta -> infinity: equal customers; c -> 0: nobody
/// leaves after the first period) are reported as boundary. Errors: size_mismatch;
/// invalid_argument; insufficient_data without an event. Cost: one pass over the rows, then some
/// 300 ns per period and iteration.
[[nodiscard]] Result<FitResult<Parameters>> fit(const RenewalColumns& customers,
                                                const FitOptions<Parameters>& options = {});

/// The same from one cohort: active[t] customers are there after t renewals; active[0] is its size.
/// invalid_argument unless the counts are finite, >= 0 and never rise.
[[nodiscard]] Result<FitResult<Parameters>> fit_cohort(std::span<const double> active,
                                                       const FitOptions<Parameters>& options = {});

/// Per customer; `renewals` and `out` of equal size.
BatchReport survival(const Parameters& parameters, double periods, std::span<const double> renewals,
                     std::span<double> out, const Executor& executor = {});
BatchReport churn_probability(const Parameters& parameters, double periods,
                              std::span<const double> renewals, std::span<double> out,
                              const Executor& executor = {});
BatchReport expected_residual(const Parameters& parameters, double periods,
                              std::span<const double> renewals, std::span<double> out,
                              const Executor& executor = {});
BatchReport discounted_residual(const Parameters& parameters, double periods, double discount,
                                std::span<const double> renewals, std::span<double> out,
                                const Executor& executor = {});
BatchReport log_likelihood(const Parameters& parameters, const RenewalColumns& customers,
                           std::span<double> out, const Executor& executor = {});

/// Fitted parameters: what intervals are computed from.
struct Estimate {
  Parameters parameters{};
  std::span<const double> log_covariance{};  ///< of ln(parameters), 3 x 3 row-major
};

/// Estimate and interval (delta method; logit scale for probabilities, log scale for periods).
BatchReport survival(const Estimate& estimate, double periods, double level,
                     std::span<const double> renewals, const IntervalColumns& out,
                     const Executor& executor = {});
BatchReport churn_probability(const Estimate& estimate, double periods, double level,
                              std::span<const double> renewals, const IntervalColumns& out,
                              const Executor& executor = {});
BatchReport discounted_residual(const Estimate& estimate, double periods, double discount,
                                double level, std::span<const double> renewals,
                                const IntervalColumns& out, const Executor& executor = {});

/// Draws customers observed for `periods` each: duration and event as in RenewalColumns. Customer i
/// uses random stream i of the seed. periods whole, 1..kMostRenewals.
Status simulate(const Parameters& parameters, std::span<const double> periods, std::uint64_t seed,
                std::span<double> duration, std::span<double> event, const Executor& executor = {});

}  // namespace kam::bdw
