/// The sum over further renewals of BdW: no closed form, and a tail that may fall like t^-(alpha
/// c).
#include <algorithm>
#include <array>
#include <cmath>

#include <kam/churn/bdw.hpp>

namespace kam::bdw {
namespace {

constexpr double kDirect = 1000;        // terms added one by one, whatever happens
constexpr double kMostDirect = 200000;  // and while they still fall too fast for the correction
constexpr double kGentle = 0.01;        // fall per period below which four differences suffice

/// Terms of the sum, at whole or fractional j.
struct Terms {
  Parameters p;
  double renewals, log_v;

  [[nodiscard]] double log_at(double j) const {
    return detail::log_survival(p, j, renewals) + (log_v == 0 ? 0 : log_v * (j - 1));
  }
  [[nodiscard]] double at(double j) const { return std::exp(log_at(j)); }
  /// The same from ln j, which may be beyond the logarithm of any double.
  [[nodiscard]] double log_at_log(double log_j) const {
    if (log_j < 600) return log_at(std::exp(log_j));
    const double age = renewals == 0 ? 0 : std::pow(renewals, p.c);
    const double gain = std::exp(std::fmin(p.c * log_j, 690));
    return log_beta_survival(p.alpha, p.beta + age, gain);
  }
};

/// Gregory's correction of a sum against the integral at an end where the terms are
/// f[0], f[1], … going inwards: f0/2 - D1/12 + D2/24 - 19 D3/720 + 3 D4/160 - 863 D5/60480.
double end_correction(const std::array<double, 6>& f) {
  std::array<double, 6> d = f;
  for (std::size_t order = 1; order < d.size(); ++order) {
    for (std::size_t i = d.size(); i-- > order;) d[i] -= d[i - 1];
  }
  return d[0] / 2 - d[1] / 12 + d[2] / 24 - 19 * d[3] / 720 + 3 * d[4] / 160 - 863 * d[5] / 60480;
}

/// Integral over x of g(x) by the trapezoidal rule on the line, halving the step until it settles.
/// g falls double-exponentially both ways.
template <class Integrand>
double line_integral(const Integrand& g, double reach) {
  const auto sum_at = [&](double first, double step) {
    double sum = 0;
    for (double x = first; x <= reach; x += step) sum += g(x);
    return sum;
  };
  double step = 0.25, sum = sum_at(-reach, step), integral = sum * step;
  for (int halvings = 0; halvings < 7; ++halvings) {
    sum += sum_at(-reach + step / 2, step);
    step /= 2;
    const double finer = sum * step;
    const bool settled = std::fabs(finer - integral) <= 1e-13 * finer;
    integral = finer;
    if (settled && halvings > 0) break;
  }
  return integral;
}

/// Integral of the terms from ln j = low to high, by tanh-sinh in ln j (Takahasi & Mori 1974).
double integral(const Terms& terms, double low, double high) {
  constexpr double kHalfPi = 1.57079632679489662;
  return line_integral(
      [&](double x) {
        const double u = kHalfPi * std::sinh(x), share = logistic(2 * u);
        const double slope = 2 * share * logistic(-2 * u) * kHalfPi * std::cosh(x);
        const double log_j = low + (high - low) * share;
        return std::exp(log_j + terms.log_at_log(log_j)) * (high - low) * slope;
      },
      4);
}

/// Integral from ln j = low to infinity. Discounting ends it, or the terms become a pure power.
double endless_integral(const Terms& terms, double low) {
  constexpr double kUnderflow = 750, kLogPure = 42;  // e^-42: the power law to working precision
  if (terms.log_v != 0) {
    const double high = std::log(kUnderflow) - std::log(-terms.log_v);
    return high > low ? integral(terms, low, high) : 0;
  }
  const Parameters& p = terms.p;
  const double log_age = terms.renewals > 1 ? p.c * std::log(terms.renewals) : 0;
  const double log_scale = log_age + std::log1p(p.alpha + p.beta);
  const double high = std::fmax(low + 1, (log_scale + kLogPure) / p.c);
  const double power = std::exp(high + terms.log_at_log(high)) / (p.alpha * p.c - 1);
  return integral(terms, low, high) + power;
}

/// What is left from term `from` on, `from` included.
double rest(const Terms& terms, double from, double periods) {
  std::array<double, 6> head, tail;
  for (std::size_t i = 0; i < head.size(); ++i) head[i] = terms.at(from + static_cast<double>(i));
  const double low = std::log(from);
  if (periods == HUGE_VAL) return endless_integral(terms, low) + end_correction(head);
  for (std::size_t i = 0; i < tail.size(); ++i)
    tail[i] = terms.at(periods - static_cast<double>(i));
  return integral(terms, low, std::log(periods)) + end_correction(head) + end_correction(tail);
}

}  // namespace

double discounted_residual(const Parameters& p, double renewals, double discount,
                           double periods) noexcept {
  const bool endless = periods == HUGE_VAL;
  if (!valid(p) || !is_count(renewals) || !(discount >= 0) || !(discount < HUGE_VAL)) return kNaN;
  if (!endless && !is_count(periods)) return kNaN;
  if (endless && discount == 0 && !(p.alpha * p.c > 1)) return kNaN;
  const Terms terms{p, renewals, -std::log1p(discount)};
  double sum = 0, term = 1, j = 1;
  for (; j <= periods && j <= kMostDirect; ++j) {
    const double last = term;
    term = terms.at(j);
    // Gentle from here on, and far enough from the end: the integral is cheaper and exact enough.
    if (j > kDirect && term > (1 - kGentle) * last && periods - j > kDirect) break;
    sum += term;
    if (term <= 1e-18 * sum * std::max(discount, 1e-300)) return sum;
  }
  return j > periods ? sum : sum + rest(terms, j, periods);
}

}  // namespace kam::bdw
