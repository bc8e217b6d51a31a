/// Log-likelihood of an accelerated-failure-time model with gradient and Hessian.
#pragma once

#include <vector>

#include <Eigen/Dense>

#include "churn/aft_rows.hpp"
#include "numeric/trust_region.hpp"

namespace kam::aft {

/// At a point (location, slopes of the kept columns, ln scale); the last is absent for the
/// exponential distribution.
class Likelihood {
 public:
  Likelihood(Distribution distribution, const Rows& rows, double ridge, const Executor& executor)
      : distribution_(distribution), rows_(rows), ridge_(ridge), executor_(executor) {}

  [[nodiscard]] Eigen::Index parameters() const {
    return static_cast<Eigen::Index>(rows_.kept.size()) + 1 + (scale_is_free() ? 1 : 0);
  }
  [[nodiscard]] bool scale_is_free() const { return distribution_ != Distribution::exponential; }

  /// Value, gradient and Hessian of the penalised log-likelihood.
  [[nodiscard]] numeric::Evaluation operator()(const Eigen::VectorXd& point) const;

  /// ridge / 2 * sum of squared slopes.
  [[nodiscard]] double penalty(const Eigen::VectorXd& point) const;

  /// Sum over clusters (rows, if `cluster` is empty) of u u', u the weighted score.
  [[nodiscard]] Eigen::MatrixXd score_products(const Eigen::VectorXd& point,
                                               std::span<const std::uint32_t> cluster) const;

 private:
  Distribution distribution_;
  const Rows& rows_;
  double ridge_;
  const Executor& executor_;
};

}  // namespace kam::aft
