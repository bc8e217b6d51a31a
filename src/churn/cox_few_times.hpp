/// The Cox likelihood where many rows share a few times: whole durations, such as months.
///
/// Rows that leave at one moment, and those seen last before the next, follow each other in the
/// order of the set. Sums of risks, of risks x and of risks x x' grow by whole runs of rows, tile
/// by tile, so that one pass over the data gives value, gradient and information.
#pragma once

#include "churn/cox_likelihood.hpp"

namespace kam::cox {

/// Whether the design is one for it: nobody comes late, a thousand rows and more per moment.
[[nodiscard]] bool has_few_times(const RiskSet& set);

/// As risks_at, for a design that has few times.
[[nodiscard]] Risks risks_at_few_times(const Design& design, const std::vector<double>& beta,
                                       Ties ties, Derivatives* derivatives);

}  // namespace kam::cox
