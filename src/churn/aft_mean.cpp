#include "churn/aft_mean.hpp"

#include <algorithm>

#include <boost/math/special_functions/gamma.hpp>

namespace kam::aft {
namespace {

using Quiet = boost::math::policies::policy<
    boost::math::policies::promote_double<false>,
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::pole_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
    boost::math::policies::rounding_error<boost::math::policies::ignore_error>>;

/// `sum` if it is no less than a hundredth of its largest term.
double unless_cancelled(double sum, double largest) {
  return sum >= 0.01 * std::fabs(largest) && sum < HUGE_VAL ? sum : kNaN;
}

/// Tenures' cumulative hazards within the range of a double; nobody is left at the other one.
constexpr double kLeastHazard = 1e-300, kMostHazard = 600, kNobodyLeft = 1e4;

double weibull_mean(const Lifetime& life, double horizon, double tenure) {
  const double shape = life.scale;
  const double end = std::min(std::exp(standardised(life, tenure + horizon)), kNobodyLeft);
  const double whole = std::exp(life.location) * std::tgamma(1 + shape);
  if (!(end > kLeastHazard)) return kNaN;
  if (tenure == 0) return whole * boost::math::gamma_p(shape, end, Quiet{});
  const double begin = std::exp(standardised(life, tenure));
  if (!(begin > kLeastHazard && begin < kMostHazard)) return kNaN;
  const bool upper = begin > shape;  // the smaller of P and Q
  const double at_begin = upper ? boost::math::gamma_q(shape, begin, Quiet{})
                                : boost::math::gamma_p(shape, begin, Quiet{});
  const double at_end =
      upper ? boost::math::gamma_q(shape, end, Quiet{}) : boost::math::gamma_p(shape, end, Quiet{});
  const double between = upper ? at_begin - at_end : at_end - at_begin;
  return whole * std::exp(begin) * unless_cancelled(between, std::max(at_begin, at_end));
}

double exponential_mean(const Lifetime& life, double horizon) {
  const double mean = std::exp(life.location);
  return -mean * std::expm1(-horizon / mean);
}

/// P(Z > z).
double normal_above(double z) {
  constexpr double kHalfRoot = 0.707106781186547524;
  return 0.5 * std::erfc(z * kHalfRoot);
}

double log_normal_mean(const Lifetime& life, double horizon, double tenure) {
  const double sigma = life.scale, end = tenure + horizon;
  const double whole = std::exp(life.location + 0.5 * sigma * sigma);
  const double at_end = standardised(life, end);
  const double there = end * normal_above(at_end);
  if (tenure == 0) return unless_cancelled(there + whole * normal_above(sigma - at_end), 0);
  const double at_begin = standardised(life, tenure);
  const double survived = normal_above(at_begin);
  const double low = at_begin - sigma, high = at_end - sigma;
  // Phi(high) - Phi(low) from the side where both are small.
  const double from = low > 0 ? normal_above(low) : normal_above(-high);
  const double to = low > 0 ? normal_above(high) : normal_above(-low);
  const double sum = there - tenure * survived + whole * (from - to);
  if (!(survived > 1e-290)) return kNaN;
  return unless_cancelled(sum, std::max({there, tenure * survived, whole * from})) / survived;
}

/// 2F1(1, 1; c; v), 0 <= v <= 1/2, c > 1: positive terms, at most some fifty.
double series(double c, double v) {
  double sum = 1, term = 1;
  for (int k = 0; k < 80 && term > 1e-17 * sum; ++k) {
    term *= v * (k + 1) / (c + k);
    sum += term;
  }
  return sum;
}

/// Integral of a log-logistic survival from 0 to t (odds of having left x <= 1).
double until(double t, double x, double scale) {
  return t / (1 + x) * series(1 + scale, x / (1 + x));
}
/// The same from t (x >= 1) to infinity, scale < 1.
double beyond(double t, double x, double scale) {
  return t * scale / ((1 - scale) * (1 + x)) * series(2 - scale, 1 / (1 + x));
}

double log_logistic_mean(const Lifetime& life, double horizon, double tenure) {
  constexpr double kMostScale = 0.9;  // the mean runs to infinity at 1
  constexpr double kPi = 3.14159265358979324;
  const double scale = life.scale, end = tenure + horizon;
  const double x_end = std::exp(standardised(life, end));
  const double x = tenure > 0 ? std::exp(standardised(life, tenure)) : 0;
  if (!(x_end < 1e200) || (x_end > 1 && scale > kMostScale)) return kNaN;
  if (x > 1) {
    const double from = beyond(tenure, x, scale);
    return unless_cancelled(from - beyond(end, x_end, scale), from) * (1 + x);
  }
  const double before = tenure > 0 ? until(tenure, x, scale) : 0;
  if (x_end <= 1) {
    const double to = until(end, x_end, scale);
    return unless_cancelled(to - before, to) * (1 + x);
  }
  const double whole = std::exp(life.location) * kPi * scale / std::sin(kPi * scale);
  return unless_cancelled(whole - beyond(end, x_end, scale) - before, whole) * (1 + x);
}

}  // namespace

double closed_mean(const Lifetime& life, double horizon, double tenure) noexcept {
  if (life.distribution == Distribution::exponential && life.scale == 1)
    return exponential_mean(life, horizon);
  // Beyond these a life is almost a step or almost no life at all.
  if (!(life.scale > 0.02 && life.scale < 20 && std::fabs(life.location) < 300)) return kNaN;
  switch (life.distribution) {
    case Distribution::log_normal:
      return log_normal_mean(life, horizon, tenure);
    case Distribution::log_logistic:
      return log_logistic_mean(life, horizon, tenure);
    default:
      return weibull_mean(life, horizon, tenure);
  }
}

}  // namespace kam::aft
