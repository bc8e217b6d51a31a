/// The rows a ladder is fitted on: standardised, with a known outcome. A missing feature is the
/// mean of the known ones, so that the row counts as lost or kept and says nothing of the feature.
#pragma once

#include <cstdint>
#include <vector>

#include <kam/churn/ladder.hpp>

namespace kam::churn::detail {

struct LadderRows {
  std::vector<std::vector<double>> z;  // one column per feature
  std::vector<double> outcome, weight, account;
  std::vector<std::uint64_t> fold_key;  // equal for rows of one account, or of equal features
  std::vector<LadderFeature> features;
  std::vector<std::size_t> never_known;  // features that no row has
  double accounts = 0, events = 0;       // every account once

  [[nodiscard]] std::vector<Covariate> covariates() const;
};

/// Fills rows, unknown_outcomes and incomplete_rows of `model`.
LadderRows ladder_rows(const LadderColumns& columns, bool external, LadderModel& model);

/// The weights with each account counted once.
std::vector<double> shared_weights(const LadderRows& rows);

/// What a cell becomes: log-odds of an external probability, the number itself otherwise.
double ladder_value(bool external, double cell);

}  // namespace kam::churn::detail
