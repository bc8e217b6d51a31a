#include <kam/portfolio/order_summary.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "portfolio/tables.hpp"

namespace kam::portfolio {
namespace {

constexpr Day kSep30 = to_day({1997, 9, 30});
constexpr Day kJun30 = to_day({1998, 6, 30});
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

SummaryOptions days_to(Day as_of, TimeUnit occasion = TimeUnit::day) {
  return {.as_of = as_of, .unit = TimeUnit::day, .occasion = occasion};
}

struct Totals {
  double customers, occasions, frequency, once, recency, age;
  friend bool operator==(const Totals&, const Totals&) = default;
};

Totals totals(const Table& table, Day as_of) {
  const OrderSummary s = summarized(table, days_to(as_of)).summary;
  Totals t{};
  for (std::size_t i = 0; i < table.accounts; ++i) {
    if (std::isnan(s.frequency[i])) continue;
    t.customers += 1;
    t.occasions += s.frequency[i] + 1;
    t.frequency += s.frequency[i];
    t.once += s.frequency[i] == 0;
    t.recency += s.recency[i];
    t.age += s.age[i];
  }
  return t;
}

// ---- Published numbers --------------------------------------------------------------------------

TEST(OrderSummary, CdnowSampleOfFaderHardieLee2005) {
  const Table sample = cdnow_sample();
  EXPECT_EQ(totals(sample, kSep30), (Totals{2357, 4814, 2457, 1411, 112949, 539779}));
  EXPECT_EQ(totals(sample, kJun30), (Totals{2357, 6696, 4339, 1218, 307464, 1183240}));
  const OrderSummary s = summarized(sample, days_to(kSep30)).summary;
  EXPECT_EQ(*std::max_element(s.frequency.begin(), s.frequency.end()), 29);
  double sum = 0, n = 0;
  for (const double m : s.monetary_value) {
    if (!std::isnan(m)) sum += m, n += 1;
  }
  EXPECT_EQ(n, 946);
  EXPECT_NEAR(sum / n, 35.077848, 5e-7);
}

TEST(OrderSummary, CdnowMasterOfFaderHardieLee2005) {
  const Table master = cdnow_master();
  EXPECT_EQ(totals(master, kSep30), (Totals{23570, 47907, 24337, 14119, 1129644, 5399736}));
  EXPECT_EQ(totals(master, kJun30), (Totals{23570, 67591, 44021, 12054, 3178932, 11834346}));
}

// ---- Rules, each on one small account -----------------------------------------------------------

TEST(OrderSummary, AReturnIsNoOrder) {
  Table t;  // lifetimes counts this return as a purchase: frequency 2, mean value 0
  t.add(0, 0, 100);
  t.add(0, 10, 60);
  t.add(0, 14, -60);
  const Summarized s = summarized(t, days_to(20));
  EXPECT_EQ(s.summary.frequency[0], 1);
  EXPECT_EQ(s.summary.recency[0], 10);
  EXPECT_EQ(s.summary.age[0], 20);
  EXPECT_EQ(s.summary.monetary_value[0], 60);
  EXPECT_EQ(s.report.periods_not_occasions, 1u);
}

TEST(OrderSummary, FreeOrdersCountAndCancelledOnesDoNot) {
  Table t;
  t.add(0, 0, 5);
  t.add(0, 3, 0.0);                                             // free
  t.add(0, 6, 10.10), t.add(0, 6, 20.20), t.add(0, 6, -30.30);  // a crumb of 3.6e-15 is left
  t.add(0, 9, 0.0), t.add(0, 9, -1e-9);
  const Summarized s = summarized(t, days_to(9));
  EXPECT_EQ(s.summary.frequency[0], 1);
  EXPECT_EQ(s.summary.recency[0], 3);
  EXPECT_EQ(s.summary.monetary_value[0], 0);
  EXPECT_EQ(s.report.periods_not_occasions, 2u);
}

TEST(OrderSummary, PeriodsAreIsoWeeksAndCalendarMonths) {
  Table t;
  t.add(0, to_day({2024, 2, 25}), 10);  // a Sunday
  t.add(0, to_day({2024, 2, 26}), 20);  // Monday: the next week, the same month
  t.add(0, to_day({2024, 3, 3}), 30);   // Sunday of that week, the next month
  const Day as_of = to_day({2024, 3, 10});
  const OrderSummary week = summarized(t, days_to(as_of, TimeUnit::week)).summary;
  EXPECT_EQ(week.frequency[0], 1);
  EXPECT_EQ(week.recency[0], 1);  // to the first row of the week
  EXPECT_EQ(week.monetary_value[0], 50);
  const OrderSummary month = summarized(t, days_to(as_of, TimeUnit::month)).summary;
  EXPECT_EQ(month.frequency[0], 1);
  EXPECT_EQ(month.recency[0], 7);
  EXPECT_EQ(month.monetary_value[0], 30);
}

TEST(OrderSummary, UnitsDivideDays) {
  Table t;
  t.add(0, 0, 1);
  t.add(0, 61, 1);
  for (const TimeUnit unit : {TimeUnit::day, TimeUnit::week, TimeUnit::month}) {
    const OrderSummary s = summarized(t, {.as_of = 100, .unit = unit}).summary;
    EXPECT_EQ(s.recency[0], 61 / days_per_unit(unit));
    EXPECT_EQ(s.age[0], 100 / days_per_unit(unit));
  }
}

// ---- Laws ---------------------------------------------------------------------------------------

TEST(OrderSummary, TheOrderOfRowsCannotShow) {
  const Table t = random_table(5, 20000, 700, -400, 900);
  for (const TimeUnit occasion : {TimeUnit::day, TimeUnit::week, TimeUnit::month}) {
    const OrderSummary once = summarized(t, days_to(450, occasion)).summary;
    for (unsigned seed = 1; seed <= 5; ++seed) {
      expect_same(summarized(shuffled(t, seed), days_to(450, occasion)).summary, once);
    }
  }
}

TEST(OrderSummary, FutureRowsLeaveThePastAlone) {
  const Table t = random_table(6, 20000, 700, 0, 1000);
  const Table past = between(t, 0, 600);
  const Summarized all = summarized(t, days_to(600));
  expect_same(all.summary, summarized(past, days_to(600)).summary);
  EXPECT_EQ(all.report.rows_after_as_of, t.rows() - past.rows());
  EXPECT_EQ(all.report.rows_used, past.rows());
}

TEST(OrderSummary, MoneyScales) {
  Table t = random_table(7, 5000, 100, 0, 500);
  const OrderSummary one = summarized(t, days_to(500)).summary;
  for (double& amount : t.amount) amount *= 8;
  const OrderSummary eight = summarized(t, days_to(500)).summary;
  expect_same(one.frequency, eight.frequency);
  for (std::size_t i = 0; i < t.accounts; ++i) {
    if (!std::isnan(one.monetary_value[i])) {
      EXPECT_EQ(8 * one.monetary_value[i], eight.monetary_value[i]);
    }
  }
}

TEST(OrderSummary, AnAmountInTwoRowsOfTheDayIsTheSame) {
  const Table t = random_table(8, 5000, 100, 0, 500);
  Table split;
  for (std::size_t i = 0; i < t.rows(); ++i) {
    split.add(t.account[i], t.date[i], t.amount[i] / 2);  // exact
    split.add(t.account[i], t.date[i], t.amount[i] / 2);
  }
  expect_same(summarized(t, days_to(500)).summary, summarized(split, days_to(500)).summary);
}

// ---- An independent path: maps of maps ----------------------------------------------------------

OrderSummary naive(const Table& t, Day as_of, TimeUnit occasion) {
  struct Period {
    Day first = kLastDay();
    long double net = 0, gross = 0;
    bool negative = false;
    static Day kLastDay() { return to_day({9999, 12, 31}); }
  };
  const auto key = [&](Day day) {
    const CivilDate date = to_civil(day);
    return occasion == TimeUnit::day    ? day
           : occasion == TimeUnit::week ? day - weekday(day)
                                        : to_day({date.year, date.month, 1});
  };
  std::map<Code, std::map<Day, Period>> accounts;
  for (std::size_t i = 0; i < t.rows(); ++i) {
    if (t.date[i] > as_of) continue;
    Period& p = accounts[t.account[i]][key(t.date[i])];
    p.first = std::min(p.first, t.date[i]);
    p.net += t.amount[i];
    p.gross += std::fabs(t.amount[i]);
    p.negative = p.negative || t.amount[i] < 0;
  }
  OrderSummary out(t.accounts);
  for (Code code = 0; code < t.accounts; ++code) {
    std::vector<std::pair<Day, long double>> occasions;
    for (const auto& [start, p] : accounts[code]) {
      const bool zero = std::fabs(p.net) <= 1e-12L * p.gross;
      if (zero ? !p.negative : p.net > 0) occasions.emplace_back(p.first, zero ? 0 : p.net);
    }
    out.frequency[code] = out.recency[code] = out.age[code] = out.monetary_value[code] = kNaN;
    if (occasions.empty()) continue;
    const auto n = occasions.size() - 1;
    out.frequency[code] = static_cast<double>(n);
    out.recency[code] = occasions.back().first - occasions.front().first;
    out.age[code] = as_of - occasions.front().first;
    long double sum = 0;
    for (std::size_t i = 1; i <= n; ++i) sum += occasions[i].second;
    if (n > 0) out.monetary_value[code] = static_cast<double>(sum / static_cast<long double>(n));
  }
  return out;
}

TEST(OrderSummary, AgreesWithMapsOfMaps) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    const Table t =
        random_table(100 + seed, 2000, 1 + seed * 7, -300 + static_cast<Day>(seed), 700);
    for (const TimeUnit occasion : {TimeUnit::day, TimeUnit::week, TimeUnit::month}) {
      const OrderSummary fast = summarized(t, days_to(350, occasion)).summary;
      const OrderSummary slow = naive(t, 350, occasion);
      expect_same(fast.frequency, slow.frequency);
      expect_same(fast.recency, slow.recency);
      expect_same(fast.age, slow.age);
      for (std::size_t i = 0; i < t.accounts; ++i) {
        if (std::isnan(slow.monetary_value[i])) {
          ASSERT_TRUE(std::isnan(fast.monetary_value[i]));
        } else {
          ASSERT_NEAR(fast.monetary_value[i], slow.monetary_value[i],
                      1e-14 * slow.monetary_value[i]);
        }
      }
    }
  }
}

