/// Curves of plain rows, counted or sorted without a risk set, against those of the risk set.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>
#include <kam/churn/kaplan_meier.hpp>

namespace kam {
namespace {

using Column = std::vector<double>;

void expect_same(const Column& mine, const Column& theirs, const char* name) {
  ASSERT_EQ(mine.size(), theirs.size()) << name;
  for (std::size_t i = 0; i < mine.size(); ++i) ASSERT_EQ(mine[i], theirs[i]) << name << " " << i;
}

void expect_curve_of_risk_set(const Column& duration, const Column& event) {
  const SurvivalColumns rows{duration, event};
  for (const HazardTies ties : {HazardTies::successive, HazardTies::together}) {
    const auto curve = kaplan_meier::fit(rows, ties);
    ASSERT_TRUE(curve) << curve.error().message();
    const auto set = make_risk_set(rows);
    ASSERT_TRUE(set);
    const SurvivalCurve expected = kaplan_meier::fit(*set, ties)[0];
    expect_same(curve->time, expected.time, "time");
    expect_same(curve->at_risk, expected.at_risk, "at_risk");
    expect_same(curve->deaths, expected.deaths, "deaths");
    expect_same(curve->survival, expected.survival, "survival");
    expect_same(curve->greenwood, expected.greenwood, "greenwood");
    expect_same(curve->hazard, expected.hazard, "hazard");
    expect_same(curve->hazard_variance, expected.hazard_variance, "hazard_variance");
    EXPECT_EQ(curve->longest, expected.longest);
    EXPECT_EQ(curve->weight, expected.weight);
    EXPECT_EQ(curve->events, expected.events);
    EXPECT_EQ(curve->rows.rows_scored, expected.rows.rows_scored);
    EXPECT_EQ(curve->rows.rows_rejected, expected.rows.rows_rejected);
  }
}

/// `n` durations made by `time`, a third of them censored.
template <class Time>
void expect_for(std::size_t n, const Time& time) {
  Random random(n);
  Column duration, event;
  for (std::size_t i = 0; i < n; ++i) {
    duration.push_back(time(random, i));
    event.push_back(random.uniform() < 0.66 ? 1 : 0);
  }
  expect_curve_of_risk_set(duration, event);
}

TEST(PlainTimes, AnyDurations) {
  for (const std::size_t n : {1U, 2U, 3U, 100U, 20000U})
    expect_for(n, [](Random& random, std::size_t) { return 40 * random.exponential(); });
}

TEST(PlainTimes, WholeDurationsWithZeros) {
  for (const std::size_t n : {1U, 7U, 5000U})
    expect_for(n, [](Random& random, std::size_t) { return std::floor(72 * random.uniform()); });
  expect_for(5'000, [](Random&, std::size_t i) { return i % 2 == 0 ? 0.0 : -0.0; });
}

TEST(PlainTimes, WholeDurationsAtTheEndOfTheTable) {
  for (const double most : {4095.0, 4096.0, 1e6})
    expect_for(3'000, [&](Random& random, std::size_t i) {
      return i == 0 ? most : std::floor(most * random.uniform());
    });
}

TEST(PlainTimes, TiesAmongAnyDurations) {
  expect_for(5'000, [](Random& random, std::size_t) {
    return 0.1 * static_cast<double>(random.below(50));
  });
}

TEST(PlainTimes, AllRangesOfADouble) {
  expect_for(5'000, [](Random& random, std::size_t i) {
    if (i % 5 == 0) return 0.0;
    return std::ldexp(random.uniform(), static_cast<int>(random.below(2000)) - 1000);
  });
  expect_for(100, [](Random&, std::size_t i) {
    return static_cast<double>(i % 9) * std::numeric_limits<double>::denorm_min();
  });
}

TEST(PlainTimes, ACrowdOfAlmostEqualDurations) {  // the leading bits cannot tell them apart
  expect_for(20'000, [](Random&, std::size_t i) {
    if (i < 2) return i == 0 ? 1e-300 : 1e300;
    return 1 + static_cast<double>(20'000 - i) * std::numeric_limits<double>::epsilon();
  });
}

TEST(PlainTimes, ARowThatCannotBeUsedIsLeftOutAndCounted) {
  const double nan = std::nan(""), infinite = HUGE_VAL;
  for (const bool whole : {false, true}) {
    for (const auto& [bad_duration, bad_event] : std::vector<std::pair<double, double>>{
             {nan, 1}, {infinite, 1}, {-1, 1}, {3, 2}, {3, nan}}) {
      Column duration{5, 2, 9, 2}, event{1, 1, 0, 0};
      if (!whole) duration[0] = 5.5;
      duration[2] = bad_duration;
      event[2] = bad_event;
      expect_curve_of_risk_set(duration, event);
      EXPECT_EQ(kaplan_meier::fit({duration, event})->rows.rows_rejected, 1U);
    }
  }
}

TEST(PlainTimes, WeightsOfOneAndEntriesOfZeroChangeNothing) {
  Random random(5);
  Column duration, event;
  for (int i = 0; i < 500; ++i) {
    duration.push_back(random.exponential());
    event.push_back(i % 2);
  }
  const Column ones(500, 1.0), zeros(500, 0.0);
  const auto plain = kaplan_meier::fit({duration, event});
  const auto weighted = kaplan_meier::fit({duration, event, zeros, ones});
  ASSERT_TRUE(plain && weighted);
  expect_same(plain->survival, weighted->survival, "survival");
  expect_same(plain->greenwood, weighted->greenwood, "greenwood");
}

}  // namespace
}  // namespace kam
