#include <array>
#include <cmath>

#include <kam/base/random.hpp>
#include <kam/churn/order_model.hpp>

namespace kam {
namespace {

/// One account's orders until it leaves or is `age` old.
struct History {
  double frequency = 0, recency = 0, log_gaps = 0;

  void order(double time) {
    frequency += 1;
    log_gaps += std::log(time - recency);
    recency = time;
  }
};

History draw_beta_geometric(const std::array<double, 4>& p, bool leaves_after_first, double age,
                            Random& random, int phases = 1) {
  const double rate = random.gamma(p[0]) / p[1];
  const double drop_out = random.beta(p[2], p[3]);
  History history;
  if (leaves_after_first && random.uniform() < drop_out) return history;
  double time = 0;
  for (int n = 0; n < kMostSimulatedOrders; ++n) {
    for (int phase = 0; phase < phases; ++phase) time += random.exponential() / rate;
    if (!(time <= age)) break;
    history.order(time);
    if (random.uniform() < drop_out) break;
  }
  return history;
}

/// Orders at `rate` until `end`.
History draw_poisson(double rate, double end, Random& random) {
  History history;
  double time = 0;
  for (int n = 0; n < kMostSimulatedOrders; ++n) {
    time += random.exponential() / rate;
    if (!(time <= end)) break;
    history.order(time);
  }
  return history;
}

History draw_history(const bgnbd::Parameters& p, double age, Random& random) {
  return draw_beta_geometric(p.values(), /*leaves_after_first=*/false, age, random);
}
History draw_history(const mbgnbd::Parameters& p, double age, Random& random) {
  return draw_beta_geometric(p.values(), /*leaves_after_first=*/true, age, random);
}
template <bool kFirst>
History draw_history(const cnbd::Parameters<kFirst>& p, double age, Random& random) {
  return draw_beta_geometric(p.values(), kFirst, age, random, p.k);
}
History draw_history(const pareto_nbd::Parameters& p, double age, Random& random) {
  const double rate = random.gamma(p.r) / p.alpha, leaving = random.gamma(p.s) / p.beta;
  const double lifetime = random.exponential() / leaving;
  return draw_poisson(rate, lifetime < age ? lifetime : age, random);
}
History draw_history(const nbd::Parameters& p, double age, Random& random) {
  return draw_poisson(random.gamma(p.r) / p.alpha, age, random);
}

}  // namespace

Status simulate(const OrderModel& model, std::span<const double> age, std::uint64_t seed,
                std::span<double> frequency, std::span<double> recency, const Executor& executor,
                std::span<double> log_gaps) {
  if (Status s = check(model); !s.ok()) return s;
  if (Status s = check_size("frequency", frequency.size(), age.size()); !s.ok()) return s;
  if (Status s = check_size("recency", recency.size(), age.size()); !s.ok()) return s;
  if (!log_gaps.empty()) {
    if (Status s = check_size("log_gaps", log_gaps.size(), age.size()); !s.ok()) return s;
  }
  for (const double value : age) {
    if (!(value >= 0) || !std::isfinite(value))
      return invalid_argument("age", "finite and >= 0", value);
  }
  const bool finished =
      for_each_block(executor, age.size(), [&](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
          Random random(seed, i);
          const History history =
              std::visit([&](const auto& p) { return draw_history(p, age[i], random); }, model);
          frequency[i] = history.frequency;
          recency[i] = history.recency;
          if (!log_gaps.empty()) log_gaps[i] = history.log_gaps;
        }
      });
  if (!finished) return {StatusCode::cancelled, "cancelled by the executor"};
  return {};
}

}  // namespace kam
