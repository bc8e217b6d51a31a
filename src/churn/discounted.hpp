/// Discounted expected orders of an account that is alive.
#pragma once

#include <cmath>

#include <boost/math/quadrature/gauss.hpp>

#include <kam/base/status.hpp>

#include "churn/discounted_endless.hpp"

namespace kam::detail {

/// E[discounted orders in (T, T + horizon] | alive] from M(u), the expected orders until
/// t = u (alpha + T), scale = alpha + T: by parts exp(-delta h) M(h) + delta * int_0^h exp(-delta
/// t) M(t) dt, substituting v = ln(1 + u), in which M is analytic in a strip of half-width pi. Over
/// short spans of v fewer points do: 10 up to 1, 15 up to 2, 20 up to 3, unless the discount
/// itself bends.
template <class Orders>
double discounted_orders(const Orders& orders, double horizon, double delta, double scale) {
  using boost::math::quadrature::gauss;
  const double at_end = std::exp(-delta * horizon) * orders(horizon / scale);
  if (delta == 0 || horizon == 0) return at_end;
  const double span = std::log1p(horizon / scale);
  const auto integrand = [&](double v) {
    const double u = std::expm1(v);
    return std::exp(v - delta * scale * u) * orders(u);
  };
  const bool mild = delta * horizon <= 1;
  const double integral = mild && span <= 1   ? gauss<double, 10>::integrate(integrand, 0.0, span)
                          : mild && span <= 2 ? gauss<double, 15>::integrate(integrand, 0.0, span)
                          : mild && span <= 3 ? gauss<double, 20>::integrate(integrand, 0.0, span)
                                              : gauss<double, 30>::integrate(integrand, 0.0, span);
  return at_end + delta * scale * integral;
}

/// A horizon without an end needs a discount.
inline Status check_discount(double horizon, double delta) {
  if (!(delta >= 0) || !std::isfinite(delta)) {
    return invalid_argument("delta", "finite and >= 0", delta);
  }
  if (horizon >= 0 && horizon < HUGE_VAL) return {};
  if (horizon != HUGE_VAL) return invalid_argument("horizon", "finite and >= 0", horizon);
  return delta > 0 ? Status{}
                   : invalid_argument("delta", "> 0 where the horizon is infinite", delta);
}

/// Models with a formula for it, for an infinite horizon too.
template <class Parameters>
inline constexpr bool kDiscountsItself =
    requires(const Parameters& p) { discounted_expected_orders_if_alive(p, 1.0, 1.0, 0.0, 0.0); };

/// Of one account, by the model's formulas.
template <class Parameters>
double discounted_if_alive(const Parameters& p, double horizon, double delta, double x, double T) {
  if (delta == 0) return expected_orders_if_alive(p, horizon, x, T);
  if constexpr (kDiscountsItself<Parameters>) {
    return discounted_expected_orders_if_alive(p, horizon, delta, x, T);
  } else {
    const double scale = p.alpha + T;
    if (horizon == HUGE_VAL) {
      return discounted_endless({.scale = scale}, delta,
                                [&](double t) { return expected_orders_if_alive(p, t, x, T); });
    }
    return discounted_orders([&](double u) { return expected_orders_if_alive(p, u * scale, x, T); },
                             horizon, delta, scale);
  }
}

}  // namespace kam::detail
