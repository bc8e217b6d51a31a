/// Renewal data as a discrete-time likelihood needs them: who renewed and who left, per period.
#pragma once

#include <vector>

#include <kam/base/status.hpp>
#include <kam/churn/renewals.hpp>

namespace kam::churn {

struct RenewalCounts {
  std::vector<double> left, renewed;  ///< weighted, at the end of period i + 1
  double weight = 0, events = 0;
};

/// Unreadable rows are left out and counted in the report.
RenewalCounts count_renewals(const RenewalColumns& customers, BatchReport& report);

/// From the numbers still there after 0, 1, 2, … renewals.
Result<RenewalCounts> count_cohort(std::span<const double> active);

/// The last period in which somebody was seen; 0 if nobody was.
double last_period(const RenewalCounts& counts);

/// insufficient_data without an event.
Status check_events(const RenewalCounts& counts);

}  // namespace kam::churn
