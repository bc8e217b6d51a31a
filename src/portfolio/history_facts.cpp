/// Series of one account: revenue by month, spend by category.
#include <algorithm>

#include "portfolio/account_facts.hpp"
#include "portfolio/exact_sum.hpp"
#include "portfolio/periods.hpp"

namespace kam::portfolio {
namespace {

Day first_day_of(std::int32_t month) {
  return to_day({month / 12, static_cast<unsigned>(month % 12) + 1, 1});
}

}  // namespace

MonthlyGatherer::MonthlyGatherer(const FeatureWindow& window, Day first_day, std::size_t accounts,
                                 MonthlyRevenue& out)
    : window_(window), out_(out) {
  const std::int32_t first = period_of(first_day, TimeUnit::month);
  first_month_ = std::max(first, window.open_month - window.trend_months);
  first_month_ = std::min(first_month_, window.open_month);
  out_.months = static_cast<std::size_t>(window.open_month - first_month_);
  out_.values.assign(accounts * out_.months, kNaN);
  out_.known.assign(accounts, 0);
  nets_.resize(out_.months);
}

/// Earned day by day: each month has the share of its days.
void MonthlyGatherer::add_prepayment(const DatedAmount& row) {
  const Day end = add_months(row.day, window_.prepayment_months);
  Day from = std::max(row.day, first_day_of(first_month_));
  while (from < end && period_of(from, TimeUnit::month) < window_.open_month) {
    const Day to = std::min(end, period_end(from, TimeUnit::month));
    const double share = static_cast<double>(to - from) / (end - row.day);
    const auto month = static_cast<std::size_t>(period_of(from, TimeUnit::month) - first_month_);
    portfolio::add(nets_[month], share * row.amount);
    from = to;
  }
}

void MonthlyGatherer::add(std::span<const DatedAmount> rows, const TransactionColumns& t,
                          std::size_t account) {
  if (rows.empty() || out_.months == 0) return;
  const std::int32_t begin =
      std::max(first_month_, period_of(rows.front().day, TimeUnit::month) + 1);
  if (begin >= window_.open_month) return;
  std::fill(nets_.begin(), nets_.end(), OpenPeriod{});
  std::int32_t month = 0;
  Day end = kNoDay;
  for (const DatedAmount& r : rows) {
    if (kind_of(t, r.row) == TransactionKind::prepayment) {
      add_prepayment(r);
      continue;
    }
    if (r.day >= end) {
      month = period_of(r.day, TimeUnit::month);
      end = period_end(r.day, TimeUnit::month);
    }
    if (month < begin || month >= window_.open_month) continue;
    portfolio::add(nets_[static_cast<std::size_t>(month - first_month_)], r.amount);
  }
  const auto known = static_cast<std::size_t>(window_.open_month - begin);
  out_.known[account] = known;
  double* const row = out_.values.data() + account * out_.months;
  for (std::size_t m = out_.months - known; m < out_.months; ++m) row[m] = net_of(nets_[m]).net;
}

void CategoryGatherer::add(std::span<const DatedAmount> rows, const TransactionColumns& t) {
  bought_.clear();
  for (const DatedAmount& r : rows) {
    if (r.day > window_.year_start && t.category[r.row] != 0) {
      bought_.emplace_back(t.category[r.row], r.amount);
    }
  }
  std::sort(bought_.begin(), bought_.end());
  for (std::size_t i = 0; i < bought_.size();) {
    const Code category = bought_[i].first;
    OpenPeriod net;
    for (; i < bought_.size() && bought_[i].first == category; ++i) {
      portfolio::add(net, bought_[i].second);
    }
    const double spend = net_of(net).net;
    if (!(spend > 0)) continue;
    out_.category.push_back(category);
    out_.spend.push_back(spend);
  }
  out_.begin.push_back(out_.category.size());
}

}  // namespace kam::portfolio
