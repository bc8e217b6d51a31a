#include <kam/switching/loyalty_offset.hpp>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include <cmath>
#include <limits>
#include <vector>

namespace kam::switching {
namespace {

using Values = std::vector<double>;
constexpr double kInf = std::numeric_limits<double>::infinity();

Values probabilities(const LoyaltyOffset& model, const Values& cost, const Values& log_odds = {}) {
  Values p(cost.size());
  EXPECT_TRUE(churn_probability(model, cost, log_odds, p).ok());
  return p;
}

double mean(const Values& values, const Values& weight = {}) {
  double sum = 0, all = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double w = weight.empty() ? 1 : weight[i];
    sum += w * values[i];
    all += w;
  }
  return sum / all;
}

// --- numbers -----------------------------------------------------------------

// Two accounts, S 0 and 2 (mean 1), β = ln 3: odds of leaving c·3 and c/3. Mean ½ needs c = 1.
TEST(LoyaltyOffset, TwoAccountsByHand) {
  const Values cost = {0, 2};
  const LoyaltyOffset m = calibrate_loyalty_offset({cost, {}, {}}, std::log(3.), .5)->model;
  EXPECT_EQ(m.mean, 1);
  EXPECT_NEAR(m.intercept, 0, 1e-15);
  const Values p = probabilities(m, cost);
  EXPECT_NEAR(p[0], .75, 1e-15);
  EXPECT_NEAR(p[1], .25, 1e-15);
}

// --- laws --------------------------------------------------------------------

TEST(LoyaltyOffset, TheMeanIsTheObservedRateAndMoreCostIsNeverMoreChurn) {
  Random random(1);
  for (int trial = 0; trial < 300; ++trial) {
    const std::size_t n = 1 + random.below(60);
    Values cost(n), x(n), w(n);
    for (std::size_t i = 0; i < n; ++i) {
      cost[i] = std::exp(4 * random.normal());
      x[i] = 3 * random.normal();
      w[i] = random.uniform() < .2 ? 0 : random.exponential();
    }
    w[0] = 1;
    const double rate = std::pow(10, -6 * random.uniform()) * .999;
    const double beta = 2 * random.uniform();
    const LoyaltyOffset m = calibrate_loyalty_offset({cost, x, w}, beta, rate)->model;
    EXPECT_NEAR(mean(probabilities(m, cost, x), w) / rate, 1,
                1e-12 + 4e-16 * std::fabs(m.intercept));
    double last = 1;
    for (double s = 0; s < 200; s += 10) {
      const double p = churn_probability(m, s, .3);
      EXPECT_LE(p, last);
      EXPECT_GE(p, 0);
      last = p;
    }
  }
}

TEST(LoyaltyOffset, UnitsLevelOrderAndWeights) {
  const Values cost = {1, 4, 2, 8}, x = {.1, -.2, .3, 0}, w = {1, 2, 1, 3};
  const LoyaltyOffset a = calibrate_loyalty_offset({cost, x, w}, .3, .1)->model;
  const Values cents = {100, 400, 200, 800};
  const LoyaltyOffset b = calibrate_loyalty_offset({cents, x, w}, .003, .1)->model;
  EXPECT_NEAR(churn_probability(a, 3, .1), churn_probability(b, 300, .1), 1e-14);
  const Values up = {1001, 1004, 1002, 1008};
  const LoyaltyOffset c = calibrate_loyalty_offset({up, x, w}, .3, .1)->model;
  EXPECT_NEAR(churn_probability(a, 3), churn_probability(c, 1003), 1e-13);
  const Values repeated = {8, 8, 2, 4, 1, 4, 8}, rx = {0, 0, .3, -.2, .1, -.2, 0};
  const LoyaltyOffset d = calibrate_loyalty_offset({repeated, rx, {}}, .3, .1)->model;
  EXPECT_NEAR(d.intercept, a.intercept, 1e-14);
  EXPECT_NEAR(d.mean, a.mean, 1e-14);
}

TEST(LoyaltyOffset, WithoutBetaEverybodyLeavesAtTheRate) {
  const Values cost = {1, 5, 90};
  const LoyaltyOffset m = calibrate_loyalty_offset({cost, {}, {}}, 0, .07)->model;
  for (double p : probabilities(m, cost)) EXPECT_NEAR(p, .07, 1e-16);
}

// --- another way -------------------------------------------------------------

TEST(LoyaltyOffset, AgreesWithBisection) {
  Random random(5);
  Values cost(200), x(200);
  for (std::size_t i = 0; i < 200; ++i) {
    cost[i] = 10 * random.uniform();
    x[i] = random.normal();
  }
  const LoyaltyOffset m = calibrate_loyalty_offset({cost, x, {}}, .8, .12)->model;
  double lo = -50, hi = 50;
  for (int i = 0; i < 200; ++i) {
    const double c = .5 * (lo + hi);
    double sum = 0;
    for (std::size_t k = 0; k < 200; ++k) {
      sum += 1 / (1 + std::exp(-(c + x[k] - .8 * (cost[k] - m.mean))));
    }
    (sum / 200 < .12 ? lo : hi) = c;
  }
  EXPECT_NEAR(m.intercept, lo, 1e-13);
}

/// Customers leave when the rival's utility advantage exceeds SC; errors are logistic with scale σ.
TEST(LoyaltyOffset, GivesBackTheProbabilitiesOfARandomUtilityMarket) {
  Random random(7);
  const double sigma = 2, advantage = 1.5;
  Values cost(2000);
  for (double& s : cost) s = 8 * random.uniform();
  double left = 0;
  constexpr int kYears = 200;
  for (int year = 0; year < kYears; ++year) {
    for (double s : cost) {
      const double u = random.uniform();
      left += advantage + sigma * (std::log(u) - std::log1p(-u)) > s;
    }
  }
  const double rate = left / (kYears * 2000.);
  const LoyaltyOffset m = calibrate_loyalty_offset({cost, {}, {}}, 1 / sigma, rate)->model;
  for (double s : {0., 1.5, 4., 8.}) {
    EXPECT_NEAR(churn_probability(m, s), 1 / (1 + std::exp((s - advantage) / sigma)), .003);
  }
}

// --- hostile input -----------------------------------------------------------

TEST(LoyaltyOffset, AMissingCostIsNoCostOfZero) {
  const Values cost = {1, kNaN, 3, kInf}, some = {1, 3};
  const LoyaltyFit fit = *calibrate_loyalty_offset({cost, {}, {}}, .5, .2);
  EXPECT_EQ(fit.report.rows_rejected, 2u);
  EXPECT_EQ(fit.report.first_rejected, 1u);
  EXPECT_EQ(fit.model.intercept, calibrate_loyalty_offset({some, {}, {}}, .5, .2)->model.intercept);
  Values p(4);
  const BatchReport report = churn_probability(fit.model, cost, {}, p);
  EXPECT_EQ(report.rows_rejected, 2u);
  EXPECT_TRUE(std::isnan(p[1]));
  EXPECT_TRUE(std::isnan(p[3]));
}

TEST(LoyaltyOffset, RefusesBadCalls) {
  const Values cost = {1, 2}, short_column = {1}, none = {kNaN}, zero = {0, 0};
  const auto code = [](const LoyaltyColumns& c, double beta, double rate) {
    return calibrate_loyalty_offset(c, beta, rate).error().code();
  };
  for (double beta : {-1., kNaN, kInf}) {
    EXPECT_EQ(code({cost, {}, {}}, beta, .1), StatusCode::invalid_argument);
  }
  for (double rate : {0., 1., -.1, kNaN}) {
    EXPECT_EQ(code({cost, {}, {}}, 1, rate), StatusCode::invalid_argument);
  }
  EXPECT_EQ(code({cost, short_column, {}}, 1, .1), StatusCode::size_mismatch);
  EXPECT_EQ(code({cost, {}, short_column}, 1, .1), StatusCode::size_mismatch);
  EXPECT_EQ(code({{}, {}, {}}, 1, .1), StatusCode::insufficient_data);
  EXPECT_EQ(code({none, {}, {}}, 1, .1), StatusCode::insufficient_data);
  EXPECT_EQ(code({cost, {}, zero}, 1, .1), StatusCode::insufficient_data);
  const Values far = {0, 1e300};
  EXPECT_EQ(code({far, {}, {}}, 1e100, .1), StatusCode::invalid_argument);
  Values one(1, -7), two(2, -7);
  EXPECT_EQ(churn_probability({1, 0, 0, .1}, two, {}, one).status.code(),
            StatusCode::size_mismatch);
  EXPECT_EQ(churn_probability({1, 0, 0, .1}, two, one, two).status.code(),
            StatusCode::size_mismatch);
  EXPECT_EQ(two[0], -7);
}

TEST(LoyaltyOffset, ExtremeSpreadsAreSolved) {
  const Values cost = {0, 1e6, -1e6, 3};
  for (double rate : {1e-12, .25, .5, .6, 1 - 1e-9}) {
    const LoyaltyOffset m = calibrate_loyalty_offset({cost, {}, {}}, 1, rate)->model;
    EXPECT_NEAR(mean(probabilities(m, cost)), rate, 1e-9);
  }
}

}  // namespace
}  // namespace kam::switching
