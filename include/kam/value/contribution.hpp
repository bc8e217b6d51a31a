/// What an account contributes: net revenue, three contribution margins, cost to serve, and how
/// much of it can be given away.
///
///   net revenue = invoiced − credit notes − returns − rebates
///   CM1 = net revenue − COGS        CM2 = CM1 − direct selling and logistics
///   CM3 = CM2 − cost to serve − amortised account-specific investment
///
/// Money is in one base currency and of one period. No margin is ever assumed: a part that is
/// missing (NaN) makes missing what depends on it, and leaves what does not.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include <kam/base/batch_report.hpp>
#include <kam/base/date.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam::value {

// --- margins -----------------------------------------------------------------

/// One account and period [money]. Deductions and costs are given as amounts >= 0; a negative one
/// is a sign that was taken twice, and makes NaN what depends on it. NaN = missing.
struct ContributionParts {
  double invoiced = kNaN;       ///< gross of everything below; negative if corrections outweigh
  double credit_notes = kNaN;   ///< >= 0
  double returns = kNaN;        ///< >= 0
  double rebates = kNaN;        ///< accrued, whether paid or not; >= 0
  double cogs = kNaN;           ///< cost of goods sold, net of returned goods; >= 0
  double direct_costs = kNaN;   ///< direct selling and logistics; >= 0
  double cost_to_serve = kNaN;  ///< cost_to_serve(); >= 0
  double investment = kNaN;     ///< amortisation of the period; >= 0
};

struct Contribution {
  double net_revenue, cm1, cm2, cm3;  ///< [money], NaN where a part is missing
};

namespace detail {
/// `from` − `cost`; NaN unless cost >= 0 and both are finite.
[[nodiscard]] inline double less(double from, double cost) noexcept {
  return cost >= 0.0 && std::isfinite(from - cost) ? from - cost : kNaN;
}
}  // namespace detail

[[nodiscard]] inline double net_revenue(double invoiced, double credit_notes, double returns,
                                        double rebates) noexcept {
  return detail::less(detail::less(detail::less(invoiced, credit_notes), returns), rebates);
}

[[nodiscard]] inline Contribution contribution(const ContributionParts& p) noexcept {
  const double net = net_revenue(p.invoiced, p.credit_notes, p.returns, p.rebates);
  const double cm1 = detail::less(net, p.cogs), cm2 = detail::less(cm1, p.direct_costs);
  return {net, cm1, cm2, detail::less(detail::less(cm2, p.cost_to_serve), p.investment)};
}

/// Columns of ContributionParts, one row per account. An empty column is one of NaN: to say "none",
/// give zeros.
struct ContributionPartColumns {
  std::span<const double> invoiced;
  std::span<const double> credit_notes{}, returns{}, rebates{}, cogs{}, direct_costs{},
      cost_to_serve{}, investment{};
};

struct ContributionColumns {
  std::span<double> net_revenue, cm1, cm2, cm3;
};

/// A row without CM3 counts as rejected (out_of_domain: a negative deduction or cost; not_finite:
/// something missing) and keeps the margins that do not depend on what is wrong. size_mismatch.
[[nodiscard]] BatchReport contribution(const ContributionPartColumns& parts,
                                       const ContributionColumns& out,
                                       const Executor& executor = {});

// --- cost to serve: time-driven activity-based costing (Kaplan & Anderson 2004) ----------------

/// Cost of one unit of time [money/time]: cost of the resources over their practical capacity, in
/// the time unit of the unit times. NaN unless cost >= 0 and capacity > 0.
[[nodiscard]] inline double capacity_rate(double cost, double practical_capacity) noexcept {
  return cost >= 0.0 && practical_capacity > 0.0 ? cost / practical_capacity : kNaN;
}

/// What one kind of activity takes: an order, a line, a rush order, a visit, a ticket.
struct Activity {
  double unit_time;      ///< [time] per activity, >= 0
  double capacity_rate;  ///< [money/time] of the resource that does it, >= 0
};

/// Σ of this over the activities is cost to serve [money]. NaN unless all factors are >= 0.
[[nodiscard]] inline double activity_cost(double count, const Activity& activity) noexcept {
  const double cost = count * activity.unit_time * activity.capacity_rate;
  return count >= 0.0 && activity.unit_time >= 0.0 && activity.capacity_rate >= 0.0 ? cost : kNaN;
}

