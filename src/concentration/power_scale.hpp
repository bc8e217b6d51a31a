/// Scaling by a power of two, which is exact, makes 1e308 and denormals as good as any unit of
/// money.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace kam::concentration_detail {

/// Two factors, because 2^1074 is no double.
struct Scale {
  int exponent = 0;  // of the largest |value|: value · 2^exponent undoes the scaling

  explicit Scale(std::span<const double> values) {
    double largest = 0.0;
    for (double v : values) {
      if (std::isfinite(v)) largest = std::max(largest, std::fabs(v));
    }
    std::frexp(largest, &exponent);
    first_ = std::ldexp(1.0, -(exponent / 2));
    second_ = std::ldexp(1.0, -(exponent - exponent / 2));
  }
  [[nodiscard]] double down(double value) const { return value * first_ * second_; }
  [[nodiscard]] double up(double value) const { return std::ldexp(value, exponent); }

 private:
  double first_, second_;
};

}  // namespace kam::concentration_detail
