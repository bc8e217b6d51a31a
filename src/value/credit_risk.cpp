#include <kam/value/credit_risk.hpp>

#include <boost/math/special_functions/beta.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <kam/value/weights.hpp>

#include "numeric/batch.hpp"

namespace kam::value {
namespace {

/// NaN rather than an exception if an iteration should fail.
using Quiet = boost::math::policies::policy<
    boost::math::policies::promote_double<false>,
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::pole_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
    boost::math::policies::rounding_error<boost::math::policies::ignore_error>>;

/// Precondition: is_count of both, k <= n, n > 0. A low level may leave k/n outside: never here.
Interval jeffreys(double k, double n, double level) {
  const double a = k + .5, b = n - k + .5, tail = .5 * (1.0 - level), rate = k / n;
  const double lo = k == 0.0 ? 0.0 : boost::math::ibeta_inv(a, b, tail, Quiet{});
  const double hi = k == n ? 1.0 : boost::math::ibetac_inv(a, b, tail, Quiet{});
  return {rate, std::min(lo, rate), std::max(hi, rate)};
}

Status check_level(double level) {
  return level > 0.0 && level < 1.0 ? Status{}
                                    : invalid_argument("level", "between 0 and 1", level);
}

Status check_invoices(const InvoiceColumns& in, bool with_paid, Day as_of, std::size_t accounts) {
  const std::size_t rows = in.account.size();
  if (as_of == kNoDay) return {StatusCode::invalid_argument, "`as_of` must be a date"};
  Status s = check_size("amount", in.amount.size(), rows);
  if (s.ok()) s = check_size("due", in.due.size(), rows);
  if (s.ok() && with_paid) s = check_size("paid", in.paid.size(), rows);
  for (std::size_t i = 0; i < rows && s.ok(); ++i) {
    if (in.account[i] < accounts) continue;
    const std::string name = "account[" + std::to_string(i) + "]";
    s = invalid_argument(name.c_str(), "a row of the output", static_cast<double>(in.account[i]));
  }
  return s;
}

RowReason wrong_item(double amount, Day due) {
  return std::isfinite(amount) && due != kNoDay ? RowReason::none : RowReason::not_finite;
}

void count(BatchReport& report, std::size_t row, RowReason reason) {
  reason == RowReason::none ? report.scored() : report.rejected(row, reason);
}

void set_overdue_share(const AgeingColumns& out, std::size_t account) {
  double open = out.bucket[0][account], overdue = 0.0;
  for (std::size_t b = 1; b < kAgeingBuckets; ++b) overdue += out.bucket[b][account];
  open += overdue;
  out.overdue_share[account] = open > 0.0 ? overdue / open : kNaN;
}

/// Adds one invoice to the sums of its account; one that cannot be read makes them NaN.
RowReason add_invoice(const InvoiceColumns& invoices, std::size_t i, Day as_of,
                      const PunctualityColumns& out, std::vector<double>& money) {
  const double amount = invoices.amount[i];
  const double late = days_late(invoices.due[i], invoices.paid[i], as_of);
  RowReason reason = wrong_item(amount, invoices.due[i]);
  if (reason == RowReason::none && amount <= 0.0) reason = RowReason::out_of_domain;
  if (reason == RowReason::none && std::isnan(late)) return RowReason::undefined_value;
  const std::size_t account = invoices.account[i];
  const double once = reason == RowReason::none ? 1.0 : kNaN;
  out.invoices[account] += once;
  out.mean_days_late[account] += once * late;
  out.weighted_days_late[account] += once * late * amount;
  out.late_share[account] += once * (late > 0.0 ? 1.0 : 0.0);
  money[account] += amount;
  return reason;
}

/// 100-point scores of one row; the first reason that one of them cannot be one.
RowReason load(const SafetyColumns& columns, std::size_t i, std::vector<double>& scores) {
  RowReason reason = RowReason::none;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    scores[k] = columns.safety[k][i];
    if (reason != RowReason::none) continue;
    if (std::isinf(scores[k])) reason = RowReason::not_finite;
    if (std::isfinite(scores[k]) && (scores[k] < 0.0 || scores[k] > 100.0)) {
      reason = RowReason::out_of_domain;
    }
  }
  return reason;
}

Status check_safety(const std::string& name, const SafetyColumns& columns, std::size_t rows) {
  const std::string safety = name + ".safety", weights = name + ".weights";
  Status s = check_size(weights.c_str(), columns.weights.size(), columns.safety.size());
  for (std::size_t k = 0; k < columns.safety.size() && s.ok(); ++k) {
    const std::string column = safety + "[" + std::to_string(k) + "]";
    s = check_size(column.c_str(), columns.safety[k].size(), rows);
  }
  if (!s.ok()) return s;
  const auto normalised = normalised_weights(columns.weights);
  if (normalised) return {};
  return {normalised.error().code(), "`" + name + "." + normalised.error().message().substr(1)};
}

Status check_sizes(const SafetyColumns& credit, const SafetyColumns& cooperation,
                   const RiskColumns& out) {
  const std::size_t rows = out.risk_credit.size();
  Status s = check_size("credit_coverage", out.credit_coverage.size(), rows);
  if (s.ok()) s = check_size("risk_cooperation", out.risk_cooperation.size(), rows);
  if (s.ok()) s = check_size("cooperation_coverage", out.cooperation_coverage.size(), rows);
  if (s.ok()) s = check_safety("credit", credit, rows);
  if (s.ok()) s = check_safety("cooperation", cooperation, rows);
  return s;
}

}  // namespace