/// What waiting for the money costs [money]: credit days × revenue × rate/365, simple interest on
/// the revenue of the year. NaN unless days and rate are >= 0.
[[nodiscard]] inline double credit_cost(double credit_days, double annual_revenue,
                                        double annual_rate) noexcept {
  return credit_days >= 0.0 && annual_rate >= 0.0
             ? credit_days * annual_revenue * annual_rate / 365.0
             : kNaN;
}

struct CostToServeColumns {
  std::span<const std::span<const double>> counts;  ///< per activity, one row per account, >= 0
  std::span<const double> credit_days{};     ///< [days], >= 0; empty: credit is not charged here
  std::span<const double> annual_revenue{};  ///< [money/year]; given if credit_days is
  double annual_rate = 0.0;                  ///< i, cost of capital [1/year], >= 0
};

/// Σ activity costs (+ credit cost) per account, in the order of the activities.
/// invalid_argument names an activity or rate that is negative or not finite; size_mismatch.
[[nodiscard]] BatchReport cost_to_serve(std::span<const Activity> activities,
                                        const CostToServeColumns& accounts, std::span<double> out,
                                        const Executor& executor = {});

// --- account-specific investment -------------------------------------------------------------

/// Part of `amount` that falls in the days [from, to), straight-line over its life [start, end):
/// the parts of any cutting of the life add up to the amount. NaN unless amount >= 0, start < end,
/// from <= to and all days are dates.
[[nodiscard]] inline double amortisation(double amount, Day start, Day end, Day from,
                                         Day to) noexcept {
  if (!(amount >= 0.0) || start == kNoDay || from == kNoDay || start >= end || from > to) {
    return kNaN;
  }
  const Day first = start > from ? start : from, last = end < to ? end : to;
  if (first >= last) return 0.0;
  return amount * ((static_cast<double>(last) - first) / (static_cast<double>(end) - start));
}

/// First day after a life of `years` calendar years; kNoDay unless years is in 1..100.
[[nodiscard]] inline Day end_of_life(Day start, int years) noexcept {
  return start == kNoDay || years < 1 || years > 100 ? kNoDay : add_months(start, 12 * years);
}

/// One row per investment.
struct InvestmentColumns {
  std::span<const std::size_t> account;  ///< row of the account in `out`
  std::span<const double> amount;        ///< [money], >= 0
  std::span<const Day> start, end;       ///< life [start, end)
};

/// Amortisation of the days [from, to) per account, 0 for one without investments. The report
/// counts investments; one that cannot be read makes its account NaN, since its cost is not known.
/// invalid_argument for an account beyond `out` or from > to; size_mismatch.
[[nodiscard]] BatchReport amortisation(const InvestmentColumns& investments, Day from, Day to,
                                       std::span<double> out);

// --- what can be given away ------------------------------------------------------------------

/// (CM2 − concessions − cost to serve)/CM2 [-], at most 1; below 0 the demands eat more than the
/// margin. NaN unless CM2 > 0 and the others are >= 0.
[[nodiscard]] inline double value_balance(double cm2, double concessions,
                                          double cost_to_serve) noexcept {
  return cm2 > 0.0 ? detail::less(detail::less(cm2, concessions), cost_to_serve) / cm2 : kNaN;
}

enum class Feasibility : std::uint8_t {
  unknown = 0,        ///< a number is missing
  feasible,           ///< worth it, and we can
  loses_value,        ///< expected account value < 0
  exceeds_capacity,   ///< more capacity asked for than there is
  loses_and_exceeds,  ///< both
};

[[nodiscard]] inline Feasibility feasibility(double expected_account_value,
                                             double capacity_requested,
                                             double capacity_available) noexcept {
  if (!std::isfinite(expected_account_value) || !(capacity_requested >= 0.0) ||
      !(capacity_available >= 0.0)) {
    return Feasibility::unknown;
  }
  const bool loses = expected_account_value < 0.0;
  if (capacity_requested > capacity_available) {
    return loses ? Feasibility::loses_and_exceeds : Feasibility::exceeds_capacity;
  }
  return loses ? Feasibility::loses_value : Feasibility::feasible;
}

