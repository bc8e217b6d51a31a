#include <kam/value/explanation.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "value/scorecards.hpp"

namespace kam::value {
namespace {

using test::kMissing;
using test::row_of;

double total(const Explanation& e) {
  return std::accumulate(e.points.begin(), e.points.end(), e.coverage_points);
}

// --- worked by hand ----------------------------------------------------------

TEST(Explanation, TwoGroupsAgainstFifty) {
  const Scorecard card = test::two_by_two();
  const ScorecardRow fifty = row_of(card, {50, 50, 50});
  const auto whole = explain(row_of(card, {40, 90, 80}), fifty);
  EXPECT_DOUBLE_EQ(whole->points[0], -3);
  EXPECT_DOUBLE_EQ(whole->points[1], 12);
  EXPECT_DOUBLE_EQ(whole->points[2], 12);
  EXPECT_NEAR(whole->coverage_points, 0, 1e-15);

  const ScorecardRow reference = row_of(card, {50, 70, 60});
  const auto part = explain(row_of(card, {40, kMissing, 80}), reference);
  EXPECT_DOUBLE_EQ(part->points[0], -6);  // .6 instead of .3: a1 speaks for a2
  EXPECT_EQ(part->points[1], 0);
  EXPECT_DOUBLE_EQ(part->points[2], 8);
  EXPECT_NEAR(part->coverage_points, .3 * 50 - .3 * 70, 1e-14);
  EXPECT_NEAR(total(*part), 56 - reference.value_index, 1e-13);
}

TEST(Explanation, WhatTheReferenceLacksActsThroughCoverage) {
  const Scorecard card = test::two_by_two();
  const auto e = explain(row_of(card, {40, 90, 80}), row_of(card, {50, kMissing, 60}));
  EXPECT_EQ(e->points[1], 0);
  EXPECT_NEAR(e->coverage_points, (.3 - .6) * 50 + .3 * 90, 1e-13);
  EXPECT_NEAR(total(*e), 71 - 54, 1e-13);
}

// --- laws --------------------------------------------------------------------

TEST(Explanation, AddsUpOnRandomCardsWhateverIsMissingInEitherRow) {
  test::RandomNumbers random(31);
  int explained = 0, dropped = 0;
  for (int trial = 0; trial < 20'000; ++trial) {
    const Scorecard card = test::random_scorecard(random);
    const std::size_t n = card.indicators().size();
    const ScorecardRow row = row_of(card, random.scores(n, random.uniform(0, .7)));
    const ScorecardRow reference = row_of(card, random.scores(n, random.uniform(0, .7)));
    const auto e = explain(row, reference);
    ASSERT_EQ(e.has_value(), !std::isnan(row.value_index) && !std::isnan(reference.value_index));
    if (!e) continue;
    ++explained;
    for (double s : row.dimension_scores) dropped += std::isnan(s) ? 1 : 0;
    ASSERT_NEAR(total(*e), row.value_index - reference.value_index, 1e-12);
    for (std::size_t k = 0; k < n; ++k) {
      if (row.effective_weights[k] == 0) {
        ASSERT_EQ(e->points[k], 0);
      }
    }
  }
  EXPECT_GT(explained, 10'000);
  EXPECT_GT(dropped, 1'000);  // whole dimensions below their coverage were among them
}

TEST(Explanation, NothingMissingLeavesNoCoverageReason) {
  test::RandomNumbers random(32);
  for (int trial = 0; trial < 1000; ++trial) {
    const Scorecard card = test::random_scorecard(random);
    const std::size_t n = card.indicators().size();
    const auto e = explain(row_of(card, random.scores(n, 0)), row_of(card, random.scores(n, 0)));
    EXPECT_EQ(e->coverage_points, 0);
  }
}

// --- independent path --------------------------------------------------------

/// Shapley's definition: the mean marginal effect of moving one indicator from the reference to the
/// row, over all orders; by subsets for n <= 10.
double shapley(const Scorecard& card, const std::vector<double>& row,
               const std::vector<double>& reference, std::size_t k) {
  const std::size_t n = row.size();
  double sum = 0;
  for (std::size_t subset = 0; subset < (std::size_t{1} << n); ++subset) {
    if (subset >> k & 1) continue;
    std::vector<double> mixed(n);
    std::size_t size = 0;
    for (std::size_t j = 0; j < n; ++j) {
      mixed[j] = subset >> j & 1 ? row[j] : reference[j];
      size += subset >> j & 1;
    }
    const double without = row_of(card, mixed).value_index;
    mixed[k] = row[k];
    const double ways =
        std::tgamma(static_cast<double>(size) + 1) * std::tgamma(static_cast<double>(n - size));
    sum += ways * (row_of(card, mixed).value_index - without);
  }
  return sum / std::tgamma(static_cast<double>(n) + 1);
}

TEST(Explanation, IsTheShapleyValueWhenNothingIsMissing) {
  test::RandomNumbers random(33);
  for (int trial = 0; trial < 40;) {
    const Scorecard card = test::random_scorecard(random);
    const std::size_t n = card.indicators().size();
    if (n > 8) continue;
    ++trial;
    const auto row = random.scores(n, 0), reference = random.scores(n, 0);
    const auto e = explain(row_of(card, row), row_of(card, reference));
    for (std::size_t k = 0; k < n; ++k) {
      EXPECT_NEAR(e->points[k], shapley(card, row, reference, k), 1e-11);
    }
  }
}

// --- reasons -----------------------------------------------------------------

TEST(Reasons, SortedBySizeStableAndComplete) {
  const Explanation e{60, 50, {3, -5, 0, 3, -3}, 5};
  const auto all = reasons(e);
  const std::vector<Reason> expected = {
      {ReasonKind::indicator, 1, -5}, {ReasonKind::coverage, 0, 5},
      {ReasonKind::indicator, 0, 3},  {ReasonKind::indicator, 3, 3},
      {ReasonKind::indicator, 4, -3}, {ReasonKind::indicator, 2, 0}};
  EXPECT_EQ(all, expected);
  EXPECT_EQ(reasons_up(e, 2), (std::vector<Reason>{expected[1], expected[2]}));
  EXPECT_EQ(reasons_up(e, 99).size(), 3u);
  EXPECT_EQ(reasons_down(e, 99), (std::vector<Reason>{expected[0], expected[4]}));
  EXPECT_TRUE(reasons_down(e, 0).empty());
}

TEST(Reasons, TextInTwoLanguages) {
  const Indicator overdue{
      .id = "overdue_ratio", .label_en = "Overdue ratio", .label_zh = "逾期比率"};
  EXPECT_EQ(reason_text(overdue, -4.21, Language::en),
            "Overdue ratio: −4.2 points against the portfolio median");
  EXPECT_EQ(reason_text(overdue, 12.0, Language::en),
            "Overdue ratio: +12.0 points against the portfolio median");
  EXPECT_EQ(reason_text(overdue, -4.21, Language::zh), "逾期比率：−4.2 分（相对于组合中位数）");
  EXPECT_EQ(reason_text(overdue, -.04, Language::en),
            "Overdue ratio: ±0.0 points against the portfolio median");
  EXPECT_EQ(reason_text(Indicator{.id = "x"}, 1, Language::zh), "x：+1.0 分（相对于组合中位数）");
  EXPECT_EQ(coverage_text(1.3, Language::en),
            "Data coverage: +1.3 points against the portfolio median");
  EXPECT_EQ(coverage_text(-1.3, Language::zh), "数据覆盖：−1.3 分（相对于组合中位数）");
}

// --- hostile -----------------------------------------------------------------

TEST(Explanation, RowsThatCannotBeComparedSayWhy) {
  const Scorecard card = test::two_by_two();
  const ScorecardRow good = row_of(card, {1, 2, 3});
  const ScorecardRow empty = row_of(card, std::vector<double>(3, kMissing));
  EXPECT_EQ(explain(empty, good).error().message(), "`row` has no value index to explain");
  EXPECT_EQ(explain(good, empty).error().code(), StatusCode::insufficient_data);
  ScorecardRow other = good;
  other.scores.pop_back();
  EXPECT_EQ(explain(good, other).error().code(), StatusCode::size_mismatch);
}

TEST(MedianScores, OfThosePresent) {
  const std::vector<double> a = {10, kMissing, 30, 20}, b = {1, 2, 3, 4}, none = {kMissing};
  const std::vector<std::span<const double>> columns = {a, b, none, {}};
  const auto medians = median_scores(columns);
  EXPECT_EQ(medians[0], 20);
  EXPECT_EQ(medians[1], 2.5);
  EXPECT_TRUE(std::isnan(medians[2]) && std::isnan(medians[3]));
}

TEST(Reasons, ExtremeNumbersStillPrint) {
  const Indicator k{.id = "k"};
  EXPECT_NE(reason_text(k, 1e308, Language::en).find("+1000"), std::string::npos);
  EXPECT_EQ(reason_text(k, kMissing, Language::en), "k: NA points against the portfolio median");
}

TEST(ReasonText, RulesSayWhatTheyDo) {
  Rule rule{.id = "late", .label_en = "More than 90 days late", .feature = "days_late", .to = 40};
  EXPECT_EQ(rule_text(rule, -31, Language::en), "More than 90 days late: −31.0 points, at most 40");
  rule.label_zh = "逾期超过90天";
  EXPECT_EQ(rule_text(rule, -31, Language::zh), "逾期超过90天：−31.0 分，最高 40");
  rule.effect = RuleEffect::veto;
  rule.label_en = "";
  EXPECT_EQ(rule_text(rule, -31, Language::en), "late: −31.0 points, veto");
  rule.effect = RuleEffect::floor;
  EXPECT_EQ(rule_text(rule, 5, Language::en), "late: +5.0 points, at least 40");
}

}  // namespace
}  // namespace kam::value
