/// Arithmetic of ExactSum. Needs strict IEEE doubles: compiled with kam's own flags only.
#pragma once

#include <kam/portfolio/exact_sum.hpp>

namespace kam::portfolio {

/// The rounded sum; `error` is what rounding took away, exactly (Knuth's TwoSum).
inline double two_sum(double x, double y, double& error) noexcept {
  const double sum = x + y;
  const double y_seen = sum - x;
  error = (x - (sum - y_seen)) + (y - y_seen);
  return sum;
}

/// Four non-overlapping parts (largest first) into three, without loss if three can hold them.
inline ExactSum compress(const double (&part)[4]) noexcept {
  double down[4] = {0.0, 0.0, 0.0, 0.0};
  int last = 0;
  double carry = part[0];
  for (int i = 1; i < 4; ++i) {
    double error;
    down[last] = two_sum(carry, part[i], error);
    if (error != 0.0) ++last;
    carry = error != 0.0 ? error : down[last];
  }
  down[last] = carry;
  double up[4] = {0.0, 0.0, 0.0, 0.0};  // smallest first
  int top = 0;
  for (int i = last - 1; i >= 0; --i) {
    double error;
    carry = two_sum(down[i], carry, error);
    if (error != 0.0) up[top++] = error;
  }
  up[top] = carry;
  return {up[top], top > 0 ? up[top - 1] : 0.0, top > 1 ? up[top - 2] : 0.0};
}

inline void add(ExactSum& sum, double x) noexcept {
  double low = 0.0, middle, high;
  if (sum.low != 0.0) x = two_sum(sum.low, x, low);
  x = two_sum(sum.middle, x, middle);
  x = two_sum(sum.high, x, high);
  if (low == 0.0 && middle == 0.0) {  // nearly always: two doubles hold 106 bits
    sum = {x, high, 0.0};
  } else {
    sum = compress({x, high, middle, low});
  }
}

inline void add(ExactSum& sum, const ExactSum& other, double sign = 1.0) noexcept {
  add(sum, sign * other.high);
  if (other.middle != 0.0) add(sum, sign * other.middle);
  if (other.low != 0.0) add(sum, sign * other.low);
}

/// The double nearest to the exact sum, ties to even. Where the first two parts lie half-way
/// between two doubles, the rest decides (as in Python's math.fsum).
inline double value(const ExactSum& sum) noexcept {
  if (sum.middle == 0.0 && sum.low == 0.0) return sum.high;
  double error, rest, half;
  const double head = two_sum(sum.high, sum.middle, error);
  const double tail = two_sum(error, sum.low, rest);
  const double rounded = two_sum(head, tail, half);
  if (half != 0.0 && rest != 0.0 && (half > 0.0) == (rest > 0.0)) {
    const double twice = 2.0 * half;
    const double next = rounded + twice;
    if (next - rounded == twice) return next;
  }
  return rounded;
}

}  // namespace kam::portfolio
