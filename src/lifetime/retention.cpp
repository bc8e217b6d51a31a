#include <kam/lifetime/retention.hpp>

#include <algorithm>
#include <charconv>

#include <kam/base/columns.hpp>

#include "numeric/batch.hpp"

namespace kam::lifetime {
namespace {

/// At most so many decimals, none of them a closing 0.
std::string rounded(double value, int decimals) {
  char buffer[400];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, decimals).ptr;
  std::string text(buffer, end);
  if (decimals == 0) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string percent(double share, int decimals = 1) {
  return rounded(100 * share, decimals) + " %";
}

const char* verdict(double lift, const RetentionClaim& claim) {
  if (lift < claim.lo) return "below";
  return lift > claim.hi ? "above" : "within";
}

/// "5 points less churn (15 %) makes a customer worth 27.5 % more, within the claimed 25 % to 85 %"
std::string reading(const RetentionClaim& claim, LiftMode mode) {
  const bool points = mode == LiftMode::points;
  const double lift = points ? claim.lift_points : claim.lift_percent;
  std::string text = rounded(100 * claim.delta, 2) + (points ? " points" : " percent") + " less";
  const double after = improved_churn(claim.churn, claim.delta, mode);
  if (std::isnan(after)) return text + " is more churn than there is";
  text += " churn (" + percent(after, 2) + ") makes a customer worth ";
  if (std::isnan(lift)) return text + "more than any number: the sum has no end";
  return text + percent(lift) + " more, " + verdict(lift, claim) + " the claimed " +
         percent(claim.lo) + " to " + percent(claim.hi);
}

/// Points of churn that make a customer worth (1 + lift) times as much; NaN if not even 0 churn
/// does.
double points_for(double churn, double lift, const Terms& terms) {
  const double wanted = (1 + lift) * margin_multiple(1 - churn, terms);
  return churn - churn_for_multiple(wanted, terms);
}

Status check(const Terms& terms) {
  if (!(terms.discount > -1 && std::isfinite(terms.discount))) {
    return invalid_argument("discount", "finite and above -1", terms.discount);
  }
  if (!(terms.growth > -1 && std::isfinite(terms.growth))) {
    return invalid_argument("growth", "finite and above -1", terms.growth);
  }
  const double h = terms.horizon;
  if (!(h >= 0 && (h == HUGE_VAL || h == std::floor(h)))) {
    return invalid_argument("horizon", "a whole number >= 0 or infinite", h);
  }
  return {};
}

RowReason reason(double margin, double retention) {
  if (!std::isfinite(margin) || !std::isfinite(retention)) return RowReason::not_finite;
  return detail::is_share(retention) ? RowReason::none : RowReason::out_of_domain;
}

/// Σ margin · M at another discount rate.
double equity_at(std::span<const double> margin, std::span<const double> retention, Terms terms,
                 double discount) {
  terms.discount = discount;
  double sum = 0;
  for (std::size_t i = 0; i < margin.size(); ++i) {
    if (reason(margin[i], retention[i]) != RowReason::none) continue;
    const double multiple = margin_multiple(retention[i], terms);
    if (!std::isnan(multiple)) sum += margin[i] * multiple;
  }
  return sum;
}

}  // namespace

double churn_for_multiple(double multiple, const Terms& terms) noexcept {
  // A sum without end is more than any multiple: NaN counts as high.
  const auto reaches = [&](double churn) {
    return !(margin_multiple(1 - churn, terms) < multiple);
  };
  if (!(multiple >= 0) || !check(terms).ok() || !reaches(0)) return kNaN;
  if (reaches(1)) return 1;
  double lo = 0, hi = 1;
  for (;;) {
    const double middle = lo + (hi - lo) / 2;
    if (!(middle > lo && middle < hi)) return lo;
    (reaches(middle) ? lo : hi) = middle;
  }
}

Result<RetentionClaim> check_retention_claim(double churn, const Terms& terms, double delta,
                                             double lo, double hi) {
  if (Status s = check(terms); !s.ok()) return s;
  if (!(churn >= 0 && churn < 1)) return invalid_argument("churn", "in 0 ... 1, below 1", churn);
  if (!(delta > 0 && delta <= 1)) return invalid_argument("delta", "above 0 and at most 1", delta);
  if (!(lo > 0 && lo <= hi && std::isfinite(hi))) {
    return invalid_argument("lo", "above 0 and at most `hi`", lo);
  }
  if (!(margin_multiple(1 - churn, terms) > 0)) {
    return invalid_argument("churn", "such that the customer has a finite value above 0", churn);
  }
  return RetentionClaim{churn,
                        delta,
                        lo,
                        hi,
                        terms,
                        retention_lift(churn, delta, LiftMode::points, terms),
                        retention_lift(churn, delta, LiftMode::percent, terms),
                        retention_elasticity(1 - churn, terms),
                        points_for(churn, lo, terms),
                        points_for(churn, hi, terms)};
}

std::string sentence(const RetentionClaim& claim) {
  const Terms& t = claim.terms;
  std::string text =
      "At " + percent(claim.churn, 2) + " churn and " + percent(t.discount, 2) + " discount ";
  text += t.horizon == HUGE_VAL ? std::string("without a horizon")
                                : "over " + rounded(t.horizon, 0) + " periods";
  if (t.growth != 0) text += ", margins growing " + percent(t.growth, 2) + " a period";
  return text + ", " + reading(claim, LiftMode::points) + "; " + reading(claim, LiftMode::percent) +
         ".";
}

BatchReport customer_value(std::span<const double> margin, std::span<const double> retention,
                           const Terms& terms, std::span<double> out, const Executor& executor) {
  if (Status s = check_size("margin", margin.size(), out.size()); !s.ok()) {
    return numeric::failed(std::move(s));
  }
  if (Status s = check_size("retention", retention.size(), out.size()); !s.ok()) {
    return numeric::failed(std::move(s));
  }
  if (Status s = check(terms); !s.ok()) return numeric::failed(std::move(s));
  return numeric::for_each_row(
      out, executor, [&](std::size_t i) { return reason(margin[i], retention[i]); },
      [&](std::size_t i) { return margin[i] * margin_multiple(retention[i], terms); });
}

Result<CustomerEquity> customer_equity(std::span<const double> margin,
                                       std::span<const double> retention, const Terms& terms) {
  if (Status s = check_size("retention", retention.size(), margin.size()); !s.ok()) return s;
  if (Status s = check(terms); !s.ok()) return s;
  CustomerEquity found;
  double pull = 0;  // Σ value · elasticity
  for (std::size_t i = 0; i < margin.size(); ++i) {
    RowReason why = reason(margin[i], retention[i]);
    const double multiple = margin_multiple(retention[i], terms);
    if (why == RowReason::none && std::isnan(multiple)) why = RowReason::undefined_value;
    if (why != RowReason::none) {
      found.report.rejected(i, why);
      continue;
    }
    found.report.scored();
    found.total += margin[i] * multiple;
    if (multiple > 0) pull += margin[i] * multiple * retention_elasticity(retention[i], terms);
  }
  if (!(found.total > 0)) return found;
  found.retention_elasticity = pull / found.total;
  found.margin_elasticity = 1;
  const double i = terms.discount, step = 1e-5 * i;
  const double rise =
      equity_at(margin, retention, terms, i + step) - equity_at(margin, retention, terms, i - step);
  found.discount_elasticity = i > 0 ? rise / (2e-5 * found.total) : kNaN;
  return found;
}

double discounted_margins(std::span<const double> margin, std::span<const double> survival,
                          double discount, Timing timing) noexcept {
  if (margin.size() != survival.size() || !(discount > -1 && discount < HUGE_VAL)) return kNaN;
  const double v = 1 / (1 + discount);
  double sum = 0;  // Horner, last period first
  for (std::size_t t = margin.size(); t-- > 0;) {
    if (!std::isfinite(margin[t]) || !detail::is_share(survival[t])) return kNaN;
    sum = margin[t] * survival[t] + v * sum;
  }
  return timing == Timing::end ? v * sum : sum;
}

Result<RevenueRetention> revenue_retention(std::span<const double> first,
                                           std::span<const double> second) {
  if (Status s = check_size("second_period", second.size(), first.size()); !s.ok()) return s;
  RevenueRetention r;
  double kept = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (!std::isfinite(first[i]) || !std::isfinite(second[i])) {
      r.report.rejected(i, RowReason::not_finite);
      continue;
    }
    if (first[i] < 0 || second[i] < 0) {
      r.report.rejected(i, RowReason::out_of_domain);
      continue;
    }
    r.report.scored();
    r.start += first[i];
    if (first[i] == 0) {
      r.new_revenue += second[i];
      continue;
    }
    kept += std::min(first[i], second[i]);
    if (second[i] == 0)
      r.churned += first[i];
    else if (second[i] < first[i])
      r.contraction += first[i] - second[i];
    else
      r.expansion += second[i] - first[i];
  }
  if (!(r.start > 0)) return r;
  r.gross = kept / r.start;
  r.net = (kept + r.expansion) / r.start;
  return r;
}

}  // namespace kam::lifetime