BatchReport ageing(const InvoiceColumns& items, Day as_of, const AgeingColumns& out) {
  const std::size_t accounts = out.overdue_share.size();
  Status s = check_invoices(items, false, as_of, accounts);
  if (s.ok()) s = check_size("unallocated", out.unallocated.size(), accounts);
  for (std::size_t b = 0; b < kAgeingBuckets && s.ok(); ++b) {
    s = check_size(("bucket[" + std::to_string(b) + "]").c_str(), out.bucket[b].size(), accounts);
  }
  if (!s.ok()) return numeric::failed(s);
  for (std::span<double> bucket : out.bucket) std::fill(bucket.begin(), bucket.end(), 0.0);
  std::fill(out.unallocated.begin(), out.unallocated.end(), 0.0);
  BatchReport report;
  for (std::size_t i = 0; i < items.account.size(); ++i) {
    const std::size_t account = items.account[i];
    const RowReason reason = wrong_item(items.amount[i], items.due[i]);
    count(report, i, reason);
    if (reason != RowReason::none) {
      for (std::span<double> bucket : out.bucket) bucket[account] = kNaN;
      out.unallocated[account] = kNaN;
    } else if (items.amount[i] < 0.0) {
      out.unallocated[account] += items.amount[i];
    } else {
      const long long past = static_cast<long long>(as_of) - items.due[i];
      out.bucket[ageing_bucket(static_cast<int>(std::clamp(past, -1LL, 91LL)))][account] +=
          items.amount[i];
    }
  }
  for (std::size_t a = 0; a < accounts; ++a) set_overdue_share(out, a);
  return report;
}

BatchReport punctuality(const InvoiceColumns& invoices, Day as_of, const PunctualityColumns& out) {
  const std::size_t accounts = out.mean_days_late.size();
  Status s = check_invoices(invoices, true, as_of, accounts);
  if (s.ok()) s = check_size("weighted_days_late", out.weighted_days_late.size(), accounts);
  if (s.ok()) s = check_size("late_share", out.late_share.size(), accounts);
  if (s.ok()) s = check_size("invoices", out.invoices.size(), accounts);
  if (!s.ok()) return numeric::failed(s);
  const auto columns = {out.mean_days_late, out.weighted_days_late, out.late_share, out.invoices};
  for (std::span<double> column : columns) std::fill(column.begin(), column.end(), 0.0);
  std::vector<double> money(accounts, 0.0);
  BatchReport report;
  for (std::size_t i = 0; i < invoices.account.size(); ++i) {
    count(report, i, add_invoice(invoices, i, as_of, out, money));
  }
  for (std::size_t a = 0; a < accounts; ++a) {  // 0/0 is NaN: no invoice, no rate
    out.mean_days_late[a] /= out.invoices[a];
    out.weighted_days_late[a] /= money[a];
    out.late_share[a] /= out.invoices[a];
  }
  return report;
}

BatchReport count_back_dso(const SalesColumns& accounts, std::span<double> days,
                           std::span<std::uint8_t> beyond_history, const Executor& executor) {
  const std::size_t rows = accounts.receivable.size(), periods = accounts.sales.size();
  Status s = check_size("days", days.size(), rows);
  if (s.ok()) s = check_size("beyond_history", beyond_history.size(), rows);
  if (s.ok()) s = check_size("period_days", accounts.period_days.size(), periods);
  for (std::size_t k = 0; k < periods && s.ok(); ++k) {
    const std::string index = "[" + std::to_string(k) + "]";
    s = check_size(("sales" + index).c_str(), accounts.sales[k].size(), rows);
    if (s.ok() && !(accounts.period_days[k] > 0.0)) {
      s = invalid_argument(("period_days" + index).c_str(), "above 0", accounts.period_days[k]);
    }
  }
  if (!s.ok()) return numeric::failed(s);
  std::vector<BatchReport> blocks((rows + kBlockRows - 1) / kBlockRows);
  const bool done = for_each_block(executor, rows, [&](std::size_t block, auto begin, auto end) {
    std::vector<double> sales(periods);
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t k = 0; k < periods; ++k) sales[k] = accounts.sales[k][i];
      const auto [value, beyond] =
          count_back_dso(accounts.receivable[i], sales, accounts.period_days);
      days[i] = value;
      beyond_history[i] = beyond;
      const bool missing =
          !std::isfinite(accounts.receivable[i]) ||
          std::any_of(sales.begin(), sales.end(), [](double v) { return !std::isfinite(v); });
      count(blocks[block], i,
            !std::isnan(value) ? RowReason::none
            : missing          ? RowReason::not_finite
                               : RowReason::out_of_domain);
    }
  });
  BatchReport report;
  for (const BatchReport& block : blocks) report.append(block);
  if (!done) report.status = {StatusCode::cancelled, "cancelled by the executor"};
  return report;
}

