#include "numeric/sort_values.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>

#include "numeric/large_array.hpp"
#include "numeric/value_ranks.hpp"

namespace kam::numeric {
namespace {

/// Below this many a comparison sort is faster than clearing the counts of a radix sort.
constexpr std::size_t kRadixFrom = 1024;
/// The same for what one bucket holds.
constexpr std::size_t kBucketRadixFrom = 32;
/// From here on a bucket is worth counts of the widest digit.
constexpr std::size_t kLargeBucket = 16'384;
constexpr unsigned kDigit = 11, kShortDigit = 8;
constexpr std::size_t kBuckets = std::size_t{1} << kDigit;
using Counts = std::array<std::uint32_t, kBuckets>;

std::uint64_t bits_of(double rank) {
  return std::bit_cast<std::uint64_t>(rank);
}

bool rank_before(double a, double b) {
  return bits_of(a) < bits_of(b);
}

/// Some neighbouring bits of a rank.
struct Digit {
  unsigned shift, width;

  [[nodiscard]] std::size_t of(double rank) const {
    return static_cast<std::size_t>(bits_of(rank) >> shift) & (buckets() - 1);
  }
  [[nodiscard]] std::size_t buckets() const { return std::size_t{1} << width; }
};

/// The `width` bits below bit `end`, or the lowest ones.
Digit digit_below(unsigned end, unsigned width) {
  return {end > width ? end - width : 0, width};
}

/// How many there are of each digit becomes where the first of each belongs.
void counts_to_places(Counts& counts, std::size_t buckets) {
  std::uint32_t begin = 0;
  for (std::size_t b = 0; b < buckets; ++b) begin += std::exchange(counts[b], begin);
}

/// The ranks of one bucket: first place and number, in either array.
struct Bucket {
  double *ranks, *other;
  std::size_t size;
};

void scatter(Bucket& bucket, Digit digit, Counts& counts) {
  if (counts[digit.of(bucket.ranks[0])] == bucket.size) return;  // all alike
  counts_to_places(counts, digit.buckets());
  for (std::size_t i = 0; i < bucket.size; ++i) {
    bucket.other[counts[digit.of(bucket.ranks[i])]++] = bucket.ranks[i];
  }
  std::swap(bucket.ranks, bucket.other);
}

/// Ranks equal but for the bits below `cell` are neighbours; those in the wrong order share all
/// the bits above.
void sort_within_cells(const Bucket& bucket, unsigned cell) {
  double* const ranks = bucket.ranks;
  for (std::size_t i = 1; i < bucket.size; ++i) {
    if (!rank_before(ranks[i], ranks[i - 1])) continue;
    const std::uint64_t leading = bits_of(ranks[i]) >> cell;
    std::size_t first = i - 1, last = i + 1;
    while (first > 0 && bits_of(ranks[first - 1]) >> cell == leading) --first;
    while (last < bucket.size && bits_of(ranks[last]) >> cell == leading) ++last;
    std::sort(ranks + first, ranks + last, rank_before);
    i = last;
  }
}

/// Sorts ranks that agree from bit `end` on: by two digits, the lower first, then by comparison
/// what these do not tell apart.
void sort_bucket(Bucket& bucket, unsigned end) {
  if (bucket.size < kBucketRadixFrom) {
    std::sort(bucket.ranks, bucket.ranks + bucket.size, rank_before);
    return;
  }
  const unsigned width = bucket.size < kLargeBucket ? kShortDigit : kDigit;
  const Digit upper = digit_below(end, width), lower = digit_below(upper.shift, width);
  Counts uppers, lowers;
  std::fill_n(uppers.begin(), upper.buckets(), 0u);
  std::fill_n(lowers.begin(), lower.buckets(), 0u);
  for (std::size_t i = 0; i < bucket.size; ++i) {
    ++uppers[upper.of(bucket.ranks[i])];
    ++lowers[lower.of(bucket.ranks[i])];
  }
  scatter(bucket, lower, lowers);
  scatter(bucket, upper, uppers);
  sort_within_cells(bucket, lower.shift);
}

/// One pass through memory by the leading digit; then each bucket, which the cache holds.
template <bool kDown>
void sort_values(std::vector<double>& values, std::vector<double>& scratch) {
  const std::size_t n = values.size();
  if (n < kRadixFrom || n > std::numeric_limits<std::uint32_t>::max()) {
    std::sort(values.begin(), values.end(),
              [](double a, double b) { return kDown ? a > b : a < b; });
    return;
  }
  const ValueRanks<kDown> ranks(extremes(values));
  const Digit leading = digit_below(ranks.width(), kDigit);
  Counts next{};
  for (double v : values) ++next[leading.of(ranks.rank(v))];
  counts_to_places(next, kBuckets);
  reserve_large(scratch, n);
  scratch.resize(n);
  for (double v : values) {
    const double rank = ranks.rank(v);
    scratch[next[leading.of(rank)]++] = rank;
  }
  for (std::size_t b = 0, begin = 0; b < kBuckets; ++b) {
    const std::size_t end = next[b];
    Bucket bucket{scratch.data() + begin, values.data() + begin, end - begin};
    sort_bucket(bucket, leading.shift);
    std::transform(bucket.ranks, bucket.ranks + bucket.size, values.data() + begin,
                   [&](double rank) { return ranks.value(rank); });
    begin = end;
  }
}

}  // namespace

void sort_ascending(std::vector<double>& values, std::vector<double>& scratch) {
  sort_values<false>(values, scratch);
}

void sort_descending(std::vector<double>& values, std::vector<double>& scratch) {
  sort_values<true>(values, scratch);
}

}  // namespace kam::numeric
