/// Rows of a binary regression that own their numbers, and rows drawn from a known one.
#pragma once

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <kam/churn/binary_regression.hpp>

namespace kam::test {

using churn::Link;
using churn::RegressionFit;
using churn::RegressionOptions;

/// Columns that own their numbers.
struct BinaryData {
  std::vector<std::string> names;
  std::vector<std::vector<double>> x;
  std::vector<double> y, weight, offset, cluster;

  [[nodiscard]] std::vector<Covariate> covariates() const {
    std::vector<Covariate> made;
    for (std::size_t j = 0; j < x.size(); ++j) made.push_back({names[j], x[j]});
    return made;
  }
  [[nodiscard]] Result<RegressionFit> fit(const RegressionOptions& options = {},
                                          const Executor& executor = {}) const {
    const auto columns = covariates();
    return churn::fit_binary({columns, y, weight, offset, cluster}, options, executor);
  }
  [[nodiscard]] double eta(const std::vector<double>& theta, std::size_t i) const {
    std::vector<double> row;
    for (const auto& column : x) row.push_back(column[i]);
    return churn::linear_predictor(theta, row) + (offset.empty() ? 0.0 : offset[i]);
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
inline BinaryData simulated_binary(std::size_t n, std::size_t k, unsigned seed,
                                   Link link = Link::logit) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  BinaryData data;
  const double slopes[] = {.8, -.5, 0, .3, -.2};
  for (std::size_t j = 0; j < k; ++j) {
    data.names.push_back("x" + std::to_string(j));
    data.x.emplace_back();
    for (std::size_t i = 0; i < n; ++i) data.x[j].push_back(normal(random));
  }
  for (std::size_t i = 0; i < n; ++i) {
    double at = -1;
    for (std::size_t j = 0; j < k; ++j) at += slopes[j % 5] * data.x[j][i];
    data.y.push_back(uniform(random) < churn::inverse_link(link, at) ? 1.0 : 0.0);
  }
  return data;
}

}  // namespace kam::test