// ---- Hostile input ------------------------------------------------------------------------------

TEST(OrderSummary, UnusableRowsAreCountedAndStopNothing) {
  Table t;
  t.add(0, 5, 10);
  t.add(0, kNoDay, 10);
  t.add(0, kNoDay + 1, 10);
  t.add(0, std::numeric_limits<Day>::max(), 10);
  t.add(0, 6, kNaN);
  t.add(0, 7, std::numeric_limits<double>::infinity());
  t.add(0, 8, -std::numeric_limits<double>::infinity());
  t.add(0, 9, 1e308);
  t.add(0, 9, -1e308);
  t.add(0, 10, 1e99);
  t.add(0, 11, 1e99);
  t.add(0, 12, 5e-324);
  const Summarized s = summarized(t, days_to(20));
  ASSERT_TRUE(s.report.ok());
  EXPECT_EQ(s.report.rows_used, 4u);
  EXPECT_EQ(s.report.rows_rejected, 8u);
  EXPECT_EQ(s.report.first_rejected, 1u);
  EXPECT_EQ(s.summary.frequency[0], 3);
  EXPECT_EQ(s.summary.monetary_value[0], 2e99 / 3);
}

TEST(OrderSummary, NoHistoryIsNaNAndNeverZero) {
  Table t = random_table(9, 100, 10, 100, 50);
  t.accounts = 12;
  const Summarized before = summarized(t, days_to(99));
  EXPECT_EQ(before.report.accounts_without_occasions, 12u);
  for (const double x : before.summary.frequency) EXPECT_TRUE(std::isnan(x));
  const Summarized empty = summarized({}, days_to(0));
  EXPECT_TRUE(empty.report.ok());
  EXPECT_EQ(empty.report.rows_used, 0u);
}

