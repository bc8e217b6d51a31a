/// How much revenue may go over a horizon, and who owns the bad years: the distribution of
/// L = Σ v_j B_j, B_j ~ Bernoulli(p_j), its value at risk and expected shortfall, and each
/// account's part of them.
///
/// Losses are independent, or share a normal factor (Vasicek): given the factor g they are
/// independent with p_j(g) = Φ((Φ⁻¹(p_j) − √ρ g)/√(1 − ρ)). With sectors each sector has a factor
/// of its own, and sectors are independent of each other.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam {

/// Values beyond this are no money.
inline constexpr double kMostExposure = 1e100;

/// One row per account.
struct LossColumns {
  std::span<const double> value;   ///< revenue of the horizon if the account stays [money], >= 0
  std::span<const double> p_loss;  ///< probability that it is lost within the horizon, 0..1
  std::span<const std::uint32_t> sector{};  ///< which factor it follows; empty: one for all

  [[nodiscard]] std::size_t rows() const noexcept { return value.size(); }
};

struct RevenueAtRiskOptions {
  double correlation = 0.0;  ///< ρ of the factor model, 0..1; 1: lost together, the likeliest first
  double level = 0.95;       ///< q of value at risk and expected shortfall, in (0, 1)
  /// Most cells the total may take. 0: a million if the values are then exact multiples of one
  /// unit, else 65,536 rounded ones (16,384 with correlation). At most 2²⁰.
  std::size_t cells = 0;
};

/// Everything said about one portfolio. Columns follow the rows given; NaN where a row is left out.
class RevenueAtRisk {
 public:
  std::size_t accounts = 0;         ///< rows used
  double total = 0.0;               ///< Σv, what can be lost at most [money]
  double expected_loss = 0.0;       ///< Σ v p [money]
  double sd = 0.0;                  ///< standard deviation of L [money]
  double level = 0.95;              ///< q
  double value_at_risk = 0.0;       ///< smallest x with P(L <= x) >= q [money]
  double expected_shortfall = 0.0;  ///< mean of the worst 1 − q (Rockafellar–Uryasev) [money]
  double tail_mean = 0.0;           ///< E[L | L >= value_at_risk] [money]; <= expected_shortfall
  double unit = 0.0;                ///< one cell of the grid [money]; 0 with ρ = 1, which has none
  /// 0 if the values are multiples of `unit`. Else the expected shortfall of the unrounded values
  /// lies in [expected_shortfall, expected_shortfall + grid_error] [money].
  double grid_error = 0.0;
  std::size_t factor_nodes = 1;   ///< states of the factor that were added up, over all sectors
  double quadrature_error = 0.0;  ///< |mean over those states − expected_loss| [money]
  /// v_j P(B_j = 1 | the worst 1 − q) [money]; adds up to expected_shortfall (Euler).
  std::vector<double> tail_contribution;
  std::vector<double> tail_share;   ///< of expected_shortfall; adds up to 1; NaN where that is 0
  std::vector<double> loss;         ///< what L can be [money], rising
  std::vector<double> probability;  ///< P(L = loss[i]) > 0
  BatchReport report;  ///< left out: not_finite; out_of_domain: a negative value, p outside 0..1

  /// P(L > x); a loss within 1e-9 of a cell counts as x itself. NaN for NaN. O(log cells).
  [[nodiscard]] double probability_above(double x) const noexcept;

 private:
  RevenueAtRisk() = default;
  friend struct RevenueAtRiskBuilder;
  std::vector<double> above_;  // P(L > loss[i])
  double same_ = 0.0;          // [money]
};

/// Cost: bernoulli_sum once per state of the factor and once more for the contributions. The states
/// are spaced so that neither p_j(g) nor the law of L given g changes much from one to the next: 60
/// for 100 accounts, 2,000 for 100,000, more as ρ nears 1.
/// size_mismatch; invalid_argument: correlation, level or cells out of its domain;
/// insufficient_data: no usable row. Sources: R. T. Rockafellar & S. Uryasev (2002), J. Banking &
/// Finance 26; O. Vasicek (2002), Risk 15; D. Tasche (1999) for the contributions.
[[nodiscard]] Result<RevenueAtRisk> revenue_at_risk(const LossColumns& columns,
                                                    const RevenueAtRiskOptions& options = {});

/// sd(L)/Σv where all accounts have the same p and are independent: √(p(1 − p)·HHI). NaN unless
/// both are in 0..1.
[[nodiscard]] inline double independent_loss_sd_share(double p, double hhi) noexcept {
  return p >= 0.0 && p <= 1.0 && hhi >= 0.0 && hhi <= 1.0 ? std::sqrt(p * (1.0 - p) * hhi) : kNaN;
}

}  // namespace kam
