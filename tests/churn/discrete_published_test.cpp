/// Published and converged numbers of BG/BB, sBG and BdW. "Converged": 40-digit Newton from the
/// papers' formulas to a gradient below 1e-17; standard errors from its Hessian.
#include <kam/churn/bdw.hpp>
#include <kam/churn/bgbb.hpp>
#include <kam/churn/sbg.hpp>

#include <numeric>

#include <gtest/gtest.h>

#include "churn/discrete_data.hpp"
#include "reference_table.hpp"

namespace kam {
namespace {

using test::kDonors;
using test::relative_error;

/// Years 0..7, the calibration period of the papers.
std::span<const double> first_seven(const std::array<double, 13>& cohort) {
  return std::span(cohort).first(8);
}

template <class Fit, std::size_t N>
void expect_fit(const Fit& fit, const std::array<double, N>& parameters, double log_likelihood) {
  ASSERT_TRUE(fit);
  EXPECT_TRUE(fit->converged()) << stop_reason_name(fit->stop_reason);
  // Eight numbers of a cohort leave some parameters within a factor of two: that is said.
  EXPECT_TRUE(fit->warning.empty() || fit->warning.starts_with("weakly identified"))
      << fit->warning;
  EXPECT_NEAR(fit->log_likelihood, log_likelihood, 1e-8);
  EXPECT_LE(fit->gradient_norm, 1e-7);
  for (std::size_t i = 0; i < N; ++i)
    EXPECT_LE(relative_error(fit->parameters.values()[i], parameters[i]), 1e-8) << i;
}

template <class Fit, std::size_t N>
void expect_errors(const Fit& fit, const std::array<double, N>& errors) {
  for (std::size_t i = 0; i < N; ++i)
    EXPECT_LE(relative_error(fit->standard_errors.values()[i], errors[i]), 2e-6) << i;
}

TEST(Donations, ConvergedOptimum) {
  const test::Donations data;
  const auto fit = bgbb::fit(data.columns());
  expect_fit(fit, kDonors.values(), -33225.581274347);
  expect_errors(fit, std::array{.06939136, .02944772, .05100986, .3208190});
  EXPECT_EQ(fit->weight, 11104);
}

TEST(Donations, FitOfThePaper) {  // Fader, Hardie & Shang (2010), table 4
  const auto p = bgbb::fit(test::Donations{}.columns())->parameters;
  EXPECT_NEAR(p.alpha, 1.204, 5e-4);
  EXPECT_NEAR(p.beta, .750, 5e-4);
  EXPECT_NEAR(p.gamma, .657, 5e-4);
  EXPECT_NEAR(p.delta, 2.783, 5e-4);
}

TEST(Donations, ExpectedDonationsOfANewDonor) {  // B. G. S. Hardie's worksheet
  const double expected[] = {.4985,  .9233,  1.2969, 1.6323, 1.9381, 2.2202,
                             2.4826, 2.7285, 2.9603, 3.1798, 3.3887};
  for (int n = 1; n <= 11; ++n)
    EXPECT_NEAR(bgbb::expected_orders_new(kDonors, n), expected[n - 1], 5.1e-5) << n;
}

TEST(Donations, ProbabilityOfBeingThereIn2002) {  // table 6 of the paper; BTYD 2.4.3 (run)
  const double cases[][3] = {{0, 0, .108135}, {2, 4, .589647}, {6, 6, .930431}};
  for (const auto& c : cases) {
    EXPECT_NEAR(bgbb::probability_alive(kDonors, c[0], c[1], 6), c[2], 2e-5);
  }
  EXPECT_NEAR(bgbb::probability_alive(kDonors, 0, 0, 6), .11, 5e-3);
  EXPECT_NEAR(bgbb::probability_alive(kDonors, 2, 4, 6), .59, 5e-3);
  EXPECT_NEAR(bgbb::probability_alive(kDonors, 6, 6, 6), .93, 5e-3);
}

/// BTYD 2.4.3 stops a little off the optimum; what it prints is compared at its own parameters.
constexpr bgbb::Parameters kBtyd{1.203528, .7497260, .6567808, 2.783796};

TEST(Donations, FrequenciesInTheSample) {  // BTYD (run)
  const double expected[] = {3454.84, 1888.67, 1348.90, 1113.39, 1017.93, 1027.17, 1253.10};
  for (int x = 0; x <= 6; ++x)
    EXPECT_NEAR(11104 * bgbb::probability_of_orders_new(kBtyd, x, 6), expected[x], .012) << x;
  EXPECT_NEAR(11104 * bgbb::probability_of_orders_new(kDonors, 0, 6), 3454.9, .06);
}

TEST(Donations, ExpectedDonationsOfTheHoldout) {  // BTYD (run): mean by x, sum of all
  const double published[] = {.0728632, .324884, .708942, 1.333666, 2.031203, 2.784482, 3.752500};
  const test::Donations data;
  std::vector<double> per_row(22);
  ASSERT_TRUE(bgbb::expected_orders(kBtyd, 5, data.columns(), per_row).ok());
  double sum = 0;
  for (int x = 0; x <= 6; ++x) {
    double group = 0, size = 0;
    for (std::size_t i = 0; i < 22; ++i) {
      if (data.x[i] != x) continue;
      group += data.donors[i] * per_row[i];
      size += data.donors[i];
    }
    EXPECT_LE(relative_error(group / size, published[x]), 2e-6) << x;
    sum += group;
  }
  EXPECT_NEAR(sum, 12883.995, .05);  // at unrounded parameters
  EXPECT_NEAR(sum, 12884.2, .5);     // Hardie's worksheet (rounded parameters)
  EXPECT_NEAR(bgbb::expected_orders(kBtyd, 10, 0, 0, 6), .1302169, 2e-7);
  EXPECT_NEAR(bgbb::expected_orders(kBtyd, 10, 4, 5, 6), 3.627858, 2e-6);
}

TEST(Donations, DiscountedResidualTransactions) {
  const auto dert = [](double x, double t_x) {
    return bgbb::discounted_expected_orders(kDonors, HUGE_VAL, .1, x, t_x, 6);
  };
  EXPECT_NEAR(dert(6, 6), 5.9098942, 1e-7);
  EXPECT_NEAR(dert(0, 0), .11475272, 1e-8);
  // BTYD (run) at its own parameters; it ends its 2F1 series at five digits or so.
  const auto of_btyd = [](double x, double t_x) {
    return bgbb::discounted_expected_orders(kBtyd, HUGE_VAL, .1, x, t_x, 6);
  };
  EXPECT_LE(relative_error(of_btyd(6, 6), 5.909763), 1e-5);
  EXPECT_LE(relative_error(of_btyd(0, 0), .1147517), 1e-5);
}

TEST(Cohorts, SbgConvergedOptima) {
  const auto regular = sbg::fit_cohort(first_seven(test::kRegular));
  expect_fit(regular, std::array{.7040772985, 1.182043026}, -1680.265188463);
  expect_errors(regular, std::array{.0655990, .1524756});
  const auto high = sbg::fit_cohort(first_seven(test::kHighEnd));
  expect_fit(high, std::array{.6680883511, 3.806094964}, -1611.158147391);
  expect_errors(high, std::array{.1037349, .7855317});
}

/// The paper prints .704/1.182 for the regular and .668/3.806 for the high-end cohort. A test of
/// another package expects alpha = .688 for the regular one, the two mixed up, and a tolerance of
/// 10 % hides it. Its likelihood there is lower by more than rounding of the percentages explains.
TEST(Cohorts, RegularAlphaIsNot688) {
  const auto fit = sbg::fit_cohort(first_seven(test::kRegular));
  EXPECT_NEAR(fit->parameters.alpha, .704, 5e-4);
  EXPECT_NEAR(fit->parameters.beta, 1.182, 5e-4);
  EXPECT_GT(std::fabs(fit->parameters.alpha - .688), .015);
}

TEST(Cohorts, BdwConvergedOptima) {
  expect_fit(bdw::fit_cohort(first_seven(test::kRegular)),
             std::array{.4556139894, .7793255084, 1.283451286}, -1679.602832907);
  expect_fit(bdw::fit_cohort(first_seven(test::kHighEnd)),
             std::array{.2142533393, 1.426574875, 1.723564849}, -1605.314213214);
}

constexpr sbg::Parameters kRegularFit{.7040772985, 1.182043026};
constexpr sbg::Parameters kHighEndFit{.6680883511, 3.806094964};

TEST(Cohorts, ProjectedSurvival) {
  const double regular[] = {22.0085, 20.4411, 19.1190, 17.9865, 17.0037};
  const double high[] = {46.0440, 43.5780, 41.4172, 39.5055, 37.7999};
  for (int t = 8; t <= 12; ++t) {
    EXPECT_NEAR(100 * sbg::survival(kRegularFit, t), regular[t - 8], 5.1e-5);
    EXPECT_NEAR(100 * sbg::survival(kHighEndFit, t), high[t - 8], 5.1e-5);
  }
}

TEST(Cohorts, RetentionRates) {
  const double regular[] = {.626706, .756047, .818823}, high[] = {.850679, .877957, .896807};
  for (int t = 1; t <= 3; ++t) {
    EXPECT_NEAR(sbg::retention(kRegularFit, t), regular[t - 1], 5.1e-7);
    EXPECT_NEAR(sbg::retention(kHighEndFit, t), high[t - 1], 5.1e-7);
  }
}

TEST(Cohorts, DiscountedLifetimes) {
  EXPECT_NEAR(sbg::discounted_lifetime(kRegularFit, .1), 3.694908428, 2e-9);
  EXPECT_NEAR(sbg::discounted_lifetime(kHighEndFit, .1), 5.922253496, 2e-9);
  const double renewals[] = {0, 1, 4};
  const double regular[] = {2.964399270, 4.103139775, 5.894095361};
  const double high[] = {5.414478845, 5.901377594, 6.896706681};
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(sbg::discounted_residual(kRegularFit, renewals[i], .1), regular[i], 2e-9);
    EXPECT_NEAR(sbg::discounted_residual(kHighEndFit, renewals[i], .1), high[i], 2e-9);
  }
  EXPECT_NEAR(sbg::discounted_residual(kHighEndFit, 7, .1), 7.529628056, 2e-9);
}

TEST(Cohorts, ResidualLifetimeOfTwoSegments) {  // Fader & Hardie (2010): n - 1 renewals, n = 1..5
  const double loyal[] = {3.3098184, 3.4510003, 3.5865437, 3.7168115, 3.8421340};
  const double mixed[] = {7.6708355, 9.4552994, 9.8508338, 10.056167, 10.188640};
  for (int n = 0; n < 5; ++n) {
    EXPECT_LE(relative_error(sbg::discounted_residual({3.80, 15.20}, n, .1), loyal[n]), 2e-8);
    EXPECT_LE(relative_error(sbg::discounted_residual({.067, .267}, n, .1), mixed[n]), 6e-8);
  }
}

}  // namespace
}  // namespace kam
