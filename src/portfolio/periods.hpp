/// Periods of the calendar and what an account did in them.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>

#include <kam/base/date.hpp>
#include <kam/portfolio/order_summary.hpp>

#include "portfolio/exact_sum.hpp"
#include "portfolio/rows.hpp"

namespace kam::portfolio {

/// The number of the period that `day` lies in. Weeks start on Monday: 1970-01-01 was a Thursday.
[[nodiscard]] constexpr std::int32_t period_of(Day day, TimeUnit occasion) noexcept {
  if (occasion == TimeUnit::day) return day;
  if (occasion == TimeUnit::week) return (day - weekday(day) + 3) / 7;
  const CivilDate date = to_civil(day);
  return date.year * 12 + static_cast<std::int32_t>(date.month) - 1;
}

/// The first day of the next period.
[[nodiscard]] constexpr Day period_end(Day day, TimeUnit occasion) noexcept {
  if (occasion == TimeUnit::day) return day + 1;
  if (occasion == TimeUnit::week) return day - weekday(day) + 7;
  CivilDate date = to_civil(day);
  return day + static_cast<Day>(days_in_month(date.year, date.month) - date.day + 1);
}

inline void add(OpenPeriod& period, double amount) noexcept {
  amount < 0.0 ? add(period.negative, -amount) : add(period.positive, amount);
}

/// Precondition: both lie in the same period of the calendar.
inline void join(OpenPeriod& period, const OpenPeriod& other) noexcept {
  if (other.first_day < period.first_day) period.first_day = other.first_day;
  if (other.last_day > period.last_day) period.last_day = other.last_day;
  add(period.positive, other.positive);
  add(period.negative, other.negative);
}

struct PeriodNet {
  double net;     ///< correctly rounded; 0 if it vanishes against the gross
  bool occasion;  ///< net > 0, or a free order
};

/// Amounts like 10.10 + 20.20 - 30.30 leave a crumb in binary: what is below 2^-40 of the gross is
/// zero, and then a period with a negative row is a cancelled order, not a free one.
[[nodiscard]] inline PeriodNet net_of(const OpenPeriod& period) noexcept {
  if (period.negative.high == 0.0) return {value(period.positive), true};
  ExactSum net = period.positive, gross = period.positive;
  add(net, period.negative, -1.0);
  add(gross, period.negative);
  const double rounded = value(net);
  if (std::fabs(rounded) <= 0x1p-40 * value(gross)) return {0.0, false};
  return {rounded, rounded > 0.0};
}

/// Calls visit(const OpenPeriod&) for each period of one account, in order.
template <class Visit>
void for_each_period(std::span<const DatedAmount> rows, TimeUnit occasion, Visit&& visit) {
  for (std::size_t i = 0; i < rows.size();) {
    OpenPeriod period{.first_day = rows[i].day};
    const Day end = period_end(rows[i].day, occasion);
    for (; i < rows.size() && rows[i].day < end; ++i) add(period, rows[i].amount);
    period.last_day = rows[i - 1].day;
    visit(period);
  }
}

}  // namespace kam::portfolio
