/// The Telco customers as regression columns, coded as R's treatment contrasts.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <kam/base/columns.hpp>

#include "data_table.hpp"

namespace kam::test {

class Telco {
 public:
  void number(const std::string& column) { add(column, table_.numbers(column)); }
  void level(const std::string& column, const std::string& level) {
    add(column + "[" + level + "]", table_.indicator(column, level));
  }
  void add(std::string name, std::vector<double> values) {
    columns_.emplace_back(std::move(name), std::move(values));
  }
  [[nodiscard]] std::vector<Covariate> covariates() const {
    std::vector<Covariate> made;
    for (const auto& [name, values] : columns_) made.push_back({name, values});
    return made;
  }
  [[nodiscard]] std::vector<double> churned() const { return table_.indicator("Churn", "Yes"); }
  [[nodiscard]] std::vector<double> tenure() const { return table_.numbers("tenure"); }

 private:
  DataTable table_{"telco.csv"};
  std::vector<std::pair<std::string, std::vector<double>>> columns_;
};

/// Ten predictors, fourteen columns: the logistic regression of the reference numbers.
inline Telco telco_logistic() {
  Telco t;
  t.level("gender", "Male");
  t.number("SeniorCitizen");
  t.level("Partner", "Yes");
  t.level("Dependents", "Yes");
  t.number("tenure");
  t.level("Contract", "One year");
  t.level("Contract", "Two year");
  t.level("PaperlessBilling", "Yes");
  t.level("PaymentMethod", "Credit card (automatic)");
  t.level("PaymentMethod", "Electronic check");
  t.level("PaymentMethod", "Mailed check");
  t.number("MonthlyCharges");
  t.level("InternetService", "Fiber optic");
  t.level("InternetService", "No");
  return t;
}

/// The covariates of the discrete-time hazard of the reference numbers.
inline Telco telco_hazard() {
  Telco t;
  t.level("Contract", "One year");
  t.level("Contract", "Two year");
  t.level("PaymentMethod", "Credit card (automatic)");
  t.level("PaymentMethod", "Electronic check");
  t.level("PaymentMethod", "Mailed check");
  t.number("SeniorCitizen");
  t.level("Partner", "Yes");
  t.number("MonthlyCharges");
  return t;
}

}  // namespace kam::test
