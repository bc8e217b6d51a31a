/// The area under the ROC curve of sorted levels.
#pragma once

#include <kam/base/auc.hpp>

#include "numeric/score_levels.hpp"

namespace kam::numeric {

/// Estimate, error and interval; NaN where an outcome is missing. `z` is the normal quantile.
[[nodiscard]] Auc level_auc(const ScoreLevels& levels, double z);

}  // namespace kam::numeric