TEST(OrderSummary, WrongCallsAreRefusedAndLeaveTheOutputAlone) {
  Table t;
  t.add(0, 5, 10);
  OrderSummary out(1);
  out.frequency[0] = 42;
  const SummaryOptions options{.as_of = 10};
  const auto code = [&](const TransactionColumns& columns, std::span<const RowVerdict> verdicts,
                        std::size_t accounts, const SummaryOptions& with) {
    return summarize(columns, verdicts, accounts, with, out.columns()).status.code();
  };
  const TransactionColumns columns = t.columns();
  EXPECT_EQ(code(columns, {}, 0, options), StatusCode::invalid_argument);  // account 0 of 0
  EXPECT_EQ(code(columns, {}, 2, options), StatusCode::size_mismatch);     // outputs too short
  EXPECT_EQ(code(columns, {}, 1, {}), StatusCode::invalid_argument);       // as_of is needed
  EXPECT_EQ(code(columns, {}, 1, {.as_of = std::numeric_limits<Day>::max()}),
            StatusCode::invalid_argument);
  const std::vector<RowVerdict> two(2);
  EXPECT_EQ(code(columns, two, 1, options), StatusCode::size_mismatch);
  TransactionColumns shorter = columns;
  shorter.date = {};
  EXPECT_EQ(code(shorter, {}, 1, options), StatusCode::size_mismatch);
  EXPECT_EQ(out.frequency[0], 42);
  EXPECT_EQ(code(columns, {}, 1, options), StatusCode::ok);
}

}  // namespace
}  // namespace kam::portfolio
