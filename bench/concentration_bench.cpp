/// Concentration of one column of revenue, sort included.
#include <benchmark/benchmark.h>

#include <kam/concentration/bootstrap.hpp>
#include <kam/concentration/lorenz.hpp>
#include <kam/concentration/pareto_tail.hpp>

#include <cmath>
#include <random>
#include <vector>

namespace {

/// Pareto tail of the textbook 80/20, in cents.
std::vector<double> random_revenue(std::size_t accounts) {
  std::mt19937_64 engine(1);
  std::vector<double> revenue(accounts);
  for (double& v : revenue) {
    const double u = static_cast<double>((engine() >> 11) + 1) * 0x1p-53;
    v = std::round(10'000 * std::pow(u, -1 / 1.160964)) / 100;
  }
  return revenue;
}

void concentration(benchmark::State& state) {
  const auto revenue = random_revenue(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(kam::concentration(revenue));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(concentration)
    ->Name("score/concentration")
    ->Arg(100)
    ->Arg(100'000)
    ->Arg(10'000'000)
    ->Unit(benchmark::kMicrosecond);

void top_shares(benchmark::State& state) {
  const auto c = kam::concentration(random_revenue(100'000));
  for (auto _ : state) {
    benchmark::DoNotOptimize(c->top_share(.2));
    benchmark::DoNotOptimize(c->accounts_for(.8));
    benchmark::DoNotOptimize(c->balance_point());
  }
  state.SetItemsProcessed(state.iterations());
}
void tail(benchmark::State& state) {
  const auto revenue = random_revenue(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(kam::pareto_tail(revenue));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(tail)->Name("concentration/pareto_tail")->Arg(20'000)->Unit(benchmark::kMillisecond);

void intervals(benchmark::State& state) {
  const auto c = kam::concentration(random_revenue(20'000));
  for (auto _ : state) benchmark::DoNotOptimize(kam::concentration_interval(*c, {100, .8, 1}));
  state.SetItemsProcessed(state.iterations() * 100);
}
BENCHMARK(intervals)->Name("concentration/bootstrap")->Unit(benchmark::kMillisecond);

BENCHMARK(top_shares)->Name("score/concentration/top_shares");

}  // namespace
