/// What the discrete-time fits check alike.
#pragma once

#include <cmath>
#include <span>

#include <kam/base/fit.hpp>
#include <kam/base/status.hpp>

namespace kam::churn {

/// ok, or invalid_argument naming the parameter that is not finite and > 0.
template <class Parameters>
Status check_parameters(const Parameters& parameters) {
  const auto values = parameters.values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] > 0) || !std::isfinite(values[i])) {
      return invalid_argument(Parameters::kNames[i], "finite and > 0", values[i]);
    }
  }
  return {};
}

template <class Parameters>
Status check_options(const FitOptions<Parameters>& options) {
  if (!(options.tolerance > 0)) return invalid_argument("tolerance", "> 0", options.tolerance);
  if (options.max_iterations < 1) {
    return invalid_argument("max_iterations", ">= 1", options.max_iterations);
  }
  return options.start ? check_parameters(*options.start) : Status{};
}

/// Whether row i may be counted: its weight is finite and >= 0.
inline RowReason weight_reason(std::span<const double> weights, std::size_t i) {
  if (weights.empty()) return RowReason::none;
  if (!std::isfinite(weights[i])) return RowReason::not_finite;
  return weights[i] < 0 ? RowReason::out_of_domain : RowReason::none;
}

}  // namespace kam::churn
