/// The scorecard part of the score row: indices, intervals, reasons, rules.
#pragma once

#include <kam/base/executor.hpp>
#include <kam/scoring/model.hpp>
#include <kam/scoring/score_row.hpp>

namespace kam::scoring {

/// Every row by itself, with the model's rulers; `reference` is what reasons compare with.
[[nodiscard]] Result<ValueBlock> value_of(const Model& model, const value::ScorecardRow& reference,
                                          const portfolio::FeatureTable& features,
                                          const Executor& executor);

}  // namespace kam::scoring
