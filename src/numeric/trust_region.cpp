#include "numeric/trust_region.hpp"

#include <cmath>

namespace kam::numeric {
namespace {

using Eigen::VectorXd;

/// The quadratic model around the current point, in the eigenvectors of -Hessian.
struct Model {
  VectorXd curvature;     // eigenvalues of -H: all positive where the likelihood is concave
  VectorXd gradient;      // in the eigenbasis
  Eigen::MatrixXd basis;  // columns are eigenvectors

  explicit Model(const Evaluation& at) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(-at.hessian);
    curvature = eigen.eigenvalues();
    basis = eigen.eigenvectors();
    gradient = basis.transpose() * at.gradient;
  }

  [[nodiscard]] bool concave() const {
    return curvature[0] > 1e-14 * std::fabs(curvature[curvature.size() - 1]);
  }
  /// Gain that the full Newton step promises; infinite where the model is not concave.
  [[nodiscard]] double newton_decrement() const {
    if (!concave()) return HUGE_VAL;
    return 0.5 * (gradient.array().square() / curvature.array()).sum();
  }
  [[nodiscard]] VectorXd damped(double shift) const {
    return gradient.array() / (curvature.array() + shift);
  }
  [[nodiscard]] double gain(const VectorXd& step) const {
    return (gradient.array() * step.array() - 0.5 * curvature.array() * step.array().square())
        .sum();
  }
  /// The best step no longer than `radius` (Moré & Sorensen 1983), by bisection on the shift.
  [[nodiscard]] VectorXd step(double radius) const {
    const double scale = std::fabs(curvature[curvature.size() - 1]) + 1e-300;
    double low = curvature[0] > 1e-12 * scale ? 0 : -curvature[0] + 1e-12 * scale;
    if (damped(low).norm() <= radius) return damped(low);
    double high = low + gradient.norm() / radius + scale * 1e-12;
    for (int i = 0; i < 60; ++i) {
      const double middle = 0.5 * (low + high);
      (damped(middle).norm() > radius ? low : high) = middle;
    }
    return damped(high);
  }
};

bool finite(const Evaluation& at) {
  return std::isfinite(at.value) && at.gradient.allFinite() && at.hessian.allFinite();
}

int runaway(const VectorXd& point, const VectorXd& start, double bound) {
  Eigen::Index where = 0;
  const double most = (point - start).cwiseAbs().maxCoeff(&where);
  return most >= bound ? static_cast<int>(where) : -1;
}

}  // namespace

TrustRegionResult maximise(const VectorXd& start,
                           const std::function<Evaluation(const VectorXd&)>& objective,
                           const TrustRegionOptions& options,
                           const std::function<bool()>& keep_going) {
  TrustRegionResult result;
  result.start = result.point = start;
  result.at = objective(start);
  if (!finite(result.at)) {
    result.stop_reason = StopReason::no_further_progress;
    return result;
  }
  double radius = 1;
  for (result.iterations = 0; result.iterations < options.max_iterations; ++result.iterations) {
    if (keep_going && !keep_going()) {
      result.stop_reason = StopReason::cancelled;
      return result;
    }
    const Model model(result.at);
    result.newton_decrement = model.newton_decrement();
    const bool close = result.newton_decrement <= options.tolerance * std::fabs(result.at.value);
    const VectorXd step = model.step(radius);
    const Evaluation trial = objective(result.point + model.basis * step);
    const double promised = model.gain(step);
    const double gained = trial.value - result.at.value;
    // Rounding of the sum hides gains below a few ulp: there the model is the better judge.
    const double rounding = 1e-13 * std::fabs(result.at.value);
    const bool better = finite(trial) && (gained > 0 || (close && gained >= -rounding));
    if (better && (gained >= 0.1 * promised || close)) {
      result.point += model.basis * step;
      result.at = trial;
      if (gained > 0.75 * promised && step.norm() > 0.9 * radius) radius *= 2.5;
    } else {
      radius = 0.3 * step.norm();
    }
    // One Newton step beyond the criterion costs little and squares the error.
    if (close) {
      result.stop_reason = StopReason::converged;
      result.newton_decrement = Model(result.at).newton_decrement();
      return result;
    }
    result.running_away = runaway(result.point, start, options.bound);
    if (result.running_away >= 0) {
      result.stop_reason = StopReason::boundary;
      return result;
    }
    if (radius < 1e-12) {
      result.stop_reason = StopReason::no_further_progress;
      return result;
    }
  }
  return result;
}

}  // namespace kam::numeric
