/// Will the account pay, and does it keep its word: the parts of credit and cooperation risk.
///
/// Credit: ageing, overdue share, days late, count-back DSO, use of the limit, Altman's Z'' and Z',
/// expected credit loss in money. Cooperation: disputes, forecasts, breaches, renewal, champion.
/// The two stay two columns: an account that quarrels and pays is not half as bad as one that does
/// both.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include <kam/base/batch_report.hpp>
#include <kam/base/columns.hpp>
#include <kam/base/date.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam::value {

// --- receivables -------------------------------------------------------------

/// Not yet due, 1–30, 31–60, 61–90 and more than 90 days past due.
inline constexpr std::size_t kAgeingBuckets = 5;
[[nodiscard]] constexpr std::size_t ageing_bucket(int days_past_due) noexcept {
  return days_past_due <= 0    ? 0
         : days_past_due <= 30 ? 1
         : days_past_due <= 60 ? 2
         : days_past_due <= 90 ? 3
                               : 4;
}

/// Invoices, one row each.
struct InvoiceColumns {
  std::span<const std::size_t> account;  ///< row of the account in the output
  std::span<const double> amount;        ///< [money]
  std::span<const Day> due;
  std::span<const Day> paid{};  ///< kNoDay = unpaid; unread by ageing()
};

/// One row per account.
struct AgeingColumns {
  std::array<std::span<double>, kAgeingBuckets> bucket;  ///< open amounts [money], >= 0
  std::span<double> unallocated;  ///< credits without invoice (negative items) [money], <= 0
  std::span<double>
      overdue_share;  ///< past due/open, credits apart [share]; NaN if nothing is open
};

/// Open items on `as_of`: `amount` is what is still open. An account without items has zeros. The
/// report counts items; one that cannot be read makes its account NaN, since what it owes is not
/// known. invalid_argument for an account beyond the output or an `as_of` that is no date;
/// size_mismatch.
[[nodiscard]] BatchReport ageing(const InvoiceColumns& open_items, Day as_of,
                                 const AgeingColumns& out);

/// Days an invoice was late, early being 0; unpaid on `as_of`: late so far. NaN if it is neither
/// paid nor due: nothing is known yet. A payment after `as_of` has not happened.
[[nodiscard]] inline double days_late(Day due, Day paid, Day as_of) noexcept {
  if (due == kNoDay || as_of == kNoDay) return kNaN;
  const bool unpaid = paid == kNoDay || paid > as_of;
  if (unpaid && due >= as_of) return kNaN;
  const Day until = unpaid ? as_of : paid;
  return until > due ? static_cast<double>(until) - due : 0.0;
}

struct PunctualityColumns {
  std::span<double> mean_days_late;      ///< per invoice [days], >= 0
  std::span<double> weighted_days_late;  ///< per unit of money [days], >= 0
  std::span<double> late_share;          ///< of the invoices [share], 0..1
  std::span<double> invoices;            ///< how many that rests on [count]
};

/// Invoices paid or due by `as_of`; those unpaid count with what they are late so far, for whoever
/// stops paying would look punctual otherwise. NaN for an account without such invoices. `amount`
/// > 0: credit notes do not belong here. Report and errors as in ageing(); an invoice that is
/// neither paid nor due is counted as undefined_value and touches nothing.
[[nodiscard]] BatchReport punctuality(const InvoiceColumns& invoices, Day as_of,
                                      const PunctualityColumns& out);

struct SalesOutstanding {
  double days;          ///< [days], >= 0; a lower bound if beyond_history
  bool beyond_history;  ///< the receivable exceeds all sales given
};

/// Days sales outstanding by count-back: sales are taken off the receivable from the latest period
/// backwards; a period used up counts in full, the last one in part. `sales` and `period_days`,
/// latest first. NaN if the receivable or a period used is negative or missing, or lengths differ.
[[nodiscard]] inline SalesOutstanding count_back_dso(double receivable,
                                                     std::span<const double> sales,
                                                     std::span<const double> period_days) noexcept {
  if (!(receivable >= 0.0) || !std::isfinite(receivable) || sales.size() != period_days.size()) {
    return {kNaN, false};
  }
  double days = 0.0;
  for (std::size_t k = 0; k < sales.size() && receivable > 0.0; ++k) {
    const bool good = sales[k] >= 0.0 && std::isfinite(sales[k]) && period_days[k] > 0.0;
    if (!good) return {kNaN, false};
    if (sales[k] > receivable) return {days + receivable / sales[k] * period_days[k], false};
    days += period_days[k];
    receivable -= sales[k];
  }
  return {days, receivable > 0.0};
}

