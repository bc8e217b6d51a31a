// Any doubles as parameters and account: a probability, a count, or NaN; always an end.
#include <cmath>
#include <cstdlib>
#include <cstring>

#include <kam/churn/order_model.hpp>
#include <kam/lifetime/gamma_gamma.hpp>

namespace {

void expect_range(double value, double low, double high) {
  if (!std::isnan(value) && !(value >= low && value <= high)) std::abort();
}

template <class Parameters>
void run(const double (&v)[8]) {
  const Parameters p{v[0], v[1], v[2], v[3]};
  expect_range(probability_alive(p, v[4], v[5], v[6]), 0, 1);
  expect_range(probability_no_order(p, v[7], v[4], v[5], v[6]), 0, 1 + 1e-12);
  (void)log_likelihood(p, v[4], v[5], v[6]);
  // The cost of a quadrature grows with the sharpness of its peak: sizes that occur.
  for (const double x : {v[0], v[2], v[3], v[4]}) {
    if (!(x < 1e7)) return;
  }
  expect_range(expected_orders(p, v[7], v[4], v[5], v[6]), 0, HUGE_VAL);
}

template <class Parameters>
void run_phases(const double (&v)[8]) {
  const int k = std::isfinite(v[7]) ? static_cast<int>(std::fmod(std::fabs(v[7]), 22)) : 2;
  const Parameters p{v[0], v[1], v[2], v[3], k};
  expect_range(probability_alive(p, v[4], v[5], v[6]), 0, 1);
  expect_range(probability_no_order(p, v[7], v[4], v[5], v[6]), 0, 1);
  (void)log_likelihood(p, v[4], v[5], v[6], v[7]);
  expect_range(probability_of_orders(p, v[4], v[7]), 0, 1 + 1e-9);
  for (const double x : {v[0], v[2], v[3], v[4]}) {
    if (!(x < 1e7)) return;
  }
  expect_range(expected_orders(p, v[7], v[4], v[5], v[6]), 0, HUGE_VAL);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  double v[8] = {0.5, 6, 0.9, 1.6, 3, 20, 30, 39};
  std::memcpy(v, data, size < sizeof v ? size : sizeof v);
  v[4] = std::floor(v[4]);
  run<kam::bgnbd::Parameters>(v);
  run<kam::mbgnbd::Parameters>(v);
  run<kam::pareto_nbd::Parameters>(v);
  run_phases<kam::bgcnbd::Parameters>(v);
  run_phases<kam::mbgcnbd::Parameters>(v);
  expect_range(kam::gamma_gamma::expected_spend({v[0], v[1], v[2]}, v[4], v[5]), 0, HUGE_VAL);
  return 0;
}
