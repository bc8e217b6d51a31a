/// How well the baselines of a fit are known; see BaselineSpread.
#pragma once

#include "churn/cox_likelihood.hpp"

namespace kam::cox {

/// Fills in the spreads of a model whose baselines are set; `ties`: those of the baselines. One
/// pass over the rows, O(n p).
void set_spreads(const Design& design, const Risks& risks, Ties ties, Model& model);

}  // namespace kam::cox
