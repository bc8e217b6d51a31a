/// Accounts with scores and outcomes for the tests of learned weights.
#pragma once

#include <kam/base/random.hpp>
#include <kam/value/learned_weights.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace kam::value::test {

inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInf = std::numeric_limits<double>::infinity();
using Values = std::vector<double>;

/// Accounts with independent scores; lost with log-odds a − Σ β s/100.
struct Accounts {
  std::vector<Values> scores;
  Values outcome, weight;

  [[nodiscard]] std::vector<std::span<const double>> columns() const {
    return {scores.begin(), scores.end()};
  }
  void add(const Values& row, double y, double w = 1.0) {
    scores.resize(row.size());
    for (std::size_t k = 0; k < row.size(); ++k) scores[k].push_back(row[k]);
    outcome.push_back(y);
    weight.push_back(w);
  }
  [[nodiscard]] Values row(std::size_t i) const {
    Values r;
    for (const Values& column : scores) r.push_back(column[i]);
    return r;
  }
};

inline double log_odds(double a, const Values& beta, const Values& scores) {
  for (std::size_t k = 0; k < beta.size(); ++k) a -= beta[k] * scores[k] / 100;
  return a;
}

inline Accounts simulate(std::uint64_t seed, std::size_t n, double a, const Values& beta,
                         double missing = 0.0) {
  Random random(seed);
  Accounts accounts;
  for (std::size_t i = 0; i < n; ++i) {
    Values row(beta.size());
    for (double& s : row) s = 100 * random.uniform();
    const double p = 1 / (1 + std::exp(-log_odds(a, beta, row)));
    const double y = random.uniform() < p ? 1.0 : 0.0;
    for (double& s : row) {
      if (random.uniform() < missing) s = kNan;
    }
    accounts.add(row, y);
  }
  return accounts;
}

inline Result<LearnedWeights> learn(const Accounts& accounts, const LearnOptions& options = {}) {
  const auto columns = accounts.columns();
  return learn_weights({columns, accounts.outcome, accounts.weight}, options);
}

inline std::string refusal(const Accounts& accounts, const LearnOptions& options = {}) {
  const auto result = learn(accounts, options);
  return result ? "accepted" : result.error().message();
}

}  // namespace kam::value::test
