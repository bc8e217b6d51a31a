/// What it would cost an account to leave, from the bottom up, and what that means for a rival: the
/// discount at which the move pays, the hostage flag, the defence scores.
///
/// Every input is a number known within bounds. Money in one currency; hours; rates in money per
/// hour; shares 0..1; ratings 0..100. NaN = missing. Sources: docs/models/switching_cost.md.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include <kam/base/annuity.hpp>
#include <kam/base/batch_report.hpp>
#include <kam/base/date.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/special.hpp>

namespace kam::switching {

/// Burnham, Frels & Mahajan (2003). The codes are those of the switching cost table.
enum class CostKind : std::uint8_t {
  procedural = 0,  ///< time and effort: evaluation, learning, set-up, the risk of it
  financial,       ///< money and benefits lost: fees, tooling, forfeited discounts
  relational,      ///< bonds with people and brand broken
};
inline constexpr std::size_t kCostKinds = 3;

[[nodiscard]] constexpr const char* cost_kind_name(CostKind kind) noexcept {
  constexpr const char* kNames[] = {"procedural", "financial", "relational"};
  return kNames[static_cast<std::size_t>(kind)];
}

/// A number known exactly.
[[nodiscard]] constexpr Interval exactly(double x) noexcept {
  return {x, x, x};
}

/// One thing that a move would cost: money + hours · rate · effort. Bounds are hard: the truth lies
/// between them, `estimate` is where it most likely is.
struct Component {
  CostKind kind = CostKind::procedural;
  Interval money = exactly(0);  ///< [money], >= 0
  Interval hours = exactly(0);  ///< of the customer's people [h], >= 0
  Interval rate = exactly(0);   ///< loaded cost of one hour [money/h], >= 0
  Interval effort =
      exactly(1);          ///< multiplier: 1.5 = an hour of it weighs like one and a half, >= 0
  double rival_share = 0;  ///< of the cost that the rival pays: 0 they bear all, 1 nothing
  double rating =
      kNaN;  ///< strength of a bond that nobody priced [0..100]; relational only, NaN none
};

/// none, not_finite or out_of_domain (negative, bounds not around the estimate, a share outside
/// 0..1, a rating outside 0..100 or on a component that is not relational).
[[nodiscard]] RowReason component_reason(const Component& component) noexcept;

/// Cost of one component to the customer, hence after the rival's share [money]. Interval
/// arithmetic is exact here: every input is >= 0 and enters once. NaN for an unusable component.
[[nodiscard]] Interval component_cost(const Component& component) noexcept;

/// One sum, said three ways.
struct CostSummary {
  Interval bounds{0, 0, 0};  ///< sum of the estimates and of the hard bounds [money]
  double mean = 0;         ///< expected cost [money]: above the estimate where bounds are lopsided
  double sd = 0;           ///< if the components are wrong independently of each other [money]
  double sd_together = 0;  ///< if all are wrong in the same direction [money], >= sd
  Interval likely{0, 0,
                  0};  ///< mean, and the interval at the asked level, within the bounds [money]
};

/// The switching cost of one account.
struct SwitchingCost {
  CostSummary total;
  std::array<Interval, kCostKinds>
      by_kind{};                    ///< [money], index CostKind; they add up to the total
  Interval rival_pays{0, 0, 0};     ///< left out of the total: the rival's part [money]
  double relational_rating = kNaN;  ///< mean rating of bonds, never turned into money [0..100]
  std::size_t unpriced = 0;         ///< components that have a rating and no cost
  std::size_t components = 0;       ///< that could be used
  BatchReport report;               ///< unusable components are left out and counted: a lower bound
};

/// Adds the components up. The distribution behind `mean`, `sd` and `likely`: every input is
/// triangular between its bounds with its mode at the estimate, and independent of the others; the
/// moments are exact, the interval is that of the beta distribution on the bounds with the same
/// mean and sd (docs/models/switching_cost.md, accuracy). No component is no answer: insufficient_
/// data, also if none can be used. invalid_argument unless 0 < level < 1. O(components).
[[nodiscard]] Result<SwitchingCost> switching_cost(std::span<const Component> components,
                                                   double level = kDefaultIntervalLevel);

/// Columns for many accounts; `rows` accounts.
struct CostColumns {
  std::span<double> estimate, lo, hi;  ///< hard bounds [money]
  std::span<double> mean, sd;          ///< [money]
  std::span<double> relational_rating;
};

/// Component k belongs to account `account[k]`, a row of the columns. An account without a usable
/// component is NaN: not known, not free to leave. The report counts components. size_mismatch;
/// invalid_argument for an account that is not a row.
[[nodiscard]] BatchReport switching_cost(std::span<const std::uint32_t> account,
                                         std::span<const Component> components,
                                         const CostColumns& out);

// --- what a rival has to offer -----------------------------------------------

/// Present value of a discount of `share` of `annual_spend` that leaving forfeits for `years`
/// [money]: a lost benefit is a cost of switching. NaN outside the domain.
[[nodiscard]] inline double forfeited_discount(double annual_spend, double share, double years,
                                               double discount) noexcept {
  const bool valid = annual_spend >= 0 && annual_spend < HUGE_VAL && share >= 0 && share <= 1;
  return valid ? annual_spend * share * annuity_factor(discount, years) : kNaN;
}

/// d* = (SC/a(i, L) + advantage)/spend: how much cheaper a rival must be, for `years`, for the move
/// to pay [share of price]. `annual_advantage` is what our offer is worth more to the customer than
/// the rival's at the same price [money/year], below 0 where theirs is better; so may d* be then.
/// Above 1 no price is low enough. NaN unless switching_cost >= 0, annual_spend > 0, years > 0.
[[nodiscard]] inline double indifference_discount(double switching_cost, double annual_spend,
                                                  double years, double discount,
                                                  double annual_advantage = 0) noexcept {
  const bool valid = switching_cost >= 0 && switching_cost < HUGE_VAL && annual_spend > 0 &&
                     annual_spend < HUGE_VAL && years > 0 && std::isfinite(annual_advantage);
  if (!valid) return kNaN;
  return (switching_cost / annuity_factor(discount, years) + annual_advantage) / annual_spend;
}

/// The same with both known within bounds; exact, as cost and spend enter once and d* is monotone
/// in either (with an advantage below 0 the spend works the other way where the sum is negative).
[[nodiscard]] Interval indifference_discount(const Interval& switching_cost,
                                             const Interval& annual_spend, double years,
                                             double discount, double annual_advantage = 0) noexcept;

/// What the customer gains over `years` by taking a rival's price offer of `offer` (share of price)
/// [money today]; 0 at the indifference discount. NaN as there, and unless offer <= 1.
[[nodiscard]] inline double offer_gain(double offer, double switching_cost, double annual_spend,
                                       double years, double discount,
                                       double annual_advantage = 0) noexcept {
  const double neutral =
      indifference_discount(switching_cost, annual_spend, years, discount, annual_advantage);
  if (!(offer <= 1)) return kNaN;
  return (offer - neutral) * annual_spend * annuity_factor(discount, years);
}

/// Row by row; columns of equal length. size_mismatch; invalid_argument for years or discount.
[[nodiscard]] BatchReport indifference_discount(std::span<const double> switching_cost,
                                                std::span<const double> annual_spend, double years,
                                                double discount, std::span<double> out,
                                                const Executor& executor = {});

// --- why the account stays ---------------------------------------------------

/// Two ways to keep an account: it is content, or leaving is dear (Jones & Sasser 1995).
enum class Quadrant : std::uint8_t {
  unknown = 0,
  loyalist,   ///< content, and leaving is dear
  hostage,    ///< not content, and leaving is dear: stays today, first to go when it can
  mercenary,  ///< content, and leaving is cheap: a better price is enough
  defector,   ///< not content, and leaving is cheap
};

[[nodiscard]] constexpr const char* quadrant_name(Quadrant quadrant) noexcept {
  constexpr const char* kNames[] = {"unknown", "loyalist", "hostage", "mercenary", "defector"};
  return kNames[static_cast<std::size_t>(quadrant)];
}

/// Where "dear" and "content" begin: a proposal without published authority, to be set.
struct QuadrantCuts {
  double indifference_discount = 0.05;  ///< at or above: leaving is dear [share of price]
  double satisfaction = 60;             ///< at or above: content [0..100]
};

struct Retention {
  Quadrant quadrant;
  bool certain;  ///< the same at both bounds of the indifference discount
  /// From `as_of` to the end of the contract [days]: how long a hostage stays one. Below 0 the
  /// contract has ended; NaN without one.
  double days_to_contract_end;
};

/// Satisfaction 0..100. A part that is missing or outside makes the quadrant unknown, not the days.
[[nodiscard]] Retention why_it_stays(const Interval& indifference_discount, double satisfaction,
                                     Day as_of, Day contract_end,
                                     const QuadrantCuts& cuts = {}) noexcept;

/// Three lines of defence, 0..100 each; a line that is not known is NaN.
struct DefenceScores {
  double barrier;    ///< what leaving costs
  double depth;      ///< how many people hold the relation: NaN until contact data is modelled
  double strategic;  ///< how well the two firms fit
};

/// barrier = 100 · min(SC/annual spend / full_barrier, 1): `full_barrier` is the cost over one
/// year's spend that counts as a full barrier (a proposal, to be set). strategic = mean of the
/// ratings 0..100 that are there (values, resources, complements, joint management); NaN without
/// any, or if one is outside 0..100.
[[nodiscard]] DefenceScores defence_scores(double switching_cost, double annual_spend,
                                           std::span<const double> strategic_ratings,
                                           double full_barrier = 0.5) noexcept;

}  // namespace kam::switching
