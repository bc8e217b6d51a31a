/// From an optimum in log-parameters to a FitResult: covariance, standard errors, identifiability.
#pragma once

#include <cmath>
#include <string>

#include <kam/base/special.hpp>

#include "numeric/text.hpp"
#include "numeric/trust_region.hpp"

namespace kam::numeric {

/// A standard error of ln(parameter) above this means that the data leave it open within a factor
/// of 5 either way at one standard error: not identified for practical purposes.
inline constexpr double kWeaklyIdentified = 1.6;

template <class Parameters>
void describe_identifiability(const TrustRegionResult& optimum, FitResult<Parameters>& fit) {
  const auto values = fit.parameters.values();
  const auto quoted = [](std::size_t i) {
    return std::string("`").append(Parameters::kNames[i]).append("`");
  };
  if (optimum.running_away >= 0) {
    const auto i = static_cast<std::size_t>(optimum.running_away);
    fit.warning = quoted(i)
                      .append(values[i] < 1 ? " runs to 0" : " runs to infinity")
                      .append(": the data fit a limiting model best, and it is not identified");
    return;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double se = std::sqrt(fit.log_covariance[i * values.size() + i]);
    if (!std::isfinite(se)) {
      fit.warning = "the likelihood is flat in some direction: standard errors are unknown";
      return;
    }
    if (se > kWeaklyIdentified) {
      fit.warning.append(fit.warning.empty() ? "weakly identified: " : ", ")
          .append(quoted(i))
          .append(" within a factor of ")
          .append(shortest(std::round(std::exp(se))));
    }
  }
}

/// The optimum is a point in ln(parameters).
template <class Parameters>
void finish_fit(const TrustRegionResult& optimum, FitResult<Parameters>& fit) {
  constexpr std::size_t n = Parameters::kCount;
  std::array<double, n> values;
  for (std::size_t i = 0; i < n; ++i)
    values[i] = std::exp(optimum.point[static_cast<Eigen::Index>(i)]);
  fit.parameters = Parameters::from_values(values);
  fit.log_likelihood = optimum.at.value;
  fit.stop_reason = optimum.stop_reason;
  fit.iterations = optimum.iterations;
  fit.gradient_norm =
      optimum.at.gradient.size() > 0 ? optimum.at.gradient.cwiseAbs().maxCoeff() : kNaN;
  fit.newton_decrement = optimum.newton_decrement;

  const Eigen::LLT<Eigen::MatrixXd> cholesky(-optimum.at.hessian);
  const bool known = cholesky.info() == Eigen::Success && optimum.running_away < 0;
  const Eigen::MatrixXd inverse =
      known ? Eigen::MatrixXd(cholesky.solve(Eigen::MatrixXd::Identity(n, n)))
            : Eigen::MatrixXd::Constant(n, n, kNaN);
  std::array<double, n> errors;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const auto row = static_cast<Eigen::Index>(i), column = static_cast<Eigen::Index>(j);
      const double symmetric = 0.5 * (inverse(row, column) + inverse(column, row));
      fit.log_covariance[i * n + j] = symmetric;
      fit.covariance[i * n + j] = symmetric * values[i] * values[j];
    }
    errors[i] = std::sqrt(fit.covariance[i * n + i]);
  }
  fit.standard_errors = Parameters::from_values(errors);
  describe_identifiability(optimum, fit);
}

/// Turns derivatives by the natural parameters into derivatives by their logarithms.
inline void to_log_parameters(const Eigen::VectorXd& values, Evaluation& at) {
  at.hessian = values.asDiagonal() * at.hessian * values.asDiagonal();
  at.gradient = values.cwiseProduct(at.gradient);
  at.hessian.diagonal() += at.gradient;
}

}  // namespace kam::numeric
