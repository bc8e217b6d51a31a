#include <algorithm>
#include <boost/math/special_functions/erf.hpp>

#include <kam/base/panel_quadrature.hpp>
#include <kam/churn/aft_distribution.hpp>

#include "churn/aft_mean.hpp"

namespace kam::aft {
namespace {

using Quiet = boost::math::policies::policy<
    boost::math::policies::promote_double<false>,
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::pole_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
    boost::math::policies::rounding_error<boost::math::policies::ignore_error>>;

/// The z with ln P(Z > z) = log_left <= 0: a start from the quantile or the tail's leading term,
/// then Newton's method.
double normal_upper_quantile(double log_left) {
  constexpr double kSqrt2 = 1.41421356237309505;
  if (log_left == 0) return -HUGE_VAL;
  if (log_left > -30) {
    // Near 1 the complement keeps the digits.
    const double left = std::exp(log_left), gone = -std::expm1(log_left);
    return left < 0.5 ? kSqrt2 * boost::math::erfc_inv(2 * left, Quiet{})
                      : -kSqrt2 * boost::math::erfc_inv(2 * gone, Quiet{});
  }
  double z = std::sqrt(-2 * log_left - std::log(-4 * 3.14159265358979324 * log_left));
  for (int i = 0; i < 6; ++i) {
    const NormalTail tail = normal_tail(z);
    z += (tail.log_survival - log_left) / tail.mills;
  }
  return z;
}

/// The standardised quantile: ln P(eps > result) = ln P(eps > z) + ln left; z may be -infinity.
double quantile_after(Distribution distribution, double z, double left) {
  const double loss = -std::log(left);
  switch (distribution) {
    case Distribution::log_normal:
      return normal_upper_quantile((z > -HUGE_VAL ? normal_tail(z).log_survival : 0) - loss);
    case Distribution::log_logistic:  // (1 + e^z) / left - 1
      return std::log(std::expm1(loss) + std::exp(z + loss));
    default:
      return std::log(std::exp(z) + loss);
  }
}

/// quantile_after less z, for z that is not far below 0.
double step_until(Distribution distribution, double z, double left) {
  const double loss = -std::log(left);
  switch (distribution) {
    case Distribution::log_normal:
      return quantile_after(distribution, z, left) - z;
    case Distribution::log_logistic:
      return std::log1p((std::exp(-z) + 1) * std::expm1(loss));
    default:
      return std::log1p(loss / std::exp(z));
  }
}

/// The integrand of a further life in y = ln(horizon / u): what u = horizon * e^-y adds.
struct Integrand {
  const Lifetime& life;
  double horizon, tenure;

