#include "value/fit_diagnostics.hpp"

#include <algorithm>
#include <cmath>

#include <kam/base/special.hpp>

namespace kam::value_detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

void copy_errors(const LogisticOptimum& optimum, const Penalty& penalty,
                 const std::vector<Index>& free, value::LearnedWeights& learned) {
  const auto k = static_cast<Index>(learned.beta.size());
  MatrixXd hessian = optimum.at.hessian;
  hessian.bottomRightCorner(k, k) += penalty.hessian(k);
  const auto order = static_cast<Index>(free.size());
  const MatrixXd covariance =
      MatrixXd(hessian(free, free)).llt().solve(MatrixXd::Identity(order, order));
  const double sum = optimum.point.tail(k).sum();
  VectorXd of_intercept = VectorXd::Ones(order);
  learned.standard_errors.assign(learned.beta.size(), kNaN);
  learned.weight_standard_errors.assign(learned.beta.size(), kNaN);
  for (Index i = 1; i < order; ++i) {
    const auto at = static_cast<std::size_t>(free[static_cast<std::size_t>(i)] - 1);
    of_intercept[i] = learned.fill_scores[at] / 100.0;
    learned.standard_errors[at] = std::sqrt(covariance(i, i));
    VectorXd of_weight = VectorXd::Constant(order, -learned.weights[at] / sum);
    of_weight[0] = 0.0;
    of_weight[i] += 1.0 / sum;
    learned.weight_standard_errors[at] =
        std::sqrt(std::max(0.0, of_weight.dot(covariance * of_weight)));
  }
  learned.intercept_standard_error = std::sqrt(of_intercept.dot(covariance * of_intercept));
}

/// What the outcomes say of the β that are free, the intercept profiled out.
MatrixXd information_of(const LogisticOptimum& optimum, const std::vector<Index>& free) {
  const MatrixXd h = optimum.at.hessian(free, free);
  const Index f = h.rows() - 1;
  const VectorXd with_intercept = h.col(0).tail(f);
  return h.bottomRightCorner(f, f) - with_intercept * with_intercept.transpose() / h(0, 0);
}

void share_out(const MatrixXd& information, const Penalty& penalty, const std::vector<Index>& free,
               value::LearnedWeights& learned) {
  const Index f = information.rows();
  Penalty among_free = penalty;
  if (penalty.prior.size() > 0) {
    among_free.prior.resize(f);
    for (Index i = 0; i < f; ++i) {
      among_free.prior[i] = penalty.prior[free[static_cast<std::size_t>(i + 1)] - 1];
    }
  }
  const MatrixXd both = information + among_free.hessian(f);
  learned.effective_parameters = both.llt().solve(information).trace();
  // A prior fixes proportions only: its direction is not one of them.
  const bool has_direction = penalty.prior.size() > 0 && among_free.prior.sum() > 0.0;
  const double strength = has_direction ? 1.0 : 0.0;
  const double of = static_cast<double>(f) - strength;
  const double share = 1.0 - (learned.effective_parameters - strength) / of;
  learned.prior_share = of > 0.0 ? std::clamp(share, 0.0, 1.0) : kNaN;
}

double condition_of(const MatrixXd& information) {
  const VectorXd diagonal = information.diagonal();
  if (!(diagonal.minCoeff() > 0.0)) return HUGE_VAL;
  const VectorXd scale = diagonal.cwiseSqrt().cwiseInverse();
  const MatrixXd scaled = scale.asDiagonal() * information * scale.asDiagonal();
  const VectorXd values = Eigen::SelfAdjointEigenSolver<MatrixXd>(scaled).eigenvalues();
  const double largest = values[values.size() - 1];
  const double rounding = 1e-13 * static_cast<double>(values.size()) * largest;
  return values[0] > rounding ? largest / values[0] : HUGE_VAL;
}

}  // namespace

std::vector<Index> free_positions(const LogisticOptimum& optimum) {
  std::vector<Index> free;
  for (Index i = 0; i < optimum.point.size(); ++i) {
    if (optimum.at_bound[static_cast<std::size_t>(i)] == 0) free.push_back(i);
  }
  return free;
}

void diagnose(const LogisticOptimum& optimum, const Penalty& penalty,
              const std::vector<Index>& free, value::LearnedWeights& learned) {
  copy_errors(optimum, penalty, free, learned);
  const MatrixXd information = information_of(optimum, free);
  share_out(information, penalty, free, learned);
  learned.condition_number = condition_of(information);
}

}  // namespace kam::value_detail
