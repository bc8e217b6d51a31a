/// The phases of a running gap in a likelihood: ln S(s, w) and its derivatives.
#pragma once

#include <kam/base/hypergeometric.hpp>

#include <cmath>

namespace kam::detail {

/// ln S, S = sum_{j<k} c_j, c_j = (s)_j/j! w^j with w = gap/(alpha + T), and its derivatives by r
/// (s = r + k x) and alpha. With the weights q_j = c_j/S, D_j = sum_{i<j} 1/(s+i) and F_j = -sum
/// 1/(s+i)^2, c_j' = c_j D_j by r and -j c_j/(alpha+T) by alpha: all are moments under q.
struct PhaseTerms {
  double log_sum = 0, g_r = 0, g_alpha = 0, h_rr = 0, h_ra = 0, h_aa = 0;
};

/// `at_T` is 1/(alpha + T).
inline PhaseTerms phase_terms(int k, double s, double gap, double at_T) {
  double term = 1, sum = 1, log_scale = 0, d = 0, f = 0;
  double m_d = 0, m_j = 0, m_dd = 0, m_jd = 0,
         m_jj = 0;  // sums of c_j times D, j, D^2+F, jD, j^2+j
  for (int i = 0; i + 1 < k; ++i) {
    const double j = i + 1, inverse = 1 / (s + i);
    term *= (s + i) / j * (gap * at_T);
    d += inverse;
    f -= inverse * inverse;
    sum += term;
    m_d += term * d;
    m_j += term * j;
    m_dd += term * (d * d + f);
    m_jd += term * j * d;
    m_jj += term * (j * j + j);
    if (sum < kHuge) continue;
    for (double* v : {&term, &sum, &m_d, &m_j, &m_dd, &m_jd, &m_jj}) *v /= kHuge;
    log_scale += std::log(kHuge);
  }
  for (double* v : {&m_d, &m_j, &m_dd, &m_jd, &m_jj}) *v /= sum;
  return {log_scale + std::log(sum),
          m_d,
          -m_j * at_T,
          m_dd - m_d * m_d,
          -(m_jd - m_j * m_d) * at_T,
          (m_jj - m_j * m_j) * at_T * at_T};
}

}  // namespace kam::detail
