/// Discounted orders without an end, from the mean number of orders by any time.
#pragma once

#include <cmath>

#include <boost/math/quadrature/gauss.hpp>

namespace kam::detail {

/// M(t), the mean number of orders within t, as a quadrature has to see it: it changes on the scale
/// of `scale` + t, and with steps of one `gap` up to t = `steps_end` (0: no steps).
struct OrdersAhead {
  double scale, gap = 0, steps_end = 0;
};

/// delta * int_0^inf exp(-delta t) M(t) dt = E[sum over all orders to come of exp(-delta time)],
/// delta > 0. Panels of 20 points in ln(1 + t / scale), in which M is analytic in a strip of
/// half-width pi; a panel falls by e^8 at most. What comes after e^-42 is below 1e-17 of it.
template <class Orders>
double discounted_endless(const OrdersAhead& ahead, double delta, const Orders& orders) {
  constexpr double kWidest = 1.2, kMostFall = 8, kEnd = 42;
  const double scale = ahead.scale;
  const auto integrand = [&](double v) {
    const double t = scale * std::expm1(v);
    return std::exp(v - delta * t) * orders(t);
  };
  double sum = 0;
  for (double t = 0; delta * t < kEnd;) {
    double width = std::fmin((scale + t) * std::expm1(kWidest), kMostFall / delta);
    if (t < ahead.steps_end) width = std::fmin(width, 2 * ahead.gap);
    sum += boost::math::quadrature::gauss<double, 20>::integrate(integrand, std::log1p(t / scale),
                                                                 std::log1p((t + width) / scale));
    t += width;
  }
  return delta * scale * sum;
}

}  // namespace kam::detail
