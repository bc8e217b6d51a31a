/// Calibration and evaluation of probabilities, sort included.
#include <benchmark/benchmark.h>

#include <kam/base/auc.hpp>
#include <kam/base/random.hpp>
#include <kam/churn/calibration.hpp>
#include <kam/churn/evaluation.hpp>
#include <kam/churn/profit.hpp>
#include <kam/churn/venn_abers.hpp>

#include <vector>

namespace {

using namespace kam;

struct Rows {
  std::vector<double> outcome, probability, value;

  explicit Rows(std::size_t n) {
    Random random(1);
    for (std::size_t i = 0; i < n; ++i) {
      const double x = -2 + 1.5 * random.normal();
      probability.push_back(logistic(x));
      outcome.push_back(random.uniform() < logistic(0.8 * x + 0.2) ? 1 : 0);
      value.push_back(1000 * std::exp(1.5 * random.normal()));
    }
  }
  [[nodiscard]] churn::Predictions columns() const { return {outcome, probability}; }
};

template <class Verb>
void run(benchmark::State& state, const Verb& verb) {
  const Rows rows(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(verb(rows));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void area(benchmark::State& state) {
  run(state, [](const Rows& r) { return auc(r.outcome, r.probability); });
}
BENCHMARK(area)->Name("evaluate/auc")->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void isotonic(benchmark::State& state) {
  run(state, [](const Rows& r) { return churn::fit_isotonic(r.columns()); });
}
BENCHMARK(isotonic)->Name("fit/isotonic")->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void platt(benchmark::State& state) {
  run(state, [](const Rows& r) { return churn::fit_platt(r.columns()); });
}
BENCHMARK(platt)->Name("fit/platt")->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void venn_abers(benchmark::State& state) {
  run(state, [](const Rows& r) { return churn::fit_venn_abers(r.columns()); });
}
BENCHMARK(venn_abers)->Name("fit/venn_abers")->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void everything(benchmark::State& state) {
  run(state, [](const Rows& r) { return churn::evaluate(r.columns(), r.value); });
}
BENCHMARK(everything)->Name("evaluate/all")->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void campaign(benchmark::State& state) {
  const std::vector<double> offer{10}, contact{5};
  run(state, [&](const Rows& r) {
    return churn::expected_profit({r.probability, r.value, offer, contact}, {.budget = 1e5});
  });
}
BENCHMARK(campaign)->Name("score/campaign")->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
