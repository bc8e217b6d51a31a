/// Against 50-digit tables (tests/reference/discrete.csv). Budgets: docs/models/bgbb.md and sbg.md.
#include <kam/base/beta_survival.hpp>
#include <kam/churn/bgbb.hpp>

#include <cstdio>
#include <map>

#include <gtest/gtest.h>

#include "reference_table.hpp"

namespace kam {
namespace {

using test::mixed_error;
using test::relative_error;

const test::ReferenceTable& table() {
  static const test::ReferenceTable kTable("discrete.csv");
  return kTable;
}

/// The largest error per region of one function; `errors(x, y)` of inputs x1.. and outputs y1...
template <class Errors>
std::map<std::string, double> worst(const std::string& function, const Errors& errors) {
  std::map<std::string, double> result;
  for (std::size_t row = 0; row < table().size(); ++row) {
    if (table().text(row, "function") != function) continue;
    double x[9], y[5];
    for (std::size_t i = 1; i <= 8; ++i) x[i] = table().number(row, "x" + std::to_string(i));
    for (std::size_t i = 1; i <= 4; ++i) y[i] = table().number(row, "y" + std::to_string(i));
    double& most = result[table().text(row, "region")];
    most = std::fmax(most, errors(x, y));
  }
  for (const auto& [region, error] : result)
    std::printf("%s %s: %.1e\n", function.c_str(), region.c_str(), error);
  return result;
}

TEST(DiscreteReference, LogBetaSurvival) {
  auto error = worst("log_beta_survival", [](const double* x, const double* y) {
    return relative_error(log_beta_survival(x[1], x[2], x[3]), y[1]);
  });
  EXPECT_LE(error.at("bulk"), 1e-14);
  EXPECT_LE(error.at("hard"), 1e-12);
}

/// Arguments so small that rounding of Stirling's remainder would be all there is (400 digits).
TEST(DiscreteReference, LogBetaSurvivalOfTinyArguments) {
  EXPECT_LE(relative_error(log_beta_survival(1e-12, 33, 14), -3.5819205054958000962e-13), 1e-14);
  EXPECT_LE(relative_error(log_beta_survival(1e-15, 12, 1e6), -1.13728603779223801e-14), 1e-14);
  EXPECT_LE(relative_error(log_beta_survival(1e-14, 1e4, 1e-5), -1.0000500011666167413e-23), 1e-14);
}

/// Few periods, many, endless: by its series and by its quadrature. `large`: a and b to 1e6, where
/// the quadrature loses digits to ln B(a, b).
TEST(DiscreteReference, DiscountedSurvival) {
  auto error = worst("discounted_survival", [](const double* x, const double* y) {
    return relative_error(discounted_survival(x[1], x[2], x[3], x[4]), y[1]);
  });
  EXPECT_LE(error.at("bulk"), 1e-12);
  EXPECT_LE(error.at("hard"), 1e-12);
  EXPECT_LE(error.at("large"), 1e-9);
}

TEST(DiscreteReference, Bgbb) {
  auto error = worst("bgbb", [](const double* x, const double* y) {
    const bgbb::Parameters p{x[1], x[2], x[3], x[4]};
    double most = mixed_error(bgbb::log_likelihood(p, x[5], x[6], x[7]), y[1]);
    most = std::fmax(most, relative_error(bgbb::probability_alive(p, x[5], x[6], x[7]), y[2]));
    most = std::fmax(most, relative_error(bgbb::expected_orders(p, x[8], x[5], x[6], x[7]), y[3]));
    return std::fmax(most,
                     relative_error(bgbb::probability_no_order(p, x[8], x[5], x[6], x[7]), y[4]));
  });
  EXPECT_LE(error.at("bulk"), 1e-12);
  EXPECT_LE(error.at("hard"), 1e-9);
}

}  // namespace
}  // namespace kam
