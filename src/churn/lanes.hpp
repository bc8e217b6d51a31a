/// Sums in eight lanes: what a compiler may vectorise without changing a bit.
#pragma once

#include <array>
#include <cstddef>

namespace kam::churn {

/// Sum of term(t) over [0, n), n a multiple of 8.
template <class Term>
double sum_in_lanes(std::size_t n, const Term& term) {
  std::array<double, 8> lane{};
  for (std::size_t t = 0; t < n; t += 8) {
    for (std::size_t k = 0; k < 8; ++k) lane[k] += term(t + k);
  }
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

}  // namespace kam::churn
