/// BG/BB: Fader, Hardie & Shang (2010), Marketing Science 29(6), 1086-1108.
///
/// Orders happen at discrete opportunities (a yearly campaign, a monthly call-off). At the start of
/// each period the account leaves for good with probability theta ~ Beta(gamma, delta); while it is
/// there it orders with probability p ~ Beta(alpha, beta), p and theta independent.
///
/// Letters as in the paper: x = frequency (periods with an order), t_x = recency (the last such
/// period), n = periods observed after the first order. Scalar functions never throw; they answer
/// NaN for parameters or rows outside the domain (period_row_reason). Every sum has positive terms.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <span>

#include <kam/base/beta_survival.hpp>
#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/fit.hpp>

namespace kam {

/// What a discrete-time order model needs to know of each account; n accounts, one row each.
struct PeriodColumns {
  std::span<const double> frequency;  ///< periods with an order    [count], integer, <= recency
  std::span<const double> recency;    ///< the last of them         [period], integer, <= periods
  std::span<const double> periods;    ///< opportunities observed   [count], integer, <= 1e6
  std::span<const double> weight{};   ///< how often the row counts [-], >= 0; empty means 1

  [[nodiscard]] std::size_t rows() const noexcept { return frequency.size(); }
};

/// The longest history a row may have: the likelihood is a sum over its silent periods.
inline constexpr double kMostPeriods = 1e6;

/// Whether a discrete-time order model can read the row: finite, whole numbers, frequency <=
/// recency <= periods <= kMostPeriods, and a recency exactly where there is an order.
[[nodiscard]] inline RowReason period_row_reason(double x, double t_x, double n) noexcept {
  if (!((x - x) + (t_x - t_x) + (n - n) == 0)) return RowReason::not_finite;
  const bool whole = is_count(x) && is_count(t_x) && is_count(n);
  const bool ordered = x <= t_x && t_x <= n && n <= kMostPeriods && (x > 0 || t_x == 0);
  return whole && ordered ? RowReason::none : RowReason::out_of_domain;
}

[[nodiscard]] Status check_sizes(const PeriodColumns& columns);

namespace bgbb {

struct Parameters {
  double alpha;  ///< first Beta parameter of the order probability   [-], > 0
  double beta;   ///< second one                                      [-], > 0
  double gamma;  ///< first Beta parameter of the drop-out            [-], > 0
  double delta;  ///< second one                                      [-], > 0

