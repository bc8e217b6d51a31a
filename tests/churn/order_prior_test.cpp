/// Priors: their density and derivatives, few accounts, many accounts, hostile input.
#include <kam/churn/order_prior.hpp>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>
#include <kam/churn/order_model.hpp>

#include "churn/order_prior.hpp"
#include "reference_table.hpp"

namespace kam {
namespace {

using test::relative_error;

const OrderPrior kPrior{.order_rate = Belief{0.1, 0.7}, .dropout = Belief{0.25, 0.8}};

template <class Parameters>
auto fit_of(const OrderColumns& columns, const FitOptions<Parameters>& options = {}) {
  if constexpr (std::is_same_v<Parameters, bgnbd::Parameters>) {
    return bgnbd::fit(columns, options);
  } else {
    return mbgnbd::fit(columns, options);
  }
}

struct Accounts {
  std::vector<double> x, t_x, T;
  [[nodiscard]] OrderColumns columns() const { return {x, t_x, T}; }
};
Accounts simulated(const OrderModel& model, std::size_t n, std::uint64_t seed) {
  Accounts a{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n)};
  Random random(seed, 3);
  for (double& age : a.T) age = 10 + std::floor(30 * random.uniform());
  EXPECT_TRUE(simulate(model, a.T, seed, a.x, a.t_x).ok());
  return a;
}

TEST(OrderPrior, DensityPeaksAtTheMediansAndFallsByTheirSigmas) {
  // 1/r = 1, 1/(a+b) = 0.5, a/(a+b) = 0.25, r/alpha = 0.1.
  EXPECT_NEAR(log_prior_density(kPrior, 1, 10, 0.5, 1.5), 0, 1e-15);
  EXPECT_NEAR(log_prior_density(kPrior, 1, 10 * std::exp(0.7), 0.5, 1.5), -0.5, 1e-14);
  EXPECT_NEAR(log_prior_density(kPrior, std::exp(3.0), 10 * std::exp(3.0), .5, 1.5), -2, 1e-14);
  EXPECT_NEAR(log_prior_density(kPrior, 1, 10, 0.5 * std::exp(1.5), 1.5 * std::exp(1.5)), -0.5,
              1e-14);
  const OrderPrior none{{}, {}, {}, {}};
  EXPECT_EQ(log_prior_density(none, 9, 1e-9, 3, 1e9), 0);
  EXPECT_TRUE(std::isnan(log_prior_density(kPrior, -1, 1, 1, 1)));
}

TEST(OrderPrior, DerivativesMatchFiniteDifferences) {
  const Eigen::Vector4d at{0.3, 2.9, -1.2, 0.4};
  const auto evaluate = [](const Eigen::VectorXd& point) {
    numeric::Evaluation e{0, Eigen::VectorXd::Zero(4), Eigen::MatrixXd::Zero(4, 4)};
    detail::add_prior(kPrior, point, e);
    return e;
  };
  const auto exact = evaluate(at);
  const double h = 1e-5;
  for (int i = 0; i < 4; ++i) {
    Eigen::VectorXd up = at, down = at;
    up[i] += h;
    down[i] -= h;
    const auto above = evaluate(up), below = evaluate(down);
    EXPECT_NEAR((above.value - below.value) / (2 * h), exact.gradient[i], 1e-9) << i;
    for (int j = 0; j < 4; ++j) {
      EXPECT_NEAR((above.gradient[j] - below.gradient[j]) / (2 * h), exact.hessian(i, j), 1e-9);
    }
  }
}

template <class Parameters>
struct Prior : testing::Test {
  static constexpr Parameters kTruth{1.2, 12, .5, 1.5};
};
using Models = testing::Types<bgnbd::Parameters, mbgnbd::Parameters>;
TYPED_TEST_SUITE(Prior, Models);

TYPED_TEST(Prior, FortyAccountsGiveAFiniteFitWhoseIntervalHoldsTheTruth) {
  FitOptions<TypeParam> options;
  options.prior = kPrior;
  constexpr int kSamples = 60;
  int plain_troubles = 0, covered = 0, fitted = 0;
  double coldest = 1;
  for (std::uint64_t seed = 1; seed <= kSamples; ++seed) {
    const Accounts a = simulated(this->kTruth, 40, seed);
    const auto plain = fit_of<TypeParam>(a.columns());
    if (!plain) continue;  // no repeat order at all
    plain_troubles += plain->converged() && plain->warning.empty() ? 0 : 1;
    const auto fit = fit_of<TypeParam>(a.columns(), options);
    ASSERT_TRUE(fit && fit->converged()) << seed << fit->warning;
    ++fitted;
    EXPECT_GT(fit->standard_errors.r, 0);
    EXPECT_LE(fit->log_prior, 0);
    if (plain->converged()) {
      EXPECT_LE(fit->log_likelihood, plain->log_likelihood + 1e-9) << seed;
    }
    coldest = std::min(coldest, fit->prior_weight);
    // 90 % interval of the mean order rate, ln r - ln alpha.
    const auto& c = fit->log_covariance;
    const double se = std::sqrt(c[0] - 2 * c[1] + c[5]);
    const double off = std::log(fit->parameters.r / fit->parameters.alpha) - std::log(0.1);
    covered += std::fabs(off) < 1.645 * se ? 1 : 0;
  }
  EXPECT_GT(plain_troubles, kSamples / 4) << "the test must be about hard samples";
  EXPECT_GE(covered, static_cast<int>(0.85 * fitted));
  EXPECT_GT(coldest, 0.1) << "with 40 accounts the prior weighs";
}

TYPED_TEST(Prior, AMillionAccountsDoNotCare) {
  const Accounts a = simulated(this->kTruth, 1'000'000, 5);
  FitOptions<TypeParam> options;
  // A wrong belief: half the order rate, twice the drop-out.
  options.prior = OrderPrior{.order_rate = Belief{0.05, 0.7}, .dropout = Belief{0.5, 0.8}};
  const auto plain = fit_of<TypeParam>(a.columns()), fit = fit_of<TypeParam>(a.columns(), options);
  ASSERT_TRUE(plain && fit && plain->converged() && fit->converged());
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_NEAR(fit->parameters.values()[k], plain->parameters.values()[k],
                0.05 * plain->standard_errors.values()[k]);
  }
  EXPECT_LT(fit->prior_weight, 1e-3);
  EXPECT_EQ(plain->prior_weight, 0);
  EXPECT_EQ(plain->log_prior, 0);
}

