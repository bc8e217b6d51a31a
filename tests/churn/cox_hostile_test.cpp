/// Cox regressions of data that carry little, nothing or nonsense.
#include <kam/churn/cox.hpp>

#include <cmath>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include "churn/survival_data.hpp"
#include "reference_table.hpp"

namespace kam {
namespace {

using test::relative_error;
using test::rossi;
using test::SurvivalData;

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

TEST(CoxAliased, ADuplicateOrExplainedColumnIsDroppedByName) {
  SurvivalData d = rossi();
  const auto plain = test::fit(d);
  std::vector<double> sum;
  for (std::size_t i = 0; i < 432; ++i) sum.push_back(3 - 2 * d.values[1][i] + d.values[6][i]);
  d.add("copy", d.values[0]);
  d.add("sum", sum);
  const auto fit = test::fit(d);
  ASSERT_TRUE(plain && fit);
  EXPECT_TRUE(fit->converged());
  EXPECT_EQ(fit->dropped, (std::vector<std::string>{"copy", "sum"}));
  EXPECT_EQ(fit->warning, "dropped, constant or explained by earlier columns: `copy`, `sum`");
  EXPECT_TRUE(std::isnan(fit->model.coefficients[7]) && std::isnan(fit->standard_errors[8]));
  for (std::size_t j = 0; j < 7; ++j) {
    EXPECT_LE(relative_error(fit->model.coefficients[j], plain->model.coefficients[j]), 1e-9);
    EXPECT_LE(relative_error(fit->standard_errors[j], plain->standard_errors[j]), 1e-9);
  }
  EXPECT_EQ(fit->likelihood_ratio.degrees_of_freedom, 7);
  // Dropped columns count as 0 in predictions, whatever they hold.
  auto row = d.row(0);
  row[8] = kNaN;
  EXPECT_LE(relative_error(cox::churn_probability(fit->model, row, 20),
                           cox::churn_probability(plain->model, rossi().row(0), 20)),
            1e-9);
  // A ridge shares the effect between copies instead.
  cox::Options options;
  options.ridge = 1;
  const auto ridge = test::fit(d, options);
  ASSERT_TRUE(ridge);
  EXPECT_TRUE(ridge->dropped.empty());
  EXPECT_NEAR(ridge->model.coefficients[0], ridge->model.coefficients[7], 1e-12);
}

TEST(CoxAliased, ConstantColumns) {
  SurvivalData d = rossi();
  d.add("constant", std::vector<double>(432, 3.3));
  d.add("huge", std::vector<double>(432, 1e300));
  const auto fit = test::fit(d);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->dropped, (std::vector<std::string>{"constant", "huge"}));
  SurvivalData alone = rossi();
  alone.names = {"constant"};
  alone.values = {std::vector<double>(432, 1)};
  const auto nothing = test::fit(alone);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code(), StatusCode::insufficient_data);
  EXPECT_NE(nothing.error().message().find("`constant`"), std::string::npos);
}

TEST(CoxAliased, AColumnThatTheStrataHold) {
  SurvivalData d = rossi();
  d.strata = 2;
  for (const double wexp : d.values[3]) d.stratum.push_back(wexp == 1 ? 1 : 0);
  const auto fit = test::fit(d);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->dropped, (std::vector<std::string>{"wexp"}));
  test::expect_digits(fit->log_likelihood, -580.885746514, 9, 1e-11);  // R, as in Strata
}

/// All events have z = 1, and nobody else.
SurvivalData separated() {
  SurvivalData d = rossi();
  d.add("z", d.event);
  return d;
}

TEST(CoxSeparation, IsNamedAndFinite) {
  const auto fit = test::fit(separated());
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->stop_reason, StopReason::boundary);
  EXPECT_EQ(fit->warning,
            "separation: the coefficient of `z` runs to infinity; a ridge would hold it");
  EXPECT_GT(fit->model.coefficients[7], 8);
  EXPECT_TRUE(all_finite(fit->model.coefficients));
  EXPECT_TRUE(all_finite(fit->standard_errors));
  EXPECT_TRUE(all_finite(fit->model.baselines[0].hazard));
  EXPECT_GT(fit->log_likelihood, fit->log_likelihood_null + 100);
}

TEST(CoxSeparation, ARidgeHoldsIt) {
  cox::Options options;
  options.ridge = 1;
  const auto fit = test::fit(separated(), options);
  ASSERT_TRUE(fit);
  EXPECT_TRUE(fit->converged());
  EXPECT_EQ(fit->warning, "");
  EXPECT_LT(fit->model.coefficients[7], 10);
}

