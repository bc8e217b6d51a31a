#include "numeric/bounded_quadratic.hpp"

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include <algorithm>
#include <cmath>

namespace kam::numeric {
namespace {

TEST(BoundedQuadratic, NoActiveSetIsBetter) {  // all 2^n of them
  Random random(43);
  for (int trial = 0; trial < 300; ++trial) {
    const Eigen::Index n = 1 + static_cast<Eigen::Index>(random.below(6));
    Eigen::MatrixXd root(n, n);
    Eigen::VectorXd g(n), lower(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      for (Eigen::Index j = 0; j < n; ++j) root(i, j) = random.normal();
      g[i] = 3 * random.normal();
      lower[i] = random.uniform() < .4 ? 0 : -random.uniform();
    }
    lower[0] = -HUGE_VAL;
    const Eigen::MatrixXd h = root * root.transpose() + .01 * Eigen::MatrixXd::Identity(n, n);
    const auto value = [&](const Eigen::VectorXd& d) { return g.dot(d) + .5 * d.dot(h * d); };
    const auto found = minimise_above(h, g, lower);
    double best = HUGE_VAL;
    for (unsigned set = 0; set < (1u << n); set += 2) {
      std::vector<Eigen::Index> free;
      Eigen::VectorXd d = Eigen::VectorXd::Zero(n);
      for (Eigen::Index i = 0; i < n; ++i) {
        if ((set >> i & 1u) != 0)
          d[i] = lower[i];
        else
          free.push_back(i);
      }
      const Eigen::VectorXd rhs = -(g + h * d)(free);
      const Eigen::VectorXd solved = Eigen::MatrixXd(h(free, free)).ldlt().solve(rhs);
      d(free) = solved;
      if ((d.array() >= lower.array()).all()) best = std::min(best, value(d));
    }
    EXPECT_NEAR(value(found.step), best, 1e-9 * (1 + std::fabs(best)));
    EXPECT_TRUE((found.step.array() >= lower.array()).all());
  }
}

TEST(BoundedQuadratic, WhatCannotBeSolvedStaysWhereItIs) {
  const Eigen::MatrixXd h = Eigen::MatrixXd::Constant(2, 2, HUGE_VAL);
  const auto found = minimise_above(h, Eigen::VectorXd::Ones(2), Eigen::VectorXd::Constant(2, -1));
  EXPECT_EQ(found.step, Eigen::VectorXd::Zero(2));
}

}  // namespace
}  // namespace kam::numeric
