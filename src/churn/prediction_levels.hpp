/// The checks every verb on predictions begins with.
#pragma once

#include <kam/base/status.hpp>
#include <kam/churn/predictions.hpp>

#include "numeric/score_levels.hpp"

namespace kam::churn_detail {

/// Sizes and weights checked, rows sorted and joined. invalid_argument if the weights have no
/// finite sum.
[[nodiscard]] Result<numeric::ScoreLevels> levels_of(const churn::Predictions& predictions);

/// insufficient_data unless there is a row that can be used. Where all were left out it names the
/// argument, the row and the value of the first, so that a wrong probability is not looked for in
/// the outcomes.
[[nodiscard]] Status need_rows(const churn::Predictions& predictions,
                               const numeric::ScoreLevels& levels);

/// insufficient_data unless both outcomes are there; names the first row left out, as above.
[[nodiscard]] Status need_both(const churn::Predictions& predictions,
                               const numeric::ScoreLevels& levels);

/// No memory left, as a Status.
[[nodiscard]] Status out_of_memory();

}  // namespace kam::churn_detail
