/// What is computed from the rows at the optimum: robust variance, tests of time dependence.
#pragma once

#include "churn/cox_likelihood.hpp"

namespace kam::cox {

/// Sum over clusters of g g', g the sum of w_i (score residual of i) in standardised columns.
/// O(n p), tied events as in the likelihood.
[[nodiscard]] numeric::Square score_products(const Data& data, const Design& design,
                                             const Risks& risks);

}  // namespace kam::cox
