/// Retention economics: what a loyal customer is worth, what one more point of retention does to
/// that, and what may be spent on it.
///
/// One customer with a constant margin per period, a constant chance of staying and an effective
/// discount rate per period (years, usually). Customers that differ need the models of
/// churn/sbg.hpp. Shares, rates and lifts are fractions. Sources: docs/models/retention.md.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <kam/base/annuity.hpp>
#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam::lifetime {

enum class Timing : std::uint8_t {
  end = 0,  ///< the first margin comes after one period, from those who stayed
  start,    ///< the first margin comes now, from everybody
};

/// What "5 less churn" means: of 20 %, 5 points less is 15 %, 5 percent less is 19 %.
enum class LiftMode : std::uint8_t { points = 0, percent };

struct Terms {
  double discount = 0.1;      ///< effective rate per period [1/period], > −1
  double growth = 0;          ///< of the margin of a customer that stays, per period, > −1
  double horizon = HUGE_VAL;  ///< number of margins that count, whole [periods], >= 0
  Timing timing = Timing::end;
};

namespace detail {
[[nodiscard]] inline bool is_share(double x) noexcept {
  return x >= 0 && x <= 1;
}
[[nodiscard]] inline bool valid(const Terms& t) noexcept {
  return t.discount > -1 && t.discount < HUGE_VAL && t.growth > -1 && t.growth < HUGE_VAL;
}
/// q: by what the expected discounted margin of one period follows from the one before.
[[nodiscard]] inline double ratio(double retention, const Terms& t) noexcept {
  return retention * ((1 + t.growth) / (1 + t.discount));
}
/// (y/2) coth(y/2) − 1
[[nodiscard]] inline double coth_excess(double y) noexcept {
  const double z = y * y;
  if (z < 0.01) return z * (1 / 12.0 - z * (1 / 720.0 - z * (1 / 30240.0 - z / 1209600.0)));
  return 0.5 * y / std::tanh(0.5 * y) - 1;
}
}  // namespace detail

/// M: present value of all margins of a customer over its margin per period [periods].
///
///   end, endless:   r/(1 + i − r(1 + g))         (Gupta & Lehmann 2005)
///   start, endless: (1 + i)/(1 + i − r(1 + g))
///   over H periods: the same sums with H terms.
///
/// NaN unless 0 <= r <= 1, and endlessly where r(1 + g) >= 1 + i: the sum has no end. O(1).
[[nodiscard]] inline double margin_multiple(double retention, const Terms& terms = {}) noexcept {
  if (!detail::is_share(retention) || !detail::valid(terms)) return kNaN;
  const double first = terms.timing == Timing::end ? retention / (1 + terms.discount) : 1;
  if (terms.horizon == HUGE_VAL) {
    const double gap = 1 + terms.discount - retention * (1 + terms.growth);
    return gap > 0 ? first * (1 + terms.discount) / gap : kNaN;
  }
  return first * geometric_sum(detail::ratio(retention, terms), terms.horizon);
}

/// d ln M/d ln r: percent more value per percent more retention [-]. Endless (1 + i)/(1 + i − r(1 +
/// g)) at the end of the period and one less at its start. NaN as margin_multiple, and where M is
/// 0.
[[nodiscard]] inline double retention_elasticity(double retention,
                                                 const Terms& terms = {}) noexcept {
  if (!(margin_multiple(retention, terms) > 0)) return kNaN;
  const double q = detail::ratio(retention, terms), n = terms.horizon;
  const double own = terms.timing == Timing::end ? 1 : 0;
  if (n == HUGE_VAL || q == 0) return own + q / (1 - q);
  const double x = std::log(q);
  if (q < 0.5) return own + q / (1 - q) - n / std::expm1(-n * x);
  const double pull = x == 0 ? 0 : (detail::coth_excess(n * x) - detail::coth_excess(x)) / x;
  return own + (n - 1) / 2 + pull;
}

/// Churn after the improvement `delta` (0.05 = five); NaN where it is not a share, e.g. 5 points
/// off 3 %. delta < 0 is more churn.
[[nodiscard]] inline double improved_churn(double churn, double delta, LiftMode mode) noexcept {
  if (!detail::is_share(churn)) return kNaN;
  const double after = mode == LiftMode::points ? churn - delta : churn * (1 - delta);
  return detail::is_share(after) ? after : kNaN;
}

