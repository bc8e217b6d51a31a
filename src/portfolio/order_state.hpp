/// How the state of one account grows. Sums are exact, so every way of putting the same rows
/// together gives the same bits.
#pragma once

#include <cmath>
#include <span>

#include <kam/portfolio/order_summary.hpp>

#include "portfolio/periods.hpp"

namespace kam::portfolio {

[[nodiscard]] inline bool empty(const OpenPeriod& period) noexcept {
  return period.first_day == kNoDay;
}
[[nodiscard]] inline bool empty(const AccountOrders& orders) noexcept {
  return empty(orders.first);
}
[[nodiscard]] inline const OpenPeriod& back(const AccountOrders& orders) noexcept {
  return empty(orders.last) ? orders.first : orders.last;
}

/// ln of the days between two occasions; at least one, since they lie in different periods.
[[nodiscard]] inline double log_gap(Day earlier, Day later) noexcept {
  return std::log(static_cast<double>(later - earlier));
}

/// Appends a period that is later than all others and will not grow.
inline void close(ClosedPeriods& periods, const OpenPeriod& period, bool gaps = true) noexcept {
  const PeriodNet result = net_of(period);
  if (!result.occasion) {
    ++periods.others;
    return;
  }
  if (periods.occasions++ == 0) {
    periods.first_day = period.first_day;
    periods.first_value = result.net;
  } else {
    add(periods.repeat_value, result.net);
    if (gaps) add(periods.log_gaps, log_gap(periods.last_day, period.first_day));
  }
  periods.last_day = period.first_day;
}

/// Appends periods that are all later.
void append(ClosedPeriods& periods, const ClosedPeriods& later) noexcept;

/// Appends a period that is later than all others and may grow.
void append(AccountOrders& orders, const OpenPeriod& period) noexcept;

/// All periods, as if no more rows came.
[[nodiscard]] ClosedPeriods closed(const AccountOrders& orders) noexcept;

/// `earlier` followed by `later`; their last and first period may be the same one.
[[nodiscard]] AccountOrders concatenate(const AccountOrders& earlier, const AccountOrders& later,
                                        TimeUnit occasion) noexcept;

/// Where two date ranges lie: the order in which they join exactly.
enum class Order { before, after, overlap };

/// [first, last] relative to [other_first, other_last], sharing at most one period.
[[nodiscard]] Order order_of(Day first, Day last, Day other_first, Day other_last,
                             TimeUnit occasion) noexcept;

/// Counts the rows of `usable` by what became of them; `given` are the caller's verdicts.
void count_rows(std::span<const RowVerdict> given, std::span<const RowVerdict> usable,
                SummaryReport& report);

}  // namespace kam::portfolio
