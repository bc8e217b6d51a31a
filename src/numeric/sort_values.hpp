/// Sorting millions of plain doubles.
#pragma once

#include <vector>

namespace kam::numeric {

/// Finite values without -0, whose equals are the same bits: the result depends on the multiset
/// alone. O(n): every value is moved at most ten times. `scratch` grows to the length of
/// `values` if that is worth a radix sort; what is in it afterwards means nothing.
void sort_ascending(std::vector<double>& values, std::vector<double>& scratch);
void sort_descending(std::vector<double>& values, std::vector<double>& scratch);

inline void sort_ascending(std::vector<double>& values) {
  std::vector<double> scratch;
  sort_ascending(values, scratch);
}
inline void sort_descending(std::vector<double>& values) {
  std::vector<double> scratch;
  sort_descending(values, scratch);
}

}  // namespace kam::numeric
