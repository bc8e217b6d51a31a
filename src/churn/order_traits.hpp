/// Which order models the block kernels know, and how: one specialisation per model.
#pragma once

#include <kam/churn/bgnbd.hpp>
#include <kam/churn/mbgnbd.hpp>

#include "simd/order_n.hpp"

namespace kam::detail {

/// kKnown: P(alive) has the form of simd::BetaGeometricTerms (terms), and the expected orders
/// within t of an account that is alive are saturation(p, x, u = t / (alpha + T)), smooth in u.
template <class Parameters>
struct BlockForm {
  static constexpr bool kKnown = false;
};

/// Within these nothing in the kernel overflows or loses digits.
template <class Parameters>
[[nodiscard]] bool in_kernel_range(const Parameters& p) {
  for (const double value : p.values()) {
    if (!(value > 1e-100 && value < 1e100)) return false;
  }
  return true;
}

template <>
struct BlockForm<bgnbd::Parameters> {
  static constexpr bool kKnown = true;
  [[nodiscard]] static simd::BetaGeometricTerms terms(const bgnbd::Parameters& p) {
    return {p.r, p.alpha, p.a, p.b, -1};
  }
  [[nodiscard]] static double saturation(const bgnbd::Parameters& p, double x, double u) {
    return mean_saturation(p.r + x, p.a, p.b + x, u);
  }
};

template <>
struct BlockForm<mbgnbd::Parameters> {
  static constexpr bool kKnown = true;
  [[nodiscard]] static simd::BetaGeometricTerms terms(const mbgnbd::Parameters& p) {
    return {p.r, p.alpha, p.a, p.b, 0};
  }
  [[nodiscard]] static double saturation(const mbgnbd::Parameters& p, double x, double u) {
    return mean_saturation(p.r + x, p.a, p.b + x + 1, u);
  }
};

}  // namespace kam::detail
