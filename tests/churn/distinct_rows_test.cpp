/// Collapsing equal rows: sorting codes and hashing must agree, and add nothing up twice.
#include "churn/distinct_rows.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>
#include <kam/base/special.hpp>

namespace kam::detail {
namespace {

struct Log {
  std::vector<double> x, t, T, w;
};

Log calendar(std::size_t n) {
  Random random(9);
  Log a;
  for (std::size_t i = 0; i < n; ++i) {
    a.T.push_back(static_cast<double>(7 + random.below(540)) / 7);
    a.x.push_back(static_cast<double>(random.below(5)));
    a.t.push_back(a.x[i] > 0 ? a.T[i] * static_cast<double>(random.below(8)) / 8 : 0);
    a.w.push_back(random.uniform());
  }
  a.x[3] = kNaN;
  a.t[5] = 2 * a.T[5];
  a.w[7] = -1;
  a.w[9] = 0;
  a.T[11] = a.t[11] = a.x[11] = -0.0;
  return a;
}

void expect_equal(const DistinctRows& a, const DistinctRows& b) {
  EXPECT_EQ(a.x, b.x);
  EXPECT_EQ(a.t_x, b.t_x);
  EXPECT_EQ(a.T, b.T);
  EXPECT_EQ(a.weight, b.weight);
  EXPECT_EQ(a.total_weight, b.total_weight);
  EXPECT_EQ(a.orders, b.orders);
  EXPECT_EQ(a.time, b.time);
}

TEST(DistinctRows, CodesAndHashesGiveTheSameRowsAndAMapAgrees) {
  const Log a = calendar(20000);
  for (const bool weighted : {false, true}) {
    const OrderColumns columns{a.x, a.t, a.T,
                               weighted ? std::span<const double>(a.w) : std::span<const double>()};
    DistinctRows by_code;
    BatchReport coded, hashed;
    ASSERT_TRUE(distinct_by_code(columns, coded, by_code));
    const DistinctRows by_hash = distinct_by_hash(columns, hashed);
    expect_equal(by_code, by_hash);
    EXPECT_EQ(coded.rows_rejected, hashed.rows_rejected);
    EXPECT_EQ(coded.rows_rejected, weighted ? 3u : 2u);
    EXPECT_EQ(coded.first_rejected, 3u);
    std::map<std::tuple<double, double, double>, double> expected;
    for (std::size_t i = 0; i < a.x.size(); ++i) {
      if (i == 3 || i == 5 || (weighted && (i == 7 || i == 9))) continue;
      expected[{a.x[i], a.T[i], a.t[i]}] += weighted ? a.w[i] : 1;
    }
    ASSERT_EQ(by_code.x.size(), expected.size());
    std::size_t g = 0;
    for (const auto& [key, weight] : expected) {
      EXPECT_EQ(key, (std::tuple{by_code.x[g], by_code.T[g], by_code.t_x[g]}));
      EXPECT_EQ(weight, by_code.weight[g]);
      ++g;
    }
  }
}

TEST(DistinctRows, GapsAreJudgedAndSummedOnceEitherWay) {
  Log a = calendar(5000);
  std::vector<double> gaps(a.x.size(), 0);
  double expected = 0;
  for (std::size_t i = 0; i < a.x.size(); ++i) {
    if (a.x[i] > 0 && a.t[i] > 0) gaps[i] = a.x[i] * std::log(a.t[i] / a.x[i]);
  }
  for (std::size_t i = 0; i < a.x.size(); ++i) {
    const bool good = order_row_reason(a.x[i], a.t[i], a.T[i]) == RowReason::none &&
                      log_gaps_reason(a.x[i], a.t[i], gaps[i]) == RowReason::none && a.w[i] >= 0;
    if (good) expected += a.w[i] * gaps[i];
  }
  const OrderColumns columns{a.x, a.t, a.T, a.w, gaps};
  DistinctRows by_code;
  BatchReport coded, hashed;
  ASSERT_TRUE(distinct_by_code(columns, coded, by_code));
  const DistinctRows by_hash = distinct_by_hash(columns, hashed);
  EXPECT_EQ(by_code.gaps.value(), by_hash.gaps.value());
  EXPECT_NEAR(by_code.gaps.value(), expected, 1e-9 * std::fabs(expected));
  EXPECT_EQ(coded.rows_rejected, hashed.rows_rejected);
  gaps[0] = kNaN;
  BatchReport with_bad_gap;
  (void)distinct_rows({a.x, a.t, a.T, a.w, gaps}, with_bad_gap);
  EXPECT_EQ(with_bad_gap.rows_rejected, coded.rows_rejected + 1);
}

TEST(DistinctRows, ContinuousTimeGoesByHash) {
  Random random(2);
  Log a;
  for (int i = 0; i < 40000; ++i) {
    a.T.push_back(random.uniform());
    a.x.push_back(1);
    a.t.push_back(a.T.back() / 2);
  }
  DistinctRows rows;
  BatchReport report;
  EXPECT_FALSE(distinct_by_code({a.x, a.t, a.T}, report, rows));
  report = {};
  rows = distinct_rows({a.x, a.t, a.T}, report);
  EXPECT_EQ(rows.x.size(), 40000u);
  EXPECT_EQ(report.rows_scored, 40000u);
  EXPECT_TRUE(std::is_sorted(rows.T.begin(), rows.T.end()));
}

TEST(DistinctRows, NoRowsAndOnlyBadRows) {
  BatchReport report;
  EXPECT_TRUE(distinct_rows({}, report).x.empty());
  const double bad = kNaN;
  const std::span<const double> one(&bad, 1);
  EXPECT_TRUE(distinct_rows({one, one, one}, report).x.empty());
  EXPECT_EQ(report.rows_rejected, 1u);
}

}  // namespace
}  // namespace kam::detail