  [[nodiscard]] double operator()(double y) const {
    return std::exp(-y + log_survival(life, horizon * std::exp(-y), tenure));
  }
  /// 16-point Gauss-Legendre between two values of y.
  [[nodiscard]] double panel(double low, double high) const {
    const double half = 0.5 * (high - low), middle = low + half;
    double sum = 0;
    for (std::size_t i = 0; i < kam::detail::kGaussNodes.size(); ++i) {
      const double step = half * kam::detail::kGaussNodes[i];
      sum += kam::detail::kGaussWeights[i] * ((*this)(middle - step) + (*this)(middle + step));
    }
    return half * sum;
  }
};

/// E[min(further life, horizon)]: the integral of S(tenure + u | tenure) over u, in y, from where
/// the survival bends outwards in panels as wide as the bend is soft.
double integral(const Lifetime& life, double horizon, double tenure) {
  constexpr double kWidest = 6, kGrowth = 1.5, kNegligible = 1e-16, kStep = 1e-3,
                   kLn2 = 0.693147180559945309;
  const Integrand integrand{life, horizon, tenure};
  const double typical = std::min(remaining_quantile(life, 0.5, tenure), horizon);
  const double bend = std::clamp(std::log(horizon / typical), 0.0, 700.0);
  // d ln S / d ln u where half are gone: its inverse is how soft the bend is, in y.
  const double slope =
      (log_survival(life, typical, tenure) - log_survival(life, typical * (1 + kStep), tenure)) /
      (kStep * kLn2);
  const double width = std::clamp(1.5 / slope, 1e-4, 1.5);
  double total = 0;
  for (double high = bend; high > 0;) {
    const double low = high < 1.1 * width ? 0 : high - width;
    const double part = integrand.panel(low, high);
    total += part;
    if (!(part > kNegligible * total)) break;
    high = low;
  }
  double grown = width;
  for (double low = bend;;) {
    const double part = integrand.panel(low, low + grown);
    total += part;
    if (!(part > kNegligible * total)) break;
    low += grown;
    grown = std::min(kGrowth * grown, kWidest);
  }
  return horizon * total;
}

/// Integral of the conditional survival beyond `from` (e^z > e^5 there) of a log-logistic life:
/// S = sum over k >= 1 of (-1)^(k+1) e^(-kz), term by term.
double log_logistic_tail(const Lifetime& life, double from, double tenure) {
  const double e = std::exp(-standardised(life, from));
  double sum = 0, power = e;
  for (int k = 1; k < 12; ++k, power *= -e) sum += power / (k / life.scale - 1);
  return from * sum / survival(life, tenure);
}

/// A further time beyond which a light tail no longer counts.
double end_of_tail(const Lifetime& life, double tenure) {
  const double z = tenure > 0 ? standardised(life, tenure) : -HUGE_VAL;
  const double scale = life.scale;
  double step = 0;  // standardised, from z or from 0 where z lies below
  if (life.distribution == Distribution::log_normal) {
    const double above = std::max(z - scale, 0.0);
    step = scale + std::sqrt(above * above + 90) - std::max(z, 0.0);
  } else {
    step = std::log1p((60 + 12 * scale) / std::exp(std::max(z, 0.0)));
  }
  return z > 0 ? tenure * std::expm1(scale * step) : std::exp(life.location + scale * step);
}

double mean_after(const Lifetime& life, double tenure) {
  if (life.distribution != Distribution::log_logistic) {
    return integral(life, end_of_tail(life, tenure), tenure);
  }
  if (!(life.scale < 1)) return kNaN;
  const double z = tenure > 0 ? std::max(standardised(life, tenure), 0.0) : 0.0;
  const double end = std::exp(life.location + life.scale * (z + 6));
  return integral(life, end - tenure, tenure) + log_logistic_tail(life, end, tenure);
}

}  // namespace

double mean(const Lifetime& life) noexcept {
  if (!valid(life)) return kNaN;
  constexpr double kPi = 3.14159265358979324;
  const double scale = life.scale;
  switch (life.distribution) {
    case Distribution::log_normal:
      return std::exp(life.location + 0.5 * scale * scale);
    case Distribution::log_logistic:
      return scale < 1 ? std::exp(life.location) * kPi * scale / std::sin(kPi * scale) : kNaN;
    default:
      return std::exp(life.location + log_gamma(1 + scale));
  }
}

double remaining_quantile(const Lifetime& life, double left, double tenure) noexcept {
  if (!valid(life) || !(left > 0 && left <= 1) || !(tenure >= 0 && tenure < HUGE_VAL)) return kNaN;
  if (left == 1) return 0;
  const double z = tenure > 0 ? standardised(life, tenure) : -HUGE_VAL;
  const double scale = life.scale;
  // Late in a life the step from here keeps the digits, early in it the quantile itself.
  if (z > -1) return tenure * std::expm1(scale * step_until(life.distribution, z, left));
  return std::exp(life.location + scale * quantile_after(life.distribution, z, left)) - tenure;
}

double integrated_mean(const Lifetime& life, double horizon, double tenure) noexcept {
  return std::min(integral(life, horizon, tenure), horizon);
}

double restricted_mean(const Lifetime& life, double horizon, double tenure) noexcept {
  if (!valid(life) || !(horizon >= 0) || !(tenure >= 0 && tenure < HUGE_VAL)) return kNaN;
  if (horizon == 0) return 0;
  if (horizon == HUGE_VAL) return tenure == 0 ? mean(life) : mean_after(life, tenure);
  const double closed = closed_mean(life, horizon, tenure);
  return std::min(closed > 0 ? closed : integrated_mean(life, horizon, tenure), horizon);
}

}  // namespace kam::aft
