/// Probabilities of churn beside what came of them: the input of calibration, evaluation, profit.
#pragma once

#include <cstddef>
#include <span>

#include <kam/base/status.hpp>

namespace kam::churn {

/// A probability of exactly 0 or 1 has no log-odds and an infinite log loss once it is wrong. Where
/// a logarithm is needed it counts as this far from the end.
inline constexpr double kCertain = 1e-12;

/// Columns of n rows each, one per account and date. A row counts if the probability is within
/// 0..1, the outcome 0 or 1 and the weight finite and >= 0; an outcome of NaN is not known yet.
/// Rows that do not count are left out and counted. Results depend on the multiset of rows: their
/// order changes no bit.
struct Predictions {
  std::span<const double> outcome;      ///< 1 lost, 0 kept, NaN = unknown
  std::span<const double> probability;  ///< of being lost, 0..1
  std::span<const double> weight{};     ///< how often the row counts [-], >= 0; empty means 1

  [[nodiscard]] std::size_t rows() const noexcept { return outcome.size(); }
};

/// ok, or size_mismatch naming the first column whose length differs from `outcome`.
[[nodiscard]] Status check_sizes(const Predictions& predictions);

}  // namespace kam::churn
