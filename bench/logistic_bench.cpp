/// Churn regressions: logistic fit, hazard fit on person-periods, and one row of a scorer.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include <kam/base/random.hpp>
#include <kam/churn/binary_regression.hpp>
#include <kam/churn/hazard.hpp>
#include <kam/scoring/churn_model.hpp>

namespace {

constexpr std::size_t kColumns = 20;

struct Data {
  std::vector<std::vector<double>> x;
  std::vector<double> y, duration;

  [[nodiscard]] std::vector<kam::Covariate> covariates() const {
    std::vector<kam::Covariate> made;
    for (const auto& column : x) made.push_back({"x", column});
    return made;
  }
};

/// Slopes from -.2 to .2, about one row in seven lost; durations from 1 to 24 periods.
Data data_of(std::size_t rows) {
  kam::Random random(1);
  Data data{std::vector<std::vector<double>>(kColumns, std::vector<double>(rows)),
            std::vector<double>(rows), std::vector<double>(rows)};
  for (std::size_t i = 0; i < rows; ++i) {
    double eta = -2;
    for (std::size_t j = 0; j < kColumns; ++j) {
      data.x[j][i] = 3.5 * (random.uniform() - 0.5);
      eta += 0.1 * (static_cast<double>(j % 5) - 2) * data.x[j][i];
    }
    data.y[i] = random.uniform() < kam::logistic(eta) ? 1.0 : 0.0;
    data.duration[i] = 1 + std::floor(24 * random.uniform());
  }
  return data;
}

void fit_logistic(benchmark::State& state) {
  const Data data = data_of(static_cast<std::size_t>(state.range(0)));
  const auto columns = data.covariates();
  for (auto _ : state) benchmark::DoNotOptimize(kam::churn::fit_binary({columns, data.y}));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(fit_logistic)
    ->Name("fit/logistic_20_columns")
    ->Arg(10'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);

void fit_hazard(benchmark::State& state) {
  const Data data = data_of(static_cast<std::size_t>(state.range(0)));
  const auto covariates = data.covariates();
  kam::churn::HazardColumns columns;
  columns.time = {data.duration, data.y};
  columns.covariates = covariates;
  kam::churn::AgeTerms age;
  age.log = true;
  for (auto _ : state) benchmark::DoNotOptimize(kam::churn::fit_hazard(columns, age));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(fit_hazard)
    ->Name("fit/hazard_12_periods_each")
    ->Arg(20'000)
    ->Unit(benchmark::kMillisecond);

kam::scoring::ChurnModel model_of() {
  const Data data = data_of(5000);
  const auto covariates = data.covariates();
  kam::churn::HazardColumns columns;
  columns.time = {data.duration, data.y};
  columns.covariates = covariates;
  kam::churn::AgeTerms age;
  age.log = true;
  std::vector<std::string> names;
  for (std::size_t j = 0; j < kColumns; ++j) names.push_back("x" + std::to_string(j));
  return kam::scoring::ChurnModel::from(*kam::churn::fit_hazard(columns, age),
                                        kam::churn::Link::logit,
                                        kam::scoring::ChurnSchema::of_numbers(names));
}

void score_row(benchmark::State& state) {
  const auto scorer = kam::scoring::ChurnScorer::make(model_of());
  const std::vector<double> row(kColumns, 0.3);
  for (auto _ : state)
    benchmark::DoNotOptimize(scorer->churn(row, 7, static_cast<double>(state.range(0))));
}
BENCHMARK(score_row)->Name("score/churn_row_20_columns")->Arg(1)->Arg(12)->Arg(36);

}  // namespace
