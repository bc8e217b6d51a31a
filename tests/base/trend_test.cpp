#include <kam/base/trend.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <kam/base/random.hpp>

namespace kam {
namespace {

using Series = std::vector<double>;
constexpr double kInf = std::numeric_limits<double>::infinity();

const Series kFalling = {100, 98, 97, 95, 90, 88, 80, 78, 70, 66, 60, 55};

Series noise(std::size_t n, unsigned seed) {
  Random random(seed);
  Series y(n);
  for (double& v : y) v = random.normal();
  return y;
}

// --- published ---------------------------------------------------------------

TEST(TrendPublished, TwelveFallingPeriods) {  // S and slope recomputed in R 4.2.2
  const auto trend = trend_of(kFalling);
  const auto test = mann_kendall(kFalling);
  EXPECT_NEAR(trend->slope, -4.4643, 5e-5);
  EXPECT_EQ(test->s, -66);
  EXPECT_NEAR(test->variance, 212.0 + 2.0 / 3, 1e-12);
  EXPECT_NEAR(test->p, std::erfc(65 / std::sqrt(212.0 + 2.0 / 3) / std::sqrt(2.0)), 1e-18);
  EXPECT_EQ(trend->direction, TrendDirection::down);
  EXPECT_EQ(trend->n, 12u);
}

TEST(TrendPublished, Kendall1975Table1UpperTailOfS) {
  const struct {
    std::size_t n, falling;  // pairs in falling order: S = n(n − 1)/2 − 2 falling
    double s, upper_tail;
  } table[] = {{4, 0, 6, .042},  {4, 1, 4, .167},   {5, 1, 8, .042},    {5, 2, 6, .117},
               {8, 6, 16, .031}, {8, 4, 20, .0071}, {10, 9, 27, .0083}, {10, 11, 23, .023}};
  for (const auto& row : table) {
    Series y(row.n);
    std::iota(y.begin(), y.end(), 1.0);
    std::size_t swaps = row.falling;  // bubble towards the falling order, one pair at a time
    for (std::size_t end = row.n; swaps > 0 && end > 1; --end) {
      for (std::size_t i = 1; i < end && swaps > 0; ++i) {
        if (y[i - 1] < y[i]) std::swap(y[i - 1], y[i]), --swaps;
      }
    }
    const auto test = mann_kendall(y);
    ASSERT_EQ(test->s, row.s);
    EXPECT_TRUE(test->exact);
    EXPECT_NEAR(test->p / 2, row.upper_tail, row.upper_tail < .01 ? 5e-5 : 5e-4);
  }
}

// --- laws --------------------------------------------------------------------

TEST(TrendLaws, ScaleShiftAndMirror) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    const Series y = noise(25, seed);
    Series moved = y, mirrored = y;
    for (double& v : moved) v = 4 * v + 1;
    for (double& v : mirrored) v = -v;
    const auto a = trend_of(y, 4), b = trend_of(moved, 4), c = trend_of(mirrored, 4);
    EXPECT_NEAR(b->slope, 4 * a->slope, 1e-14);
    EXPECT_NEAR(b->hi, 4 * a->hi, 1e-14);
    EXPECT_EQ(b->p, a->p);
    EXPECT_EQ(c->slope, -a->slope);
    EXPECT_EQ(c->lo, -a->hi);
    EXPECT_EQ(c->p, a->p);
    EXPECT_LE(a->lo, a->slope);
    EXPECT_LE(a->slope, a->hi);
  }
}

TEST(TrendLaws, LineGivesItsSlopeWhateverTheSeasonAndTheGaps) {
  Series y(48);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = 7 + .25 * static_cast<double>(i);
  y[5] = y[6] = y[30] = kNaN;
  const double season[] = {5, -3, 0, 8, 1, 1, -9, 2, 0, 4, 4, -20};
  for (std::size_t period : {1u, 3u, 12u}) EXPECT_EQ(trend_of(y, period)->slope, .25);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += season[i % 12];
  const auto trend = trend_of(y, 12);
  EXPECT_EQ(trend->slope, .25);
  EXPECT_EQ(trend->lo, .25);
  EXPECT_EQ(trend->hi, .25);
  EXPECT_EQ(trend->direction, TrendDirection::up);
  EXPECT_EQ(trend->n, 45u);
}

