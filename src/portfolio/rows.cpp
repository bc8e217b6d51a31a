#include "portfolio/rows.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <kam/base/columns.hpp>

namespace kam::portfolio {
namespace {

bool earlier(const DatedAmount& a, const DatedAmount& b) noexcept {
  return a.day < b.day;
}

/// Most accounts have few rows, often in order already.
void sort_by_day(std::span<DatedAmount> rows) {
  if (std::is_sorted(rows.begin(), rows.end(), earlier)) return;
  if (rows.size() > 32) {
    std::sort(rows.begin(), rows.end(), earlier);
    return;
  }
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const DatedAmount moving = rows[i];
    std::size_t hole = i;
    for (; hole > 0 && moving.day < rows[hole - 1].day; --hole) rows[hole] = rows[hole - 1];
    rows[hole] = moving;
  }
}

}  // namespace

std::vector<RowVerdict> usable_rows(const TransactionColumns& transactions,
                                    std::span<const RowVerdict> verdicts, Day as_of) {
  std::vector<RowVerdict> usable(transactions.rows());
  for (std::size_t i = 0; i < usable.size(); ++i) {
    const bool excluded = !verdicts.empty() && verdicts[i] != RowVerdict::used;
    usable[i] =
        excluded ? verdicts[i] : readable(transactions.date[i], transactions.amount[i], as_of);
  }
  return usable;
}

/// Counting sort by account: two passes over the columns, then a small sort per account.
GroupedRows::GroupedRows(const TransactionColumns& transactions,
                         std::span<const RowVerdict> verdicts, std::size_t accounts)
    : begin_(accounts + 1, 0) {
  const std::size_t n = transactions.rows();
  for (std::size_t i = 0; i < n; ++i) {
    if (verdicts[i] == RowVerdict::used) ++begin_[transactions.account[i]];
  }
  std::uint32_t total = 0;
  for (std::uint32_t& slot : begin_) total += std::exchange(slot, total);
  rows_ = std::make_unique_for_overwrite<DatedAmount[]>(total);
  for (std::size_t i = 0; i < n; ++i) {
    if (verdicts[i] != RowVerdict::used) continue;
    rows_[begin_[transactions.account[i]]++] = {transactions.date[i], static_cast<std::uint32_t>(i),
                                                transactions.amount[i]};
  }
  // Filling moved each start to the next account's: shift them back.
  for (std::size_t account = accounts; account > 0; --account)
    begin_[account] = begin_[account - 1];
  begin_[0] = 0;
  for (std::size_t account = 0; account < accounts; ++account) sort_by_day(of(account));
}

Status check_call(const TransactionColumns& transactions, std::span<const RowVerdict> verdicts,
                  std::size_t accounts) {
  if (Status s = check_columns(transactions, accounts); !s.ok()) return s;
  if (verdicts.empty()) return {};
  return check_size("verdicts", verdicts.size(), transactions.rows());
}

Status check_as_of(Day as_of, Day first) {
  constexpr Day kLast = to_day({9998, 12, 31});
  if (as_of >= first && as_of <= kLast) return {};
  const std::string got = is_calendar_day(as_of) ? format_date(as_of) : "no date";
  return {StatusCode::invalid_argument,
          "`as_of` must be a date from " + format_date(first) + " to 9998-12-31, got " + got};
}

}  // namespace kam::portfolio
