/// Discount rates and spans of time, said so that nobody can take one for another.
///
/// kam discounts at an effective annual rate: 100 today is 100 (1 + i) in a year. Rates that come
/// per month, or compounded otherwise, are turned into it here, once.
#pragma once

#include <cmath>
#include <cstdint>

#include <kam/base/date.hpp>
#include <kam/base/special.hpp>

namespace kam {

enum class Compounding : std::uint8_t {
  annual = 0,  ///< the rate is effective: (1 + i)
  monthly,     ///< nominal annual rate, a twelfth of it every month: (1 + i/12)^12
  daily,       ///< nominal annual rate, 1/365 of it every day: (1 + i/365)^365
  continuous,  ///< force of interest: exp(i)
  per_month,   ///< the rate itself is per month: (1 + i)^12
};

/// The effective annual rate of `rate` [1/year, or 1/month for per_month]; > -1 times its periods.
/// NaN outside.
[[nodiscard]] inline double effective_annual_rate(double rate, Compounding compounding) noexcept {
  if (!std::isfinite(rate)) return kNaN;
  const auto compounded = [](double per_period, double periods) {
    return per_period > -1 ? std::expm1(periods * std::log1p(per_period)) : kNaN;
  };
  switch (compounding) {
    case Compounding::annual:
      return rate > -1 ? rate : kNaN;
    case Compounding::monthly:
      return compounded(rate / 12, 12);
    case Compounding::daily:
      return compounded(rate / 365, 365);
    case Compounding::continuous:
      return std::expm1(rate);
    case Compounding::per_month:
      return compounded(rate, 12);
  }
  return kNaN;
}

/// Years from `as_of` to the same day `months` calendar months later (the last day of a shorter
/// month), a year being 365.2425 days: twelve months from 2023-03-01 are 366 days. NaN unless as_of
/// is a date and months is in 0 … 1200.
[[nodiscard]] inline double years_of_months(Day as_of, int months) noexcept {
  if (as_of == kNoDay || months < 0 || months > 1200) return kNaN;
  return (static_cast<double>(add_months(as_of, months)) - as_of) / 365.2425;
}

}  // namespace kam
