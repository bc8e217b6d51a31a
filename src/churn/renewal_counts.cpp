#include "churn/renewal_counts.hpp"

#include <algorithm>
#include <cmath>

#include "churn/fit_arguments.hpp"

namespace kam {

Status check_sizes(const RenewalColumns& columns) {
  const std::size_t n = columns.rows();
  if (Status s = check_size("event", columns.event.size(), n); !s.ok()) return s;
  if (!columns.entry.empty()) {
    if (Status s = check_size("entry", columns.entry.size(), n); !s.ok()) return s;
  }
  return columns.weight.empty() ? Status{} : check_size("weight", columns.weight.size(), n);
}

namespace churn {

RenewalCounts count_renewals(const RenewalColumns& customers, BatchReport& report) {
  RenewalCounts counts;
  std::vector<double> ended, entered;  // by period: at risk until then, not at risk until then
  const auto make_room = [&](std::size_t periods) {
    if (periods <= ended.size()) return;
    counts.left.resize(periods);
    ended.resize(periods);
    entered.resize(periods);
  };
  for (std::size_t i = 0; i < customers.rows(); ++i) {
    const double entry = customers.entry.empty() ? 0 : customers.entry[i];
    RowReason reason = renewal_row_reason(customers.duration[i], customers.event[i], entry);
    if (reason == RowReason::none) reason = weight_reason(customers.weight, i);
    if (reason != RowReason::none) {
      report.rejected(i, reason);
      continue;
    }
    report.scored();
    const double weight = customers.weight.empty() ? 1 : customers.weight[i];
    if (weight == 0) continue;
    const auto last = static_cast<std::size_t>(customers.duration[i]);
    make_room(last);
    ended[last - 1] += weight;
    if (entry > 0) entered[static_cast<std::size_t>(entry) - 1] += weight;
    if (customers.event[i] == 1) {
      counts.left[last - 1] += weight;
      counts.events += weight;
    }
    counts.weight += weight;
  }
  counts.renewed.resize(ended.size());
  double at_risk = 0, later = 0;
  for (std::size_t i = ended.size(); i-- > 0;) {
    at_risk += ended[i];
    later += entered[i];  // enters after this period
    counts.renewed[i] = std::max(at_risk - later - counts.left[i], 0.0);
  }
  return counts;
}

Result<RenewalCounts> count_cohort(std::span<const double> active) {
  RenewalCounts counts;
  double before = HUGE_VAL;
  for (const double now : active) {
    if (!(now >= 0) || !std::isfinite(now)) return invalid_argument("active", "finite, >= 0", now);
    if (now > before) return invalid_argument("active", "counts that never rise", now);
    before = now;
  }
  for (std::size_t i = 1; i < active.size(); ++i) {
    counts.left.push_back(active[i - 1] - active[i]);
    counts.renewed.push_back(active[i]);
    counts.events += counts.left.back();
  }
  counts.weight = active.empty() ? 0 : active[0];
  return counts;
}

double last_period(const RenewalCounts& counts) {
  for (std::size_t i = counts.left.size(); i-- > 0;)
    if (counts.left[i] + counts.renewed[i] > 0) return static_cast<double>(i + 1);
  return 0;
}

Status check_events(const RenewalCounts& counts) {
  if (counts.events > 0) return {};
  return {StatusCode::insufficient_data,
          "a renewal model needs at least one customer who left, got none"};
}

}  // namespace churn
}  // namespace kam
