/// Transactions to what order models need: frequency, recency, age, monetary_value per account.
///
/// An order occasion is a period (a day unless asked otherwise) with positive net spend, or with
/// zero net and no negative row in it (a free order). Other periods are counted, not occasions.
/// Rows dated on or before as_of count. Results do not depend on the order of the rows, to the bit.
/// docs/models/order_summary.md has the rules, their reasons and a worked example.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <kam/base/columns.hpp>
#include <kam/base/date.hpp>
#include <kam/base/status.hpp>
#include <kam/portfolio/check.hpp>
#include <kam/portfolio/exact_sum.hpp>
#include <kam/portfolio/records.hpp>

namespace kam::portfolio {

struct SummaryOptions {
  Day as_of = kNoDay;                 ///< observation end; needed, never inferred from the data
  TimeUnit unit = TimeUnit::week;     ///< of recency and age: week = days/7, month = days/30.436875
  TimeUnit occasion = TimeUnit::day;  ///< calendar day, ISO week (Monday first), calendar month
};

/// Where the results go: one row per account. NaN in all of them where there is no occasion.
struct OrderSummaryColumns {
  std::span<double> frequency;       ///< repeat occasions = occasions - 1       [count]
  std::span<double> recency;         ///< first to last occasion                 [unit]
  std::span<double> age;             ///< first occasion to as_of                [unit]
  std::span<double> monetary_value;  ///< mean net value of repeat occasions     [money]; NaN at 0
  /// Optional: sum of ln(gap) over the gaps between consecutive occasions [ln unit]; 0 at frequency
  /// 0. What models of a rhythm (churn/cnbd.hpp) need to choose the number of phases.
  std::span<double> log_gaps{};
};

/// The same, owned.
struct OrderSummary {
  std::vector<double> frequency, recency, age, monetary_value;
  std::vector<double> log_gaps{};  ///< empty unless asked for

  explicit OrderSummary(std::size_t accounts, bool gaps = false)
      : frequency(accounts),
        recency(accounts),
        age(accounts),
        monetary_value(accounts),
        log_gaps(gaps ? accounts : 0) {}
  [[nodiscard]] OrderSummaryColumns columns() noexcept {
    return {frequency, recency, age, monetary_value, log_gaps};
  }
  [[nodiscard]] OrderColumns orders() const noexcept {
    return {.frequency = frequency, .recency = recency, .age = age, .log_gaps = log_gaps};
  }
  [[nodiscard]] SpendColumns spend() const noexcept { return {frequency, monetary_value}; }
};

/// Every row is in one of the four row counts, unless !ok().
struct [[nodiscard]] SummaryReport {
  Status status{};
  std::size_t rows_used = 0;
  std::size_t rows_excluded = 0;  ///< by their verdict
  std::size_t rows_after_as_of = 0;
  std::size_t rows_rejected = 0;   ///< no usable date or amount, and no verdict said so
  std::size_t first_rejected = 0;  ///< meaningful if rows_rejected > 0
  std::size_t accounts_without_occasions = 0;
  std::size_t periods_not_occasions = 0;  ///< returns outweighed (or cancelled) the orders

  [[nodiscard]] bool ok() const noexcept { return status.ok(); }
};

/// One pass over everything. `verdicts` of check(), or empty to use every readable row.
/// O(rows); 17 bytes of scratch per row. Errors: columns that do not fit, as_of not a date.
SummaryReport summarize(const TransactionColumns& transactions,
                        std::span<const RowVerdict> verdicts, std::size_t accounts,
                        const SummaryOptions& options, const OrderSummaryColumns& out);

// ------------------------------------------------------------------------------------------------
// State: a summary that can be continued next month, or put together from parts.

/// A period that may still grow.
struct OpenPeriod {
  Day first_day = kNoDay;  ///< of its rows; kNoDay = there is no such period
  Day last_day = kNoDay;
  ExactSum positive{};  ///< sum of the amounts >= 0
  ExactSum negative{};  ///< minus the sum of the amounts < 0
};

/// Periods that are over.
struct ClosedPeriods {
  std::uint32_t occasions = 0;
  std::uint32_t others = 0;  ///< periods that are no occasions
  Day first_day = kNoDay;    ///< first row of the first occasion
  Day last_day = kNoDay;     ///< first row of the last occasion
  double first_value = 0.0;  ///< net of the first occasion
  ExactSum repeat_value{};   ///< net of the others
  ExactSum log_gaps{};       ///< sum of ln(days) between consecutive occasions
};

/// One account: first and last period stay open, since a neighbouring part may add to them.
struct AccountOrders {
  OpenPeriod first{};
  OpenPeriod last{};  ///< none while there is only one period
  ClosedPeriods between{};
};

/// O(accounts) memory (184 bytes each), whatever the number of
/// transactions. Plain data.
struct OrderState {
  TimeUnit occasion = TimeUnit::day;
  std::vector<AccountOrders> accounts{};
};

/// Adds a batch; the state grows to `accounts` codes if it had fewer. Rows after `as_of` are left
/// out and counted. Per account, the batch may only continue the state: its periods come after
/// (or before) the state's, sharing at most the one where they meet. Anything else, e.g. a late
/// credit note for a closed month, is a Status that names the account, and the state is untouched.
SummaryReport accumulate(OrderState& state, const TransactionColumns& transactions,
                         std::span<const RowVerdict> verdicts, std::size_t accounts, Day as_of);

/// Joins `other` into `state`: exact for disjoint accounts or consecutive date ranges, under the
/// rule of accumulate. The result has the bits of one pass over all rows.
[[nodiscard]] Status merge(OrderState& state, const OrderState& other);

/// Reads the summary off. Error: as_of lies before a row of the state.
SummaryReport finish(const OrderState& state, Day as_of, TimeUnit unit,
                     const OrderSummaryColumns& out);

}  // namespace kam::portfolio
