#include <kam/value/scorecard.hpp>

#include <gtest/gtest.h>

#include <cmath>

#include "value/scorecards.hpp"

namespace kam::value {
namespace {

using test::kMissing;
using test::row_of;
using test::same;

// --- published ---------------------------------------------------------------

TEST(Scorecard, TwoGroupsWithAndWithoutOneMeasure) {  // 71 and 56: renormalised within the group
  const Scorecard card = test::two_by_two();
  const ScorecardRow whole = row_of(card, {40, 90, 80});
  EXPECT_DOUBLE_EQ(whole.value_index, 71);
  EXPECT_EQ(whole.coverage, 1);
  EXPECT_DOUBLE_EQ(whole.dimension_scores[0], 65);

  const ScorecardRow part = row_of(card, {40, kMissing, 80});
  EXPECT_DOUBLE_EQ(part.value_index, 56);  // not 62.9 (overall), not 44 (missing = 0)
  EXPECT_DOUBLE_EQ(part.coverage, .7);
  EXPECT_DOUBLE_EQ(part.dimension_coverages[0], .5);
  EXPECT_DOUBLE_EQ(part.effective_weights[0], .6);
  EXPECT_EQ(part.effective_weights[1], 0);
}

TEST(Scorecard, DimensionBelowItsMinimumCoverageDrops) {
  const Scorecard card = *make_scorecard(
      {{.id = "a", .weight = .6, .minimum_coverage = .6}, {.id = "b", .weight = .4}},
      {{.id = "a1", .dimension = "a"},
       {.id = "a2", .dimension = "a"},
       {.id = "b1", .dimension = "b"}});
  const ScorecardRow row = row_of(card, {40, kMissing, 80});
  EXPECT_TRUE(std::isnan(row.dimension_scores[0]));
  EXPECT_DOUBLE_EQ(row.value_index, 80);
  EXPECT_DOUBLE_EQ(row.coverage, .7);  // a1 was observed although it does not count
  EXPECT_EQ(row.effective_weights, (std::vector<double>{0, 0, 1}));
}

TEST(Scorecard, HalfCoverageIsReachedByDecimalWeights) {  // .3 + .2 of .1 + .3 + .2 + .4
  const auto card = make_scorecard({{.id = "a"}}, {{.id = "1", .dimension = "a", .weight = .1},
                                                   {.id = "2", .dimension = "a", .weight = .3},
                                                   {.id = "3", .dimension = "a", .weight = .2},
                                                   {.id = "4", .dimension = "a", .weight = .4}});
  EXPECT_DOUBLE_EQ(row_of(*card, {kMissing, 50, 50, kMissing}).value_index, 50);
  EXPECT_DOUBLE_EQ(row_of(*card, {50, kMissing, kMissing, 50}).value_index, 50);
  EXPECT_TRUE(std::isnan(row_of(*card, {50, 50, kMissing, kMissing}).value_index));
}

// --- laws --------------------------------------------------------------------

TEST(Scorecard, LawsOnRandomCardsWithMissingScores) {
  test::RandomNumbers random(21);
  for (int trial = 0; trial < 5000; ++trial) {
    const Scorecard card = test::random_scorecard(random);
    const std::size_t n = card.indicators().size();
    const std::vector<double> scores = random.scores(n, random.uniform(0, .8));
    const ScorecardRow row = row_of(card, scores);
    EXPECT_GE(row.coverage, 0);
    EXPECT_LE(row.coverage, 1 + 1e-15);
    if (std::isnan(row.value_index)) continue;
    double weights = 0, weighted = 0, lowest = 100, highest = 0;
    for (std::size_t k = 0; k < n; ++k) {
      weights += row.effective_weights[k];
      if (std::isnan(scores[k])) continue;
      weighted += row.effective_weights[k] * scores[k];
      lowest = std::min(lowest, scores[k]);
      highest = std::max(highest, scores[k]);
    }
    EXPECT_NEAR(weights, 1, 1e-14);
    EXPECT_NEAR(weighted, row.value_index, 1e-12);
    EXPECT_GE(row.value_index, lowest - 1e-12);
    EXPECT_LE(row.value_index, highest + 1e-12);
  }
}

TEST(Scorecard, OneMoreMissingLowersCoverageAndTouchesNoOtherDimension) {
  test::RandomNumbers random(22);
  for (int trial = 0; trial < 3000; ++trial) {
    const Scorecard card = test::random_scorecard(random);
    const std::size_t n = card.indicators().size(), k = random.index(n);
    std::vector<double> scores = random.scores(n, .2);
    scores[k] = random.uniform(0, 100);
    const ScorecardRow before = row_of(card, scores);
    scores[k] = kMissing;
    const ScorecardRow after = row_of(card, scores);
    const std::size_t hit = card.dimension_of()[k];
    const double weight = card.dimension_weights()[hit] * card.indicator_weights()[k];
    EXPECT_NEAR(before.coverage - after.coverage, weight, 1e-14);
    for (std::size_t d = 0; d < card.dimensions().size(); ++d) {
      if (d == hit) continue;
      EXPECT_TRUE(same(before.dimension_scores[d], after.dimension_scores[d]));
      EXPECT_EQ(before.dimension_coverages[d], after.dimension_coverages[d]);
    }
  }
}

TEST(Scorecard, ABetterScoreNeverLowersTheIndex) {
  test::RandomNumbers random(23);
  for (int trial = 0; trial < 3000; ++trial) {
    const Scorecard card = test::random_scorecard(random);
    std::vector<double> scores = random.scores(card.indicators().size(), .2);
    const ScorecardRow before = row_of(card, scores);
    double& one = scores[random.index(scores.size())];
    if (std::isnan(one) || std::isnan(before.value_index)) continue;
    one = random.uniform(one, 100);
    EXPECT_GE(row_of(card, scores).value_index, before.value_index - 1e-13);
  }
}

TEST(Scorecard, EqualScoresGiveThatScoreAndFullCoverageIsExactlyOne) {
  test::RandomNumbers random(24);
  for (int trial = 0; trial < 1000; ++trial) {
    const Scorecard card = test::random_scorecard(random);
    for (double level : {0.0, 100.0, 37.0}) {
      const auto row = row_of(card, std::vector<double>(card.indicators().size(), level));
      EXPECT_NEAR(row.value_index, level, 1e-13);
      EXPECT_LE(row.value_index, 100);
      EXPECT_EQ(row.coverage, 1);
    }
  }
}

// --- independent path --------------------------------------------------------

/// The definition read off the page, in long double, from the unnormalised weights.
struct Definition {
  long double value = 0, coverage = 0, used = 0, all = 0;

