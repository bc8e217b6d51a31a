/// Every instruction set against the standard library, at sizes around every vector width.
///
/// Tolerance: Highway states 1 ulp for Log and Exp of doubles, the standard library of glibc 1 ulp,
/// so the two may differ by 2.
#include "simd/math_n.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

namespace kam::simd {
namespace {

constexpr std::size_t kAwkwardSizes[] = {0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 4095, 4097};

std::int64_t ulps(double a, double b) {
  if (a == b) return 0;
  const auto ordered = [](double v) {
    const auto bits = std::bit_cast<std::int64_t>(v);
    return bits < 0 ? std::int64_t{-0x7fffffffffffffff} - 1 - bits : bits;
  };
  return std::abs(ordered(a) - ordered(b));
}

class EveryLevel : public testing::TestWithParam<Level> {};

TEST_P(EveryLevel, LogIsWithinTwoUlpAtAwkwardSizes) {
  Random random(1);
  for (const std::size_t n : kAwkwardSizes) {
    std::vector<double> in(n);
    for (double& x : in) x = std::exp(40 * random.normal());
    std::vector<double> out = in;
    log_n(GetParam(), out.data(), n);
    for (std::size_t i = 0; i < n; ++i) ASSERT_LE(ulps(out[i], std::log(in[i])), 2) << in[i];
  }
}

TEST_P(EveryLevel, ExpIsWithinTwoUlpAndZeroFarBelow) {
  Random random(2);
  for (const std::size_t n : kAwkwardSizes) {
    std::vector<double> in(n);
    for (double& x : in) x = 700 * (2 * random.uniform() - 1);
    std::vector<double> out = in;
    exp_n(GetParam(), out.data(), n);
    for (std::size_t i = 0; i < n; ++i) ASSERT_LE(ulps(out[i], std::exp(in[i])), 2) << in[i];
  }
  std::vector<double> far{-0.0, -1e4, -1e300, -HUGE_VAL};
  exp_n(GetParam(), far.data(), far.size());
  EXPECT_EQ(far, (std::vector<double>{1, 0, 0, 0}));
}

TEST_P(EveryLevel, AnElementDoesNotDependOnItsPlace) {
  Random random(3);
  std::vector<double> in(37);
  for (double& x : in) x = std::exp(random.normal());
  std::vector<double> whole = in;
  log_n(GetParam(), whole.data(), whole.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    double alone = in[i];
    log_n(GetParam(), &alone, 1);
    ASSERT_EQ(alone, whole[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Simd, EveryLevel, testing::ValuesIn(levels()),
                         [](const auto& level) { return level_name(level.param); });

}  // namespace
}  // namespace kam::simd
