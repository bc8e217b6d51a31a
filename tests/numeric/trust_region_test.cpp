#include "numeric/trust_region.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace kam::numeric {
namespace {

Evaluation quadratic(const Eigen::VectorXd& x) {
  const Eigen::Vector2d d(x[0] - 3, x[1] + 1);
  Eigen::MatrixXd h(2, 2);
  h << -2, 0.5, 0.5, -1;
  return {0.5 * d.dot(h * d) - 100, h * d, h};
}

/// Minus Rosenbrock: a bent valley, indefinite Hessian on the way.
Evaluation valley(const Eigen::VectorXd& x) {
  const double u = x[1] - x[0] * x[0], v = 1 - x[0];
  Evaluation at{-(100 * u * u + v * v) - 1, Eigen::VectorXd(2), Eigen::MatrixXd(2, 2)};
  at.gradient << 400 * x[0] * u + 2 * v, -200 * u;
  at.hessian << 400 * u - 800 * x[0] * x[0] - 2, 400 * x[0], 400 * x[0], -200;
  return at;
}

TEST(TrustRegion, FindsTheTopOfAQuadratic) {
  const auto result = maximise(Eigen::Vector2d(0, 0), quadratic, {});
  EXPECT_EQ(result.stop_reason, StopReason::converged);
  EXPECT_NEAR(result.point[0], 3, 1e-10);
  EXPECT_NEAR(result.point[1], -1, 1e-10);
}

TEST(TrustRegion, FollowsABentValley) {
  const auto result = maximise(Eigen::Vector2d(-1.2, 1), valley, {});
  EXPECT_EQ(result.stop_reason, StopReason::converged);
  EXPECT_NEAR(result.point[0], 1, 1e-8);
  EXPECT_LT(result.iterations, 60);
}

TEST(TrustRegion, ARunawayIsABoundaryNotALoop) {
  const auto rising = [](const Eigen::VectorXd& x) {
    Evaluation at{-std::exp(-x[0]) - 10, Eigen::VectorXd(1), Eigen::MatrixXd(1, 1)};
    at.gradient << std::exp(-x[0]);
    at.hessian << -std::exp(-x[0]);
    return at;
  };
  const auto result = maximise(Eigen::VectorXd::Zero(1), rising, {.tolerance = 1e-30});
  EXPECT_EQ(result.stop_reason, StopReason::boundary);
  EXPECT_EQ(result.running_away, 0);
}

TEST(TrustRegion, ObeysItsLimitsAndTheHost) {
  EXPECT_EQ(maximise(Eigen::Vector2d(-1.2, 1), valley, {.max_iterations = 3}).stop_reason,
            StopReason::iteration_limit);
  EXPECT_EQ(maximise(Eigen::Vector2d(-1.2, 1), valley, {}, [] { return false; }).stop_reason,
            StopReason::cancelled);
  const auto nowhere = [](const Eigen::VectorXd&) {
    return Evaluation{std::nan(""), Eigen::VectorXd::Zero(1), Eigen::MatrixXd::Zero(1, 1)};
  };
  EXPECT_EQ(maximise(Eigen::VectorXd::Zero(1), nowhere, {}).stop_reason,
            StopReason::no_further_progress);
}

}  // namespace
}  // namespace kam::numeric
