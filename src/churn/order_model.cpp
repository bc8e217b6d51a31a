#include <kam/churn/order_model.hpp>

#include <kam/base/random.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <boost/math/quadrature/gauss.hpp>

#include "numeric/batch.hpp"
#include "numeric/delta_method.hpp"
#include "numeric/grouping.hpp"

namespace kam {
namespace {

using numeric::failed;
using numeric::IntervalScale;

Status check_call(const OrderModel& model, const OrderColumns& accounts, std::size_t out_rows) {
  if (Status s = check(model); !s.ok()) return s;
  if (Status s = check_sizes(accounts); !s.ok()) return s;
  return check_size("out", out_rows, accounts.rows());
}

Status check_horizon(double horizon) {
  if (horizon >= 0 && horizon < HUGE_VAL) return {};
  return invalid_argument("horizon", "finite and >= 0", horizon);
}

auto reason_of(const OrderColumns& accounts) {
  return [&accounts](std::size_t i) {
    return order_row_reason(accounts.frequency[i], accounts.recency[i], accounts.age[i]);
  };
}

/// out[i] = formula(parameters, x, t_x, T).
template <class Formula>
BatchReport batch(const OrderModel& model, const OrderColumns& accounts, std::span<double> out,
                  const Executor& executor, const Formula& formula) {
  if (Status s = check_call(model, accounts, out.size()); !s.ok()) return failed(std::move(s));
  return std::visit(
      [&](const auto& parameters) {
        return numeric::for_each_row(out, executor, reason_of(accounts), [&](std::size_t i) {
          return formula(parameters, accounts.frequency[i], accounts.recency[i], accounts.age[i]);
        });
      },
      model);
}

/// What accounts of equal (x, T) share.
struct Shared {
  double log_odds, order_rate, value;
};

/// out[i] = P(alive) * if_alive(x, T). The second factor is the dear one and depends on (x, T)
/// only: each distinct pair is computed once, by the scalar formula, so the bits do not depend on
/// the batch.
template <class IfAlive>
BatchReport batch_times_alive(const OrderModel& model, const OrderColumns& accounts,
                              std::span<double> out, const Executor& executor,
                              const IfAlive& if_alive) {
  if (Status s = check_call(model, accounts, out.size()); !s.ok()) return failed(std::move(s));
  const auto reason = reason_of(accounts);
  std::vector<std::uint32_t> pair_of(accounts.rows(), numeric::kNoGroup);
  const auto pairs = numeric::group_rows<2>(
      {accounts.frequency, accounts.age},
      [&](std::size_t i) { return reason(i) == RowReason::none; },
      [&](std::size_t i, std::uint32_t group) { pair_of[i] = group; });
  std::vector<Shared> shared(pairs.size());
  return std::visit(
      [&](const auto& p) {
        const bool finished = for_each_block(
            executor, shared.size(), [&](std::size_t, std::size_t begin, std::size_t end) {
              for (std::size_t g = begin; g < end; ++g) {
                const auto [x, T] = pairs.keys()[g];
                shared[g] = {log_odds_of_silence(p, x, T), p.r + x, if_alive(p, x, T)};
              }
            });
        if (!finished) return failed({StatusCode::cancelled, "cancelled by the executor"});
        return numeric::for_each_row(
            out, executor,
            [&](std::size_t i) {
              return pair_of[i] != numeric::kNoGroup ? RowReason::none : reason(i);
            },
            [&](std::size_t i) {
              const Shared& of_pair = shared[pair_of[i]];
              const double log_odds =
                  of_pair.log_odds - of_pair.order_rate * std::log(p.alpha + accounts.recency[i]);
              return logistic(-log_odds) * of_pair.value;
            });
      },
      model);
}

/// E[discounted orders in (T, T + horizon] | alive]: by parts, with M(t) = expected orders if
/// alive, exp(-delta h) M(h) + delta * int_0^h exp(-delta t) M(t) dt, substituting v = ln(1 +
/// t/(alpha+T)), in which M is analytic in a strip of half-width pi.
template <class Parameters>
double discounted_if_alive(const Parameters& p, double horizon, double delta, double x, double T) {
  const auto orders = [&](double t) { return expected_orders_if_alive(p, t, x, T); };
  const double at_end = std::exp(-delta * horizon) * orders(horizon);
  if (delta == 0 || horizon == 0) return at_end;
  const double scale = p.alpha + T;
  const auto integrand = [&](double v) {
    const double t = scale * std::expm1(v);
    return std::exp(v - delta * t) * orders(t);
  };
  return at_end + delta * scale *
                      boost::math::quadrature::gauss<double, 30>::integrate(
                          integrand, 0.0, std::log1p(horizon / scale));
}

OrderModel moved(const OrderModel& model, std::size_t k, double step) {
  return std::visit(
      [&](const auto& parameters) -> OrderModel {
        auto values = parameters.values();
        values[k] *= std::exp(step);
        return std::decay_t<decltype(parameters)>::from_values(values);
      },
      model);
}

std::size_t parameter_count(const OrderModel& model) {
  return std::visit([](const auto& p) { return std::decay_t<decltype(p)>::kCount; }, model);
}

Status check_interval(const OrderEstimate& estimate, const IntervalColumns& out, std::size_t rows) {
  const std::size_t n = parameter_count(estimate.model);
  if (Status s = check_size("log_covariance", estimate.log_covariance.size(), n * n); !s.ok())
    return s;
  if (Status s = check_size("out.lo", out.lo.size(), rows); !s.ok()) return s;
  return check_size("out.hi", out.hi.size(), rows);
}

/// `verb(model, out)` is the point estimate as a batch.
template <class Verb>
BatchReport with_interval(const OrderEstimate& estimate, double level, const OrderColumns& accounts,
                          const IntervalColumns& out, IntervalScale scale, const Verb& verb) {
  const Result<double> z = interval_z(level);
  if (!z) return failed(z.error());
  if (Status s = check_interval(estimate, out, accounts.rows()); !s.ok())
    return failed(std::move(s));
  const BatchReport report = verb(estimate.model, out.estimate);
  if (!report.ok()) return report;
  const auto gradients =
      numeric::gradients(parameter_count(estimate.model), accounts.rows(), scale,
                         [&](std::size_t k, double step, std::span<double> values) {
                           (void)verb(moved(estimate.model, k, step), values);
                         });
  numeric::fill_interval(out, scale, *z, [&](std::size_t i) {
    return gradients.standard_error(i, estimate.log_covariance);
  });
  return report;
}

/// One account's orders until it leaves or is `age` old.
struct History {
  double frequency = 0, recency = 0;
};

History draw_history(const std::array<double, 4>& p, bool leaves_after_first, double age,
                     Random& random) {
  const double rate = random.gamma(p[0]) / p[1];
  const double drop_out = random.beta(p[2], p[3]);
  History history;
  if (leaves_after_first && random.uniform() < drop_out) return history;
  double time = 0;
  for (int n = 0; n < kMostSimulatedOrders; ++n) {
    time += random.exponential() / rate;
    if (!(time <= age)) break;
    history.frequency += 1;
    history.recency = time;
    if (random.uniform() < drop_out) break;
  }
  return history;
}

}  // namespace

const char* order_model_name(const OrderModel& model) noexcept {
  return std::holds_alternative<bgnbd::Parameters>(model) ? "bgnbd" : "mbgnbd";
}

Status check(const OrderModel& model) {
  return std::visit(
      [](const auto& parameters) -> Status {
        const auto values = parameters.values();
        for (std::size_t i = 0; i < values.size(); ++i) {
          if (!(values[i] > 0) || !std::isfinite(values[i])) {
            return invalid_argument(parameters.kNames[i], "finite and > 0", values[i]);
          }
        }
        return {};
      },
      model);
}

BatchReport log_likelihood(const OrderModel& model, const OrderColumns& accounts,
                           std::span<double> out, const Executor& executor) {
  return batch(model, accounts, out, executor, [](const auto& p, double x, double t_x, double T) {
    return log_likelihood(p, x, t_x, T);
  });
}

BatchReport probability_alive(const OrderModel& model, const OrderColumns& accounts,
                              std::span<double> out, const Executor& executor) {
  return batch(model, accounts, out, executor, [](const auto& p, double x, double t_x, double T) {
    return probability_alive(p, x, t_x, T);
  });
}

BatchReport probability_no_order(const OrderModel& model, double horizon,
                                 const OrderColumns& accounts, std::span<double> out,
                                 const Executor& executor) {
  if (Status s = check_horizon(horizon); !s.ok()) return failed(std::move(s));
  return batch(model, accounts, out, executor, [=](const auto& p, double x, double t_x, double T) {
    return probability_no_order(p, horizon, x, t_x, T);
  });
}

BatchReport expected_orders(const OrderModel& model, double horizon, const OrderColumns& accounts,
                            std::span<double> out, const Executor& executor) {
  if (Status s = check_horizon(horizon); !s.ok()) return failed(std::move(s));
  return batch_times_alive(model, accounts, out, executor, [=](const auto& p, double x, double T) {
    return expected_orders_if_alive(p, horizon, x, T);
  });
}

BatchReport discounted_expected_orders(const OrderModel& model, double horizon, double delta,
                                       const OrderColumns& accounts, std::span<double> out,
                                       const Executor& executor) {
  if (Status s = check_horizon(horizon); !s.ok()) return failed(std::move(s));
  if (!(delta >= 0) || !std::isfinite(delta)) {
    return failed(invalid_argument("delta", "finite and >= 0", delta));
  }
  return batch_times_alive(model, accounts, out, executor, [=](const auto& p, double x, double T) {
    return discounted_if_alive(p, horizon, delta, x, T);
  });
}

double expected_orders_new(const OrderModel& model, double horizon) noexcept {
  return std::visit([=](const auto& p) { return expected_orders_new(p, horizon); }, model);
}

BatchReport probability_no_order(const OrderEstimate& estimate, double horizon, double level,
                                 const OrderColumns& accounts, const IntervalColumns& out,
                                 const Executor& executor) {
  return with_interval(estimate, level, accounts, out, IntervalScale::logit,
                       [&](const OrderModel& model, std::span<double> values) {
                         return probability_no_order(model, horizon, accounts, values, executor);
                       });
}

BatchReport probability_alive(const OrderEstimate& estimate, double level,
                              const OrderColumns& accounts, const IntervalColumns& out,
                              const Executor& executor) {
  return with_interval(estimate, level, accounts, out, IntervalScale::logit,
                       [&](const OrderModel& model, std::span<double> values) {
                         return probability_alive(model, accounts, values, executor);
                       });
}

BatchReport expected_orders(const OrderEstimate& estimate, double horizon, double level,
                            const OrderColumns& accounts, const IntervalColumns& out,
                            const Executor& executor) {
  return with_interval(estimate, level, accounts, out, IntervalScale::log,
                       [&](const OrderModel& model, std::span<double> values) {
                         return expected_orders(model, horizon, accounts, values, executor);
                       });
}

Status simulate(const OrderModel& model, std::span<const double> age, std::uint64_t seed,
                std::span<double> frequency, std::span<double> recency, const Executor& executor) {
  if (Status s = check(model); !s.ok()) return s;
  if (Status s = check_size("frequency", frequency.size(), age.size()); !s.ok()) return s;
  if (Status s = check_size("recency", recency.size(), age.size()); !s.ok()) return s;
  for (const double value : age) {
    if (!(value >= 0) || !std::isfinite(value))
      return invalid_argument("age", "finite and >= 0", value);
  }
  const bool leaves_after_first = std::holds_alternative<mbgnbd::Parameters>(model);
  const auto parameters = std::visit([](const auto& p) { return p.values(); }, model);
  const bool finished =
      for_each_block(executor, age.size(), [&](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
          Random random(seed, i);
          const History history = draw_history(parameters, leaves_after_first, age[i], random);
          frequency[i] = history.frequency;
          recency[i] = history.recency;
        }
      });
  if (!finished) return {StatusCode::cancelled, "cancelled by the executor"};
  return {};
}

}  // namespace kam
