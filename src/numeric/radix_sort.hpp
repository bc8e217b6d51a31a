/// Stable sort of row numbers by a column: linear in the rows, whatever the values.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace kam::numeric {

/// A whole number in the order of `value` (any double but NaN; -0 counts as 0).
[[nodiscard]] inline std::uint64_t order_key(double value) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);
  return (bits >> 63) != 0 ? ~bits : bits | (std::uint64_t{1} << 63);
}

struct KeyedRow {
  std::uint64_t key;
  std::uint32_t row;
};

/// Sorts by key, rows of equal keys stay in their order. Digits that all keys share cost nothing.
inline void radix_sort(std::vector<KeyedRow>& rows) {
  constexpr unsigned kBits = 11;
  constexpr std::size_t kBuckets = std::size_t{1} << kBits, kPasses = (64 + kBits - 1) / kBits;
  std::vector<std::array<std::size_t, kBuckets>> counts(kPasses);
  for (auto& pass : counts) pass.fill(0);
  for (const KeyedRow& r : rows)
    for (std::size_t p = 0; p < kPasses; ++p) ++counts[p][(r.key >> (p * kBits)) & (kBuckets - 1)];
  std::vector<KeyedRow> other(rows.size());
  for (std::size_t p = 0; p < kPasses && !rows.empty(); ++p) {
    auto& count = counts[p];
    const auto digit = [p](const KeyedRow& r) { return (r.key >> (p * kBits)) & (kBuckets - 1); };
    if (count[digit(rows[0])] == rows.size()) continue;
    std::size_t at = 0;
    for (std::size_t& c : count) {
      const std::size_t size = c;
      c = at;
      at += size;
    }
    for (const KeyedRow& r : rows) other[count[digit(r)]++] = r;
    rows.swap(other);
  }
}

}  // namespace kam::numeric
