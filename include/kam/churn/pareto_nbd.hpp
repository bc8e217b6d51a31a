/// Pareto/NBD: Schmittlein, Morrison & Colombo (1987), Management Science 33(1), 1-24.
///
/// While alive an account orders at a Poisson rate lambda ~ Gamma(shape r, rate alpha). It leaves
/// unseen after a lifetime that is exponential at a rate mu ~ Gamma(shape s, rate beta), lambda and
/// mu independent. Unlike in BG/NBD it may leave at any moment, not only right after an order.
///
/// Letters as in the paper: x = frequency (repeat orders), t_x = recency (age at the last order), T
/// = age. Scalar functions never throw; they answer NaN for parameters or rows outside the domain
/// (order_row_reason). Batches over columns: churn/order_model.hpp.
///
/// Given that an account is alive at T, what it did is forgotten but for this: it is as a new one
/// with the parameters (r + x, alpha + T, s, beta + T). Everything here is built on that, and on
/// one integral of positive terms instead of the textbook's difference of two 2F1
/// (log_leaves_silently).
#pragma once

#include <array>
#include <cmath>

#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/fit.hpp>
#include <kam/base/panel_quadrature.hpp>
#include <kam/base/special.hpp>
#include <kam/base/tricomi.hpp>

namespace kam::pareto_nbd {

struct Parameters {
  double r;      ///< shape of the order-rate distribution      [-],    > 0
  double alpha;  ///< its rate (inverse scale)                  [time], > 0
  double s;      ///< shape of the drop-out-rate distribution   [-],    > 0
  double beta;   ///< its rate (inverse scale)                  [time], > 0

  static constexpr std::size_t kCount = 4;
  static constexpr std::array<const char*, kCount> kNames{"r", "alpha", "s", "beta"};
  [[nodiscard]] constexpr std::array<double, kCount> values() const { return {r, alpha, s, beta}; }
  [[nodiscard]] static constexpr Parameters from_values(const std::array<double, kCount>& v) {
    return {v[0], v[1], v[2], v[3]};
  }
  friend bool operator==(const Parameters&, const Parameters&) = default;
};

[[nodiscard]] inline bool valid(const Parameters& p) noexcept {
  return p.r > 0 && p.alpha > 0 && p.s > 0 && p.beta > 0 && p.r + p.alpha + p.s + p.beta < HUGE_VAL;
}

/// The parameters of an account alive at age T after x repeat orders, seen as a new one.
[[nodiscard]] inline Parameters if_alive(const Parameters& p, double x, double T) noexcept {
  return {p.r + x, p.alpha + T, p.s, p.beta + T};
}

namespace detail {

[[nodiscard]] inline bool readable(const Parameters& p, double x, double t_x, double T) noexcept {
  return valid(p) && order_row_reason(x, t_x, T) == RowReason::none;
}

/// r ln(1 + t/alpha) + s ln(1 + t/beta): -ln P(new account stays and places no order within t).
[[nodiscard]] inline double log_fall(const Parameters& p, double t) noexcept {
  return p.r * std::log1p(t / p.alpha) + p.s * std::log1p(t / p.beta);
}

/// The density of leaving at y without an order before, for a new account, on the scale v = ln(1 +
/// y/low) with low = min(alpha, beta); high is the other one.
struct SilentLeaving {
  bool rate_is_low;         ///< low is alpha
  double at_low, at_high;   ///< exponents that go with low and high: r and s in some order
  double share, log_share;  ///< low/high
  double rest, span;        ///< 1 - low/high; v at the end of the interval