TEST(CoxSeparation, ACombinationOfColumnsThatOrdersAllEvents) {
  SurvivalData d;
  std::vector<double> a, b;
  for (int i = 0; i < 40; ++i) {
    const double noise = std::sin(7.0 * i);
    d.duration.push_back(i + 1);
    d.event.push_back(1);
    a.push_back(noise - i);
    b.push_back(noise);  // a - b orders the events perfectly, neither does alone
  }
  d.add("a", a);
  d.add("b", b);
  d.add("c", std::vector<double>(40));
  for (int i = 0; i < 40; ++i) d.values[2][static_cast<std::size_t>(i)] = std::cos(3.0 * i);
  const auto fit = test::fit(d);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->stop_reason, StopReason::boundary);
  EXPECT_NE(fit->warning.find("`a`"), std::string::npos) << fit->warning;
  EXPECT_TRUE(all_finite(fit->model.coefficients));
  EXPECT_TRUE(all_finite(fit->standard_errors));
  EXPECT_GT(fit->standard_errors[0], 1);
}

TEST(CoxHostile, BadRowsAreLeftOut) {
  SurvivalData d = rossi();
  const auto plain = test::fit(d);
  const double bad[][4] = {{-1, 1, 0, 25},      {10, 2, 0, 25},  {kNaN, 1, 0, 25},
                           {10, kNaN, 0, 25},   {10, 1, 12, 25}, {10, 1, 0, kNaN},
                           {10, 1, 0, HUGE_VAL}};
  d.entry.assign(432, 0);
  for (const auto& row : bad) {
    d.duration.push_back(row[0]);
    d.event.push_back(row[1]);
    d.entry.push_back(row[2]);
    for (std::size_t j = 0; j < 7; ++j) d.values[j].push_back(j == 1 ? row[3] : 1);
  }
  const auto fit = test::fit(d);
  ASSERT_TRUE(plain && fit);
  EXPECT_EQ(fit->rows.rows_rejected, 7u);
  EXPECT_EQ(fit->rows.first_rejected, 432u);
  EXPECT_EQ(fit->rows.first_reason, RowReason::out_of_domain);
  for (std::size_t j = 0; j < 7; ++j)
    EXPECT_LE(relative_error(fit->model.coefficients[j], plain->model.coefficients[j]), 1e-11);
}

TEST(CoxHostile, TenThousandTiesAtOneTime) {
  SurvivalData d;
  Random random(1);
  std::vector<double> x;
  for (int i = 0; i < 20'000; ++i) {
    x.push_back(random.normal());
    d.duration.push_back(i % 2 == 0 ? 7 : 8);
    d.event.push_back(i % 2 == 0 ? 1 : 0);
  }
  d.add("x", x);
  cox::Options robust;
  robust.robust = true;
  const auto fit = test::fit(d, robust);
  ASSERT_TRUE(fit);
  EXPECT_TRUE(fit->converged());
  EXPECT_NEAR(fit->model.coefficients[0], 0, .05);
  EXPECT_TRUE(all_finite(fit->standard_errors));
  EXPECT_NEAR(fit->model.baselines[0].hazard[0], std::log(2.0), 1e-3);  // half are gone
}

TEST(CoxHostile, HugeTimesAndHugeCovariates) {
  SurvivalData d = rossi();
  const auto plain = test::fit(d);
  for (double& t : d.duration) t *= 1e298;
  for (double& x : d.values[6]) x *= 1e300;
  for (double& x : d.values[1]) x *= 1e-300;
  const auto fit = test::fit(d);
  ASSERT_TRUE(plain && fit);
  EXPECT_TRUE(fit->converged());
  EXPECT_LE(relative_error(fit->log_likelihood, plain->log_likelihood), 1e-12);
  EXPECT_LE(relative_error(1e300 * fit->model.coefficients[6], plain->model.coefficients[6]), 1e-9);
  EXPECT_LE(relative_error(1e-300 * fit->model.coefficients[1], plain->model.coefficients[1]),
            1e-9);
}

TEST(CoxHostile, OneOutlierDoesNotBreakTheSearch) {
  SurvivalData d = rossi();
  d.values[6][5] = 1e7;
  const auto fit = test::fit(d);
  ASSERT_TRUE(fit);
  EXPECT_TRUE(all_finite(fit->model.coefficients));
  EXPECT_GE(fit->log_likelihood, fit->log_likelihood_null);
}

TEST(CoxHostile, TenureZero) {  // an event before all others, as R takes it
  SurvivalData d = rossi();
  d.duration[0] = 0;
  const auto zero = test::fit(d);
  d.duration[0] = 0.5;
  const auto half = test::fit(d);
  ASSERT_TRUE(zero && half);
  EXPECT_EQ(zero->rows.rows_rejected, 0u);
  EXPECT_EQ(zero->model.coefficients, half->model.coefficients);
  EXPECT_EQ(zero->model.baselines[0].time[0], 0);
  // It counts for an account just won.
  EXPECT_GT(cox::churn_probability(zero->model, d.row(1), 0.25), 0);
}

TEST(CoxHostile, AFewRows) {
  SurvivalData d;
  d.duration = {1, 2, 3};
  d.event = {1, 1, 0};
  d.add("x", {0, 1, 0.5});
  const auto fit = test::fit(d);
  ASSERT_TRUE(fit);
  EXPECT_TRUE(all_finite(fit->model.coefficients));
  d.event = {0, 0, 0};
  EXPECT_EQ(test::fit(d).error().code(), StatusCode::insufficient_data);
  d.event = {0, 0, 1};  // alone at risk at its only event: no column says anything
  EXPECT_EQ(test::fit(d).error().code(), StatusCode::insufficient_data);
  SurvivalData empty;
  empty.add("x", {});
  EXPECT_EQ(test::fit(empty).error().code(), StatusCode::insufficient_data);
  EXPECT_EQ(test::fit(SurvivalData{}).error().code(), StatusCode::insufficient_data);
}

