#include <kam/concentration/whale_curve.hpp>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace kam {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
using Values = std::vector<double>;

WhaleCurve of(const Values& profits) {
  return *whale_curve(profits);
}

/// Profits in cents: most small, a few whales, a few deep losses; the total is positive.
Values random_profits(Random& random) {
  Values profits(2 + random.below(80));
  for (double& v : profits) {
    const double size = std::round(100 * std::exp(7 * random.uniform())) / 100;
    v = random.uniform() < .3 ? -.3 * size : size;
    if (random.uniform() < .1) v = 0;
  }
  profits[0] = 1000 + std::accumulate(profits.begin(), profits.end(), 0.0,
                                      [](double s, double v) { return s + std::fabs(v); });
  return profits;
}

void shuffle(Values& values, Random& random) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.below(i)]);
}

// --- published ---------------------------------------------------------------

TEST(WhaleCurve, ControllingWikiTwentyPercentMake140AndTheLastTwentyErode40) {
  const WhaleCurve c = of({-20, 0, 70, 0, 0, 70, 0, -20, 0, 0});
  EXPECT_EQ(c.total, 100);
  EXPECT_DOUBLE_EQ(c.top_share(.2), 1.4);
  EXPECT_DOUBLE_EQ(c.bottom_share(.2), -.4);
  EXPECT_DOUBLE_EQ(c.peak_ratio, 1.4);
  EXPECT_DOUBLE_EQ(c.erosion, .4);
}

TEST(WhaleCurve, OneAccountMakesMoreThanTwiceTheProfit) {
  const WhaleCurve c = of({225, 0, 0, 0, 0, 0, 0, 0, 0, -125});
  EXPECT_DOUBLE_EQ(c.peak_ratio, 2.25);
  EXPECT_DOUBLE_EQ(c.erosion, 1.25);
  EXPECT_EQ(c.accounts_at_peak, 1u);
  EXPECT_EQ(c.accounts_below_zero, 1u);
  EXPECT_EQ(c.peak, 225);
  EXPECT_EQ(c.losses, -125);
}

// --- laws --------------------------------------------------------------------

TEST(WhaleCurve, RisesToThePeakAndFallsToOne) {
  Random random(1);
  for (int trial = 0; trial < 500; ++trial) {
    const WhaleCurve c = of(random_profits(random));
    const std::vector<WhalePoint> points = c.curve();
    ASSERT_EQ(points.size(), c.accounts + 1);
    EXPECT_EQ(points.front().profit, 0);
    EXPECT_EQ(points.back().profit_share, 1);
    EXPECT_EQ(points.back().account_share, 1);
    EXPECT_EQ(points[c.accounts_at_peak].profit, c.peak);
    for (std::size_t k = 1; k < points.size(); ++k) {
      const double step = points[k].profit - points[k - 1].profit;
      EXPECT_GE(k <= c.accounts_at_peak ? step : -step, 0);
    }
    EXPECT_GE(c.peak_ratio, 1);
    EXPECT_NEAR(c.erosion, c.peak_ratio - 1, 1e-14 * c.peak_ratio);
    EXPECT_NEAR(c.peak + c.losses, c.total, 1e-13 * c.peak);
  }
}

TEST(WhaleCurve, OrderOfRowsChangesNoBit) {
  Random random(2);
  for (int trial = 0; trial < 300; ++trial) {
    Values profits = random_profits(random);
    profits.push_back(1e15);
    profits.push_back(-1e15);
    const WhaleCurve before = of(profits);
    shuffle(profits, random);
    const WhaleCurve after = of(profits);
    EXPECT_EQ(after.total, before.total);
    EXPECT_EQ(after.peak, before.peak);
    EXPECT_EQ(after.losses, before.losses);
    EXPECT_EQ(after.top_share(.37), before.top_share(.37));
    EXPECT_EQ(after.erosion, before.erosion);
  }
}

TEST(WhaleCurve, DoublingTheCurrencyDoublesMoneyAndNothingElse) {
  Random random(3);
  for (int trial = 0; trial < 200; ++trial) {
    Values profits = random_profits(random);
    const WhaleCurve one = of(profits);
    for (double& v : profits) v *= 2;
    const WhaleCurve two = of(profits);
    EXPECT_EQ(two.total, 2 * one.total);
    EXPECT_EQ(two.losses, 2 * one.losses);
    EXPECT_EQ(two.peak_ratio, one.peak_ratio);
    EXPECT_EQ(two.top_share(.2), one.top_share(.2));
  }
}

TEST(WhaleCurve, ThreeTimesThePortfolioIsThePortfolio) {
  Random random(4);
  for (int trial = 0; trial < 200; ++trial) {
    const Values profits = random_profits(random);
    Values thrice = profits;
    for (int i = 0; i < 2; ++i) thrice.insert(thrice.end(), profits.begin(), profits.end());
    const WhaleCurve one = of(profits), three = of(thrice);
    EXPECT_NEAR(three.peak_ratio, one.peak_ratio, 1e-13 * one.peak_ratio);
    for (double p = 0; p <= 1; p += .125) {
      EXPECT_NEAR(three.top_share(p), one.top_share(p), 1e-12);
    }
  }
}

TEST(WhaleCurve, WithoutLossesThereIsNoErosion) {
  const WhaleCurve c = of({3, 0, 2, 5});
  EXPECT_EQ(c.peak_ratio, 1);
  EXPECT_EQ(c.erosion, 0);
  EXPECT_EQ(c.accounts_at_peak, 3u);
  EXPECT_EQ(c.top_count_share(1), .5);
}

