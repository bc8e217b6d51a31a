#include <kam/churn/evaluation.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "churn/prediction_data.hpp"

namespace kam::churn {
namespace {

using test::Sample;
using Values = std::vector<double>;

Evaluation of(const Sample& s, const EvaluationOptions& options = {}) {
  return *evaluate(s.columns(), s.value, options);
}

// --- published ---------------------------------------------------------------

// Telco, logistic regression of R 4.2.2; measures by R and scikit-learn 1.2.1 alike.
TEST(Evaluation, TelcoByRAndScikitLearn) {
  const Evaluation e = of(test::telco());
  EXPECT_NEAR(e.by_account.auc, 0.839523428973, 5e-13);
  EXPECT_EQ(e.auc.auc, e.by_account.auc);
  EXPECT_NEAR(e.by_account.brier, 0.137951068534, 5e-13);
  EXPECT_NEAR(e.by_account.log_loss, 0.422860314548, 5e-13);
  EXPECT_NEAR(e.by_account.average_precision, 0.638042956003, 5e-13);
  EXPECT_NEAR(e.top[0].lift, 2.9143139, 5e-8);
  EXPECT_NEAR(e.top[1].lift, 2.7741288, 5e-8);
  EXPECT_NEAR(e.top[2].lift, 2.4578360, 5e-8);
  EXPECT_NEAR(e.top[3].lift, 2.2096332, 5e-8);
  EXPECT_EQ(e.top[1].rows, 705);
  EXPECT_NEAR(e.calibration_error, 0.007910213131, 5e-13);
  EXPECT_NEAR(e.hosmer_lemeshow.statistic, 7.14441936, 5e-9);
  EXPECT_NEAR(e.hosmer_lemeshow.p_value, 0.5211, 5e-4);  // chi-squared, 8 degrees of freedom
  EXPECT_NEAR(e.line.slope, 1, 1e-8);
  EXPECT_NEAR(e.line.intercept, 0, 1e-8);
  EXPECT_NEAR(e.line.in_the_large, 0, 1e-8);
  EXPECT_NEAR(e.by_account.observed_to_expected, 1, 1e-9);
}

// The same data when k is rounded down, as scikit-learn users often do: 704 rows instead of 705.
TEST(Evaluation, TelcoLiftRoundedDown) {
  EvaluationOptions options;
  options.fractions = {704 / 7043.0};
  EXPECT_NEAR(of(test::telco(), options).top[0].lift, 2.7727166, 5e-8);
}

// Lifts printed by empulse (tests/metrics/test_lift.py) for 10, 20 and 50 % of its 221 rows, which
// it rounds down.
TEST(Evaluation, LiftByEmpulse) {
  EvaluationOptions options;
  options.fractions = {22 / 221.0, 44 / 221.0, 110 / 221.0};
  const Evaluation e = of(test::load("empulse_test_221.csv", "y"), options);
  EXPECT_NEAR(e.top[0].lift, 2.714987714987715, 1e-14);
  EXPECT_NEAR(e.top[1].lift, 2.307739557739558, 1e-14);
  EXPECT_NEAR(e.top[2].lift, 1.764742014742015, 1e-14);
}

// Exact Poisson limits: tables of Garwood (1936) print 4.80 and 18.39 for 10 events at 95 %.
TEST(Evaluation, PoissonIntervalByGarwood) {
  Sample s;
  for (int i = 0; i < 100; ++i) {
    s.outcome.push_back(i < 10 ? 1 : 0);
    s.probability.push_back(.1);
  }
  const Evaluation e = of(s, {.interval_level = .95});
  EXPECT_NEAR(e.observed_to_expected_lo * 10, 4.795389, 5e-7);
  EXPECT_NEAR(e.observed_to_expected_hi * 10, 18.390356, 5e-7);
  for (double& y : s.outcome) y = 0;
  const Evaluation none = of(s, {.interval_level = .95});
  EXPECT_EQ(none.observed_to_expected_lo, 0);
  EXPECT_NEAR(none.observed_to_expected_hi * 10, 3.688879, 5e-7);
}

// --- laws --------------------------------------------------------------------

void expect_same(const Losses& a, const Losses& b, double tolerance) {
  EXPECT_NEAR(a.log_loss, b.log_loss, tolerance);
  EXPECT_NEAR(a.brier, b.brier, tolerance);
  EXPECT_NEAR(a.brier_skill, b.brier_skill, tolerance);
  EXPECT_NEAR(a.observed_to_expected, b.observed_to_expected, tolerance);
  EXPECT_NEAR(a.auc, b.auc, tolerance);
  EXPECT_NEAR(a.average_precision, b.average_precision, tolerance);
}

void expect_same(const Evaluation& a, const Evaluation& b, double tolerance) {
  expect_same(a.by_account, b.by_account, tolerance);
  expect_same(a.by_value, b.by_value, tolerance);
  EXPECT_NEAR(a.calibration_error, b.calibration_error, tolerance);
  EXPECT_NEAR(a.hosmer_lemeshow.statistic, b.hosmer_lemeshow.statistic, 1e3 * tolerance);
  EXPECT_NEAR(a.line.slope, b.line.slope, 1e3 * tolerance);
  EXPECT_NEAR(a.auc.standard_error, b.auc.standard_error, tolerance);
  ASSERT_EQ(a.reliability.size(), b.reliability.size());
  for (std::size_t i = 0; i < a.reliability.size(); ++i) {
    EXPECT_NEAR(a.reliability[i].share, b.reliability[i].share, tolerance);
    EXPECT_NEAR(a.reliability[i].weight, b.reliability[i].weight, tolerance);
    EXPECT_NEAR(a.reliability[i].probability, b.reliability[i].probability, tolerance);
  }
  for (std::size_t i = 0; i < a.top.size(); ++i) {
    EXPECT_NEAR(a.top[i].events, b.top[i].events, tolerance);
    EXPECT_NEAR(a.top[i].value_recall, b.top[i].value_recall, tolerance);
    EXPECT_NEAR(a.top[i].value_recall_by_loss, b.top[i].value_recall_by_loss, tolerance);
  }
}

TEST(Evaluation, OrderOfRowsChangesNoBit) {
  for (const int steps : {0, 6, 40}) {
    const Sample s = test::simulate(1, 500, .8, .3, steps, true);
    for (std::uint64_t seed = 2; seed < 6; ++seed) expect_same(of(s), of(s.shuffled(seed)), 0);
  }
}

TEST(Evaluation, WeightsAreRepetitions) {
  const Sample s = test::simulate(3, 400, 1.2, 0, 20, true);
  expect_same(of(s), of(s.repeated()), 1e-11);
}

TEST(Evaluation, CurrencyDoesNotMatter) {
  Sample s = test::simulate(4, 300);
  const Evaluation before = of(s);
  for (double& v : s.value) v *= 7.25;
  const Evaluation after = of(s);
  expect_same(before, after, 1e-12);
  EXPECT_NEAR(after.by_value.weight, 7.25 * before.by_value.weight, 1e-12 * after.by_value.weight);
  for (double& v : s.value) v *= 1e90;
  expect_same(before, of(s), 1e-12);
}

TEST(Evaluation, EqualValuesSayTheSameAsAccounts) {
  Sample s = test::simulate(5, 300, 1, 0, 15);
  std::fill(s.value.begin(), s.value.end(), 64.0);
  const Evaluation e = of(s);
  expect_same(e.by_account, e.by_value, 1e-14);
  for (const TopShare& t : e.top) {
    EXPECT_NEAR(t.value_recall, t.recall, 1e-14);
    EXPECT_NEAR(t.value_recall_by_loss, t.recall, 1e-14);
  }
}

TEST(Evaluation, ATieOverTheEndIsShared) {
  // Ten rows of one probability, four of them lost: any three of them hold 1.2 events.
  const Sample s{{1, 1, 0, 1, 0, 0, 0, 1, 0, 0}, Values(10, .4)};
  EvaluationOptions options;
  options.fractions = {.3, 1};
  const Evaluation e = of(s, options);
  EXPECT_NEAR(e.top[0].events, 1.2, 1e-15);
  EXPECT_NEAR(e.top[0].lift, 1, 1e-15);
  EXPECT_NEAR(e.top[1].recall, 1, 1e-15);
  EXPECT_EQ(e.by_account.auc, .5);
  EXPECT_NEAR(e.by_account.average_precision, .4, 1e-15);
}

TEST(Evaluation, PerfectAndBaseRate) {
  Sample s{{0, 0, 0, 1, 1}, {0, 0, 0, 1, 1}};
  Evaluation e = of(s);
  EXPECT_EQ(e.by_account.brier_skill, 1);
  EXPECT_NEAR(e.by_account.log_loss, 0, 1e-11);
  EXPECT_EQ(e.by_account.auc, 1);
  EXPECT_EQ(e.certain_and_wrong, 0);
  std::fill(s.probability.begin(), s.probability.end(), .4);
  e = of(s);
  EXPECT_NEAR(e.by_account.brier_skill, 0, 1e-15);
  EXPECT_TRUE(std::isnan(e.line.slope));  // one probability: no line
  EXPECT_NEAR(e.by_account.log_loss, -.4 * std::log(.4) - .6 * std::log(.6), 1e-15);
}

TEST(Evaluation, BinsHaveTenEventsOrThereAreNone) {
  const Sample s = test::simulate(6, 600, 1, -1.5);
  const Evaluation e = of(s);
  double weight = 0, events = 0, last = -1;
  for (const ReliabilityBin& bin : e.reliability) {
    EXPECT_GE(bin.events, 10);
    EXPECT_GT(bin.lowest, last);
    EXPECT_LE(bin.share_lo, bin.share);
    EXPECT_GE(bin.share_hi, bin.share);
    EXPECT_GE(bin.probability, bin.lowest);
    EXPECT_LE(bin.probability, bin.highest);
    last = bin.highest;
    weight += bin.weight;
    events += bin.events;
  }
  EXPECT_GT(e.reliability.size(), 1u);
  EXPECT_EQ(weight, 600);
  EXPECT_EQ(events, e.by_account.events);
  Sample few = test::simulate(7, 100);
  std::fill(few.outcome.begin(), few.outcome.end(), 0.0);
  std::fill_n(few.outcome.begin(), 7, 1.0);
  EXPECT_TRUE(of(few).reliability.empty());
  EXPECT_EQ(of(few).reliability_note, "7 events: a bin needs 10");
}

// --- independent paths -------------------------------------------------------

TEST(Evaluation, ByDefinitionRowByRow) {
  const Sample s = test::simulate(8, 300, .7, .2, 30, true);
  long double weight = 0, log_loss = 0, brier = 0, value = 0, value_brier = 0;
  for (std::size_t i = 0; i < s.rows(); ++i) {
    const long double p = s.probability[i], y = s.outcome[i], w = s.weight[i];
    weight += w;
    log_loss -= w * (y == 1 ? std::log(p) : std::log(1 - p));
    brier += w * (p - y) * (p - y);
    value += w * s.value[i];
    value_brier += w * s.value[i] * (p - y) * (p - y);
  }
  const Evaluation e = of(s);
  EXPECT_NEAR(e.by_account.log_loss, static_cast<double>(log_loss / weight), 1e-14);
  EXPECT_NEAR(e.by_account.brier, static_cast<double>(brier / weight), 1e-15);
  EXPECT_NEAR(e.by_value.brier, static_cast<double>(value_brier / value), 1e-15);
  EXPECT_NEAR(e.by_value.weight, static_cast<double>(value), 1e-9);
}

/// Money of the first k by key; without ties in the key.
double money_of_first(const Sample& s, const Values& key, std::size_t k) {
  std::vector<std::size_t> order(s.rows());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return key[a] > key[b]; });
  double lost = 0, all = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double money = s.outcome[order[i]] * s.value[order[i]];
    all += money;
    if (i < k) lost += money;
  }
  return lost / all;
}

