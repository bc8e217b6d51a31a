/// Does a score put the events above the rest? Area under the ROC curve with DeLong's error.
#pragma once

#include <cstddef>
#include <span>

#include <kam/base/batch_report.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/status.hpp>

namespace kam {

struct Auc {
  double auc = kNaN;  ///< P(score of an event > that of another row) + ½ P(equal), 0..1
  /// DeLong, DeLong & Clarke-Pearson (1988). NaN with fewer than two rows of either outcome; 0
  /// where the outcomes do not overlap, which is not certainty but the limit of the method.
  double standard_error = kNaN;
  double lo = kNaN, hi = kNaN;       ///< symmetric in the log-odds of the area
  double events = 0, others = 0;     ///< weight of the rows with outcome 1 and 0
  BatchReport rows{};                ///< rows left out because of a score, outcome or weight
  std::size_t unknown_outcomes = 0;  ///< rows with outcome NaN; not in `rows`
};

/// `outcome` 1 or 0, NaN = unknown (left out, counted); `score` any finite number, higher = more
/// likely an event; `weight` >= 0, a count: a weight of 2 is the row twice; empty means 1.
/// Ties count half, so the order of the rows changes no bit. O(n log n) (Sun & Xu 2014).
/// size_mismatch names the column; invalid_argument unless 0 < level < 1; insufficient_data unless
/// both outcomes are there.
[[nodiscard]] Result<Auc> auc(std::span<const double> outcome, std::span<const double> score,
                              std::span<const double> weight = {},
                              double level = kDefaultIntervalLevel);

}  // namespace kam