BatchReport expected_credit_loss(std::span<const double> pd, std::span<const double> lgd,
                                 std::span<const double> ead, std::span<double> out,
                                 const Executor& executor) {
  Status s = check_size("lgd", lgd.size(), pd.size());
  if (s.ok()) s = check_size("ead", ead.size(), pd.size());
  if (s.ok()) s = check_size("out", out.size(), pd.size());
  if (!s.ok()) return numeric::failed(s);
  return numeric::for_each_row(
      out, executor,
      [&](std::size_t i) {
        if (!std::isfinite(pd[i]) || !std::isfinite(lgd[i]) || !std::isfinite(ead[i])) {
          return RowReason::not_finite;
        }
        const bool good = !std::isnan(expected_credit_loss(pd[i], lgd[i], ead[i]));
        return good ? RowReason::none : RowReason::out_of_domain;
      },
      [&](std::size_t i) { return expected_credit_loss(pd[i], lgd[i], ead[i]); });
}

Result<Interval> dispute_rate(double disputed, double orders, double level) {
  if (Status s = check_level(level); !s.ok()) return s;
  if (!is_count(orders) || orders == 0.0) {
    return invalid_argument("orders", "a whole number above 0", orders);
  }
  if (!is_count(disputed) || disputed > orders) {
    return invalid_argument("disputed", "a whole number from 0 to `orders`", disputed);
  }
  return jeffreys(disputed, orders, level);
}

BatchReport dispute_rate(std::span<const double> disputed, std::span<const double> orders,
                         double level, const IntervalColumns& out, const Executor& executor) {
  Status s = check_level(level);
  if (s.ok()) s = check_size("orders", orders.size(), disputed.size());
  if (s.ok()) s = check_size("estimate", out.estimate.size(), disputed.size());
  if (s.ok()) s = check_size("lo", out.lo.size(), disputed.size());
  if (s.ok()) s = check_size("hi", out.hi.size(), disputed.size());
  if (!s.ok()) return numeric::failed(s);
  const auto reason = [&](std::size_t i) {
    out.lo[i] = out.hi[i] = kNaN;
    if (!std::isfinite(disputed[i]) || !std::isfinite(orders[i])) return RowReason::not_finite;
    const bool good = is_count(disputed[i]) && is_count(orders[i]) && disputed[i] <= orders[i];
    if (!good) return RowReason::out_of_domain;
    return orders[i] > 0.0 ? RowReason::none : RowReason::undefined_value;
  };
  return numeric::for_each_row(out.estimate, executor, reason, [&](std::size_t i) {
    const Interval rate = jeffreys(disputed[i], orders[i], level);
    out.lo[i] = rate.lo;
    out.hi[i] = rate.hi;
    return rate.estimate;
  });
}

BatchReport risk_indices(const SafetyColumns& credit, const SafetyColumns& cooperation,
                         const RiskColumns& out, double minimum_coverage,
                         const Executor& executor) {
  Status s = check_sizes(credit, cooperation, out);
  if (s.ok() && !(minimum_coverage >= 0.0 && minimum_coverage <= 1.0)) {
    s = invalid_argument("minimum_coverage", "between 0 and 1", minimum_coverage);
  }
  if (!s.ok()) return numeric::failed(s);
  const std::size_t rows = out.risk_credit.size();
  std::vector<BatchReport> blocks((rows + kBlockRows - 1) / kBlockRows);
  const bool done = for_each_block(executor, rows, [&](std::size_t block, auto begin, auto end) {
    std::vector<double> own(credit.weights.size()), joint(cooperation.weights.size());
    for (std::size_t i = begin; i < end; ++i) {
      RowReason reason = load(credit, i, own);
      const RowReason other = load(cooperation, i, joint);
      const RiskIndex a = risk_index(own, credit.weights, minimum_coverage);
      const RiskIndex b = risk_index(joint, cooperation.weights, minimum_coverage);
      out.risk_credit[i] = a.risk;
      out.credit_coverage[i] = a.coverage;
      out.risk_cooperation[i] = b.risk;
      out.cooperation_coverage[i] = b.coverage;
      if (reason == RowReason::none) reason = other;
      const bool missing = std::isnan(a.risk) || std::isnan(b.risk);
      if (reason == RowReason::none && missing) reason = RowReason::undefined_value;
      count(blocks[block], i, reason);
    }
  });
  BatchReport report;
  for (const BatchReport& block : blocks) report.append(block);
  if (!done) report.status = {StatusCode::cancelled, "cancelled by the executor"};
  return report;
}

}  // namespace kam::value
