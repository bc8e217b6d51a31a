/// Where the Pareto/NBD likelihood has no peak: limiting models, and what a fit says of them.
#include <kam/churn/order_model.hpp>

#include <numeric>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include "reference_table.hpp"

namespace kam {
namespace {

using test::relative_error;

/// Lifetimes that differ less than exponential ones (all leave at an age of 15 to 25): s and beta
/// must run away.
TEST(ParetoNbdRidge, LifetimesMoreAlikeThanExponentialRunToTheLimit) {
  const std::size_t n = 3000;
  std::vector<double> x(n), t_x(n), T(n, 40.0);
  for (std::size_t i = 0; i < n; ++i) {
    Random random(5, i);
    const double rate = random.gamma(.8) / 6, end = 15 + 10 * random.uniform();
    for (double t = random.exponential() / rate; t <= end; t += random.exponential() / rate) {
      x[i] += 1;
      t_x[i] = t;
    }
  }
  const auto fit = pareto_nbd::fit({x, t_x, T});
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->stop_reason, StopReason::boundary);
  EXPECT_EQ(fit->warning.find("`s`, `beta` run to infinity"), 0u) << fit->warning;
  EXPECT_NEAR(fit->parameters.s / fit->parameters.beta, .05, .015);
  EXPECT_TRUE(std::isnan(fit->standard_errors.beta));
  EXPECT_TRUE(std::isfinite(fit->standard_errors.r));
}

/// A single drop-out rate for all: s and beta run to infinity together, s/beta is that rate, and
/// the fit says so instead of stopping anywhere on the ridge.
TEST(ParetoNbdRidge, OneDropOutRateForAllIsTheExponentialLimit) {
  const std::size_t n = 20000;
  const double mu = .03;
  std::vector<double> x(n), t_x(n), T(n);
  for (std::size_t i = 0; i < n; ++i) {
    Random random(4, i);
    T[i] = 20 + std::floor(40 * random.uniform());
    const double rate = random.gamma(.8) / 6, leaves = random.exponential() / mu;
    const double end = std::fmin(T[i], leaves);
    for (double t = random.exponential() / rate; t <= end; t += random.exponential() / rate) {
      x[i] += 1;
      t_x[i] = t;
    }
  }
  const auto fit = pareto_nbd::fit({x, t_x, T});
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->parameters.s / fit->parameters.beta, mu, .003);
  if (fit->stop_reason == StopReason::boundary) {
    EXPECT_EQ(fit->warning,
              "`s`, `beta` run to infinity: a limiting model fits best, and they are not "
              "identified");
    EXPECT_TRUE(std::isnan(fit->standard_errors.beta));
    EXPECT_NEAR(fit->standard_errors.r / fit->parameters.r, .02, .02);
  } else {
    EXPECT_TRUE(fit->converged());
    EXPECT_GT(fit->parameters.s, 5);
  }
}

/// Nested models: Pareto/NBD fits no worse than NBD, on one scale, and AIC tells them apart where
/// accounts do leave.
TEST(ParetoNbdRidge, LikelihoodsOfTheFamilyCompare) {
  const std::size_t n = 3000;
  std::vector<double> age(n, 52.0), x(n), t_x(n);
  ASSERT_TRUE(simulate(pareto_nbd::Parameters{.6, 6, .8, 12}, age, 9, x, t_x).ok());
  const auto leaving = pareto_nbd::fit({x, t_x, age});
  const auto staying = nbd::fit({x, t_x, age});
  const auto at_orders = bgnbd::fit({x, t_x, age});
  ASSERT_TRUE(leaving && staying && at_orders);
  EXPECT_GT(leaving->log_likelihood, staying->log_likelihood + 100);
  EXPECT_GT(leaving->log_likelihood, at_orders->log_likelihood);
  EXPECT_LT(at_orders->log_likelihood - staying->log_likelihood, 1e4) << "the same scale";
  // With no drop-out at all the two are one model.
  const pareto_nbd::Parameters stays{.6, 6, 1e-9, 12};
  const nbd::Parameters same{.6, 6};
  EXPECT_NEAR(log_likelihood(stays, 3, 20, 30), log_likelihood(same, 3, 20, 30), 1e-8);
}

}  // namespace
}  // namespace kam
