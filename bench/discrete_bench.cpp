/// BG/BB, sBG and BdW: fits of collapsed tables and of a million rows, batches of a million.
#include <vector>

#include <benchmark/benchmark.h>

#include <kam/churn/bdw.hpp>
#include <kam/churn/bgbb.hpp>
#include <kam/churn/sbg.hpp>

namespace kam {
namespace {

constexpr std::size_t kMillion = 1'000'000;
constexpr bgbb::Parameters kDonors{1.203522352, .7497163582, .6567182084, 2.783442233};
constexpr bdw::Parameters kCohort{.2142533393, 1.426574875, 1.723564849};
constexpr double kActive[] = {1000, 869, 743, 653, 593, 551, 517, 491};

struct Accounts {
  std::vector<double> x, t_x, n;
  [[nodiscard]] PeriodColumns columns() const { return {x, t_x, n}; }
};

/// Donors observed for six years, as in the paper: 22 distinct rows.
const Accounts& accounts() {
  static const Accounts kAccounts = [] {
    Accounts a{std::vector<double>(kMillion), std::vector<double>(kMillion),
               std::vector<double>(kMillion, 6)};
    (void)bgbb::simulate(kDonors, a.n, 1, a.x, a.t_x);
    return a;
  }();
  return kAccounts;
}

Accounts distinct() {
  Accounts a;
  for (double t = 0; t <= 6; ++t) {
    for (double x = t > 0 ? 1 : 0; x <= t; ++x) {
      a.x.push_back(x);
      a.t_x.push_back(t);
      a.n.push_back(6);
    }
  }
  return a;
}

void fit_bgbb_22_rows(benchmark::State& state) {
  const Accounts rows = distinct();
  for (auto _ : state) benchmark::DoNotOptimize(bgbb::fit(rows.columns()));
}
BENCHMARK(fit_bgbb_22_rows)->Name("fit/bgbb/22_rows");

void fit_bgbb_million(benchmark::State& state) {
  const PeriodColumns rows = accounts().columns();
  for (auto _ : state) benchmark::DoNotOptimize(bgbb::fit(rows));
}
BENCHMARK(fit_bgbb_million)->Name("fit/bgbb/1000000")->Unit(benchmark::kMillisecond);

void fit_cohorts(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(sbg::fit_cohort(kActive));
    benchmark::DoNotOptimize(bdw::fit_cohort(kActive));
  }
}
BENCHMARK(fit_cohorts)->Name("fit/sbg_and_bdw/cohort");

void fit_renewals_million(benchmark::State& state) {
  std::vector<double> periods(kMillion, 10), duration(kMillion), event(kMillion);
  (void)bdw::simulate(kCohort, periods, 1, duration, event);
  for (auto _ : state) benchmark::DoNotOptimize(bdw::fit({duration, event}));
}
BENCHMARK(fit_renewals_million)->Name("fit/bdw/1000000")->Unit(benchmark::kMillisecond);

void score_bgbb_million(benchmark::State& state) {
  std::vector<double> out(kMillion);
  for (auto _ : state) {
    (void)bgbb::expected_orders(kDonors, 10, accounts().columns(), out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(score_bgbb_million)
    ->Name("score/bgbb/expected_orders/1000000")
    ->Unit(benchmark::kMillisecond);

void residual_tail(benchmark::State& state) {  // the slowest: an undiscounted, heavy tail
  const bdw::Parameters p{.7, 4, 1.5};
  for (auto _ : state) benchmark::DoNotOptimize(bdw::expected_residual(p, 2));
}
BENCHMARK(residual_tail)->Name("model/bdw/expected_residual");

}  // namespace
}  // namespace kam
