// Any doubles as parameters, two rows and a horizon, through the batch verbs of every churn model:
// a Status that leaves the output alone, or per row a value in its range or a NaN that is counted.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <kam/churn/bdw.hpp>
#include <kam/churn/bgbb.hpp>
#include <kam/churn/order_model.hpp>
#include <kam/churn/sbg.hpp>

namespace {

constexpr double kUntouched = -7;
constexpr double kSharpest = 1e7;  // the cost of a quadrature grows with the sharpness of its peak

/// verb(out) on two rows.
template <class Verb>
void expect_counted(double low, double high, const Verb& verb) {
  std::vector<double> out(2, kUntouched);
  const kam::BatchReport report = verb(std::span(out));
  if (!report.ok()) {
    if (report.status.message().empty() || out[0] != kUntouched) std::abort();
    return;
  }
  std::size_t missing = 0;
  for (const double value : out) {
    missing += std::isnan(value);
    if (!std::isnan(value) && !(value >= low && value <= high)) std::abort();
  }
  if (missing != report.rows_rejected || report.rows_scored + missing != 2) std::abort();
  if (missing > 0 && report.first_reason == kam::RowReason::none) std::abort();
}

bool tame(const kam::OrderModel& model, double x) {
  const auto below = [](const auto& p) {
    for (const double v : p.values()) {
      if (!(v < kSharpest)) return false;
    }
    return true;
  };
  return x < kSharpest && std::visit(below, model);
}

void run_orders(const kam::OrderModel& model, const double* row, double horizon, double delta) {
  const double x[] = {std::floor(row[0]), 3}, t_x[] = {row[1], 20}, T[] = {row[2], 30};
  const double gaps[] = {row[1], 4};
  const kam::OrderColumns accounts{
      .frequency = x, .recency = t_x, .age = T, .weight = {}, .log_gaps = gaps};
  const auto run = [&](double low, double high, auto verb, auto... arguments) {
    expect_counted(low, high,
                   [&](std::span<double> out) { return verb(model, arguments..., accounts, out); });
  };
  run(-HUGE_VAL, HUGE_VAL, [](const auto&... a) { return kam::log_likelihood(a...); });
  run(0, 1, [](const auto&... a) { return kam::probability_alive(a...); });
  run(
      0, 1, [](const auto&... a) { return kam::probability_no_order(a...); }, horizon);
  run(
      0, 1, [](const auto&... a) { return kam::probability_alive_at(a...); }, horizon);
  if (!tame(model, x[0])) return;
  run(
      0, 1, [](const auto&... a) { return kam::probability_of_orders(a...); }, x[0], horizon);
  run(
      0, HUGE_VAL, [](const auto&... a) { return kam::expected_orders(a...); }, horizon);
  run(
      0, HUGE_VAL, [](const auto&... a) { return kam::discounted_expected_orders(a...); }, horizon,
      delta);
}

void run_periods(const kam::bgbb::Parameters& p, const double* row, double periods,
                 double discount) {
  const double x[] = {std::floor(row[0]), 2}, t_x[] = {std::floor(row[1]), 4};
  const double n[] = {std::floor(row[2]), 6};
  const kam::PeriodColumns accounts{.frequency = x, .recency = t_x, .periods = n, .weight = {}};
  using Out = std::span<double>;
  namespace bgbb = kam::bgbb;
  expect_counted(-HUGE_VAL, 0, [&](Out out) { return bgbb::log_likelihood(p, accounts, out); });
  expect_counted(0, 1, [&](Out out) { return bgbb::probability_alive(p, periods, accounts, out); });
  expect_counted(0, 1,
                 [&](Out out) { return bgbb::probability_no_order(p, periods, accounts, out); });
  if (!(p.alpha + p.beta + p.gamma + p.delta < kSharpest)) return;
  expect_counted(0, HUGE_VAL,
                 [&](Out out) { return bgbb::expected_orders(p, periods, accounts, out); });
  expect_counted(0, HUGE_VAL, [&](Out out) {
    return bgbb::discounted_expected_orders(p, periods, discount, accounts, out);
  });
}

template <class Parameters>
void run_renewals(const Parameters& p, const double* row, double periods, double discount) {
  const double renewals[] = {std::floor(row[0]), 3};
  const double duration[] = {std::floor(row[1]), 5}, event[] = {std::floor(row[2]), 1};
  const kam::RenewalColumns customers{
      .duration = duration, .event = event, .entry = {}, .weight = {}};
  using Out = std::span<double>;
  expect_counted(-HUGE_VAL, 0, [&](Out out) { return log_likelihood(p, customers, out); });
  expect_counted(0, 1, [&](Out out) { return survival(p, periods, renewals, out); });
  expect_counted(0, 1, [&](Out out) { return churn_probability(p, periods, renewals, out); });
  if (!(row[0] < kSharpest)) return;
  for (const double v : p.values()) {
    if (!(v < kSharpest)) return;
  }
  expect_counted(0, HUGE_VAL,
                 [&](Out out) { return discounted_residual(p, periods, discount, renewals, out); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  double v[9] = {0.5, 6, 0.9, 1.6, 3, 20, 30, 39, .1};
  std::memcpy(v, data, size < sizeof v ? size : sizeof v);
  const double horizon = v[7], delta = v[8], *row = v + 4;
  const int k = std::isfinite(delta) ? static_cast<int>(std::fmod(std::fabs(delta), 22)) : 2;
  run_orders(kam::bgnbd::Parameters{v[0], v[1], v[2], v[3]}, row, horizon, delta);
  run_orders(kam::mbgnbd::Parameters{v[0], v[1], v[2], v[3]}, row, horizon, delta);
  run_orders(kam::pareto_nbd::Parameters{v[0], v[1], v[2], v[3]}, row, horizon, delta);
  run_orders(kam::nbd::Parameters{v[0], v[1]}, row, horizon, delta);
  run_orders(kam::bgcnbd::Parameters{v[0], v[1], v[2], v[3], k}, row, horizon, delta);
  run_orders(kam::mbgcnbd::Parameters{v[0], v[1], v[2], v[3], k}, row, horizon, delta);
  const double periods = std::floor(horizon);
  run_periods({v[0], v[1], v[2], v[3]}, row, periods, delta);
  run_renewals(kam::sbg::Parameters{v[0], v[1]}, row, periods, delta);
  run_renewals(kam::bdw::Parameters{v[0], v[1], v[2]}, row, periods, delta);
  return 0;
}
