/// The data sets of tests/data as survival columns, and the tolerance of the published numbers.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <kam/churn/cox.hpp>

#include "data_table.hpp"

namespace kam::test {

/// Columns with an owner, ready for a fit.
struct SurvivalData {
  std::vector<double> duration, event, entry, weight;
  std::vector<std::uint32_t> stratum, cluster;
  std::size_t strata = 1, clusters = 0;
  std::vector<std::string> names;
  std::deque<std::vector<double>> values;

  void add(std::string name, std::vector<double> column) {
    names.push_back(std::move(name));
    values.push_back(std::move(column));
  }
  [[nodiscard]] std::vector<Covariate> covariates() const {
    std::vector<Covariate> out;
    for (std::size_t j = 0; j < names.size(); ++j) out.push_back({names[j], values[j]});
    return out;
  }
  [[nodiscard]] SurvivalColumns rows() const { return {duration, event, entry, weight}; }
  /// The covariates must outlive the data.
  [[nodiscard]] cox::Data data(const std::vector<Covariate>& columns) const {
    return {rows(), columns, stratum, strata, cluster, clusters};
  }
  [[nodiscard]] std::vector<double> row(std::size_t i) const {
    std::vector<double> out;
    for (const auto& column : values) out.push_back(column[i]);
    return out;
  }
};

inline Result<cox::Fit> fit(const SurvivalData& d, const cox::Options& options = {}) {
  const auto columns = d.covariates();
  return cox::fit(d.data(columns), options);
}

/// Codes of texts in order of appearance.
inline std::vector<std::uint32_t> codes(const std::vector<std::string>& texts, std::size_t& count) {
  std::map<std::string, std::uint32_t> seen;
  std::vector<std::uint32_t> out;
  for (const std::string& text : texts)
    out.push_back(seen.try_emplace(text, static_cast<std::uint32_t>(seen.size())).first->second);
  count = seen.size();
  return out;
}

inline SurvivalData read(const std::string& file, const std::string& duration,
                         const std::string& event, const std::vector<std::string>& covariates) {
  const DataTable table(file);
  SurvivalData d;
  d.duration = table.numbers(duration);
  d.event = table.numbers(event);
  for (const std::string& name : covariates) d.add(name, table.numbers(name));
  return d;
}

inline SurvivalData rossi() {
  return read("rossi.csv", "week", "arrest", {"fin", "age", "race", "wexp", "mar", "paro", "prio"});
}

/// Known from half of their weeks on, if these are more than ten.
inline SurvivalData truncated_rossi() {
  SurvivalData d = rossi();
  for (const double week : d.duration) d.entry.push_back(week > 10 ? std::floor(week / 2) : 0);
  return d;
}

/// Relative agreement with a printed number, which itself is rounded at `digits` decimals.
inline void expect_digits(double got, double printed, int digits, double relative = 1e-7) {
  const double rounding = 0.51 * std::pow(10.0, -digits);
  EXPECT_NEAR(got, printed, relative * std::fabs(printed) + rounding);
}
inline void expect_all(const std::vector<double>& got, const std::vector<double>& printed,
                       int digits = 10, double relative = 1e-7) {
  ASSERT_EQ(got.size(), printed.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    SCOPED_TRACE(i);
    expect_digits(got[i], printed[i], digits, relative);
  }
}

}  // namespace kam::test
