/// The minimum of a strictly convex quadratic over lower bounds, by active sets: exact, not
/// iterated to a tolerance.
#pragma once

#include <vector>

#include <Eigen/Dense>

namespace kam::numeric {

struct BoundedStep {
  Eigen::VectorXd step;
  std::vector<char> at_bound;  // 1 where step == lower
};

/// argmin g'd + d'Hd/2 over d >= lower, H symmetric positive definite, lower <= 0 (-inf: none); so
/// d = 0 is feasible. Lawson & Hanson's non-negative least squares (1974, ch. 23), started from the
/// bounds that d = 0 touches. O(n³) per change of the active set.
BoundedStep minimise_above(const Eigen::MatrixXd& hessian, const Eigen::VectorXd& gradient,
                           const Eigen::VectorXd& lower);

}  // namespace kam::numeric
