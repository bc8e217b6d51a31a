/// Numbers that other packages print for CDNOW, where they are not the converged ones of
/// *_published_test.cpp: what the packages' searches stopped at, what their own parameters give,
/// and tables of theirs. Tolerances are those of the printed digits and of the distance to the
/// optimum.
#include <kam/churn/order_model.hpp>

#include <numeric>

#include <gtest/gtest.h>

#include "cdnow.hpp"
#include "reference_table.hpp"

namespace kam {
namespace {

using test::relative_error;

const test::Summary& cdnow() {
  static const test::Summary kSummary = test::cdnow_sample();
  return kSummary;
}

double total(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

double log_likelihood_of(const OrderModel& model) {
  std::vector<double> out(cdnow().age.size());
  EXPECT_TRUE(log_likelihood(model, cdnow().orders(), out).ok());
  return total(out);
}

/// A printed optimum lies near the converged one, and its likelihood is no higher.
template <class Fit>
void expect_stops_short(const Fit& fit, const std::array<double, 4>& printed, double apart,
                        double most_lost) {
  ASSERT_TRUE(fit && fit->converged());
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_LE(relative_error(fit->parameters.values()[i], printed[i]), apart) << i;
  const auto there = decltype(fit->parameters)::from_values(printed);
  const double lost = fit->log_likelihood - log_likelihood_of(there);
  EXPECT_GE(lost, 0);
  EXPECT_LE(lost, most_lost);
}

TEST(Peers, BgNbdOfBtydAndClvTools) {  // BTYD 2.4.3 walkthrough; CLVTools 0.12.1, its tests
  const auto fit = bgnbd::fit(cdnow().orders());
  expect_stops_short(fit, {.2425982, 4.413684, .7929899, 2.426167}, 2e-4, 1e-6);
  expect_stops_short(fit, {.2425945, 4.4136019, .7929199, 2.4258881}, 1e-5, 1e-8);
  EXPECT_NEAR(fit->log_likelihood, -9582.429, 5e-4);
}

TEST(Peers, MbgNbdOfBtydPlus) {  // BTYDplus 1.2.0, run; lifetimes' tests round the same
  const auto fit = mbgnbd::fit(cdnow().orders());
  expect_stops_short(fit, {.5248435586, 6.183092845, .8913877802, 1.614048334}, 1e-4, 1e-6);
  EXPECT_NEAR(fit->log_likelihood, -9582.135716, 1e-6);
  for (const auto& [got, want] : {std::pair{fit->parameters.r, .525},
                                  {fit->parameters.alpha, 6.183},
                                  {fit->parameters.a, .891},
                                  {fit->parameters.b, 1.614}}) {
    EXPECT_NEAR(got, want, 5e-4);
  }
}

/// BTYD's cdnowSummary$est.params: beta is flat, the search stopped at 11.656. GGom/NBD, of which
/// Pareto/NBD is the limit, does not do better: -9594.9762 in CLVTools' tests.
TEST(Peers, ParetoNbdOfBtyd) {
  const auto fit = pareto_nbd::fit(cdnow().orders());
  expect_stops_short(fit, {.553397, 10.580199, .606062, 11.656224}, 2e-3, 1e-4);
  EXPECT_NEAR(fit->log_likelihood, -9594.976, 5e-4);
  EXPECT_NEAR(fit->log_likelihood, -9594.9762, 5e-5);
}

/// CLVTools 0.12.1, run at its optimum: sums over the sample; .1 is a continuous weekly rate.
TEST(Peers, ParetoNbdSumsOfClvTools) {
  const OrderModel model = pareto_nbd::fit(cdnow().orders())->parameters;
  std::vector<double> out(cdnow().age.size());
  ASSERT_TRUE(expected_orders(model, 39, cdnow().orders(), out).ok());
  EXPECT_NEAR(total(out) / 1665.688, 1, 2e-4);
  ASSERT_TRUE(discounted_expected_orders(model, HUGE_VAL, .1, cdnow().orders(), out).ok());
  EXPECT_NEAR(total(out) / 469.958, 1, 2e-4);
}

/// The spreadsheet of B. G. S. Hardie prints 1.226 orders in 39 weeks for its customer 1.
TEST(Peers, BgNbdFirstCustomerOfTheSpreadsheet) {
  const auto p = bgnbd::fit(cdnow().orders())->parameters;
  EXPECT_NEAR(expected_orders(p, 39, 2, 213 / 7.0, 272 / 7.0), 1.226, 5e-4);
}

/// The manual of BTYD (bgnbd.pmf); the last two: BTYD 2.4.3, run.
TEST(Peers, BgNbdDistributionOfOrdersInBtyd) {
  const bgcnbd::Parameters p{.243, 4.414, .793, 2.426, 1};
  const double want[] = {.0019995214, .0015170236, .0011633150, .0009003148, .0007023638,
                         .0005517902, .0004361913, .0003467171, .0002769613, .0002222260};
  for (int n = 11; n <= 20; ++n)
    EXPECT_NEAR(probability_of_orders_new(p, n, 30), want[n - 11], 5.1e-11) << n;
  EXPECT_LE(relative_error(probability_of_orders_new(p, 10, 2), 1.07868964e-7), 5e-9);
  EXPECT_NEAR(probability_of_orders_new(p, 0, 39), .573786352, 5.1e-10);
}

}  // namespace
}  // namespace kam
