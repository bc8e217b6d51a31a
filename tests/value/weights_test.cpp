#include <kam/value/weights.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace kam::value {
namespace {

double sum(const std::vector<double>& w) {
  return std::accumulate(w.begin(), w.end(), 0.0);
}

TEST(RankOrderCentroid, BarronAndBarrett1996FourCriteria) {
  const auto w = rank_order_centroid(4);
  const double published[] = {.5208, .2708, .1458, .0625};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR((*w)[i], published[i], 5e-5);
}

TEST(RankOrderCentroid, FallsAndAddsUpToOne) {
  for (std::size_t n : {1u, 2u, 3u, 10u, 1000u, 1'000'000u}) {
    const auto w = rank_order_centroid(n);
    ASSERT_EQ(w->size(), n);
    EXPECT_NEAR(sum(*w), 1, 1e-12);
    for (std::size_t i = 1; i < n; ++i) ASSERT_LT((*w)[i], (*w)[i - 1]);
  }
}

TEST(RankOrderCentroid, IsTheMeanOfTheExtremeWeights) {  // centroid of (1), (½,½), (⅓,⅓,⅓), …
  constexpr std::size_t n = 7;
  std::vector<long double> mean(n, 0.0L);
  for (std::size_t corner = 1; corner <= n; ++corner) {
    for (std::size_t i = 0; i < corner; ++i) mean[i] += 1.0L / static_cast<long double>(corner * n);
  }
  const auto w = rank_order_centroid(n);
  for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR((*w)[i], static_cast<double>(mean[i]), 1e-15);
}

TEST(RankOrderCentroid, RefusesNothingAndTooMuch) {
  EXPECT_EQ(rank_order_centroid(0).error().message(), "`n` must be between 1 and 1000000, got 0");
  EXPECT_FALSE(rank_order_centroid(std::numeric_limits<std::size_t>::max()).has_value());
}

TEST(NormalisedWeights, AnyScaleSaysTheSame) {
  const auto small = normalised_weights(std::vector<double>{3, 0, 2, 5});
  EXPECT_EQ(*small, (std::vector<double>{.3, 0, .2, .5}));
  EXPECT_EQ(*normalised_weights(std::vector<double>{7}), std::vector<double>{1});
  const auto huge = normalised_weights(std::vector<double>{1.5e308, 0, 1e308, 0});
  EXPECT_DOUBLE_EQ((*huge)[0], .6);
  const auto tiny = normalised_weights(std::vector<double>{3e-320, 1e-320});
  EXPECT_NEAR((*tiny)[0], .75, 1e-3);
}

TEST(NormalisedWeights, RefusalsNameIndexAndValue) {
  const auto refusal = [](std::vector<double> w) {
    return normalised_weights(w).error().message();
  };
  EXPECT_EQ(refusal({1, 2, -1}), "`weights[2]` must be finite and >= 0, got -1");
  EXPECT_EQ(refusal({std::nan("")}), "`weights[0]` must be finite and >= 0, got nan");
  EXPECT_EQ(refusal({1, std::numeric_limits<double>::infinity()}),
            "`weights[1]` must be finite and >= 0, got inf");
  EXPECT_EQ(refusal({0, 0}), "`weights` must hold at least one above 0, got 2 zeros");
  EXPECT_EQ(refusal({}), "`weights` must hold at least one above 0, got 0 zeros");
}

}  // namespace
}  // namespace kam::value
