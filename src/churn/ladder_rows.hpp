/// The rows a ladder is fitted on: standardised, complete, with a known outcome.
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
  double accounts = 0, events = 0;  // every account once

  [[nodiscard]] std::vector<Covariate> covariates() const;
};

/// Fills rows and unknown_outcomes of `model`. `share_accounts`: the weight of an account is spread
/// over its rows.
LadderRows ladder_rows(const LadderColumns& columns, bool external, LadderModel& model);

/// The weights with each account counted once.
std::vector<double> shared_weights(const LadderRows& rows);

/// What a cell becomes: log-odds of an external probability, the number itself otherwise.
double ladder_value(bool external, double cell);

}  // namespace kam::churn::detail
