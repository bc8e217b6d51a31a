/// Integrals of single-peaked functions over an interval: Gauss-Legendre panels outwards from the
/// peak, as wide as the function allows.
///
/// For integrands exp(f(v)) that are positive and analytic in a strip of half-width pi around the
/// real axis, with f rising to one peak and falling after it. All terms are positive and carry one
/// common scale, so nothing cancels and nothing overflows.
#pragma once

#include <array>
#include <cmath>

namespace kam::detail {

/// The 16-point Gauss-Legendre rule on (-1, 1), the positive half.
inline constexpr std::array<double, 8> kGaussNodes{
    0.0950125098376374402, 0.281603550779258913, 0.458016777657227386, 0.617876244402643748,
    0.755404408355003034,  0.865631202387831744, 0.944575023073232576, 0.989400934991649933};
inline constexpr std::array<double, 8> kGaussWeights{
    0.189450610455068496, 0.182603415044923589,  0.169156519395002538,  0.149595988816576732,
    0.124628971255533872, 0.0951585116824927848, 0.0622535239386478929, 0.0271524594117540949};

/// What a panel is laid out by: f, f' and |f''| at one point.
struct PanelPoint {
  double log_value, slope, bend;
};

/// Widest panel within which the value falls by some e^16 and bends by a few standard deviations.
[[nodiscard]] inline double panel_width(const PanelPoint& at) {
  constexpr double kWidest = 1.2, kMostFall = 16, kMostBend = 9;
  const double by_slope = kMostFall / std::fabs(at.slope);
  const double by_bend = std::sqrt(kMostBend / at.bend);
  return std::fmin(kWidest, std::fmin(by_slope, by_bend));
}

/// Where f stops rising in [low, high], to a small part of a panel.
template <class At>
[[nodiscard]] double panel_peak(const At& at, double low, double high) {
  if (!(at(low).slope > 0)) return low;
  if (at(high).slope > 0) return high;
  for (int i = 0; i < 80; ++i) {
    const double middle = 0.5 * (low + high);
    const PanelPoint point = at(middle);
    (point.slope > 0 ? low : high) = middle;
    if (high - low < 0.05 * panel_width(point)) break;
  }
  return 0.5 * (low + high);
}

/// Panels from `from` to `to` (either way): adds weight * exp(f - top) to `sum` and hands it to
/// each(at(v), .).
template <class At, class Each>
void add_panels(const At& at, double from, double to, double top, double& sum, const Each& each) {
  constexpr double kNegligibleRest = 1e-17;
  const double sign = to < from ? -1 : 1;
  PanelPoint edge = at(from);
  while (sign * (to - from) > 0) {
    const double left = sign * (to - from);
    double width = panel_width(edge);
    if (left < 1.5 * width) width = left < 1.1 * width ? left : 0.5 * left;
    const double half = 0.5 * width, middle = from + sign * half;
    for (std::size_t i = 0; i < kGaussNodes.size(); ++i) {
      for (const double side : {-1.0, 1.0}) {
        const double v = middle + side * half * kGaussNodes[i];
        const auto point = at(v);
        const double term = half * kGaussWeights[i] * std::exp(point.log_value - top);
        sum += term;
        each(point, term);
      }
    }
    if (width == left) return;
    from += sign * width;
    edge = at(from);
    // f is concave in its tails: what is left is at most exp(f) / |f'|.
    if (sign * edge.slope < 0 &&
        std::exp(edge.log_value - top) <= kNegligibleRest * sum * std::fabs(edge.slope))
      return;
  }
}

/// ln of the integral of exp(f) over [low, high]; -infinity where the interval is empty. at(v)
/// gives a PanelPoint. `each(v, term)` sees every node with its share of exp(-top) times the
/// integral. Cost: 16 points per panel, two or three panels where the function falls steeply, (high
/// - low)/1.2 where it does not.
template <class At, class Each>
[[nodiscard]] double log_panel_integral(const At& at, double low, double high, const Each& each) {
  if (!(high > low)) return -HUGE_VAL;
  const double peak = panel_peak(at, low, high);
  const double top = at(peak).log_value;
  double sum = 0;
  add_panels(at, peak, high, top, sum, each);
  add_panels(at, peak, low, top, sum, each);
  return top + std::log(sum);
}

template <class At>
[[nodiscard]] double log_panel_integral(const At& at, double low, double high) {
  return log_panel_integral(at, low, high, [](const PanelPoint&, double) {});
}

}  // namespace kam::detail
