/// Probabilities and outcomes for the tests of calibration, evaluation and profit.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <kam/base/random.hpp>
#include <kam/base/special.hpp>
#include <kam/churn/predictions.hpp>

#include "data_table.hpp"

namespace kam::churn::test {

struct Sample {
  std::vector<double> outcome{}, probability{}, weight{}, value{};

  [[nodiscard]] Predictions columns() const { return {outcome, probability, weight}; }
  [[nodiscard]] std::size_t rows() const { return outcome.size(); }

  /// The same rows in another order.
  [[nodiscard]] Sample shuffled(std::uint64_t seed) const {
    Sample other = *this;
    Random random(seed);
    for (std::size_t i = rows(); i > 1; --i) {
      const auto j = static_cast<std::size_t>(random.below(i));
      for (auto* column : {&other.outcome, &other.probability, &other.weight, &other.value}) {
        if (!column->empty()) std::swap((*column)[i - 1], (*column)[j]);
      }
    }
    return other;
  }
  /// Every row as often as its (whole) weight says, without weights.
  [[nodiscard]] Sample repeated() const {
    Sample other;
    for (std::size_t i = 0; i < rows(); ++i) {
      for (double k = 0; k < weight[i]; ++k) {
        other.outcome.push_back(outcome[i]);
        other.probability.push_back(probability[i]);
        if (!value.empty()) other.value.push_back(value[i]);
      }
    }
    return other;
  }
};

/// tests/data: `score` and the outcome column of that name.
inline Sample load(const std::string& name, const std::string& outcome) {
  const kam::test::DataTable table(name);
  return {table.numbers(outcome), table.numbers("score")};
}

inline Sample telco() {
  return load("telco_logistic_scores.csv", "y");
}

/// Outcomes with logit P = slope·x + intercept for logit p = x ~ N(−1, 1.5); `steps` > 0 rounds p,
/// which makes ties; weights 0..3 and values on request.
inline Sample simulate(std::uint64_t seed, std::size_t n, double slope = 1.0,
                       double intercept = 0.0, int steps = 0, bool weighted = false) {
  Random random(seed);
  Sample sample;
  for (std::size_t i = 0; i < n; ++i) {
    double x = -1.0 + 1.5 * random.normal();
    double p = logistic(x);
    if (steps > 0) {
      p = std::clamp(std::round(p * steps), 1.0, steps - 1.0) / steps;
      x = std::log(p / (1 - p));
    }
    sample.probability.push_back(p);
    sample.outcome.push_back(random.uniform() < logistic(slope * x + intercept) ? 1 : 0);
    if (weighted) sample.weight.push_back(static_cast<double>(random.below(4)));
    sample.value.push_back(std::round(100 * std::exp(random.normal())));
  }
  sample.outcome.front() = 1;
  sample.outcome.back() = 0;
  if (weighted) sample.weight.front() = sample.weight.back() = 1;
  return sample;
}

}  // namespace kam::churn::test