/// M(1 − improved churn)/M(1 − churn) − 1: how much more a customer is worth. Monotone in delta.
/// NaN as both, and where the customer was worth nothing before.
[[nodiscard]] inline double retention_lift(double churn, double delta, LiftMode mode,
                                           const Terms& terms = {}) noexcept {
  const double before = margin_multiple(1 - churn, terms);
  const double after = margin_multiple(1 - improved_churn(churn, delta, mode), terms);
  return before > 0 ? after / before - 1 : kNaN;
}

/// Highest churn at which a customer is worth `multiple`: the inverse of margin_multiple in r by
/// bisection, to the last place. NaN where no churn in 0..1 gives it.
[[nodiscard]] double churn_for_multiple(double multiple, const Terms& terms = {}) noexcept;

// --- the claim ---------------------------------------------------------------

/// "5 less churn makes 25 to 85 % more profit" (after Reichheld & Sasser 1990) for your numbers.
struct RetentionClaim {
  double churn, delta, lo, hi;  ///< the claim
  Terms terms;
  double lift_points;   ///< lift if `delta` means points; NaN where it cannot
  double lift_percent;  ///< lift if it means percent
  double elasticity;    ///< percent of value per percent of retention
  double points_for_lo,
      points_for_hi;  ///< points of churn that give the claimed ends; NaN: none do
};

/// invalid_argument unless 0 <= churn < 1, delta is in (0, 1], 0 < lo <= hi and the customer has a
/// finite value under the terms.
[[nodiscard]] Result<RetentionClaim> check_retention_claim(double churn, const Terms& terms = {},
                                                           double delta = 0.05, double lo = 0.25,
                                                           double hi = 0.85);

/// The claim in one honest sentence, English: both readings, each inside, above or below the range.
[[nodiscard]] std::string sentence(const RetentionClaim& claim);

// --- customer equity ---------------------------------------------------------

/// margin · M(retention) per account [money]. A negative margin is a negative value. Columns of
/// equal length. Rows: not_finite; out_of_domain for a retention outside 0..1; undefined_value
/// where the sum has no end. size_mismatch; invalid_argument for the terms.
[[nodiscard]] BatchReport customer_value(std::span<const double> margin,
                                         std::span<const double> retention, const Terms& terms,
                                         std::span<double> out, const Executor& executor = {});

/// The portfolio's worth and what moves it.
struct CustomerEquity {
  double total = 0;  ///< Σ margin · M(retention) [money]
  /// d ln total/d ln r if every account's retention rises by the same percentage; NaN unless total
  /// > 0. (Gupta, Lehmann & Stuart 2004 report about 5 for public firms.)
  double retention_elasticity = kNaN;
  double margin_elasticity = kNaN;    ///< 1 by construction where total > 0: what the above beats
  double discount_elasticity = kNaN;  ///< d ln total/d ln i, by central differences
  BatchReport report;                 ///< accounts that could not be valued are left out
};
[[nodiscard]] Result<CustomerEquity> customer_equity(std::span<const double> margin,
                                                     std::span<const double> retention,
                                                     const Terms& terms = {});

/// Σ S(t) m_t v^t for a margin path and a survival curve of any shape (start: t = 0 … n−1; end: t =
/// 1 … n, S as seen from now) [money]. NaN if a value is not finite, a survival is outside 0..1 or
/// sizes differ; 0 for no period.
[[nodiscard]] double discounted_margins(std::span<const double> margin,
                                        std::span<const double> survival, double discount,
                                        Timing timing = Timing::end) noexcept;

// --- spending on retention ---------------------------------------------------

/// Blattberg & Deighton (1996): r(x) = ceiling − (ceiling − base) e^(−k x).
struct SpendResponse {
  double base;     ///< retention without spending                [share], <= ceiling
  double ceiling;  ///< retention that no spending exceeds        [share]
  double rate;     ///< k: how soon spending bites                [1/money], > 0
};

[[nodiscard]] inline bool valid(const SpendResponse& s) noexcept {
  return s.base >= 0 && s.base <= s.ceiling && s.ceiling <= 1 && s.rate > 0 && s.rate < HUGE_VAL;
}

