/// From value in revenue to value in margin, where costs are known.
#pragma once

#include <vector>

#include <kam/scoring/model.hpp>
#include <kam/scoring/score_row.hpp>

namespace kam::scoring {

/// Contribution margin of the portfolio over its net revenue, of the accounts of the fit that have
/// both; NaN where none has, or their revenue is not above 0.
[[nodiscard]] double fit_margin_rate(const portfolio::FeatureTable& features);

/// Multiplies the worth of every account by its own margin rate, or by the model's where it has
/// none, and takes the expected credit loss off its value. Leaves everything in revenue if the
/// model knows no margin. Returns, per account, whether the rate was the model's.
[[nodiscard]] std::vector<char> apply_margin(const Model& model,
                                             const portfolio::FeatureTable& features,
                                             WorthBlock& worth);

}  // namespace kam::scoring
