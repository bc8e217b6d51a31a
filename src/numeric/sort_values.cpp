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
constexpr std::size_t kRadixFrom = 1024, kBucketRadixFrom = 32;
/// From here on a bucket is split, so that the cache holds its parts.
constexpr std::size_t kLargeBucket = 65'536;
constexpr unsigned kLeadingDigit = 11, kDigit = 8;
template <unsigned kWidth>
using Counts = std::array<std::uint32_t, std::size_t{1} << kWidth>;

std::uint64_t bits_of(double rank) {
  return std::bit_cast<std::uint64_t>(rank);
}

bool rank_before(double a, double b) {
  return bits_of(a) < bits_of(b);
}

/// The kWidth bits of a rank below a bit, or the lowest ones.
template <unsigned kWidth>
struct Digit {
  unsigned shift;

  explicit Digit(unsigned end) : shift(end > kWidth ? end - kWidth : 0) {}
  [[nodiscard]] std::size_t of(double rank) const {
    return static_cast<std::size_t>(bits_of(rank) >> shift) & ((std::size_t{1} << kWidth) - 1);
  }
};

/// How many there are of each digit becomes where the first of each belongs.
template <unsigned kWidth>
void counts_to_places(Counts<kWidth>& counts) {
  std::uint32_t begin = 0;
  for (std::uint32_t& count : counts) begin += std::exchange(count, begin);
}

/// Ranks that share their leading bits, and as much memory beside them.
struct Bucket {
  double *ranks, *other;
  std::size_t size;
};

bool all_equal(const Bucket& bucket) {
  return std::all_of(bucket.ranks, bucket.ranks + bucket.size,
                     [&](double rank) { return bits_of(rank) == bits_of(bucket.ranks[0]); });
}

/// Puts the ranks, whose digits have been counted, in the order of the digit; afterwards the counts
/// are the ends of the parts. Nothing, and false, if all are alike.
bool scatter(Bucket& bucket, Digit<kDigit> digit, Counts<kDigit>& counts) {
  if (counts[digit.of(bucket.ranks[0])] == bucket.size) return false;
  counts_to_places<kDigit>(counts);
  for (std::size_t i = 0; i < bucket.size; ++i) {
    bucket.other[counts[digit.of(bucket.ranks[i])]++] = bucket.ranks[i];
  }
  std::swap(bucket.ranks, bucket.other);
  return true;
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

/// By two digits, the lower first, then by comparison what these do not tell apart.
void sort_small_bucket(Bucket& bucket, unsigned end) {
  const Digit<kDigit> upper(end), lower(upper.shift);
  Counts<kDigit> uppers{}, lowers{};
  for (std::size_t i = 0; i < bucket.size; ++i) {
    ++uppers[upper.of(bucket.ranks[i])];
    ++lowers[lower.of(bucket.ranks[i])];
  }
  scatter(bucket, lower, lowers);
  scatter(bucket, upper, uppers);
  sort_within_cells(bucket, lower.shift);
}

/// Sorts ranks that agree from bit `end` on, into either memory of the bucket.
void sort_bucket(Bucket& bucket, unsigned end) {
  if (bucket.size < kBucketRadixFrom) {
    std::sort(bucket.ranks, bucket.ranks + bucket.size, rank_before);
    return;
  }
  if (all_equal(bucket)) return;
  if (bucket.size < kLargeBucket) return sort_small_bucket(bucket, end);
  const Digit<kDigit> digit(end);
  Counts<kDigit> ends{};
  for (std::size_t i = 0; i < bucket.size; ++i) ++ends[digit.of(bucket.ranks[i])];
  if (!scatter(bucket, digit, ends)) return sort_bucket(bucket, digit.shift);
  std::size_t begin = 0;
  for (const std::size_t part_end : ends) {
    Bucket part{bucket.ranks + begin, bucket.other + begin, part_end - begin};
    sort_bucket(part, digit.shift);
    if (part.ranks != bucket.ranks + begin) std::copy_n(part.ranks, part.size, part.other);
    begin = part_end;
  }
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
  const Digit<kLeadingDigit> leading(ranks.width());
  Counts<kLeadingDigit> next{};
  for (double v : values) ++next[leading.of(ranks.rank(v))];
  counts_to_places<kLeadingDigit>(next);
  reserve_large(scratch, n);
  scratch.resize(n);
  for (double v : values) {
    const double rank = ranks.rank(v);
    scratch[next[leading.of(rank)]++] = rank;
  }
  std::size_t begin = 0;
  for (const std::size_t end : next) {
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
