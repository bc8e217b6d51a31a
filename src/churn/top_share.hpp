/// What the best rows of a ranking hold of a total.
#pragma once

#include <span>
#include <vector>

namespace kam::churn_detail {

struct RankedRow {
  double key;     // higher = first
  double weight;  // how much of the ranking it takes, >= 0
  double gain;    // what it brings, >= 0
};

/// Gain of the first `depth` of weight, for each depth; rows of equal key are taken in proportion.
/// The rows are sorted in place: their order shows in no bit.
[[nodiscard]] std::vector<double> gain_to(std::vector<RankedRow>& rows,
                                          std::span<const double> depths);

/// ⌈fraction · weight⌉ unless rounding alone makes it one more; at most the weight.
[[nodiscard]] double depth_of(double fraction, double weight);

}  // namespace kam::churn_detail
