/// NBD: Ehrenberg (1959), Applied Statistics 8(1), 26-41. The baseline without drop-out.
///
/// An account orders at a Poisson rate lambda ~ Gamma(shape r, rate alpha) for ever. Nobody leaves,
/// so P(alive) is 1 by definition and every silence is chance: what a churn model must beat.
///
/// x = frequency (repeat orders), T = age. Recency (t_x) says nothing here; it is read, and judged,
/// all the same, so that the models of the family use the same rows and their log-likelihoods
/// compare. Scalar functions never throw; they answer NaN for parameters or rows outside the domain
/// (order_row_reason). Batches over columns: churn/order_model.hpp.
#pragma once

#include <array>
#include <cmath>

#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/fit.hpp>
#include <kam/base/special.hpp>

namespace kam::nbd {

struct Parameters {
  double r;      ///< shape of the order-rate distribution      [-],    > 0
  double alpha;  ///< its rate (inverse scale)                  [time], > 0

  static constexpr std::size_t kCount = 2;
  static constexpr std::array<const char*, kCount> kNames{"r", "alpha"};
  [[nodiscard]] constexpr std::array<double, kCount> values() const { return {r, alpha}; }
  [[nodiscard]] static constexpr Parameters from_values(const std::array<double, kCount>& v) {
    return {v[0], v[1]};
  }
  friend bool operator==(const Parameters&, const Parameters&) = default;
};

[[nodiscard]] inline bool valid(const Parameters& p) noexcept {
  return p.r > 0 && p.alpha > 0 && p.r + p.alpha < HUGE_VAL;
}

namespace detail {
[[nodiscard]] inline bool readable(const Parameters& p, double x, double t_x, double T) noexcept {
  return valid(p) && order_row_reason(x, t_x, T) == RowReason::none;
}
}  // namespace detail

/// ln of the likelihood of one account's order times, on the time scale of the input:
/// Gamma(r+x)/Gamma(r) alpha^r (alpha+T)^-(r+x). The times enter through x and T alone; t_x is only
/// checked.
[[nodiscard]] inline double log_likelihood(const Parameters& p, double x, double t_x,
                                           double T) noexcept {
  if (!detail::readable(p, x, t_x, T)) return kNaN;
  return log_gamma_ratio(p.r, x) - p.r * std::log1p(T / p.alpha) - x * std::log(p.alpha + T);
}

/// ln P(n orders in (0, t]) of a new account; the negative binomial distribution. t >= 0, n whole.
[[nodiscard]] inline double log_probability_of_orders(const Parameters& p, double n,
                                                      double t) noexcept {
  if (!valid(p) || !is_count(n) || !(t >= 0) || !(t < HUGE_VAL)) return kNaN;
  if (t == 0) return n == 0 ? 0 : -HUGE_VAL;
  const double stays = -p.r * std::log1p(t / p.alpha);
  if (n == 0) return stays;
  return log_gamma_ratio(p.r, n) - log_gamma(n + 1) + stays - n * std::log1p(p.alpha / t);
}

/// P(n orders in (0, t]) of a new account.
[[nodiscard]] inline double probability_of_orders(const Parameters& p, double n,
                                                  double t) noexcept {
  return std::exp(log_probability_of_orders(p, n, t));
}

/// P(n orders in (T, T + horizon] | x, T).
[[nodiscard]] inline double probability_of_orders(const Parameters& p, double n, double horizon,
                                                  double x, double t_x, double T) noexcept {
  if (!detail::readable(p, x, t_x, T)) return kNaN;
  return probability_of_orders(Parameters{p.r + x, p.alpha + T}, n, horizon);
}

/// 1 by definition; NaN outside the domain.
[[nodiscard]] inline double probability_alive(const Parameters& p, double x, double t_x,
                                              double T) noexcept {
  return detail::readable(p, x, t_x, T) ? 1 : kNaN;
}

/// 1 too; NaN outside the domain.
[[nodiscard]] inline double probability_alive_at(const Parameters& p, double horizon, double x,
                                                 double t_x, double T) noexcept {
  return horizon >= 0 ? probability_alive(p, x, t_x, T) : kNaN;
}

/// P(no order in (T, T + horizon] | x, T).
[[nodiscard]] inline double probability_no_order_if_alive(const Parameters& p, double horizon,
                                                          double x, double T) noexcept {
  if (!valid(p) || !(horizon >= 0)) return kNaN;
  return std::exp(-(p.r + x) * std::log1p(horizon / (p.alpha + T)));
}
[[nodiscard]] inline double probability_no_order(const Parameters& p, double horizon, double x,
                                                 double t_x, double T) noexcept {
  if (!detail::readable(p, x, t_x, T)) return kNaN;
  return probability_no_order_if_alive(p, horizon, x, T);
}

/// E[orders in (T, T + horizon] | x, T] = (r + x)/(alpha + T) horizon.
[[nodiscard]] inline double expected_orders_if_alive(const Parameters& p, double horizon, double x,
                                                     double T) noexcept {
  if (!valid(p) || !(horizon >= 0)) return kNaN;
  return (p.r + x) * (horizon / (p.alpha + T));
}
[[nodiscard]] inline double expected_orders(const Parameters& p, double horizon, double x,
                                            double t_x, double T) noexcept {
  if (!detail::readable(p, x, t_x, T)) return kNaN;
  return expected_orders_if_alive(p, horizon, x, T);
}

/// E[orders in (0, horizon]] of an account that places its first order now.
[[nodiscard]] inline double expected_orders_new(const Parameters& p, double horizon) noexcept {
  return expected_orders_if_alive(p, horizon, 0, 0);
}

/// E[sum over orders in (T, T + horizon] of exp(-delta (time - T))] = (r + x)/(alpha + T) (1 -
/// exp(-delta horizon))/delta. horizon may be infinite where delta > 0.
[[nodiscard]] inline double discounted_expected_orders_if_alive(const Parameters& p, double horizon,
                                                                double delta, double x,
                                                                double T) noexcept {
  if (!valid(p) || !(horizon >= 0) || !(delta >= 0) || !(delta < HUGE_VAL)) return kNaN;
  if (horizon == HUGE_VAL && delta == 0) return kNaN;
  const double rate = (p.r + x) / (p.alpha + T), fall = delta * horizon;
  return fall == 0 ? rate * horizon : rate * (-std::expm1(-fall) / delta);
}

/// Maximum likelihood by Newton's method with a trust region in the logarithms of the parameters,
/// gradient and Hessian analytic, rows of equal (x, T) collapsed. Unreadable rows are left out and
/// counted. Where all accounts order at one rate, r and alpha run to infinity:
/// StopReason::boundary. Errors: size_mismatch; invalid_argument (start, tolerance);
/// insufficient_data without a repeat order. Cost: about 20 ns per distinct (x, T) and iteration, 4
/// to 10 iterations.
[[nodiscard]] Result<FitResult<Parameters>> fit(const OrderColumns& accounts,
                                                const FitOptions<Parameters>& options = {},
                                                const Executor& executor = {});

}  // namespace kam::nbd
