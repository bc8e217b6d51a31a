/// Revenue at risk: the loss distribution of a portfolio, and who owns its tail.
#include <benchmark/benchmark.h>

#include <kam/base/bernoulli_sum.hpp>
#include <kam/concentration/revenue_at_risk.hpp>

#include <cmath>
#include <random>
#include <vector>

namespace {

struct Portfolio {
  std::vector<double> value, p;
};

/// Pareto values scaled to whole cells, `cells` of them in all; probabilities up to .3.
Portfolio random_portfolio(std::size_t accounts, double cells) {
  std::mt19937_64 engine(1);
  const auto uniform = [&] { return static_cast<double>((engine() >> 11) + 1) * 0x1p-53; };
  Portfolio x;
  double total = 0;
  for (std::size_t i = 0; i < accounts; ++i) {
    x.value.push_back(std::pow(uniform(), -1 / 1.160964));
    x.p.push_back(.3 * uniform());
    total += x.value.back();
  }
  const double left = cells - static_cast<double>(accounts);
  double placed = 0;
  for (double& v : x.value) placed += v = 1 + std::floor(left * v / total);
  x.value[0] += cells - placed;
  return x;
}

void distribution(benchmark::State& state) {
  const Portfolio x = random_portfolio(1000, 4096);
  const auto grid = *kam::amount_grid(x.value);
  for (auto _ : state) benchmark::DoNotOptimize(kam::bernoulli_sum(grid.cells, x.p));
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(distribution)
    ->Name("score/revenue_at_risk/distribution_1000_on_4096")
    ->Unit(benchmark::kMicrosecond);

void tail_contributions(benchmark::State& state) {
  const Portfolio x = random_portfolio(1000, 4096);
  const auto grid = *kam::amount_grid(x.value);
  const kam::GridPmf pmf = kam::bernoulli_sum(grid.cells, x.p);
  const auto worst = kam::worst_part(pmf.probability, .95, 1000);
  const std::ptrdiff_t at = pmf.first + static_cast<std::ptrdiff_t>(worst.at);
  for (auto _ : state) {
    const kam::GridTail tail(pmf, worst.blend);
    double sum = 0;
    for (std::size_t j = 0; j < 1000; ++j) {
      const auto cells = grid.cells[j];
      const auto without = at - static_cast<std::ptrdiff_t>(cells);
      sum += x.value[j] * x.p[j] * tail.above_without(cells, x.p[j], without);
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(tail_contributions)
    ->Name("score/revenue_at_risk/tail_contributions_1000_on_4096")
    ->Unit(benchmark::kMicrosecond);

void whole(benchmark::State& state) {
  const auto accounts = static_cast<std::size_t>(state.range(0));
  const Portfolio x = random_portfolio(accounts, 4.096 * static_cast<double>(accounts));
  const kam::RevenueAtRiskOptions options{.correlation = static_cast<double>(state.range(1)) / 100};
  for (auto _ : state) {
    benchmark::DoNotOptimize(kam::revenue_at_risk({x.value, x.p}, options));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(whole)
    ->Name("score/revenue_at_risk/all")
    ->Args({100, 0})
    ->Args({100, 15})
    ->Args({1000, 0})
    ->Args({1000, 15})
    ->Args({100'000, 0})
    ->Unit(benchmark::kMillisecond);

}  // namespace
