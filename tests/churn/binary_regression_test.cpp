#include <kam/churn/binary_regression.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "churn/binary_data.hpp"
#include "churn/telco.hpp"

namespace {

using namespace kam::churn;
using kam::Covariate;
using kam::test::simulated_binary;
using Data = kam::test::BinaryData;

// ---- Published numbers: R 4.2.2 glm on IBM's Telco customers

TEST(BinaryRegression, TelcoAsR) {
  const auto telco = kam::test::telco_logistic();
  const auto columns = telco.covariates();
  const auto churned = telco.churned();
  const auto fit = fit_binary({columns, churned});
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->log_likelihood, -2978.20519536, 1e-8);
  EXPECT_NEAR(fit->aic, 5986.41039072, 2e-8);
  const double expected[] = {-0.8253857134, -0.0324660671, -0.7215764520, -1.4834672148,
                             0.8667817391};
  const std::size_t at[] = {0, 5, 6, 7, 13};
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_NEAR(fit->coefficients[at[i]], expected[i], 1e-7 * std::fabs(expected[i])) << i;
  EXPECT_TRUE(fit->converged());
  EXPECT_EQ(fit->events, 1869);
  EXPECT_EQ(fit->rows.rows_scored, 7043u);
  EXPECT_EQ(fit->warning, "");
  EXPECT_NEAR(fit->effective_parameters, 15, 1e-9);
}

TEST(BinaryRegression, TelcoProbabilitiesAsTheReferenceScores) {
  const auto telco = kam::test::telco_logistic();
  const auto columns = telco.covariates();
  const auto churned = telco.churned();
  const auto fit = fit_binary({columns, churned});
  ASSERT_TRUE(fit);
  const kam::test::DataTable scores("telco_logistic_scores.csv");
  const auto expected = scores.numbers("score");
  ASSERT_EQ(expected.size(), churned.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    std::vector<double> row;
    for (const auto& column : columns) row.push_back(column.values[i]);
    EXPECT_NEAR(inverse_link(Link::logit, linear_predictor(fit->coefficients, row)), expected[i],
                1e-8);
  }
}

// ---- Independent paths

class EachLink : public testing::TestWithParam<Link> {};

TEST_P(EachLink, TheSlopeOfTheLikelihoodVanishesAndItsBendGivesTheStandardErrors) {
  Data data = simulated_binary(400, 3, 5, GetParam());
  data.weight.assign(400, 1.0);
  for (std::size_t i = 0; i < 400; ++i) data.weight[i] = 0.5 + static_cast<double>(i % 3);
  data.offset.assign(400, 0.0);
  for (std::size_t i = 0; i < 400; ++i) data.offset[i] = 0.1 * static_cast<double>(i % 5);
  RegressionOptions options;
  options.link = GetParam();
  const auto fit = data.fit(options);
  ASSERT_TRUE(fit && fit->converged());
  EXPECT_NEAR(fit->log_likelihood, data.log_likelihood(GetParam(), fit->coefficients), 1e-10);
  const std::size_t p = 4;
  const double h = 1e-4;
  std::vector<double> information(p * p);
  for (std::size_t i = 0; i < p; ++i) {
    for (std::size_t j = 0; j < p; ++j) {
      const auto at = [&](double di, double dj) {
        auto theta = fit->coefficients;
        theta[i] += di;
        theta[j] += dj;
        return data.log_likelihood(GetParam(), theta);
      };
      information[i * p + j] = -(at(h, h) - at(h, -h) - at(-h, h) + at(-h, -h)) / (4 * h * h);
      EXPECT_TRUE(i != j || std::fabs(at(h, 0) - at(-h, 0)) / (2 * h) <= 1e-5);
    }
  }
  for (std::size_t i = 0; i < p; ++i) {  // information * covariance = 1
    for (std::size_t j = 0; j < p; ++j) {
      double sum = 0;
      for (std::size_t m = 0; m < p; ++m)
        sum += information[i * p + m] * fit->covariance[m * p + j];
      EXPECT_NEAR(sum, i == j ? 1.0 : 0.0, 2e-4);
    }
  }
}

