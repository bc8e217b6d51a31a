/// What changed since an earlier run of the same accounts: the account, or the ruler.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <kam/base/executor.hpp>
#include <kam/base/status.hpp>
#include <kam/portfolio/features.hpp>
#include <kam/scoring/scorer.hpp>

namespace kam::scoring {

/// An account that the earlier run did not have.
inline constexpr std::size_t kNoRow = std::numeric_limits<std::size_t>::max();

/// What has to be kept of a run so that a later one can be compared with it. A score file holds
/// all of it (column `measures`); nothing of the earlier model is needed.
struct EarlierScores {
  std::size_t accounts = 0;
  std::vector<std::string> indicators{};           ///< ids of its scorecard
  std::vector<std::vector<double>> values{};       ///< [indicator][row], the feature read; NaN
  std::vector<std::vector<double>> scores{};       ///< [indicator][row], 0..100; NaN
  std::vector<std::vector<double>> observed{};     ///< [indicator][row], 0..1
  std::vector<std::vector<double>> weights{};      ///< [indicator][row], effective
  std::vector<std::string> rules{};                ///< ids
  std::vector<std::vector<double>> rule_values{};  ///< [rule][row], the feature read; NaN
  std::vector<double> rule_points{};               ///< per row, of all rules
  std::vector<double> value_index{};               ///< per row, after rules; NaN
};

/// Of a table and the features it was made of.
[[nodiscard]] EarlierScores earlier_scores(const Scorer& scorer, const ScoreTable& table,
                                           const portfolio::FeatureTable& features);

/// One value per account; NaN where either run has no value index. delta_value = delta_behaviour +
/// delta_coverage + delta_model, and delta_model = delta_reference + delta_weights +
/// delta_scorecard, each exact to rounding (value/change.hpp).
struct ChangeBlock {
  std::vector<double> delta_value;                    ///< later - earlier value index [points]
  std::vector<double> delta_behaviour;                ///< the account's own doing
  std::vector<double> delta_coverage;                 ///< data that came, went or grew old
  std::vector<double> delta_model;                    ///< the ruler: the three that follow
  std::vector<double> delta_reference;                ///< bands and frozen references
  std::vector<double> delta_weights;                  ///< weights of common indicators
  std::vector<double> delta_scorecard;                ///< indicators and rules that came or went
  std::vector<std::vector<double>> behaviour_points;  ///< [indicator of the later model][row]
};

/// `earlier_row` says for each account of `table` which row of `earlier` is the same account, or
/// kNoRow. `table` and `features` are of `later`. Errors: size_mismatch, invalid_argument naming a
/// column of `earlier`. Two evaluations of the scorecard per account.
[[nodiscard]] Result<ChangeBlock> changes(const Scorer& later, const ScoreTable& table,
                                          const portfolio::FeatureTable& features,
                                          const EarlierScores& earlier,
                                          std::span<const std::size_t> earlier_row,
                                          const Executor& executor = {});

}  // namespace kam::scoring
