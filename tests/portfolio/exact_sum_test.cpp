#include "portfolio/exact_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace kam::portfolio {
namespace {

double exact(const std::vector<double>& values) {
  ExactSum sum;
  for (const double x : values) add(sum, x);
  return value(sum);
}

TEST(ExactSum, AgreesWithAWideInteger) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::vector<double> values;
    __int128 truth = 0;
    for (int i = 0; i < 40; ++i) {
      const int shift = static_cast<int>(random() % 60);
      const auto bits = static_cast<std::int64_t>(random() >> 11);
      const double x = std::ldexp(static_cast<double>(random() % 2 ? bits : -bits), shift);
      values.push_back(x);
      truth += static_cast<__int128>(x);
    }
    EXPECT_EQ(exact(values), static_cast<double>(truth));
  }
}

TEST(ExactSum, TheOrderOfTermsAndPartsCannotShow) {
  std::mt19937 random(2);
  for (int round = 0; round < 1000; ++round) {
    std::vector<double> values;
    for (int i = 0; i < 30; ++i) {
      const double x =
          std::ldexp(static_cast<double>(random()) - 0x1p31, static_cast<int>(random() % 70) - 35);
      values.push_back(x / 10.0);
    }
    const double once = exact(values);
    std::shuffle(values.begin(), values.end(), random);
    EXPECT_EQ(exact(values), once);
    ExactSum left, right;
    for (std::size_t i = 0; i < values.size(); ++i) add(i % 3 ? left : right, values[i]);
    add(left, right);
    EXPECT_EQ(value(left), once);
  }
}

TEST(ExactSum, HalfWayCasesAreDecidedByTheRest) {
  EXPECT_EQ(exact({1.0, 0x1p-53, 0x1p-120}), std::nextafter(1.0, 2.0));
  EXPECT_EQ(exact({1.0, 0x1p-53, -0x1p-120}), 1.0);
  EXPECT_EQ(exact({1.0, 0x1p-53}), 1.0);
  EXPECT_EQ(exact({0x1p-120, 1.0, 3 * 0x1p-53}), 1.0 + 0x1p-51);
}

TEST(ExactSum, CancelsToTheLastBit) {
  EXPECT_EQ(exact({1e99, 1e-90, -1e99}), 1e-90);
  EXPECT_EQ(exact({0.1, 0.2, -0.3}), std::fma(1.0, 0x1p-55, 0.0));
  EXPECT_EQ(exact({}), 0.0);
  EXPECT_FALSE(std::signbit(exact({-0.0})));
  EXPECT_EQ(exact({5e-324, 5e-324}), 1e-323);
}

}  // namespace
}  // namespace kam::portfolio
