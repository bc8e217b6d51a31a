/// The log partial likelihood of a Cox regression, its gradient and information.
///
/// With r_i = exp(x_i' beta), at a moment with risk set R and tied events D, for k = 0..d-1:
///   den_k = S0 - f_k D0,  mean_k = (S1 - f_k D1) / den_k,  S = sum over R, D = sum over D of w r
///   x, f_k = k / d (Efron) or 0 (Breslow), each of the d terms with weight w_bar = sum of w / d.
/// The information is sum_i w_i r_i A_i x_i x_i' - sum_k w_bar mean_k mean_k', with A_i the hazard
/// that row i was exposed to: no matrix is carried along the risk sets.
#pragma once

#include <vector>

#include "churn/cox_design.hpp"
#include "numeric/outer_sum.hpp"

namespace kam::cox {

/// Sums over the tied events of a moment.
struct TieSums {
  double log_term = 0;            ///< sum of w_bar ln den_k
  double a = 0, b = 0;            ///< sum of w_bar / den_k times 1, f_k
  double c0 = 0, c1 = 0, c2 = 0;  ///< sum of w_bar (S0 / den_k)^2 times 1, f_k, f_k^2
};
[[nodiscard]] TieSums tie_sums(const RiskMoment& moment, double s0, double d0, Ties ties);

/// Hazards at given coefficients (of standardised columns).
struct Risks {
  std::vector<double> eta;     ///< x' beta per row of the design
  std::vector<double> risk;    ///< exp(eta - shift) per row
  double shift = 0;            ///< largest eta: keeps risk within range
  std::vector<TieSums> ties;   ///< per moment
  std::vector<double> before;  ///< cumulated `a` of the stratum before each moment
  double log_likelihood = 0;

  /// Hazard that row i was exposed to, times exp(shift).
  [[nodiscard]] double exposure(const RiskRow& row) const {
    if (row.first >= row.last) return 0;
    const TieSums& last = ties[row.last - 1];
    return before[row.last - 1] + last.a - before[row.first] - (row.event ? last.b : 0);
  }
};

/// visit(m, S0, D0, S1, D1) for every moment from late to early; weights times risk, p columns.
template <class Visit>
void for_each_risk_sum(const Design& design, const std::vector<double>& risk, const Visit& visit) {
  const std::size_t p = design.columns;
  double s0 = 0, carry = 0, d0 = 0;  // s0 is compensated: rows come and go
  std::vector<double> s1(p, 0), d1(p, 0);
  const auto add_to_s0 = [&](double wr) {
    const double y = wr - carry, t = s0 + y;
    carry = (t - s0) - y;
    s0 = t;
  };
  const auto move = [&](std::size_t i, double sign) {
    const double wr = sign * design.set.rows[i].weight * risk[i];
    add_to_s0(wr);
    const double* x = design.row(i);
    for (std::size_t j = 0; j < p; ++j) s1[j] += wr * x[j];
  };
  const auto reset = [&] {
    s0 = carry = d0 = 0;
    std::fill(s1.begin(), s1.end(), 0.0);
    std::fill(d1.begin(), d1.end(), 0.0);
  };
  // Events of a moment join the others when it is visited: one sum per row, not two.
  const auto add = [&](std::size_t i) {
    if (!design.set.rows[i].event) return move(i, 1);
    const double wr = design.set.rows[i].weight * risk[i];
    d0 += wr;
    const double* x = design.row(i);
    for (std::size_t j = 0; j < p; ++j) d1[j] += wr * x[j];
  };
  for_each_moment_backwards(
      design.set, reset, add, [&](std::size_t i) { move(i, -1); },
      [&](std::size_t m) {
        add_to_s0(d0);
        for (std::size_t j = 0; j < p; ++j) s1[j] += d1[j];
        visit(m, s0, d0, s1, d1);
        d0 = 0;
        std::fill(d1.begin(), d1.end(), 0.0);
      });
}

struct Derivatives {
  std::vector<double> gradient;
  numeric::Square information;
};

/// e^x is 0 below.
inline constexpr double kSmallestLog = -745.2;

/// Fills `before` from `ties`.
void cumulate(const RiskSet& set, Risks& out);

/// Risks and, where wanted, derivatives. log_likelihood is -infinity or NaN where a risk set has
/// lost all weight to underflow.
[[nodiscard]] Risks risks_at(const Design& design, const std::vector<double>& beta, Ties ties,
                             Derivatives* derivatives);

/// Information with the moments weighted by g (zph): sum of g_t V_t.
[[nodiscard]] numeric::Square information(const Design& design, const Risks& risks,
                                          const std::vector<double>& g);

}  // namespace kam::cox
