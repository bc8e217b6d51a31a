/// Renewals whose gaps have k exponential phases (Erlang-k), seen through a gamma-distributed rate.
///
/// Phases come at a Poisson rate lambda, every k-th completes a renewal. Everything here is a sum
/// of positive terms over phases, or, where that sum is long, a quadrature over the probability of
/// leaving: nothing cancels and nothing overflows.
#pragma once

#include <array>
#include <cmath>
#include <complex>

#include <kam/base/hypergeometric.hpp>
#include <kam/base/logistic_quadrature.hpp>
#include <kam/base/special.hpp>

namespace kam {

/// Most phases of a gap: beyond 20 a gap varies by less than 22 % of its mean.
inline constexpr int kMostPhases = 20;

/// ln sum over j < k of (s)_j / j! w^j, k >= 1, s > 0, 0 <= w <= 1.
///
/// Times (1 - w)^s this is P(fewer than k phases in the time g), where lambda ~ Gamma(s, rate c)
/// at the start of it and w = g / (c + g). 0 at k = 1.
[[nodiscard]] inline double log_phase_sum(int k, double s, double w) noexcept {
  double term = 1, sum = 1, log_scale = 0;
  for (int j = 0; j + 1 < k; ++j) {
    term *= (s + j) / (j + 1) * w;
    sum += term;
    if (sum > detail::kHuge) {
      term /= detail::kHuge;
      sum /= detail::kHuge;
      log_scale += std::log(detail::kHuge);
    }
  }
  return log_scale + std::log(sum);
}

/// Renewals ahead: `s` and `rate` of lambda as before the running gap, which is `w` old (as in
/// log_phase_sum) and not over; (a, b) of the probability p of leaving after a renewal; `u` the
/// horizon over the rate parameter of lambda at present.
struct RenewalsAhead {
  int k;
  double s, w, a, b, u;
};

namespace detail {

/// P(J = j, m phases in all), J the phases since the last renewal, up to a common factor and step
/// by step in m: v_j(m) = (s)_m / m! C(m, j) y^j z^(m-j), y = w / (1 + u), z = u / (1 + u).
class PhaseCounts {
 public:
  explicit PhaseCounts(const RenewalsAhead& at)
      : k_(at.k), s_(at.s), y_(at.w / (1 + at.u)), z_(at.u / (1 + at.u)) {
    v_[0] = 1;
  }
  /// Sum over j < k after one more phase.
  double next() {
    growth_ = (s_ + m_) / (m_ + 1);
    ++m_;
    for (std::size_t j = static_cast<std::size_t>(k_) - 1; j > 0; --j) {
      v_[j] = growth_ * (z_ * v_[j] + y_ * v_[j - 1]);
    }
    v_[0] *= growth_ * z_;
    double total = 0;
    for (std::size_t j = 0; j < static_cast<std::size_t>(k_); ++j) total += v_[j];
    return total;
  }
  [[nodiscard]] double phases() const { return m_; }
  /// The last factor that would rise with m if s < 1.
  [[nodiscard]] double growth() const { return growth_; }
  void rescale() {
    for (double& v : v_) v /= kHuge;
  }

 private:
  int k_;
  double s_, y_, z_, m_ = 0, growth_ = 1;
  std::array<double, kMostPhases> v_{};
};

/// sum over m of P(m phases) A_floor(m/k), A_n as in mean_saturation.
[[nodiscard]] inline double renewals_series(const RenewalsAhead& at) {
  PhaseCounts counts(at);
  double norm = 1, sum = 0, last = 1;
  double stayed = 0, survives = 1;  // A_n, (b)_n / (a+b)_n
  for (int n = 0; n < kMostTerms; ++n) {
    double count = 0;
    for (int j = 0; j < at.k; ++j) {  // the phases that complete renewal n + 1
      last = count;
      count = counts.next();
      norm += count;
      if (j + 1 < at.k) sum += count * stayed;
    }
    stayed += survives;
    survives *= (at.b + n) / (at.a + at.b + n);
    const double term = count * stayed;
    sum += term;
    // The ratio of counts falls with m but for (s+m)/(m+1), which rises to 1 if s < 1.
    const double ratio = at.k == 1 ? 1 : count / last / std::fmin(1.0, counts.growth());
    const double bound = ratio * (1 + survives / stayed);
    if (count == 0 || (bound < 1 && term * bound <= kNegligible * sum * (1 - bound))) break;
    if (norm > kHuge) {
      counts.rescale();
      norm /= kHuge;
      sum /= kHuge;
    }
  }
  return sum / norm;
}

/// exp(x) - 1 of a complex number, accurate near 0.
[[nodiscard]] inline std::complex<double> complex_expm1(std::complex<double> x) {
  const double e = std::expm1(x.real()), half = std::sin(0.5 * x.imag());
  return {e * std::cos(x.imag()) - 2 * half * half, (1 + e) * std::sin(x.imag())};
}

/// h(p) = E[(1 - (1-p)^M) / p], M the renewals ahead of one that never leaves.
///
/// With rho = (1-p)^(1/k) and omega the k-th roots of 1, (1-p)^floor(m/k) is a combination of
/// (rho omega)^m, whose mean over phases is (1 + u (1 - rho omega))^-(s+j). That divides by 1 - p,
/// so near p = 1 the power series sum P(M > i) (1-p)^i serves instead.
class RenewalsGivenP {
 public:
  explicit RenewalsGivenP(const RenewalsAhead& at) : at_(at) {
    const auto k = static_cast<std::size_t>(at.k);
    const double log_sum = log_phase_sum(at.k, at.s, at.w);
    double log_term = 0;
    for (std::size_t j = 0; j < k; ++j) {  // P(J = j)
      phase_[j] = std::exp(log_term - log_sum);
      const double i = static_cast<double>(j);
      log_term += std::log((at.s + i) / (i + 1) * at.w);
    }
    const double turn = 6.28318530717958648 / at.k;
    for (std::size_t l = 0; l < k; ++l) root_[l] = std::polar(1.0, turn * static_cast<double>(l));
    const double log_norm = log_sum + at.s * std::log1p(at.u);
    PhaseCounts counts(at);
    double sum = 1, log_scale = 0;  // over m < (i + 1) k
    for (std::size_t i = 0; i < kPowers; ++i) {
      for (int j = i == 0 ? 1 : 0; j < at.k; ++j) sum += counts.next();
      more_[i] = -std::expm1(std::fmin(0.0, log_scale + std::log(sum) - log_norm));
      if (sum < kHuge) continue;
      counts.rescale();
      sum /= kHuge;
      log_scale += std::log(kHuge);
    }
  }

