/// The risk set against a loop over all rows at every time.
#include <kam/base/risk_set.hpp>

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>
#include <kam/base/special.hpp>

#include "numeric/radix_sort.hpp"

namespace kam {
namespace {

struct Rows {
  std::vector<double> duration, event, entry, weight;
  std::vector<std::uint32_t> stratum;

  [[nodiscard]] SurvivalColumns columns() const { return {duration, event, entry, weight}; }
};

/// Few distinct times, so that all kinds of ties happen; some rows are seen late.
Rows random_rows(std::uint64_t seed, std::size_t n, std::uint32_t strata) {
  Rows rows;
  Random random(seed);
  for (std::size_t i = 0; i < n; ++i) {
    const double duration = std::floor(12 * random.uniform());
    const double entry = random.uniform() < 0.5 ? 0 : std::floor(duration * random.uniform());
    rows.duration.push_back(duration);
    rows.event.push_back(random.uniform() < 0.6 ? 1 : 0);
    rows.entry.push_back(duration == 0 ? 0 : entry);
    rows.weight.push_back(std::floor(4 * random.uniform()) / 2);
    rows.stratum.push_back(static_cast<std::uint32_t>(random.uniform() * strata));
  }
  return rows;
}

bool at_risk(const Rows& r, std::size_t i, double time) {
  const bool seen = r.entry[i] < time || r.entry[i] == 0;
  return seen && time <= r.duration[i] && r.weight[i] > 0;
}

TEST(RiskSet, AgreesWithALoopOverAllRows) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Rows r = random_rows(seed, 60, 3);
    const auto set = make_risk_set(r.columns(), r.stratum, 3);
    ASSERT_TRUE(set);
    for (const RiskMoment& m : set->moments) {
      double n = 0, rows = 0, deaths = 0;
      std::uint32_t events = 0;
      for (std::size_t i = 0; i < 60; ++i) {
        if (r.stratum[i] != m.stratum || !at_risk(r, i, m.time)) continue;
        n += r.weight[i];
        rows += 1;
        if (r.event[i] == 1 && r.duration[i] == m.time) {
          deaths += r.weight[i];
          ++events;
        }
      }
      EXPECT_EQ(m.at_risk, n);
      EXPECT_EQ(m.rows_at_risk, rows);
      EXPECT_EQ(m.deaths, deaths);
      EXPECT_EQ(m.events, events);
    }
  }
}

TEST(RiskSet, EveryEventTimeOfAStratumOnce) {
  const Rows r = random_rows(3, 80, 2);
  const auto set = make_risk_set(r.columns(), r.stratum, 2);
  ASSERT_TRUE(set);
  std::set<std::pair<std::uint32_t, double>> expected;
  for (std::size_t i = 0; i < 80; ++i)
    if (r.event[i] == 1 && r.weight[i] > 0) expected.insert({r.stratum[i], r.duration[i]});
  std::vector<std::pair<std::uint32_t, double>> got;
  for (const RiskMoment& m : set->moments) got.emplace_back(m.stratum, m.time);
  EXPECT_EQ(got, std::vector(expected.begin(), expected.end()));
}

TEST(RiskSet, WalkingBackwardsHoldsTheRowsAtRisk) {
  const Rows r = random_rows(5, 70, 3);
  const auto set = make_risk_set(r.columns(), r.stratum, 3);
  ASSERT_TRUE(set);
  std::set<std::size_t> inside;
  std::size_t visited = 0;
  for_each_moment_backwards(
      *set, [&] { inside.clear(); },
      [&](std::size_t i) { EXPECT_TRUE(inside.insert(set->rows[i].row).second); },
      [&](std::size_t i) { EXPECT_EQ(inside.erase(set->rows[i].row), 1u); },
      [&](std::size_t m) {
        ++visited;
        const RiskMoment& moment = set->moments[m];
        for (std::size_t i = 0; i < 70; ++i) {
          const bool expected = r.stratum[i] == moment.stratum && at_risk(r, i, moment.time);
          EXPECT_EQ(inside.count(i) == 1, expected) << moment.time;
        }
      });
  EXPECT_EQ(visited, set->moments.size());
}

TEST(RiskSet, CensoredAtTheTimeOfAnEventIsAtRisk) {
  const std::vector<double> duration{5, 5, 4}, event{0, 1, 0};
  const auto set = make_risk_set({duration, event});
  ASSERT_TRUE(set);
  ASSERT_EQ(set->moments.size(), 1u);
  EXPECT_EQ(set->moments[0].at_risk, 2);
}

TEST(RiskSet, EntryAtTheTimeOfAnEventIsNotAtRisk) {
  const std::vector<double> duration{5, 9}, event{1, 0}, entry{0, 5};
  const auto set = make_risk_set({duration, event, entry});
  ASSERT_TRUE(set);
  EXPECT_EQ(set->moments[0].at_risk, 1);
}

