#include "value/logistic_ridge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>

#include "numeric/bounded_quadratic.hpp"

namespace kam::value_detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

Likelihood empty(Index parameters) {
  return {0.0, VectorXd::Zero(parameters), MatrixXd::Zero(parameters, parameters), -HUGE_VAL,
          HUGE_VAL};
}

void add(Likelihood& sum, const Likelihood& block) {
  sum.value += block.value;
  sum.gradient += block.gradient;
  sum.hessian += block.hessian;
  sum.highest_kept = std::max(sum.highest_kept, block.highest_kept);
  sum.lowest_lost = std::min(sum.lowest_lost, block.lowest_lost);
}

Likelihood of_block(const Design::Block& block, const VectorXd& theta) {
  const Index k = theta.size() - 1, rows = block.z.rows();
  Likelihood sum = empty(k + 1);
  VectorXd eta = block.z * theta.tail(k), residual(rows), bend(rows);
  for (Index i = 0; i < rows; ++i) {
    const double x = eta[i] + theta[0], w = block.weight[i];
    const bool lost = block.outcome[i] != 0.0;
    const double e = std::exp(-std::fabs(x)), tail = e / (1.0 + e);
    // 1 − P(what happened), small where the model is right: no 1 − p that cancels.
    const double missed = (x > 0.0) == lost ? tail : 1.0 / (1.0 + e);
    sum.value += w * (std::log1p(e) + ((x > 0.0) == lost ? 0.0 : std::fabs(x)));
    residual[i] = lost ? -w * missed : w * missed;
    bend[i] = w * tail / (1.0 + e);
    if (lost) sum.lowest_lost = std::min(sum.lowest_lost, x);
    if (!lost) sum.highest_kept = std::max(sum.highest_kept, x);
  }
  sum.gradient[0] = residual.sum();
  sum.gradient.tail(k) = block.z.transpose() * residual;
  sum.hessian(0, 0) = bend.sum();
  sum.hessian.col(0).tail(k) = block.z.transpose() * bend;
  sum.hessian.row(0).tail(k) = sum.hessian.col(0).tail(k).transpose();
  const MatrixXd scaled = bend.cwiseSqrt().asDiagonal() * block.z;
  sum.hessian.bottomRightCorner(k, k).selfadjointView<Eigen::Lower>().rankUpdate(
      scaled.transpose());
  sum.hessian.bottomRightCorner(k, k).triangularView<Eigen::StrictlyUpper>() =
      sum.hessian.bottomRightCorner(k, k).transpose();
  return sum;
}

/// Blocks are added in their order; false if the host asked to stop. A host's threads see no
/// exception: what a block could not allocate is thrown here, on the calling one.
bool evaluate(const Design& design, const VectorXd& theta, const Executor& executor,
              Likelihood& total) {
  std::vector<Likelihood> blocks(design.blocks.size());
  std::vector<char> done(design.blocks.size(), 0);
  const auto one = [&](std::size_t block, std::size_t, std::size_t) noexcept {
    try {
      blocks[block] = of_block(design.blocks[block], theta);
      done[block] = 1;
    } catch (const std::bad_alloc&) {  // told by `done`
    }
  };
  if (!for_each_block(executor, design.rows, one)) return false;
  if (std::find(done.begin(), done.end(), 0) != done.end()) throw std::bad_alloc();
  total = empty(theta.size());
  for (const Likelihood& block : blocks) add(total, block);
  return true;
}

/// The objective: likelihood and penalty together.
struct Objective {
  double value;
  VectorXd gradient;
  MatrixXd hessian;
};

Objective with_penalty(const Likelihood& at, const Penalty& penalty, const VectorXd& theta) {
  const Index k = theta.size() - 1;
  const VectorXd beta = theta.tail(k);
  Objective sum{at.value + penalty.value(beta), at.gradient, at.hessian};
  sum.gradient.tail(k) += penalty.gradient(beta);
  sum.hessian.bottomRightCorner(k, k) += penalty.hessian(k);
  return sum;
}

/// Largest breach of: slope 0 for the intercept and every β > 0, slope >= 0 for β = 0.
double kkt_residual(const VectorXd& theta, const VectorXd& gradient) {
  double worst = std::fabs(gradient[0]);
  for (Index i = 1; i < theta.size(); ++i) {
    worst = std::max(worst, theta[i] > 0.0 ? std::fabs(gradient[i]) : -gradient[i]);
  }
  return worst;
}

VectorXd moved(const VectorXd& theta, const numeric::BoundedStep& to, double length) {
  VectorXd next = theta + length * to.step;
  for (Index i = 1; i < next.size(); ++i) {
    const bool lands = length == 1.0 && to.at_bound[static_cast<std::size_t>(i)] != 0;
    next[i] = lands ? 0.0 : std::max(next[i], 0.0);
  }
  return next;
}

