/// Identical rows, found once: a likelihood over (x, t_x, T) needs each distinct row only once.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace kam::numeric {

inline constexpr std::uint32_t kNoGroup = ~std::uint32_t{0};

/// Distinct N-tuples of numbers in order of first appearance. Open addressing, keys stored beside
/// each other, so that a look-up touches two cache lines however long the input columns are.
template <std::size_t N>
class Groups {
 public:
  using Key = std::array<double, N>;

  [[nodiscard]] const std::vector<Key>& keys() const { return keys_; }
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

  [[nodiscard]] static std::uint64_t hash(const Key& key) {
    std::uint64_t h = 0;
    for (const double value : key) {
      // + 0.0 turns -0 into 0: equal values must have equal bits. Fractions such as k/7 differ in
      // their high bits only, so those are folded down before and after multiplying.
      h ^= std::bit_cast<std::uint64_t>(value + 0.0);
      h = (h ^ (h >> 32)) * 0x9E3779B97F4A7C15u;
      h ^= h >> 29;
    }
    h *= 0xBF58476D1CE4E5B9u;
    h ^= h >> 32;
    return h;
  }
  void prefetch(std::uint64_t h) const { __builtin_prefetch(&slots_[h & (slots_.size() - 1)]); }

  /// The group of `key`, made if new. `h` is hash(key).
  std::uint32_t insert(const Key& key, std::uint64_t h) {
    const auto tag = static_cast<std::uint32_t>(h >> 32);
    std::size_t at = h & (slots_.size() - 1);
    for (;; at = (at + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[at];
      if (slot.group == kNoGroup) break;
      if (slot.tag == tag && keys_[slot.group] == key) return slot.group;
    }
    const auto group = static_cast<std::uint32_t>(keys_.size());
    slots_[at] = {tag, group};
    keys_.push_back(key);
    if (keys_.size() * 2 > slots_.size()) grow();
    return group;
  }

 private:
  struct Slot {
    std::uint32_t tag = 0, group = kNoGroup;
  };

  void grow() {
    slots_.assign(slots_.size() * 4, Slot{});
    for (std::uint32_t g = 0; g < keys_.size(); ++g) {
      const std::uint64_t h = hash(keys_[g]);
      std::size_t at = h & (slots_.size() - 1);
      while (slots_[at].group != kNoGroup) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = {static_cast<std::uint32_t>(h >> 32), g};
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(4096);
  std::vector<Key> keys_;
};

/// Calls each(row, group) for the rows for which keep(row) holds, in order; at most 2^32 - 2
/// groups. Looks ahead a few rows, so that look-ups beyond the cache overlap.
template <std::size_t N, class Keep, class Each>
Groups<N> group_rows(const std::array<std::span<const double>, N>& columns, const Keep& keep,
                     const Each& each) {
  constexpr std::size_t kAhead = 16;
  Groups<N> groups;
  std::array<std::size_t, kAhead> row;
  std::array<typename Groups<N>::Key, kAhead> key;
  std::array<std::uint64_t, kAhead> hash;
  std::size_t pending = 0;
  const auto flush = [&] {
    for (std::size_t i = 0; i < pending; ++i) each(row[i], groups.insert(key[i], hash[i]));
    pending = 0;
  };
  for (std::size_t i = 0; i < columns[0].size(); ++i) {
    if (!keep(i)) continue;
    row[pending] = i;
    for (std::size_t k = 0; k < N; ++k) key[pending][k] = columns[k][i];
    hash[pending] = Groups<N>::hash(key[pending]);
    groups.prefetch(hash[pending]);
    if (++pending == kAhead) flush();
  }
  flush();
  return groups;
}

}  // namespace kam::numeric
