#include <kam/churn/order_model.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "churn/discounted.hpp"
#include "churn/order_batch.hpp"
#include "churn/phase_batch.hpp"

namespace kam {
namespace {

using detail::batch_times_alive;
using detail::check_call;
using detail::discounted_if_alive;
using detail::kHasPhases;
using detail::reason_of;
using numeric::failed;

Status check_horizon(double horizon) {
  if (horizon >= 0 && horizon < HUGE_VAL) return {};
  return invalid_argument("horizon", "finite and >= 0", horizon);
}

/// The model without phases where k = 1: the same answers from faster batches.
OrderModel simplest(const OrderModel& model) {
  return std::visit(
      [&]<class Parameters>(const Parameters& p) -> OrderModel {
        if constexpr (kHasPhases<Parameters>) {
          if (p.k == 1) return detail::plain(p);
        }
        return p;
      },
      model);
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
      simplest(model));
}

/// out[i] = P(alive) * if_alive, which takes (parameters, x, T), or with phases (parameters, x,
/// t_x, T).
template <class IfAlive>
BatchReport batch_if_alive(const OrderModel& model, const OrderColumns& accounts,
                           std::span<double> out, const Executor& executor,
                           const IfAlive& if_alive) {
  if (Status s = check_call(model, accounts, out.size()); !s.ok()) return failed(std::move(s));
  return std::visit(
      [&]<class Parameters>(const Parameters& p) {
        if constexpr (kHasPhases<Parameters>) {
          return detail::batch_distinct(
              accounts, out, executor, [&](double x, double t_x, double T) {
                return probability_alive(p, x, t_x, T) * if_alive(p, x, t_x, T);
              });
        } else {
          return batch_times_alive(
              p, accounts, out, executor,
              [&](const auto& q, double x, double T) { return if_alive(q, x, T); });
        }
      },
      simplest(model));
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
      simplest(model));
}

BatchReport probability_alive(const OrderModel& model, const OrderColumns& accounts,
                              std::span<double> out, const Executor& executor) {
  if (Status s = check_call(model, accounts, out.size()); !s.ok()) return failed(std::move(s));
  return std::visit(
      [&](const auto& p) {
        const auto usable = [&](std::size_t i) { return detail::usable_row(accounts, i); };
        if constexpr (kHasPhases<std::decay_t<decltype(p)>>) {
          return detail::batch_distinct(
              accounts, out, executor,
              [&](double x, double t_x, double T) { return probability_alive(p, x, t_x, T); });
        } else if constexpr (detail::kLeavesAtOrders<std::decay_t<decltype(p)>>) {
          const detail::LastOrderOdds last_order(p);
          return detail::for_each_tile(out, executor, usable, reason_of(accounts),
                                       [&](std::size_t begin, std::span<double> tile) {
                                         detail::fill_alive(p, last_order, accounts, begin, tile);
                                       });
        } else {
          return detail::for_each_tile(out, executor, usable, reason_of(accounts),
                                       [&](std::size_t begin, std::span<double> tile) {
                                         detail::fill_alive_row_by_row(p, accounts, begin, tile);
                                       });
        }
      },
      simplest(model));
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
  return batch_if_alive(model, accounts, out, executor, [=](const auto& p, auto... account) {
    return expected_orders_if_alive(p, horizon, account...);
  });
}

BatchReport discounted_expected_orders(const OrderModel& model, double horizon, double delta,
                                       const OrderColumns& accounts, std::span<double> out,
                                       const Executor& executor) {
  if (Status s = detail::check_discount(horizon, delta); !s.ok()) return failed(std::move(s));
  return batch_if_alive(model, accounts, out, executor, [=](const auto& p, auto... account) {
    return detail::discounted_if_alive(p, horizon, delta, account...);
  });
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
