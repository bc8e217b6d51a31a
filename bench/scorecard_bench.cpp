/// A million accounts scored with reasons, beside a plain copy of as many bytes; and one account.
///
/// Copy and scoring take turns within a run, so a busy machine slows both: read the ratio.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include <kam/base/random.hpp>
#include <kam/value/account_scorer.hpp>
#include <kam/value/scorecard_batch.hpp>

namespace {

using namespace kam;         // NOLINT: a benchmark
using namespace kam::value;  // NOLINT

constexpr std::size_t kIndicators = 20, kDimensions = 4;

/// Processor time of this thread: waiting for others on a busy machine does not count.
double seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

/// Four dimensions of five indicators, by bands of two to five anchors or by ranks.
Scorecard scorecard(bool ranked) {
  std::vector<Dimension> dimensions(kDimensions);
  std::vector<Indicator> indicators(kIndicators);
  for (std::size_t d = 0; d < kDimensions; ++d) dimensions[d].id = std::to_string(d);
  for (std::size_t k = 0; k < kIndicators; ++k) {
    indicators[k].id = std::to_string(k);
    indicators[k].dimension = dimensions[k % kDimensions].id;
    indicators[k].weight = static_cast<double>(1 + k / kDimensions);
    if (ranked) continue;
    std::vector<Anchor> anchors;
    const auto last = static_cast<double>(1 + k % 4);
    for (double a = 0; a <= last; ++a) anchors.push_back({.4 + 2 * a / last, 100 * a / last});
    indicators[k].scale = *make_bands(anchors);
  }
  return *make_scorecard(dimensions, indicators);
}

/// One in ten missing; from 0 to 3, or like money.
std::vector<double> column(Random& random, std::size_t rows, bool money) {
  std::vector<double> x(rows);
  for (double& v : x) {
    v = money ? std::exp(8 + 2 * random.normal()) : 3 * random.uniform();
    if (random.uniform() < .1) v = kNaN;
  }
  return x;
}

struct Work {
  Work(std::size_t rows, bool ranked) : value(rows), coverage(rows), coverage_points(rows) {
    Random random(1);
    std::vector<std::optional<FrozenReference>> references(kIndicators);
    for (std::size_t k = 0; k < kIndicators; ++k) {
      x.push_back(column(random, rows, ranked));
      if (ranked) references[k] = *make_reference(column(random, 20000, true));
      points.emplace_back(rows);
    }
    for (std::size_t d = 0; d < kDimensions; ++d) dimension_scores.emplace_back(rows);
    in_spans.assign(x.begin(), x.end());
    point_spans.assign(points.begin(), points.end());
    dimension_spans.assign(dimension_scores.begin(), dimension_scores.end());
    const Scorecard card = scorecard(ranked);
    const auto reference = evaluate(card, std::vector<double>(kIndicators, 50.0));
    batch.emplace(*make_scorecard_batch(card, references, *reference));
  }
  BatchReport run() {
    ReasonedColumns out{value, coverage};
    out.dimension_scores = dimension_spans;
    out.points = point_spans;
    out.coverage_points = coverage_points;
    return batch->run({in_spans}, out);
  }
  /// Read and written.
  [[nodiscard]] std::size_t bytes() const {
    return value.size() * sizeof(double) * (kIndicators + 2 + kDimensions + kIndicators + 1);
  }

  std::vector<std::vector<double>> x, points, dimension_scores;
  std::vector<double> value, coverage, coverage_points;
  std::vector<std::span<const double>> in_spans;
  std::vector<std::span<double>> point_spans, dimension_spans;
  std::optional<ScorecardBatch> batch;
};

void reasons(benchmark::State& state, bool ranked) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  Work work(rows, ranked);
  std::vector<char> from(work.bytes() / 2, 'a'), to(work.bytes() / 2, 'b');
  std::vector<double> copying, scoring;
  for (auto _ : state) {
    double start = seconds();
    std::memcpy(to.data(), from.data(), from.size());
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
    copying.push_back(seconds() - start);
    start = seconds();
    benchmark::DoNotOptimize(work.run());
    scoring.push_back(seconds() - start);
    state.SetIterationTime(scoring.back());
  }
  const auto bytes = static_cast<double>(work.bytes());
  state.counters["GB/s"] = bytes / median(scoring) / 1e9;
  state.counters["copy_GB/s"] = bytes / median(copying) / 1e9;
  state.counters["of_copy"] = median(copying) / median(scoring);
  state.counters["ns/account"] = 1e9 * median(scoring) / static_cast<double>(rows);
}
BENCHMARK_CAPTURE(reasons, bands, false)
    ->Name("score/reasons/bands")
    ->Arg(4096)
    ->Arg(1'000'000)
    ->UseManualTime()
    ->Iterations(25);
BENCHMARK_CAPTURE(reasons, ranks, true)
    ->Name("score/reasons/ranks")
    ->Arg(4096)
    ->Arg(1'000'000)
    ->UseManualTime()
    ->Iterations(25);

/// Features to index, reasons and two rules, prepared.
void account(benchmark::State& state, bool ranked) {
  const Work work(256, ranked);
  std::vector<std::optional<FrozenReference>> references(kIndicators);
  Random random(2);
  if (ranked) {
    for (auto& r : references) r = *make_reference(column(random, 20000, true));
  }
  Scorecard card = scorecard(ranked);
  std::vector<Indicator> indicators = card.indicators();
  for (Indicator& k : indicators) k.feature = k.id;
  card = *make_scorecard(card.dimensions(), indicators);
  const std::vector<Rule> rules{
      {.id = "cap", .feature = "0", .threshold = 2.5, .to = 40},
      {.id = "veto", .feature = "1", .threshold = 2.9, .effect = RuleEffect::veto}};
  const auto scorer = make_account_scorer(card, references, work.batch->reference(), rules);
  AccountRow row = scorer->make_row();
  std::vector<std::vector<double>> rows(256, std::vector<double>(kIndicators));
  for (std::size_t i = 0; i < 256; ++i) {
    for (std::size_t k = 0; k < kIndicators; ++k) rows[i][k] = work.x[k][i];
  }
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(scorer->score(rows[i++ % 256], {}, row).ok());
    benchmark::DoNotOptimize(row.value_index);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(account, bands, false)->Name("score/account/bands");
BENCHMARK_CAPTURE(account, ranks, true)->Name("score/account/ranks");

}  // namespace
