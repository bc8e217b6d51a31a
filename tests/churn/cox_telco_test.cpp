/// Cox regressions of the 7,043 customers of a telephone company, tenure in months, against R
/// (survival 3.5.3, coxph with Efron ties); the stratified one is printed with two decimals by the
/// churn example of lifelines.
#include <kam/churn/cox.hpp>

#include <gtest/gtest.h>

#include "churn/survival_data.hpp"

namespace kam {
namespace {

using test::DataTable;
using test::expect_digits;
using test::SurvivalData;

SurvivalData telco(const DataTable& table) {
  SurvivalData d;
  d.duration = table.numbers("tenure");
  d.event = table.indicator("Churn", "Yes");
  return d;
}

void add_levels(const DataTable& table, const std::string& column,
                const std::vector<std::string>& levels, SurvivalData& d) {
  for (const std::string& level : levels)
    d.add(column == "Contract" || column == "PaymentMethod" ? level : column + level,
          table.indicator(column, level));
}

const std::vector<std::string> kPayments = {"Credit card (automatic)", "Electronic check",
                                            "Mailed check"};

double coefficient(const cox::Fit& fit, const std::string& name) {
  for (std::size_t j = 0; j < fit.model.names.size(); ++j)
    if (fit.model.names[j] == name) return fit.model.coefficients[j];
  return kNaN;
}

TEST(TelcoCox, StratifiedByServices) {
  const DataTable table("telco.csv");
  SurvivalData d = telco(table);
  std::vector<std::string> keys(table.rows());
  for (const char* column : {"InternetService", "StreamingMovies", "StreamingTV", "PhoneService"}) {
    const auto texts = table.texts(column);  // "No internet service" is a No
    for (std::size_t i = 0; i < keys.size(); ++i)
      keys[i] += (texts[i].starts_with("No ") ? "No" : texts[i]) + "|";
  }
  d.stratum = test::codes(keys, d.strata);
  add_levels(table, "gender", {"Male"}, d);
  d.add("SeniorCitizen", table.numbers("SeniorCitizen"));
  for (const char* column : {"Partner", "Dependents", "MultipleLines", "OnlineSecurity",
                             "OnlineBackup", "DeviceProtection", "TechSupport", "PaperlessBilling"})
    add_levels(table, column, {"Yes"}, d);
  add_levels(table, "Contract", {"One year", "Two year"}, d);
  add_levels(table, "PaymentMethod", kPayments, d);
  d.add("MonthlyCharges", table.numbers("MonthlyCharges"));
  const auto fit = test::fit(d);
  ASSERT_TRUE(fit);
  EXPECT_TRUE(fit->converged());
  EXPECT_EQ(fit->events, 1869);
  EXPECT_EQ(fit->rows.rows_scored, 7043u);  // the 11 rows of tenure 0 are usable
  expect_digits(coefficient(*fit, "genderMale"), -0.0924934457, 10);
  expect_digits(coefficient(*fit, "PartnerYes"), -0.5307640417, 10);
  expect_digits(coefficient(*fit, "One year"), -1.5930007625, 10);
  expect_digits(coefficient(*fit, "Two year"), -3.1070694340, 10);
  expect_digits(coefficient(*fit, "Electronic check"), 0.5634616897, 10);
  expect_digits(fit->log_likelihood, -10106.0483453, 7, 1e-11);
  expect_digits(fit->concordance, 0.8319866412, 10, 1e-10);
}

TEST(TelcoCox, ThirteenTerms) {
  const DataTable table("telco.csv");
  SurvivalData d = telco(table);
  add_levels(table, "gender", {"Male"}, d);
  d.add("SeniorCitizen", table.numbers("SeniorCitizen"));
  for (const char* column : {"Partner", "Dependents", "PaperlessBilling"})
    add_levels(table, column, {"Yes"}, d);
  add_levels(table, "Contract", {"One year", "Two year"}, d);
  add_levels(table, "PaymentMethod", kPayments, d);
  d.add("MonthlyCharges", table.numbers("MonthlyCharges"));
  add_levels(table, "InternetService", {"Fiber optic", "No"}, d);
  const auto efron = test::fit(d);
  cox::Options options;
  options.ties = cox::Ties::breslow;
  const auto breslow = test::fit(d, options);
  ASSERT_TRUE(efron && breslow);
  expect_digits(coefficient(*efron, "One year"), -1.7195866772, 10);
  expect_digits(coefficient(*efron, "Two year"), -3.4215530400, 10);
  expect_digits(coefficient(*efron, "InternetServiceFiber optic"), 1.4722090260, 10);
  expect_digits(efron->log_likelihood, -14029.0945998, 7, 1e-11);
  expect_digits(breslow->log_likelihood, -14076.5166643, 7, 1e-11);
  expect_digits(efron->concordance, 0.8525287740, 10, 1e-10);
}

}  // namespace
}  // namespace kam