/// exposure/limit [-], may exceed 1. NaN unless exposure >= 0 and limit > 0.
[[nodiscard]] inline double limit_use(double exposure, double limit) noexcept {
  return exposure >= 0.0 && limit > 0.0 ? exposure / limit : kNaN;
}

/// PD · LGD · EAD [money] over the horizon of PD, normally 12 months. NaN unless PD and LGD are in
/// 0..1 and EAD >= 0.
[[nodiscard]] inline double expected_credit_loss(double pd, double lgd, double ead) noexcept {
  return pd >= 0.0 && pd <= 1.0 && lgd >= 0.0 && lgd <= 1.0 && ead >= 0.0 ? pd * lgd * ead : kNaN;
}

// --- Altman's scores ---------------------------------------------------------

/// X1 working capital/TA, X2 retained earnings/TA, X3 EBIT/TA, X4 book equity/total liabilities,
/// X5 sales/TA (TA = total assets), all [-].
struct AltmanRatios {
  double x1 = kNaN, x2 = kNaN, x3 = kNaN, x4 = kNaN, x5 = kNaN;
};

/// Of one balance sheet [money]; NaN where it is missing, or TA or liabilities are not above 0.
struct Financials {
  double working_capital = kNaN, retained_earnings = kNaN, ebit = kNaN, book_equity = kNaN,
         sales = kNaN, total_assets = kNaN, total_liabilities = kNaN;
};
[[nodiscard]] inline AltmanRatios altman_ratios(const Financials& f) noexcept {
  const double assets = f.total_assets > 0.0 ? f.total_assets : kNaN;
  const double liabilities = f.total_liabilities > 0.0 ? f.total_liabilities : kNaN;
  return {f.working_capital / assets, f.retained_earnings / assets, f.ebit / assets,
          f.book_equity / liabilities, f.sales / assets};
}

/// Z'' for private and non-manufacturing firms: 6.56 X1 + 3.26 X2 + 6.72 X3 + 1.05 X4.
[[nodiscard]] inline double altman_z2(const AltmanRatios& x) noexcept {
  return 6.56 * x.x1 + 3.26 * x.x2 + 6.72 * x.x3 + 1.05 * x.x4;
}
/// The emerging-market score: Z'' + 3.25, for comparing with bond ratings; zones are those of Z''.
[[nodiscard]] inline double altman_em(const AltmanRatios& x) noexcept {
  return altman_z2(x) + 3.25;
}
/// Z' for private manufacturers: .717 X1 + .847 X2 + 3.107 X3 + .420 X4 + .998 X5.
[[nodiscard]] inline double altman_z1(const AltmanRatios& x) noexcept {
  return .717 * x.x1 + .847 * x.x2 + 3.107 * x.x3 + .420 * x.x4 + .998 * x.x5;
}

enum class AltmanZone : std::uint8_t { unknown = 0, distress, grey, safe };
[[nodiscard]] constexpr AltmanZone altman_z2_zone(double z2) noexcept {  // 1.1 and 2.6 are grey
  return z2 > 2.6   ? AltmanZone::safe
         : z2 < 1.1 ? AltmanZone::distress
         : z2 == z2 ? AltmanZone::grey
                    : AltmanZone::unknown;
}
[[nodiscard]] constexpr AltmanZone altman_z1_zone(double z1) noexcept {  // 1.23 and 2.9 are grey
  return z1 > 2.9    ? AltmanZone::safe
         : z1 < 1.23 ? AltmanZone::distress
         : z1 == z1  ? AltmanZone::grey
                     : AltmanZone::unknown;
}

// --- batches of the above; every column has one row per account --------------

/// `sales` and the columns of `period_days` as in count_back_dso, one column of sales per period.
struct SalesColumns {
  std::span<const double> receivable;
  std::span<const std::span<const double>> sales;  ///< latest period first
  std::span<const double> period_days;             ///< one per period
};

/// `beyond_history` is 1 where days are a lower bound, else 0. size_mismatch; invalid_argument
/// names a period whose days are not above 0.
[[nodiscard]] BatchReport count_back_dso(const SalesColumns& accounts, std::span<double> days,
                                         std::span<std::uint8_t> beyond_history,
                                         const Executor& executor = {});

[[nodiscard]] BatchReport expected_credit_loss(std::span<const double> pd,
                                               std::span<const double> lgd,
                                               std::span<const double> ead, std::span<double> out,
                                               const Executor& executor = {});

// --- cooperation -------------------------------------------------------------

/// Disputed orders among orders: k/n with the Jeffreys interval, quantiles of Beta(k + ½, n − k +
/// ½), whose lower end is 0 at k = 0 and upper end 1 at k = n (Brown, Cai & DasGupta 2001).
/// invalid_argument unless 0 <= k <= n are whole numbers, n > 0 and 0 < level < 1.
[[nodiscard]] Result<Interval> dispute_rate(double disputed, double orders,
                                            double level = kDefaultIntervalLevel);

