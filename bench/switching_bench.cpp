/// Switching cost of a portfolio, churn with its offset, the value of every account.
#include <benchmark/benchmark.h>

#include <kam/base/random.hpp>
#include <kam/lifetime/retention.hpp>
#include <kam/switching/loyalty_offset.hpp>
#include <kam/switching/switching_cost.hpp>
#include <kam/switching/transition_estimate.hpp>

#include <vector>

namespace {

std::vector<double> shares(std::size_t rows, std::uint64_t seed) {
  kam::Random random(seed);
  std::vector<double> values(rows);
  for (double& v : values) v = random.uniform();
  return values;
}

void one_account(benchmark::State& state) {
  std::vector<kam::switching::Component> move(6);
  for (auto& c : move) c.money = {30'000, 20'000, 60'000};
  for (auto _ : state) benchmark::DoNotOptimize(kam::switching::switching_cost(move));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(one_account)->Name("score/switching_cost/1");

void portfolio(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  std::vector<kam::switching::Component> components(4 * rows);
  std::vector<std::uint32_t> account(4 * rows);
  for (std::size_t i = 0; i < account.size(); ++i) {
    account[i] = static_cast<std::uint32_t>(i / 4);
    components[i].money = {30'000, 20'000, 60'000};
  }
  std::vector<double> estimate(rows), lo(rows), hi(rows), mean(rows), sd(rows), rating(rows);
  const kam::switching::CostColumns out{estimate, lo, hi, mean, sd, rating};
  for (auto _ : state) {
    benchmark::DoNotOptimize(kam::switching::switching_cost(account, components, out));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(portfolio)->Name("score/switching_cost")->Arg(100)->Arg(100'000);

void calibrate(benchmark::State& state) {
  const auto cost = shares(static_cast<std::size_t>(state.range(0)), 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(kam::switching::calibrate_loyalty_offset({cost, {}, {}}, 4, .1));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(calibrate)->Name("fit/loyalty_offset")->Arg(100)->Arg(100'000);

void value(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  const auto margin = shares(rows, 2), retention = shares(rows, 3);
  std::vector<double> out(rows);
  for (auto _ : state) {
    benchmark::DoNotOptimize(kam::lifetime::customer_value(margin, retention, {}, out));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(value)->Name("score/customer_value")->Arg(100)->Arg(100'000);

void moves(benchmark::State& state) {
  const auto k = static_cast<std::size_t>(state.range(0));
  std::vector<double> table(k * k, 5);
  for (std::size_t i = 0; i < k; ++i) table[i * k + i] = 500 + 10. * static_cast<double>(i);
  for (auto _ : state) {
    benchmark::DoNotOptimize(kam::switching::transition_switching_cost(table, k));
  }
}
BENCHMARK(moves)->Name("fit/transition_switching_cost")->Arg(2)->Arg(5)->Arg(20);

}  // namespace
