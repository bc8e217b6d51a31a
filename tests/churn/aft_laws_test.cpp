/// What must hold of every accelerated-failure-time fit, whatever the data.
#include <algorithm>
#include <numeric>
#include <thread>

#include <gtest/gtest.h>

#include "churn/aft_data.hpp"
#include "churn/aft_likelihood.hpp"

namespace kam::aft {
namespace {

using test::fitted;
using test::LifeData;
using test::simulated;

constexpr Distribution kAll[] = {Distribution::weibull, Distribution::log_normal,
                                 Distribution::log_logistic, Distribution::exponential};

class AftLaws : public ::testing::TestWithParam<Distribution> {};

void expect_same(const Fit& a, const Fit& b, double tolerance) {
  EXPECT_NEAR(a.model.intercept(), b.model.intercept(), tolerance);
  EXPECT_NEAR(a.model.log_scale, b.model.log_scale, tolerance);
  for (std::size_t j = 0; j < a.model.covariates(); ++j) {
    EXPECT_NEAR(a.model.coefficient(j), b.model.coefficient(j), tolerance);
  }
}

// The sum of ln densities and survivals of the header's own formulas.
double log_likelihood_by_hand(const Fit& fit, const LifeData& data) {
  double sum = 0;
  for (std::size_t i = 0; i < data.duration.size(); ++i) {
    Lifetime life{fit.model.distribution, fit.model.intercept(), fit.model.scale()};
    for (std::size_t j = 0; j < data.columns.size(); ++j) {
      life.location += fit.model.coefficient(j) * data.columns[j][i];
    }
    const double weight = data.weight.empty() ? 1 : data.weight[i];
    sum += weight * (data.event[i] == 1 ? log_density(life, data.duration[i])
                                        : log_survival(life, data.duration[i]));
    if (!data.entry.empty()) sum -= weight * log_survival(life, data.entry[i]);
  }
  return sum;
}

TEST_P(AftLaws, LogLikelihoodIsThatOfTheFormulas) {
  const LifeData data = simulated(GetParam(), 800, 4, 60, true);
  const Fit fit = fitted(GetParam(), data);
  EXPECT_NEAR(log_likelihood_by_hand(fit, data), fit.log_likelihood, 1e-10 * 800);
}

TEST_P(AftLaws, DerivativesAreThoseOfFiniteDifferences) {
  LifeData data = simulated(GetParam(), 600, 5, 60, true);
  data.weight.assign(data.duration.size(), 1.5);
  // Events somewhere within (0, 1].
  for (std::size_t i = 0; i < 20; ++i) data.duration[i] = data.entry[i] = 0, data.event[i] = 1;
  const Executor executor;
  const auto covariates = data.covariates();  // outlives the rows
  const Rows rows = read_rows(data.customers(), covariates, {}, executor);
  const Likelihood likelihood(GetParam(), rows, 0.7, executor);
  Eigen::VectorXd point(likelihood.parameters());
  for (Eigen::Index k = 0; k < point.size(); ++k)
    point[k] = k == 0 ? 2.8 : 0.3 - 0.2 * static_cast<double>(k);
  const auto at = likelihood(point);
  constexpr double kStep = 1e-5;
  for (Eigen::Index k = 0; k < point.size(); ++k) {
    Eigen::VectorXd step = Eigen::VectorXd::Zero(point.size());
    step[k] = kStep;
    const auto up = likelihood(point + step), down = likelihood(point - step);
    EXPECT_NEAR((up.value - down.value) / (2 * kStep), at.gradient[k],
                2e-8 * (1 + std::fabs(at.value)));
    const Eigen::VectorXd bend = (up.gradient - down.gradient) / (2 * kStep);
    EXPECT_LT((bend - at.hessian.col(k)).cwiseAbs().maxCoeff(),
              1e-7 * at.hessian.cwiseAbs().maxCoeff());
  }
}

TEST_P(AftLaws, WeightsAreRepetition) {
  const LifeData once = simulated(GetParam(), 300, 6);
  LifeData weighted = once, repeated = once;
  for (std::size_t i = 0; i < 300; ++i) weighted.weight.push_back(static_cast<double>(i % 4));
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < 300; ++i) rows.insert(rows.end(), i % 4, i);
  const auto repeat = [&](std::vector<double>& to, const std::vector<double>& from) {
    to.clear();
    for (const std::size_t i : rows) to.push_back(from[i]);
  };
  repeat(repeated.duration, once.duration);
  repeat(repeated.event, once.event);
  for (std::size_t j = 0; j < 2; ++j) repeat(repeated.columns[j], once.columns[j]);
  const Fit a = fitted(GetParam(), weighted), b = fitted(GetParam(), repeated);
  expect_same(a, b, 1e-10);
  EXPECT_NEAR(a.log_likelihood, b.log_likelihood, 1e-9 * std::fabs(b.log_likelihood));
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(a.model.standard_errors()[k], b.model.standard_errors()[k], 1e-9);
  }
}

