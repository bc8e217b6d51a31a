/// The radix sort of plain doubles against std::sort, and large arrays.
#include "numeric/sort_values.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include "numeric/large_array.hpp"

namespace kam::numeric {
namespace {

std::vector<std::uint64_t> bits(const std::vector<double>& values) {
  std::vector<std::uint64_t> b;
  for (double v : values) b.push_back(std::bit_cast<std::uint64_t>(v));
  return b;
}

void expect_sorted_both_ways(const std::vector<double>& values, const std::string& what) {
  std::vector<double> expected = values, up = values, down = values;
  std::sort(expected.begin(), expected.end());
  sort_ascending(up);
  EXPECT_EQ(bits(up), bits(expected)) << what << ", upwards";
  std::reverse(expected.begin(), expected.end());
  sort_descending(down);
  EXPECT_EQ(bits(down), bits(expected)) << what << ", downwards";
}

template <class Value>
std::vector<double> column(std::size_t n, const Value& value) {
  Random random(n);
  std::vector<double> values(n);
  for (double& v : values) v = value(random) + 0.0;
  return values;
}

// 1,024 is where radix passes begin.
TEST(SortValues, EveryLengthAroundTheBorder) {
  for (std::size_t n : {0u, 1u, 2u, 3u, 1023u, 1024u, 1025u, 1026u, 1027u, 5000u}) {
    expect_sorted_both_ways(column(n, [](Random& r) { return r.uniform(); }), std::to_string(n));
  }
}

TEST(SortValues, PortfoliosOfAllKinds) {
  constexpr std::size_t n = 20'000;
  const auto pareto = [](Random& r) { return std::pow(1 - r.uniform(), -1 / 1.16); };
  expect_sorted_both_ways(column(n, pareto), "Pareto");
  expect_sorted_both_ways(column(n, [&](Random& r) { return std::round(100 * pareto(r)) / 100; }),
                          "cents");
  expect_sorted_both_ways(column(n, [&](Random& r) { return r.below(3) == 0 ? 0 : pareto(r); }),
                          "zeros");
  expect_sorted_both_ways(column(n, [](Random&) { return 7.5; }), "equal");
  expect_sorted_both_ways(column(n, [](Random&) { return 0.0; }), "nothing");
  expect_sorted_both_ways(column(n, [](Random& r) { return static_cast<double>(r.below(2)); }),
                          "zeros and ones");
  expect_sorted_both_ways(
      column(n, [&](Random& r) { return (r.below(2) == 0 ? 1 : -1) * pareto(r); }), "both signs");
  expect_sorted_both_ways(column(n, [&](Random& r) { return -pareto(r); }), "losses");
}

/// The whole range of double: all bits but those of NaN, infinity and -0.
TEST(SortValues, AnyFiniteBits) {
  const auto any = [](Random& r) {
    for (;;) {
      const auto v =
          std::bit_cast<double>((r.below(1u << 31) << 33) ^ r.below(std::uint64_t{1} << 62));
      if (std::isfinite(v)) return v;
    }
  };
  expect_sorted_both_ways(column(20'000, any), "both signs");
  expect_sorted_both_ways(column(20'000, [&](Random& r) { return std::fabs(any(r)); }), ">= 0");
}

/// Values that differ in their last bits only, beside one that is far away: most share one cell of
/// the leading bits, and the order within it is left to the second step.
TEST(SortValues, CrowdsInOneCell) {
  for (double far : {0.0, 1e-300, 3.0, 1e300}) {
    std::vector<double> values = column(20'000, [](Random& r) {
      return 1 + static_cast<double>(r.below(200'000)) * std::numeric_limits<double>::epsilon();
    });
    values[777] = far;
    expect_sorted_both_ways(values, "far " + std::to_string(far));
    values[778] = -far;
    values[778] += 0.0;
    expect_sorted_both_ways(values, "both signs, far " + std::to_string(far));
  }
}

/// Buckets too large for the cache are split by further digits, as far down as they differ.
TEST(SortValues, LargeBuckets) {
  constexpr std::size_t n = 300'000;
  const auto crowd = [](Random& r) {
    return 1 + static_cast<double>(r.below(1 << 20)) * std::numeric_limits<double>::epsilon();
  };
  std::vector<double> values = column(n, crowd);
  expect_sorted_both_ways(values, "close together");
  values[5] = 1e300;
  expect_sorted_both_ways(values, "close together but one");
  values[6] = 0;
  expect_sorted_both_ways(values, "and a zero");
  const auto few = [](Random& r) { return 1 + static_cast<double>(r.below(3)) * 0x1p-40; };
  std::vector<double> equal = column(n, few);
  equal[7] = 1e-300;
  expect_sorted_both_ways(equal, "three values and one far below");
  expect_sorted_both_ways(column(n, [&](Random& r) { return r.below(5) == 0 ? crowd(r) : 0; }),
                          "mostly zeros");
}

/// Zeros have a cell of their own beside the least positive value, at every width of the rest.
TEST(SortValues, ZerosBesideAnyRange) {
  for (double octaves : {0.001, 1.0, 3.9, 4.0, 15.9, 16.0, 400.0, 2000.0}) {
    expect_sorted_both_ways(column(4000,
                                   [octaves](Random& r) {
                                     const double v = std::exp2(octaves * (r.uniform() - .5));
                                     return r.below(4) == 0 ? 0.0 : v;
                                   }),
                            std::to_string(octaves) + " octaves");
  }
}

TEST(SortValues, ScratchIsReusedWhateverItsSize) {
  const std::vector<double> values = column(3000, [](Random& r) { return r.uniform(); });
  std::vector<double> expected = values, scratch(10'000, 1.0);
  std::sort(expected.begin(), expected.end(), std::greater<>());
  for (int i = 0; i < 3; ++i) {
    std::vector<double> sorted = values;
    sort_descending(sorted, scratch);
    EXPECT_EQ(sorted, expected);
    scratch.resize(static_cast<std::size_t>(i));
  }
}

TEST(LargeArray, ReservesAndKeepsWhatIsThere) {
  std::vector<double> small = {1, 2};
  reserve_large(small, 10);
  EXPECT_GE(small.capacity(), 10u);
  std::vector<double> large = {1, 2};
  reserve_large(large, std::size_t{1} << 20);  // 8 MB: asks for large pages
  EXPECT_GE(large.capacity(), std::size_t{1} << 20);
  EXPECT_EQ(large, (std::vector<double>{1, 2}));
  large.resize(std::size_t{1} << 20, 3.0);
  EXPECT_EQ(large.back(), 3.0);
  const double* const before = large.data();
  reserve_large(large, 5);
  EXPECT_EQ(large.data(), before);
}

}  // namespace
}  // namespace kam::numeric
