// Columns that cannot be told apart or separate the outcomes, robust errors, hostile input.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include <kam/churn/binary_regression.hpp>

#include "churn/binary_data.hpp"

namespace {

using namespace kam::churn;
using kam::Covariate;
using kam::test::simulated_binary;
using Data = kam::test::BinaryData;

// ---- Aliased and separating columns

TEST(BinaryRegression, ConstantAndCollinearColumnsAreNamedAndDropped) {
  Data data = simulated_binary(300, 2, 17);
  const auto plain = data.fit();
  data.names.insert(data.names.end(), {"flat", "twin", "mix"});
  data.x.emplace_back(300, 4.0);
  data.x.push_back(data.x[0]);
  data.x.emplace_back();
  for (std::size_t i = 0; i < 300; ++i) {
    data.x[3][i] = 2 - 3 * data.x[0][i];
    data.x[4].push_back(data.x[0][i] + 0.5 * data.x[1][i] - 7);
  }
  const auto fit = data.fit();
  ASSERT_TRUE(plain && fit);
  EXPECT_EQ(fit->aliased, (std::vector<bool>{false, false, true, true, true}));
  for (std::size_t j = 0; j < 3; ++j)
    EXPECT_NEAR(fit->coefficients[j], plain->coefficients[j], 1e-9);
  for (std::size_t j = 3; j < 6; ++j) EXPECT_TRUE(std::isnan(fit->coefficients[j]));
  EXPECT_NEAR(fit->log_likelihood, plain->log_likelihood, 1e-9);
  EXPECT_NE(fit->warning.find("`flat` is constant"), std::string::npos) << fit->warning;
  EXPECT_NE(fit->warning.find("`twin` is a combination of `x0`:"), std::string::npos);
  EXPECT_NE(fit->warning.find("`mix` is a combination of `x0`, `x1`:"), std::string::npos);
  const std::vector<double> row{1, 2, 3, 4, 5};
  EXPECT_DOUBLE_EQ(linear_predictor(fit->coefficients, row),
                   fit->coefficients[0] + fit->coefficients[1] + 2 * fit->coefficients[2]);
  RegressionOptions ridge;
  ridge.ridge = 1;
  const auto shared = data.fit(ridge);
  ASSERT_TRUE(shared);
  EXPECT_EQ(shared->aliased, (std::vector<bool>{false, false, true, false, false}));
}

TEST(BinaryRegression, SeparatingColumnsAreNamedAndHeldFinite) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    Data data = simulated_binary(200, 2, seed);
    const auto plain = data.fit();
    data.names.push_back("gone");  // everybody with it left: quasi-complete separation
    data.x.emplace_back(200, 0.0);
    int set = 0;
    for (std::size_t i = 0; i < 200 && set < 5; ++i)
      if (data.y[i] != 0) data.x[2][i] = 1, ++set;
    const auto fit = data.fit();
    ASSERT_TRUE(plain && fit);
    EXPECT_EQ(fit->separating, (std::vector<bool>{false, false, true})) << seed;
    EXPECT_NE(fit->warning.find("`gone` separate"), std::string::npos);
    EXPECT_GT(fit->coefficients[3], 1);
    EXPECT_LT(fit->coefficients[3], 100);
    for (const double se : fit->standard_errors) EXPECT_TRUE(std::isfinite(se));
    EXPECT_TRUE(fit->converged());
  }
}

TEST(BinaryRegression, CompleteSeparationStaysFinite) {
  Data data;
  data.names = {"x", "z"};
  data.x.resize(2);
  for (int i = 0; i < 40; ++i) {
    data.x[0].push_back(i);
    data.x[1].push_back(std::sin(i));
    data.y.push_back(i < 25 ? 0 : 1);
  }
  for (const Link link : {Link::logit, Link::cloglog}) {
    RegressionOptions options;
    options.link = link;
    const auto fit = data.fit(options);
    ASSERT_TRUE(fit);
    EXPECT_TRUE(fit->converged()) << link_name(link);
    EXPECT_TRUE(fit->separating[0]) << link_name(link) << fit->warning;
    for (const double value : fit->coefficients) EXPECT_LT(std::fabs(value), 200);
    for (const double se : fit->standard_errors) EXPECT_TRUE(std::isfinite(se));
  }
}

