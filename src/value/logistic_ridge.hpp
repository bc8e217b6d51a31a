/// The penalised likelihood behind learned weights, and its optimum under β >= 0.
#pragma once

#include <vector>

#include <Eigen/Dense>

#include <kam/base/executor.hpp>
#include <kam/base/fit.hpp>

namespace kam::value_detail {

/// Rows in blocks of kBlockRows, so that sums do not depend on threads. z_ik = (m_k − s_ik)/100
/// with the mean m_k of the column: 0 where the score is missing, and η = c + Σ β_k z_ik.
struct Design {
  struct Block {
    Eigen::MatrixXd z;
    Eigen::VectorXd outcome, weight;
  };
  std::vector<Block> blocks;
  std::size_t rows = 0;
  Eigen::Index indicators = 0;
  double events = 0, non_events = 0;
};

/// ½ β'Pβ with P = λI − λ²pp'/(λ|p|² + τ): what is left of (λ/2)|β − tp|² + τt²/2 when t is chosen
/// best. p of size 0 means P = λI.
struct Penalty {
  double ridge;               // λ
  Eigen::VectorXd prior;      // p
  double strength_precision;  // τ

  [[nodiscard]] double strength(const Eigen::VectorXd& beta) const;
  [[nodiscard]] double value(const Eigen::VectorXd& beta) const;
  [[nodiscard]] Eigen::VectorXd gradient(const Eigen::VectorXd& beta) const;
  [[nodiscard]] Eigen::MatrixXd hessian(Eigen::Index n) const;
};

/// At θ = (c, β): minus the log-likelihood, its gradient and Hessian, without the penalty.
struct Likelihood {
  double value = 0;
  Eigen::VectorXd gradient;
  Eigen::MatrixXd hessian;
  double highest_kept = 0, lowest_lost = 0;  // η: separated if the one is below the other
};

struct LogisticOptimum {
  Eigen::VectorXd point;  // (c, β)
  Likelihood at;
  std::vector<char> at_bound;  // of θ; never the intercept
  double kkt_residual = 0;
  StopReason stop_reason = StopReason::iteration_limit;
  int iterations = 0;
};

/// Newton's method whose step solves the quadratic model within the bounds exactly, with
/// backtracking. Strictly convex, so the one optimum is reached from the start c = logit of the
/// base rate, β = 0.
LogisticOptimum fit_logistic(const Design& design, const Penalty& penalty, double tolerance,
                             int max_iterations, const Executor& executor);

}  // namespace kam::value_detail