  [[nodiscard]] double operator()(const LogisticPoint& p) const {
    return p.q < kSmall ? by_powers(p.q) : by_roots(p);
  }

 private:
  static constexpr std::size_t kPowers = 14;
  static constexpr double kSmall = 0.05;  // kSmall^kPowers < 1e-17

  [[nodiscard]] double by_powers(double q) const {
    double sum = 0;
    for (std::size_t i = kPowers; i-- > 0;) sum = sum * q + more_[i];
    return sum;
  }
  [[nodiscard]] double by_roots(const LogisticPoint& p) const {
    const double rho = std::exp(p.log_q / at_.k), leaves = -std::expm1(p.log_q / at_.k);
    const double log_pace = std::log1p(at_.u * leaves);
    double sum = 0, power = rho / leaves;
    for (std::size_t j = 0; j < static_cast<std::size_t>(at_.k); ++j, power *= rho) {
      sum -= phase_[j] * power * std::expm1(-(at_.s + static_cast<double>(j)) * log_pace);
    }
    // Roots come in conjugate pairs; -1 is its own conjugate.
    for (std::size_t l = 1; 2 * l <= static_cast<std::size_t>(at_.k); ++l) {
      const double pair = 2 * l == static_cast<std::size_t>(at_.k) ? 1 : 2;
      sum += pair * one_root(rho * root_[l]);
    }
    return sum / (at_.k * p.q);
  }
  [[nodiscard]] double one_root(std::complex<double> z) const {
    const std::complex<double> pace = 1.0 + at_.u * (1.0 - z), slow = 1.0 / pace;
    const std::complex<double> first = -complex_expm1(-at_.s * std::log(pace));  // 1 - pace^-s
    std::complex<double> sum = 0, power = z / (1.0 - z), back = 1;               // pace^-j
    for (std::size_t j = 0; j < static_cast<std::size_t>(at_.k); ++j) {
      sum += phase_[j] * power * (first + (1.0 - first) * (1.0 - back));
      power *= z;
      back *= slow;
    }
    return sum.real();
  }

  RenewalsAhead at_;
  std::array<double, kMostPhases> phase_{};
  std::array<std::complex<double>, kMostPhases> root_{};
  std::array<double, kPowers> more_{};  // P(M > i)
};

[[nodiscard]] inline double renewals_integral(const RenewalsAhead& at) {
  const RenewalsGivenP given_p(at);
  const double a = at.a, b = at.b, s = at.s, u = at.u / at.k;
  const auto log_integrand = [&](const LogisticPoint& p) {
    return a * p.log_p + b * p.log_q + std::log(given_p(p));
  };
  // Where the peak is, roughly: as if a renewal were one phase of rate lambda / k.
  const auto rises = [=](const LogisticPoint& p) {
    const double pu = p.p * u;
    const double slope = s * (pu / (1 + pu)) / std::expm1(s * std::log1p(pu)) - 1;
    return (a + slope) * p.q > b * p.p;
  };
  const double bend = s < 40 ? s : 40;
  const PureTail left{a, 40 + std::log1p(s) + std::log1p(at.u) + std::log1p(b)};
  const PureTail right{b, 40 + std::log1p(s) + std::log1p(a)};
  return std::exp(log_integral(log_integrand, rises, (a + b + bend) / 4, left, right) -
                  log_beta(a, b));
}

}  // namespace detail

/// E[renewals within the horizon], leaving with probability p ~ Beta(a, b) after each: at k = 1
/// mean_saturation(s, a, b, u), to the bit. NaN outside 1 <= k <= kMostPhases, s, a, b > 0,
/// 0 <= w <= 1, 0 <= u < infinity.
///
/// sum over m of P(m phases since the last renewal, the present ones included) A_floor(m/k). Cost:
/// k times that of mean_saturation; beyond 3,000 phases a quadrature of some hundred points of k^2
/// terms each.
[[nodiscard]] inline double mean_renewals(const RenewalsAhead& at) noexcept {
  if (at.k == 1) return mean_saturation(at.s, at.a, at.b, at.u);
  if (at.k < 1 || at.k > kMostPhases || !(at.w >= 0) || !(at.w <= 1)) return kNaN;
  if (!(at.s > 0) || !(at.a > 0) || !(at.b > 0) || !(at.u >= 0)) return kNaN;
  if (!(at.u < HUGE_VAL) || !(at.s < HUGE_VAL)) return kNaN;
  if (at.u == 0) return 0;
  const double s = at.s + at.k;
  const double length = s * at.u + 9 * std::sqrt(s * at.u * (1 + at.u)) + 40 * (1 + at.u);
  return length < detail::kLongSeries ? detail::renewals_series(at) : detail::renewals_integral(at);
}

}  // namespace kam
