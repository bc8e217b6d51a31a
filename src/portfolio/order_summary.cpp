#include <kam/portfolio/order_summary.hpp>

#include <cmath>
#include <limits>
#include <string>

#include "portfolio/guard.hpp"
#include "portfolio/order_state.hpp"
#include "portfolio/periods.hpp"
#include "portfolio/rows.hpp"

namespace kam::portfolio {
namespace {

Status check_output(const OrderSummaryColumns& out, std::size_t accounts) {
  if (Status s = check_size("frequency", out.frequency.size(), accounts); !s.ok()) return s;
  if (Status s = check_size("recency", out.recency.size(), accounts); !s.ok()) return s;
  if (Status s = check_size("age", out.age.size(), accounts); !s.ok()) return s;
  if (!out.log_gaps.empty()) {
    if (Status s = check_size("log_gaps", out.log_gaps.size(), accounts); !s.ok()) return s;
  }
  return check_size("monetary_value", out.monetary_value.size(), accounts);
}

void write(const ClosedPeriods& periods, Day as_of, double days_per_unit, std::size_t account,
           const OrderSummaryColumns& out, SummaryReport& report) {
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  report.periods_not_occasions += periods.others;
  if (periods.occasions == 0) {
    ++report.accounts_without_occasions;
    out.frequency[account] = out.recency[account] = out.age[account] = kMissing;
    out.monetary_value[account] = kMissing;
    if (!out.log_gaps.empty()) out.log_gaps[account] = kMissing;
    return;
  }
  const double frequency = periods.occasions - 1;
  out.frequency[account] = frequency;
  out.recency[account] = (periods.last_day - periods.first_day) / days_per_unit;
  out.age[account] = (as_of - periods.first_day) / days_per_unit;
  out.monetary_value[account] = frequency > 0 ? value(periods.repeat_value) / frequency : kMissing;
  if (out.log_gaps.empty()) return;
  out.log_gaps[account] =
      frequency > 0 ? value(periods.log_gaps) - frequency * std::log(days_per_unit) : 0.0;
}

}  // namespace

void count_rows(std::span<const RowVerdict> given, std::span<const RowVerdict> usable,
                SummaryReport& report) {
  for (std::size_t i = 0; i < usable.size(); ++i) {
    if (usable[i] == RowVerdict::used) {
      ++report.rows_used;
    } else if (!given.empty() && given[i] != RowVerdict::used) {
      ++report.rows_excluded;
    } else if (usable[i] == RowVerdict::future_dated) {
      ++report.rows_after_as_of;
    } else if (report.rows_rejected++ == 0) {
      report.first_rejected = i;
    }
  }
}

SummaryReport summarize(const TransactionColumns& transactions,
                        std::span<const RowVerdict> verdicts, std::size_t accounts,
                        const SummaryOptions& options, const OrderSummaryColumns& out) {
  return guarded<SummaryReport>([&]() -> SummaryReport {
    if (Status s = check_call(transactions, verdicts, accounts); !s.ok()) return {s};
    if (Status s = check_as_of(options.as_of); !s.ok()) return {s};
    if (Status s = check_output(out, accounts); !s.ok()) return {s};
    SummaryReport report;
    const std::vector<RowVerdict> usable = usable_rows(transactions, verdicts, options.as_of);
    count_rows(verdicts, usable, report);
    GroupedRows rows(transactions, usable, accounts);
    const bool gaps = !out.log_gaps.empty();
    for (std::size_t account = 0; account < accounts; ++account) {
      ClosedPeriods periods;
      for_each_period(rows.of(account), options.occasion,
                      [&](const OpenPeriod& period) { close(periods, period, gaps); });
      write(periods, options.as_of, days_per_unit(options.unit), account, out, report);
    }
    return report;
  });
}

SummaryReport finish(const OrderState& state, Day as_of, TimeUnit unit,
                     const OrderSummaryColumns& out) {
  return guarded<SummaryReport>([&]() -> SummaryReport {
    const std::size_t accounts = state.accounts.size();
    if (Status s = check_as_of(as_of); !s.ok()) return {s};
    if (Status s = check_output(out, accounts); !s.ok()) return {s};
    for (const AccountOrders& orders : state.accounts) {
      if (empty(orders) || back(orders).last_day <= as_of) continue;
      return {{StatusCode::invalid_argument, "`as_of` " + format_date(as_of) +
                                                 " lies before a row of the state dated " +
                                                 format_date(back(orders).last_day)}};
    }
    SummaryReport report;
    for (std::size_t account = 0; account < accounts; ++account) {
      write(closed(state.accounts[account]), as_of, days_per_unit(unit), account, out, report);
    }
    return report;
  });
}

}  // namespace kam::portfolio
