/// What the rows say of each account, gathered once: sums, counts and series, no judgement. The
/// features and whatever else is derived (scoring/measures.hpp) read these and not the rows.
///
/// Every fact of an account rests on its own rows dated on or before as_of; nothing depends on the
/// order of rows or on other accounts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <kam/base/date.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>
#include <kam/portfolio/check.hpp>
#include <kam/portfolio/data_report.hpp>
#include <kam/portfolio/feature_options.hpp>
#include <kam/portfolio/records.hpp>

namespace kam::portfolio {

/// The spans of time that features look at.
struct FeatureWindow {
  Day as_of = kNoDay;
  Day year_start = kNoDay;       ///< 12m is (year_start, as_of]
  std::int32_t open_month = 0;   ///< year * 12 + month - 1 of the first month that is not complete
  std::int32_t first_month = 0;  ///< the first month of the repurchase rate
  int prepayment_months = 12;
  int trend_months = 36;
};

/// Sums and counts of one account's transactions.
struct AccountFacts {
  bool has_rows = false;
  double net_revenue_ever = 0.0;  ///< whole history [money]
  double net_revenue = 0.0;       ///< 12m [money]
  double cogs = 0.0;              ///< 12m [money]; NaN if a needed one is missing
  double invoiced = 0.0;          ///< 12m, positive rows that are no correction [money]
  double returned = 0.0;          ///< 12m, goods that came back [money], >= 0
  double quantity = 0.0;          ///< 12m, net of returns [units]; NaN if a needed one is missing
  double orders = 0.0;            ///< ever
  double orders_12m = 0.0;
  Day last_order = kNoDay;
  double active_months = 0.0;    ///< of the eligible ones
  double eligible_months = 0.0;  ///< complete months after the first order's, in the window
  double gaps = 0.0;             ///< between consecutive occasions
  double gap_mean = 0.0;         ///< of ln gap [ln days]
  double gap_squares = 0.0;      ///< sum of squared deviations from it
};

/// Net revenue of the complete calendar months before as_of, prepayments earned evenly [money];
/// accounts x months, row-major, oldest first. An account's first month is not whole and says
/// nothing; it and what lies before are NaN. A month without rows is 0.
struct MonthlyRevenue {
  std::size_t months = 0;
  std::vector<double> values{};
  std::vector<std::size_t> known{};  ///< per account: months at the end of its row that are there

  /// The months of an account that are there, oldest first.
  [[nodiscard]] std::span<const double> of(std::size_t account) const noexcept {
    return {values.data() + (account + 1) * months - known[account], known[account]};
  }
};

/// Weeks with an order, counted from the week of the account's first one, which is 1.
struct OrderWeeks {
  std::vector<std::size_t> begin{0};  ///< accounts + 1
  std::vector<std::int32_t> week{};   ///< ascending within an account
  std::vector<std::int32_t> weeks{};  ///< per account: observed, the last of them in part
};

/// What was bought in 12m by category; empty without a category column.
struct CategorySpend {
  std::vector<std::size_t> begin{};  ///< accounts + 1
  std::vector<Code> category{};      ///< ascending within an account
  std::vector<double> spend{};       ///< net [money], > 0
};

/// Invoices and leases with a due date that are open on as_of, or were paid or due in 12m; empty
/// unless there are due and paid dates.
struct InvoiceFacts {
  static constexpr std::size_t kSalesMonths = 24;
  std::vector<std::size_t> account{};
  std::vector<double> amount{};       ///< [money], > 0
  std::vector<Day> due{};             ///< a date
  std::vector<Day> paid{};            ///< kNoDay = unpaid on as_of
  std::vector<double> sales{};        ///< [money]; accounts x kSalesMonths, latest first
  std::vector<double> sales_days{};   ///< days of these months; the first ends with as_of
  std::vector<std::uint8_t> dated{};  ///< per account: whether it has such an invoice at all
  [[nodiscard]] bool given() const noexcept { return !sales_days.empty(); }
};

/// Visits, calls and meetings, complaints and reports; empty without types of activities.
struct ContactFacts {
  bool has_rows = false;  ///< of any type, at any time up to as_of: without one nothing is known
  double contacts_12m = 0.0;
  Day last_contact = kNoDay;
  double their_people = 0.0;      ///< of them contacted in 12m
  double largest_share = kNaN;    ///< of one of our people in the contacts that name one
  double effective_pairs = kNaN;  ///< 1/sum q^2 over pairs of our and their person
  double departments = kNaN;  ///< of the people contacted; NaN without stakeholders of the account
  double levels = kNaN;       ///< reached, 0 to 3
  double executive = kNaN;    ///< 1 if one of their executives was contacted
  double complaints_12m = 0.0;
  double reports_due_12m = 0.0;
  double reports_on_time_12m = 0.0;
};

/// The row that speaks for each person on as_of; empty without a stakeholders table.
struct PeopleFacts {
  std::vector<std::size_t> begin{};  ///< accounts + 1
  std::vector<std::uint32_t> row{};  ///< of StakeholderColumns, by person within an account
};

struct PortfolioFacts {
  FeatureWindow window{};
  std::vector<AccountFacts> accounts{};
  MonthlyRevenue monthly{};
  OrderWeeks order_weeks{};
  CategorySpend categories{};
  InvoiceFacts invoices{};
  std::vector<ContactFacts> contacts{};
  PeopleFacts people{};
  DataReport report{};  ///< rows of side tables that could not be used
};

/// O(rows log rows-per-account); groups of facts whose table or column is absent cost nothing.
/// Errors: columns that do not fit together, as_of before 1900-01-02, options out of range.
[[nodiscard]] Result<PortfolioFacts> gather_facts(const Portfolio& portfolio,
                                                  std::span<const RowVerdict> verdicts, Day as_of,
                                                  const FeatureOptions& options = {});

}  // namespace kam::portfolio