TEST(Evaluation, ValueRecallBySorting) {
  const Sample s = test::simulate(9, 500);
  Values loss;
  for (std::size_t i = 0; i < s.rows(); ++i) loss.push_back(s.probability[i] * s.value[i]);
  const Evaluation e = of(s);
  for (const TopShare& t : e.top) {
    const auto k = static_cast<std::size_t>(t.rows);
    EXPECT_EQ(k, static_cast<std::size_t>(std::ceil(500 * t.fraction - 1e-9)));
    EXPECT_NEAR(t.value_recall, money_of_first(s, s.probability, k), 1e-13);
    EXPECT_NEAR(t.value_recall_by_loss, money_of_first(s, loss, k), 1e-13);
  }
}

TEST(Evaluation, HosmerLemeshowOfTruthIsChiSquared) {
  // p is the truth, not fitted: ten degrees of freedom, mean 10 and variance 20.
  double mean = 0, small = 0;
  constexpr int kRuns = 400;
  for (int run = 0; run < kRuns; ++run) {
    const Evaluation e = of(test::simulate(static_cast<std::uint64_t>(run + 50), 1000));
    mean += e.hosmer_lemeshow.statistic / kRuns;
    small += e.observed_to_expected_lo < 1 && 1 < e.observed_to_expected_hi ? 1.0 / kRuns : 0;
  }
  EXPECT_NEAR(mean, 10, 4 * std::sqrt(20.0 / kRuns));
  EXPECT_GT(small, .8);  // a Poisson interval is too wide for Bernoulli counts, never too narrow
}

