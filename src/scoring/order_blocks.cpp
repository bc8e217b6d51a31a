#include "scoring/order_blocks.hpp"

#include <cmath>
#include <variant>
#include <vector>

namespace kam::scoring {
namespace {

OrderBlocks missing_order_blocks(std::size_t rows) {
  const std::vector<double> na(rows, kNaN);
  return {{na, na, na, na}, {na, na, na, na, na}};
}

/// Whether what is to come depends on the age of the running gap: Erlang gaps of two phases or
/// more.
bool remembers_the_gap(const OrderModel& model) {
  return std::visit(
      [](const auto& p) {
        if constexpr (requires { p.k; }) return p.k > 1;
        return false;
      },
      model);
}

template <class Parameters>
double silent_if_alive(const Parameters& p, double horizon, double x, double t_x, double T) {
  if constexpr (requires { p.k; }) {
    return probability_no_order_if_alive(p, horizon, x, t_x, T);
  } else {
    return probability_no_order_if_alive(p, horizon, x, T);
  }
}

/// P(still there after the horizon, and silent until then | alive now): the same as P(silent |
/// alive) where accounts leave at orders only.
template <class Parameters>
double still_there_and_silent(const Parameters& p, double horizon, double x, double t_x, double T) {
  if constexpr (requires { probability_stays_silent(p, horizon, x, T); }) {
    return probability_stays_silent(p, horizon, x, T);
  } else {
    return silent_if_alive(p, horizon, x, t_x, T);
  }
}

/// Value of every account given that it stays, that is, orders within the horizon. Whether it is
/// alive is settled by that order, so its recency does not matter: X = value if alive, A = value if
/// alive but silent for the horizon, u = P(silent | alive), and X = u A + (1 - u) (value if it
/// stays); where accounts leave unseen, only those still there after the silence are worth A. Both
/// are read off the account as if it had ordered just now, where P(alive) cannot underflow; not so
/// where the running gap has a memory.
Result<std::vector<double>> value_if_stays(const OrderModel& model, const SpendEstimate& spend,
                                           const portfolio::OrderSummary& summary,
                                           LifetimeValueOptions options, double horizon,
                                           const Executor& executor) {
  const std::size_t rows = summary.frequency.size();
  const bool memory = remembers_the_gap(model);
  std::vector<double> recency(rows), later(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    recency[i] = memory ? summary.recency[i] : summary.frequency[i] > 0 ? summary.age[i] : 0;
    later[i] = summary.age[i] + horizon;
  }
  const OrderColumns now{summary.frequency, recency, summary.age};
  const OrderColumns after{summary.frequency, recency, later};
  const ValueColumns accounts{now, summary.monetary_value};
  std::vector<double> alive(rows), alive_after(rows), value(rows), value_after(rows);
  for (const BatchReport& r :
       {probability_alive(model, now, alive, executor),
        probability_alive(model, after, alive_after, executor),
        lifetime_value(model, spend.model, accounts, options, value, executor)}) {
    if (!r.ok()) return r.status;
  }
  options.delay = horizon;
  if (auto r = lifetime_value(model, spend.model, accounts, options, value_after, executor);
      !r.ok()) {
    return r.status;
  }
  std::visit(
      [&](const auto& p) {
        for (std::size_t i = 0; i < rows; ++i) {
          const double x = summary.frequency[i], T = summary.age[i];
          const double silent = silent_if_alive(p, horizon, x, recency[i], T);
          const double waits = still_there_and_silent(p, horizon, x, recency[i], T);
          value[i] = (value[i] / alive[i] - waits * value_after[i] / alive_after[i]) / (1 - silent);
        }
      },
      model);
  return value;
}

/// expected_loss = p_churn times the value if it stays. p_churn counts accounts that have left
/// already; the open part counts only those still there: P(alive, then silent) times the same
/// value.
void fill_expected_loss(const OrderModel& model, double horizon,
                        const portfolio::OrderSummary& summary, const std::vector<double>& if_stays,
                        OrderBlocks& blocks) {
  std::visit(
      [&](const auto& p) {
        for (std::size_t i = 0; i < if_stays.size(); ++i) {
          const double silent =
              silent_if_alive(p, horizon, summary.frequency[i], summary.recency[i], summary.age[i]);
          blocks.worth.expected_loss[i] = blocks.churn.p_churn[i] * if_stays[i];
          blocks.worth.expected_loss_open[i] = blocks.churn.p_alive[i] * silent * if_stays[i];
        }
      },
      model);
}

}  // namespace

Result<OrderBlocks> orders_of(const Model& model, const portfolio::OrderSummary& summary,
                              const ScoreRequest& request, const Executor& executor) {
  OrderBlocks out = missing_order_blocks(summary.frequency.size());
  if (!model.orders) return out;
  const auto orders = model.orders->order_estimate();
  if (!orders) return orders.error();
  const double level = model.profile.interval_level;
  const double horizon = request.churn_horizon_days / days_per_unit(model.orders->unit);
  if (auto r = probability_no_order(*orders, horizon, level, summary.orders(),
                                    {out.churn.p_churn, out.churn.p_churn_lo, out.churn.p_churn_hi},
                                    executor);
      !r.ok()) {
    return r.status;
  }
  if (auto r = probability_alive(orders->model, summary.orders(), out.churn.p_alive, executor);
      !r.ok()) {
    return r.status;
  }
  if (!model.spend) return out;

  const auto spend = model.spend->spend_estimate();
  if (!spend) return spend.error();
  LifetimeValueOptions options{.years = request.value_years, .discount = request.discount};
  options.unit = model.orders->unit;
  if (auto r =
          lifetime_value(*orders, *spend, level, {summary.orders(), summary.monetary_value},
                         options, {out.worth.eav, out.worth.eav_lo, out.worth.eav_hi}, executor);
      !r.ok()) {
    return r.status;
  }
  const auto if_stays = value_if_stays(orders->model, *spend, summary, options, horizon, executor);
  if (!if_stays) return if_stays.error();
  fill_expected_loss(orders->model, horizon, summary, *if_stays, out);
  return out;
}

}  // namespace kam::scoring
