#include <kam/churn/profit.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "churn/prediction_data.hpp"

namespace kam::churn {
namespace {

using test::Sample;
using Values = std::vector<double>;

struct Printed {
  double profit, fraction, expected_profit, expected_fraction;
};

void expect(const Sample& s, const Printed& printed, double tolerance,
            const CampaignTerms& terms = {}) {
  const MaximumProfit found = *maximum_profit(s.columns(), terms);
  EXPECT_NEAR(found.profit, printed.profit, tolerance);
  EXPECT_NEAR(found.fraction, printed.fraction, tolerance);
  EXPECT_NEAR(found.expected_profit, printed.expected_profit, tolerance);
  EXPECT_NEAR(found.expected_fraction, printed.expected_fraction, tolerance);
}

// --- published: R package EMP 2.0.6, whose digits empulse prints as well -------

const Sample kEight{{0, 1, 0, 1, 0, 1, 0, 1}, {.1, .2, .3, .4, .5, .7, .8, .9}};

TEST(MaximumProfit, DocstringOfEmpulse) {
  expect(kEight, {23.875, .875, 23.875593418348124, .8743700763487141}, 1e-12);
}

TEST(MaximumProfit, PerfectInverseConstant) {  // empulse tests/metrics/test_churn.py
  Sample s;
  for (int i = 0; i < 20; ++i) s.outcome.push_back(i % 2);
  s.probability = s.outcome;
  expect(s, {28, .5, 28.0000000000391, .499999999728095}, 1e-12);
  for (double& p : s.probability) p = 1 - p;
  expect(s, {22.5, 1, 22.5007912244511, .9991601018889205}, 1e-12);
  for (double& p : s.probability) p = .5;
  expect(s, {22.5, 1, 22.5007912244511, .9991601018889205}, 1e-12);
}

TEST(MaximumProfit, TestDataOfEmpulse) {
  const Sample s = test::load("empulse_test_221.csv", "y");
  expect(s, {14.814479638009, .665158371041, 14.9946647690104, .5807038600143}, 1e-12);
  const struct {
    CampaignTerms terms;
    double expected;
  } kCases[] = {
      {{.acceptance = {2, 14}}, 5.04518077557418}, {{.acceptance = {6, 5}}, 30.2276738879406},
      {{.value = 50}, 1.62729137977619},           {{.offer = 100}, 1.95497116583216},
      {{.contact = 15}, 8.47435415117762},         {{{10, 7}, 300, 50, 25}, 23.8505727106226}};
  for (const auto& c : kCases) {
    EXPECT_NEAR(maximum_profit(s.columns(), c.terms)->expected_profit, c.expected, 1e-12);
  }
}

TEST(MaximumProfit, ManualPageOfEmp) {
  const Sample s = test::load("emp_example_seed1.csv", "class");
  expect(s, {22.534, .802, 22.63152980134437, .80873735546681}, 1e-12);
  EXPECT_NEAR(
      maximum_profit(s.columns(), {.value = 100, .offer = 30, .contact = 5})->expected_profit,
      2.59687143593799, 1e-12);
}

TEST(MaximumProfit, Telco) {
  expect(test::telco(), {10.043163424677, .564958114440, 10.174366568056, .528104316164}, 1e-12);
}

// --- laws --------------------------------------------------------------------

TEST(MaximumProfit, OrderOfRowsChangesNoBit) {
  const Sample s = test::simulate(1, 400, 1, 0, 12, true), t = s.shuffled(3);
  const MaximumProfit a = *maximum_profit(s.columns()), b = *maximum_profit(t.columns());
  EXPECT_EQ(a.profit, b.profit);
  EXPECT_EQ(a.expected_profit, b.expected_profit);
  EXPECT_EQ(a.expected_fraction, b.expected_fraction);
  EXPECT_EQ(a.score, b.score);
}

TEST(MaximumProfit, WeightsAreRepetitions) {
  const Sample s = test::simulate(2, 300, 1, 0, 15, true);
  const MaximumProfit a = *maximum_profit(s.columns()), b = *maximum_profit(s.repeated().columns());
  EXPECT_NEAR(a.expected_profit, b.expected_profit, 1e-12);
  EXPECT_NEAR(a.profit, b.profit, 1e-12);
}

TEST(MaximumProfit, FollowingAcceptanceNeverEarnsLess) {
  for (std::uint64_t seed = 1; seed < 30; ++seed) {
    const Sample s = test::simulate(seed, 200, .7);
    for (const double offer : {0.0, 10.0, 60.0}) {
      const MaximumProfit found = *maximum_profit(s.columns(), {.offer = offer});
      EXPECT_GE(found.expected_profit, found.profit - 1e-12);
      EXPECT_GE(found.profit, 0);
      EXPECT_LE(found.expected_fraction, 1 + 1e-12);
    }
  }
}

TEST(MaximumProfit, ScalesWithMoney) {
  const Sample s = test::simulate(5, 300);
  const MaximumProfit a = *maximum_profit(s.columns());
  const MaximumProfit b =
      *maximum_profit(s.columns(), {.value = 2e5, .offer = 1e4, .contact = 1e3});
  EXPECT_NEAR(b.expected_profit, 1000 * a.expected_profit, 1e-9);
  EXPECT_NEAR(b.fraction, a.fraction, 1e-15);
}

TEST(MaximumProfit, NothingIsContactedWhereItDoesNotPay) {
  const MaximumProfit found = *maximum_profit(test::simulate(6, 200).columns(), {.contact = 150});
  EXPECT_EQ(found.profit, 0);
  EXPECT_EQ(found.fraction, 0);
  EXPECT_TRUE(std::isnan(found.score));
}

// --- independent path --------------------------------------------------------

/// Profit per customer of contacting from a score on, for one γ.
double profit_from(const Sample& s, double score, double gamma) {
  double sum = 0;
  for (std::size_t i = 0; i < s.rows(); ++i) {
    if (s.probability[i] < score) continue;
    sum += s.outcome[i] == 1 ? gamma * (200 - 10) - 1 : -10 - 1;
  }
  return sum / static_cast<double>(s.rows());
}

double best_profit(const Sample& s, double gamma) {
  double best = 0;
  for (const double score : s.probability) best = std::max(best, profit_from(s, score, gamma));
  return best;
}

TEST(MaximumProfit, EveryCutAndASumOverAcceptance) {
  const Sample s = test::simulate(7, 120, 1, 0, 20);
  const MaximumProfit found = *maximum_profit(s.columns());
  EXPECT_NEAR(found.profit, best_profit(s, .3), 1e-12);
  EXPECT_NEAR(profit_from(s, found.score, .3), found.profit, 1e-12);
  // The density of Beta(6, 14) is 19!/(5! 13!) x^5 (1−x)^13; midpoints.
  const double log_constant = std::lgamma(20.0) - std::lgamma(6.0) - std::lgamma(14.0);
  double expected = 0;
  constexpr int kSteps = 4000;
  for (int i = 0; i < kSteps; ++i) {
    const double x = (i + .5) / kSteps;
    const double density = std::exp(log_constant + 5 * std::log(x) + 13 * std::log1p(-x));
    expected += best_profit(s, x) * density / kSteps;
  }
  EXPECT_NEAR(found.expected_profit, expected, 1e-5);
}

// --- hostile -----------------------------------------------------------------

TEST(MaximumProfit, RefusalsNameTheTerm) {
  const auto refusal = [](const CampaignTerms& t) {
    return maximum_profit(kEight.columns(), t).error().message();
  };
  EXPECT_EQ(refusal({.value = 10}), "`value` must be finite and above `offer`, got 10");
  EXPECT_EQ(refusal({.offer = -1}), "`offer` must be finite and >= 0, got -1");
  EXPECT_EQ(refusal({.contact = HUGE_VAL}), "`contact` must be finite and >= 0, got inf");
  EXPECT_NE(refusal({.acceptance = {0, 14}}).find("`alpha`"), std::string::npos);
  EXPECT_NE(refusal({.acceptance = {6, kNaN}}).find("`beta`"), std::string::npos);
  EXPECT_EQ(maximum_profit({}).error().code(), StatusCode::insufficient_data);
  EXPECT_EQ(maximum_profit({Values{1, 1}, Values{.1, .2}}).error().code(),
            StatusCode::insufficient_data);
  Sample bad = kEight;
  bad.outcome.push_back(1);
  bad.probability.push_back(1.2);
  EXPECT_EQ(maximum_profit(bad.columns())->rows.rows_rejected, 1u);
  EXPECT_EQ(maximum_profit(bad.columns())->profit, 23.875);
  const MaximumProfit free = *maximum_profit(kEight.columns(), {.offer = 0, .contact = 0});
  EXPECT_NEAR(free.profit, 30, 1e-12);  // contacting costs nothing: every leaver is asked
  EXPECT_NEAR(free.expected_profit, 30, 1e-12);
}

}  // namespace
}  // namespace kam::churn
