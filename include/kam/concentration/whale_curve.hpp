/// Whale curve: cumulative profit of the accounts, best first. It rises above the total, and what
/// it loses again on the way down is what accounts below zero cost.
///
/// One profit per account and period (normally the third contribution margin); losses are the point
/// here and none is left out. For revenue use the Lorenz curve.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam {

/// The `accounts` most profitable accounts together.
struct WhalePoint {
  std::size_t accounts;  ///< k
  double account_share;  ///< k/n [share], 0..1
  double profit;         ///< their sum [money]
  double profit_share;   ///< W(k) = profit/Σπ [-], may exceed 1; NaN without ratios
};

/// Everything said about one column of profits. Money and ratios depend on the multiset of profits
/// alone: the order of the rows changes no bit of them. Holds 16 bytes per account.
class WhaleCurve {
 public:
  std::size_t accounts = 0;          ///< n, those with a finite profit
  std::size_t accounts_at_peak = 0;  ///< those above 0: the smallest k that reaches the peak
  std::size_t accounts_below_zero = 0;
  double total = 0.0;       ///< Σπ [money]; ±inf if beyond double
  double peak = 0.0;        ///< Σ max(π, 0) [money], >= 0
  double losses = 0.0;      ///< Σ min(π, 0) [money], <= 0
  double peak_ratio = 0.0;  ///< P = peak/Σπ [-], >= 1; NaN without ratios
  double erosion = 0.0;     ///< −losses/Σπ = P − 1 [-], >= 0; NaN without ratios
  Status ratios{};  ///< insufficient_data `non_positive_total` if Σπ <= 0: money only, no ratios
  BatchReport report;  ///< rows that are not finite are left out and counted here

  /// Profit of the k best accounts [money]; Σπ from k = n on. Monotone up to accounts_at_peak and
  /// again behind it.
  [[nodiscard]] double top_count_profit(std::size_t k) const noexcept;
  /// W(k), the same as a share of Σπ; may exceed 1. NaN without ratios.
  [[nodiscard]] double top_count_share(std::size_t k) const noexcept;
  /// W at the best fraction p of the accounts, linear between whole accounts; may exceed 1. NaN
  /// outside 0..1 and without ratios.
  [[nodiscard]] double top_share(double p) const noexcept;
  /// 1 − top_share(1 − p): share of Σπ that the worst fraction p adds, negative where it destroys.
  [[nodiscard]] double bottom_share(double p) const noexcept { return 1.0 - top_share(1.0 - p); }
  /// Rows of the accounts, best first; equal profits keep the order of their rows.
  [[nodiscard]] std::span<const std::size_t> order() const noexcept { return order_; }
  /// The curve from (0, 0) to (1, 1): n + 1 points, or `at_most` (at least 2) of them spread
  /// evenly, plus the peak if it would fall between two of those.
  [[nodiscard]] std::vector<WhalePoint> curve(
      std::size_t at_most = std::numeric_limits<std::size_t>::max()) const;

 private:
  WhaleCurve() = default;
  friend Result<WhaleCurve> whale_curve(std::span<const double> profits);
  [[nodiscard]] WhalePoint point(std::size_t k) const noexcept;

  std::vector<std::size_t> order_;
  std::vector<double> cumulative_;  // n + 1 sums from 0, scaled by 2^-exponent_
  int exponent_ = 0;
};

/// O(n log n). insufficient_data if no profit is finite. Σπ counts as positive if it exceeds
/// n·2⁻⁵² Σ|π|: decimal money that adds up to zero is not a profit of one rounding.
[[nodiscard]] Result<WhaleCurve> whale_curve(std::span<const double> profits);

}  // namespace kam
