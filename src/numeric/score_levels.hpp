/// Rows with an outcome, sorted by score and joined where scores are equal: what everything that
/// ranks or calibrates rests on. It depends on the multiset of rows alone, so their order shows in
/// no bit of what is computed from it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <kam/base/batch_report.hpp>

namespace kam::numeric {

/// The rows of one score.
struct Level {
  double score;
  double events;  // weight of the rows with outcome 1
  double others;  // and with outcome 0

  [[nodiscard]] double weight() const noexcept { return events + others; }
};

struct ScoreLevels {
  std::vector<Level> levels;  // ascending, scores distinct, each with weight > 0
  double events = 0, others = 0;
  BatchReport rows;                  // a row of weight 0 is scored, and in no level
  std::size_t unknown_outcomes = 0;  // rows whose outcome is NaN; not in `rows`

  [[nodiscard]] double weight() const noexcept { return events + others; }
};

enum class ScoreDomain { any_finite, probability };

/// Sizes are the caller's to check; an empty `weight` means 1. The first reason that applies: a
/// score or weight that is NaN or infinite; a score outside its domain, a weight below 0, an
/// outcome other than 0 and 1. O(n log n).
[[nodiscard]] ScoreLevels score_levels(std::span<const double> outcome,
                                       std::span<const double> score,
                                       std::span<const double> weight, ScoreDomain domain);

/// Whether a row counts; `outcome` is not NaN.
[[nodiscard]] RowReason level_reason(double outcome, double score, double weight,
                                     ScoreDomain domain) noexcept;

}  // namespace kam::numeric
