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

/// Freshness of every datum by the age of its feature, one column per indicator; an empty column:
/// nothing of it grows old.
[[nodiscard]] inline std::vector<std::vector<double>> indicator_freshness(
    const Model& model, const portfolio::FeatureTable& features) {
  const auto& indicators = model.profile.scorecard().indicators();
  std::vector<std::vector<double>> freshness(indicators.size());
  for (std::size_t k = 0; k < indicators.size(); ++k) {
    const value::Indicator& indicator = indicators[k];
    const bool ages = indicator.maximum_age_days >= 0 || indicator.half_life_days > 0;
    const std::span<const double> days = features.age(indicator.feature);
    if (!ages || days.empty()) continue;
    freshness[k].resize(days.size());
    for (std::size_t i = 0; i < days.size(); ++i) {
      freshness[k][i] = value::freshness(indicator, days[i]);
    }
  }
  return freshness;
}

}  // namespace kam::scoring
