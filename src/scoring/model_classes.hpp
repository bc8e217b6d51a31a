#pragma once

#include <vector>

#include <kam/scoring/model.hpp>

namespace kam::scoring {

/// Model::class_thresholds of a portfolio.
[[nodiscard]] std::vector<std::vector<double>> fit_class_thresholds(
    const Profile& profile, const portfolio::FeatureTable& features);

/// Whether there is one per condition that needs one.
[[nodiscard]] bool thresholds_fit(const Profile& profile,
                                  const std::vector<std::vector<double>>& thresholds);

}  // namespace kam::scoring
