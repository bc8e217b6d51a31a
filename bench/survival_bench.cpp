/// Survival: fits of 200,000 accounts with ten covariates, curves of a million, one account scored.
#include <cmath>
#include <vector>

#include <benchmark/benchmark.h>

#include <kam/base/random.hpp>
#include <kam/churn/cox.hpp>
#include <kam/churn/kaplan_meier.hpp>
#include <kam/churn/survival_evaluation.hpp>

namespace kam {
namespace {

constexpr std::size_t kColumns = 10;

/// Weibull proportional hazards, uniform censoring; two thirds leave. `monthly`: 72 distinct times.
struct Accounts {
  std::vector<double> duration, event;
  std::vector<std::vector<double>> x{kColumns};
  std::vector<Covariate> covariates;

  Accounts(std::size_t n, bool monthly) : duration(n), event(n) {
    for (auto& column : x) column.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      Random random(1, i);
      double eta = 0;
      for (std::size_t j = 0; j < kColumns; ++j) {
        x[j][i] = random.normal();
        eta += (static_cast<double>(j) - 4.5) / 15 * x[j][i];
      }
      const double leaves = 30 * std::pow(-std::log(random.uniform()) * std::exp(-eta), 1 / 1.4);
      const double seen = 72 * random.uniform();
      duration[i] = std::fmin(leaves, seen);
      event[i] = leaves <= seen ? 1 : 0;
      if (monthly) duration[i] = std::ceil(duration[i]);
    }
    constexpr const char* kNames[kColumns] = {"x0", "x1", "x2", "x3", "x4",
                                              "x5", "x6", "x7", "x8", "x9"};
    for (std::size_t j = 0; j < kColumns; ++j) covariates.push_back({kNames[j], x[j]});
  }
  [[nodiscard]] cox::Data data() const { return {{duration, event}, covariates}; }
};

const Accounts& continuous() {
  static const Accounts kAccounts(200'000, false);
  return kAccounts;
}
const Accounts& monthly() {
  static const Accounts kAccounts(200'000, true);
  return kAccounts;
}

void fit_cox(benchmark::State& state, const Accounts& accounts, bool robust) {
  cox::Options options;
  options.robust = robust;
  for (auto _ : state) benchmark::DoNotOptimize(cox::fit(accounts.data(), options));
}
void fit_cox_continuous(benchmark::State& state) {
  fit_cox(state, continuous(), false);
}
void fit_cox_monthly(benchmark::State& state) {
  fit_cox(state, monthly(), false);
}
void fit_cox_robust(benchmark::State& state) {
  fit_cox(state, monthly(), true);
}
BENCHMARK(fit_cox_continuous)
    ->Name("fit/cox/200000_x_10/continuous")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(fit_cox_monthly)->Name("fit/cox/200000_x_10/monthly")->Unit(benchmark::kMillisecond);
BENCHMARK(fit_cox_robust)->Name("fit/cox/200000_x_10/robust")->Unit(benchmark::kMillisecond);

void fit_cox_robust_20k(benchmark::State& state) {
  const Accounts accounts(20'000, true);
  fit_cox(state, accounts, true);
}
BENCHMARK(fit_cox_robust_20k)->Name("fit/cox/20000_x_10/robust")->Unit(benchmark::kMillisecond);

void fit_curve(benchmark::State& state) {
  const Accounts accounts(1'000'000, state.range(0) == 1);
  for (auto _ : state)
    benchmark::DoNotOptimize(kaplan_meier::fit({accounts.duration, accounts.event}));
}
BENCHMARK(fit_curve)
    ->Name("fit/kaplan_meier/1000000/monthly")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);

void concordance(benchmark::State& state) {
  const Accounts& a = continuous();
  for (auto _ : state)
    benchmark::DoNotOptimize(survival_evaluation::concordance({a.duration, a.event}, a.x[0]));
}
BENCHMARK(concordance)->Name("model/concordance/200000")->Unit(benchmark::kMillisecond);

void score_one(benchmark::State& state) {
  static const auto kFit = cox::fit(monthly().data());
  const double row[kColumns] = {.1, .2, .3, .4, .5, .6, .7, .8, .9, 1};
  for (auto _ : state) benchmark::DoNotOptimize(cox::churn_probability(kFit->model, row, 12, 24));
}
BENCHMARK(score_one)->Name("score/cox/one_account");

void score_batch(benchmark::State& state) {
  static const auto kFit = cox::fit(continuous().data());
  const Accounts& a = continuous();
  std::vector<double> tenure(a.duration.size(), 24), out(tenure.size());
  for (auto _ : state) {
    (void)cox::churn_probability(kFit->model, {a.covariates, tenure, {}, tenure.size()}, 12, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(score_batch)->Name("score/cox/200000")->Unit(benchmark::kMillisecond);

void survival_batch(benchmark::State& state) {
  static const auto kFit = cox::fit(monthly().data());
  const Accounts& a = monthly();
  std::vector<double> times, out(12 * a.duration.size());
  for (int month = 1; month <= 12; ++month) times.push_back(5 * month);
  for (auto _ : state) {
    (void)cox::survival(kFit->model, {a.covariates, {}, {}, a.duration.size()}, times, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(survival_batch)->Name("score/cox/200000_x_12_times")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kam
