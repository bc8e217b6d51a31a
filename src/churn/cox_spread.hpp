/// How well the baselines of a fit are known: `variance` and `means` of a Baseline.
#pragma once

#include "churn/cox_likelihood.hpp"

namespace kam::cox {

/// Fills them in where the hazards are set; `ties`: those of the baselines. One pass over the rows,
/// O(n p).
void set_spreads(const Design& design, const Risks& risks, Ties ties, Model& model);

}  // namespace kam::cox
