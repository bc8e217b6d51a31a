/// A fitted model as a record: what a model file stores and an estimator prints, whatever the
/// model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <kam/base/date.hpp>
#include <kam/base/fit.hpp>
#include <kam/base/status.hpp>
#include <kam/churn/bdw.hpp>
#include <kam/churn/bgbb.hpp>
#include <kam/churn/order_model.hpp>
#include <kam/churn/sbg.hpp>
#include <kam/lifetime/lifetime_value.hpp>

namespace kam::scoring {

struct Estimate {
  /// bgnbd, mbgnbd, pareto_nbd, nbd, bgcnbd, mbgcnbd, gamma_gamma, bgbb, sbg, bdw
  std::string kind;
  TimeUnit unit = TimeUnit::week;       ///< of the data it was fitted on
  std::vector<std::string> names;       ///< the paper's letters
  std::vector<double> values;           ///< same order
  std::vector<double> standard_errors;  ///< of the natural parameters; NaN where unknown
  std::vector<double> log_covariance;   ///< of ln(parameters), row-major; NaN where unknown
  double log_likelihood = kNaN;         ///< NaN for given, not fitted, parameters
  double log_prior = 0;     ///< ln of the prior density relative to its peak; 0 without a prior
  double prior_weight = 0;  ///< share of the prior in what is known, 0 to 1
  std::string stop_reason = "given";  ///< stop_reason_name, or given
  int iterations = 0;
  double accounts = 0;       ///< weight of the rows used
  double events = 0;         ///< repeat orders, or spend rows, behind it
  double rows_rejected = 0;  ///< rows left out of the fit
  std::string warning{};     ///< identifiability in words
  double longest = kNaN;     ///< last period seen by a fit of sbg or bdw; NaN otherwise [period]
  int phases = 1;            ///< k of bgcnbd and mbgcnbd
  /// Log-likelihoods at k = 1, 2, …, if k was chosen by them; NaN where no optimum was found.
  std::vector<double> k_profile{};

  template <class Parameters>
  [[nodiscard]] static Estimate from(std::string kind, TimeUnit unit,
                                     const FitResult<Parameters>& fit) {
    Estimate e = given(std::move(kind), unit, fit.parameters);
    const auto errors = fit.standard_errors.values();
    e.standard_errors.assign(errors.begin(), errors.end());
    e.log_covariance.assign(fit.log_covariance.begin(), fit.log_covariance.end());
    e.log_likelihood = fit.log_likelihood;
    e.log_prior = fit.log_prior;
    e.prior_weight = fit.prior_weight;
    e.stop_reason = stop_reason_name(fit.stop_reason);
    e.iterations = fit.iterations;
    e.accounts = fit.weight;
    e.events = fit.events;
    e.rows_rejected = static_cast<double>(fit.rows.rows_rejected);
    e.warning = fit.warning;
    e.longest = fit.longest;
    return e;
  }

  /// Parameters from elsewhere: no covariance, so no intervals.
  template <class Parameters>
  [[nodiscard]] static Estimate given(std::string kind, TimeUnit unit,
                                      const Parameters& parameters) {
    Estimate e;
    e.kind = std::move(kind);
    e.unit = unit;
    e.names.assign(Parameters::kNames.begin(), Parameters::kNames.end());
    const auto values = parameters.values();
    e.values.assign(values.begin(), values.end());
    e.standard_errors.assign(values.size(), kNaN);
    e.log_covariance.assign(values.size() * values.size(), kNaN);
    if constexpr (requires { parameters.k; }) e.phases = parameters.k;
    return e;
  }

  /// The best of a fit over k, with its profile.
  template <class Parameters>
  [[nodiscard]] static Estimate from(std::string kind, TimeUnit unit,
                                     const cnbd::PhaseFit<Parameters>& fit) {
    Estimate e = from(std::move(kind), unit, fit.best);
    e.k_profile = fit.log_likelihood;
    return e;
  }

  [[nodiscard]] bool converged() const noexcept { return stop_reason == "converged"; }
  /// invalid_argument if the record is of another kind or its parameters are outside the domain.
  [[nodiscard]] Result<OrderEstimate> order_estimate() const;
  [[nodiscard]] Result<SpendEstimate> spend_estimate() const;
  [[nodiscard]] Result<bgbb::Parameters> bgbb_parameters() const;
  [[nodiscard]] Result<sbg::Parameters> sbg_parameters() const;
  [[nodiscard]] Result<bdw::Parameters> bdw_parameters() const;

  /// Whether time is counted in the model's own periods (bgbb, sbg, bdw), not in `unit`.
  [[nodiscard]] bool counts_periods() const noexcept;
  /// day, week, month; period where counts_periods().
  [[nodiscard]] const char* unit_name() const noexcept;
};

/// Versioned, checksummed JSON of a few hundred bytes; doubles read back to the same bits.
[[nodiscard]] std::string to_json(const Estimate& estimate);
/// Bounds-checked: damaged, foreign or newer files are a Status that says so.
[[nodiscard]] Result<Estimate> parse_estimate(std::string_view json);

}  // namespace kam::scoring