TEST_P(EachLink, RecoversTheTruthWithinItsStandardErrors) {
  const Data data = simulated_binary(20000, 5, 11, GetParam());
  RegressionOptions options;
  options.link = GetParam();
  const auto fit = data.fit(options);
  ASSERT_TRUE(fit);
  const double truth[] = {-1, .8, -.5, 0, .3, -.2};
  for (std::size_t j = 0; j < 6; ++j)
    EXPECT_LT(std::fabs(fit->coefficients[j] - truth[j]), 4 * fit->standard_errors[j]) << j;
}

TEST_P(EachLink, AWeightIsARepetition) {
  Data weighted = simulated_binary(300, 2, 3, GetParam());
  Data repeated = weighted;
  for (std::size_t i = 0; i < 300; ++i) {
    const std::size_t times = i % 4;
    weighted.weight.push_back(static_cast<double>(times));
    for (std::size_t r = 1; r < times; ++r) {
      for (auto& column : repeated.x) column.push_back(column[i]);
      repeated.y.push_back(repeated.y[i]);
    }
  }
  repeated.weight.assign(repeated.y.size(), 1.0);
  for (std::size_t i = 0; i < 300; i += 4) repeated.weight[i] = 0.0;
  RegressionOptions options;
  options.link = GetParam();
  options.ridge = 2;
  const auto a = weighted.fit(options), b = repeated.fit(options);
  ASSERT_TRUE(a && b);
  EXPECT_NEAR(a->log_likelihood, b->log_likelihood, 1e-9);
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(a->coefficients[j], b->coefficients[j], 1e-9);
    EXPECT_NEAR(a->standard_errors[j], b->standard_errors[j], 1e-9);
  }
}

INSTANTIATE_TEST_SUITE_P(Links, EachLink, testing::Values(Link::logit, Link::cloglog),
                         [](const auto& p) { return std::string(link_name(p.param)); });

// ---- Laws

TEST(BinaryRegression, UnitsAndOriginsOfColumnsDoNotMatter) {
  Data data = simulated_binary(500, 3, 7);
  RegressionOptions options;
  options.ridge = 3;
  const auto plain = data.fit(options);
  for (double& value : data.x[1]) value = 1e6 + 250 * value;
  const auto other = data.fit(options);
  ASSERT_TRUE(plain && other);
  EXPECT_NEAR(plain->log_likelihood, other->log_likelihood, 1e-8);
  EXPECT_NEAR(plain->penalty, other->penalty, 1e-8);
  EXPECT_NEAR(plain->coefficients[2], 250 * other->coefficients[2], 1e-8);
  EXPECT_NEAR(plain->coefficients[1], other->coefficients[1], 1e-8);
}

TEST(BinaryRegression, SwappingLostAndNotTurnsTheSigns) {
  Data data = simulated_binary(500, 3, 8);
  const auto fit = data.fit();
  for (double& y : data.y) y = 1 - y;
  const auto turned = data.fit();
  ASSERT_TRUE(fit && turned);
  for (std::size_t j = 0; j < 4; ++j)
    EXPECT_NEAR(fit->coefficients[j], -turned->coefficients[j], 1e-10);
}

TEST(BinaryRegression, OrderOfRowsDoesNotMatter) {
  Data data = simulated_binary(5000, 3, 9);
  const auto fit = data.fit();
  std::vector<std::size_t> order(5000);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937(1));
  Data mixed = data;
  for (std::size_t i = 0; i < 5000; ++i) {
    for (std::size_t j = 0; j < 3; ++j) mixed.x[j][i] = data.x[j][order[i]];
    mixed.y[i] = data.y[order[i]];
  }
  const auto other = mixed.fit();
  ASSERT_TRUE(fit && other);
  for (std::size_t j = 0; j < 4; ++j)
    EXPECT_NEAR(fit->coefficients[j], other->coefficients[j], 1e-12);
}

