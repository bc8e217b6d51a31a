#include "portfolio/account_facts.hpp"

#include <algorithm>
#include <cmath>

#include "portfolio/exact_sum.hpp"
#include "portfolio/periods.hpp"

namespace kam::portfolio {
namespace {

TransactionKind kind_of(const TransactionColumns& t, std::uint32_t row) {
  return t.kind.empty() ? TransactionKind::invoice : static_cast<TransactionKind>(t.kind[row]);
}

/// How much of a row belongs to the year: all or nothing, but a prepayment is earned day by day.
double share_in_year(Day day, TransactionKind kind, const FeatureWindow& w) {
  if (kind != TransactionKind::prepayment) return day > w.year_start ? 1.0 : 0.0;
  const Day end = add_months(day, w.prepayment_months);
  const Day from = std::max(day, w.year_start + 1), to = std::min(end, w.as_of + 1);
  return to > from ? static_cast<double>(to - from) / (end - day) : 0.0;
}

/// A price correction moves no goods; in a set-off what is given is taken to be worth what is
/// received. Any other cost that is not known makes the margin unknown.
double cogs_of(const TransactionColumns& t, const DatedAmount& r, TransactionKind kind) {
  const double cogs = t.cogs[r.row];
  if (is_amount(cogs)) return cogs;
  if (kind == TransactionKind::credit_note || kind == TransactionKind::rebate) return 0.0;
  return kind == TransactionKind::barter ? r.amount : kNaN;
}

void add_money(std::span<const DatedAmount> rows, const TransactionColumns& t,
               const FeatureWindow& w, AccountFacts& facts) {
  ExactSum ever, revenue, cogs;
  bool cogs_known = !t.cogs.empty();
  for (const DatedAmount& r : rows) {
    add(ever, r.amount);
    const TransactionKind kind = kind_of(t, r.row);
    const double share = share_in_year(r.day, kind, w);
    if (share == 0.0) continue;
    add(revenue, share * r.amount);
    if (!cogs_known) continue;
    const double cost = cogs_of(t, r, kind);
    cogs_known = !std::isnan(cost);
    if (cogs_known) add(cogs, share * cost);
  }
  facts.net_revenue_ever = value(ever);
  facts.net_revenue = value(revenue);
  facts.cogs = cogs_known ? value(cogs) : kNaN;
}

void add_orders(std::span<const DatedAmount> rows, const FeatureWindow& w, AccountFacts& facts) {
  for_each_period(rows, TimeUnit::day, [&](const OpenPeriod& day) {
    if (!net_of(day).occasion) return;
    facts.orders += 1.0;
    if (day.first_day > w.year_start) facts.orders_12m += 1.0;
    if (facts.last_order != kNoDay) {  // Welford's update, in order of dates
      const double gap = std::log(static_cast<double>(day.first_day - facts.last_order));
      const double off = gap - facts.gap_mean;
      facts.gap_mean += off / ++facts.gaps;
      facts.gap_squares += off * (gap - facts.gap_mean);
    }
    facts.last_order = day.first_day;
  });
}

/// The month of the first order is active by definition and says nothing.
void add_months_active(std::span<const DatedAmount> rows, const FeatureWindow& w,
                       AccountFacts& facts) {
  bool seen_first = false;
  std::int32_t first_eligible = 0;
  for_each_period(rows, TimeUnit::month, [&](const OpenPeriod& period) {
    const std::int32_t month = period_of(period.first_day, TimeUnit::month);
    if (month >= w.open_month || !net_of(period).occasion) return;
    if (!seen_first) {
      seen_first = true;
      first_eligible = std::max(month + 1, w.first_month);
    } else if (month >= first_eligible) {
      facts.active_months += 1.0;
    }
  });
  if (seen_first) facts.eligible_months = std::max(0, w.open_month - first_eligible);
}

}  // namespace

FeatureWindow feature_window(Day as_of, const FeatureOptions& options) {
  const std::int32_t open_month = period_of(as_of + 1, TimeUnit::month);
  return {.as_of = as_of,
          .year_start = add_months(as_of, -12),
          .open_month = open_month,
          .first_month = open_month - options.repurchase_months,
          .prepayment_months = options.prepayment_months};
}

AccountFacts account_facts(std::span<const DatedAmount> rows,
                           const TransactionColumns& transactions, const FeatureWindow& window) {
  AccountFacts facts;
  facts.has_rows = !rows.empty();
  add_money(rows, transactions, window, facts);
  add_orders(rows, window, facts);
  add_months_active(rows, window, facts);
  return facts;
}

std::vector<AccountFacts> all_facts(const Portfolio& portfolio,
                                    std::span<const RowVerdict> verdicts, Day as_of,
                                    const FeatureOptions& options) {
  const FeatureWindow window = feature_window(as_of, options);
  const TransactionColumns& transactions = portfolio.transactions;
  GroupedRows rows(transactions, usable_rows(transactions, verdicts, as_of),
                   portfolio.accounts.rows);
  std::vector<AccountFacts> facts(portfolio.accounts.rows);
  for (std::size_t account = 0; account < facts.size(); ++account) {
    facts[account] = account_facts(rows.of(account), transactions, window);
  }
  return facts;
}

Status check_feature_call(const Portfolio& portfolio, std::span<const RowVerdict> verdicts,
                          Day as_of, const FeatureOptions& options) {
  const std::size_t accounts = portfolio.accounts.rows;
  if (Status s = check_columns(portfolio.accounts); !s.ok()) return s;
  if (Status s = check_call(portfolio.transactions, verdicts, accounts); !s.ok()) return s;
  if (Status s = check_columns(portfolio.activities, accounts); !s.ok()) return s;
  if (Status s = check_columns(portfolio.ratings, accounts); !s.ok()) return s;
  if (Status s = check_as_of(as_of, to_day({1900, 1, 2})); !s.ok()) return s;
  if (options.repurchase_months < 1 || options.repurchase_months > 1200) {
    return invalid_argument("repurchase_months", "1 to 1200", options.repurchase_months);
  }
  if (options.prepayment_months < 1 || options.prepayment_months > 1200) {
    return invalid_argument("prepayment_months", "1 to 1200", options.prepayment_months);
  }
  if (options.rating_max_age_days < 0) {
    return invalid_argument("rating_max_age_days", ">= 0", options.rating_max_age_days);
  }
  return {};
}

}  // namespace kam::portfolio
