/// Lifetimes of accelerated-failure-time regression: ln T = location + scale * eps.
///
/// eps has a fixed distribution: smallest extreme value (T Weibull; exponential at scale 1), normal
/// (T log-normal) or logistic (T log-logistic). Kalbfleisch & Prentice (2002), The Statistical
/// Analysis of Failure Time Data, ch. 2 and 3.
///
/// Scalar functions never throw; they answer NaN for parameters or arguments outside the domain.
#pragma once

#include <cmath>
#include <cstdint>

#include <kam/base/normal_tail.hpp>
#include <kam/base/special.hpp>

namespace kam::aft {

enum class Distribution : std::uint8_t { weibull, log_normal, log_logistic, exponential };

[[nodiscard]] constexpr const char* distribution_name(Distribution d) noexcept {
  constexpr const char* kNames[] = {"weibull", "log_normal", "log_logistic", "exponential"};
  return kNames[static_cast<int>(d)];
}

/// The lifetime of one customer.
struct Lifetime {
  Distribution distribution = Distribution::weibull;
  double location = 0;  ///< [ln time]; e^location: Weibull lambda, log-normal and -logistic median
  double scale = 1;     ///< [-], > 0; Weibull rho and log-logistic beta are 1 / scale
};

[[nodiscard]] inline bool valid(const Lifetime& life) noexcept {
  return life.location - life.location == 0 && life.scale > 0 && life.scale < HUGE_VAL;
}

/// (ln t - location) / scale.
[[nodiscard]] inline double standardised(const Lifetime& life, double t) noexcept {
  return (std::log(t) - life.location) / life.scale;
}

/// ln P(eps > z).
[[nodiscard]] inline double log_survival_at(Distribution d, double z) noexcept {
  if (d == Distribution::log_normal) return normal_tail(z).log_survival;
  if (d == Distribution::log_logistic)
    return z > 0 ? -z - std::log1p(std::exp(-z)) : -std::log1p(std::exp(z));
  return -std::exp(z);
}

/// ln S(t), t >= 0.
[[nodiscard]] inline double log_survival(const Lifetime& life, double t) noexcept {
  if (!valid(life) || !(t >= 0)) return kNaN;
  return t == 0 ? 0.0 : log_survival_at(life.distribution, standardised(life, t));
}

namespace detail {

/// ln P(Z > z + step) - ln P(Z > z): for short steps by the derivatives of ln P, whose difference
/// would cancel.
[[nodiscard]] inline double normal_log_survival_step(double z, double step) noexcept {
  const NormalTail tail = normal_tail(z);
  if (step * (1 + tail.mills) > 1e-4) return normal_tail(z + step).log_survival - tail.log_survival;
  const double bend = tail.excess * tail.excess + tail.mills * tail.excess - 1;
  return -tail.mills * step * (1 + step * (tail.excess / 2 + step * bend / 6));
}

}  // namespace detail

/// ln P(T > tenure + horizon | T > tenure), both >= 0; exact for horizons much shorter than the
/// tenure.
[[nodiscard]] inline double log_survival(const Lifetime& life, double horizon,
                                         double tenure) noexcept {
  if (!valid(life) || !(horizon >= 0) || !(tenure >= 0) || !(tenure < HUGE_VAL)) return kNaN;
  if (tenure == 0 || horizon == 0) return log_survival(life, horizon);
  const double z = standardised(life, tenure);
  const double step = std::log1p(horizon / tenure) / life.scale;
  switch (life.distribution) {
    case Distribution::log_normal:
      return detail::normal_log_survival_step(z, step);
    case Distribution::log_logistic:
      // (1 + e^z) / (1 + e^(z + step)) = 1 / (1 + logistic(z) (e^step - 1))
      return step < 700 ? -std::log1p(logistic(z) * std::expm1(step))
                        : log_survival_at(life.distribution, z + step) -
                              log_survival_at(life.distribution, z);
    default:
      return step < 1 ? -std::exp(z) * std::expm1(step) : std::exp(z) - std::exp(z + step);
  }
}

/// P(T > tenure + horizon | T > tenure).
[[nodiscard]] inline double survival(const Lifetime& life, double horizon,
                                     double tenure = 0) noexcept {
  return std::exp(log_survival(life, horizon, tenure));
}

/// P(T <= tenure + horizon | T > tenure), without the cancellation of 1 - S.
[[nodiscard]] inline double churn_probability(const Lifetime& life, double horizon,
                                              double tenure = 0) noexcept {
  return -std::expm1(log_survival(life, horizon, tenure));
}

/// ln of the density of T at t > 0.
[[nodiscard]] inline double log_density(const Lifetime& life, double t) noexcept {
  if (!valid(life) || !(t > 0)) return kNaN;
  constexpr double kHalfLnTwoPi = 0.918938533204672742;
  const double z = standardised(life, t), unit = -std::log(life.scale) - std::log(t);
  if (life.distribution == Distribution::log_normal) return unit - 0.5 * z * z - kHalfLnTwoPi;
  if (life.distribution == Distribution::log_logistic) {
    return unit - std::fabs(z) - 2 * std::log1p(std::exp(-std::fabs(z)));
  }
  return unit + z - std::exp(z);
}

/// Mean of T; NaN where it is infinite (log-logistic with scale >= 1).
[[nodiscard]] double mean(const Lifetime& life) noexcept;

/// The further time after which a share `left` (0 < left <= 1) of those with this tenure is still
/// there; 0.5 is the median remaining life.
[[nodiscard]] double remaining_quantile(const Lifetime& life, double left,
                                        double tenure = 0) noexcept;
[[nodiscard]] inline double remaining_median(const Lifetime& life, double tenure = 0) noexcept {
  return remaining_quantile(life, 0.5, tenure);
}

/// E[min(T - tenure, horizon) | T > tenure], the expected time as a customer within the horizon;
/// closed forms, or quadrature to 1e-11. An infinite horizon gives the mean remaining life, NaN
/// where it is infinite.
[[nodiscard]] double restricted_mean(const Lifetime& life, double horizon,
                                     double tenure = 0) noexcept;
[[nodiscard]] inline double remaining_mean(const Lifetime& life, double tenure = 0) noexcept {
  return restricted_mean(life, HUGE_VAL, tenure);
}

}  // namespace kam::aft