TYPED_TEST(Prior, AnIronBeliefIsKept) {
  const Accounts a = simulated(this->kTruth, 200, 6);
  FitOptions<TypeParam> options;
  options.prior = OrderPrior{.order_rate = Belief{0.3, 1e-5}};
  const auto fit = fit_of<TypeParam>(a.columns(), options);
  ASSERT_TRUE(fit);
  EXPECT_LE(relative_error(fit->parameters.r / fit->parameters.alpha, 0.3), 1e-4);
  EXPECT_GT(fit->prior_weight, 0.25);
  EXPECT_LT(fit->prior_weight, 1);
}

TYPED_TEST(Prior, BeliefsOutsideTheirDomainAreRefusedByName) {
  const Accounts a = simulated(this->kTruth, 50, 7);
  const auto message = [&](const OrderPrior& prior) {
    FitOptions<TypeParam> options;
    options.prior = prior;
    const auto fit = fit_of<TypeParam>(a.columns(), options);
    return fit ? std::string() : fit.error().message();
  };
  EXPECT_NE(message({.order_rate = Belief{-1, 1}}).find("order_rate.median"), std::string::npos);
  EXPECT_NE(message({.order_rate = Belief{1, 0}}).find("order_rate.sigma"), std::string::npos);
  EXPECT_NE(message({.dropout = Belief{1, 1}}).find("dropout.median"), std::string::npos);
  EXPECT_NE(message({.dropout = Belief{.5, kNaN}}).find("dropout.sigma"), std::string::npos);
  EXPECT_NE(message({.rate_heterogeneity = Belief{kNaN, 1}}).find("rate_heterogeneity.median"),
            std::string::npos);
}

}  // namespace
}  // namespace kam
