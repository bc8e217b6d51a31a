/// Fit of an order model with covariates, given how they act on its parameters. A model brings its
/// loadings and the derivatives of one row; standardising, the ridge, the search and the report are
/// the same for all.
#pragma once

#include <array>
#include <functional>

#include <Eigen/Dense>

#include <kam/base/executor.hpp>
#include <kam/churn/order_covariates.hpp>

#include "churn/beta_geometric_row.hpp"
#include "churn/covariate_design.hpp"

namespace kam::detail {

/// ln(parameter k of an account) = ln(base k) + order[k] * gamma'z + dropout[k] * delta'w.
struct Loadings {
  std::array<double, 4> order, dropout;
};

/// Adds rows [begin, end) of the design under one set of natural parameters.
using AddRows =
    std::function<void(const std::array<double, 4>& parameters, const CovariateDesign& design,
                       std::size_t begin, std::size_t end, RowDerivatives& sums)>;

/// The untyped core of CovariateFit.
struct CovariateOptimum {
  std::array<double, 4> base{};
  std::vector<double> coefficients, standard_errors, covariance;
  double log_likelihood = 0, penalty = 0;
  StopReason stop_reason = StopReason::iteration_limit;
  int iterations = 0;
  double gradient_norm = 0, newton_decrement = 0;
  std::string warning;
};

/// From `start` (the parameters of the fit without covariates) and coefficients 0.
Result<CovariateOptimum> maximise_with_covariates(const CovariateDesign& design,
                                                  const Loadings& loadings, const AddRows& add_rows,
                                                  const std::array<double, 4>& start,
                                                  const std::array<const char*, 4>& base_names,
                                                  const CovariateFitOptions& options,
                                                  const Executor& executor);

Status check_options(const CovariateFitOptions& options);

/// Moves the optimum into the result; `fit.rows` has been filled along with the design.
template <class Base>
void finish_fit(const CovariateDesign& design, const CovariateOptimum& optimum,
                DropoutEffect effect, CovariateFit<Base>& fit) {
  fit.names.assign(Base::kNames.begin(), Base::kNames.end());
  fit.names.insert(fit.names.end(), design.names.begin(), design.names.end());
  const auto split = optimum.coefficients.begin() + static_cast<std::ptrdiff_t>(design.order);
  fit.parameters = {Base::from_values(optimum.base),
                    {optimum.coefficients.begin(), split},
                    {split, optimum.coefficients.end()},
                    effect};
  fit.standard_errors = optimum.standard_errors;
  fit.covariance = optimum.covariance;
  fit.log_likelihood = optimum.log_likelihood;
  fit.penalty = optimum.penalty;
  fit.stop_reason = optimum.stop_reason;
  fit.iterations = optimum.iterations;
  fit.gradient_norm = optimum.gradient_norm;
  fit.newton_decrement = optimum.newton_decrement;
  fit.weight = design.total_weight;
  fit.events = design.orders;
  fit.warning = optimum.warning;
}

}  // namespace kam::detail