TEST(TrendLaws, OneWildMonthMovesNothingMuch) {
  Series y = kFalling;
  y[3] = 1e12;
  EXPECT_EQ(trend_of(y)->direction, TrendDirection::down);
  EXPECT_NEAR(trend_of(y)->slope, -4.4643, .8);
}

TEST(TrendLaws, DifferencesUndoTheSeasonAndTurnALineIntoALevel) {
  Series y(36), d(36);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = .5 * static_cast<double>(i + 10 * (i % 12));
  ASSERT_TRUE(seasonal_difference(y, 12, d).ok());
  for (std::size_t i = 0; i < 12; ++i) EXPECT_TRUE(std::isnan(d[i]));
  for (std::size_t i = 12; i < 36; ++i) EXPECT_EQ(d[i], 6);
  EXPECT_EQ(trend_of(d)->slope, 0);  // acceleration
  EXPECT_EQ(trend_of(y, 12)->slope, .5);
}

// --- independent path --------------------------------------------------------

TEST(TrendPath, ExactPIsTheShareOfAllOrders) {
  for (std::size_t period : {1u, 2u, 3u}) {
    const Series y = {3, 1, 4, 1.5, 9, 2.6, 5};
    const auto test = mann_kendall(y, period);
    Series order = {1, 2, 3, 4, 5, 6, 7};
    double extreme = 0, all = 0;
    do {
      all += 1;
      extreme += std::fabs(mann_kendall(order, period)->s) >= std::fabs(test->s) ? 1 : 0;
    } while (std::next_permutation(order.begin(), order.end()));
    EXPECT_NEAR(test->p, extreme / all, 1e-15);
  }
}

TEST(TrendPath, TiedVarianceIsTheVarianceOverAllOrders) {
  Series y = {1, 1, 1, 2, 3, 3, 4};
  const auto test = mann_kendall(y);
  EXPECT_FALSE(test->exact);
  double squares = 0, all = 0;
  do {
    all += 1;
    squares += std::pow(mann_kendall(y)->s, 2);
  } while (std::next_permutation(y.begin(), y.end()));
  EXPECT_NEAR(test->variance, squares / all, 1e-12);
}

TEST(TrendPath, BruteForceSlopesSortedInLongDouble) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    const Series y = noise(30, 100 + seed);
    const std::size_t period = 1 + seed % 4;
    std::vector<long double> slopes;
    for (std::size_t i = 0; i < y.size(); ++i) {
      for (std::size_t j = i + period; j < y.size(); j += period) {
        slopes.push_back((static_cast<long double>(y[j]) - y[i]) / static_cast<long double>(j - i));
      }
    }
    std::sort(slopes.begin(), slopes.end());
    const std::size_t n = slopes.size();
    const auto slope = theil_sen(y, period, .95);
    const double spread = 1.959963984540054 * std::sqrt(mann_kendall(y, period)->variance);
    const auto k = static_cast<std::size_t>((static_cast<double>(n) - spread) / 2);
    EXPECT_NEAR(slope->estimate, static_cast<double>((slopes[(n - 1) / 2] + slopes[n / 2]) / 2),
                1e-15);
    EXPECT_NEAR(slope->lo, static_cast<double>(slopes[k - 1]), 1e-15);
    EXPECT_NEAR(slope->hi, static_cast<double>(slopes[n - k]), 1e-15);
  }
}

