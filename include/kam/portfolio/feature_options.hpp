/// What of the features is judgement: windows, and the numbers a formula needs from outside.
#pragma once

#include <string>
#include <vector>

namespace kam::portfolio {

/// How likely an open deal in this stage is to be won. Names are compared without regard to the
/// case of ASCII letters.
struct StageProbability {
  std::string name;
  double probability;    ///< 0 … 1
  std::string source{};  ///< who vouches for it
};

struct FeatureOptions {
  int repurchase_months = 12;         ///< complete calendar months looked back on, >= 1
  int prepayment_months = 12;         ///< a prepayment is earned evenly over these, >= 1
  int rating_max_age_days = 2 * 365;  ///< older ratings are missing, >= 0
  int trend_months = 36;              ///< complete calendar months of the trend, 1 … 240
  int trend_season = 12;              ///< months compared are so many apart or a multiple; 1 = none
  double loss_given_default = 0.45;   ///< share of an exposure that a default loses, 0 … 1
  double addressable = 1.0;  ///< share of what is bought elsewhere that we could sell, 0 … 1
  std::vector<StageProbability> stages{};  ///< empty: default_stages()
};

/// Where a profile names no stages: a chain of seven stages used in key account selling, whose
/// progress is taken for a probability, and the nine sales stages that SuiteCRM ships, with its
/// figures. A proposal, not a measurement; each has its source.
[[nodiscard]] std::vector<StageProbability> default_stages();

}  // namespace kam::portfolio
