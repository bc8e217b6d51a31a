#include <kam/base/annuity.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace kam {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

// Three payments at 10 %: 1/1.1 + 1/1.21 + 1/1.331, as every annuity table prints it.
TEST(AnnuityFactor, OfTheTables) {
  EXPECT_NEAR(annuity_factor(.10, 3), 2.486852, 5e-7);
  EXPECT_NEAR(annuity_factor(.05, 10), 7.721735, 5e-7);
}

TEST(AnnuityFactor, IsTheSumOfDiscountedPayments) {
  for (double i : {-.2, -1e-9, 0., 1e-15, 1e-9, .03, .4}) {
    double sum = 0, factor = 1;
    for (int t = 1; t <= 50; ++t) sum += factor /= 1 + i;
    EXPECT_NEAR(annuity_factor(i, 50) / sum, 1, 1e-14) << i;
  }
}

TEST(AnnuityFactor, RisesWithYearsFallsWithTheRateAndEndsAtOneOverIt) {
  EXPECT_LT(annuity_factor(.1, 3), annuity_factor(.1, 3.5));
  EXPECT_GT(annuity_factor(.1, 3), annuity_factor(.11, 3));
  EXPECT_EQ(annuity_factor(.1, kInf), 10);
  EXPECT_EQ(annuity_factor(.1, 0), 0);
  EXPECT_EQ(annuity_factor(0, 7.5), 7.5);
}

TEST(AnnuityFactor, OutsideItsDomainIsMissing) {
  const double nan = std::nan("");
  for (double i : {-1., -2., kInf, nan}) EXPECT_TRUE(std::isnan(annuity_factor(i, 3)));
  for (double years : {-1., nan}) EXPECT_TRUE(std::isnan(annuity_factor(.1, years)));
  EXPECT_TRUE(std::isnan(annuity_factor(0, kInf)));
  EXPECT_TRUE(std::isnan(annuity_factor(-.1, kInf)));
}

TEST(GeometricSum, IsTheSumOfPowersAlsoAroundOne) {
  for (double q : {0., 1e-300, .3, .999999, 1 - 1e-15, 1., 1 + 1e-12, 1.02, 2.}) {
    double sum = 0;
    for (int n = 0; n < 60; ++n) {
      EXPECT_NEAR(geometric_sum(q, n), sum, 2e-14 * sum) << q << " " << n;
      sum += std::pow(q, n);
    }
  }
  EXPECT_NEAR(geometric_sum(.75, kInf), 4, 1e-15);
}

TEST(GeometricSum, OutsideItsDomainIsMissing) {
  for (double q : {-.1, kInf, std::nan("")}) EXPECT_TRUE(std::isnan(geometric_sum(q, 3)));
  for (double n : {-1., 2.5, std::nan("")}) EXPECT_TRUE(std::isnan(geometric_sum(.5, n)));
  EXPECT_TRUE(std::isnan(geometric_sum(1, kInf)));
  EXPECT_TRUE(std::isnan(geometric_sum(1.1, kInf)));
  EXPECT_TRUE(std::isnan(geometric_sum(2, 1e6)));  // beyond double
}

}  // namespace
}  // namespace kam
