/// Averages and tables over sorted levels of probabilities.
#pragma once

#include <kam/churn/evaluation.hpp>

#include "numeric/score_levels.hpp"

namespace kam::churn_detail {

[[nodiscard]] churn::Losses losses_of(const numeric::ScoreLevels& levels);

/// Σ |O − E|/n over ten bins of equal width; a probability on a border belongs to the bin above.
[[nodiscard]] double calibration_error(const numeric::ScoreLevels& levels);

/// NaN below twenty rows.
[[nodiscard]] churn::HosmerLemeshow hosmer_lemeshow(const numeric::ScoreLevels& levels);

/// Empty if there are fewer than `least_events`.
[[nodiscard]] std::vector<churn::ReliabilityBin> reliability(const numeric::ScoreLevels& levels,
                                                             const churn::EvaluationOptions& o);

/// NaN with one outcome or one probability.
[[nodiscard]] churn::CalibrationLine calibration_line(const numeric::ScoreLevels& levels);

/// The exact interval of a Poisson mean after `events` of them.
struct Range {
  double lo, hi;
};
[[nodiscard]] Range poisson_range(double events, double level);

}  // namespace kam::churn_detail