TEST_P(AftLaws, AUnitOfTimeShiftsTheInterceptOnly) {
  if (GetParam() == Distribution::exponential) GTEST_SKIP() << "its own test of the same law";
  const LifeData weeks = simulated(GetParam(), 500, 7, 60, true);
  LifeData days = weeks;
  for (auto* column : {&days.duration, &days.entry}) {
    for (double& t : *column) t *= 7;
  }
  Fit a = fitted(GetParam(), weeks);
  const Fit b = fitted(GetParam(), days);
  EXPECT_NEAR(b.log_likelihood, a.log_likelihood - a.events * std::log(7), 1e-9 * a.weight);
  a.model.location += std::log(7);
  expect_same(a, b, 1e-9);
}

TEST_P(AftLaws, OrderOfRowsAndColumnsDoesNotMatter) {
  const LifeData data = simulated(GetParam(), 400, 8);
  LifeData turned = data;
  for (auto* column : {&turned.duration, &turned.event})
    std::reverse(column->begin(), column->end());
  for (auto& column : turned.columns) std::reverse(column.begin(), column.end());
  std::swap(turned.columns[0], turned.columns[1]);
  std::swap(turned.names[0], turned.names[1]);
  const Fit a = fitted(GetParam(), data), b = fitted(GetParam(), turned);
  EXPECT_NEAR(a.model.coefficient(0), b.model.coefficient(1), 1e-10);
  EXPECT_NEAR(a.model.intercept(), b.model.intercept(), 1e-10);
}

// Covariates in thousands, far from 0: the same model, the same predictions.
TEST_P(AftLaws, UnitAndOriginOfACovariateDoNotMatter) {
  const LifeData data = simulated(GetParam(), 400, 9);
  LifeData moved = data;
  for (double& x : moved.columns[0]) x = 1e6 + 1e3 * x;
  const Fit a = fitted(GetParam(), data), b = fitted(GetParam(), moved);
  EXPECT_NEAR(a.model.coefficient(0), 1e3 * b.model.coefficient(0), 1e-9);
  EXPECT_NEAR(a.model.location, b.model.location, 1e-9);
  EXPECT_NEAR(a.model.standard_errors()[1], 1e3 * b.model.standard_errors()[1], 1e-9);
  EXPECT_NEAR(a.log_likelihood, b.log_likelihood, 1e-8);
}

void run_on_threads(void*, std::size_t n, void (*body)(void*, std::size_t), void* context) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < n; ++i) threads.emplace_back(body, context, i);
  for (std::thread& thread : threads) thread.join();
}

