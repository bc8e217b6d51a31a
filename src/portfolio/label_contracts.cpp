#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <kam/base/special.hpp>

#include "portfolio/label_rules.hpp"
#include "portfolio/periods.hpp"
#include "portfolio/rows.hpp"

namespace kam::portfolio {
namespace {

constexpr Day kNever = std::numeric_limits<Day>::max();

struct Contract {
  Day start, end;  // last day; kNever = open
  double value;
  [[nodiscard]] bool runs_on(Day day) const noexcept { return start <= day && day <= end; }
};

/// Per account, by start; rows without a start, or that end before it, are left out and counted.
std::vector<std::vector<Contract>> contracts_of(const ContractColumns& c, std::size_t accounts,
                                                Day as_of, std::size_t& rejected) {
  std::vector<std::vector<Contract>> result(accounts);
  for (std::size_t i = 0; i < c.account.size(); ++i) {
    const Day end = c.end.empty() || c.end[i] == kNoDay ? kNever : c.end[i];
    if (!is_calendar_day(c.start[i]) || end < c.start[i]) {
      ++rejected;
      continue;
    }
    if (c.start[i] > as_of) continue;
    const double value = c.value_per_year.empty() ? kNaN : c.value_per_year[i];
    result[c.account[i]].push_back({c.start[i], end, value});
  }
  for (auto& own : result) {
    std::sort(own.begin(), own.end(),
              [](const Contract& a, const Contract& b) { return a.start < b.start; });
  }
  return result;
}

/// The last day of the cover that runs on the cut, renewals within grace included.
Day cover_end(const std::vector<Contract>& own, Day cut, int grace) {
  Day cover = kNoDay;
  for (const Contract& c : own) {
    if (c.runs_on(cut)) cover = std::max(cover, c.end);
  }
  for (const Contract& c : own) {
    const bool follows = cover != kNoDay && cover != kNever && c.start > cut &&
                         std::int64_t{c.start} - cover - 1 <= grace;
    if (follows) cover = std::max(cover, c.end);
  }
  return cover;
}

LabelVerdict contract_end(const std::vector<Contract>& own, const LabelWindow& w,
                          const LabelOptions& o) {
  const Day cover = cover_end(own, w.cut, o.grace_days);
  if (cover == kNoDay) return {LabelStatus::not_at_risk};
  if (std::int64_t{w.end} + o.grace_days > o.as_of) return {LabelStatus::window_open};
  return {LabelStatus::labelled, cover < w.end};
}

/// Sum of the values running on a day, exact; NaN if one is missing.
double value_on(const std::vector<Contract>& own, Day day) {
  OpenPeriod sum;
  for (const Contract& c : own) {
    if (!c.runs_on(day)) continue;
    if (!is_amount(c.value)) return kNaN;
    add(sum, c.value);
  }
  return net_of(sum).net;
}

LabelVerdict contract_value(const std::vector<Contract>& own, const LabelWindow& w,
                            const LabelOptions& o) {
  const double before = value_on(own, w.cut);
  if (before <= 0.0) return {LabelStatus::not_at_risk};
  if (w.end > o.as_of) return {LabelStatus::window_open};
  const double after = value_on(own, w.end);
  if (std::isnan(before) || std::isnan(after)) return {LabelStatus::value_missing};
  return {LabelStatus::labelled, after < (1.0 - o.loss_share) * before * (1.0 - kLossRounding)};
}

}  // namespace

void label_contracts(const Portfolio& p, std::span<const Day> cuts, const LabelOptions& o,
                     ChurnLabels& labels) {
  const auto contracts = contracts_of(p.contracts, p.accounts.rows, o.as_of, labels.rows_rejected);
  for (std::size_t account = 0; account < contracts.size(); ++account) {
    for (const Day cut : cuts) {
      const LabelWindow w{cut, cut + o.horizon_days};
      const auto& own = contracts[account];
      const bool end = o.definition == LossDefinition::contract_end;
      add_label(labels, account, w, end ? contract_end(own, w, o) : contract_value(own, w, o));
    }
  }
}

}  // namespace kam::portfolio
