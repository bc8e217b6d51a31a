#include <algorithm>
#include <cmath>

#include "churn/binary_core.hpp"
#include "numeric/bounded_quadratic.hpp"

namespace kam::churn {
namespace {

/// From here on a fit whose decrement falls only by a constant factor runs along a direction.
constexpr int kPatience = 8;

class Search {
 public:
  Search(const Rows& rows, const Scaling& scaling, const RegressionOptions& options,
         const Penalty& penalty, const std::vector<char>& bounded)
      : rows_(rows),
        scaling_(scaling),
        options_(options),
        penalty_(penalty),
        bounded_(bounded),
        penalty_hessian_(penalty.hessian()) {}

  Optimum run(const VectorXd& start) {
    found_.gamma = start;
    if (!evaluate(rows_, scaling_, options_.link, start, found_.at)) return ended(kCancelled);
    value_ = found_.at.value + penalty_.value(start);
    double last = HUGE_VAL;
    while (found_.iterations < options_.max_iterations) {
      const VectorXd step = newton_step();
      const double gain = found_.newton_decrement;
      const bool last_step = gain <= options_.tolerance * std::fabs(value_) || gain == 0;
      if (found_.iterations >= kPatience && gain > 0.05 * last && !last_step) {
        if (!look_for_separation(step)) return ended(kCancelled);
        if (found_.direction.size() > 0) return found_;
      }
      last = gain;
      ++found_.iterations;
      const Progress progress = move(step, last_step);
      if (progress == Progress::stopped) return ended(kCancelled);
      if (last_step) return ended(StopReason::converged);
      if (progress == Progress::none) return ended(kStuck);
    }
    newton_step();
    return ended(StopReason::iteration_limit);
  }

 private:
  enum class Progress { better, none, stopped };
  static constexpr StopReason kCancelled = StopReason::cancelled;
  static constexpr StopReason kStuck = StopReason::no_further_progress;

  Optimum& ended(StopReason reason) {
    found_.stop_reason = reason;
    if (reason == StopReason::converged) newton_step();  // the decrement that is left
    return found_;
  }

  /// The minimum of the quadratic model within the bounds; damped where rounding leaves the Hessian
  /// without an inverse. Sets the decrement.
  VectorXd newton_step() {
    const VectorXd gradient = found_.at.gradient + penalty_.gradient(found_.gamma);
    MatrixXd hessian = found_.at.hessian + penalty_hessian_;
    VectorXd lower = VectorXd::Constant(gradient.size(), -HUGE_VAL);
    for (Index j = 0; j < gradient.size(); ++j)
      if (bounded_[static_cast<std::size_t>(j)] != 0) lower[j] = -found_.gamma[j];
    const double scale = std::max(hessian.diagonal().maxCoeff(), 1e-300);
    for (double damping = 0; damping < 1e3; damping = damping == 0 ? 1e-14 : 100 * damping) {
      MatrixXd damped = hessian;
      damped.diagonal().array() += damping * scale;
      const auto to = numeric::minimise_above(damped, gradient, lower);
      const double gain = -0.5 * gradient.dot(to.step);
      if (!to.step.allFinite() || !std::isfinite(gain) || gain < 0) continue;
      if (gain == 0 && to.step.isZero() && free_slope(gradient, to.at_bound) && damping < 1)
        continue;  // no inverse: the step stayed where it was
      found_.at_bound = to.at_bound;
      found_.newton_decrement = gain;
      return to.step;
    }
    found_.at_bound.assign(bounded_.size(), 0);
    found_.newton_decrement = 0;
    return VectorXd::Zero(gradient.size());
  }

  static bool free_slope(const VectorXd& gradient, const std::vector<char>& at_bound) {
    for (Index j = 0; j < gradient.size(); ++j)
      if (at_bound[static_cast<std::size_t>(j)] == 0 && gradient[j] != 0) return true;
    return false;
  }

  /// Halves the step until the objective gains. The last step of a fit may not lose by more than
  /// rounding; it squares the error that is left.
  Progress move(const VectorXd& step, bool last_step) {
    const double slope = -2.0 * found_.newton_decrement;
    for (double length = 1.0; length > 1e-12; length *= 0.5) {
      VectorXd point = found_.gamma + length * step;
      for (Index j = 0; j < point.size(); ++j) {
        if (bounded_[static_cast<std::size_t>(j)] == 0) continue;
        const bool lands = length == 1.0 && found_.at_bound[static_cast<std::size_t>(j)] != 0;
        point[j] = lands ? 0.0 : std::max(point[j], 0.0);
      }
      Likelihood at;
      if (!evaluate(rows_, scaling_, options_.link, point, at)) return Progress::stopped;
      const double value = at.value + penalty_.value(point);
      const double rounding = (last_step ? 1e-12 : 1e-14) * std::fabs(value_);
      if (value <= value_ + 1e-4 * length * slope + rounding && at.hessian.allFinite()) {
        found_.gamma = point;
        found_.at = std::move(at);
        value_ = value;
        return Progress::better;
      }
      if (last_step) return Progress::none;
    }
    return Progress::none;
  }

  bool look_for_separation(const VectorXd& step) {
    for (const VectorXd& candidate : {step, found_.gamma}) {
      VectorXd direction = candidate;
      const double size = direction.tail(direction.size() - 1).cwiseAbs().maxCoeff();
      for (Index j = 1; j < direction.size(); ++j)
        if (std::fabs(direction[j]) < 1e-3 * size) direction[j] = 0;
      if (!(size > 0) || !unpenalised(direction)) continue;
      bool found = false;
      if (!separates(rows_, scaling_, direction, found)) return false;
      if (found) {
        found_.direction = direction;
        return true;
      }
    }
    return true;
  }

  [[nodiscard]] bool unpenalised(const VectorXd& direction) const {
    for (Index j = 1; j < direction.size(); ++j)
      if (direction[j] != 0 && penalty_.precision[j] == 0) return true;
    return false;
  }

  const Rows& rows_;
  const Scaling& scaling_;
  const RegressionOptions& options_;
  const Penalty& penalty_;
  const std::vector<char>& bounded_;
  const MatrixXd penalty_hessian_;
  Optimum found_;
  double value_ = 0;
};

}  // namespace

Optimum search(const Rows& rows, const Scaling& scaling, const RegressionOptions& options,
               const Penalty& penalty, const std::vector<char>& bounded, const VectorXd& start) {
  return Search(rows, scaling, options, penalty, bounded).run(start);
}

}  // namespace kam::churn
