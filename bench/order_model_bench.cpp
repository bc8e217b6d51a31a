/// Order models over a million accounts as a retailer has them: ages in whole days up to 78 weeks,
/// most without a repeat order. Items are accounts.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <kam/base/hypergeometric.hpp>
#include <kam/base/random.hpp>
#include <kam/churn/order_model.hpp>
#include <kam/lifetime/gamma_gamma.hpp>
#include <kam/lifetime/lifetime_value.hpp>

namespace {

using namespace kam;  // NOLINT: a benchmark

constexpr bgnbd::Parameters kBgnbd{.2425945, 4.413602, .792922, 2.425907};
constexpr mbgnbd::Parameters kMbgnbd{.5248432, 6.183085, .8913594, 1.614002};
constexpr pareto_nbd::Parameters kPareto{.5532770, 10.57768, .6062400, 11.66874};
constexpr mbgcnbd::Parameters kMbgcnbd{1.5, 5.2, .8, 2.4, 3};
constexpr gamma_gamma::Parameters kSpend{6.249572, 3.744225, 15.44352};

struct Accounts {
  std::vector<double> x, t_x, T, value;
  [[nodiscard]] OrderColumns orders() const { return {x, t_x, T}; }
};

const Accounts& accounts(std::size_t n) {
  static Accounts cache;
  if (cache.x.size() == n) return cache;
  Accounts a{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n),
             std::vector<double>(n)};
  Random random(7);
  for (double& age : a.T) age = static_cast<double>(7 + random.below(540)) / 7;
  (void)simulate(kBgnbd, a.T, 3, a.x, a.t_x);
  for (std::size_t i = 0; i < n; ++i) {
    // Whole days, as any log of orders has them.
    if (a.x[i] > 0) a.t_x[i] = std::fmax(1, std::floor(a.t_x[i] * 7)) / 7;
    a.value[i] = random.gamma(6) * 5;
  }
  return cache = std::move(a);
}