TEST(CoxHostile, WrongCalls) {
  const SurvivalData d = rossi();
  const auto code = [&](const cox::Options& options) {
    return test::fit(d, options).error().code();
  };
  cox::Options o;
  o.ridge = -1;
  EXPECT_EQ(code(o), StatusCode::invalid_argument);
  o = {};
  o.tolerance = 0;
  EXPECT_EQ(code(o), StatusCode::invalid_argument);
  o = {};
  o.max_iterations = 0;
  EXPECT_EQ(code(o), StatusCode::invalid_argument);
  SurvivalData wrong = rossi();
  wrong.values[2].pop_back();
  EXPECT_EQ(test::fit(wrong).error().message(), "`race` has 431 rows, expected 432");
  wrong = rossi();
  wrong.cluster.assign(432, 5);
  wrong.clusters = 5;
  EXPECT_EQ(test::fit(wrong).error().message(),
            "`cluster` must be below the number of clusters, got 5");
}

TEST(CoxHostile, AnEarlyStopIsSaid) {
  cox::Options options;
  options.max_iterations = 1;
  const auto fit = test::fit(rossi(), options);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->stop_reason, StopReason::iteration_limit);
  EXPECT_EQ(fit->warning, "the fit stopped early: iteration_limit");
}

TEST(CoxHostile, PredictionsOutsideTheDomain) {
  const SurvivalData d = rossi();
  const auto fit = test::fit(d);
  ASSERT_TRUE(fit);
  const auto row = d.row(0);
  const auto churn = [&](double horizon, double tenure = 0, std::size_t stratum = 0) {
    return cox::churn_probability(fit->model, row, horizon, tenure, stratum);
  };
  EXPECT_EQ(churn(0), 0);
  EXPECT_FALSE(std::isnan(churn(52)));
  for (const double p : {churn(-1), churn(kNaN), churn(53), churn(10, 43), churn(1, -1),
                         churn(1, kNaN), churn(1, 0, 1)})
    EXPECT_TRUE(std::isnan(p));
  EXPECT_TRUE(std::isnan(cox::log_hazard_ratio(fit->model, std::vector<double>{1})));
  auto columns = d.covariates();
  std::vector<double> tenure(432, 0), out(432);
  tenure[3] = 50;
  tenure[4] = -2;
  const BatchReport report = cox::churn_probability(fit->model, {columns, tenure, {}, 432}, 5, out);
  EXPECT_EQ(report.rows_rejected, 2u);
  EXPECT_EQ(report.first_reason, RowReason::beyond_observed);
  columns.pop_back();
  const BatchReport missing =
      cox::churn_probability(fit->model, {columns, tenure, {}, 432}, 5, out);
  EXPECT_EQ(missing.status.message(), "covariate `prio` is missing");
  std::vector<double> times{10, 60}, table(864);
  const auto all = d.covariates();
  const BatchReport beyond = cox::survival(fit->model, {all, {}, {}, 432}, times, table);
  EXPECT_EQ(beyond.rows_rejected, 432u);
  EXPECT_FALSE(std::isnan(table[0]));
  EXPECT_TRUE(std::isnan(table[1]));
  EXPECT_EQ(cox::survival(fit->model, {all, {}, {}, 432}, times, out).status.code(),
            StatusCode::size_mismatch);
}

TEST(CoxProportionalHazards, FindsAnEffectThatFades) {
  SurvivalData d;
  Random random(8);
  std::vector<double> x, y;
  for (int i = 0; i < 3000; ++i) {
    x.push_back(random.uniform() < .5 ? 1 : 0);
    y.push_back(random.normal());
    double life = random.exponential() * (x.back() == 1 ? .3 : 1);     // hazard ratio 3 until 0.3
    if (x.back() == 1 && life > .3) life = .3 + random.exponential();  // then 1
    d.duration.push_back(std::fmin(life, 2));
    d.event.push_back(life <= 2 ? 1 : 0);
  }
  d.add("x", x);
  d.add("y", y);
  const auto columns = d.covariates();
  const auto fit = cox::fit(d.data(columns));
  ASSERT_TRUE(fit);
  for (const auto scale :
       {cox::TimeScale::rank, cox::TimeScale::identity, cox::TimeScale::kaplan_meier}) {
    const auto check = cox::proportional_hazards(d.data(columns), *fit, scale);
    ASSERT_TRUE(check);
    EXPECT_LT(check->columns[0].p_value, 1e-6);
    EXPECT_GT(check->columns[1].p_value, .01);
    EXPECT_LT(check->global.p_value, 1e-5);
  }
}

}  // namespace
}  // namespace kam