/// r(x) for a spend x >= 0 [share]; NaN otherwise.
[[nodiscard]] inline double retention_after_spend(const SpendResponse& s, double spend) noexcept {
  if (!valid(s) || !(spend >= 0)) return kNaN;
  return s.ceiling - (s.ceiling - s.base) * std::exp(-s.rate * spend);
}

struct RetentionSpend {
  double spend;      ///< x* [money], 0 where nothing pays
  double retention;  ///< r(x*) [share]
  double gain;       ///< (r(x*) − base) V − x* [money], >= 0
};

/// Largest r(x) V − x for the value V of keeping the customer [money]: x* = ln(k (ceiling − base)
/// V)/k if that is above 0, where the last unit spent brings one unit (Pfeifer 2005). NaN outside.
[[nodiscard]] inline RetentionSpend best_retention_spend(const SpendResponse& s,
                                                         double value) noexcept {
  if (!valid(s) || !(std::fabs(value) < HUGE_VAL)) return {kNaN, kNaN, kNaN};
  const double bite = s.rate * (s.ceiling - s.base) * value;
  if (!(bite > 1)) return {0, s.base, 0};
  const double spend = std::log(bite) / s.rate;
  const double won = (s.ceiling - s.base) * (1 - 1 / bite);
  return {spend, s.base + won, won * value - spend};
}

// --- paying for loyalty with price -------------------------------------------

/// ΔQ/Q = d/(m − d): how much more must be sold for a price cut of d (share of price) to leave the
/// contribution as it was, at a margin m (share of price). NaN unless 0 <= d < m <= 1: at d >= m no
/// quantity does.
[[nodiscard]] inline double break_even_uplift(double price_cut, double margin) noexcept {
  const bool valid = price_cut >= 0 && price_cut < margin && margin <= 1;
  return valid ? price_cut / (margin - price_cut) : kNaN;
}

/// The largest price cut that higher retention pays for: d with M(r′)(m − d) = M(r) m, hence m (1 −
/// M(r)/M(r′)) [share of price]; below 0 where r′ < r. NaN where a multiple is, M(r′) = 0 or m is
/// outside 0..1.
[[nodiscard]] inline double retention_neutral_price_cut(double retention, double better_retention,
                                                        double margin,
                                                        const Terms& terms = {}) noexcept {
  const double before = margin_multiple(retention, terms);
  const double after = margin_multiple(better_retention, terms);
  return detail::is_share(margin) && after > 0 ? margin * (1 - before / after) : kNaN;
}

// --- revenue retention -------------------------------------------------------

/// (start − churned − contraction)/start: what is left of last year's revenue, 0..1. NaN unless
/// start > 0, the others >= 0 and not above start together.
[[nodiscard]] inline double gross_revenue_retention(double start, double churned,
                                                    double contraction) noexcept {
  const bool valid = start > 0 && start < HUGE_VAL && churned >= 0 && contraction >= 0 &&
                     churned + contraction <= start;
  return valid ? (start - churned - contraction) / start : kNaN;
}

/// The same plus what those customers bought more; may exceed 1. New customers count in neither.
[[nodiscard]] inline double net_revenue_retention(double start, double churned, double contraction,
                                                  double expansion) noexcept {
  const double gross = gross_revenue_retention(start, churned, contraction);
  return expansion >= 0 && expansion < HUGE_VAL ? gross + expansion / start : kNaN;
}

struct RevenueRetention {
  double start = 0;                 ///< revenue of the first period, accounts above 0 in it [money]
  double churned = 0;               ///< of it, from accounts at 0 in the second period [money]
  double contraction = 0;           ///< lost by accounts that buy less [money]
  double expansion = 0;             ///< won from accounts that buy more [money]
  double gross = kNaN, net = kNaN;  ///< the two rates; NaN if start is 0
  double new_revenue = 0;  ///< second period, accounts at 0 in the first: in neither rate [money]
  BatchReport report;      ///< a row that is not finite or below 0 is left out and counted
};

/// From the revenue of each account in two periods of one length. size_mismatch.
[[nodiscard]] Result<RevenueRetention> revenue_retention(std::span<const double> first_period,
                                                         std::span<const double> second_period);

}  // namespace kam::lifetime
