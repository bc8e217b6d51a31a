/// Invoices that say something of how the account pays, and the sales they are held against.
#include <algorithm>

#include "portfolio/account_facts.hpp"
#include "portfolio/exact_sum.hpp"
#include "portfolio/periods.hpp"

namespace kam::portfolio {
namespace {

constexpr auto kMonths = static_cast<std::int32_t>(InvoiceFacts::kSalesMonths);

}  // namespace

InvoiceGatherer::InvoiceGatherer(const FeatureWindow& window, std::size_t accounts,
                                 InvoiceFacts& out, DataReport& report)
    : window_(window),
      out_(out),
      report_(report),
      this_month_(period_of(window.as_of, TimeUnit::month)),
      sales_(InvoiceFacts::kSalesMonths) {
  out_.sales.assign(accounts * InvoiceFacts::kSalesMonths, 0.0);
  out_.dated.assign(accounts, 0);
  CivilDate month = to_civil(window.as_of);
  out_.sales_days.push_back(month.day);
  for (std::int32_t k = 1; k < kMonths; ++k) {
    if (--month.month == 0) month = {month.year - 1, 12, 1};
    out_.sales_days.push_back(days_in_month(month.year, month.month));
  }
}

void InvoiceGatherer::add(std::span<const DatedAmount> rows, const TransactionColumns& t,
                          std::size_t account) {
  invoices_.clear();
  std::fill(sales_.begin(), sales_.end(), OpenPeriod{});
  for (const DatedAmount& r : rows) {
    const TransactionKind kind = kind_of(t, r.row);
    if (kind != TransactionKind::invoice && kind != TransactionKind::lease) continue;
    if (!(r.amount > 0)) continue;
    add_sales(r, account);
    add_invoice(r, t, account);
  }
  std::sort(invoices_.begin(), invoices_.end());
  for (const Invoice& invoice : invoices_) {
    out_.account.push_back(account);
    out_.amount.push_back(invoice.amount);
    out_.due.push_back(invoice.due);
    out_.paid.push_back(invoice.paid);
  }
  double* const sales = out_.sales.data() + account * InvoiceFacts::kSalesMonths;
  for (std::size_t k = 0; k < sales_.size(); ++k) sales[k] = value(sales_[k].positive);
}

void InvoiceGatherer::add_sales(const DatedAmount& r, std::size_t) {
  const std::int32_t back = this_month_ - period_of(r.day, TimeUnit::month);
  if (back < kMonths) portfolio::add(sales_[static_cast<std::size_t>(back)], r.amount);
}

void InvoiceGatherer::add_invoice(const DatedAmount& r, const TransactionColumns& t,
                                  std::size_t account) {
  const Day due = t.due_date[r.row];
  Day paid = t.paid_date[r.row];
  if (!is_calendar_day(paid) || paid > window_.as_of) paid = kNoDay;  // has not happened
  if (!is_calendar_day(due)) {
    if (paid != kNoDay) return;
    report_.add("invoice_without_due_date", Severity::note, r.row,
                "An unpaid invoice without a due date: left out of what is open and overdue.");
    return;
  }
  out_.dated[account] = 1;
  const auto this_year = [&](Day day) { return day > window_.year_start && day <= window_.as_of; };
  if (paid == kNoDay || this_year(paid) || this_year(due))
    invoices_.push_back({due, paid, r.amount});
}

}  // namespace kam::portfolio
