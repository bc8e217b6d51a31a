/// How the account pays and quarrels.
#include <cmath>
#include <utility>

#include <kam/value/credit_risk.hpp>

#include "scoring/measures.hpp"

namespace kam::scoring {
namespace {

using portfolio::FeatureTable;
using portfolio::InvoiceFacts;

struct PaymentColumns {
  std::vector<double> late, overdue, dso;
  explicit PaymentColumns(std::size_t n) : late(n, kNaN), overdue(n, kNaN), dso(n, kNaN) {}
};

/// The facts are sound by construction, so that a refusal of these calls cannot happen.
void measure_punctuality(const InvoiceFacts& f, Day as_of, PaymentColumns& columns) {
  const std::size_t n = columns.late.size();
  std::vector<double> weighted(n), share(n), invoices(n);
  const auto report = value::punctuality({f.account, f.amount, f.due, f.paid}, as_of,
                                         {columns.late, weighted, share, invoices});
  if (!report.ok()) columns.late.assign(n, kNaN);
}

void measure_receivables(const InvoiceFacts& f, Day as_of, PaymentColumns& columns) {
  const std::size_t n = columns.late.size();
  std::vector<std::size_t> account;
  std::vector<double> amount;
  std::vector<Day> due;
  for (std::size_t i = 0; i < f.account.size(); ++i) {
    if (f.paid[i] != kNoDay) continue;
    account.push_back(f.account[i]);
    amount.push_back(f.amount[i]);
    due.push_back(f.due[i]);
  }
  std::array<std::vector<double>, value::kAgeingBuckets> bucket;
  value::AgeingColumns out{};
  for (std::size_t b = 0; b < bucket.size(); ++b) {
    bucket[b].resize(n);
    out.bucket[b] = bucket[b];
  }
  std::vector<double> unallocated(n);
  out.unallocated = unallocated;
  out.overdue_share = columns.overdue;
  if (!value::ageing({account, amount, due}, as_of, out).ok()) return;
  for (std::size_t i = 0; i < n; ++i) {
    if (f.dated[i] == 0) continue;
    double open = 0;
    for (const auto& column : bucket) open += column[i];
    const auto sales =
        std::span(f.sales).subspan(i * InvoiceFacts::kSalesMonths, InvoiceFacts::kSalesMonths);
    columns.dso[i] = value::count_back_dso(open, sales, f.sales_days).days;
  }
}

void add_payment(const MeasureInput& in, FeatureTable& features) {
  const InvoiceFacts& invoices = in.facts.invoices;
  const char* note = invoices.given() ? "" : "needs due_date and paid_date";
  PaymentColumns columns(invoices.given() ? features.accounts : 0);
  if (invoices.given()) {
    measure_punctuality(invoices, in.as_of(), columns);
    measure_receivables(invoices, in.as_of(), columns);
  }
  features.add("days_late", std::move(columns.late), note);
  features.add("overdue_share", std::move(columns.overdue), note);
  features.add("dso_days", std::move(columns.dso), note);
}

void add_disputes(const MeasureInput& in, FeatureTable& features) {
  if (in.facts.contacts.empty() && features.accounts > 0) {
    features.add("dispute_rate", {}, "needs types of activities");
    return;
  }
  std::vector<double> rate(features.accounts, kNaN);
  for (std::size_t i = 0; i < rate.size(); ++i) {
    const double orders = in.facts.accounts[i].orders_12m;
    const portfolio::ContactFacts& contacts = in.facts.contacts[i];
    if (orders > 0 && contacts.has_rows) rate[i] = contacts.complaints_12m / orders;
  }
  features.add("dispute_rate", std::move(rate));
}

}  // namespace

void add_payment_measures(const MeasureInput& in, FeatureTable& features) {
  add_payment(in, features);
  add_disputes(in, features);
}

}  // namespace kam::scoring
