/// The gate in front of everything: which transaction rows count, and why the others do not.
/// Rules, codes and their reasons: docs/models/data_check.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <kam/base/date.hpp>
#include <kam/base/status.hpp>
#include <kam/portfolio/data_report.hpp>
#include <kam/portfolio/records.hpp>

namespace kam::portfolio {

/// What becomes of a row; the first rule that applies. The names are the codes of the report.
enum class RowVerdict : std::uint8_t {
  used = 0,
  unreadable_date,      ///< rejected: kNoDay, or outside the years 1 to 9999
  placeholder_date,     ///< rejected: 1900-01-01 or earlier
  distant_future_date,  ///< rejected: more than a year after as_of
  before_since,         ///< rejected: before the account was a customer
  missing_amount,       ///< rejected: NaN; never taken as 0
  amount_out_of_range,  ///< rejected: infinite or beyond kMaxAmount
  other_currency,       ///< rejected: not the base currency, and no rates were given
  no_exchange_rate,     ///< rejected: no rate near enough to the day
  future_dated,         ///< set aside: after as_of
  exact_duplicate,      ///< set aside: the same document row again
};
[[nodiscard]] const char* verdict_name(RowVerdict verdict) noexcept;

/// Exchange rates: one row per currency and day.
struct ExchangeRates {
  std::span<const Code> currency;
  std::span<const Day> day;
  std::span<const double> rate;  ///< base currency per unit of `currency`, > 0
  int max_gap_days = 0;  ///< how far the nearest rate may lie, >= 0; 7 is usual, 0 = that day only
};

struct CheckOptions {
  Day as_of = kNoDay;                 ///< needed; 1900-01-02 or later
  TimeUnit occasion = TimeUnit::day;  ///< the period in which returns net against orders
  /// Code of the currency of the results. A row that states no currency is taken to be in it (and
  /// counted). 0: the one currency of the data; two are an error.
  Code base_currency = 0;
  ExchangeRates rates{};  ///< empty: rows in other currencies are rejected; needs base_currency
};

struct CheckedTransactions {
  std::vector<RowVerdict> verdict;  ///< one per row
  std::vector<double> amount;       ///< in base currency; empty if nothing had to be converted
  std::vector<double> cogs;         ///< likewise
  DataReport report;

  /// `input` with the converted columns in place; borrows from this object.
  [[nodiscard]] TransactionColumns apply(TransactionColumns input) const& noexcept;
  TransactionColumns apply(TransactionColumns input) const&& = delete;
};

/// O(rows log rows-per-account), about 30 bytes of scratch per row.
/// Errors: columns that do not fit together; as_of out of range; a cycle in the hierarchy (names an
/// account); more than one currency without base_currency; rates <= 0, repeated or without base.
[[nodiscard]] Result<CheckedTransactions> check(const TransactionColumns& transactions,
                                                const AccountColumns& accounts,
                                                const CheckOptions& options);

}  // namespace kam::portfolio