// --- hostile -----------------------------------------------------------------

TEST(Evaluation, CertainAndWrongIsFiniteAndCounted) {
  const Evaluation e = of({{1, 0, 1, 0}, {0, 1, .5, .5}});
  EXPECT_EQ(e.certain_and_wrong, 2);
  EXPECT_NEAR(e.by_account.log_loss, (2 * -std::log(kCertain) + 2 * std::log(2)) / 4, 1e-4);
  EXPECT_TRUE(std::isfinite(e.line.slope));
}

TEST(Evaluation, OneOutcomeLeavesWhatNeedsBothOut) {
  for (const double y : {0.0, 1.0}) {
    const Evaluation e = of({Values(30, y), Values(30, .3), {}, Values(30, 5.0)});
    EXPECT_NEAR(e.by_account.brier, y == 1 ? .49 : .09, 1e-15);
    EXPECT_TRUE(std::isnan(e.by_account.brier_skill));
    EXPECT_TRUE(std::isnan(e.by_account.auc) && std::isnan(e.auc.lo));
    EXPECT_TRUE(std::isnan(e.line.slope) && std::isnan(e.line.in_the_large));
    EXPECT_EQ(std::isnan(e.top[0].lift), y == 0);
    EXPECT_EQ(e.reliability.empty(), y == 0);
  }
}