  SilentLeaving(const Parameters& p, double t) noexcept : rate_is_low(p.alpha < p.beta) {
    at_low = rate_is_low ? p.r : p.s;
    at_high = rate_is_low ? p.s : p.r;
    const double low = rate_is_low ? p.alpha : p.beta, high = rate_is_low ? p.beta : p.alpha;
    share = low / high;
    log_share = std::log(low) - std::log(high);
    rest = (high - low) / high;
    span = std::fmin(std::log1p(t / low), 700);
  }
  /// y/low = e^v - 1 = `growth`; 1 + y/high = `grown`.
  struct Point : kam::detail::PanelPoint {
    double v, growth, grown, log_grown;
  };
  [[nodiscard]] Point operator()(double v) const noexcept {
    const double growth = std::expm1(v), grown = 1 + share * growth;
    const double log_grown = std::log1p(share * growth), q = rest / grown, p = 1 - q;
    if (!rate_is_low) {  // dy/(beta + y) = dv
      return {{-at_low * v - at_high * log_grown, -at_low - at_high * p, at_high * p * q},
              v,
              growth,
              grown,
              log_grown};
    }
    return {{log_share + (1 - at_low) * v - (at_high + 1) * log_grown,
             1 - at_low - (at_high + 1) * p, (at_high + 1) * p * q},
            v,
            growth,
            grown,
            log_grown};
  }
};

/// Sum over n of (b)_n/(c)_n z^n, c > b > 0, 0 <= z < 1: 2F1(b, 1; c; z), all terms positive.
[[nodiscard]] inline double ratio_series(double b, double c, double z) noexcept {
  double term = 1, sum = 1;
  const double enough = 1e-17 * (1 - z);
  for (int n = 0; n < 400 && term > enough * sum; ++n) {
    term *= (b + n) / (c + n) * z;
    sum += term;
  }
  return sum;
}

/// (r + s)/s P(new account leaves, whenever, without an order before).
[[nodiscard]] inline double ever_leaves(const Parameters& p, double z) noexcept {
  const double c = p.r + p.s + 1;
  return p.alpha < p.beta ? p.alpha / p.beta * ratio_series(p.s + 1, c, z)
                          : ratio_series(p.r, c, z);
}

}  // namespace detail

/// ln P(a new account leaves within t, with no order before it leaves), t >= 0:
/// s int_0^t (1 + y/alpha)^-r (1 + y/beta)^-s dy/(beta + y).
///
/// As the difference of two series of positive terms where they are short and the difference keeps
/// its digits, by Gauss-Legendre panels otherwise. Cost: 50 to 200 ns, and about 1 us.
[[nodiscard]] inline double log_leaves_silently(const Parameters& p, double t) noexcept {
  if (t == 0) return -HUGE_VAL;
  const double high = std::fmax(p.alpha, p.beta), gap = std::fabs(p.alpha - p.beta);
  const double z = gap / high;
  constexpr double kShortSeries = 0.7, kCancels = 0.7;
  if (z < kShortSeries) {
    const double fall = detail::log_fall(p, t), all = detail::ever_leaves(p, z);
    const double later =
        fall > 45 ? 0
                  : std::exp(-fall) *
                        detail::ever_leaves({p.r, p.alpha + t, p.s, p.beta + t}, gap / (high + t));
    if (later < kCancels * all) return std::log(p.s / (p.r + p.s) * (all - later));
  }
  const detail::SilentLeaving leaving(p, t);
  return std::log(p.s) + kam::detail::log_panel_integral(leaving, 0, leaving.span);
}

/// ln of the odds that the account has left by T.
[[nodiscard]] inline double log_odds_left(const Parameters& p, double x, double t_x,
                                          double T) noexcept {
  if (!detail::readable(p, x, t_x, T)) return kNaN;
  const Parameters then = if_alive(p, x, t_x);
  return detail::log_fall(then, T - t_x) + log_leaves_silently(then, T - t_x);
}

/// ln of the likelihood of one account, on the time scale of the input: Gamma(r+x)/Gamma(r) alpha^r
/// beta^s [(alpha+T)^-(r+x) (beta+T)^-s + s int_{t_x}^T (alpha+y)^-(r+x) (beta+y)^-(s+1) dy].
[[nodiscard]] inline double log_likelihood(const Parameters& p, double x, double t_x,
                                           double T) noexcept {
  if (!detail::readable(p, x, t_x, T)) return kNaN;
  return log_gamma_ratio(p.r, x) - detail::log_fall(p, T) - x * std::log(p.alpha + T) +
         log_add_exp(0, log_odds_left(p, x, t_x, T));
}

/// P(alive at T | x, t_x, T).
[[nodiscard]] inline double probability_alive(const Parameters& p, double x, double t_x,
                                              double T) noexcept {
  return logistic(-log_odds_left(p, x, t_x, T));
}

/// P(alive at T + horizon | x, t_x, T), horizon >= 0.
[[nodiscard]] inline double probability_alive_at(const Parameters& p, double horizon, double x,
                                                 double t_x, double T) noexcept {
  if (!(horizon >= 0)) return kNaN;
  return probability_alive(p, x, t_x, T) * std::exp(-p.s * std::log1p(horizon / (p.beta + T)));
}

/// P(no order in (T, T + horizon] | alive at T, x): silent by chance, or leaves before it orders.
[[nodiscard]] inline double probability_no_order_if_alive(const Parameters& p, double horizon,
                                                          double x, double T) noexcept {
  if (!valid(p) || !(horizon >= 0) || !(horizon < HUGE_VAL)) return kNaN;
  const Parameters now = if_alive(p, x, T);
  const double sum =
      std::exp(-detail::log_fall(now, horizon)) + std::exp(log_leaves_silently(now, horizon));
  return sum > 1 ? 1 : sum;  // by one rounding, at tiny horizons
}

/// P(alive at T + horizon and no order until then | alive at T, x): silent by chance alone.
[[nodiscard]] inline double probability_stays_silent(const Parameters& p, double horizon, double x,
                                                     double T) noexcept {
  if (!valid(p) || !(horizon >= 0) || !(horizon < HUGE_VAL)) return kNaN;
  return std::exp(-detail::log_fall(if_alive(p, x, T), horizon));
}

/// P(no order in (T, T + horizon] | x, t_x, T).
[[nodiscard]] inline double probability_no_order(const Parameters& p, double horizon, double x,
                                                 double t_x, double T) noexcept {
  if (!(horizon >= 0)) return kNaN;
  const double log_odds = log_odds_left(p, x, t_x, T);
  const double silent = probability_no_order_if_alive(p, horizon, x, T);
  const double sum = logistic(log_odds) + logistic(-log_odds) * silent;
  return sum > 1 ? 1 : sum;
}

/// E[orders in (T, T + horizon] | alive at T, x] = (r+x)/(alpha+T) int_0^horizon (1 +
/// u/(beta+T))^-s du; the part that does not depend on t_x. No special case at s = 1.
[[nodiscard]] inline double expected_orders_if_alive(const Parameters& p, double horizon, double x,
                                                     double T) noexcept {
  if (!valid(p) || !(horizon >= 0) || !(horizon < HUGE_VAL)) return kNaN;
  const Parameters now = if_alive(p, x, T);
  const double v = std::log1p(horizon / now.beta), fall = (p.s - 1) * v;
  const double time = fall == 0 ? v : v * (-std::expm1(-fall) / fall);  // in units of beta + T
  return now.r * (now.beta / now.alpha) * time;
}

/// E[orders in (T, T + horizon] | x, t_x, T], horizon >= 0.
[[nodiscard]] inline double expected_orders(const Parameters& p, double horizon, double x,
                                            double t_x, double T) noexcept {
  return probability_alive(p, x, t_x, T) * expected_orders_if_alive(p, horizon, x, T);
}

/// E[repeat orders in (0, horizon]] of an account that places its first order now.
[[nodiscard]] inline double expected_orders_new(const Parameters& p, double horizon) noexcept {
  return expected_orders_if_alive(p, horizon, 0, 0);
}

/// ln of the expected time alive within the horizon, discounted: int_0^horizon exp(-delta u) (1 +
/// u/beta)^-s du of a new account.
[[nodiscard]] inline double log_discounted_time(double s, double beta, double horizon,
                                                double delta) noexcept {
  return std::log(beta) +
         kam::detail::log_tricomi_from_one(2 - s, delta * beta, std::log1p(horizon / beta));
}

/// E[sum over orders in (T, T + horizon] of exp(-delta (time - T)) | alive at T, x], delta >= 0 a
/// continuous rate per time unit. The horizon may be infinite where delta > 0: then it is the
/// discounted expected residual transactions (DERT) of Fader, Hardie & Lee (2005, J. Marketing
/// Research 42(4)), (r+x)(beta+T)/(alpha+T) U(1, 2-s, delta (beta+T)).
[[nodiscard]] inline double discounted_expected_orders_if_alive(const Parameters& p, double horizon,
                                                                double delta, double x,
                                                                double T) noexcept {
  if (!valid(p) || !(horizon >= 0) || !(delta >= 0) || !(delta < HUGE_VAL)) return kNaN;
  if (delta == 0) return expected_orders_if_alive(p, horizon, x, T);
  if (horizon == 0) return 0;
  return (p.r + x) / (p.alpha + T) * std::exp(log_discounted_time(p.s, p.beta + T, horizon, delta));
}

/// The same, alive or not: P(alive) times discounted_expected_orders_if_alive.
[[nodiscard]] inline double discounted_expected_orders(const Parameters& p, double horizon,
                                                       double delta, double x, double t_x,
                                                       double T) noexcept {
  return probability_alive(p, x, t_x, T) *
         discounted_expected_orders_if_alive(p, horizon, delta, x, T);
}

namespace detail {

/// The density of leaving at y after exactly n orders, n >= 1, for a new account, with u = ln(y /
/// alpha); without the factor Gamma(r+n)/(Gamma(r) n!) s.
struct LeavingAfterOrders {
  Parameters p;
  double n, log_scale;  ///< ln(alpha/beta)

