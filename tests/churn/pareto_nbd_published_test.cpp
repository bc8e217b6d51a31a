/// Published and converged numbers of Pareto/NBD and NBD on CDNOW (1/10 sample, weeks to
/// 1997-09-30). Optima, standard errors and sums: 40-digit maximisation from the papers' formulas.
#include <kam/churn/order_model.hpp>

#include <numeric>

#include <gtest/gtest.h>

#include "cdnow.hpp"
#include "reference_table.hpp"

namespace kam {
namespace {

using pareto_nbd::Parameters;
using test::relative_error;

const test::Summary& cdnow() {
  static const test::Summary kSummary = test::cdnow_sample();
  return kSummary;
}

const FitResult<Parameters>& fitted() {
  static const FitResult<Parameters> kFit = *pareto_nbd::fit(cdnow().orders());
  return kFit;
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

TEST(CdnowFit, ParetoNbdConvergedOptimum) {
  const auto& fit = fitted();
  EXPECT_TRUE(fit.converged()) << stop_reason_name(fit.stop_reason);
  // Its standard error is half its value; the others are known better.
  EXPECT_EQ(fit.warning.find("weakly identified: `beta`, known"), 0u) << fit.warning;
  EXPECT_LE(relative_error(fit.log_likelihood, -9594.976178940), 1e-12);
  EXPECT_LE(fit.gradient_norm, 1e-6);
  const double want[] = {.5532770469, 10.57768346, .6062399891, 11.66873529};
  const double errors[] = {.04762793, .8427225, .1872813, 6.211114};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_LE(relative_error(fit.parameters.values()[i], want[i]), 1e-9) << i;
    EXPECT_LE(relative_error(fit.standard_errors.values()[i], errors[i]), 1e-6) << i;
  }
}

TEST(CdnowFit, ParetoNbdOnWeeksRoundedToTwoDecimals) {
  auto rounded = cdnow();
  for (auto* column : {&rounded.recency, &rounded.age}) {
    for (double& v : *column) v = std::round(v * 100) / 100;
  }
  const auto fit = pareto_nbd::fit(rounded.orders());
  ASSERT_TRUE(fit && fit->converged());
  EXPECT_NEAR(fit->log_likelihood, -9594.973929827, 1e-8);
  const double want[] = {.5532755087, 10.57761224, .6062135687, 11.66791124};
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_LE(relative_error(fit->parameters.values()[i], want[i]), 1e-8) << i;
}

/// Fader, Hardie & Lee (2005, Marketing Science 24(2)) print .553, 10.578, .606, 11.669, -9595.0;
/// CLVTools' tests .0476264 .8427222 .1872594 6.2105448 as standard errors.
TEST(CdnowFit, ParetoNbdPublished) {
  const auto& fit = fitted();
  const double want[] = {.553, 10.578, .606, 11.669};
  const double errors[] = {.0476264, .8427222, .1872594, 6.2105448};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(fit.parameters.values()[i], want[i], 5e-4) << i;
    EXPECT_LE(relative_error(fit.standard_errors.values()[i], errors[i]), 2e-4) << i;
  }
  EXPECT_NEAR(fit.log_likelihood, -9595.0, .05);
}

/// The start does not matter: from far away the same point.
TEST(CdnowFit, ParetoNbdFromOtherStarts) {
  for (const Parameters start : {Parameters{5, 5, 5, 5}, Parameters{.01, 1, .01, 1},
                                 Parameters{1, 100, 3, 500}, Parameters{.5, 10, .6, 11}}) {
    const auto fit = pareto_nbd::fit(cdnow().orders(), {.start = start});
    ASSERT_TRUE(fit && fit->converged());
    EXPECT_NEAR(fit->log_likelihood, -9594.976178940, 1e-8);
    EXPECT_LE(relative_error(fit->parameters.beta, 11.66873529), 1e-7);
  }
}

TEST(CdnowFit, NbdConvergedOptimum) {
  const auto fit = nbd::fit(cdnow().orders());
  ASSERT_TRUE(fit && fit->converged());
  EXPECT_LE(relative_error(fit->log_likelihood, -9763.657615), 1e-10);
  EXPECT_LE(relative_error(fit->parameters.r, .3847658753), 1e-6);
  EXPECT_LE(relative_error(fit->parameters.alpha, 12.0720137321), 1e-6);
  EXPECT_LE(fit->gradient_norm, 1e-6);
}

TEST(CdnowPredictions, ParetoNbdSums) {
  const auto& p = fitted().parameters;
  std::vector<double> out(2357);
  ASSERT_TRUE(probability_alive(p, cdnow().orders(), out).ok());
  EXPECT_NEAR(sum(out), 1051.875247, 2e-6);
  ASSERT_TRUE(expected_orders(p, 39, cdnow().orders(), out).ok());
  EXPECT_NEAR(sum(out), 1665.513107, 2e-6);
  ASSERT_TRUE(discounted_expected_orders(p, HUGE_VAL, .0025, cdnow().orders(), out).ok());
  EXPECT_NEAR(sum(out), 7522.461373, 2e-5);
}

TEST(CdnowPredictions, ParetoNbdSingleAccounts) {
  const auto& p = fitted().parameters;
  EXPECT_LE(relative_error(expected_orders_new(p, 52), 1.473434288), 1e-9);
  EXPECT_LE(relative_error(expected_orders(p, 52, 26, 216 / 7.0, 31), 25.45518350), 1e-9);
  EXPECT_LE(relative_error(probability_alive(p, 26, 216 / 7.0, 31), .9978734047), 1e-9);
  EXPECT_LE(relative_error(discounted_expected_orders(p, HUGE_VAL, .0025, 26, 216 / 7.0, 31),
                           90.03348529),
            1e-9);
}

/// Printed by the BTYD walkthrough from an optimum whose beta stops short (11.656): 1e-3 apart.
TEST(Published, ParetoNbdHeavyBuyersOfTheBtydWalkthrough) {
  const auto& p = fitted().parameters;
  const double x[] = {10, 15, 20, 25};
  const double want[] = {.7062289, .1442396, .02250658, .00309267};
  for (int i = 0; i < 4; ++i)
    EXPECT_LE(relative_error(expected_orders(p, 52, x[i], 20, 39), want[i]), 1e-3) << x[i];
  EXPECT_LE(relative_error(expected_orders(p, 52, 26, 216 / 7.0, 31), 25.45647), 1e-4);
  EXPECT_NEAR(probability_alive(p, 26, 216 / 7.0, 31), .997874, 1e-6);
  EXPECT_NEAR(expected_orders_new(p, 52), 1.473434, 1e-6);
}

/// BTYD manual, which lifetimes' tests meet within .01 at the CDNOW estimates.
TEST(Published, ParetoNbdNewAccountsOfTheBtydManual) {
  const double want[] = {0,         .05077821, .09916088, .14542507, .18979930,
                         .23247466, .27361274, .31335159, .35181024, .38909211};
  for (int t = 0; t < 10; ++t)
    EXPECT_NEAR(expected_orders_new(fitted().parameters, t), want[t], 2.5e-3) << t;
}

/// Repeat orders of the whole cohort to week 20, 25: BTYD walkthrough 1308.856, 1674.253, from
/// first orders on whole days.
TEST(Published, ParetoNbdTracksTheCohort) {
  const double first_week = 0;  // of 1997; the cohort starts in the first twelve
  const double end = 39 - 1 / 7.0;
  for (const auto& [week, want] : {std::pair{20.0, 1308.856}, std::pair{25.0, 1674.253}}) {
    double total = 0;
    for (const double T : cdnow().age) {
      const double age = week - (end - T) + first_week;
      if (age > 0) total += expected_orders_new(fitted().parameters, age);
    }
    EXPECT_NEAR(total / want, 1, .005) << week;
  }
}

TEST(HardPoints, ParetoNbdAtOneDropOutShape) {
  const Parameters p{.5533, 10.578, 1, 11.658};
  EXPECT_LE(relative_error(expected_orders_new(p, 10), .37769385760836), 1e-13);
  EXPECT_LE(relative_error(expected_orders(p, 39, 3, 20, 30), 1.5485577929766), 1e-13);
}

TEST(HardPoints, ParetoNbdBusyAccountsWherePeersAnswerNaN) {
  const Parameters p{.5143, 2.8845, .2856, 14.1087};
  const double rows[][4] = {{221, 103.42857, 103.57143, .99959605231794},
                            {254, 97.14286, 97.28571, .99955822612301},
                            {161, 94.71429, 98, .74948775225811},
                            {204, 98.57143, 99.42857, .9942550796379}};
  for (const auto& [x, t_x, T, want] : rows)
    EXPECT_LE(relative_error(probability_alive(p, x, t_x, T), want), 1e-12) << x;
  const Parameters w{.5533, 10.578, .606, 11.658};
  EXPECT_LE(relative_error(probability_alive(w, 500, 30, 31), .0042506517725), 2e-11);
  EXPECT_LE(relative_error(probability_alive(w, 1000, 30, 31), 4.4093046210e-8), 2e-11);
  EXPECT_LE(relative_error(probability_alive(w, 5000, 30, 31), 1.1249252365e-49), 2e-10);
}

TEST(HardPoints, ParetoNbdLikelihoodsAndLargeFrequencies) {
  const Parameters p{10.465, .00798565181, 3.0516, 2.82};
  EXPECT_LE(relative_error(log_likelihood(p, 400, 5, 6), 1323.1889309678), 1e-13);
  EXPECT_LE(relative_error(log_likelihood(p, 500, 1, 37), 2594.4044546228), 1e-13);
  EXPECT_LE(relative_error(log_likelihood(p, 500, 4, 37), 1888.8212497389), 1e-13);
  const Parameters q{.55, 10.58, .61, 11.67};
  EXPECT_LE(relative_error(expected_orders(q, 10, 132, 200, 200), 6.2060517889629), 1e-13);
  EXPECT_LE(relative_error(expected_orders(q, 10, 133, 200, 200), 6.2528722475745), 1e-13);
}

}  // namespace
}  // namespace kam
