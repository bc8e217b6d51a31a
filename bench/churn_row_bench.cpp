/// One customer of ten columns scored by each model of churn, as a form in a CRM does it.
#include <cmath>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <kam/base/random.hpp>
#include <kam/churn/aft.hpp>
#include <kam/churn/binary_regression.hpp>
#include <kam/churn/cox.hpp>
#include <kam/churn/hazard.hpp>
#include <kam/scoring/churn_model.hpp>

namespace kam {
namespace {

constexpr std::size_t kColumns = 10, kRows = 5000;
constexpr double kTenure = 24, kHorizon = 12;

/// Weibull lives of 1 to 72 months, two thirds of them lost.
struct Data {
  std::vector<std::string> names;
  std::vector<std::vector<double>> x;
  std::vector<double> months, lost;

  Data() : x(kColumns) {
    Random random(3);
    for (std::size_t j = 0; j < kColumns; ++j) names.push_back("x" + std::to_string(j));
    for (std::size_t i = 0; i < kRows; ++i) {
      double eta = 0;
      for (std::size_t j = 0; j < kColumns; ++j) {
        x[j].push_back(random.normal());
        eta += (static_cast<double>(j) - 4.5) / 15 * x[j].back();
      }
      const double time = 30 * std::exp(0.7 * (std::log(random.exponential()) - eta));
      const double end = 72 * random.uniform();
      months.push_back(std::ceil(std::fmin(time, end)));
      lost.push_back(time <= end ? 1 : 0);
    }
  }
  [[nodiscard]] std::vector<Covariate> covariates() const {
    std::vector<Covariate> made;
    for (std::size_t j = 0; j < kColumns; ++j) made.push_back({names[j], x[j]});
    return made;
  }
};

const Data& data() {
  static const Data kData;
  return kData;
}
const std::vector<double>& row() {
  static const std::vector<double> kRow{.1, -.2, .3, -.4, .5, -.6, .7, -.8, .9, 1};
  return kRow;
}

void score_cox(benchmark::State& state) {
  const auto columns = data().covariates();
  const auto fit = cox::fit({{data().months, data().lost}, columns});
  for (auto _ : state)
    benchmark::DoNotOptimize(cox::churn_probability(fit->model, row(), kHorizon, kTenure));
}
BENCHMARK(score_cox)->Name("score/one_row/cox");

void score_logistic(benchmark::State& state) {
  const auto columns = data().covariates();
  const auto fit = churn::fit_binary({columns, data().lost});
  const auto scorer = scoring::ChurnScorer::make(
      scoring::ChurnModel::from(*fit, scoring::ChurnSchema::of_numbers(data().names)));
  for (auto _ : state) benchmark::DoNotOptimize(scorer->probability(row()));
}
BENCHMARK(score_logistic)->Name("score/one_row/logistic");

void score_hazard(benchmark::State& state) {
  const auto covariates = data().covariates();
  churn::HazardColumns columns;
  columns.time = {data().months, data().lost};
  columns.covariates = covariates;
  churn::AgeTerms age;
  age.log = true;
  const auto scorer = scoring::ChurnScorer::make(
      scoring::ChurnModel::from(*churn::fit_hazard(columns, age), churn::Link::logit,
                                scoring::ChurnSchema::of_numbers(data().names)));
  for (auto _ : state) benchmark::DoNotOptimize(scorer->churn(row(), kTenure, kHorizon));
}
BENCHMARK(score_hazard)->Name("score/one_row/hazard_12_periods");

/// A batch of one: the checks of its columns are part of it.
void score_aft(benchmark::State& state, aft::Distribution distribution, aft::Question::Kind kind) {
  const auto fit = aft::fit(distribution, {data().months, data().lost}, data().covariates());
  std::vector<Covariate> one;
  for (std::size_t j = 0; j < kColumns; ++j)
    one.push_back({data().names[j], std::span(row()).subspan(j, 1)});
  const double tenure = kTenure;
  double out = 0;
  for (auto _ : state) {
    (void)aft::predict(fit->model, {kind, kHorizon}, {one, {&tenure, 1}}, {&out, 1});
    benchmark::DoNotOptimize(out);
  }
}
using Kind = aft::Question::Kind;
BENCHMARK_CAPTURE(score_aft, weibull, aft::Distribution::weibull, Kind::churn_probability)
    ->Name("score/one_row/weibull_aft");
BENCHMARK_CAPTURE(score_aft, mean, aft::Distribution::weibull, Kind::restricted_mean)
    ->Name("score/one_row/weibull_aft_restricted_mean");
BENCHMARK_CAPTURE(score_aft, normal, aft::Distribution::log_normal, Kind::restricted_mean)
    ->Name("score/one_row/log_normal_aft_restricted_mean");
BENCHMARK_CAPTURE(score_aft, logistic, aft::Distribution::log_logistic, Kind::restricted_mean)
    ->Name("score/one_row/log_logistic_aft_restricted_mean");

}  // namespace
}  // namespace kam
