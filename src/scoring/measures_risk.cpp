/// Their balance sheet, our exposure, and what binds both: financials and contracts.
#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <kam/value/credit_risk.hpp>

#include "scoring/measures.hpp"

namespace kam::scoring {
namespace {

using portfolio::ContractColumns;
using portfolio::FeatureTable;
using portfolio::FinancialColumns;
using portfolio::Severity;

constexpr Day kFirstDay = to_day({1, 1, 1}), kLastDay = to_day({9999, 12, 31});

bool is_day(Day day) {
  return day >= kFirstDay && day <= kLastDay;
}

double at(std::span<const double> column, std::size_t row) {
  return column.empty() ? kNaN : column[row];
}

/// The value of the latest row that has one. Two of one day that differ cannot be told apart:
/// missing.
struct LatestValues {
  std::vector<double> values;
  std::vector<Day> day;

  explicit LatestValues(std::size_t n) : values(n, kNaN), day(n, kNoDay) {}

  void add(std::size_t account, Day on, double value, std::size_t row,
           portfolio::DataReport& report) {
    if (!std::isfinite(value) || on < day[account]) return;
    if (on > day[account]) {
      day[account] = on;
      values[account] = value;
    } else if (values[account] != value) {
      values[account] = kNaN;
      report.add("financial_conflict", Severity::note, row,
                 "Another row of the same account and day says something else; neither is used.");
    }
  }
  [[nodiscard]] std::vector<double> ages(Day as_of) const {
    std::vector<double> result(values.size(), kNaN);
    for (std::size_t i = 0; i < result.size(); ++i) {
      if (!std::isnan(values[i])) result[i] = as_of - day[i];
    }
    return result;
  }
};

double z2_of(const FinancialColumns& f, std::size_t row) {
  return value::altman_z2(value::altman_ratios({.working_capital = at(f.working_capital, row),
                                                .retained_earnings = at(f.retained_earnings, row),
                                                .ebit = at(f.ebit, row),
                                                .book_equity = at(f.equity, row),
                                                .total_assets = at(f.total_assets, row),
                                                .total_liabilities = at(f.liabilities, row)}));
}

struct Credit {
  LatestValues z2, limit_use, default_probability, exposure;
  explicit Credit(std::size_t n) : z2(n), limit_use(n), default_probability(n), exposure(n) {}

  void add(const FinancialColumns& f, std::size_t row, portfolio::DataReport& report) {
    const std::size_t account = f.account[row];
    const Day day = f.date[row];
    z2.add(account, day, z2_of(f, row), row, report);
    const double exposed = at(f.exposure, row), pd = at(f.probability_of_default, row);
    limit_use.add(account, day, value::limit_use(exposed, at(f.credit_limit, row)), row, report);
    exposure.add(account, day, exposed >= 0 ? exposed : kNaN, row, report);
    if (pd < 0 || pd > 1) {
      report.add("financial_bad_probability", Severity::note, row,
                 "A probability of default lies between 0 and 1; this one is not used.");
    } else {
      default_probability.add(account, day, pd, row, report);
    }
  }
};

Credit read_credit(const MeasureInput& in, portfolio::DataReport& report) {
  const FinancialColumns& f = in.portfolio.financials;
  Credit credit(in.portfolio.accounts.rows);
  for (std::size_t row = 0; row < f.account.size(); ++row) {
    if (!is_day(f.date[row])) {
      report.add("financial_unreadable_date", Severity::rejected, row,
                 "The date of the balance sheet is missing or could not be read; the row is left "
                 "out.");
    } else if (f.date[row] <= in.as_of()) {
      credit.add(f, row, report);
    }
  }
  return credit;
}

void add_credit(const MeasureInput& in, FeatureTable& features) {
  if (in.portfolio.financials.account.empty()) {
    for (const char* name :
         {"limit_use", "altman_z2", "probability_of_default", "expected_credit_loss"}) {
      features.add(name, {}, "needs table financials");
    }
    return;
  }
  Credit credit = read_credit(in, features.report);
  std::vector<double> loss(features.accounts);
  for (std::size_t i = 0; i < loss.size(); ++i) {
    loss[i] = value::expected_credit_loss(credit.default_probability.values[i],
                                          in.options.loss_given_default, credit.exposure.values[i]);
  }
  const auto add = [&](const char* name, LatestValues& latest) {
    std::vector<double> ages = latest.ages(in.as_of());
    features.add(name, std::move(latest.values), "", std::move(ages));
  };
  add("limit_use", credit.limit_use);
  add("altman_z2", credit.z2);
  add("probability_of_default", credit.default_probability);
  features.add("expected_credit_loss", std::move(loss));
}

/// Running contracts of every account.
struct Running {
  std::vector<double> value, renewal;
  explicit Running(std::size_t n) : value(n, kNaN), renewal(n, kNaN) {}

