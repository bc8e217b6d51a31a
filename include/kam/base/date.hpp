/// Civil dates as days since 1970-01-01 in the proleptic Gregorian calendar. No clock, no time
/// zone: zones end at the edge, where an instant becomes the civil date of the business.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <kam/base/status.hpp>

namespace kam {

using Day = std::int32_t;

/// A date that could not be read. Never compared as a date.
inline constexpr Day kNoDay = std::numeric_limits<Day>::min();

struct CivilDate {
  int year;        ///< 1..9999
  unsigned month;  ///< 1..12
  unsigned day;    ///< 1..31, within the month
  friend bool operator==(const CivilDate&, const CivilDate&) = default;
};

[[nodiscard]] constexpr bool is_leap_year(int year) noexcept {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

[[nodiscard]] constexpr unsigned days_in_month(int year, unsigned month) noexcept {
  constexpr unsigned kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap_year(year) ? 29u : kDays[month - 1];
}

[[nodiscard]] constexpr bool is_valid(const CivilDate& date) noexcept {
  return date.year >= 1 && date.year <= 9999 && date.month >= 1 && date.month <= 12 &&
         date.day >= 1 && date.day <= days_in_month(date.year, date.month);
}

/// Precondition: is_valid(date). Counts March-based years, so that the leap day comes last.
[[nodiscard]] constexpr Day to_day(const CivilDate& date) noexcept {
  const int year = date.month <= 2 ? date.year - 1 : date.year;
  const unsigned month_from_march = (date.month + 9) % 12;
  const int era = year / 400;
  const int year_of_era = year - era * 400;
  const int day_of_year = static_cast<int>((153 * month_from_march + 2) / 5 + date.day - 1);
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

/// Inverse of to_day for days of the years 1..9999.
[[nodiscard]] constexpr CivilDate to_civil(Day day) noexcept {
  const int shifted = day + 719468;
  const int era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const int day_of_era = shifted - era * 146097;
  const int year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned month_from_march = static_cast<unsigned>((5 * day_of_year + 2) / 153);
  const unsigned day_of_month =
      static_cast<unsigned>(day_of_year) - (153 * month_from_march + 2) / 5 + 1;
  const unsigned month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day_of_month};
}

/// The same day of the month `months` later, or that month's last day: calendar months stay
/// calendar months (31 January + 1 month = 28 or 29 February).
[[nodiscard]] constexpr Day add_months(Day day, int months) noexcept {
  CivilDate date = to_civil(day);
  const int index = date.year * 12 + static_cast<int>(date.month) - 1 + months;
  date.year = index / 12;
  date.month = static_cast<unsigned>(index % 12) + 1;
  const unsigned last = days_in_month(date.year, date.month);
  if (date.day > last) date.day = last;
  return to_day(date);
}

/// 0 = Monday … 6 = Sunday.
[[nodiscard]] constexpr int weekday(Day day) noexcept {
  return ((day + 3) % 7 + 7) % 7;
}

/// Reads `text` strictly: the whole of it, a day that exists, no guess between day and month.
/// `format` knows %Y (four digits), %m, %d (two digits; one if a separator follows), %H %M %S
/// (read, checked, dropped) and literal characters. The empty format is ISO 8601: YYYY-MM-DD,
/// optionally followed by a time of day ('T' or a blank, HH:MM[:SS[.fraction]]) and 'Z'; another
/// zone offset is refused, since the civil date would depend on it. kNoDay if the text does not
/// fit.
[[nodiscard]] Day parse_date(std::string_view text, std::string_view format = {}) noexcept;

/// "YYYY-MM-DD"; "invalid" for kNoDay.
[[nodiscard]] std::string format_date(Day day);

/// How durations are reported.
enum class TimeUnit : std::uint8_t { day, week, month };

[[nodiscard]] constexpr double days_per_unit(TimeUnit unit) noexcept {
  return unit == TimeUnit::day ? 1.0 : unit == TimeUnit::week ? 7.0 : 30.436875;
}
inline constexpr double kDaysPerYear = 365.2425;  ///< Gregorian mean; 12 x 30.436875

[[nodiscard]] const char* time_unit_name(TimeUnit unit) noexcept;
[[nodiscard]] Result<TimeUnit> parse_time_unit(std::string_view name);

}  // namespace kam
