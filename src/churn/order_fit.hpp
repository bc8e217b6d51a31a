/// What the fits of order models over (x, t_x, T) share: distinct rows, checks, the search itself.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/fit.hpp>

#include "churn/distinct_rows.hpp"
#include "numeric/fit_report.hpp"
#include "numeric/trust_region.hpp"

namespace kam::detail {

/// Distinct rows with their weights.
struct DistinctOrders : DistinctRows {
  /// What a likelihood needs of one distinct x: gamma-function terms depend on nothing else.
  struct Count {
    double x, weight;
  };
  std::vector<Count> counts;
};

/// `by_recency` false: t_x does not matter to the model (it is still judged), and is 0 in the rows.
DistinctOrders distinct_orders(const OrderColumns& accounts, bool by_recency, BatchReport& report);

/// Value, gradient and upper triangle of the Hessian over N parameters: plain numbers, added in
/// block order.
template <std::size_t N>
struct DerivativeSums {
  double value = 0;
  double g[N] = {};
  double h[N * (N + 1) / 2] = {};

  void add(const DerivativeSums& o) {
    value += o.value;
    for (std::size_t i = 0; i < N; ++i) g[i] += o.g[i];
    for (std::size_t i = 0; i < N * (N + 1) / 2; ++i) h[i] += o.h[i];
  }
  /// In the logarithms of the parameters, whose values are `values`.
  [[nodiscard]] numeric::Evaluation evaluation(const Eigen::VectorXd& values) const {
    constexpr auto n = static_cast<Eigen::Index>(N);
    numeric::Evaluation at{value, Eigen::VectorXd(n), Eigen::MatrixXd(n, n)};
    std::size_t k = 0;
    for (Eigen::Index i = 0; i < n; ++i) {
      at.gradient[i] = g[i];
      for (Eigen::Index j = i; j < n; ++j, ++k) at.hessian(i, j) = at.hessian(j, i) = h[k];
    }
    numeric::to_log_parameters(values, at);
    return at;
  }
};

template <class Parameters>
Parameters parameters_at(const Eigen::VectorXd& log_parameters) {
  std::array<double, Parameters::kCount> values{};
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = std::exp(log_parameters[static_cast<Eigen::Index>(i)]);
  return Parameters::from_values(values);
}

template <class Parameters>
Eigen::VectorXd log_point(const Parameters& p) {
  Eigen::VectorXd point(static_cast<Eigen::Index>(Parameters::kCount));
  const auto values = p.values();
  for (std::size_t i = 0; i < values.size(); ++i)
    point[static_cast<Eigen::Index>(i)] = std::log(values[i]);
  return point;
}

template <class Parameters>
Status check_fit_options(const FitOptions<Parameters>& options) {
  if (!(options.tolerance > 0)) return invalid_argument("tolerance", "> 0", options.tolerance);
  if (options.max_iterations < 1) {
    return invalid_argument("max_iterations", ">= 1", options.max_iterations);
  }
  if (!options.start) return {};
  const auto values = options.start->values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] > 0) || !std::isfinite(values[i]))
      return invalid_argument(Parameters::kNames[i], "finite and > 0", values[i]);
  }
  return {};
}

/// The best of a few starts by the scalar likelihood of evenly spaced rows.
template <class Parameters>
Eigen::VectorXd best_start(const DistinctOrders& rows, const std::vector<Parameters>& starts) {
  constexpr std::size_t kSample = 2000;
  const std::size_t stride = rows.x.size() / kSample + 1;
  Parameters best = starts.front();
  double best_value = -HUGE_VAL;
  for (const Parameters& start : starts) {
    double value = 0;
    for (std::size_t i = 0; i < rows.x.size(); i += stride)
      value += rows.weight[i] * log_likelihood(start, rows.x[i], rows.t_x[i], rows.T[i]);
    if (value > best_value) {
      best = start;
      best_value = value;
    }
  }
  return log_point(best);
}

/// `Likelihood(rows, executor)` offers operator()(log_parameters), cancelled(), rows() and
/// starts().
template <class Likelihood, class Parameters>
Result<FitResult<Parameters>> fit_order_model(const OrderColumns& accounts, bool by_recency,
                                              const FitOptions<Parameters>& options,
                                              const Executor& executor) {
  if (Status s = check_sizes(accounts); !s.ok()) return s;
  if (Status s = check_fit_options(options); !s.ok()) return s;
  FitResult<Parameters> fit;
  Likelihood likelihood(distinct_orders(accounts, by_recency, fit.rows), executor);
  fit.weight = likelihood.rows().total_weight;
  fit.events = likelihood.rows().orders;
  if (!(fit.events > 0)) {
    return Status{StatusCode::insufficient_data,
                  "no usable account has a repeat order: an order model cannot be fitted (" +
                      std::to_string(fit.rows.rows_scored) + " rows used, " +
                      std::to_string(fit.rows.rows_rejected) + " left out)"};
  }
  const Eigen::VectorXd start = options.start ? log_point(*options.start)
                                              : best_start(likelihood.rows(), likelihood.starts());
  const auto optimum = numeric::maximise(
      start, [&](const Eigen::VectorXd& at) { return likelihood(at); },
      {.tolerance = options.tolerance, .max_iterations = options.max_iterations},
      [&] { return !likelihood.cancelled(); });
  if (likelihood.cancelled()) return Status{StatusCode::cancelled, "cancelled by the executor"};
  numeric::finish_fit(optimum, fit);
  return fit;
}

}  // namespace kam::detail