TEST(TrendPath, NoiseIsCalledATrendAsOftenAsAlphaSays) {
  for (std::size_t n : {9u, 24u}) {
    int arrows = 0, covered = 0;
    constexpr int kTrials = 4000;
    for (unsigned seed = 0; seed < kTrials; ++seed) {
      const auto trend = trend_of(noise(n, 1000 + seed), n == 24 ? 6 : 1);
      arrows += trend->direction == TrendDirection::flat ? 0 : 1;
      covered += trend->lo <= 0 && 0 <= trend->hi ? 1 : 0;
    }
    EXPECT_LE(arrows, .1 * kTrials + 3 * std::sqrt(.09 * kTrials));
    EXPECT_GE(arrows, .05 * kTrials);
    EXPECT_GE(covered, .9 * kTrials - 3 * std::sqrt(.09 * kTrials));
  }
}

// --- hostile -----------------------------------------------------------------

TEST(TrendHostile, RefusalsSayWhy) {
  for (const Series& nothing : {Series{}, Series{1}, Series{kNaN, kNaN, 4}}) {
    EXPECT_EQ(trend_of(nothing).error().code(), StatusCode::insufficient_data);
  }
  EXPECT_EQ(trend_of(kFalling, 12).error().message(),
            "`series` has no two values that can be compared");
  EXPECT_EQ(trend_of(kFalling, std::numeric_limits<std::size_t>::max()).error().code(),
            StatusCode::insufficient_data);
  EXPECT_EQ(trend_of(kFalling, 0).error().message(), "`period` must be at least 1, got 0");
  EXPECT_EQ(trend_of(Series(2049, 1)).error().message(),
            "`series` must be at most 2048 periods long, got 2049");
  for (double alpha : {0.0, 1.0, -1.0, kNaN}) {
    EXPECT_EQ(trend_of(kFalling, 1, alpha).error().code(), StatusCode::invalid_argument);
    EXPECT_FALSE(theil_sen(kFalling, 1, alpha).has_value());
  }
  Series out(3, -7);
  EXPECT_EQ(seasonal_difference(kFalling, 1, out).code(), StatusCode::size_mismatch);
  EXPECT_FALSE(seasonal_difference(out, 0, out).ok());
  EXPECT_EQ(out, Series(3, -7));
}

TEST(TrendHostile, ConstantAndTinySeries) {
  const auto constant = trend_of(Series(12, 5));
  EXPECT_EQ(constant->direction, TrendDirection::flat);
  EXPECT_EQ(constant->p, 1);
  EXPECT_EQ(constant->slope, 0);
  EXPECT_EQ(constant->hi, 0);
  const auto two = trend_of(Series{1, 2});
  EXPECT_EQ(two->direction, TrendDirection::flat);
  EXPECT_EQ(two->p, 1);
  EXPECT_EQ(two->slope, 1);
  EXPECT_EQ(two->lo, -kInf);
  EXPECT_EQ(two->hi, kInf);
  EXPECT_EQ(trend_of(Series(2048, 3))->slope, 0);
}

TEST(TrendHostile, ExtremesAndInfiniteEnds) {
  constexpr double kMax = std::numeric_limits<double>::max();
  const auto wild = trend_of(Series{-kMax, kMax, -kMax, kMax, 0, kMax});
  EXPECT_TRUE(std::isfinite(wild->slope));
  const auto gone = trend_of(Series{5, 6, 5, 6, 5, -kInf, -kInf, -kInf, -kInf, -kInf, -kInf});
  EXPECT_EQ(gone->direction, TrendDirection::down);
  EXPECT_EQ(gone->slope, -kInf);
  EXPECT_EQ(theil_sen(Series{0, -kInf, 0})->estimate, 0);
  EXPECT_TRUE(std::isnan(mann_kendall_p(kNaN, 1)));
  EXPECT_TRUE(std::isnan(mann_kendall_p(3, -1)));
  EXPECT_EQ(mann_kendall_p(0, 0), 1);
}

}  // namespace
}  // namespace kam
