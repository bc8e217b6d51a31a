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

namespace dependence_detail {

struct Row {
  double their_share_of_us = kNaN, our_share_of_them = kNaN;
  Dependence quadrant = Dependence::unknown;
  RowReason reason = RowReason::none;
};

inline bool usable(double sales) noexcept {
  return std::isfinite(sales) && sales >= 0;
}

inline Status check(std::size_t rows, std::span<const double> their_purchases,
                    const DependenceColumns& out, const DependenceThresholds& thresholds) {
  const auto sizes = {std::pair("their_purchases", their_purchases.size()),
                      std::pair("their_share_of_us", out.their_share_of_us.size()),
                      std::pair("our_share_of_them", out.our_share_of_them.size()),
                      std::pair("quadrant", out.quadrant.size())};
  for (const auto& [name, size] : sizes)
    if (size != rows) return size_mismatch(name, rows, size);
  const auto shares = {std::pair("thresholds.their_share_of_us", thresholds.their_share_of_us),
                       std::pair("thresholds.our_share_of_them", thresholds.our_share_of_them)};
  for (const auto& [name, share] : shares)
    if (!(share >= 0 && share <= 1)) return invalid_argument(name, "between 0 and 1", share);
  return {};
}

/// Of sales scaled by 2^-exponent: no sum overflows and nothing is rounded.
struct ScaledTotal {
  int exponent = 0;
  double sum = 0;  // 0: no sales above 0

  explicit ScaledTotal(std::span<const double> sales) {
    double largest = 0;
    for (double v : sales)
      if (usable(v) && v > largest) largest = v;
    std::frexp(largest, &exponent);
    for (double v : sales) sum += usable(v) ? std::ldexp(v, -exponent) : 0;
  }
  [[nodiscard]] double share(double sales) const { return std::ldexp(sales, -exponent) / sum; }
};

inline Row row_of(double sales, double purchases, const ScaledTotal& total,
                  const DependenceThresholds& thresholds) {
  Row row;
  if (!usable(sales)) {
    row.reason = std::isfinite(sales) ? RowReason::out_of_domain : RowReason::not_finite;
    return row;
  }
  row.their_share_of_us = total.share(sales);
  if (!std::isfinite(purchases)) {
    row.reason = RowReason::not_finite;
  } else if (!(purchases > 0) || sales > purchases) {
    row.reason = RowReason::out_of_domain;
  } else {
    row.our_share_of_them = sales / purchases;
    const bool we = row.their_share_of_us >= thresholds.their_share_of_us;
    const bool they = row.our_share_of_them >= thresholds.our_share_of_them;
    row.quadrant = we ? (they ? Dependence::mutual : Dependence::we_depend)
                      : (they ? Dependence::they_depend : Dependence::independent);
  }
  return row;
}

}  // namespace dependence_detail

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
  namespace detail = dependence_detail;
  BatchReport report;
  report.status = detail::check(our_sales.size(), their_purchases, out, thresholds);
  if (!report.status.ok()) return report;
  const detail::ScaledTotal total(our_sales);
  if (!(total.sum > 0)) {
    report.status = {StatusCode::insufficient_data, "`our_sales`: no account has sales above 0"};
    return report;
  }
  for (std::size_t i = 0; i < our_sales.size(); ++i) {
    const auto row = detail::row_of(our_sales[i], their_purchases[i], total, thresholds);
    out.their_share_of_us[i] = row.their_share_of_us;
    out.our_share_of_them[i] = row.our_share_of_them;
    out.quadrant[i] = row.quadrant;
    if (row.reason == RowReason::none) {
      report.scored();
    } else {
      report.rejected(i, row.reason);
    }
  }
  return report;
}

}  // namespace kam
