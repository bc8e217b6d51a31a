/// Scorecard: features to scores, scores to value index, one row to its reasons.
#include <benchmark/benchmark.h>

#include <kam/value/explanation.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace {

double uniform(std::mt19937_64& engine) {
  return static_cast<double>(engine() >> 11) * 0x1p-53;
}

/// Four dimensions of five indicators, the size of the default profile.
kam::value::Scorecard default_sized_scorecard() {
  std::vector<kam::value::Dimension> dimensions(4);
  std::vector<kam::value::Indicator> indicators(20);
  for (std::size_t d = 0; d < 4; ++d) dimensions[d].id = std::to_string(d);
  for (std::size_t k = 0; k < 20; ++k) {
    indicators[k].id = std::to_string(k);
    indicators[k].dimension = dimensions[k % 4].id;
    indicators[k].weight = static_cast<double>(1 + k / 4);
  }
  return *kam::value::make_scorecard(dimensions, indicators);
}

/// Scores with one in ten missing.
std::vector<std::vector<double>> random_scores(std::size_t columns, std::size_t rows) {
  std::mt19937_64 engine(1);
  std::vector<std::vector<double>> scores(columns, std::vector<double>(rows));
  for (auto& column : scores) {
    for (double& s : column) {
      const bool missing = uniform(engine) < .1;
      s = missing ? std::numeric_limits<double>::quiet_NaN() : 100 * uniform(engine);
    }
  }
  return scores;
}

void scorecard(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  const kam::value::Scorecard card = default_sized_scorecard();
  const auto scores = random_scores(card.indicators().size(), rows);
  const std::vector<std::span<const double>> columns(scores.begin(), scores.end());
  std::vector<double> value(rows), coverage(rows);
  for (auto _ : state) {
    benchmark::DoNotOptimize(kam::value::evaluate(card, columns, {value, coverage}));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(scorecard)->Name("score/scorecard")->Arg(1)->Arg(100'000);

void explain(benchmark::State& state) {
  const kam::value::Scorecard card = default_sized_scorecard();
  const auto scores = random_scores(2, card.indicators().size());
  const auto row = kam::value::evaluate(card, scores[0]),
             reference = kam::value::evaluate(card, scores[1]);
  for (auto _ : state) {
    const auto explanation = kam::value::explain(*row, *reference);
    benchmark::DoNotOptimize(kam::value::reasons_down(*explanation, 3));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(explain)->Name("score/explain/1");

void bands(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  const kam::value::Indicator indicator{
      .id = "overdue",
      .direction = kam::value::Direction::lower_is_better,
      .scale = *kam::value::make_bands({{.7, 100}, {1, 60}, {1.5, 20}, {2, 0}})};
  std::mt19937_64 engine(2);
  std::vector<double> x(rows), out(rows);
  for (double& v : x) v = .5 + 2 * uniform(engine);
  for (auto _ : state) benchmark::DoNotOptimize(kam::value::score(indicator, nullptr, x, out));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(bands)->Name("score/bands")->Arg(100'000);

void rank(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  const kam::value::Indicator indicator{.id = "revenue"};
  std::mt19937_64 engine(3);
  std::vector<double> x(rows), out(rows);
  for (double& v : x) v = std::exp(10 * uniform(engine));
  const auto reference = kam::value::make_reference(x);
  for (auto _ : state) benchmark::DoNotOptimize(kam::value::score(indicator, &*reference, x, out));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(rank)->Name("score/rank")->Arg(100'000);

}  // namespace
