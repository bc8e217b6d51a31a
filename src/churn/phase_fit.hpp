/// Fits of the models with Erlang-k gaps: at one k, and over k.
#pragma once

#include <cmath>
#include <string>
#include <utility>

#include <kam/churn/cnbd.hpp>

#include "churn/beta_geometric_fit.hpp"

namespace kam::detail {

inline Status check_phases(const char* name, int k) {
  if (k >= 1 && k <= kMostPhases) return {};
  return invalid_argument(name, "from 1 to 20", k);
}

template <bool kFirst>
Result<FitResult<cnbd::Parameters<kFirst>>> fit_phases(
    const OrderColumns& accounts, int k, const FitOptions<cnbd::Parameters<kFirst>>& options,
    const Executor& executor) {
  if (Status s = check_phases("k", k); !s.ok()) return s;
  if (options.start && options.start->k != k) {
    return invalid_argument("start.k", "the k of the fit", options.start->k);
  }
  auto fit = fit_as(accounts, {.first_order_counts = kFirst, .phases = k}, options, executor);
  if (fit) fit->parameters.k = fit->standard_errors.k = k;
  return fit;
}

/// Every k starts from the data: an optimum of the neighbour may lie on a ridge. A start given for
/// k = options.start->k has its alpha scaled, since k phases make a gap.
template <bool kFirst>
Result<cnbd::PhaseFit<cnbd::Parameters<kFirst>>> fit_best_phases(
    const OrderColumns& accounts, int most_phases,
    const FitOptions<cnbd::Parameters<kFirst>>& options, const Executor& executor) {
  if (Status s = check_phases("most_phases", most_phases); !s.ok()) return s;
  if (Status s = check_size("log_gaps", accounts.log_gaps.size(), accounts.rows()); !s.ok()) {
    return s;
  }
  if (options.start) {
    if (Status s = check_phases("start.k", options.start->k); !s.ok()) return s;
  }
  cnbd::PhaseFit<cnbd::Parameters<kFirst>> result;
  double best = -HUGE_VAL;
  for (int k = 1; k <= most_phases; ++k) {
    auto at_k = options;
    if (at_k.start) {
      at_k.start->alpha *= static_cast<double>(at_k.start->k) / k;
      at_k.start->k = k;
    }
    auto fit = fit_phases(accounts, k, at_k, executor);
    if (!fit) return fit.error();
    result.log_likelihood.push_back(fit->log_likelihood);
    result.stop_reason.push_back(fit->stop_reason);
    if (k > 1 && !(fit->log_likelihood > best)) continue;
    if (fit->log_likelihood > best) best = fit->log_likelihood;
    result.best = std::move(*fit);
  }
  if (most_phases > 1 && result.best.parameters.k == most_phases) {
    std::string& warning = result.best.warning;
    if (!warning.empty()) warning += "; ";
    warning += "`k` = " + std::to_string(most_phases) +
               " is the largest tried and the likelihood still rises with it";
  }
  return result;
}

}  // namespace kam::detail