// --- independent path --------------------------------------------------------

TEST(WhaleCurve, AgreesWithTheDefinitionInLongDouble) {
  Random random(5);
  for (int trial = 0; trial < 500; ++trial) {
    const Values profits = random_profits(random);
    Values sorted = profits;
    std::sort(sorted.rbegin(), sorted.rend());
    long double total = 0, peak = 0;
    for (double v : sorted) {
      total += v;
      peak += std::max(v, 0.0);
    }
    const WhaleCurve c = of(profits);
    EXPECT_NEAR(c.peak_ratio, static_cast<double>(peak / total), 1e-14 * c.peak_ratio);
    long double running = 0;
    for (std::size_t k = 1; k <= sorted.size(); ++k) {
      running += sorted[k - 1];
      EXPECT_NEAR(c.top_count_share(k), static_cast<double>(running / total), 1e-13);
      EXPECT_EQ(profits[c.order()[k - 1]], sorted[k - 1]);
    }
  }
}

// --- hostile -----------------------------------------------------------------

TEST(WhaleCurve, ANonPositiveTotalStillGivesMoney) {
  const WhaleCurve c = of({10, -30, 5});
  EXPECT_EQ(c.total, -15);
  EXPECT_EQ(c.peak, 15);
  EXPECT_EQ(c.top_count_profit(1), 10);
  EXPECT_TRUE(std::isnan(c.peak_ratio));
  EXPECT_TRUE(std::isnan(c.erosion));
  EXPECT_TRUE(std::isnan(c.top_share(.5)));
  EXPECT_TRUE(std::isnan(c.top_count_share(2)));
  EXPECT_EQ(c.curve()[2].profit, 15);
  EXPECT_EQ(c.ratios.code(), StatusCode::insufficient_data);
  EXPECT_EQ(c.ratios.message(), "`profits`: non_positive_total, 3 accounts add up to -15");
  EXPECT_FALSE(of({.1, .2, -.3}).ratios.ok());  // zero in decimal, 5.6e-17 in binary
  EXPECT_FALSE(of({0, 0}).ratios.ok());
}

TEST(WhaleCurve, MissingIsCountedAndNothingElseMoves) {
  const WhaleCurve plain = of({70, -20, 0}), gaps = of({kNan, 70, kInf, -20, 0, -kInf});
  EXPECT_EQ(gaps.accounts, 3u);
  EXPECT_EQ(gaps.report.rows_rejected, 3u);
  EXPECT_EQ(gaps.report.first_rejected, 0u);
  EXPECT_EQ(gaps.report.first_reason, RowReason::not_finite);
  EXPECT_EQ(gaps.peak_ratio, plain.peak_ratio);
  EXPECT_EQ(gaps.order()[0], 1u);
  EXPECT_EQ(whale_curve(Values{kNan}).error().message(), "`profits` has no finite value");
  EXPECT_EQ(whale_curve({}).error().code(), StatusCode::insufficient_data);
}

TEST(WhaleCurve, EqualProfitsKeepTheOrderOfTheirRows) {
  const WhaleCurve c = of({1, 2, 1, 2, 1});
  const std::size_t expected[] = {1, 3, 0, 2, 4};
  EXPECT_TRUE(std::equal(c.order().begin(), c.order().end(), std::begin(expected)));
}

TEST(WhaleCurve, SharesOutsideTheirDomainAndCountsBeyondTheEnd) {
  const WhaleCurve c = of({3, 1});
  EXPECT_TRUE(std::isnan(c.top_share(-.1)));
  EXPECT_TRUE(std::isnan(c.top_share(1.1)));
  EXPECT_TRUE(std::isnan(c.bottom_share(kNan)));
  EXPECT_EQ(c.top_share(0), 0);
  EXPECT_EQ(c.top_share(1), 1);
  EXPECT_EQ(c.top_count_profit(9), 4);
  EXPECT_EQ(c.top_count_share(9), 1);
}

TEST(WhaleCurve, ThinCurvesKeepTheirPeak) {
  Random random(6);
  for (int trial = 0; trial < 200; ++trial) {
    const WhaleCurve c = of(random_profits(random));
    const auto points = c.curve(4);
    EXPECT_LE(points.size(), 5u);
    EXPECT_TRUE(std::any_of(points.begin(), points.end(),
                            [&](const WhalePoint& p) { return p.profit == c.peak; }));
    EXPECT_EQ(points.back().accounts, c.accounts);
  }
  EXPECT_EQ(of({3, 1, -1}).curve(0).size(), 3u);  // both ends and the peak
}

TEST(WhaleCurve, SurvivesTheEndsOfTheNumberLine) {
  constexpr double kMax = std::numeric_limits<double>::max();
  constexpr double kTiny = std::numeric_limits<double>::denorm_min();
  const WhaleCurve huge = of({kMax, kMax, -kMax});
  EXPECT_EQ(huge.total, kMax);
  EXPECT_EQ(huge.peak, kInf);  // honest: 3.6e308 is no double
  EXPECT_EQ(huge.peak_ratio, 2);
  EXPECT_EQ(of({4 * kTiny, -kTiny}).erosion, 1 / 3.0);
  EXPECT_EQ(of({1e15, .01, -.01}).total, 1e15);
}

}  // namespace
}  // namespace kam
