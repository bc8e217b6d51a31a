/// Intervals of order-model verbs: the batch itself, differentiated by ln(parameters).
#include <cmath>
#include <utility>

#include <kam/churn/order_model.hpp>

#include "numeric/batch.hpp"
#include "numeric/delta_method.hpp"

namespace kam {
namespace {

using numeric::failed;
using numeric::IntervalScale;

OrderModel moved(const OrderModel& model, std::size_t k, double step) {
  return std::visit(
      [&](const auto& parameters) -> OrderModel {
        auto values = parameters.values();
        values[k] *= std::exp(step);
        auto result = std::decay_t<decltype(parameters)>::from_values(values);
        if constexpr (requires { result.k; }) result.k = parameters.k;
        return result;
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
                           return verb(moved(estimate.model, k, step), values);
                         });
  if (!gradients.status().ok()) return failed(gradients.status());
  numeric::fill_interval(out, scale, *z, [&](std::size_t i) {
    return gradients.standard_error(i, estimate.log_covariance);
  });
  return report;
}

}  // namespace

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

}  // namespace kam
