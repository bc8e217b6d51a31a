/// Shifted beta-geometric (sBG): Fader & Hardie (2007), J. Interactive Marketing 21(1), 76-90;
/// residual lifetime: Fader & Hardie (2010), Marketing Science 29(1), 85-93.
///
/// At the end of each period a customer leaves with probability theta, its own and constant;
/// theta ~ Beta(alpha, beta) over customers. The retention rate of a cohort rises because those who
/// leave easily leave first, not because anybody grows loyal.
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

namespace kam::sbg {

struct Parameters {
  double alpha;  ///< first Beta parameter of the churn probability  [-], > 0
  double beta;   ///< second one                                     [-], > 0

  static constexpr std::size_t kCount = 2;
  static constexpr std::array<const char*, kCount> kNames{"alpha", "beta"};
  [[nodiscard]] constexpr std::array<double, kCount> values() const { return {alpha, beta}; }
  [[nodiscard]] static constexpr Parameters from_values(const std::array<double, kCount>& v) {
    return {v[0], v[1]};
  }
  friend bool operator==(const Parameters&, const Parameters&) = default;
};

[[nodiscard]] inline bool valid(const Parameters& p) noexcept {
  return p.alpha > 0 && p.beta > 0 && p.alpha + p.beta < HUGE_VAL;
}

/// S(t | renewals): P(renews `t` more times, given so many renewals), t >= 0 whole.
[[nodiscard]] inline double survival(const Parameters& p, double t, double renewals = 0) noexcept {
  if (!valid(p) || !is_count(t) || !is_count(renewals)) return kNaN;
  return beta_survival(p.alpha, p.beta + renewals, t);
}

/// h_t: P(leaves at the end of period t | there until then), t >= 1.
[[nodiscard]] inline double hazard(const Parameters& p, double t) noexcept {
  if (!valid(p) || !is_count(t) || t < 1) return kNaN;
  return p.alpha / (p.alpha + (p.beta + (t - 1)));
}

/// r_t = S(t) / S(t - 1), t >= 1.
[[nodiscard]] inline double retention(const Parameters& p, double t) noexcept {
  if (!valid(p) || !is_count(t) || t < 1) return kNaN;
  return (p.beta + (t - 1)) / (p.alpha + (p.beta + (t - 1)));
}

/// P(leaves within the next `periods` | renewals), without the cancellation of 1 - S.
[[nodiscard]] inline double churn_probability(const Parameters& p, double periods,
                                              double renewals = 0) noexcept {
  if (!valid(p) || !is_count(periods) || !is_count(renewals)) return kNaN;
  return -std::expm1(log_beta_survival(p.alpha, p.beta + renewals, periods));
}

/// ln P(duration, event | entry) of one customer; see RenewalColumns.
[[nodiscard]] inline double log_likelihood(const Parameters& p, double duration, double event,
                                           double entry = 0) noexcept {
  if (!valid(p) || renewal_row_reason(duration, event, entry) != RowReason::none) return kNaN;
  const double stayed = duration - event - entry;
  return log_beta_survival(p.alpha, p.beta + entry, stayed) +
         (event == 1 ? std::log(hazard(p, duration)) : 0);
}

/// E[periods as a customer] = 1 + beta / (alpha - 1), alpha > 1; NaN otherwise (no finite mean).
[[nodiscard]] inline double expected_lifetime(const Parameters& p) noexcept {
  return 1 + discounted_survival(p.alpha, p.beta, 0, HUGE_VAL);
}

/// E[further renewals within `periods` (may be infinite) | renewals].
[[nodiscard]] inline double expected_residual(const Parameters& p, double renewals,
                                              double periods = HUGE_VAL) noexcept {
  if (!is_count(renewals)) return kNaN;
  return discounted_survival(p.alpha, p.beta + renewals, 0, periods);
}

/// DERL: discounted expected residual lifetime just before the next renewal is decided: E[sum over
/// further renewals j = 1..periods of (1 + discount)^-(j-1)]. Endless it is
/// (beta + n) / (alpha + beta + n) 2F1(1, beta + n + 1; alpha + beta + n + 1; 1 / (1 + discount)).
[[nodiscard]] inline double discounted_residual(const Parameters& p, double renewals,
                                                double discount,
                                                double periods = HUGE_VAL) noexcept {
  if (!is_count(renewals)) return kNaN;
  return (1 + discount) * discounted_survival(p.alpha, p.beta + renewals, discount, periods);
}

/// DEL of a customer just won: sum over t >= 0 of S(t) / (1 + discount)^t.
[[nodiscard]] inline double discounted_lifetime(const Parameters& p, double discount) noexcept {
  return 1 + discounted_survival(p.alpha, p.beta, discount, HUGE_VAL);
}

/// Maximum likelihood by Newton's method in the logarithms of the parameters, gradient and Hessian
/// analytic, rows collapsed to the numbers that renewed and left in each period. Unreadable rows
/// are left out and counted. The ridge alpha, beta -> infinity (one constant churn probability) is
/// reported as boundary. `longest` is the last period in which somebody was seen. Errors:
/// size_mismatch; invalid_argument; insufficient_data without an event. Cost: one pass over the
/// rows, then some 10 ns per period and iteration.
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
  std::span<const double> log_covariance{};  ///< of ln(parameters), 2 x 2 row-major
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

}  // namespace kam::sbg