TEST(BinaryRegression, StrongEffectsThatDoNotSeparateAreLeftAlone) {
  Data data;
  data.names = {"x"};
  data.x.resize(1);
  for (int i = 0; i < 400; ++i) {
    data.x[0].push_back(i);
    data.y.push_back(i < 200 ? (i == 195 ? 1 : 0) : (i == 204 ? 0 : 1));
  }
  const auto fit = data.fit();
  ASSERT_TRUE(fit);
  EXPECT_TRUE(fit->converged());
  EXPECT_FALSE(fit->separating[0]);
  EXPECT_EQ(fit->warning, "");
}

// ---- Robust covariance

TEST(BinaryRegression, RobustCovarianceAsItsFormula) {
  Data data = simulated_binary(300, 2, 21);
  for (std::size_t i = 0; i < 300; ++i) data.cluster.push_back(static_cast<double>(i % 37) - 5);
  RegressionOptions options;
  options.robust = true;
  const auto fit = data.fit(options);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->clusters, 37u);
  std::vector<std::array<double, 3>> score(37, {0, 0, 0});
  for (std::size_t i = 0; i < 300; ++i) {
    const double r = data.y[i] - inverse_link(Link::logit, data.eta(fit->coefficients, i));
    const double z[] = {1, data.x[0][i], data.x[1][i]};
    for (std::size_t j = 0; j < 3; ++j) score[i % 37][j] += r * z[j];
  }
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b < 3; ++b) {
      double sum = 0;
      for (const auto& s : score) {
        double left = 0, right = 0;
        for (std::size_t j = 0; j < 3; ++j) {
          left += fit->covariance[a * 3 + j] * s[j];
          right += fit->covariance[b * 3 + j] * s[j];
        }
        sum += left * right;
      }
      EXPECT_NEAR(fit->robust_covariance[a * 3 + b], sum * 37 / 36, 1e-10);
    }
  }
}

TEST(BinaryRegression, ClustersOfCopiesDoNotPretendToKnowMore) {
  Data data = simulated_binary(400, 1, 22), copies = data;
  for (std::size_t i = 0; i < 400; ++i) data.cluster.push_back(static_cast<double>(i));
  copies.cluster = data.cluster;
  for (std::size_t i = 0; i < 400; ++i) {
    copies.x[0].push_back(data.x[0][i]);
    copies.y.push_back(data.y[i]);
    copies.cluster.push_back(static_cast<double>(i));
  }
  RegressionOptions options;
  options.robust = true;
  const auto one = data.fit(options), two = copies.fit(options);
  ASSERT_TRUE(one && two);
  EXPECT_NEAR(one->robust_standard_errors[1], two->robust_standard_errors[1], 1e-10);
  EXPECT_LT(two->standard_errors[1], 0.72 * one->standard_errors[1]);
}

// ---- Hostile input

TEST(BinaryRegression, BadRowsAreLeftOutAndCounted) {
  Data data = simulated_binary(100, 2, 23);
  Data clean = data;
  for (auto& column : clean.x) column.erase(column.begin() + 10, column.begin() + 15);
  clean.y.erase(clean.y.begin() + 10, clean.y.begin() + 15);
  data.weight.assign(100, 1.0);
  data.x[0][10] = std::nan("");
  data.x[1][11] = HUGE_VAL;
  data.y[12] = std::nan("");
  data.y[13] = 2;
  data.weight[14] = -1;
  const auto fit = data.fit(), expected = clean.fit();
  ASSERT_TRUE(fit && expected);
  EXPECT_EQ(fit->rows.rows_rejected, 5u);
  EXPECT_EQ(fit->rows.first_rejected, 10u);
  EXPECT_EQ(fit->rows.first_reason, kam::RowReason::not_finite);
  for (std::size_t j = 0; j < 3; ++j)
    EXPECT_NEAR(fit->coefficients[j], expected->coefficients[j], 1e-10);
}

