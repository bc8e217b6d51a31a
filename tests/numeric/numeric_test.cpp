/// The private numerics: grouping and the trust region.
#include <array>
#include <cmath>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include "numeric/grouping.hpp"

namespace kam::numeric {
namespace {

TEST(Grouping, AgreesWithAMapOnFractionsThatShareTheirLowBits) {
  Random random(3);
  std::vector<double> a(20000), b(20000);
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = static_cast<double>(random.below(40));
    b[i] = static_cast<double>(random.below(3000)) / 7;
  }
  std::map<std::array<double, 2>, std::uint32_t> expected;
  std::size_t rows = 0;
  const auto groups = group_rows<2>(
      {std::span<const double>(a), std::span<const double>(b)},
      [&](std::size_t i) { return i % 3 != 0; },
      [&](std::size_t i, std::uint32_t group) {
        ++rows;
        const auto [known, added] = expected.try_emplace({a[i], b[i]}, group);
        ASSERT_EQ(known->second, group);
        ASSERT_TRUE(!added || group + 1 == expected.size()) << "groups are numbered as they appear";
      });
  EXPECT_EQ(rows, 13333u);
  EXPECT_EQ(groups.size(), expected.size());
}

TEST(Grouping, MinusZeroIsZero) {
  const std::vector<double> values{0.0, -0.0, 1.0};
  const auto groups = group_rows<1>(
      {std::span<const double>(values)}, [](std::size_t) { return true; },
      [](std::size_t, std::uint32_t) {});
  EXPECT_EQ(groups.size(), 2u);
}

}  // namespace
}  // namespace kam::numeric
