/// What a fit of weights says about itself: errors, share of the prior, collinearity.
#pragma once

#include <vector>

#include <kam/value/learned_weights.hpp>

#include "value/logistic_ridge.hpp"

namespace kam::value_detail {

/// Positions in θ that are not held at their bound; the intercept is the first.
[[nodiscard]] std::vector<Eigen::Index> free_positions(const LogisticOptimum& optimum);

/// Fills standard errors, effective parameters, share of the prior and condition number; `learned`
/// has its estimates and fill scores already. At least one β is free.
void diagnose(const LogisticOptimum& optimum, const Penalty& penalty,
              const std::vector<Eigen::Index>& free, value::LearnedWeights& learned);

}  // namespace kam::value_detail
