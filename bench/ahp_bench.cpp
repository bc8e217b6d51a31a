/// Weights from pairwise judgments, validation and second opinion included.
#include <benchmark/benchmark.h>

#include <kam/base/random.hpp>
#include <kam/value/ahp.hpp>

#include <vector>

namespace {

std::vector<double> random_judgments(std::size_t n) {
  kam::Random random(1);
  std::vector<double> a(n * n, 1.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      a[i * n + j] = static_cast<double>(1 + random.below(9));
      a[j * n + i] = 1.0 / a[i * n + j];
    }
  }
  return a;
}

void ahp(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const auto judgments = random_judgments(n);
  for (auto _ : state) benchmark::DoNotOptimize(kam::value::ahp(judgments, n));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ahp)->Name("model/ahp")->Arg(4)->Arg(15);

}  // namespace
