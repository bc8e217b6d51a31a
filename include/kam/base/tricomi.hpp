/// Tricomi's confluent hypergeometric function U(a, b, z), on the logarithmic scale.
#pragma once

#include <cmath>

#include <kam/base/logistic_quadrature.hpp>
#include <kam/base/panel_quadrature.hpp>
#include <kam/base/special.hpp>

namespace kam {

namespace detail {

/// ln of the integral of exp(-z t) (1 + t)^(b-2) over t in (0, expm1(upper)); with v = ln(1 + t)
/// the integrand is exp((b-1) v - z (e^v - 1)). `upper` may be infinite.
[[nodiscard]] inline double log_tricomi_from_one(double b, double z, double upper) {
  const auto at = [=](double v) {
    const double fall = z * std::exp(v);
    return PanelPoint{(b - 1) * v - z * std::expm1(v), b - 1 - fall, fall};
  };
  // Where z e^v exceeds b - 1 by a thousand the rest is below e^-900 of the peak.
  const double end = std::log1p((2 * std::fabs(b) + 1000) / z);
  return log_panel_integral(at, 0, upper < end ? upper : end);
}

/// ln of the integral of exp(-z t) t^(a-1) (1 + t)^(b-a-1) over t > 0, with u = ln t.
[[nodiscard]] inline double log_tricomi_integral(double a, double b, double z) {
  const double power = b - a - 1;
  const auto at = [=](double u) {
    const LogisticPoint point = logistic_point(u);
    const double fall = z * std::exp(u);
    return PanelPoint{a * u - power * point.log_q - fall, a + power * point.p - fall,
                      std::fabs(power) * point.p * point.q + fall};
  };
  // Left of `low` the integrand is t^a to working precision.
  const double low = -40 - std::log1p(z + std::fabs(power) + a);
  const double end = std::log((2 * (a + std::fabs(power)) + 1000) / z);
  const double body = log_panel_integral(at, low, std::fmin(std::fmax(end, low + 1), 708));
  return log_add_exp(body, a * low - std::log(a));
}

}  // namespace detail

/// ln U(a, b, z), a > 0, z > 0, any b: 1/Gamma(a) int_0^inf e^(-z t) t^(a-1) (1+t)^(b-a-1) dt
/// (DLMF 13.4.4), a sum of positive terms. NaN outside and for z < 1e-290. Cost: some 100 points
/// for a = 1, up to a thousand otherwise.
[[nodiscard]] inline double log_tricomi(double a, double b, double z) noexcept {
  if (!(a > 0) || !(z >= 1e-290) || !(a < HUGE_VAL) || !(z < HUGE_VAL) || !std::isfinite(b))
    return kNaN;
  if (a == 1) return detail::log_tricomi_from_one(b, z, HUGE_VAL);
  return detail::log_tricomi_integral(a, b, z) - log_gamma(a);
}

}  // namespace kam
