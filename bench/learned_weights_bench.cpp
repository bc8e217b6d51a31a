/// Weights learned from outcomes: reading, sorting, fit and errors.
#include <benchmark/benchmark.h>

#include <kam/base/random.hpp>
#include <kam/value/learned_weights.hpp>

#include <cmath>
#include <span>
#include <vector>

namespace {

constexpr std::size_t kIndicators = 20;

struct Accounts {
  std::vector<std::vector<double>> scores;
  std::vector<double> outcome;
};

/// β from 0 to 1.5, about one account in eight lost, one score in twenty missing.
Accounts accounts_of(std::size_t rows) {
  kam::Random random(1);
  Accounts accounts{std::vector<std::vector<double>>(kIndicators, std::vector<double>(rows)),
                    std::vector<double>(rows)};
  for (std::size_t i = 0; i < rows; ++i) {
    double log_odds = 5.0;
    for (std::size_t k = 0; k < kIndicators; ++k) {
      double& score = accounts.scores[k][i];
      score = 100.0 * random.uniform();
      log_odds -= 1.5 * static_cast<double>(k) / (kIndicators - 1) * score / 100.0;
      if (random.uniform() < 0.05) score = std::nan("");
    }
    accounts.outcome[i] = random.uniform() < 1.0 / (1.0 + std::exp(-log_odds)) ? 1.0 : 0.0;
  }
  return accounts;
}

void learn_weights(benchmark::State& state) {
  const Accounts accounts = accounts_of(static_cast<std::size_t>(state.range(0)));
  const std::vector<std::span<const double>> columns(accounts.scores.begin(),
                                                     accounts.scores.end());
  const std::vector<double> prior(kIndicators, 1.0);
  const kam::value::OutcomeColumns data{columns, accounts.outcome};
  const kam::value::LearnOptions options{.prior = prior};
  for (auto _ : state) benchmark::DoNotOptimize(kam::value::learn_weights(data, options));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(learn_weights)
    ->Name("fit/learned_weights")
    ->Arg(1000)
    ->Arg(100'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