TEST(Evaluation, BadRowsAndValues) {
  Sample s = test::simulate(10, 100);
  const Evaluation clean = of(s);
  for (const auto& [y, p] :
       std::vector<std::pair<double, double>>{{kNaN, .5}, {1, kNaN}, {0, 2}, {-1, .5}}) {
    s.outcome.push_back(y);
    s.probability.push_back(p);
    s.value.push_back(1e6);
  }
  const Evaluation e = of(s);
  expect_same(clean, e, 0);
  EXPECT_EQ(e.rows.rows_rejected, 3u);
  EXPECT_EQ(e.unknown_outcomes, 1u);
  s.value[0] = kNaN;
  s.value[1] = -1;
  s.value[2] = 1e300;
  s.value[3] = HUGE_VAL;
  const Evaluation without = of(s);
  EXPECT_EQ(without.rows_without_value, 4u);
  expect_same(without.by_account, clean.by_account, 0);
  EXPECT_TRUE(std::isfinite(without.by_value.brier));
  std::fill(s.value.begin(), s.value.end(), 0.0);
  EXPECT_TRUE(std::isnan(of(s).by_value.brier));
  EXPECT_TRUE(std::isnan(of(s).top[0].value_recall));
}

TEST(Evaluation, RefusalsNameTheArgument) {
  const Sample s = test::simulate(11, 50);
  const auto refusal = [&](const EvaluationOptions& o) {
    return evaluate(s.columns(), s.value, o).error().message();
  };
  EXPECT_EQ(refusal({.interval_level = 0}), "`interval_level` must be between 0 and 1, got 0");
  EXPECT_EQ(refusal({.bins = 0}), "`bins` must be 1 to 1000, got 0");
  EXPECT_EQ(refusal({.least_events = 0}), "`least_events` must be > 0, got 0");
  EvaluationOptions options;
  options.fractions = {.1, 1.1};
  EXPECT_EQ(refusal(options), "`fractions` must be within (0, 1], got 1.1");
  EXPECT_EQ(evaluate({}).error().code(), StatusCode::insufficient_data);
  const Values y{0, 1}, percent{5, 60}, two{2, 2}, p{.1, .2}, less{-1, -1};
  EXPECT_EQ(evaluate({y, percent}).error().message(),
            "no row can be used: `probability` must be within 0..1, got 5 in row 0 (in percent? "
            "divide by 100)");
  EXPECT_EQ(evaluate({two, p}).error().message(),
            "no row can be used: `outcome` must be 0, 1 or missing, got 2 in row 0");
  EXPECT_EQ(evaluate({y, p, less}).error().message(),
            "no row can be used: `weight` must be finite and >= 0, got -1 in row 0");
  EXPECT_EQ(evaluate({Values{kNaN}, Values{.5}}).error().message(),
            "`outcome` has no row that can be used");
  EXPECT_EQ(evaluate(s.columns(), Values{1}).error().message(), "`value` has 1 rows, expected 50");
}

}  // namespace
}  // namespace kam::churn
