/// From features to indicator scores by a model's rulers: used by the fit (medians) and by the
/// scorer.
#pragma once

#include <vector>

#include <kam/scoring/model.hpp>

namespace kam::scoring {

/// One column per indicator, one row per account; NaN where the feature is missing.
[[nodiscard]] inline Result<std::vector<std::vector<double>>> indicator_scores(
    const Model& model, const portfolio::FeatureTable& features, const Executor& executor) {
  const auto& indicators = model.profile.scorecard().indicators();
  std::vector<std::vector<double>> scores(indicators.size(),
                                          std::vector<double>(features.accounts, kNaN));
  for (std::size_t i = 0; i < indicators.size(); ++i) {
    const std::span<const double> column = features.find(indicators[i].feature);
    const auto& reference = model.references[i];
    if (column.empty() || (value::needs_reference(indicators[i]) && !reference)) continue;
    const BatchReport report =
        value::score(indicators[i], reference ? &*reference : nullptr, column, scores[i], executor);
    if (!report.ok()) return report.status;
  }
  return scores;
}

}  // namespace kam::scoring