TEST(BinaryRegression, ValuesAtTheEndsOfTheRange) {
  for (const double size : {1e300, 1e-300, 1e160, 1e-170}) {
    Data data = simulated_binary(200, 2, 24);
    const auto plain = data.fit();
    for (double& value : data.x[0]) value *= size;
    const auto fit = data.fit();
    ASSERT_TRUE(plain && fit) << size;
    EXPECT_NEAR(fit->coefficients[1] * size, plain->coefficients[1], 1e-8) << size;
    EXPECT_NEAR(fit->coefficients[2], plain->coefficients[2], 1e-8) << size;
    EXPECT_NEAR(fit->log_likelihood, plain->log_likelihood, 1e-8) << size;
  }
  Data one = simulated_binary(200, 1, 25);
  one.x[0][7] = 1e300;
  const auto fit = one.fit();
  ASSERT_TRUE(fit);
  for (const double value : fit->coefficients) EXPECT_TRUE(std::isfinite(value));
}

TEST(BinaryRegression, TenThousandEqualRows) {
  Data data;
  data.names = {"x"};
  data.x.emplace_back(10000, 3.0);
  data.y.assign(10000, 0.0);
  for (std::size_t i = 0; i < 2500; ++i) data.y[i] = 1;
  const auto fit = data.fit();
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->coefficients[0], std::log(2500.0 / 7500.0), 1e-12);
  EXPECT_NEAR(fit->standard_errors[0], std::sqrt(1 / (10000 * .25 * .75)), 1e-10);
  EXPECT_TRUE(fit->aliased[0]);
  EXPECT_NEAR(fit->log_likelihood, fit->null_log_likelihood, 1e-9);
}

TEST(BinaryRegression, WrongCallsNameTheArgument) {
  Data data = simulated_binary(20, 2, 26);
  const auto message = [&](const RegressionOptions& options) {
    const auto fit = data.fit(options);
    return fit ? std::string("fitted") : fit.error().message();
  };
  RegressionOptions options;
  options.ridge = -1;
  EXPECT_NE(message(options).find("`ridge`"), std::string::npos);
  options = {};
  options.tolerance = 0;
  EXPECT_NE(message(options).find("`tolerance`"), std::string::npos);
  options = {};
  const std::vector<NormalPrior> one(1), wrong{{0, -1}, {}};
  options.priors = one;
  EXPECT_NE(message(options).find("priors"), std::string::npos);
  options.priors = wrong;
  EXPECT_NE(message(options).find("priors"), std::string::npos);
  options = {};
  const std::vector<Sign> signs(3);
  options.signs = signs;
  EXPECT_NE(message(options).find("signs"), std::string::npos);
  data.x[1].pop_back();
  EXPECT_NE(message({}).find("x1"), std::string::npos);
}

TEST(BinaryRegression, NoRowsNoColumns) {
  EXPECT_EQ(fit_binary({}).error().code(), kam::StatusCode::insufficient_data);
  Data data = simulated_binary(50, 0, 27);
  const auto fit = data.fit();
  ASSERT_TRUE(fit);
  const double events = std::accumulate(data.y.begin(), data.y.end(), 0.0);
  EXPECT_NEAR(fit->coefficients[0], std::log(events / (50 - events)), 1e-12);
  data.weight.assign(50, 0.0);
  EXPECT_FALSE(data.fit());
}

TEST(BinaryRegression, AHostMayStopIt) {
  const Data data = simulated_binary(100, 1, 28);
  const kam::Executor stop{nullptr, nullptr, [](void*, double) { return false; }};
  EXPECT_EQ(data.fit({}, stop).error().code(), kam::StatusCode::cancelled);
}

}  // namespace
