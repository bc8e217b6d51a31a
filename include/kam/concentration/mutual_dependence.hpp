/// Who depends on whom: what an account is to us, and what we are to the account.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <kam/base/batch_report.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam {

/// Which of the two shares reaches its threshold.
enum class Dependence : std::uint8_t {
  unknown = 0,  ///< a share is not known
  independent,  ///< neither: either side can leave
  they_depend,  ///< we are much of their purchases, they are little of our sales
  we_depend,    ///< they are much of our sales, we are little of their purchases
  mutual,       ///< both: gain and loss are shared
};

[[nodiscard]] constexpr const char* dependence_name(Dependence d) noexcept {
  constexpr const char* kNames[] = {"unknown", "independent", "they_depend", "we_depend", "mutual"};
  return kNames[static_cast<int>(d)];
}

/// A share counts as dependence from here on [share], in 0..1.
struct DependenceThresholds {
  double their_share_of_us =
      .10;  ///< the customer that segment reporting must disclose (IFRS 8.34)
  double our_share_of_them = .30;  ///< a choice of this library: set your own
};

/// Columns of one entry per account, owned by the caller.
struct DependenceColumns {
  std::span<double> their_share_of_us;  ///< our sales to it / our sales to all [share], 0..1
  std::span<double> our_share_of_them;  ///< our sales to it / its purchases [share], 0..1
  std::span<Dependence> quadrant;
};

/// `our_sales`: net sales to each account [money, >= 0]; `their_purchases`: what it buys of such
/// goods from anybody [money, > 0], same window and currency.
///
/// A row without usable sales (NaN, negative) has no share and counts for nothing in the sum. Where
/// purchases are missing or below our sales to it (a share above 1 means that the figure is stale)
/// only our_share_of_them and the quadrant are unknown; such rows are counted in the report as
/// well. size_mismatch, invalid_argument for a threshold outside 0..1, insufficient_data if the
/// sales do not add up to more than 0: outputs are then untouched. O(n).
[[nodiscard]] inline BatchReport mutual_dependence(std::span<const double> our_sales,
                                                   std::span<const double> their_purchases,
                                                   const DependenceColumns& out,
                                                   const DependenceThresholds& thresholds = {}) {
  BatchReport report;
  const std::size_t n = our_sales.size();
  const auto refuse = [&report](Status status) {
    report.status = std::move(status);
    return report;
  };
  if (their_purchases.size() != n)
    return refuse(size_mismatch("their_purchases", n, their_purchases.size()));
  if (out.their_share_of_us.size() != n)
    return refuse(size_mismatch("their_share_of_us", n, out.their_share_of_us.size()));
  if (out.our_share_of_them.size() != n)
    return refuse(size_mismatch("our_share_of_them", n, out.our_share_of_them.size()));
  if (out.quadrant.size() != n) return refuse(size_mismatch("quadrant", n, out.quadrant.size()));
  const auto bad = [](double share) { return !(share >= 0 && share <= 1); };
  if (bad(thresholds.their_share_of_us))
    return refuse(invalid_argument("thresholds.their_share_of_us", "between 0 and 1",
                                   thresholds.their_share_of_us));
  if (bad(thresholds.our_share_of_them))
    return refuse(invalid_argument("thresholds.our_share_of_them", "between 0 and 1",
                                   thresholds.our_share_of_them));
  const auto usable = [](double sales) { return std::isfinite(sales) && sales >= 0; };
  double largest = 0, sum = 0;
  for (double v : our_sales)
    if (usable(v) && v > largest) largest = v;
  if (!(largest > 0))
    return refuse({StatusCode::insufficient_data, "`our_sales`: no account has sales above 0"});
  int exponent = 0;  // scaled by a power of two no sum overflows and nothing is rounded
  std::frexp(largest, &exponent);
  for (double v : our_sales) sum += usable(v) ? std::ldexp(v, -exponent) : 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double sales = our_sales[i], purchases = their_purchases[i];
    double us = kNaN, them = kNaN;
    Dependence d = Dependence::unknown;
    RowReason reason = RowReason::none;
    if (!usable(sales)) {
      reason = std::isfinite(sales) ? RowReason::out_of_domain : RowReason::not_finite;
    } else {
      us = std::ldexp(sales, -exponent) / sum;
      if (!std::isfinite(purchases)) {
        reason = RowReason::not_finite;
      } else if (!(purchases > 0) || sales > purchases) {
        reason = RowReason::out_of_domain;
      } else {
        them = sales / purchases;
        const bool we = us >= thresholds.their_share_of_us;
        const bool they = them >= thresholds.our_share_of_them;
        d = we ? (they ? Dependence::mutual : Dependence::we_depend)
               : (they ? Dependence::they_depend : Dependence::independent);
      }
    }
    out.their_share_of_us[i] = us;
    out.our_share_of_them[i] = them;
    out.quadrant[i] = d;
    if (reason == RowReason::none) {
      report.scored();
    } else {
      report.rejected(i, reason);
    }
  }
  return report;
}

}  // namespace kam
