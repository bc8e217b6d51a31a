/// Newton's method with a trust region, for likelihoods of a few parameters with analytic Hessian.
#pragma once

#include <functional>

#include <Eigen/Dense>

#include <kam/base/fit.hpp>

namespace kam::numeric {

struct Evaluation {
  double value = 0;
  Eigen::VectorXd gradient;
  Eigen::MatrixXd hessian;
};

struct TrustRegionOptions {
  double tolerance = 1e-14;  ///< on the Newton decrement relative to |value|
  int max_iterations = 200;
  /// A coordinate this far from a start that fits the scale of the data is running away: in
  /// logarithms a factor of 22,000, where rounding, not the likelihood, would decide when to stop.
  double bound = 10;
};

struct TrustRegionResult {
  Eigen::VectorXd start, point;
  Evaluation at;
  StopReason stop_reason = StopReason::iteration_limit;
  int iterations = 0;
  double newton_decrement = 0;
  int running_away = -1;  ///< coordinate that hit the bound, -1 if none
};

/// Maximises `objective` from `start`. A non-finite value counts as infinitely bad. `keep_going`
/// may be empty; returning false stops with StopReason::cancelled.
TrustRegionResult maximise(const Eigen::VectorXd& start,
                           const std::function<Evaluation(const Eigen::VectorXd&)>& objective,
                           const TrustRegionOptions& options,
                           const std::function<bool()>& keep_going = {});

}  // namespace kam::numeric
