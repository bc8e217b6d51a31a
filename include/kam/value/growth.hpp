/// How much more could this account buy, and is it on its way? Headroom, white space, the next
/// tier, open pipeline, the trend of its revenue and how bumpy the ride is.
///
/// Money in one currency per period of one length; shares 0..1. NaN = missing, also where a value
/// is outside its domain. Sources: docs/models/growth.md.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/special.hpp>
#include <kam/base/trend.hpp>

namespace kam::value {

namespace detail {
[[nodiscard]] inline bool is_share(double x) noexcept {
  return x >= 0 && x <= 1;
}
[[nodiscard]] inline bool is_amount(double x) noexcept {
  return x >= 0 && std::isfinite(x);
}
[[nodiscard]] inline bool is_ordered(const Interval& x) noexcept {
  return is_amount(x.lo) && x.lo <= x.estimate && x.estimate <= x.hi && is_amount(x.hi);
}
}  // namespace detail

// --- room to grow ------------------------------------------------------------

/// spend · (1 − share of wallet) · addressable: what the account buys elsewhere and could buy here
/// [money]. `addressable` is the part of that which we can serve at all.
[[nodiscard]] inline double headroom(double spend, double share_of_wallet,
                                     double addressable = 1) noexcept {
  if (!detail::is_amount(spend) || !detail::is_share(share_of_wallet)) return kNaN;
  return detail::is_share(addressable) ? spend * (1 - share_of_wallet) * addressable : kNaN;
}

/// The same for spend known within bounds and a share measured on its own (Wallet Allocation Rule).
[[nodiscard]] inline Interval headroom(const Interval& spend, double share_of_wallet,
                                       double addressable = 1) noexcept {
  if (!detail::is_ordered(spend)) return {kNaN, kNaN, kNaN};
  return {headroom(spend.estimate, share_of_wallet, addressable),
          headroom(spend.lo, share_of_wallet, addressable),
          headroom(spend.hi, share_of_wallet, addressable)};
}

/// The same where our sales are known and the share follows: (spend − sales) · addressable, from 0
/// up. NaN if even spend.hi is below our sales: then the estimate of the spend is wrong.
[[nodiscard]] inline Interval headroom_beyond(double sales, const Interval& spend,
                                              double addressable = 1) noexcept {
  const bool valid = detail::is_ordered(spend) && detail::is_amount(sales) &&
                     detail::is_share(addressable) && sales <= spend.hi;
  if (!valid) return {kNaN, kNaN, kNaN};
  const auto room = [&](double s) { return s > sales ? (s - sales) * addressable : 0.0; };
  return {room(spend.estimate), room(spend.lo), room(spend.hi)};
}

/// Open pipeline over revenue of the same length of time. NaN unless open >= 0 and revenue > 0.
[[nodiscard]] inline double pipeline_over_revenue(double open, double revenue) noexcept {
  return detail::is_amount(open) && revenue > 0 && std::isfinite(revenue) ? open / revenue : kNaN;
}

/// 1 if there is a tier above and usage is over `threshold` of what this one includes, else 0; NaN
/// if usage or limit is missing, limit <= 0 or the tier is above the top.
[[nodiscard]] inline double upgrade_path(int tier, int top_tier, double usage, double limit,
                                         double threshold = 0.8) noexcept {
  if (!detail::is_amount(usage) || !(limit > 0) || !std::isfinite(limit) || tier > top_tier) {
    return kNaN;
  }
  return tier < top_tier && usage > threshold * limit ? 1 : 0;
}

/// What look-alikes buy and this account does or does not.
struct CategoryBreadth {
  double breadth;                        ///< bought / sold, 0..1; NaN if nothing is sold
  std::size_t bought, sold;              ///< categories
  std::vector<std::size_t> white_space;  ///< sold and not bought, most common first
};

/// Per category: what the account spends (above 0 is bought; NaN is not known and left out) and the
/// share of its look-alikes that buy it; `least_share` of them make a category "sold".
/// size_mismatch; invalid_argument names a share outside 0..1.
[[nodiscard]] Result<CategoryBreadth> category_breadth(std::span<const double> spend,
                                                       std::span<const double> lookalike_share,
                                                       double least_share = 0.2);

// --- volatility --------------------------------------------------------------

struct Volatility {
  double mean;                ///< [money per period]
  double standard_deviation;  ///< n − 1 in the denominator; NaN below two periods
  double cv;                  ///< standard deviation / mean; NaN unless mean > 0
  double downside;            ///< √(Σ min(0, r − target)²/n): only what falls short counts
  double downside_cv;         ///< downside / mean; NaN unless mean > 0
  std::size_t n;              ///< periods that are not missing
};

/// `target` NaN means the mean. Periods that are not finite are left out; all NaN without any.
/// Zero and negative periods count. Two passes in order; no overflow below 1e300/n.
[[nodiscard]] Volatility volatility(std::span<const double> revenue, double target = kNaN) noexcept;

/// `revenue` holds one account after the other, `periods` values each; the two columns have one row
/// per account. A row without cv is counted as undefined_value. size_mismatch, invalid_argument.
[[nodiscard]] BatchReport volatility(std::span<const double> revenue, std::size_t periods,
                                     std::span<double> cv, std::span<double> downside_cv,
                                     const Executor& executor = {});

// --- trend -------------------------------------------------------------------

struct GrowthOptions {
  double periods_per_year = 12;
  std::size_t season = 12;  ///< only periods whole seasons apart are compared; 1 = no season
  double alpha = 0.1;       ///< as in trend_of
};

/// Growth in % per year: 100 (exp(slope · periods per year) − 1) of the Theil–Sen slope of ln
/// revenue. −100 if the usual pair ends at nothing, NaN if it starts there.
struct GrowthTrend {
  TrendDirection direction;
  double percent_per_year;
  double lo, hi;        ///< at level 1 − alpha; hi may be +∞
  double p;             ///< Mann–Kendall, two-sided
  std::size_t n;        ///< periods that are not missing
  std::size_t without;  ///< of those, periods with revenue <= 0
};

/// A period with revenue <= 0 has no logarithm. Leaving it out would hide an account that stops
/// buying, a constant added to all would invent growth rates; it counts as −∞, below every
/// positive one and equal to its kind, which the ranks of both statistics can carry. Periods that
/// are NaN or infinite are missing. Errors as trend_of; invalid_argument unless periods_per_year
/// > 0; insufficient_data if no period has revenue > 0.
[[nodiscard]] Result<GrowthTrend> growth_trend(std::span<const double> revenue,
                                               const GrowthOptions& options = {});

/// Many accounts, laid out as for volatility: % per year and p. A row that growth_trend refuses is
/// NaN and counted as undefined_value. size_mismatch, invalid_argument.
[[nodiscard]] BatchReport growth_trend(std::span<const double> revenue, std::size_t periods,
                                       const GrowthOptions& options,
                                       std::span<double> percent_per_year, std::span<double> p,
                                       const Executor& executor = {});

// --- traits ------------------------------------------------------------------

/// P(trait | good) / P(trait): how much more often good accounts have the trait than all accounts.
/// `good_with` of `good` and `with` of `all` have it, the good being among all. Interval: Jeffreys'
/// Beta interval of P(trait | good) over P(trait), which is the portfolio's own share and no
/// estimate. NaN if the counts do not nest, good is 0 or nobody has the trait.
[[nodiscard]] Interval trait_lift(double good_with, double good, double with, double all,
                                  double level = kDefaultIntervalLevel) noexcept;

}  // namespace kam::value
