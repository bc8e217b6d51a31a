#include <kam/portfolio/check.hpp>

#include <algorithm>

#include <kam/portfolio/hierarchy.hpp>

#include "portfolio/check_rules.hpp"
#include "portfolio/currency.hpp"
#include "portfolio/duplicates.hpp"
#include "portfolio/guard.hpp"
#include "portfolio/order_state.hpp"
#include "portfolio/periods.hpp"
#include "portfolio/rows.hpp"

namespace kam::portfolio {
namespace {

constexpr Day kFirstRealDay = to_day({1900, 1, 2});
constexpr int kPlausibleYears = 50;  // before as_of: a business relation may be that old
constexpr double kGiantShare = 0.25;
constexpr double kLargeShare = 0.10;

/// The rules that need one row only.
void judge_rows(const TransactionColumns& t, const AccountColumns& accounts, Day as_of,
                CheckedTransactions& checked, RuleCounts& counts) {
  const Day last_plausible = add_months(as_of, 12);
  for (std::size_t i = 0; i < t.rows(); ++i) {
    RowVerdict verdict = readable(t.date[i], t.amount[i], as_of);
    if (verdict != RowVerdict::unreadable_date) {
      if (t.date[i] < kFirstRealDay) {
        verdict = RowVerdict::placeholder_date;
      } else if (t.date[i] > last_plausible) {
        verdict = RowVerdict::distant_future_date;
      } else if (!accounts.since.empty() && t.date[i] < accounts.since[t.account[i]]) {
        verdict = RowVerdict::before_since;
      }
    }
    checked.verdict[i] = verdict;
    if (verdict != RowVerdict::used) counts.add(verdict, i);
  }
}

bool is_credit(const TransactionColumns& t, std::size_t row) {
  if (t.kind.empty()) return false;
  const auto kind = static_cast<TransactionKind>(t.kind[row]);
  return kind == TransactionKind::credit_note || kind == TransactionKind::return_ ||
         kind == TransactionKind::rebate;
}

/// Oddities of rows that count.
void note_rows(const TransactionColumns& t, std::span<const RowVerdict> verdict, Day as_of,
               RuleCounts& counts) {
  const Day first_plausible = add_months(as_of, -12 * kPlausibleYears);
  for (std::size_t i = 0; i < t.rows(); ++i) {
    if (verdict[i] != RowVerdict::used) continue;
    if (t.date[i] < first_plausible) counts.add(Rule::distant_past_date, i);
    if (t.amount[i] < 0.0) counts.add(Rule::negative_amount, i);
    if (t.amount[i] == 0.0) counts.add(Rule::zero_amount, i);
    if (t.amount[i] > 0.0 && is_credit(t, i)) counts.add(Rule::positive_credit, i);
  }
}

/// The rules that look at one account; returns its total net revenue.
double judge_account(std::span<const DatedAmount> rows, TimeUnit occasion, std::size_t account,
                     RuleCounts& counts) {
  ExactSum total;
  std::uint32_t occasions = 0;
  for_each_period(rows, occasion, [&](const OpenPeriod& period) {
    const PeriodNet result = net_of(period);
    if (result.occasion) ++occasions;
    if (result.net < 0.0) counts.add(Rule::negative_period, account);
    add(total, result.net);
  });
  if (rows.empty()) counts.add(Rule::account_without_orders, account);
  if (occasions == 1) counts.add(Rule::one_purchase_account, account);
  return value(total);
}

/// Shares are taken over roots: a group of companies decides as one.
void judge_shares(std::span<const double> total, std::span<const Code> root, RuleCounts& counts,
                  DataReport& report) {
  std::vector<ExactSum> group(total.size());
  ExactSum net, positive;
  for (std::size_t i = 0; i < total.size(); ++i) {
    add(group[root[i]], total[i]);
    add(net, total[i]);
  }
  for (const ExactSum& sum : group) add(positive, std::max(0.0, value(sum)));
  report.total_net_revenue = value(net);
  if (report.rows_used > 0 && !(value(net) > 0.0)) counts.add(Rule::non_positive_total, 0);
  if (!(value(positive) > 0.0)) return;
  double largest = 0.0;
  std::size_t giant = 0;
  for (std::size_t i = 0; i < group.size(); ++i) {
    const double share = value(group[i]) / value(positive);
    if (share >= kLargeShare) counts.add(Rule::large_account, i);
    if (share > largest) largest = share, giant = i;
  }
  if (largest < kGiantShare) return;
  counts.add(Rule::giant_account, giant);
  counts.set_value(Rule::giant_account, largest);
}

void count_verdicts(const TransactionColumns& t, std::span<const RowVerdict> verdict,
                    DataReport& report) {
  report.rows_read = t.rows();
  for (std::size_t i = 0; i < t.rows(); ++i) {
    if (verdict[i] == RowVerdict::used) {
      ++report.rows_used;
      if (report.first_date == kNoDay || t.date[i] < report.first_date) {
        report.first_date = t.date[i];
      }
      report.last_date = std::max(report.last_date, t.date[i]);
    } else if (verdict[i] == RowVerdict::future_dated ||
               verdict[i] == RowVerdict::exact_duplicate) {
      ++report.rows_set_aside;
    } else {
      ++report.rows_rejected;
    }
  }
}

/// The rules that look at rows side by side. `t` holds converted amounts.
void judge_accounts(const TransactionColumns& t, const AccountColumns& accounts,
                    std::span<const Code> root, TimeUnit occasion, CheckedTransactions& checked,
                    RuleCounts& counts) {
  GroupedRows grouped(t, checked.verdict, accounts.rows);
  std::vector<double> total(accounts.rows);
  for (std::size_t account = 0; account < accounts.rows; ++account) {
    std::span<DatedAmount> rows = grouped.of(account);
    rows = rows.first(drop_duplicates(t, rows, checked.verdict, counts));
    total[account] = judge_account(rows, occasion, account, counts);
    if (rows.empty()) ++checked.report.accounts_without_orders;
  }
  for (std::size_t account = 0; !accounts.parent.empty() && account < accounts.rows; ++account) {
    const Code parent = accounts.parent[account];
    if (parent != kNoAccount && !grouped.of(account).empty() && !grouped.of(parent).empty()) {
      counts.add(Rule::parent_and_subsidiary, account);
    }
  }
  count_verdicts(t, checked.verdict, checked.report);
  judge_shares(total, root, counts, checked.report);
}

}  // namespace

TransactionColumns CheckedTransactions::apply(TransactionColumns input) const& noexcept {
  if (!amount.empty()) input.amount = amount;
  if (!cogs.empty()) input.cogs = cogs;
  return input;
}

Result<CheckedTransactions> check(const TransactionColumns& transactions,
                                  const AccountColumns& accounts, const CheckOptions& options) {
  return guarded<Result<CheckedTransactions>>([&]() -> Result<CheckedTransactions> {
    if (Status s = check_columns(transactions, accounts.rows); !s.ok()) return s;
    if (Status s = check_as_of(options.as_of, kFirstRealDay); !s.ok()) return s;
    const Result<std::vector<Code>> root = roots(accounts);
    if (!root) return root.error();
    CheckedTransactions checked;
    RuleCounts counts;
    checked.verdict.resize(transactions.rows());
    checked.report.accounts = accounts.rows;
    judge_rows(transactions, accounts, options.as_of, checked, counts);
    if (Status s = to_base_currency(transactions, options, checked, counts); !s.ok()) return s;
    const TransactionColumns converted = checked.apply(transactions);
    judge_accounts(converted, accounts, root.value(), options.occasion, checked, counts);
    for (std::size_t i = 0; i < transactions.rows(); ++i) {
      if (checked.verdict[i] == RowVerdict::exact_duplicate) counts.add(Rule::exact_duplicate, i);
    }
    note_rows(converted, checked.verdict, options.as_of, counts);
    counts.write(checked.report);
    return checked;
  });
}

}  // namespace kam::portfolio
