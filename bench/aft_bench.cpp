/// Accelerated-failure-time regression: fits of 200,000 x 10, batches of 200,000 answers.
#include <cmath>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <kam/base/random.hpp>
#include <kam/churn/aft.hpp>

namespace kam::aft {
namespace {

constexpr std::size_t kRows = 200'000, kColumns = 10;

struct Data {
  std::vector<double> duration, event, tenure;
  std::vector<std::string> names;
  std::vector<std::vector<double>> columns;

  [[nodiscard]] std::vector<Covariate> covariates() const {
    std::vector<Covariate> list;
    for (std::size_t j = 0; j < kColumns; ++j) list.push_back({names[j], columns[j]});
    return list;
  }
};

/// Weibull lifetimes of scale 0.7 with uniform censoring: two thirds are lost.
const Data& data() {
  static const Data kData = [] {
    Data d;
    d.columns.resize(kColumns);
    for (std::size_t j = 0; j < kColumns; ++j) d.names.push_back("x" + std::to_string(j));
    for (std::size_t i = 0; i < kRows; ++i) {
      Random random(1, i);
      double location = 3;
      for (std::size_t j = 0; j < kColumns; ++j) {
        d.columns[j].push_back(random.normal());
        location += (0.08 * static_cast<double>(j) - 0.4) * d.columns[j].back();
      }
      const double time = std::exp(location + 0.7 * std::log(random.exponential()));
      const double end = 72 * random.uniform();
      d.duration.push_back(time < end ? time : end);
      d.event.push_back(time < end ? 1 : 0);
      d.tenure.push_back(d.duration.back());
    }
    return d;
  }();
  return kData;
}

void fit_200k(benchmark::State& state, Distribution distribution) {
  const auto covariates = data().covariates();
  const SurvivalColumns customers{data().duration, data().event};
  for (auto _ : state) benchmark::DoNotOptimize(fit(distribution, customers, covariates));
}
BENCHMARK_CAPTURE(fit_200k, weibull, Distribution::weibull)
    ->Name("fit/weibull_aft/200000x10")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit_200k, log_normal, Distribution::log_normal)
    ->Name("fit/log_normal_aft/200000x10")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit_200k, log_logistic, Distribution::log_logistic)
    ->Name("fit/log_logistic_aft/200000x10")
    ->Unit(benchmark::kMillisecond);

void answers(benchmark::State& state, Question question) {
  const auto covariates = data().covariates();
  const auto fitted =
      fit(Distribution::weibull, {data().duration, data().event}, covariates).value();
  std::vector<double> out(kRows);
  for (auto _ : state) {
    const LifeReport report = predict(fitted.model, question, {covariates, data().tenure}, out);
    benchmark::DoNotOptimize(report);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(kRows) * state.iterations());
}
BENCHMARK_CAPTURE(answers, churn, Question{Question::Kind::churn_probability, 12})
    ->Name("model/weibull_aft/churn/200000x10")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(answers, restricted_mean, Question{Question::Kind::restricted_mean, 12})
    ->Name("model/weibull_aft/restricted_mean/200000x10")
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kam::aft
