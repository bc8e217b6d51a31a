/// Borrowed columns: the interface type of every batch call. Order in is order out.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>

#include <kam/base/batch_report.hpp>
#include <kam/base/status.hpp>

namespace kam {

/// What an order model needs to know of each account; n accounts, one row each.
/// The time unit is the caller's, the same in all columns of a call.
struct OrderColumns {
  std::span<const double> frequency;  ///< repeat order occasions          [count], integer >= 0
  std::span<const double> recency;  ///< age at the last order           [time], 0 <= recency <= age
  std::span<const double> age;      ///< first order to observation end  [time], >= 0
  std::span<const double> weight{};  ///< how often the row counts        [-], >= 0; empty means 1
  /// Sum of ln(gap) over the gaps between consecutive orders [ln time]; 0 at frequency 0. Only the
  /// likelihood of models with Erlang gaps reads it; empty means unknown.
  std::span<const double> log_gaps{};

  [[nodiscard]] std::size_t rows() const noexcept { return frequency.size(); }
};

/// What the spend model needs; n accounts, one row each.
struct SpendColumns {
  std::span<const double> frequency;  ///< repeat order occasions [count], integer >= 0
  std::span<const double>
      monetary_value;                ///< mean net value of one repeat occasion [money]; unused at 0
  std::span<const double> weight{};  ///< [-], >= 0; empty means 1

  [[nodiscard]] std::size_t rows() const noexcept { return frequency.size(); }
};

/// How long each row was under observation and how that ended; n rows. What survival curves, hazard
/// regressions and their evaluation share.
struct SurvivalColumns {
  std::span<const double> duration;  ///< when the row left observation      [time], > 0
  std::span<const double> event;     ///< 1 lost then, 0 still there (censored)
  /// Since when the row was under observation (left truncation) [time], 0 <= entry < duration:
  /// a customer older than the data is known only because it was not lost before. Empty means 0.
  std::span<const double> entry{};
  std::span<const double> weight{};  ///< how often the row counts [-], >= 0; empty means 1

  [[nodiscard]] std::size_t rows() const noexcept { return duration.size(); }
};

/// One covariate of a regression: a name for messages and one finite number per row.
struct Covariate {
  std::string_view name;
  std::span<const double> values;
};

/// An estimate with its interval, n rows each.
struct IntervalColumns {
  std::span<double> estimate;
  std::span<double> lo;
  std::span<double> hi;
};

/// Whether `value` is a whole number >= 0, without a call into the standard library.
[[nodiscard]] inline bool is_count(double value) noexcept {
  return value >= 0 && value < 9e15 && value == static_cast<double>(static_cast<long long>(value));
}

/// Whether an order model can read the row: finite, a whole number of repeat orders, 0 <= recency
/// <= age, and no recency without a repeat order.
[[nodiscard]] inline RowReason order_row_reason(double frequency, double recency,
                                                double age) noexcept {
  // Differences with themselves are 0 for finite values and NaN otherwise.
  if (!((frequency - frequency) + (recency - recency) + (age - age) == 0))
    return RowReason::not_finite;
  const bool ordered = recency >= 0 && recency <= age && (frequency > 0 || recency == 0);
  return is_count(frequency) && ordered ? RowReason::none : RowReason::out_of_domain;
}

/// Whether `log_gaps` can be that of `frequency` gaps that add up to `recency`: finite, and at most
/// what equal gaps give; 0 without a gap. A sum in another unit of time nearly always fails.
[[nodiscard]] inline RowReason log_gaps_reason(double frequency, double recency,
                                               double log_gaps) noexcept {
  if (!(log_gaps - log_gaps == 0)) return RowReason::not_finite;
  if (frequency == 0) return log_gaps == 0 ? RowReason::none : RowReason::out_of_domain;
  const double most = frequency * std::log(recency / frequency);
  const double rounding = 1e-9 * frequency * (1 + std::fabs(std::log(recency / frequency)));
  return log_gaps <= most + rounding ? RowReason::none : RowReason::out_of_domain;
}

/// ok, or size_mismatch naming the first column whose length differs from `frequency`.
[[nodiscard]] Status check_sizes(const OrderColumns& columns);
[[nodiscard]] Status check_sizes(const SpendColumns& columns);
[[nodiscard]] Status check_size(const char* name, std::size_t got, std::size_t expected);

}  // namespace kam
