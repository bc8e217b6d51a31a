/// Sorting millions of doubles faster than a comparison sort.
#pragma once

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "numeric/radix_sort.hpp"

namespace kam::concentration_detail {

/// Below this many a comparison sort is faster than the passes of a radix sort.
inline constexpr std::size_t kRadixFrom = 4096;

/// Largest first; finite values without -0. Equal doubles are the same bits, so the result depends
/// on the multiset alone whichever way it is sorted.
inline void sort_descending(std::vector<double>& values) {
  if (values.size() < kRadixFrom) {
    std::sort(values.begin(), values.end(), std::greater<>());
    return;
  }
  numeric::radix_sort(values, 64, [](double v) { return ~numeric::order_key(v); });
}

}  // namespace kam::concentration_detail
