/// What BG/CNBD-k and MBG/CNBD-k share: Platzer & Reutterer; Reutterer, Platzer & Schröder (2021),
/// Int. J. Research in Marketing 38(1), 194-215.
///
/// As in (M)BG/NBD, but the gap between two orders is Erlang-k: a sum of k exponential phases of
/// rate lambda ~ Gamma(shape r, rate alpha), mean k / lambda. The larger k, the steadier the rhythm
/// (coefficient of variation 1/sqrt(k)); k = 1 is (M)BG/NBD. An order is now the less likely to be
/// late the more regular the account, so silence tells more.
///
/// Letters: x = frequency, t_x = recency, T = age, s = r + k x. While alive and silent since t_x
/// the account is in one of k phases; P(silent | alive) is a sum of k positive terms. Scalar
/// functions never throw; they answer NaN outside the domain (valid, order_row_reason).
#pragma once

#include <array>
#include <cmath>
#include <vector>

#include <kam/base/columns.hpp>
#include <kam/base/fit.hpp>
#include <kam/base/hypergeometric.hpp>
#include <kam/base/renewal_counts.hpp>
#include <kam/base/renewals.hpp>
#include <kam/base/special.hpp>
#include <kam/churn/order_prior.hpp>

namespace kam::cnbd {

/// `kFirstOrderCounts`: the account may leave after its first order too (MBG/CNBD-k).
template <bool kFirstOrderCounts>
struct Parameters {
  double r;      ///< shape of the distribution of the phase rate  [-],    > 0
  double alpha;  ///< its rate (inverse scale)                     [time], > 0
  double a;      ///< first Beta parameter of the drop-out         [-],    > 0
  double b;      ///< second Beta parameter of the drop-out        [-],    > 0
  int k = 1;     ///< phases of a gap                              [-],    1 to kMostPhases

