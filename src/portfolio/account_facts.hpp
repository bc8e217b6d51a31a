/// How the facts are gathered, one subject per file. All are told of one account at a time, its
/// rows by day and none after as_of.
#pragma once

#include <span>
#include <vector>

#include <kam/portfolio/facts.hpp>
#include <kam/portfolio/order_summary.hpp>

#include "portfolio/rows.hpp"

namespace kam::portfolio {

[[nodiscard]] FeatureWindow feature_window(Day as_of, const FeatureOptions& options);

[[nodiscard]] TransactionKind kind_of(const TransactionColumns& t, std::uint32_t row) noexcept;

/// Sums and counts; the weeks of the orders are appended to `weeks`.
[[nodiscard]] AccountFacts account_facts(std::span<const DatedAmount> rows,
                                         const TransactionColumns& transactions,
                                         const FeatureWindow& window, OrderWeeks& weeks);

/// Fills the monthly series account by account, in order of accounts.
class MonthlyGatherer {
 public:
  MonthlyGatherer(const FeatureWindow& window, Day first_day, std::size_t accounts,
                  MonthlyRevenue& out);
  void add(std::span<const DatedAmount> rows, const TransactionColumns& transactions,
           std::size_t account);

 private:
  void add_prepayment(const DatedAmount& row);

  const FeatureWindow& window_;
  MonthlyRevenue& out_;
  std::int32_t first_month_;
  std::vector<OpenPeriod> nets_;
};

/// Appends what the account bought of each category in the year.
class CategoryGatherer {
 public:
  CategoryGatherer(const FeatureWindow& window, CategorySpend& out) : window_(window), out_(out) {
    out_.begin.assign(1, 0);
  }
  void add(std::span<const DatedAmount> rows, const TransactionColumns& transactions);

 private:
  const FeatureWindow& window_;
  CategorySpend& out_;
  std::vector<std::pair<Code, double>> bought_{};
};

/// Appends the account's invoices and the sales of its latest months.
class InvoiceGatherer {
 public:
  InvoiceGatherer(const FeatureWindow& window, std::size_t accounts, InvoiceFacts& out,
                  DataReport& report);
  void add(std::span<const DatedAmount> rows, const TransactionColumns& transactions,
           std::size_t account);

 private:
  void add_sales(const DatedAmount& row, std::size_t account);
  void add_invoice(const DatedAmount& row, const TransactionColumns& transactions,
                   std::size_t account);

  struct Invoice {
    Day due, paid;
    double amount;
    friend auto operator<=>(const Invoice&, const Invoice&) = default;
  };
  const FeatureWindow& window_;
  InvoiceFacts& out_;
  DataReport& report_;
  std::int32_t this_month_;
  std::vector<Invoice> invoices_{};
  std::vector<OpenPeriod> sales_{};
};

[[nodiscard]] PeopleFacts people_facts(const StakeholderColumns& stakeholders, std::size_t accounts,
                                       Day as_of, DataReport& report);

[[nodiscard]] std::vector<ContactFacts> contact_facts(const Portfolio& portfolio,
                                                      const PeopleFacts& people,
                                                      const FeatureWindow& window);

/// What features and gather_facts refuse.
[[nodiscard]] Status check_feature_call(const Portfolio& portfolio,
                                        std::span<const RowVerdict> verdicts, Day as_of,
                                        const FeatureOptions& options);

}  // namespace kam::portfolio
