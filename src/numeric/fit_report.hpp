/// From an optimum in log-parameters to a FitResult: covariance, standard errors, identifiability.
#pragma once

#include <cmath>
#include <string>

#include <kam/base/special.hpp>

#include "numeric/trust_region.hpp"

namespace kam::numeric {

/// A standard error of ln(parameter) above this means that the data leave it open within a factor
/// of 5 either way at one standard error: not identified for practical purposes.
inline constexpr double kWeaklyIdentified = .35;  // exp(1.96 * .35) = 2

/// "`a`, `b`": the parameters for which `chosen` holds.
template <class Parameters, class Chosen>
std::string names_of(const Chosen& chosen) {
  std::string names;
  for (std::size_t i = 0; i < Parameters::kCount; ++i) {
    if (!chosen(i)) continue;
    names.append(names.empty() ? "`" : ", `").append(Parameters::kNames[i]).append("`");
  }
  return names;
}

/// Whether coordinate i went (nearly) as far as the one that hit the bound: parameters that run
/// away together, such as both of a Beta whose variance vanishes.
inline bool ran_away(const TrustRegionResult& optimum, std::size_t i) {
  const auto moved = (optimum.point - optimum.start).cwiseAbs();
  return optimum.running_away >= 0 &&
         moved[static_cast<Eigen::Index>(i)] > moved[optimum.running_away] - 3;
}

template <class Parameters>
void describe_identifiability(const TrustRegionResult& optimum, FitResult<Parameters>& fit) {
  constexpr std::size_t n = Parameters::kCount;
  const auto se = [&](std::size_t i) { return std::sqrt(fit.log_covariance[i * n + i]); };
  if (optimum.running_away >= 0) {
    const bool up = optimum.point[optimum.running_away] > optimum.start[optimum.running_away];
    fit.warning = names_of<Parameters>([&](std::size_t i) { return ran_away(optimum, i); })
                      .append(up ? " run to infinity" : " run to 0")
                      .append(": a limiting model fits best, and they are not identified");
    return;
  }
  if (std::isnan(se(0))) {
    fit.warning = "the likelihood is flat in some direction: standard errors are unknown";
    return;
  }
  const std::string weak =
      names_of<Parameters>([&](std::size_t i) { return se(i) > kWeaklyIdentified; });
  if (!weak.empty()) {
    fit.warning = "weakly identified: " + weak + ", known only within a factor of 2 or worse";
  }
}

/// Inverse of the negative Hessian. Where a parameter ran away the flattest direction is held
/// fixed: what remains is the uncertainty within the limiting model. NaN if it is singular
/// otherwise.
inline Eigen::MatrixXd covariance_of(const TrustRegionResult& optimum) {
  const Eigen::Index n = optimum.point.size();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(-optimum.at.hessian);
  Eigen::VectorXd inverse = eigen.eigenvalues().cwiseInverse();
  if (optimum.running_away >= 0) inverse[0] = 0;
  const bool positive = (inverse.array() >= 0).all() && inverse.allFinite() &&
                        inverse.maxCoeff() < 1e13 * inverse[n - 1];
  if (!positive) return Eigen::MatrixXd::Constant(n, n, kNaN);
  const Eigen::MatrixXd& v = eigen.eigenvectors();
  const Eigen::MatrixXd covariance = v * inverse.asDiagonal() * v.transpose();
  return 0.5 * (covariance + covariance.transpose());
}

/// The optimum is a point in ln(parameters).
template <class Parameters>
void finish_fit(const TrustRegionResult& optimum, FitResult<Parameters>& fit) {
  constexpr std::size_t n = Parameters::kCount;
  std::array<double, n> values, errors;
  for (std::size_t i = 0; i < n; ++i)
    values[i] = std::exp(optimum.point[static_cast<Eigen::Index>(i)]);
  fit.parameters = Parameters::from_values(values);
  fit.log_likelihood = optimum.at.value;
  fit.stop_reason = optimum.stop_reason;
  fit.iterations = optimum.iterations;
  fit.gradient_norm = optimum.at.gradient.cwiseAbs().maxCoeff();
  fit.newton_decrement = optimum.newton_decrement;

  const Eigen::MatrixXd covariance = covariance_of(optimum);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double value = covariance(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
      fit.log_covariance[i * n + j] = value;
      const bool known = !ran_away(optimum, i) && !ran_away(optimum, j);
      fit.covariance[i * n + j] = known ? value * values[i] * values[j] : kNaN;
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
