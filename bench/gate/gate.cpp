// gate JOB REPETITIONS: a fixed piece of work for instruction counts (tools/bench_gate.py). The
// count of one repetition is that of a run with one less that of a run with none, so preparing the
// data does not count.
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <kam/kam.hpp>

namespace {

using namespace kam;  // NOLINT: a benchmark

constexpr bgnbd::Parameters kBgnbd{.2425945, 4.413602, .792922, 2.425907};
constexpr mbgnbd::Parameters kMbgnbd{.5248432, 6.183085, .8913594, 1.614002};
constexpr gamma_gamma::Parameters kSpend{6.249572, 3.744225, 15.44352};

struct Data {
  std::vector<double> x, t_x, T, value, out;
  std::vector<portfolio::Code> account;
  std::vector<Day> date;
  std::vector<double> amount;
  std::vector<double> coverage, coverage_points;
  std::vector<std::vector<double>> points;
  std::optional<value::ScorecardBatch> bands, ranks;
  std::optional<OrderScorer> scorer;
  std::vector<std::vector<double>> features;
  std::vector<double> months, seen, lost;
  [[nodiscard]] OrderColumns orders() const { return {x, t_x, T}; }
};

Data make_data(std::size_t accounts) {
  Data d;
  d.x.resize(accounts);
  d.t_x.resize(accounts);
  d.out.resize(accounts);
  Random random(7);
  for (std::size_t i = 0; i < accounts; ++i) {
    d.T.push_back(static_cast<double>(7 + random.below(540)) / 7);
    d.value.push_back(random.gamma(6) * 5);
  }
  (void)simulate(kBgnbd, d.T, 3, d.x, d.t_x);
  for (double& t : d.t_x) t = std::floor(t * 7) / 7;
  for (std::size_t i = 0; i < 4 * accounts; ++i) {
    d.account.push_back(static_cast<portfolio::Code>(random.below(accounts)));
    d.date.push_back(19000 + static_cast<Day>(i * 730 / (4 * accounts)));
    d.amount.push_back(static_cast<double>(random.below(20000)) / 100 - 10);
  }
  return d;
}

constexpr std::size_t kFeatures = 10;

/// Ten normal features, times of Weibull lives seen for up to 72 months (two thirds of them lost)
/// rounded up to months, and whether an account was lost at all.
void add_churn(std::size_t accounts, Data& d) {
  Random random(11);
  d.features.assign(kFeatures, {});
  for (std::size_t i = 0; i < accounts; ++i) {
    double eta = 0;
    for (std::size_t j = 0; j < kFeatures; ++j) {
      d.features[j].push_back(random.normal());
      eta += (static_cast<double>(j) - 4.5) / 15 * d.features[j].back();
    }
    const double time = 30 * std::exp(0.7 * (std::log(random.exponential()) - eta));
    const double end = 72 * random.uniform();
    d.seen.push_back(std::min(time, end));
    d.months.push_back(std::ceil(d.seen.back()));
    d.lost.push_back(time <= end ? 1 : 0);
  }
}

std::vector<Covariate> covariates(const Data& d) {
  constexpr const char* kNames[kFeatures] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
  std::vector<Covariate> made;
  for (std::size_t j = 0; j < kFeatures; ++j) made.push_back({kNames[j], d.features[j]});
  return made;
}

void fit_cox(Data& d, const std::vector<double>& duration) {
  const auto columns = covariates(d);
  (void)cox::fit({{duration, d.lost}, columns});
}

void fit_ladder(Data& d) {
  const auto features = covariates(d);
  (void)churn::fit_ladder({features, d.lost});
}

void summarize(Data& d) {
  portfolio::TransactionColumns rows;
  rows.account = d.account;
  rows.date = d.date;
  rows.amount = d.amount;
  portfolio::OrderSummary summary(d.x.size());
  (void)portfolio::summarize(rows, {}, d.x.size(), {.as_of = 20000}, summary.columns());
}

/// Twenty indicators in four dimensions, all reading one column.
value::ScorecardBatch twenty(const std::vector<double>& column, bool ranked) {
  std::vector<value::Dimension> dimensions(4);
  std::vector<value::Indicator> indicators(20);
  std::vector<std::optional<value::FrozenReference>> references(20);
  for (std::size_t d = 0; d < 4; ++d) dimensions[d].id = std::to_string(d);
  for (std::size_t k = 0; k < 20; ++k) {
    indicators[k].id = std::to_string(k);
    indicators[k].dimension = dimensions[k % 4].id;
    if (ranked) {
      references[k] = *value::make_reference(column);
    } else {
      indicators[k].scale = *value::make_bands({{5, 0}, {20, 30}, {40, 80}, {60, 100}});
    }
  }
  const auto card = *value::make_scorecard(dimensions, indicators);
  const auto reference = *value::evaluate(card, std::vector<double>(20, 50.0));
  return *value::make_scorecard_batch(card, references, reference);
}

/// The batches are prepared before anything is counted.
void reasons(Data& d, bool ranked) {
  const std::vector<std::span<const double>> x(20, d.value);
  const std::vector<std::span<double>> points(d.points.begin(), d.points.end());
  value::ReasonedColumns out{d.out, d.coverage};
  out.points = points;
  out.coverage_points = d.coverage_points;
  (void)(ranked ? d.ranks : d.bands)->run({x}, out);
}

const std::map<std::string, std::function<void(Data&)>>& jobs() {
  static const std::map<std::string, std::function<void(Data&)>> kJobs = {
      {"fit/bgnbd", [](Data& d) { (void)bgnbd::fit(d.orders()); }},
      {"fit/mbgnbd", [](Data& d) { (void)mbgnbd::fit(d.orders()); }},
      {"fit/mbgcnbd", [](Data& d) { (void)mbgcnbd::fit(d.orders(), 2); }},
      {"fit/pareto_nbd", [](Data& d) { (void)pareto_nbd::fit(d.orders()); }},
      {"fit/nbd", [](Data& d) { (void)nbd::fit(d.orders()); }},
      {"fit/gamma_gamma",
       [](Data& d) {
         (void)gamma_gamma::fit({d.x, d.value});
       }},
      {"fit/cox", [](Data& d) { fit_cox(d, d.seen); }},
      {"fit/cox_months", [](Data& d) { fit_cox(d, d.months); }},
      {"fit/logistic",
       [](Data& d) {
         const auto columns = covariates(d);
         (void)churn::fit_binary({columns, d.lost});
       }},
      {"fit/weibull_aft",
       [](Data& d) {
         const auto columns = covariates(d);
         (void)aft::fit(aft::Distribution::weibull, {d.seen, d.lost}, columns);
       }},
      {"fit/kaplan_meier",
       [](Data& d) {
         (void)kaplan_meier::fit({d.seen, d.lost});
       }},
      {"fit/kaplan_meier_months",
       [](Data& d) {
         (void)kaplan_meier::fit({d.months, d.lost});
       }},
      {"fit/ladder", fit_ladder},
      {"model/probability_alive",
       [](Data& d) { (void)probability_alive(OrderModel(kMbgnbd), d.orders(), d.out); }},
      {"model/expected_orders",
       [](Data& d) { (void)expected_orders(OrderModel(kMbgnbd), 39, d.orders(), d.out); }},
      {"model/prepared_orders",
       [](Data& d) { (void)d.scorer->expected_orders(d.orders(), d.out); }},
      {"model/expected_spend",
       [](Data& d) {
         (void)expected_spend(kSpend, {d.x, d.value}, d.out);
       }},
      {"model/lifetime_value",
       [](Data& d) {
         (void)lifetime_value(kMbgnbd, kSpend, {d.orders(), d.value}, {}, d.out);
       }},
      {"score/reasons_bands", [](Data& d) { reasons(d, false); }},
      {"score/reasons_ranks", [](Data& d) { reasons(d, true); }},
      {"score/order_summary", summarize},
      {"score/concentration", [](Data& d) { (void)concentration(d.value); }},
  };
  return kJobs;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    for (const auto& [name, job] : jobs()) std::printf("%s\n", name.c_str());
    return 0;
  }
  const auto job = jobs().find(argv[1]);
  if (job == jobs().end()) return 2;
  Data data = make_data(10000);
  data.coverage.resize(10000);
  data.coverage_points.resize(10000);
  data.points.assign(20, std::vector<double>(10000));
  data.bands.emplace(twenty(data.value, false));
  data.ranks.emplace(twenty(data.value, true));
  data.scorer.emplace(*OrderScorer::make(kMbgnbd, 39, 0, {.most_orders = 60, .most_age = 80}));
  add_churn(10000, data);
  for (int i = std::atoi(argv[2]); i > 0; --i) job->second(data);
}
