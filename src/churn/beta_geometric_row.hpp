/// One account of BG/NBD or MBG/NBD: ln likelihood with its first and second derivatives by the
/// natural parameters. For likelihoods in which every account has parameters of its own, so that
/// nothing but a pattern of covariates can be shared.
#pragma once

#include <cmath>

#include <kam/base/special.hpp>

#include "churn/beta_geometric_fit.hpp"

namespace kam::detail {

/// Value, gradient and Hessian by (r, alpha, a, b).
struct RowDerivatives {
  double value = 0;
  double g[4] = {};
  double h[4][4] = {};  // upper triangle
};

/// Adds rows of one set of parameters: digamma and trigamma of the parameters are computed once,
/// those of an order count while it stays the same.
class BetaGeometricRows {
 public:
  BetaGeometricRows(const BetaGeometricParameters& p, bool first_order_counts)
      : p_(p),
        first_(first_order_counts),
        log_alpha_(std::log(p.alpha)),
        psi_{digamma(p.r), digamma(p.b), digamma(p.a + p.b)},
        psi1_{trigamma(p.r), trigamma(p.b), trigamma(p.a + p.b)} {}

  void add(double x, double t_x, double T, double weight, RowDerivatives& s) {
    if (x != x_) count_ = of_count(x_ = x);
    add_scaled(count_, weight, s);
    add_silence(x, t_x, T, weight, s);
  }

 private:
  /// ln Gamma(r+x)/Gamma(r) + r ln alpha + ln B(a, beta)/B(a, b), beta = b + x (+ 1).
  [[nodiscard]] RowDerivatives of_count(double x) const {
    const double stays = x + (first_ ? 1 : 0);
    RowDerivatives s;
    s.value = log_gamma_ratio(p_.r, x) + p_.r * log_alpha_ + log_gamma_ratio(p_.b, stays) -
              log_gamma_ratio(p_.a + p_.b, stays);
    const double d_ab = psi_[2] - digamma(p_.a + p_.b + stays);
    const double d1_ab = psi1_[2] - trigamma(p_.a + p_.b + stays);
    s.g[0] = digamma(p_.r + x) - psi_[0] + log_alpha_;
    s.g[1] = p_.r / p_.alpha;
    s.g[2] = d_ab;
    s.g[3] = digamma(p_.b + stays) - psi_[1] + d_ab;
    s.h[0][0] = trigamma(p_.r + x) - psi1_[0];
    s.h[0][1] = 1 / p_.alpha;
    s.h[1][1] = -p_.r / (p_.alpha * p_.alpha);
    s.h[2][2] = s.h[2][3] = d1_ab;
    s.h[3][3] = trigamma(p_.b + stays) - psi1_[1] + d1_ab;
    return s;
  }

  static void add_scaled(const RowDerivatives& row, double weight, RowDerivatives& s) {
    s.value += weight * row.value;
    for (int i = 0; i < 4; ++i) {
      s.g[i] += weight * row.g[i];
      for (int j = i; j < 4; ++j) s.h[i][j] += weight * row.h[i][j];
    }
  }

  /// ln[exp(A) + exp(B)], A = -(r+x) ln(alpha+T), B = ln a/(beta-1) - (r+x) ln(alpha+t_x); see
  /// Likelihood::add_row for the rule of its derivatives.
  void add_silence(double x, double t_x, double T, double w, RowDerivatives& s) const {
    const double rate = p_.r + x, log_T = std::log(p_.alpha + T), at_T = 1 / (p_.alpha + T);
    s.value -= w * rate * log_T;
    s.g[0] -= w * log_T;
    s.g[1] -= w * rate * at_T;
    s.h[0][1] -= w * at_T;
    s.h[1][1] += w * rate * at_T * at_T;
    if (x == 0 && !first_) return;  // BG/NBD: alive for certain

    const double left = 1 / (p_.b + x - (first_ ? 0 : 1));  // 1 / (beta - 1)
    const double at_t = 1 / (p_.alpha + t_x);
    const double log_ratio = log_T - std::log(p_.alpha + t_x);
    const double log_odds = std::log(p_.a * left) + rate * log_ratio;
    s.value += w * log_add_exp(0, log_odds);
    const double v = logistic(log_odds), wv = w * v, bend = w * v * logistic(-log_odds);
    const double d[4] = {log_ratio, rate * (at_T - at_t), 1 / p_.a, -left};
    for (int i = 0; i < 4; ++i) {
      s.g[i] += wv * d[i];
      for (int j = i; j < 4; ++j) s.h[i][j] += bend * d[i] * d[j];
    }
    s.h[0][1] += wv * (at_T - at_t);
    s.h[1][1] += wv * rate * (at_t * at_t - at_T * at_T);
    s.h[2][2] -= wv / (p_.a * p_.a);
    s.h[3][3] += wv * left * left;
  }

  BetaGeometricParameters p_;
  bool first_;
  double log_alpha_;
  double psi_[3], psi1_[3];  // at r, b, a + b
  double x_ = -1;
  RowDerivatives count_{};
};

}  // namespace kam::detail
