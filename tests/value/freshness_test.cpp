/// Old data and stand-ins: how much a datum counts when it is old, and what takes its place when it
/// is missing.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>
#include <kam/value/explanation.hpp>
#include <kam/value/scorecard.hpp>
#include <kam/value/value_interval.hpp>

namespace kam::value {
namespace {

Indicator indicator(const char* id, const char* dimension, double weight) {
  return {.id = id, .dimension = dimension, .weight = weight};
}

/// The scorecard of the missing-data vector (docs/models/scorecard.md): .6 (a1 .5, a2 .5), .4 (b1).
Scorecard card(double missing = kNaN) {
  Indicator a2 = indicator("a2", "a", .5);
  a2.missing_score = missing;
  return *make_scorecard({{.id = "a", .weight = .6}, {.id = "b", .weight = .4}},
                         {indicator("a1", "a", .5), a2, indicator("b1", "b", 1)});
}

TEST(Freshness, HalvesWithEveryHalfLifeAndEndsAtTheMaximumAge) {
  Indicator k = indicator("a", "a", 1);
  EXPECT_EQ(freshness(k, 1e9), 1);
  k.half_life_days = 180;
  EXPECT_EQ(freshness(k, 180), .5);
  EXPECT_EQ(freshness(k, 360), .25);
  EXPECT_EQ(freshness(k, kNaN), 1);  // undated
  EXPECT_EQ(freshness(k, -5), 1);
  k.maximum_age_days = 360;
  EXPECT_EQ(freshness(k, 360), .25);
  EXPECT_EQ(freshness(k, 361), 0);
}

TEST(Freshness, AnOldDatumIsPartOfTheWayToAMissingOne) {
  const std::vector<double> scores{40, 90, 80};
  const auto at = [&](double f) { return *evaluate(card(), scores, std::vector<double>{1, f, 1}); };
  EXPECT_DOUBLE_EQ(at(1).value_index, 71);
  EXPECT_DOUBLE_EQ(at(0).value_index, 56);  // the published vector of a missing a2
  EXPECT_DOUBLE_EQ(at(0).coverage, .7);
  // f = 1/2: S_a = (.5 * 40 + .25 * 90) / .75
  EXPECT_NEAR(at(.5).value_index, .6 * 42.5 / .75 + .4 * 80, 1e-12);
  EXPECT_NEAR(at(.5).coverage, .6 * .75 + .4, 1e-15);
  double before = 0;
  for (double f = 0; f <= 1; f += .125) {  // the good mark counts more the fresher it is
    EXPECT_GE(at(f).value_index, before);
    before = at(f).value_index;
  }
}

TEST(Freshness, AStandInCountsInTheIndexAndNotInTheCoverage) {
  const ScorecardRow row = *evaluate(card(10), std::vector<double>{40, kNaN, 80});
  EXPECT_DOUBLE_EQ(row.value_index, .6 * 25 + .4 * 80);
  EXPECT_DOUBLE_EQ(row.coverage, .7);
  EXPECT_EQ(row.scores[1], 10);
  EXPECT_EQ(row.observed[1], 0);
  // A dimension of stand-ins alone is not covered.
  const ScorecardRow thin = *evaluate(card(10), std::vector<double>{kNaN, kNaN, 80});
  EXPECT_TRUE(std::isnan(thin.dimension_scores[0]));
  EXPECT_DOUBLE_EQ(thin.value_index, 80);
}

TEST(Freshness, ReasonsStayExactOverRandomFreshnessAndStandIns) {
  Random random(11);
  const std::vector<Scorecard> cards{card(), card(0), card(55)};
  for (int n = 0; n < 20000; ++n) {
    std::vector<double> scores(3), fresh(3), reference(3);
    for (std::size_t k = 0; k < 3; ++k) {
      scores[k] = random.uniform() < .2 ? kNaN : 100 * random.uniform();
      reference[k] = random.uniform() < .1 ? kNaN : 100 * random.uniform();
      const double u = random.uniform();
      fresh[k] = u < .3 ? 1 : u < .4 ? 0 : random.uniform();
    }
    const Scorecard& c = cards[static_cast<std::size_t>(n) % 3];
    const auto row = evaluate(c, scores, fresh), other = evaluate(c, reference);
    ASSERT_TRUE(row && other);
    if (std::isnan(row->value_index) || std::isnan(other->value_index)) continue;
    double weights = 0;
    for (const double w : row->effective_weights) weights += w;
    ASSERT_NEAR(weights, 1, 1e-12);
    const auto why = explain(*row, *other);
    double sum = why->coverage_points;
    for (const double p : why->points) sum += p;
    ASSERT_NEAR(sum, row->value_index - other->value_index, 1e-12 * 100);
  }
}

TEST(Freshness, IntervalOfAnOldDatumLiesBetweenThatOfAFreshAndOfAMissingOne) {
  const std::vector<double> scores{40, 90, 80}, global{.3, .3, .4};
  const std::vector<ScoreSpread> spreads(3);
  const auto variance = [&](double f) {
    const ScorecardRow row = *evaluate(card(), scores, std::vector<double>{1, f, 1});
    return value_index_variance({row.scores, row.observed, row.effective_weights, global, spreads,
                                 row.value_index, row.coverage},
                                1e9);
  };
  EXPECT_LT(variance(1), variance(.5));
  EXPECT_LT(variance(.5), variance(.1));
}

TEST(Freshness, WrongEntriesAreNamed) {
  const std::vector<double> scores{40, 90, 80};
  const auto message = [&](std::vector<double> f) {
    return evaluate(card(), scores, f).error().message();
  };
  EXPECT_NE(message({1, 1}).find("freshness"), std::string::npos);
  EXPECT_NE(message({1, 1.1, 1}).find("freshness[1]"), std::string::npos);
  EXPECT_NE(message({1, kNaN, 1}).find("freshness[1]"), std::string::npos);
  Indicator k = indicator("a", "a", 1);
  k.missing_score = 101;
  EXPECT_NE(check(k).message().find("a.missing"), std::string::npos);
  k.missing_score = kNaN;
  k.half_life_days = 0;
  EXPECT_NE(check(k).message().find("a.half_life_days"), std::string::npos);
  k.half_life_days = kNaN;
  k.maximum_age_days = -1;
  EXPECT_NE(check(k).message().find("a.maximum_age_days"), std::string::npos);
}

}  // namespace
}  // namespace kam::value
