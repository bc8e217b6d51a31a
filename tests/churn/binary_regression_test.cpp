#include <kam/churn/binary_regression.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "churn/telco.hpp"

namespace {

using namespace kam::churn;
using kam::Covariate;

/// Columns that own their numbers.
struct Data {
  std::vector<std::string> names;
  std::vector<std::vector<double>> x;
  std::vector<double> y, weight, offset, cluster;

  [[nodiscard]] std::vector<Covariate> covariates() const {
    std::vector<Covariate> made;
    for (std::size_t j = 0; j < x.size(); ++j) made.push_back({names[j], x[j]});
    return made;
  }
  [[nodiscard]] kam::Result<RegressionFit> fit(const RegressionOptions& options = {},
                                               const kam::Executor& executor = {}) const {
    const auto columns = covariates();
    return fit_binary({columns, y, weight, offset, cluster}, options, executor);
  }
  [[nodiscard]] double eta(const std::vector<double>& theta, std::size_t i) const {
    std::vector<double> row;
    for (const auto& column : x) row.push_back(column[i]);
    return linear_predictor(theta, row) + (offset.empty() ? 0.0 : offset[i]);
  }
  [[nodiscard]] double log_likelihood(Link link, const std::vector<double>& theta) const {
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double at = eta(theta, i), w = weight.empty() ? 1.0 : weight[i];
      const double kept = link == Link::logit ? -std::log1p(std::exp(at)) : -std::exp(at);
      const double lost =
          link == Link::logit ? -std::log1p(std::exp(-at)) : std::log(-std::expm1(-std::exp(at)));
      sum += w * (y[i] != 0 ? lost : kept);
    }
    return sum;
  }
};

/// Outcomes drawn from a model with slopes .8, -.5, 0, .3, …
Data simulated(std::size_t n, std::size_t k, unsigned seed, Link link = Link::logit) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  Data data;
  const double slopes[] = {.8, -.5, 0, .3, -.2};
  for (std::size_t j = 0; j < k; ++j) {
    data.names.push_back("x" + std::to_string(j));
    data.x.emplace_back();
    for (std::size_t i = 0; i < n; ++i) data.x[j].push_back(normal(random));
  }
  for (std::size_t i = 0; i < n; ++i) {
    double at = -1;
    for (std::size_t j = 0; j < k; ++j) at += slopes[j % 5] * data.x[j][i];
    data.y.push_back(uniform(random) < inverse_link(link, at) ? 1.0 : 0.0);
  }
  return data;
}

// ---- Published numbers: R 4.2.2 glm on IBM's Telco customers
// --------------------------------------

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
// ----------------------------------------------------------------------------

class EachLink : public testing::TestWithParam<Link> {};

TEST_P(EachLink, TheSlopeOfTheLikelihoodVanishesAndItsBendGivesTheStandardErrors) {
  Data data = simulated(400, 3, 5, GetParam());
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
  const Data data = simulated(20000, 5, 11, GetParam());
  RegressionOptions options;
  options.link = GetParam();
  const auto fit = data.fit(options);
  ASSERT_TRUE(fit);
  const double truth[] = {-1, .8, -.5, 0, .3, -.2};
  for (std::size_t j = 0; j < 6; ++j)
    EXPECT_LT(std::fabs(fit->coefficients[j] - truth[j]), 4 * fit->standard_errors[j]) << j;
}

TEST_P(EachLink, AWeightIsARepetition) {
  Data weighted = simulated(300, 2, 3, GetParam());
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
// -----------------------------------------------------------------------------------------

TEST(BinaryRegression, UnitsAndOriginsOfColumnsDoNotMatter) {
  Data data = simulated(500, 3, 7);
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
  Data data = simulated(500, 3, 8);
  const auto fit = data.fit();
  for (double& y : data.y) y = 1 - y;
  const auto turned = data.fit();
  ASSERT_TRUE(fit && turned);
  for (std::size_t j = 0; j < 4; ++j)
    EXPECT_NEAR(fit->coefficients[j], -turned->coefficients[j], 1e-10);
}

TEST(BinaryRegression, OrderOfRowsDoesNotMatter) {
  Data data = simulated(5000, 3, 9);
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
  const Data data = simulated(30000, 4, 10);
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
  const Data data = simulated(60000, 3, 12);
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
  Data data = simulated(800, 2, 13);
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
// ------------------------------------------------------------------------------------

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
  const Data data = simulated(60, 2, 14);
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
  const Data data = simulated(200, 1, 15);
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
  Data data = simulated(12, 2, 16);
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
    const Data data = simulated(80, 4, seed);
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

// ---- Aliased and separating columns
// ---------------------------------------------------------------

TEST(BinaryRegression, ConstantAndCollinearColumnsAreNamedAndDropped) {
  Data data = simulated(300, 2, 17);
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
    Data data = simulated(200, 2, seed);
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
// ----------------------------------------------------------------------------

TEST(BinaryRegression, RobustCovarianceAsItsFormula) {
  Data data = simulated(300, 2, 21);
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
  Data data = simulated(400, 1, 22), copies = data;
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
// --------------------------------------------------------------------------------

TEST(BinaryRegression, BadRowsAreLeftOutAndCounted) {
  Data data = simulated(100, 2, 23);
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
    Data data = simulated(200, 2, 24);
    const auto plain = data.fit();
    for (double& value : data.x[0]) value *= size;
    const auto fit = data.fit();
    ASSERT_TRUE(plain && fit) << size;
    EXPECT_NEAR(fit->coefficients[1] * size, plain->coefficients[1], 1e-8) << size;
    EXPECT_NEAR(fit->coefficients[2], plain->coefficients[2], 1e-8) << size;
    EXPECT_NEAR(fit->log_likelihood, plain->log_likelihood, 1e-8) << size;
  }
  Data one = simulated(200, 1, 25);
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
  Data data = simulated(20, 2, 26);
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
  Data data = simulated(50, 0, 27);
  const auto fit = data.fit();
  ASSERT_TRUE(fit);
  const double events = std::accumulate(data.y.begin(), data.y.end(), 0.0);
  EXPECT_NEAR(fit->coefficients[0], std::log(events / (50 - events)), 1e-12);
  data.weight.assign(50, 0.0);
  EXPECT_FALSE(data.fit());
}

TEST(BinaryRegression, AHostMayStopIt) {
  const Data data = simulated(100, 1, 28);
  const kam::Executor stop{nullptr, nullptr, [](void*, double) { return false; }};
  EXPECT_EQ(data.fit({}, stop).error().code(), kam::StatusCode::cancelled);
}

}  // namespace
