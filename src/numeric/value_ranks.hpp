/// Doubles as whole numbers in a wanted order, for a radix sort.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "numeric/radix_sort.hpp"

namespace kam::numeric {

struct Extremes {
  double least, most, least_positive;
};

/// Four of each, since one minimum has to wait for the last.
[[nodiscard]] inline Extremes extremes(const std::vector<double>& values) {
  constexpr std::size_t kLanes = 4;
  constexpr double kInf = std::numeric_limits<double>::infinity();
  std::array<double, kLanes> least, most, positive;
  least.fill(kInf), most.fill(-kInf), positive.fill(kInf);
  const auto take = [&](double v, std::size_t lane) {
    least[lane] = std::min(least[lane], v);
    most[lane] = std::max(most[lane], v);
    positive[lane] = std::min(positive[lane], v > 0 ? v : kInf);
  };
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane) take(values[i + lane], lane);
  for (; i < values.size(); ++i) take(values[i], 0);
  return {*std::min_element(least.begin(), least.end()),
          *std::max_element(most.begin(), most.end()),
          *std::min_element(positive.begin(), positive.end())};
}

/// Ranks are whole numbers in the order wanted, the first 0, carried in the memory of a double.
template <bool kDown>
class ValueRanks {
 public:
  /// Ranks that agree in this many of their leading bits share a cell; zeros have one of their own.
  static constexpr unsigned kCellBits = 11;

  explicit ValueRanks(const Extremes& e) : first_(order_key(e.least)), last_(order_key(e.most)) {
    set_shift();
    if (!(e.least == 0 && e.most > 0)) return;
    // Zeros lie far from everything else: they get a cell close to the least positive value. The
    // second time, in case the first has made the cells wider.
    const std::uint64_t positive = order_key(e.least_positive);
    first_ = positive - 1;
    for (int i = 0; i < 2; ++i) {
      set_shift();
      first_ = positive - (std::uint64_t{1} << shift_);
    }
    zeros_ = true;
  }
  /// How many bits a rank has at most.
  [[nodiscard]] unsigned width() const {
    return static_cast<unsigned>(std::bit_width(last_ - first_));
  }
  [[nodiscard]] double rank(double v) const {
    const auto bits = std::bit_cast<std::uint64_t>(v);  // never those of -0
    const std::uint64_t key = std::max(bits ^ flip_of_sign(bits), first_);
    return std::bit_cast<double>(kDown ? last_ - key : key - first_);
  }
  [[nodiscard]] double value(double rank) const {
    const auto bits = std::bit_cast<std::uint64_t>(rank);
    const std::uint64_t key = kDown ? last_ - bits : bits + first_;
    return zeros_ && key == first_ ? 0.0 : value_of_order_key(key);
  }

 private:
  void set_shift() { shift_ = std::max(width(), kCellBits) - kCellBits; }
  std::uint64_t first_, last_;
  unsigned shift_ = 0;
  bool zeros_ = false;  // the first key stands for 0
};

}  // namespace kam::numeric
