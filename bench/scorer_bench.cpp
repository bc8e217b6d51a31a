/// The scorecard part of scoring with the default profile: indices, intervals, reasons, rules.
#include <benchmark/benchmark.h>

#include <cmath>

#include <kam/base/random.hpp>
#include <kam/scoring/scorer.hpp>

namespace {

using namespace kam;  // NOLINT: a benchmark

/// Every feature of the profile, one in ten missing: ratings by points, money, and ratios.
portfolio::FeatureTable table(const scoring::Profile& profile, std::size_t accounts) {
  Random random(1);
  portfolio::FeatureTable features;
  features.accounts = accounts;
  for (const value::Indicator& k : profile.scorecard().indicators()) {
    const bool rating = k.feature.starts_with("rating:");
    const bool money = std::holds_alternative<value::RankScale>(k.scale);
    std::vector<double> x(accounts);
    for (double& v : x) {
      v = rating  ? std::floor(101 * random.uniform())
          : money ? std::exp(8 + 2 * random.normal())
                  : 2 * random.uniform();
      if (random.uniform() < .1) v = kNaN;
    }
    features.names.push_back(k.feature);
    features.values.push_back(std::move(x));
  }
  features.notes.resize(features.names.size());
  features.ages.resize(features.names.size());
  return features;
}

void score_features(benchmark::State& state) {
  const auto accounts = static_cast<std::size_t>(state.range(0));
  const scoring::Profile profile = *scoring::default_profile();
  auto model = scoring::fit_scorecard(profile, 20000, table(profile, 50'000));
  const auto scorer = scoring::Scorer::make(std::move(*model));
  const portfolio::FeatureTable features = table(profile, accounts);
  for (auto _ : state) benchmark::DoNotOptimize(scorer->score_features(features)->value_index);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(score_features)
    ->Name("score/features")
    ->Arg(1)
    ->Arg(1000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
