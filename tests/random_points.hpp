/// Compares a model with its table of random hard points, tests/reference/random_MODEL.csv
/// (tools/make_random_tables.py): relative error 1e-9 at hard points, 1e-12 in the bulk, and
/// nothing NaN, infinite, negative, no probability above 1.
#pragma once

#include <cstdio>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "reference_table.hpp"

namespace kam::test {

struct WorstError {
  double error = 0;
  std::size_t row = 0;
};

/// The log-likelihood is judged by its mixed error. Below the smallest normal double relative
/// accuracy cannot exist; 0 or nearly so is right.
inline double error_of(const std::string& quantity, double got, double want) {
  if (quantity == "log_likelihood") return mixed_error(got, want);
  if (std::fabs(want) < 1e-300) return got >= 0 && got < 1e-299 ? 0 : 1;
  return relative_error(got, want);
}

inline bool possible(const std::string& quantity, double got) {
  if (quantity == "log_likelihood") return std::isfinite(got);
  const bool probability = quantity.find("prob") != std::string::npos || quantity == "survival";
  return got >= 0 && got < HUGE_VAL && !(probability && got > 1);
}

/// answers(table, row) gives the quantities in the order of their columns.
template <class Answers>
void compare_random_points(const std::string& model, const std::vector<std::string>& quantities,
                           const Answers& answers) {
  const ReferenceTable table("random_" + model + ".csv");
  EXPECT_GE(table.size(), 1000u);
  std::map<std::string, std::vector<WorstError>> worst;
  for (std::size_t row = 0; row < table.size(); ++row) {
    const std::string& region = table.text(row, "region");
    const double budget = region == "bulk" ? 1e-12 : 1e-9;
    const std::vector<double> got = answers(table, row);
    ASSERT_EQ(got.size(), quantities.size());
    worst[region].resize(quantities.size());
    for (std::size_t q = 0; q < quantities.size(); ++q) {
      const double want = table.number(row, quantities[q]);
      const double error = error_of(quantities[q], got[q], want);
      EXPECT_TRUE(possible(quantities[q], got[q]))
          << model << " row " << row << " " << quantities[q] << " is " << got[q];
      EXPECT_LE(error, budget) << model << " row " << row << " " << quantities[q] << " is "
                               << got[q] << ", must be " << want;
      WorstError& most = worst[region][q];
      if (!(error <= most.error)) most = {error, row};
    }
  }
  for (const auto& [region, errors] : worst) {
    std::printf("  random %-12s %-5s", model.c_str(), region.c_str());
    for (std::size_t q = 0; q < quantities.size(); ++q) {
      std::printf(" %s %.1e (row %zu)", quantities[q].c_str(), errors[q].error, errors[q].row);
    }
    std::printf("\n");
  }
}

}  // namespace kam::test