void on_three_threads(void*, std::size_t n, void (*body)(void*, std::size_t), void* context) {
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 3; ++t) {
    threads.emplace_back([=] {
      for (std::size_t i = n; i-- > 0;)
        if (i % 3 == t) body(context, i);
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(BinaryRegression, ThreadsDoNotChangeABit) {
  const Data data = simulated_binary(30000, 4, 10);
  RegressionOptions options;
  options.robust = true;
  const auto one = data.fit(options),
             three = data.fit(options, {nullptr, on_three_threads, nullptr});
  ASSERT_TRUE(one && three);
  EXPECT_EQ(one->coefficients, three->coefficients);
  EXPECT_EQ(one->covariance, three->covariance);
  EXPECT_EQ(one->robust_covariance, three->robust_covariance);
  EXPECT_EQ(one->log_likelihood, three->log_likelihood);
}

TEST(BinaryRegression, ManyRowsStartFromAPartAndEndAtTheSameOptimum) {
  // Sorted by the outcome: the worst that can happen to a start from a part of the rows.
  const Data data = simulated_binary(60000, 3, 12);
  Data many;
  many.names = data.names;
  many.x.resize(3);
  for (const double y : {0.0, 1.0}) {
    for (std::size_t i = 0; i < data.y.size(); ++i) {
      if (data.y[i] != y) continue;
      for (int r = 0; r < 4; ++r) {
        many.y.push_back(y);
        for (std::size_t j = 0; j < 3; ++j) many.x[j].push_back(data.x[j][i]);
      }
    }
  }
  const auto once = data.fit(), four = many.fit();
  ASSERT_TRUE(once && four);
  EXPECT_TRUE(four->converged());
  EXPECT_NEAR(four->log_likelihood, 4 * once->log_likelihood, 1e-6);
  for (std::size_t j = 0; j < 4; ++j) {
    EXPECT_NEAR(once->coefficients[j], four->coefficients[j], 1e-10);
    EXPECT_NEAR(once->standard_errors[j], 2 * four->standard_errors[j], 1e-9);
  }
}

TEST(BinaryRegression, AnOffsetIsACoefficientOfOne) {
  Data data = simulated_binary(800, 2, 13);
  const auto fit = data.fit();
  ASSERT_TRUE(fit);
  for (std::size_t i = 0; i < data.y.size(); ++i)
    data.offset.push_back(fit->coefficients[1] * data.x[0][i]);
  const auto again = data.fit();
  ASSERT_TRUE(again);
  EXPECT_NEAR(again->coefficients[1], 0, 1e-9);
  EXPECT_NEAR(again->coefficients[2], fit->coefficients[2], 1e-9);
  EXPECT_NEAR(again->log_likelihood, fit->log_likelihood, 1e-9);
  EXPECT_GT(again->null_log_likelihood, fit->null_log_likelihood);
}

// ---- Penalties

/// The best point of a grid around `from`, refined until the mesh is fine.
std::vector<double> grid_search(const std::function<double(const std::vector<double>&)>& value,
                                std::vector<double> from) {
  double best = value(from);
  for (double mesh = 1; mesh > 1e-7;) {
    bool better = false;
    for (std::size_t j = 0; j < from.size(); ++j) {
      for (const double step : {mesh, -mesh}) {
        auto to = from;
        to[j] += step;
        if (const double v = value(to); v > best) best = v, from = to, better = true;
      }
    }
    if (!better) mesh /= 2;
  }
  return from;
}

TEST(BinaryRegression, RidgeAndPriorsAsASearchWithoutDerivatives) {
  const Data data = simulated_binary(60, 2, 14);
  RegressionOptions options;
  options.ridge = 4;
  const std::vector<NormalPrior> priors{{}, {0.7, 0.2}};
  options.priors = priors;
  options.intercept_prior = {-2, 0.5};
  const auto fit = data.fit(options);
  ASSERT_TRUE(fit && fit->converged());
  const double s = fit->sds[0];
  const auto objective = [&](const std::vector<double>& t) {
    return data.log_likelihood(Link::logit, t) - 2 * s * s * t[1] * t[1] -
           0.5 * std::pow((t[2] - 0.7) / 0.2, 2) - 0.5 * std::pow((t[0] + 2) / 0.5, 2);
  };
  const auto found = grid_search(objective, {0, 0, 0});
  for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(fit->coefficients[j], found[j], 1e-5);
  EXPECT_NEAR(fit->log_likelihood - fit->penalty, objective(found), 1e-9);
  EXPECT_LT(fit->effective_parameters, 3);
}

TEST(BinaryRegression, ANarrowPriorDecidesAWideOneDoesNot) {
  const Data data = simulated_binary(200, 1, 15);
  RegressionOptions options;
  for (const double mean : {-3.0, 0.0, 2.0}) {
    const std::vector<NormalPrior> narrow{{mean, 1e-4}}, wide{{mean, 1e6}};
    options.priors = narrow;
    const auto by_prior = data.fit(options);
    options.priors = wide;
    const auto by_data = data.fit(options);
    ASSERT_TRUE(by_prior && by_data);
    EXPECT_NEAR(by_prior->coefficients[1], mean, 1e-5);
    EXPECT_NEAR(by_prior->standard_errors[1], 1e-4, 1e-8);
    EXPECT_NEAR(by_data->coefficients[1], data.fit()->coefficients[1], 1e-8);
  }
}

TEST(BinaryRegression, WithoutAnEventThePriorsSpeak) {
  Data data = simulated_binary(12, 2, 16);
  data.y.assign(12, 0.0);
  auto none = data.fit();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), kam::StatusCode::insufficient_data);
  EXPECT_NE(none.error().message().find("no event"), std::string::npos);
  RegressionOptions options;
  options.intercept_prior = {-2, 1};
  options.ridge = 1;
  const auto fit = data.fit(options);
  ASSERT_TRUE(fit);
  EXPECT_TRUE(fit->converged());
  EXPECT_LT(fit->coefficients[0], -2);
  EXPECT_GT(fit->coefficients[0], -5);
  data.y.assign(12, 1.0);
  const auto all = data.fit();
  ASSERT_FALSE(all);
  EXPECT_NE(all.error().message().find("nothing but events"), std::string::npos);
}

TEST(BinaryRegression, SignsAsTheBestOfAllSubsetsOfColumnsLeftOut) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    const Data data = simulated_binary(80, 4, seed);
    const std::vector<Sign> signs{Sign::not_positive, Sign::not_negative, Sign::free,
                                  Sign::not_positive};
    RegressionOptions options;
    options.signs = signs;
    const auto fit = data.fit(options);
    ASSERT_TRUE(fit);
    // Brute force: the best feasible fit among those with some bounded columns left out is the
    // optimum of a concave function within bounds.
    double best = -1e300;
    std::vector<double> best_theta;
    for (unsigned left_out = 0; left_out < 16; ++left_out) {
      if ((left_out & 4u) != 0) continue;
      Data part = data;
      for (std::size_t j = 0; j < 4; ++j)
        if ((left_out >> j & 1u) != 0) part.x[j].assign(80, 0.0);
      const auto free = part.fit();
      ASSERT_TRUE(free);
      bool feasible = true;
      std::vector<double> theta = free->coefficients;
      for (std::size_t j = 0; j < 4; ++j) {
        if ((left_out >> j & 1u) != 0) theta[j + 1] = 0;
        feasible = feasible && !(signs[j] == Sign::not_positive && theta[j + 1] > 0) &&
                   !(signs[j] == Sign::not_negative && theta[j + 1] < 0);
      }
      if (feasible && free->log_likelihood > best) best = free->log_likelihood, best_theta = theta;
    }
    EXPECT_NEAR(fit->log_likelihood, best, 1e-9) << seed;
    for (std::size_t j = 0; j < 5; ++j) {
      EXPECT_NEAR(fit->coefficients[j], best_theta[j], 1e-7) << seed << " " << j;
      EXPECT_TRUE(j == 0 || fit->at_bound[j - 1] == (best_theta[j] == 0)) << seed << " " << j;
      EXPECT_EQ(std::isnan(fit->standard_errors[j]), j > 0 && best_theta[j] == 0);
    }
  }
}

}  // namespace
