/// Loyalty, growth and the trend underneath: rates with intervals, clumpiness, slopes.
#include <benchmark/benchmark.h>

#include <kam/base/trend.hpp>
#include <kam/value/growth.hpp>
#include <kam/value/loyalty.hpp>

#include <cmath>
#include <random>
#include <vector>

namespace {

double uniform(std::mt19937_64& engine) {
  return static_cast<double>(engine() >> 11) * 0x1p-53;
}

void repurchase_rate(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  std::mt19937_64 engine(1);
  std::vector<double> k(rows), m(rows), rate(rows), lo(rows), hi(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    m[i] = std::floor(60 * uniform(engine));
    k[i] = std::floor((m[i] + 1) * uniform(engine));
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        kam::value::repurchase_rate(k, m, {3, 2}, .8, {rate, lo, hi}).rows_scored);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(repurchase_rate)->Name("score/repurchase_rate")->Arg(10'000);

void clumpiness(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  std::mt19937_64 engine(2);
  std::vector<double> events, out(rows);
  std::vector<std::size_t> offsets{0};
  for (std::size_t i = 0; i < rows; ++i) {
    for (double t = 1; t <= 104; ++t) {
      if (uniform(engine) < .1) events.push_back(t);
    }
    offsets.push_back(events.size());
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(kam::value::clumpiness(events, offsets, 104, out).rows_scored);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(clumpiness)->Name("score/clumpiness")->Arg(10'000);

void trend(benchmark::State& state) {
  std::mt19937_64 engine(3);
  std::vector<double> series(static_cast<std::size_t>(state.range(0)));
  for (double& y : series) y = uniform(engine);
  for (auto _ : state) benchmark::DoNotOptimize(kam::trend_of(series)->slope);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(trend)->Name("kernel/trend_of")->Arg(12)->Arg(60)->Arg(2048);

void growth_trend(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  std::mt19937_64 engine(4);
  std::vector<double> revenue(36 * rows), percent(rows), p(rows);
  for (double& r : revenue) r = std::exp(uniform(engine));
  for (auto _ : state) {
    benchmark::DoNotOptimize(kam::value::growth_trend(revenue, 36, {}, percent, p).rows_scored);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(growth_trend)->Name("score/growth_trend/36")->Arg(1'000);

}  // namespace