TEST_P(AftLaws, BitsDoNotDependOnThreads) {
  const LifeData data = simulated(GetParam(), 20'000, 10, 60, true);
  const Fit alone = fitted(GetParam(), data);
  const auto threaded =
      fit(GetParam(), data.customers(), data.covariates(), {}, {.parallel_for = run_on_threads});
  ASSERT_TRUE(threaded);
  EXPECT_EQ(alone.model.slopes, threaded->model.slopes);
  EXPECT_EQ(alone.model.covariance, threaded->model.covariance);
  EXPECT_EQ(alone.log_likelihood, threaded->log_likelihood);
}

TEST_P(AftLaws, RecoversTheTruthWithinItsErrors) {
  const LifeData data = simulated(GetParam(), 30'000, 11, 40, true);
  const Fit fit = fitted(GetParam(), data);
  ASSERT_TRUE(fit.converged());
  const auto errors = fit.model.standard_errors();
  const double truth[] = {3, 0.5, -0.7};
  const double got[] = {fit.model.intercept(), fit.model.coefficient(0), fit.model.coefficient(1)};
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_LT(errors[k], 0.03);
    EXPECT_NEAR(got[k], truth[k], 4 * errors[k]) << k;
  }
  if (GetParam() == Distribution::exponential) return;
  EXPECT_NEAR(fit.model.log_scale, std::log(0.6), 4 * errors[3]);
}

// A right model: the sandwich and the inverse information estimate the same thing.
TEST_P(AftLaws, RobustErrorsAgreeWhereTheModelIsRight) {
  const LifeData data = simulated(GetParam(), 30'000, 12);
  const auto plain = fitted(GetParam(), data).model.standard_errors();
  const auto robust = fitted(GetParam(), data, {.robust = true}).model.standard_errors();
  std::vector<std::uint32_t> own(data.duration.size()), pairs(data.duration.size());
  std::iota(own.begin(), own.end(), 0u);
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = static_cast<std::uint32_t>(i / 2);
  const auto by_row = fitted(GetParam(), data, {.cluster = own}).model.standard_errors();
  const auto by_pair = fitted(GetParam(), data, {.cluster = pairs}).model.standard_errors();
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(robust[k] / plain[k], 1, 0.05);
    EXPECT_NEAR(by_row[k] / robust[k], 1, 1e-12);
    EXPECT_NEAR(by_pair[k] / robust[k], 1, 0.05);
  }
}

// Every row twice in one cluster: as if there were one of each.
TEST_P(AftLaws, ClustersUndoCopies) {
  const LifeData once = simulated(GetParam(), 500, 13);
  LifeData twice = once;
  const auto append = [](std::vector<double>& column) {
    column.insert(column.end(), column.begin(),
                  column.begin() + static_cast<std::ptrdiff_t>(column.size()));
  };
  for (auto* column : {&twice.duration, &twice.event, &twice.columns[0], &twice.columns[1]}) {
    std::vector<double> copy = *column;
    append(copy);
    *column = copy;
  }
  std::vector<std::uint32_t> cluster(1000);
  for (std::size_t i = 0; i < 1000; ++i) cluster[i] = static_cast<std::uint32_t>(i % 500);
  const auto robust = fitted(GetParam(), once, {.robust = true}).model.standard_errors();
  const auto clustered = fitted(GetParam(), twice, {.cluster = cluster}).model.standard_errors();
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(clustered[k] / robust[k], 1, 1e-8);
}

// The penalised optimum: the gradient of the plain likelihood equals ridge times the slopes.
TEST_P(AftLaws, RidgeIsTheObjectiveAsWritten) {
  const LifeData data = simulated(GetParam(), 400, 14);
  const Executor executor;
  const double ridge = 25;
  const Fit fit = fitted(GetParam(), data, {.ridge = ridge});
  const auto covariates = data.covariates();  // outlives the rows
  const Rows rows = read_rows(data.customers(), covariates, {}, executor);
  const Likelihood plain(GetParam(), rows, 0, executor);
  Eigen::VectorXd point(plain.parameters());
  point.head(3) << fit.model.location, fit.model.slopes[0], fit.model.slopes[1];
  if (point.size() > 3) point[3] = fit.model.log_scale;
  const auto at = plain(point);
  EXPECT_NEAR(at.gradient[1], ridge * fit.model.slopes[0], 1e-6);
  EXPECT_NEAR(at.gradient[2], ridge * fit.model.slopes[1], 1e-6);
  EXPECT_NEAR(at.gradient[0], 0, 1e-6);
  EXPECT_NEAR(at.value, fit.log_likelihood, 1e-9);
  const Fit free = fitted(GetParam(), data);
  EXPECT_LT(std::fabs(fit.model.slopes[0]), std::fabs(free.model.slopes[0]));
  EXPECT_LT(fit.log_likelihood, free.log_likelihood);
  EXPECT_GT(free.log_likelihood, free.null_log_likelihood);
}

INSTANTIATE_TEST_SUITE_P(All, AftLaws, ::testing::ValuesIn(kAll),
                         [](const auto& which) { return distribution_name(which.param); });

TEST(AftLaws, TheExponentialIsTheWeibullOfScaleOne) {
  const LifeData data = simulated(Distribution::exponential, 500, 15);
  const Fit weibull = fitted(Distribution::weibull, data);
  const Fit exponential = fitted(Distribution::exponential, data);
  EXPECT_GE(weibull.log_likelihood, exponential.log_likelihood);
  // One parameter more, true of the data: twice the gain is chi-squared with one degree.
  EXPECT_LT(2 * (weibull.log_likelihood - exponential.log_likelihood), 15);
  EXPECT_EQ(exponential.free + 1, weibull.free);
}

}  // namespace
}  // namespace kam::aft
