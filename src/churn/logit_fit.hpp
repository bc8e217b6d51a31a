/// Maximum likelihood of log-odds linear in a few columns: what Platt, temperature and beta
/// calibration and the slope of an evaluation share.
#pragma once

#include <string>
#include <vector>

#include <Eigen/Dense>

#include <kam/base/fit.hpp>

#include "numeric/score_levels.hpp"

namespace kam::churn_detail {

/// logit q_i = Σ_k β_k column_k[i] + offset[i] (+ β_0 with an intercept), of `events[i]` events and
/// `others[i]` other rows; these need not be whole.
struct LogitProblem {
  std::vector<std::vector<double>> columns;
  std::vector<double> offset{};  // empty means 0
  std::vector<double> events, others;
  bool intercept = true;

  [[nodiscard]] std::size_t rows() const { return events.size(); }
};

struct LogitSolution {
  Eigen::VectorXd coefficients;  // of the columns, then the intercept if there is one
  Eigen::MatrixXd covariance;    // NaN if the information is singular
  double log_likelihood = 0;
  StopReason stop_reason = StopReason::iteration_limit;
  int iterations = 0;
  [[nodiscard]] double error(Eigen::Index i) const { return std::sqrt(covariance(i, i)); }
};

/// Columns are centred and scaled first, so that any unit will do. Concave: one optimum.
[[nodiscard]] LogitSolution fit_logit(LogitProblem problem);

/// Events and others of the levels as they are.
[[nodiscard]] LogitProblem problem_of(const numeric::ScoreLevels& levels);

/// Log-odds of the scores, kCertain inside 0 and 1.
[[nodiscard]] std::vector<double> logits_of(const numeric::ScoreLevels& levels);

}  // namespace kam::churn_detail
