/// How much of the whole rests on how few: Lorenz curve, Gini, HHI, Theil, top shares, ABC classes.
///
/// One value per account, normally net revenue of a period. Shares need parts that are not
/// negative: an account below zero is left out and counted, never shifted or set to 0. For profit,
/// where negative values are the point, use gini_absolute here and the whale curve.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam {

/// The poorest `account_share` of the accounts hold `value_share` of the whole.
struct LorenzPoint {
  double account_share;  ///< [share], 0..1
  double value_share;    ///< [share], 0..account_share
};

/// Accounts per class, richest first.
struct AbcClasses {
  std::size_t a = 0, b = 0, c = 0;
};

/// Everything said about one column. Depends on the multiset of values alone, so the order of the
/// rows changes no bit. Holds 16 bytes per account.
class Concentration {
 public:
  std::size_t accounts = 0;         ///< n, those with a finite value >= 0
  double total = 0.0;               ///< T, their sum [unit of the values]; inf if beyond double
  double gini = 0.0;                ///< Σ(2i − n − 1) v_(i) / (n T), 0..1 − 1/n
  double gini_corrected = 0.0;      ///< gini · n/(n − 1), 0..1; NaN for one account
  double hhi = 0.0;                 ///< Herfindahl–Hirschman Σ q², q = v/T; 1/n..1
  double hhi_normalised = 0.0;      ///< (hhi − 1/n)/(1 − 1/n), 0..1; NaN for one account
  double effective_accounts = 0.0;  ///< 1/hhi: as concentrated as so many equal ones, 1..n
  double entropy_effective_accounts = 0.0;  ///< exp(−Σ q ln q), 1..n; the large weigh less
  double theil = 0.0;                       ///< Σ q ln(n q), 0..ln n; a zero account contributes 0
  std::size_t negative_values = 0;          ///< accounts left out because their value is below 0
  double negative_total = 0.0;              ///< their sum, <= 0
  BatchReport report;  ///< not_finite and out_of_domain (negative) rows are those left out

  /// Share of T held by the richest fraction p of the accounts, linear between whole accounts;
  /// NaN outside 0..1.
  [[nodiscard]] double top_share(double p) const noexcept {
    if (!(p >= 0.0 && p <= 1.0)) return kNaN;
    const double x = p * static_cast<double>(accounts);
    const auto whole = std::min(static_cast<std::size_t>(x), accounts - 1);
    const double part = (x - static_cast<double>(whole)) * sorted_[whole];
    return std::min(1.0, (cumulative_[whole] + part) / cumulative_.back());
  }
  /// Share of T held by the k richest accounts; 1 from k = n on.
  [[nodiscard]] double top_count_share(std::size_t k) const noexcept {
    return cumulative_[std::min(k, accounts)] / cumulative_.back();
  }
  /// Smallest k whose k richest accounts hold at least `share` of T. Reached means
  /// sum >= share·T·(1 − n·2⁻⁵²), so that decimal money does not miss a border by a rounding.
  /// invalid_argument outside 0..1.
  [[nodiscard]] Result<std::size_t> accounts_for(double share) const;
  /// A: those that make `a_share` of T; B: the next, up to `b_share`; C: the rest. Equal values may
  /// fall on both sides of a border: only the counts are free of row order.
  /// invalid_argument unless 0 <= a_share <= b_share <= 1.
  [[nodiscard]] Result<AbcClasses> abc(double a_share = 0.80, double b_share = 0.95) const;
  /// The "x/y" that adds up: the p for which the richest p of the accounts hold 1 − p of T. .2
  /// means 80/20, .5 means all equal. In (0, .5].
  [[nodiscard]] double balance_point() const noexcept;
  /// Accounts with at least `share` of T (with the slack of accounts_for). The default is the
  /// single customer that segment reporting must disclose (ASC 280-10-50-42, IFRS 8.34).
  [[nodiscard]] std::size_t accounts_at_least(double share = 0.10) const noexcept;
  /// The Lorenz curve from (0, 0) to (1, 1), poorest first: n + 1 points, or `at_most` (at least 2)
  /// of them spread evenly.
  [[nodiscard]] std::vector<LorenzPoint> lorenz(
      std::size_t at_most = std::numeric_limits<std::size_t>::max()) const;
  /// The values, richest first, in units of a power of two: what shares are taken from.
  [[nodiscard]] std::span<const double> sorted() const noexcept { return sorted_; }

 private:
  Concentration() = default;
  friend Result<Concentration> concentration(std::span<const double> values);
  [[nodiscard]] double slack() const noexcept;  // 1 − n·2⁻⁵²

  // Both in units of a power of two near the largest value, so that no sum over- or underflows.
  std::vector<double> sorted_;      // richest first
  std::vector<double> cumulative_;  // n + 1 partial sums, from 0
};

/// O(n log n). insufficient_data if no value is finite, and `non_positive_total` if the finite
/// values, negative ones included, do not add up to more than 0: what is left then is no portfolio
/// whose shares mean anything.
[[nodiscard]] Result<Concentration> concentration(std::span<const double> values);

/// Gini for values of both signs: Σ(2i − n − 1) v_(i) / (n Σ|v|), in 0..1 − 1/n; times n/(n − 1) it
/// is the normalisation of Raffinetti, Siletti & Vernizzi (2015), Stat. Methods Appl. 24. Equal to
/// the plain Gini where no value is negative; where some are, that one leaves [0, 1]. Values that
/// are not finite are left out. insufficient_data if none is finite or all are 0. O(n log n).
[[nodiscard]] Result<double> gini_absolute(std::span<const double> values);

}  // namespace kam
