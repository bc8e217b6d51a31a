/// From score columns and outcomes to the rows of a fit: sorted, equal rows merged.
#pragma once

#include <cstddef>
#include <vector>

#include <kam/value/learned_weights.hpp>

#include "value/logistic_ridge.hpp"

namespace kam::value_detail {

/// Sorted by content and merged, so that neither row order nor repetition can be seen in a sum.
struct OutcomeRows {
  std::size_t indicators = 0;
  std::vector<double> score;  // row-major; kNoScore where missing
  std::vector<double> outcome, weight;
  BatchReport report{};
  std::size_t unknown_outcomes = 0;
};
inline constexpr double kNoScore = -1.0;  // sorts before every score, unlike NaN

[[nodiscard]] OutcomeRows read_rows(const value::OutcomeColumns& columns);

/// Mean of the present scores of a column, and the weight of the rows that have one.
struct ColumnMean {
  double mean = 0.0, weight = 0.0;
};
[[nodiscard]] std::vector<ColumnMean> column_means(const OutcomeRows& rows);

[[nodiscard]] Design make_design(const OutcomeRows& rows, const std::vector<ColumnMean>& means);

}  // namespace kam::value_detail
