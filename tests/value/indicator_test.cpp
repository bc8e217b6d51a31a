#include <kam/value/indicator.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "value/random_numbers.hpp"

namespace kam::value {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Bands bands(std::vector<Anchor> anchors) {
  return *make_bands(std::move(anchors));
}

std::string refusal(std::vector<Anchor> anchors) {
  const auto result = make_bands(std::move(anchors));
  return result ? "accepted" : result.error().message();
}

// --- published ---------------------------------------------------------------

TEST(Bands, OverdueRatioOfTheDefaultProfile) {
  const Bands overdue = bands({{.7, 100}, {1, 60}, {1.5, 20}, {2, 0}});
  EXPECT_DOUBLE_EQ(overdue.score(.7), 100);
  EXPECT_DOUBLE_EQ(overdue.score(1), 60);
  EXPECT_DOUBLE_EQ(overdue.score(1.25), 40);
  EXPECT_DOUBLE_EQ(overdue.score(1.75), 10);
  EXPECT_DOUBLE_EQ(overdue.score(9), 0);
  EXPECT_DOUBLE_EQ(overdue.score(0), 100);
}

TEST(Bands, PostHogHandbookOverlapIsRefused) {  // "<= 1 day" healthy beside "1-5 days" concerning
  EXPECT_EQ(refusal({{0, 100}, {1, 100}, {1, 50}, {5, 50}, {6, 0}}),
            "`anchors[2].x` must be greater than the x before it, 1, got 1");
}

// --- laws --------------------------------------------------------------------

TEST(Bands, StayBetweenTheScoresOfTheirAnchors) {
  test::RandomNumbers random(1);
  for (int trial = 0; trial < 2000; ++trial) {
    std::vector<Anchor> anchors;
    for (double x = random.uniform(-5, 5); anchors.size() < 6; x += random.uniform(1e-9, 3)) {
      anchors.push_back({x, random.uniform(0, 100)});
    }
    const Bands b = bands(anchors);
    for (const Anchor& a : anchors) EXPECT_EQ(b.score(a.x), a.score);
    const std::size_t i = random.index(5);
    const double x = random.uniform(anchors[i].x, anchors[i + 1].x);
    EXPECT_GE(b.score(x), std::min(anchors[i].score, anchors[i + 1].score));
    EXPECT_LE(b.score(x), std::max(anchors[i].score, anchors[i + 1].score));
  }
}

TEST(Bands, RisingAnchorsGiveARisingScore) {
  const Bands trend = bands({{-20, 0}, {0, 50}, {20, 100}});
  double previous = 0;
  for (double x = -25; x <= 25; x += .01) {
    EXPECT_GE(trend.score(x), previous);
    previous = trend.score(x);
  }
}

// --- independent path --------------------------------------------------------

TEST(Bands, AgreeWithTheTextbookLineInLongDouble) {
  test::RandomNumbers random(2);
  for (int trial = 0; trial < 5000; ++trial) {
    const double x0 = random.uniform(-1e6, 1e6), x1 = x0 + random.uniform(1e-3, 1e6);
    const double s0 = random.uniform(0, 100), s1 = random.uniform(0, 100);
    const double x = random.uniform(x0, x1);
    const long double slope =
        (static_cast<long double>(s1) - s0) / (static_cast<long double>(x1) - x0);
    const long double exact = s0 + slope * (static_cast<long double>(x) - x0);
    EXPECT_NEAR(bands({{x0, s0}, {x1, s1}}).score(x), static_cast<double>(exact), 1e-12);
  }
}

// --- hostile -----------------------------------------------------------------

TEST(Bands, RefusalsNameAnchorAndValue) {
  EXPECT_EQ(refusal({}), "`anchors` must be at least two, got 0");
  EXPECT_EQ(refusal({{0, 50}}), "`anchors` must be at least two, got 1");
  EXPECT_EQ(refusal({{2, 0}, {1, 100}}),
            "`anchors[1].x` must be greater than the x before it, 2, got 1");
  EXPECT_EQ(refusal({{0, 0}, {kInf, 100}}), "`anchors[1].x` must be finite, got inf");
  EXPECT_EQ(refusal({{kNan, 0}, {1, 100}}), "`anchors[0].x` must be finite, got nan");
  EXPECT_EQ(refusal({{0, -1}, {1, 100}}), "`anchors[0].score` must be between 0 and 100, got -1");
  EXPECT_EQ(refusal({{0, 0}, {1, 100.5}}),
            "`anchors[1].score` must be between 0 and 100, got 100.5");
  EXPECT_EQ(refusal({{0, 0}, {1, kNan}}), "`anchors[1].score` must be between 0 and 100, got nan");
}

TEST(Bands, MissingIsNotZeroAndInfinityIsMissing) {
  const Bands b = bands({{0, 0}, {1, 100}});
  EXPECT_TRUE(std::isnan(b.score(kNan)));
  EXPECT_TRUE(std::isnan(b.score(kInf)));
  EXPECT_TRUE(std::isnan(b.score(-kInf)));
}

TEST(Bands, SurviveTheEndsOfTheNumberLine) {
  constexpr double kMax = std::numeric_limits<double>::max();
  constexpr double kTiny = std::numeric_limits<double>::denorm_min();
  EXPECT_DOUBLE_EQ(bands({{-kMax, 0}, {kMax, 100}}).score(0), 50);
  EXPECT_DOUBLE_EQ(bands({{-kMax, 0}, {kMax, 100}}).score(kMax / 2), 75);
  const double between = bands({{0, 0}, {4 * kTiny, 100}}).score(2 * kTiny);
  EXPECT_DOUBLE_EQ(between, 50);
}

// --- the indicator around the scale ------------------------------------------

TEST(Indicator, RankTurnsRoundWhereLowerIsBetter) {
  const std::vector<double> days_late = {0, 5, 10, 30};
  const auto reference = make_reference(days_late);
  Indicator late{.id = "days_late", .direction = Direction::lower_is_better};
  EXPECT_DOUBLE_EQ(score(late, &*reference, 0), 87.5);
  EXPECT_DOUBLE_EQ(score(late, &*reference, 30), 12.5);
  EXPECT_DOUBLE_EQ(score(late, &*reference, 31), 0);
  EXPECT_TRUE(std::isnan(score(late, nullptr, 5)));
  EXPECT_TRUE(std::isnan(score(late, &*reference, kNan)));
}

TEST(Indicator, BandsThatContradictTheDirectionAreFoundEarly) {
  Indicator k{.id = "overdue", .scale = bands({{1, 100}, {2, 0}})};
  EXPECT_EQ(check(k).message(),
            "indicator `overdue`: its bands reward the opposite of its direction");
  k.direction = Direction::lower_is_better;
  EXPECT_TRUE(check(k).ok());
  k.scale = bands({{0, 0}, {4, 100}, {8, 0}});
  EXPECT_FALSE(check(k).ok());
  k.direction = Direction::nominal_is_best;
  EXPECT_TRUE(check(k).ok());
  k.scale = RankScale{};
  EXPECT_EQ(check(k).message(),
            "indicator `overdue`: only bands and targets have a best value in between");
}

TEST(Indicator, WeightsAndIdsAreChecked) {
  EXPECT_FALSE(check(Indicator{}).ok());
  EXPECT_EQ(check(Indicator{.id = "a", .weight = -1}).message(),
            "`a.weight` must be finite and >= 0, got -1");
  EXPECT_FALSE(check(Indicator{.id = "a", .weight = kInf}).ok());
}

TEST(Indicator, ColumnIsTheScalarRowByRowAndCountsTheMissing) {
  test::RandomNumbers random(3);
  std::vector<double> x(10'000), out(x.size());
  for (double& v : x) v = random.chance(.1) ? kNan : random.uniform(-1, 2);
  x[0] = kInf;
  const Indicator k{.id = "k", .scale = bands({{0, 0}, {1, 100}})};
  const BatchReport report = score(k, nullptr, x, out);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report.rows_scored + report.rows_rejected, x.size());
  EXPECT_EQ(report.first_rejected, 0u);
  EXPECT_EQ(report.first_reason, RowReason::not_finite);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double alone = score(k, nullptr, x[i]);
    EXPECT_TRUE(out[i] == alone || (std::isnan(out[i]) && std::isnan(alone)));
  }
}

TEST(Indicator, WrongColumnCallsLeaveTheOutputAlone) {
  const std::vector<double> x(3, 1.0);
  std::vector<double> out(2, -7.0);
  const Indicator rank{.id = "rank"};
  const auto reference = make_reference(x);
  EXPECT_EQ(score(rank, &*reference, x, out).status.code(), StatusCode::size_mismatch);
  out.resize(3, -7.0);
  EXPECT_EQ(score(rank, nullptr, x, out).status.code(), StatusCode::invalid_argument);
  EXPECT_EQ(out, std::vector<double>(3, -7.0));
  EXPECT_TRUE(score(rank, &*reference, {}, {}).ok());
}

}  // namespace
}  // namespace kam::value