  using Prior = OrderPrior;  ///< its order_rate is r / (k alpha): orders, not phases, per unit
  static constexpr std::size_t kCount = 4;  ///< of the continuous ones: k has no standard error
  static constexpr std::array<const char*, kCount> kNames{"r", "alpha", "a", "b"};
  [[nodiscard]] constexpr std::array<double, kCount> values() const { return {r, alpha, a, b}; }
  [[nodiscard]] static constexpr Parameters from_values(const std::array<double, kCount>& v,
                                                        int k = 1) {
    return {v[0], v[1], v[2], v[3], k};
  }
  /// Drop-out chances of an account with x repeat orders.
  [[nodiscard]] static constexpr double chances(double x) {
    return x + (kFirstOrderCounts ? 1 : 0);
  }
  friend bool operator==(const Parameters&, const Parameters&) = default;
};

/// Result of a fit over k.
template <class Parameters>
struct PhaseFit {
  FitResult<Parameters> best{};  ///< a warning says so if its k is the largest tried
  std::vector<double>
      log_likelihood{};  ///< of the optimum at k = 1, 2, …; NaN where none was found
  std::vector<StopReason> stop_reason{};
};

/// Phases that fit_k tries unless asked otherwise: gaps that vary by 29 % and more.
inline constexpr int kUsualPhases = 12;

template <bool kFirst>
[[nodiscard]] inline bool valid(const Parameters<kFirst>& p) noexcept {
  return p.r > 0 && p.alpha > 0 && p.a > 0 && p.b > 0 && p.r + p.alpha + p.a + p.b < HUGE_VAL &&
         p.k >= 1 && p.k <= kMostPhases;
}

namespace detail {
template <bool kFirst>
[[nodiscard]] inline bool readable(const Parameters<kFirst>& p, double x, double t_x,
                                   double T) noexcept {
  return valid(p) && order_row_reason(x, t_x, T) == RowReason::none;
}

/// gap / (alpha + t_x + gap), also for an infinite gap.
[[nodiscard]] inline double silent_share(double alpha, double t_x, double gap) noexcept {
  return 1 / (1 + (alpha + t_x) / gap);
}
}  // namespace detail

/// ln of the odds of having left right at the last order: a / (beta - 1), beta the second
/// parameter of p given the orders.
template <bool kFirst>
[[nodiscard]] inline double log_odds_at_last_order(const Parameters<kFirst>& p, double x) noexcept {
  if (!kFirst && x == 0) return -HUGE_VAL;  // it cannot have left yet
  return std::log(p.a / (kFirst ? p.b + x : p.b + x - 1));
}

/// ln of sum_{j<k} (s)_j / j! w^j, w = (T - t_x) / (alpha + T): by how much the phases make silence
/// likelier than one exponential gap of the same rate would. 0 at k = 1.
template <bool kFirst>
[[nodiscard]] inline double log_phases(const Parameters<kFirst>& p, double x, double t_x,
                                       double T) noexcept {
  return log_phase_sum(p.k, p.r + p.k * x, detail::silent_share(p.alpha, t_x, T - t_x));
}

/// ln of the odds that the account has left by T: ln a/(beta - 1) + s ln((alpha + T)/(alpha + t_x))
/// - log_phases.
template <bool kFirst>
[[nodiscard]] inline double log_odds_left(const Parameters<kFirst>& p, double x, double t_x,
                                          double T) noexcept {
  if (!detail::readable(p, x, t_x, T)) return kNaN;
  const double at_last_order = log_odds_at_last_order(p, x), s = p.r + p.k * x;
  if (p.k == 1) {  // as BG/NBD and MBG/NBD write it, so that the bits are theirs
    return at_last_order + s * std::log(p.alpha + T) - s * std::log(p.alpha + t_x);
  }
  const double decline = s * std::log1p((T - t_x) / (p.alpha + t_x));
  return at_last_order + (decline - log_phases(p, x, t_x, T));
}

/// ln of the likelihood of (t_x, T) without the term of the gaps: complete at k = 1 and at x = 0.
/// Differences between parameters of equal k and between ages are those of the likelihood;
/// differences between two k are not.
/// Gamma(s)/Gamma(r) alpha^r B(a, beta)/B(a, b) [sum_{j<k} (s)_j/j! (T-t_x)^j (alpha+T)^-(s+j) +
/// 1{a chance to leave} a/(beta-1) (alpha+t_x)^-s].
template <bool kFirst>
[[nodiscard]] inline double log_likelihood_without_gaps(const Parameters<kFirst>& p, double x,
                                                        double t_x, double T) noexcept {
  if (!detail::readable(p, x, t_x, T)) return kNaN;
  const double phases = p.k * x, n = p.chances(x);
  const double orders =
      log_gamma_ratio(p.r, phases) - p.r * std::log1p(T / p.alpha) - phases * std::log(p.alpha + T);
  const double stays = log_gamma_ratio(p.b, n) - log_gamma_ratio(p.a + p.b, n);
  return orders + stays + log_phases(p, x, t_x, T) + log_add_exp(0, log_odds_left(p, x, t_x, T));
}

/// ln of the density that the gaps add: (k-1) sum ln(gap) - x ln (k-1)!. `log_gaps` is the sum of
/// ln(gap) over the x gaps, in the unit of t_x; not read at k = 1 or x = 0, where the term is 0.
[[nodiscard]] inline double log_gap_term(int k, double x, double log_gaps) noexcept {
  if (k == 1 || x == 0) return 0;
  return (k - 1) * log_gaps - x * log_gamma(k);
}

/// ln of the likelihood of one account's order times, on the time scale of the input: comparable
/// across k. NaN for a NaN `log_gaps` where it is needed.
template <bool kFirst>
[[nodiscard]] inline double log_likelihood(const Parameters<kFirst>& p, double x, double t_x,
                                           double T, double log_gaps) noexcept {
  return log_likelihood_without_gaps(p, x, t_x, T) + log_gap_term(p.k, x, log_gaps);
}

/// P(alive at T | x, t_x, T).
template <bool kFirst>
[[nodiscard]] inline double probability_alive(const Parameters<kFirst>& p, double x, double t_x,
                                              double T) noexcept {
  return logistic(-log_odds_left(p, x, t_x, T));
}

/// P(no order in (T, T + horizon] | alive at T, x, t_x): fewer phases than complete the gap.
template <bool kFirst>
[[nodiscard]] inline double probability_no_order_if_alive(const Parameters<kFirst>& p,
                                                          double horizon, double x, double t_x,
                                                          double T) noexcept {
  if (!detail::readable(p, x, t_x, T) || !(horizon >= 0)) return kNaN;
  const double s = p.r + p.k * x;
  const double longer = detail::silent_share(p.alpha, t_x, T - t_x + horizon);
  const double phases = log_phase_sum(p.k, s, longer) - log_phases(p, x, t_x, T);
  const double log_silent = phases - s * std::log1p(horizon / (p.alpha + T));
  return log_silent < 0 ? std::exp(log_silent) : 1;  // > 0 by one rounding, at tiny horizons
}

/// P(no order in (T, T + horizon] | x, t_x, T): has left already, or is silent by chance.
template <bool kFirst>
[[nodiscard]] inline double probability_no_order(const Parameters<kFirst>& p, double horizon,
                                                 double x, double t_x, double T) noexcept {
  if (!(horizon >= 0)) return kNaN;
  const double log_odds = log_odds_left(p, x, t_x, T);
  const double silent = probability_no_order_if_alive(p, horizon, x, t_x, T);
  const double sum = logistic(log_odds) + logistic(-log_odds) * silent;
  return sum > 1 ? 1 : sum;  // by one rounding, at tiny horizons
}

namespace detail {
/// The renewals ahead of an account that is alive at T.
template <bool kFirst>
[[nodiscard]] inline RenewalsAhead ahead(const Parameters<kFirst>& p, double horizon, double x,
                                         double t_x, double T) noexcept {
  return {.k = p.k,
          .s = p.r + p.k * x,
          .w = silent_share(p.alpha, t_x, T - t_x),
          .a = p.a,
          .b = kFirst ? p.b + x + 1 : p.b + x,
          .u = horizon / (p.alpha + T)};
}
}  // namespace detail

/// E[orders in (T, T + horizon] | alive at T, x, t_x]. Exact: the running gap is as old as the
/// silence, the phases it has had are weighed by their probability.
template <bool kFirst>
[[nodiscard]] inline double expected_orders_if_alive(const Parameters<kFirst>& p, double horizon,
                                                     double x, double t_x, double T) noexcept {
  if (!detail::readable(p, x, t_x, T)) return kNaN;
  return mean_renewals(detail::ahead(p, horizon, x, t_x, T));
}

/// P(alive at T + horizon | x, t_x, T), horizon >= 0 and finite. At k > 1 its accuracy is absolute
/// (survives_renewals).
template <bool kFirst>
[[nodiscard]] inline double probability_alive_at(const Parameters<kFirst>& p, double horizon,
                                                 double x, double t_x, double T) noexcept {
  const double alive = probability_alive(p, x, t_x, T);
  if (!(horizon >= 0) || !(horizon < HUGE_VAL) || !(alive >= 0)) return kNaN;
  return alive * survives_renewals(detail::ahead(p, horizon, x, t_x, T));
}

/// P(n orders in (T, T + horizon] | x, t_x, T); n = 0, 1, 2, …, NaN otherwise.
template <bool kFirst>
[[nodiscard]] inline double probability_of_orders(const Parameters<kFirst>& p, double n,
                                                  double horizon, double x, double t_x,
                                                  double T) noexcept {
  const double log_odds = log_odds_left(p, x, t_x, T);
  if (!is_count(n) || !(horizon >= 0) || !(horizon < HUGE_VAL) || std::isnan(log_odds)) return kNaN;
  const double orders = probability_of_renewals(detail::ahead(p, horizon, x, t_x, T), n);
  return logistic(-log_odds) * orders + (n == 0 ? logistic(log_odds) : 0);
}

/// E[orders in (T, T + horizon] | x, t_x, T], horizon >= 0. Cost: see mean_renewals.
template <bool kFirst>
[[nodiscard]] inline double expected_orders(const Parameters<kFirst>& p, double horizon, double x,
                                            double t_x, double T) noexcept {
  return probability_alive(p, x, t_x, T) * expected_orders_if_alive(p, horizon, x, t_x, T);
}

/// P(the account stays after the order it places now).
template <bool kFirst>
[[nodiscard]] inline double stays_after_first(const Parameters<kFirst>& p) noexcept {
  return kFirst ? p.b / (p.a + p.b) : 1;
}

/// E[repeat orders in (0, horizon]] of an account that places its first order now.
template <bool kFirst>
[[nodiscard]] inline double expected_orders_new(const Parameters<kFirst>& p,
                                                double horizon) noexcept {
  const double if_alive = expected_orders_if_alive(p, horizon, 0, 0, 0);
  return kFirst ? stays_after_first(p) * if_alive : if_alive;
}

/// P(n repeat orders in (0, horizon]) of an account that places its first order now: it stays for
/// all n and the next one is late, or it leaves right after the last of them. n = 0, 1, 2, …; NaN
/// otherwise. Both parts are positive: relative accuracy however unlikely n is.
template <bool kFirst>
[[nodiscard]] inline double probability_of_orders(const Parameters<kFirst>& p, double n,
                                                  double horizon) noexcept {
  if (!valid(p) || !is_count(n) || !(horizon >= 0) || !(horizon < HUGE_VAL)) return kNaN;
  const double orders = probability_of_renewals(detail::ahead(p, horizon, 0, 0, 0), n);
  if (!kFirst) return orders;
  return stays_after_first(p) * orders + (n == 0 ? p.a / (p.a + p.b) : 0);
}

}  // namespace kam::cnbd
