#include <kam/value/scales.hpp>

#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>
#include <kam/value/indicator.hpp>

namespace kam::value {
namespace {

const std::vector<double> kGiant{4000, 300, 250, 200, 150, 120, 90, 60, 40, 20};

TEST(RangeScale, GiantAccountVectors) {  // recomputed independently in R 4.2.2, one decimal
  const double plain[] = {100, 7.0, 5.8, 4.5, 3.3, 2.5, 1.8, 1.0, 0.5, 0};
  const double logs[] = {100, 50.7, 47.3, 43.0, 37.6, 33.4, 27.9, 20.3, 12.7, 0};
  for (std::size_t i = 0; i < kGiant.size(); ++i) {
    EXPECT_NEAR((RangeScale{20, 4000}.score(kGiant[i])), plain[i], .051);
    EXPECT_NEAR((RangeScale{20, 4000, Transform::log}.score(kGiant[i])), logs[i], .051);
  }
}

TEST(RangeScale, IsClippedMonotoneAndKnowsLosses) {
  const RangeScale money{-1000, 1e6, Transform::asinh, 100};
  EXPECT_TRUE(check(money).ok());
  double previous = -1;
  for (double x = -5000; x < 2e6; x += 997) {
    const double points = money.score(x);
    EXPECT_GE(points, previous);
    EXPECT_LE(points, 100);
    previous = points;
  }
  EXPECT_EQ(money.score(-5000), 0);
  EXPECT_TRUE(std::isnan((RangeScale{0, 10, Transform::log}.score(-2))));
  EXPECT_TRUE(std::isnan(money.score(HUGE_VAL)));
}

TEST(TargetScale, IsBestAtItsTargetAndSymmetric) {
  const TargetScale visits{4, 3, 1};
  EXPECT_EQ(visits.score(4), 100);
  EXPECT_NEAR(visits.score(5), visits.score(3), 1e-12);
  EXPECT_NEAR(visits.score(5), 200 / 3.0, 1e-12);
  EXPECT_EQ(visits.score(7), 0);
  EXPECT_EQ(visits.score(-50), 0);
  EXPECT_LT((TargetScale{4, 3, 2}.score(5)), visits.score(5));
  EXPECT_TRUE(std::isnan(visits.score(kNaN)));
}

TEST(RobustZ, IsTheNormalProbabilityOfTheRobustZ) {
  // median 135, deviations 3865 165 115 65 15 15 45 75 95 115: MAD (75 + 95)/2 = 85.
  const auto reference = make_reference(kGiant);
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->median(), 135);
  EXPECT_EQ(reference->median_absolute_deviation(), 85);
  EXPECT_NEAR(robust_z_score(*reference, 135), 50, 1e-12);
  // R: 100 * pnorm((300 - 135) / (1.4826 * 85))
  EXPECT_NEAR(robust_z_score(*reference, 300),
              100 * 0.5 * std::erfc(-165 / (1.4826022185056018 * 85) / std::sqrt(2.0)), 1e-10);
  EXPECT_NEAR(robust_z_score(*reference, 135 + 50) + robust_z_score(*reference, 135 - 50), 100,
              1e-10);
}

TEST(RobustZ, FallsBackToTheRankWhereMostAreEqual) {
  const auto reference = make_reference(std::vector<double>{5, 5, 5, 5, 9});
  EXPECT_EQ(reference->median_absolute_deviation(), 0);
  EXPECT_EQ(robust_z_score(*reference, 5), reference->percentile(5));
}

TEST(RobustZ, MedianAgreesWithSortingOnRandomReferences) {
  Random random(4);
  for (const std::size_t n : {1u, 2u, 7u, 100u, 4096u}) {
    std::vector<double> values(n), deviations(n);
    for (double& v : values) v = std::floor(50 * random.normal());
    const auto median_of = [](std::vector<double> v) {
      std::sort(v.begin(), v.end());
      return (v[(v.size() - 1) / 2] + v[v.size() / 2]) / 2;
    };
    const auto reference = make_reference(values);
    EXPECT_EQ(reference->median(), median_of(values));
    for (std::size_t i = 0; i < n; ++i) deviations[i] = std::fabs(values[i] - reference->median());
    EXPECT_EQ(reference->median_absolute_deviation(), median_of(deviations));
  }
}

TEST(Scales, TurnRoundWhereLowerIsBetterAndRefuseNonsense) {
  Indicator days{.id = "late", .dimension = "risk", .direction = Direction::lower_is_better};
  days.scale = RangeScale{0, 60};
  EXPECT_NEAR(score(days, nullptr, 15), 75, 1e-12);
  EXPECT_TRUE(check(days).ok());
  days.scale = TargetScale{4, 3, 1};
  EXPECT_FALSE(check(days).ok()) << "a target is nominal";
  EXPECT_EQ(check(RangeScale{5, 5}).message(), "`high` must be finite and above `low`, got 5");
  EXPECT_EQ(check(TargetScale{1, 0, 1}).message(), "`width` must be finite and > 0, got 0");
  days.scale = RobustZScale{};
  EXPECT_TRUE(std::isnan(score(days, nullptr, 15)));
}

}  // namespace
}  // namespace kam::value
