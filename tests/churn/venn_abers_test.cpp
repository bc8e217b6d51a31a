#include <kam/churn/venn_abers.hpp>

#include <gtest/gtest.h>

#include <cmath>

#include "churn/prediction_data.hpp"

namespace kam::churn {
namespace {

using test::Sample;
using Values = std::vector<double>;

/// The definition: put the row in with that label, fit again, read the fit at the row.
double refitted(const Sample& s, double score, double label) {
  Sample more = s;
  more.outcome.push_back(label);
  more.probability.push_back(score);
  if (!more.weight.empty()) more.weight.push_back(1);
  double events = 0, weight = 0;
  for (std::size_t i = 0; i < more.rows(); ++i) {
    const double w = more.weight.empty() ? 1 : more.weight[i];
    events += w * more.outcome[i];
    weight += w;
  }
  if (events == 0 || events == weight) return label;  // one outcome: the fit is constant
  return calibrated(fit_isotonic(more.columns())->calibration, score);
}

void expect_as_refitted(const Sample& s) {
  const auto c = fit_venn_abers(s.columns())->calibration;
  Values scores = s.probability;
  for (int i = 0; i <= 40; ++i) scores.push_back(i / 40.0);
  for (const double p : s.probability) {
    scores.push_back(std::nextafter(p, 0));
    scores.push_back(std::nextafter(p, 1));
  }
  for (const double score : scores) {
    const VennAbersInterval at = interval_of(c, score);
    EXPECT_NEAR(at.p0, refitted(s, score, 0), 1e-14) << score;
    EXPECT_NEAR(at.p1, refitted(s, score, 1), 1e-14) << score;
    EXPECT_NEAR(at.p, at.p1 / (1 - at.p0 + at.p1), 1e-16);
  }
}

TEST(VennAbers, EveryScoreAsRefitted) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    expect_as_refitted(test::simulate(seed, 30, 1, 0, 12));         // many ties
    expect_as_refitted(test::simulate(seed, 25));                   // none
    expect_as_refitted(test::simulate(seed, 30, -1, 0, 20, true));  // falling, weighted
  }
}

TEST(VennAbers, SmallCases) {
  // One row kept at .5: below it p0 = 0; above, the new row alone.
  const auto one = fit_venn_abers({Values{0}, Values{.5}})->calibration;
  EXPECT_EQ(interval_of(one, .5).p0, 0);
  EXPECT_EQ(interval_of(one, .5).p1, .5);
  EXPECT_EQ(interval_of(one, .2).p1, .5);
  EXPECT_EQ(interval_of(one, .8).p1, 1);
  EXPECT_NEAR(interval_of(one, .5).p, 1.0 / 3, 1e-15);
  expect_as_refitted({{1, 1, 1}, {.1, .5, .5}});
  expect_as_refitted({{0, 0}, {.1, .9}});
}

TEST(VennAbers, OrderedMonotoneAndFreeOfRowOrder) {
  const Sample s = test::simulate(5, 800, .7, .2, 60, true);
  const auto c = fit_venn_abers(s.columns())->calibration;
  const auto d = fit_venn_abers(s.shuffled(6).columns())->calibration;
  EXPECT_EQ(c.p0, d.p0);
  EXPECT_EQ(c.p1, d.p1);
  EXPECT_EQ(c.score0, d.score0);
  VennAbersInterval last{0, 0, 0};
  for (int i = 0; i <= 2000; ++i) {
    const VennAbersInterval at = interval_of(c, i / 2000.0);
    EXPECT_LE(at.p0, at.p);
    EXPECT_LE(at.p, at.p1);
    EXPECT_GE(at.p0, last.p0);
    EXPECT_GE(at.p1, last.p1);
    last = at;
  }
}

TEST(VennAbers, WeightsAreRepetitions) {
  const Sample s = test::simulate(15, 300, 1, 0, 30, true);
  const auto c = fit_venn_abers(s.columns())->calibration;
  const auto d = fit_venn_abers(s.repeated().columns())->calibration;
  EXPECT_EQ(c.p0, d.p0);
  EXPECT_EQ(c.p1, d.p1);
}

// Exchangeable rows: p of a new row whose label is drawn, averaged where the true label selects p1
// or p0, is calibrated: E(label − p_label) = 0 (Vovk et al. 2015, theorem 1).
TEST(VennAbers, TheSelectedProbabilityIsCalibrated) {
  double difference = 0, wide = 0;
  constexpr int kRuns = 4000;
  for (int run = 0; run < kRuns; ++run) {
    Sample s = test::simulate(static_cast<std::uint64_t>(run + 1), 61, .5, .8, 0, false);
    // simulate() fixes the first and last outcome; the rows between are exchangeable.
    const double score = s.probability[30], label = s.outcome[30];
    for (auto* column : {&s.outcome, &s.probability}) {
      column->erase(column->begin() + 60);
      column->erase(column->begin() + 30);
      column->erase(column->begin());
    }
    const auto at = interval_of(fit_venn_abers(s.columns())->calibration, score);
    difference += label - (label == 1 ? at.p1 : at.p0);
    wide += at.p1 - at.p0;
  }
  EXPECT_NEAR(difference / kRuns, 0, 4 * .5 / std::sqrt(kRuns));
  EXPECT_GT(wide / kRuns, .02);
}

TEST(VennAbers, Hostile) {
  EXPECT_EQ(fit_venn_abers({}).error().code(), StatusCode::insufficient_data);
  EXPECT_EQ(fit_venn_abers({Values{1}, Values{}}).error().code(), StatusCode::size_mismatch);
  EXPECT_EQ(fit_venn_abers({Values{kNaN, 3}, Values{.5, .5}}).error().code(),
            StatusCode::insufficient_data);
  EXPECT_TRUE(std::isnan(interval_of(VennAbers{}, .5).p));
  const Sample s = test::simulate(3, 100);
  const auto c = fit_venn_abers(s.columns())->calibration;
  EXPECT_TRUE(std::isnan(interval_of(c, 1.5).p0));
  EXPECT_TRUE(std::isnan(interval_of(c, kNaN).p1));
  const Values p{.1, kNaN, -1, .4};
  Values e(4), lo(4), hi(4);
  const BatchReport report = calibrate_interval(c, p, {e, lo, hi});
  EXPECT_EQ(report.rows_rejected, 2u);
  EXPECT_TRUE(std::isnan(e[1]) && std::isnan(lo[1]) && std::isnan(hi[2]));
  EXPECT_EQ(lo[3], interval_of(c, .4).p0);
  EXPECT_EQ(calibrate_interval(c, p, {e, std::span<double>(lo).first(1), hi}).status.code(),
            StatusCode::size_mismatch);
}

}  // namespace
}  // namespace kam::churn
