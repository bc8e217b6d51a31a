/// Any order model, and every verb over a portfolio of columns.
///
/// A batch answers row by row, with the same bits whatever the batch size and the number of
/// threads, and within a few ulp of the scalar formula: logarithms and exponentials come from the
/// widest instruction set of the CPU. A bad row becomes NaN and is counted; a bad call leaves the
/// output untouched.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/interval.hpp>
#include <kam/churn/bgcnbd.hpp>
#include <kam/churn/bgnbd.hpp>
#include <kam/churn/mbgcnbd.hpp>
#include <kam/churn/mbgnbd.hpp>
#include <kam/churn/nbd.hpp>
#include <kam/churn/pareto_nbd.hpp>

namespace kam {

/// Parameters say which model they belong to.
using OrderModel = std::variant<bgnbd::Parameters, mbgnbd::Parameters, pareto_nbd::Parameters,
                                nbd::Parameters, bgcnbd::Parameters, mbgcnbd::Parameters>;

/// "bgnbd", "mbgnbd", "pareto_nbd", "nbd", "bgcnbd", "mbgcnbd".
[[nodiscard]] const char* order_model_name(const OrderModel& model) noexcept;

/// ok, or invalid_argument naming the parameter outside its domain.
[[nodiscard]] Status check(const OrderModel& model);

/// Per account; n = accounts.rows() = out.size(). The likelihood of a model with k > 1 phases needs
/// accounts.log_gaps (size_mismatch without; a row whose gaps cannot be is NaN).
BatchReport log_likelihood(const OrderModel& model, const OrderColumns& accounts,
                           std::span<double> out, const Executor& executor = {});
BatchReport probability_alive(const OrderModel& model, const OrderColumns& accounts,
                              std::span<double> out, const Executor& executor = {});
BatchReport probability_no_order(const OrderModel& model, double horizon,
                                 const OrderColumns& accounts, std::span<double> out,
                                 const Executor& executor = {});
BatchReport expected_orders(const OrderModel& model, double horizon, const OrderColumns& accounts,
                            std::span<double> out, const Executor& executor = {});

/// E[sum over orders in (T, T + horizon] of exp(-delta (time - T))], delta >= 0 a continuous rate
/// per time unit. The horizon may be infinite where delta > 0: discounted expected residual
/// transactions. Pareto/NBD and NBD by formula; elsewhere Gauss-Legendre in ln(1 + t / (alpha +
/// T)): 30 points, over short spans 10 to 20, and up to 15 k more with k > 1 phases, whose orders
/// come in steps; without an end panels of 20 points, some ten of them. A scorer that keeps what it
/// prepared: churn/order_scorer.hpp.
BatchReport discounted_expected_orders(const OrderModel& model, double horizon, double delta,
                                       const OrderColumns& accounts, std::span<double> out,
                                       const Executor& executor = {});

/// P(still there at T + horizon), horizon finite and >= 0.
BatchReport probability_alive_at(const OrderModel& model, double horizon,
                                 const OrderColumns& accounts, std::span<double> out,
                                 const Executor& executor = {});

/// P(exactly n orders in (T, T + horizon]), n whole.
BatchReport probability_of_orders(const OrderModel& model, double n, double horizon,
                                  const OrderColumns& accounts, std::span<double> out,
                                  const Executor& executor = {});
/// P(exactly n repeat orders in (0, horizon]) of a new account.
[[nodiscard]] double probability_of_orders_new(const OrderModel& model, double n,
                                               double horizon) noexcept;

/// E[repeat orders of a new account within horizon].
[[nodiscard]] double expected_orders_new(const OrderModel& model, double horizon) noexcept;

/// A fitted order model: what intervals are computed from.
struct OrderEstimate {
  OrderModel model{};
  std::vector<double> log_covariance{};  ///< of ln(parameters), kCount x kCount row-major

  template <class Parameters>
  [[nodiscard]] static OrderEstimate from(const FitResult<Parameters>& fit) {
    return {fit.parameters, {fit.log_covariance.begin(), fit.log_covariance.end()}};
  }
};

/// Estimate and its interval (uncertainty of the parameters by the delta method, on the logit scale
/// for probabilities and the log scale for orders). NaN limits where the covariance is unknown.
/// `level` is two-sided. Cost: nine batches.
BatchReport probability_no_order(const OrderEstimate& estimate, double horizon, double level,
                                 const OrderColumns& accounts, const IntervalColumns& out,
                                 const Executor& executor = {});
BatchReport probability_alive(const OrderEstimate& estimate, double level,
                              const OrderColumns& accounts, const IntervalColumns& out,
                              const Executor& executor = {});
BatchReport expected_orders(const OrderEstimate& estimate, double horizon, double level,
                            const OrderColumns& accounts, const IntervalColumns& out,
                            const Executor& executor = {});

/// Draws accounts from the model: frequency and recency at the given ages. Account i uses random
/// stream i of the seed, so any slice of a simulation can be repeated alone. Each order history
/// ends after kMostSimulatedOrders orders. `recency` and `frequency` have the size of `age`, and so
/// has `log_gaps` (see OrderColumns) unless it is empty.
inline constexpr int kMostSimulatedOrders = 1'000'000;
Status simulate(const OrderModel& model, std::span<const double> age, std::uint64_t seed,
                std::span<double> frequency, std::span<double> recency,
                const Executor& executor = {}, std::span<double> log_gaps = {});

}  // namespace kam