TEST(RiskSet, TenureZeroIsAnEventBeforeAllOthers) {
  const std::vector<double> duration{0, 0, 3, 4}, event{1, 0, 1, 0}, entry{0, 0, 0, 2};
  const auto set = make_risk_set({duration, event, entry});
  ASSERT_TRUE(set);
  EXPECT_EQ(set->report.rows_rejected, 0u);
  ASSERT_EQ(set->moments.size(), 2u);
  EXPECT_EQ(set->moments[0].time, 0);
  EXPECT_EQ(set->moments[0].at_risk, 3);  // all but the row first seen at 2
  EXPECT_EQ(set->moments[1].at_risk, 2);
}

TEST(RiskSet, ReasonsOfBadRows) {
  EXPECT_EQ(survival_row_reason(-1, 1), RowReason::out_of_domain);
  EXPECT_EQ(survival_row_reason(1, .5), RowReason::out_of_domain);
  EXPECT_EQ(survival_row_reason(1, 2), RowReason::out_of_domain);
  EXPECT_EQ(survival_row_reason(3, 1, 3), RowReason::out_of_domain);
  EXPECT_EQ(survival_row_reason(3, 1, 4), RowReason::out_of_domain);
  EXPECT_EQ(survival_row_reason(3, 1, -1), RowReason::out_of_domain);
  EXPECT_EQ(survival_row_reason(3, 1, 0, -1), RowReason::out_of_domain);
  EXPECT_EQ(survival_row_reason(kNaN, 1), RowReason::not_finite);
  EXPECT_EQ(survival_row_reason(3, kNaN), RowReason::not_finite);
  EXPECT_EQ(survival_row_reason(3, 1, kNaN), RowReason::not_finite);
  EXPECT_EQ(survival_row_reason(HUGE_VAL, 1), RowReason::not_finite);
  EXPECT_EQ(survival_row_reason(1e300, 1, 1e299), RowReason::none);
  EXPECT_EQ(survival_row_reason(0, 1), RowReason::none);
}

TEST(RiskSet, BadRowsAreLeftOutAndCounted) {
  const std::vector<double> duration{2, -1, kNaN, 3}, event{1, 1, 1, 0};
  const std::vector<std::uint8_t> usable{1, 1, 1, 0};
  const auto set = make_risk_set({duration, event}, {}, 1, usable);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->report.rows_rejected, 3u);
  EXPECT_EQ(set->report.first_rejected, 1u);
  EXPECT_EQ(set->report.first_reason, RowReason::out_of_domain);
  EXPECT_EQ(set->rows.size(), 1u);
}

TEST(RiskSet, WrongCalls) {
  const std::vector<double> two{1, 2}, three{1, 1, 1};
  const std::vector<std::uint32_t> codes{0, 7};
  EXPECT_EQ(make_risk_set({two, three}).error().code(), StatusCode::size_mismatch);
  EXPECT_EQ(make_risk_set({two, two, three}).error().code(), StatusCode::size_mismatch);
  EXPECT_EQ(make_risk_set({two, two, {}, three}).error().code(), StatusCode::size_mismatch);
  const auto wrong = make_risk_set({two, two}, codes, 3);
  EXPECT_EQ(wrong.error().code(), StatusCode::invalid_argument);
  EXPECT_EQ(wrong.error().message(), "`stratum` must be below the number of strata, got 7");
  EXPECT_EQ(make_risk_set({two, two}, {}, 0).error().code(), StatusCode::invalid_argument);
}

TEST(RiskSet, NoRowsAndNoEvents) {
  const auto empty = make_risk_set({});
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->moments.empty());
  EXPECT_TRUE(std::isnan(empty->longest[0]));
  const std::vector<double> duration{1, 2}, none{0, 0};
  const auto censored = make_risk_set({duration, none});
  ASSERT_TRUE(censored);
  EXPECT_TRUE(censored->moments.empty());
  EXPECT_EQ(censored->longest[0], 2);
}

TEST(RadixSort, SortsAnyDoublesAndKeepsTies) {
  const std::vector<double> values{3, -1, 0.0, -0.0, HUGE_VAL, -HUGE_VAL, 1e-310, -1e300, 3, 1};
  std::vector<numeric::KeyedRow> rows;
  for (std::uint32_t i = 0; i < values.size(); ++i)
    rows.push_back({numeric::order_key(values[i]), i});
  numeric::radix_sort_by_key(rows);
  std::vector<std::uint32_t> order;
  for (const auto& row : rows) {
    order.push_back(row.row);
    EXPECT_EQ(numeric::value_of_order_key(row.key), values[row.row]);
  }
  EXPECT_EQ(order, (std::vector<std::uint32_t>{5, 7, 1, 2, 3, 6, 9, 0, 8, 4}));
}

/// Keys that differ in their last bits only, beside some that do not: both steps of the sort.
TEST(RadixSort, AgreesWithAStableSort) {
  Random random(8);
  std::vector<numeric::KeyedRow> rows;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const double close = 1 + static_cast<double>(random.below(500)) * 0x1p-52;
    const double value = i % 3 == 0 ? random.normal() : close;
    rows.push_back({numeric::order_key(value), i});
  }
  auto expected = rows;
  std::stable_sort(expected.begin(), expected.end(),
                   [](const auto& a, const auto& b) { return a.key < b.key; });
  numeric::radix_sort_by_key(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(rows[i].row, expected[i].row) << i;
}

}  // namespace
}  // namespace kam