  /// Of an account with a contract, even if that has ended, it is known what it holds.
  void know(std::size_t account) {
    if (std::isnan(value[account])) value[account] = 0;
  }

  void add(const ContractColumns& c, std::size_t row, Day as_of, portfolio::DataReport& report) {
    const std::size_t account = c.account[row];
    const double yearly = at(c.value_per_year, row);
    if (yearly >= 0 && yearly <= portfolio::kMaxAmount) {
      values_.emplace_back(account, yearly);
    } else if (!c.value_per_year.empty()) {
      unknown_.insert(account);
      report.add("contract_bad_value", Severity::note, row,
                 "The value of the contract is missing or below 0, so the account's contract "
                 "value is not known.");
    }
    if (c.end.empty() || c.end[row] == kNoDay || c.notice_days.empty()) return;
    const double days = value::renewal_days(c.end[row], c.notice_days[row], as_of);
    if (std::isnan(days)) {
      report.add(
          "contract_bad_notice", Severity::note, row,
          "The days of notice are missing or below 0; the contract says nothing of renewal.");
    } else {
      renewal[account] = std::fmin(renewal[account], days);
    }
  }
  /// Smallest first, so that the order of rows cannot show.
  void sum_up() {
    std::sort(values_.begin(), values_.end());
    for (const auto& [account, yearly] : values_) value[account] += yearly;
    for (const std::size_t account : unknown_) value[account] = kNaN;
  }

 private:
  std::vector<std::pair<std::size_t, double>> values_{};
  std::set<std::size_t> unknown_{};
};

void add_contracts(const MeasureInput& in, FeatureTable& features) {
  const ContractColumns& c = in.portfolio.contracts;
  if (c.account.empty()) {
    features.add("renewal_days", {}, "needs table contracts");
    features.add("contract_value", {}, "needs table contracts");
    return;
  }
  Running running(features.accounts);
  for (std::size_t row = 0; row < c.account.size(); ++row) {
    if (!is_day(c.start[row])) {
      features.report.add("contract_unreadable_start", Severity::rejected, row,
                          "The start of the contract is missing or could not be read; it is left "
                          "out.");
      continue;
    }
    if (c.start[row] > in.as_of()) continue;
    running.know(c.account[row]);
    const bool ended = !c.end.empty() && c.end[row] != kNoDay && c.end[row] < in.as_of();
    if (ended) continue;
    running.add(c, row, in.as_of(), features.report);
  }
  running.sum_up();
  const bool ends = !c.end.empty() && !c.notice_days.empty(), values = !c.value_per_year.empty();
  features.add("renewal_days", ends ? std::move(running.renewal) : std::vector<double>(),
               ends ? "" : "needs end and notice_days of contracts");
  features.add("contract_value", values ? std::move(running.value) : std::vector<double>(),
               values ? "" : "needs value_per_year of contracts");
}

}  // namespace

void add_risk_measures(const MeasureInput& in, FeatureTable& features) {
  add_credit(in, features);
  add_contracts(in, features);
}

}  // namespace kam::scoring
