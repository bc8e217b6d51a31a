#include "simd/regression_n.hpp"

#include <array>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace {

using kam::simd::kGramRows;
using kam::simd::Level;

struct Tile {
  alignas(64) std::array<double, kGramRows> x, w, y, eta, z{}, bend{}, scaled{};

  /// The last `empty` rows have no weight; log-odds reach from -800 to 800.
  explicit Tile(std::size_t empty) {
    for (std::size_t t = 0; t < kGramRows; ++t) {
      const double at = static_cast<double>(t);
      x[t] = 5 + 3 * std::sin(at);
      w[t] = t + empty < kGramRows ? 0.5 + static_cast<double>(t % 3) : 0.0;
      y[t] = t % 3 == 0 ? 1 : 0;
      eta[t] = std::pow(at / 128 - 1, 3) * (t % 7 == 0 ? 800 : 6);
    }
  }
};

/// What the kernels must give, in long doubles.
struct Expected {
  long double weight = 0, mean = 0, squares = 0;
  double low = HUGE_VAL, high = -HUGE_VAL;

  Expected(const Tile& tile, long double factor) {
    for (std::size_t t = 0; t < kGramRows; ++t) {
      weight += tile.w[t];
      mean += tile.w[t] * (tile.x[t] * factor);
      if (!(tile.w[t] > 0)) continue;
      low = std::fmin(low, tile.x[t]);
      high = std::fmax(high, tile.x[t]);
    }
    mean /= weight;
    for (std::size_t t = 0; t < kGramRows; ++t)
      squares += tile.w[t] * std::pow(tile.x[t] * factor - mean, 2.0L);
  }
};

class Kernels : public testing::TestWithParam<Level> {};

TEST_P(Kernels, MomentsAgreeWithLongDoubles) {
  for (const std::size_t empty : {std::size_t{0}, std::size_t{100}, kGramRows - 1}) {
    for (const double factor : {1.0, 0x1p-20}) {
      Tile tile(empty);
      const Expected expected(tile, factor);
      const auto m =
          kam::simd::regression_kernels(GetParam())
              .moments(tile.x.data(), tile.w.data(), static_cast<double>(expected.weight), factor);
      EXPECT_NEAR(m.mean, static_cast<double>(expected.mean), 1e-14 * factor * 8);
      EXPECT_NEAR(m.squares, static_cast<double>(expected.squares), 1e-11 * factor * factor);
      EXPECT_EQ(m.low, expected.low);
      EXPECT_EQ(m.high, expected.high);
    }
  }
}

TEST_P(Kernels, MomentsOfANumberThatIsNoneAreNone) {
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    for (const std::size_t where : {std::size_t{0}, std::size_t{77}, kGramRows - 1}) {
      Tile tile(0);
      tile.x[where] = bad;
      const auto m =
          kam::simd::regression_kernels(GetParam()).moments(tile.x.data(), tile.w.data(), 100, 1);
      EXPECT_FALSE(std::isfinite(m.mean) && std::isfinite(m.squares)) << bad << " at " << where;
    }
  }
}

TEST_P(Kernels, StandardisedColumnsAndTheirPredictor) {
  Tile tile(0);
  const auto before = tile.eta;
  kam::simd::regression_kernels(GetParam())
      .standardise(tile.x.data() + 0, 0.3, 1.7, -0.4, tile.z.data(), tile.eta.data());
  for (std::size_t t = 0; t < kGramRows; ++t) {
    const long double z = 0.3L * tile.x[t] - 1.7L;
    EXPECT_NEAR(tile.z[t], static_cast<double>(z), 1e-15);
    EXPECT_NEAR(tile.eta[t], static_cast<double>(before[t] - 0.4L * z),
                2e-15 + 2e-16 * std::fabs(before[t]));
  }
}

TEST_P(Kernels, CentredColumnsFarFromZeroKeepTheirDigits) {
  Tile tile(0);
  for (std::size_t t = 0; t < kGramRows; ++t) tile.x[t] = 1e9 + static_cast<double>(t);
  tile.eta.fill(2);
  kam::simd::regression_kernels(GetParam())
      .centre(tile.x.data(), 1e9 + 100, 0.125, 3, tile.z.data(), tile.eta.data());
  for (std::size_t t = 0; t < kGramRows; ++t) {
    EXPECT_EQ(tile.z[t], (static_cast<double>(t) - 100) / 8);
    EXPECT_EQ(tile.eta[t], 2 + 3 * tile.z[t]);
  }
}

TEST_P(Kernels, LogitTermsAgreeWithLongDoubles) {
  Tile tile(5);
  const auto eta = tile.eta;
  const double value = kam::simd::regression_kernels(GetParam())
                           .logit(tile.y.data(), tile.w.data(), tile.eta.data(), tile.bend.data());
  long double total = 0;
  for (std::size_t t = 0; t < kGramRows; ++t) {
    const long double at = tile.y[t] != 0 ? -static_cast<long double>(eta[t]) : eta[t];
    total += tile.w[t] * (std::fmax(at, 0.0L) + std::log1p(std::exp(-std::fabs(at))));
    const long double missed = 1 / (1 + std::exp(-at));  // 1 - P(what happened)
    const long double slope = tile.w[t] * (tile.y[t] != 0 ? -missed : missed);
    const long double bend = tile.w[t] * missed / (1 + std::exp(at));
    // Smaller than e^-700 counts as that.
    EXPECT_NEAR(tile.eta[t], static_cast<double>(slope), 4e-15 * std::fabs(tile.eta[t]) + 1e-300);
    EXPECT_NEAR(tile.bend[t], static_cast<double>(bend), 6e-15 * tile.bend[t] + 1e-300);
  }
  EXPECT_NEAR(value, static_cast<double>(total), 1e-14 * value);
}

TEST_P(Kernels, WeighedColumnsAndTheirSum) {
  Tile tile(0);
  const double sum = kam::simd::regression_kernels(GetParam())
                         .weigh(tile.x.data(), tile.eta.data(), tile.w.data(), tile.scaled.data());
  long double expected = 0, size = 0;
  for (std::size_t t = 0; t < kGramRows; ++t) {
    EXPECT_EQ(tile.scaled[t], tile.w[t] * tile.x[t]);
    expected += static_cast<long double>(tile.eta[t]) * tile.x[t];
    size += std::fabs(tile.eta[t] * tile.x[t]);
  }
  EXPECT_NEAR(sum, static_cast<double>(expected), 1e-14 * static_cast<double>(size));
}

INSTANTIATE_TEST_SUITE_P(Levels, Kernels, testing::ValuesIn(kam::simd::levels()),
                         [](const auto& one) { return kam::simd::level_name(one.param); });

}  // namespace
