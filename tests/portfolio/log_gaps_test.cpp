/// The sum of ln(gap); that parts join to the bit is tested with the other columns
/// (order_state_test.cpp).
#include <kam/portfolio/order_summary.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "portfolio/tables.hpp"

namespace kam::portfolio {
namespace {

TEST(LogGaps, AreThoseBetweenOccasions) {
  Table t;
  t.add(0, 0, 10);
  t.add(0, 3, 10);
  t.add(0, 3, 5);    // the same day: no gap
  t.add(0, 8, -10);  // a return: no occasion
  t.add(0, 17, 10);
  t.add(1, 5, 10);
  t.add(2, 5, -10);
  const auto days = summarized(t, {.as_of = 30, .unit = TimeUnit::day}).summary;
  EXPECT_NEAR(days.log_gaps[0], std::log(3.0) + std::log(14.0), 1e-15);
  EXPECT_EQ(days.log_gaps[1], 0);
  EXPECT_TRUE(std::isnan(days.log_gaps[2]));
  const auto weeks = summarized(t, {.as_of = 30}).summary;
  EXPECT_NEAR(weeks.log_gaps[0], std::log(3 / 7.0) + std::log(2.0), 1e-15);
  const auto iso_weeks =
      summarized(t, {.as_of = 30, .unit = TimeUnit::day, .occasion = TimeUnit::week}).summary;
  EXPECT_NEAR(iso_weeks.log_gaps[0], std::log(17.0), 1e-15) << "days 0 and 3 are one week";
}

TEST(LogGaps, EveryRowOfALargeTableIsOneAModelCanRead) {
  const Table t = random_table(8, 20000, 700, 0, 800);
  const auto s = summarized(t, {.as_of = 800}).summary;
  std::size_t repeaters = 0;
  for (std::size_t i = 0; i < t.accounts; ++i) {
    if (std::isnan(s.frequency[i])) continue;
    EXPECT_EQ(log_gaps_reason(s.frequency[i], s.recency[i], s.log_gaps[i]), RowReason::none) << i;
    repeaters += s.frequency[i] > 0;
  }
  EXPECT_GT(repeaters, 600u);
}

TEST(LogGaps, CostNothingUnlessAskedForAndMustFit) {
  const Table t = random_table(9, 100, 10, 0, 50);
  OrderSummary plain(t.accounts);
  ASSERT_TRUE(summarize(t.columns(), {}, t.accounts, {.as_of = 60}, plain.columns()).ok());
  EXPECT_TRUE(plain.log_gaps.empty());
  EXPECT_TRUE(plain.orders().log_gaps.empty());
  OrderSummary wrong(t.accounts, true);
  wrong.log_gaps.resize(3);
  const auto report = summarize(t.columns(), {}, t.accounts, {.as_of = 60}, wrong.columns());
  EXPECT_EQ(report.status.message(), "`log_gaps` has 3 rows, expected 10");
}

TEST(LogGapsReason, ASumThatNoGapsCanHaveIsOutOfDomain) {
  EXPECT_EQ(log_gaps_reason(0, 0, 0), RowReason::none);
  EXPECT_EQ(log_gaps_reason(0, 0, .1), RowReason::out_of_domain);
  EXPECT_EQ(log_gaps_reason(2, 8, 2 * std::log(4.0)), RowReason::none);  // equal gaps: the most
  EXPECT_EQ(log_gaps_reason(2, 8, 2 * std::log(4.0) + 1e-6), RowReason::out_of_domain);
  EXPECT_EQ(log_gaps_reason(2, 8, -50), RowReason::none);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double bad : {kInfinity, -kInfinity, kInfinity - kInfinity}) {
    EXPECT_EQ(log_gaps_reason(2, 8, bad), RowReason::not_finite);
  }
  EXPECT_EQ(log_gaps_reason(1, 0, 0), RowReason::out_of_domain);
}

}  // namespace
}  // namespace kam::portfolio
