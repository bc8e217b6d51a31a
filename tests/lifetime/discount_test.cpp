#include <kam/lifetime/discount.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace kam {
namespace {

// Textbook values: 12 % nominal compounded monthly is 12.682503 % effective; 1 % a month the same.
TEST(Discount, EffectiveRatesOfOtherCompoundings) {
  EXPECT_NEAR(effective_annual_rate(.12, Compounding::monthly), .12682503013196977, 1e-15);
  EXPECT_NEAR(effective_annual_rate(.01, Compounding::per_month), .12682503013196977, 1e-15);
  EXPECT_NEAR(effective_annual_rate(.1, Compounding::continuous), .10517091807564762, 1e-15);
  EXPECT_NEAR(effective_annual_rate(.1, Compounding::daily), std::pow(1 + .1 / 365, 365) - 1,
              1e-13);
  EXPECT_EQ(effective_annual_rate(.1, Compounding::annual), .1);
}

TEST(Discount, MoreOftenIsMore) {
  for (const double i : {1e-9, .01, .1, 1.0}) {
    const double annual = effective_annual_rate(i, Compounding::annual),
                 monthly = effective_annual_rate(i, Compounding::monthly),
                 daily = effective_annual_rate(i, Compounding::daily),
                 continuous = effective_annual_rate(i, Compounding::continuous);
    EXPECT_LT(annual, monthly);
    EXPECT_LT(monthly, daily);
    EXPECT_LT(daily, continuous);
    EXPECT_LT(continuous, effective_annual_rate(i, Compounding::per_month));
  }
  for (const auto c : {Compounding::annual, Compounding::monthly, Compounding::daily,
                       Compounding::continuous, Compounding::per_month}) {
    EXPECT_EQ(effective_annual_rate(0, c), 0);
    EXPECT_TRUE(std::isnan(effective_annual_rate(kNaN, c)));
    EXPECT_TRUE(std::isnan(effective_annual_rate(HUGE_VAL, c)));
  }
  EXPECT_TRUE(std::isnan(effective_annual_rate(-1, Compounding::annual)));
  EXPECT_TRUE(std::isnan(effective_annual_rate(-12, Compounding::monthly)));
}

TEST(Discount, MonthsAreThoseOfTheCalendar) {
  const auto days = [](CivilDate from, int months) {
    return std::lround(years_of_months(to_day(from), months) * 365.2425);
  };
  EXPECT_EQ(days({2023, 3, 1}, 12), 366);  // through 29 February 2024
  EXPECT_EQ(days({2024, 3, 1}, 12), 365);
  EXPECT_EQ(days({2024, 1, 31}, 1), 29);  // the last day of February
  EXPECT_EQ(days({2023, 1, 31}, 1), 28);
  EXPECT_EQ(days({2024, 1, 15}, 0), 0);
  EXPECT_NEAR(years_of_months(to_day({2000, 1, 1}), 1200), 100, .003);
  EXPECT_TRUE(std::isnan(years_of_months(kNoDay, 1)));
  EXPECT_TRUE(std::isnan(years_of_months(0, -1)));
  EXPECT_TRUE(std::isnan(years_of_months(0, 1201)));
}

}  // namespace
}  // namespace kam
