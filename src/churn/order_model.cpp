#include <kam/churn/order_model.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <kam/churn/order_scorer.hpp>

#include "churn/order_batch.hpp"
#include "churn/order_fused.hpp"
#include "churn/phase_batch.hpp"

namespace kam {
namespace {

using detail::check_call;
using detail::kHasPhases;
using detail::reason_of;
using numeric::failed;

Status check_horizon(double horizon) {
  if (horizon >= 0 && horizon < HUGE_VAL) return {};
  return invalid_argument("horizon", "finite and >= 0", horizon);
}

/// out[i] = formula(parameters, x, t_x, T).
template <class Formula>
BatchReport batch(const OrderModel& model, const OrderColumns& accounts, std::span<double> out,
                  const Executor& executor, const Formula& formula) {
  if (Status s = check_call(model, accounts, out.size()); !s.ok()) return failed(std::move(s));
  return std::visit(
      [&]<class Parameters>(const Parameters& p) {
        if constexpr (kHasPhases<Parameters>) {
          return detail::batch_distinct(
              accounts, out, executor,
              [&](double x, double t_x, double T) { return formula(p, x, t_x, T); });
        } else {
          return numeric::for_each_row(out, executor, reason_of(accounts), [&](std::size_t i) {
            return formula(p, accounts.frequency[i], accounts.recency[i], accounts.age[i]);
          });
        }
      },
      detail::simplest(model));
}

}  // namespace

const char* order_model_name(const OrderModel& model) noexcept {
  if (std::holds_alternative<pareto_nbd::Parameters>(model)) return "pareto_nbd";
  if (std::holds_alternative<nbd::Parameters>(model)) return "nbd";
  if (std::holds_alternative<bgcnbd::Parameters>(model)) return "bgcnbd";
  if (std::holds_alternative<mbgcnbd::Parameters>(model)) return "mbgcnbd";
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
        if constexpr (kHasPhases<std::decay_t<decltype(parameters)>>) {
          if (!valid(parameters)) return invalid_argument("k", "from 1 to 20", parameters.k);
        }
        return {};
      },
      model);
}

BatchReport log_likelihood(const OrderModel& model, const OrderColumns& accounts,
                           std::span<double> out, const Executor& executor) {
  if (Status s = check_call(model, accounts, out.size()); !s.ok()) return failed(std::move(s));
  return std::visit(
      [&]<class Parameters>(const Parameters& p) {
        if constexpr (kHasPhases<Parameters>) {
          return detail::batch_log_likelihood(p, accounts, out, executor);
        } else {
          return numeric::for_each_row(out, executor, reason_of(accounts), [&](std::size_t i) {
            return log_likelihood(p, accounts.frequency[i], accounts.recency[i], accounts.age[i]);
          });
        }
      },
      detail::simplest(model));
}

BatchReport probability_alive(const OrderModel& model, const OrderColumns& accounts,
                              std::span<double> out, const Executor& executor) {
  if (Status s = check_call(model, accounts, out.size()); !s.ok()) return failed(std::move(s));
  const auto run = [&]<class Parameters>(const Parameters& p) {
    if constexpr (kHasPhases<Parameters>) {
      return detail::batch_distinct(accounts, out, executor, [&](double x, double t_x, double T) {
        return probability_alive(p, x, t_x, T);
      });
    } else {
      if constexpr (detail::BlockForm<Parameters>::kKnown) {
        if (detail::in_kernel_range(p)) {
          return detail::for_each_fused(accounts, out, executor, [&] {
            return [&](std::size_t begin, std::span<double> tile) {
              return detail::alive_tile(p, accounts, begin, tile);
            };
          });
        }
      }
      return numeric::for_each_row(out, executor, reason_of(accounts), [&](std::size_t i) {
        return probability_alive(p, accounts.frequency[i], accounts.recency[i], accounts.age[i]);
      });
    }
  };
  return std::visit(run, detail::simplest(model));
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
  return discounted_expected_orders(model, horizon, 0, accounts, out, executor);
}

BatchReport discounted_expected_orders(const OrderModel& model, double horizon, double delta,
                                       const OrderColumns& accounts, std::span<double> out,
                                       const Executor& executor) {
  const auto scorer = OrderScorer::make(model, horizon, delta);
  if (!scorer) return failed(scorer.error());
  return scorer->expected_orders(accounts, out, executor);
}

BatchReport probability_alive_at(const OrderModel& model, double horizon,
                                 const OrderColumns& accounts, std::span<double> out,
                                 const Executor& executor) {
  if (Status s = check_horizon(horizon); !s.ok()) return failed(std::move(s));
  return batch(model, accounts, out, executor, [=](const auto& p, double x, double t_x, double T) {
    return probability_alive_at(p, horizon, x, t_x, T);
  });
}

BatchReport probability_of_orders(const OrderModel& model, double n, double horizon,
                                  const OrderColumns& accounts, std::span<double> out,
                                  const Executor& executor) {
  if (Status s = check_horizon(horizon); !s.ok()) return failed(std::move(s));
  if (!is_count(n)) return failed(invalid_argument("n", "a whole number >= 0", n));
  return batch(model, accounts, out, executor, [=](const auto& p, double x, double t_x, double T) {
    return probability_of_orders(p, n, horizon, x, t_x, T);
  });
}

double probability_of_orders_new(const OrderModel& model, double n, double horizon) noexcept {
  return std::visit([=](const auto& p) { return probability_of_orders(p, n, horizon); }, model);
}

double expected_orders_new(const OrderModel& model, double horizon) noexcept {
  return std::visit([=](const auto& p) { return expected_orders_new(p, horizon); }, model);
}

}  // namespace kam
