/// Switching cost from a table of moves: who was where, and where they went (the random-utility
/// idea of Chen & Hitt 2002, Information Systems Research 13(3), with a constant per supplier).
///
/// A customer of supplier i takes supplier j with utility V_j − S·[j ≠ i] + a logistic error, so
/// P(j | i) = exp(V_j − S[j ≠ i])/Σ_k exp(V_k − S[k ≠ i]). S is in units of that error; divided by
/// the price coefficient it is money.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <kam/base/interval.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam::switching {

/// Two suppliers: mean S = ½ ln(n₁₁ n₂₂/(n₁₂ n₂₁)) [utility]; NaN unless all counts are > 0.
[[nodiscard]] inline double half_log_odds_ratio(double n11, double n12, double n21,
                                                double n22) noexcept {
  const auto positive = [](double x) { return x > 0 && x < HUGE_VAL; };
  if (!positive(n11) || !positive(n12) || !positive(n21) || !positive(n22)) return kNaN;
  return 0.5 * (std::log(n11) - std::log(n12) + (std::log(n22) - std::log(n21)));
}

/// Its standard error ½ √(Σ 1/n).
[[nodiscard]] inline double half_log_odds_error(double n11, double n12, double n21,
                                                double n22) noexcept {
  if (std::isnan(half_log_odds_ratio(n11, n12, n21, n22))) return kNaN;
  return 0.5 * std::sqrt(1 / n11 + 1 / n12 + 1 / n21 + 1 / n22);
}

struct TransitionEstimate {
  double switching_cost;       ///< S, one for all suppliers; of two, the mean of theirs [utility]
  double standard_error;       ///< [utility]
  Interval interval;           ///< normal, at the asked level; S may be below 0 [utility]
  std::vector<double> value;   ///< V_j, the first is 0 [utility]
  std::size_t suppliers;       ///< k
  double customers;            ///< sum of the table
  bool continuity_correction;  ///< a cell was 0 and ½ was added to every cell
  /// Whether one S for all moves suffices: G² against the saturated table, its k(k−2) degrees of
  /// freedom and p; 0, 0 and NaN for two suppliers, which it always fits.
  double deviance;
  std::size_t degrees_of_freedom;
  double p;
};

/// Row i of the k × k table: the customers of supplier i before, by supplier after. Maximum
/// likelihood by Newton's method (the log-likelihood is concave); for k = 2 the closed form above.
/// Counts may be fractional. Empty cells: ½ is added everywhere, and said. size_mismatch unless k²
/// cells; invalid_argument for a count that is negative or not finite, unless 2 <= k <= 200 and 0 <
/// level < 1; insufficient_data for a supplier without customers before and after. O(k³) per
/// iteration.
[[nodiscard]] Result<TransitionEstimate> transition_switching_cost(
    std::span<const double> table, std::size_t suppliers, double level = kDefaultIntervalLevel);

/// S/|price coefficient| in money with its standard error (delta method, the two independent). NaN
/// unless the coefficient is not 0 and both errors are >= 0.
struct MoneyEstimate {
  double switching_cost, standard_error;  ///< [money]
};
[[nodiscard]] inline MoneyEstimate in_money(double switching_cost, double standard_error,
                                            double price_coefficient,
                                            double price_coefficient_error = 0) noexcept {
  const double beta = std::fabs(price_coefficient);
  if (!(beta > 0 && beta < HUGE_VAL && standard_error >= 0 && price_coefficient_error >= 0)) {
    return {kNaN, kNaN};
  }
  const double money = switching_cost / beta;
  return {money, std::hypot(standard_error, money * price_coefficient_error) / beta};
}

}  // namespace kam::switching
