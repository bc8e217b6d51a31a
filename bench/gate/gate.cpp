// gate JOB REPETITIONS: a fixed piece of work for instruction counts (tools/bench_gate.py). The
// count of one repetition is that of a run with one less that of a run with none, so preparing the
// data does not count.
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
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

void summarize(Data& d) {
  portfolio::TransactionColumns rows;
  rows.account = d.account;
  rows.date = d.date;
  rows.amount = d.amount;
  portfolio::OrderSummary summary(d.x.size());
  (void)portfolio::summarize(rows, {}, d.x.size(), {.as_of = 20000}, summary.columns());
}

const std::map<std::string, std::function<void(Data&)>>& jobs() {
  static const std::map<std::string, std::function<void(Data&)>> kJobs = {
      {"fit/bgnbd", [](Data& d) { (void)bgnbd::fit(d.orders()); }},
      {"fit/mbgnbd", [](Data& d) { (void)mbgnbd::fit(d.orders()); }},
      {"fit/gamma_gamma",
       [](Data& d) {
         (void)gamma_gamma::fit({d.x, d.value});
       }},
      {"model/probability_alive",
       [](Data& d) { (void)probability_alive(OrderModel(kMbgnbd), d.orders(), d.out); }},
      {"model/expected_orders",
       [](Data& d) { (void)expected_orders(OrderModel(kMbgnbd), 39, d.orders(), d.out); }},
      {"model/lifetime_value",
       [](Data& d) {
         (void)lifetime_value(kMbgnbd, kSpend, {d.orders(), d.value}, {}, d.out);
       }},
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
  for (int i = std::atoi(argv[2]); i > 0; --i) job->second(data);
}