/// One row per account.
struct DemandColumns {
  std::span<const double> cm2, concessions, cost_to_serve;         ///< [money]
  std::span<const double> expected_account_value;                  ///< [money]
  std::span<const double> capacity_requested, capacity_available;  ///< any one unit, >= 0
};

struct ValueBalanceColumns {
  std::span<double> balance;
  std::span<Feasibility> feasibility;
};

/// A row without balance counts as rejected (undefined_value: CM2 <= 0) and keeps its feasibility.
/// size_mismatch.
[[nodiscard]] BatchReport value_balance(const DemandColumns& demands,
                                        const ValueBalanceColumns& out,
                                        const Executor& executor = {});

/// Expected margins of an account, year by year from the next one on: t = 1..H.
struct MarginPath {
  std::span<const double> cm3;       ///< CM3_t if the account stays, before the discount [money]
  std::span<const double> revenue;   ///< R_t, what the discount is a share of [money], >= 0
  std::span<const double> survival;  ///< S(t), probability that it is still there, 0..1
};

/// EAV(d) = Σ_t S(t) (CM3_t − d R_t)(1 + i)^−t − expected credit loss [money], d a share of
/// revenue, i an effective annual rate. NaN if lengths differ, H = 0 or an entry is outside its
/// domain.
[[nodiscard]] inline double expected_account_value(const MarginPath& path, double annual_discount,
                                                   double expected_credit_loss,
                                                   double price_discount = 0.0) noexcept {
  const std::size_t years = path.cm3.size();
  if (years == 0 || path.revenue.size() != years || path.survival.size() != years) return kNaN;
  if (!(annual_discount >= 0.0) || !(expected_credit_loss >= 0.0)) return kNaN;
  double value = 0.0, factor = 1.0;
  for (std::size_t t = 0; t < years; ++t) {
    if (!(path.survival[t] >= 0.0 && path.survival[t] <= 1.0) || !(path.revenue[t] >= 0.0)) {
      return kNaN;
    }
    factor /= 1.0 + annual_discount;
    value += factor * path.survival[t] * (path.cm3[t] - price_discount * path.revenue[t]);
  }
  return value - expected_credit_loss;
}

/// d* with EAV(d*) = 0: the discount at which walking away is as good. Volumes, costs and survival
/// do not react to d, so EAV is a line in d and d* = EAV(0)/Σ_t S(t) R_t (1 + i)^−t. Negative: the
/// price has to rise. NaN as above, or if no revenue is expected.
[[nodiscard]] inline double walk_away_discount(const MarginPath& path, double annual_discount,
                                               double expected_credit_loss) noexcept {
  const double value = expected_account_value(path, annual_discount, expected_credit_loss);
  const double revenue =
      expected_account_value({path.revenue, path.revenue, path.survival}, annual_discount, 0.0);
  return revenue > 0.0 ? value / revenue : kNaN;
}

/// One column per year t = 1..H, each with one row per account.
struct MarginPathColumns {
  std::span<const std::span<const double>> cm3, revenue, survival;
  std::span<const double> expected_credit_loss;  ///< [money], >= 0
};

struct WalkAwayColumns {
  std::span<double> expected_account_value;  ///< EAV(0) [money]
  std::span<double> walk_away_discount;      ///< d* [share of revenue]
};

/// A row without d* counts as rejected (undefined_value if only the revenue is 0) and keeps its EAV
/// where that exists. invalid_argument unless annual_discount is finite and >= 0; size_mismatch.
[[nodiscard]] BatchReport walk_away_discount(const MarginPathColumns& paths, double annual_discount,
                                             const WalkAwayColumns& out,
                                             const Executor& executor = {});

/// Share by which volume must grow to earn the margin back: d/(m − d), with d the price cut and m
/// the margin, both shares of the old price. Negative d is a price rise and gives the volume that
/// may be lost. NaN unless d < m <= 1 and m > 0: no volume makes up for a margin that is gone.
[[nodiscard]] inline double break_even_uplift(double discount, double margin) noexcept {
  return margin > 0.0 && margin <= 1.0 && discount < margin ? discount / (margin - discount) : kNaN;
}

}  // namespace kam::value
