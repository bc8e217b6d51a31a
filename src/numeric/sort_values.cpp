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

/// The leading 33 bits of what distinguishes the values: cell(a) < cell(b) only if a comes first.
template <bool kDown>
class Cells {
 public:
  explicit Cells(const Extremes& e) : first_(order_key(e.least)), last_(order_key(e.most)) {
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
  }
  [[nodiscard]] unsigned passes() const {
    const auto cells = static_cast<unsigned>(std::bit_width((last_ - first_) >> shift_));
    return (cells + kDigit - 1) / kDigit;
  }
  [[nodiscard]] std::uint64_t cell(double v) const {
    const std::uint64_t key = std::max(order_key(v), first_);
    return (kDown ? last_ - key : key - first_) >> shift_;
  }
  [[nodiscard]] std::size_t digit(double v, unsigned pass) const {
    return static_cast<std::size_t>(cell(v) >> (pass * kDigit)) & (kBuckets - 1);
  }

 private:
  void set_shift() {
    const auto width = static_cast<unsigned>(std::bit_width(last_ - first_));
    shift_ = std::max(width, kDigit * kPasses) - kDigit * kPasses;
  }

  std::uint64_t first_, last_;
  unsigned shift_ = 0;
};

template <bool kDown>
bool before(double a, double b) {
  return kDown ? a > b : a < b;
}

template <bool kDown>
void scatter(const Cells<kDown>& cells, unsigned pass, std::array<std::uint32_t, kBuckets>& next,
             const std::vector<double>& from, std::vector<double>& to) {
  std::uint32_t begin = 0;
  for (std::uint32_t& bucket : next) {
    const std::uint32_t count = bucket;
    bucket = begin;
    begin += count;
  }
  double* const out = to.data();
  for (const double v : from) out[next[cells.digit(v, pass)]++] = v;
}

/// Values of one cell are neighbours by now; those in the wrong order share one.
template <bool kDown>
void sort_within_cells(const Cells<kDown>& cells, std::vector<double>& values) {
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (!before<kDown>(values[i], values[i - 1])) continue;
    const std::uint64_t cell = cells.cell(values[i]);
    std::size_t first = i - 1, last = i + 1;
    while (first > 0 && cells.cell(values[first - 1]) == cell) --first;
    while (last < values.size() && cells.cell(values[last]) == cell) ++last;
    std::sort(values.data() + first, values.data() + last, before<kDown>);
    i = last;
  }
}

/// Least significant digit first, over the leading bits only: three passes instead of six.
template <bool kDown>
void sort_values(std::vector<double>& values, std::vector<double>& scratch) {
  const std::size_t n = values.size();
  if (n < kRadixFrom || n > std::numeric_limits<std::uint32_t>::max()) {
    std::sort(values.begin(), values.end(), before<kDown>);
    return;
  }
  const Cells<kDown> cells(extremes(values));
  std::vector<Counts> counts(1);
  for (const double v : values)
    for (unsigned pass = 0; pass < kPasses; ++pass) ++counts[0][pass][cells.digit(v, pass)];
  reserve_large(scratch, n);
  scratch.resize(n);
  for (unsigned pass = 0; pass < cells.passes(); ++pass) {
    scatter(cells, pass, counts[0][pass], values, scratch);
    values.swap(scratch);
  }
  sort_within_cells(cells, values);
}

}  // namespace

void sort_ascending(std::vector<double>& values, std::vector<double>& scratch) {
  sort_values<false>(values, scratch);
}

void sort_descending(std::vector<double>& values, std::vector<double>& scratch) {
  sort_values<true>(values, scratch);
}

}  // namespace kam::numeric