/// Columns; a row without orders is undefined_value, one with wrong counts out_of_domain.
[[nodiscard]] BatchReport dispute_rate(std::span<const double> disputed,
                                       std::span<const double> orders, double level,
                                       const IntervalColumns& out, const Executor& executor = {});

/// How well the account's own forecasts of its orders held.
struct ForecastError {
  double wape;  ///< Σ|forecast − actual|/Σ|actual| [-], >= 0
  double bias;  ///< Σ(forecast − actual)/Σ|actual| [-]; > 0: it promised more than it bought
  std::size_t periods;  ///< with both numbers; the rest is left out
};

/// WAPE (MAD/mean): unlike MAPE it survives periods without orders, and it does not reward
/// promising too little. NaN if nothing was ordered in any period, or lengths differ.
[[nodiscard]] inline ForecastError forecast_error(std::span<const double> forecast,
                                                  std::span<const double> actual) noexcept {
  if (forecast.size() != actual.size()) return {kNaN, kNaN, 0};
  double size = 0.0, missed = 0.0, sum = 0.0;
  std::size_t periods = 0;
  for (std::size_t t = 0; t < actual.size(); ++t) {
    const double error = forecast[t] - actual[t];
    if (!std::isfinite(error)) continue;
    ++periods;
    size += std::fabs(actual[t]);
    missed += std::fabs(error);
    sum += error;
  }
  return size > 0.0 ? ForecastError{missed / size, sum / size, periods}
                    : ForecastError{kNaN, kNaN, periods};
}

/// Days from `as_of` to the last day on which notice can be given; negative once it is past. NaN
/// without an end or with notice_days < 0.
[[nodiscard]] inline double renewal_days(Day contract_end, double notice_days, Day as_of) noexcept {
  if (contract_end == kNoDay || as_of == kNoDay || !(notice_days >= 0.0)) return kNaN;
  return static_cast<double>(contract_end) - as_of - notice_days;
}

enum class Champion : std::uint8_t { unknown = 0, present, left };

/// Everything said about cooperation, so that it travels together; NaN = missing.
struct Cooperation {
  Interval dispute_rate{kNaN, kNaN, kNaN};  ///< [share]
  ForecastError forecast{kNaN, kNaN, 0};
  double breaches = kNaN;      ///< of contract, in the window [count]
  double renewal_days = kNaN;  ///< [days]
  Champion champion = Champion::unknown;
};

// --- two indices -------------------------------------------------------------

struct RiskIndex {
  double risk;      ///< [points], 0..100, higher is worse; NaN below the minimum coverage
  double coverage;  ///< weight observed [share], 0..1
};

/// 100 − Σ w s/Σ w over the safety scores that are present (0..100, NaN = missing). Call it once
/// for credit and once for cooperation. NaN if a score or weight is outside its domain, lengths
/// differ or all weights are 0.
[[nodiscard]] inline RiskIndex risk_index(std::span<const double> safety,
                                          std::span<const double> weights,
                                          double minimum_coverage = .5) noexcept {
  if (safety.size() != weights.size()) return {kNaN, kNaN};
  double all = 0.0, seen = 0.0, sum = 0.0;
  for (std::size_t k = 0; k < safety.size(); ++k) {
    if (!(weights[k] >= 0.0) || safety[k] < 0.0 || safety[k] > 100.0) return {kNaN, kNaN};
    all += weights[k];
    if (std::isnan(safety[k])) continue;
    seen += weights[k];
    sum += weights[k] * (100.0 - safety[k]);
  }
  const double coverage = seen / all;  // weights such as .1 + .2 + .2 count as one half
  const bool enough = seen > 0.0 && coverage >= minimum_coverage - 1e-12;
  return {enough ? std::fmin(sum / seen, 100.0) : kNaN, coverage};
}

/// One column of safety scores per measure, and one weight each.
struct SafetyColumns {
  std::span<const std::span<const double>> safety;
  std::span<const double> weights;
};

struct RiskColumns {
  std::span<double> risk_credit, credit_coverage, risk_cooperation, cooperation_coverage;
};

/// Both indices of every account, in two columns that nothing adds up. A row without either of them
/// counts as rejected (out_of_domain, not_finite, or undefined_value for too little coverage) and
/// keeps the other. invalid_argument names a weight that is negative or not finite, weights that
/// are all 0, or a minimum_coverage outside 0..1; size_mismatch.
[[nodiscard]] BatchReport risk_indices(const SafetyColumns& credit,
                                       const SafetyColumns& cooperation, const RiskColumns& out,
                                       double minimum_coverage = .5, const Executor& executor = {});

}  // namespace kam::value