  Definition(const Scorecard& card, const std::vector<double>& scores) {
    for (std::size_t d = 0; d < card.dimensions().size(); ++d) add(card, d, scores);
    value /= used;
    coverage /= all;
  }
  void add(const Scorecard& card, std::size_t d, const std::vector<double>& scores) {
    const Dimension& dimension = card.dimensions()[d];
    long double total = 0, present = 0, weighted = 0;
    for (std::size_t k = 0; k < scores.size(); ++k) {
      const Indicator& indicator = card.indicators()[k];
      if (indicator.dimension != dimension.id) continue;
      total += indicator.weight;
      if (std::isnan(scores[k])) continue;
      present += indicator.weight;
      weighted += static_cast<long double>(indicator.weight) * scores[k];
    }
    all += dimension.weight;
    coverage += dimension.weight * present / total;
    if (!(present > 0) || present / total < dimension.minimum_coverage) return;
    used += dimension.weight;
    value += dimension.weight * weighted / present;
  }
};

TEST(Scorecard, AgreesWithTheDefinitionInLongDouble) {
  test::RandomNumbers random(25);
  for (int trial = 0; trial < 5000; ++trial) {
    const Scorecard card = test::random_scorecard(random);
    const auto scores = random.scores(card.indicators().size(), .3);
    const ScorecardRow row = row_of(card, scores);
    const Definition exact(card, scores);
    EXPECT_NEAR(row.coverage, static_cast<double>(exact.coverage), 1e-14);
    if (exact.used > 0) {
      EXPECT_NEAR(row.value_index, static_cast<double>(exact.value), 1e-12);
    } else {
      EXPECT_TRUE(std::isnan(row.value_index));
    }
  }
}

// --- hostile -----------------------------------------------------------------

TEST(MakeScorecard, RefusalsNameWhatIsWrong) {
  const auto refusal = [](std::vector<Dimension> d, std::vector<Indicator> k) {
    const auto card = make_scorecard(std::move(d), std::move(k));
    return card ? "accepted" : card.error().message();
  };
  const Indicator good{.id = "k", .dimension = "a"};
  EXPECT_EQ(refusal({}, {good}), "`dimensions` must not be empty");
  EXPECT_EQ(refusal({{.id = "a"}}, {}), "`indicators` must not be empty");
  EXPECT_EQ(refusal({{.id = "a"}, {.id = "a"}}, {good}), "`dimensions[1]` repeats the id `a`");
  EXPECT_EQ(refusal({{.id = "a"}}, {good, good}), "`indicators[1]` repeats the id `k`");
  EXPECT_EQ(refusal({{}}, {good}), "`dimensions[0]` needs an id");
  EXPECT_EQ(refusal({{.id = "b"}}, {good}), "`k` names the unknown dimension `a`");
  EXPECT_EQ(refusal({{.id = "a"}, {.id = "b"}}, {good}), "`b` is a dimension without indicators");
  EXPECT_EQ(refusal({{.id = "a", .minimum_coverage = 1.5}}, {good}),
            "`a.minimum_coverage` must be between 0 and 1, got 1.5");
  EXPECT_EQ(refusal({{.id = "a", .weight = -2}}, {good}),
            "dimensions: `weights[0]` must be finite and >= 0, got -2");
  EXPECT_EQ(refusal({{.id = "a", .weight = 0}}, {good}),
            "dimensions: `weights` must hold at least one above 0, got 1 zeros");
  EXPECT_EQ(refusal({{.id = "a"}}, {{.id = "k", .dimension = "a", .weight = 0}}),
            "dimension `a`: `weights` must hold at least one above 0, got 1 zeros");
}

TEST(Scorecard, WrongRowsAreACallError) {
  const Scorecard card = test::two_by_two();
  EXPECT_EQ(evaluate(card, std::vector<double>{1, 2}).error().code(), StatusCode::size_mismatch);
  EXPECT_EQ(evaluate(card, std::vector<double>{1, 2, 100.5}).error().message(),
            "`scores[2]` must be between 0 and 100, or NaN for missing, got 100.5");
  const auto nothing = evaluate(card, std::vector<double>(3, kMissing));
  EXPECT_TRUE(std::isnan(nothing->value_index));
  EXPECT_EQ(nothing->coverage, 0);
}

}  // namespace
}  // namespace kam::value
