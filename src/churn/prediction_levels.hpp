/// The checks every verb on predictions begins with.
#pragma once

#include <kam/base/status.hpp>
#include <kam/churn/predictions.hpp>

#include "numeric/score_levels.hpp"

namespace kam::churn_detail {

/// Sizes and weights checked, rows sorted and joined. invalid_argument if the weights have no
/// finite sum.
[[nodiscard]] Result<numeric::ScoreLevels> levels_of(const churn::Predictions& predictions);

/// insufficient_data unless both outcomes are there.
[[nodiscard]] Status need_both(const numeric::ScoreLevels& levels);

/// No memory left, as a Status.
[[nodiscard]] Status out_of_memory();

}  // namespace kam::churn_detail
