#include <kam/value/growth.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <kam/base/random.hpp>
#include <kam/value/loyalty.hpp>

namespace kam::value {
namespace {

using Values = std::vector<double>;
constexpr double kInf = std::numeric_limits<double>::infinity();

bool is_nan(const Interval& x) {
  return std::isnan(x.estimate) && std::isnan(x.lo) && std::isnan(x.hi);
}

/// Growth of `yearly` % a year under a season with a factor of 20 between best and worst month.
Values seasonal_growth(std::size_t months, double yearly) {
  const double season[] = {1, 2, 3, 5, 8, 13, 20, 13, 8, 5, 3, 2};
  Values revenue(months);
  for (std::size_t i = 0; i < months; ++i) {
    revenue[i] = season[i % 12] * std::pow(1 + yearly / 100, static_cast<double>(i) / 12);
  }
  return revenue;
}

// --- published ---------------------------------------------------------------

TEST(GrowthPublished, TwelveFallingPeriods) {  // slope −4.4643 and S = −66, recomputed in R 4.2.2
  Values revenue = {100, 98, 97, 95, 90, 88, 80, 78, 70, 66, 60, 55};
  for (double& r : revenue) r = std::exp(r / 100);
  const auto trend = growth_trend(revenue, {.periods_per_year = 1, .season = 1});
  EXPECT_NEAR(std::log1p(trend->percent_per_year / 100), -.044643, 5e-7);
  EXPECT_EQ(trend->direction, TrendDirection::down);
  EXPECT_NEAR(trend->p, std::erfc(65 / std::sqrt(212 + 2 / 3.) / std::sqrt(2.0)), 1e-17);
}

TEST(GrowthPublished, HeadroomFromTheWalletAllocationRule) {  // second of three suppliers: 1/3
  EXPECT_NEAR(headroom(900, wallet_allocation(2, 3), .5), 300, 1e-12);
}

// --- laws --------------------------------------------------------------------

TEST(GrowthLaws, SeasonDoesNotHideTheRate) {
  for (double yearly : {-30.0, -1.0, 0.0, 8.0, 200.0}) {
    for (std::size_t months : {24u, 30u, 60u}) {
      const auto trend = growth_trend(seasonal_growth(months, yearly));
      EXPECT_NEAR(trend->percent_per_year, yearly, 1e-10);
      EXPECT_NEAR(trend->lo, yearly, 1e-10);
      EXPECT_EQ(trend->n, months);
      EXPECT_EQ(trend->direction == TrendDirection::up, yearly > 1);
    }
  }
}

TEST(GrowthLaws, CurrencyDoesNotMatter) {
  Random random(1);
  Values revenue = seasonal_growth(36, 10), converted;
  for (double& r : revenue) r *= std::exp(.2 * random.normal());
  for (double r : revenue) converted.push_back(8 * r);
  EXPECT_NEAR(growth_trend(converted)->percent_per_year, growth_trend(revenue)->percent_per_year,
              1e-10);
  EXPECT_EQ(growth_trend(converted)->p, growth_trend(revenue)->p);
  EXPECT_EQ(volatility(converted).cv, volatility(revenue).cv);
  EXPECT_EQ(volatility(converted).downside, 8 * volatility(revenue).downside);
}

TEST(GrowthLaws, AccountThatStopsBuyingGoesDown) {
  Values revenue = seasonal_growth(36, 5);
  for (std::size_t i = 24; i < 36; ++i) revenue[i] = 0;
  const auto stopped = growth_trend(revenue);
  EXPECT_EQ(stopped->direction, TrendDirection::down);
  EXPECT_EQ(stopped->percent_per_year, -100);
  EXPECT_EQ(stopped->without, 12u);
  revenue[30] = -4;  // a credit note is no less nothing than nothing
  EXPECT_EQ(growth_trend(revenue)->p, stopped->p);
  std::reverse(revenue.begin(), revenue.end());
  EXPECT_EQ(growth_trend(revenue)->direction, TrendDirection::up);
  EXPECT_TRUE(std::isnan(growth_trend(revenue)->percent_per_year));
  EXPECT_EQ(growth_trend(revenue)->hi, kInf);
}

TEST(GrowthLaws, LumpyBuyerIsFlat) {
  Values revenue(36);
  for (std::size_t i = 0; i < revenue.size(); i += 3) revenue[i] = 90;
  const auto trend = growth_trend(revenue, {.season = 1});
  EXPECT_EQ(trend->direction, TrendDirection::flat);
  EXPECT_EQ(trend->percent_per_year, 0);
}

TEST(GrowthLaws, HeadroomMovesWithItsParts) {
  const Interval spend{100, 60, 160};
  const Interval room = headroom(spend, .25, .5);
  EXPECT_EQ(room.estimate, 37.5);
  EXPECT_EQ(room.lo, 22.5);
  EXPECT_EQ(room.hi, 60);
  const Interval beyond = headroom_beyond(70, spend, .5);
  EXPECT_EQ(beyond.estimate, 15);
  EXPECT_EQ(beyond.lo, 0);
  EXPECT_EQ(beyond.hi, 45);
  EXPECT_EQ(headroom(100, 1), 0);
  const double share = share_of_wallet(30, 100);
  EXPECT_NEAR(headroom(100, share), headroom_beyond(30, {100, 100, 100}).estimate, 1e-12);
}

TEST(GrowthLaws, UpgradePathNeedsATierAboveAndUse) {
  EXPECT_EQ(upgrade_path(1, 3, 81, 100), 1);
  EXPECT_EQ(upgrade_path(1, 3, 80, 100), 0);
  EXPECT_EQ(upgrade_path(3, 3, 99, 100), 0);
  EXPECT_EQ(pipeline_over_revenue(30, 120), .25);
}

TEST(GrowthLaws, WhiteSpaceAndBreadthAddUp) {
  const Values spend = {10, 0, 0, -2, 5, kNaN, 7};
  const Values share = {.9, .3, .8, .5, .1, .9, .2};
  const auto breadth = category_breadth(spend, share);
  EXPECT_EQ(breadth->sold, 5u);
  EXPECT_EQ(breadth->bought, 2u);
  EXPECT_EQ(breadth->breadth, .4);
  EXPECT_EQ(breadth->white_space, (std::vector<std::size_t>{2, 3, 1}));
}

// --- independent path --------------------------------------------------------

TEST(GrowthPath, VolatilityInLongDouble) {
  Random random(2);
  for (int trial = 0; trial < 200; ++trial) {
    Values revenue(2 + random.below(40));
    for (double& r : revenue) r = 1e6 + 10 * random.normal();
    const long double n = static_cast<long double>(revenue.size());
    const long double mean = std::accumulate(revenue.begin(), revenue.end(), 0.0L) / n;
    long double squares = 0, below = 0;
    for (double r : revenue) {
      squares += (r - mean) * (r - mean);
      below += r < 1e6 ? (r - 1e6L) * (r - 1e6L) : 0.0L;
    }
    const Volatility v = volatility(revenue, 1e6);
    EXPECT_NEAR(v.cv, static_cast<double>(std::sqrt(squares / (n - 1)) / mean), 1e-9 * v.cv);
    EXPECT_NEAR(v.downside, static_cast<double>(std::sqrt(below / n)), 1e-12 * v.downside);
  }
}

TEST(GrowthPath, NoisyGrowthIsFoundAndCovered) {
  int covered = 0, up = 0;
  constexpr int kTrials = 1500;
  for (unsigned seed = 0; seed < kTrials; ++seed) {
    Random random(seed, 3);
    Values revenue = seasonal_growth(48, 12);
    for (double& r : revenue) r *= std::exp(.2 * random.normal());
    const auto trend = growth_trend(revenue);
    covered += trend->lo <= 12 && 12 <= trend->hi ? 1 : 0;
    up += trend->direction == TrendDirection::up ? 1 : 0;
  }
  EXPECT_GT(covered, .88 * kTrials);
  EXPECT_GT(up, .9 * kTrials);
}

// At one fixed rate the coverage of any binomial interval jumps with the rate (.74 for .6 of 40);
// over Jeffreys' prior it is the level, a little more for the ends that reach 0 and 1.
TEST(GrowthPath, TraitLiftCoversTheTrueLift) {
  int covered = 0;
  constexpr int kTrials = 20'000;
  Random random(4);
  for (int trial = 0; trial < kTrials; ++trial) {
    const double rate = random.beta(.5, .5);
    double with = 0;
    for (int i = 0; i < 40; ++i) with += random.uniform() < rate ? 1 : 0;
    const Interval lift = trait_lift(with, 40, 300, 1000);
    const double truth = rate / .3;
    covered += lift.lo <= truth && truth <= lift.hi ? 1 : 0;
    EXPECT_NEAR(lift.estimate, with / 12, 1e-12);
  }
  EXPECT_GT(covered, .79 * kTrials);
  EXPECT_LT(covered, .84 * kTrials);
}

TEST(GrowthPath, BatchesAreTheAccountsAlone) {
  const Values one = seasonal_growth(24, 7);
  Values both = one;
  both.insert(both.end(), 24, 0.0);
  Values percent(2), p(2), cv(2), downside(2);
  const BatchReport trends = growth_trend(both, 24, {}, percent, p);
  EXPECT_EQ(trends.rows_scored, 1u);
  EXPECT_EQ(trends.first_rejected, 1u);
  EXPECT_EQ(trends.first_reason, RowReason::undefined_value);
  EXPECT_EQ(percent[0], growth_trend(one)->percent_per_year);
  EXPECT_EQ(p[0], growth_trend(one)->p);
  EXPECT_TRUE(std::isnan(percent[1]) && std::isnan(p[1]));
  EXPECT_EQ(volatility(both, 24, cv, downside).rows_rejected, 1u);
  EXPECT_EQ(cv[0], volatility(one).cv);
  EXPECT_EQ(downside[0], volatility(one).downside_cv);
}

// --- hostile -----------------------------------------------------------------

TEST(GrowthHostile, ValuesOutsideTheirDomain) {
  for (double bad : {-1.0, kNaN, kInf}) {
    EXPECT_TRUE(std::isnan(headroom(bad, .5)));
    EXPECT_TRUE(std::isnan(headroom(100, bad)));
    EXPECT_TRUE(std::isnan(headroom(100, .5, bad)));
    EXPECT_TRUE(is_nan(headroom({bad, 1, 2}, .5)));
    EXPECT_TRUE(is_nan(headroom_beyond(bad, {5, 4, 6})));
    EXPECT_TRUE(std::isnan(pipeline_over_revenue(bad, 1)));
    EXPECT_TRUE(std::isnan(pipeline_over_revenue(1, bad)));
    EXPECT_TRUE(std::isnan(upgrade_path(1, 2, bad, 100)));
    EXPECT_TRUE(is_nan(trait_lift(bad, 10, 20, 100)));
  }
  EXPECT_TRUE(is_nan(headroom_beyond(7, {5, 4, 6})));
  EXPECT_TRUE(std::isnan(upgrade_path(4, 3, 1, 1)));
  EXPECT_TRUE(is_nan(trait_lift(0, 10, 0, 100)));
  EXPECT_TRUE(is_nan(trait_lift(5, 10, 4, 100)));   // more good with the trait than all with it
  EXPECT_TRUE(is_nan(trait_lift(0, 90, 50, 100)));  // 90 good without it, of 50 without it
  EXPECT_EQ(trait_lift(0, 10, 20, 100).lo, 0);
  EXPECT_EQ(trait_lift(10, 10, 20, 100).hi, 5);
}

TEST(GrowthHostile, ThinAndExtremeRevenue) {
  EXPECT_EQ(volatility({}).n, 0u);
  EXPECT_TRUE(std::isnan(volatility({}).mean));
  EXPECT_TRUE(std::isnan(volatility(Values{5}).cv));
  EXPECT_EQ(volatility(Values{5}).downside, 0);
  EXPECT_TRUE(std::isnan(volatility(Values{5, -5}).cv));
  EXPECT_EQ(volatility(Values{5, kNaN, 5, kInf}).cv, 0);
  EXPECT_NEAR(volatility(Values{1e300, 3e300}).cv, std::sqrt(.5), 1e-15);
  EXPECT_NEAR(volatility(Values{1e-300, 3e-300}).cv, std::sqrt(.5), 1e-15);
  const auto error = [](const Values& revenue) { return growth_trend(revenue).error().code(); };
  EXPECT_EQ(error({}), StatusCode::insufficient_data);
  EXPECT_EQ(error(Values(30, 0)), StatusCode::insufficient_data);
  EXPECT_EQ(error(Values(12, 1)), StatusCode::insufficient_data);  // no month twice
  EXPECT_EQ(error(Values(3000, 1)), StatusCode::invalid_argument);
  EXPECT_EQ(growth_trend(Values(13, 1))->direction, TrendDirection::flat);
}

TEST(GrowthHostile, CallsThatCannotBeDone) {
  Values two(2), three(3), six(6, 1);
  EXPECT_FALSE(growth_trend(six, {.periods_per_year = 0}).has_value());
  EXPECT_FALSE(growth_trend(six, {.season = 0}).has_value());
  EXPECT_FALSE(growth_trend(six, {.alpha = 1}).has_value());
  EXPECT_FALSE(growth_trend(six, 0, {}, two, two).ok());
  EXPECT_FALSE(growth_trend(six, 4, {}, two, two).ok());
  EXPECT_FALSE(growth_trend(six, 3, {}, two, three).ok());
  EXPECT_FALSE(growth_trend(six, 3, {.alpha = kNaN}, two, two).ok());
  EXPECT_FALSE(volatility(six, 2, two, two).ok());
  EXPECT_EQ(category_breadth(two, three).error().code(), StatusCode::size_mismatch);
  EXPECT_EQ(category_breadth(two, Values{.5, 1.5}).error().message(),
            "`lookalike_share[1]` must be between 0 and 1, got 1.5");
  EXPECT_FALSE(category_breadth(two, two, kNaN).has_value());
  EXPECT_TRUE(std::isnan(category_breadth(two, two)->breadth));
}

}  // namespace
}  // namespace kam::value
