/// Memory of large arrays in large pages, where the system lets one ask.
#pragma once

#include <cstddef>
#include <vector>

namespace kam::numeric {

/// Asks for pages of 2 MB behind memory that is not touched yet; a hint, and nothing where the
/// system has no such call.
void ask_for_large_pages(void* memory, std::size_t bytes) noexcept;

/// Reserves `n` elements. The first touch of 10 million doubles then takes 40 page faults instead
/// of 20,000, and a radix sort, which writes to 2,048 places at a time, finds them all in the
/// translation buffer.
template <class T>
void reserve_large(std::vector<T>& array, std::size_t n) {
  constexpr std::size_t kWorthAsking = std::size_t{1} << 22;  // [bytes]
  if (array.capacity() >= n) return;
  array.reserve(n);
  if (array.empty() && n * sizeof(T) >= kWorthAsking) {
    ask_for_large_pages(array.data(), n * sizeof(T));
  }
}

}  // namespace kam::numeric
