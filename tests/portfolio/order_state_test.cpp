#include <gtest/gtest.h>

#include <kam/portfolio/order_summary.hpp>

#include "portfolio/tables.hpp"

namespace kam::portfolio {
namespace {

constexpr TimeUnit kOccasions[] = {TimeUnit::day, TimeUnit::week, TimeUnit::month};

OrderState state_of(const Table& table, TimeUnit occasion, Day as_of = 3000) {
  OrderState state{.occasion = occasion};
  const SummaryReport report = accumulate(state, table.columns(), {}, table.accounts, as_of);
  EXPECT_TRUE(report.ok()) << report.status.message();
  return state;
}

OrderSummary finished(const OrderState& state, Day as_of, TimeUnit unit = TimeUnit::week) {
  OrderSummary out(state.accounts.size(), /*gaps=*/true);
  const SummaryReport report = finish(state, as_of, unit, out.columns());
  EXPECT_TRUE(report.ok()) << report.status.message();
  return out;
}

OrderSummary in_one_pass(const Table& table, TimeUnit occasion, Day as_of) {
  return summarized(table, {.as_of = as_of, .occasion = occasion}).summary;
}

TEST(OrderState, AStateOfEverythingIsThePass) {
  const Table t = random_table(1, 20000, 900, 0, 800);
  for (const TimeUnit occasion : kOccasions) {
    expect_same(finished(state_of(t, occasion), 800), in_one_pass(t, occasion, 800));
  }
}

TEST(OrderState, MonthlyBatchesEqualOnePassToTheBit) {
  const Table t = random_table(2, 30000, 500, -200, 1000);
  for (const TimeUnit occasion : kOccasions) {
    OrderState state{.occasion = occasion};
    for (Day first = -200; first < 800; first += 31) {  // cuts weeks and months in two
      const Table batch = between(t, first, first + 30);
      ASSERT_TRUE(accumulate(state, batch.columns(), {}, t.accounts, 800).ok());
    }
    expect_same(finished(state, 800), in_one_pass(t, occasion, 800));
  }
}

TEST(OrderState, ConsecutiveRangesJoinInAnyTree) {
  const Table t = random_table(3, 10000, 200, 0, 600);
  for (const TimeUnit occasion : kOccasions) {
    const OrderSummary once = in_one_pass(t, occasion, 600);
    for (const Day cut : {0, 1, 100, 299, 310, 311, 599}) {
      OrderState early = state_of(between(t, 0, cut), occasion);
      OrderState late = state_of(between(t, cut + 1, 600), occasion);
      OrderState forward = early;
      ASSERT_TRUE(merge(forward, late).ok());
      expect_same(finished(forward, 600), once);
      ASSERT_TRUE(merge(late, early).ok());  // the other way round
      expect_same(finished(late, 600), once);
    }
    OrderState middle = state_of(between(t, 200, 400), occasion);  // last of three
    OrderState end = state_of(between(t, 401, 600), occasion);
    ASSERT_TRUE(merge(middle, end).ok());
    ASSERT_TRUE(merge(middle, state_of(between(t, 0, 199), occasion)).ok());
    expect_same(finished(middle, 600), once);
  }
}

TEST(OrderState, OnePeriodMayBeSplitManyTimes) {
  Table t;
  for (int i = 0; i < 31; ++i) t.add(0, to_day({2024, 1, 1}) + i, i % 3 == 0 ? -0.1 : 0.7);
  OrderState state{.occasion = TimeUnit::month};
  for (int i = 30; i >= 0; --i) {  // backwards
    Table day;
    day.add(0, t.date[static_cast<std::size_t>(i)], t.amount[static_cast<std::size_t>(i)]);
    ASSERT_TRUE(accumulate(state, day.columns(), {}, 1, 30000).ok());
  }
  const Day as_of = to_day({2024, 2, 1});
  expect_same(finished(state, as_of), in_one_pass(t, TimeUnit::month, as_of));
}

TEST(OrderState, DisjointAccountsJoin) {
  const Table t = random_table(4, 10000, 300, 0, 600);
  Table even, odd;
  for (std::size_t i = 0; i < t.rows(); ++i) {
    (t.account[i] % 2 ? odd : even).add(t.account[i], t.date[i], t.amount[i]);
  }
  OrderState state = state_of(even, TimeUnit::week);
  ASSERT_TRUE(merge(state, state_of(odd, TimeUnit::week)).ok());
  expect_same(finished(state, 600), in_one_pass(t, TimeUnit::week, 600));
}

TEST(OrderState, ALateRowInAClosedPeriodIsRefusedAndChangesNothing) {
  const Table t = random_table(5, 2000, 20, 0, 400);
  OrderState state = state_of(t, TimeUnit::week);
  Table late;
  late.add(3, 200, -50);
  const SummaryReport report = accumulate(state, late.columns(), {}, 20, 600);
  EXPECT_EQ(report.status.code(), StatusCode::invalid_argument);
  EXPECT_NE(report.status.message().find("account 3"), std::string::npos);
  EXPECT_NE(report.status.message().find("1970-07-20"), std::string::npos);
  EXPECT_FALSE(merge(state, state_of(late, TimeUnit::week)).ok());
  expect_same(finished(state, 400), in_one_pass(t, TimeUnit::week, 400));
}

TEST(OrderState, ALateRowInTheOpenPeriodIsFine) {
  Table t;
  t.add(0, to_day({2024, 1, 10}), 100);
  t.add(0, to_day({2024, 2, 20}), 50);
  OrderState state = state_of(t, TimeUnit::month, 30000);
  Table late;
  late.add(0, to_day({2024, 2, 5}), -80);
  ASSERT_TRUE(accumulate(state, late.columns(), {}, 1, 30000).ok());
  EXPECT_EQ(finished(state, to_day({2024, 3, 1})).frequency[0], 0);
}

TEST(OrderState, RefusesWhatCannotBeRight) {
  Table t;
  t.add(0, 100, 1);
  OrderState days = state_of(t, TimeUnit::day), weeks = state_of(t, TimeUnit::week);
  EXPECT_EQ(merge(days, weeks).code(), StatusCode::invalid_argument);
  OrderSummary out(1), two(2);
  EXPECT_EQ(finish(days, 99, TimeUnit::day, out.columns()).status.code(),
            StatusCode::invalid_argument);  // the state knows more than as_of allows
  EXPECT_EQ(finish(days, 100, TimeUnit::day, two.columns()).status.code(),
            StatusCode::size_mismatch);
  OrderState none;
  EXPECT_TRUE(merge(none, days).ok());
  EXPECT_TRUE(merge(days, OrderState{}).ok());
  expect_same(finished(none, 100), finished(days, 100));
}

TEST(OrderState, RowsAfterAsOfWaitForTheirBatch) {
  Table t;
  t.add(0, 100, 1);
  t.add(0, 200, 1);
  OrderState state;
  const SummaryReport report = accumulate(state, t.columns(), {}, 1, 150);
  EXPECT_EQ(report.rows_used, 1u);
  EXPECT_EQ(report.rows_after_as_of, 1u);
  EXPECT_EQ(finished(state, 150).frequency[0], 0);
}

}  // namespace
}  // namespace kam::portfolio
