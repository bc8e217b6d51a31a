/// Which rows count, and the rows of each account side by side in date order.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <kam/base/date.hpp>
#include <kam/base/status.hpp>
#include <kam/portfolio/check.hpp>
#include <kam/portfolio/records.hpp>

namespace kam::portfolio {

inline constexpr Day kFirstDay = to_day({1, 1, 1});
inline constexpr Day kLastDay = to_day({9999, 12, 31});

/// A day on which calendar arithmetic is defined; false for kNoDay.
[[nodiscard]] constexpr bool is_calendar_day(Day day) noexcept {
  return day >= kFirstDay && day <= kLastDay;
}

/// NaN and infinity fail as well.
[[nodiscard]] constexpr bool is_amount(double amount) noexcept {
  return amount >= -kMaxAmount && amount <= kMaxAmount;
}

/// The verdict on one row if only date, amount and as_of are looked at.
[[nodiscard]] constexpr RowVerdict readable(Day date, double amount, Day as_of) noexcept {
  if (!is_calendar_day(date)) return RowVerdict::unreadable_date;
  if (amount != amount) return RowVerdict::missing_amount;
  if (!is_amount(amount)) return RowVerdict::amount_out_of_range;
  return date > as_of ? RowVerdict::future_dated : RowVerdict::used;
}

/// The given verdicts, with unreadable rows and rows after as_of taken out as well.
[[nodiscard]] std::vector<RowVerdict> usable_rows(const TransactionColumns& transactions,
                                                  std::span<const RowVerdict> verdicts, Day as_of);

/// What date order and sums need of a row; `row` leads back to its other columns.
struct DatedAmount {
  Day day;
  std::uint32_t row;
  double amount;
};

/// The used rows of each account, by day (in any order within a day).
class GroupedRows {
 public:
  GroupedRows(const TransactionColumns& transactions, std::span<const RowVerdict> verdicts,
              std::size_t accounts);
  [[nodiscard]] std::span<DatedAmount> of(std::size_t account) noexcept {
    return {rows_.get() + begin_[account], rows_.get() + begin_[account + 1]};
  }
  [[nodiscard]] std::size_t size() const noexcept { return begin_.back(); }

 private:
  std::vector<std::uint32_t> begin_;     // accounts + 1
  std::unique_ptr<DatedAmount[]> rows_;  // uninitialised until filled
};

/// check_columns, and the length of verdicts (none or one per row).
[[nodiscard]] Status check_call(const TransactionColumns& transactions,
                                std::span<const RowVerdict> verdicts, std::size_t accounts);

/// ok if `as_of` lies in [first, 9998-12-31]: a year later is still a date.
[[nodiscard]] Status check_as_of(Day as_of, Day first = kFirstDay);

}  // namespace kam::portfolio
