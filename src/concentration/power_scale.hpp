/// Scaling by a power of two, which is exact, makes 1e308 and denormals as good as any unit of
/// money.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace kam::concentration_detail {

/// Two factors, because 2^1074 is no double.
struct Scale {
  int exponent = 0;  // of the largest |value|: value · 2^exponent undoes the scaling

  explicit Scale(std::span<const double> values) {
    std::frexp(largest(values), &exponent);
    first_ = std::ldexp(1.0, -(exponent / 2));
    second_ = std::ldexp(1.0, -(exponent - exponent / 2));
  }
  [[nodiscard]] double down(double value) const { return value * first_ * second_; }
  [[nodiscard]] double up(double value) const { return std::ldexp(value, exponent); }

 private:
  /// |value|, of those that are finite; four side by side, since one maximum waits for the last.
  static double largest(std::span<const double> values) {
    constexpr std::size_t kLanes = 4;
    std::array<double, kLanes> most{};
    const auto take = [&](double v, std::size_t lane) {
      const double size = std::fabs(v);
      const bool larger = size > most[lane] && size <= std::numeric_limits<double>::max();
      most[lane] = larger ? size : most[lane];
    };
    std::size_t i = 0;
    for (; i + kLanes <= values.size(); i += kLanes)
      for (std::size_t lane = 0; lane < kLanes; ++lane) take(values[i + lane], lane);
    for (; i < values.size(); ++i) take(values[i], 0);
    return *std::max_element(most.begin(), most.end());
  }

  double first_, second_;
};

}  // namespace kam::concentration_detail