  [[nodiscard]] kam::detail::PanelPoint operator()(double u) const noexcept {
    const auto order = kam::detail::logistic_point(u);             // y/(alpha + y)
    const auto stay = kam::detail::logistic_point(u + log_scale);  // y/(beta + y)
    return {n * order.log_p + p.r * order.log_q + stay.log_p + p.s * stay.log_q,
            n * order.q - p.r * order.p + stay.q - p.s * stay.p,
            (n + p.r) * order.p * order.q + (1 + p.s) * stay.p * stay.q};
  }
};

}  // namespace detail

/// P(n orders in (0, t]) of a new account, n whole, t >= 0: stays and orders n times, or leaves
/// before t after n orders. Both terms are positive.
[[nodiscard]] inline double probability_of_orders(const Parameters& p, double n,
                                                  double t) noexcept {
  if (!valid(p) || !is_count(n) || !(t >= 0) || !(t < HUGE_VAL)) return kNaN;
  if (n == 0) return probability_no_order_if_alive(p, t, 0, 0);
  if (t == 0) return 0;
  const double ways = log_gamma_ratio(p.r, n) - log_gamma(n + 1);
  const double stays = -detail::log_fall(p, t) - n * std::log1p(p.alpha / t);
  const detail::LeavingAfterOrders leaving{p, n, std::log(p.alpha) - std::log(p.beta)};
  const double end = std::log(t) - std::log(p.alpha);
  const double leaves = std::log(p.s) + kam::detail::log_panel_integral(leaving, end - 1500, end);
  return std::exp(ways + log_add_exp(stays, leaves));
}

/// P(n orders in (T, T + horizon] | x, t_x, T).
[[nodiscard]] inline double probability_of_orders(const Parameters& p, double n, double horizon,
                                                  double x, double t_x, double T) noexcept {
  if (n == 0) return probability_no_order(p, horizon, x, t_x, T);
  return probability_alive(p, x, t_x, T) * probability_of_orders(if_alive(p, x, T), n, horizon);
}

/// Maximum likelihood by Newton's method with a trust region in the logarithms of the parameters,
/// gradient and Hessian analytic (differentiated under the integral), identical rows collapsed.
/// Unreadable rows are left out and counted. Where s and beta (all accounts leave at one rate) or r
/// and alpha (all order at one rate) run to infinity the limiting model is reported with
/// StopReason::boundary and a warning. Errors: size_mismatch; invalid_argument (start, tolerance);
/// insufficient_data without a repeat order. Cost: about 1.5 us per distinct (x, t_x, T) and
/// iteration, 5 to 15 iterations.
[[nodiscard]] Result<FitResult<Parameters>> fit(const OrderColumns& accounts,
                                                const FitOptions<Parameters>& options = {},
                                                const Executor& executor = {});

}  // namespace kam::pareto_nbd
