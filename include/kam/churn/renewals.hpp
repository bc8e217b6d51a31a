/// Contracts that come up for renewal: the rows that sBG (churn/sbg.hpp) and BdW (churn/bdw.hpp)
/// are fitted on.
#pragma once

#include <cmath>
#include <span>

#include <kam/base/columns.hpp>
#include <kam/base/fit.hpp>

namespace kam {

/// n customers, one row each. Period 1 ends with the first chance to leave.
struct RenewalColumns {
  std::span<const double> duration;  ///< event 1: left at the end of this period; 0: still there
                                     ///< after so many renewals  [period], integer, 1..1e6
  std::span<const double> event;     ///< 1 left, 0 still there (censored)
  std::span<const double> entry{};   ///< renewals before it came under observation (left
                                     ///< truncation) [count], integer, < duration; empty means 0
  std::span<const double> weight{};  ///< how often the row counts [-], >= 0; empty means 1

  [[nodiscard]] std::size_t rows() const noexcept { return duration.size(); }
};

/// The longest duration that a row may have.
inline constexpr double kMostRenewals = 1e6;

/// Whether the row can be read; see RenewalColumns.
[[nodiscard]] inline RowReason renewal_row_reason(double duration, double event,
                                                  double entry = 0) noexcept {
  if (!((duration - duration) + (event - event) + (entry - entry) == 0))
    return RowReason::not_finite;
  const bool whole = is_count(duration) && is_count(entry) && (event == 0 || event == 1);
  return whole && entry < duration && duration <= kMostRenewals ? RowReason::none
                                                                : RowReason::out_of_domain;
}

[[nodiscard]] Status check_sizes(const RenewalColumns& columns);

}  // namespace kam
