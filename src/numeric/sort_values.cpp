#include "numeric/sort_values.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>

#include "numeric/large_array.hpp"
#include "numeric/radix_sort.hpp"

namespace kam::numeric {
namespace {

/// Below this many a comparison sort is faster than clearing the counts of a radix sort.
constexpr std::size_t kRadixFrom = 1024;
constexpr unsigned kDigit = 11, kPasses = 3;
constexpr std::size_t kBuckets = std::size_t{1} << kDigit;
using Counts = std::array<std::array<std::uint32_t, kBuckets>, kPasses>;

struct Extremes {
  double least, most, least_positive;
};

/// Four of each, since one minimum has to wait for the last.
Extremes extremes(const std::vector<double>& values) {
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

/// Ranks: whole numbers in the order wanted, the first 0, and the leading 33 of their bits, the
/// cell. The radix passes carry ranks in the memory of the values.
template <bool kDown>
class Ranks {
 public:
  explicit Ranks(const Extremes& e) : first_(order_key(e.least)), last_(order_key(e.most)) {
    set_shift();
    if (!(e.least == 0 && e.most > 0)) return;
    // Zeros lie far from everything else: they get the cell beside the least positive value. The
    // second time, in case the first has made the cells wider.
    const std::uint64_t positive = order_key(e.least_positive);
    first_ = positive - 1;
    for (int i = 0; i < 2; ++i) {
      set_shift();
      first_ = positive - (std::uint64_t{1} << shift_);
    }
    zeros_ = true;
  }
  [[nodiscard]] unsigned passes() const {
    const auto cells = static_cast<unsigned>(std::bit_width((last_ - first_) >> shift_));
    return (cells + kDigit - 1) / kDigit;
  }
  [[nodiscard]] double rank(double v) const {
    const std::uint64_t key = std::max(order_key(v), first_);
    return std::bit_cast<double>(kDown ? last_ - key : key - first_);
  }
  [[nodiscard]] double value(double rank) const {
    const auto bits = std::bit_cast<std::uint64_t>(rank);
    const std::uint64_t key = kDown ? last_ - bits : bits + first_;
    return zeros_ && key == first_ ? 0.0 : value_of_key(key);
  }
  [[nodiscard]] std::uint64_t cell(double rank) const {
    return std::bit_cast<std::uint64_t>(rank) >> shift_;
  }
  [[nodiscard]] std::size_t digit(double rank, unsigned pass) const {
    return static_cast<std::size_t>(cell(rank) >> (pass * kDigit)) & (kBuckets - 1);
  }

 private:
  void set_shift() {
    const auto width = static_cast<unsigned>(std::bit_width(last_ - first_));
    shift_ = std::max(width, kDigit * kPasses) - kDigit * kPasses;
  }
  static double value_of_key(std::uint64_t key) {
    constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
    return std::bit_cast<double>((key & kSign) != 0 ? key & ~kSign : ~key);
  }

  std::uint64_t first_, last_;
  unsigned shift_ = 0;
  bool zeros_ = false;  // the first key stands for 0
};

bool rank_before(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) < std::bit_cast<std::uint64_t>(b);
}

/// Values become ranks; how many have each digit.
template <bool kDown>
void rank_and_count(const Ranks<kDown>& ranks, std::vector<double>& values, Counts& counts) {
  for (double& v : values) {
    v = ranks.rank(v);
    for (unsigned pass = 0; pass < kPasses; ++pass) ++counts[pass][ranks.digit(v, pass)];
  }
}

template <bool kDown>
void scatter(const Ranks<kDown>& ranks, unsigned pass, std::array<std::uint32_t, kBuckets>& next,
             const std::vector<double>& from, std::vector<double>& to) {
  std::uint32_t begin = 0;
  for (std::uint32_t& bucket : next) {
    const std::uint32_t count = bucket;
    bucket = begin;
    begin += count;
  }
  double* const out = to.data();
  for (const double v : from) out[next[ranks.digit(v, pass)]++] = v;
}

/// Ranks of one cell are neighbours by now; those in the wrong order share one.
template <bool kDown>
void sort_within_cells(const Ranks<kDown>& ranks, std::vector<double>& values) {
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (!rank_before(values[i], values[i - 1])) continue;
    const std::uint64_t cell = ranks.cell(values[i]);
    std::size_t first = i - 1, last = i + 1;
    while (first > 0 && ranks.cell(values[first - 1]) == cell) --first;
    while (last < values.size() && ranks.cell(values[last]) == cell) ++last;
    std::sort(values.data() + first, values.data() + last, rank_before);
    i = last;
  }
}

/// Least significant digit first, over the leading bits only: three passes instead of six.
template <bool kDown>
void sort_values(std::vector<double>& values, std::vector<double>& scratch) {
  const std::size_t n = values.size();
  if (n < kRadixFrom || n > std::numeric_limits<std::uint32_t>::max()) {
    std::sort(values.begin(), values.end(),
              [](double a, double b) { return kDown ? a > b : a < b; });
    return;
  }
  const Ranks<kDown> ranks(extremes(values));
  std::vector<Counts> counts(1);
  rank_and_count(ranks, values, counts[0]);
  reserve_large(scratch, n);
  scratch.resize(n);
  for (unsigned pass = 0; pass < ranks.passes(); ++pass) {
    scatter(ranks, pass, counts[0][pass], values, scratch);
    values.swap(scratch);
  }
  sort_within_cells(ranks, values);
  for (double& v : values) v = ranks.value(v);
}

}  // namespace

void sort_ascending(std::vector<double>& values, std::vector<double>& scratch) {
  sort_values<false>(values, scratch);
}

void sort_descending(std::vector<double>& values, std::vector<double>& scratch) {
  sort_values<true>(values, scratch);
}

}  // namespace kam::numeric
