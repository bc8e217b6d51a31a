/// Switching cost of a whole market from prices and sizes alone: the quick-and-easy way of Shy
/// (2002), International Journal of Industrial Organization 20, 71-87. A sanity check of a market,
/// never a statement about one account.
///
/// Each supplier is taken to ask the highest price at which no rival gains by undercutting it by
/// the switching cost and taking all its customers. Prices in one currency per unit of the same
/// good; customers may be counts or shares, only their ratios matter.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <kam/base/interval.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam::switching {

/// S_i = p_i − p_r/(1 + N_i/N_r): what customers of a supplier lose by going to rival r, as seen
/// from its price [price]. NaN unless all four are finite and > 0.
[[nodiscard]] inline double undercut_switching_cost(double price, double customers,
                                                    double rival_price,
                                                    double rival_customers) noexcept {
  const auto positive = [](double x) { return x > 0 && x < HUGE_VAL; };
  if (!positive(price) || !positive(customers)) return kNaN;
  if (!positive(rival_price) || !positive(rival_customers)) return kNaN;
  return price - rival_price / (1 + customers / rival_customers);
}

/// One row per supplier, in the order given.
struct MarketEstimate {
  std::vector<double> switching_cost;  ///< S_i, by which its price is protected [price]
  std::vector<double> share_of_price;  ///< S_i/p_i, at most 1
  std::vector<std::uint8_t> valid;  ///< 1 where S_i >= 0; below 0 the price is not undercut-proof
  /// S_i and the least and greatest it becomes when any one of its rivals is taken out of the
  /// market; NaN for two suppliers. A wide range says that one rival decides the answer.
  std::vector<Interval> without_a_rival;
  bool all_valid = false;  ///< every S_i >= 0: otherwise no row describes this market
};

/// Every supplier fears the smallest rival (its customers would be the greatest gain for it); the
/// smallest fears the largest. Of rivals of the same size the cheapest counts, and suppliers that
/// share the smallest size are all treated as smallest: the order of rows changes nothing.
/// size_mismatch; insufficient_data below two suppliers; invalid_argument unless every price and
/// number of customers is finite and > 0. O(n²) for the ranges: markets have few suppliers.
[[nodiscard]] Result<MarketEstimate> market_switching_cost(std::span<const double> prices,
                                                           std::span<const double> customers);

/// The way forward: the undercut-proof prices of suppliers with these switching costs and sizes.
/// market_switching_cost of the result gives the switching costs back. invalid_argument unless
/// switching costs are finite and >= 0, customers finite and > 0, a price would be 0, and the
/// smallest and the largest are one supplier each (of two, any sizes); insufficient_data below two;
/// size_mismatch.
[[nodiscard]] Result<std::vector<double>> undercut_proof_prices(
    std::span<const double> switching_costs, std::span<const double> customers);

}  // namespace kam::switching