  static constexpr std::size_t kCount = 4;
  static constexpr std::array<const char*, kCount> kNames{"alpha", "beta", "gamma", "delta"};
  [[nodiscard]] constexpr std::array<double, kCount> values() const {
    return {alpha, beta, gamma, delta};
  }
  [[nodiscard]] static constexpr Parameters from_values(const std::array<double, kCount>& v) {
    return {v[0], v[1], v[2], v[3]};
  }
  friend bool operator==(const Parameters&, const Parameters&) = default;
};

[[nodiscard]] inline bool valid(const Parameters& p) noexcept {
  return p.alpha > 0 && p.beta > 0 && p.gamma > 0 && p.delta > 0 &&
         p.alpha + p.beta + p.gamma + p.delta < HUGE_VAL;
}

namespace detail {

[[nodiscard]] inline bool readable(const Parameters& p, double x, double t_x, double n) noexcept {
  return valid(p) && period_row_reason(x, t_x, n) == RowReason::none;
}

/// ln of the likelihood of "x orders within t periods, the last in t, then it left at once".
[[nodiscard]] inline double log_left_at(const Parameters& p, double x, double t) noexcept {
  return log_beta_survival(p.alpha, p.beta, t - x) +
         log_beta_survival(p.beta + (t - x), p.alpha, x) +  // together B(alpha+x, beta+t-x) / B
         log_beta_survival(p.gamma, p.delta, t) + std::log(p.gamma / (p.gamma + p.delta + t));
}

/// ln sum over the silent periods, relative to log_left_at(x, t_x); -infinity without any.
[[nodiscard]] inline double log_silence(const Parameters& p, double x, double t_x,
                                        double n) noexcept {
  double term = 1, sum = 0;
  for (double t = t_x; t < n; ++t) {
    sum += term;
    term *=
        (p.beta + (t - x)) / (p.alpha + p.beta + t) * (p.delta + t) / (p.gamma + p.delta + 1 + t);
    if (term * (n - t) <= 1e-17 * sum) break;  // terms only fall
  }
  return std::log(sum);
}

/// ln of "still there at n", relative to log_left_at(x, t_x).
[[nodiscard]] inline double log_stayed(const Parameters& p, double x, double t_x,
                                       double n) noexcept {
  return log_beta_survival(p.alpha + x, p.beta + (t_x - x), n - t_x) +
         log_beta_survival(p.gamma + 1, p.delta + t_x, n - t_x) +
         std::log1p((p.delta + n) / p.gamma);
}

/// What is known of an account that is there at n: p ~ Beta, theta ~ Beta, still independent.
[[nodiscard]] inline Parameters posterior(const Parameters& p, double x, double n) noexcept {
  return {p.alpha + x, p.beta + (n - x), p.gamma, p.delta + n};
}

}  // namespace detail

/// ln of the odds of still being there in period n; infinite if the last order was in n.
[[nodiscard]] inline double log_odds_there(const Parameters& p, double x, double t_x,
                                           double n) noexcept {
  if (!detail::readable(p, x, t_x, n)) return kNaN;
  return detail::log_stayed(p, x, t_x, n) - detail::log_silence(p, x, t_x, n);
}

/// ln of the likelihood of one account (the order of its orders counts, so no binomial factor).
/// Cost: up to n - t_x terms.
[[nodiscard]] inline double log_likelihood(const Parameters& p, double x, double t_x,
                                           double n) noexcept {
  if (!detail::readable(p, x, t_x, n)) return kNaN;
  const double sum = detail::log_left_at(p, x, t_x) + log_add_exp(detail::log_silence(p, x, t_x, n),
                                                                  detail::log_stayed(p, x, t_x, n));
  return sum > 0 ? 0 : sum;  // > 0 by one rounding, where the history is certain
}

/// P(there in period n + ahead | x, t_x, n). The paper's P(alive at n + 1) is ahead = 1:
/// it has also survived the chance to leave before the next opportunity.
[[nodiscard]] inline double probability_alive(const Parameters& p, double x, double t_x, double n,
                                              double ahead = 1) noexcept {
  if (!is_count(ahead)) return kNaN;
  return logistic(log_odds_there(p, x, t_x, n)) * beta_survival(p.gamma, p.delta + n, ahead);
}

/// E[sum over orders in the next `periods` periods of (1 + discount)^-j], j = 1 for the next one;
/// periods may be infinite. Endless and discounted this is the paper's DERT.
/// NaN where it does not exist: endless, undiscounted, gamma <= 1.
[[nodiscard]] inline double discounted_expected_orders(const Parameters& p, double periods,
                                                       double discount, double x, double t_x,
                                                       double n) noexcept {
  const double there = logistic(log_odds_there(p, x, t_x, n));
  return there * ((p.alpha + x) / (p.alpha + p.beta + n)) *
         discounted_survival(p.gamma, p.delta + n, discount, periods);
}

/// E[orders in the next `periods` periods | x, t_x, n] (a sum of positive terms).
[[nodiscard]] inline double expected_orders(const Parameters& p, double periods, double x,
                                            double t_x, double n) noexcept {
  return discounted_expected_orders(p, periods, 0, x, t_x, n);
}

/// E[orders in the `periods` periods after the first order].
[[nodiscard]] inline double expected_orders_new(const Parameters& p, double periods) noexcept {
  return expected_orders(p, periods, 0, 0, 0);
}

/// P(X = x orders in `periods` periods) of a new account, periods <= kMostPeriods.
/// Cost: periods - x terms.
[[nodiscard]] inline double probability_of_orders_new(const Parameters& p, double x,
                                                      double periods) noexcept {
  if (!valid(p) || !is_count(x) || !is_count(periods) || periods > kMostPeriods) return kNaN;
  if (x > periods) return 0;
  constexpr double kRoom = 1e200;
  double log_scale = detail::log_left_at(p, x, x);
  double term = 1, sum = 0;  // C(t, x) B(alpha+x, beta+t-x) B(gamma+1, delta+t), scaled
  for (double t = x; t < periods; ++t) {
    sum += term;
    term *= (t + 1) / (t + 1 - x) * ((p.beta + (t - x)) / (p.alpha + p.beta + t)) *
            ((p.delta + t) / (p.gamma + p.delta + 1 + t));
    if (sum > kRoom || term > kRoom) {
      sum /= kRoom;
      term /= kRoom;
      log_scale += std::log(kRoom);
    }
  }
  // "still there": B(gamma, delta+n) instead of B(gamma+1, delta+n)
  sum += term * (1 + (p.delta + periods) / p.gamma);
  const double probability = std::exp(log_scale + std::log(sum));
  return probability > 1 ? 1 : probability;
}

/// P(k orders in the next `periods` periods | x, t_x, n).
[[nodiscard]] inline double probability_of_orders(const Parameters& p, double k, double periods,
                                                  double x, double t_x, double n) noexcept {
  const double log_odds = log_odds_there(p, x, t_x, n);
  if (log_odds != log_odds) return kNaN;
  const double here = probability_of_orders_new(detail::posterior(p, x, n), k, periods);
  const double sum = (k == 0 ? logistic(-log_odds) : 0) + logistic(log_odds) * here;
  return sum > 1 ? 1 : sum;
}

/// P(no order in the next `periods` periods): has left, leaves, or is silent by chance.
[[nodiscard]] inline double probability_no_order(const Parameters& p, double periods, double x,
                                                 double t_x, double n) noexcept {
  return probability_of_orders(p, 0, periods, x, t_x, n);
}

/// Maximum likelihood by Newton's method with a trust region in the logarithms of the parameters,
/// gradient and Hessian analytic, identical rows collapsed. Unreadable rows are left out and
/// counted. A ridge (alpha, beta -> infinity: all order with the same probability) is reported as
/// boundary. Errors: size_mismatch; invalid_argument (start, tolerance); insufficient_data without
/// an order. Cost: the silent periods of the distinct rows, some 20 ns each, per iteration.
[[nodiscard]] Result<FitResult<Parameters>> fit(const PeriodColumns& accounts,
                                                const FitOptions<Parameters>& options = {},
                                                const Executor& executor = {});

/// Per account, as the scalar functions above; n = accounts.rows() = out.size(). Accounts of equal
/// `periods` that follow each other share the sum over the future.
BatchReport log_likelihood(const Parameters& parameters, const PeriodColumns& accounts,
                           std::span<double> out, const Executor& executor = {});
BatchReport probability_alive(const Parameters& parameters, double ahead,
                              const PeriodColumns& accounts, std::span<double> out,
                              const Executor& executor = {});
BatchReport expected_orders(const Parameters& parameters, double periods,
                            const PeriodColumns& accounts, std::span<double> out,
                            const Executor& executor = {});
BatchReport discounted_expected_orders(const Parameters& parameters, double periods,
                                       double discount, const PeriodColumns& accounts,
                                       std::span<double> out, const Executor& executor = {});
BatchReport probability_no_order(const Parameters& parameters, double periods,
                                 const PeriodColumns& accounts, std::span<double> out,
                                 const Executor& executor = {});

/// Fitted parameters: what intervals are computed from.
struct Estimate {
  Parameters parameters{};
  std::span<const double> log_covariance{};  ///< of ln(parameters), 4 x 4 row-major
};

/// Estimate and interval (delta method; logit scale for probabilities, log scale for orders).
/// `level` is two-sided. Cost: nine batches.
BatchReport probability_alive(const Estimate& estimate, double ahead, double level,
                              const PeriodColumns& accounts, const IntervalColumns& out,
                              const Executor& executor = {});
BatchReport expected_orders(const Estimate& estimate, double periods, double level,
                            const PeriodColumns& accounts, const IntervalColumns& out,
                            const Executor& executor = {});
BatchReport probability_no_order(const Estimate& estimate, double periods, double level,
                                 const PeriodColumns& accounts, const IntervalColumns& out,
                                 const Executor& executor = {});

/// Draws accounts: frequency and recency after the given periods (whole, <= kMostPeriods). Account
/// i uses random stream i of the seed.
Status simulate(const Parameters& parameters, std::span<const double> periods, std::uint64_t seed,
                std::span<double> frequency, std::span<double> recency,
                const Executor& executor = {});

}  // namespace bgbb
}  // namespace kam
