#include "portfolio/account_facts.hpp"

#include <algorithm>
#include <cmath>

#include "portfolio/exact_sum.hpp"
#include "portfolio/periods.hpp"

namespace kam::portfolio {
namespace {

/// How much of a row belongs to the year: all or nothing, but a prepayment is earned day by day.
double share_in_year(Day day, TransactionKind kind, const FeatureWindow& w) {
  if (kind != TransactionKind::prepayment) return day > w.year_start ? 1.0 : 0.0;
  const Day end = add_months(day, w.prepayment_months);
  const Day from = std::max(day, w.year_start + 1), to = std::min(end, w.as_of + 1);
  return to > from ? static_cast<double>(to - from) / (end - day) : 0.0;
}

bool is_correction(TransactionKind kind) {
  return kind == TransactionKind::credit_note || kind == TransactionKind::rebate;
}

/// A price correction moves no goods; in a set-off what is given is taken to be worth what is
/// received. Any other cost that is not known makes the margin unknown.
double cogs_of(const TransactionColumns& t, const DatedAmount& r, TransactionKind kind) {
  const double cogs = t.cogs[r.row];
  if (is_amount(cogs)) return cogs;
  if (is_correction(kind)) return 0.0;
  return kind == TransactionKind::barter ? r.amount : kNaN;
}

/// Units of the year. A price correction moves none; any other row that does not say how many makes
/// the sum unknown.
double quantity_of_year(std::span<const DatedAmount> rows, const TransactionColumns& t,
                        const FeatureWindow& w) {
  if (t.quantity.empty()) return kNaN;
  ExactSum units;
  for (const DatedAmount& r : rows) {
    if (r.day <= w.year_start) continue;
    const double quantity = t.quantity[r.row];
    if (is_amount(quantity)) {
      add(units, quantity);
    } else if (!is_correction(kind_of(t, r.row))) {
      return kNaN;
    }
  }
  return value(units);
}

/// What was invoiced in the year and what of goods came back, at the amounts of the rows.
void add_returns(std::span<const DatedAmount> rows, const TransactionColumns& t,
                 const FeatureWindow& w, AccountFacts& facts) {
  if (t.kind.empty()) return;
  ExactSum invoiced, returned;
  for (const DatedAmount& r : rows) {
    if (r.day <= w.year_start) continue;
    const TransactionKind kind = kind_of(t, r.row);
    if (kind == TransactionKind::return_) {
      add(returned, -r.amount);
    } else if (r.amount > 0 && !is_correction(kind)) {
      add(invoiced, r.amount);
    }
  }
  facts.invoiced = value(invoiced);
  facts.returned = std::max(0.0, value(returned));
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

void add_orders(std::span<const DatedAmount> rows, const FeatureWindow& w, AccountFacts& facts,
                OrderWeeks& weeks) {
  const std::size_t begin = weeks.week.size();
  Day first = kNoDay;
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
    if (first == kNoDay) first = day.first_day;
    const std::int32_t week = (day.first_day - first) / 7 + 1;
    if (weeks.week.size() == begin || weeks.week.back() != week) weeks.week.push_back(week);
  });
  weeks.begin.push_back(weeks.week.size());
  weeks.weeks.push_back(first == kNoDay ? 0 : (w.as_of - first) / 7 + 1);
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

TransactionKind kind_of(const TransactionColumns& t, std::uint32_t row) noexcept {
  return t.kind.empty() ? TransactionKind::invoice : static_cast<TransactionKind>(t.kind[row]);
}

FeatureWindow feature_window(Day as_of, const FeatureOptions& options) {
  const std::int32_t open_month = period_of(as_of + 1, TimeUnit::month);
  return {.as_of = as_of,
          .year_start = add_months(as_of, -12),
          .open_month = open_month,
          .first_month = open_month - options.repurchase_months,
          .prepayment_months = options.prepayment_months,
          .trend_months = options.trend_months};
}

AccountFacts account_facts(std::span<const DatedAmount> rows,
                           const TransactionColumns& transactions, const FeatureWindow& window,
                           OrderWeeks& weeks) {
  AccountFacts facts;
  facts.has_rows = !rows.empty();
  add_money(rows, transactions, window, facts);
  add_returns(rows, transactions, window, facts);
  facts.quantity = quantity_of_year(rows, transactions, window);
  add_orders(rows, window, facts, weeks);
  add_months_active(rows, window, facts);
  return facts;
}

}  // namespace kam::portfolio