class Search {
 public:
  Search(const Design& design, const Penalty& penalty, const Executor& executor)
      : design_(design), penalty_(penalty), executor_(executor) {}

  LogisticOptimum run(double tolerance, int max_iterations) {
    found_.point = VectorXd::Zero(design_.indicators + 1);
    found_.point[0] = std::log(design_.events / design_.non_events);
    if (!evaluate(design_, found_.point, executor_, found_.at)) return cancelled();
    here_ = with_penalty(found_.at, penalty_, found_.point);
    found_.kkt_residual = kkt_residual(found_.point, here_.gradient);
    const double small = tolerance * 0.25 * (design_.events + design_.non_events);
    for (; found_.iterations < max_iterations; ++found_.iterations) {
      const bool close = found_.kkt_residual <= small;
      const Progress progress = advance(close);
      if (progress == Progress::stopped) return cancelled();
      if (progress == Progress::none || (close && progress == Progress::polished)) {
        const bool converged = found_.kkt_residual <= small + rounding();
        found_.stop_reason = converged ? StopReason::converged : StopReason::no_further_progress;
        break;
      }
    }
    found_.at_bound.assign(static_cast<std::size_t>(found_.point.size()), 0);
    for (Index i = 1; i < found_.point.size(); ++i) {
      found_.at_bound[static_cast<std::size_t>(i)] = found_.point[i] == 0.0;
    }
    return found_;
  }

 private:
  enum class Progress { better, polished, none, stopped };

  LogisticOptimum cancelled() {
    found_.stop_reason = StopReason::cancelled;
    return found_;
  }

  /// What the gradient of a stiff penalty cannot resolve.
  [[nodiscard]] double rounding() const {
    return 8.0 * std::numeric_limits<double>::epsilon() * penalty_.ridge *
           found_.point.cwiseAbs().maxCoeff();
  }

  /// One Newton step. Near the optimum rounding hides the gain in value, and the residual judges:
  /// one step beyond the criterion costs little and squares the error.
  Progress advance(bool close) {
    VectorXd lower = -found_.point;
    lower[0] = -HUGE_VAL;
    const auto to = numeric::minimise_above(here_.hessian, here_.gradient, lower);
    const double slope = here_.gradient.dot(to.step);
    const bool hidden = !(-slope > 1e-12 * std::fabs(here_.value));
    for (double length = 1.0; length > 1e-10; length *= 0.5) {
      const VectorXd point = moved(found_.point, to, length);
      Likelihood at;
      if (!evaluate(design_, point, executor_, at)) return Progress::stopped;
      Objective there = with_penalty(at, penalty_, point);
      const double residual = kkt_residual(point, there.gradient);
      const bool gains = there.value <= here_.value + 1e-4 * length * slope;
      if (hidden || close ? residual < found_.kkt_residual : gains) {
        found_.point = point;
        found_.at = std::move(at);
        found_.kkt_residual = residual;
        here_ = std::move(there);
        return hidden || close ? Progress::polished : Progress::better;
      }
      if (hidden || close) return Progress::none;
    }
    return Progress::none;
  }

  const Design& design_;
  const Penalty& penalty_;
  const Executor& executor_;
  LogisticOptimum found_;
  Objective here_;
};

}  // namespace

double Penalty::strength(const VectorXd& beta) const {
  if (prior.size() == 0) return 0.0;
  return ridge * prior.dot(beta) / (ridge * prior.squaredNorm() + strength_precision);
}

VectorXd Penalty::gradient(const VectorXd& beta) const {
  if (prior.size() == 0) return ridge * beta;
  return ridge * (beta - strength(beta) * prior);
}

double Penalty::value(const VectorXd& beta) const {
  if (prior.size() == 0) return 0.5 * ridge * beta.squaredNorm();
  const double t = strength(beta);
  return 0.5 * (ridge * (beta - t * prior).squaredNorm() + strength_precision * t * t);
}

MatrixXd Penalty::hessian(Index n) const {
  MatrixXd p = ridge * MatrixXd::Identity(n, n);
  if (prior.size() == 0) return p;
  return p - ridge * ridge / (ridge * prior.squaredNorm() + strength_precision) * prior *
                 prior.transpose();
}

LogisticOptimum fit_logistic(const Design& design, const Penalty& penalty, double tolerance,
                             int max_iterations, const Executor& executor) {
  return Search(design, penalty, executor).run(tolerance, max_iterations);
}

}  // namespace kam::value_detail
