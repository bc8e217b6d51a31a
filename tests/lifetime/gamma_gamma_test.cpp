#include <kam/lifetime/gamma_gamma.hpp>

#include <numeric>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include "cdnow.hpp"
#include "reference_table.hpp"

namespace kam::gamma_gamma {
namespace {

using test::mixed_error;
using test::relative_error;

TEST(GammaGammaReference, AgreesWithFiftyDigits) {
  const test::ReferenceTable t("gamma_gamma.csv");
  for (std::size_t i = 0; i < t.size(); ++i) {
    const Parameters k{t.number(i, "p"), t.number(i, "q"), t.number(i, "gamma")};
    const double x = t.number(i, "x"), m = t.number(i, "m");
    const double budget = t.text(i, "region") == "bulk" ? 1e-12 : 1e-10;
    if (x >= 1) {
      EXPECT_LE(mixed_error(log_likelihood(k, x, m), t.number(i, "log_likelihood")), budget) << i;
    }
    EXPECT_LE(relative_error(expected_spend(k, x, m), t.number(i, "expected_spend")), 1e-13) << i;
  }
}

TEST(GammaGammaCdnow, ConvergedOptimumOf946Repeaters) {
  const auto summary = test::cdnow_sample();
  const auto fit = gamma_gamma::fit(summary.spend());
  ASSERT_TRUE(fit);
  EXPECT_TRUE(fit->converged());
  EXPECT_EQ(fit->weight, 946);
  EXPECT_EQ(fit->rows.rows_rejected, 0u);
  EXPECT_LE(relative_error(fit->log_likelihood, -4055.917694802), 1e-10);
  EXPECT_LE(fit->gradient_norm, 1e-6);
  const std::array<double, 3> want{6.249572271, 3.744224667, 15.44352096};
  const std::array<double, 3> errors{1.190055, .2901331, 4.159423};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_LE(relative_error(fit->parameters.values()[i], want[i]), 1e-6) << i;
    EXPECT_LE(relative_error(fit->standard_errors.values()[i], errors[i]), 1e-5) << i;
  }
  EXPECT_NEAR(expected_spend(fit->parameters, 0, kNaN), 35.17, .005);
}

TEST(GammaGammaPublished, HardieNote025FirstTenCustomers) {
  // (x, mean) of the first ten customers, spend at (6.25, 3.74, 15.44); the population mean at x =
  // 0.
  const Parameters k{6.25, 3.74, 15.44};
  const double x[] = {2, 1, 0, 0, 0, 7, 1, 0, 2, 0};
  const double m[] = {22.35, 11.77, 0, 0, 0, 73.74, 11.77, 0, 25.55, 0};
  const double want[] = {24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17};
  // 35.17 was printed from unrounded parameters; the rounded ones give 35.22.
  for (int i = 0; i < 10; ++i) EXPECT_NEAR(expected_spend(k, x[i], m[i]), want[i], .06) << i;
}

TEST(GammaGammaLaws, ScalingMoneyScalesGammaAndSpendOnly) {
  const Parameters k{6.2, 3.7, 15.4}, cents{6.2, 3.7, 1540};
  EXPECT_NEAR(expected_spend(cents, 3, 2000), 100 * expected_spend(k, 3, 20), 1e-10);
  EXPECT_NEAR(log_likelihood(cents, 3, 2000) + std::log(100.0), log_likelihood(k, 3, 20), 1e-12);
}

TEST(GammaGammaLaws, SpendLiesBetweenOwnAndPopulationMeanAndMovesToTheOwn) {
  const Parameters k{6.2, 3.7, 15.4};
  const double population = expected_spend(k, 0, 0);
  double previous = population;
  for (const double x : {1.0, 2.0, 5.0, 50.0, 1e5}) {
    const double spend = expected_spend(k, x, 200);
    EXPECT_GT(spend, previous);
    EXPECT_LT(spend, 200);
    previous = spend;
  }
  EXPECT_NEAR(previous, 200, .01);
}

TEST(GammaGammaLaws, WeightsCountAsRepetitionsAndRowOrderDoesNotMatter) {
  const std::vector<double> x{1, 2, 3, 1, 5, 2}, m{10, 30, 22, 8, 41, 17}, w{2, 1, 3, 1, 2, 2};
  std::vector<double> rx, rm;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (int k = 0; k < w[i]; ++k) {
      rx.insert(rx.begin(), x[i]);
      rm.insert(rm.begin(), m[i]);
    }
  }
  const auto weighted = fit({x, m, w}), repeated = fit({rx, rm});
  ASSERT_TRUE(weighted && repeated);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_LE(relative_error(weighted->parameters.values()[i], repeated->parameters.values()[i]),
              1e-9);
  }
}

TEST(GammaGammaSimulation, FitRecoversTheParametersItWasDrawnFrom) {
  const Parameters truth{3, 4, 30};
  Random random(17);
  std::vector<double> x, m;
  for (int i = 0; i < 40000; ++i) {
    const double rate = random.gamma(truth.q) / truth.gamma;
    const double orders = static_cast<double>(1 + random.below(6));
    x.push_back(orders);
    m.push_back(random.gamma(truth.p * orders) / rate / orders);
  }
  const auto fit = gamma_gamma::fit({x, m});
  ASSERT_TRUE(fit && fit->converged());
  for (std::size_t i = 0; i < 3; ++i) {
    const double z =
        (fit->parameters.values()[i] - truth.values()[i]) / fit->standard_errors.values()[i];
    EXPECT_LT(std::fabs(z), 4) << i;
  }
}

TEST(GammaGammaHostile, MeanThatDoesNotExistIsNaNNotANegativeSpend) {
  // lifetimes answers -22.23 in this region.
  const Parameters heavy{2, .588, 10};
  EXPECT_TRUE(std::isnan(expected_spend(heavy, 0, 0)));
  EXPECT_GT(expected_spend(heavy, 1, 20), 0);
  const std::vector<double> x{0, 1}, m{kNaN, 20};
  std::vector<double> out(2);
  const auto report = expected_spend(heavy, {x, m}, out);
  EXPECT_EQ(report.rows_rejected, 1u);
  EXPECT_EQ(report.first_reason, RowReason::undefined_value);
}

TEST(GammaGammaHostile, BadRowsAreCountedBadCallsRefused) {
  const Parameters k{6.2, 3.7, 15.4};
  const std::vector<double> x{1, 1, 1, -1, kNaN, 0, 1.5}, m{20, -5, 0, 10, 10, kNaN, 10};
  std::vector<double> out(7, 1.0);
  auto report = expected_spend(k, {x, m}, out);
  EXPECT_EQ(report.rows_scored, 2u);
  EXPECT_EQ(report.rows_rejected, 5u);
  EXPECT_EQ(report.first_rejected, 1u);
  const auto result = gamma_gamma::fit({x, m});
  EXPECT_EQ(result.error().code(), StatusCode::insufficient_data);
  report = expected_spend({-1, 1, 1}, {x, m}, out);
  EXPECT_EQ(report.status.message(), "`p` must be finite and > 0, got -1");
}

}  // namespace
}  // namespace kam::gamma_gamma
