#include <kam/churn/validation.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "churn/prediction_data.hpp"

namespace kam::churn {
namespace {

using test::Sample;
using Codes = std::vector<std::uint32_t>;
using Days = std::vector<Day>;

/// Four accounts at six quarterly cuts.
struct Quarters {
  Days cut{};
  Codes account{};

  Quarters() {
    for (int quarter = 0; quarter < 6; ++quarter) {
      for (std::uint32_t a = 0; a < 4; ++a) {
        cut.push_back(90 * quarter);
        account.push_back(a);
      }
    }
  }
  [[nodiscard]] CutRows rows() const { return {cut, account}; }
};

TEST(RollingOrigin, TrainsOnWhatWasKnownBeforeTheGap) {
  const Quarters q;
  const auto splits = *rolling_origin(q.rows(), {.horizon_days = 90, .gap_days = 10});
  ASSERT_EQ(splits.size(), 4u);  // cuts 0 and 90 have nobody to train on: 0 + 90 + 10 > 90
  EXPECT_EQ(splits.front().cut, 180);
  EXPECT_EQ(splits.front().train, (std::vector<std::size_t>{0, 1, 2, 3}));
  EXPECT_EQ(splits.front().test, (std::vector<std::size_t>{8, 9, 10, 11}));
  for (const RollingSplit& s : splits) {
    EXPECT_EQ(s.last, s.cut == 450);
    for (const std::size_t i : s.train) EXPECT_LE(q.cut[i] + 90 + 10, s.cut);
    for (const std::size_t i : s.test) EXPECT_EQ(q.cut[i], s.cut);
  }
  // To the day: without a gap the outcome of (90, 180] is known at 180.
  EXPECT_EQ(rolling_origin(q.rows(), {.horizon_days = 90})->front().cut, 90);
  EXPECT_EQ(rolling_origin(q.rows(), {.horizon_days = 91})->front().cut, 180);
}

TEST(RollingOrigin, OldCutsCanBeLeftOut) {
  const Quarters q;
  const auto splits = *rolling_origin(q.rows(), {.horizon_days = 90, .train_days = 180});
  for (const RollingSplit& s : splits) {
    for (const std::size_t i : s.train) EXPECT_GE(q.cut[i], s.cut - 180);
  }
  EXPECT_EQ(splits.back().train.size(), 8u);
}

TEST(RollingOrigin, PartsHaveNoAccountOnBothSides) {
  Quarters q;
  for (std::uint32_t a = 4; a < 40; ++a) {
    for (int quarter = 0; quarter < 6; ++quarter) {
      q.cut.push_back(90 * quarter);
      q.account.push_back(a);
    }
  }
  const RollingOptions options{.horizon_days = 90, .account_parts = 3};
  const auto splits = *rolling_origin(q.rows(), options);
  EXPECT_EQ(splits.size(), 15u);
  std::set<std::pair<std::uint32_t, int>> parts;
  std::size_t tested = 0;
  for (const RollingSplit& s : splits) {
    std::set<std::uint32_t> trained;
    for (const std::size_t i : s.train) trained.insert(q.account[i]);
    for (const std::size_t i : s.test) {
      EXPECT_EQ(trained.count(q.account[i]), 0u);
      parts.insert({q.account[i], s.part});
    }
    tested += s.test.size();
  }
  EXPECT_EQ(parts.size(), 40u);  // one part each, at every cut
  EXPECT_EQ(tested, 200u);
}

TEST(RollingOrigin, RefusalsNameTheArgument) {
  const Quarters q;
  const auto refusal = [&](const RollingOptions& o) {
    return rolling_origin(q.rows(), o).error().message();
  };
  EXPECT_EQ(refusal({.horizon_days = 0}), "`horizon_days` must be 1 to 4000000, got 0");
  EXPECT_EQ(refusal({.gap_days = -1}), "`gap_days` must be 0 to 4000000, got -1");
  EXPECT_EQ(refusal({.least_train_rows = 0}), "`least_train_rows` must be >= 1, got 0");
  EXPECT_EQ(refusal({.account_parts = 0}), "`account_parts` must be 1 to 1000, got 0");
  EXPECT_NE(refusal({.horizon_days = 1000}).find("no cut has 1 rows"), std::string::npos);
  EXPECT_EQ(rolling_origin({}).error().code(), StatusCode::insufficient_data);
  const Days bad{0, kNoDay};
  EXPECT_NE(rolling_origin({bad, {}}).error().message().find("`cut[1]`"), std::string::npos);
  const Codes one{1};
  EXPECT_EQ(rolling_origin({bad, one}).error().code(), StatusCode::size_mismatch);
}

const BootstrapNumber& find(const std::vector<BootstrapNumber>& numbers, const std::string& name) {
  return *std::find_if(numbers.begin(), numbers.end(),
                       [&](const BootstrapNumber& n) { return n.name == name; });
}

Codes each_its_own(std::size_t n) {
  Codes codes;
  for (std::size_t i = 0; i < n; ++i) codes.push_back(static_cast<std::uint32_t>(i));
  return codes;
}

TEST(Bootstrap, AgreesWithDeLongForIndependentRows) {
  const Sample s = test::simulate(1, 600);
  const auto numbers = *bootstrap_evaluation(s.columns(), each_its_own(600), s.value);
  const Evaluation e = *evaluate(s.columns(), s.value);
  const BootstrapNumber& area = find(numbers, "auc");
  EXPECT_EQ(area.estimate, e.auc.auc);
  EXPECT_EQ(area.draws, 500u);
  EXPECT_NEAR(area.standard_error / e.auc.standard_error, 1, .15);
  EXPECT_NEAR(find(numbers, "slope").standard_error / e.line.slope_standard_error, 1, .2);
  EXPECT_EQ(find(numbers, "value_recall@0.1").estimate, e.top[1].value_recall);
  EXPECT_GT(find(numbers, "value_brier").standard_error, 0);
}

TEST(Bootstrap, RowsOfOneAccountAreNoNewInformation) {
  const Sample s = test::simulate(2, 300);
  Sample four = s;
  Codes cluster = each_its_own(300), clusters = cluster;
  for (int copy = 0; copy < 3; ++copy) {
    four.outcome.insert(four.outcome.end(), s.outcome.begin(), s.outcome.end());
    four.probability.insert(four.probability.end(), s.probability.begin(), s.probability.end());
    clusters.insert(clusters.end(), cluster.begin(), cluster.end());
  }
  const auto once = *bootstrap_evaluation(s.columns(), cluster);
  const auto grouped = *bootstrap_evaluation(four.columns(), clusters);
  const auto apart = *bootstrap_evaluation(four.columns(), each_its_own(1200));
  EXPECT_NEAR(find(grouped, "brier").standard_error, find(once, "brier").standard_error, 1e-12);
  EXPECT_NEAR(find(apart, "brier").standard_error / find(once, "brier").standard_error, .5, .08);
}

TEST(Bootstrap, OrderOfRowsChangesNoBitAndTheSeedDoes) {
  const Sample s = test::simulate(3, 200, 1, 0, 15);
  Sample t = s;
  Codes cluster, other;
  for (std::size_t i = 0; i < 200; ++i) cluster.push_back(static_cast<std::uint32_t>(i / 3));
  other = cluster;
  std::reverse(other.begin(), other.end());
  for (auto* column : {&t.outcome, &t.probability, &t.value}) {
    std::reverse(column->begin(), column->end());
  }
  const BootstrapOptions options{.draws = 50};
  const auto a = *bootstrap_evaluation(s.columns(), cluster, s.value, {}, options);
  const auto b = *bootstrap_evaluation(t.columns(), other, t.value, {}, options);
  const auto c = *bootstrap_evaluation(s.columns(), cluster, s.value, {}, {.draws = 50, .seed = 2});
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].standard_error, b[i].standard_error) << a[i].name;
    EXPECT_EQ(a[i].lo, b[i].lo);
  }
  EXPECT_NE(find(a, "brier").lo, find(c, "brier").lo);
}

TEST(Bootstrap, Refusals) {
  const Sample s = test::simulate(4, 50);
  EXPECT_EQ(bootstrap_evaluation(s.columns(), Codes(50, 7)).error().message(),
            "`cluster` needs two different codes");
  EXPECT_EQ(bootstrap_evaluation(s.columns(), Codes(3)).error().code(), StatusCode::size_mismatch);
  const auto many = bootstrap_evaluation(s.columns(), Codes(50), {}, {}, {.draws = 1});
  EXPECT_EQ(many.error().message(), "`draws` must be 2 to 100000, got 1");
  // One lost account: draws without it have no area, and are not counted for it.
  Sample one{std::vector<double>(30, 0.0), std::vector<double>(30, .2)};
  one.outcome[4] = 1;
  one.probability[4] = .4;
  const auto numbers = *bootstrap_evaluation(one.columns(), each_its_own(30));
  EXPECT_LT(find(numbers, "auc").draws, 400u);
  EXPECT_EQ(find(numbers, "brier").draws, 500u);
}

}  // namespace
}  // namespace kam::churn
