/// One account of Pareto/NBD: ln likelihood without its gamma-function terms, with first and second
/// derivatives by the natural parameters.
#pragma once

#include <cmath>

#include <kam/churn/pareto_nbd.hpp>

#include "churn/order_fit.hpp"

namespace kam::pareto_nbd::detail {

using Sums = ::kam::detail::DerivativeSums<4>;  // r, alpha, s, beta

/// Triangle of a symmetric 4 x 4: 00 01 02 03 11 12 13 22 23 33.
enum Entry { rr, ra, rs, rb, aa, as, ab, ss, sb, bb };

/// ln of the odds of having left, with its derivatives by r, alpha, s, beta.
struct LogOdds {
  double value = -HUGE_VAL;
  double d[4] = {}, h[10] = {};
};

/// First and second derivatives of f(y) = R ln((alpha+T)/(alpha+y)) + s ln((beta+T)/(beta+y)) -
/// ln(beta+y), averaged over y in (t_x, T) with density exp(f).
class Moments {
 public:
  Moments(const Parameters& p, double x, double t_x, double T)
      : p_(p),
        rate_(p.r + x),
        t_x_(t_x),
        end_a_(1 / (p.alpha + T)),
        end_b_(1 / (p.beta + T)),
        span_a_(std::log1p((T - t_x) / (p.alpha + t_x))),
        span_b_(std::log1p((T - t_x) / (p.beta + t_x))),
        left_(T - t_x) {}

  void add(bool alpha_is_low, const SilentLeaving::Point& at, double weight) {
    const double y = (alpha_is_low ? p_.alpha + t_x_ : p_.beta + t_x_) * at.growth;
    const double a = 1 / (p_.alpha + t_x_ + y), b = 1 / (p_.beta + t_x_ + y), rest = left_ - y;
    const double grown_a = alpha_is_low ? at.v : at.log_grown;
    const double grown_b = alpha_is_low ? at.log_grown : at.v;
    const double da = -rest * a * end_a_, db = -rest * b * end_b_;  // 1/(.+T) - 1/(.+y)
    const double f[4] = {span_a_ - grown_a, rate_ * da, span_b_ - grown_b, p_.s * db - b};
    mass_ += weight;
    for (int i = 0, k = 0; i < 4; ++i) {
      first_[i] += weight * f[i];
      for (int j = i; j < 4; ++j, ++k) second_[k] += weight * f[i] * f[j];
    }
    second_[ra] += weight * da;
    second_[aa] -= weight * rate_ * da * (a + end_a_);
    second_[sb] += weight * db;
    second_[bb] += weight * (b * b - p_.s * db * (b + end_b_));
  }

  /// d ln(s int exp f) = E f' + 1/s; d2 = E f'' + Cov f' - 1/s^2.
  void fill(LogOdds& odds) const {
    for (int i = 0; i < 4; ++i) odds.d[i] = first_[i] / mass_;
    for (int i = 0, k = 0; i < 4; ++i) {
      for (int j = i; j < 4; ++j, ++k) odds.h[k] = second_[k] / mass_ - odds.d[i] * odds.d[j];
    }
    odds.d[2] += 1 / p_.s;
    odds.h[ss] -= 1 / (p_.s * p_.s);
  }

 private:
  Parameters p_;
  double rate_, t_x_, end_a_, end_b_, span_a_, span_b_, left_;
  double mass_ = 0, first_[4] = {}, second_[10] = {};
};

inline LogOdds log_odds(const Parameters& p, double x, double t_x, double T) {
  LogOdds odds;
  if (t_x == T) return odds;
  const Parameters then = if_alive(p, x, t_x);
  const SilentLeaving leaving(then, T - t_x);
  Moments moments(p, x, t_x, T);
  const double integral = ::kam::detail::log_panel_integral(
      leaving, 0, leaving.span,
      [&](const auto& point, double term) { moments.add(leaving.rate_is_low, point, term); });
  odds.value = log_fall(then, T - t_x) + std::log(p.s) + integral;
  moments.fill(odds);
  return odds;
}

/// -r ln(1 + T/alpha) - x ln(alpha + T) - s ln(1 + T/beta): alive and silent since.
inline void add_alive(const Parameters& p, double x, double T, double w, Sums& s) {
  const double at_a = 1 / (p.alpha + T), at_b = 1 / (p.beta + T);
  const double gone_a = T / p.alpha * at_a, gone_b = T / p.beta * at_b;
  const double fall_a = std::log1p(T / p.alpha), fall_b = std::log1p(T / p.beta);
  s.value -= w * (p.r * fall_a + p.s * fall_b + x * std::log(p.alpha + T));
  s.g[0] -= w * fall_a;
  s.g[1] += w * (p.r * gone_a - x * at_a);
  s.g[2] -= w * fall_b;
  s.g[3] += w * p.s * gone_b;
  s.h[ra] += w * gone_a;
  s.h[aa] += w * (x * at_a * at_a - p.r * gone_a * (1 / p.alpha + at_a));
  s.h[sb] += w * gone_b;
  s.h[bb] -= w * p.s * gone_b * (1 / p.beta + at_b);
}

inline void add_row(const Parameters& p, double x, double t_x, double T, double w, Sums& s) {
  add_alive(p, x, T, w, s);
  const LogOdds odds = log_odds(p, x, t_x, T);
  if (odds.value == -HUGE_VAL) return;
  // ln(1 + o): with v = o/(1 + o), d = v (ln o)', d2 = v (ln o)'' + v (1 - v) (ln o)' (ln o)'^T.
  const double e = std::exp(-std::fabs(odds.value));
  const double v = (odds.value > 0 ? 1 : e) / (1 + e), bend = w * v * logistic(-odds.value);
  s.value += w * ((odds.value > 0 ? odds.value : 0) + std::log1p(e));
  for (int j = 0, k = 0; j < 4; ++j) {
    s.g[j] += w * v * odds.d[j];
    for (int l = j; l < 4; ++l, ++k) s.h[k] += w * v * odds.h[k] + bend * odds.d[j] * odds.d[l];
  }
}

/// ln Gamma(r+x)/Gamma(r) of rows with weight `w` in all.
inline void add_gamma_terms(const Parameters& p, double x, double w, Sums& s) {
  s.value += w * log_gamma_ratio(p.r, x);
  s.g[0] += w * (digamma(p.r + x) - digamma(p.r));
  s.h[rr] += w * (trigamma(p.r + x) - trigamma(p.r));
}

}  // namespace kam::pareto_nbd::detail
