/// BG/NBD: Fader, Hardie & Lee (2005), Marketing Science 24(2), 275-284.
///
/// While alive an account orders at a Poisson rate lambda ~ Gamma(shape r, rate alpha) and leaves
/// after each repeat order with probability p ~ Beta(a, b), lambda and p independent. An account
/// without a repeat order is alive for certain in this model; MBG/NBD lets it leave after its first
/// order too.
///
/// Letters as in the paper: x = frequency (repeat orders), t_x = recency (age at the last order), T
/// = age. Scalar functions never throw; they answer NaN for parameters or rows outside the domain
/// (order_row_reason). Batches over columns: churn/order_model.hpp.
#pragma once

#include <array>
#include <cmath>

#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/fit.hpp>
#include <kam/base/hypergeometric.hpp>
#include <kam/base/renewal_counts.hpp>
#include <kam/base/special.hpp>
#include <kam/churn/order_prior.hpp>

namespace kam::bgnbd {

struct Parameters {
  double r;      ///< shape of the order-rate distribution      [-],    > 0
  double alpha;  ///< its rate (inverse scale)                  [time], > 0
  double a;      ///< first Beta parameter of the drop-out      [-],    > 0
  double b;      ///< second Beta parameter of the drop-out     [-],    > 0

  using Prior = OrderPrior;
  static constexpr std::size_t kCount = 4;
  static constexpr std::array<const char*, kCount> kNames{"r", "alpha", "a", "b"};
  [[nodiscard]] constexpr std::array<double, kCount> values() const { return {r, alpha, a, b}; }
  [[nodiscard]] static constexpr Parameters from_values(const std::array<double, kCount>& v) {
    return {v[0], v[1], v[2], v[3]};
  }
  friend bool operator==(const Parameters&, const Parameters&) = default;
};

[[nodiscard]] inline bool valid(const Parameters& p) noexcept {
  return p.r > 0 && p.alpha > 0 && p.a > 0 && p.b > 0 && p.r + p.alpha + p.a + p.b < HUGE_VAL;
}

namespace detail {
[[nodiscard]] inline bool readable(const Parameters& p, double x, double t_x, double T) noexcept {
  return valid(p) && order_row_reason(x, t_x, T) == RowReason::none;
}
}  // namespace detail

/// ln of the odds of having left right at the last order: a / (beta - 1), beta the second
/// parameter of p given the orders.
[[nodiscard]] inline double log_odds_at_last_order(const Parameters& p, double x) noexcept {
  if (x == 0) return -HUGE_VAL;  // it cannot have left yet
  return std::log(p.a / (p.b + x - 1));
}

/// The part of log_odds_left that is the same for all accounts of equal x and T.
[[nodiscard]] inline double log_odds_of_silence(const Parameters& p, double x, double T) noexcept {
  return log_odds_at_last_order(p, x) + (p.r + x) * std::log(p.alpha + T);
}

/// ln of the odds that the account has left by T: ln a/(beta - 1) + (r + x) ln((alpha + T)/(alpha +
/// t_x)).
[[nodiscard]] inline double log_odds_left(const Parameters& p, double x, double t_x,
                                          double T) noexcept {
  if (!detail::readable(p, x, t_x, T)) return kNaN;
  return log_odds_of_silence(p, x, T) - (p.r + x) * std::log(p.alpha + t_x);
}

/// ln of the likelihood of one account, on the time scale of the input:
/// Gamma(r+x)/Gamma(r) alpha^r B(a, b+x)/B(a, b) [(alpha+T)^-(r+x) + 1{x>0} a/(b+x-1)
/// (alpha+t_x)^-(r+x)].
[[nodiscard]] inline double log_likelihood(const Parameters& p, double x, double t_x,
                                           double T) noexcept {
  if (!detail::readable(p, x, t_x, T)) return kNaN;
  const double orders =
      log_gamma_ratio(p.r, x) - p.r * std::log1p(T / p.alpha) - x * std::log(p.alpha + T);
  const double stays = log_gamma_ratio(p.b, x) - log_gamma_ratio(p.a + p.b, x);
  return orders + stays + log_add_exp(0, log_odds_left(p, x, t_x, T));
}

/// P(alive at T | x, t_x, T).
[[nodiscard]] inline double probability_alive(const Parameters& p, double x, double t_x,
                                              double T) noexcept {
  return logistic(-log_odds_left(p, x, t_x, T));
}

/// P(no order in (T, T + horizon] | alive at T, x): silent by chance.
[[nodiscard]] inline double probability_no_order_if_alive(const Parameters& p, double horizon,
                                                          double x, double T) noexcept {
  if (!valid(p) || !(horizon >= 0)) return kNaN;
  return std::exp(-(p.r + x) * std::log1p(horizon / (p.alpha + T)));
}

/// P(no order in (T, T + horizon] | x, t_x, T): has left already, or is silent by chance.
[[nodiscard]] inline double probability_no_order(const Parameters& p, double horizon, double x,
                                                 double t_x, double T) noexcept {
  if (!(horizon >= 0)) return kNaN;
  const double log_odds = log_odds_left(p, x, t_x, T);
  const double silent = probability_no_order_if_alive(p, horizon, x, T);
  const double sum = logistic(log_odds) + logistic(-log_odds) * silent;
  return sum > 1 ? 1 : sum;  // by one rounding, at tiny horizons
}

/// E[orders in (T, T + horizon] | alive at T, x]: the part that does not depend on t_x.
[[nodiscard]] inline double expected_orders_if_alive(const Parameters& p, double horizon, double x,
                                                     double T) noexcept {
  if (!valid(p)) return kNaN;
  return mean_saturation(p.r + x, p.a, p.b + x, horizon / (p.alpha + T));
}

/// E[orders in (T, T + horizon] | x, t_x, T], horizon >= 0. Cost: see mean_saturation.
[[nodiscard]] inline double expected_orders(const Parameters& p, double horizon, double x,
                                            double t_x, double T) noexcept {
  return probability_alive(p, x, t_x, T) * expected_orders_if_alive(p, horizon, x, T);
}

/// E[repeat orders in (0, horizon]] of an account that places its first order now.
[[nodiscard]] inline double expected_orders_new(const Parameters& p, double horizon) noexcept {
  return expected_orders_if_alive(p, horizon, 0, 0);
}

namespace detail {
/// The orders ahead of an account that is alive at T.
[[nodiscard]] inline RenewalsAhead ahead(const Parameters& p, double horizon, double x,
                                         double T) noexcept {
  return {.k = 1, .s = p.r + x, .w = 0, .a = p.a, .b = p.b + x, .u = horizon / (p.alpha + T)};
}
}  // namespace detail

/// P(alive at T + horizon | x, t_x, T), horizon >= 0 and finite: P(alive) times
/// (1+u)^-(r+x) 2F1(r+x, beta; a+beta; u/(1+u)), u = horizon/(alpha+T).
[[nodiscard]] inline double probability_alive_at(const Parameters& p, double horizon, double x,
                                                 double t_x, double T) noexcept {
  const double alive = probability_alive(p, x, t_x, T);
  if (!(horizon >= 0) || !(horizon < HUGE_VAL) || !(alive >= 0)) return kNaN;
  return alive * survives_renewals(detail::ahead(p, horizon, x, T));
}

/// P(n orders in (T, T + horizon] | x, t_x, T); n = 0, 1, 2, …, NaN otherwise. It stays for all n
/// and the next is late, or leaves at the last of them, or has left already (n = 0).
[[nodiscard]] inline double probability_of_orders(const Parameters& p, double n, double horizon,
                                                  double x, double t_x, double T) noexcept {
  const double log_odds = log_odds_left(p, x, t_x, T);
  if (!is_count(n) || !(horizon >= 0) || !(horizon < HUGE_VAL) || std::isnan(log_odds)) return kNaN;
  const double orders = probability_of_renewals(detail::ahead(p, horizon, x, T), n);
  return logistic(-log_odds) * orders + (n == 0 ? logistic(log_odds) : 0);
}

/// P(n repeat orders in (0, horizon]) of an account that places its first order now.
[[nodiscard]] inline double probability_of_orders(const Parameters& p, double n,
                                                  double horizon) noexcept {
  if (!valid(p) || !is_count(n) || !(horizon >= 0) || !(horizon < HUGE_VAL)) return kNaN;
  return probability_of_renewals(detail::ahead(p, horizon, 0, 0), n);
}

/// Maximum likelihood by Newton's method with a trust region in the logarithms of the parameters,
/// gradient and Hessian analytic, identical rows collapsed. Unreadable rows are left out and
/// counted. With a prior: its mode (order_prior.hpp). Errors: size_mismatch; invalid_argument
/// (start, tolerance, prior); insufficient_data without a
/// repeat order. Cost: about 30 ns per distinct (x, t_x, T) and iteration, 5 to 15 iterations.
[[nodiscard]] Result<FitResult<Parameters>> fit(const OrderColumns& accounts,
                                                const FitOptions<Parameters>& options = {},
                                                const Executor& executor = {});

}  // namespace kam::bgnbd