template <class Verb>
void over_accounts(benchmark::State& state, const Verb& verb) {
  const Accounts& a = accounts(static_cast<std::size_t>(state.range(0)));
  std::vector<double> out(a.x.size());
  for (auto _ : state) {
    verb(a, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void bgnbd_alive(benchmark::State& state) {
  over_accounts(state, [](const Accounts& a, std::span<double> out) {
    (void)probability_alive(OrderModel(kBgnbd), a.orders(), out);
  });
}
void bgnbd_orders(benchmark::State& state) {
  over_accounts(state, [](const Accounts& a, std::span<double> out) {
    (void)expected_orders(OrderModel(kBgnbd), 39, a.orders(), out);
  });
}
void mbgnbd_alive(benchmark::State& state) {
  over_accounts(state, [](const Accounts& a, std::span<double> out) {
    (void)probability_alive(OrderModel(kMbgnbd), a.orders(), out);
  });
}
void mbgnbd_orders(benchmark::State& state) {
  over_accounts(state, [](const Accounts& a, std::span<double> out) {
    (void)expected_orders(OrderModel(kMbgnbd), 39, a.orders(), out);
  });
}
void pareto_nbd_alive(benchmark::State& state) {
  over_accounts(state, [](const Accounts& a, std::span<double> out) {
    (void)probability_alive(OrderModel(kPareto), a.orders(), out);
  });
}
void pareto_nbd_orders(benchmark::State& state) {
  over_accounts(state, [](const Accounts& a, std::span<double> out) {
    (void)expected_orders(OrderModel(kPareto), 39, a.orders(), out);
  });
}
void mbgcnbd_alive(benchmark::State& state) {
  over_accounts(state, [](const Accounts& a, std::span<double> out) {
    (void)probability_alive(OrderModel(kMbgcnbd), a.orders(), out);
  });
}
void mbgcnbd_orders(benchmark::State& state) {
  over_accounts(state, [](const Accounts& a, std::span<double> out) {
    (void)expected_orders(OrderModel(kMbgcnbd), 39, a.orders(), out);
  });
}
void spend(benchmark::State& state) {
  over_accounts(state, [](const Accounts& a, std::span<double> out) {
    (void)gamma_gamma::expected_spend(kSpend, {a.x, a.value}, out);
  });
}
void value(benchmark::State& state) {
  over_accounts(state, [](const Accounts& a, std::span<double> out) {
    (void)lifetime_value(kMbgnbd, kSpend, {a.orders(), a.value}, {}, out);
  });
}
void bgnbd_fit(benchmark::State& state) {
  over_accounts(state, [](const Accounts& a, std::span<double>) {
    benchmark::DoNotOptimize(bgnbd::fit(a.orders()));
  });
}
void mbgnbd_fit(benchmark::State& state) {
  over_accounts(state, [](const Accounts& a, std::span<double>) {
    benchmark::DoNotOptimize(mbgnbd::fit(a.orders()));
  });
}
void pareto_nbd_fit(benchmark::State& state) {
  over_accounts(state, [](const Accounts& a, std::span<double>) {
    benchmark::DoNotOptimize(pareto_nbd::fit(a.orders()));
  });
}
void nbd_fit(benchmark::State& state) {
  over_accounts(state, [](const Accounts& a, std::span<double>) {
    benchmark::DoNotOptimize(nbd::fit(a.orders()));
  });
}
void mbgcnbd_fit(benchmark::State& state) {
  over_accounts(state, [](const Accounts& a, std::span<double>) {
    benchmark::DoNotOptimize(mbgcnbd::fit(a.orders(), 3));
  });
}
void spend_fit(benchmark::State& state) {
  over_accounts(state, [](const Accounts& a, std::span<double>) {
    benchmark::DoNotOptimize(gamma_gamma::fit({a.x, a.value}));
  });
}

void one_account(benchmark::State& state) {
  double horizon = 39;
  for (auto _ : state) {
    benchmark::DoNotOptimize(horizon);
    benchmark::DoNotOptimize(expected_orders(kBgnbd, horizon, 2, 30.43, 38.86));
  }
  state.SetItemsProcessed(state.iterations());
}
void saturation_mean(benchmark::State& state) {
  double u = 0.9;
  for (auto _ : state) {
    benchmark::DoNotOptimize(u);
    benchmark::DoNotOptimize(mean_saturation(2.24, .79, 4.4, u));
  }
  state.SetItemsProcessed(state.iterations());
}
void hyp2f1(benchmark::State& state) {
  double z = 0.47;
  for (auto _ : state) {
    benchmark::DoNotOptimize(z);
    benchmark::DoNotOptimize(log_hyp2f1(2.24, 4.4, 4.2, z));
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(saturation_mean)->Name("kernel/mean_saturation/1");
BENCHMARK(hyp2f1)->Name("kernel/log_hyp2f1/1");
BENCHMARK(one_account)->Name("model/bgnbd/expected_orders_scalar/1");
BENCHMARK(bgnbd_alive)->Name("model/bgnbd/probability_alive")->Arg(1000000);
BENCHMARK(bgnbd_orders)->Name("model/bgnbd/expected_orders")->Arg(1)->Arg(1000000);
BENCHMARK(mbgnbd_alive)->Name("model/mbgnbd/probability_alive")->Arg(1000000);
BENCHMARK(mbgnbd_orders)->Name("model/mbgnbd/expected_orders")->Arg(1000000);
BENCHMARK(pareto_nbd_alive)->Name("model/pareto_nbd/probability_alive")->Arg(1000000);
BENCHMARK(pareto_nbd_orders)->Name("model/pareto_nbd/expected_orders")->Arg(1000000);
BENCHMARK(spend)->Name("model/gamma_gamma/expected_spend")->Arg(1000000);
BENCHMARK(value)->Name("model/lifetime_value")->Arg(1000000)->Unit(benchmark::kMillisecond);
BENCHMARK(bgnbd_fit)->Name("fit/bgnbd")->Arg(2357)->Arg(1000000)->Unit(benchmark::kMillisecond);
BENCHMARK(mbgcnbd_alive)->Name("model/mbgcnbd/probability_alive")->Arg(1000000);
BENCHMARK(mbgcnbd_orders)->Name("model/mbgcnbd/expected_orders")->Arg(1000000);
BENCHMARK(mbgcnbd_fit)->Name("fit/mbgcnbd")->Arg(2357)->Arg(1000000)->Unit(benchmark::kMillisecond);
BENCHMARK(mbgnbd_fit)->Name("fit/mbgnbd")->Arg(2357)->Arg(1000000)->Unit(benchmark::kMillisecond);
BENCHMARK(pareto_nbd_fit)->Name("fit/pareto_nbd")->Arg(2357)->Unit(benchmark::kMillisecond);
BENCHMARK(nbd_fit)->Name("fit/nbd")->Arg(2357)->Unit(benchmark::kMillisecond);
BENCHMARK(spend_fit)->Name("fit/gamma_gamma")->Arg(2357)->Unit(benchmark::kMillisecond);

}  // namespace
