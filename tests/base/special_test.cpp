/// Error budgets against 50-digit tables (tools/make_reference_tables.py). Budgets may only shrink;
/// docs/accuracy.md prints them.
#include <kam/base/hypergeometric.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/special.hpp>

#include <functional>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "reference_table.hpp"

namespace kam {
namespace {

using test::mixed_error;
using test::ReferenceTable;
using test::relative_error;

struct Budget {
  bool relative;  // else mixed_error: the function passes through 0
  double most;
};

/// Function and region -> budget.
const std::map<std::string, Budget>& budgets() {
  static const std::map<std::string, Budget> kBudgets = {
      {"log_gamma/small", {false, 5e-16}},
      {"log_gamma/near_one_two", {false, 5e-16}},
      {"log_gamma/mid", {false, 5e-16}},
      {"log_gamma/large", {false, 5e-16}},
      {"digamma/small", {false, 1e-15}},
      {"digamma/mid", {false, 2e-15}},
      {"digamma/large", {false, 5e-16}},
      {"digamma/near_root", {false, 3e-15}},
      {"trigamma/small", {true, 1e-15}},
      {"trigamma/mid", {true, 2e-15}},
      {"trigamma/large", {true, 5e-16}},
      {"log_gamma_ratio/integer_small", {false, 1e-15}},
      {"log_gamma_ratio/integer_large", {false, 1e-15}},
      {"log_gamma_ratio/real_small", {false, 1e-15}},
      {"log_gamma_ratio/real_large", {false, 5e-16}},
      {"log_gamma_ratio/tiny_a", {false, 6e-15}},
      {"log_beta/mid", {false, 1e-15}},
      {"log_beta/large", {false, 1e-15}},
      {"log_beta/tiny", {false, 5e-16}},
      {"log1mexp/tiny", {true, 5e-16}},
      {"log1mexp/mid", {true, 5e-16}},
      {"log1mexp/large", {true, 5e-16}},
      {"log_hyp2f1/bulk", {false, 4e-15}},
      {"log_hyp2f1/heavy", {false, 1e-14}},
      {"log_hyp2f1/near_one", {false, 1e-14}},
      {"log_hyp2f1/below", {false, 2e-15}},
      {"mean_saturation/bulk", {true, 3e-14}},
      {"mean_saturation/a_is_one", {true, 1e-14}},
      {"mean_saturation/heavy", {true, 2e-13}},
      {"mean_saturation/wide", {true, 3e-14}},
      {"mean_saturation/tiny", {true, 2e-15}},
  };
  return kBudgets;
}

double evaluate(const std::string& function, double x1, double x2, double x3, double x4) {
  static const std::map<std::string, std::function<double(double, double, double, double)>>
      kFunctions = {
          {"log_gamma", [](double x, double, double, double) { return log_gamma(x); }},
          {"digamma", [](double x, double, double, double) { return digamma(x); }},
          {"trigamma", [](double x, double, double, double) { return trigamma(x); }},
          {"log1mexp", [](double x, double, double, double) { return log1mexp(x); }},
          {"log_gamma_ratio",
           [](double a, double d, double, double) { return log_gamma_ratio(a, d); }},
          {"log_beta", [](double a, double b, double, double) { return log_beta(a, b); }},
          {"log_hyp2f1", log_hyp2f1},
          {"mean_saturation", mean_saturation},
      };
  return kFunctions.at(function)(x1, x2, x3, x4);
}

TEST(SpecialFunctions, StayWithinTheirErrorBudgetsOfFiftyDigitTables) {
  const ReferenceTable table("special.csv");
  std::map<std::string, double> worst;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::string name = table.text(i, "function") + "/" + table.text(i, "region");
    const double got =
        evaluate(table.text(i, "function"), table.number(i, "x1"), table.number(i, "x2"),
                 table.number(i, "x3"), table.number(i, "x4"));
    const double want = table.number(i, "value");
    const auto budget = budgets().find(name);
    ASSERT_NE(budget, budgets().end()) << "no budget for " << name;
    const double error =
        budget->second.relative ? relative_error(got, want) : mixed_error(got, want);
    worst[name] = std::fmax(worst[name], error);
    EXPECT_LE(error, budget->second.most)
        << name << " row " << i << ": " << got << " want " << want;
  }
  EXPECT_EQ(worst.size(), budgets().size()) << "a region of the budget has no rows";
  for (const auto& [name, error] : worst) {
    RecordProperty(name, std::to_string(error * 1e15) + "e-15");
    std::printf("  %-32s worst %.2e budget %.0e\n", name.c_str(), error, budgets().at(name).most);
  }
}

TEST(SpecialFunctions, AnswerNaNOutsideTheirDomain) {
  for (const double bad : {0.0, -1.0, kNaN, -HUGE_VAL}) {
    EXPECT_TRUE(std::isnan(log_gamma(bad))) << bad;
    EXPECT_TRUE(std::isnan(digamma(bad))) << bad;
    EXPECT_TRUE(std::isnan(trigamma(bad))) << bad;
    EXPECT_TRUE(std::isnan(log_gamma_ratio(bad, 1))) << bad;
    EXPECT_TRUE(std::isnan(log_beta(bad, 1))) << bad;
    EXPECT_TRUE(std::isnan(log_hyp2f1(1, bad, 2, 0.5))) << bad;
    EXPECT_TRUE(std::isnan(mean_saturation(bad, 1, 1, 1))) << bad;
  }
  EXPECT_TRUE(std::isnan(log_hyp2f1(1, 1, 2, 1)));
  EXPECT_TRUE(std::isnan(log_hyp2f1(1, 1, 2, -0.1)));
  EXPECT_TRUE(std::isnan(mean_saturation(1, 1, 1, HUGE_VAL)));
  EXPECT_TRUE(std::isnan(log_gamma_ratio(1, -1)));
  EXPECT_EQ(log1mexp(0), -HUGE_VAL);
  EXPECT_TRUE(std::isnan(normal_quantile(0)));
  EXPECT_TRUE(std::isnan(normal_quantile(1)));
}

TEST(SpecialFunctions, SeriesAndQuadratureOfTheSaturationMeanAgree) {
  for (const double s : {0.3, 2.0, 25.0, 400.0}) {
    for (const double a : {0.2, 0.999999, 1.0, 3.0}) {
      for (const double u : {0.01, 0.7, 5.0}) {
        EXPECT_LE(relative_error(detail::saturation_series(s, a, 2.5, u),
                                 detail::saturation_integral(s, a, 2.5, u)),
                  1e-12)
            << s << " " << a << " " << u;
      }
    }
  }
}

TEST(SpecialFunctions, SaturationMeanEqualsItsHypergeometricForm) {
  for (const double a : {0.3, 0.7, 2.0, 6.0}) {
    const double s = 3.2, b = 4.5, u = 1.3, z = u / (1 + u);
    const double closed =
        (a + b - 1) / (a - 1) * (1 - std::exp(-s * std::log1p(u) + log_hyp2f1(s, b, a + b - 1, z)));
    EXPECT_LE(relative_error(mean_saturation(s, a, b, u), closed), 1e-12) << a;
  }
}

TEST(SpecialFunctions, NormalQuantilesAreTheTabulatedOnes) {
  EXPECT_NEAR(normal_quantile(0.9), 1.2815515655446004, 1e-15);
  EXPECT_NEAR(normal_quantile(0.975), 1.9599639845400545, 1e-15);
  EXPECT_NEAR(normal_quantile(1e-10), -6.361340902404056, 1e-13);
  EXPECT_EQ(normal_quantile(0.5), 0);
}

TEST(Interval, StaysInsideItsDomain) {
  const Interval p = logit_interval(0.98, 2.0, 1.28);
  EXPECT_LT(p.hi, 1);
  EXPECT_GT(p.lo, 0);
  EXPECT_LT(p.lo, p.estimate);
  const Interval certain = logit_interval(1.0, kNaN, 1.28);
  EXPECT_EQ(certain.lo, 1);
  EXPECT_EQ(certain.hi, 1);
  const Interval money = log_interval(100, 0.5, 1.28);
  EXPECT_NEAR(money.lo * money.hi, 100 * 100, 1e-9);
  EXPECT_EQ(interval_z(0).error().code(), StatusCode::invalid_argument);
  EXPECT_EQ(interval_z(kNaN).error().code(), StatusCode::invalid_argument);
  EXPECT_NEAR(*interval_z(0.8), 1.2815515655446004, 1e-14);
}

}  // namespace
}  // namespace kam
