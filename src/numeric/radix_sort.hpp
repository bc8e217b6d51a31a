/// Stable sort by whole numbers: linear in the rows, a few sequential passes.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace kam::numeric {

/// Least significant digit first, 11 bits a pass; code(element) < 2^bits. Elements of equal codes
/// stay in their order. Digits that all codes share cost no pass.
template <class Element, class Code>
void radix_sort(std::vector<Element>& elements, unsigned bits, const Code& code) {
  constexpr unsigned kDigit = 11;
  constexpr std::size_t kBuckets = std::size_t{1} << kDigit;
  if (elements.empty()) return;
  std::vector<std::array<std::size_t, kBuckets>> counts((bits + kDigit - 1) / kDigit);
  for (const Element& e : elements) {
    for (unsigned p = 0; p < counts.size(); ++p)
      ++counts[p][static_cast<std::size_t>(code(e) >> (p * kDigit)) & (kBuckets - 1)];
  }
  std::vector<Element> other(elements.size());
  for (unsigned p = 0; p < counts.size(); ++p) {
    auto& next = counts[p];
    const auto digit = [&](const Element& e) {
      return static_cast<std::size_t>(code(e) >> (p * kDigit)) & (kBuckets - 1);
    };
    if (next[digit(elements[0])] == elements.size()) continue;
    std::size_t begin = 0;
    for (std::size_t& bucket : next) {
      const std::size_t count = bucket;
      bucket = begin;
      begin += count;
    }
    for (const Element& e : elements) other[next[digit(e)]++] = e;
    elements.swap(other);
  }
}

/// Stable, by keys of 64 bits: by their leading half, which tells most apart, in half the passes,
/// then by comparison where those that share it are not in order yet. O(n) unless the keys are made
/// to share it, O(n log n) then.
template <class Element, class Key>
void radix_sort_by_key(std::vector<Element>& elements, const Key& key) {
  constexpr unsigned kLeading = 33, kRest = 64 - kLeading;
  radix_sort(elements, kLeading, [&](const Element& e) { return key(e) >> kRest; });
  const auto before = [&](const Element& a, const Element& b) { return key(a) < key(b); };
  for (auto begin = elements.begin(), end = begin; begin != elements.end(); begin = end) {
    bool sorted = true;
    for (++end; end != elements.end() && key(*end) >> kRest == key(*begin) >> kRest; ++end)
      sorted = sorted && !before(*end, *(end - 1));
    if (!sorted) std::stable_sort(begin, end, before);
  }
}

/// All bits of a negative number flip and the sign of the others: without a branch, for columns of
/// both signs.
[[nodiscard]] inline std::uint64_t flip_of_sign(std::uint64_t bits) noexcept {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  return static_cast<std::uint64_t>(std::bit_cast<std::int64_t>(bits) >> 63) | kSign;
}

/// A whole number in the order of `value` (any double but NaN; -0 counts as 0).
[[nodiscard]] inline std::uint64_t order_key(double value) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);
  return bits ^ flip_of_sign(bits);
}

/// The value of a key; 0 for -0.
[[nodiscard]] inline double value_of_order_key(std::uint64_t key) noexcept {
  return std::bit_cast<double>(key ^ flip_of_sign(~key));
}

struct KeyedRow {
  std::uint64_t key;
  std::uint32_t row;
};

/// Sorts durations, scores and the like; stable.
inline void radix_sort_by_key(std::vector<KeyedRow>& rows) {
  radix_sort_by_key(rows, [](const KeyedRow& r) { return r.key; });
}

}  // namespace kam::numeric
